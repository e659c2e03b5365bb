package applier_test

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"baseline/applier"
	"baseline/planner"
	"baseline/resource"
)

// inPlace opens the store of a process by a name, with an applier on an account.
func inPlace(a *account, open func(applier.Locking) *applier.Store, name string, wait time.Duration) *work {
	l := locking(a.clock, name)
	l.Wait = wait
	return &work{account: a, Applier: &applier.Applier{Account: a, Store: open(l), Types: types, Clock: a.clock, Parallel: 1}}
}

// back plans the way back from a run.
func (w *work) back(t *testing.T, run *applier.Run) *resource.Plan {
	t.Helper()
	draft, drift := planner.Undo(run.Made(), planner.Account{ID: header.Account, Live: w.account.state, Types: types})
	if len(draft.Problems) > 0 || len(drift) > 0 {
		t.Fatalf("problems %v, drift %v", draft.Problems, drift)
	}
	return &resource.Plan{Format: resource.PlanFormat, Baseline: "b", Account: header.Account, Undoes: run.ID, Changes: draft.Changes}
}

func undoing(id string) applier.Header {
	h := header
	h.Command, h.Undoes = "rollback", id
	return h
}

var threeThings = things{"a": thing("1"), "b": thing("1", "a"), "c": thing("1", "b")}

// What one process records, another finds again, whole.
func TestEveryPlaceKeepsRuns(t *testing.T) {
	eachPlace(t, func(t *testing.T, open func(applier.Locking) *applier.Store) {
		w := inPlace(newAccount(nil), open, "one", 0)
		other := open(locking(w.account.clock, "other"))
		if _, err := other.Load(t.Context(), ""); !errors.Is(err, applier.ErrNoRun) {
			t.Errorf("of no runs: %v", err)
		}
		w.account.onWrite = failing("c", answer{err: failure(resource.Denied)})
		_, err := w.apply(t, mustPlan(t, nil, threeThings))
		left := incomplete(t, err).Run
		loaded, err := other.Load(t.Context(), left.ID)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(left, loaded, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("as others find it (-returned +loaded):\n%s", diff)
		}
		w.account.onWrite = nil
		done, err := w.Resume(t.Context(), loaded, by)
		if err != nil {
			t.Fatal(err)
		}
		w.account.mustBe(t, threeThings)
		if loaded, err = other.Load(t.Context(), left.ID); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(done, loaded, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("as others find it when it is done (-returned +loaded):\n%s", diff)
		}
		if again := resumed(w); loaded.Header.Caller != header.Caller || !slices.Equal(loaded.Resumed, []applier.Resumption{again}) {
			t.Errorf("begun by %s, resumed by %v", loaded.Header.Caller, loaded.Resumed)
		}
		// A rollback in the same second is another run; both are listed, and the one is taken back by the other.
		undo, err := w.Apply(t.Context(), undoing(done.ID), w.back(t, done), true)
		if err != nil || undo.ID != done.ID+"-02" {
			t.Fatalf("%v, %v", undo, err)
		}
		w.account.mustBe(t, nil)
		runs, err := other.List(t.Context())
		if err != nil || len(runs) != 2 {
			t.Fatalf("%v, %v", runs, err)
		}
		if runs[0].ID != undo.ID || runs[0].Status() != applier.StatusDone || runs[1].Status() != applier.StatusUndone || runs[1].UndoneBy != undo.ID {
			t.Errorf("%s is %s, %s is %s by %s", runs[0].ID, runs[0].Status(), runs[1].ID, runs[1].Status(), runs[1].UndoneBy)
		}
	})
}

// resumed is by as it is recorded.
func resumed(w *work) applier.Resumption {
	again := by
	again.At = w.account.clock.Now().UTC()
	return again
}

// Each time that a run is resumed is recorded before its first change, and stays known whatever becomes of the run. A claim alone is no
// such time.
func TestEveryPlaceTellsWhoResumedARun(t *testing.T) {
	eachPlace(t, func(t *testing.T, open func(applier.Locking) *applier.Store) {
		w := inPlace(newAccount(nil), open, "one", 0)
		w.account.onWrite = failing("a", answer{err: failure(resource.Denied)})
		_, err := w.apply(t, mustPlan(t, nil, threeThings))
		run := incomplete(t, err).Run
		other := open(locking(w.account.clock, "other"))
		var want []applier.Resumption
		for range 3 {
			if run, err = other.Claim(t.Context(), run.ID); err != nil {
				t.Fatal(err)
			}
			if err := other.Release(t.Context(), header.Account); err != nil {
				t.Fatal(err)
			}
			w.wait(t, time.Hour)
			want = append(want, resumed(w))
			w.account.onWrite = func(ctx context.Context, c resource.Change, n int) answer {
				if during, err := other.Load(ctx, run.ID); err != nil || !slices.Equal(during.Resumed, want) {
					t.Errorf("while it is under way it was resumed %v, %v; want %v", during, err, want)
				}
				return failing("b", answer{err: failure(resource.Denied)})(ctx, c, n)
			}
			_, err := w.Resume(t.Context(), run, by)
			run = incomplete(t, err).Run
			runs, err := other.List(t.Context())
			if err != nil || len(runs) != 1 || !slices.Equal(runs[0].Resumed, want) || !slices.Equal(run.Resumed, want) {
				t.Fatalf("resumed %v, listed %v, %v; want %v", run.Resumed, runs, err, want)
			}
		}
	})
}

// While one process is at work on an account, no other is; who it is, everybody can see.
func TestAnAccountIsLockedInEveryPlace(t *testing.T) {
	eachPlace(t, func(t *testing.T, open func(applier.Locking) *applier.Store) {
		w := inPlace(newAccount(nil), open, "role/ci on runner-7", 0)
		looked := false
		w.account.onWrite = func(context.Context, resource.Change, int) answer {
			looked = true
			other := inPlace(w.account, open, "another", 0)
			run, err := other.Store.Load(t.Context(), "last")
			if err != nil || run.Status() != applier.StatusRunning {
				t.Fatalf("for others the run is %v, %v", run, err)
			}
			for what, try := range map[string]func() error{
				"claim":  func() error { _, err := other.Store.Claim(t.Context(), run.ID); return err },
				"apply":  func() error { _, err := other.apply(t, mustPlan(t, nil, things{"z": thing("1")})); return err },
				"resume": func() error { _, err := other.Resume(t.Context(), run, by); return err },
				"await":  func() error { _, err := other.Store.Await(t.Context(), header.Account); return err },
			} {
				locked, ok := errors.AsType[*applier.LockedError](try())
				if !ok || locked.Owner != "role/ci on runner-7" || !slices.Equal(locked.Runs, []string{run.ID}) || !locked.Since.Equal(start) {
					t.Errorf("%s: %+v", what, locked)
				}
			}
			// Other accounts are not locked.
			if _, err := other.Store.Lock(t.Context(), "444455556666", ""); err != nil {
				t.Errorf("another account: %v", err)
			}
			return answer{}
		}
		w.mustApply(t, mustPlan(t, nil, things{"a": thing("1")}))
		if !looked {
			t.Error("nobody looked")
		}
		w.account.mustBe(t, things{"a": thing("1")})
		w.account.onWrite = nil
		inPlace(w.account, open, "another", 0).mustApply(t, mustPlan(t, things{"a": thing("1")}, things{"b": thing("1")}))
	})
}

// Who waits for a lock goes on as soon as it is free, and is told the versions by which to know that somebody was there.
func TestALockIsWaitedFor(t *testing.T) {
	eachPlace(t, func(t *testing.T, open func(applier.Locking) *applier.Store) {
		c := newClock()
		first := open(locking(c, "first"))
		before, err := first.Await(t.Context(), header.Account)
		if err != nil {
			t.Fatal(err)
		}
		if was, err := first.Lock(t.Context(), header.Account, ""); err != nil || was != before {
			t.Fatalf("nobody was there, and the lock is %q, not %q: %v", was, before, err)
		}
		l := locking(c, "second")
		l.Wait = 10 * time.Second
		var told []string
		l.Waiting = func(e *applier.LockedError) {
			told = append(told, e.Owner)
			if len(told) == 2 {
				if err := first.Release(t.Context(), header.Account); err != nil {
					t.Error(err)
				}
			}
		}
		second := open(l)
		if _, err := second.Lock(t.Context(), header.Account, ""); !errors.As(err, new(*applier.LockedError)) {
			t.Errorf("waited for in vain: %v", err)
		}
		if waited := c.Now().Sub(start); waited != l.Wait {
			t.Errorf("it waited for %v", waited)
		}
		was, err := second.Lock(t.Context(), header.Account, "")
		if err != nil || was == before {
			t.Errorf("somebody was there, and the lock is %q again: %v", was, err)
		}
		if diff := cmp.Diff([]string{"first", "first"}, told); diff != "" {
			t.Errorf("told (-want +got):\n%s", diff)
		}
	})
}

// What happens between the look at a lock and its taking is noticed.
func TestALockIsTakenOnlyAsItWasSeen(t *testing.T) {
	eachPlace(t, func(t *testing.T, open func(applier.Locking) *applier.Store) {
		c := newClock()
		_ = c.Sleep(t.Context(), 2*time.Hour) // never fails
		l, id := locking(c, ""), ""
		l.Owner = func() string { // is asked for in between
			if id == "" {
				_, id = left(t, open)
			}
			return "the late"
		}
		_, err := open(l).Lock(t.Context(), header.Account, "")
		if e, ok := errors.AsType[*applier.UnfinishedError](err); !ok || e.Run.ID != id {
			t.Errorf("%v", err)
		}
	})
}

// Of many who begin at once, one writes, and the others are refused or find that the account has moved.
func TestOfManyAppliesOneWrites(t *testing.T) {
	eachPlace(t, func(t *testing.T, open func(applier.Locking) *applier.Store) {
		a := newAccount(nil)
		plan := mustPlan(t, nil, threeThings)
		var group sync.WaitGroup
		var mu sync.Mutex
		took, refused := 0, 0
		for range 8 {
			group.Go(func() {
				_, err := inPlace(a, open, "one of many", 0).Apply(t.Context(), header, plan, false)
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil:
					took++
				case errors.As(err, new(*applier.LockedError)), errors.As(err, new(*applier.StaleError)):
					refused++
				default:
					t.Error(err)
				}
			})
		}
		group.Wait()
		if took != 1 || refused != 7 || len(a.calls) != 3 || len(a.refused) > 0 {
			t.Errorf("%d took, %d were refused; calls %v, refused %v", took, refused, a.calls, a.refused)
		}
	})
}

// A run that somebody has claimed and then left as it was stands in the way of others as before.
func TestAClaimThatCameToNothingLeavesTheRunInTheWay(t *testing.T) {
	eachPlace(t, func(t *testing.T, open func(applier.Locking) *applier.Store) {
		w, id := left(t, open)
		claimer := open(locking(w.account.clock, "claimer"))
		if _, err := claimer.Claim(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		if err := claimer.Release(t.Context(), header.Account); err != nil {
			t.Fatal(err)
		}
		_, err := inPlace(w.account, open, "next", time.Hour).apply(t, mustPlan(t, things{"a": thing("1")}, things{"z": thing("1")}))
		if e, ok := errors.AsType[*applier.UnfinishedError](err); !ok || e.Run.ID != id || e.Owner != "claimer" {
			t.Errorf("%v", err)
		}
	})
}

// A run that a process died in must be finished or taken back before anything else is done, whoever does it.
func TestADeadProcessLeavesOnlyItsRunToGoOnWith(t *testing.T) {
	for _, end := range []string{"resume", "rollback"} {
		eachPlace(t, func(t *testing.T, open func(applier.Locking) *applier.Store) {
			w, id := left(t, open)
			next := inPlace(w.account, open, "next", 0)
			plan := mustPlan(t, things{"a": thing("1")}, things{"z": thing("1")})
			check := func() {
				t.Helper()
				for _, h := range []applier.Header{header, undoing("20200101-000000")} {
					_, err := next.Apply(t.Context(), h, plan, true)
					if e, ok := errors.AsType[*applier.UnfinishedError](err); !ok || e.Run.ID != id || e.Owner != "the dead" {
						t.Errorf("%v", err)
					}
				}
				if _, err := next.Store.Await(t.Context(), header.Account); !errors.As(err, new(*applier.UnfinishedError)) {
					t.Errorf("%v", err)
				}
			}
			check()
			run, err := next.Store.Claim(t.Context(), id)
			if err != nil || run.Status() != applier.StatusUnfinished {
				t.Fatalf("%v, %v", run, err)
			}
			if end == "resume" {
				if _, err := next.Resume(t.Context(), run, by); err != nil {
					t.Fatal(err)
				}
				w.account.mustBe(t, threeThings)
			} else {
				if _, err := next.Apply(t.Context(), undoing(id), next.back(t, run), true); err != nil {
					t.Fatal(err)
				}
				w.account.mustBe(t, nil)
			}
			if err := next.Store.Release(t.Context(), header.Account); err != nil {
				t.Fatal(err)
			}
			inPlace(w.account, open, "after", 0).mustApply(t, &resource.Plan{Format: resource.PlanFormat, Account: header.Account})
		})
	}
}

// A run that had come to an end, and whose process died as it went on with it, has no end any more.
func TestARunThatDiesAsItGoesOnIsUnfinished(t *testing.T) {
	eachPlace(t, func(t *testing.T, open func(applier.Locking) *applier.Store) {
		w := inPlace(newAccount(nil), open, "one", 0)
		w.account.onWrite = failing("b", answer{err: failure(resource.Denied)})
		_, err := w.apply(t, mustPlan(t, nil, threeThings))
		run := incomplete(t, err).Run
		second := inPlace(w.account, open, "the dead", 0)
		dies(second, func() { _, _ = second.Resume(context.Background(), run, by) })
		next := inPlace(w.account, open, "next", 0)
		if run, err = next.Store.Load(t.Context(), run.ID); err != nil || run.Status() != applier.StatusUnfinished {
			t.Fatalf("%v, %v", run, err)
		}
		if _, err := next.Store.Await(t.Context(), header.Account); !errors.As(err, new(*applier.UnfinishedError)) {
			t.Errorf("%v", err)
		}
		if run, err = next.Resume(t.Context(), run, by); err != nil || run.Status() != applier.StatusDone {
			t.Errorf("%v, %v", run, err)
		}
		w.account.mustBe(t, threeThings)
	})
}

// Whoever takes back an unfinished run but for what others changed has dealt with it.
func TestAPartialRollbackClearsTheWay(t *testing.T) {
	eachPlace(t, func(t *testing.T, open func(applier.Locking) *applier.Store) {
		w, id := left(t, open)
		next := inPlace(w.account, open, "next", 0)
		partial := undoing(id)
		partial.Partial = true
		if _, err := next.Apply(t.Context(), partial, &resource.Plan{Format: resource.PlanFormat, Account: header.Account}, true); err != nil {
			t.Fatal(err)
		}
		if _, err := next.Store.Await(t.Context(), header.Account); err != nil {
			t.Error(err)
		}
	})
}

// left makes a run whose process died in the middle of its second step, long enough ago.
func left(t *testing.T, open func(applier.Locking) *applier.Store) (*work, string) {
	t.Helper()
	w := inPlace(newAccount(nil), open, "the dead", 0)
	plan := mustPlan(t, nil, threeThings)
	id := dies(w, func() { _, _ = w.Apply(context.Background(), header, plan, true) })
	return w, id
}

// dies has a process die in the middle of the step of b, and lets time pass. It returns the run that it was at work on.
func dies(w *work, work func()) (id string) {
	died := make(chan struct{})
	w.Tell = func(e applier.Event) { id = e.Run }
	w.account.onWrite = func(_ context.Context, c resource.Change, _ int) answer {
		if c.Address == at("b") {
			close(died)
			runtime.Goexit() // nobody will ever hear of this step
		}
		return answer{}
	}
	go work() // which never ends
	<-died
	applier.Die(w.Store)
	w.account.onWrite = nil
	_ = w.account.clock.Sleep(context.Background(), time.Hour) // never fails
	return id
}
