package planner_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"baseline/planner"
	"baseline/requirements"
	"baseline/resource"
	"baseline/testdata/accounts"
)

// Who adds to the group that a requirement keeps adds to all of its members, and no file would show it.
func TestNothingButTheirPolicyIsOnTheGroupOfUsersWithoutMFA(t *testing.T) {
	rules := &resource.Requirements{MFA: &resource.MFARule{Enforce: true}}
	live := resource.State{}
	for a, settings := range requirements.Objects(rules) {
		if a.Kind == "iam_policy" {
			settings = settings.With(resource.Object{"description": "", "tags": mark})
		}
		live[a] = resource.Resource{Settings: settings, Facts: resource.Facts{resource.FactLooked: "yes"}}
	}
	live[address("iam_policy_attachment/group/baseline-require-mfa/aws:AdministratorAccess")] = resource.Resource{Settings: resource.Object{}}
	live[address("iam_inline_policy/group/baseline-require-mfa/back-door")] = resource.Resource{Settings: resource.Object{"document": allow("*")}}
	account := accountOf(live)
	account.Evidence = &resource.Evidence{Report: &resource.CredentialReport{}}

	want := &resource.Want{Name: accounts.Name, Objects: map[resource.Address]resource.Object{}, Require: rules, Unmanaged: ignoring}
	var changes []string
	for _, c := range planner.Make(want, account).Changes {
		changes = append(changes, string(c.Op())+" "+c.Address.String())
	}
	deletions := []string{
		"delete iam_policy_attachment/group/baseline-require-mfa/aws:AdministratorAccess",
		"delete iam_inline_policy/group/baseline-require-mfa/back-door",
	}
	if diff := cmp.Diff(deletions, changes); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
