package requirements

import (
	"fmt"
	"slices"
	"time"

	"baseline/resource"
)

// useGrain is how exactly AWS records the use of keys.
const useGrain = 15 * time.Minute

// lead is how long before a limit a file wants to be warned.
func lead(rule *resource.AccessKeyRule) time.Duration {
	if rule.Warn == 0 || rule.Deactivate == 0 {
		return 0
	}
	return rule.Deactivate - rule.Warn
}

// idleWarning is from when on an unused key is warned of. A lead that fits the age of keys may be longer than they may go
// unused, and a key that is used from day to day must not be warned of.
func idleWarning(rule *resource.AccessKeyRule) time.Duration {
	return rule.Unused - min(lead(rule), rule.Unused/2)
}

// suspectsKeys reports whether the keys of a user must be looked at, going by the report.
//
// The report does not tell when a key was created, but when it last changed its status. An old key that was inactive for a
// while and has been used since looks as young as its return, and is judged by its age only from then on.
func (j *judging) suspectsKeys(rule *resource.AccessKeyRule, row resource.ReportedUser) bool {
	count := 0
	for _, slot := range row.Keys {
		switch {
		case slot.Active:
			count++
			if j.suspectsKey(rule, row, slot) {
				return true
			}
		case rule.Delete != 0 && !slot.Rotated.IsZero() && j.Now.Sub(slot.Rotated) >= rule.Delete-rule.Deactivate:
			return true
		}
	}
	return rule.MaxActive != nil && count > *rule.MaxActive
}

// suspectsKey reports whether an active key may be about to break a rule.
func (j *judging) suspectsKey(rule *resource.AccessKeyRule, row resource.ReportedUser, slot resource.ReportedKey) bool {
	made, used := slot.Rotated, slot.Used
	if used.IsZero() {
		used = made
	} else if used.Before(made.Add(-useGrain)) {
		// It was there before it got the status it has, so it may be as old as its user.
		made = row.Created
	}
	limit := rule.MaxAge
	if rule.Warn != 0 {
		limit = min(limit, rule.Warn)
	}
	return rule.MaxAge != 0 && j.Now.Sub(made) >= limit || rule.Unused != 0 && j.Now.Sub(used) >= idleWarning(rule)
}

// judgeInactive deletes a key that has been out of use for long enough. It breaks no rule, which are all about active keys.
func (r *keyring) judgeInactive(k *accessKey) {
	age := r.Now.Sub(k.created)
	rest := r.rule.Delete - r.rule.Deactivate
	if r.rule.MaxAge == 0 || r.rule.Delete == 0 || age < r.rule.Delete || r.sparedKey(r.user, k.id()) != "" {
		return
	}
	since, known := r.inactiveSince(k)
	if !known || r.Now.Sub(since) < rest {
		return
	}
	r.out.Fixes = append(r.out.Fixes, Fix{
		Address: k.at, RestsOnUse: true,
		Reason: fmt.Sprintf("%s, inactive since %s; the limits are %s of age and %s of being inactive",
			r.ageOf(k), date(since), length(r.rule.Delete), length(rest)),
	})
}

// inactiveSince returns the latest time from which on an inactive key can have been so. Only the report tells, and not of
// which key: the latest date among the inactive ones is taken. Where the report and what was looked at differ, a key has
// changed since, and the next report must be waited for.
func (r *keyring) inactiveSince(k *accessKey) (time.Time, bool) {
	since := latest(k.created, k.used)
	for _, slot := range r.row.Keys {
		if !slot.Active {
			since = latest(since, slot.Rotated)
		}
	}
	return since, r.reported() == r.found() && !r.exchanged(k)
}

// returned reports whether an inactive key of the report is active by now, or gone. Were it deactivated again before the next
// report, then that one would look as if it had been inactive all the time, and be deleted too early.
func (r *keyring) returned() bool { return r.reported().inactive > r.found().inactive }

// statuses counts keys by status.
type statuses struct{ active, inactive int }

func (r *keyring) reported() statuses {
	var n statuses
	for _, slot := range r.row.Keys {
		switch {
		case slot.Active:
			n.active++
		case !slot.Rotated.IsZero():
			n.inactive++
		}
	}
	return n
}

// found counts the keys that the report can know of. A younger one must not stand in for one that has changed or gone since.
func (r *keyring) found() statuses {
	var n statuses
	for _, k := range r.keys {
		switch {
		case k.created.After(r.Evidence.Report.At):
		case k.active:
			n.active++
		default:
			n.inactive++
		}
	}
	return n
}

// exchanged reports whether an inactive key may have been the active one when the report was made, and the active one the
// inactive: counts don't tell. A key is not younger than its place in the report, and its use only moves on.
func (r *keyring) exchanged(k *accessKey) bool {
	fits := func(k *accessKey, slot resource.ReportedKey) bool {
		return !k.created.After(slot.Rotated) && !k.used.Before(slot.Used.Add(-useGrain))
	}
	for i, slot := range r.row.Keys {
		other := r.row.Keys[1-i]
		if slot.Active && !other.Active && !other.Rotated.IsZero() && fits(k, slot) {
			return slices.ContainsFunc(r.keys, func(o *accessKey) bool { return o.active && fits(o, other) })
		}
	}
	return false
}
