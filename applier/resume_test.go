package applier_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"baseline/applier"
	"baseline/planner"
	"baseline/resource"
)

// crashed is a run of a plan as a crash left it, with the first steps so far and the others waiting.
func crashed(t *testing.T, w *work, plan *resource.Plan, far ...applier.Progress) *applier.Run {
	t.Helper()
	w.account.onWrite = nil
	id := w.record(t, header)
	text, err := resource.Encode(plan, "")
	if err != nil {
		t.Fatal(err)
	}
	journal, err := os.ReadFile(w.file(id, "journal.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range far {
		if p == applier.Waiting {
			continue
		}
		journal = fmt.Appendf(journal, `{"step":%d,"event":"began"}`+"\n", i+1)
		if event := map[applier.Progress]string{applier.Made: "done", applier.Broken: "failed"}[p]; event != "" {
			journal = fmt.Appendf(journal, `{"step":%d,"event":"%s"}`+"\n", i+1, event)
		}
	}
	for name, text := range map[string][]byte{"plan.json": text, "journal.jsonl": journal} {
		if err := os.WriteFile(w.file(id, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Remove(w.file(id, "result.json")); err != nil {
		t.Fatal(err)
	}
	w.account.reads = nil
	return w.mustLoad(t, id)
}

// Journals of versions that did not record who resumed a run are read as before.
func TestOldJournalsDoNotTellWhoResumed(t *testing.T) {
	w := newWork(t, newAccount(nil))
	run := crashed(t, w, mustPlan(t, nil, things{"a": thing("1")}), applier.InDoubt)
	file, err := os.OpenFile(w.file(run.ID, "journal.jsonl"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = file.WriteString(`{"event":"started","at":"2026-11-21T15:00:00Z"}` + "\n")
	if err := errors.Join(err, file.Close()); err != nil {
		t.Fatal(err)
	}
	if run = w.mustLoad(t, run.ID); len(run.Resumed) > 0 || run.Steps[0].Progress != applier.InDoubt {
		t.Errorf("resumed %v, steps %v", run.Resumed, run.Steps)
	}
	if _, err := w.Resume(t.Context(), run, by); err != nil {
		t.Fatal(err)
	}
	if run = w.mustLoad(t, run.ID); len(run.Resumed) != 1 || run.Resumed[0] != resumed(w) {
		t.Errorf("resumed %v", run.Resumed)
	}
}

func TestResume(t *testing.T) {
	square := func(r resource.Resource) resource.Resource {
		return resource.Resource{Settings: r.Settings.With(resource.Object{"shape": "square"})}
	}
	const (
		waiting = applier.Waiting
		doubt   = applier.InDoubt
		done    = applier.Made
		failed  = applier.Broken
	)
	for _, test := range []struct {
		name     string
		from, to things
		far      []applier.Progress
		now      things
		want     string // the calls, or what has moved
	}{
		{"nothing began", nil, things{"a": thing("1"), "b": thing("1", "a")}, nil, nil, "create a, create b"},
		{
			"what is done is not repeated", nil,
			things{"a": thing("1"), "b": thing("1", "a"), "c": thing("1")},
			[]applier.Progress{done},
			things{"a": thing("1")},
			"create b, create c",
		},
		{"all is done but the check", nil, things{"a": thing("1")}, []applier.Progress{done}, things{"a": thing("1")}, ""},
		{"a create in doubt that was made", nil, things{"a": thing("1")}, []applier.Progress{doubt}, things{"a": thing("1")}, ""},
		{"a create in doubt that was not made", nil, things{"a": thing("1")}, []applier.Progress{doubt}, nil, "create a"},
		{"a create in doubt that was made in part", nil, things{"a": thing("1")}, []applier.Progress{doubt}, things{"a": thing("half")}, "update a"},
		{"an update in doubt that was made in part", things{"a": thing("1")}, things{"a": thing("2")}, []applier.Progress{doubt}, things{"a": thing("half")}, "update a"},
		{"an update in doubt of what is gone", things{"a": thing("1")}, things{"a": thing("2")}, []applier.Progress{doubt}, nil, "create a"},
		{"a delete in doubt that was made", things{"a": thing("1")}, nil, []applier.Progress{doubt}, nil, ""},
		{"a delete in doubt that was not made", things{"a": thing("1")}, nil, []applier.Progress{doubt}, things{"a": thing("1")}, "delete a"},
		{"a failed step is done again", things{"a": thing("1")}, things{"a": thing("2")}, []applier.Progress{failed}, things{"a": thing("1")}, "update a"},
		{"a failed step that took after all", things{"a": thing("1")}, things{"a": thing("2")}, []applier.Progress{failed}, things{"a": thing("2")}, ""},
		{"a step that somebody else did meanwhile", nil, things{"a": thing("1"), "b": thing("1")}, []applier.Progress{waiting}, things{"a": thing("1")}, "create b"},
		{"half replaced", things{"a": thing("1")}, things{"a": square(thing("1"))}, []applier.Progress{done}, nil, "create a"},
		{"replaced, the delete in doubt and not made", things{"a": thing("1")}, things{"a": square(thing("1"))}, []applier.Progress{doubt}, things{"a": thing("1")}, "delete a, create a"},
		{"replaced, the delete in doubt and made", things{"a": thing("1")}, things{"a": square(thing("1"))}, []applier.Progress{doubt}, nil, "create a"},
		{"replaced, the create in doubt and made", things{"a": thing("1")}, things{"a": square(thing("1"))}, []applier.Progress{done, doubt}, things{"a": square(thing("1"))}, ""},
		{"replaced, the create in doubt and not made", things{"a": thing("1")}, things{"a": square(thing("1"))}, []applier.Progress{done, doubt}, nil, "create a"},
		{
			"a waiting update that has moved",
			things{"a": thing("1"), "b": thing("1")},
			things{"a": thing("2"), "b": thing("2")},
			[]applier.Progress{done, waiting},
			things{"a": thing("2"), "b": thing("3")},
			"moved: thing/b",
		},
		{"a waiting create of what is there", nil, things{"a": thing("1")}, nil, things{"a": thing("2")}, "moved: thing/a"},
		{"a waiting update of what is gone", things{"a": thing("1")}, things{"a": thing("2")}, nil, nil, "moved: thing/a"},
		{
			"the second half of what was replaced meets another",
			things{"a": thing("1")},
			things{"a": square(thing("1"))},
			[]applier.Progress{done},
			things{"a": thing("3")},
			"moved: thing/a",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			plan := mustPlan(t, test.from, test.to)
			w := newWork(t, newAccount(test.now))
			run := crashed(t, w, plan, test.far...)
			run, err := w.Resume(t.Context(), run, by)
			if moved, refused := strings.CutPrefix(test.want, "moved: "); refused {
				stale, ok := errors.AsType[*applier.StaleError](err)
				if !ok || len(stale.Moved) != 1 || stale.Moved[0].Address.String() != moved {
					t.Errorf("%v, want %s", err, test.want)
				}
				if len(w.account.calls) > 0 {
					t.Errorf("it called %v", w.account.calls)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(w.account.calls, ", "); got != test.want {
				t.Errorf("calls: %s, want %s", got, test.want)
			}
			w.account.mustBe(t, test.to)
			if run.Result.Status != applier.StatusDone || run.Result.Done != len(plan.Changes) {
				t.Errorf("%+v", run.Result)
			}
			loaded := w.mustLoad(t, run.ID)
			if diff := cmp.Diff(run.Steps, loaded.Steps); diff != "" {
				t.Errorf("steps (-returned +loaded):\n%s", diff)
			}
			if loaded.Header != run.Header || loaded.Status() != applier.StatusDone {
				t.Errorf("loaded: %+v, %s", loaded.Header, loaded.Status())
			}
			for _, m := range loaded.Made() { // what undoes it knows all of it
				if m.Untouched || m.InDoubt {
					t.Errorf("made: %+v", m)
				}
			}
			if back, drift := planner.Undo(loaded.Made(), planner.Account{ID: header.Account, Live: w.account.state, Types: types}); len(drift)+len(back.Problems) > 0 {
				t.Errorf("undo: drift %v, problems %v", drift, back.Problems)
			}
		})
	}
}

// A result belongs to the end of a run: while it is gone on with there is none.
func TestAResumedRunHasNoResultUntilItEnds(t *testing.T) {
	w, id, _ := aRun(t)
	if got := w.mustLoad(t, id).Status(); got != applier.StatusPartly {
		t.Fatalf("status %q", got)
	}
	seen := 0
	w.Tell = func(e applier.Event) {
		if e.Kind == applier.Began {
			seen++
			if run := w.mustLoad(t, id); run.Status() != applier.StatusUnfinished {
				t.Errorf("status %q while a step is under way", run.Status())
			}
		}
	}
	if _, err := w.Resume(t.Context(), w.mustLoad(t, id), by); err != nil {
		t.Fatal(err)
	}
	if seen == 0 {
		t.Error("no step began")
	}
}

// What an earlier pass may have created is no stranger: its create is finished, whatever it left.
func TestAResumedCreateDoesNotTakeItsOwnForAnothers(t *testing.T) {
	plan := mustPlan(t, nil, things{"a": thing("1")})
	w := newWork(t, newAccount(nil))
	run := crashed(t, w, plan, applier.InDoubt)
	half := things{"a": thing("half")}.state() // what the crashed call left, which shows only after the first look
	w.account.state, w.account.lag = half, time.Second
	w.account.past = append(w.account.past, moment{start, half})
	if _, err := w.Resume(t.Context(), run, by); err != nil {
		t.Fatal(err)
	}
	w.account.mustBe(t, things{"a": thing("1")})
}

func TestARunThatCannotBeReadIsNotResumed(t *testing.T) {
	w, id, _ := aRun(t)
	run := w.mustLoad(t, id)
	denied := errors.New("denied")
	w.account.calls, w.account.onRead = nil, func(int) error { return denied }
	if _, err := w.Resume(t.Context(), run, by); !errors.Is(err, denied) || len(w.account.calls) > 0 {
		t.Errorf("%v after %v", err, w.account.calls)
	}
	if got := w.mustLoad(t, id).Status(); got != applier.StatusPartly {
		t.Errorf("its result is lost: %q", got)
	}
}
