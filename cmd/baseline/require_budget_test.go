package main

import (
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"baseline/sandbox"
)

// The people of a large firm: half of them have a key, a password and a device, and some of these break a rule each.
const (
	people                           = 5000
	oldKeys, noDevices, unusedLogins = 8, 6, 6
	violators                        = oldKeys + noDevices + unusedLogins
	firmWithoutRules                 = "version: 1\nname: firm\nunmanaged: {users: ignore}\n"
	firmFile                         = firmWithoutRules + `require:
  access_keys: {max_age: 90d, unused: 45d, max_active: 1, ladder: {warn: 80d, deactivate: 90d, delete: 120d}}
  mfa: {enforce: report}
  passwords: {unused: 45d}
`
)

// firm writes what AWS would print of such an account: its details and its credential report. The first old of those with a
// key have an old one.
func firm(now time.Time, old int) (details, report string) {
	at := func(days int) string { return now.Add(-time.Duration(days) * day).Format(time.RFC3339) }
	var d, r strings.Builder
	d.WriteString(`{"UserDetailList": [`)
	r.WriteString("user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active," +
		"access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service," +
		"access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service," +
		"cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated\n")
	for i := range people {
		name := fmt.Sprintf("user%04d", i)
		arn := "arn:aws:iam::111122223333:user/" + name
		if i > 0 {
			d.WriteString(",")
		}
		fmt.Fprintf(&d, `{"Path": "/", "UserName": %q, "Arn": %q, "CreateDate": %q}`, name, arn, at(400))
		login, mfa, key := "false,N/A,N/A", "false", "false,N/A,N/A,N/A,N/A"
		if i < people/2 {
			login, mfa, key = "true,"+at(2)+","+at(300), "true", "true,"+at(30)+","+at(1)+",us-east-1,s3"
		}
		switch n := i - old; {
		case n < 0:
			key = "true," + at(100) + "," + at(1) + ",us-east-1,s3"
		case n < noDevices:
			mfa = "false"
		case n < noDevices+unusedLogins:
			login = "true," + at(50) + "," + at(300)
		}
		fmt.Fprintf(&r, "%s,%s,%s,%s,N/A,%s,%s,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A\n", name, arn, at(400), login, mfa, key)
	}
	return d.String() + "]}", r.String()
}

// newFirm opens the firm's account with a file for it.
func newFirm(tb testing.TB, file string, old int) *office {
	tb.Helper()
	dir := tb.TempDir()
	clock := &movingClock{now: time.Date(2026, 11, 21, 14, 2, 11, 0, time.UTC)}
	o := &office{account: sandbox.New(sandbox.Options{Now: clock.Now})}
	o.command = &command{
		world:     &world{Out: &o.out, Err: io.Discard, Clock: clock, Getenv: func(string) string { return "" }},
		files:     []string{filepath.Join(dir, "firm.yaml")},
		accountID: "111122223333", runsDir: filepath.Join(dir, "runs"), color: "never", parallel: 50,
	}
	if err := os.WriteFile(o.files[0], []byte(file), 0o600); err != nil {
		tb.Fatal(err)
	}
	details, report := firm(clock.now, old)
	if err := o.account.SeedFrom(strings.NewReader(details)); err != nil {
		tb.Fatal(err)
	}
	if err := o.account.SeedReport(strings.NewReader(report)); err != nil {
		tb.Fatal(err)
	}
	o.connect(tb)
	return o
}

// pages are the calls that read an account without rules: five pages of users, one of everything else, and what is asked once.
var pages = map[string]int{
	"sts:GetCallerIdentity": 1, "iam:GetAccountAuthorizationDetails": people/1000 + 1, "tag:GetResources": 1,
	"iam:GetAccountSummary": 1, "iam:GetAccountPasswordPolicy": 1, "iam:ListAccountAliases": 1, "iam:ListInstanceProfiles": 1, "iam:ListRoles": 1,
}

// withRules are the calls that rules add: the report, which is made first the first time, what belongs to nobody, and the looks at
// violators.
func withRules(made bool) map[string]int {
	calls := maps.Clone(pages)
	maps.Copy(calls, map[string]int{
		"iam:GetCredentialReport":   1,
		"iam:ListVirtualMFADevices": 1,
		"iam:ListAccessKeys":        oldKeys, "iam:GetAccessKeyLastUsed": oldKeys,
		"iam:GetLoginProfile": noDevices + unusedLogins, "iam:GetUser": noDevices + unusedLogins,
		"iam:ListMFADevices": noDevices,
	})
	if !made {
		calls["iam:GetCredentialReport"], calls["iam:GenerateCredentialReport"] = 2, 3
	}
	return calls
}

func (o *office) mustHaveCalled(t *testing.T, what string, want map[string]int) {
	t.Helper()
	if diff := cmp.Diff(want, o.account.Calls()); diff != "" {
		t.Errorf("calls of %s (-want +got):\n%s", what, diff)
	}
}

// Rules cost the credential report, and up to three calls for each violator. Who breaks no rule costs none, nor does a file
// without rules.
func TestRequirementsCostCallsForViolatorsOnly(t *testing.T) {
	t.Parallel()
	without := newFirm(t, firmWithoutRules, oldKeys)
	without.plan(t)
	without.mustHaveCalled(t, "a plan without rules", pages)

	o := newFirm(t, firmFile, oldKeys)
	plan := o.plan(t)
	if len(plan.Changes) != oldKeys || len(plan.Findings) != violators-oldKeys {
		t.Errorf("%d changes and %d findings, want %d and %d", len(plan.Changes), len(plan.Findings), oldKeys, violators-oldKeys)
	}
	o.mustHaveCalled(t, "the first plan", withRules(false))
	o.connect(t)
	o.plan(t)
	o.mustHaveCalled(t, "a later plan", withRules(true))
	o.connect(t)
	if _, err := o.check(t.Context(), o.session, o.accountID, ""); err != nil {
		t.Fatal(err)
	}
	o.mustHaveCalled(t, "a check", withRules(true))
}

// A deactivation costs one write, and two looks at the user's keys: just before it and when all are done.
func TestADeactivationCostsOneWriteAndTwoLooks(t *testing.T) {
	t.Parallel()
	const keys = 20
	o := newFirm(t, firmWithoutRules+"require: {access_keys: {max_age: 90d, ladder: {deactivate: 90d}}}\n", keys)
	o.plan(t)
	o.connect(t)
	o.apply(t.Context(), t)
	want := maps.Clone(pages)
	maps.Copy(want, map[string]int{
		"iam:GetCredentialReport": 1, "iam:UpdateAccessKey": keys, "iam:SimulatePrincipalPolicy": 1,
		"iam:ListAccessKeys": 3 * keys, "iam:GetAccessKeyLastUsed": 3 * keys, // once for the plan
	})
	o.mustHaveCalled(t, "an apply", want)
}

// BenchmarkPlanRequire is a figure of docs/speed.md: a plan of 5,000 users by rules, of whom 20 break one.
func BenchmarkPlanRequire(b *testing.B) {
	for _, file := range []struct{ name, text string }{{"without", firmWithoutRules}, {"with", firmFile}} {
		b.Run(file.name, func(b *testing.B) {
			o := newFirm(b, file.text, oldKeys)
			for b.Loop() {
				o.connect(b)
				o.plan(b)
			}
		})
	}
}
