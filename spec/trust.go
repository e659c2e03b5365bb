package spec

import (
	"slices"
	"strings"

	"baseline/policy"
	"baseline/resource"
)

// trustEntry says in short who may assume a role. Exactly one of service, account, role, user, oidc and saml is given.
type trustEntry struct {
	Service    stringList `json:"service,omitzero" jsonschema:"A service of AWS, such as lambda.amazonaws.com, or a list of them."`
	Account    *accountID `json:"account,omitzero" jsonschema:"Another account, which then decides who of it."`
	ExternalID *string    `json:"external_id,omitzero" jsonschema:"With account: the external id that callers must send."`
	MFA        *bool      `json:"mfa,omitzero" jsonschema:"With account: callers must have signed in with MFA."`
	OrgID      *string    `json:"org_id,omitzero" jsonschema:"With account: the organization that callers must belong to."`
	Role       *string    `json:"role,omitzero" jsonschema:"A role of this file, or the ARN of a role."`
	User       *string    `json:"user,omitzero" jsonschema:"A user of this file, or the ARN of a user."`
	OIDC       *string    `json:"oidc,omitzero" jsonschema:"An OpenID Connect provider: its host (and path), or its ARN."`
	Audience   stringList `json:"audience,omitzero" jsonschema:"With oidc: the audiences tokens may be for; sts.amazonaws.com if left out."`
	Subject    stringList `json:"subject,omitzero" jsonschema:"With oidc: the subjects tokens may be for, with * and ? as wildcards."`
	SAML       *string    `json:"saml,omitzero" jsonschema:"A SAML provider: its name, or its ARN."`
}

// statement is one statement of a trust policy in the making.
type statement struct {
	// from is the entry that the statement is made of. Problems with the statement point there.
	from *node
	// kind is a key of Principal, such as Service.
	kind       string
	principals []string
	action     string
	conditions []condition
}

type condition struct {
	operator, key string
	values        []string
}

func (s *statement) when(operator, key string, values ...string) {
	s.conditions = append(s.conditions, condition{operator, key, values})
}

// node returns the statement as JSON has it, its keys in the order in which IAM shows them.
func (s *statement) node() *node {
	n := s.from.object()
	n.set("Effect", s.from.strings("Allow"))
	principal := s.from.object()
	principal.set(s.kind, s.from.strings(s.principals...))
	n.set("Principal", principal)
	n.set("Action", s.from.strings(s.action))
	if len(s.conditions) == 0 {
		return n
	}
	conditions := s.from.object()
	for _, c := range s.conditions {
		if _, ok := conditions.get(c.operator); !ok {
			conditions.set(c.operator, s.from.object())
		}
		conditions.at(c.operator).set(c.key, s.from.strings(c.values...))
	}
	n.set("Condition", conditions)
	return n
}

// trustForm is one of the forms of a trust entry.
type trustForm struct {
	key string
	// with are the keys that may stand beside it.
	with []string
	// fill completes the statement, and reports whether it could.
	fill func(t trustEntry, c *compiler, n *node, s *statement) bool
}

func trustForms() []trustForm {
	return []trustForm{
		{"service", nil, trustEntry.fillService},
		{"account", []string{"external_id", "mfa", "org_id"}, trustEntry.fillAccount},
		{"role", nil, trustEntry.fillRole},
		{"user", nil, trustEntry.fillUser},
		{"oidc", []string{"audience", "subject"}, trustEntry.fillOIDC},
		{"saml", nil, trustEntry.fillSAML},
	}
}

// trust compiles the short forms into one document with a statement for each.
func (c *compiler) trust(trusted []trustEntry, n *node) (resource.Document, bool) {
	if len(trusted) == 0 {
		c.problems.add(n.place(), "trust is empty: AWS wants at least one who may assume the role")
		return "", false
	}
	statements := n.object()
	statements.shape = list
	for i, t := range trusted {
		item := n.item(i)
		if item.shape != mapping || item.isBroken() {
			continue
		}
		if s := c.trustStatement(t, item); s != nil {
			statements.items = append(statements.items, s.node())
		}
	}
	if len(statements.items) < len(trusted) {
		return "", false
	}
	whole := n.object()
	whole.set("Version", n.strings("2012-10-17"))
	whole.set("Statement", statements)
	return c.document(document{whole}, nil, policy.Trust)
}

// trustStatement returns nil after it has said what is wrong.
func (c *compiler) trustStatement(t trustEntry, n *node) *statement {
	var chosen []trustForm
	var forms, modifiers []string
	for _, form := range trustForms() {
		forms = append(forms, form.key)
		modifiers = append(modifiers, form.with...)
		if _, ok := n.get(form.key); ok {
			chosen = append(chosen, form)
		}
	}
	if len(chosen) != 1 {
		c.problems.add(n.place(), "a trust entry has exactly one of %s, found %d of them", strings.Join(forms, ", "), len(chosen))
		return nil
	}
	form, fits := chosen[0], true
	for _, e := range n.entries {
		if key := e.key.text; slices.Contains(modifiers, key) && !slices.Contains(form.with, key) {
			c.problems.add(e.key.place(), "%s does not go with %s", key, form.key)
			fits = false
		}
	}
	s := &statement{from: n, action: "sts:AssumeRole"}
	if !form.fill(t, c, n, s) || !fits {
		return nil
	}
	return s
}
