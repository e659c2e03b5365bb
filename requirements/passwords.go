package requirements

import (
	"fmt"
	"time"

	"baseline/resource"
)

const rulePasswords = "passwords.unused"

// passwords asks that console passwords be used.
func (j *judging) passwords() {
	rule := j.asked.Passwords
	if rule == nil || rule.Unused == 0 {
		return
	}
	j.expired("passwords", rule.Exceptions)
	if j.report(rulePasswords) == nil {
		return
	}
	for _, user := range j.users {
		last, unused := j.unusedPassword(user)
		if !unused {
			continue
		}
		idle := ageText(j.Now.Sub(last.used))
		seen := fmt.Sprintf("has a console password that was not used for %s, last on %s; the limit is %s", idle, date(last.used), length(rule.Unused))
		if last.never {
			seen = fmt.Sprintf("has a console password that was not used since it was set on %s, %s ago; the limit is %s", date(last.used), idle, length(rule.Unused))
		}
		v := j.violate(rulePasswords, resource.At(userKind, user), seen, last.used.Add(rule.Unused),
			"take the password away, or have the user sign in if it is still needed")
		switch {
		case !rule.Remove:
		case j.spared(user) != "":
			v.Seen += "; " + j.spared(user)
		default:
			v.Fixes = []Fix{{
				Address: resource.At(loginProfileKind, user), RestsOnUse: true,
				Reason: fmt.Sprintf("not used for %s, since %s; the limit is %s", idle, date(last.used), length(rule.Unused)),
			}}
		}
	}
}

// lastUse is when a password was used, or was set where it never was since.
type lastUse struct {
	used  time.Time
	never bool
}

// unusedPassword reports whether a user has a console password that is not used. The report tells whom to look at, and is
// the only one to tell when a password was changed, which is no sign of a forgotten one either.
func (j *judging) unusedPassword(user string) (lastUse, bool) {
	rule := j.asked.Passwords
	row, reported := j.Evidence.Report.Users[user]
	if !reported || !row.Password || j.excepted(rule.Exceptions, resource.At(userKind, user)) {
		return lastUse{}, false
	}
	set := latest(row.PasswordChanged, row.Created)
	if j.Now.Sub(latest(set, row.PasswordUsed)) < rule.Unused || !j.known(loginProfileKind, user) {
		return lastUse{}, false
	}
	profile, there := j.State[resource.At(loginProfileKind, user)]
	if !there || profile.Settings == nil {
		return lastUse{}, false
	}
	set = latest(set, when(profile.Facts, resource.FactCreated))
	used := latest(row.PasswordUsed, when(profile.Facts, resource.FactUsed))
	last := lastUse{used: latest(set, used), never: !used.After(set)}
	if last.used.IsZero() { // it would be unused for longer than any limit
		j.unchecked(rulePasswords, "iam_user/%s: it is not known when the password was set", user)
		return lastUse{}, false
	}
	return last, j.Now.Sub(last.used) >= rule.Unused
}

// removesPassword reports whether this judgement takes a user's password away.
func (j *judging) removesPassword(user string) bool {
	rule := j.asked.Passwords
	if rule == nil || rule.Unused == 0 || !rule.Remove || j.spared(user) != "" {
		return false
	}
	_, unused := j.unusedPassword(user)
	return unused
}
