package spec

import (
	"time"

	"baseline/policy"
	"baseline/resource"
)

const kindRole resource.Kind = "iam_role"

var roleLimits = limits{policies: 25, inline: 10240}

// roles is the section of roles.
type roles struct {
	Roles map[roleName]*role `json:"roles,omitzero" jsonschema:"Roles by name."`
}

type role struct {
	Path        *entityPath                   `json:"path,omitzero" jsonschema:"The path of the role, such as /team/. It cannot be changed later without replacing the role."`
	Description *description                  `json:"description,omitzero" jsonschema:"What the role is for."`
	Trust       []trustEntry                  `json:"trust,omitzero" jsonschema:"Who may assume the role, in short form. A new role needs this or trust_policy."`
	TrustPolicy *documentOrFile               `json:"trust_policy,omitzero" jsonschema:"Who may assume the role, as a document in full, or {file: NAME}."`
	Policies    []policyReference             `json:"policies,omitzero" jsonschema:"All managed policies of the role: a policy of this file, an ARN, or aws:PATH/NAME."`
	Inline      map[inlineName]documentOrFile `json:"inline,omitzero" jsonschema:"All inline policies of the role, by name: a document, or {file: NAME}."`
	MaxSession  *duration                     `json:"max_session,omitzero" jsonschema:"How long a session may last, 1h to 12h."`
	Tags        tags                          `json:"tags,omitzero" jsonschema:"All tags of the role."`
	Boundary    *policyReference              `json:"boundary,omitzero" jsonschema:"The managed policy that is the permissions boundary, or none."`
	Absent      *bool                         `json:"absent,omitzero" jsonschema:"The role shall not exist. Goes with no other key."`
}

func (s *roles) declare(c *compiler) {
	section := c.section("roles")
	c.unique("role", section)
	entries(section, s.Roles, func(name string, r *role, at entry) {
		d := declared{key: at.key, path: "/"}
		if r != nil {
			d.absent = r.Absent != nil
			if r.Path != nil {
				d.path = string(*r.Path)
			}
		}
		c.declare(kindRole, name, d)
	})
}

func (s *roles) compile(c *compiler) {
	entries(c.section("roles"), s.Roles, func(name string, r *role, at entry) {
		address := resource.At(kindRole, name)
		object := resource.Object{}
		if r == nil {
			c.add(address, object, at.key)
			return
		}
		if c.alone(at, r.Absent) {
			c.absent(address, at.key)
			return
		}
		r.settings(c, at.value, object)
		c.add(address, object, at.key)
		c.attach(address, r.Policies, at.value.at("policies"), roleLimits)
		c.embed(address, r.Inline, at.value.at("inline"), roleLimits)
	})
}

func (r *role) settings(c *compiler, n *node, object resource.Object) {
	setText(object, "path", r.Path)
	setText(object, "description", r.Description)
	if r.Tags != nil {
		object["tags"] = r.Tags.setting()
		c.unique("tag", n.at("tags"))
	}
	c.boundary(r.Boundary, n.at("boundary"), object)
	if r.MaxSession != nil {
		session := time.Duration(*r.MaxSession)
		if session < time.Hour || session > 12*time.Hour {
			c.problems.add(n.at("max_session").place(), "max_session: AWS allows 1h to 12h, found %s", n.at("max_session").text)
		}
		object["max_session"] = int(session / time.Second)
	}
	trust, full := n.get("trust_policy")
	switch {
	case full && r.Trust != nil:
		c.problems.add(trust.key.place(), "trust and trust_policy are both given: keep one")
	case r.TrustPolicy != nil:
		if text, ok := c.document(r.TrustPolicy.document, r.TrustPolicy.file, policy.Trust); ok {
			object["trust"] = text
		}
	case r.Trust != nil:
		if text, ok := c.trust(r.Trust, n.at("trust")); ok {
			object["trust"] = text
		}
	}
}
