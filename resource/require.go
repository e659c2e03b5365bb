package resource

import "time"

// Requirements are the rules over a whole account that a file declares. A nil rule is not declared, and then nothing is said
// about what it would ask for. Ages and limits are durations of whole days or hours; zero means that none is set.
type Requirements struct {
	// Benchmark is the standard whose controls are shown first, as in "cis-7.0"; "" stands for the newest known one.
	Benchmark          string
	Root               *RootRule
	MFA                *MFARule
	AccessKeys         *AccessKeyRule
	Passwords          *PasswordRule
	Credentials        *CredentialRule
	Permissions        *PermissionRule
	Trust              *TrustRule
	UnusedRoles        *UnusedRoleRule
	SupportRole        *SupportRoleRule
	ServerCertificates *ServerCertificateRule
	CloudShell         *CloudShellRule
	Trail              *TrailRule
}

// Exception takes one user, group, role or policy out of a rule.
type Exception struct {
	// Subject is the object: iam_user/alice, iam_group/Admins, iam_role/BreakGlass or iam_policy/Legacy.
	Subject Address
	// Reason says why, for the reviewer; "" where the file gives none.
	Reason string
	// Until is the first moment at which the exception no longer holds; zero for one without an end.
	Until time.Time
}

// RootRule is what must hold for the root user.
type RootRule struct {
	// MFA is "any" for some device, "hardware" for one that is not virtual, "" for nothing asked.
	MFA string
	// NoAccessKeys asks that there be no access keys of root.
	NoAccessKeys bool
}

// MFARule asks users for a second factor.
type MFARule struct {
	// AllUsers asks everybody; otherwise only who has a console password.
	AllUsers bool
	// Enforce puts who has no device, and a console password, into a group that denies everything but enrolling.
	Enforce bool
	// Grace is how long after getting a password a user may be without a device before being put into the group.
	Grace time.Duration
	// RemoveUnassigned deletes virtual devices that belong to nobody, which abandoned enrolments leave behind; otherwise
	// they are reported.
	RemoveUnassigned bool
	Exceptions       []Exception
}

// AccessKeyRule limits age, use and number of access keys.
type AccessKeyRule struct {
	// MaxAge is the age from which an active key is too old.
	MaxAge time.Duration
	// MaxActive is how many active keys a user may have; nil where nothing is asked.
	MaxActive *int
	// Unused is how long an active key may go without being used; a key that never was counts from its creation.
	Unused time.Duration
	// The ladder: ages of a key at which it is warned of, deactivated and deleted. Zero leaves the rung out; without
	// Deactivate the rule only reports.
	Warn, Deactivate, Delete time.Duration
	Exceptions               []Exception
}

// PasswordRule limits how long a console password may go without being used.
type PasswordRule struct {
	Unused time.Duration
	// Remove deletes the password of who has not used it; otherwise it is reported.
	Remove     bool
	Exceptions []Exception
}

// CredentialRule is about the credentials beside passwords and access keys. A nil member is not declared.
type CredentialRule struct {
	SSHKeys, ServiceSpecific, SigningCertificates *CredentialLimit
	Exceptions                                    []Exception
}

// CredentialLimit limits one sort of credential.
type CredentialLimit struct {
	// MaxAge is the age from which an active one is too old.
	MaxAge time.Duration
	// Unused is how long one may go without being used. AWS tells no use of these credentials, so it is never judged, and
	// said to be not checked.
	Unused time.Duration
	// ReportOnly keeps the rule from deactivating what is too old.
	ReportOnly bool
}

// PermissionRule is about who may hold which permissions.
type PermissionRule struct {
	// GroupsOnly asks that no user have policies but through groups.
	GroupsOnly bool
	// NoAdmin asks that nobody be allowed everything on everything.
	NoAdmin bool
	// ReportServiceWildcards reports own policies that allow all actions of a service.
	ReportServiceWildcards bool
	// BoundaryFor lists who must have the boundary: "users", "roles", or single ones as in iam_user/alice.
	BoundaryFor []string
	// Boundary is the reference to that policy, as in the boundary of a user.
	Boundary string
	// Fix sets missing boundaries, and moves direct grants to Groups.
	Fix bool
	// Groups names, by the reference to a policy, the group that a user with that policy shall join instead.
	Groups     map[string]string
	Exceptions []Exception
}

// TrustRule is about who may assume roles.
type TrustRule struct {
	// Accounts are the ids of the accounts that may be trusted beside the own one; nil where nothing is asked, empty for none.
	Accounts []string
	// Services are the service principals that may be trusted; nil for any.
	Services []string
	// ExternalID asks for a condition on sts:ExternalId wherever another account is trusted.
	ExternalID bool
	// NoPublic asks that no role trust everybody.
	NoPublic   bool
	Exceptions []Exception
}

// UnusedRoleRule reports roles that nobody has assumed for long.
type UnusedRoleRule struct {
	After      time.Duration
	Exceptions []Exception
}

// SupportRoleRule asks for a role for cases with AWS Support: one with the policy AWSSupportAccess that Principals may assume.
type SupportRoleRule struct {
	// Principals are ARNs, all of which some such role must trust; empty for whomever.
	Principals []string
}

// ServerCertificateRule asks that expired server certificates be removed.
type ServerCertificateRule struct{ NoExpired bool }

// CloudShellRule asks that nobody have the policy AWSCloudShellFullAccess.
type CloudShellRule struct {
	Forbidden  bool
	Exceptions []Exception
}

// TrailRule asks that the account be recorded by some trail that has all that is asked, be it ours or not.
type TrailRule struct {
	// MultiRegion asks that it record all Regions.
	MultiRegion bool
	// Validation asks for digests, by which log files can be validated.
	Validation bool
	// KMS asks that its log files be encrypted with a key of KMS.
	KMS bool
	// Logs asks that it also deliver to CloudWatch Logs.
	Logs bool
	// BucketPrivate asks that its bucket be closed to the public, BucketLogged that accesses to it be logged.
	BucketPrivate, BucketLogged bool
	// ManagementEvents is which of those it must record: "all", "read" or "write"; "" for nothing asked.
	ManagementEvents string
	// S3DataEvents is which accesses to the objects of all buckets it must record: "all", "read" or "write"; "" for nothing asked.
	S3DataEvents string
	// Alarms asks that somebody be told of what the CIS benchmark has watched: see package trail.
	Alarms bool
}
