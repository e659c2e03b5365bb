package main

import (
	"fmt"
	"path/filepath"
	"testing"

	"pgregory.net/rapid"

	"baseline/applier"
	"baseline/resource"
)

// Promise 4 holds for what requirements change too. What a cut-off run deleted for good stays gone, and nothing else.
func TestAnyCrashOfWhatRequirementsAskCanBeResumedOrUndone(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	rounds, crashes, ends := 0, 0, map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		rounds++
		s := newStaff(t, filepath.Join(root, fmt.Sprint(rounds)))
		before := s.everything()
		plan := s.plan()
		if len(plan.Changes) == 0 {
			return
		}
		apply := func() error {
			_, err := s.applier().Apply(t.Context(), applier.Header{Command: "apply"}, plan, true)
			return err
		}
		cut := func(work func() error) bool {
			return s.crashing(rapid.IntRange(1, 4*len(plan.Changes)).Draw(t, "crash at call"), rapid.Bool().Draw(t, "after the call"), work) != nil
		}
		if !cut(apply) {
			return
		}
		crashes++
		runs, err := applier.NewStore(s.runs, applier.Locking{Clock: s.clock}).List(s.t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if len(runs) == 0 { // the crash came before the run was recorded, and so before its first change
			s.mustHold("before the apply", before)
			return
		}
		resume := func(id string) func() error {
			return func() error {
				run, err := applier.NewStore(s.runs, applier.Locking{Clock: s.clock}).Load(s.t.Context(), id)
				if err != nil {
					return err
				}
				_, err = s.applier().Resume(t.Context(), run, applier.Resumption{Caller: run.Header.Caller})
				return err
			}
		}
		if rapid.Bool().Draw(t, "resume") {
			ends["resumed"]++
			again := resume(runs[0].ID)
			if cut(again) {
				if err := again(); err != nil {
					t.Fatal(err)
				}
			}
			s.mustHold("after the resumed apply", end(before, plan.Changes))
			if again := s.plan(); len(again.Changes) > 0 {
				t.Fatalf("a second plan has changes: %v", again.Changes)
			}
			return
		}
		ends["undone"]++
		left := s.everything()
		back := s.back(runs[0].ID)
		undo := func() error {
			_, err := s.applier().Apply(t.Context(), applier.Header{Command: "rollback", Undoes: runs[0].ID}, back, true)
			return err
		}
		if cut(undo) {
			all, err := applier.NewStore(s.runs, applier.Locking{Clock: s.clock}).List(s.t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if all[0].ID != runs[0].ID {
				undo = resume(all[0].ID)
			}
			if err := undo(); err != nil {
				t.Fatal(err)
			}
		}
		s.mustHold("after the rollback", stillThere(before, plan, left))
	})
	t.Logf("%d rounds, %d crashes: %v", rounds, crashes, ends)
	if crashes*4 < rounds || ends["resumed"] == 0 || ends["undone"] == 0 {
		t.Errorf("only %d crashes in %d rounds: %v", crashes, rounds, ends)
	}
}

// stillThere is a state without what a plan has deleted for good by now.
func stillThere(state resource.State, plan *resource.Plan, now resource.State) resource.State {
	out := resource.State{}
	final := without(state, plan)
	for a, r := range state {
		_, kept := final[a]
		if _, is := now[a]; is || kept {
			out[a] = r
		}
	}
	return out
}
