package sandbox

import (
	"slices"
	"strings"
)

// What a user or a role may do by its own policies. It is decided here and nowhere else: for calls, with Options.Enforce, and for
// whoever asks with SimulatePrincipalPolicy. Conditions are not evaluated but for the prefix that a call of S3 lists, so both sides
// of doubt go against the caller: a statement with another condition never allows anything, and always denies what it may deny.

// An authority is who wants to do something, with what may let him.
type authority struct {
	// name is that of a user, which policies may speak of as ${aws:username}; "" for roles.
	name     string
	policies []statement
	// bounded is set where there is a permissions boundary, of which these are the statements.
	bounded  bool
	boundary []statement
}

// A ruling is what comes of asking an authority.
type ruling struct {
	// decision is in the words of the policy simulator.
	decision string
	// why is how AWS's refusals end.
	why string
	// keys are the condition keys on which it hung, sorted.
	keys []string
}

// The decisions.
const (
	ruledAllowed  = "allowed"
	ruledDenied   = "explicitDeny"
	ruledImplicit = "implicitDeny"
)

// authorityOf is the authority of a user, a group or a role.
func (c *call) authorityOf(h holder) authority {
	a := authority{policies: c.grantedBy(h.grants()).statements}
	if u, ok := h.(*User); ok {
		a.name = u.Name
		for _, g := range groupsOf(c.store, u) {
			a.policies = append(a.policies, c.grantedBy(g.Grants).statements...)
		}
	}
	if b, ok := h.(bounded); ok && b.boundary() != "" {
		// A policy of AWS whose document the sandbox does not hold lets nothing through.
		a.bounded = true
		a.boundary = c.grantedBy(Grants{Attached: []string{b.boundary()}}).statements
	}
	return a
}

// callerAuthority is that of who calls; false for the administrator, who is above all policies.
func (c *call) callerAuthority() (authority, bool) {
	switch {
	case c.caller.user != nil:
		return c.authorityOf(c.caller.user), true
	case c.caller.session != nil:
		role, ok := c.store.get(placeOf(roleKindName, c.caller.session.RoleName)).(*Role)
		if !ok {
			return authority{}, true
		}
		return c.authorityOf(role), true
	}
	return authority{}, false
}

// authorize refuses a call that the caller's policies do not allow. Who one is can always be asked, and whom a role lets in is
// for its trust to say, too.
func (c *call) authorize(service string) error {
	if service == "sts" {
		return nil
	}
	who, judged := c.callerAuthority()
	if !judged {
		return nil
	}
	for _, p := range c.permits(service) {
		if r := who.rule(p); r.decision != ruledAllowed {
			return refuse(denialCode(service), "User: %s is not authorized to perform: %s on resource: %s %s", c.caller.arn, p.action, p.on, r.why)
		}
	}
	return nil
}

// denialCode is by what code a service refuses what the caller may not do.
func denialCode(service string) string {
	switch service {
	case "kms", "logs", "cloudtrail", "tag":
		return "AccessDeniedException"
	case "sns":
		return "AuthorizationError"
	}
	return "AccessDenied"
}

// rule decides about one permit: what is denied anywhere is denied, and all else must be allowed by the policies and, where there
// is one, by the boundary.
func (a authority) rule(p permit) ruling {
	granted, hung := a.weigh(a.policies, p)
	within, alsoHung := ruledAllowed, []string(nil)
	if a.bounded {
		within, alsoHung = a.weigh(a.boundary, p)
	}
	keys := slices.Compact(slices.Sorted(slices.Values(append(hung, alsoHung...))))
	switch {
	case granted == ruledDenied:
		return ruling{ruledDenied, "with an explicit deny in an identity-based policy", keys}
	case within == ruledDenied:
		return ruling{ruledDenied, "with an explicit deny in a permissions boundary", keys}
	case granted != ruledAllowed:
		return ruling{ruledImplicit, "because no identity-based policy allows the " + p.action + " action", keys}
	case within != ruledAllowed:
		return ruling{ruledImplicit, "because no permissions boundary allows the " + p.action + " action", keys}
	}
	return ruling{decision: ruledAllowed}
}

// weigh says what statements come to, and on which condition keys that hung.
func (a authority) weigh(statements []statement, p permit) (decision string, keys []string) {
	decision = ruledImplicit
	for _, s := range statements {
		if !s.speaksOf(p.action) || !a.reaches(s, p) {
			continue
		}
		if p.judges(s.condition) {
			if !isMet(s.condition, p.known) {
				continue
			}
			s.condition = nil
		}
		for _, operator := range s.condition {
			tests, _ := operator.value.(object)
			for _, test := range tests {
				keys = append(keys, test.key)
			}
		}
		switch {
		case s.effect == "Deny":
			return ruledDenied, keys
		case len(s.condition) == 0:
			decision = ruledAllowed
		}
	}
	return decision, keys
}

// judges says whether all that a condition asks is known of the call.
func (p permit) judges(condition object) bool {
	if p.context == nil {
		return false
	}
	for _, operator := range condition {
		tests, _ := operator.value.(object)
		for _, test := range tests {
			if !strings.EqualFold(test.key, prefixKey) {
				return false
			}
		}
	}
	return true
}

// known is what the call says about a condition key.
func (p permit) known(key string) (value string, present bool) {
	value, present = p.context[key]
	return value, present
}

// reaches says whether a statement is about what a permit is on.
func (a authority) reaches(s statement, p permit) bool {
	// What a variable stands for that is not known here may be anything: that must not allow, and must deny.
	open := (s.effect == "Deny") == (s.resource == "Resource")
	named := slices.ContainsFunc(s.resources, func(pattern string) bool {
		filled, known := a.fill(pattern)
		if !known && !open {
			return false
		}
		return like(filled, p.on)
	})
	return named == (s.resource == "Resource")
}

// fill puts the user's name into a pattern, and wildcards where other variables are, which are then not all known.
func (a authority) fill(pattern string) (filled string, known bool) {
	known = true
	for {
		before, rest, found := strings.Cut(pattern, "${")
		variable, after, closed := strings.Cut(rest, "}")
		if !found || !closed {
			return filled + pattern, known
		}
		value := "*"
		if strings.EqualFold(variable, "aws:username") && a.name != "" {
			value = a.name
		} else {
			known = false
		}
		filled, pattern = filled+before+value, after
	}
}
