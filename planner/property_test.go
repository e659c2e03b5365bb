package planner_test

import (
	"maps"
	"testing"

	"pgregory.net/rapid"

	"baseline/planner"
	"baseline/resource"
	"baseline/testdata/accounts"
)

func TestAnyAccountCanBeBroughtToAnyOtherAndBack(t *testing.T) {
	planned, refused := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		w := accounts.World{T: t}
		live, goal := looked(w.Account()), w.Account()
		want := accounts.Wanting(goal, live)

		draft := planner.Make(want, accountOf(live))
		if len(draft.Problems) > 0 {
			// What can't be done in one plan is refused with its reason: a policy that is replaced under a boundary.
			refused++
			return
		}
		planned++
		if len(draft.Look) > 0 {
			t.Fatalf("asks for another look at %v", draft.Look)
		}
		b := newBook(live)
		if err := b.all(draft.Changes); err != nil {
			t.Fatalf("%v in %s", err, text(draft.Changes))
		}
		if err := same(b.state, accounts.Marked(goal, live)); err != nil {
			t.Fatalf("after the plan: %v", err)
		}
		reordered := newBook(live)
		if err := reordered.shuffled(draft.Changes); err != nil {
			t.Fatal(err)
		}
		if err := same(reordered.state, b.state); err != nil {
			t.Fatalf("in another order: %v", err)
		}

		if again := planner.Make(want, accountOf(b.state)); len(again.Changes)+len(again.Problems) > 0 {
			t.Fatalf("a second plan is not empty: %v %v", again.Changes, again.Problems)
		}

		back, drift := planner.Undo(made(draft.Changes), accountOf(looked(b.state)))
		if len(drift)+len(back.Problems) > 0 {
			t.Fatalf("can't be undone: drift %v, problems %v, of %s", drift, back.Problems, text(draft.Changes))
		}
		if err := b.all(back.Changes); err != nil {
			t.Fatalf("undoing: %v", err)
		}
		if err := same(b.state, live); err != nil {
			t.Fatalf("after undoing: %v", err)
		}
	})
	if planned < refused {
		t.Errorf("only %d of %d pairs of accounts could be planned", planned, planned+refused)
	}
}

// made sums up a run that did all of its changes.
func made(changes []resource.Change) []planner.Made {
	var out []planner.Made
	at := map[resource.Address]int{}
	for _, c := range changes {
		n, known := at[c.Address]
		if !known {
			n = len(out)
			at[c.Address] = n
			out = append(out, planner.Made{Address: c.Address, Before: c.Before})
		}
		out[n].After = c.After
	}
	return out
}

func TestAPlanOfWhatIsThereIsEmpty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		live := accounts.World{T: t}.Account()
		draft := planner.Make(accounts.Wanting(live, live), accountOf(live))
		if len(draft.Changes)+len(draft.Problems)+len(draft.Findings)+len(draft.Look) > 0 {
			t.Fatalf("changes %v, problems %v, findings %v, looks %v", draft.Changes, draft.Problems, draft.Findings, draft.Look)
		}
	})
}

func TestTheSameInputGivesTheSamePlan(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := accounts.World{T: t}
		live, goal := w.Account(), w.Account()
		first, err := resource.Encode(planner.Make(accounts.Wanting(goal, live), accountOf(live)), "")
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			again, err := resource.Encode(planner.Make(accounts.Wanting(maps.Clone(goal), maps.Clone(live)), accountOf(maps.Clone(live))), "")
			if err != nil {
				t.Fatal(err)
			}
			if string(again) != string(first) {
				t.Fatalf("two plans of the same differ:\n%s\n%s", first, again)
			}
		}
	})
}

// text shows changes for a failed test.
func text(changes []resource.Change) string {
	out, err := resource.Encode(changes, " ")
	if err != nil {
		return err.Error()
	}
	return string(out)
}
