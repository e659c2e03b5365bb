package requirements

import (
	"fmt"
	"strings"
	"time"

	"baseline/resource"
)

// maxGroups is how many groups a user can be in. AWS does not raise it.
const maxGroups = 10

const (
	ruleMFA        = "mfa"
	ruleUnassigned = "mfa.unassigned"
)

// mfa asks users for a device. Where that is enforced, whoever has a console password and no device joins a group that denies
// everything but enrolling one, and leaves it when done.
func (j *judging) mfa() {
	rule := j.asked.MFA
	if rule == nil {
		return
	}
	j.expired(ruleMFA, rule.Exceptions)
	j.unassignedDevices(rule)
	report := j.report(ruleMFA)
	if report == nil {
		return
	}
	for _, user := range j.users {
		row, reported := report.Users[user]
		suspect := reported && !row.MFA && (row.Password || rule.AllUsers)
		excepted := j.excepted(rule.Exceptions, resource.At(userKind, user))
		if suspect && !excepted || j.restricted(user) {
			j.userMFA(rule, user, excepted)
		}
	}
}

// factors are what a user signs in to the console with.
type factors struct {
	user string
	// profile is the console password, a zero address where there is none.
	profile resource.Address
	// created is when the password was given to the user.
	created time.Time
	devices []resource.Address
}

func (j *judging) factors(user string) (f factors, looked bool) {
	// Both are asked for in one go, so that there is one round of looks.
	password, device := j.known(loginProfileKind, user), j.known(mfaDeviceKind, user)
	if !password || !device {
		return factors{}, false
	}
	f = factors{user: user, devices: j.held(mfaDeviceKind, user)}
	for _, profile := range j.held(loginProfileKind, user) {
		f.profile, f.created = profile, when(j.State[profile].Facts, resource.FactCreated)
	}
	return f, true
}

func (f factors) password() bool { return !f.profile.IsZero() }

// userMFA judges a user who seems to have no device, or who is in the group.
func (j *judging) userMFA(rule *resource.MFARule, user string, excepted bool) {
	if excepted {
		j.leave(user, Fix{Reason: "the file excepts the user from the rule"})
		return
	}
	f, looked := j.factors(user)
	if !looked {
		return
	}
	if len(f.devices) == 0 && (f.password() || rule.AllUsers) {
		j.withoutMFA(rule, f)
	}
	if j.restricted(user) {
		j.release(rule, f)
	}
}

// release lets a member of the group go for whom it is not meant, or no longer.
func (j *judging) release(rule *resource.MFARule, f factors) {
	switch {
	case !rule.Enforce:
		j.leave(f.user, Fix{Reason: "the file does not enforce MFA"})
	case len(f.devices) > 0:
		found := map[resource.Address]resource.Resource{}
		for _, device := range f.devices {
			found[device] = resource.Resource{}
		}
		ground := resource.Ground{Look: resource.At(mfaDeviceKind, f.user), Found: found}
		j.leave(f.user, Fix{Reason: "the user has an MFA device", Grounds: []resource.Ground{ground}})
	case !f.password():
		ground := resource.Ground{Look: resource.At(loginProfileKind, f.user)}
		j.leave(f.user, Fix{Reason: "the user has no console password", Grounds: []resource.Ground{ground}})
	case j.removesPassword(f.user):
		j.leave(f.user, Fix{Reason: "the user's console password is removed", Waits: []resource.Address{f.profile}})
	}
}

// leave takes a user out of the group, unless the user belongs to another tool. The fix says why, and on what that rests.
func (j *judging) leave(user string, fix Fix) {
	if j.ownerOf(user) == "" {
		fix.Address = resource.At(membershipKind, user, ownName)
		j.out.Fixes = append(j.out.Fixes, fix)
	}
}

// withoutMFA records a user without a device.
func (j *judging) withoutMFA(rule *resource.MFARule, f factors) {
	seen, since := "has a console password and no MFA device", f.created
	advice := "enrol a device: sign in" + j.signInPage() + ", open Security credentials, choose Assign MFA device; or take the password away"
	if !f.password() {
		seen, since = "has no MFA device", j.Evidence.Users[f.user]
		advice = "assign a device to the user, or make an exception for a user that is no person"
	}
	v := j.violate(ruleMFA, resource.At(userKind, f.user), seen, since, advice)
	if rule.Enforce && f.password() {
		j.enforceMFA(rule, f, v)
	}
}

// enforceMFA puts a user with a password and no device into the group, or says why not, or not yet.
func (j *judging) enforceMFA(rule *resource.MFARule, f factors, v *Violation) {
	until := f.created.Add(rule.Grace)
	owner := j.ownerOf(f.user)
	switch {
	case owner != "":
		v.Seen += fmt.Sprintf("; does not join %s because the user belongs to %s", ownName, owner)
	case j.removesPassword(f.user):
		v.Seen += "; the password is removed because it is not used"
	case j.restricted(f.user):
		v.Seen += "; is in " + ownName
	case j.runs(resource.At(userKind, f.user)):
		v.Seen += fmt.Sprintf("; does not join %s because this user runs this and would lock itself out", ownName)
	case len(j.groupsOf[f.user]) >= maxGroups:
		v.Seen += fmt.Sprintf("; cannot join %s because it is in %d groups, and %d are the most", ownName, len(j.groupsOf[f.user]), maxGroups)
	case f.created.IsZero() && rule.Grace > 0:
		v.Seen += fmt.Sprintf("; does not join %s because it is not known since when it has the password", ownName)
	case j.Now.Before(until):
		v.Seen += fmt.Sprintf("; joins %s on %s", ownName, date(until))
	default:
		reason := fmt.Sprintf("console password since %s and no MFA device", date(f.created))
		if rule.Grace > 0 {
			reason += fmt.Sprintf("; %s of grace ended on %s", length(rule.Grace), date(until))
		}
		v.Fixes = []Fix{{
			Address: resource.At(membershipKind, f.user, ownName),
			After:   resource.Object{},
			Reason:  reason,
			Grounds: []resource.Ground{
				{Look: resource.At(mfaDeviceKind, f.user)},
				{Look: f.profile, Found: map[resource.Address]resource.Resource{
					f.profile: {Facts: resource.Facts{resource.FactCreated: j.State[f.profile].Facts[resource.FactCreated]}},
				}},
			},
		}}
	}
}

// signInPage is where the users of the account sign in, as an addition to a sentence; "" outside the standard partition,
// where it is elsewhere.
func (j *judging) signInPage() string {
	if !strings.HasPrefix(j.Evidence.Caller.ARN, "arn:aws:") {
		return ""
	}
	return " at https://" + j.Account + ".signin.aws.amazon.com/console"
}

// unassignedDevices finds what an enrolment leaves behind that nobody finished. A user cannot enrol under the name of such a
// device again until it is gone.
func (j *judging) unassignedDevices(rule *resource.MFARule) {
	for _, a := range j.State.Addresses() {
		if a.Kind != virtualMFAKind {
			continue
		}
		v := j.violate(ruleUnassigned, a, "belongs to nobody", time.Time{},
			"delete it, unless somebody is enrolling it just now")
		if rule.RemoveUnassigned {
			v.Fixes = []Fix{{Address: a, Reason: "belongs to nobody: an enrolment that was not finished left it behind"}}
		}
	}
}
