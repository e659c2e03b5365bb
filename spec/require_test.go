package spec_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"baseline/resource"
	"baseline/spec"
)

const day = 24 * time.Hour

// except is an exception without an end.
func except(kind resource.Kind, name string) resource.Exception {
	return resource.Exception{Subject: resource.At(kind, name)}
}

func TestRequirements(t *testing.T) {
	tests := []struct {
		name, yaml string
		require    *resource.Requirements
	}{
		{"none", "", nil},
		{"an empty section", "require: {}", &resource.Requirements{}},
		{"a benchmark alone", "benchmark: fsbp", &resource.Requirements{Benchmark: "fsbp"}},
		{"root", "require: {root: {mfa: any}}", &resource.Requirements{Root: &resource.RootRule{MFA: "any"}}},
		{"keys of root", "require: {root: {access_keys: none}}", &resource.Requirements{Root: &resource.RootRule{NoAccessKeys: true}}},
		{"MFA with its defaults", "require: {mfa: {}}", &resource.Requirements{MFA: &resource.MFARule{}}},
		{
			"MFA with its defaults said", "require: {mfa: {of: console_users, enforce: report, unassigned: report, exceptions: []}}",
			&resource.Requirements{MFA: &resource.MFARule{}},
		},
		{
			"MFA with everything", "require: {mfa: {of: all_users, enforce: deny-without-mfa, grace: 36h, unassigned: remove, exceptions: [user/a]}}",
			&resource.Requirements{MFA: &resource.MFARule{
				AllUsers: true, Enforce: true, Grace: 36 * time.Hour, RemoveUnassigned: true,
				Exceptions: []resource.Exception{except("iam_user", "a")},
			}},
		},
		{"no active keys", "require: {access_keys: {max_active: 0}}", &resource.Requirements{AccessKeys: &resource.AccessKeyRule{MaxActive: new(0)}}},
		{
			"a ladder of one rung", "require: {access_keys: {max_age: 90d, ladder: {deactivate: 90d}}}",
			&resource.Requirements{AccessKeys: &resource.AccessKeyRule{MaxAge: 90 * day, Deactivate: 90 * day}},
		},
		{
			"a warning on the day itself", "require: {access_keys: {max_age: 90d, ladder: {warn: 95d, deactivate: 95d, delete: 2281h}}}",
			&resource.Requirements{AccessKeys: &resource.AccessKeyRule{MaxAge: 90 * day, Warn: 95 * day, Deactivate: 95 * day, Delete: 95*day + time.Hour}},
		},
		{"passwords", "require: {passwords: {unused: 1d}}", &resource.Requirements{Passwords: &resource.PasswordRule{Unused: day}}},
		{
			"passwords that are removed", "require: {passwords: {unused: 45d, action: remove, exceptions: [user/a]}}",
			&resource.Requirements{Passwords: &resource.PasswordRule{Unused: 45 * day, Remove: true, Exceptions: []resource.Exception{except("iam_user", "a")}}},
		},
		{
			"other credentials", "require: {credentials: {ssh_keys: {max_age: 90d}, service_specific: {unused: 45d, action: report}, signing_certificates: {max_age: 1d, action: deactivate}, exceptions: [user/a]}}",
			&resource.Requirements{Credentials: &resource.CredentialRule{
				SSHKeys:             &resource.CredentialLimit{MaxAge: 90 * day},
				ServiceSpecific:     &resource.CredentialLimit{Unused: 45 * day, ReportOnly: true},
				SigningCertificates: &resource.CredentialLimit{MaxAge: day},
				Exceptions:          []resource.Exception{except("iam_user", "a")},
			}},
		},
		{
			"permissions", "require: {permissions: {users: groups-only, admin: forbidden, service_wildcards: report, exceptions: [role/R, user/u, group/G, policy/P]}}",
			&resource.Requirements{Permissions: &resource.PermissionRule{
				GroupsOnly: true, NoAdmin: true, ReportServiceWildcards: true, Exceptions: []resource.Exception{
					except("iam_role", "R"), except("iam_user", "u"), except("iam_group", "G"), except("iam_policy", "P"),
				},
			}},
		},
		{
			"permissions that are put right",
			"groups: {Auditors: , Readers: }\npolicies: {Read: }\nrequire: {permissions: {users: groups-only, fix: true, " +
				"groups: {'arn:aws:iam::aws:policy/job-function/ViewOnlyAccess': Auditors, Read: Readers}}}",
			&resource.Requirements{Permissions: &resource.PermissionRule{
				GroupsOnly: true, Fix: true, Groups: map[string]string{"aws:job-function/ViewOnlyAccess": "Auditors", "Read": "Readers"},
			}},
		},
		{
			"a boundary", "policies: {Limit: }\nrequire: {permissions: {boundary: {for: [users, role/deployer, user/x, roles], policy: Limit}}}",
			&resource.Requirements{Permissions: &resource.PermissionRule{
				BoundaryFor: []string{"users", "iam_role/deployer", "iam_user/x", "roles"}, Boundary: "Limit",
			}},
		},
		{
			"trust", "require: {trust: {accounts: ['444455556666'], services: [ec2.amazonaws.com], external_id: required, public: forbidden, exceptions: [role/a]}}",
			&resource.Requirements{Trust: &resource.TrustRule{
				Accounts: []string{"444455556666"}, Services: []string{"ec2.amazonaws.com"}, ExternalID: true, NoPublic: true,
				Exceptions: []resource.Exception{except("iam_role", "a")},
			}},
		},
		{
			"trust in no other account, and in no service", "require: {trust: {accounts: [], services: []}}",
			&resource.Requirements{Trust: &resource.TrustRule{Accounts: []string{}, Services: []string{}}},
		},
		{
			"unused roles", "require: {unused_roles: {after: 400d, exceptions: [role/a]}}",
			&resource.Requirements{UnusedRoles: &resource.UnusedRoleRule{After: 400 * day, Exceptions: []resource.Exception{except("iam_role", "a")}}},
		},
		{"a support role for whomever", "require: {support_role: {}}", &resource.Requirements{SupportRole: &resource.SupportRoleRule{}}},
		{
			"a support role for some", "users: {alice: }\nroles: {Admins: {path: /team/}}\nrequire: {support_role: {principals: [role/Admins, user/alice, 'arn:aws:iam::444455556666:root']}}",
			&resource.Requirements{SupportRole: &resource.SupportRoleRule{Principals: []string{
				"arn:aws:iam::111122223333:role/team/Admins", "arn:aws:iam::111122223333:user/alice", "arn:aws:iam::444455556666:root",
			}}},
		},
		{"server certificates", "require: {server_certificates: {expired: removed}}", &resource.Requirements{ServerCertificates: &resource.ServerCertificateRule{NoExpired: true}}},
		{"CloudShell", "require: {cloudshell_full_access: forbidden}", &resource.Requirements{CloudShell: &resource.CloudShellRule{Forbidden: true}}},
		{
			"CloudShell for some", "require: {cloudshell_full_access: {exceptions: [group/Ops]}}",
			&resource.Requirements{CloudShell: &resource.CloudShellRule{Forbidden: true, Exceptions: []resource.Exception{except("iam_group", "Ops")}}},
		},
		{"some trail", "require: {trail: {multi_region: true}}", &resource.Requirements{Trail: &resource.TrailRule{MultiRegion: true}}},
		{
			"a trail with everything",
			"require: {trail: {multi_region: true, validation: true, kms: true, logs: true, bucket_private: true, bucket_logged: true, management_events: all, s3_data_events: write, alarms: cis}}",
			&resource.Requirements{Trail: &resource.TrailRule{
				MultiRegion: true, Validation: true, KMS: true, Logs: true, BucketPrivate: true, BucketLogged: true,
				ManagementEvents: "all", S3DataEvents: "write", Alarms: true,
			}},
		},
	}
	schema := resolved(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if err := schema.Validate(asJSON(t, head+tt.yaml)); err != nil {
				t.Errorf("the schema refuses it: %v", err)
			}
			if diff := cmp.Diff(tt.require, mustLoad(t, tt.yaml).Want.Require); diff != "" {
				t.Errorf("requirements (-expected +got):\n%s", diff)
			}
		})
	}
}

// The section that the design shows.
func TestRequirementsOfTheDesign(t *testing.T) {
	b := mustLoad(t, `
require:
  root:        {mfa: hardware, access_keys: none}
  mfa:         {of: console_users, enforce: deny-without-mfa, grace: 7d}
  access_keys: {max_age: 90d, max_active: 1, unused: 45d, ladder: {warn: 80d, deactivate: 90d, delete: 120d}}
  passwords:   {unused: 45d}
  permissions: {users: groups-only, admin: forbidden, exceptions: [role/BreakGlass]}
`)
	expected := &resource.Requirements{
		Root: &resource.RootRule{MFA: "hardware", NoAccessKeys: true},
		MFA:  &resource.MFARule{Enforce: true, Grace: 7 * day},
		AccessKeys: &resource.AccessKeyRule{
			MaxAge: 90 * day, MaxActive: new(1), Unused: 45 * day, Warn: 80 * day, Deactivate: 90 * day, Delete: 120 * day,
		},
		Passwords:   &resource.PasswordRule{Unused: 45 * day},
		Permissions: &resource.PermissionRule{GroupsOnly: true, NoAdmin: true, Exceptions: []resource.Exception{except("iam_role", "BreakGlass")}},
	}
	if diff := cmp.Diff(expected, b.Want.Require); diff != "" {
		t.Errorf("requirements (-expected +got):\n%s", diff)
	}
}

// An exception holds for the whole of its last day.
func TestExceptionWithAnEnd(t *testing.T) {
	b := mustLoad(t, "require: {mfa: {exceptions: [{subject: user/alice, reason: no MFA in the vendor's tool, until: 2026-12-31}, {subject: user/bob, reason: x, until: '2028-02-28'}]}}")
	expected := []resource.Exception{
		{Subject: resource.At("iam_user", "alice"), Reason: "no MFA in the vendor's tool", Until: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)},
		{Subject: resource.At("iam_user", "bob"), Reason: "x", Until: time.Date(2028, 2, 29, 0, 0, 0, 0, time.UTC)},
	}
	if diff := cmp.Diff(expected, b.Want.Require.MFA.Exceptions); diff != "" {
		t.Errorf("exceptions (-expected +got):\n%s", diff)
	}
}

func TestPlacesOfRules(t *testing.T) {
	b := mustLoad(t, "benchmark: cis-7.0\nrequire:\n  root: {mfa: any}\n  cloudshell_full_access: forbidden\n")
	expected := map[string]spec.Place{
		"root":                   {File: "baseline.yaml", Line: 5, Column: 3},
		"cloudshell_full_access": {File: "baseline.yaml", Line: 6, Column: 3},
	}
	if diff := cmp.Diff(expected, b.RequirePlaces); diff != "" {
		t.Errorf("places (-expected +got):\n%s", diff)
	}
}

func TestRulesOfSeveralFiles(t *testing.T) {
	files := map[string]string{
		"a.yaml": head + "benchmark: cis-6.0\nrequire:\n  root: {mfa: any}\n",
		"b.yaml": "require:\n  mfa: {}\n",
		"c.yaml": "benchmark: cis-7.0\nrequire:\n  support_role: {}\n  root: {mfa: hardware}\n",
	}
	b, err := spec.Load([]spec.Input{input(files, "a.yaml"), input(files, "b.yaml")}, spec.Env{})
	if err != nil {
		t.Fatal(err)
	}
	expected := &resource.Requirements{Benchmark: "cis-6.0", Root: &resource.RootRule{MFA: "any"}, MFA: &resource.MFARule{}}
	if diff := cmp.Diff(expected, b.Want.Require); diff != "" {
		t.Errorf("requirements (-expected +got):\n%s", diff)
	}
	if place := b.RequirePlaces["mfa"].String(); place != "b.yaml:2:3" {
		t.Errorf("mfa is at %s", place)
	}
	_, err = spec.Load([]spec.Input{input(files, "a.yaml"), input(files, "c.yaml")}, spec.Env{})
	problems := `c.yaml:1:1: benchmark is declared twice; first at a.yaml:3:1
c.yaml:4:3: "root" is declared twice under require; first at a.yaml:5:3`
	if err == nil || err.Error() != problems {
		t.Errorf("got\n%v\nexpected\n%s", err, problems)
	}
}
