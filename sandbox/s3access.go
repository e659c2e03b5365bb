package sandbox

import (
	"slices"
	"strings"
)

// What a policy of a resource, such as a bucket's, says to those who come from elsewhere: services of AWS and other
// accounts. Callers of the account itself are not judged; see [Faults].

// bucketAllows says whether a bucket's policy lets a principal do something: a service such as cloudtrail.amazonaws.com,
// an account's id or an ARN. The context is what is known of the request, by condition key. It is false where there is
// no bucket, no policy, or either is too new to have reached the service that asks.
func (c *call) bucketAllows(bucket, principal, action, resource string, context map[string]string) bool {
	b, ok := c.store.get(bucketPlace(bucket)).(*Bucket)
	if !ok || !c.settled(b) || b.Policy == "" || (c.lag > 0 && c.now.Before(b.PolicyPut.Add(c.lag))) {
		return false
	}
	d, err := parseResourcePolicy(b.Policy)
	return err == nil && d.allows(principal, action, resource, context)
}

// bucketExists finds a bucket of whatever account, for services that are told its name.
func (c *call) bucketExists(name string) (owner, region string, ok bool) {
	b, ok := c.store.get(bucketPlace(name)).(*Bucket)
	if !ok || !c.settled(b) {
		return "", "", false
	}
	return b.ownerOr(c.account), b.Region, true
}

// allows evaluates the policy of a resource: some statement allows, and none denies. Services come over TLS. A condition
// that cannot be judged, with an operator or a key not known here, is not met.
func (d document) allows(principal, action, resource string, context map[string]string) bool {
	known := map[string]string{"aws:securetransport": "true"}
	if strings.HasSuffix(principal, ".amazonaws.com") {
		known["aws:principalisawsservice"], known["aws:principalservicename"] = "true", principal
	}
	for key, value := range context {
		known[strings.ToLower(key)] = value
	}
	allowed := false
	for _, s := range d.statements {
		if !s.isAbout(principal, action, resource) || !s.metBy(known) {
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

func (s statement) metBy(context map[string]string) bool {
	for _, operator := range s.condition {
		keys, _ := operator.value.(object)
		for _, key := range keys {
			values, _ := key.value.([]string)
			have, present := context[strings.ToLower(key.key)]
			if !meetsOperator(strings.ToLower(operator.key), have, present, values) {
				return false
			}
		}
	}
	return true
}
