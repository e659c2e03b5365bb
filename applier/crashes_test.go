package applier_test

import (
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"baseline/applier"
	"baseline/resource"
)

// Wherever in the writes of its record a process dies or is cut off, another finishes the run or takes it back, with nothing but
// the files; and where nothing was begun, nothing stands in its way.
func TestARunGoesOnFromFilesWhereverItsRecordEnded(t *testing.T) {
	to := things{"a": thing("2"), "c": thing("1"), "d": thing("1", "a"), "e": thing("1")}
	from := things{"a": thing("1"), "b": thing("1")}
	for _, parallel := range []int{1, 3} {
		for _, mode := range []string{"cut off", "cut off after", "failing once", "failing once after"} {
			for _, end := range []string{"resume", "rollback"} {
				t.Run(fmt.Sprintf("%d at once, %s, %s", parallel, mode, end), func(t *testing.T) {
					for n := 1; ; n++ {
						if n > 100 {
							t.Fatal("no end")
						}
						if !endsAt(t, parallel, n, mode, end, from, to) {
							return
						}
					}
				})
			}
		}
	}
}

// endsAt has the nth write fail, and goes on from there. It returns false where there is no nth write.
func endsAt(t *testing.T, parallel, n int, mode, end string, from, to things) bool {
	t.Helper()
	b := newBucket()
	first := b.client()
	hit := false
	first.onCall = func(kind, _ string, _ int) fault {
		now := first.count("write")
		switch {
		case now < n || now == n && kind != "write":
			return fault{}
		case now == n:
			hit = true
			return fault{err: errAway, carriedOut: strings.HasSuffix(mode, "after")}
		case strings.HasPrefix(mode, "failing once"):
			return fault{}
		}
		return fault{err: errAway}
	}
	a := newAccount(from)
	open := func(c *client) func(applier.Locking) *applier.Store {
		return func(l applier.Locking) *applier.Store { return applier.NewFileStore(c, "s3://runs", l) }
	}
	w := inPlace(a, open(first), "the first", 0)
	w.Parallel = parallel
	plan := mustPlan(t, from, to)
	_, err := w.apply(t, plan)
	if !hit {
		if err != nil {
			t.Fatalf("without a failure: %v", err)
		}
		return false
	}
	if err == nil && strings.HasPrefix(mode, "cut off") && first.count("write") > n {
		t.Fatalf("write %d: it succeeded without a record", n)
	}
	w.wait(t, time.Hour)
	next := inPlace(a, open(b.client()), "the next", 0)
	runs, err := next.Store.List(t.Context())
	if err != nil {
		t.Fatalf("write %d: %v", n, err)
	}
	if len(runs) == 0 {
		a.mustBe(t, from)
		next.mustApply(t, plan)
		a.mustBe(t, to)
		return true
	}
	switch run := runs[0]; {
	case run.Status() == applier.StatusDone: // only the lock was not given back
		a.mustBe(t, to)
	case end == "resume":
		if _, err := next.Resume(t.Context(), run, by); err != nil {
			t.Fatalf("write %d: resume: %v", n, err)
		}
		a.mustBe(t, to)
	default:
		if run, err = next.Store.Claim(t.Context(), run.ID); err != nil {
			t.Fatalf("write %d: claim: %v", n, err)
		}
		if _, err := next.Apply(t.Context(), undoing(run.ID), next.back(t, run), true); err != nil {
			t.Fatalf("write %d: rollback: %v", n, err)
		}
		a.mustBe(t, from)
		if err := next.Store.Release(t.Context(), header.Account); err != nil {
			t.Fatal(err)
		}
	}
	// Nothing is left in the way of the next one.
	inPlace(a, open(b.client()), "the last", 0).mustApply(t, &resource.Plan{Format: resource.PlanFormat, Account: header.Account})
	return true
}

func (c *client) count(kind string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.calls[kind]
}

// A process that was believed dead and wakes up finds that it may do nothing more, at whichever moment it slept.
func TestASleeperChangesNothingAfterItsRunWasTakenOver(t *testing.T) {
	for _, sleeps := range []string{"between steps", "as a step is recorded", "as the lock is renewed", "as the run is recorded"} {
		for _, end := range []string{"resume", "rollback"} {
			t.Run(sleeps+", "+end, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) { sleeper(t, sleeps, end) })
			})
		}
	}
}

func sleeper(t *testing.T, sleeps, end string) {
	b := newBucket()
	a := newAccount(nil)
	theirs := b.client()
	w := inPlace(a, func(l applier.Locking) *applier.Store { return applier.NewFileStore(theirs, "s3://runs", l) }, "the sleeper", 0)
	wake, asleep := make(chan struct{}), false
	sleep := func() {
		if !asleep {
			asleep = true
			<-wake
		}
	}
	w.Tell = func(e applier.Event) {
		switch {
		case e.Kind == applier.Done && sleeps == "as the lock is renewed":
			w.wait(t, 90*time.Second) // so that the next step renews it
		case e.Kind == applier.Done && sleeps == "between steps":
			sleep()
		}
	}
	theirs.onWrite = func(name, data string) {
		switch {
		case sleeps == "as a step is recorded" && strings.Contains(data, `{"step":2,"event":"began"`),
			sleeps == "as the lock is renewed" && strings.HasPrefix(name, "locks/") && len(a.calls) > 0,
			sleeps == "as the run is recorded" && strings.HasSuffix(name, "/000001.jsonl"):
			sleep()
		}
	}
	ended := make(chan error)
	go func() {
		_, err := w.apply(t, mustPlan(t, nil, threeThings))
		ended <- err
	}()
	synctest.Wait()
	if !asleep {
		t.Fatal("it doesn't sleep")
	}
	w.wait(t, time.Hour)
	next := inPlace(a, func(l applier.Locking) *applier.Store { return applier.NewFileStore(b.client(), "s3://runs", l) }, "the next", 0)
	run, err := next.Store.Load(t.Context(), "last")
	var want things
	switch {
	case sleeps == "as the run is recorded":
		if !errors.Is(err, applier.ErrNoRun) {
			t.Fatalf("%v, %v", run, err)
		}
		want = things{"z": thing("1")}
		next.mustApply(t, mustPlan(t, nil, want))
	case err != nil:
		t.Fatal(err)
	case end == "resume":
		want = threeThings
		if _, err := next.Resume(t.Context(), run, by); err != nil {
			t.Fatal(err)
		}
	default:
		if run, err = next.Store.Claim(t.Context(), run.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := next.Apply(t.Context(), undoing(run.ID), next.back(t, run), true); err != nil {
			t.Fatal(err)
		}
		if err := next.Store.Release(t.Context(), header.Account); err != nil {
			t.Fatal(err)
		}
	}
	tried := maps.Clone(a.tries)
	sleepersRun := start.Format("20060102-150405")
	close(wake)
	if err := <-ended; err == nil || !strings.Contains(err.Error(), "taken") {
		t.Errorf("the sleeper ends with %v", err)
	}
	if !maps.Equal(a.tries, tried) {
		t.Errorf("the sleeper made calls: %v, and before it woke %v", a.tries, tried)
	}
	a.mustBe(t, want)
	runs, err := next.Store.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, run := range runs {
		if s := run.Status(); s != applier.StatusDone && s != applier.StatusUndone {
			t.Errorf("run %s is %s", run.ID, s)
		}
	}
	results := 0
	for name := range b.files {
		if strings.HasPrefix(name, "runs/"+sleepersRun+"/result/") {
			results++
		}
	}
	if want := map[bool]int{true: 1}[end == "resume" && sleeps != "as the run is recorded"]; results != want {
		t.Errorf("the sleeper's run has %d results, not %d", results, want)
	}
	// The sleeper has not freed what is not its own, nor taken it.
	if _, err := next.Store.Await(t.Context(), header.Account); err != nil {
		t.Error(err)
	}
}
