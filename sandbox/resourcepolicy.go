package sandbox

import (
	"slices"
	"strings"
)

// The policy of a resource, such as a key or a topic, says who may use it. Services other than IAM check such a policy
// less closely than IAM does its own: a Sid may be any text.

// parseResourcePolicy reads a resource's policy. The error says what is wrong with it, under IAM's code.
func parseResourcePolicy(text string) (document, error) {
	var d document
	tree, err := parseTree(text)
	if err != nil {
		return d, syntaxError()
	}
	root, ok := tree.(object)
	if !ok || !d.readRoot(root) {
		return d, syntaxError()
	}
	sids := map[string]bool{}
	for _, s := range d.statements {
		switch {
		case s.effect != "Allow" && s.effect != "Deny":
			return d, malformedPolicy("Effect must be Allow or Deny.")
		case s.principal == nil:
			return d, malformedPolicy("Policy statement must contain principals.")
		case len(s.actions) == 0:
			return d, malformedPolicy("Policy statement must contain actions.")
		case len(s.resources) == 0:
			return d, malformedPolicy("Policy statement must contain resources.")
		}
		for _, f := range s.condition {
			if !conditionOperator.MatchString(f.key) {
				return d, malformedPolicy("Invalid Condition type : %s.", f.key)
			}
		}
		if s.sid == nil || *s.sid == "" {
			continue
		}
		if sids[*s.sid] {
			return d, malformedPolicy("Statement IDs (SID) in a single policy must be unique.")
		}
		sids[*s.sid] = true
	}
	return d, d.checkVendors()
}

// principalsExist says whether every principal of a policy is one that AWS knows.
func (c *call) principalsExist(d document) bool {
	for _, s := range d.statements {
		sorts, _ := s.principal.(object) // "*" is nobody in particular
		for _, sort := range sorts {
			values, _ := sort.value.([]string)
			for _, value := range values {
				if _, ok := c.keepPrincipal(sort.key, value); !ok {
					return false
				}
			}
		}
	}
	return true
}

// callerAllowed says whether a policy lets the caller of this call do something. A policy that lets the account lets
// everyone in it whom their own policies let, and those are not judged here.
func (c *call) callerAllowed(d document, action, resource string) bool {
	role := c.callerRole()
	context := map[string]string{
		"aws:principalaccount": c.account,
		"aws:principalarn":     role,
		"kms:calleraccount":    c.account,
	}
	names := []string{c.account, c.caller.arn, role}
	allowed := false
	for _, s := range d.statements {
		about := slices.ContainsFunc(names, func(name string) bool { return s.isAbout(name, action, resource) })
		if !about || !s.metBy(context) {
			continue
		}
		if s.effect == "Deny" {
			return false
		}
		allowed = true
	}
	return allowed
}

// callerRole is the ARN that policies know the caller by: a session's is its role's.
func (c *call) callerRole() string {
	session, ok := strings.CutPrefix(c.caller.arn, "arn:aws:sts::"+c.account+":assumed-role/")
	if !ok {
		return c.caller.arn
	}
	name, _, _ := strings.Cut(session, "/")
	if r, ok := c.store.get(placeOf(roleKindName, name)).(*Role); ok {
		return r.arn(c.account)
	}
	return arnOf(c.account, "role/"+name)
}
