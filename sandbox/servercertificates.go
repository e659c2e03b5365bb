package sandbox

import (
	"crypto/tls"
	"crypto/x509"
	"slices"
	"time"
)

const serverCertificateName = "server-certificate"

// A ServerCertificate is an X.509 certificate kept for load balancers and the like. Its private key is not kept.
type ServerCertificate struct {
	Name     string    `json:"name"`
	Path     string    `json:"path"`
	ID       string    `json:"id"`
	Body     string    `json:"body"`
	Chain    string    `json:"chain,omitempty"`
	Uploaded time.Time `json:"uploaded"`
	// Expires is the end of the body's validity.
	Expires time.Time `json:"expires"`
	Tags    []Tag     `json:"tags,omitempty"`
}

func (s *ServerCertificate) place() place    { return placeOf(serverCertificateName, s.Name) }
func (s *ServerCertificate) born() time.Time { return s.Uploaded }
func (s *ServerCertificate) links() []string { return nil }
func (s *ServerCertificate) tags() []Tag     { return s.Tags }

func (s *ServerCertificate) arn(account string) string {
	return arnOf(account, "server-certificate"+s.Path+s.Name)
}

func (s *ServerCertificate) withTags(tags []Tag) taggable {
	changed := *s
	changed.Tags = tags
	return &changed
}

func serverCertificateKind() *kind {
	name := parameter{name: "ServerCertificateName", required: true, low: 1, high: 128, pattern: nameRule}
	key := parameter{name: "PrivateKey", required: true, low: 1, high: 16384, pattern: latinRule}
	chain := parameter{name: "CertificateChain", low: 1, high: 2097152, pattern: latinRule}
	return &kind{
		name:     serverCertificateName,
		decode:   decodeAs[ServerCertificate],
		taggedAs: "iam:server-certificate",
		settings: func(_ *call, e entity) (string, any) {
			s, _ := e.(*ServerCertificate)
			return s.Name, struct {
				Path  string `json:"path"`
				Body  string `json:"body"`
				Chain string `json:"chain,omitempty"`
				Tags  []Tag  `json:"tags,omitempty"`
			}{s.Path, s.Body, s.Chain, s.Tags}
		},
		operations: slices.Concat([]operation{
			write("UploadServerCertificate", uploadServerCertificate, name, certificateBody, key, chain, entityPath, tagList),
			read("GetServerCertificate", getServerCertificate, name),
			read("ListServerCertificates", listServerCertificates, pathPrefix, marker, maxItems),
			write("DeleteServerCertificate", deleteServerCertificate, name),
		}, tagOperations("ServerCertificate", name, func(c *call) (taggable, keyRule, error) {
			s, err := c.serverCertificate()
			return s, exactKeys, err
		})),
		count: func(c *call, summary map[string]int) {
			summary["ServerCertificates"] = c.store.count(serverCertificateName)
			summary["ServerCertificatesQuota"] = quotaServerCertificates
		},
	}
}

// uploadServerCertificate also takes a certificate that is not valid yet or no longer, which AWS does not: how else
// could an account without a clock of its own have an expired one.
func uploadServerCertificate(c *call) (answer, error) {
	name, body := c.text("ServerCertificateName"), c.text("CertificateBody")
	certificate := parseCertificate(body)
	if certificate == nil {
		return done, refuse("MalformedCertificate", "Unable to parse certificate. Please ensure the certificate is in PEM format.")
	}
	if _, err := tls.X509KeyPair([]byte(body), []byte(c.text("PrivateKey"))); err != nil {
		return done, refuse("KeyPairMismatch", "Provided certificate and private key do not match.")
	}
	if c.store.get(placeOf(serverCertificateName, name)) != nil {
		return done, alreadyExists("The Server Certificate with name %s already exists.", name)
	}
	tags, err := c.newTags(exactKeys)
	if err != nil {
		return done, err
	}
	if c.store.count(serverCertificateName) >= quotaServerCertificates {
		return done, quotaExceeded("ServerCertificatesPerAccount", quotaServerCertificates)
	}
	s := &ServerCertificate{
		Name:     name,
		Path:     c.path(),
		ID:       c.newID(idCertificate),
		Body:     body,
		Chain:    c.text("CertificateChain"),
		Uploaded: c.now,
		Expires:  certificate.NotAfter.UTC(),
		Tags:     tags,
	}
	c.put(s)
	return respond(func(w *xmlWriter) {
		w.in("ServerCertificateMetadata", func() { s.write(w, c.account) })
		if len(s.Tags) > 0 {
			writeTags(w, s.Tags)
		}
	})
}

// parseCertificate is the certificate in PEM, or nil when there is none.
func parseCertificate(body string) *x509.Certificate {
	block := certificateBlock(body)
	if block == nil {
		return nil
	}
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil
	}
	return certificate
}

func getServerCertificate(c *call) (answer, error) {
	s, err := c.serverCertificate()
	if err != nil {
		return done, err
	}
	return respond(func(w *xmlWriter) {
		w.in("ServerCertificate", func() {
			w.in("ServerCertificateMetadata", func() { s.write(w, c.account) })
			w.text("CertificateBody", s.Body)
			w.optional("CertificateChain", s.Chain)
			writeTags(w, s.Tags)
		})
	})
}

func listServerCertificates(c *call) (answer, error) {
	var page []*ServerCertificate
	next, err := c.page(c.question("PathPrefix"), tableSection(c, serverCertificateName, &page, func(s *ServerCertificate) bool {
		return c.underPrefix(s.Path + s.Name)
	}))
	if err != nil {
		return done, err
	}
	return respond(func(w *xmlWriter) {
		list(w, "ServerCertificateMetadataList", page, func(s *ServerCertificate) { s.write(w, c.account) })
		w.more(next)
	})
}

func deleteServerCertificate(c *call) (answer, error) {
	s, err := c.serverCertificate()
	if err != nil {
		return done, err
	}
	c.remove(s)
	return done, nil
}

// serverCertificate is the certificate that ServerCertificateName names.
func (c *call) serverCertificate() (*ServerCertificate, error) {
	name := c.text("ServerCertificateName")
	s, ok := find[*ServerCertificate](c, serverCertificateName, name)
	if !ok {
		return nil, noSuchEntity("The Server Certificate with name %s cannot be found.", name)
	}
	return s, nil
}

func (s *ServerCertificate) write(w *xmlWriter, account string) {
	w.text("Path", s.Path)
	w.text("ServerCertificateName", s.Name)
	w.text("ServerCertificateId", s.ID)
	w.text("Arn", s.arn(account))
	w.time("UploadDate", s.Uploaded)
	w.time("Expiration", s.Expires)
}
