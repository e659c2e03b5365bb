package requirements

import (
	"fmt"
	"time"

	"baseline/resource"
)

const (
	ruleKeyAge   = "access_keys.max_age"
	ruleKeyUse   = "access_keys.unused"
	ruleKeyCount = "access_keys.max_active"
)

// The statuses of a credential.
const (
	active   = "Active"
	inactive = "Inactive"
)

const (
	// inUse is how long after its last use a key is held to be in use.
	inUse = day
	// replacing is how long two keys may be active while one takes the place of the other, where the file gives no warning.
	replacing = 10 * day
)

// accessKeys limits the age, use and number of active access keys, and deletes those that were put out of use.
func (j *judging) accessKeys() {
	rule := j.asked.AccessKeys
	if rule == nil {
		return
	}
	j.expired("access_keys", rule.Exceptions)
	report := j.report(askedOfKeys(rule)...)
	if report == nil {
		return
	}
	for _, user := range j.users {
		row, reported := report.Users[user]
		if !reported || j.excepted(rule.Exceptions, resource.At(userKind, user)) || !j.suspectsKeys(rule, row) {
			continue
		}
		if j.known(accessKeyKind, user) {
			j.keysOf(rule, user, row).judge()
		}
	}
}

// askedOfKeys are the ids of the rules about access keys that are asked.
func askedOfKeys(rule *resource.AccessKeyRule) []string {
	var ids []string
	if rule.MaxAge != 0 {
		ids = append(ids, ruleKeyAge)
	}
	if rule.Unused != 0 {
		ids = append(ids, ruleKeyUse)
	}
	if rule.MaxActive != nil {
		ids = append(ids, ruleKeyCount)
	}
	return ids
}

// keyring is the access keys of one user while they are judged.
type keyring struct {
	*judging
	rule *resource.AccessKeyRule
	user string
	row  resource.ReportedUser
	keys []*accessKey
}

// accessKey is a key as it was looked at.
type accessKey struct {
	at     resource.Address
	active bool
	// created and used are its dates; used is zero for a key that never was.
	created, used time.Time
	// broken is true once it breaks a rule, and changed once a fix is for it. There is one fix for a key at most.
	broken, changed bool
}

// lastUse is when a key was used; one that never was counts from its creation.
func (k *accessKey) lastUse() time.Time { return latest(k.created, k.used) }

func (j *judging) keysOf(rule *resource.AccessKeyRule, user string, row resource.ReportedUser) *keyring {
	r := &keyring{judging: j, rule: rule, user: user, row: row}
	for _, a := range j.held(accessKeyKind, user) {
		key := j.State[a]
		created := when(key.Facts, resource.FactCreated)
		if created.IsZero() { // it would be older than any limit
			for _, rule := range askedOfKeys(rule) {
				j.unchecked(rule, "%s: its creation is not known", a)
			}
			continue
		}
		r.keys = append(r.keys, &accessKey{
			at: a, active: key.Settings.Text("status") == active, created: created, used: when(key.Facts, resource.FactUsed),
		})
	}
	return r
}

// judge applies the rules from the one that rests on a key's own age down to the one that weighs keys against each other, so
// that a key which goes anyway is not counted against another one.
func (r *keyring) judge() {
	var live []*accessKey
	for _, k := range r.keys {
		if k.active {
			live = append(live, k)
		} else {
			r.judgeInactive(k)
		}
	}
	for _, k := range live {
		r.judgeAge(k)
		r.judgeUse(k)
	}
	r.judgeCount(live)
	for _, k := range live {
		if !k.broken {
			r.warnOf(k)
		}
	}
}

// breaks records that a key breaks a rule.
func (r *keyring) breaks(k *accessKey, rule, seen string, since time.Time, advice string) *Violation {
	k.broken = true
	return r.violate(rule, k.at, seen, since, advice)
}

// deactivate gives a violation the fix that deactivates the key, unless the key has one or is to be left alone.
func (r *keyring) deactivate(k *accessKey, v *Violation, fix Fix) {
	why := r.sparedKey(r.user, k.id())
	switch {
	case k.changed:
		return
	case why != "":
		v.Seen += "; " + why
		return
	case r.returned():
		v.Seen += "; a key of the user was reactivated or deleted after the credential report, so the next one is waited for"
		return
	}
	k.changed = true
	fix.Address, fix.After, fix.Reason = k.at, resource.Object{"status": inactive}, v.Seen
	v.Fixes = []Fix{fix}
}

func (k *accessKey) id() string { return k.at.Parts(2)[1] }

func (r *keyring) judgeAge(k *accessKey) {
	age := r.Now.Sub(k.created)
	if r.rule.MaxAge == 0 || age < r.rule.MaxAge {
		return
	}
	v := r.breaks(k, ruleKeyAge, fmt.Sprintf("%s; the limit is %s", r.ageOf(k), length(r.rule.MaxAge)), k.created.Add(r.rule.MaxAge),
		"replace it: make a new key, have it used instead, and deactivate this one; a role needs no key at all")
	switch {
	case r.rule.Deactivate == 0:
	case age < r.rule.Deactivate && r.sparedKey(r.user, k.id()) == "":
		v.Seen += "; it will be deactivated on " + date(k.created.Add(r.rule.Deactivate)) + " at the latest"
	default:
		r.deactivate(k, v, Fix{})
	}
}

func (r *keyring) judgeUse(k *accessKey) {
	if r.rule.Unused == 0 || r.Now.Sub(k.lastUse()) < r.rule.Unused {
		return
	}
	v := r.breaks(k, ruleKeyUse, fmt.Sprintf("%s; the limit is %s", r.useOf(k), length(r.rule.Unused)), k.lastUse().Add(r.rule.Unused),
		"deactivate it, and delete it when nobody misses it")
	if r.rule.Deactivate != 0 {
		r.deactivate(k, v, Fix{RestsOnUse: true})
	}
}

func (r *keyring) ageOf(k *accessKey) string {
	return fmt.Sprintf("%s old, created %s", ageText(r.Now.Sub(k.created)), date(k.created))
}

func (r *keyring) useOf(k *accessKey) string {
	idle := ageText(r.Now.Sub(k.lastUse()))
	if k.used.IsZero() {
		return fmt.Sprintf("never used since it was created on %s, %s ago", date(k.created), idle)
	}
	return fmt.Sprintf("not used for %s, last on %s", idle, date(k.used))
}

// warnOf tells of a key that breaks no rule yet on which day it will be deactivated.
func (r *keyring) warnOf(k *accessKey) {
	advice := "replace it before that day: make a new key, have it used instead, and deactivate this one; a role needs no key at all"
	if r.rule.Warn == 0 || r.rule.Deactivate == 0 || r.sparedKey(r.user, k.id()) != "" {
		return
	}
	if r.rule.MaxAge != 0 && r.Now.Sub(k.created) >= r.rule.Warn {
		r.warn(ruleKeyAge, k.at, fmt.Sprintf("%s; it will be deactivated on %s", r.ageOf(k), date(k.created.Add(r.rule.Deactivate))), advice)
	}
	if r.rule.Unused != 0 && r.Now.Sub(k.lastUse()) >= idleWarning(r.rule) {
		r.warn(ruleKeyUse, k.at, fmt.Sprintf("%s; it will be deactivated on %s unless it is used", r.useOf(k), date(k.lastUse().Add(r.rule.Unused))),
			"deactivate it now if nobody needs it")
	}
}
