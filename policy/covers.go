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
