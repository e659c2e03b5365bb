package requirements

import (
	"slices"

	"baseline/resource"
)

// OwnPath is the path of what the rules act through.
const OwnPath = "/baseline/"

// ownName is the name of the group of users who must enrol an MFA device, and of the policy on it.
const ownName = "baseline-require-mfa"

// The objects that the rules keep, all or none of them.
var (
	ownGroup      = resource.At(groupKind, ownName)
	ownPolicy     = resource.At(policyKind, ownName)
	ownAttachment = resource.At(attachmentKind, "group", ownName, ownName)
)

// ownDocument denies everything but enrolling a device to whoever came without MFA, and allows that much.
//
// BoolIfExists also holds where the key is missing, as it is for requests signed by an access key; with Bool those would get
// through. What is exempt is what AWS's guide exempts for enrolling, and
//   - iam:ChangePassword and iam:GetAccountPasswordPolicy, without which nobody gets past a first sign-in that asks for a new
//     password, and so never as far as enrolling;
//   - iam:GetMFADevice, which the console's page asks for.
//
// Removing a device is not exempt: who has stolen a password must not be able to start afresh. A user with a path has it in
// the ARN, hence two resources for one's own user. The partition is a wildcard because a file says nothing about it.
const ownDocument resource.Document = `{"Version":"2012-10-17","Statement":[` +
	`{"Sid":"EnrolOwnDevice","Effect":"Allow",` +
	`"Action":["iam:ChangePassword","iam:EnableMFADevice","iam:GetMFADevice","iam:GetUser","iam:ListMFADevices","iam:ResyncMFADevice"],` +
	`"Resource":["arn:*:iam::*:user/${aws:username}","arn:*:iam::*:user/*/${aws:username}"]},` +
	`{"Sid":"CreateDevice","Effect":"Allow","Action":"iam:CreateVirtualMFADevice","Resource":"arn:*:iam::*:mfa/*"},` +
	`{"Sid":"SeeWhatIsNeeded","Effect":"Allow","Action":["iam:GetAccountPasswordPolicy","iam:ListVirtualMFADevices"],"Resource":"*"},` +
	`{"Sid":"DenyAllElseWithoutMFA","Effect":"Deny",` +
	`"NotAction":["iam:ChangePassword","iam:CreateVirtualMFADevice","iam:EnableMFADevice","iam:GetAccountPasswordPolicy",` +
	`"iam:GetMFADevice","iam:GetUser","iam:ListMFADevices","iam:ListVirtualMFADevices","iam:ResyncMFADevice","sts:GetSessionToken"],` +
	`"Resource":"*","Condition":{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}}}]}`

// Objects are what the rules act through and keep themselves, as if the file declared them: the group of users without MFA,
// the policy on it, and the attachment between the two. None when no rule asks for them.
func Objects(rules *resource.Requirements) map[resource.Address]resource.Object {
	if rules == nil || rules.MFA == nil || !rules.MFA.Enforce {
		return nil
	}
	return map[resource.Address]resource.Object{
		ownGroup:      {"path": OwnPath},
		ownPolicy:     {"path": OwnPath, "document": ownDocument},
		ownAttachment: {},
	}
}

// Own reports whether an object is the rules' own: one of [Objects], or a membership in their group. A file's complete list
// of a user's groups says nothing about those.
func Own(a resource.Address) bool {
	if a.Kind == membershipKind {
		return a.Parts(2)[1] == ownName
	}
	return a == ownGroup || a == ownPolicy || a == ownAttachment
}

// restricted reports whether a user is in the rules' own group.
func (j *judging) restricted(user string) bool { return slices.Contains(j.groupsOf[user], ownName) }

// OwnGroup names the group that the rules keep, and the policy on it.
func OwnGroup() (group, policy resource.Address) { return ownGroup, ownPolicy }
