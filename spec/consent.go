package spec

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"

	"baseline/resource"
)

// consents is the section of consents to changes that no rollback can bring back exactly.
type consents struct {
	Consent []consent `json:"consent,omitzero" jsonschema:"Consents to one-way changes, which apply then carries out without --allow-one-way."`
}

type consent struct {
	Delete *oneWaySubject `json:"delete,omitzero" jsonschema:"The object that may be deleted, as the plan names it: user/bob."`
	Change *oneWaySubject `json:"change,omitzero" jsonschema:"The object that may be changed or replaced in a way that loses something: policy/Old."`
	Until  *lastDay       `json:"until,omitzero" jsonschema:"The last day on which the consent counts, in UTC."`
	Reason *string        `json:"reason,omitzero" jsonschema:"Why, for whoever reviews the file."`
}

func (s *consents) compile(c *compiler) {
	n := c.section("consent")
	seen := listing{}
	for i, given := range s.Consent {
		item := n.item(i)
		if item.shape != mapping {
			continue // it could not be read, which was said before
		}
		if out, ok := given.compile(c, item); ok && seen.add(c, out.Address.Plain(), out.Address.String(), item) {
			c.out.Want.Consents = append(c.out.Want.Consents, out)
		}
	}
}

func (g consent) compile(c *compiler, n *node) (resource.OneWayConsent, bool) {
	d := decoder{c.problems}
	complete := d.must(n, "consent", "until", "give the last day on which it counts, as in 2026-12-31")
	complete = d.must(n, "consent", "reason", "say why, for whoever reviews the file") && complete
	_, deletes := n.get("delete")
	_, changes := n.get("change")
	if deletes == changes {
		c.problems.add(n.place(), "a consent has exactly one of delete, change")
		return resource.OneWayConsent{}, false
	}
	if g.Reason != nil && strings.TrimSpace(*g.Reason) == "" {
		c.problems.add(n.at("reason").place(), "reason: the string is empty: say why, for whoever reviews the file")
		return resource.OneWayConsent{}, false
	}
	subject := g.Delete
	if changes {
		subject = g.Change
	}
	if !complete || subject == nil || g.Until == nil || g.Reason == nil {
		return resource.OneWayConsent{}, false
	}
	at, err := subject.address()
	return resource.OneWayConsent{
		Address: at, Delete: deletes, Consent: resource.Consent{Reason: *g.Reason, Until: g.Until.end()},
	}, err == nil
}

// oneWaySubject is an object as a plan names it: user/bob, access_key/bob/AKIAIOSFODNN7EXAMPLE, trail/eu-west-1/audit.
type oneWaySubject string

// oneWayKinds are the kinds of which some change is one-way, by the words that plans have for them.
var oneWayKinds = map[string]resource.Kind{
	"user": kindUser, "group": kindGroup, "role": kindRole, "policy": kindPolicy, "instance_profile": kindInstanceProfile,
	"account_alias": kindAlias, "access_key": "iam_access_key", "login_profile": "iam_login_profile",
	"virtual_mfa_device": "iam_virtual_mfa_device", "trail": "cloudtrail_trail", "bucket": "s3_bucket", "key": "kms_key",
	"log_group": "logs_group",
}

func (s oneWaySubject) address() (resource.Address, error) {
	word, name, ok := strings.Cut(string(s), "/")
	kind, known := oneWayKinds[word]
	if !ok || name == "" || !known {
		return resource.Address{}, fmt.Errorf("%q is no object as a plan names it: write KIND/NAME, the kind being one of %s",
			string(s), strings.Join(slices.Sorted(maps.Keys(oneWayKinds)), ", "))
	}
	return resource.At(kind, name), nil
}

func (s oneWaySubject) check() error {
	_, err := s.address()
	return err
}

func (oneWaySubject) schema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "string", Pattern: `^([a-z_]+/.+|.*\$\{.*)$`}
}
