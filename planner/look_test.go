package planner_test

import (
	"testing"

	"baseline/kinds"
	"baseline/planner"
	"baseline/resource"
	"baseline/testdata/accounts"
)

// Whose an object is stands in its tags: what the bulk read could not show of a declared object is looked at, though the file
// names no tags.
func TestNoDeclaredObjectIsChangedWhileItsTagsAreUnknown(t *testing.T) {
	a := resource.At("iam_policy", "P")
	text := func(action string) resource.Document {
		return resource.Document(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"` + action + `","Resource":"*"}]}`)
	}
	live := resource.Object{"path": "/", "document": text("s3:GetObject")}
	want := &resource.Want{Name: accounts.Name, Objects: map[resource.Address]resource.Object{a: {"document": text("s3:PutObject")}}}
	plan := func(settings resource.Object) *planner.Draft {
		return planner.Make(want, planner.Account{ID: accounts.ID, Types: kinds.Types(), Live: resource.State{a: {Settings: settings}}})
	}
	if draft := plan(live); len(draft.Look) != 1 || len(draft.Changes) != 0 {
		t.Errorf("without its tags: looks %v, changes %v", draft.Look, draft.Changes)
	}
	others := live.With(resource.Object{"tags": map[string]string{resource.MarkKey: "other"}})
	if draft := plan(others); len(draft.Look)+len(draft.Changes) != 0 || len(draft.Findings) != 1 {
		t.Errorf("another baseline's: looks %v, changes %v, findings %v", draft.Look, draft.Changes, draft.Findings)
	}
	ours := live.With(resource.Object{"tags": map[string]string{resource.MarkKey: accounts.Name}})
	if draft := plan(ours); len(draft.Look) != 0 || len(draft.Changes) != 1 {
		t.Errorf("our own: looks %v, changes %v", draft.Look, draft.Changes)
	}
}
