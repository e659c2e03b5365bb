package applier_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"baseline/applier"
	"baseline/resource"
)

// A plan that was not made from a read of this moment is compared with the account before anything is recorded.
func TestAStalePlanIsRefused(t *testing.T) {
	with := func(r resource.Resource, facts resource.Facts) resource.Resource {
		return resource.Resource{Settings: r.Settings, Facts: facts}
	}
	id := func(id string) resource.Facts { return resource.Facts{resource.FactID: id} }
	for _, test := range []struct {
		name         string
		planned, now things
		to           things
		want         string // in the error; "" for none
	}{
		{"as planned", things{"a": thing("1")}, things{"a": thing("1")}, things{"a": thing("2")}, ""},
		{"another value", things{"a": thing("1")}, things{"a": thing("3")}, things{"a": thing("2")}, "thing/a has changed: value"},
		{"already as wanted", things{"a": thing("1")}, things{"a": thing("2")}, things{"a": thing("2")}, "thing/a has changed: value"},
		{"gone", things{"a": thing("1")}, nil, things{"a": thing("2")}, "thing/a is gone"},
		{"gone, and to be deleted", things{"a": thing("1")}, nil, nil, "thing/a is gone"},
		{"there, and to be created", nil, things{"a": thing("1")}, things{"a": thing("1")}, "thing/a has been made since"},
		{"what the plan does not touch", things{"a": thing("1"), "b": thing("1")}, things{"a": thing("1"), "b": thing("2")}, things{"a": thing("2"), "b": thing("1")}, ""},
		{"the same id", things{"a": with(thing("1"), id("X"))}, things{"a": with(thing("1"), id("X"))}, things{"a": thing("2")}, ""},
		{"another of the same name", things{"a": with(thing("1"), id("X"))}, things{"a": with(thing("1"), id("Y"))}, nil, "thing/a has changed: id"},
		{"a fact more", things{"a": with(thing("1"), id("X"))}, things{"a": with(thing("1"), resource.Facts{"id": "X", "password": "set"})}, nil, "thing/a has changed: password"},
		{"a fact less", things{"a": with(thing("1"), resource.Facts{"id": "X", "password": "set"})}, things{"a": with(thing("1"), id("X"))}, nil, "thing/a has changed: password"},
	} {
		t.Run(test.name, func(t *testing.T) {
			plan := mustPlan(t, test.planned, test.to)
			w := newWork(t, newAccount(test.now))
			_, err := w.Apply(t.Context(), header, plan, false)
			stale, isStale := errors.AsType[*applier.StaleError](err)
			if test.want == "" {
				if err != nil || len(w.account.calls) != 1 {
					t.Errorf("%v after %v", err, w.account.calls)
				}
				return
			}
			if !isStale || len(stale.Moved) != 1 || !strings.Contains(err.Error(), test.want[len("thing/"):]) {
				t.Errorf("%v, want %s", err, test.want)
			}
			if len(w.account.calls) > 0 {
				t.Errorf("it called %v", w.account.calls)
			}
			if entries, err := os.ReadDir(w.dir); err != nil || len(entries) != 1 || entries[0].Name() != "locks" {
				t.Errorf("it recorded %v, %v", entries, err)
			}
		})
	}
}

// A read that fails is an error: nothing is changed on the strength of half a look.
func TestAPlanIsNotAppliedWithoutTheRead(t *testing.T) {
	denied := errors.New("denied")
	w := newWork(t, newAccount(nil))
	w.account.onRead = func(int) error { return denied }
	if _, err := w.Apply(t.Context(), header, mustPlan(t, nil, things{"a": thing("1")}), false); !errors.Is(err, denied) {
		t.Errorf("%v", err)
	}
	w.account.mustBe(t, nil)
}

// What was looked at closely for the plan is looked at closely again; the rest of the account is not read.
func TestTheReadBeforeAnApplyIsAsCloseAsThePlans(t *testing.T) {
	looked := resource.Resource{Settings: thing("1").Settings, Facts: resource.Facts{resource.FactLooked: "yes"}}
	from := things{"a": looked, "b": thing("1")}
	w := newWork(t, newAccount(from))
	if _, err := w.Apply(t.Context(), header, mustPlan(t, from, nil), false); err != nil {
		t.Fatal(err)
	}
	want := read{kinds: []resource.Kind{"thing"}, look: []resource.Address{at("a")}}
	if diff := cmp.Diff(want, w.account.reads[0], cmp.AllowUnexported(read{})); diff != "" {
		t.Errorf("the first read (-want +got):\n%s", diff)
	}
}

func TestAFreshPlanIsNotComparedAgain(t *testing.T) {
	w := newWork(t, newAccount(nil))
	w.mustApply(t, mustPlan(t, nil, things{"a": thing("1")}))
	if len(w.account.reads) != 1 {
		t.Errorf("%d reads, want the check alone", len(w.account.reads))
	}
}

// bulkOnly lags for close looks as well.
type bulkOnly struct{ *account }

func (b bulkOnly) Read(ctx context.Context, kinds []resource.Kind, look []resource.Address) (resource.State, error) {
	if len(look) > 0 {
		b.mu.Lock()
		b.closer++
		b.mu.Unlock()
	}
	return b.account.Read(ctx, kinds, nil)
}

// After the last step the account is read until it shows the plan's end, at last with a close look at what it does not show.
func TestTheAccountIsReadUntilItShowsTheChanges(t *testing.T) {
	for _, test := range []struct {
		name     string
		lag      time.Duration
		from, to things
		unseen   string
	}{
		{"at once", 0, nil, things{"a": thing("1")}, ""},
		{"a create, late", 30 * time.Second, nil, things{"a": thing("1")}, ""},
		{"an update, late", 30 * time.Second, things{"a": thing("1")}, things{"a": thing("2")}, ""},
		{"a delete, late", 30 * time.Second, things{"a": thing("1")}, nil, ""},
		{"a create, too late", time.Hour - time.Second, nil, things{"a": thing("1")}, "thing/a"},
		{"an update, too late", time.Hour - time.Second, things{"a": thing("1")}, things{"a": thing("2")}, "thing/a (value)"},
		{"a delete, too late", time.Hour - time.Second, things{"a": thing("1")}, nil, "thing/a"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWork(t, newAccount(test.from))
			w.account.lag = test.lag
			w.Account = bulkOnly{w.account}
			_, err := w.apply(t, mustPlan(t, test.from, test.to))
			waited := w.account.clock.Now().Sub(start)
			if test.unseen == "" {
				if err != nil || waited < test.lag || waited > test.lag+10*time.Second {
					t.Errorf("%v after %v", err, waited)
				}
				return
			}
			e := incomplete(t, err)
			if len(e.Unseen) != 1 || e.Unseen[0].Address != at("a") || !strings.HasSuffix(err.Error(), "not seen in the account yet: "+test.unseen) {
				t.Errorf("%v", err)
			}
			if waited > applier.Patience || waited < applier.Patience-10*time.Second {
				t.Errorf("gave up after %v", waited)
			}
			if run := w.mustLoad(t, "last"); counts(run.Result) != "partly applied: 1 done, 0 failed, 0 left" {
				t.Errorf("%+v", run.Result)
			}
			if w.account.closer == 0 {
				t.Error("it took no close look")
			}

			w.account.lag = 0 // by and by it shows everything, and a resume finds nothing to do
			run, err := w.Resume(t.Context(), e.Run, by)
			if err != nil || run.Result.Status != applier.StatusDone || len(w.account.calls) != 1 {
				t.Errorf("resumed: %v, %+v, calls %v", err, run.Result, w.account.calls)
			}
		})
	}
}

// The bulk read may be late where a close look is not.
func TestACloseLookEndsTheWaitingForALateBulkRead(t *testing.T) {
	w := newWork(t, newAccount(nil))
	w.account.lag = time.Hour - time.Second
	w.mustApply(t, mustPlan(t, nil, things{"a": thing("1"), "b": thing("1")}))
	if waited := w.account.clock.Now().Sub(start); waited != 200*time.Millisecond {
		t.Errorf("it waited %v", waited)
	}
	want := []resource.Address{at("a"), at("b")}
	if diff := cmp.Diff(want, w.account.reads[len(w.account.reads)-1].look); diff != "" {
		t.Errorf("looked at (-want +got):\n%s", diff)
	}
}

func TestACheckThatCannotReadLeavesTheRunIncomplete(t *testing.T) {
	expired := failure(resource.Expired)
	w := newWork(t, newAccount(nil))
	w.account.onRead = func(int) error { return expired }
	_, err := w.apply(t, mustPlan(t, nil, things{"a": thing("1")}))
	if e := incomplete(t, err); !errors.Is(err, expired) || counts(e.Run.Result) != "partly applied: 1 done, 0 failed, 0 left" {
		t.Errorf("%v, %+v", err, e.Run.Result)
	}
}
