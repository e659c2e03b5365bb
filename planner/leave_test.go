package planner_test

import (
	"slices"
	"testing"

	"baseline/planner"
	"baseline/resource"
	"baseline/testdata/accounts"
)

// What the file does not mention goes only by its mark, by a complete list, by `absent: true`, or by `unmanaged: delete`.
func TestWhatIsToGo(t *testing.T) {
	parts := []resource.Kind{"iam_membership", "iam_policy_attachment", "iam_inline_policy"}
	alice := objects{
		"iam_user/alice": user("/", tags{}), "iam_group/G": group("/"), "iam_group/H": group("/"),
		"iam_membership/alice/G": {}, "iam_membership/alice/H": {}, "iam_policy_attachment/user/alice/aws:AdministratorAccess": {},
	}
	run(t, []making{
		{name: "absent, and it is not there", absent: []string{"iam_user/alice"}},
		{
			name: "absent, with its parts first", live: alice, absent: []string{"iam_user/alice"},
			plan: []string{
				"delete iam_membership/alice/G // goes with user/alice",
				"delete iam_membership/alice/H // goes with user/alice",
				"delete iam_policy_attachment/user/alice/aws:AdministratorAccess // goes with user/alice",
				"delete iam_user/alice // declared absent",
			},
		},
		{
			name: "absent, and not looked at yet", live: objects{"iam_user/alice": user("/", tags{})}, facts: map[string]resource.Facts{"iam_user/alice": {}},
			absent: []string{"iam_user/alice"},
			plan:   []string{"delete iam_user/alice // declared absent", "look iam_user/alice"},
		},
		{
			name: "absent, but not ours", live: objects{"iam_user/alice": user("/", tags{resource.MarkKey: "other"})}, absent: []string{"iam_user/alice"},
			plan: []string{`problem iam_user/alice: is declared absent, but it belongs to the baseline "other", which alone may delete it`},
		},
		{
			name: "absent, but in use by what the file keeps", live: alice, absent: []string{"iam_group/G"},
			want:     objects{"iam_user/alice": {}, "iam_membership/alice/G": {}},
			complete: map[string][]resource.Kind{"iam_user/alice": parts},
			plan: []string{
				"delete iam_membership/alice/H // in the account, but not in the file",
				"delete iam_policy_attachment/user/alice/aws:AdministratorAccess // in the account, but not in the file",
				"delete iam_group/G // declared absent", "problem iam_membership/alice/G: names group/G, which this plan deletes",
			},
		},
		{
			name: "not in a list that is complete", live: alice, want: objects{"iam_user/alice": {}, "iam_membership/alice/G": {}},
			complete: map[string][]resource.Kind{"iam_user/alice": parts},
			plan: []string{
				"delete iam_membership/alice/H // in the account, but not in the file",
				"delete iam_policy_attachment/user/alice/aws:AdministratorAccess // in the account, but not in the file",
			},
		},
		{
			name: "only the kinds of list that are declared", live: alice, want: objects{"iam_user/alice": {}},
			complete: map[string][]resource.Kind{"iam_user/alice": {"iam_membership"}},
			plan: []string{
				"delete iam_membership/alice/G // in the account, but not in the file",
				"delete iam_membership/alice/H // in the account, but not in the file",
				"high unmanaged iam_policy_attachment/user/alice/aws:AdministratorAccess: in the account, but not in the file",
			},
		},
		{
			name: "a group's own list of members", live: alice, want: objects{"iam_group/G": {}},
			complete: map[string][]resource.Kind{"iam_group/G": {"iam_membership"}},
			plan:     []string{"delete iam_membership/alice/G // in the account, but not in the file"},
		},
		{
			name: "undeclared lists stay, and are reported", live: alice, want: objects{"iam_user/alice": {}},
			plan: []string{
				"low unmanaged iam_membership/alice/G: in the account, but not in the file",
				"low unmanaged iam_membership/alice/H: in the account, but not in the file",
				"high unmanaged iam_policy_attachment/user/alice/aws:AdministratorAccess: in the account, but not in the file",
			},
		},
		{
			name: "marked by us, and not in the file any more", live: objects{"iam_user/alice": user("/", mark), "iam_user/bob": user("/", mark)},
			want: objects{"iam_user/bob": {}},
			plan: []string{"delete iam_user/alice // created by this baseline, and no longer in the file"},
		},
		{
			name: "marked by us, but owned by a service", live: objects{"iam_user/alice": user("/", mark)},
			facts: map[string]resource.Facts{"iam_user/alice": {resource.FactOwner: "Terraform"}},
		},
		{name: "marked by another baseline", live: objects{"iam_user/alice": user("/", tags{resource.MarkKey: "other"})}, unmanaged: map[string]resource.Disposition{"users": resource.Delete}},
		{
			name: "unmanaged and reported, as by default", live: alice, unmanaged: map[string]resource.Disposition{"groups": resource.Ignore},
			plan: []string{"high unmanaged iam_user/alice: in the account, but not in the file; it holds group G, group H, policy aws:AdministratorAccess"},
		},
		{
			name: "unmanaged and reported, with little to it", live: objects{"iam_role/R": role("/", trusting("root"), tags{})}, unmanaged: map[string]resource.Disposition{},
			plan: []string{"low unmanaged iam_role/R: in the account, but not in the file"},
		},
		{
			name: "unmanaged and to be deleted", live: alice, want: objects{"iam_group/G": {}, "iam_group/H": {}},
			unmanaged: map[string]resource.Disposition{"users": resource.Delete},
			plan: []string{
				"delete iam_membership/alice/G // goes with user/alice",
				"delete iam_membership/alice/H // goes with user/alice",
				"delete iam_policy_attachment/user/alice/aws:AdministratorAccess // goes with user/alice",
				"delete iam_user/alice // not in the file, which says `unmanaged: {users: delete}`",
			},
		},
		{
			name: "unmanaged: delete spares what a service owns", live: objects{"iam_role/R": role("/", trusting("root"), tags{})},
			facts:     map[string]resource.Facts{"iam_role/R": {resource.FactOwner: "AWS service"}},
			unmanaged: map[string]resource.Disposition{"roles": resource.Delete},
		},
		{
			name: "a document that names a dead id is reported",
			live: objects{"iam_role/R": role("/", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"AIDAEXAMPLEEXAMPLE123"},"Action":"sts:AssumeRole"}}`, tags{})},
			want: objects{"iam_role/R": {}},
			plan: []string{"medium dead-principal iam_role/R: trusts AIDAEXAMPLEEXAMPLE123: the id of a user or role that was deleted"},
		},
	})
}

// Who is in the group of users without MFA, the requirement says that keeps it: without a report, which it needs, nobody leaves.
// Where no requirement keeps such a group, it is one like any other.
func TestACompleteListOfGroupsSaysNothingAboutTheGroupOfUsersWithoutMFA(t *testing.T) {
	const membership = "iam_membership/alice/baseline-require-mfa"
	live := objects{
		"iam_user/alice": user("/", tags{}), membership: {},
		"iam_group/baseline-require-mfa": group("/elsewhere/"),
	}.state(nil)
	for _, test := range []struct {
		name  string
		rules *resource.Requirements
		goes  bool
	}{
		{"enforced", &resource.Requirements{MFA: &resource.MFARule{Enforce: true}}, false},
		{"reported", &resource.Requirements{MFA: &resource.MFARule{}}, true},
		{"not asked for", nil, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			account := accountOf(live)
			account.Evidence = &resource.Evidence{}
			draft := planner.Make(&resource.Want{
				Name: accounts.Name, Require: test.rules, Unmanaged: ignoring,
				Objects:  objects{"iam_user/alice": {}}.byAddress(),
				Complete: map[resource.Address][]resource.Kind{address("iam_user/alice"): {"iam_membership"}},
			}, account)
			goes := slices.ContainsFunc(draft.Changes, func(c resource.Change) bool { return c.Address == address(membership) && c.After == nil })
			if goes != test.goes {
				t.Errorf("the membership goes: %t, want %t", goes, test.goes)
			}
		})
	}
}
