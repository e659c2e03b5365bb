package applier_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"baseline/applier"
	"baseline/resource"
)

// record makes a run that needs nothing done; the clock says when.
func (w *work) record(t *testing.T, h applier.Header) string {
	t.Helper()
	run, err := w.Apply(t.Context(), h, &resource.Plan{Format: resource.PlanFormat, Account: header.Account}, true)
	if err != nil {
		t.Fatal(err)
	}
	return run.ID
}

func (w *work) wait(t *testing.T, d time.Duration) {
	t.Helper()
	if err := w.account.clock.Sleep(t.Context(), d); err != nil {
		t.Fatal(err)
	}
}

func TestRunsAreFoundByTheBeginningOfTheirID(t *testing.T) {
	w := newWork(t, newAccount(nil))
	first := w.record(t, header)
	second := w.record(t, header) // in the same second
	w.wait(t, time.Second)
	third := w.record(t, header)
	w.wait(t, 24*time.Hour)
	fourth := w.record(t, header)
	if diff := cmp.Diff([]string{"20261121-140211", "20261121-140211-02", "20261121-140212", "20261122-140212"}, []string{first, second, third, fourth}); diff != "" {
		t.Fatalf("ids (-want +got):\n%s", diff)
	}
	for asked, want := range map[string]string{
		"": fourth, "last": fourth, "20261122": fourth, "20261121-140212": third, "20261121-140211-": second,
		// A whole id is meant even where another one goes on from it.
		first: first, second: second,
	} {
		if run, err := w.Store.Load(t.Context(), asked); err != nil || run.ID != want {
			t.Errorf("%q: %v, %v, want %s", asked, run, err, want)
		}
	}
	for _, asked := range []string{"2026", "20261121-14021", "20261123", "x", "../" + first} {
		if _, err := w.Store.Load(t.Context(), asked); !errors.Is(err, applier.ErrNoRun) || !strings.Contains(err.Error(), asked) {
			t.Errorf("%q: %v", asked, err)
		}
	}
	runs, err := w.Store.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, run := range runs {
		ids = append(ids, run.ID)
	}
	if diff := cmp.Diff([]string{fourth, third, second, first}, ids); diff != "" {
		t.Errorf("listed (-want +got):\n%s", diff)
	}
}

func TestNoRuns(t *testing.T) {
	for _, dir := range []string{t.TempDir(), filepath.Join(t.TempDir(), "absent")} {
		store := applier.NewStore(dir, applier.Locking{Clock: newClock()})
		if _, err := store.Load(t.Context(), "last"); !errors.Is(err, applier.ErrNoRun) {
			t.Errorf("%v", err)
		}
		if runs, err := store.List(t.Context()); err != nil || len(runs) > 0 {
			t.Errorf("%v, %v", runs, err)
		}
	}
}

// What else lies in the directory is no run: stray files, folders of others, and a run that crashed before its first change.
func TestWhatIsNoRunIsPassedOver(t *testing.T) {
	w := newWork(t, newAccount(nil))
	id := w.record(t, header)
	for _, dir := range []string{"20991231-000000", "20991231-000001", "zzz"} {
		if err := os.Mkdir(filepath.Join(w.dir, dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range []string{"20991231-000000/plan.json", "20991231-000001/journal.jsonl", "zzzz"} {
		if err := os.WriteFile(filepath.Join(w.dir, file), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	runs, err := w.Store.List(t.Context())
	if err != nil || len(runs) != 1 || runs[0].ID != id {
		t.Errorf("%v, %v", runs, err)
	}
	if run, err := w.Store.Load(t.Context(), "last"); err != nil || run.ID != id {
		t.Errorf("%v, %v", run, err)
	}
}

func TestARunIsUndoneByACompleteRollbackThatStands(t *testing.T) {
	w := newWork(t, newAccount(nil))
	rollback := func(of string) string {
		h := header
		h.Command, h.Undoes = "rollback", of
		return w.record(t, h)
	}
	status := func(id string) string {
		run := w.mustLoad(t, id)
		listed, err := w.Store.List(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range listed {
			if l.ID == id && l.UndoneBy != run.UndoneBy {
				t.Errorf("%s is undone by %q when loaded and by %q when listed", id, run.UndoneBy, l.UndoneBy)
			}
		}
		return string(run.Status()) + " " + run.UndoneBy
	}
	check := func(when string, want map[string]string) {
		t.Helper()
		for id, s := range want {
			if got := status(id); got != s {
				t.Errorf("%s: run %s is %q, want %q", when, id, got, s)
			}
		}
	}
	a := w.record(t, header)
	check("applied", map[string]string{a: "done "})
	b := rollback(a)
	check("rolled back", map[string]string{a: "rolled back " + b, b: "done "})
	c := rollback(b)
	check("the rollback rolled back", map[string]string{a: "done ", b: "rolled back " + c, c: "done "})
	d := rollback(a)
	check("rolled back once more", map[string]string{a: "rolled back " + d, b: "rolled back " + c, c: "done ", d: "done "})

	if err := os.WriteFile(w.file(d, "result.json"), []byte(`{"status":"partly applied"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	check("half rolled back", map[string]string{a: "done ", d: "partly applied "})
	if err := os.Remove(w.file(d, "result.json")); err != nil {
		t.Fatal(err)
	}
	check("the rollback crashed", map[string]string{a: "done ", d: "unfinished "})
}

func TestAPlanOfANewerProgramIsRefused(t *testing.T) {
	w := newWork(t, newAccount(nil))
	id := w.record(t, header)
	text, err := os.ReadFile(w.file(id, "plan.json"))
	if err != nil {
		t.Fatal(err)
	}
	var plan map[string]any
	if err := json.Unmarshal(text, &plan); err != nil {
		t.Fatal(err)
	}
	plan["format"] = resource.PlanFormat + 1
	if text, err = json.Marshal(plan); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(w.file(id, "plan.json"), text, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = w.Store.Load(t.Context(), id)
	if want := "run " + id + ": its plan has format 3, and this program knows 2: use a newer one"; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

func TestADamagedFileOfARunIsNamed(t *testing.T) {
	for _, name := range []string{"plan.json", "result.json"} {
		w := newWork(t, newAccount(nil))
		id := w.record(t, header)
		if err := os.WriteFile(w.file(id, name), []byte(`{"changes":`), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Store.Load(t.Context(), id); err == nil || !strings.HasPrefix(err.Error(), "run "+id+": "+name+": ") {
			t.Errorf("%v", err)
		}
	}
	w := newWork(t, newAccount(nil))
	id := w.record(t, header)
	if err := os.Remove(w.file(id, "plan.json")); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Store.Load(t.Context(), id); err == nil || errors.Is(err, applier.ErrNoRun) || !strings.Contains(err.Error(), id) {
		t.Errorf("without its plan: %v", err)
	}
}

// One damaged record is no reason not to see the others.
func TestADamagedRunIsListedWithItsReason(t *testing.T) {
	w := newWork(t, newAccount(nil))
	intact := w.record(t, header)
	for name, journal := range map[string]string{
		"20261121-150000": `{"step":1,"event":"began"}`, "20261121-160000": "\x00\x00", "named by hand": "{",
	} {
		if err := os.Mkdir(filepath.Join(w.dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(w.file(name, "journal.jsonl"), []byte(journal+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	w.wait(t, 4*time.Hour)
	half := w.record(t, header)
	if err := os.WriteFile(w.file(half, "plan.json"), []byte(`{"changes":`), 0o600); err != nil {
		t.Fatal(err)
	}
	runs, err := w.Store.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, run := range runs {
		line := strings.Join([]string{run.ID, string(run.Status()), run.Header.Command, run.Header.Started.Format(time.TimeOnly)}, ", ")
		got = append(got, line)
		if run.ID == intact {
			continue
		}
		if _, err := w.Store.Load(t.Context(), run.ID); err == nil || run.Result == nil || run.Result.Error != err.Error() {
			t.Errorf("%s: loading says %v, and the list %+v", run.ID, err, run.Result)
		}
	}
	want := []string{
		"named by hand, damaged, , 00:00:00",
		half + ", damaged, apply, 18:02:11", // its header is whole
		"20261121-160000, damaged, , 16:00:00",
		"20261121-150000, damaged, , 15:00:00",
		intact + ", done, apply, 14:02:11",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("listed (-want +got):\n%s", diff)
	}
}

// While a run is carried out, nobody else can go on with it or take it back, and everybody can see that it runs.
func TestARunIsLockedWhileItIsCarriedOut(t *testing.T) {
	w := newWork(t, newAccount(nil))
	other := applier.NewStore(w.dir, applier.Locking{Clock: w.account.clock})
	looked := 0
	look := func(context.Context, resource.Change, int) answer {
		looked++
		run, err := other.Load(t.Context(), "last")
		if err != nil || run.Status() != applier.StatusRunning {
			t.Errorf("for others the run is %v, %v", run, err)
			return answer{err: failure(resource.Denied)}
		}
		if own := w.mustLoad(t, run.ID); own.Status() != applier.StatusUnfinished {
			t.Errorf("for itself the run is %s", own.Status())
		}
		_, err = other.Claim(t.Context(), run.ID)
		if locked, ok := errors.AsType[*applier.LockedError](err); !ok || !slices.Equal(locked.Runs, []string{run.ID}) {
			t.Errorf("claimed by others: %v", err)
		}
		theirs := *w.Applier
		theirs.Store = other
		if _, err := theirs.Resume(t.Context(), run, by); !errors.As(err, new(*applier.LockedError)) {
			t.Errorf("resumed by others: %v", err)
		}
		return answer{err: failure(resource.Denied)}
	}
	w.account.onWrite = look
	_, err := w.apply(t, mustPlan(t, nil, things{"a": thing("1")}))
	id := incomplete(t, err).Run.ID

	claimed, err := other.Claim(t.Context(), id)
	if err != nil || claimed.Status() != applier.StatusPartly {
		t.Fatalf("after its end: %v, %v", claimed, err)
	}
	if _, err := w.Resume(t.Context(), w.mustLoad(t, id), by); !errors.As(err, new(*applier.LockedError)) {
		t.Errorf("resumed while others have claimed it: %v", err)
	}
	if err := other.Release(t.Context(), header.Account); err != nil {
		t.Error(err)
	}
	if _, err := w.Resume(t.Context(), w.mustLoad(t, id), by); err == nil || looked != 2 {
		t.Errorf("resumed: %v, %d looks", err, looked)
	}
	w.account.onWrite = nil
	if run, err := w.Resume(t.Context(), w.mustLoad(t, id), by); err != nil || run.Status() != applier.StatusDone {
		t.Errorf("%v, %v", run, err)
	}
}
