package planner_test

import (
	"fmt"
	"maps"
	"testing"

	"pgregory.net/rapid"

	"baseline/planner"
	"baseline/resource"
)

// world draws accounts: a few policies, groups, users and roles, with everything between them.
type world struct{ t *rapid.T }

func (w world) some(prefix, label string) []string {
	n := rapid.IntRange(0, 3).Draw(w.t, label)
	var names []string
	for i := range n {
		names = append(names, fmt.Sprintf("%s%d", prefix, i))
	}
	return names
}

func (w world) coin(label string) bool { return rapid.Bool().Draw(w.t, label) }

func (w world) path() string { return rapid.SampledFrom([]string{"/", "/team/"}).Draw(w.t, "path") }

func (w world) document(label string) resource.Document {
	action := rapid.SampledFrom([]string{"s3:GetObject", "s3:PutObject", "rds-db:connect"}).Draw(w.t, label)
	return resource.Document(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"` + action + `","Resource":"*"}]}`)
}

func trust(principals ...string) resource.Document {
	text := ""
	for i, p := range principals {
		if i > 0 {
			text += ","
		}
		text += `"arn:aws:iam::` + account + `:` + p + `"`
	}
	return resource.Document(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":[` + text + `]},"Action":"sts:AssumeRole"}]}`)
}

// account draws a state in which every reference holds. Marked objects bear the mark of the baseline "b".
func (w world) account() resource.State {
	state := resource.State{}
	put := func(o resource.Object, kind resource.Kind, parts ...string) {
		state[resource.At(kind, parts...)] = resource.Resource{Settings: o, Facts: resource.Facts{"id": "X"}}
	}
	policies, groups, users, roles := w.some("P", "policies"), w.some("G", "groups"), w.some("U", "users"), w.some("R", "roles")
	tags := func() map[string]string {
		m := map[string]string{}
		if w.coin("tagged") {
			m["team"] = rapid.SampledFrom([]string{"data", "ops"}).Draw(w.t, "team")
		}
		return m
	}
	boundary := func() string {
		if len(policies) > 0 && w.coin("bounded") {
			return rapid.SampledFrom(policies).Draw(w.t, "boundary")
		}
		return ""
	}
	for _, p := range policies {
		put(resource.Object{"path": w.path(), "description": "", "document": w.document("document"), "tags": tags()}, "iam_policy", p)
	}
	for _, g := range groups {
		put(resource.Object{"path": w.path()}, "iam_group", g)
	}
	paths := map[string]string{}
	for _, u := range users {
		paths["user/"+u] = "/"
		put(resource.Object{"path": "/", "boundary": boundary(), "tags": tags()}, "iam_user", u)
	}
	for _, r := range roles {
		paths["role/"+r] = w.path()
	}
	for _, r := range roles {
		principals := []string{"root"}
		for _, other := range append(append([]string{}, users...), roles...) {
			kind := "user/"
			if other[0] == 'R' {
				kind = "role/"
			}
			if rapid.IntRange(0, 3).Draw(w.t, "trusts") == 0 {
				principals = append(principals, kind+paths[kind+other][1:]+other)
			}
		}
		put(resource.Object{
			"path": paths["role/"+r], "description": "", "max_session": 3600, "boundary": boundary(), "tags": tags(), "trust": trust(principals...),
		}, "iam_role", r)
	}
	w.parts(put, policies, "group", groups)
	w.parts(put, policies, "user", users)
	w.parts(put, policies, "role", roles)
	for _, u := range users {
		for _, g := range groups {
			if w.coin("member") {
				put(resource.Object{}, "iam_membership", u, g)
			}
		}
	}
	return state
}

func (w world) parts(put func(resource.Object, resource.Kind, ...string), policies []string, holder string, names []string) {
	for _, name := range names {
		for _, p := range append([]string{"aws:ReadOnlyAccess"}, policies...) {
			if w.coin("attached") {
				put(resource.Object{}, "iam_policy_attachment", holder, name, p)
			}
		}
		if w.coin("inline") {
			put(resource.Object{"document": w.document("inline")}, "iam_inline_policy", holder, name, "extra")
		}
	}
}

// wanting turns a state into a file that declares all of it, with every list complete, and declares absent what else is in live.
func wanting(state, live resource.State) *resource.Want {
	want := &resource.Want{Name: "b", Objects: map[resource.Address]resource.Object{}, Complete: map[resource.Address][]resource.Kind{}}
	for a, r := range state {
		want.Objects[a] = r.Settings
		want.Complete[a] = []resource.Kind{"iam_membership", "iam_policy_attachment", "iam_inline_policy"}
	}
	for a := range live {
		if _, kept := state[a]; !kept && !typeOf(a.Kind).Part {
			want.Absent = append(want.Absent, a)
		}
	}
	return want
}

// marked is the state that a want leads to: what had to be created bears the mark.
func marked(want, live resource.State) resource.State {
	out := resource.State{}
	for a, r := range want {
		if _, was := live[a]; !was && typeOf(a.Kind).Tags != "" {
			tags := map[string]string{resource.MarkKey: "b"}
			maps.Copy(tags, r.Settings.Map("tags"))
			r = resource.Resource{Settings: r.Settings.With(resource.Object{"tags": tags})}
		}
		out[a] = r
	}
	return out
}

func TestAnyAccountCanBeBroughtToAnyOtherAndBack(t *testing.T) {
	planned, refused := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		w := world{t}
		live, goal := looked(w.account()), w.account()
		want := wanting(goal, live)

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
		if err := same(b.state, marked(goal, live)); err != nil {
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
		live := world{t}.account()
		draft := planner.Make(wanting(live, live), accountOf(live))
		if len(draft.Changes)+len(draft.Problems)+len(draft.Findings)+len(draft.Look) > 0 {
			t.Fatalf("changes %v, problems %v, findings %v, looks %v", draft.Changes, draft.Problems, draft.Findings, draft.Look)
		}
	})
}

func TestTheSameInputGivesTheSamePlan(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := world{t}
		live, goal := w.account(), w.account()
		first, err := resource.Encode(planner.Make(wanting(goal, live), accountOf(live)), "")
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			again, err := resource.Encode(planner.Make(wanting(maps.Clone(goal), maps.Clone(live)), accountOf(maps.Clone(live))), "")
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
