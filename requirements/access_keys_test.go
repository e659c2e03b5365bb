package requirements_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"baseline/requirements"
	"baseline/resource"
)

// moment is the smallest step that counts: just before a limit is a moment before it.
const moment = time.Second

// ladder are the rules of most tests here.
func ladder() resource.AccessKeyRule {
	return resource.AccessKeyRule{MaxAge: 90 * day, Unused: 45 * day, Warn: 80 * day, Deactivate: 100 * day, Delete: 130 * day}
}

func keyRules(rule resource.AccessKeyRule) resource.Requirements {
	return resource.Requirements{AccessKeys: &rule}
}

// lines compares a judgement with what a table expects of it.
func lines(t *testing.T, j *requirements.Judgement, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, summary(j)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

const (
	tooOld     = "access_keys.max_age iam_access_key/alice/AKIA1"
	notUsed    = "access_keys.unused iam_access_key/alice/AKIA1"
	oneTooMany = "access_keys.max_active iam_access_key/alice/AKIA1"
	off        = " -> set iam_access_key/alice/AKIA1 map[status:Inactive]"
)

func TestKeysAreJudgedByAge(t *testing.T) {
	for _, test := range []struct {
		name string
		age  time.Duration
		want []string
	}{
		{"made just now", 0, nil},
		{"a day before the warning", 79 * day, nil},
		{"a moment before the warning", 80*day - moment, nil},
		{"the warning", 80 * day, []string{tooOld + " warns"}},
		{"a day after the warning", 81 * day, []string{tooOld + " warns"}},
		{"a day before the limit", 89 * day, []string{tooOld + " warns"}},
		{"a moment before the limit", 90*day - moment, []string{tooOld + " warns"}},
		{"the limit", 90 * day, []string{tooOld}},
		{"a day after the limit", 91 * day, []string{tooOld}},
		{"a day before deactivation", 99 * day, []string{tooOld}},
		{"a moment before deactivation", 100*day - moment, []string{tooOld}},
		{"deactivation", 100 * day, []string{tooOld + off}},
		{"a day after deactivation", 101 * day, []string{tooOld + off}},
		{"past deletion, which an active key is spared", 131 * day, []string{tooOld + off}},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newAccount().user("alice").key("alice", "AKIA1", "Active", test.age, min(test.age, day/24))
			lines(t, w.judge(t, keyRules(ladder())), test.want...)
			if wantLooks := min(len(test.want), 1); w.looks != wantLooks {
				t.Errorf("took %d looks, want %d", w.looks, wantLooks)
			}
		})
	}
}

func TestWithoutALadderKeysAreReportedOnly(t *testing.T) {
	rule := resource.AccessKeyRule{MaxAge: 90 * day, Unused: 45 * day, MaxActive: new(int)}
	for _, test := range []struct {
		age  time.Duration
		want []string
	}{
		{89 * day, []string{notUsed, oneTooMany}},
		{90 * day, []string{tooOld, notUsed, oneTooMany}},
		{200 * day, []string{tooOld, notUsed, oneTooMany}},
	} {
		w := newAccount().user("alice").key("alice", "AKIA1", "Active", test.age, never)
		lines(t, w.judge(t, keyRules(rule)), test.want...)
	}
}

func TestKeysAreJudgedByUse(t *testing.T) {
	for _, test := range []struct {
		name      string
		age, used time.Duration
		want      []string
	}{
		{"made yesterday", day, never, nil},
		{"a day before the warning", 70 * day, 24 * day, nil},
		{"a moment before the warning", 70 * day, 25*day - moment, nil},
		{"the warning", 70 * day, 25 * day, []string{notUsed + " warns"}},
		{"a day after the warning", 70 * day, 26 * day, []string{notUsed + " warns"}},
		{"a day before the limit", 70 * day, 44 * day, []string{notUsed + " warns"}},
		{"a moment before the limit", 70 * day, 45*day - moment, []string{notUsed + " warns"}},
		{"the limit", 70 * day, 45 * day, []string{notUsed + off}},
		{"a day after the limit", 70 * day, 46 * day, []string{notUsed + off}},
		{"never used, a day before the limit", 44 * day, never, []string{notUsed + " warns"}},
		{"never used, the limit", 45 * day, never, []string{notUsed + off}},
		{"never used, a day after the limit", 46 * day, never, []string{notUsed + off}},
		// It breaks two rules and is deactivated once, for what does not rest on its use.
		{"too old as well", 110 * day, 46 * day, []string{tooOld + off, notUsed}},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newAccount().user("alice").key("alice", "AKIA1", "Active", test.age, test.used)
			j := w.judge(t, keyRules(ladder()))
			lines(t, j, test.want...)
			for _, v := range j.Violations {
				for _, f := range v.Fixes {
					if f.RestsOnUse != (v.Rule == "access_keys.unused") {
						t.Errorf("%s: rests on use: %v", v.Rule, f.RestsOnUse)
					}
				}
			}
		})
	}
}

// The lead of a warning is that of the age of keys, and may be longer than they may go unused.
func TestAKeyThatIsUsedIsNotWarnedOf(t *testing.T) {
	rule := resource.AccessKeyRule{MaxAge: 90 * day, Unused: 45 * day, Warn: 30 * day, Deactivate: 90 * day}
	for idle, want := range map[time.Duration][]string{
		day / 24:              nil,
		22 * day:              nil,
		22*day + 12*time.Hour: {notUsed + " warns"},
	} {
		w := newAccount().user("alice").key("alice", "AKIA1", "Active", 29*day, idle)
		lines(t, w.judge(t, keyRules(rule)), want...)
	}
}

// What has no date must not be taken for what is as old as can be.
func TestAKeyOfUnknownAgeIsNotJudged(t *testing.T) {
	w := newAccount().user("alice").key("alice", "AKIA1", "Active", 200*day, never)
	delete(w.hidden[at("iam_access_key/alice/AKIA1")].Facts, resource.FactCreated)
	j := w.judge(t, keyRules(ladder()))
	lines(t, j)
	const why = "iam_access_key/alice/AKIA1: its creation is not known"
	if diff := cmp.Diff(map[string]string{"access_keys.max_age": why, "access_keys.unused": why}, j.Unchecked); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestInactiveKeysAreDeletedInTheEnd(t *testing.T) {
	gone := "-> delete iam_access_key/alice/AKIA1"
	for _, test := range []struct {
		name string
		// changed is when the report says that the key was deactivated.
		age, changed time.Duration
		want         []string
	}{
		{"a day before", 129 * day, 60 * day, nil},
		{"a moment before", 130*day - moment, 60 * day, nil},
		{"on the day", 130 * day, 60 * day, []string{gone}},
		{"a day after", 131 * day, 60 * day, []string{gone}},
		{"inactive for a day too few", 200 * day, 29 * day, nil},
		{"inactive for a moment too few", 200 * day, 30*day - moment, nil},
		{"inactive for long enough", 200 * day, 30 * day, []string{gone}},
		{"inactive for a day longer", 200 * day, 31 * day, []string{gone}},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newAccount().user("alice").key("alice", "AKIA1", "Inactive", test.age, never)
			w.row("alice", func(row *resource.ReportedUser) { row.Keys[0].Rotated = ago(test.changed) })
			lines(t, w.judge(t, keyRules(ladder())), test.want...)
		})
	}
}

func TestAKeyIsNotDeletedWhileItIsUnclearHowLongItWasInactive(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(w *testAccount)
	}{
		{"deactivated since the report", func(w *testAccount) {
			w.row("alice", func(row *resource.ReportedUser) { row.Keys[0].Active = true })
		}},
		{"the other inactive key may be the older one", func(w *testAccount) {
			w.key("alice", "AKIA2", "Inactive", 20*day, never)
		}},
		{"the report gives no date", func(w *testAccount) {
			w.key("alice", "AKIA2", "Active", 60*day, 0)
			w.row("alice", func(row *resource.ReportedUser) { row.Keys[0].Rotated = time.Time{} })
			w.Looked[at("iam_access_key/alice")] = true
			w.State[at("iam_access_key/alice/AKIA1")] = w.hidden[at("iam_access_key/alice/AKIA1")]
		}},
		{"used later than the report's date says", func(w *testAccount) {
			w.hidden[at("iam_access_key/alice/AKIA1")].Facts[resource.FactUsed] = stamp(ago(2 * day))
		}},
		{"a younger key stands where it did in the report", func(w *testAccount) {
			// The report knew AKIA1 while it was active, and an inactive key that is gone since. The other one is of this hour.
			w.key("alice", "AKIA2", "Active", time.Hour, never)
			w.row("alice", func(row *resource.ReportedUser) {
				row.Keys = [2]resource.ReportedKey{{Active: true, Rotated: ago(200 * day)}, {Rotated: ago(60 * day)}}
			})
		}},
		{"no deletion asked for", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			rule := ladder()
			w := newAccount().user("alice").key("alice", "AKIA1", "Inactive", 200*day, never)
			w.row("alice", func(row *resource.ReportedUser) { row.Keys[0].Rotated = ago(60 * day) })
			if test.change == nil {
				rule.Delete = 0
			} else {
				test.change(w)
			}
			lines(t, w.judge(t, keyRules(rule)))
		})
	}
}

func TestOfTwoKeysTheOneInUseStays(t *testing.T) {
	one := 1
	rule := resource.AccessKeyRule{MaxAge: 90 * day, MaxActive: &one, Warn: 80 * day, Deactivate: 90 * day}
	second := func(line string) string { return strings.ReplaceAll(line, "AKIA1", "AKIA2") }
	for _, test := range []struct {
		name                    string
		age1, used1, age2, use2 time.Duration
		want                    []string
		seen                    string
	}{
		{"the first is in use", 70 * day, 0, 40 * day, 3 * day, []string{second(oneTooMany + off)}, "last on 2026-11-18"},
		{"the second is in use", 70 * day, 3 * day, 40 * day, 0, []string{oneTooMany + off}, "last on 2026-11-18"},
		{"the second never was used", 70 * day, 60 * day, 40 * day, never, []string{second(oneTooMany + off)}, "never used since it was created on 2026-10-12"},
		{"neither was used", 70 * day, never, 40 * day, never, []string{oneTooMany + off}, "never used"},
		{"used at the same time", 70 * day, 3 * day, 40 * day, 3 * day, []string{oneTooMany + off}, "one of 2 active"},
		{"both in use", 70 * day, day - moment, 40 * day, 0, []string{oneTooMany}, "it is in use"},
		{"unused for a day", 70 * day, day, 40 * day, 0, []string{oneTooMany + off}, "last on 2026-11-20"},
		{"a day before a rotation must be over", 70 * day, 2 * day, 9 * day, 0, []string{oneTooMany}, "until 2026-11-22"},
		{"the rotation must be over", 70 * day, 2 * day, 10 * day, 0, []string{oneTooMany + off}, ""},
		{"the new key is not used yet", 70 * day, 0, 5 * day, never, []string{second(oneTooMany)}, "until 2026-11-26"},
		{"the first goes because of its age", 95 * day, 0, 40 * day, 3 * day, []string{tooOld + off, oneTooMany}, "one of 2 active"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newAccount().user("alice").key("alice", "AKIA1", "Active", test.age1, test.used1).key("alice", "AKIA2", "Active", test.age2, test.use2)
			j := w.judge(t, keyRules(rule))
			lines(t, j, test.want...)
			if got := seen(t, j, "access_keys.max_active"); !strings.Contains(got, test.seen) {
				t.Errorf("seen %q, want %q in it", got, test.seen)
			}
			for _, v := range j.Violations {
				for _, f := range v.Fixes {
					if v.Rule != "access_keys.max_active" {
						continue
					}
					kept := at("iam_access_key/alice/AKIA2")
					if f.Address == kept {
						kept = at("iam_access_key/alice/AKIA1")
					}
					want := []resource.Ground{{Look: at("iam_access_key/alice"), Found: map[resource.Address]resource.Resource{
						kept: {Settings: resource.Object{"status": "Active"}},
					}}}
					if diff := cmp.Diff(want, f.Grounds); diff != "" || !f.RestsOnUse {
						t.Errorf("rests on use: %v; grounds (-want +got)\n%s", f.RestsOnUse, diff)
					}
				}
			}
		})
	}
}

func TestNoKeyAtAllMayBeAllowed(t *testing.T) {
	none := 0
	rule := resource.AccessKeyRule{MaxAge: 90 * day, MaxActive: &none, Deactivate: 90 * day}
	for _, test := range []struct {
		name      string
		age, used time.Duration
		want      string
	}{
		{"unused for a day", 50 * day, day, oneTooMany + off},
		{"in use", 50 * day, day - moment, oneTooMany},
		{"made a day ago", day, never, oneTooMany + off},
		{"made just now", day - moment, never, oneTooMany},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newAccount().user("alice").key("alice", "AKIA1", "Active", test.age, test.used)
			lines(t, w.judge(t, keyRules(rule)), test.want)
		})
	}
}

func TestKeysThatAreLeftAlone(t *testing.T) {
	alice := "arn:aws:iam::" + accountID + ":user/team/alice"
	for _, test := range []struct {
		name   string
		caller resource.Caller
		owner  string
		// spared is true where nothing is done.
		spared bool
		why    string
	}{
		{"the key that signs the calls", resource.Caller{ARN: alice, AccessKey: "AKIA1"}, "", true, "signs the calls"},
		{"another key of the caller", resource.Caller{ARN: alice, AccessKey: "AKIA2"}, "", false, ""},
		{"a session of the user", resource.Caller{ARN: alice, AccessKey: "ASIA1"}, "", true, "runs this, perhaps with this key"},
		{"an unknown key of the user", resource.Caller{ARN: alice}, "", true, "runs this, perhaps with this key"},
		{"a session of a role of this name", resource.Caller{ARN: "arn:aws:sts::" + accountID + ":assumed-role/ci/alice", AccessKey: "ASIA1"}, "", false, ""},
		{"a user of another tool", resource.Caller{ARN: "arn:aws:iam::" + accountID + ":user/ci", AccessKey: "AKIACI"}, "Terraform", true, "left to Terraform"},
	} {
		t.Run(test.name, func(t *testing.T) {
			none := 0
			rule := ladder()
			rule.MaxActive = &none
			for _, key := range []struct {
				status string
				age    time.Duration
			}{{"Active", 120 * day}, {"Active", 95 * day}, {"Active", 50 * day}, {"Inactive", 200 * day}} {
				w := newAccount().user("alice").key("alice", "AKIA1", key.status, key.age, never)
				w.Evidence.Caller = test.caller
				if test.owner != "" {
					w.State[at("iam_user/alice")].Facts[resource.FactOwner] = test.owner
				}
				j := w.judge(t, keyRules(rule))
				if acts := strings.Contains(strings.Join(summary(j), "\n"), "->"); acts == test.spared {
					t.Errorf("%s, %s old: %q", key.status, key.age, summary(j))
				}
				for _, v := range j.Violations {
					if test.spared && (!strings.Contains(v.Seen, test.why) || strings.Contains(v.Seen, "will be deactivated")) {
						t.Errorf("seen %q, want only %q", v.Seen, test.why)
					}
				}
			}
		})
	}
}

func TestNobodyIsWarnedOfWhatWillNotBeDone(t *testing.T) {
	w := newAccount().user("alice").key("alice", "AKIA1", "Active", 85*day, 0)
	w.Evidence.Caller.AccessKey = "AKIA1"
	lines(t, w.judge(t, keyRules(ladder())))
}

func TestExceptedUsersKeepTheirKeys(t *testing.T) {
	for _, test := range []struct {
		name  string
		until time.Time
		want  []string
	}{
		{"for good", time.Time{}, nil},
		{"a moment longer", today.Add(moment), nil},
		{"no longer", today, []string{tooOld + off, "access_keys.exceptions iam_user/alice"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			rule := ladder()
			rule.Exceptions = []resource.Exception{{Subject: at("iam_user/alice"), Reason: "legacy", Until: test.until}}
			w := newAccount().user("alice").key("alice", "AKIA1", "Active", 120*day, 0)
			lines(t, w.judge(t, keyRules(rule)), test.want...)
		})
	}
	t.Run("in another spelling", func(t *testing.T) {
		rule := ladder()
		rule.Exceptions = []resource.Exception{{Subject: at("iam_user/Alice")}}
		w := newAccount().user("alice").key("alice", "AKIA1", "Active", 120*day, 0)
		lines(t, w.judge(t, keyRules(rule)))
	})
}

func TestWhatIsSeenOfAKey(t *testing.T) {
	w := newAccount().user("alice").key("alice", "AKIA1", "Active", 112*day, 50*day)
	j := w.judge(t, keyRules(ladder()))
	old, idle := j.Violations[0], j.Violations[1]
	if want := "112 days old, created 2026-08-01; the limit is 90d"; old.Seen != want || old.Fixes[0].Reason != want {
		t.Errorf("seen %q, reason %q, want %q", old.Seen, old.Fixes[0].Reason, want)
	}
	if want := ago(22 * day); !old.Since.Equal(want) {
		t.Errorf("since %s, want %s", old.Since, want)
	}
	if want := "not used for 50 days, last on 2026-10-02; the limit is 45d"; idle.Seen != want {
		t.Errorf("seen %q, want %q", idle.Seen, want)
	}
	if want := ago(5 * day); !idle.Since.Equal(want) {
		t.Errorf("since %s, want %s", idle.Since, want)
	}

	w = newAccount().user("alice").key("alice", "AKIA1", "Active", 95*day, 0)
	if got, want := seen(t, w.judge(t, keyRules(ladder())), "access_keys.max_age"),
		"95 days old, created 2026-08-18; the limit is 90d; it will be deactivated on 2026-11-26 at the latest"; got != want {
		t.Errorf("seen %q, want %q", got, want)
	}
	w = newAccount().user("alice").key("alice", "AKIA1", "Active", 85*day, 30*day)
	j = w.judge(t, keyRules(ladder()))
	if got, want := seen(t, j, "access_keys.max_age"), "85 days old, created 2026-08-28; it will be deactivated on 2026-12-06"; got != want {
		t.Errorf("seen %q, want %q", got, want)
	}
	if got, want := seen(t, j, "access_keys.unused"), "not used for 30 days, last on 2026-10-22; it will be deactivated on 2026-12-06 unless it is used"; got != want {
		t.Errorf("seen %q, want %q", got, want)
	}
	if got := j.Violations[0].Severity; got != resource.Low {
		t.Errorf("a warning is %s", got)
	}
}

// The report gives the breadth only: dates of a key are those of the key itself.
func TestKeysAreJudgedByTheirOwnDates(t *testing.T) {
	w := newAccount().user("alice").key("alice", "AKIA1", "Active", 120*day, 60*day)
	w.hidden[at("iam_access_key/alice/AKIA1")].Facts[resource.FactUsed] = stamp(ago(0))
	w.hidden[at("iam_access_key/alice/AKIA1")].Facts[resource.FactCreated] = stamp(ago(10 * day))
	lines(t, w.judge(t, keyRules(ladder())))
	if w.looks != 1 {
		t.Errorf("took %d looks", w.looks)
	}

	// A key that came back from being inactive has a new date in the report.
	w = newAccount().user("alice").key("alice", "AKIA1", "Active", 120*day, 10*day)
	w.row("alice", func(row *resource.ReportedUser) { row.Keys[0].Rotated = ago(2 * day) })
	lines(t, w.judge(t, keyRules(ladder())), tooOld+off)
}

// The report names no keys, but dates can tell which of two it has for the inactive one.
func TestAnInactiveKeyIsDeletedBesideAnActiveOne(t *testing.T) {
	gone := "-> delete iam_access_key/alice/AKIA1"
	for _, test := range []struct {
		name                string
		made, first, second time.Duration // when the active key was made, and when each was last used
		want                []string
	}{
		{"which was made after the other went out of use", 50 * day, never, never, []string{gone}},
		{"which has been used since", 69 * day, 70 * day, day, []string{gone}},
		{"and either may be the other, unused as they are", 69 * day, never, never, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newAccount().user("alice").key("alice", "AKIA1", "Inactive", 200*day, test.first)
			w.row("alice", func(row *resource.ReportedUser) { row.Keys[0].Rotated = ago(60 * day) })
			w.key("alice", "AKIA2", "Active", test.made, test.second)
			rule := ladder()
			rule.Unused = 0
			lines(t, w.judge(t, keyRules(rule)), test.want...)
		})
	}
}

// Were it deactivated again at once, the report would still tell the time from which on it was inactive before.
func TestAKeyThatCameBackIsLeftUntilTheNextReport(t *testing.T) {
	w := newAccount().user("alice").key("alice", "AKIA1", "Active", 200*day, never)
	w.row("alice", func(row *resource.ReportedUser) { row.Keys[0] = resource.ReportedKey{Rotated: ago(60 * day)} })
	j := w.judge(t, keyRules(ladder()))
	lines(t, j, tooOld, notUsed)
	if got := seen(t, j, "access_keys.max_age"); !strings.HasSuffix(got, "so the next one is waited for") {
		t.Errorf("seen %q", got)
	}
}

func TestOnlySuspectsAreLookedAt(t *testing.T) {
	w := newAccount()
	for _, name := range []string{"a", "b", "c"} {
		w.user(name).key(name, "AKIA"+name, "Active", 10*day, 0)
	}
	w.user("d").key("d", "AKIAd", "Active", 300*day, 0)
	rule := ladder()
	one := 1
	rule.MaxActive = &one
	w.judge(t, keyRules(rule))
	if w.looks != 1 {
		t.Errorf("took %d looks, want one at d", w.looks)
	}
}

func TestWithoutEvidenceKeysAreNotChecked(t *testing.T) {
	w := newAccount().user("alice")
	w.Evidence = nil
	j := w.judge(t, keyRules(ladder()))
	lines(t, j)
	const why = "the credential report was not read"
	if diff := cmp.Diff(map[string]string{"access_keys.max_age": why, "access_keys.unused": why}, j.Unchecked); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestWithoutAReportKeysAreNotChecked(t *testing.T) {
	w := newAccount().user("alice").key("alice", "AKIA1", "Active", 300*day, never)
	w.Evidence.Report = nil
	rule := ladder()
	j := w.judge(t, keyRules(rule))
	lines(t, j)
	want := map[string]string{
		"access_keys.max_age": "the credential report was not read",
		"access_keys.unused":  "the credential report was not read",
	}
	if diff := cmp.Diff(want, j.Unchecked); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestTheReaderLearnsHowOldTheReportIs(t *testing.T) {
	w := newAccount().user("alice").user("bob").user("carol")
	w.put("iam_user/dora", resource.Object{"path": "/"}, nil) // which the plan will create
	delete(w.Evidence.Report.Users, "alice")
	delete(w.Evidence.Report.Users, "bob")
	rules := keyRules(ladder())
	rules.MFA, rules.Passwords = &resource.MFARule{}, &resource.PasswordRule{Unused: 45 * day}
	want := []string{
		"credentials are judged by AWS's report of 2026-11-21T12:00:00Z, 2 hours old; whoever breaks a rule by it was looked at again",
		"2 users are not in the credential report of 2026-11-21T12:00:00Z, and are judged from the next one on, at most 4 hours later",
	}
	if diff := cmp.Diff(want, w.judge(t, rules).Notices); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestAgesOfTheReportAreInWords(t *testing.T) {
	for age, want := range map[time.Duration]string{
		0: "0 minutes", 59 * time.Second: "0 minutes", time.Minute: "1 minute", 119 * time.Second: "1 minute",
		2 * time.Minute: "2 minutes", 119 * time.Minute: "119 minutes", 2 * time.Hour: "2 hours", 2*day - 1: "47 hours", 2 * day: "2 days",
	} {
		w := newAccount()
		w.Evidence.Report.At = ago(age)
		notices := w.judge(t, keyRules(ladder())).Notices
		if len(notices) != 1 || !strings.Contains(notices[0], ", "+want+" old;") {
			t.Errorf("%s: notices %q, want %s", age, notices, want)
		}
	}
}
