package spec

import (
	"maps"
	"regexp"
	"strings"

	"baseline/resource"
)

// policyReference names a managed policy: one of this file, an ARN, or aws:PATH/NAME for one of AWS's own.
type policyReference string

var (
	policyARN = regexp.MustCompile(`^arn:([a-z-]+):iam::(aws|[0-9]{12}):policy(/(?:[A-Za-z0-9.,+@=_-]+/)*)([\w+=,.@-]{1,128})$`)
	awsPolicy = regexp.MustCompile(`^aws:(?:[A-Za-z0-9.,+@=_-]+/)*[\w+=,.@-]{1,128}$`)
)

// policy returns the canonical form of a reference, as addresses hold it: NAME, or aws:PATH/NAME.
func (c *compiler) policy(ref policyReference, n *node) (string, bool) {
	text := string(ref)
	switch {
	case text == "":
		// A reference that could not be read is empty too; its problem is known.
		if n.tag == tagString && n.text == "" {
			c.problems.add(n.place(), "the name of a policy is empty")
		}
		return "", false
	case strings.HasPrefix(text, "arn:"):
		return c.policyARN(text, n)
	case strings.HasPrefix(text, "aws:"):
		if !awsPolicy.MatchString(text) {
			c.problems.add(n.place(), "%q is not the name of a policy of AWS: write aws:NAME or aws:PATH/NAME, as in aws:job-function/ViewOnlyAccess", text)
			return "", false
		}
		return text, c.attachable(text, n)
	}
	return text, c.known(kindPolicy, text, n)
}

func (c *compiler) policyARN(arn string, n *node) (string, bool) {
	m := policyARN.FindStringSubmatch(arn)
	if m == nil {
		c.problems.add(n.place(), "%q is not the ARN of a managed policy", arn)
		return "", false
	}
	partition, account, path, name := m[1], m[2], m[3], m[4]
	switch {
	case partition != c.partition:
		c.problems.add(n.place(), "%q is of the partition %s, but this is for %s: write ${partition}", arn, partition, c.partition)
		return "", false
	case account == "aws":
		ref := "aws:" + strings.TrimPrefix(path, "/") + name
		return ref, c.attachable(ref, n)
	case account != c.account && !c.anyAccount:
		c.problems.add(n.place(), "%q belongs to account %s: a policy can only be used in its own account, here %s", arn, account, c.account)
		return "", false
	}
	// A policy of this account need not be declared to be named by its ARN, but if it is, it must be the same one.
	d, ok := c.names[kindPolicy][name]
	if ok && d.absent {
		return name, c.known(kindPolicy, name, n)
	}
	if ok && d.path != path {
		c.problems.add(n.place(), "%q has the path %s, but policy %q is declared with the path %s at %s", arn, path, name, d.path, d.key.place())
		return "", false
	}
	return name, true
}

// attachable refuses the policies of AWS that cannot be attached to anything of ours (PolicyNotAttachable).
func (c *compiler) attachable(ref string, n *node) bool {
	for _, prefix := range []string{"aws:aws-service-role/", "aws:root-task/"} {
		if strings.HasPrefix(ref, prefix) {
			c.problems.add(n.place(), "%q is one of the policies that AWS keeps to itself: it cannot be attached", ref)
			return false
		}
	}
	return true
}

// known reports whether a name is declared to exist, and says so if not.
func (c *compiler) known(kind resource.Kind, name string, n *node) bool {
	what := word(kind)
	d, ok := c.names[kind][name]
	switch {
	case !ok:
		hint := c.problems.meant(name, maps.Keys(c.names[kind]))
		if hint == "" && name != "" {
			hint = ": declare it; if it exists already, an empty \"" + name + ": {}\" leaves it as it is"
			if kind == kindPolicy {
				hint += ", and AWS's own are written aws:NAME"
			}
		}
		c.problems.add(n.place(), "%s %q is not declared%s", what, name, hint)
	case d.absent:
		c.problems.add(n.place(), "%s %q is declared absent at %s", what, name, d.key.place())
	default:
		return true
	}
	return false
}

// boundary returns the canonical form of a permissions boundary, "" for none.
func (c *compiler) boundary(ref *policyReference, n *node, object resource.Object) {
	if ref == nil {
		return
	}
	if *ref == "" || *ref == "none" {
		object["boundary"] = ""
		return
	}
	if name, ok := c.policy(*ref, n); ok {
		object["boundary"] = name
	}
}
