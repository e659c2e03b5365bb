package applier_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"baseline/applier"
	"baseline/resource"
)

// readJSON reads a file of a run.
func readJSON[T any](t *testing.T, path string) T {
	t.Helper()
	var value T
	text, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(text, &value)
	}
	if err != nil {
		t.Error(err)
	}
	return value
}

// Each time the account is written to, the record on disk already tells of it.
func TestTheRecordIsThereBeforeTheChange(t *testing.T) {
	from := things{"a": thing("1"), "b": thing("1"), "g": thing("1")}
	to := things{"a": thing("2"), "c": thing("1"), "d": thing("1", "a"), "e": thing("1"), "f": thing("1"), "g": {Settings: thing("1").Settings.With(resource.Object{"shape": "square"})}}
	plan := mustPlan(t, from, to)
	w := newWork(t, newAccount(from))
	w.Parallel = 4
	stepOf := func(c resource.Change) int {
		for i, planned := range plan.Changes {
			if planned.Address == c.Address && planned.Op() == c.Op() {
				return i + 1
			}
		}
		return 0
	}
	w.account.onWrite = func(_ context.Context, c resource.Change, _ int) answer {
		id := start.Format("20060102-150405")
		if diff := cmp.Diff(*plan, readJSON[resource.Plan](t, w.file(id, "plan.json")), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("plan.json (-want +got):\n%s", diff)
		}
		if back := readJSON[resource.Plan](t, w.file(id, "rollback.json")); back.Undoes != id || len(back.Changes) != len(plan.Changes) {
			t.Errorf("rollback.json undoes %q in %d changes", back.Undoes, len(back.Changes))
		}
		if _, err := os.Stat(w.file(id, "result.json")); !os.IsNotExist(err) {
			t.Errorf("there is a result already: %v", err)
		}
		journal, err := os.ReadFile(w.file(id, "journal.jsonl"))
		if err != nil {
			t.Error(err)
		}
		if !bytes.HasPrefix(journal, []byte(`{"header":{"command":"apply","baseline":"b","account":"111122223333",`)) {
			t.Errorf("the journal begins with %q", journal)
		}
		if began := fmt.Sprintf(`{"step":%d,"event":"began"`, stepOf(c)); !bytes.Contains(journal, []byte(began)) {
			t.Errorf("%s %s is called before the journal holds %s", c.Op(), c.Address, began)
		}
		return answer{}
	}
	run := w.mustApply(t, plan)
	if got := readJSON[applier.Result](t, w.file(run.ID, "result.json")); got.Status != applier.StatusDone || got.Done != len(plan.Changes) || !got.Ended.Equal(start) {
		t.Errorf("result.json: %+v", got)
	}
	w.account.mustBe(t, to)
	loaded := w.mustLoad(t, run.ID)
	if diff := cmp.Diff(run, loaded, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("the run as loaded (-returned +loaded):\n%s", diff)
	}
	if want := (applier.Header{Command: "apply", Baseline: "b", Account: header.Account, Caller: header.Caller, Started: start}); loaded.Header != want {
		t.Errorf("header %+v", loaded.Header)
	}
}

func TestOnlyTheOwnerCanReadARun(t *testing.T) {
	w := newWork(t, newAccount(nil))
	w.dir = filepath.Join(w.dir, "new", "runs")
	w.Store = applier.NewStore(w.dir, applier.Locking{Clock: w.account.clock})
	run := w.mustApply(t, mustPlan(t, nil, things{"a": thing("1")}))
	modes := map[string]fs.FileMode{}
	err := filepath.WalkDir(w.dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		name, err := filepath.Rel(w.dir, path)
		modes[name] = info.Mode()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]fs.FileMode{
		".": fs.ModeDir | 0o700, run.ID: fs.ModeDir | 0o700,
		run.ID + "/plan.json": 0o600, run.ID + "/rollback.json": 0o600, run.ID + "/journal.jsonl": 0o600, run.ID + "/result.json": 0o600,
		"locks": fs.ModeDir | 0o700, "locks/111122223333.lock": 0o600, "locks/111122223333.json": 0o600,
	}
	if diff := cmp.Diff(want, modes); diff != "" {
		t.Errorf("modes (-want +got):\n%s", diff)
	}
}

// Where the record cannot be kept, nothing is changed.
func TestWithoutARecordNothingIsChanged(t *testing.T) {
	w := newWork(t, newAccount(nil))
	file := filepath.Join(w.dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	w.Store = applier.NewStore(filepath.Join(file, "runs"), applier.Locking{Clock: w.account.clock})
	run, err := w.apply(t, mustPlan(t, nil, things{"a": thing("1")}))
	if err == nil || run != nil {
		t.Errorf("run %v, error %v", run, err)
	}
	w.account.mustBe(t, nil)
}

// What a run did to an object is the sum of its steps there.
func TestMade(t *testing.T) {
	before, after := resource.Object{"value": "1"}, resource.Object{"value": "2"}
	interim := resource.Object{"value": "interim"}
	change := func(before, after resource.Object) resource.Change {
		return resource.Change{Address: at("a"), Before: before, After: after}
	}
	for _, test := range []struct {
		name    string
		changes []resource.Change
		steps   []applier.Progress
		want    string
	}{
		{"never began", []resource.Change{change(before, after)}, []applier.Progress{applier.Waiting}, "1 to 1, in doubt false, untouched true"},
		{"done", []resource.Change{change(before, after)}, []applier.Progress{applier.Made}, "1 to 2, in doubt false, untouched false"},
		{"in doubt", []resource.Change{change(before, after)}, []applier.Progress{applier.InDoubt}, "1 to 2, in doubt true, untouched false"},
		{"failed, perhaps half-way", []resource.Change{change(before, after)}, []applier.Progress{applier.Broken}, "1 to 2, in doubt true, untouched false"},
		{
			"half replaced",
			[]resource.Change{change(before, nil), change(nil, after)},
			[]applier.Progress{applier.Made, applier.Waiting},
			"1 to , in doubt false, untouched false",
		},
		{
			"replaced, the second half in doubt",
			[]resource.Change{change(before, nil), change(nil, after)},
			[]applier.Progress{applier.Made, applier.InDoubt},
			"1 to 2, in doubt true, untouched false",
		},
		{
			"interim, then final",
			[]resource.Change{change(nil, interim), change(interim, after)},
			[]applier.Progress{applier.Made, applier.Made},
			" to 2, in doubt false, untouched false",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			run := &applier.Run{Plan: &resource.Plan{Changes: test.changes}}
			for _, p := range test.steps {
				run.Steps = append(run.Steps, applier.Step{Progress: p})
			}
			made := run.Made()
			if len(made) != 1 {
				t.Fatalf("%v", made)
			}
			m := made[0]
			got := fmt.Sprintf("%s to %s, in doubt %v, untouched %v", m.Before.Text("value"), m.After.Text("value"), m.InDoubt, m.Untouched)
			if got != test.want {
				t.Errorf("%s, want %s", got, test.want)
			}
		})
	}
}
