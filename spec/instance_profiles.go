package spec

import (
	"github.com/google/jsonschema-go/jsonschema"

	"baseline/resource"
)

const (
	kindInstanceProfile     resource.Kind = "iam_instance_profile"
	kindInstanceProfileRole resource.Kind = "iam_instance_profile_role"
)

// instanceProfiles is the section of instance profiles.
type instanceProfiles struct {
	InstanceProfiles map[instanceProfileName]*instanceProfile `json:"instance_profiles,omitzero" jsonschema:"Instance profiles by name. They hand roles to EC2 instances."`
}

type instanceProfile struct {
	Path   *entityPath  `json:"path,omitzero" jsonschema:"The path of the instance profile, such as /team/. It cannot be changed later without replacing the instance profile."`
	Role   *profileRole `json:"role,omitzero" jsonschema:"The role that the instance profile holds: a role of this file, or an empty string for none."`
	Tags   tags         `json:"tags,omitzero" jsonschema:"All tags of the instance profile."`
	Absent *bool        `json:"absent,omitzero" jsonschema:"The instance profile shall not exist. Goes with no other key."`
}

func (s *instanceProfiles) compile(c *compiler) {
	section := c.section("instance_profiles")
	c.unique("instance profile", section)
	entries(section, s.InstanceProfiles, func(name string, p *instanceProfile, at entry) {
		address := resource.At(kindInstanceProfile, name)
		object := resource.Object{}
		if p == nil {
			c.add(address, object, at.key)
			return
		}
		if c.alone(at, p.Absent) {
			c.absent(address, at.key)
			return
		}
		setText(object, "path", p.Path)
		if p.Tags != nil {
			object["tags"] = p.Tags.setting()
		}
		c.add(address, object, at.key)
		p.hold(c, address, at.value.at("role"))
	})
}

// hold declares the role of the instance profile, or that it holds none.
func (p *instanceProfile) hold(c *compiler, profile resource.Address, n *node) {
	if p.Role == nil {
		return
	}
	c.complete(profile, kindInstanceProfileRole)
	if role := string(*p.Role); role != "" && c.known(kindRole, role, n) {
		c.add(resource.At(kindInstanceProfileRole, profile.Name, role), resource.Object{}, n)
	}
}

type instanceProfileName string

func (n instanceProfileName) check() error { return checkName("instance profile", string(n), 128) }

func (instanceProfileName) schema() *jsonschema.Schema { return nameSchema(128) }

// profileRole is the name of a role, or "" for none.
type profileRole string

func (r profileRole) check() error {
	if r == "" {
		return nil
	}
	return roleName(r).check()
}

func (profileRole) schema() *jsonschema.Schema {
	return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{roleName("").schema(), {Type: "string", MaxLength: new(0)}}}
}
