package spec

import (
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"

	"baseline/resource"
)

var servicePattern = regexp.MustCompile(`^[a-z0-9][a-z0-9-]*(\.[a-z0-9-]+)+$`)

func (t trustEntry) fillService(c *compiler, n *node, s *statement) bool {
	for i, service := range t.Service {
		if !servicePattern.MatchString(service) {
			c.problems.add(n.at("service").item(i).place(), "%q is not the name of a service: write it in full, as in lambda.amazonaws.com", service)
			return false
		}
	}
	s.kind, s.principals = "Service", t.Service
	return len(t.Service) > 0
}

var (
	// The model of sts:AssumeRole allows 2 to 1224 of these.
	externalIDPattern = regexp.MustCompile(`^[\w+=,.@:/-]+$`)
	orgIDPattern      = regexp.MustCompile(`^o-[a-z0-9]{10,32}$`)
)

func (t trustEntry) fillAccount(c *compiler, n *node, s *statement) bool {
	if t.Account == nil {
		return false
	}
	s.kind, s.principals = "AWS", []string{c.arn(string(*t.Account), "root")}
	ok := true
	wrong := func(key, format string, args ...any) {
		c.problems.add(n.at(key).place(), format, args...)
		ok = false
	}
	if id := t.ExternalID; id != nil {
		if !externalIDPattern.MatchString(*id) || len(*id) < 2 || len(*id) > 1224 {
			wrong("external_id", "external_id %q: AWS allows 2 to 1224 letters, digits and _+=,.@:/-", *id)
		}
		s.when("StringEquals", "sts:ExternalId", *id)
	}
	if id := t.OrgID; id != nil {
		if !orgIDPattern.MatchString(*id) {
			wrong("org_id", "org_id %q: an organization id is o- and 10 to 32 letters and digits", *id)
		}
		s.when("StringEquals", "aws:PrincipalOrgID", *id)
	}
	if t.MFA != nil {
		if !*t.MFA {
			wrong("mfa", "mfa: false says nothing: leave the key out")
		}
		s.when("Bool", "aws:MultiFactorAuthPresent", "true")
	}
	return ok
}

func (t trustEntry) fillRole(c *compiler, n *node, s *statement) bool {
	return c.principal(kindRole, t.Role, n.at("role"), s)
}

func (t trustEntry) fillUser(c *compiler, n *node, s *statement) bool {
	return c.principal(kindUser, t.User, n.at("user"), s)
}

// principal trusts a user or role, named as in this file or by ARN.
func (c *compiler) principal(kind resource.Kind, named *string, n *node, s *statement) bool {
	if named == nil {
		return false
	}
	arn := *named
	if strings.HasPrefix(arn, "arn:") {
		form := regexp.MustCompile(`^arn:[a-z-]+:iam::[0-9]{12}:` + word(kind) + `(/[\x21-\x7E]+)?/[\w+=,.@-]{1,64}$`)
		if !form.MatchString(arn) {
			c.problems.add(n.place(), "%q is not the ARN of a %s", arn, word(kind))
			return false
		}
	} else {
		if !c.known(kind, arn, n) {
			return false
		}
		arn = c.principalARN(kind, arn)
	}
	s.kind, s.principals = "AWS", []string{arn}
	return true
}

// principalARN returns the ARN of a user or role of this file.
func (c *compiler) principalARN(kind resource.Kind, name string) string {
	return c.arn(c.account, word(kind)+c.names[kind][name].path+name)
}

// arn returns the ARN of something of IAM.
func (c *compiler) arn(account, resource string) string {
	return "arn:" + c.partition + ":iam::" + account + ":" + resource
}

// sharedProviders are OpenID Connect providers that give tokens to anybody who has an account with them. Only the subject
// of a token tells whose it is.
var sharedProviders = []string{
	"accounts.google.com",
	"agent.buildkite.com",
	"api.pulumi.com/oidc",
	"app.terraform.io",
	"gitlab.com",
	"graph.facebook.com",
	"oidc.vercel.com",
	"token.actions.githubusercontent.com",
	"www.amazon.com",
}

var (
	oidcARN  = regexp.MustCompile(`^arn:[a-z-]+:iam::[0-9]{12}:oidc-provider/(.+)$`)
	oidcHost = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9.-]*(/[A-Za-z0-9._~/-]*)?$`)
)

func (t trustEntry) fillOIDC(c *compiler, n *node, s *statement) bool {
	if t.OIDC == nil {
		return false
	}
	at := n.at("oidc")
	host, arn := *t.OIDC, c.arn(c.account, "oidc-provider/"+*t.OIDC)
	if m := oidcARN.FindStringSubmatch(*t.OIDC); m != nil {
		host, arn = m[1], *t.OIDC
	}
	if !oidcHost.MatchString(host) {
		c.problems.add(at.place(), "%q is not an OpenID Connect provider: write its host without https://, as in token.actions.githubusercontent.com, or its ARN", *t.OIDC)
		return false
	}
	s.kind, s.principals, s.action = "Federated", []string{arn}, "sts:AssumeRoleWithWebIdentity"
	audience := []string(t.Audience)
	if audience == nil {
		audience = []string{"sts." + c.domain()}
	}
	s.when("StringEquals", host+":aud", audience...)
	shared := slices.Contains(sharedProviders, strings.ToLower(host))
	if shared && t.Subject == nil {
		c.problems.add(n.place(), "%s gives tokens to anybody, so that anybody could assume this role: add a subject that only your own tokens have", host)
		return false
	}
	for i, subject := range t.Subject {
		if shared && isOpen(subject) {
			c.problems.add(n.at("subject").item(i).place(), "the subject %q matches tokens of strangers: %s gives tokens to anybody; name the owner before the first wildcard", subject, host)
			return false
		}
	}
	if t.Subject != nil {
		operator := "StringEquals"
		if slices.ContainsFunc(t.Subject, func(subject string) bool { return strings.ContainsAny(subject, "*?") }) {
			operator = "StringLike"
		}
		s.when(operator, host+":sub", t.Subject...)
	}
	return true
}

// isOpen reports whether a subject with wildcards leaves open whose tokens it matches. The subjects of shared providers are
// lists of claims with the owner first, such as repo:OWNER/REPOSITORY:ref:... or organization:OWNER:project:...
func isOpen(subject string) bool {
	wild := strings.IndexAny(subject, "*?")
	if wild < 0 {
		return false
	}
	_, owner, named := strings.Cut(subject[:wild], ":")
	return !named || !strings.ContainsAny(owner, ":/")
}

var (
	samlName = regexp.MustCompile(`^[\w.-]{1,128}$`)
	samlARN  = regexp.MustCompile(`^arn:[a-z-]+:iam::[0-9]{12}:saml-provider/[\w.-]{1,128}$`)
)

func (t trustEntry) fillSAML(c *compiler, n *node, s *statement) bool {
	if t.SAML == nil {
		return false
	}
	arn := *t.SAML
	switch {
	case samlName.MatchString(arn):
		arn = c.arn(c.account, "saml-provider/"+arn)
	case !samlARN.MatchString(arn):
		c.problems.add(n.at("saml").place(), "%q is not the name of a SAML provider, nor its ARN", arn)
		return false
	}
	s.kind, s.principals, s.action = "Federated", []string{arn}, "sts:AssumeRoleWithSAML"
	signIn := c.domain()
	switch c.partition {
	case "aws":
		signIn = "aws.amazon.com"
	case "aws-us-gov":
		signIn = "amazonaws-us-gov.com"
	case "aws-cn":
		signIn = "amazonaws.cn"
	}
	s.when("StringEquals", "SAML:aud", "https://signin."+signIn+"/saml")
	return true
}

// domain is the one under which the partition's services are.
func (c *compiler) domain() string {
	if c.partition == "aws-cn" {
		return "amazonaws.com.cn"
	}
	return "amazonaws.com"
}

// stringList is a string or a list of strings.
type stringList []string

func (l *stringList) decodeNode(d decoder, n *node, label string) bool {
	var items []string
	switch n.shape {
	case list:
	case scalar:
		n = &node{source: n.source, line: n.line, column: n.column, shape: list, items: []*node{n}}
	case mapping:
		return d.expect(n, list, "a string or a list of strings", label)
	}
	if len(n.items) == 0 {
		d.problems.add(n.place(), "%s: the list is empty", label)
		return false
	}
	ok := d.list(n, reflect.ValueOf(&items).Elem(), label)
	for i, item := range items {
		if item != "" {
			continue
		}
		// An item that could not be read is empty too; its problem is known.
		if at := n.items[i]; at.shape == scalar && at.tag == tagString && at.text == "" {
			d.problems.add(at.place(), "%s: the string is empty", label)
		}
		ok = false
	}
	if !ok {
		return false
	}
	*l = items
	return true
}

func (stringList) schema() *jsonschema.Schema {
	return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{
		{Type: "string"},
		{Type: "array", Items: &jsonschema.Schema{Type: "string"}, MinItems: new(1)},
	}}
}
