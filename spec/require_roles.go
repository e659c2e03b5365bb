package spec

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"

	"baseline/resource"
)

type trustRule struct {
	Accounts   []accountID        `json:"accounts,omitzero" jsonschema:"All accounts beside this one that roles may trust."`
	Services   []servicePrincipal `json:"services,omitzero" jsonschema:"All services that roles may trust, in full, as in lambda.amazonaws.com. Any, if left out."`
	ExternalID *required          `json:"external_id,omitzero" jsonschema:"required: a role that trusts another account must ask for an external id."`
	Public     *forbidden         `json:"public,omitzero" jsonschema:"forbidden: no role may trust everybody."`
	Exceptions []exception        `json:"exceptions,omitzero" jsonschema:"Roles that the rule does not hold for."`
}

func (r *trustRule) compile(c *compiler, n *node) *resource.TrustRule {
	c.asks(n, "trust", "accounts", "services", "external_id", "public")
	return &resource.TrustRule{
		Accounts:   distinctTexts(c, r.Accounts, n.at("accounts")),
		Services:   distinctTexts(c, r.Services, n.at("services")),
		ExternalID: r.ExternalID != nil,
		NoPublic:   r.Public != nil,
		Exceptions: c.exceptions("trust", r.Exceptions, n, kindRole),
	}
}

// distinctTexts returns the items of a list as strings, nil for a list that is not given, and says which are there twice.
func distinctTexts[T ~string](c *compiler, listed []T, n *node) []string {
	if listed == nil {
		return nil
	}
	texts, seen := []string{}, listing{}
	for i, item := range listed {
		// An item that could not be read is empty; its problem is known.
		if text := string(item); text != "" && seen.add(c, text, text, n.item(i)) {
			texts = append(texts, text)
		}
	}
	return texts
}

// servicePrincipal is a service as trust policies name it.
type servicePrincipal string

func (s servicePrincipal) check() error {
	if !servicePattern.MatchString(string(s)) {
		return fmt.Errorf("%q is not the name of a service: write it in full, as in lambda.amazonaws.com", string(s))
	}
	return nil
}

func (servicePrincipal) schema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "string", Pattern: `(\.|\$\{)`}
}

type required string

func (required) words() []string { return []string{"required"} }

type unusedRoleRule struct {
	After      *idleTime   `json:"after" jsonschema:"How long a role may go without being used, 1d to 400d, which is how far AWS looks back."`
	Exceptions []exception `json:"exceptions,omitzero" jsonschema:"Roles that the rule does not hold for."`
}

func (r *unusedRoleRule) compile(c *compiler, n *node) *resource.UnusedRoleRule {
	decoder{c.problems}.must(n, "unused_roles", "after", "say how long a role may go without being used, as in 90d")
	if after := n.at("after"); length(r.After) > resource.RoleHistory {
		c.problems.add(after.place(), "after: expected at most 400d, found %s: AWS looks back no further for the last use of a role", after.text)
	}
	return &resource.UnusedRoleRule{After: length(r.After), Exceptions: c.exceptions("unused_roles", r.Exceptions, n, kindRole)}
}

// supportRoleRule asks for the role as it is; naming who may assume it is optional.
type supportRoleRule struct {
	Principals []trusted `json:"principals,omitzero" jsonschema:"All who must be able to assume it: role/NAME or user/NAME of this file, or ARNs. Whoever, if left out."`
}

func (r *supportRoleRule) compile(c *compiler, n *node) *resource.SupportRoleRule {
	n = n.at("principals")
	if r.Principals != nil && len(r.Principals) == 0 {
		c.problems.add(n.place(), "principals is empty: leave it out if anybody may assume the role")
	}
	out, seen := &resource.SupportRoleRule{}, listing{}
	for i, principal := range r.Principals {
		arn, ok := principal.arn(c, n.item(i))
		if ok && seen.add(c, string(principal), arn, n.item(i)) {
			out.Principals = append(out.Principals, arn)
		}
	}
	return out
}

// trusted is a user or role of this file, as in role/Admins, or the ARN of a principal.
type trusted string

var trustedARN = regexp.MustCompile(`^arn:[a-z-]+:iam::[0-9]{12}:(root|(user|role)(/[\x21-\x7E]+)?/[\w+=,.@-]{1,64})$`)

func (t trusted) check() error {
	if strings.HasPrefix(string(t), "arn:") {
		if !trustedARN.MatchString(string(t)) {
			return fmt.Errorf("%q is not the ARN of a user, a role or an account (arn:aws:iam::ACCOUNT:root)", string(t))
		}
		return nil
	}
	_, err := subjectOf(string(t), principalKinds, "an ARN")
	return err
}

// arn returns the ARN, of a user or role that must be declared unless it is named by its ARN.
func (t trusted) arn(c *compiler, n *node) (string, bool) {
	if strings.HasPrefix(string(t), "arn:") {
		return string(t), true
	}
	at, err := subjectOf(string(t), principalKinds)
	if err != nil || !c.known(at.Kind, at.Name, n) {
		return "", false
	}
	return c.principalARN(at.Kind, at.Name), true
}

func (trusted) schema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "string", Pattern: `^(arn:.+|(role|user)/.+|.*\$\{.*)$`}
}
