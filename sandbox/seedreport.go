package sandbox

import (
	"crypto/ed25519"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/csv"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"time"
)

// SeedReport gives the users of an account what a credential report of a real one, decoded from the base64 of
// `aws iam get-credential-report`, tells of them: passwords, access keys, signing certificates and MFA devices, with
// dates and uses; and root what it tells of root. The users must be there, as after [Account.SeedFrom], without such
// credentials; users the report does not name stay as they are.
//
// What a report does not tell is made up. Access keys and certificates get new ids, and a certificate a new body; both
// are as old as their last rotation. An MFA device is a virtual one named after its user, or root's hardware device. The
// account's password policy is not derived from the passwords' next rotation. It is an error when the report is not of
// this account, names an unknown user or one twice, or cannot be read; nothing is then kept.
func (a *Account) SeedReport(r io.Reader) error {
	records, err := csv.NewReader(r).ReadAll()
	if err != nil {
		return fmt.Errorf("read the credential report: %w", err)
	}
	rows, err := readReport(records)
	if err != nil {
		return err
	}
	return a.edit(func(c *call) error {
		seen := map[string]bool{}
		for _, row := range rows {
			if seen[row.arn] {
				return fmt.Errorf("seed: user %s is in the credential report twice", row.user)
			}
			seen[row.arn] = true
			if err := c.seedRow(row); err != nil {
				return fmt.Errorf("seed: user %s: %w", row.user, err)
			}
		}
		return nil
	})
}

func (c *call) seedRow(row reportRow) error {
	if row.user == reportedRoot {
		if arn := arnOf(c.account, "root"); row.arn != arn {
			return fmt.Errorf("%s is of another account; here it would be %s", row.arn, arn)
		}
		return c.seedRoot(row)
	}
	u, ok := find[*User](c, userKindName, row.user)
	switch {
	case !ok:
		return errors.New("the account has no such user")
	case row.arn != u.arn(c.account):
		return fmt.Errorf("the report has %s; here it is %s", row.arn, u.arn(c.account))
	}
	for _, name := range []string{loginProfileName, accessKeyName, signingCertificateName, mfaDeviceName} {
		if len(c.store.linked[ownedBy(name, u.ID)]) > 0 {
			return fmt.Errorf("there is a %s of the user already", name)
		}
	}
	if row.password {
		c.put(&LoginProfile{UserID: u.ID, Created: orElse(row.passwordChanged, u.Created)})
	}
	if !row.passwordUsed.IsZero() {
		changed, used := *u, row.passwordUsed
		changed.PasswordLastUsed = &used
		c.put(&changed)
	}
	if row.mfa {
		enabled := u.Created
		d := &MFADevice{Name: u.Name, Path: "/", Created: u.Created, UserID: u.ID, Enabled: &enabled}
		if c.store.get(d.place()) != nil {
			return fmt.Errorf("there is an MFA device called %s already", d.Name)
		}
		c.put(d)
	}
	for i, s := range row.keys {
		if s != nil {
			c.put(&AccessKey{
				ID: c.newKeyID(idAccessKey), UserID: u.ID, Status: s.status(), Created: orElse(s.Rotated, u.Created),
				LastUsed: s.LastUsed, Slot: i + 1,
			})
		}
	}
	return c.seedCertificates(u, row)
}

func (c *call) seedRoot(row reportRow) error {
	root := &rootUser{
		Created:         orElse(row.created, rootCreated),
		Password:        row.password,
		PasswordChanged: row.passwordChanged,
		LastUsed:        row.passwordUsed,
		MFA:             RootMFANone,
		Keys:            row.keys,
		Certificates:    row.certificates,
	}
	if row.mfa {
		root.MFA = RootMFAHardware
	}
	return c.putRoot(root)
}

func (c *call) seedCertificates(u *User, row reportRow) error {
	for i, s := range row.certificates {
		if s == nil {
			continue
		}
		uploaded := orElse(s.Rotated, u.Created)
		body, err := c.newCertificate(u.Name, uploaded)
		if err != nil {
			return err
		}
		c.put(&SigningCertificate{
			ID: c.newCertificateID(), UserID: u.ID, Body: body, Status: s.status(), Uploaded: uploaded, Slot: i + 1,
		})
	}
	return nil
}

// newCertificate makes a certificate in place of one of which only the dates are known. It signs itself, and its key is
// forgotten.
func (c *call) newCertificate(name string, from time.Time) (string, error) {
	key := ed25519.NewKeyFromSeed(c.random(ed25519.SeedSize))
	template := &x509.Certificate{
		SerialNumber: new(big.Int).SetBytes(c.random(16)),
		Subject:      pkix.Name{CommonName: name},
		NotBefore:    from,
		NotAfter:     from.AddDate(10, 0, 0),
	}
	der, err := x509.CreateCertificate(nil, template, template, key.Public(), key)
	if err != nil {
		return "", fmt.Errorf("make a certificate: %w", err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})), nil
}

func (s *standing) status() string {
	if s.Active {
		return statusActive
	}
	return statusInactive
}
