package spec

import (
	"strings"

	"baseline/policy"
	"baseline/resource"
)

// Kinds of what users, groups and roles have in common.
const (
	kindAttachment resource.Kind = "iam_policy_attachment"
	kindInline     resource.Kind = "iam_inline_policy"
)

// limits are what AWS allows one principal to have (IAM quotas). Where a quota can be raised it is the highest there is,
// because a file cannot know which one the account has.
type limits struct {
	// policies is the number of attached managed policies.
	policies int
	// inline is the size of all inline policies together, in characters other than white space.
	inline int
}

// attach declares the managed policies of a principal, all of them.
func (c *compiler) attach(owner resource.Address, refs []policyReference, n *node, max limits) {
	if refs == nil {
		return
	}
	c.complete(owner, kindAttachment)
	named := map[string]Place{}
	for i, ref := range refs {
		item := n.item(i)
		name, ok := c.policy(ref, item)
		if !ok {
			continue
		}
		if first, again := named[name]; again {
			c.problems.add(item.place(), "policy %q is listed twice; first at %s", name, first)
			continue
		}
		named[name] = item.place()
		c.add(resource.At(kindAttachment, word(owner.Kind), owner.Name, name), resource.Object{}, item)
	}
	if len(named) > max.policies {
		c.problems.add(n.place(), "%d policies: AWS attaches at most %d to a %s", len(named), max.policies, word(owner.Kind))
	}
}

// embed declares the inline policies of a principal, all of them.
func (c *compiler) embed(owner resource.Address, documents map[inlineName]documentOrFile, n *node, max limits) {
	if documents == nil {
		return
	}
	c.complete(owner, kindInline)
	c.unique("inline policy", n)
	size := 0
	entries(n, documents, func(name string, doc documentOrFile, at entry) {
		text, ok := c.document(doc.document, doc.file, policy.Inline)
		if !ok {
			return
		}
		size += policy.Size(string(text))
		c.add(resource.At(kindInline, word(owner.Kind), owner.Name, name), resource.Object{"document": text}, at.key)
	})
	if size > max.inline {
		c.problems.add(n.place(), "the inline policies have %d characters together: AWS allows %d for a %s", size, max.inline, word(owner.Kind))
	}
}

// word is the short name of the kind of a principal, as addresses and messages have it: user, group or role.
func word(kind resource.Kind) string { return strings.TrimPrefix(string(kind), "iam_") }
