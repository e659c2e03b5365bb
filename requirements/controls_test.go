package requirements_test

import (
	"encoding/csv"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"baseline/requirements"
	"baseline/resource"
)

// table reads a table of testdata: what was read out of the standards, row by row, beside what the program says.
func table(t *testing.T, name string) [][]string {
	t.Helper()
	f, err := os.Open("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comma = ';'
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows[1:]
}

var cisBenchmarks = []string{"cis-3.0", "cis-4.0", "cis-5.0", "cis-6.0", "cis-7.0"}

// TestCIS holds every control of CIS against what was read out of its editions, so that an id that moved is noticed.
func TestCIS(t *testing.T) {
	type row struct {
		Level   int
		Manual  bool
		Prowler []string
	}
	want, got := map[string]row{}, map[string]row{}
	for _, r := range table(t, "cis.csv") {
		level, err := strconv.Atoi(r[6])
		if err != nil {
			t.Fatal(err)
		}
		want[strings.Join(r[1:6], " ")] = row{level, r[7] == "manual", strings.Fields(r[8])}
	}
	for _, c := range requirements.Controls() {
		var ids []string
		for _, benchmark := range cisBenchmarks {
			ids = append(ids, c.ID(benchmark))
		}
		if key := strings.Join(ids, " "); strings.TrimSpace(key) != "" {
			got[key] = row{c.Level, c.Manual, append([]string{}, c.Prowler...)}
		} else if c.Level != 0 || c.Manual {
			t.Errorf("%q has a level or a mode of CIS, and no id", c.Title)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the table differs from the editions (-read +table):\n%s", diff)
	}
}

// TestSecurityHub holds the controls of Security Hub, and what they are in CIS, against its user guide.
func TestSecurityHub(t *testing.T) {
	// An exact metric filter, tags, the organization, other keys than that of a trail, event data stores, and detectors: no rule looks
	// at these.
	unanswered := []string{
		"IAM.20", "IAM.23", "IAM.24", "IAM.25", "Account.2", "CloudTrail.9", "CloudTrail.10", "KMS.1", "KMS.2", "KMS.3", "KMS.5", "GuardDuty.1",
	}
	type row struct {
		FSBP   bool
		V5, V3 string
	}
	// Security Hub's own editions of CIS leave monitoring to a person, so what its controls for that are is told by their titles.
	monitored := map[string]row{}
	for _, r := range table(t, "cis.csv") {
		monitored["metric filter and alarm: "+r[0]] = row{V5: r[3], V3: r[1]}
	}
	want, got := map[string]row{}, map[string]row{}
	for _, r := range table(t, "securityhub.csv") {
		if slices.Contains(unanswered, r[0]) {
			continue
		}
		want[r[0]] = row{FSBP: r[3] == "yes", V5: r[4], V3: r[5]}
		if strings.HasPrefix(r[0], "CloudWatch.") {
			want[r[0]] = monitored[r[1]]
		}
	}
	for _, c := range requirements.Controls() {
		for _, id := range c.SecurityHub {
			got[id] = row{FSBP: c.FSBP, V5: c.ID("cis-5.0"), V3: c.ID("cis-3.0")}
		}
		if len(c.SecurityHub) == 0 && c.FSBP {
			t.Errorf("%q is in FSBP, and has no id there", c.Title)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the table differs from the user guide (-read +table):\n%s", diff)
	}
}

func TestProwler(t *testing.T) {
	severities := map[string]string{}
	for _, r := range table(t, "prowler.csv") {
		severities[r[0]] = r[1]
	}
	for _, c := range requirements.Controls() {
		for _, check := range c.Prowler {
			service, _, _ := strings.Cut(check, "_")
			if !slices.Contains([]string{"iam", "account", "accessanalyzer", "cloudtrail", "config", "securityhub"}, service) {
				continue // the list is of these services
			}
			if severities[check] == "" {
				t.Errorf("%q: Prowler has no check %s", c.Title, check)
			}
		}
	}
}

// TestDropped shows that what CIS 7.0 no longer asks for is not shown as if it did.
func TestDropped(t *testing.T) {
	for _, check := range []string{"iam_user_no_setup_initial_access_key", "iam_user_two_active_access_key"} {
		c := answering(t, check)
		if id := c.ID("cis-7.0"); id != "" {
			t.Errorf("%s has the id %s in CIS 7.0, which dropped it", check, id)
		}
		if id := c.ID("cis-6.0"); id == "" {
			t.Errorf("%s has no id in CIS 6.0, which asks for it", check)
		}
	}
	if id := answering(t, "iam_user_no_setup_initial_access_key").ID("cis-5.0"); id != "1.10" {
		t.Errorf("CIS 5.0 has the first key of a user at %s, want 1.10", id)
	}
}

// answering returns the control with a check of Prowler.
func answering(t *testing.T, check string) requirements.Control {
	t.Helper()
	all := requirements.Controls()
	i := slices.IndexFunc(all, func(c requirements.Control) bool { return slices.Contains(c.Prowler, check) })
	if i < 0 {
		t.Fatalf("no control has the check %s", check)
	}
	return all[i]
}

func TestIDs(t *testing.T) {
	for benchmark, want := range map[string][]string{
		"cis-7.0": {
			"CIS 7.0 2.12", "CIS 6.0 2.13", "CIS 5.0 1.13", "CIS 4.0 1.14", "CIS 3.0 1.14",
			"Security Hub IAM.3", "Prowler iam_rotate_access_key_90_days",
		},
		"cis-4.0": {
			"CIS 4.0 1.14", "CIS 7.0 2.12", "CIS 6.0 2.13", "CIS 5.0 1.13", "CIS 3.0 1.14",
			"Security Hub IAM.3", "Prowler iam_rotate_access_key_90_days",
		},
		"fsbp": {
			"Security Hub IAM.3", "CIS 7.0 2.12", "CIS 6.0 2.13", "CIS 5.0 1.13", "CIS 4.0 1.14", "CIS 3.0 1.14",
			"Prowler iam_rotate_access_key_90_days",
		},
	} {
		if diff := cmp.Diff(want, answering(t, "iam_rotate_access_key_90_days").IDs(benchmark)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", benchmark, diff)
		}
	}
	// IAM.22 is no control of FSBP, so it does not come first there.
	got := answering(t, "iam_user_console_access_unused").IDs("fsbp")
	if got[0] != "CIS 7.0 2.11" || !slices.Contains(got, "Security Hub IAM.22") {
		t.Errorf("a control that is not in FSBP has the ids %q", got)
	}
}

// TestFindingControls shows that a finding names the controls that it breaks, of all benchmarks, once each.
func TestFindingControls(t *testing.T) {
	for benchmark, want := range map[string][]string{
		"": {
			"CIS 7.0 2.5", "CIS 7.0 2.6", "CIS 6.0 2.4", "CIS 6.0 2.5", "CIS 5.0 1.4", "CIS 5.0 1.5", "CIS 4.0 1.5", "CIS 4.0 1.6",
			"CIS 3.0 1.5", "CIS 3.0 1.6", "Security Hub IAM.6", "Security Hub IAM.9", "Prowler iam_root_hardware_mfa_enabled", "Prowler iam_root_mfa_enabled",
		},
		"fsbp": {
			"Security Hub IAM.6", "CIS 7.0 2.5", "CIS 7.0 2.6", "CIS 6.0 2.4", "CIS 6.0 2.5", "CIS 5.0 1.4", "CIS 5.0 1.5", "CIS 4.0 1.5", "CIS 4.0 1.6",
			"CIS 3.0 1.5", "CIS 3.0 1.6", "Security Hub IAM.9", "Prowler iam_root_hardware_mfa_enabled", "Prowler iam_root_mfa_enabled",
		},
	} {
		account := newAccount()
		account.Evidence.Root.Password = true
		j := account.judge(t, resource.Requirements{Benchmark: benchmark, Root: &resource.RootRule{MFA: "any"}})
		if len(j.Violations) != 1 {
			t.Fatalf("found %q, want one violation", summary(j))
		}
		if diff := cmp.Diff(want, j.Violations[0].Controls); diff != "" {
			t.Errorf("benchmark %q (-want +got):\n%s", benchmark, diff)
		}
	}
}

func TestMeets(t *testing.T) {
	two := 2
	for _, test := range []struct {
		name, check string
		asked       requirements.Asked
		want        string
	}{
		{name: "nothing declared", check: "iam_rotate_access_key_90_days", want: "require.access_keys.max_age is not declared"},
		{name: "no password policy declared", check: "iam_password_policy_minimum_length_14", want: "password_policy.min_length is not declared"},
		{
			name: "as much", check: "iam_rotate_access_key_90_days",
			asked: asking(resource.Requirements{AccessKeys: &resource.AccessKeyRule{MaxAge: 90 * day}}),
		},
		{
			name: "an hour too much", check: "iam_rotate_access_key_90_days",
			asked: asking(resource.Requirements{AccessKeys: &resource.AccessKeyRule{MaxAge: 90*day + time.Hour}}),
			want:  "the file asks for at most 2161h, the control for at most 90d",
		},
		{
			name: "one of two rules", check: "iam_user_accesskey_unused",
			asked: asking(resource.Requirements{AccessKeys: &resource.AccessKeyRule{Unused: 45 * day}}),
			want:  "require.passwords.unused is not declared",
		},
		{
			name: "two keys", check: "iam_user_two_active_access_key",
			asked: asking(resource.Requirements{AccessKeys: &resource.AccessKeyRule{MaxActive: &two}}),
			want:  "the file asks for at most 2 active per user, the control for at most 1 active per user",
		},
		{
			name: "short passwords", check: "iam_password_policy_minimum_length_14",
			asked: requirements.Asked{PasswordPolicy: resource.Object{"min_length": 8}},
			want:  "the file asks for at least 8 characters, the control for at least 14 characters",
		},
		{
			name: "long passwords", check: "iam_password_policy_minimum_length_14",
			asked: requirements.Asked{PasswordPolicy: resource.Object{"min_length": 20}},
		},
		{
			name: "passwords without digits", check: "iam_password_policy_number",
			asked: requirements.Asked{PasswordPolicy: resource.Object{"numbers": false, "uppercase": true}},
			want:  "password_policy.require: number is not declared",
		},
		{
			name: "any device of root", check: "iam_root_hardware_mfa_enabled",
			asked: asking(resource.Requirements{Root: &resource.RootRule{MFA: "any"}}),
			want:  "the file asks for a device of any sort, the control for a hardware device",
		},
		{
			name: "hardware device of root", check: "iam_root_mfa_enabled",
			asked: asking(resource.Requirements{Root: &resource.RootRule{MFA: "hardware"}}),
		},
		{
			name: "all users", check: "iam_user_mfa_enabled_console_access",
			asked: asking(resource.Requirements{MFA: &resource.MFARule{AllUsers: true}}),
		},
		{name: "not ours", check: "ec2_instance_profile_attached", want: "this program does not look at it"},
		{name: "nobody's", check: "iam_avoid_root_usage", want: "a person must check this"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := answering(t, test.check).Meets(test.asked); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func asking(r resource.Requirements) requirements.Asked { return requirements.Asked{Requirements: &r} }

func TestBenchmarks(t *testing.T) {
	if diff := cmp.Diff([]string{"cis-7.0", "cis-6.0", "cis-5.0", "cis-4.0", "cis-3.0", "fsbp"}, requirements.Benchmarks()); diff != "" {
		t.Errorf("benchmarks (-want +got):\n%s", diff)
	}
	for benchmark, want := range map[string]string{
		"":        "CIS 7.0: only sections 2, identity, 4, logging, and 5, monitoring, are checked; storage and networking are not",
		"cis-6.0": "CIS 6.0: only sections 2, identity, 4, logging, and 5, monitoring, are checked; storage and networking are not",
		"cis-5.0": "CIS 5.0: only sections 1, identity, 3, logging, and 4, monitoring, are checked; storage and networking are not",
		"fsbp":    "AWS Foundational Security Best Practices: only the controls of IAM, of CloudTrail and of the account are checked",
	} {
		if got := requirements.Coverage(benchmark); !strings.HasPrefix(got, want) {
			t.Errorf("%q covers %q, want %q...", benchmark, got, want)
		}
	}
}
