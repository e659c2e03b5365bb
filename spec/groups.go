package spec

import (
	"baseline/resource"
)

const kindGroup resource.Kind = "iam_group"

var groupLimits = limits{policies: 10, inline: 5120}

// groups is the section of groups of users.
type groups struct {
	Groups map[groupName]*group `json:"groups,omitzero" jsonschema:"Groups by name."`
}

type group struct {
	Path     *entityPath                   `json:"path,omitzero" jsonschema:"The path of the group, such as /team/."`
	Policies []policyReference             `json:"policies,omitzero" jsonschema:"All managed policies of the group: a policy of this file, an ARN, or aws:PATH/NAME."`
	Inline   map[inlineName]documentOrFile `json:"inline,omitzero" jsonschema:"All inline policies of the group, by name: a document, or {file: NAME}."`
	Members  []userName                    `json:"members,omitzero" jsonschema:"All members of the group, by name of user."`
	Absent   *bool                         `json:"absent,omitzero" jsonschema:"The group shall not exist. Goes with no other key."`
}

func (s *groups) declare(c *compiler) {
	section := c.section("groups")
	c.unique("group", section)
	entries(section, s.Groups, func(name string, g *group, at entry) {
		d := declared{key: at.key}
		if g != nil {
			d.absent = g.Absent != nil
			declareList(c, kindGroup, name, g.Members, at.value.at("members"))
		}
		c.declare(kindGroup, name, d)
	})
}

func (s *groups) compile(c *compiler) {
	entries(c.section("groups"), s.Groups, func(name string, g *group, at entry) {
		address := resource.At(kindGroup, name)
		object := resource.Object{}
		if g == nil {
			c.add(address, object, at.key)
			return
		}
		if c.alone(at, g.Absent) {
			c.absent(address, at.key)
			return
		}
		setText(object, "path", g.Path)
		c.add(address, object, at.key)
		c.attach(address, g.Policies, at.value.at("policies"), groupLimits)
		c.embed(address, g.Inline, at.value.at("inline"), groupLimits)
		c.members(address)
	})
}
