package spec

import "baseline/resource"

// dispositions say what becomes of objects that no file mentions.
type dispositions struct {
	Unmanaged *unmanaged `json:"unmanaged,omitzero" jsonschema:"What becomes of objects that the file does not mention. The default is report."`
}

// unmanaged holds one disposition for each family of kinds.
type unmanaged struct {
	Users            *disposition `json:"users,omitzero" jsonschema:"Users that are not declared."`
	Roles            *disposition `json:"roles,omitzero" jsonschema:"Roles that are not declared."`
	Groups           *disposition `json:"groups,omitzero" jsonschema:"Groups that are not declared."`
	Policies         *disposition `json:"policies,omitzero" jsonschema:"Customer managed policies that are not declared."`
	InstanceProfiles *disposition `json:"instance_profiles,omitzero" jsonschema:"Instance profiles that are not declared."`
	Trails           *disposition `json:"trails,omitzero" jsonschema:"Trails of CloudTrail that are not declared. Goes with the section cloudtrail, which may be empty."`
	Attachments      *disposition `json:"attachments,omitzero" jsonschema:"Attached policies of principals whose policies are not declared."`
	Inline           *disposition `json:"inline,omitzero" jsonschema:"Inline policies of principals whose inline policies are not declared."`
	Memberships      *disposition `json:"memberships,omitzero" jsonschema:"Memberships of users and groups that declare none."`
}

func (d *dispositions) compile(c *compiler) {
	if d.Unmanaged == nil {
		return
	}
	if !c.root.has("cloudtrail") {
		c.goesWith(c.section("unmanaged"), "trails", "cloudtrail: {}")
	}
	for family, chosen := range map[string]*disposition{
		"users": d.Unmanaged.Users, "roles": d.Unmanaged.Roles, "groups": d.Unmanaged.Groups, "policies": d.Unmanaged.Policies,
		"instance_profiles": d.Unmanaged.InstanceProfiles, "trails": d.Unmanaged.Trails,
		"attachments": d.Unmanaged.Attachments, "inline": d.Unmanaged.Inline, "memberships": d.Unmanaged.Memberships,
	} {
		if chosen != nil {
			c.out.Want.Unmanaged[family] = resource.Disposition(*chosen)
		}
	}
}

type disposition string

func (disposition) words() []string {
	return []string{string(resource.Ignore), string(resource.Report), string(resource.Delete)}
}
