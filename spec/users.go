package spec

import (
	"baseline/resource"
)

const kindUser resource.Kind = "iam_user"

var userLimits = limits{policies: 20, inline: 2048}

// users is the section of users.
type users struct {
	Users map[userName]*user `json:"users,omitzero" jsonschema:"Users by name."`
}

type user struct {
	Path     *entityPath                   `json:"path,omitzero" jsonschema:"The path of the user, such as /team/."`
	Groups   []groupName                   `json:"groups,omitzero" jsonschema:"All groups of the user."`
	Policies []policyReference             `json:"policies,omitzero" jsonschema:"All managed policies of the user: a policy of this file, an ARN, or aws:PATH/NAME."`
	Inline   map[inlineName]documentOrFile `json:"inline,omitzero" jsonschema:"All inline policies of the user, by name: a document, or {file: NAME}."`
	Tags     tags                          `json:"tags,omitzero" jsonschema:"All tags of the user."`
	Boundary *policyReference              `json:"boundary,omitzero" jsonschema:"The managed policy that is the permissions boundary, or none."`
	Absent   *bool                         `json:"absent,omitzero" jsonschema:"The user shall not exist. Goes with no other key."`
}

func (s *users) declare(c *compiler) {
	section := c.section("users")
	c.unique("user", section)
	entries(section, s.Users, func(name string, u *user, at entry) {
		d := declared{key: at.key, path: "/"}
		if u != nil {
			d.absent = u.Absent != nil
			if u.Path != nil {
				d.path = string(*u.Path)
			}
			declareList(c, kindUser, name, u.Groups, at.value.at("groups"))
		}
		c.declare(kindUser, name, d)
	})
}

func (s *users) compile(c *compiler) {
	entries(c.section("users"), s.Users, func(name string, u *user, at entry) {
		address := resource.At(kindUser, name)
		object := resource.Object{}
		if u == nil {
			c.add(address, object, at.key)
			return
		}
		if c.alone(at, u.Absent) {
			c.absent(address, at.key)
			return
		}
		setText(object, "path", u.Path)
		if u.Tags != nil {
			object["tags"] = u.Tags.setting()
			c.unique("tag", at.value.at("tags"))
		}
		c.boundary(u.Boundary, at.value.at("boundary"), object)
		c.add(address, object, at.key)
		c.attach(address, u.Policies, at.value.at("policies"), userLimits)
		c.embed(address, u.Inline, at.value.at("inline"), userLimits)
		c.members(address)
	})
}
