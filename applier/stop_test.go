package applier_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"baseline/applier"
	"baseline/resource"
)

// sixThings are independent but for the last, which needs the first.
var sixThings = things{"a": thing("1"), "b": thing("1"), "c": thing("1"), "d": thing("1"), "e": thing("1"), "f": thing("1", "a")}

// counts are the numbers of a result.
func counts(r *applier.Result) string {
	return fmt.Sprintf("%s: %d done, %d failed, %d left", r.Status, r.Done, r.Failed, r.Left)
}

func progress(run *applier.Run) []applier.Progress {
	var out []applier.Progress
	for _, s := range run.Steps {
		out = append(out, s.Progress)
	}
	return out
}

func TestAFailureKeepsNewStepsFromBeginning(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, g := newWork(t, newAccount(nil)), &gate{held: map[resource.Address]chan answer{}}
		w.account.onWrite, w.Parallel = g.hold, 3
		ended := make(chan error, 1)
		go func() {
			_, err := w.Apply(t.Context(), header, mustPlan(t, nil, sixThings), true)
			ended <- err
		}()
		synctest.Wait()
		g.release(at("b"), answer{err: failure(resource.Denied)})
		synctest.Wait()
		if diff := cmp.Diff([]resource.Address{at("a"), at("c")}, g.addresses()); diff != "" {
			t.Errorf("under way after the failure (-want +got):\n%s", diff)
		}
		g.release(at("c"), answer{})
		g.release(at("a"), answer{err: failure(resource.Limit)})
		err := <-ended

		e := incomplete(t, err)
		var failed []string
		for _, f := range e.Failed {
			failed = append(failed, fmt.Sprintf("%d %s", f.Step, f.Error()))
		}
		want := []string{
			"1 thing/a: things:Write: Code: it is limit",
			"2 thing/b: things:Write: Code: it is denied",
		}
		if diff := cmp.Diff(want, failed); diff != "" {
			t.Errorf("failed (-want +got):\n%s", diff)
		}
		for _, part := range append(want, "run "+e.Run.ID+" is not complete") {
			if _, text, _ := strings.Cut(part, " "); !strings.Contains(err.Error(), text) {
				t.Errorf("%q does not hold %q", err, text)
			}
		}
		run := w.mustLoad(t, "last")
		if got, want := counts(run.Result), "partly applied: 1 done, 2 failed, 3 left"; got != want {
			t.Errorf("%s, want %s", got, want)
		}
		if run.Result.Error != err.Error() {
			t.Errorf("the result says %q, want %q", run.Result.Error, err)
		}
		if diff := cmp.Diff([]applier.Progress{applier.Broken, applier.Broken, applier.Made, applier.Waiting, applier.Waiting, applier.Waiting}, progress(run)); diff != "" {
			t.Errorf("steps (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(run, e.Run); diff != "" {
			t.Errorf("the run on disk differs from the one returned:\n%s", diff)
		}
		w.account.mustBe(t, things{"c": thing("1")})
	})
}

func TestCancellingLetsCallsUnderWayEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, g := newWork(t, newAccount(nil)), &gate{held: map[resource.Address]chan answer{}}
		var cut atomic.Bool
		w.account.onWrite = func(ctx context.Context, c resource.Change, try int) answer {
			becomes := g.hold(ctx, c, try)
			if ctx.Err() != nil {
				cut.Store(true)
			}
			return becomes
		}
		w.Parallel = 3
		ctx, cancel := context.WithCancelCause(t.Context())
		interrupted := errors.New("interrupted by the user")
		ended := make(chan error, 1)
		go func() {
			_, err := w.Apply(ctx, header, mustPlan(t, nil, sixThings), true)
			ended <- err
		}()
		synctest.Wait()
		g.release(at("a"), answer{}) // d and the waiting f may come now, but only one of them
		synctest.Wait()
		cancel(interrupted)
		synctest.Wait()
		if diff := cmp.Diff([]resource.Address{at("b"), at("c"), at("d")}, g.addresses()); diff != "" {
			t.Errorf("under way (-want +got):\n%s", diff)
		}
		if last := w.events[len(w.events)-1]; last.Kind != applier.Cancelled {
			t.Errorf("the last event is %q", last.Kind)
		}
		for _, a := range g.addresses() {
			g.release(a, answer{})
			synctest.Wait()
		}
		err := <-ended
		if e := incomplete(t, err); !errors.Is(err, interrupted) || len(e.Failed) > 0 {
			t.Errorf("%v", err)
		}
		if cut.Load() {
			t.Error("a call under way was cut short")
		}
		run := w.mustLoad(t, "last")
		if got, want := counts(run.Result), "partly applied: 4 done, 0 failed, 2 left"; got != want {
			t.Errorf("%s, want %s", got, want)
		}
		w.account.mustBe(t, things{"a": thing("1"), "b": thing("1"), "c": thing("1"), "d": thing("1")})

		w.account.onWrite = nil
		if run, err = w.Resume(t.Context(), run, by); err != nil {
			t.Fatal(err)
		}
		if got, want := counts(run.Result), "done: 6 done, 0 failed, 0 left"; got != want {
			t.Errorf("resumed: %s, want %s", got, want)
		}
		w.account.mustBe(t, sixThings)
	})
}

func TestACancelledStepStopsTryingAgain(t *testing.T) {
	w := newWork(t, newAccount(nil))
	ctx, cancel := context.WithCancel(t.Context())
	w.account.onWrite = func(context.Context, resource.Change, int) answer {
		cancel()
		return answer{err: failure(resource.Throttled)}
	}
	_, err := w.Apply(ctx, header, mustPlan(t, nil, things{"a": thing("1")}), true)
	e := incomplete(t, err)
	if call, ok := errors.AsType[*resource.CallError](err); !ok || call.Class != resource.Throttled || !errors.Is(err, context.Canceled) || len(e.Failed) != 1 {
		t.Errorf("%v", err)
	}
	if w.account.tries[at("a")] != 1 {
		t.Errorf("tried %d times", w.account.tries[at("a")])
	}
}

func TestWhatIsCancelledBeforeItBeginsLeavesEverything(t *testing.T) {
	w := newWork(t, newAccount(nil))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := w.Apply(ctx, header, mustPlan(t, nil, sixThings), true)
	if e := incomplete(t, err); !errors.Is(err, context.Canceled) || counts(e.Run.Result) != "partly applied: 0 done, 0 failed, 6 left" {
		t.Errorf("%v, %+v", err, e.Run.Result)
	}
	w.account.mustBe(t, nil)
}

// What is told adds up: each step begins and ends once, and the count of finished steps grows to all of them.
func TestEvents(t *testing.T) {
	w := newWork(t, newAccount(nil))
	w.account.onWrite = firstly("b", answer{err: failure(resource.Busy)})
	run := w.mustApply(t, mustPlan(t, nil, things{"a": thing("1"), "b": thing("1")}))
	var got []string
	for _, e := range w.events {
		if e.Run != run.ID || e.Steps != 2 {
			t.Errorf("%+v", e)
		}
		line := fmt.Sprintf("%s %d, %d finished, at %v", e.Kind, e.Step, e.Finished, e.At.Sub(start))
		if e.Took != 0 {
			line += fmt.Sprintf(", took %v", e.Took)
		}
		if e.Change != nil {
			line += ", " + e.Change.Address.Name
		}
		if e.Err != nil {
			line += ", " + e.Err.Error()
		}
		got = append(got, line)
	}
	want := []string{
		"started 0, 0 finished, at 0s",
		"began 1, 0 finished, at 0s, a",
		"done 1, 1 finished, at 0s, a",
		"began 2, 1 finished, at 0s, b",
		"retrying 2, 1 finished, at 0s, b, things:Write: Code: it is busy",
		"done 2, 2 finished, at 200ms, took 200ms, b",
		"checking 0, 2 finished, at 200ms",
		"finished 0, 2 finished, at 200ms",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}
