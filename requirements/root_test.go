package requirements_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"baseline/requirements"
	"baseline/resource"
)

func TestRoot(t *testing.T) {
	any, hardware := resource.RootRule{MFA: "any"}, resource.RootRule{MFA: "hardware"}
	noKeys := resource.RootRule{NoAccessKeys: true}
	for _, test := range []struct {
		name  string
		root  resource.Root
		asked resource.RootRule
		want  []string
	}{
		{"nothing asked", resource.Root{Password: true, AccessKeys: 2}, resource.RootRule{}, nil},
		{"no device", resource.Root{Password: true}, any, []string{"root.mfa account/root"}},
		{"no device, hardware asked", resource.Root{Password: true}, hardware, []string{"root.mfa account/root"}},
		{"virtual device", resource.Root{Password: true, MFA: true, VirtualMFA: true}, any, nil},
		{"virtual device, hardware asked", resource.Root{Password: true, MFA: true, VirtualMFA: true}, hardware, []string{"root.mfa.hardware account/root"}},
		{"hardware device", resource.Root{Password: true, MFA: true}, hardware, nil},
		{"no credentials at all", resource.Root{}, hardware, nil},
		{"a device that is left of no credentials", resource.Root{MFA: true, VirtualMFA: true}, hardware, nil},
		{"a key and no password", resource.Root{AccessKeys: 1}, any, []string{"root.mfa account/root"}},
		{"a certificate and no password", resource.Root{Certificates: 1}, any, []string{"root.mfa account/root"}},
		{"a key", resource.Root{Password: true, AccessKeys: 1}, noKeys, []string{"root.access_keys account/root"}},
		{"no key", resource.Root{Password: true}, noKeys, nil},
		{
			"all of it",
			resource.Root{Password: true, AccessKeys: 2},
			resource.RootRule{MFA: "any", NoAccessKeys: true},
			[]string{"root.mfa account/root", "root.access_keys account/root"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			account := newAccount()
			account.Evidence.Root = test.root
			j := account.judge(t, resource.Requirements{Root: &test.asked})
			if diff := cmp.Diff(test.want, summary(j)); diff != "" {
				t.Errorf("judgement (-want +got):\n%s", diff)
			}
			for _, v := range j.Violations {
				if v.Severity != resource.Critical || v.Advice == "" {
					t.Errorf("%s is %s with the advice %q, want critical with the steps to take", v.Rule, v.Severity, v.Advice)
				}
			}
		})
	}
}

func TestRootSeen(t *testing.T) {
	account := newAccount()
	account.Evidence.Root = resource.Root{Password: true, AccessKeys: 2}
	j := account.judge(t, resource.Requirements{Root: &resource.RootRule{NoAccessKeys: true}})
	if got, want := seen(t, j, "root.access_keys"), "root has 2 access keys"; got != want {
		t.Errorf("saw %q, want %q", got, want)
	}
}

// TestRootUnread shows that a root user of whom nothing was read does not pass for one without credentials.
func TestRootUnread(t *testing.T) {
	account := newAccount()
	account.Evidence = nil
	rules := resource.Requirements{Root: &resource.RootRule{MFA: "hardware", NoAccessKeys: true}}
	got := requirements.Assess(asking(rules), account.judge(t, rules))
	for _, id := range []string{"CIS 7.0 2.4", "CIS 7.0 2.5", "CIS 7.0 2.6"} {
		if o := outcome(t, got, id); o.Result != requirements.NotChecked || o.Why != "the account summary was not read" {
			t.Errorf("%s is %s (%q), want not-checked", id, o.Result, o.Why)
		}
	}
}
