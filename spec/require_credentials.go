package spec

import "baseline/resource"

type passwordRule struct {
	Unused     *idleTime       `json:"unused" jsonschema:"How long a console password may go without being used, at least 1d."`
	Action     *reportOrRemove `json:"action,omitzero" jsonschema:"What becomes of an unused password: report (the default), or remove."`
	Exceptions []exception     `json:"exceptions,omitzero" jsonschema:"Users whose passwords the rule does not hold for."`
}

func (r *passwordRule) compile(c *compiler, n *node) *resource.PasswordRule {
	decoder{c.problems}.must(n, "passwords", "unused", "say how long a password may go without being used, as in 45d")
	return &resource.PasswordRule{
		Unused: length(r.Unused), Remove: chosen(r.Action, remove),
		Exceptions: c.exceptions("passwords", r.Exceptions, n, kindUser),
	}
}

type credentialRule struct {
	SSHKeys             *credentialLimit `json:"ssh_keys,omitzero" jsonschema:"SSH public keys for CodeCommit. Reading them costs a call for every user."`
	ServiceSpecific     *credentialLimit `json:"service_specific,omitzero" jsonschema:"Passwords and API keys for single services, such as CodeCommit, Keyspaces and Bedrock."`
	SigningCertificates *credentialLimit `json:"signing_certificates,omitzero" jsonschema:"X.509 certificates that sign requests of old interfaces."`
	Exceptions          []exception      `json:"exceptions,omitzero" jsonschema:"Users whose credentials the rule does not hold for."`
}

type credentialLimit struct {
	MaxAge *age              `json:"max_age,omitzero" jsonschema:"The age from which an active credential is too old."`
	Unused *idleTime         `json:"unused,omitzero" jsonschema:"How long one may go without being used, at least 1d. AWS tells no use of them, so this is reported as not checked."`
	Action *credentialAction `json:"action,omitzero" jsonschema:"What becomes of one that is too old: deactivate (the default), or report."`
}

func (r *credentialRule) compile(c *compiler, n *node) *resource.CredentialRule {
	c.asks(n, "credentials", "ssh_keys", "service_specific", "signing_certificates")
	return &resource.CredentialRule{
		SSHKeys:             r.SSHKeys.compile(c, n, "ssh_keys"),
		ServiceSpecific:     r.ServiceSpecific.compile(c, n, "service_specific"),
		SigningCertificates: r.SigningCertificates.compile(c, n, "signing_certificates"),
		Exceptions:          c.exceptions("credentials", r.Exceptions, n, kindUser),
	}
}

func (l *credentialLimit) compile(c *compiler, n *node, key string) *resource.CredentialLimit {
	if l == nil {
		return nil
	}
	c.asks(n.at(key), key, "max_age", "unused")
	return &resource.CredentialLimit{MaxAge: length(l.MaxAge), Unused: length(l.Unused), ReportOnly: chosen(l.Action, "report")}
}

type credentialAction string

func (credentialAction) words() []string { return []string{"deactivate", "report"} }

type serverCertificateRule struct {
	Expired *removed `json:"expired,omitzero" jsonschema:"removed: there must be no certificate that has expired."`
}

func (r *serverCertificateRule) compile(c *compiler, n *node) *resource.ServerCertificateRule {
	c.asks(n, "server_certificates", "expired")
	return &resource.ServerCertificateRule{NoExpired: r.Expired != nil}
}

type removed string

func (removed) words() []string { return []string{"removed"} }
