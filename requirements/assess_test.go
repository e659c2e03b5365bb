package requirements_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"baseline/requirements"
	"baseline/resource"
)

// breaks is a violation of a rule.
func breaks(rule, subject string) requirements.Violation {
	return requirements.Violation{Finding: resource.Finding{Rule: rule, Subject: at(subject)}}
}

// outcome returns the row with an id.
func outcome(t testing.TB, outcomes []requirements.Outcome, id string) requirements.Outcome {
	t.Helper()
	i := slices.IndexFunc(outcomes, func(o requirements.Outcome) bool { return o.ID == id })
	if i < 0 {
		t.Fatalf("there is no row %s in %q", id, ids(outcomes))
	}
	return outcomes[i]
}

func ids(outcomes []requirements.Outcome) []string {
	var out []string
	for _, o := range outcomes {
		out = append(out, o.ID)
	}
	return out
}

func TestAssessOrder(t *testing.T) {
	one := 1
	asked := asking(resource.Requirements{
		AccessKeys:  &resource.AccessKeyRule{MaxAge: 90 * day, MaxActive: &one},
		MFA:         &resource.MFARule{AllUsers: true, Exceptions: []resource.Exception{{Subject: at("iam_user/ci")}}},
		Permissions: &resource.PermissionRule{NoAdmin: true},
		Trust:       &resource.TrustRule{NoPublic: true},
	})
	want := []string{
		"CIS 7.0 2.1.1", "CIS 7.0 2.1.2", "CIS 7.0 2.1.3", "CIS 7.0 2.1.4", "CIS 7.0 2.1.5", "CIS 7.0 2.1.6",
		"CIS 7.0 2.2", "CIS 7.0 2.3", "CIS 7.0 2.4", "CIS 7.0 2.5", "CIS 7.0 2.6", "CIS 7.0 2.7", "CIS 7.0 2.8", "CIS 7.0 2.9",
		"CIS 7.0 2.10", "CIS 7.0 2.11", "CIS 7.0 2.12", "CIS 7.0 2.13", "CIS 7.0 2.14", "CIS 7.0 2.15", "CIS 7.0 2.16",
		"CIS 7.0 2.17", "CIS 7.0 2.18", "CIS 7.0 2.19", "CIS 7.0 2.20", "CIS 7.0 2.21",
		"CIS 7.0 3.1.1", "CIS 7.0 3.1.2", "CIS 7.0 3.1.3", "CIS 7.0 3.1.4",
		"CIS 7.0 4.1", "CIS 7.0 4.2", "CIS 7.0 4.3", "CIS 7.0 4.4", "CIS 7.0 4.5", "CIS 7.0 4.6", "CIS 7.0 4.7", "CIS 7.0 4.8",
		"CIS 7.0 4.9", "CIS 7.0 4.10",
		"CIS 7.0 5.1", "CIS 7.0 5.2", "CIS 7.0 5.3", "CIS 7.0 5.4", "CIS 7.0 5.5", "CIS 7.0 5.6", "CIS 7.0 5.7", "CIS 7.0 5.8",
		"CIS 7.0 5.9", "CIS 7.0 5.10", "CIS 7.0 5.11", "CIS 7.0 5.12", "CIS 7.0 5.13", "CIS 7.0 5.14", "CIS 7.0 5.15", "CIS 7.0 5.16",
		"CIS 6.0 2.12", "Security Hub IAM.19",
		"mfa.unassigned", "trust.public",
		"exceptions",
	}
	if diff := cmp.Diff(want, ids(requirements.Assess(asked, &requirements.Judgement{}))); diff != "" {
		t.Errorf("CIS 7.0 (-want +got):\n%s", diff)
	}
	asked.Benchmark = "fsbp"
	want = []string{
		"Security Hub Account.1", "Security Hub CloudTrail.1", "Security Hub CloudTrail.2", "Security Hub CloudTrail.4", "Security Hub CloudTrail.5",
		"Security Hub Config.1", "Security Hub IAM.1", "Security Hub IAM.2", "Security Hub IAM.3", "Security Hub IAM.4", "Security Hub IAM.5",
		"Security Hub IAM.6", "Security Hub IAM.7", "Security Hub IAM.8", "Security Hub IAM.21", "Security Hub S3.1", "Security Hub S3.5",
	}
	if diff := cmp.Diff(want, ids(requirements.Assess(asked, &requirements.Judgement{}))[:len(want)]); diff != "" {
		t.Errorf("FSBP (-want +got):\n%s", diff)
	}
}

func TestAssessResults(t *testing.T) {
	keys := asking(resource.Requirements{AccessKeys: &resource.AccessKeyRule{MaxAge: 90 * day}})
	strict := asking(resource.Requirements{AccessKeys: &resource.AccessKeyRule{MaxAge: 30 * day}})
	idle := asking(resource.Requirements{AccessKeys: &resource.AccessKeyRule{Unused: 45 * day}, Passwords: &resource.PasswordRule{Unused: 45 * day}})
	loose := asking(resource.Requirements{AccessKeys: &resource.AccessKeyRule{Unused: 45 * day}, Passwords: &resource.PasswordRule{Unused: 120 * day}})
	excepting := asking(resource.Requirements{AccessKeys: &resource.AccessKeyRule{MaxAge: 90 * day, Exceptions: []resource.Exception{
		{Subject: at("iam_user/ci")}, {Subject: at("iam_user/old"), Until: today},
	}}})
	sshKeys := asking(resource.Requirements{Credentials: &resource.CredentialRule{SSHKeys: &resource.CredentialLimit{MaxAge: 90 * day, Unused: 45 * day}}})
	unassigned := asking(resource.Requirements{MFA: &resource.MFARule{Exceptions: []resource.Exception{{Subject: at("iam_user/ci")}}}})
	admin := asking(resource.Requirements{Benchmark: "fsbp", Permissions: &resource.PermissionRule{NoAdmin: true}})
	ended := breaks("access_keys.exceptions", "iam_user/old")
	ended.Since = today
	warning := breaks("access_keys.max_age", "iam_access_key/alice/AKIA1")
	warning.Warning = true

	for _, test := range []struct {
		name      string
		asked     requirements.Asked
		judgement requirements.Judgement
		id        string
		result    requirements.Result
		why       string
	}{
		{name: "nobody breaks it", asked: keys, id: "CIS 7.0 2.12", result: requirements.Pass},
		{
			name: "somebody breaks it", asked: keys, id: "CIS 7.0 2.12", result: requirements.Fail,
			judgement: requirements.Judgement{Violations: []requirements.Violation{breaks("access_keys.max_age", "iam_access_key/alice/AKIA1")}},
		},
		{
			name: "somebody will", asked: keys, id: "CIS 7.0 2.12", result: requirements.Pass,
			judgement: requirements.Judgement{Violations: []requirements.Violation{warning}},
		},
		{
			name: "somebody breaks a stricter rule", asked: strict, id: "CIS 7.0 2.12", result: requirements.Fail,
			judgement: requirements.Judgement{Violations: []requirements.Violation{breaks("access_keys.max_age", "iam_access_key/alice/AKIA1")}},
			why:       "the file asks for at most 30d, the control only for at most 90d",
		},
		{
			name: "it could not be judged", asked: keys, id: "CIS 7.0 2.12", result: requirements.NotChecked,
			judgement: requirements.Judgement{Unchecked: map[string]string{"access_keys.max_age": "there is no report"}},
			why:       "there is no report",
		},
		{
			name: "it could not be judged of all, but of somebody", asked: keys, id: "CIS 7.0 2.12", result: requirements.Fail,
			judgement: requirements.Judgement{
				Unchecked:  map[string]string{"access_keys.max_age": "there is no report"},
				Violations: []requirements.Violation{breaks("access_keys.max_age", "iam_access_key/alice/AKIA1")},
			},
		},
		{
			name: "it is not asked for", asked: keys, id: "CIS 7.0 2.14", result: requirements.NotChecked,
			why: "require.permissions.admin is not declared",
		},
		{name: "both rules hold", asked: idle, id: "CIS 7.0 2.11", result: requirements.Pass},
		{
			name: "the second rule is broken", asked: idle, id: "CIS 7.0 2.11", result: requirements.Fail,
			judgement: requirements.Judgement{Violations: []requirements.Violation{breaks("passwords.unused", "iam_login_profile/bob")}},
		},
		{
			name: "the second rule asks for too little", asked: loose, id: "CIS 7.0 2.11", result: requirements.NotChecked,
			why: "the file asks for at most 120d, the control for at most 45d",
		},
		{name: "a rule that asks for too little has its own row", asked: loose, id: "passwords.unused", result: requirements.Pass},
		{
			name: "who breaks a rule that asks for too little breaks the control", asked: loose, id: "CIS 7.0 2.11", result: requirements.Fail,
			judgement: requirements.Judgement{Violations: []requirements.Violation{breaks("passwords.unused", "iam_login_profile/bob")}},
		},
		{
			name: "with an exception that ended, and one that holds", asked: excepting, id: "CIS 7.0 2.12", result: requirements.Pass,
			judgement: requirements.Judgement{Violations: []requirements.Violation{ended}},
			why:       "but for 1 exception",
		},
		{
			name: "an exception ended", asked: excepting, id: "exceptions", result: requirements.Fail,
			judgement: requirements.Judgement{Violations: []requirements.Violation{ended}},
		},
		{name: "all exceptions hold", asked: excepting, id: "exceptions", result: requirements.Pass},
		{
			name: "what AWS does not tell", asked: sshKeys, id: "credentials.ssh_keys.unused", result: requirements.NotChecked,
			judgement: requirements.Judgement{Unchecked: map[string]string{"credentials.ssh_keys.unused": "AWS does not tell"}},
			why:       "AWS does not tell",
		},
		{name: "what stands beside it", asked: sshKeys, id: "credentials.ssh_keys", result: requirements.Pass},
		{name: "a rule that has no exceptions", asked: unassigned, id: "mfa.unassigned", result: requirements.Pass},
		{name: "a rule of the same section that has", asked: unassigned, id: "CIS 7.0 2.10", result: requirements.Pass, why: "but for 1 exception"},
		{
			name: "a control that the rules look at in part", asked: admin, id: "Security Hub IAM.1", result: requirements.NotChecked,
			why: "policies that nobody has are not looked at",
		},
		{
			name: "a control that is broken in the part that is looked at", asked: admin, id: "Security Hub IAM.1", result: requirements.Fail,
			judgement: requirements.Judgement{Violations: []requirements.Violation{breaks("permissions.admin", "iam_user/alice")}},
		},
		{name: "for a person", asked: keys, id: "CIS 7.0 2.7", result: requirements.NotChecked, why: "a person must check this"},
		{name: "not looked at", asked: keys, id: "CIS 7.0 2.18", result: requirements.NotChecked, why: "this program does not look at it"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := outcome(t, requirements.Assess(test.asked, &test.judgement), test.id)
			if got.Result != test.result || got.Why != test.why {
				t.Errorf("%s is %s (%q), want %s (%q)", test.id, got.Result, got.Why, test.result, test.why)
			}
		})
	}
}

// TestAssessRow shows all of a row.
func TestAssessRow(t *testing.T) {
	broken := breaks("access_keys.max_age", "iam_access_key/alice/AKIA1")
	asked := asking(resource.Requirements{Benchmark: "cis-5.0", AccessKeys: &resource.AccessKeyRule{MaxAge: 90 * day}})
	want := requirements.Outcome{
		ID: "CIS 5.0 1.13", Title: "access keys are rotated within 90 days", Level: 1, Result: requirements.Fail,
		Rules: []string{"access_keys.max_age"},
		Controls: []string{
			"CIS 5.0 1.13", "CIS 7.0 2.12", "CIS 6.0 2.13", "CIS 4.0 1.14", "CIS 3.0 1.14", "Security Hub IAM.3", "Prowler iam_rotate_access_key_90_days",
		},
		Violations: []requirements.Violation{broken},
	}
	got := outcome(t, requirements.Assess(asked, &requirements.Judgement{Violations: []requirements.Violation{broken}}), "CIS 5.0 1.13")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("row (-want +got):\n%s", diff)
	}
}

// TestRootDevice shows that a virtual device of root fails what asks for hardware and nothing else.
func TestRootDevice(t *testing.T) {
	account := newAccount()
	account.Evidence.Root = resource.Root{Password: true, MFA: true, VirtualMFA: true}
	rules := resource.Requirements{Root: &resource.RootRule{MFA: "hardware"}}
	got := requirements.Assess(asking(rules), account.judge(t, rules))
	for id, want := range map[string]requirements.Result{"CIS 7.0 2.5": requirements.Pass, "CIS 7.0 2.6": requirements.Fail} {
		if o := outcome(t, got, id); o.Result != want {
			t.Errorf("%s is %s, want %s", id, o.Result, want)
		}
	}
}

func TestCounts(t *testing.T) {
	asked := asking(resource.Requirements{Root: &resource.RootRule{MFA: "any", NoAccessKeys: true}})
	outcomes := requirements.Assess(asked, &requirements.Judgement{Violations: []requirements.Violation{breaks("root.mfa", "account/root")}})
	// A root without any device has no hardware device either, whether the file asks for one or not.
	pass, fail, notChecked := requirements.Counts(outcomes)
	if pass != 1 || fail != 2 || pass+fail+notChecked != len(outcomes) {
		t.Errorf("counted %d, %d and %d of %d", pass, fail, notChecked, len(outcomes))
	}
}

// TestEveryRule asks for all that a file can ask for, and finds a row for each rule, and an exception for each section.
func TestEveryRule(t *testing.T) {
	one := 1
	limit := &resource.CredentialLimit{MaxAge: 90 * day, Unused: 45 * day}
	except := []resource.Exception{{Subject: at("iam_user/ci"), Until: today}}
	asked := requirements.Asked{
		Requirements: &resource.Requirements{
			Root:        &resource.RootRule{MFA: "hardware", NoAccessKeys: true},
			MFA:         &resource.MFARule{AllUsers: true, Exceptions: except},
			AccessKeys:  &resource.AccessKeyRule{MaxAge: 90 * day, Unused: 45 * day, MaxActive: &one, Exceptions: except},
			Passwords:   &resource.PasswordRule{Unused: 45 * day, Exceptions: except},
			Credentials: &resource.CredentialRule{SSHKeys: limit, ServiceSpecific: limit, SigningCertificates: limit, Exceptions: except},
			Permissions: &resource.PermissionRule{
				GroupsOnly: true, NoAdmin: true, ReportServiceWildcards: true, Boundary: "Bounds", BoundaryFor: []string{"users"}, Exceptions: except,
			},
			Trust:              &resource.TrustRule{Accounts: []string{}, Services: []string{}, ExternalID: true, NoPublic: true, Exceptions: except},
			UnusedRoles:        &resource.UnusedRoleRule{After: 90 * day, Exceptions: except},
			SupportRole:        &resource.SupportRoleRule{},
			ServerCertificates: &resource.ServerCertificateRule{NoExpired: true},
			CloudShell:         &resource.CloudShellRule{Forbidden: true, Exceptions: except},
			Trail:              allOfATrail(),
		},
		PasswordPolicy: resource.Object{
			"min_length": 14, "reuse_prevention": 24, "max_age": 90, "uppercase": true, "lowercase": true, "numbers": true, "symbols": true,
		},
	}
	want := []string{
		"access_keys.max_active", "access_keys.max_age", "access_keys.unused", "cloudshell_full_access",
		"credentials.service_specific", "credentials.service_specific.unused", "credentials.signing_certificates",
		"credentials.signing_certificates.unused", "credentials.ssh_keys", "credentials.ssh_keys.unused", "mfa", "mfa.unassigned",
		"password_policy.lowercase", "password_policy.max_age", "password_policy.min_length", "password_policy.numbers",
		"password_policy.reuse_prevention", "password_policy.symbols", "password_policy.uppercase", "passwords.unused",
		"permissions.admin", "permissions.boundary", "permissions.service_wildcards", "permissions.users", "root.access_keys",
		"root.mfa", "root.mfa.hardware", "server_certificates", "support_role",
		"trail", "trail.alarms.bucket-policy-changes", "trail.alarms.cloudtrail-changes", "trail.alarms.config-changes",
		"trail.alarms.gateway-changes", "trail.alarms.iam-changes", "trail.alarms.key-deletions", "trail.alarms.network-acl-changes",
		"trail.alarms.organizations-changes", "trail.alarms.root-use", "trail.alarms.route-table-changes", "trail.alarms.security-group-changes",
		"trail.alarms.sign-in-failures", "trail.alarms.sign-in-without-mfa", "trail.alarms.unauthorized-calls", "trail.alarms.vpc-changes",
		"trail.bucket_logged", "trail.bucket_private", "trail.delivery", "trail.kms", "trail.logs", "trail.management_events",
		"trail.multi_region", "trail.s3_data_events.read", "trail.s3_data_events.write", "trail.validation",
		"trust.accounts", "trust.external_id", "trust.public", "trust.services", "unused_roles",
	}
	for _, benchmark := range requirements.Benchmarks() {
		asked.Benchmark = benchmark
		passed := map[string]bool{}
		for _, o := range requirements.Assess(asked, &requirements.Judgement{}) {
			for _, rule := range o.Rules {
				passed[rule] = passed[rule] || o.Result == requirements.Pass
			}
			if len(o.Rules) > 0 && o.Result != requirements.Pass && o.ID != "Security Hub IAM.1" { // which is looked at in part
				t.Errorf("%s: %s is %s (%s) though all is asked for", benchmark, o.ID, o.Result, o.Why)
			}
		}
		if diff := cmp.Diff(want, slices.Sorted(maps.Keys(passed))); diff != "" {
			t.Errorf("%s: rules (-want +got):\n%s", benchmark, diff)
		}
	}
	exceptions := outcome(t, requirements.Assess(asked, requirements.Judge(asked, newAccount().World)), "exceptions")
	if len(exceptions.Violations) != 8 || exceptions.Result != requirements.Fail {
		t.Errorf("%d of 8 exceptions have ended: %v", len(exceptions.Violations), exceptions.Violations)
	}
}

// TestNothingIsLost shows that whatever a file asks for and in whatever way the account breaks it, each violation is in some
// row that fails, each declared rule can be read from some row, and nothing passes that was not asked for.
func TestNothingIsLost(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		limit := func(label string) time.Duration {
			return time.Duration(rapid.SampledFrom([]int{0, 30, 45, 90, 180}).Draw(t, label)) * day
		}
		on := func(label string) bool { return rapid.Bool().Draw(t, label) }
		rules := resource.Requirements{Benchmark: rapid.SampledFrom(append(requirements.Benchmarks(), "")).Draw(t, "benchmark")}
		expected := map[string]bool{}
		if on("root") {
			rules.Root = &resource.RootRule{MFA: rapid.SampledFrom([]string{"", "any", "hardware"}).Draw(t, "root.mfa")}
			expected["root.mfa"], expected["root.mfa.hardware"] = rules.Root.MFA != "", rules.Root.MFA == "hardware"
		}
		if on("access_keys") {
			rules.AccessKeys = &resource.AccessKeyRule{MaxAge: limit("max_age"), Unused: limit("unused")}
			expected["access_keys.max_age"], expected["access_keys.unused"] = rules.AccessKeys.MaxAge > 0, rules.AccessKeys.Unused > 0
			if n := rapid.IntRange(-1, 2).Draw(t, "max_active"); n >= 0 {
				rules.AccessKeys.MaxActive, expected["access_keys.max_active"] = &n, true
			}
		}
		if on("passwords") {
			rules.Passwords = &resource.PasswordRule{Unused: limit("passwords.unused")}
			expected["passwords.unused"] = rules.Passwords.Unused > 0
		}
		if on("mfa") {
			rules.MFA = &resource.MFARule{AllUsers: on("all")}
			expected["mfa"] = true
		}
		if on("trust") {
			rules.Trust = &resource.TrustRule{NoPublic: true}
			expected["trust.public"] = true
		}
		if on("trail") {
			r := resource.TrailRule{
				MultiRegion: on("multi_region"), KMS: on("kms"), BucketPrivate: on("bucket_private"), Alarms: on("alarms"),
				ManagementEvents: rapid.SampledFrom([]string{"", "all", "read", "write"}).Draw(t, "management_events"),
				S3DataEvents:     rapid.SampledFrom([]string{"", "all", "read", "write"}).Draw(t, "s3_data_events"),
			}
			rules.Trail = &r
			expected["trail"], expected["trail.multi_region"], expected["trail.kms"] = true, r.MultiRegion, r.KMS
			expected["trail.delivery"], expected["trail.bucket_private"] = true, r.BucketPrivate
			expected["trail.management_events"], expected["trail.alarms.root-use"] = r.ManagementEvents != "", r.Alarms
			expected["trail.s3_data_events.read"] = r.S3DataEvents == "all" || r.S3DataEvents == "read"
			expected["trail.s3_data_events.write"] = r.S3DataEvents == "all" || r.S3DataEvents == "write"
		}
		policy := resource.Object{}
		if on("password_policy") {
			policy["min_length"], policy["max_age"] = rapid.IntRange(6, 20).Draw(t, "min_length"), rapid.IntRange(0, 180).Draw(t, "max_age")
			policy["uppercase"] = on("upper")
			expected["password_policy.min_length"], expected["password_policy.max_age"] = true, policy.Number("max_age") > 0
			expected["password_policy.uppercase"] = policy.Flag("uppercase")
		}
		var judgement requirements.Judgement
		for _, rule := range slices.Sorted(maps.Keys(expected)) {
			if expected[rule] && on("breaks "+rule) {
				judgement.Violations = append(judgement.Violations, breaks(rule, "iam_user/alice"))
			}
		}

		outcomes := requirements.Assess(requirements.Asked{Requirements: &rules, PasswordPolicy: policy}, &judgement)

		shown := map[string]bool{}
		for _, o := range outcomes {
			if o.Result == requirements.NotChecked {
				if o.Why == "" || len(o.Violations) > 0 {
					t.Fatalf("%s is not checked because of %q, with the violations %v", o.ID, o.Why, o.Violations)
				}
				continue
			}
			for _, rule := range o.Rules {
				shown[rule] = true
				known := expected[rule] || alarmIDs[rule] && expected["trail.alarms.root-use"]
				if o.Result == requirements.Pass && !known && rule != "mfa.unassigned" {
					t.Fatalf("%s passes by %s, which the file does not ask for", o.ID, rule)
				}
			}
			if (o.Result == requirements.Fail) != (len(o.Violations) > 0) {
				t.Fatalf("%s is %s with the violations %v", o.ID, o.Result, o.Violations)
			}
		}
		for rule, declared := range expected {
			if declared && !shown[rule] {
				t.Fatalf("%s is declared, and no row of %s tells how the account stands to it", rule, strings.Join(ids(outcomes), ", "))
			}
		}
	})
}
