package applier_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"baseline/applier"
	"baseline/resource"
)

// bubbleClock is the clock of a synctest bubble.
type bubbleClock struct{}

func (bubbleClock) Now() time.Time { return time.Now() } //nolint:forbidigo // a bubble's time is not the wall's

func (bubbleClock) Sleep(ctx context.Context, d time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	<-ctx.Done()
	if errors.Is(context.Cause(ctx), context.DeadlineExceeded) {
		return nil
	}
	return ctx.Err()
}

// A lock in files lives as long as its heartbeats, through failures that pass, and dies some time after the last.
func TestALockInFilesLivesByItsHeartbeats(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBucket()
		first := b.client()
		var away atomic.Bool
		first.onCall = func(string, string, int) fault {
			if away.Load() {
				return fault{err: errAway}
			}
			return fault{}
		}
		holder := applier.NewFileStore(first, "s3://runs", applier.Locking{Clock: bubbleClock{}, Owner: func() string { return "the holder" }})
		other := applier.NewFileStore(b.client(), "s3://runs", applier.Locking{Clock: bubbleClock{}})
		if _, err := holder.Lock(t.Context(), header.Account, ""); err != nil {
			t.Fatal(err)
		}
		begun := bubbleClock{}.Now()
		pass := func(d time.Duration) *applier.LockedError {
			t.Helper()
			_ = bubbleClock{}.Sleep(t.Context(), d)
			synctest.Wait()
			_, err := other.Await(t.Context(), header.Account)
			locked, _ := errors.AsType[*applier.LockedError](err)
			if locked == nil && err != nil {
				t.Fatal(err)
			}
			return locked
		}
		if locked := pass(time.Hour); locked == nil || !locked.Since.Equal(begun.UTC()) || locked.Beat.Sub(begun) != time.Hour {
			t.Fatalf("after an hour: %v", locked)
		}
		away.Store(true)
		pass(time.Minute)
		away.Store(false)
		if locked := pass(20 * time.Second); locked == nil || (bubbleClock{}).Now().Sub(locked.Beat) > 20*time.Second {
			t.Errorf("after a minute without a network: %v", locked)
		}
		away.Store(true)
		locked := pass(2 * time.Minute)
		if locked == nil {
			t.Fatal("it was given up as soon as it had expired, although clocks differ")
		}
		if locked := pass(locked.Until().Sub(bubbleClock{}.Now())); locked != nil {
			t.Errorf("it is said to be free by now: %v", locked)
		}
		if err := holder.Release(t.Context(), header.Account); err == nil || !strings.Contains(err.Error(), errAway.Error()) {
			t.Errorf("released without a network: %v", err)
		}
	})
}

// Who finds the lock taken over leaves it to its new holder.
func TestALockThatWasTakenOverIsLeftAlone(t *testing.T) {
	b, c := newBucket(), newClock()
	open := func(name string) *applier.Store {
		return applier.NewFileStore(b.client(), "s3://runs", locking(c, name))
	}
	first, second, third := open("first"), open("second"), open("third")
	if _, err := first.Lock(t.Context(), header.Account, ""); err != nil {
		t.Fatal(err)
	}
	_ = c.Sleep(t.Context(), time.Hour) // never fails
	if _, err := second.Lock(t.Context(), header.Account, ""); err != nil {
		t.Fatal(err)
	}
	if err := first.Release(t.Context(), header.Account); err != nil {
		t.Error(err)
	}
	_, err := third.Lock(t.Context(), header.Account, "")
	if locked, ok := errors.AsType[*applier.LockedError](err); !ok || locked.Owner != "second" {
		t.Errorf("%v", err)
	}
}

// Who can't renew the lock before it expires begins no more steps. Who can, however late, goes on, unless somebody else has it.
func TestNoStepBeginsWithoutTheLock(t *testing.T) {
	for _, comesBack := range []bool{false, true} {
		b := newBucket()
		c := b.client()
		a := newAccount(nil)
		w := inPlace(a, func(l applier.Locking) *applier.Store { return applier.NewFileStore(c, "s3://runs", l) }, "the holder", 0)
		var away atomic.Bool
		c.onCall = func(_, name string, _ int) fault {
			if strings.HasPrefix(name, "locks/") && away.Load() {
				return fault{err: errAway}
			}
			return fault{}
		}
		w.Tell = func(e applier.Event) {
			if e.Kind == applier.Done && e.Step == 1 {
				w.wait(t, 3*time.Minute)
				away.Store(!comesBack)
			}
		}
		_, err := w.apply(t, mustPlan(t, nil, threeThings))
		away.Store(false)
		if comesBack {
			if err != nil {
				t.Error(err)
			}
			continue
		}
		e := incomplete(t, err)
		if len(e.Failed) > 0 || e.Cause == nil || !errors.Is(err, errAway) || !slices.Equal(a.calls, []string{"create a"}) {
			t.Errorf("%v after %v", err, a.calls)
		}
		if run := w.mustLoad(t, e.Run.ID); counts(run.Result) != "partly applied: 1 done, 0 failed, 2 left" {
			t.Errorf("it is recorded as %s", counts(run.Result))
		}
	}
}

// A list of runs costs a list of names, and two reads for each run that ended, side by side; a second one costs only the names.
func TestAListOfRunsInFilesIsReadSideBySide(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBucket()
		w := inPlace(newAccount(nil), func(l applier.Locking) *applier.Store { return applier.NewFileStore(b.client(), "s3://runs", l) }, "one", 0)
		const runs = 40
		for i := range runs {
			w.wait(t, time.Second)
			from, to := things{}, things{"a": thing(fmt.Sprint(i))}
			if i > 0 {
				from["a"] = thing(fmt.Sprint(i - 1))
			}
			w.mustApply(t, mustPlan(t, from, to))
		}
		b.calls = map[string]int{}
		b.hold = make(chan struct{})
		reader := applier.NewFileStore(b.client(), "s3://runs", locking(w.account.clock, "reader"))
		type list struct {
			runs []*applier.Run
			err  error
		}
		listed := make(chan list)
		go func() {
			runs, err := reader.List(t.Context())
			listed <- list{runs, err}
		}()
		synctest.Wait()
		if b.reading != 16 {
			t.Errorf("%d reads are under way at once, not 16", b.reading)
		}
		close(b.hold)
		l := <-listed
		if l.err != nil || len(l.runs) != runs || l.runs[0].Status() != applier.StatusDone || len(l.runs[0].Steps) != 1 {
			t.Fatalf("%d runs, %v", len(l.runs), l.err)
		}
		if b.calls["names"] != 1 || b.calls["read"] != 2*runs {
			t.Errorf("calls %v", b.calls)
		}
		if _, err := reader.List(t.Context()); err != nil || b.calls["names"] != 2 || b.calls["read"] != 2*runs {
			t.Errorf("after a second list: %v, %v", b.calls, err)
		}
	})
}

// A store that can't be reached is never taken for one without runs, or for damaged ones.
func TestFilesThatCannotBeReadAreNoEmptyStore(t *testing.T) {
	b := newBucket()
	inPlace(newAccount(nil), func(l applier.Locking) *applier.Store { return applier.NewFileStore(b.client(), "s3://runs", l) }, "one", 0).
		mustApply(t, mustPlan(t, nil, things{"a": thing("1")}))
	for n := 1; ; n++ {
		c := b.client()
		c.onCall = func(_, _ string, call int) fault {
			if call == n {
				return fault{err: &resource.CallError{Operation: "s3:GetObject", Class: resource.Denied, Code: "AccessDenied"}}
			}
			return fault{}
		}
		store := applier.NewFileStore(c, "s3://runs", locking(newClock(), "reader"))
		runs, err := store.List(t.Context())
		if err == nil {
			if len(runs) != 1 || runs[0].Status() != applier.StatusDone || n < 3 {
				t.Errorf("call %d: %v", n, runs)
			}
			return
		}
		if !strings.Contains(err.Error(), "s3:GetObject") {
			t.Errorf("call %d: %v", n, err)
		}
	}
}
