package sandbox

import (
	"crypto/x509"
	"encoding/pem"
	"slices"
	"strings"
	"time"
)

const signingCertificateName = "signing-certificate"

// A SigningCertificate is an X.509 certificate of a user.
type SigningCertificate struct {
	ID       string    `json:"id"`
	UserID   string    `json:"userID"`
	Body     string    `json:"body"`
	Status   string    `json:"status"`
	Uploaded time.Time `json:"uploaded"`
	// StatusChanged is zero for a certificate that was never switched on or off.
	StatusChanged time.Time `json:"statusChanged,omitzero"`
	// Slot is the certificate's place in the credential report.
	Slot int `json:"slot,omitempty"`
}

func (s *SigningCertificate) place() place    { return placeOf(signingCertificateName, s.ID) }
func (s *SigningCertificate) born() time.Time { return s.Uploaded }
func (s *SigningCertificate) links() []string {
	return []string{ownedBy(signingCertificateName, s.UserID)}
}
func (s *SigningCertificate) inSlot() int { return s.Slot }

func (s *SigningCertificate) standing() *standing {
	return &standing{Active: s.Status == statusActive, Rotated: orElse(s.StatusChanged, s.Uploaded)}
}

var certificateBody = parameter{name: "CertificateBody", required: true, low: 1, high: 16384, pattern: latinRule}

func signingCertificateKind() *kind {
	id := parameter{name: "CertificateId", required: true, low: 24, high: 128, pattern: wordRule}
	return &kind{
		name:   signingCertificateName,
		decode: decodeAs[SigningCertificate],
		blocks: "must delete signing certificates first.",
		settings: func(c *call, e entity) (string, any) {
			s, _ := e.(*SigningCertificate)
			return c.userNameOf(s.UserID), map[string]string{"body": s.Body, "status": s.Status}
		},
		operations: []operation{
			write("UploadSigningCertificate", uploadSigningCertificate, userName, certificateBody),
			read("ListSigningCertificates", listSigningCertificates, userName, marker, maxItems),
			write("UpdateSigningCertificate", updateSigningCertificate, userName, id, keyStatus),
			write("DeleteSigningCertificate", deleteSigningCertificate, userName, id),
		},
		count: func(_ *call, summary map[string]int) {
			summary["SigningCertificatesPerUserQuota"] = quotaCertificatesPerUser
		},
	}
}

func uploadSigningCertificate(c *call) (answer, error) {
	u, err := c.userOrCaller()
	if err != nil {
		return done, err
	}
	body := c.text("CertificateBody")
	block := certificateBlock(body)
	if block == nil {
		return done, refuse("MalformedCertificate", "The certificate cannot be parsed.")
	}
	if _, err := x509.ParseCertificate(block.Bytes); err != nil {
		return done, refuse("InvalidCertificate", "The certificate is invalid.")
	}
	certificates := linked[*SigningCertificate](c, ownedBy(signingCertificateName, u.ID))
	if slices.ContainsFunc(certificates, func(s *SigningCertificate) bool { return s.Body == body }) {
		return done, refuse("DuplicateCertificate", "The certificate is already associated with the user.")
	}
	if len(certificates) >= quotaCertificatesPerUser {
		return done, quotaExceeded("SigningCertificatesPerUser", quotaCertificatesPerUser)
	}
	s := &SigningCertificate{
		ID: c.newCertificateID(), UserID: u.ID, Body: body, Status: statusActive, Uploaded: c.now, Slot: newSlot(certificates),
	}
	c.put(s)
	return respond(func(w *xmlWriter) { w.in("Certificate", func() { s.write(w, u) }) })
}

// certificateBlock is the PEM block of a certificate's body, or nil when it is none.
func certificateBlock(body string) *pem.Block {
	block, _ := pem.Decode([]byte(body))
	if block == nil || block.Type != "CERTIFICATE" {
		return nil
	}
	return block
}

// newCertificateID makes the id of a signing certificate, which has 32 characters, more than other ids.
func (c *call) newCertificateID() string {
	return c.newID(idCertificate) + strings.TrimPrefix(c.newID(idCertificate), idCertificate)[:11]
}

func listSigningCertificates(c *call) (answer, error) {
	u, err := c.userOrCaller()
	if err != nil {
		return done, err
	}
	certificates := linked[*SigningCertificate](c, ownedBy(signingCertificateName, u.ID))
	page, next, err := pageOf(c, c.question("UserName"), certificates,
		func(s *SigningCertificate) string { return s.place().name }, nil)
	if err != nil {
		return done, err
	}
	return respond(func(w *xmlWriter) {
		list(w, "Certificates", page, func(s *SigningCertificate) { s.write(w, u) })
		w.more(next)
	})
}

func updateSigningCertificate(c *call) (answer, error) {
	s, err := c.signingCertificate()
	if err != nil {
		return done, err
	}
	status, err := c.newStatus()
	if err != nil {
		return done, err
	}
	changed := *s
	if status != s.Status {
		changed.Status, changed.StatusChanged = status, c.now
	}
	c.put(&changed)
	return done, nil
}

func deleteSigningCertificate(c *call) (answer, error) {
	s, err := c.signingCertificate()
	if err != nil {
		return done, err
	}
	c.remove(s)
	return done, nil
}

func (c *call) signingCertificate() (*SigningCertificate, error) {
	u, err := c.userOrCaller()
	if err != nil {
		return nil, err
	}
	id := c.text("CertificateId")
	s, ok := find[*SigningCertificate](c, signingCertificateName, id)
	if !ok || s.UserID != u.ID {
		return nil, noSuchEntity("The Certificate with id %s cannot be found.", id)
	}
	return s, nil
}

func (s *SigningCertificate) write(w *xmlWriter, u *User) {
	w.text("UserName", u.Name)
	w.text("CertificateId", s.ID)
	w.text("CertificateBody", s.Body)
	w.text("Status", s.Status)
	w.time("UploadDate", s.Uploaded)
}
