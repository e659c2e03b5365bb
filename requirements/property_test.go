package requirements_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"baseline/requirements"
	"baseline/resource"
)

// history is what really became of an access key, of which the report and a look each tell a part.
type history struct {
	user, id               string
	active                 bool
	created, changed, used time.Time
}

// drawTime returns a time between two, to the hour, and often one of them.
func drawTime(t *rapid.T, label string, from, to time.Time) time.Time {
	hours := int(to.Sub(from) / time.Hour)
	switch hours = max(hours, 0); rapid.IntRange(0, 5).Draw(t, label+" is") {
	case 0:
		return from
	case 1:
		return to
	}
	return to.Add(-time.Duration(rapid.IntRange(0, hours).Draw(t, label)) * time.Hour)
}

// drawKey adds a key with a past to the account. One that was changed since the report shows its earlier status there.
func drawKey(t *rapid.T, w *testAccount, user, id string, changedSince bool) history {
	reported := w.Evidence.Report.At
	h := history{user: user, id: id, created: drawTime(t, "created", ago(400*day), today)}
	h.changed, h.active = h.created, true
	if changedSince {
		h.changed = drawTime(t, "changed", latestOf(h.created, reported.Add(moment)), today)
	} else if h.created.Before(reported) {
		h.changed = drawTime(t, "changed", h.created, reported)
	}
	if h.changed.After(h.created) {
		h.active = rapid.Bool().Draw(t, "active")
	}
	end := today
	if !h.active {
		end = h.changed
	}
	facts := resource.Facts{resource.FactCreated: stamp(h.created)}
	if rapid.IntRange(0, 3).Draw(t, "used") > 0 {
		h.used = drawTime(t, "used", h.created, end)
		facts[resource.FactUsed] = stamp(h.used)
	}
	status := map[bool]string{true: "Active", false: "Inactive"}
	w.hidden[resource.At("iam_access_key", user, id)] = resource.Resource{
		Settings: resource.Object{"status": status[h.active]}, Facts: facts,
	}
	if h.created.After(reported) {
		return h
	}
	slot := resource.ReportedKey{Active: h.active, Rotated: h.changed, Used: h.used}
	if changedSince {
		slot.Active, slot.Rotated = !h.active, drawTime(t, "changed before", h.created, reported)
	}
	if slot.Used.After(reported) {
		slot.Used = drawTime(t, "used before", h.created, reported)
	}
	w.row(user, func(row *resource.ReportedUser) {
		if row.Keys[0].Rotated.IsZero() {
			row.Keys[0] = slot
		} else {
			row.Keys[1] = slot
		}
	})
	return h
}

func latestOf(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// drawCaller makes the reader of the account one of its users, with one of his keys, a session, or none of these.
func drawCaller(t *rapid.T, w *testAccount) {
	if user := rapid.SampledFrom([]string{"", "alice", "bob"}).Draw(t, "caller"); user != "" {
		w.Evidence.Caller = resource.Caller{
			ARN:       "arn:aws:iam::" + accountID + ":user/" + user,
			AccessKey: rapid.SampledFrom([]string{"AKIA" + user + "0", "AKIA" + user + "1", "ASIASESSION", ""}).Draw(t, "signer"),
		}
	}
}

func drawKeyRule(t *rapid.T) resource.AccessKeyRule {
	days := func(label string, from, to int) time.Duration {
		return time.Duration(rapid.IntRange(from, to).Draw(t, label)) * day
	}
	rule := resource.AccessKeyRule{MaxAge: days("max_age", 1, 120)}
	if rapid.Bool().Draw(t, "with unused") {
		rule.Unused = days("unused", 1, 90)
	}
	if rapid.Bool().Draw(t, "with max_active") {
		n := rapid.IntRange(0, 2).Draw(t, "max_active")
		rule.MaxActive = &n
	}
	if rapid.IntRange(0, 4).Draw(t, "with a ladder") > 0 {
		rule.Deactivate = rule.MaxAge + days("deactivate", 0, 30)
		rule.Warn = rule.Deactivate - min(days("warn", 0, 30), rule.Deactivate-day)
		rule.Delete = rule.Deactivate + days("delete", 1, 60)
	}
	return rule
}

// drawAccount draws an account of some users with up to two keys each, of which at most one was changed since the report.
func drawAccount(t *rapid.T) (*testAccount, map[resource.Address]history) {
	w, keys := newAccount(), map[resource.Address]history{}
	for _, user := range []string{"alice", "bob"} {
		w.user(user)
		changed := rapid.IntRange(0, 5).Draw(t, "changed since the report")
		for i := range rapid.IntRange(1, 2).Draw(t, "keys") {
			h := drawKey(t, w, user, fmt.Sprintf("AKIA%s%d", user, i), i == changed)
			keys[resource.At("iam_access_key", user, h.id)] = h
		}
		if rapid.Bool().Draw(t, "password") {
			age := time.Duration(rapid.IntRange(0, 99).Draw(t, "password set")) * day
			w.password(user, age, rapid.SampledFrom([]time.Duration{never, 0, age}).Draw(t, "password used"))
		}
		if rapid.Bool().Draw(t, "device") {
			w.device(user)
		}
		if rapid.IntRange(0, 2).Draw(t, "member") == 0 {
			w.member(user, denied)
		}
	}
	drawCaller(t, w)
	return w, keys
}

func fixesOf(j *requirements.Judgement) []requirements.Fix {
	var fixes []requirements.Fix
	for _, v := range j.Violations {
		fixes = append(fixes, v.Fixes...)
	}
	return append(fixes, j.Fixes...)
}

// What must never happen to a key, whatever the rules are and whatever has become of it.
func TestNoKeyIsTakenFromWhoNeedsIt(t *testing.T) {
	fixes := 0
	rapid.Check(t, func(t *rapid.T) {
		rule := drawKeyRule(t)
		w, keys := drawAccount(t)
		j := w.judge(t, keyRules(rule))
		seen := map[resource.Address]bool{}
		for _, f := range fixesOf(j) {
			h, known := keys[f.Address]
			switch {
			case !known:
				t.Fatalf("%s is no key of the account", f.Address)
			case seen[f.Address]:
				t.Fatalf("%s: a second fix", f.Address)
			case rule.Deactivate == 0:
				t.Fatalf("%s: changed without a ladder", f.Address)
			}
			seen[f.Address] = true
			fixes++
			caller := w.Evidence.Caller
			if caller.AccessKey == h.id || caller.ARN == "arn:aws:iam::"+accountID+":user/"+h.user && (caller.AccessKey == "" || caller.AccessKey == "ASIASESSION") {
				t.Fatalf("%s may be the caller's own", f.Address)
			}
			if f.After == nil {
				if rest := rule.Delete - rule.Deactivate; h.active || today.Sub(h.changed) < rest {
					t.Fatalf("%s is deleted; active: %v since %s", f.Address, h.active, h.changed)
				}
				continue
			}
			if !h.active {
				t.Fatalf("%s is deactivated, and is inactive", f.Address)
			}
			if today.Sub(h.created) < rule.MaxAge && !h.used.IsZero() && today.Sub(h.used) < day {
				t.Fatalf("%s is not too old, was used on %s and is deactivated: %s", f.Address, h.used, f.Reason)
			}
			for _, g := range f.Grounds {
				if err := g.Check(w.State); err != nil {
					t.Fatalf("%s: a ground does not hold as things are: %v", f.Address, err)
				}
			}
		}
	})
	if fixes == 0 {
		t.Error("no key was changed at all")
	}
}

// Fixes that were carried out leave nothing to fix, though the report does not know of them yet.
func TestAJudgementAfterItsFixesAsksForNoMore(t *testing.T) {
	fixes := 0
	rapid.Check(t, func(t *rapid.T) {
		rule := drawKeyRule(t)
		rules := keyRules(rule)
		mfa := enforced()
		rules.MFA = &mfa
		if rapid.Bool().Draw(t, "remove passwords") {
			rules.Passwords = &resource.PasswordRule{Unused: 45 * day, Remove: true}
		}
		w, _ := drawAccount(t)
		again := w.clone()
		j := w.judge(t, rules)
		if diff := cmp.Diff(j, again.judge(t, rules)); diff != "" {
			t.Fatalf("a second judgement differs (-first +second)\n%s", diff)
		}
		for _, f := range fixesOf(j) {
			fixes++
			if f.After == nil {
				delete(w.State, f.Address)
				delete(w.hidden, f.Address)
				continue
			}
			was := w.State[f.Address]
			was.Settings = was.Settings.With(f.After)
			w.State[f.Address], w.hidden[f.Address] = was, was
		}
		if more := fixesOf(w.judge(t, rules)); len(more) > 0 {
			t.Fatalf("first %v, then %v", summary(j), more)
		}
	})
	if fixes == 0 {
		t.Error("nothing was fixed at all")
	}
}
