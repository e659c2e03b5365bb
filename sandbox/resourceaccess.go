package sandbox

import (
	"slices"
	"strings"
)

// What the policy of a resource, such as a bucket's or a key's, says to those who ask: services of AWS and other accounts,
// and callers of this account where they could lock themselves out. Otherwise callers are not judged; see [Faults].

// allows says whether a policy lets a principal do something: a service, an account by its id, or an ARN. Services come
// over TLS. The context is what else is known of the request, by condition key.
func (d document) allows(principal, action, resource string, context map[string]string) bool {
	known := map[string]string{"aws:securetransport": "true"}
	if strings.HasSuffix(principal, ".amazonaws.com") {
		known["aws:principalisawsservice"], known["aws:principalservicename"] = "true", principal
	}
	for key, value := range context {
		known[strings.ToLower(key)] = value
	}
	return d.permits([]string{principal}, action, resource, known)
}

// callerAllowed says whether a policy lets the caller of this call do something. A policy that lets the account lets
// everyone in it whom their own policies let, and those are not judged here.
func (c *call) callerAllowed(d document, action, resource string) bool {
	role := c.callerRole()
	return d.permits([]string{c.account, c.caller.arn, role}, action, resource, map[string]string{
		"aws:principalaccount": c.account,
		"aws:principalarn":     role,
		"kms:calleraccount":    c.account,
	})
}

// permits says whether some statement allows, and none denies, what is asked under any of the names of who asks. A
// condition that cannot be judged, with an operator or a key that is not known here, is not met.
func (d document) permits(names []string, action, resource string, context map[string]string) bool {
	lookUp := func(key string) (string, bool) {
		value, present := context[key]
		return value, present
	}
	allowed := false
	for _, s := range d.statements {
		about := slices.ContainsFunc(names, func(name string) bool { return s.isAbout(name, action, resource) })
		if !about || !isMet(s.condition, lookUp) {
			continue
		}
		if s.effect == "Deny" {
			return false
		}
		allowed = true
	}
	return allowed
}

func (s statement) isAbout(principal, action, resource string) bool {
	names := s.names(principal) == (s.principals == "Principal")
	acts := slices.ContainsFunc(s.actions, func(p string) bool { return matchesAction(p, action) }) == (s.actionWord == "Action")
	things := slices.ContainsFunc(s.resources, func(p string) bool { return like(p, resource) }) == (s.resource == "Resource")
	return names && acts && things
}

// names says whether a principal is among those a statement lists.
func (s statement) names(principal string) bool {
	sorts, ok := s.principal.(object)
	if !ok {
		return s.principal == "*"
	}
	for _, sort := range sorts {
		values, _ := sort.value.([]string)
		for _, value := range values {
			if value == principal || (sort.key == "AWS" && (value == "*" || isRootOf(accountOf(principal), value))) {
				return true
			}
		}
	}
	return false
}

// isRootOf says whether a principal stands for all of an account: by the account's id or the ARN of its root.
func isRootOf(account, principal string) bool {
	if accountID.MatchString(principal) {
		return principal == account
	}
	return strings.HasPrefix(principal, "arn:") && strings.HasSuffix(principal, ":iam::"+account+":root")
}

// accountOf is the account of an ARN, the account itself where its id is given, and "" for services.
func accountOf(principal string) string {
	if accountID.MatchString(principal) {
		return principal
	}
	if parts := strings.SplitN(principal, ":", 6); len(parts) == 6 {
		return parts[4]
	}
	return ""
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
