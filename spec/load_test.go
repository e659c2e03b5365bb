package spec_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"baseline/resource"
	"baseline/spec"
)

// head begins a file that is valid without anything else. It is two lines long.
const head = "version: 1\nname: test\n"

// load reads files given by name and text. baseline.yaml is the input.
func load(files map[string]string, env spec.Env) (*spec.Baseline, error) {
	return spec.Load([]spec.Input{input(files, "baseline.yaml")}, env)
}

func input(files map[string]string, path string) spec.Input {
	memory := fstest.MapFS{}
	for name, text := range files {
		memory[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return spec.Input{FS: memory, Path: path}
}

// mustLoad reads one valid file.
func mustLoad(t *testing.T, text string) *spec.Baseline {
	t.Helper()
	b, err := load(map[string]string{"baseline.yaml": head + text}, spec.Env{})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

type (
	objects  = map[resource.Address]resource.Object
	complete = map[resource.Address][]resource.Kind
)

const (
	readDoc = `{Version: "2012-10-17", Statement: [{Effect: Allow, Action: "s3:GetObject", Resource: "*"}]}`
	read    = resource.Document(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}`)
)

// trusts returns the trust policy of one statement.
func trusts(statement string) resource.Document {
	return resource.Document(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow",` + statement + `}]}`)
}

func TestLoadGivesWhatIsDeclared(t *testing.T) {
	tests := []struct {
		name     string
		yaml     string
		objects  objects
		absent   []resource.Address
		complete complete
	}{
		{name: "nothing", yaml: "", objects: objects{}},
		{
			name: "an empty entry declares existence only",
			yaml: "groups: {Ops: , Dev: {}}\nusers: {alice: }\nroles: {ci: }\npolicies: {Read: {}}\npassword_policy: {}",
			objects: objects{
				resource.At("iam_group", "Ops"): {}, resource.At("iam_group", "Dev"): {}, resource.At("iam_user", "alice"): {},
				resource.At("iam_role", "ci"): {}, resource.At("iam_policy", "Read"): {}, resource.At("iam_password_policy", "account"): {},
			},
		},
		{
			name: "a policy with everything",
			yaml: "policies: {Read: {path: /team/, description: Reads, tags: {team: data}, document: " + readDoc + "}}",
			objects: objects{resource.At("iam_policy", "Read"): {
				"path": "/team/", "description": "Reads", "tags": map[string]string{"team": "data"}, "document": read,
			}},
		},
		{
			name: "the keys of a document keep the author's order",
			yaml: `policies: {Read: {document: {Statement: {Resource: "*", Action: ["s3:GetObject"], Effect: Allow}, Version: 2012-10-17}}}`,
			objects: objects{resource.At("iam_policy", "Read"): {
				"document": resource.Document(`{"Statement":{"Resource":"*","Action":["s3:GetObject"],"Effect":"Allow"},"Version":"2012-10-17"}`),
			}},
		},
		{
			name: "absent objects",
			yaml: "users: {bob: {absent: true}}\ngroups: {Old: {absent: true}}\nroles: {old: {absent: true}}\n" +
				"policies: {Old: {absent: true}}\npassword_policy: {absent: true}\nalias: \"\"",
			objects: objects{},
			absent: []resource.Address{
				resource.At("iam_account_alias", "account"), resource.At("iam_group", "Old"), resource.At("iam_password_policy", "account"),
				resource.At("iam_policy", "Old"), resource.At("iam_role", "old"), resource.At("iam_user", "bob"),
			},
		},
		{
			name: "references to policies in every form",
			yaml: `policies: {Read: {}}
users:
  alice:
    policies: [Read, "aws:job-function/ViewOnlyAccess", "arn:aws:iam::aws:policy/service-role/AWSLambdaRole", "arn:aws:iam::111122223333:policy/team/Other"]`,
			objects: objects{
				resource.At("iam_policy", "Read"): {}, resource.At("iam_user", "alice"): {},
				resource.At("iam_policy_attachment", "user", "alice", "Read"):                            {},
				resource.At("iam_policy_attachment", "user", "alice", "aws:job-function/ViewOnlyAccess"): {},
				resource.At("iam_policy_attachment", "user", "alice", "aws:service-role/AWSLambdaRole"):  {},
				resource.At("iam_policy_attachment", "user", "alice", "Other"):                           {},
			},
			complete: complete{resource.At("iam_user", "alice"): {"iam_policy_attachment"}},
		},
		{
			name:     "an empty list is a complete one",
			yaml:     "groups: {Ops: {members: [], policies: [], inline: {}}}",
			objects:  objects{resource.At("iam_group", "Ops"): {}},
			complete: complete{resource.At("iam_group", "Ops"): {"iam_inline_policy", "iam_membership", "iam_policy_attachment"}},
		},
		{
			name: "a membership is declared by the side that has a list",
			yaml: "groups: {Ops: {members: [alice]}, Dev: }\nusers: {alice: , bob: {groups: [Dev]}}",
			objects: objects{
				resource.At("iam_group", "Ops"): {}, resource.At("iam_group", "Dev"): {},
				resource.At("iam_user", "alice"): {}, resource.At("iam_user", "bob"): {},
				resource.At("iam_membership", "alice", "Ops"): {}, resource.At("iam_membership", "bob", "Dev"): {},
			},
			complete: complete{resource.At("iam_group", "Ops"): {"iam_membership"}, resource.At("iam_user", "bob"): {"iam_membership"}},
		},
		{
			name: "both sides may declare a membership",
			yaml: "groups: {Ops: {members: [alice]}}\nusers: {alice: {groups: [Ops]}}",
			objects: objects{
				resource.At("iam_group", "Ops"): {}, resource.At("iam_user", "alice"): {}, resource.At("iam_membership", "alice", "Ops"): {},
			},
			complete: complete{resource.At("iam_group", "Ops"): {"iam_membership"}, resource.At("iam_user", "alice"): {"iam_membership"}},
		},
		{
			name: "a user with everything",
			yaml: "policies: {Limit: }\nusers: {alice: {path: /team/, tags: {team: data}, boundary: Limit, inline: {read: " + readDoc + "}}}",
			objects: objects{
				resource.At("iam_policy", "Limit"):                        {},
				resource.At("iam_user", "alice"):                          {"path": "/team/", "tags": map[string]string{"team": "data"}, "boundary": "Limit"},
				resource.At("iam_inline_policy", "user", "alice", "read"): {"document": read},
			},
			complete: complete{resource.At("iam_user", "alice"): {"iam_inline_policy"}},
		},
		{
			name: "no boundary is a declared one",
			yaml: "users: {alice: {boundary: none}, bob: {boundary: \"\"}}",
			objects: objects{
				resource.At("iam_user", "alice"): {"boundary": ""}, resource.At("iam_user", "bob"): {"boundary": ""},
			},
		},
		{
			name: "a role with everything",
			yaml: `roles:
  ci:
    path: /ci/
    description: builds
    max_session: 90m
    tags: {}
    boundary: aws:PowerUserAccess
    policies: []
    inline: {}
    trust_policy: {Version: "2012-10-17", Statement: [{Effect: Allow, Principal: {Service: ec2.amazonaws.com}, Action: "sts:AssumeRole"}]}`,
			objects: objects{resource.At("iam_role", "ci"): {
				"path": "/ci/", "description": "builds", "max_session": 5400, "tags": map[string]string{}, "boundary": "aws:PowerUserAccess",
				"trust": trusts(`"Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"`),
			}},
			complete: complete{resource.At("iam_role", "ci"): {"iam_inline_policy", "iam_policy_attachment"}},
		},
		{
			name: "a list of required characters sets all four",
			yaml: "password_policy: {min_length: 14, require: [upper, number], max_age: 90d, reuse_prevention: 0, allow_change: true, hard_expiry: false}",
			objects: objects{resource.At("iam_password_policy", "account"): {
				"min_length": 14, "uppercase": true, "numbers": true, "lowercase": false, "symbols": false,
				"max_age": 90, "reuse_prevention": 0, "allow_change": true, "hard_expiry": false,
			}},
		},
		{
			name:    "passwords that never expire",
			yaml:    "password_policy: {max_age: never}",
			objects: objects{resource.At("iam_password_policy", "account"): {"max_age": 0}},
		},
		{
			name:    "an alias",
			yaml:    "alias: acme-prod",
			objects: objects{resource.At("iam_account_alias", "account"): {"alias": "acme-prod"}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			want := mustLoad(t, tt.yaml).Want
			if diff := cmp.Diff(tt.objects, want.Objects); diff != "" {
				t.Errorf("objects (-expected +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.absent, want.Absent); diff != "" {
				t.Errorf("absent (-expected +got):\n%s", diff)
			}
			if tt.complete == nil {
				tt.complete = complete{}
			}
			if diff := cmp.Diff(tt.complete, want.Complete); diff != "" {
				t.Errorf("complete (-expected +got):\n%s", diff)
			}
		})
	}
}

func TestTrustShortForms(t *testing.T) {
	tests := []struct{ name, trust, statement string }{
		{"a service", "{service: lambda.amazonaws.com}", `"Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"`},
		{
			"services share a statement", "{service: [ec2.amazonaws.com, lambda.amazonaws.com]}",
			`"Principal":{"Service":["ec2.amazonaws.com","lambda.amazonaws.com"]},"Action":"sts:AssumeRole"`,
		},
		{"an account", "{account: 444455556666}", `"Principal":{"AWS":"arn:aws:iam::444455556666:root"},"Action":"sts:AssumeRole"`},
		{
			"an account with conditions", `{account: "444455556666", external_id: our-id, mfa: true, org_id: o-abcdefghij}`,
			`"Principal":{"AWS":"arn:aws:iam::444455556666:root"},"Action":"sts:AssumeRole","Condition":` +
				`{"StringEquals":{"sts:ExternalId":"our-id","aws:PrincipalOrgID":"o-abcdefghij"},"Bool":{"aws:MultiFactorAuthPresent":"true"}}`,
		},
		{"a role of the file, with its path", "{role: deployer}", `"Principal":{"AWS":"arn:aws:iam::111122223333:role/ci/deployer"},"Action":"sts:AssumeRole"`},
		{"a user of the file", "{user: alice}", `"Principal":{"AWS":"arn:aws:iam::111122223333:user/alice"},"Action":"sts:AssumeRole"`},
		{"a role elsewhere", "{role: \"arn:aws:iam::444455556666:role/x\"}", `"Principal":{"AWS":"arn:aws:iam::444455556666:role/x"},"Action":"sts:AssumeRole"`},
		{
			"a provider of ours", "{oidc: oidc.example.com/id}",
			`"Principal":{"Federated":"arn:aws:iam::111122223333:oidc-provider/oidc.example.com/id"},"Action":"sts:AssumeRoleWithWebIdentity",` +
				`"Condition":{"StringEquals":{"oidc.example.com/id:aud":"sts.amazonaws.com"}}`,
		},
		{
			"a shared provider with subjects", `{oidc: token.actions.githubusercontent.com, subject: ["repo:acme/app:*", "repo:acme/lib:ref:refs/heads/main"]}`,
			`"Principal":{"Federated":"arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"},"Action":"sts:AssumeRoleWithWebIdentity",` +
				`"Condition":{"StringEquals":{"token.actions.githubusercontent.com:aud":"sts.amazonaws.com"},` +
				`"StringLike":{"token.actions.githubusercontent.com:sub":["repo:acme/app:*","repo:acme/lib:ref:refs/heads/main"]}}`,
		},
		{
			"a provider by ARN with one exact subject", `{oidc: "arn:aws:iam::444455556666:oidc-provider/gitlab.com", audience: us, subject: "project_path:acme/app:ref_type:branch:ref:main"}`,
			`"Principal":{"Federated":"arn:aws:iam::444455556666:oidc-provider/gitlab.com"},"Action":"sts:AssumeRoleWithWebIdentity",` +
				`"Condition":{"StringEquals":{"gitlab.com:aud":"us","gitlab.com:sub":"project_path:acme/app:ref_type:branch:ref:main"}}`,
		},
		{
			"a SAML provider", "{saml: Okta}",
			`"Principal":{"Federated":"arn:aws:iam::111122223333:saml-provider/Okta"},"Action":"sts:AssumeRoleWithSAML",` +
				`"Condition":{"StringEquals":{"SAML:aud":"https://signin.aws.amazon.com/saml"}}`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := mustLoad(t, "users: {alice: }\nroles: {deployer: {path: /ci/}, it: {trust: ["+tt.trust+"]}}")
			got := b.Want.Objects[resource.At("iam_role", "it")].Document("trust")
			if diff := cmp.Diff(trusts(tt.statement), got); diff != "" {
				t.Errorf("trust (-expected +got):\n%s", diff)
			}
		})
	}
}

func TestTrustEntriesAreOneStatementEach(t *testing.T) {
	b := mustLoad(t, "roles: {it: {trust: [{service: ec2.amazonaws.com}, {account: '444455556666'}]}}")
	got := b.Want.Objects[resource.At("iam_role", "it")].Document("trust")
	if n := strings.Count(string(got), `"Effect"`); n != 2 {
		t.Errorf("%d statements, expected 2: %s", n, got)
	}
}

func TestPartitionOfChina(t *testing.T) {
	b, err := load(map[string]string{"baseline.yaml": head + "roles: {it: {trust: [{saml: Okta}, {oidc: oidc.example.com}]}}"}, spec.Env{Partition: "aws-cn"})
	if err != nil {
		t.Fatal(err)
	}
	got := string(b.Want.Objects[resource.At("iam_role", "it")].Document("trust"))
	for _, part := range []string{"arn:aws-cn:iam::111122223333:saml-provider/Okta", "https://signin.amazonaws.cn/saml", "sts.amazonaws.com.cn"} {
		if !strings.Contains(got, part) {
			t.Errorf("%q is missing in %s", part, got)
		}
	}
}

func TestHeadOfABaseline(t *testing.T) {
	b := mustLoad(t, "account: 011122223333\nunmanaged: {users: delete, roles: ignore, inline: report}\npolicies: {A: {tags: {}}}\n")
	if b.Name != "test" || b.Want.Name != "test" || b.Account != "011122223333" {
		t.Errorf("name %q, %q, account %q", b.Name, b.Want.Name, b.Account)
	}
	wanted := map[string]resource.Disposition{"users": resource.Delete, "roles": resource.Ignore, "inline": resource.Report}
	if diff := cmp.Diff(wanted, b.Want.Unmanaged); diff != "" {
		t.Error(diff)
	}
	if !b.PolicyTags {
		t.Error("a policy declares tags, but PolicyTags is false")
	}
	if mustLoad(t, "policies: {A: {path: /}}").PolicyTags {
		t.Error("no policy declares tags or a description, but PolicyTags is true")
	}
}

func TestPlacesOfObjects(t *testing.T) {
	b := mustLoad(t, "alias: acme-prod\nusers:\n  alice:\n    groups: [Ops]\n    policies:\n      - aws:PowerUserAccess\n    inline:\n      read: "+readDoc+
		"\n  bob: {absent: true}\ngroups: {Ops: {}}\n")
	at := func(line, column int) spec.Place {
		return spec.Place{File: "baseline.yaml", Line: line, Column: column}
	}
	expected := map[resource.Address]spec.Place{
		resource.At("iam_account_alias", "account"):                                  at(3, 1),
		resource.At("iam_user", "alice"):                                             at(5, 3),
		resource.At("iam_membership", "alice", "Ops"):                                at(6, 14),
		resource.At("iam_policy_attachment", "user", "alice", "aws:PowerUserAccess"): at(8, 9),
		resource.At("iam_inline_policy", "user", "alice", "read"):                    at(10, 7),
		resource.At("iam_user", "bob"):                                               at(11, 3),
		resource.At("iam_group", "Ops"):                                              at(12, 10),
	}
	if diff := cmp.Diff(expected, b.Places); diff != "" {
		t.Errorf("places (-expected +got):\n%s", diff)
	}
}
