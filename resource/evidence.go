package resource

import (
	"fmt"
	"strings"
	"time"
)

// Evidence is what requirements judge an account by beside its objects: dates, uses, and what the root user has.
// Times are in UTC; a zero one means never, or unknown where the field says so.
type Evidence struct {
	Caller Caller `json:"caller,omitzero"`
	Root   Root   `json:"root,omitzero"`
	// Users says when each user was created, by name.
	Users map[string]time.Time `json:"users,omitzero"`
	// Roles says when each role was created and used, by name.
	Roles map[string]RoleUse `json:"roles,omitzero"`
	// Report is the credential report; nil when nothing asked for it.
	Report *CredentialReport `json:"report,omitzero"`
	// ServerCertificates are read only when something asks for them.
	ServerCertificates []ServerCertificate `json:"server_certificates,omitzero"`
	// Watched are the metric filters of the log groups that trails deliver to, by the group's address. Read only when something
	// asks for them.
	Watched map[Address][]MetricFilter `json:"watched,omitzero"`
}

// MetricFilter counts the lines of a log group that fit a pattern, by a metric that alarms may look at.
type MetricFilter struct {
	Name    string  `json:"name,omitzero"`
	Pattern string  `json:"pattern,omitzero"`
	Alarms  []Alarm `json:"alarms,omitzero"`
}

// Alarm looks at a metric.
type Alarm struct {
	Name string `json:"name,omitzero"`
	// Enabled is true where the alarm does something when it goes off.
	Enabled bool `json:"enabled,omitzero"`
	// Told is how many confirmed subscriptions its topics have.
	Told int `json:"told,omitzero"`
}

// Caller is who reads the account.
type Caller struct {
	ARN string `json:"arn,omitzero"`
	// AccessKey is the id of the key that signs the calls; a temporary one begins with ASIA.
	AccessKey string `json:"access_key,omitzero"`
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
	Password     bool `json:"password,omitzero"`
	MFA          bool `json:"mfa,omitzero"`
	AccessKeys   int  `json:"access_keys,omitzero"`
	Certificates int  `json:"certificates,omitzero"`
	// VirtualMFA is true where a device of root is a virtual one. It is read only when something asks for it.
	VirtualMFA bool `json:"virtual_mfa,omitzero"`
}

// RoleHistory is how far AWS looks back for the last use of a role (RoleLastUsed in the IAM model).
const RoleHistory = 400 * 24 * time.Hour

// RoleUse is when a role was created and used.
type RoleUse struct {
	Created time.Time `json:"created,omitzero"`
	// Used is zero for a role that was not used within the 400 days that AWS looks back.
	Used time.Time `json:"used,omitzero"`
}

// ServerCertificate is a certificate kept in IAM for load balancers and the like.
type ServerCertificate struct {
	Name    string    `json:"name,omitzero"`
	Expires time.Time `json:"expires,omitzero"`
}

// CredentialReport is AWS's own list of the credentials of all users. It is up to four hours old and names no key.
type CredentialReport struct {
	// At is when AWS made it.
	At    time.Time               `json:"at,omitzero"`
	Users map[string]ReportedUser `json:"users,omitzero"`
}

// ReportedUser is a row of the report.
type ReportedUser struct {
	Created time.Time `json:"created,omitzero"`
	// Password is true for a user with a console password.
	Password bool `json:"password,omitzero"`
	// PasswordChanged is when it was set; PasswordUsed is zero for a password that was never used, or not since October 2014.
	PasswordChanged time.Time `json:"password_changed,omitzero"`
	PasswordUsed    time.Time `json:"password_used,omitzero"`
	// MFA is true for a user with a device of any sort.
	MFA bool `json:"mfa,omitzero"`
	// Keys are the two places for access keys. Which key is in which place the report does not say.
	Keys [2]ReportedKey `json:"keys,omitzero"`
	// Certificates are the two places for signing certificates, which know no use.
	Certificates [2]ReportedKey `json:"certificates,omitzero"`
}

// ReportedKey is a credential in the report.
type ReportedKey struct {
	Active bool `json:"active,omitzero"`
	// Rotated is when it was made or last changed its status, zero where there is none.
	Rotated time.Time `json:"rotated,omitzero"`
	// Used is when it was last used, to the quarter of an hour; zero for never.
	Used time.Time `json:"used,omitzero"`
}

// Needs says which costly evidence must be read, beside what every read of an account shows.
type Needs struct {
	// Report asks for the credential report.
	Report bool `json:"report,omitzero"`
	// RootMFA asks which sort of device root has.
	RootMFA bool `json:"root_mfa,omitzero"`
	// ServerCertificates asks for those.
	ServerCertificates bool `json:"server_certificates,omitzero"`
	// Watched asks for the metric filters of the log groups of trails, and who is told by their alarms.
	Watched bool `json:"watched,omitzero"`
	// Kinds are the kinds with Type.Extra that must be read.
	Kinds []Kind `json:"kinds,omitzero"`
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
