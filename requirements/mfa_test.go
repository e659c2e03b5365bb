package requirements_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"baseline/policy"
	"baseline/requirements"
	"baseline/resource"
)

// enforced asks for a device and gives a week to get one.
func enforced() resource.MFARule { return resource.MFARule{Enforce: true, Grace: 7 * day} }

func mfaRules(rule resource.MFARule) resource.Requirements { return resource.Requirements{MFA: &rule} }

const (
	without = "mfa iam_user/alice"
	joins   = " -> set iam_membership/alice/baseline-require-mfa map[]"
	leaves  = "-> delete iam_membership/alice/baseline-require-mfa"
	denied  = "baseline-require-mfa"
)

func TestWhoIsAskedForMFA(t *testing.T) {
	for _, test := range []struct {
		name     string
		all      bool
		password bool
		device   bool
		want     string
	}{
		{"a password and no device", false, true, false, without},
		{"a password and a device", false, true, true, ""},
		{"no password", false, false, false, ""},
		{"of all: no password", true, false, false, without},
		{"of all: no password and a device", true, false, true, ""},
		{"of all: a password and no device", true, true, false, without},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newAccount().user("alice").key("alice", "AKIA1", "Active", day, 0)
			if test.password {
				w.password("alice", 100*day, 0)
			}
			if test.device {
				w.device("alice")
			}
			j := w.judge(t, mfaRules(resource.MFARule{AllUsers: test.all}))
			if got := strings.Join(summary(j), "\n"); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
			if looked := w.looks > 0; looked != (test.want != "") {
				t.Errorf("took %d looks", w.looks)
			}
		})
	}
}

func TestWhatIsSeenOfAUserWithoutMFA(t *testing.T) {
	w := newAccount().user("alice").password("alice", 100*day, 0).user("robot")
	j := w.judge(t, mfaRules(resource.MFARule{AllUsers: true}))
	alice, robot := j.Violations[0], j.Violations[1]
	if alice.Seen != "has a console password and no MFA device" || !alice.Since.Equal(ago(100*day)) ||
		!strings.Contains(alice.Advice, "https://111122223333.signin.aws.amazon.com/console") {
		t.Errorf("alice: %+v", alice)
	}
	if robot.Seen != "has no MFA device" || !robot.Since.Equal(ago(400*day)) {
		t.Errorf("robot: %+v", robot)
	}
}

func TestTheReportIsBelievedOfNobody(t *testing.T) {
	// The report is as old as it is: alice has enrolled since, bob has lost his password.
	w := newAccount().user("alice").password("alice", 100*day, 0).device("alice").user("bob").password("bob", 100*day, 0)
	w.row("alice", func(row *resource.ReportedUser) { row.MFA = false })
	delete(w.hidden, at("iam_login_profile/bob"))
	lines(t, w.judge(t, mfaRules(enforced())))
	if w.looks != 4 {
		t.Errorf("took %d looks, want two at each", w.looks)
	}
}

func TestAUserJoinsTheGroupAfterTheGrace(t *testing.T) {
	for _, test := range []struct {
		name  string
		age   time.Duration
		grace time.Duration
		want  string
		seen  string
	}{
		{"a new password", 0, 7 * day, without, "; joins baseline-require-mfa on 2026-11-28"},
		{"a day before", 6 * day, 7 * day, without, "; joins baseline-require-mfa on 2026-11-22"},
		{"a moment before", 7*day - moment, 7 * day, without, "; joins baseline-require-mfa on 2026-11-21"},
		{"on the day", 7 * day, 7 * day, without + joins, "device"},
		{"a day after", 8 * day, 7 * day, without + joins, "device"},
		{"without grace", 0, 0, without + joins, "device"},
	} {
		t.Run(test.name, func(t *testing.T) {
			rule := enforced()
			rule.Grace = test.grace
			w := newAccount().user("alice").password("alice", test.age, never)
			j := w.judge(t, mfaRules(rule))
			lines(t, j, test.want)
			if got := seen(t, j, "mfa"); !strings.HasSuffix(got, test.seen) || j.Violations[0].Warning {
				t.Errorf("seen %q, want %q at its end", got, test.seen)
			}
		})
	}
}

func TestJoiningRestsOnAPasswordAndNoDevice(t *testing.T) {
	w := newAccount().user("alice").password("alice", 20*day, 0)
	fix := w.judge(t, mfaRules(enforced())).Violations[0].Fixes[0]
	want := requirements.Fix{
		Address: at("iam_membership/alice/baseline-require-mfa"),
		After:   resource.Object{},
		Reason:  "console password since 2026-11-01 and no MFA device; 7d of grace ended on 2026-11-08",
		Grounds: []resource.Ground{
			{Look: at("iam_mfa_device/alice")},
			{Look: at("iam_login_profile/alice"), Found: map[resource.Address]resource.Resource{
				at("iam_login_profile/alice"): {Facts: resource.Facts{"created": "2026-11-01T14:00:00Z"}},
			}},
		},
	}
	if diff := cmp.Diff(want, fix); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	for _, g := range fix.Grounds {
		if err := g.Check(w.State); err != nil {
			t.Errorf("does not hold as things are: %v", err)
		}
	}
	w.device("alice")
	if err := fix.Grounds[0].Check(w.hidden); err == nil {
		t.Error("holds although a device is there")
	}
}

func TestWhoDoesNotJoinTheGroup(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(w *testAccount)
		seen   string
	}{
		{"a member", func(w *testAccount) { w.member("alice", denied) }, "; is in baseline-require-mfa"},
		{"in ten groups", func(w *testAccount) {
			for i := range 10 {
				w.member("alice", fmt.Sprint("g", i))
			}
		}, "it is in 10 groups, and 10 are the most"},
		{"of another tool", func(w *testAccount) { w.State[at("iam_user/alice")].Facts[resource.FactOwner] = "Terraform" }, "belongs to Terraform"},
		{"who runs this", func(w *testAccount) {
			w.Evidence.Caller = resource.Caller{ARN: "arn:aws:iam::" + accountID + ":user/alice", AccessKey: "AKIA9"}
		}, "would lock itself out"},
		{"since when is not known", func(w *testAccount) {
			delete(w.hidden[at("iam_login_profile/alice")].Facts, resource.FactCreated)
		}, "not known since when"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newAccount().user("alice").password("alice", 20*day, 0)
			test.change(w)
			j := w.judge(t, mfaRules(enforced()))
			lines(t, j, without)
			if got := seen(t, j, "mfa"); !strings.Contains(got, test.seen) {
				t.Errorf("seen %q, want %q in it", got, test.seen)
			}
		})
	}
	t.Run("in nine groups", func(t *testing.T) {
		w := newAccount().user("alice").password("alice", 20*day, 0)
		for i := range 9 {
			w.member("alice", fmt.Sprint("g", i))
		}
		lines(t, w.judge(t, mfaRules(enforced())), without+joins)
	})
	t.Run("without a password", func(t *testing.T) {
		rule := enforced()
		rule.AllUsers = true
		lines(t, newAccount().user("alice").judge(t, mfaRules(rule)), without)
	})
}

func TestWhoLeavesTheGroup(t *testing.T) {
	for _, test := range []struct {
		name    string
		change  func(w *testAccount, rules *resource.Requirements)
		want    []string
		grounds []resource.Ground
		waits   []resource.Address
	}{
		{
			"has enrolled",
			func(w *testAccount, _ *resource.Requirements) { w.device("alice") },
			[]string{leaves},
			[]resource.Ground{{Look: at("iam_mfa_device/alice"), Found: map[resource.Address]resource.Resource{at("iam_mfa_device/alice/phone"): {}}}},
			nil,
		},
		{
			"has no password any more",
			func(w *testAccount, _ *resource.Requirements) { delete(w.hidden, at("iam_login_profile/alice")) },
			[]string{leaves},
			[]resource.Ground{{Look: at("iam_login_profile/alice")}},
			nil,
		},
		{
			"is excepted",
			func(_ *testAccount, rules *resource.Requirements) {
				rules.MFA.Exceptions = []resource.Exception{{Subject: at("iam_user/alice"), Reason: "break glass"}}
			},
			[]string{leaves},
			nil, nil,
		},
		{
			"MFA is not enforced any more",
			func(_ *testAccount, rules *resource.Requirements) { rules.MFA = &resource.MFARule{} },
			[]string{without, leaves},
			nil, nil,
		},
		{
			"the password goes at the same time",
			func(w *testAccount, rules *resource.Requirements) {
				w.password("alice", 100*day, 50*day)
				rules.Passwords = &resource.PasswordRule{Unused: 45 * day, Remove: true}
			},
			[]string{without, "passwords.unused iam_user/alice -> delete iam_login_profile/alice", leaves},
			nil,
			[]resource.Address{at("iam_login_profile/alice")},
		},
		{
			"belongs to another tool",
			func(w *testAccount, _ *resource.Requirements) {
				w.device("alice")
				w.State[at("iam_user/alice")].Facts[resource.FactOwner] = "Terraform"
			},
			nil, nil, nil,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			rules := mfaRules(enforced())
			w := newAccount().user("alice").password("alice", 100*day, 0).member("alice", denied)
			test.change(w, &rules)
			j := w.judge(t, rules)
			lines(t, j, test.want...)
			for _, f := range j.Fixes {
				if diff := cmp.Diff(test.grounds, f.Grounds); diff != "" {
					t.Errorf("grounds (-want +got)\n%s", diff)
				}
				if diff := cmp.Diff(test.waits, f.Waits); diff != "" {
					t.Errorf("waits (-want +got)\n%s", diff)
				}
			}
		})
	}
}

// Who joined the group would leave it in the next plan.
func TestWhoLosesThePasswordDoesNotJoin(t *testing.T) {
	rules := mfaRules(enforced())
	rules.Passwords = &resource.PasswordRule{Unused: 45 * day, Remove: true}
	w := newAccount().user("alice").password("alice", 100*day, 50*day)
	lines(t, w.judge(t, rules), without, "passwords.unused iam_user/alice -> delete iam_login_profile/alice")
}

func TestMembersAreJudgedWhateverTheReportSays(t *testing.T) {
	w := newAccount().user("alice").password("alice", 100*day, 0).member("alice", denied)
	delete(w.Evidence.Report.Users, "alice")
	lines(t, w.judge(t, mfaRules(enforced())), without)
}

func TestNewUsersAreJudgedFromTheNextReportOn(t *testing.T) {
	w := newAccount().user("alice").password("alice", 100*day, 0)
	delete(w.Evidence.Report.Users, "alice")
	j := w.judge(t, mfaRules(enforced()))
	lines(t, j)
	if w.looks != 0 || len(j.Notices) != 2 || !strings.HasPrefix(j.Notices[1], "1 user is not in") {
		t.Errorf("%d looks, notices %q", w.looks, j.Notices)
	}
}

func TestWithoutAReportMFAIsNotChecked(t *testing.T) {
	w := newAccount().user("alice").password("alice", 100*day, 0).put("iam_virtual_mfa_device/phone", resource.Object{}, nil)
	w.Evidence.Report = nil
	j := w.judge(t, mfaRules(enforced()))
	lines(t, j, "mfa.unassigned iam_virtual_mfa_device/phone")
	if diff := cmp.Diff(map[string]string{"mfa": "the credential report was not read"}, j.Unchecked); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestUnassignedDevices(t *testing.T) {
	for _, test := range []struct {
		remove bool
		want   string
	}{
		{false, "mfa.unassigned iam_virtual_mfa_device/team/phone"},
		{true, "mfa.unassigned iam_virtual_mfa_device/team/phone -> delete iam_virtual_mfa_device/team/phone"},
	} {
		w := newAccount().put("iam_virtual_mfa_device/team/phone", resource.Object{}, nil)
		j := w.judge(t, mfaRules(resource.MFARule{RemoveUnassigned: test.remove}))
		lines(t, j, test.want)
		if got := j.Violations[0].Severity; got != resource.Low {
			t.Errorf("severity %s", got)
		}
	}
}

func TestWhatTheRulesKeepThemselves(t *testing.T) {
	rules := mfaRules(enforced())
	objects := requirements.Objects(&rules)
	var addresses []string
	for a := range objects {
		if !requirements.Own(a) {
			t.Errorf("%s is not our own", a)
		}
	}
	state := resource.State{}
	for a, o := range objects {
		state[a] = resource.Resource{Settings: o}
	}
	for _, a := range state.Addresses() {
		addresses = append(addresses, a.String())
	}
	want := []string{
		"iam_group/baseline-require-mfa",
		"iam_policy/baseline-require-mfa",
		"iam_policy_attachment/group/baseline-require-mfa/baseline-require-mfa",
	}
	if diff := cmp.Diff(want, addresses); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	document := string(objects[at("iam_policy/baseline-require-mfa")].Document("document"))
	if problems := policy.Check(document, policy.Managed); len(problems) > 0 {
		t.Errorf("IAM would refuse the document: %v", problems)
	}
	for _, action := range []string{"DeactivateMFADevice", "DeleteVirtualMFADevice", "CreateAccessKey"} {
		if strings.Contains(document, action) {
			t.Errorf("the document exempts %s", action)
		}
	}

	for _, other := range []string{
		"iam_group/Developers", "iam_policy/other", "iam_user/baseline-require-mfa", "iam_membership/baseline-require-mfa/Developers",
		"iam_policy_attachment/group/Developers/baseline-require-mfa", "iam_policy_attachment/group/baseline-require-mfa/other",
	} {
		if requirements.Own(at(other)) {
			t.Errorf("%s is not ours", other)
		}
	}
	if !requirements.Own(at("iam_membership/alice/baseline-require-mfa")) {
		t.Error("a membership in our group is ours")
	}

	for _, none := range []*resource.Requirements{nil, {}, {MFA: &resource.MFARule{}}} {
		if got := requirements.Objects(none); got != nil {
			t.Errorf("got %v for %+v", got, none)
		}
	}
}
