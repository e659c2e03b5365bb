package requirements

import (
	"fmt"
	"strings"
	"time"

	"baseline/resource"
	"baseline/trail"
)

// degree is how strictly something is asked for, by a file or by a control.
type degree struct {
	// strict grows with strictness. Degrees of one rule compare, those of different rules do not.
	strict int
	// text follows "asks for"; "" where there is only one degree.
	text string
}

func atLeast(n int, what string) degree { return degree{n, fmt.Sprintf("at least %d %s", n, what)} }

func atMost(n int, what string) degree { return degree{-n, fmt.Sprintf("at most %d %s", n, what)} }

const day = 24 * time.Hour

func within(limit time.Duration) degree {
	return degree{-int(limit / time.Hour), "at most " + length(limit)}
}

// length writes a duration as files do.
func length(d time.Duration) string {
	if d%day == 0 {
		return fmt.Sprintf("%dd", d/day)
	}
	return fmt.Sprintf("%dh", d/time.Hour)
}

// The degrees of the rules that are no numbers.
var (
	plain        = degree{}
	anyDevice    = degree{1, "a device of any sort"}
	hardware     = degree{2, "a hardware device"}
	consoleUsers = degree{1, "MFA of users with a password"}
	allUsers     = degree{2, "MFA of all users"}

	readManagement  = degree{1, "management events that read"}
	writeManagement = degree{1, "management events that write"}
	allManagement   = degree{2, "all management events"}
	anyAlarms       = degree{1, "alarms on what some trail records"}
	fullAlarms      = degree{2, "alarms on all management events of all Regions"}
)

// declaration says by rule how strictly a file asks for it. A rule that is not in it is not declared.
type declaration map[string]degree

func (d declaration) flag(rule string, on bool) {
	if on {
		d[rule] = plain
	}
}

func (d declaration) limit(rule string, limit time.Duration) {
	if limit > 0 {
		d[rule] = within(limit)
	}
}

// declared collects what a file asks for.
func (a Asked) declared() declaration {
	d := declaration{}
	d.passwordPolicy(a.PasswordPolicy)
	if a.Requirements == nil {
		return d
	}
	if r := a.Root; r != nil {
		switch r.MFA {
		case "any":
			d["root.mfa"] = anyDevice
		case "hardware":
			d["root.mfa"], d["root.mfa.hardware"] = hardware, plain
		}
		d.flag("root.access_keys", r.NoAccessKeys)
	}
	if r := a.MFA; r != nil {
		d["mfa"], d["mfa.unassigned"] = consoleUsers, plain
		if r.AllUsers {
			d["mfa"] = allUsers
		}
	}
	if r := a.AccessKeys; r != nil {
		d.limit("access_keys.max_age", r.MaxAge)
		d.limit("access_keys.unused", r.Unused)
		if r.MaxActive != nil {
			d["access_keys.max_active"] = atMost(*r.MaxActive, "active per user")
		}
	}
	if r := a.Passwords; r != nil {
		d.limit("passwords.unused", r.Unused)
	}
	if r := a.Credentials; r != nil {
		d.credentials("credentials.ssh_keys", r.SSHKeys)
		d.credentials("credentials.service_specific", r.ServiceSpecific)
		d.credentials("credentials.signing_certificates", r.SigningCertificates)
	}
	if r := a.Permissions; r != nil {
		d.flag("permissions.users", r.GroupsOnly)
		d.flag("permissions.admin", r.NoAdmin)
		d.flag("permissions.service_wildcards", r.ReportServiceWildcards)
		d.flag("permissions.boundary", r.Boundary != "")
	}
	if r := a.Trust; r != nil {
		d.flag("trust.accounts", r.Accounts != nil)
		d.flag("trust.services", r.Services != nil)
		d.flag("trust.external_id", r.ExternalID)
		d.flag("trust.public", r.NoPublic)
	}
	if r := a.UnusedRoles; r != nil {
		d.limit("unused_roles", r.After)
	}
	d.flag("support_role", a.SupportRole != nil)
	d.flag("server_certificates", a.ServerCertificates != nil && a.ServerCertificates.NoExpired)
	d.flag("cloudshell_full_access", a.CloudShell != nil && a.CloudShell.Forbidden)
	if a.Trail != nil {
		d.trail(a.Trail)
	}
	return d
}

func (d declaration) trail(r *resource.TrailRule) {
	d[ruleTrail], d[ruleDelivery] = plain, plain
	for _, simple := range simpleRules {
		d.flag(simple.rule, simple.asked(r))
	}
	d.flag(ruleBucketPrivate, r.BucketPrivate)
	d.flag(ruleBucketLogged, r.BucketLogged)
	switch r.ManagementEvents {
	case "all":
		d[ruleManagement] = allManagement
	case "read":
		d[ruleManagement] = readManagement
	case "write":
		d[ruleManagement] = writeManagement
	}
	d.flag(ruleObjectWrites, asksFor(r.S3DataEvents, false))
	d.flag(ruleObjectReads, asksFor(r.S3DataEvents, true))
	if !r.Alarms {
		return
	}
	alarms := anyAlarms
	if r.MultiRegion && r.ManagementEvents == "all" {
		alarms = fullAlarms
	}
	for _, w := range trail.Watches() {
		d[alarmRule(w)] = alarms
	}
}

func (d declaration) credentials(rule string, r *resource.CredentialLimit) {
	if r != nil {
		d.limit(rule, r.MaxAge)
		d.limit(rule+".unused", r.Unused)
	}
}

func (d declaration) passwordPolicy(p resource.Object) {
	if n := p.Number("min_length"); n > 0 {
		d["password_policy.min_length"] = atLeast(n, "characters")
	}
	if n := p.Number("reuse_prevention"); n > 0 {
		d["password_policy.reuse_prevention"] = atLeast(n, "old passwords")
	}
	if days := p.Number("max_age"); days > 0 {
		d["password_policy.max_age"] = within(time.Duration(days) * day)
	}
	for _, sort := range characterSorts {
		d.flag("password_policy."+sort.setting, p.Flag(sort.setting))
	}
}

// key is where a file asks for a rule.
func key(rule string) string {
	for _, sort := range characterSorts {
		if rule == "password_policy."+sort.setting {
			return "password_policy.require: " + sort.word
		}
	}
	switch {
	case strings.HasPrefix(rule, "password_policy."):
		return rule
	case strings.HasPrefix(rule, alarmRules):
		return "require.trail.alarms"
	case rule == ruleObjectWrites:
		return "require.trail.s3_data_events: write"
	case rule == ruleObjectReads:
		return "require.trail.s3_data_events: read"
	}
	return "require." + rule
}

// exceptions collects the exceptions of a file by the section of the rules that they are from.
func (a Asked) exceptions() map[string][]resource.Exception {
	out := map[string][]resource.Exception{}
	if a.Requirements == nil {
		return out
	}
	if r := a.MFA; r != nil {
		out["mfa"] = r.Exceptions
	}
	if r := a.AccessKeys; r != nil {
		out["access_keys"] = r.Exceptions
	}
	if r := a.Passwords; r != nil {
		out["passwords"] = r.Exceptions
	}
	if r := a.Credentials; r != nil {
		out["credentials"] = r.Exceptions
	}
	if r := a.Permissions; r != nil {
		out["permissions"] = r.Exceptions
	}
	if r := a.Trust; r != nil {
		out["trust"] = r.Exceptions
	}
	if r := a.UnusedRoles; r != nil {
		out["unused_roles"] = r.Exceptions
	}
	if r := a.CloudShell; r != nil {
		out["cloudshell_full_access"] = r.Exceptions
	}
	return out
}
