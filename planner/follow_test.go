package planner_test

import (
	"slices"
	"strings"
	"testing"

	"baseline/kinds"
	"baseline/planner"
	"baseline/resource"
	"baseline/testdata/accounts"
)

// What goes takes along or stops at what refers to it.
func TestReferencesToWhatGoes(t *testing.T) {
	fenced := func() resource.Object { return user("/", tags{}).With(resource.Object{"boundary": "Fence"}) }
	fence := managed("/", "", "s3:*", mark)
	run(t, []making{
		{
			name: "a boundary cannot go while somebody is bounded by it",
			live: objects{"iam_policy/Fence": fence, "iam_user/alice": fenced()}, absent: []string{"iam_policy/Fence"},
			plan: []string{"delete iam_policy/Fence // declared absent", "problem iam_policy/Fence: can't be deleted while user/alice refers to it: declare it without that reference, or absent too"},
		},
		{
			name: "nor be replaced",
			live: objects{"iam_policy/Fence": fence, "iam_user/alice": fenced()}, want: objects{"iam_policy/Fence": {"path": "/x/"}, "iam_user/alice": {}},
			plan: []string{
				"delete iam_policy/Fence // AWS can't change the path of an existing one",
				"create iam_policy/Fence description: document:" + string(allow("s3:*")) + " path:/x/ tags:map[baseline:name:b] // AWS can't change the path of an existing one",
				"problem iam_policy/Fence: can't be deleted while user/alice refers to it: declare it without that reference, or absent too",
			},
		},
		{
			name: "it goes once it bounds nobody",
			live: objects{"iam_policy/Fence": fence, "iam_user/alice": fenced()}, absent: []string{"iam_policy/Fence"}, want: objects{"iam_user/alice": {"boundary": ""}},
			plan: []string{"update iam_user/alice boundary:", "delete iam_policy/Fence // declared absent"},
		},
		{
			name: "or whom it bounds goes",
			live: objects{"iam_policy/Fence": fence, "iam_user/alice": fenced()}, absent: []string{"iam_policy/Fence", "iam_user/alice"},
			plan: []string{"delete iam_user/alice // declared absent", "delete iam_policy/Fence // declared absent"},
		},
		{
			name: "a file cannot bound by what it deletes",
			live: objects{"iam_policy/Fence": fence, "iam_user/alice": user("/", tags{})}, absent: []string{"iam_policy/Fence"}, want: objects{"iam_user/alice": {"boundary": "Fence"}},
			plan: []string{"delete iam_policy/Fence // declared absent", "update iam_user/alice boundary:Fence", "problem iam_user/alice: names policy/Fence, which this plan deletes"},
		},
		{
			name: "a declared trust in a user who goes",
			live: objects{"iam_user/alice": user("/", tags{}), "iam_role/R": role("/", trusting("user/alice"), tags{})}, absent: []string{"iam_user/alice"},
			want: objects{"iam_role/R": {}},
			plan: []string{"delete iam_user/alice // declared absent", "problem iam_user/alice: can't go while the file has role/R trust it"},
		},
		{
			name: "a declared trust that is withdrawn in the same plan",
			live: objects{"iam_user/alice": user("/", tags{}), "iam_role/R": role("/", trusting("user/alice"), tags{})}, absent: []string{"iam_user/alice"},
			want: objects{"iam_role/R": {"trust": trusting("root")}},
			plan: []string{"update iam_role/R trust:" + string(trusting("root")), "delete iam_user/alice // declared absent"},
		},
		{
			name: "an undeclared trust dies",
			live: objects{"iam_user/alice": user("/", tags{}), "iam_role/R": role("/", trusting("user/alice"), tags{})}, absent: []string{"iam_user/alice"},
			plan: []string{"delete iam_user/alice // declared absent"},
		},
	})
	dies := making{
		live:   objects{"iam_user/alice": user("/", tags{}), "iam_role/R": role("/", trusting("user/alice"), tags{})},
		absent: []string{"iam_user/alice"},
	}.draft()
	if lost := strings.Join(dies.Changes[0].OneWay, ", "); !strings.Contains(lost, "the trust that role/R has in it") {
		t.Errorf("the death of a trust is not called one-way: %s", lost)
	}
}

func TestQuotas(t *testing.T) {
	live := objects{"iam_user/a": user("/", mark), "iam_user/b": user("/", mark)}
	for _, test := range []struct {
		name   string
		quotas map[string]int
		want   objects
		notice []string
	}{
		{"there is room", map[string]int{"Users": 2, "UsersQuota": 3}, objects{"iam_user/a": {}, "iam_user/b": {}, "iam_user/c": {}}, nil},
		{"there is none", map[string]int{"Users": 3, "UsersQuota": 3}, objects{"iam_user/a": {}, "iam_user/b": {}, "iam_user/c": {}}, []string{"Users: there would be 4, and the account's quota is 3"}},
		{"what goes makes room", map[string]int{"Users": 3, "UsersQuota": 3}, objects{"iam_user/a": {}, "iam_user/c": {}}, nil},
		{"what is over it already and does not grow", map[string]int{"Users": 9, "UsersQuota": 3}, objects{"iam_user/a": {"path": "/x/"}, "iam_user/b": {}}, nil},
		{"an unknown quota is not checked", map[string]int{"Users": 9}, objects{"iam_user/a": {}, "iam_user/b": {}, "iam_user/c": {}}, nil},
		{"that of another kind", map[string]int{"Groups": 9, "GroupsQuota": 9}, objects{"iam_user/a": {}, "iam_user/b": {}, "iam_user/c": {}}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			account := planner.Account{ID: accounts.ID, Live: live.state(nil), Types: kinds.Types(), Quotas: test.quotas}
			draft := planner.Make(&resource.Want{Name: accounts.Name, Objects: test.want.byAddress()}, account)
			if !slices.Equal(draft.Notices, test.notice) || len(draft.Problems) > 0 {
				t.Errorf("notices %q, problems %v, want %q", draft.Notices, draft.Problems, test.notice)
			}
		})
	}
}

// A policy of ours can't go from under a role that belongs to somebody else: its detachment would be their change.
func TestADeletionDoesNotReachIntoWhatOthersOwn(t *testing.T) {
	look, stack := resource.At("iam_policy", "Look"), resource.At("iam_role", "stack")
	theirs := resource.Facts{resource.FactOwner: "CloudFormation stack net"}
	live := resource.State{
		look:  {Settings: resource.Object{"path": "/", "tags": map[string]string{}}, Facts: resource.Facts{resource.FactLooked: "yes"}},
		stack: {Settings: resource.Object{"path": "/", "tags": map[string]string{}}, Facts: theirs},
		resource.At("iam_policy_attachment", "role", "stack", "Look"): {Settings: resource.Object{}, Facts: theirs},
	}
	want := &resource.Want{Name: accounts.Name, Absent: []resource.Address{look}}
	draft := planner.Make(want, planner.Account{ID: accounts.ID, Types: kinds.Types(), Live: live})
	const problem = "iam_policy/Look: can't be deleted while role/stack holds it, which belongs to CloudFormation stack net"
	if len(draft.Problems) != 1 || draft.Problems[0].String() != problem {
		t.Errorf("problems %v, want %s", draft.Problems, problem)
	}
}
