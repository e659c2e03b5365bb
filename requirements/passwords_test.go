package requirements_test

import (
	"strings"
	"testing"
	"time"

	"baseline/resource"
)

func passwordRules(remove bool) resource.Requirements {
	return resource.Requirements{Passwords: &resource.PasswordRule{Unused: 45 * day, Remove: remove}}
}

const (
	forgotten = "passwords.unused iam_user/alice"
	removed   = forgotten + " -> delete iam_login_profile/alice"
)

func TestUnusedPasswords(t *testing.T) {
	for _, test := range []struct {
		name      string
		age, used time.Duration
		want      []string
	}{
		{"set yesterday", day, never, nil},
		{"a day before", 100 * day, 44 * day, nil},
		{"a moment before", 100 * day, 45*day - moment, nil},
		{"on the day", 100 * day, 45 * day, []string{removed}},
		{"a day after", 100 * day, 46 * day, []string{removed}},
		{"never used, a day before", 44 * day, never, nil},
		{"never used, a moment before", 45*day - moment, never, nil},
		{"never used, on the day", 45 * day, never, []string{removed}},
		{"never used, a day after", 46 * day, never, []string{removed}},
		{"set anew since it was used", 20 * day, 60 * day, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newAccount().user("alice").password("alice", test.age, test.used)
			j := w.judge(t, passwordRules(true))
			lines(t, j, test.want...)
			if wantLooks := len(test.want); w.looks != wantLooks {
				t.Errorf("took %d looks, want %d", w.looks, wantLooks)
			}
			for _, v := range j.Violations {
				if !v.Fixes[0].RestsOnUse {
					t.Error("the removal does not rest on the use")
				}
			}
		})
	}
}

func TestPasswordsAreJudgedByAllThatIsKnown(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(w *testAccount)
	}{
		{"used since the report", func(w *testAccount) {
			w.hidden[at("iam_login_profile/alice")].Facts[resource.FactUsed] = stamp(ago(0))
		}},
		{"changed lately", func(w *testAccount) {
			w.row("alice", func(row *resource.ReportedUser) { row.PasswordChanged = ago(10 * day) })
		}},
		{"taken away since the report", func(w *testAccount) { delete(w.hidden, at("iam_login_profile/alice")) }},
		{"given anew since the report", func(w *testAccount) {
			w.hidden[at("iam_login_profile/alice")].Facts[resource.FactCreated] = stamp(ago(0))
		}},
		{"a new user", func(w *testAccount) {
			w.row("alice", func(row *resource.ReportedUser) { row.Created = ago(10 * day) })
		}},
		{"no password", func(w *testAccount) {
			w.row("alice", func(row *resource.ReportedUser) { row.Password = false })
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newAccount().user("alice").password("alice", 100*day, 60*day)
			test.change(w)
			lines(t, w.judge(t, passwordRules(true)))
		})
	}
}

// What has no date must not be taken for what is as old as can be.
func TestAPasswordOfUnknownAgeIsNotJudged(t *testing.T) {
	w := newAccount().user("alice").password("alice", 100*day, never)
	delete(w.hidden[at("iam_login_profile/alice")].Facts, resource.FactCreated)
	w.row("alice", func(row *resource.ReportedUser) { row.Created, row.PasswordChanged = time.Time{}, time.Time{} })
	j := w.judge(t, passwordRules(true))
	lines(t, j)
	if why := j.Unchecked["passwords.unused"]; why != "iam_user/alice: it is not known when the password was set" {
		t.Errorf("unchecked: %q", why)
	}
}

func TestPasswordsThatAreReportedOnly(t *testing.T) {
	for _, test := range []struct {
		name   string
		remove bool
		change func(w *testAccount)
		seen   string
	}{
		{"report", false, func(*testAccount) {}, "the limit is 45d"},
		{"of who runs this", true, func(w *testAccount) {
			w.Evidence.Caller = resource.Caller{ARN: "arn:aws:iam::" + accountID + ":user/alice", AccessKey: "AKIA9"}
		}, "; it is left alone because this user runs this"},
		{"of another tool's user", true, func(w *testAccount) {
			w.State[at("iam_user/alice")].Facts[resource.FactOwner] = "Terraform"
		}, "; it is left to Terraform, which the user belongs to"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newAccount().user("alice").password("alice", 100*day, 50*day)
			test.change(w)
			j := w.judge(t, passwordRules(test.remove))
			lines(t, j, forgotten)
			want := "has a console password that was not used for 50 days, last on 2026-10-02; the limit is 45d"
			if got := seen(t, j, "passwords.unused"); !strings.HasPrefix(got, want) || !strings.HasSuffix(got, test.seen) {
				t.Errorf("seen %q", got)
			}
			if got := j.Violations[0].Since; !got.Equal(ago(5 * day)) {
				t.Errorf("since %s", got)
			}
		})
	}
}

func TestExceptedPasswordsAndMissingReport(t *testing.T) {
	rules := passwordRules(true)
	rules.Passwords.Exceptions = []resource.Exception{{Subject: at("iam_user/alice"), Reason: "break glass", Until: today}}
	w := newAccount().user("alice").password("alice", 100*day, 50*day)
	lines(t, w.clone().judge(t, rules), "passwords.exceptions iam_user/alice", removed)
	rules.Passwords.Exceptions[0].Until = today.Add(moment)
	lines(t, w.clone().judge(t, rules))

	w.Evidence.Report = nil
	if j := w.judge(t, rules); j.Unchecked["passwords.unused"] == "" {
		t.Error("not said to be unchecked")
	}
}
