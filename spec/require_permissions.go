package spec

import (
	"reflect"
	"slices"

	"github.com/google/jsonschema-go/jsonschema"

	"baseline/resource"
)

type permissionRule struct {
	Users            *userGrants                   `json:"users,omitzero" jsonschema:"groups-only: users must have no policies of their own."`
	Admin            *forbidden                    `json:"admin,omitzero" jsonschema:"forbidden: nobody may be allowed everything on everything."`
	ServiceWildcards *reported                     `json:"service_wildcards,omitzero" jsonschema:"report: customer managed policies that allow all actions of a service are reported."`
	Boundary         *boundaryRule                 `json:"boundary,omitzero" jsonschema:"Who must have which permissions boundary."`
	Fix              *bool                         `json:"fix,omitzero" jsonschema:"Whether missing boundaries are set and direct policies of users moved to groups. The default is false."`
	Groups           map[policyReference]groupName `json:"groups,omitzero" jsonschema:"With fix: the group that a user joins in place of having a policy, by the policy: a policy of this file, an ARN, or aws:PATH/NAME."`
	Exceptions       []exception                   `json:"exceptions,omitzero" jsonschema:"Users, groups, roles and policies that the rule does not hold for."`
}

func (r *permissionRule) compile(c *compiler, n *node) *resource.PermissionRule {
	c.asks(n, "permissions", "users", "admin", "service_wildcards", "boundary")
	out := &resource.PermissionRule{
		GroupsOnly:             r.Users != nil,
		NoAdmin:                r.Admin != nil,
		ReportServiceWildcards: r.ServiceWildcards != nil,
		Fix:                    r.Fix != nil && *r.Fix,
		Groups:                 r.moves(c, n),
		Exceptions:             c.exceptions("permissions", r.Exceptions, n, subjectKinds...),
	}
	if r.Boundary != nil {
		out.BoundaryFor, out.Boundary = r.Boundary.compile(c, n.at("boundary"))
	}
	return out
}

// moves returns the groups that users join in place of having policies, by policy.
func (r *permissionRule) moves(c *compiler, n *node) map[string]string {
	if _, said := n.get("fix"); !said || r.Fix != nil && !*r.Fix {
		c.goesWith(n, "groups", "fix: true")
	} else if _, said := n.get("users"); !said {
		c.goesWith(n, "groups", "users: groups-only")
	}
	if r.Groups == nil {
		return nil
	}
	groups, seen := map[string]string{}, listing{}
	entries(n.at("groups"), r.Groups, func(ref string, group groupName, at entry) {
		name, ok := c.policy(policyReference(ref), at.key)
		ok = c.known(kindGroup, string(group), at.value) && ok
		if ok && seen.add(c, ref, name, at.key) {
			groups[name] = string(group)
		}
	})
	return groups
}

// boundaryRule says who must have a permissions boundary.
type boundaryRule struct {
	For    []bounded        `json:"for" jsonschema:"Who must have it: users, roles, user/NAME or role/NAME."`
	Policy *policyReference `json:"policy" jsonschema:"The managed policy that must be the boundary: a policy of this file, an ARN, or aws:PATH/NAME."`
}

func (r *boundaryRule) compile(c *compiler, n *node) (holders []string, policy string) {
	d := decoder{c.problems}
	if d.must(n, "boundary", "for", "say who must have it, as in [users, role/deployer]") && r.For != nil && len(r.For) == 0 {
		c.problems.add(n.at("for").place(), "for is empty: say who must have the boundary, as in [users, role/deployer]")
	}
	seen := listing{}
	for i, who := range r.For {
		if who != "" && seen.add(c, string(who), string(who), n.at("for").item(i)) {
			holders = append(holders, who.canonical())
		}
	}
	if !d.must(n, "boundary", "policy", "name the managed policy that must be the boundary") || r.Policy == nil {
		return holders, ""
	}
	if *r.Policy == "none" {
		c.problems.add(n.at("policy").place(), "policy: none is no boundary to ask for: name a managed policy")
		return holders, ""
	}
	policy, _ = c.policy(*r.Policy, n.at("policy"))
	return holders, policy
}

// bounded is who must have a boundary: all users or roles, or a single one.
type bounded string

// allHolders are the words for all users and all roles.
var allHolders = []string{"users", "roles"}

func (b bounded) check() error {
	if slices.Contains(allHolders, string(b)) {
		return nil
	}
	_, err := subjectOf(string(b), principalKinds, allHolders...)
	return err
}

// canonical is how requirements name them: users, roles, or an address.
func (b bounded) canonical() string {
	if at, err := subjectOf(string(b), principalKinds); err == nil {
		return at.String()
	}
	return string(b)
}

func (bounded) schema() *jsonschema.Schema {
	return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{choiceSchema(allHolders), subjectSchema(principalKinds)}}
}

// cloudShellRule is the word forbidden, or a map of who is excepted from that.
type cloudShellRule struct{ exceptions []exception }

// cloudShellTerms is the long form of the rule.
type cloudShellTerms struct {
	Exceptions []exception `json:"exceptions" jsonschema:"Users, groups and roles that may have the policy."`
}

func (cloudShellRule) long() reflect.Type { return reflect.TypeFor[cloudShellTerms]() }

func (cloudShellRule) schema() *jsonschema.Schema { return choiceSchema(forbidden("").words()) }

func (r *cloudShellRule) decodeNode(d decoder, n *node, label string) bool {
	if n.shape == mapping {
		var terms cloudShellTerms
		d.structs(n, label, &terms)
		r.exceptions = terms.Exceptions
		return d.must(n, label, "exceptions", "without any, write "+label+": forbidden")
	}
	var word forbidden
	return d.expect(n, scalar, "forbidden or {exceptions: [...]}", label) && d.value(n, reflect.ValueOf(&word).Elem(), label)
}

func (r *cloudShellRule) compile(c *compiler, n *node) *resource.CloudShellRule {
	return &resource.CloudShellRule{
		Forbidden:  true,
		Exceptions: c.exceptions("cloudshell_full_access", r.exceptions, n, kindUser, kindGroup, kindRole),
	}
}

type (
	userGrants string
	forbidden  string
	reported   string
)

func (userGrants) words() []string { return []string{"groups-only"} }
func (forbidden) words() []string  { return []string{"forbidden"} }
func (reported) words() []string   { return []string{"report"} }
