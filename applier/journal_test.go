package applier_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"baseline/applier"
	"baseline/resource"
)

// disk is a file that knows what a power cut would leave of it. Its syncs can be held up and made to fail.
type disk struct {
	mu              sync.Mutex
	written, synced bytes.Buffer
	writes          int
	syncing         chan struct{} // each sync takes one; nil for no waiting
	full            error
}

func (d *disk) Write(p []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.writes++
	if d.full != nil {
		return 0, d.full
	}
	return d.written.Write(p)
}

func (d *disk) Sync() error {
	if d.syncing != nil {
		<-d.syncing
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	_, err := d.written.WriteTo(&d.synced)
	return err
}

func (d *disk) Close() error { return nil }

// steps are those of the records that are on disk.
func (d *disk) steps(t *testing.T) []int {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	var steps []int
	for line := range bytes.Lines(d.synced.Bytes()) {
		var record struct{ Step int }
		if err := json.Unmarshal(line, &record); err != nil {
			t.Fatal(err)
		}
		steps = append(steps, record.Step)
	}
	return steps
}

func TestASyncedRecordOutlivesAPowerCut(t *testing.T) {
	d := &disk{}
	j := applier.NewJournal(d)
	for step := range 20 {
		if err := j.Sync(step + 1); err != nil {
			t.Fatal(err)
		}
		if got := len(d.steps(t)); got != step+1 {
			t.Fatalf("%d records are on disk after %d syncs", got, step+1)
		}
	}
	j.Write(21)
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if got := len(d.steps(t)); got != 21 {
		t.Errorf("%d of 21 records are on disk after the close", got)
	}
}

func TestManyStepsShareOneSync(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &disk{syncing: make(chan struct{})}
		j := applier.NewJournal(d)
		synced := make(chan int)
		begin := func(step int) {
			if err := j.Sync(step); err != nil {
				t.Error(err)
			}
			synced <- step
		}
		go begin(1)
		synctest.Wait() // its sync is under way
		for step := 2; step <= 9; step++ {
			go begin(step)
		}
		synctest.Wait()
		if got := d.steps(t); len(got) > 0 {
			t.Errorf("%v are on disk before the first sync has ended", got)
		}
		d.syncing <- struct{}{}
		if first := <-synced; first != 1 {
			t.Errorf("step %d was told first", first)
		}
		d.syncing <- struct{}{}
		for range 8 {
			<-synced
		}
		if d.writes != 2 {
			t.Errorf("%d writes for nine records, want 2", d.writes)
		}
		if err := j.Close(); err != nil {
			t.Error(err)
		}
		if steps := slices.Sorted(slices.Values(d.steps(t))); !slices.Equal(steps, []int{1, 2, 3, 4, 5, 6, 7, 8, 9}) {
			t.Errorf("on disk: %v", steps)
		}
	})
}

// After a failed write nothing more is written: what follows would be read as part of a damaged line.
func TestAFullDiskStopsTheJournal(t *testing.T) {
	d := &disk{}
	j := applier.NewJournal(d)
	if err := j.Sync(1); err != nil {
		t.Fatal(err)
	}
	d.mu.Lock()
	d.full = errors.New("no space left on device")
	d.mu.Unlock()
	if err := j.Sync(2); !errors.Is(err, d.full) {
		t.Errorf("the sync says %v", err)
	}
	d.mu.Lock()
	full := d.full
	d.full = nil
	d.mu.Unlock()
	if err := j.Sync(3); !errors.Is(err, full) {
		t.Errorf("the next sync says %v", err)
	}
	j.Write(4)
	if err := j.Close(); !errors.Is(err, full) {
		t.Errorf("the close says %v", err)
	}
	if got := d.steps(t); !slices.Equal(got, []int{1}) {
		t.Errorf("on disk: %v", got)
	}
}

// aRun makes a run of four steps whose third failed, and returns its journal.
func aRun(t *testing.T) (w *work, id string, journal []byte) {
	t.Helper()
	w = newWork(t, newAccount(things{"a": thing("1"), "b": thing("1")}))
	w.account.onWrite = failing("c", answer{err: failure(resource.Denied)})
	_, err := w.apply(t, mustPlan(t, things{"a": thing("1"), "b": thing("1")}, things{"a": thing("2"), "c": thing("1"), "d": thing("1", "a")}))
	id = incomplete(t, err).Run.ID
	w.account.onWrite = nil
	journal, err = os.ReadFile(w.file(id, "journal.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	return w, id, journal
}

func (w *work) file(id, name string) string { return filepath.Join(w.dir, id, name) }

func TestAJournalCutAnywhereLoads(t *testing.T) {
	w, id, journal := aRun(t)
	header := bytes.IndexByte(journal, '\n') + 1
	for n := range len(journal) + 1 {
		if err := os.WriteFile(w.file(id, "journal.jsonl"), journal[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		run, err := w.Store.Load(t.Context(), "last")
		if n < header {
			// Without its header the run made no change.
			if !errors.Is(err, applier.ErrNoRun) {
				t.Fatalf("cut at byte %d, in the header: %v", n, err)
			}
			continue
		}
		if err != nil {
			t.Fatalf("cut at byte %d: %v", n, err)
		}
		want := make([]applier.Progress, len(run.Steps))
		for i := range want {
			want[i] = applier.Waiting
		}
		for line := range strings.Lines(string(journal[header:n])) {
			var step int
			if _, err := fmt.Sscanf(line, `{"step":%d,`, &step); err != nil || !strings.HasSuffix(line, "\n") {
				continue // the line that was cut
			}
			for event, means := range map[string]applier.Progress{"began": applier.InDoubt, "done": applier.Made, "failed": applier.Broken} {
				if strings.Contains(line, `"event":"`+event+`"`) {
					want[step-1] = means
				}
			}
		}
		if diff := cmp.Diff(want, progress(run)); diff != "" {
			t.Fatalf("cut at byte %d (-want +got):\n%s", n, diff)
		}
	}
}

// A run can be resumed wherever its journal was cut, and its journal is whole again afterwards.
func TestAJournalCutAnywhereCanBeGoneOnWith(t *testing.T) {
	w, id, journal := aRun(t)
	end := things{"a": thing("2"), "c": thing("1"), "d": thing("1", "a")}
	header := bytes.IndexByte(journal, '\n') + 1
	for n := header; n <= len(journal); n++ {
		if n%7 > 0 && journal[n-1] != '\n' && n != len(journal) {
			continue // a few bytes of each line stand for all
		}
		if err := os.WriteFile(w.file(id, "journal.jsonl"), journal[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Resume(t.Context(), w.mustLoad(t, id), by); err != nil {
			t.Fatalf("cut at byte %d: %v", n, err)
		}
		run := w.mustLoad(t, id)
		if got := counts(run.Result); got != "done: 4 done, 0 failed, 0 left" {
			t.Fatalf("cut at byte %d: %s, steps %v", n, got, progress(run))
		}
		if slices.ContainsFunc(run.Steps, func(s applier.Step) bool { return s.Progress != applier.Made }) {
			t.Fatalf("cut at byte %d: the journal says %v", n, progress(run))
		}
		w.account.mustBe(t, end)
	}
}

// However long the line was that a crash cut short, nothing of it is left behind what follows.
func TestACutLineIsDroppedBeforeTheJournalGoesOn(t *testing.T) {
	w, id, journal := aRun(t)
	cut := append(journal, `{"step":1,"event":"failed","error":"`+strings.Repeat("x", 1<<16)...)
	if err := os.WriteFile(w.file(id, "journal.jsonl"), cut, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Resume(t.Context(), w.mustLoad(t, id), by); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(w.file(id, "journal.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(whole, journal) || bytes.Contains(whole, []byte("xxx")) || !bytes.HasSuffix(whole, []byte("\n")) {
		t.Errorf("the journal is now %d bytes, of %d before", len(whole), len(cut))
	}
}

func TestDamageInAJournalIsNamed(t *testing.T) {
	w, id, journal := aRun(t)
	lines := bytes.SplitAfter(journal, []byte("\n"))
	for i, damage := range []string{"\n", "{\n", "null null\n", `{"step":"one"}` + "\n", `{"stage":1}` + "\n", "\x00\x00\x00\n"} {
		line := 1 + i%(len(lines)-2)
		damaged := slices.Clone(lines)
		damaged[line] = []byte(damage)
		if err := os.WriteFile(w.file(id, "journal.jsonl"), bytes.Join(damaged, nil), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := w.Store.Load(t.Context(), id)
		if want := fmt.Sprintf("run %s: journal.jsonl: line %d: ", id, line+1); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("load with %q: %v, want %s…", damage, err, want)
		}
	}
}

func FuzzJournal(f *testing.F) {
	dir := f.TempDir()
	run := filepath.Join(dir, "20261121-140211")
	if err := os.Mkdir(run, 0o700); err != nil {
		f.Fatal(err)
	}
	plan := `{"format":1,"changes":[{"address":"thing/a","after":{"value":"1"}},{"address":"thing/b","before":{"value":"1"},"needs":[0]}]}`
	if err := os.WriteFile(filepath.Join(run, "plan.json"), []byte(plan), 0o600); err != nil {
		f.Fatal(err)
	}
	const header = `{"header":{"command":"apply","started":"2026-11-21T14:02:11Z"}}` + "\n"
	for _, seed := range []string{
		"", "\n", header, header[:20],
		header + `{"step":1,"event":"began","at":"2026-11-21T14:02:11Z"}` + "\n" + `{"step":1,"event":"done"}` + "\n" + `{"step":2,"eve`,
		header + `{"step":3,"event":"began"}` + "\n" + `{"step":-1,"event":"failed","error":"x"}` + "\n",
		header + header + "null\n",
	} {
		f.Add([]byte(seed))
	}
	store := applier.NewStore(dir, applier.Locking{Clock: newClock()})
	f.Fuzz(func(t *testing.T, journal []byte) {
		if err := os.WriteFile(filepath.Join(run, "journal.jsonl"), journal, 0o600); err != nil {
			t.Fatal(err)
		}
		loaded, err := store.Load(t.Context(), "last")
		listed, listErr := store.List(t.Context())
		intact := len(listed) == 1 && listed[0].Status() != applier.StatusDamaged
		if listErr != nil || intact != (err == nil) || len(listed) == 0 && !errors.Is(err, applier.ErrNoRun) {
			t.Errorf("load says %v, list says %v and %d runs", err, listErr, len(listed))
		}
		if err != nil {
			return
		}
		if len(loaded.Steps) != 2 {
			t.Errorf("%d steps of a plan of two", len(loaded.Steps))
		}
		for _, s := range loaded.Steps {
			if !slices.Contains([]applier.Progress{applier.Waiting, applier.InDoubt, applier.Made, applier.Broken}, s.Progress) {
				t.Errorf("a step is %q", s.Progress)
			}
		}
		loaded.Made()
	})
}
