package requirements_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"baseline/resource"
)

func TestGroupsOnly(t *testing.T) {
	const rule = "permissions.users "
	testRule(t, resource.Requirements{Permissions: &resource.PermissionRule{GroupsOnly: true, Exceptions: except("iam_user/robot")}}, []ruleTest{
		{"attached and inline", newAccount().user("alice").attach("user/alice", "aws:ReadOnlyAccess").attach("user/alice", "Deploy").
			inline("user/alice", "mine", readBucket), []string{
			rule + "iam_user/alice: has the policy Deploy attached",
			rule + "iam_user/alice: has the policy aws:ReadOnlyAccess attached",
			rule + "iam_user/alice: has the inline policy mine",
		}},
		{"through a group", newAccount().user("alice").group("G").attach("group/G", "aws:ReadOnlyAccess").inline("group/G", "x", readBucket).
			member("alice", "G"), nil},
		{"roles", newAccount().role("app", "").attach("role/app", "aws:ReadOnlyAccess").inline("role/app", "x", readBucket), nil},
		{"excepted", newAccount().user("robot").attach("user/robot", "aws:ReadOnlyAccess"), nil},
	})
}

func TestMoveToGroups(t *testing.T) {
	const (
		rule   = "permissions.users iam_user/alice"
		join   = " -> set iam_membership/alice/Auditors map[]"
		detach = " -> delete iam_policy_attachment/user/alice/aws:ReadOnlyAccess"
	)
	rules := resource.Requirements{Permissions: &resource.PermissionRule{
		GroupsOnly: true, Fix: true, Groups: map[string]string{"aws:ReadOnlyAccess": "Auditors", "aws:SecurityAudit": "Auditors", "Deploy": "Deployers"},
	}}
	auditors := func() *testAccount {
		return newAccount().group("Auditors").attach("group/Auditors", "aws:ReadOnlyAccess").attach("group/Auditors", "aws:SecurityAudit").
			user("alice").attach("user/alice", "aws:ReadOnlyAccess")
	}
	inGroups := func(w *testAccount, n int) *testAccount {
		for i := range n {
			w.member("alice", fmt.Sprintf("g%d", i))
		}
		return w
	}
	for name, tt := range map[string]struct {
		account *testAccount
		want    []string
	}{
		"joins":             {auditors(), []string{rule + join + detach}},
		"is a member":       {auditors().member("alice", "Auditors"), []string{rule + detach}},
		"nine groups":       {inGroups(auditors(), 9), []string{rule + join + detach}},
		"ten groups":        {inGroups(auditors(), 10), []string{rule}},
		"ten with Auditors": {inGroups(auditors(), 9).member("alice", "Auditors"), []string{rule + detach}},
		"two policies for one group": {auditors().attach("user/alice", "aws:SecurityAudit"), []string{
			rule + join + detach, rule + " -> delete iam_policy_attachment/user/alice/aws:SecurityAudit",
		}},
		"two groups and room for one": {
			inGroups(auditors(), 9).group("Deployers").attach("group/Deployers", "Deploy").attach("user/alice", "Deploy"),
			[]string{
				rule + " -> set iam_membership/alice/Deployers map[] -> delete iam_policy_attachment/user/alice/Deploy",
				rule,
			},
		},
		"not mapped":                    {auditors().attach("user/alice", "aws:IAMReadOnlyAccess"), []string{rule, rule + join + detach}},
		"group without the policy":      {newAccount().group("Auditors").user("alice").attach("user/alice", "aws:ReadOnlyAccess"), []string{rule}},
		"no such group":                 {newAccount().user("alice").attach("user/alice", "Deploy"), []string{rule}},
		"inline":                        {newAccount().user("alice").inline("user/alice", "Deploy", readBucket), []string{rule}},
		"user of CloudFormation":        {auditors().owned("iam_user/alice", "CloudFormation stack x"), []string{rule}},
		"member who also has it inline": {auditors().member("alice", "Auditors").inline("user/alice", "x", readBucket), []string{rule + detach, rule}},
	} {
		t.Run(name, func(t *testing.T) {
			j := tt.account.judge(t, rules)
			if diff := cmp.Diff(tt.want, summary(j)); diff != "" {
				t.Errorf("judged (-want +got):\n%s", diff)
			}
			for _, v := range j.Violations {
				if v.Advice == "" {
					t.Errorf("no advice: %+v", v.Finding)
				}
			}
		})
	}

	j := auditors().attach("user/alice", "aws:SecurityAudit").inline("group/Auditors", "billing", readBucket).judge(t, rules)
	join1 := j.Violations[0].Fixes[0]
	if want := "joins Auditors, which also has aws:SecurityAudit, the inline policy billing, in place of having aws:ReadOnlyAccess attached"; join1.Reason != want {
		t.Errorf("the reason is %q, want %q", join1.Reason, want)
	}
	// Nobody is without a permission for a moment: both detachments wait for the membership.
	for _, detachment := range []struct{ got, want []resource.Address }{
		{j.Violations[0].Fixes[1].Waits, []resource.Address{join1.Address}},
		{j.Violations[1].Fixes[0].Waits, []resource.Address{join1.Address}},
	} {
		if !slices.Equal(detachment.got, detachment.want) {
			t.Errorf("the detachment waits for %v, want %v", detachment.got, detachment.want)
		}
	}
}

// The group of users without MFA takes a place, too.
func TestMoveToGroupsCountsOtherFixes(t *testing.T) {
	w := newAccount().group("Auditors").attach("group/Auditors", "aws:ReadOnlyAccess").
		user("alice").password("alice", 30*day, day).attach("user/alice", "aws:ReadOnlyAccess")
	for i := range 9 {
		w.member("alice", fmt.Sprintf("g%d", i))
	}
	j := w.judge(t, resource.Requirements{
		MFA:         &resource.MFARule{Enforce: true},
		Permissions: &resource.PermissionRule{GroupsOnly: true, Fix: true, Groups: map[string]string{"aws:ReadOnlyAccess": "Auditors"}},
	})
	joins := 0
	for _, line := range summary(j) {
		joins += strings.Count(line, "-> set iam_membership/alice/")
	}
	if joins != 1 {
		t.Errorf("alice is in nine groups and joins %d more: %q", joins, summary(j))
	}
}
