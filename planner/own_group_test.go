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

// Two baselines of an account must not take turns at who is in the group, nor may one lift what the other enforces.
func TestTheGroupOfAnotherBaselineIsLeftToIt(t *testing.T) {
	others := kept().and(objects{
		"iam_policy/baseline-require-mfa": managed(requirements.OwnPath, "", "*", tags{resource.MarkKey: "other"}),
		"iam_user/alice":                  user("/", tags{}), aliceLogin: {},
	})
	facts := map[string]resource.Facts{aliceLogin: credential(100, 1)}
	member := others.and(objects{aliceJoins: {}})
	const seen = "mfa iam_user/alice: has a console password and no MFA device"
	t.Run("a complete list of groups says nothing of it", func(t *testing.T) {
		groups := map[string][]resource.Kind{"iam_user/alice": {"iam_membership"}}
		ruled{live: member, facts: facts, want: objects{"iam_user/alice": {"path": "/"}}, complete: groups}.mustPlan(t)
	})
	t.Run("who only reports takes nobody out", func(t *testing.T) {
		ruled{live: member, facts: facts, rules: resource.Requirements{MFA: &resource.MFARule{}}}.mustPlan(t, seen)
	})
	t.Run("who enforces too puts nobody in", func(t *testing.T) {
		d := ruled{live: others, facts: facts, rules: enforced}.draft()
		if last := d.Findings[len(d.Findings)-1]; len(d.Changes) > 0 || last.Seen != "has a console password and no MFA device; it is left as it is, for another baseline enforces MFA" {
			t.Errorf("changes %v, finding %q", d.Changes, last.Seen)
		}
	})
}

// The tags that tell whose the group is may be shown late, or not at all.
func TestTheGroupGoesOnlyWhenItIsKnownWhoseItIs(t *testing.T) {
	policy := address("iam_policy/baseline-require-mfa")
	for name, unknown := range map[string]resource.Object{
		"tags not shown":     {"path": requirements.OwnPath},
		"tags not shown yet": {"path": requirements.OwnPath, "tags": tags{}},
	} {
		t.Run(name, func(t *testing.T) {
			live := kept().state(nil)
			live[policy] = resource.Resource{Settings: unknown.With(resource.Object{"document": live[policy].Settings["document"]})}
			want := &resource.Want{Name: accounts.Name, Objects: map[resource.Address]resource.Object{}, Unmanaged: ignoring}
			if d := planner.Make(want, accountOf(live)); !cmp.Equal(d.Look, []resource.Address{policy}) {
				t.Errorf("looks at %v, want %v; changes %v", d.Look, policy, d.Changes)
			}
			live[policy] = resource.Resource{
				Settings: live[policy].Settings.With(resource.Object{"tags": map[string]string{resource.MarkKey: "other"}}),
				Facts:    resource.Facts{resource.FactLooked: "yes"},
			}
			if d := planner.Make(want, accountOf(live)); len(d.Look)+len(d.Changes) > 0 {
				t.Errorf("looks at %v and changes %v what is another's", d.Look, d.Changes)
			}
		})
	}
}
