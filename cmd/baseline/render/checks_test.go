package render_test

import (
	"fmt"
	"time"

	"baseline/cmd/baseline/render"
	"baseline/requirements"
	"baseline/resource"
)

// assessment is a check of the usual account.
func assessment(outcomes ...requirements.Outcome) *render.Assessment {
	return &render.Assessment{
		Baseline: "acme-prod", Account: account, Caller: "arn:aws:sts::111122223333:assumed-role/ci-plan/build-7",
		ReadAt: readAt, Benchmark: "cis-7.0", Outcomes: outcomes,
	}
}

// control is a control of CIS 7.0.
func control(number, title string, result requirements.Result, rules ...string) requirements.Outcome {
	id := "CIS 7.0 " + number
	return requirements.Outcome{ID: id, Title: title, Level: 1, Result: result, Rules: rules, Controls: []string{id}}
}

func unchecked(why string, o requirements.Outcome) requirements.Outcome {
	o.Result, o.Why = requirements.NotChecked, why
	return o
}

// violation breaks a rule of the control.
func violation(o *requirements.Outcome, rule string, severity resource.Severity, subject resource.Address, seen string, since time.Time, advice string) {
	o.Violations = append(o.Violations, requirements.Violation{Finding: resource.Finding{
		Rule: rule, Subject: subject, Severity: severity, Seen: seen, Since: since, Advice: advice, Controls: o.Controls,
	}})
}

// failingAccount has some of everything.
func failingAccount() *render.Assessment {
	root := control("2.5", "root has MFA", requirements.Fail, "root.mfa")
	violation(&root, "root.mfa", resource.Critical, resource.Address{}, "root has a password and no MFA device", time.Time{}, "sign in as root and enrol a device")
	rootHardware := control("2.6", "the MFA device of root is hardware", requirements.Fail, "root.mfa")
	rootHardware.Level, rootHardware.Violations = 2, root.Violations
	mfa := control("2.10", "users with a console password have MFA", requirements.Fail, "mfa")
	mfa.Why = "but for 1 exception"
	mfa.Controls = append(mfa.Controls, "Security Hub IAM.5", "Prowler iam_user_mfa_enabled_console_access")
	enrol := "have them enrol an MFA device, or remove the password"
	violation(&mfa, "mfa", resource.High, resource.At("iam_user", "mallory"), "has a console password and no MFA device", on(time.August, 1), enrol)
	violation(&mfa, "mfa", resource.High, alice, "has had a password and no MFA device since 2026-10-02", on(time.October, 2), enrol)
	idle := control("2.11", "unused credentials are disabled", requirements.Fail, "access_keys.unused", "passwords.unused")
	key := resource.At("iam_access_key", "alice", "AKIAIOSFODNN7EXAMPLE")
	violation(&idle, "access_keys.unused", resource.Medium, key, "was never used", on(time.July, 3), "")
	violation(&idle, "passwords.unused", resource.Medium, resource.At("iam_login_profile", "bob"), "last used on 2026-07-01", on(time.August, 15), "ask bob, then remove it")
	rotated := control("2.12", "access keys are rotated within 90 days", requirements.Pass, "access_keys.max_age")
	violation(&rotated, "access_keys.max_age", resource.Low, key, "is 84 days old and will be deactivated on 2026-11-27", time.Time{}, "make a new key")
	rotated.Violations[0].Warning = true
	services := requirements.Outcome{ID: "trust.services", Title: "roles trust listed services only", Result: requirements.Fail, Rules: []string{"trust.services"}}
	violation(&services, "trust.services", resource.Medium, partner, "trusts ec2.amazonaws.com", time.Time{}, "")
	a := assessment(
		unchecked("only a person can tell", control("2.2", "contact details are current", "")),
		control("2.4", "root has no access key", requirements.Pass, "root.access_keys"),
		root, rootHardware, mfa, idle, rotated,
		unchecked("the file does not ask for it", control("2.13", "users have permissions through groups only", "", "permissions.users")),
		unchecked("the file does not ask for it", control("2.14", "nobody is allowed everything", "", "permissions.admin")),
		unchecked("the file does not ask for it", control("2.15", "there is a role for AWS Support", "", "support_role")),
		unchecked("the file does not ask for it", control("2.17", "expired server certificates are removed", "", "server_certificates")),
		services,
	)
	a.ReportAt = readAt.Add(-82 * time.Minute)
	a.Notices = []string{requirements.Coverage(a.Benchmark)}
	return a
}

// crowd has 5,000 violators of whom the same was seen, and 5,000 of whom something else was seen each.
func crowd() *render.Assessment {
	mfa := control("2.10", "users with a console password have MFA", requirements.Fail, "mfa")
	rotated := control("2.12", "access keys are rotated within 90 days", requirements.Fail, "access_keys.max_age")
	for i := range 5000 {
		user := fmt.Sprintf("user%04d", i)
		since := readAt.AddDate(0, 0, -i)
		violation(&mfa, "mfa", resource.High, resource.At("iam_user", user), "has a console password and no MFA device", since, "have them enrol an MFA device")
		violation(&rotated, "access_keys.max_age", resource.Medium, resource.At("iam_access_key", user, fmt.Sprintf("AKIAIOSFODNN%04dEXAM", i)),
			fmt.Sprintf("is %d days old", 90+i), since, "make "+user+" a new key")
	}
	return assessment(mfa, rotated)
}

// evil is a text that tries to be something else wherever it is shown.
const evil = "x\x1b[2K\r\nCheck: 9 passed |\n| forged | `code` <img src=x onerror=1> @org/team #1 **bold** [a](https://evil.example) " +
	"https://evil.example www.evil.example \\| ``` user/\u202eecila\u0085\xff"

// evilAccount has such texts wherever an account or a file can put one.
func evilAccount() *render.Assessment { return accountOf(evil) }

// accountOf has the same text everywhere.
func accountOf(s string) *render.Assessment {
	bad := requirements.Outcome{ID: s, Title: s, Result: requirements.Fail, Why: s, Rules: []string{s}, Controls: []string{s}}
	violation(&bad, s, resource.Severity(s), resource.At("iam_user", s), s, on(time.May, 1), s)
	violation(&bad, s, resource.High, resource.At("iam_access_key", "u", s), s, on(time.May, 1), s)
	violation(&bad, s, resource.Low, resource.At("iam_role", s), s, on(time.May, 1), s)
	bad.Violations[2].Warning = true
	a := assessment(bad)
	for i := range 5 {
		o := control(fmt.Sprint("9.", i), s, requirements.NotChecked)
		o.Why = s
		a.Outcomes = append(a.Outcomes, o)
	}
	a.Outcomes = append(a.Outcomes, requirements.Outcome{ID: "odd", Title: s, Result: requirements.Result(s), Why: s + "?"})
	a.Baseline, a.Account, a.Caller, a.Benchmark, a.Notices = s, s, s, s, []string{s}
	return a
}
