package policy

import (
	"slices"
	"strings"
)

// covers reports whether the statement allows at least what another statement does that is wanted: the same with more principals,
// actions and resources, or with fewer or wider conditions. It may say no of what does, never yes of what does not.
func (s *Statement) covers(wanted *Statement) bool {
	if s.Effect != Allow || wanted.Effect != Allow || s.NotPrincipals != nil || s.NotActions != nil || s.NotResources != nil ||
		wanted.NotPrincipals != nil || wanted.NotActions != nil || wanted.NotResources != nil {
		return false
	}
	for sort, names := range wanted.Principals {
		if !each(names, func(name string) bool { return slices.Contains(s.Principals[sort], name) }) {
			return false
		}
	}
	return each(wanted.Actions, func(action string) bool {
		return slices.ContainsFunc(s.Actions, func(pattern string) bool { return matchesFold(pattern, action) })
	}) && each(wanted.Resources, func(resource string) bool {
		return slices.ContainsFunc(s.Resources, func(pattern string) bool { return Matches(pattern, resource) })
	}) && each(s.Conditions, func(c Condition) bool {
		return slices.ContainsFunc(wanted.Conditions, c.covers)
	})
}

// covers reports whether the condition holds wherever another does that is wanted.
func (c Condition) covers(wanted Condition) bool {
	if !strings.EqualFold(c.Key, wanted.Key) {
		return false
	}
	if c.Operator == wanted.Operator && isPositive(c.Operator) && each(wanted.Values, func(v string) bool { return slices.Contains(c.Values, v) }) {
		return true
	}
	limits, to := wanted.LimitedTo(wanted.Key), c.LimitedTo(c.Key)
	return takesPatterns(c.Operator) && len(limits) > 0 && each(limits, func(v string) bool {
		return slices.ContainsFunc(to, func(pattern string) bool { return Matches(pattern, v) })
	})
}

// isPositive reports whether more values let more through, which an operator like StringNotEquals turns round.
func isPositive(operator string) bool { return !strings.Contains(operator, "Not") }

// takesPatterns reports whether wildcards in the values stand for any characters.
func takesPatterns(operator string) bool {
	return operator == "StringLike" || operator == "ArnLike" || operator == "ArnEquals"
}

func each[T any](items []T, holds func(T) bool) bool {
	return !slices.ContainsFunc(items, func(item T) bool { return !holds(item) })
}

// Unallowed returns those statements of a wanted document, as they are written there, that nothing in a policy allows, whatever its
// conditions ask: it has no statement for any of the principals, any of the actions and any of the resources. It leaves out what
// may be allowed after all, which [Lacking] has, and so is empty for a text that cannot be read. The text "" stands for no policy.
func Unallowed(text, wanted string) []string {
	want, err := splicedOf(wanted)
	if err != nil {
		return nil
	}
	have, err := splicedOf(text)
	if err != nil {
		return nil
	}
	var unallowed []string
	for i := range want.statements {
		if want.statements[i].Effect == Allow && each(have.statements, func(s Statement) bool { return !s.mayAllow(&want.statements[i]) }) {
			unallowed = append(unallowed, want.raw(i))
		}
	}
	return unallowed
}

// mayAllow reports whether the statement may allow some of what another does that is wanted. It may say yes of what does not, never
// no of what does.
func (s *Statement) mayAllow(wanted *Statement) bool {
	return s.Effect == Allow && s.mayBeFor(wanted.Principals) &&
		(s.NotActions != nil || meet(s.Actions, wanted.Actions, strings.ToLower)) &&
		(s.NotResources != nil || meet(s.Resources, wanted.Resources, strings.Clone))
}

func (s *Statement) mayBeFor(wanted map[string][]string) bool {
	if s.NotPrincipals != nil || slices.Contains(s.Principals[AWS], "*") {
		return true
	}
	for sort, names := range wanted {
		if meet(s.Principals[sort], names, strings.Clone) {
			return true
		}
	}
	return false
}

// meet reports whether a pattern of one list and one of another may match the same text. Each is brought into a form first.
func meet(a, b []string, form func(string) string) bool {
	return slices.ContainsFunc(a, func(one string) bool {
		return slices.ContainsFunc(b, func(other string) bool { return mayMeet(form(one), form(other)) })
	})
}

// mayMeet compares what stands before the first wildcard or variable. One with neither is matched as a whole.
func mayMeet(a, b string) bool {
	const open = "*?$"
	switch {
	case strings.Contains(a, "$") || strings.Contains(b, "$"):
	case !strings.ContainsAny(a, open):
		return Matches(b, a)
	case !strings.ContainsAny(b, open):
		return Matches(a, b)
	}
	a, b = upTo(a, open), upTo(b, open)
	return strings.HasPrefix(a, b) || strings.HasPrefix(b, a)
}

// upTo is what stands before the first of some characters.
func upTo(text, open string) string {
	if at := strings.IndexAny(text, open); at >= 0 {
		return text[:at]
	}
	return text
}
