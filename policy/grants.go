package policy

import (
	"slices"
	"strings"
)

// Allows reports whether the statement allows an action, such as sts:AssumeRole, on some resource under some condition.
// Names of actions are compared without regard to case, as IAM does.
func (s *Statement) Allows(action string) bool {
	matches := func(pattern string) bool { return matchesFold(pattern, action) }
	switch {
	case s.Effect != Allow:
		return false
	case s.NotActions != nil:
		return !slices.ContainsFunc(s.NotActions, matches)
	}
	return slices.ContainsFunc(s.Actions, matches)
}

// AllowsEverything reports whether the statement allows everything on everything, or so much that the rest is there for
// the taking: whoever keeps some actions of IAM by a NotAction or NotResource that does not leave out the whole of it can
// usually give himself what is missing. So PowerUserAccess, which leaves out iam:*, does not allow everything, and a
// NotAction of aws-portal:* does. Conditions are not weighed; what another statement denies isn't either, nor what several
// statements allow together.
func (s *Statement) AllowsEverything() bool {
	if s.Effect != Allow {
		return false
	}
	actions := slices.ContainsFunc(s.Actions, isEveryAction) ||
		s.NotActions != nil && !slices.ContainsFunc(s.NotActions, coversIAMActions)
	resources := slices.ContainsFunc(s.Resources, isEveryResource) ||
		s.NotResources != nil && !slices.ContainsFunc(s.NotResources, coversIAMResources)
	return actions && resources
}

// WholeServices returns the services of which the statement allows all actions by a wildcard in place of their names, as
// in s3:*, on whatever resources: in lower case, sorted, each once. "*" stands for all services. What a NotAction allows
// is not among them.
func (s *Statement) WholeServices() []string {
	if s.Effect != Allow {
		return nil
	}
	var services []string
	for _, action := range s.Actions {
		service, name, _ := strings.Cut(action, ":")
		switch {
		case isEveryAction(action):
			services = append(services, "*")
		case isOpen(name):
			services = append(services, lower(service))
		}
	}
	slices.Sort(services)
	return slices.Compact(services)
}

// isEveryAction reports whether a pattern matches every action: "*", or another spelling such as "*:*" or "**".
func isEveryAction(pattern string) bool {
	service, name, ok := strings.Cut(pattern, ":")
	return isOpen(service) && (!ok || isOpen(name))
}

// coversIAMActions reports whether a pattern matches every action of IAM.
func coversIAMActions(pattern string) bool {
	service, name, _ := strings.Cut(pattern, ":")
	return isEveryAction(pattern) || matchesFold(service, "iam") && isOpen(name)
}

// An ARN has six fields, the last of which may hold colons: arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE. A wildcard
// reaches over colons, so a pattern may have fewer.
const (
	arnFields  = 6
	arnService = 2
	arnAccount = 4
)

// isEveryResource reports whether a pattern matches every resource: "*", "arn:*", or an ARN with wildcards for all its fields, in
// whatever partition.
func isEveryResource(pattern string) bool {
	fields := strings.SplitN(pattern, ":", arnFields)
	if len(fields) <= arnService {
		return isOpen(strings.TrimPrefix(pattern, "arn:"))
	}
	return fields[0] == "arn" && !slices.ContainsFunc(fields[arnService:], func(f string) bool { return !isOpen(f) })
}

// coversIAMResources reports whether a pattern matches every resource of IAM, at least those of one account.
func coversIAMResources(pattern string) bool {
	fields := strings.SplitN(pattern, ":", arnFields)
	if len(fields) <= arnService {
		return isOpen(pattern)
	}
	return Matches(fields[arnService], "iam") && isOpen(fields[len(fields)-1])
}

// isOpen reports whether a pattern consists of wildcards that match any name.
func isOpen(pattern string) bool {
	return strings.Contains(pattern, "*") && strings.Trim(pattern, "*?") == ""
}

// IsPattern reports whether a text holds a wildcard.
func IsPattern(text string) bool { return strings.ContainsAny(text, "*?") }

// Matches reports whether a text matches a pattern, in which "*" stands for any characters and "?" for any one byte.
func Matches(pattern, text string) bool {
	// The last "*" seen, and how much of the text it has taken: on a mismatch it takes one byte more.
	star, taken := -1, 0
	p, t := 0, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, taken = p, t
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == text[t]):
			p++
			t++
		case star >= 0:
			taken++
			p, t = star+1, taken
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}

// matchesFold is Matches without regard to the case of the letters A to Z.
func matchesFold(pattern, text string) bool { return Matches(lower(pattern), lower(text)) }

// AccountOf returns the id of the account that an ARN or an AWS principal belongs to; "" where it names none, as the unique
// ids (AROA…, AIDA…) of what is gone and patterns for any account do.
func AccountOf(name string) string {
	if isAccount(name) {
		return name
	}
	fields := strings.SplitN(name, ":", arnFields)
	if len(fields) < arnFields || fields[0] != "arn" || !isAccount(fields[arnAccount]) {
		return ""
	}
	return fields[arnAccount]
}

// SamePrincipal reports whether two AWS principals are one: an account id and the ARN of its root are.
func SamePrincipal(a, b string) bool { return foldAccount(a) == foldAccount(b) }

// LimitedTo returns the values that a condition limits a key to; nil where it does not. Only a comparison that fails when
// the request lacks the key limits it, so nothing with IfExists or ForAllValues does, and no negation. Wildcards in the
// values are to be taken for what they are, also where the operator would compare them letter by letter.
func (c Condition) LimitedTo(key string) []string {
	if !strings.EqualFold(c.Key, key) {
		return nil
	}
	switch strings.TrimPrefix(c.Operator, forAnyValue+":") {
	case "StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnEquals", "ArnLike":
		return c.Values
	}
	return nil
}
