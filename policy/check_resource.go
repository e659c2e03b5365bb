package policy

import "strings"

// resource checks that a resource is "*" or has the shape of an ARN: arn:partition:service:region:account:resource. All
// parts but the service can hold wildcards, and a "*" at the end can stand for the parts that are left out.
func (c *checker) resource(at spot, resource string) {
	if resource == "*" {
		return
	}
	parts := strings.SplitN(resource, ":", 6)
	if parts[0] != "arn" || len(parts) < 3 {
		c.add(at, `resource %q is neither an ARN (arn:partition:service:region:account:resource) nor "*"`, resource)
		return
	}
	if !isPartition(parts[1]) {
		c.add(at, "resource %q: %q is no partition such as aws, aws-cn or aws-us-gov", resource, parts[1])
	}
	switch service := parts[2]; {
	case strings.ContainsAny(service, "*?"):
		c.add(at, "resource %q: the service must be spelled out, without wildcards", resource)
		return
	case service == "":
		c.add(at, "resource %q names no service", resource)
		return
	case len(parts) < 6 && (len(parts) == 3 || !strings.HasSuffix(resource, "*")):
		c.add(at, "resource %q has %d parts; an ARN has 6 (arn:partition:service:region:account:resource)", resource, len(parts))
	case len(parts) == 6 && parts[5] == "":
		c.add(at, "resource %q names nothing after the account", resource)
	}
}

// isPartition reports whether text is the name of a partition or a wildcard for some.
func isPartition(text string) bool {
	if text == "aws" || strings.HasPrefix(text, "aws-") {
		return true
	}
	return strings.ContainsAny(text, "*?")
}
