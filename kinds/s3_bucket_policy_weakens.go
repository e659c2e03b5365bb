package kinds

import (
	"slices"

	"baseline/policy"
	"baseline/resource"
)

// The services that a policy lets in for the sake of the record: CloudTrail, and S3 with its access logs.
const (
	trailService     = "cloudtrail.amazonaws.com"
	accessLogService = "logging.s3.amazonaws.com"
)

// bucketPolicyWeakens compares policies statement by statement. One that is replaced by another that does no less is no loss.
func bucketPolicyWeakens(before, after resource.Object) (phrases []string) {
	was, is := string(before.Document("document")), string(after.Document("document"))
	gone, come := statementsOf(policy.Lacking(is, was)), statementsOf(policy.Lacking(was, is))
	if slices.ContainsFunc(gone, func(s policy.Statement) bool { return s.Effect == policy.Deny && !coveredBy(s, come) }) {
		phrases = append(phrases, "it forbids less")
	}
	if slices.ContainsFunc(gone, func(s policy.Statement) bool { return allowsService(s, trailService) && !coveredBy(s, come) }) {
		phrases = append(phrases, "CloudTrail may do less with the bucket")
	}
	if slices.ContainsFunc(come, func(s policy.Statement) bool {
		return s.Effect == policy.Allow && !isForRecord(s) && !coveredBy(s, gone)
	}) {
		phrases = append(phrases, "it lets more in")
	}
	if after == nil && len(phrases) == 0 {
		phrases = append(phrases, "the policy goes")
	}
	return phrases
}

// statementsOf reads statements that stood in a policy.
func statementsOf(texts []string) (statements []policy.Statement) {
	for _, text := range texts {
		if d, err := policy.Parse(`{"Version":"` + policy.Version2012 + `","Statement":` + text + `}`); err == nil {
			statements = append(statements, d.Statements...)
		}
	}
	return statements
}

// allowsService reports whether a statement allows something to a service.
func allowsService(s policy.Statement, service string) bool {
	return s.Effect == policy.Allow && slices.Contains(s.Principals[policy.Service], service)
}

// isForRecord reports whether a statement is about nobody but the services that write records.
func isForRecord(s policy.Statement) bool {
	others := func(service string) bool { return service != trailService && service != accessLogService }
	services := s.Principals[policy.Service]
	return len(s.Principals) == 1 && len(services) > 0 && !slices.ContainsFunc(services, others)
}

// coveredBy reports whether one of some statements applies wherever s does, to the same effect, as far as that shows without
// working out wildcards.
func coveredBy(s policy.Statement, others []policy.Statement) bool {
	return slices.ContainsFunc(others, func(o policy.Statement) bool {
		if o.Effect != s.Effect || s.NotPrincipals != nil || o.NotPrincipals != nil || s.NotActions != nil || o.NotActions != nil ||
			s.NotResources != nil || o.NotResources != nil {
			return false
		}
		for kind, names := range s.Principals {
			if !containsAll(o.Principals[kind], names) {
				return false
			}
		}
		return containsAll(o.Actions, s.Actions) && containsAll(o.Resources, s.Resources) &&
			!slices.ContainsFunc(o.Conditions, func(c policy.Condition) bool { return !loosens(c, s.Conditions) })
	})
}

// loosens reports whether a condition holds wherever some others do: one of them has the same key and fewer values.
func loosens(c policy.Condition, others []policy.Condition) bool {
	return slices.ContainsFunc(others, func(o policy.Condition) bool {
		if o.Operator != c.Operator || o.Key != c.Key {
			return false
		}
		return containsAll(o.Values, c.Values) && containsAll(c.Values, o.Values) || c.LimitedTo(c.Key) != nil && containsAll(c.Values, o.Values)
	})
}

func containsAll(list, items []string) bool {
	return !slices.ContainsFunc(items, func(item string) bool { return !slices.Contains(list, item) })
}
