package applier_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"baseline/applier"
	"baseline/resource"
)

// heldTypes is the kind of these tests as one that no read of a kind shows.
func heldTypes() []resource.Type {
	held := slices.Clone(types)
	held[0].Held = true
	return held
}

// resting is a plan that changes a thing because another is as it was seen.
func resting(on resource.Ground) *resource.Plan {
	return &resource.Plan{Format: resource.PlanFormat, Changes: []resource.Change{{
		Address: at("a"), Owner: at("a"), Before: thing("1").Settings, After: thing("2").Settings, Grounds: []resource.Ground{on},
	}}}
}

// What a plan rests on is looked at before it is applied, though the plan doesn't change it.
func TestAPlanWhoseGroundsMovedIsStale(t *testing.T) {
	ground := resource.Ground{Look: at("b"), Found: things{"b": thing("1")}.state()}
	for _, test := range []struct {
		name string
		now  things
		want string
	}{
		{"as it was", things{"a": thing("1"), "b": thing("1")}, ""},
		{"gone", things{"a": thing("1")}, "the account has changed since the plan was made: thing/b is gone"},
		{"changed", things{"a": thing("1"), "b": thing("3")}, "the account has changed since the plan was made: thing/b has changed: value 1 -> 3"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWork(t, newAccount(test.now))
			_, err := w.Apply(t.Context(), header, resting(ground), false)
			if diff := cmp.Diff([]resource.Address{at("b")}, w.account.reads[0].look); diff != "" {
				t.Errorf("looks (-want +got):\n%s", diff)
			}
			if test.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if stale, ok := errors.AsType[*applier.StaleError](err); !ok || stale.Error() != test.want {
				t.Errorf("%v, want %q", err, test.want)
			}
			w.account.mustBe(t, test.now)
		})
	}
}

// What is held is in no list, so it is looked at whenever it must be seen: before the apply, after a lost answer, and in the end.
func TestWhatIsHeldIsLookedAt(t *testing.T) {
	from, to := things{"a": thing("1")}, things{"a": thing("2")}
	w := newWork(t, newAccount(from))
	w.Types = heldTypes()
	w.account.onWrite = firstly("a", answer{err: failure(resource.Lost)})
	if _, err := w.Apply(t.Context(), header, mustPlan(t, from, to), false); err != nil {
		t.Fatal(err)
	}
	if len(w.account.reads) != 3 {
		t.Errorf("%d reads, want 3", len(w.account.reads))
	}
	for i, read := range w.account.reads {
		if diff := cmp.Diff([]resource.Address{at("a")}, read.look); diff != "" {
			t.Errorf("looks of read %d (-want +got):\n%s", i+1, diff)
		}
	}
	w.account.mustBe(t, to)
}

// The plan that takes a run back says what it can't bring back, and leaves it out with the waiting for it.
func TestWhatIsFinalIsNotInTheWayBack(t *testing.T) {
	from := things{"a": thing("1"), "b": thing("1"), "c": thing("1")}
	plan := &resource.Plan{Format: resource.PlanFormat, Changes: []resource.Change{
		{Address: at("a"), Owner: at("a"), Before: thing("1").Settings, Final: true},
		{Address: at("b"), Owner: at("b"), Before: thing("1").Settings, Needs: []int{0}},
		{Address: at("c"), Owner: at("c"), Before: thing("1").Settings, Needs: []int{0, 1}},
	}}
	w := newWork(t, newAccount(from))
	run := w.mustApply(t, plan)
	back := readJSON[resource.Plan](t, w.file(run.ID, "rollback.json"))
	want := []resource.Change{
		{Address: at("c"), Owner: at("c"), After: thing("1").Settings},
		{Address: at("b"), Owner: at("b"), After: thing("1").Settings, Needs: []int{0}},
	}
	if diff := cmp.Diff(want, back.Changes); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"thing/a can't come back"}, back.Notices); diff != "" {
		t.Errorf("notices (-want +got):\n%s", diff)
	}
	if err := back.Check(); err != nil {
		t.Error(err)
	}
}
