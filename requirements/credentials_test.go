package requirements_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"baseline/resource"
)

func limited(limit resource.CredentialLimit) resource.Requirements {
	return resource.Requirements{Credentials: &resource.CredentialRule{SSHKeys: &limit, ServiceSpecific: &limit, SigningCertificates: &limit}}
}

// withCredentials gives alice one credential of each sort.
func withCredentials(status string, age time.Duration) *testAccount {
	w := newAccount().user("alice")
	settings := resource.Object{"status": status}
	for _, kind := range []string{"iam_ssh_public_key", "iam_signing_certificate"} {
		w.hidden[at(kind+"/alice/X1")] = resource.Resource{Settings: settings, Facts: used(age, never)}
	}
	w.put("iam_service_specific_credential/alice/X1", settings, used(age, never))
	return w.row("alice", func(row *resource.ReportedUser) {
		row.Certificates[1] = resource.ReportedKey{Active: status == "Active", Rotated: ago(day)}
	})
}

func TestOldCredentials(t *testing.T) {
	deactivated := []string{
		"credentials.ssh_keys iam_ssh_public_key/alice/X1 -> set iam_ssh_public_key/alice/X1 map[status:Inactive]",
		"credentials.service_specific iam_service_specific_credential/alice/X1 -> set iam_service_specific_credential/alice/X1 map[status:Inactive]",
		"credentials.signing_certificates iam_signing_certificate/alice/X1 -> set iam_signing_certificate/alice/X1 map[status:Inactive]",
	}
	reported := []string{
		"credentials.ssh_keys iam_ssh_public_key/alice/X1",
		"credentials.service_specific iam_service_specific_credential/alice/X1",
		"credentials.signing_certificates iam_signing_certificate/alice/X1",
	}
	for _, test := range []struct {
		name   string
		status string
		age    time.Duration
		report bool
		owner  string
		want   []string
	}{
		{"a day before", "Active", 89 * day, false, "", nil},
		{"a moment before", "Active", 90*day - moment, false, "", nil},
		{"on the day", "Active", 90 * day, false, "", deactivated},
		{"a day after", "Active", 91 * day, false, "", deactivated},
		{"inactive", "Inactive", 200 * day, false, "", nil},
		{"expired", "Expired", 200 * day, false, "", nil},
		{"report only", "Active", 90 * day, true, "", reported},
		{"of another tool's user", "Active", 90 * day, false, "Terraform", reported},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := withCredentials(test.status, test.age)
			if test.owner != "" {
				w.State[at("iam_user/alice")].Facts[resource.FactOwner] = test.owner
			}
			lines(t, w.judge(t, limited(resource.CredentialLimit{MaxAge: 90 * day, ReportOnly: test.report})), test.want...)
		})
	}
}

func TestWhoIsLookedAtForCredentials(t *testing.T) {
	w := withCredentials("Active", day).user("bob").user("carol")
	w.judge(t, limited(resource.CredentialLimit{MaxAge: 90 * day}))
	want := map[resource.Address]bool{
		at("iam_ssh_public_key/alice"): true, at("iam_ssh_public_key/bob"): true, at("iam_ssh_public_key/carol"): true,
		at("iam_signing_certificate/alice"): true,
	}
	if diff := cmp.Diff(want, w.Looked); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestTheUseOfOtherCredentialsIsNotChecked(t *testing.T) {
	w := withCredentials("Active", 300*day)
	j := w.judge(t, limited(resource.CredentialLimit{Unused: 45 * day}))
	lines(t, j)
	want := map[string]string{
		"credentials.ssh_keys.unused":             "AWS does not tell when SSH keys were last used",
		"credentials.service_specific.unused":     "AWS does not tell when service-specific credentials were last used",
		"credentials.signing_certificates.unused": "AWS does not tell when signing certificates were last used",
	}
	if diff := cmp.Diff(want, j.Unchecked); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestCredentialsWithoutReportAndWithExceptions(t *testing.T) {
	w := withCredentials("Active", 100*day)
	w.Evidence.Report = nil
	rules := limited(resource.CredentialLimit{MaxAge: 90 * day, ReportOnly: true})
	j := w.judge(t, rules)
	lines(t, j, "credentials.ssh_keys iam_ssh_public_key/alice/X1", "credentials.service_specific iam_service_specific_credential/alice/X1")
	if diff := cmp.Diff(map[string]string{"credentials.signing_certificates": "the credential report was not read"}, j.Unchecked); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}

	rules.Credentials.Exceptions = []resource.Exception{{Subject: at("iam_user/alice"), Reason: "legacy", Until: today.Add(moment)}}
	lines(t, withCredentials("Active", 100*day).judge(t, rules))
	rules.Credentials.Exceptions[0].Until = today
	lines(t, newAccount().judge(t, rules), "credentials.exceptions iam_user/alice")
}

// What has no date must not be taken for what is as old as can be.
func TestCredentialsOfUnknownAgeAreNotJudged(t *testing.T) {
	w := withCredentials("Active", 200*day)
	for _, state := range []resource.State{w.State, w.hidden} {
		for _, r := range state {
			delete(r.Facts, resource.FactCreated)
		}
	}
	limit := &resource.CredentialLimit{MaxAge: 90 * day}
	j := w.judge(t, resource.Requirements{Credentials: &resource.CredentialRule{SSHKeys: limit, ServiceSpecific: limit, SigningCertificates: limit}})
	lines(t, j)
	for rule, credential := range map[string]string{
		"credentials.ssh_keys":             "iam_ssh_public_key/alice/X1",
		"credentials.service_specific":     "iam_service_specific_credential/alice/X1",
		"credentials.signing_certificates": "iam_signing_certificate/alice/X1",
	} {
		if want := credential + ": its creation is not known"; j.Unchecked[rule] != want {
			t.Errorf("%s: unchecked %q, want %q", rule, j.Unchecked[rule], want)
		}
	}
}
