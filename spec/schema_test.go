package spec_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"
	"gopkg.in/yaml.v3"

	"baseline/spec"
)

// everything uses every key of the file at least once.
const everything = `
version: 1
name: everything
account: 111122223333
alias: acme-prod
vars: {env: , team: data, idle: 45d}
policies:
  Read: {path: /team/, description: Reads, tags: {team: data}, document: {Version: 2012-10-17, Statement: {Effect: Allow, Action: "s3:*", Resource: "*"}}}
  Write: {file: write.json}
  Old: {absent: true}
groups:
  Ops: {path: /team/, policies: [Read, aws:PowerUserAccess], inline: {a: {Version: "2012-10-17", Statement: [{Effect: Deny, Action: "s3:*", Resource: "*"}]}, b: {file: b.json}}, members: [alice]}
  Empty:
users:
  alice: {path: /team/, groups: [Ops], policies: [], inline: {}, tags: {team: "${team}"}, boundary: none}
  "${team}-bot": {path: "${env}"}
roles:
  partner:
    path: /
    description: for partners
    policies: [Read]
    inline: {}
    max_session: 1h
    tags: {}
    boundary: Read
    trust:
      - {account: "444455556666", external_id: xyz, mfa: true, org_id: o-abcdefghij}
      - {service: [ec2.amazonaws.com, lambda.amazonaws.com]}
      - {role: partner}
      - {user: alice}
      - {oidc: token.actions.githubusercontent.com, audience: sts.amazonaws.com, subject: "repo:acme/*"}
      - {saml: Okta}
  full: {trust_policy: {file: trust.yaml}}
instance_profiles:
  web: {path: /team/, role: partner, tags: {team: data}}
  bare: {role: ""}
  none:
password_policy: {min_length: 14, require: [upper, lower], max_age: never, reuse_prevention: 24, allow_change: true, hard_expiry: false}
cloudtrail:
  audit:
    home_region: "${region}"
    multi_region: true
    global_events: true
    validation: true
    logging: true
    organization: o-exampleorgid
    bucket: {name: acme-audit, create: true, manage_policy: true, region: us-east-1, prefix: logs, expire: 2555d, access_logs: {name: "acme-${team}", prefix: audit/}}
    kms: {alias: audit, create: true, manage_policy: true, rotation: 365d}
    logs: {group: /audit, retention: 365d, role: partner, kms: alias/audit}
    sns: told
    management_events: {record: all, exclude: [kms.amazonaws.com]}
    data_events: {s3: write, buckets: [customer-data], lambda: all, dynamodb: ["arn:aws:dynamodb:us-east-1:111122223333:table/orders"]}
    insights: [ApiCallRate, ApiErrorRate]
    alarms: {preset: cis, email: [security@example.com], topic: told}
    tags: {team: data}
  plain:
    home_region: eu-west-1
    bucket: acme-logs
    kms: none
    logs: none
    sns: none
    selectors:
      - {Name: calls, FieldSelectors: [{Field: eventCategory, Equals: Management}, {Field: eventName, StartsWith: A, EndsWith: [z], NotEquals: [b], NotStartsWith: [c], NotEndsWith: [d]}]}
    alarms: none
  gone: {absent: true, home_region: eu-west-1}
s3: {account_public_access_block: [BlockPublicAcls, IgnorePublicAcls]}
benchmark: cis-7.0
require:
  root: {mfa: hardware, access_keys: none}
  mfa: {of: all_users, enforce: deny-without-mfa, grace: 7d, unassigned: remove, exceptions: [user/alice, {subject: user/bob, reason: vendor tool, until: 2026-12-31}]}
  access_keys: {max_age: 90d, max_active: 1, unused: 45d, ladder: {warn: 80d, deactivate: 90d, delete: 120d}, exceptions: [user/ci]}
  passwords: {unused: "${idle}", action: remove, exceptions: []}
  credentials:
    ssh_keys: {max_age: 90d, unused: 45d, action: deactivate}
    service_specific: {max_age: 12h, action: report}
    signing_certificates: {unused: 45d}
    exceptions: ["user/${team}-bot"]
  permissions:
    users: groups-only
    admin: forbidden
    service_wildcards: report
    boundary: {for: [users, roles, user/alice, role/partner], policy: Read}
    fix: true
    groups: {aws:ReadOnlyAccess: Ops, Read: Empty}
    exceptions: [role/BreakGlass, group/Admins, policy/Old, user/alice]
  trust: {accounts: ["444455556666", 111122223333], services: [lambda.amazonaws.com], external_id: required, public: forbidden, exceptions: [role/partner]}
  unused_roles: {after: 90d, exceptions: [role/partner]}
  support_role: {principals: [role/partner, "user/alice", "arn:aws:iam::111122223333:user/alice"]}
  server_certificates: {expired: removed}
  cloudshell_full_access: {exceptions: [group/Ops]}
  trail: {multi_region: true, validation: true, kms: true, logs: true, bucket_private: true, bucket_logged: true, management_events: all, s3_data_events: write, alarms: cis}
unmanaged: {users: report, roles: ignore, groups: delete, policies: report, instance_profiles: ignore, trails: report, attachments: report, inline: report, memberships: report}
`

func resolved(t *testing.T) *jsonschema.Resolved {
	t.Helper()
	text, err := spec.Schema()
	if err != nil {
		t.Fatal(err)
	}
	var schema jsonschema.Schema
	if err := json.Unmarshal(text, &schema); err != nil {
		t.Fatal(err)
	}
	r, err := schema.Resolve(nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// asJSON reads YAML the way an editor does before it validates.
func asJSON(t *testing.T, text string) any {
	t.Helper()
	var root yaml.Node
	if err := yaml.Unmarshal([]byte(text), &root); err != nil {
		t.Fatal(err)
	}
	plainDates(&root)
	var value any
	if err := root.Decode(&value); err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	var out any
	if err := json.Unmarshal(data, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// plainDates makes strings of dates, as YAML 1.2 has it.
func plainDates(n *yaml.Node) {
	if n.ShortTag() == "!!timestamp" {
		n.Tag = "!!str"
	}
	for _, part := range n.Content {
		plainDates(part)
	}
}

func TestSchemaAcceptsEverything(t *testing.T) {
	if err := resolved(t).Validate(asJSON(t, everything)); err != nil {
		t.Error(err)
	}
}

// What the schema is shown to accept, Load accepts too.
func TestEverythingLoads(t *testing.T) {
	files := map[string]string{"baseline.yaml": everything, "write.json": jsonDoc, "b.json": jsonDoc, "trust.yaml": `{Version: "2012-10-17", Statement: {Effect: Allow, Principal: {Service: ec2.amazonaws.com}, Action: "sts:AssumeRole"}}`}
	if _, err := load(files, spec.Env{Vars: map[string]string{"env": "/test/"}}); err != nil {
		t.Error(err)
	}
}

func TestSchemaRefuses(t *testing.T) {
	schema := resolved(t)
	for _, text := range []string{
		"polices: {}",
		"users: {alice: {group: []}}",
		"users: {alice: {groups: Ops}}",
		"users: {alice: {groups: }}",
		"users: ",
		"users: {a b: {}}",
		"users: {alice: {tags: {a: 1}}}",
		"groups: {Ops: {inline: {x: {file: a.json, Version: x}}}}",
		"groups: {Ops: {inline: {x: }}}",
		"policies: {A: {document: {Statements: []}}}",
		"policies: {A: {path: team}}",
		"roles: {a: {trust: [{servce: x}]}}",
		"roles: {a: {max_session: long}}",
		"instance_profiles: {web: {roles: [a]}}",
		"instance_profiles: {web: {role: 'a b'}}",
		"password_policy: {require: [digits]}",
		"unmanaged: {users: destroy}",
		"benchmark: cis-2.0",
		"require: ",
		"require: {rot: {}}",
		"require: {root: {mfa: virtual}}",
		"require: {root: {access_keys: one}}",
		"require: {mfa: {enforce: yes}}",
		"require: {mfa: {exceptions: [alice]}}",
		"require: {mfa: {exceptions: [{subject: user/alice, reason: x}]}}",
		"require: {mfa: {exceptions: [{subject: user/alice, reason: x, until: soon}]}}",
		"require: {access_keys: {max_age: 90}}",
		"require: {access_keys: {max_age: 90d, ladder: {warn: 80d}}}",
		"require: {passwords: {}}",
		"require: {credentials: {ssh_keys: {action: delete}}}",
		"require: {permissions: {admin: report}}",
		"require: {permissions: {boundary: {for: [group/a], policy: x}}}",
		"require: {permissions: {boundary: {for: [users]}}}",
		"require: {trust: {accounts: ['1']}}",
		"require: {trust: {services: [lambda]}}",
		"require: {unused_roles: {}}",
		"require: {support_role: {principals: [group/a]}}",
		"require: {server_certificates: {expired: kept}}",
		"require: {cloudshell_full_access: allowed}",
		"require: {cloudshell_full_access: {}}",
		"require: {trail: }",
		"require: {trail: {management_events: none}}",
		"require: {trail: {alarms: true}}",
		"require: {trail: {mulit_region: true}}",
		"cloudtrail: ",
		"cloudtrail: {audit: }",
		"cloudtrail: {audit: {bucket: acme-audit}}",
		"cloudtrail: {-audit: {home_region: eu-west-1}}",
		"cloudtrail: {audit: {home_region: Ireland}}",
		"cloudtrail: {audit: {home_region: eu-west-1, bucket: Acme}}",
		"cloudtrail: {audit: {home_region: eu-west-1, bucket: {create: true}}}",
		"cloudtrail: {audit: {home_region: eu-west-1, bucket: {name: acme-audit, prefix: /logs}}}",
		"cloudtrail: {audit: {home_region: eu-west-1, bucket: {name: acme-audit, access_logs: {prefix: x}}}}",
		"cloudtrail: {audit: {home_region: eu-west-1, bucket: {name: acme-audit, expire: 2555}}}",
		"cloudtrail: {audit: {home_region: eu-west-1, kms: audit}}",
		"cloudtrail: {audit: {home_region: eu-west-1, kms: {create: true}}}",
		"cloudtrail: {audit: {home_region: eu-west-1, logs: {retention: 30d}}}",
		"cloudtrail: {audit: {home_region: eu-west-1, logs: a b}}",
		"cloudtrail: {audit: {home_region: eu-west-1, sns: a b}}",
		"cloudtrail: {audit: {home_region: eu-west-1, organization: acme}}",
		"cloudtrail: {audit: {home_region: eu-west-1, management_events: reads}}",
		"cloudtrail: {audit: {home_region: eu-west-1, management_events: {exclude: [kms.amazonaws.com]}}}",
		"cloudtrail: {audit: {home_region: eu-west-1, management_events: {record: all, exclude: [iam.amazonaws.com]}}}",
		"cloudtrail: {audit: {home_region: eu-west-1, data_events: {s3: none}}}",
		"cloudtrail: {audit: {home_region: eu-west-1, data_events: {lambda: [f]}}}",
		"cloudtrail: {audit: {home_region: eu-west-1, selectors: [{}]}}",
		"cloudtrail: {audit: {home_region: eu-west-1, selectors: [{FieldSelectors: [{Equals: x}]}]}}",
		"cloudtrail: {audit: {home_region: eu-west-1, insights: [ApiCallRateInsight]}}",
		"cloudtrail: {audit: {home_region: eu-west-1, alarms: cis}}",
		"cloudtrail: {audit: {home_region: eu-west-1, alarms: {email: a@example.com}}}",
		"s3: {account_public_access_block: true}",
		"s3: {account_public_access_block: []}",
		"s3: {account_public_access_block: [BlockAcls]}",
		"account: '123'",
		"version: 2",
	} {
		if !strings.HasPrefix(text, "version") {
			text = "version: 1\n" + text
		}
		if err := schema.Validate(asJSON(t, text)); err == nil {
			t.Errorf("accepted:\n%s", text)
		}
	}
}

func TestSchemaDescribesEveryKey(t *testing.T) {
	text, err := spec.Schema()
	if err != nil {
		t.Fatal(err)
	}
	var schema jsonschema.Schema
	if err := json.Unmarshal(text, &schema); err != nil {
		t.Fatal(err)
	}
	var walk func(path string, s *jsonschema.Schema)
	walk = func(path string, s *jsonschema.Schema) {
		for key, property := range s.Properties {
			if property.Description == "" {
				t.Errorf("%s/%s has no description", path, key)
			}
			walk(path+"/"+key, property)
		}
		if s.AdditionalProperties != nil {
			walk(path+"/*", s.AdditionalProperties)
		}
		if s.Items != nil {
			walk(path+"[]", s.Items)
		}
		for name, def := range s.Defs {
			walk(name, def)
		}
		for _, form := range s.AnyOf {
			walk(path, form)
		}
	}
	walk("", &schema)
}

// TestReadyMadeBaselinesFollowTheSchema holds the files of package baselines to what editors are told.
func TestReadyMadeBaselinesFollowTheSchema(t *testing.T) {
	folder := os.DirFS("../baselines")
	names, err := fs.Glob(folder, "*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if code, _ := fs.Glob(folder, "*.go"); len(names) == 0 && len(code) > 0 {
		t.Fatal("package baselines holds no *.yaml")
	}
	schema := resolved(t)
	for _, name := range names {
		text, err := fs.ReadFile(folder, name)
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(asJSON(t, string(text))); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
