package requirements_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"baseline/resource"
)

func TestUnusedRoles(t *testing.T) {
	const rule = "unused_roles iam_role/r: "
	use := func(created, last time.Duration) *testAccount {
		w := newAccount().role("r", "")
		w.Evidence.Roles["r"] = resource.RoleUse{Created: ago(created)}
		if last != never {
			w.Evidence.Roles["r"] = resource.RoleUse{Created: ago(created), Used: ago(last)}
		}
		return w
	}
	testRule(t, resource.Requirements{UnusedRoles: &resource.UnusedRoleRule{After: 90 * day, Exceptions: except("iam_role/kept")}}, []ruleTest{
		{"used the day before the limit", use(300*day, 89*day), nil},
		{"used on the day", use(300*day, 90*day), []string{rule + "was last used on 2026-08-23"}},
		{"used the day after", use(300*day, 91*day), []string{rule + "was last used on 2026-08-22"}},
		{"created yesterday", use(day, never), nil},
		{"created the day before the limit", use(89*day, never), nil},
		{"created on the day", use(90*day, never), []string{rule + "was never used; it was created on 2026-08-23"}},
		{"created the day after", use(91*day, never), []string{rule + "was never used; it was created on 2026-08-22"}},
		{"created long ago", use(1000*day, never), []string{
			rule + "was not used in the 400 days that AWS looks back; it was created on 2024-02-25",
		}},
		{"still to be created", newAccount().role("r", ""), nil},
		{"of AWS", use(300*day, never).role("r", "AWS service"), nil},
	})
	w := newAccount().role("kept", "")
	w.Evidence.Roles["kept"] = resource.RoleUse{Created: ago(300 * day)}
	testRule(t, resource.Requirements{UnusedRoles: &resource.UnusedRoleRule{After: 90 * day, Exceptions: except("iam_role/kept")}},
		[]ruleTest{{"excepted", w, nil}})

	j := use(300*day, 91*day).judge(t, resource.Requirements{UnusedRoles: &resource.UnusedRoleRule{After: 90 * day}})
	if since := j.Violations[0].Since; !since.Equal(ago(91 * day)) {
		t.Errorf("unused since %v", since)
	}
}

func TestSupportRole(t *testing.T) {
	const (
		rule  = "support_role"
		alice = "arn:aws:iam::" + accountID + ":user/alice"
		team  = "arn:aws:iam::" + accountID + ":role/team"
		none  = "no role has the policy aws:AWSSupportAccess"
	)
	both := `{"AWS":["` + alice + `","` + team + `"]}`
	role := func(statements string) *testAccount {
		return newAccount().trusting("support", "", statements).attach("role/support", "aws:AWSSupportAccess")
	}
	for name, tt := range map[string]struct {
		account    *testAccount
		principals []string
		want       string
	}{
		"some role":              {role(assumes(partner)), nil, ""},
		"no role":                {newAccount().role("app", "").attach("role/app", "aws:ReadOnlyAccess"), nil, none},
		"a user is no role":      {newAccount().user("alice").attach("user/alice", "aws:AWSSupportAccess"), nil, none},
		"trusts them":            {role(assumes(both)), []string{alice, team}, ""},
		"trusts the account":     {role(assumes(`{"AWS":"444455556666"}`)), []string{"arn:aws:iam::444455556666:root"}, ""},
		"trusts them one by one": {role(assumes(`{"AWS":"`+alice+`"}`) + "," + assumes(`{"AWS":"`+team+`"}`)), []string{alice, team}, ""},
		"trusts one of them": {
			role(assumes(`{"AWS":"` + alice + `"}`)),
			[]string{alice, team},
			"the role support has the policy aws:AWSSupportAccess but does not trust " + team,
		},
		"denies them": {
			role(`{"Effect":"Deny","Action":"sts:AssumeRole","Principal":` + both + `}`),
			[]string{alice},
			"the role support has the policy aws:AWSSupportAccess but does not trust " + alice,
		},
		"another role does":    {role(assumes(partner)).trusting("z", "", assumes(both)).attach("role/z", "aws:AWSSupportAccess"), []string{team}, ""},
		"none for the trusted": {newAccount(), []string{alice}, none},
	} {
		t.Run(name, func(t *testing.T) {
			j := tt.account.judge(t, resource.Requirements{SupportRole: &resource.SupportRoleRule{Principals: tt.principals}})
			switch {
			case tt.want == "" && len(j.Violations) > 0:
				t.Errorf("found %q", findings(j))
			case tt.want != "" && (len(j.Violations) != 1 || seen(t, j, rule) != tt.want || !j.Violations[0].Subject.IsZero()):
				t.Errorf("found %q, want %q", findings(j), tt.want)
			}
		})
	}
	odd := newAccount().put("iam_role/odd", resource.Object{"trust": resource.Document("")}, nil).attach("role/odd", "aws:AWSSupportAccess")
	j := odd.judge(t, resource.Requirements{SupportRole: &resource.SupportRoleRule{Principals: []string{alice}}})
	if j.Unchecked[rule] == "" || len(j.Violations) > 0 {
		t.Errorf("an unreadable trust policy is judged: %q, %v", findings(j), j.Unchecked)
	}
}

func TestServerCertificates(t *testing.T) {
	rules := resource.Requirements{ServerCertificates: &resource.ServerCertificateRule{NoExpired: true}}
	w := newAccount()
	w.Evidence.ServerCertificates = []resource.ServerCertificate{
		{Name: "web", Expires: ago(-time.Second)}, {Name: "shop", Expires: today}, {Name: "old", Expires: ago(400 * day)},
	}
	testRule(t, rules, []ruleTest{{"dates", w, []string{
		"server_certificates iam_server_certificate/old: expired on 2025-10-17",
		"server_certificates iam_server_certificate/shop: expired on 2026-11-21",
	}}})
	none := newAccount()
	none.Evidence.ServerCertificates = []resource.ServerCertificate{}
	testRule(t, rules, []ruleTest{{"none", none, nil}})
}

func TestCloudShell(t *testing.T) {
	const rule, seen = "cloudshell_full_access ", ": has the policy aws:AWSCloudShellFullAccess attached"
	testRule(t, resource.Requirements{CloudShell: &resource.CloudShellRule{Forbidden: true, Exceptions: except("iam_group/Ops")}}, []ruleTest{
		{"user, group and role", newAccount().attach("user/alice", "aws:AWSCloudShellFullAccess").
			attach("group/G", "aws:AWSCloudShellFullAccess").attach("role/r", "aws:AWSCloudShellFullAccess"), []string{
			rule + "iam_group/G" + seen, rule + "iam_role/r" + seen, rule + "iam_user/alice" + seen,
		}},
		{"excepted", newAccount().attach("group/Ops", "aws:AWSCloudShellFullAccess"), nil},
		{"another policy", newAccount().attach("user/alice", "aws:ReadOnlyAccess").attach("user/alice", "AWSCloudShellFullAccess"), nil},
	})
}

// What was not read is not judged, and never said to be fine.
func TestMissingEvidence(t *testing.T) {
	rules := resource.Requirements{
		UnusedRoles:        &resource.UnusedRoleRule{After: 90 * day},
		ServerCertificates: &resource.ServerCertificateRule{NoExpired: true},
		Permissions:        &resource.PermissionRule{BoundaryFor: []string{"users", "roles"}, Boundary: "aws:PowerUserAccess", Fix: true},
	}
	w := newAccount().role("r", "").user("alice")
	w.Evidence.Roles = nil
	dateless := newAccount().role("r", "")
	dateless.Evidence.Roles["r"] = resource.RoleUse{}
	blind := newAccount().role("r", "").user("alice")
	blind.Evidence = nil
	for name, tt := range map[string]struct {
		account *testAccount
		want    map[string]string
	}{
		"not read": {w, map[string]string{
			"unused_roles": "the uses of roles were not read", "server_certificates": "the server certificates were not read",
		}},
		"no dates": {dateless, map[string]string{
			"unused_roles":        "iam_role/r: neither its creation nor its last use is known",
			"server_certificates": "the server certificates were not read",
		}},
		"no evidence at all": {blind, map[string]string{
			"unused_roles": "the uses of roles were not read", "server_certificates": "the server certificates were not read",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, tt.account.judge(t, rules).Unchecked); diff != "" {
				t.Errorf("not checked (-want +got):\n%s", diff)
			}
		})
	}
}
