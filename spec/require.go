package spec

import (
	"strings"

	"baseline/resource"
)

// requirements is the section of rules that hold for the whole account.
type requirements struct {
	Benchmark *benchmark `json:"benchmark,omitzero" jsonschema:"The standard whose controls are shown first. The newest CIS benchmark if left out."`
	Require   *rules     `json:"require,omitzero" jsonschema:"What must hold for everybody in the account, declared or not."`
}

// rules are the keys under `require`. A rule that is left out asks for nothing.
type rules struct {
	Root               *rootRule              `json:"root,omitzero" jsonschema:"What must hold for the root user."`
	MFA                *mfaRule               `json:"mfa,omitzero" jsonschema:"Users must have an MFA device."`
	AccessKeys         *accessKeyRule         `json:"access_keys,omitzero" jsonschema:"How old, how idle and how many access keys may be."`
	Passwords          *passwordRule          `json:"passwords,omitzero" jsonschema:"How long a console password may go without being used."`
	Credentials        *credentialRule        `json:"credentials,omitzero" jsonschema:"How old credentials beside passwords and access keys may be."`
	Permissions        *permissionRule        `json:"permissions,omitzero" jsonschema:"Who may hold which permissions, and how."`
	Trust              *trustRule             `json:"trust,omitzero" jsonschema:"Whom roles may trust."`
	UnusedRoles        *unusedRoleRule        `json:"unused_roles,omitzero" jsonschema:"How long a role may go without being used."`
	SupportRole        *supportRoleRule       `json:"support_role,omitzero" jsonschema:"There must be a role with the policy AWSSupportAccess."`
	ServerCertificates *serverCertificateRule `json:"server_certificates,omitzero" jsonschema:"What must hold for server certificates kept in IAM."`
	CloudShell         *cloudShellRule        `json:"cloudshell_full_access,omitzero" jsonschema:"Nobody may have the policy AWSCloudShellFullAccess: forbidden, or {exceptions: [...]} for forbidden to all others."`
	Trail              *trailRule             `json:"trail,omitzero" jsonschema:"There must be a trail of CloudTrail that has all of this, be it declared or not."`
}

func (s *requirements) compile(c *compiler) {
	if s.Benchmark == nil && s.Require == nil {
		return
	}
	all := &resource.Requirements{}
	c.out.Want.Require = all
	if s.Benchmark != nil {
		all.Benchmark = string(*s.Benchmark)
	}
	if r := s.Require; r != nil {
		all.Root = rule(c, "root", r.Root, (*rootRule).compile)
		all.MFA = rule(c, "mfa", r.MFA, (*mfaRule).compile)
		all.AccessKeys = rule(c, "access_keys", r.AccessKeys, (*accessKeyRule).compile)
		all.Passwords = rule(c, "passwords", r.Passwords, (*passwordRule).compile)
		all.Credentials = rule(c, "credentials", r.Credentials, (*credentialRule).compile)
		all.Permissions = rule(c, "permissions", r.Permissions, (*permissionRule).compile)
		all.Trust = rule(c, "trust", r.Trust, (*trustRule).compile)
		all.UnusedRoles = rule(c, "unused_roles", r.UnusedRoles, (*unusedRoleRule).compile)
		all.SupportRole = rule(c, "support_role", r.SupportRole, (*supportRoleRule).compile)
		all.ServerCertificates = rule(c, "server_certificates", r.ServerCertificates, (*serverCertificateRule).compile)
		all.CloudShell = rule(c, "cloudshell_full_access", r.CloudShell, (*cloudShellRule).compile)
		all.Trail = rule(c, "trail", r.Trail, (*trailRule).compile)
	}
}

// rule compiles the rule of a key and keeps its place. A rule that is not declared is nil.
func rule[R, T any](c *compiler, key string, declared *R, compile func(*R, *compiler, *node) *T) *T {
	e, ok := c.section("require").get(key)
	if !ok || declared == nil {
		return nil
	}
	c.out.RequirePlaces[key] = e.key.place()
	return compile(declared, c, e.value)
}

// asks says of a rule that has none of the keys by which it asks for something that it says nothing.
func (c *compiler) asks(n *node, rule string, keys ...string) {
	for _, key := range keys {
		if _, ok := n.get(key); ok {
			return
		}
	}
	give := keys[0]
	if len(keys) > 1 {
		give = "at least one of " + strings.Join(keys, ", ")
	}
	c.problems.add(n.place(), "%s asks for nothing: give %s", rule, give)
}

// must says that a key is missing which has no default, and reports whether it is there.
func (d decoder) must(n *node, what, key, advice string) bool {
	_, ok := n.get(key)
	if !ok {
		d.problems.add(n.place(), "%s: %s is missing: %s", what, key, advice)
	}
	return ok
}

// goesWith says that a key means nothing without another.
func (c *compiler) goesWith(n *node, key, other string) {
	if e, ok := n.get(key); ok {
		c.problems.add(e.key.place(), "%s means nothing without %s: write that, or leave %s out", key, other, key)
	}
}

// benchmark is a standard that the project knows the controls of.
type benchmark string

func (benchmark) words() []string {
	return []string{"cis-3.0", "cis-4.0", "cis-5.0", "cis-6.0", "cis-7.0", "fsbp"}
}
