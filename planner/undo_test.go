package planner_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"baseline/kinds"
	"baseline/planner"
	"baseline/resource"
	"baseline/testdata/accounts"
)

// A run is taken back object by object: what is as it left it, or in doubt, goes back; what somebody changed since is drift.
func TestUndo(t *testing.T) {
	const alice = "iam_user/alice"
	before, after, other := user("/", tags{}), user("/x/", tags{}), user("/other/", tags{})
	m := func(a string, before, after resource.Object) planner.Made {
		return planner.Made{Address: address(a), Before: before, After: after}
	}
	doubtful := func(m planner.Made) planner.Made { m.InDoubt = true; return m }
	untouched := func(m planner.Made) planner.Made { m.After, m.Untouched = m.Before, true; return m }
	for _, test := range []struct {
		name string
		made []planner.Made
		live objects
		want []string // the plan and the drift
	}{
		{"nothing was made", nil, objects{alice: after}, nil},
		{"an update", []planner.Made{m(alice, before, after)}, objects{alice: after}, []string{"update iam_user/alice path:/"}},
		{"a create", []planner.Made{m(alice, nil, after)}, objects{alice: after}, []string{"delete iam_user/alice"}},
		{"a delete", []planner.Made{m(alice, before, nil)}, nil, []string{"create iam_user/alice boundary: path:/ tags:map[]"}},
		{"an update that is undone already", []planner.Made{m(alice, before, after)}, objects{alice: before}, nil},
		{"a create that is undone already", []planner.Made{m(alice, nil, after)}, nil, nil},
		{"a delete that is undone already", []planner.Made{m(alice, before, nil)}, objects{alice: before}, nil},
		{"what came and went in one run", []planner.Made{m(alice, nil, nil)}, nil, nil},
		{"settings it knew nothing of stay", []planner.Made{m(alice, resource.Object{"path": "/"}, resource.Object{"path": "/x/"})}, objects{alice: after}, []string{"update iam_user/alice path:/"}},

		{"changed since", []planner.Made{m(alice, before, after)}, objects{alice: other}, []string{"drift user/alice has changed: path /x/ -> /other/"}},
		{"deleted since", []planner.Made{m(alice, before, after)}, nil, []string{"drift user/alice is gone"}},
		{"created, and changed since", []planner.Made{m(alice, nil, after)}, objects{alice: other}, []string{"drift user/alice has changed: path /x/ -> /other/"}},
		{"deleted, and another one made since", []planner.Made{m(alice, before, nil)}, objects{alice: other}, []string{"drift user/alice has been made since"}},

		{"an update in doubt that was made", []planner.Made{doubtful(m(alice, before, after))}, objects{alice: after}, []string{"update iam_user/alice path:/"}},
		{"an update in doubt that was not made", []planner.Made{doubtful(m(alice, before, after))}, objects{alice: before}, nil},
		{"an update in doubt that was made in part", []planner.Made{doubtful(m(alice, before, after))}, objects{alice: other}, []string{"update iam_user/alice path:/"}},
		{"an update in doubt of what is gone", []planner.Made{doubtful(m(alice, before, after))}, nil, []string{"create iam_user/alice boundary: path:/ tags:map[]"}},
		{"a create in doubt that was made in part", []planner.Made{doubtful(m(alice, nil, after))}, objects{alice: other}, []string{"delete iam_user/alice"}},
		{"a create in doubt that was not made", []planner.Made{doubtful(m(alice, nil, after))}, nil, nil},
		{"a delete in doubt that was not made", []planner.Made{doubtful(m(alice, before, nil))}, objects{alice: before}, nil},

		{"untouched", []planner.Made{untouched(m(alice, before, after))}, objects{alice: before}, nil},
		{"untouched, and others changed it", []planner.Made{untouched(m(alice, before, after))}, objects{alice: other}, nil},
		{"untouched, and others deleted it", []planner.Made{untouched(m(alice, before, after))}, nil, nil},
		{
			"untouched, but its trust died in the run",
			[]planner.Made{
				m(alice, before, nil),
				untouched(m("iam_role/R", role("/", trusting("user/alice"), tags{}), nil)),
			},
			objects{"iam_role/R": role("/", dead, tags{})},
			[]string{
				"create iam_user/alice boundary: path:/ tags:map[]",
				"update iam_role/R trust:" + string(trusting("user/alice")),
			},
		},

		{
			"a fixed setting is undone by a replacement",
			[]planner.Made{m("iam_policy/P", managed("/", "", "s3:*", tags{}), managed("/x/", "", "s3:*", tags{}))},
			objects{"iam_policy/P": managed("/x/", "", "s3:*", tags{})},
			[]string{"delete iam_policy/P", "create iam_policy/P description: document:" + string(allow("s3:*")) + " path:/ tags:map[]"},
		},
		{
			"parts go before their ends, and come after them",
			[]planner.Made{
				m(alice, nil, after), m("iam_membership/alice/G", nil, resource.Object{}),
				m("iam_user/bob", before, nil), m("iam_membership/bob/G", resource.Object{}, nil),
			},
			objects{alice: after, "iam_membership/alice/G": {}, "iam_group/G": group("/")},
			[]string{
				"delete iam_membership/alice/G", "delete iam_user/alice",
				"create iam_user/bob boundary: path:/ tags:map[]", "create iam_membership/bob/G",
			},
		},
		{
			"a group that somebody joined since stays",
			[]planner.Made{m("iam_group/G", nil, group("/"))},
			objects{"iam_group/G": group("/"), "iam_user/zoe": before, "iam_membership/zoe/G": {}},
			[]string{"notice group/G stays: it holds what the run did not give it", "drift membership/zoe/G has been made since"},
		},
		{
			"a part that the run had left out stays with its owner",
			[]planner.Made{m("iam_group/G", nil, group("/")), untouched(m("iam_membership/zoe/G", nil, resource.Object{}))},
			objects{"iam_group/G": group("/"), "iam_user/zoe": before, "iam_membership/zoe/G": {}},
			[]string{"notice group/G stays: it holds what the run did not give it", "drift membership/zoe/G has been made since"},
		},
		{
			"drift at one object leaves the others to be undone",
			[]planner.Made{m(alice, before, after), m("iam_user/bob", before, after), m("iam_user/carol", before, after)},
			objects{alice: after, "iam_user/bob": other},
			[]string{"update iam_user/alice path:/", "drift user/bob has changed: path /x/ -> /other/", "drift user/carol is gone"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			draft, drift := planner.Undo(test.made, accountOf(test.live.state(nil)))
			got := lines(draft)
			for _, d := range drift {
				got = append(got, "drift "+d.String())
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// The id of what the run itself created is nobody's loss; what others have since given it is, and so it stays.
func TestUndoingACreateLosesNoID(t *testing.T) {
	made := []planner.Made{{Address: address("iam_user/alice"), After: user("/", mark)}}
	facts := resource.Facts{resource.FactID: "AIDA1", resource.FactLooked: "yes"}
	live := objects{"iam_user/alice": user("/", mark)}.state(map[string]resource.Facts{"iam_user/alice": facts})
	draft, drift := planner.Undo(made, accountOf(live))
	if len(drift) != 0 || len(draft.Changes) != 1 || len(draft.Changes[0].OneWay) != 0 {
		t.Errorf("drift %v, changes %v", drift, draft.Changes)
	}
	facts["access_keys"] = "AKIAEXAMPLE1 AKIAEXAMPLE2"
	draft, drift = planner.Undo(made, accountOf(live))
	if len(draft.Changes) != 0 || len(drift) != 1 || drift[0].String() != "user/alice has since got 2 access keys" {
		t.Errorf("drift %v, changes %v", drift, draft.Changes)
	}
}

// An older version of a policy is no gift of others: it is what updates leave.
func TestOlderVersionsDoNotKeepAPolicy(t *testing.T) {
	a := address("iam_policy/P")
	settings := resource.Object{"path": "/", "description": "", "document": resource.Document(`{}`), "tags": map[string]string{}}
	live := resource.State{a: {Settings: settings, Facts: resource.Facts{resource.FactLooked: "yes", "versions": "v3* v2 v1"}}}
	draft, drift := planner.Undo([]planner.Made{{Address: a, After: settings}}, accountOf(live))
	if len(drift) != 0 || len(draft.Changes) != 1 {
		t.Errorf("drift %v, changes %v", drift, draft.Changes)
	}
}

// What was deleted and made again under the same name is not what the run worked on.
func TestAnotherIDIsAnotherObject(t *testing.T) {
	live := objects{"iam_user/alice": user("/", mark)}.state(map[string]resource.Facts{"iam_user/alice": {resource.FactID: "AIDA2"}})
	for _, before := range []resource.Object{nil, user("/x/", mark)} {
		made := []planner.Made{{Address: address("iam_user/alice"), Before: before, After: user("/", mark), ID: "AIDA1"}}
		draft, drift := planner.Undo(made, accountOf(live))
		if len(draft.Changes) != 0 || len(drift) != 1 || drift[0].String() != "user/alice has changed: id" {
			t.Errorf("drift %v, changes %v", drift, draft.Changes)
		}
	}
}

// A description is in no bulk read, so nothing can be said of it before a close look.
func TestUndoLooksAtWhatTheBulkReadDoesNotShow(t *testing.T) {
	a := address("iam_policy/P")
	policy := func(description string) resource.Object {
		return resource.Object{"path": "/", "description": description, "document": resource.Document(`{}`), "tags": map[string]string{}}
	}
	made := []planner.Made{{Address: a, Before: policy("one"), After: policy("two")}}
	bulk := resource.State{a: {Settings: resource.Object{"path": "/", "document": resource.Document(`{}`), "tags": map[string]string{}}}}
	draft, drift := planner.Undo(made, accountOf(bulk))
	if diff := cmp.Diff([]resource.Address{a}, draft.Look); diff != "" || len(drift) > 0 {
		t.Fatalf("drift %v, looks %v", drift, draft.Look)
	}
	close := resource.State{a: {Settings: policy("two"), Facts: resource.Facts{resource.FactLooked: "yes"}}}
	draft, drift = planner.Undo(made, accountOf(close))
	if len(drift) > 0 || len(draft.Changes) != 2 || draft.Changes[1].After.Text("description") != "one" {
		t.Errorf("drift %v, changes %v", drift, draft.Changes)
	}
}

func TestADeletionIsLookedAtBeforeItIsUndone(t *testing.T) {
	made := []planner.Made{{Address: address("iam_user/alice"), After: user("/", mark)}}
	live := objects{"iam_user/alice": user("/", mark)}.state(map[string]resource.Facts{"iam_user/alice": {}})
	draft, drift := planner.Undo(made, accountOf(live))
	if diff := cmp.Diff([]string{"delete iam_user/alice", "look iam_user/alice"}, lines(draft)); diff != "" || len(drift) > 0 {
		t.Errorf("drift %v (-want +got):\n%s", drift, diff)
	}
}

func TestMoved(t *testing.T) {
	id := func(id string) resource.Facts { return resource.Facts{resource.FactID: id} }
	change := func(before, after resource.Object, facts resource.Facts) resource.Change {
		return resource.Change{Address: address("iam_user/alice"), Before: before, After: after, Facts: facts}
	}
	now := func(o resource.Object, facts resource.Facts) resource.State {
		return resource.State{address("iam_user/alice"): {Settings: o, Facts: facts}}
	}
	before, after := user("/", tags{}), user("/x/", tags{})
	for _, test := range []struct {
		name    string
		changes []resource.Change
		live    resource.State
		want    string
	}{
		{"as it was", []resource.Change{change(before, after, id("A"))}, now(before, id("A")), ""},
		{"not there, as it was", []resource.Change{change(nil, after, nil)}, nil, ""},
		{"another setting", []resource.Change{change(before, after, id("A"))}, now(user("/y/", tags{"a": "b"}), id("A")), "user/alice has changed: path / -> /y/, tags +a=b"},
		{"another id", []resource.Change{change(before, after, id("A"))}, now(before, id("B")), "user/alice has changed: id"},
		{"a setting and the id", []resource.Change{change(before, after, id("A"))}, now(after, id("B")), "user/alice has changed: id, path / -> /x/"},
		{"a key more", []resource.Change{change(before, nil, id("A"))}, now(before, resource.Facts{"id": "A", "access_keys": "AKIAEXAMPLE1"}), "user/alice has changed: access_keys"},
		{"a key less", []resource.Change{change(before, nil, resource.Facts{"id": "A", "access_keys": "AKIAEXAMPLE1"})}, now(before, id("A")), "user/alice has changed: access_keys"},
		{"facts that the plan never knew", []resource.Change{change(before, after, nil)}, now(before, id("A")), ""},
		{"gone", []resource.Change{change(before, after, id("A"))}, nil, "user/alice is gone"},
		{"there now", []resource.Change{change(nil, after, nil)}, now(after, id("A")), "user/alice has been made since"},
		{"replaced: only the first half counts", []resource.Change{change(before, nil, id("A")), change(nil, after, nil)}, now(before, id("A")), ""},
		{"a setting that this read does not show", []resource.Change{change(before, after, id("A"))}, now(resource.Object{"path": "/"}, id("A")), ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, d := range planner.Moved(&resource.Plan{Changes: test.changes}, test.live) {
				got = append(got, d.String())
			}
			if strings.Join(got, "; ") != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
			// By settings alone: the same but for what only the facts tell.
			bare := planner.Differing(&resource.Plan{Changes: test.changes}, test.live)
			onlyFacts := slices.Contains([]string{"user/alice has changed: id", "user/alice has changed: access_keys"}, test.want)
			if (len(bare) > 0) != (test.want != "" && !onlyFacts) {
				t.Errorf("by settings alone: %v", bare)
			}
		})
	}
}

func TestDifferences(t *testing.T) {
	document := resource.Document(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}`)
	for _, test := range []struct {
		name string
		a, b resource.Object
		want []string
	}{
		{"both empty", resource.Object{}, resource.Object{}, nil},
		{"text", resource.Object{"path": "/"}, resource.Object{"path": "/x/"}, []string{"path"}},
		{"in order", resource.Object{"z": 1, "a": 1, "m": 1}, resource.Object{"z": 2, "a": 2, "m": 1}, []string{"a", "z"}},
		{"what only one knows", resource.Object{"path": "/", "a": 1}, resource.Object{"path": "/", "b": 1}, nil},
		{"another type", resource.Object{"n": 1}, resource.Object{"n": "1"}, []string{"n"}},
		{"maps", resource.Object{"tags": tags{"a": "b"}}, resource.Object{"tags": tags{"a": "c"}}, []string{"tags"}},
		{"maps of the same", resource.Object{"tags": tags{"a": "b"}}, resource.Object{"tags": tags{"a": "b"}}, nil},
		{"no map and an empty one", resource.Object{"tags": tags(nil)}, resource.Object{"tags": tags{}}, nil},
		{"lists", resource.Object{"l": []string{"a"}}, resource.Object{"l": []string{"a", "b"}}, []string{"l"}},
		{"a list and something else", resource.Object{"l": []string{"a"}}, resource.Object{"l": "a"}, []string{"l"}},
		{"a document in other words", resource.Object{"d": document}, resource.Object{"d": resource.Document(strings.ReplaceAll(string(document), ":", ": "))}, []string{"d"}},
		{"a document with other spaces", resource.Object{"d": document}, resource.Object{"d": resource.Document(strings.ReplaceAll(string(document), `,"`, `, "`))}, nil},
		{"a document and a text", resource.Object{"d": document}, resource.Object{"d": string(document)}, []string{"d"}},
		{"unreadable documents", resource.Object{"d": resource.Document("{")}, resource.Object{"d": resource.Document("[")}, []string{"d"}},
		{"the same unreadable document", resource.Object{"d": resource.Document("{")}, resource.Object{"d": resource.Document("{")}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, planner.Differences(test.a, test.b)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.want, planner.Differences(test.b, test.a)); diff != "" {
				t.Errorf("the other way round (-want +got):\n%s", diff)
			}
			if same := planner.Same(test.a, test.b); same != (len(test.want) == 0) {
				t.Errorf("same is %v", same)
			}
		})
	}
	if planner.Same(nil, resource.Object{}) || planner.Same(resource.Object{}, nil) || !planner.Same(nil, nil) {
		t.Error("an object without settings is not no object")
	}
}

// Suffered is asked of a step that never began, before a run is gone on with.
func TestSuffered(t *testing.T) {
	account := planner.Account{ID: accounts.ID, Types: kinds.Types()}
	removed := map[resource.Address]bool{address("iam_user/alice"): true, address("iam_policy/Fence"): true}
	for _, test := range []struct {
		name   string
		change resource.Change
		want   bool
	}{
		{"it trusted whom the run deleted", resource.Change{Address: address("iam_role/R"), Before: role("/", trusting("user/alice"), tags{})}, true},
		{"it trusted another", resource.Change{Address: address("iam_role/R"), Before: role("/", trusting("user/bob"), tags{})}, false},
		{"AWS holds on to a boundary", resource.Change{Address: address("iam_user/zoe"), Before: user("/", tags{}).With(resource.Object{"boundary": "Fence"})}, false},
		{"there was nothing", resource.Change{Address: address("iam_role/R"), After: role("/", trusting("user/alice"), tags{})}, false},
	} {
		if got := planner.Suffered(test.change, removed, account); got != test.want {
			t.Errorf("%s: %v", test.name, got)
		}
	}
}
