package applier_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"baseline/applier"
	"baseline/resource"
)

// failing makes every write of one thing fail.
func failing(name string, with answer) func(context.Context, resource.Change, int) answer {
	return func(_ context.Context, c resource.Change, _ int) answer {
		if c.Address == at(name) {
			return with
		}
		return answer{}
	}
}

// firstly gives the writes of one thing these answers in turn; further ones take.
func firstly(name string, with ...answer) func(context.Context, resource.Change, int) answer {
	return func(_ context.Context, c resource.Change, try int) answer {
		if c.Address == at(name) && try <= len(with) {
			return with[try-1]
		}
		return answer{}
	}
}

// Which failures are waited for depends on what the step waited for: what AWS does not show yet, this run must have made.
func TestWhichFailuresAreTriedAgain(t *testing.T) {
	const (
		once      = false
		patiently = true
	)
	type verdicts map[resource.Class]bool
	always := verdicts{
		resource.Denied: once, resource.Invalid: once, resource.Limit: once, resource.Expired: once,
		resource.Throttled: patiently, resource.Busy: patiently, resource.Lost: patiently,
	}
	for _, test := range []struct {
		name     string
		from, to things
		failing  string
		verdicts verdicts
		// follows makes each step wait for the one before it, as what AWS tries out another object for waits for a change of that.
		follows bool
	}{
		{
			name: "an update on its own", from: things{"a": thing("1")}, to: things{"a": thing("2")}, failing: "a",
			verdicts: verdicts{resource.Missing: once, resource.InUse: once},
		},
		{
			name: "a create on its own", from: nil, to: things{"a": thing("1")}, failing: "a",
			// Nothing is seen of what is said to exist: it may not be visible yet.
			verdicts: verdicts{resource.Missing: once, resource.InUse: once, resource.Exists: patiently},
		},
		{
			name: "a delete on its own", from: things{"a": thing("1")}, to: nil, failing: "a",
			// It is seen, so it is not missing: one of the two is late.
			verdicts: verdicts{resource.Missing: patiently, resource.InUse: once},
		},
		{
			name: "a create that needs what was there before", from: things{"a": thing("1")}, to: things{"a": thing("1"), "b": thing("1", "a")}, failing: "b",
			verdicts: verdicts{resource.Missing: once, resource.InUse: once},
		},
		{
			name: "a create that needs what this run created", from: nil, to: things{"a": thing("1"), "b": thing("1", "a")}, failing: "b",
			verdicts: verdicts{resource.Missing: patiently, resource.InUse: once},
		},
		{
			name: "an update that needs what this run created", from: things{"b": thing("1")}, to: things{"a": thing("1"), "b": thing("1", "a")}, failing: "b",
			verdicts: verdicts{resource.Missing: patiently, resource.InUse: once},
		},
		{
			name: "a create that follows an update", from: things{"a": thing("1")}, to: things{"a": thing("2"), "b": thing("1")},
			failing: "b", verdicts: verdicts{resource.Missing: patiently}, follows: true,
		},
		{
			name: "an update that follows an update", from: things{"a": thing("1"), "b": thing("1")}, to: things{"a": thing("2"), "b": thing("2")},
			failing: "b", verdicts: verdicts{resource.Missing: patiently}, follows: true,
		},
		{
			name: "a create that follows a delete", from: things{"a": thing("1")}, to: things{"b": thing("1")},
			failing: "b", verdicts: verdicts{resource.Missing: once, resource.InUse: patiently}, follows: true,
		},
		{
			name: "a delete of what this run made others let go of", from: things{"a": thing("1"), "b": thing("1", "a")}, to: things{"b": thing("1")}, failing: "a",
			verdicts: verdicts{resource.InUse: patiently},
		},
		{
			name: "a delete of what held on to what this run deleted", from: things{"a": thing("1"), "b": thing("1", "a")}, to: nil, failing: "a",
			verdicts: verdicts{resource.InUse: patiently},
		},
	} {
		for _, some := range []verdicts{always, test.verdicts} {
			for class, patient := range some {
				t.Run(fmt.Sprintf("%s, %s", test.name, class), func(t *testing.T) {
					w := newWork(t, newAccount(test.from))
					w.account.onWrite = failing(test.failing, answer{err: failure(class)})
					plan := mustPlan(t, test.from, test.to)
					for i := range plan.Changes {
						if test.follows && i > 0 {
							plan.Changes[i].Needs = []int{i - 1}
						}
					}
					_, err := w.apply(t, plan)

					failed := incomplete(t, err).Failed
					if len(failed) != 1 || failed[0].Change.Address != at(test.failing) {
						t.Fatalf("failed: %v", failed)
					}
					if call, ok := errors.AsType[*resource.CallError](err); !ok || call.Class != class {
						t.Errorf("the error is %v, not the failed call", err)
					}
					tries, waited := w.account.tries[at(test.failing)], w.account.clock.Now().Sub(start)
					switch {
					case !patient && (tries != 1 || waited != 0):
						t.Errorf("tried %d times in %v, want once", tries, waited)
					case patient && (tries < 10 || waited > applier.Patience || waited < applier.Patience-10*time.Second):
						t.Errorf("tried %d times in %v, want %v made use of", tries, waited, applier.Patience)
					}
				})
			}
		}
	}
}

func TestAFailureThatIsNoCallIsNotTriedAgain(t *testing.T) {
	w := newWork(t, newAccount(nil))
	w.account.onWrite = failing("a", answer{err: errors.New("no such kind")})
	_, err := w.apply(t, mustPlan(t, nil, things{"a": thing("1")}))
	if incomplete(t, err); w.account.tries[at("a")] != 1 {
		t.Errorf("tried %d times, want once: %v", w.account.tries[at("a")], err)
	}
}

func TestWaitsDoubleUpToTenSeconds(t *testing.T) {
	w := newWork(t, newAccount(nil))
	w.account.onWrite = failing("a", answer{err: failure(resource.Throttled)})
	_, err := w.apply(t, mustPlan(t, nil, things{"a": thing("1")}))
	incomplete(t, err)
	var waits []time.Duration
	for _, e := range w.events {
		if e.Kind == applier.Retrying {
			waits = append(waits, e.Wait)
		}
	}
	want := []time.Duration{200, 400, 800, 1600, 3200, 6400, 10000, 10000, 10000, 10000, 10000, 10000, 10000, 10000, 10000, 10000}
	for i := range want {
		want[i] *= time.Millisecond
	}
	if diff := cmp.Diff(want, waits); diff != "" {
		t.Errorf("waits (-want +got):\n%s", diff)
	}
}

func TestAStepThatTakesAfterSomeTriesIsDone(t *testing.T) {
	to := things{"a": thing("1"), "b": thing("1", "a")}
	w := newWork(t, newAccount(nil))
	w.account.onWrite = firstly("b", answer{err: failure(resource.Throttled)}, answer{err: failure(resource.Missing)}, answer{err: failure(resource.Busy)})
	run := w.mustApply(t, mustPlan(t, nil, to))
	if w.account.tries[at("b")] != 4 || run.Result.Done != 2 {
		t.Errorf("%d tries, result %+v", w.account.tries[at("b")], run.Result)
	}
	w.account.mustBe(t, to)
}

// A lost answer is looked at: the call may have been carried out, or not, or in part.
func TestLostAnswersAreLookedAt(t *testing.T) {
	lost := failure(resource.Lost)
	for _, test := range []struct {
		name      string
		from, to  things
		onWrite   func(context.Context, resource.Change, int) answer
		lag       time.Duration
		wantTries int
	}{
		{"a create that was made", nil, things{"a": thing("1")}, firstly("a", answer{lost, true}), 0, 1},
		{"a create that was not made", nil, things{"a": thing("1")}, firstly("a", answer{lost, false}), 0, 2},
		{"an update that was made", things{"a": thing("1")}, things{"a": thing("2")}, firstly("a", answer{lost, true}), 0, 1},
		{"an update that was not made", things{"a": thing("1")}, things{"a": thing("2")}, firstly("a", answer{lost, false}), 0, 2},
		{"a delete that was made", things{"a": thing("1")}, nil, firstly("a", answer{lost, true}), 0, 1},
		{"a delete that was not made", things{"a": thing("1")}, nil, firstly("a", answer{lost, false}), 0, 2},
		// The look misses it, the next try meets it, and a later look sees that it is ours. That is 0.2 s, 0.6 s and 1.4 s after it.
		{"a create that was made and shows late", nil, things{"a": thing("1")}, firstly("a", answer{lost, true}), time.Second, 4},
		{"a delete that was made and shows late", things{"a": thing("1")}, nil, firstly("a", answer{lost, true}), time.Second, 4},
		{"lost over and over", nil, things{"a": thing("1")}, firstly("a", answer{lost, false}, answer{lost, false}, answer{lost, true}), 0, 3},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWork(t, newAccount(test.from))
			w.account.onWrite, w.account.lag = test.onWrite, test.lag
			run := w.mustApply(t, mustPlan(t, test.from, test.to))
			if w.account.tries[at("a")] != test.wantTries {
				t.Errorf("tried %d times, want %d", w.account.tries[at("a")], test.wantTries)
			}
			if run.Result.Status != applier.StatusDone {
				t.Errorf("%+v", run.Result)
			}
			if len(w.account.calls) != 1 {
				t.Errorf("carried out %v, want it once", w.account.calls)
			}
			w.account.mustBe(t, test.to)
		})
	}
}

func TestALookThatFailsIsTold(t *testing.T) {
	w := newWork(t, newAccount(nil))
	w.account.onWrite = firstly("a", answer{failure(resource.Lost), true})
	unreadable := errors.New("a read of everything was denied")
	w.account.onRead = func(int) error { return unreadable }
	_, err := w.apply(t, mustPlan(t, nil, things{"a": thing("1")}))
	if e := incomplete(t, err); !errors.Is(err, unreadable) || len(e.Failed) != 1 || !strings.Contains(err.Error(), "it is lost") {
		t.Errorf("it does not tell of the call and of the look: %v", err)
	}
}

// What exists already is somebody else's unless an answer of ours was lost.
func TestACreateThatMeetsAnother(t *testing.T) {
	to := things{"a": thing("ours")}
	meets := func(t *testing.T, value string) (*work, error) {
		w := newWork(t, newAccount(nil))
		w.account.onWrite = func(_ context.Context, c resource.Change, try int) answer {
			if try == 1 { // after the plan, and just before our call
				w.account.mu.Lock()
				defer w.account.mu.Unlock()
				w.account.state[c.Address] = thing(value)
				w.account.past = append(w.account.past, moment{w.account.clock.Now(), resource.State{c.Address: thing(value)}})
			}
			return answer{}
		}
		_, err := w.apply(t, mustPlan(t, nil, to))
		return w, err
	}
	t.Run("with other settings", func(t *testing.T) {
		w, err := meets(t, "theirs")
		if e := incomplete(t, err); len(e.Failed) != 1 || !strings.Contains(err.Error(), "somebody else created it after the plan was made, with another value") {
			t.Error(err)
		}
		if w.account.tries[at("a")] != 1 {
			t.Errorf("tried %d times, want once", w.account.tries[at("a")])
		}
		w.account.mustBe(t, things{"a": thing("theirs")})
	})
	t.Run("with the same settings", func(t *testing.T) {
		w, err := meets(t, "ours")
		if err != nil {
			t.Error(err)
		}
		w.account.mustBe(t, to)
	})
}

// What an earlier call of ours left half-made is finished, not taken for somebody else's.
func TestACreateThatWasMadeHalfWayIsFinished(t *testing.T) {
	for _, test := range []struct {
		name   string
		class  resource.Class
		lag    time.Duration
		veiled int
	}{
		{"its answer was lost", resource.Lost, 0, 0},
		{"its answer was lost, and what it left shows late", resource.Lost, time.Second, 0},
		{"its answer was lost, and what it left is taken for another account's at first", resource.Lost, 0, 1},
		{"the object was busy in the middle", resource.Busy, 0, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWork(t, newAccount(nil))
			w.account.lag, w.account.veiled = test.lag, test.veiled
			half := resource.State{at("a"): thing("half")}
			w.account.onWrite = func(_ context.Context, _ resource.Change, try int) answer {
				if try > 1 {
					return answer{}
				}
				w.account.mu.Lock()
				defer w.account.mu.Unlock()
				w.account.state = maps.Clone(half)
				w.account.past = append(w.account.past, moment{w.account.clock.Now(), half})
				return answer{err: failure(test.class)}
			}
			w.mustApply(t, mustPlan(t, nil, things{"a": thing("whole")}))
			if diff := cmp.Diff([]string{"update a"}, w.account.calls); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}
			w.account.mustBe(t, things{"a": thing("whole")})
		})
	}
}

func TestADeleteOfWhatIsGoneIsDone(t *testing.T) {
	from := things{"a": thing("1")}
	plan := mustPlan(t, from, nil)
	w := newWork(t, newAccount(nil)) // somebody else was faster
	run := w.mustApply(t, plan)
	if run.Result.Done != 1 || w.account.tries[at("a")] != 1 {
		t.Errorf("result %+v after %d tries", run.Result, w.account.tries[at("a")])
	}
}
