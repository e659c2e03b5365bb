package spec

import (
	"baseline/policy"
	"baseline/resource"
)

const kindPolicy resource.Kind = "iam_policy"

// policies is the section of customer managed policies.
type policies struct {
	Policies map[policyName]*managedPolicy `json:"policies,omitzero" jsonschema:"Customer managed policies by name."`
}

type managedPolicy struct {
	Path        *policyPath  `json:"path,omitzero" jsonschema:"The path of the policy, such as /team/. It cannot be changed later without replacing the policy."`
	Description *description `json:"description,omitzero" jsonschema:"What the policy is for. It cannot be changed later without replacing the policy."`
	Document    *document    `json:"document,omitzero" jsonschema:"The policy document."`
	File        *fileName    `json:"file,omitzero" jsonschema:"A JSON or YAML file that holds the document, inside the folder of this file."`
	Tags        tags         `json:"tags,omitzero" jsonschema:"All tags of the policy."`
	Absent      *bool        `json:"absent,omitzero" jsonschema:"The policy shall not exist. Goes with no other key."`
}

func (s *policies) declare(c *compiler) {
	section := c.section("policies")
	c.unique("policy", section)
	entries(section, s.Policies, func(name string, p *managedPolicy, at entry) {
		d := declared{key: at.key, path: "/"}
		if p != nil {
			d.absent = p.Absent != nil
			if p.Path != nil {
				d.path = string(*p.Path)
			}
		}
		c.declare(kindPolicy, name, d)
	})
}

func (s *policies) compile(c *compiler) {
	entries(c.section("policies"), s.Policies, func(name string, p *managedPolicy, at entry) {
		address := resource.At(kindPolicy, name)
		object := resource.Object{}
		if p != nil {
			if c.alone(at, p.Absent) {
				c.absent(address, at.key)
				return
			}
			p.settings(c, at.value, object)
		}
		c.add(address, object, at.key)
	})
}

func (p *managedPolicy) settings(c *compiler, n *node, object resource.Object) {
	setText(object, "path", p.Path)
	setText(object, "description", p.Description)
	if p.Tags != nil {
		object["tags"] = p.Tags.setting()
	}
	c.out.PolicyTags = c.out.PolicyTags || p.Tags != nil || p.Description != nil
	if p.Document != nil && p.File != nil {
		e, _ := n.get("file")
		c.problems.add(e.key.place(), "document and file are both given: keep one")
		return
	}
	if p.Document == nil && p.File == nil {
		return
	}
	var written document
	if p.Document != nil {
		written = *p.Document
	}
	if text, ok := c.document(written, p.File, policy.Managed); ok {
		object["document"] = text
	}
}

// setText copies a declared text into an object.
func setText[T ~string](object resource.Object, setting string, value *T) {
	if value != nil {
		object[setting] = string(*value)
	}
}

// setFlag copies a declared flag into an object.
func setFlag(object resource.Object, setting string, value *bool) {
	if value != nil {
		object[setting] = *value
	}
}

// text is a text that may be left out, "" where it is.
func text[T ~string](value *T) string {
	if value == nil {
		return ""
	}
	return string(*value)
}
