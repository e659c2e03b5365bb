package policy

import "strings"

// trustActions are the STS actions a trust policy is about.
var trustActions = []string{
	"sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity", "sts:SetContext", "sts:SetSourceIdentity",
	"sts:TagSession",
}

// action checks the form of an action: a service that is spelled out, a colon, and a name that may hold wildcards.
func (c *checker) action(at spot, action string) {
	service, name, ok := strings.Cut(action, ":")
	switch {
	case action == "*":
	case !ok:
		c.add(at, "%q has no service in front, as in s3:GetObject", action)
		return
	case service == "" || strings.ContainsFunc(service, func(r rune) bool { return !isAlphanumeric(r) && r != '-' && r != '.' }):
		c.add(at, "%q must begin with the name of a service, without wildcards, as in s3:GetObject", action)
		return
	case name == "":
		c.add(at, "%q names no action after the service", action)
		return
	case strings.ContainsFunc(name, func(r rune) bool { return !isAlphanumeric(r) && !strings.ContainsRune("*?-_.", r) }):
		c.add(at, "%q is no action: after the service only letters, digits, - _ . and the wildcards * and ? can stand", action)
		return
	}
	if c.use == Trust {
		c.trustAction(at, action)
	}
}

// trustAction checks what only holds for actions in trust policies. Actions STS may yet learn pass, slips don't.
func (c *checker) trustAction(at spot, action string) {
	if service, _, _ := strings.Cut(action, ":"); !strings.EqualFold(service, "sts") {
		c.add(at, "%q is not an STS action; a trust policy speaks of sts:AssumeRole and its like only", action)
		return
	}
	if near := nearest(action, trustActions); near != "" && !strings.EqualFold(near, action) && !strings.ContainsAny(action, "*?") {
		c.add(at, "there is no action %q; did you mean %q?", action, near)
	}
}
