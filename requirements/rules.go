package requirements

import (
	"slices"
	"strings"

	"baseline/resource"
	"baseline/trail"
)

// rule is one thing that a file can ask for.
type rule struct {
	// id is its name in findings.
	id       string
	title    string
	severity resource.Severity
}

// rules are all rules, in the order in which they are shown.
var rules = slices.Concat([]rule{
	{"root.mfa", "root has MFA", resource.Critical},
	{"root.mfa.hardware", "the MFA of root is hardware", resource.Critical},
	{"root.access_keys", "root has no access key", resource.Critical},
	{"mfa", "users have MFA", resource.High},
	{"mfa.unassigned", "virtual MFA devices are assigned", resource.Low},
	{"access_keys.max_age", "access keys are rotated", resource.Medium},
	{"access_keys.unused", "access keys are used", resource.Medium},
	{"access_keys.max_active", "users have no more active access keys than allowed", resource.Medium},
	{"passwords.unused", "console passwords are used", resource.Medium},
	{"credentials.ssh_keys", "SSH keys are rotated", resource.Medium},
	{"credentials.ssh_keys.unused", "SSH keys are used", resource.Medium},
	{"credentials.service_specific", "service-specific credentials are rotated", resource.Medium},
	{"credentials.service_specific.unused", "service-specific credentials are used", resource.Medium},
	{"credentials.signing_certificates", "signing certificates are rotated", resource.Medium},
	{"credentials.signing_certificates.unused", "signing certificates are used", resource.Medium},
	{"permissions.users", "users have permissions through groups only", resource.Low},
	{"permissions.admin", "nobody is allowed everything", resource.Critical},
	{"permissions.service_wildcards", "policies do not allow all actions of a service", resource.Low},
	{"permissions.boundary", "principals have the permissions boundary", resource.Medium},
	{"trust.accounts", "roles trust listed accounts only", resource.High},
	{"trust.services", "roles trust listed services only", resource.Medium},
	{"trust.external_id", "roles ask other accounts for an external id", resource.High},
	{"trust.public", "no role trusts everybody", resource.Critical},
	{"unused_roles", "roles are used", resource.Low},
	{"support_role", "there is a role for AWS Support", resource.Low},
	{"server_certificates", "expired server certificates are removed", resource.High},
	{"cloudshell_full_access", "AWSCloudShellFullAccess is not attached", resource.Medium},
	{"password_policy.min_length", "passwords are long enough", resource.Medium},
	{"password_policy.reuse_prevention", "old passwords cannot be used again", resource.Medium},
	{"password_policy.uppercase", "passwords have upper-case letters", resource.Medium},
	{"password_policy.lowercase", "passwords have lower-case letters", resource.Medium},
	{"password_policy.symbols", "passwords have symbols", resource.Medium},
	{"password_policy.numbers", "passwords have digits", resource.Medium},
	{"password_policy.max_age", "passwords expire", resource.Low},
	{ruleTrail, "there is a trail that logs", resource.High},
	{ruleDelivery, "what trails record arrives", resource.High},
	{ruleMultiRegion, "the trail records all Regions", resource.High},
	{ruleManagement, "the trail records management events", resource.High},
	{"trail.validation", "the trail's log files can be validated", resource.Medium},
	{"trail.kms", "the trail's log files are encrypted with a key of KMS", resource.Medium},
	{"trail.logs", "the trail delivers to CloudWatch Logs", resource.Low},
	{ruleBucketPrivate, "the trail's bucket is closed to the public", resource.Critical},
	{ruleBucketLogged, "accesses to the trail's bucket are logged", resource.Medium},
	{ruleObjectWrites, "the trail records what writes objects of buckets", resource.Low},
	{ruleObjectReads, "the trail records what reads objects of buckets", resource.Low},
}, rulesOfAlarms())

// rulesOfAlarms are one for each thing that the benchmark has watched.
func rulesOfAlarms() []rule {
	var out []rule
	for _, w := range trail.Watches() {
		out = append(out, rule{alarmRule(w), "somebody is told of " + w.Title, resource.Medium})
	}
	return out
}

// endedSuffix makes the name of the rule's exceptions out of the name of a section of rules.
const endedSuffix = ".exceptions"

// section is the key of the file under which the exceptions to a rule stand: access_keys for access_keys.max_age. A device that
// belongs to nobody has none.
func section(id string) string {
	if id == "mfa.unassigned" {
		return ""
	}
	name, _, _ := strings.Cut(id, ".")
	return name
}

// foundations are what must hold for a rule to be able to: nothing holds of a trail where there is none, and of alarms none where
// nobody has agreed to be told. They are none for what stands alone. A violation of one of them stands for one of each rule that rests
// on it, so that the same is not said many times over.
func foundations(id string) []string {
	switch {
	case strings.HasPrefix(id, alarmRules):
		return []string{ruleTrail, ruleAlarms}
	case section(id) == ruleTrail && id != ruleTrail:
		return []string{ruleTrail}
	}
	return nil
}

// IsRule reports whether a finding of this name is a requirement's, be it that an exception to it has ended.
func IsRule(id string) bool { return rank(id) >= 0 }

// rank is the place of a rule among all; an exception stands with what it is from.
func rank(id string) int {
	id = strings.TrimSuffix(id, endedSuffix)
	return slices.IndexFunc(rules, func(r rule) bool { return r.id == id || strings.HasPrefix(r.id, id+".") })
}

// Severity is how bad it is to break a rule. An exception that has ended is a reviewer's concern. Who will break a rule soon has a lower
// one.
func Severity(id string) resource.Severity {
	if i := slices.IndexFunc(rules, func(r rule) bool { return r.id == id }); i >= 0 {
		return rules[i].severity
	}
	return resource.Medium
}
