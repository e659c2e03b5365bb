package render_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"baseline/resource"
)

const account = "111122223333"

var readAt = time.Date(2026, 11, 21, 14, 2, 11, 0, time.UTC)

func plan(changes ...resource.Change) *resource.Plan {
	return &resource.Plan{
		Format: resource.PlanFormat, Baseline: "acme-prod", Account: account,
		Caller: "arn:aws:sts::111122223333:assumed-role/ci-plan/build-7", ReadAt: readAt,
		Files:   []resource.SourceFile{{Path: "baseline.yaml", SHA256: strings.Repeat("0123456789abcdef", 4)}},
		Changes: changes,
	}
}

// change is a change of an object that stands alone.
func change(kind resource.Kind, name string, before, after resource.Object) resource.Change {
	a := resource.At(kind, name)
	return resource.Change{Address: a, Owner: a, Before: before, After: after}
}

// attachment, inline and membership are changes of parts.
func attachment(owner resource.Address, policy string, before, after resource.Object) resource.Change {
	sort := strings.TrimPrefix(string(owner.Kind), "iam_")
	return resource.Change{Address: resource.At("iam_policy_attachment", sort, owner.Name, policy), Owner: owner, Before: before, After: after}
}

func inline(owner resource.Address, name string, before, after resource.Document) resource.Change {
	sort := strings.TrimPrefix(string(owner.Kind), "iam_")
	c := resource.Change{Address: resource.At("iam_inline_policy", sort, owner.Name, name), Owner: owner}
	if before != "" {
		c.Before = resource.Object{"document": before}
	}
	if after != "" {
		c.After = resource.Object{"document": after}
	}
	return c
}

func membership(user, group string, before, after resource.Object) resource.Change {
	return resource.Change{Address: resource.At("iam_membership", user, group), Owner: resource.At("iam_user", user), Before: before, After: after}
}

func because(reason string, c resource.Change) resource.Change {
	c.Reason = reason
	return c
}

func oneWay(c resource.Change, phrases ...string) resource.Change {
	c.OneWay = phrases
	return c
}

func halves(c resource.Change) (gone, back resource.Change) {
	gone, back = c, c
	gone.After, gone.Replace = nil, true
	back.Before, back.Replace = nil, true
	return gone, back
}

// exists is what a part without settings is while it is there.
var exists = resource.Object{}

func user(extra resource.Object) resource.Object {
	return resource.Object{"path": "/", "boundary": "", "tags": map[string]string{}}.With(extra)
}

func role(trust string, extra resource.Object) resource.Object {
	return resource.Object{
		"path": "/", "description": "", "boundary": "", "max_session": 3600, "tags": map[string]string{},
		"trust": resource.Document(trust),
	}.With(extra)
}

func tags(pairs ...string) map[string]string {
	out := map[string]string{}
	for pair := range slices.Chunk(pairs, 2) {
		out[pair[0]] = pair[1]
	}
	return out
}

const (
	readRDS = `{"Version":"2012-10-17","Statement":[` +
		`{"Sid":"Connect","Effect":"Allow","Action":"rds-db:connect","Resource":"arn:aws:rds-db:eu-west-1:111122223333:dbuser:*/dev_readonly_user"},` +
		`{"Sid":"Look","Effect":"Allow","Action":["rds:DescribeDBInstances","rds:DescribeDBClusters","rds:ListTagsForResource"],"Resource":"*"}]}`
	denyBilling = `{"Version":"2012-10-17","Statement":[{"Sid":"NoBilling","Effect":"Deny","Action":["aws-portal:*","billing:*"],"Resource":"*"}]}`
	trustAll    = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::444455556666:root"},"Action":"sts:AssumeRole"}]}`
	trustOnly   = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::444455556666:root"},"Action":"sts:AssumeRole",` +
		`"Condition":{"StringEquals":{"sts:ExternalId":"my-data-sharing-id"}}}]}`
	trustLambda = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}`
	trustNobody = `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":{"AWS":"111122223333"},"Action":"sts:AssumeRole"}]}`
)

func trustRole(name string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:role/` + name + `"},"Action":"sts:AssumeRole"}]}`
}

var (
	alice      = resource.At("iam_user", "alice")
	developers = resource.At("iam_group", "Developers")
	partner    = resource.At("iam_role", "partner-share")
)

// createEverything is the first plan of an empty account.
func createEverything() *resource.Plan {
	marked := func(more ...string) map[string]string { return tags(append(more, resource.MarkKey, "acme-prod")...) }
	return plan(
		change("iam_password_policy", "account", nil, resource.Object{
			"min_length": 14, "reuse_prevention": 24, "max_age": 90, "symbols": true, "numbers": true, "uppercase": true,
			"lowercase": true, "allow_change": true, "hard_expiry": false,
		}),
		change("iam_account_alias", "account", nil, resource.Object{"alias": "acme-prod"}),
		change("iam_policy", "RDSReadOnlyPolicy", nil, resource.Object{
			"path": "/db/", "description": "Reads and connects", "document": resource.Document(readRDS), "tags": marked(),
		}),
		change("iam_group", "Developers", nil, resource.Object{"path": "/"}),
		change("iam_user", "alice", nil, user(resource.Object{"boundary": "aws:PowerUserAccess", "tags": marked("team", "data", "cost center", "12, 13")})),
		change("iam_role", "partner-share", nil, role(trustOnly, resource.Object{"tags": marked()})),
		inline(developers, "deny-billing", "", denyBilling),
		attachment(developers, "RDSReadOnlyPolicy", nil, exists),
		attachment(developers, "aws:job-function/ViewOnlyAccess", nil, exists),
		attachment(partner, "RDSReadOnlyPolicy", nil, exists),
		membership("alice", "Developers", nil, exists),
	)
}

// removeDrift takes away what somebody added by hand, and adopts what was there already.
func removeDrift() *resource.Plan {
	extraDeny := strings.Replace(denyBilling, `"billing:*"]`, `"billing:*","ce:*"]`, 1)
	return plan(
		because("in the account, but not in the file", attachment(developers, "aws:AdministratorAccess", exists, nil)),
		because("in the account, but not in the file", membership("alice", "Admins", exists, nil)),
		inline(developers, "deny-billing", resource.Document(denyBilling), resource.Document(extraDeny)),
		change("iam_user", "alice",
			user(resource.Object{"path": "/", "tags": tags("team", "data", "temp", "yes")}),
			user(resource.Object{"path": "/staff/", "boundary": "aws:PowerUserAccess", "tags": tags("team", "ops", "site", "Zürich", resource.MarkKey, "acme-prod")})),
		change("iam_oidc_provider", "token.actions.githubusercontent.com",
			resource.Object{"client_ids": []string{"a", "b"}}, resource.Object{"client_ids": []string{"b", "sts.amazonaws.com"}}),
	)
}

func widenedTrust() *resource.Plan {
	p := plan(
		change("iam_role", "partner-share", role(trustOnly, nil), role(trustAll, resource.Object{"max_session": 43200})),
		change("iam_policy", "RDSReadOnlyPolicy",
			resource.Object{"path": "/db/", "document": resource.Document(readRDS)},
			resource.Object{"path": "/db/", "document": resource.Document(strings.Replace(readRDS,
				`"Action":"rds-db:connect","Resource":"arn:aws:rds-db:eu-west-1:111122223333:dbuser:*/dev_readonly_user"`,
				`"Action":["rds-db:connect","rds:DeleteDBInstance"],"Resource":"*"`, 1))}),
	)
	p.Changes[1].Notes = []string{"deletes version v2, the oldest of 5, to make room"}
	p.Findings = []resource.Finding{
		{
			Rule: "trust-without-condition", Subject: partner, Severity: resource.High,
			Seen: "any principal of account 444455556666 may assume it", Advice: "ask for an external id",
		},
	}
	return p
}

func replaceRole() *resource.Plan {
	gone, back := halves(because("AWS can't change the path of an existing one",
		change("iam_role", "ci-deploy", role(trustLambda, nil), role(trustLambda, resource.Object{"path": "/ci/"}))))
	gone = oneWay(gone, "its id, by which others trust it", "its running sessions")
	gone.Facts = resource.Facts{resource.FactID: "AROAEXAMPLEEXAMPLE111"}
	off, on := halves(because("goes and comes back with role/ci-deploy",
		attachment(resource.At("iam_role", "ci-deploy"), "aws:ReadOnlyAccess", exists, exists)))
	// A role that trusts the replaced one lets go of it and is then saved again.
	release := because("AWS ties it to the id of role/ci-deploy, which is replaced; it is saved again",
		change("iam_role", "watcher", role(trustRole("ci/ci-deploy"), nil), role(trustNobody, nil)))
	hold := release
	hold.Before, hold.After = release.After, release.Before
	return plan(release, off, gone, back, on, hold)
}

func deleteUser() *resource.Plan {
	bob := because("declared absent", oneWay(change("iam_user", "bob", user(resource.Object{"tags": tags("team", "data")}), nil),
		"its id", "1 access key", "its password"))
	bob.Facts = resource.Facts{resource.FactID: "AIDAEXAMPLEEXAMPLE111"}
	return plan(
		because("goes with user/bob", membership("bob", "Developers", exists, nil)),
		because("goes with user/bob", attachment(bob.Address, "aws:ReadOnlyAccess", exists, nil)),
		because("goes with user/bob", inline(bob.Address, "own-keys", denyBilling, "")),
		bob,
	)
}

// cycle has two roles that trust each other, so one of them begins with a trust in nobody.
func cycle() *resource.Plan {
	return plan(
		change("iam_role", "ping", nil, role(trustNobody, resource.Object{"tags": tags(resource.MarkKey, "acme-prod")})),
		change("iam_role", "pong", nil, role(trustRole("ping"), resource.Object{"tags": tags(resource.MarkKey, "acme-prod")})),
		change("iam_role", "ping",
			role(trustNobody, resource.Object{"tags": tags(resource.MarkKey, "acme-prod")}),
			role(trustRole("pong"), resource.Object{"tags": tags(resource.MarkKey, "acme-prod")})),
	)
}

// takeBack undoes deleteUser.
func takeBack() *resource.Plan {
	p := plan()
	for _, c := range slices.Backward(deleteUser().Changes) {
		p.Changes = append(p.Changes, c.Inverse())
	}
	p.Undoes, p.Files = "20261121T140311Z-7f3a", nil
	return p
}

func findingsOnly() *resource.Plan {
	p := plan()
	noMFA := "enrol an MFA device, or remove the password"
	p.Findings = []resource.Finding{
		{Rule: "unmanaged", Subject: resource.At("iam_role", "old-batch"), Severity: resource.Low, Seen: "in the account, but not in the file"},
		{Rule: "mfa", Subject: resource.At("iam_user", "mallory"), Severity: resource.High, Seen: "has a password and no MFA device", Advice: noMFA},
		{Rule: "root", Severity: resource.Critical, Seen: "root has an access key", Advice: "delete it, signed in as root"},
		{Rule: "mfa", Subject: alice, Severity: resource.High, Seen: "has a password and no MFA device", Advice: noMFA},
		{Rule: "access_keys", Subject: alice, Severity: resource.Medium, Seen: "key …MPLE is 104 days old"},
	}
	p.Notices = []string{"the credential report is 3 hours old", "Users: there would be 5001, and the account's quota is 5000"}
	return p
}

// partFindings are findings about parts, a few and many.
func partFindings() *resource.Plan {
	p := plan()
	found := func(severity resource.Severity, kind resource.Kind, parts ...string) {
		p.Findings = append(p.Findings, resource.Finding{
			Rule: "unmanaged", Subject: resource.At(kind, parts...), Severity: severity, Seen: "in the account, but not in the file",
		})
	}
	found(resource.High, "iam_policy_attachment", "group", "Developers", "aws:job-function/ViewOnlyAccess")
	found(resource.High, "iam_inline_policy", "role", "ci", "own")
	found(resource.High, "iam_membership", "yan", "gone")
	found(resource.High, "iam_instance_profile_role", "web", "web-role")
	found(resource.High, "iam_membership", "half")
	for i := range 30 {
		found(resource.Low, "iam_membership", fmt.Sprintf("user%02d", i), "gone")
	}
	return p
}

// manyFindings has more findings of one kind than anybody reads line by line.
func manyFindings() *resource.Plan {
	p := plan()
	for i := range 40 {
		p.Findings = append(p.Findings,
			resource.Finding{Rule: "unmanaged", Subject: resource.At("iam_user", fmt.Sprintf("user%02d", i)), Severity: resource.Low, Seen: "in the account, but not in the file"},
			resource.Finding{Rule: "unmanaged", Subject: resource.At("iam_policy", fmt.Sprintf("policy%02d", i%9)), Severity: resource.Low, Seen: "in the account, but not in the file"},
		)
	}
	p.Findings = append(p.Findings, resource.Finding{Rule: "unmanaged", Subject: alice, Severity: resource.High, Seen: "holds policy aws:AdministratorAccess"})
	return p
}

func hostile() *resource.Plan {
	evil := "x\x1b[2K\rPlan: 0 to create\nuser/\u202eecila\u0085\xff"
	p := plan(
		because("because\n+ user/forged", oneWay(change("iam_user", evil, user(resource.Object{"tags": tags(evil, evil)}), nil), "its\nid")),
		change("iam_user", "long", user(nil), user(resource.Object{"tags": tags("note", strings.Repeat("A", 1<<20), "quiet", "a\u200bb", "plain", `back\slash`)})),
		attachment(alice, evil, nil, exists),
		change("iam_role", "r", nil, role(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"sts:Assume\u001b[31mRole\u202e"}]}`, nil)),
		change(resource.Kind("evil\x1bkind"), "n", nil, resource.Object{"se\ntting": "v"}),
	)
	p.Baseline, p.Caller = "acme\x1b]0;owned\a", "arn:aws:iam::111122223333:user/a\nb"
	p.Findings = []resource.Finding{{Rule: "r\n", Subject: resource.At("iam_user", evil), Severity: "high\n", Seen: evil, Advice: evil}}
	p.Notices = []string{evil}
	return p
}

// thousand is a plan of 1,000 changes of all sorts.
func thousand() *resource.Plan {
	p := plan()
	for i := range 250 {
		name := fmt.Sprintf("user-%03d", i)
		p.Changes = append(p.Changes,
			change("iam_user", name, nil, user(resource.Object{"tags": tags(resource.MarkKey, "acme-prod", "team", "data")})),
			membership(name, "Developers", nil, exists),
			change("iam_role", "role-"+name, role(trustOnly, nil), role(trustAll, nil)),
			oneWay(because("declared absent", change("iam_policy", "old-"+name, resource.Object{"document": resource.Document(readRDS)}, nil)), "its id"),
		)
	}
	return p
}
