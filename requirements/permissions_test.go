package requirements_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"baseline/requirements"
	"baseline/resource"
)

const (
	allowAll     = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`
	allowAllMFA  = `{"Statement":{"Effect":"Allow","Action":["*"],"Resource":["*"],"Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}}}`
	allButPortal = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","NotAction":"aws-portal:*","Resource":"*"}]}`
	powerUser    = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","NotAction":["iam:*","organizations:*"],"Resource":"*"}]}`
	readBucket   = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}]}`
	wholeS3      = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["S3:*","sqs:SendMessage","ec2:**"],"Resource":"*"}]}`
)

// attach gives a holder, as in user/alice, a managed policy.
func (w *testAccount) attach(holder, ref string) *testAccount {
	return w.put("iam_policy_attachment/"+holder+"/"+ref, resource.Object{}, nil)
}

// inline gives a holder, as in user/alice, an inline policy.
func (w *testAccount) inline(holder, name, document string) *testAccount {
	return w.put("iam_inline_policy/"+holder+"/"+name, resource.Object{"document": resource.Document(document)}, nil)
}

// policy adds a managed policy of the account.
func (w *testAccount) policy(name, document string) *testAccount {
	return w.put("iam_policy/"+name, resource.Object{"path": "/", "document": resource.Document(document)}, nil)
}

// group adds a group.
func (w *testAccount) group(name string) *testAccount {
	return w.put("iam_group/"+name, resource.Object{"path": "/"}, nil)
}

// role adds a role that trusts the own account; owner is whom it belongs to, "" for nobody.
func (w *testAccount) role(name, owner string) *testAccount {
	return w.trusting(name, owner, `{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::`+accountID+`:root"},"Action":"sts:AssumeRole"}`)
}

// trusting adds a role whose trust policy has these statements.
func (w *testAccount) trusting(name, owner, statements string) *testAccount {
	facts := resource.Facts{resource.FactID: "AROA" + name}
	if owner != "" {
		facts[resource.FactOwner] = owner
	}
	trust := resource.Document(`{"Version":"2012-10-17","Statement":[` + statements + `]}`)
	path := "/"
	switch owner {
	case "AWS service":
		path = "/aws-service-role/x.amazonaws.com/"
	case "IAM Identity Center":
		path = "/aws-reserved/sso.amazonaws.com/"
	}
	return w.put("iam_role/"+name, resource.Object{"path": path, "boundary": "", "trust": trust}, facts)
}

// owned says that an object belongs to somebody.
func (w *testAccount) owned(address, owner string) *testAccount {
	return w.put(address, w.State[at(address)].Settings, resource.Facts{resource.FactOwner: owner})
}

// except are exceptions without an end.
func except(subjects ...string) []resource.Exception {
	var all []resource.Exception
	for _, s := range subjects {
		all = append(all, resource.Exception{Subject: at(s), Reason: "agreed"})
	}
	return all
}

// findings writes violations with what was seen, one a line.
func findings(j *requirements.Judgement) []string {
	var lines []string
	for _, v := range j.Violations {
		lines = append(lines, v.Rule+" "+v.Subject.String()+": "+v.Seen)
	}
	return lines
}

// ruleTest is an account and what is found in it.
type ruleTest struct {
	name    string
	account *testAccount
	want    []string
}

func testRule(t *testing.T, rules resource.Requirements, tests []ruleTest) {
	t.Helper()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			j := tt.account.judge(t, rules)
			if diff := cmp.Diff(tt.want, findings(j)); diff != "" {
				t.Errorf("found (-want +got):\n%s", diff)
			}
			if len(j.Unchecked) > 0 {
				t.Errorf("not checked: %v", j.Unchecked)
			}
			for _, v := range j.Violations {
				if v.Advice == "" || v.Severity == "" {
					t.Errorf("no advice or severity: %+v", v.Finding)
				}
			}
		})
	}
}

func TestNoAdmin(t *testing.T) {
	const rule = "permissions.admin "
	rules := resource.Requirements{Permissions: &resource.PermissionRule{
		NoAdmin: true, Exceptions: except("iam_user/root-of-all", "iam_group/Emergency", "iam_role/BreakGlass"),
	}}
	testRule(t, rules, []ruleTest{
		{
			"user", newAccount().user("alice").attach("user/alice", "aws:AdministratorAccess"),
			[]string{rule + "iam_user/alice: is allowed everything by aws:AdministratorAccess"},
		},
		{
			"own policy", newAccount().user("alice").policy("All", allowAll).attach("user/alice", "All"),
			[]string{rule + "iam_user/alice: is allowed everything by All"},
		},
		{
			"inline policy under a condition", newAccount().user("alice").inline("user/alice", "mine", allowAllMFA),
			[]string{rule + "iam_user/alice: is allowed everything by its inline policy mine (under a condition)"},
		},
		{
			"all but little", newAccount().role("app", "").policy("Most", allButPortal).attach("role/app", "Most"),
			[]string{rule + "iam_role/app: is allowed everything by Most"},
		},
		{
			"several policies", newAccount().role("app", "").attach("role/app", "aws:AdministratorAccess").inline("role/app", "x", allowAll),
			[]string{rule + "iam_role/app: is allowed everything by aws:AdministratorAccess, its inline policy x"},
		},
		{
			"group", newAccount().group("Admins").attach("group/Admins", "aws:AdministratorAccess").
				user("alice").member("alice", "Admins").user("root-of-all").member("root-of-all", "Admins"),
			[]string{rule + "iam_group/Admins: allows alice everything by aws:AdministratorAccess"},
		},
		{
			"large group", newAccount().group("Admins").inline("group/Admins", "x", allowAll).
				member("a", "Admins").member("b", "Admins").member("c", "Admins").member("d", "Admins").member("e", "Admins"),
			[]string{rule + "iam_group/Admins: allows a, b, c and 2 others everything by its inline policy x"},
		},
		{
			"group without members", newAccount().group("Admins").attach("group/Admins", "aws:AdministratorAccess"),
			[]string{rule + "iam_group/Admins: has no members, but would allow them everything by aws:AdministratorAccess"},
		},
		{"group of excepted users", newAccount().group("Admins").attach("group/Admins", "aws:AdministratorAccess").
			user("root-of-all").member("root-of-all", "Admins"), nil},
		{"excepted user, group and role", newAccount().user("root-of-all").attach("user/root-of-all", "aws:AdministratorAccess").
			group("Emergency").attach("group/Emergency", "aws:AdministratorAccess").user("alice").member("alice", "Emergency").
			role("BreakGlass", "").attach("role/BreakGlass", "aws:AdministratorAccess"), nil},
		{"roles of AWS", newAccount().
			role("AWSReservedSSO_Admin_0", "IAM Identity Center").attach("role/AWSReservedSSO_Admin_0", "aws:AdministratorAccess").
			role("AWSServiceRoleForX", "AWS service").inline("role/AWSServiceRoleForX", "x", allowAll), nil},
		{
			"a role that has the name of one of AWS, but not the path", newAccount().
				role("OrganizationAccountAccessRole", "AWS Organizations").attach("role/OrganizationAccountAccessRole", "aws:AdministratorAccess"),
			[]string{rule + "iam_role/OrganizationAccountAccessRole: is allowed everything by aws:AdministratorAccess"},
		},
		{
			"role of a tool", newAccount().role("ci", "Terraform").attach("role/ci", "aws:AdministratorAccess"),
			[]string{rule + "iam_role/ci: is allowed everything by aws:AdministratorAccess"},
		},
		{"less than everything", newAccount().user("alice").attach("user/alice", "aws:PowerUserAccess").
			policy("Power", powerUser).attach("user/alice", "Power").inline("user/alice", "s3", wholeS3).
			attach("user/alice", "aws:AdministratorAccess-Amplify"), nil},
		{"policy that nobody has", newAccount().policy("All", allowAll), nil},
	})
}

func TestServiceWildcards(t *testing.T) {
	const rule = "permissions.service_wildcards "
	rules := resource.Requirements{Permissions: &resource.PermissionRule{
		NoAdmin: true, ReportServiceWildcards: true, Exceptions: except("iam_policy/Legacy", "iam_user/bob"),
	}}
	testRule(t, rules, []ruleTest{
		{"managed", newAccount().policy("Store", wholeS3), []string{rule + "iam_policy/Store: allows all actions of ec2, s3"}},
		{
			"inline", newAccount().user("alice").inline("user/alice", "mine", wholeS3).group("G").inline("group/G", "ours", wholeS3),
			[]string{
				rule + "iam_group/G: its inline policy ours allows all actions of ec2, s3",
				rule + "iam_user/alice: its inline policy mine allows all actions of ec2, s3",
			},
		},
		{
			"everything on something", newAccount().policy("B", strings.Replace(allowAll, `"Resource":"*"`, `"Resource":"arn:aws:s3:::b/*"`, 1)),
			[]string{rule + "iam_policy/B: allows all actions of every service"},
		},
		{"single actions", newAccount().policy("Read", readBucket).user("alice").inline("user/alice", "power", powerUser), nil},
		{"excepted", newAccount().policy("Legacy", wholeS3).user("bob").inline("user/bob", "mine", wholeS3), nil},
		{"of AWS", newAccount().role("AWSServiceRoleForX", "AWS service").inline("role/AWSServiceRoleForX", "x", wholeS3).
			policy("made-by-aws", wholeS3).owned("iam_policy/made-by-aws", "AWS service"), nil},
		{
			"found by the rule on everything", newAccount().user("alice").policy("All", allowAll).attach("user/alice", "All"),
			[]string{"permissions.admin iam_user/alice: is allowed everything by All"},
		},
	})
	alone := resource.Requirements{Permissions: &resource.PermissionRule{ReportServiceWildcards: true}}
	testRule(t, alone, []ruleTest{
		{
			"without the rule on everything", newAccount().policy("All", allowAll),
			[]string{rule + "iam_policy/All: allows all actions of every service"},
		},
	})
}

// What cannot be read is neither found nor passed.
func TestUnreadablePolicies(t *testing.T) {
	rules := resource.Requirements{Permissions: &resource.PermissionRule{NoAdmin: true, ReportServiceWildcards: true}}
	for name, tt := range map[string]struct {
		account *testAccount
		want    map[string]string
	}{
		"no document": {newAccount().user("alice").attach("user/alice", "Gone"), map[string]string{
			"permissions.admin": "iam_user/alice: the document of Gone was not read",
		}},
		"broken document": {newAccount().user("alice").inline("user/alice", "odd", `{"Version":"2012-10-17"}`), map[string]string{
			"permissions.admin":             "iam_user/alice: the document of its inline policy odd cannot be read: policy document: there is no Statement",
			"permissions.service_wildcards": "the document of iam_inline_policy/user/alice/odd cannot be read: policy document: there is no Statement",
		}},
		"of AWS": {newAccount().role("AWSServiceRoleForX", "AWS service").inline("role/AWSServiceRoleForX", "odd", ``), map[string]string{}},
	} {
		t.Run(name, func(t *testing.T) {
			j := tt.account.judge(t, rules)
			if diff := cmp.Diff(tt.want, j.Unchecked); diff != "" || len(j.Violations) > 0 {
				t.Errorf("not checked (-want +got):\n%s\nfound %q", diff, findings(j))
			}
		})
	}
}

func TestBoundaries(t *testing.T) {
	const rule = "permissions.boundary "
	rules := func(fix bool, who ...string) resource.Requirements {
		return resource.Requirements{Permissions: &resource.PermissionRule{
			BoundaryFor: who, Boundary: "Limits", Fix: fix, Exceptions: except("iam_user/bob"),
		}}
	}
	account := func() *testAccount {
		w := newAccount().policy("Limits", powerUser).user("alice").user("bob").user("carol").
			role("app", "").role("AWSServiceRoleForX", "AWS service").role("built", "CloudFormation stack x")
		return w.put("iam_user/carol", resource.Object{"boundary": "Limits"}, nil)
	}
	testRule(t, rules(false, "users"), []ruleTest{
		{"users", account(), []string{rule + "iam_user/alice: has no permissions boundary"}},
		{
			"other boundary", account().put("iam_user/alice", resource.Object{"boundary": "aws:PowerUserAccess"}, nil),
			[]string{rule + "iam_user/alice: has the permissions boundary aws:PowerUserAccess"},
		},
	})
	testRule(t, rules(false, "roles", "iam_user/carol"), []ruleTest{
		{"roles", account(), []string{rule + "iam_role/app: has no permissions boundary", rule + "iam_role/built: has no permissions boundary"}},
	})
	testRule(t, rules(false, "iam_user/alice"), []ruleTest{
		{"single ones", account(), []string{rule + "iam_user/alice: has no permissions boundary"}},
	})

	for name, tt := range map[string]struct {
		account *testAccount
		want    []string
	}{
		"set": {account(), []string{
			rule + "iam_role/app -> set iam_role/app map[boundary:Limits]",
			rule + "iam_role/built",
			rule + "iam_user/alice -> set iam_user/alice map[boundary:Limits]",
		}},
		"the caller is left alone": {account().role("ci", ""), []string{
			rule + "iam_role/app -> set iam_role/app map[boundary:Limits]",
			rule + "iam_role/built",
			rule + "iam_role/ci",
			rule + "iam_user/alice -> set iam_user/alice map[boundary:Limits]",
		}},
		"no such policy": {newAccount().user("alice"), []string{rule + "iam_user/alice"}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, summary(tt.account.judge(t, rules(true, "users", "roles")))); diff != "" {
				t.Errorf("judged (-want +got):\n%s", diff)
			}
		})
	}
}

// Whoever must have a boundary and is not there has none, so the rule must not look as if it held.
func TestABoundaryOfNobodyIsNotChecked(t *testing.T) {
	rules := resource.Requirements{Permissions: &resource.PermissionRule{BoundaryFor: []string{"users", "iam_role/nobody"}, Boundary: "Limits"}}
	j := newAccount().policy("Limits", powerUser).judge(t, rules)
	want := map[string]string{"permissions.boundary": "role/nobody must have the boundary and is not in the account"}
	if diff := cmp.Diff(want, j.Unchecked); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// An exception that ended is a finding, and no exception.
func TestPermissionExceptionsEnd(t *testing.T) {
	for name, tt := range map[string]struct {
		until resource.Exception
		want  []string
	}{
		"the day before": {resource.Exception{Until: today.Add(day)}, nil},
		"the moment": {resource.Exception{Until: today}, []string{
			"permissions.users iam_user/alice", "permissions.exceptions iam_user/alice",
		}},
		"the day after": {resource.Exception{Until: ago(day)}, []string{
			"permissions.users iam_user/alice", "permissions.exceptions iam_user/alice",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			tt.until.Subject, tt.until.Reason = at("iam_user/alice"), "moving"
			j := newAccount().user("alice").attach("user/alice", "aws:ReadOnlyAccess").judge(t, resource.Requirements{
				Permissions: &resource.PermissionRule{GroupsOnly: true, Exceptions: []resource.Exception{tt.until}},
			})
			if diff := cmp.Diff(tt.want, summary(j)); diff != "" {
				t.Errorf("judged (-want +got):\n%s", diff)
			}
		})
	}
}
