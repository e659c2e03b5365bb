package spec

import "baseline/resource"

type rootRule struct {
	MFA        *rootDevice `json:"mfa,omitzero" jsonschema:"Which MFA device root must have: any, or hardware for one that is not virtual."`
	AccessKeys *noKeys     `json:"access_keys,omitzero" jsonschema:"none: root must have no access key."`
}

func (r *rootRule) compile(c *compiler, n *node) *resource.RootRule {
	c.asks(n, "root", "mfa", "access_keys")
	out := &resource.RootRule{NoAccessKeys: r.AccessKeys != nil}
	if r.MFA != nil {
		out.MFA = string(*r.MFA)
	}
	return out
}

type (
	rootDevice string
	noKeys     string
)

func (rootDevice) words() []string { return []string{"any", "hardware"} }
func (noKeys) words() []string     { return []string{"none"} }

// mfaRule asks for something as it is: all its keys have defaults.
type mfaRule struct {
	Of         *mfaUsers       `json:"of,omitzero" jsonschema:"Who must have a device: console_users (the default), or all_users."`
	Enforce    *enforcement    `json:"enforce,omitzero" jsonschema:"What becomes of a console user without one: report (the default), or deny-without-mfa, which puts the user into a group that denies everything but enrolling."`
	Grace      *age            `json:"grace,omitzero" jsonschema:"With enforce: deny-without-mfa: how long after getting a password a user may be without a device."`
	Unassigned *reportOrRemove `json:"unassigned,omitzero" jsonschema:"What becomes of virtual devices that belong to nobody: report (the default), or remove."`
	Exceptions []exception     `json:"exceptions,omitzero" jsonschema:"Users who may be without."`
}

func (r *mfaRule) compile(c *compiler, n *node) *resource.MFARule {
	if _, said := n.get("enforce"); !said || chosen(r.Enforce, "report") {
		c.goesWith(n, "grace", "enforce: "+string(denyWithoutMFA))
	}
	return &resource.MFARule{
		AllUsers:         chosen(r.Of, "all_users"),
		Enforce:          chosen(r.Enforce, denyWithoutMFA),
		Grace:            length(r.Grace),
		RemoveUnassigned: chosen(r.Unassigned, remove),
		Exceptions:       c.exceptions("mfa", r.Exceptions, n, kindUser),
	}
}

type (
	mfaUsers       string
	enforcement    string
	reportOrRemove string
)

const (
	denyWithoutMFA enforcement    = "deny-without-mfa"
	remove         reportOrRemove = "remove"
)

func (mfaUsers) words() []string       { return []string{"console_users", "all_users"} }
func (enforcement) words() []string    { return []string{"report", string(denyWithoutMFA)} }
func (reportOrRemove) words() []string { return []string{"report", string(remove)} }
