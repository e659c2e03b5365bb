package render_test

import (
	"fmt"
	"time"

	"baseline/resource"
)

// on is the start of a day of the year in which the plans were made.
func on(month time.Month, day int) time.Time {
	return time.Date(2026, month, day, 0, 0, 0, 0, time.UTC)
}

// credential is a change of something that a user holds.
func credential(kind resource.Kind, user, id string, before, after resource.Object) resource.Change {
	a := resource.At(kind, user)
	if id != "" {
		a = resource.At(kind, user, id)
	}
	return resource.Change{Address: a, Owner: resource.At("iam_user", user), Before: before, After: after}
}

// requirementsPlan is what rules over the whole account do to credentials.
func requirementsPlan() *resource.Plan {
	active, inactive := resource.Object{"status": "Active"}, resource.Object{"status": "Inactive"}
	key := because("active for 104 days, and 90 are allowed", credential("iam_access_key", "alice", "AKIAIOSFODNN7EXAMPLE", active, inactive))
	key.Facts = resource.Facts{resource.FactCreated: "2026-08-09T10:00:00Z", resource.FactUsed: "2026-09-01T10:00:00Z"}
	key.Grounds = []resource.Ground{{
		Look: resource.At("iam_access_key", "alice"),
		Found: map[resource.Address]resource.Resource{
			resource.At("iam_access_key", "alice", "AKIAI44QH8DHBEXAMPLE"): {Settings: active, Facts: resource.Facts{resource.FactUsed: "2026-11-21T09:00:00Z"}},
		},
	}}
	member := because("no MFA device 7 days after 2026-11-01", membership("alice", "baseline-no-mfa", nil, exists))
	member.Grounds = []resource.Ground{{Look: resource.At("iam_mfa_device", "alice")}}
	p := plan(
		key,
		oneWay(because("inactive since 2026-09-01", credential("iam_access_key", "alice", "AKIAI55EXAMPLEEXAMPL", inactive, nil)), "its secret"),
		member,
		oneWay(because("not used since 2026-09-30", credential("iam_login_profile", "bob", "", exists, nil)), "the password"),
		because("made 104 days ago", credential("iam_service_specific_credential", "bob", "ACCAEXAMPLE", active, inactive)),
		oneWay(because("belongs to nobody", change("iam_virtual_mfa_device", "leftover", resource.Object{"tags": tags()}, nil)), "its seed"),
	)
	p.Findings = []resource.Finding{{
		Rule: "mfa", Severity: resource.High, Subject: alice, Seen: "has a console password and no MFA device", Since: on(time.November, 1),
		Advice: "have them enrol an MFA device", Controls: []string{"CIS 7.0 2.10", "Security Hub IAM.5"},
	}}
	return p
}

// requirementFindings are findings that know since when, which controls they are about, and more than anybody reads.
func requirementFindings() *resource.Plan {
	p := plan()
	found := func(rule string, severity resource.Severity, subject resource.Address, seen string, since time.Time, advice string, controls ...string) {
		p.Findings = append(p.Findings, resource.Finding{
			Rule: rule, Severity: severity, Subject: subject, Seen: seen, Since: since, Advice: advice, Controls: controls,
		})
	}
	key := func(user string, n int) resource.Address {
		return resource.At("iam_access_key", user, fmt.Sprintf("AKIAIOSFODNN%04dEXAM", n))
	}
	enrol := "have them enrol an MFA device"
	found("mfa", resource.High, alice, "has a console password and no MFA device", on(time.August, 1), enrol, "CIS 7.0 2.10", "Security Hub IAM.5")
	found("mfa", resource.High, resource.At("iam_user", "bob"), "has no MFA device since 2026-08-02", on(time.August, 2), enrol, "CIS 7.0 2.10", "Security Hub IAM.5")
	found("mfa.unassigned", resource.Low, resource.At("iam_virtual_mfa_device", "leftover"), "belongs to nobody", time.Time{}, "")
	for i := range 12 {
		since := time.Time{}
		if i > 0 {
			since = on(time.September, 1+i%3)
		}
		found("permissions.users", resource.Low, resource.At("iam_user", fmt.Sprintf("user%02d", i)), "has policies of its own", since, "", "CIS 7.0 2.13")
	}
	for i := range 5000 {
		user := fmt.Sprintf("user%04d", i)
		found("access_keys.max_age", resource.Medium, key(user, i), fmt.Sprintf("is %d days old", 91+i), readAt.AddDate(0, 0, -91-i),
			fmt.Sprintf("give %s a new key", user), "CIS 7.0 2.12")
	}
	return p
}
