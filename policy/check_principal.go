package policy

import (
	"regexp"
	"strings"
)

// principals checks who a trust policy is about.
func (c *checker) principals(at spot, keys map[string]*member) {
	m := c.either(at, keys, "Principal")
	if m == nil {
		c.add(at, "Principal is missing (or NotPrincipal)")
		return
	}
	where, n := at.into(m), m.value
	if n.form == formString {
		if n.text != "*" {
			c.add(where, `%q is no principal: say what it is, as in {"AWS": "111122223333"} or {"Service": "lambda.amazonaws.com"}`, n.text)
		}
		return
	}
	members, ok := c.object(where, n, principalKeys)
	if !ok {
		return
	}
	if len(n.members) == 0 {
		c.add(where, "there is no principal")
	}
	for name, check := range map[string]func(spot, string){
		AWS:       c.awsPrincipal,
		Federated: c.federatedPrincipal,
		Service:   c.servicePrincipal,
	} {
		if m := members[name]; m != nil {
			c.texts(where.into(m), m.value, check)
		}
	}
	if m := members[CanonicalUser]; m != nil {
		c.add(where.into(m), "CanonicalUser is for Amazon S3 only; write the account id as AWS")
	}
}

// The forms of principals, after the IAM user guide's page on the Principal element.
var (
	rootOrEntity = regexp.MustCompile(`^arn:aws[a-z-]*:iam::[0-9]{12}:(root|(user|role)/[\x21-\x7e]+)$`)
	stsSession   = regexp.MustCompile(`^arn:aws[a-z-]*:sts::[0-9]{12}:(assumed-role/[^/]+/[^/]+|federated-user/[^/]+)$`)
	uniqueID     = regexp.MustCompile(`^(AIDA|AROA)[A-Z0-9]{8,}$`)
	provider     = regexp.MustCompile(`^arn:aws[a-z-]*:iam::[0-9]{12}:(saml-provider|oidc-provider)/[\x21-\x7e]+$`)
	// The web identity providers that are trusted without a provider object in the account.
	namedProvider = regexp.MustCompile(`^(accounts\.google\.com|graph\.facebook\.com|www\.amazon\.com|cognito-identity[a-z0-9.-]*\.amazonaws\.com(\.cn)?)$`)
	hostname      = regexp.MustCompile(`^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$`)
)

func (c *checker) awsPrincipal(at spot, name string) {
	switch {
	case name == "*" || isAccount(name):
	case strings.ContainsAny(name, "*?"):
		c.add(at, `principal %q: wildcards have no meaning in a principal, which is "*" or one name; name the account, and compare aws:PrincipalArn in a Condition`, name)
	case rootOrEntity.MatchString(name) || stsSession.MatchString(name):
	case uniqueID.MatchString(name):
		c.add(at, "principal %q is the id IAM shows for a user or role that is gone, and it refuses to save it; write an ARN", name)
	case strings.Contains(name, ":group/"):
		c.add(at, "principal %q: a group is never a principal", name)
	case hostname.MatchString(name) && strings.Contains(name, "amazonaws"):
		c.add(at, "principal %q is a service; write it as Service", name)
	default:
		c.add(at, `principal %q is neither an account id, "*", nor the ARN of an account's root, a user, a role or an STS session`, name)
	}
}

func (c *checker) federatedPrincipal(at spot, name string) {
	if strings.ContainsAny(name, "*?") || !provider.MatchString(name) && !namedProvider.MatchString(name) {
		c.add(at, "federated principal %q is neither the ARN of a SAML or OIDC provider nor a provider IAM knows by name, such as cognito-identity.amazonaws.com", name)
	}
}

func (c *checker) servicePrincipal(at spot, name string) {
	if !hostname.MatchString(name) {
		c.add(at, "service principal %q is no service name such as lambda.amazonaws.com", name)
	}
}
