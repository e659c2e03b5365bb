package resource

import (
	"fmt"
	"strings"
	"time"
)

// Evidence is what requirements judge an account by beside its objects: dates, uses, and what the root user has.
// Times are in UTC; a zero one means never, or unknown where the field says so.
type Evidence struct {
	Caller Caller
	Root   Root
	// Users says when each user was created, by name.
	Users map[string]time.Time
	// Roles says when each role was created and used, by name.
	Roles map[string]RoleUse
	// Report is the credential report; nil when nothing asked for it.
	Report *CredentialReport
	// ServerCertificates are read only when something asks for them.
	ServerCertificates []ServerCertificate
	// Watched are the metric filters of the log groups that trails deliver to, by the group's address. Read only when something
	// asks for them.
	Watched map[Address][]MetricFilter
}

// MetricFilter counts the lines of a log group that fit a pattern, by a metric that alarms may look at.
type MetricFilter struct {
	Name, Pattern string
	Alarms        []Alarm
}

// Alarm looks at a metric.
type Alarm struct {
	Name string
	// Enabled is true where the alarm does something when it goes off.
	Enabled bool
	// Topics are the ARNs of the topics that it tells, and Told is how many confirmed subscriptions these have.
	Topics []string
	Told   int
}

// Caller is who reads the account.
type Caller struct {
	ARN string
	// AccessKey is the id of the key that signs the calls; a temporary one begins with ASIA.
	AccessKey string
}

// Principal is the user or role that calls, iam_user/alice or iam_role/Deploy; the zero address for root and others. The forms
// of ARNs are those of https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html.
func (c Caller) Principal() Address {
	parts := strings.SplitN(c.ARN, ":", 6)
	sort, path, _ := strings.Cut(parts[len(parts)-1], "/")
	switch names := strings.Split(path, "/"); sort {
	case "user":
		return At("iam_user", names[len(names)-1]) // what stands before the name is its path
	case "assumed-role":
		return At("iam_role", names[0]) // what follows is the name of the session
	}
	return Address{}
}

// Signs reports whether the calls may be signed with this access key of a user. Which key of a user a temporary one was made
// with, nobody can tell.
func (c Caller) Signs(user, key string) bool {
	if c.AccessKey == key {
		return true
	}
	return c.Principal() == At("iam_user", user) && !strings.HasPrefix(c.AccessKey, "AKIA")
}

// Root is what the root user has, by the account summary.
type Root struct {
	Password, MFA bool
	AccessKeys    int
	Certificates  int
	// VirtualMFA is true where a device of root is a virtual one. It is read only when something asks for it.
	VirtualMFA bool
}

// RoleHistory is how far AWS looks back for the last use of a role (RoleLastUsed in the IAM model).
const RoleHistory = 400 * 24 * time.Hour

// RoleUse is when a role was created and used.
type RoleUse struct {
	Created time.Time
	// Used is zero for a role that was not used within the 400 days that AWS looks back.
	Used time.Time
}

// ServerCertificate is a certificate kept in IAM for load balancers and the like.
type ServerCertificate struct {
	Name    string
	Expires time.Time
}

// CredentialReport is AWS's own list of the credentials of all users. It is up to four hours old and names no key.
type CredentialReport struct {
	// At is when AWS made it.
	At    time.Time
	Users map[string]ReportedUser
}

// ReportedUser is a row of the report.
type ReportedUser struct {
	Created time.Time
	// Password is true for a user with a console password.
	Password bool
	// PasswordChanged is when it was set; PasswordUsed is zero for a password that was never used, or not since October 2014.
	PasswordChanged, PasswordUsed time.Time
	// MFA is true for a user with a device of any sort.
	MFA bool
	// Keys are the two places for access keys. Which key is in which place the report does not say.
	Keys [2]ReportedKey
	// Certificates are the two places for signing certificates, which know no use.
	Certificates [2]ReportedKey
}

// ReportedKey is a credential in the report.
type ReportedKey struct {
	Active bool
	// Rotated is when it was made or last changed its status, zero where there is none.
	Rotated time.Time
	// Used is when it was last used, to the quarter of an hour; zero for never.
	Used time.Time
}

// Needs says which costly evidence must be read, beside what every read of an account shows.
type Needs struct {
	// Report asks for the credential report.
	Report bool
	// RootMFA asks which sort of device root has.
	RootMFA bool
	// ServerCertificates asks for those.
	ServerCertificates bool
	// Watched asks for the metric filters of the log groups of trails, and who is told by their alarms.
	Watched bool
	// Kinds are the kinds with Type.Extra that must be read.
	Kinds []Kind
}

// Ground is something that was seen, and that a change rests on without changing it: that a user has no MFA device, or
// that another key of the user is active. It must still hold just before the change is made.
type Ground struct {
	// Look is what was looked at: an object, or everything of a kind with Type.Held that a user holds, as iam_access_key/alice.
	Look Address `json:"look"`
	// Found are the objects that were there and must still be, with the facts named. Empty: none was there, and none may be.
	Found map[Address]Resource `json:"found,omitempty"`
}

// Check compares the ground with what a look has now found there and returns an error that says what differs.
func (g Ground) Check(now State) error {
	if len(g.Found) == 0 {
		for a := range now {
			if g.covers(a) {
				return fmt.Errorf("%s is there now", a.Plain())
			}
		}
		return nil
	}
	for a, was := range g.Found {
		found, ok := now[a]
		if !ok || found.Settings == nil {
			return fmt.Errorf("%s is gone", a.Plain())
		}
		for name, value := range was.Settings {
			if fmt.Sprint(found.Settings[name]) != fmt.Sprint(value) {
				return fmt.Errorf("%s has changed: %s %v -> %v", a.Plain(), name, value, found.Settings[name])
			}
		}
		for name, value := range was.Facts {
			switch {
			case name == FactLooked || found.Facts[name] == value:
			case name == FactUsed:
				return fmt.Errorf("%s has been used since", a.Plain())
			default:
				return fmt.Errorf("%s has changed: %s %q -> %q", a.Plain(), name, value, found.Facts[name])
			}
		}
	}
	return nil
}

// covers reports whether a look at the ground would show the object.
func (g Ground) covers(a Address) bool {
	return a == g.Look || a.Kind == g.Look.Kind && a.Parts(2)[0] == g.Look.Name
}
