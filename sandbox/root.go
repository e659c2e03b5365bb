package sandbox

import (
	"fmt"
	"time"
)

const rootKindName = "root"

// rootPlace is where the account's root user is.
var rootPlace = placeOf(rootKindName, "account")

// What root can have for a second factor, as [Root] says it.
const (
	RootMFANone     = "none"
	RootMFAVirtual  = "virtual"
	RootMFAHardware = "hardware"
)

// Root is what the root user of an account has. No API can change that, only [Account.SetRoot]. Without it, root has a
// password and a hardware MFA device, and no access keys.
type Root struct {
	// Password is whether root can sign in to the console.
	Password bool
	// MFA is none, virtual or hardware; "" is none. A virtual device is listed, a hardware device is not.
	MFA string
	// AccessKeys is how many active access keys root has, 0 to 2. They are as old as the call that sets them, and unused.
	AccessKeys int
	// Certificates is how many active signing certificates root has, 0 to 2, as old as the call that sets them.
	Certificates int
	// Created is the account's creation; the zero time stands for the first moment of 2020.
	Created time.Time
	// PasswordChanged is when the password was set; the zero time is unknown, which AWS shows as not_supported.
	PasswordChanged time.Time
	// LastUsed is when root last signed in; the zero time is never.
	LastUsed time.Time
}

// rootCreated is the creation of an account of which it is not told.
var rootCreated = time.Date(2020, time.January, 1, 0, 0, 0, 0, time.UTC)

// A rootUser is root as it is kept.
type rootUser struct {
	Created         time.Time               `json:"created"`
	Password        bool                    `json:"password"`
	PasswordChanged time.Time               `json:"passwordChanged,omitzero"`
	LastUsed        time.Time               `json:"lastUsed,omitzero"`
	MFA             string                  `json:"mfa"`
	Keys            [slotsPerUser]*standing `json:"keys"`
	Certificates    [slotsPerUser]*standing `json:"certificates"`
}

func (r *rootUser) place() place    { return rootPlace }
func (r *rootUser) born() time.Time { return r.Created }
func (r *rootUser) links() []string { return nil }

func rootKind() *kind {
	return &kind{
		name:   rootKindName,
		decode: decodeAs[rootUser],
		settings: func(_ *call, e entity) (string, any) {
			r, _ := e.(*rootUser)
			return "account", map[string]any{
				"password": r.Password, "mfa": r.MFA, "accessKeys": present(r.Keys), "certificates": present(r.Certificates),
			}
		},
		count: func(c *call, summary map[string]int) {
			r := c.root()
			summary["AccountMFAEnabled"] = oneIf(r.MFA != RootMFANone)
			summary["AccountPasswordPresent"] = oneIf(r.Password)
			summary["AccountAccessKeysPresent"] = present(r.Keys)
			summary["AccountSigningCertificatesPresent"] = present(r.Certificates)
		},
	}
}

func oneIf(b bool) int {
	if b {
		return 1
	}
	return 0
}

// present is how many slots are taken.
func present(slots [slotsPerUser]*standing) int {
	n := 0
	for _, s := range slots {
		n += oneIf(s != nil)
	}
	return n
}

// root is the account's root user, which is there whether anything was said of it or not.
func (c *call) root() *rootUser {
	if r, ok := c.store.get(rootPlace).(*rootUser); ok {
		return r
	}
	return &rootUser{Created: rootCreated, Password: true, MFA: RootMFAHardware}
}

// SetRoot replaces what the root user has. It is an error when MFA is no known word, when there are more than two access
// keys or certificates, or when a user has the virtual device that would be root's; nothing is then changed.
func (a *Account) SetRoot(r Root) error {
	return a.edit(func(c *call) error {
		root := &rootUser{
			Created:         r.Created.UTC(),
			Password:        r.Password,
			PasswordChanged: r.PasswordChanged.UTC(),
			LastUsed:        r.LastUsed.UTC(),
			MFA:             r.MFA,
		}
		if r.Created.IsZero() {
			root.Created = rootCreated
		}
		if r.MFA == "" {
			root.MFA = RootMFANone
		}
		if r.MFA != "" && r.MFA != RootMFANone && r.MFA != RootMFAVirtual && r.MFA != RootMFAHardware {
			return fmt.Errorf("set root: MFA %q is not one of none, virtual, hardware", r.MFA)
		}
		var err error
		if root.Keys, err = newStandings(c, "access keys", r.AccessKeys); err != nil {
			return err
		}
		if root.Certificates, err = newStandings(c, "certificates", r.Certificates); err != nil {
			return err
		}
		return c.putRoot(root)
	})
}

// newStandings are n active credentials of now.
func newStandings(c *call, what string, n int) (slots [slotsPerUser]*standing, err error) {
	if n < 0 || n > slotsPerUser {
		return slots, fmt.Errorf("set root: %d %s, and root can have from 0 to %d", n, what, slotsPerUser)
	}
	for i := range n {
		slots[i] = &standing{Active: true, Rotated: c.now}
	}
	return slots, nil
}

// putRoot keeps root, and its virtual MFA device if it has one.
func (c *call) putRoot(r *rootUser) error {
	if err := c.putRootDevice(r.MFA == RootMFAVirtual); err != nil {
		return err
	}
	c.put(r)
	return nil
}

// reportRow is root in the credential report.
func (r *rootUser) reportRow(account string) reportRow {
	return reportRow{
		user:            reportedRoot,
		arn:             arnOf(account, "root"),
		created:         r.Created,
		password:        r.Password,
		passwordUsed:    r.LastUsed,
		passwordChanged: r.PasswordChanged,
		mfa:             r.MFA != RootMFANone,
		keys:            r.Keys,
		certificates:    r.Certificates,
	}
}

// write writes root as the owner of an MFA device: it has no name and no path, and its id is the account's.
func (r *rootUser) write(w *xmlWriter, account string) {
	w.text("UserId", account)
	w.text("Arn", arnOf(account, "root"))
	w.time("CreateDate", r.Created)
}
