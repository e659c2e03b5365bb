package render

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"baseline/policy"
	"baseline/resource"
)

// The picture of a plan shows who gets what: on the left who may come (users, instance profiles, and whom roles trust), in the
// middle groups and roles, on the right policies. It holds what the plan changes, and what that hangs together with.

// node is one thing of the picture, or several that are drawn as one.
type node struct {
	id string
	// word is what sort of thing it is, and name how it is called.
	word, name string
	sign       sign
	column     int
	// count is how many things it stands for, 1 unless it is collapsed.
	count int
	// anchor is the place on the page where its changes are told; "" where it doesn't change.
	anchor string
}

func (n *node) label() string {
	if n.count > 1 {
		return plural(n.count, n.word)
	}
	return n.name
}

// edge says that who is at the left end gets what is at the right one.
type edge struct {
	from, to *node
	sign     sign
	// word is what sort of tie it is, "" for the usual one between its ends.
	word string
	// count is how many ties it stands for.
	count int
}

// The columns of the picture.
const (
	columnWho = iota
	columnRoles
	columnPolicies
	columnCount
)

// graph is a picture before it is laid out.
type graph struct {
	account string
	nodes   map[string]*node
	edges   map[edgeKey]*edge
}

type edgeKey struct{ from, to, word string }

// graphOf collects what a plan changes between principals and policies.
func graphOf(all []*block, account string) *graph {
	g := &graph{account: account, nodes: map[string]*node{}, edges: map[edgeKey]*edge{}}
	for _, b := range all {
		if _, known := pictured[b.owner.Kind]; !known {
			continue
		}
		n := g.object(b.owner)
		n.sign, n.anchor = b.sign(), b.anchor
		if b.self != nil {
			g.boundary(b.owner, b.self)
			g.trust(b.owner, b.self)
		}
		for _, part := range b.parts {
			g.part(b.owner, part)
		}
	}
	return g
}

// pictured are the kinds that have a place of their own in the picture, with the column.
var pictured = map[resource.Kind]int{
	"iam_user": columnWho, "iam_instance_profile": columnWho, "iam_group": columnRoles, "iam_role": columnRoles, "iam_policy": columnPolicies,
}

// object is the node of an object that stands alone.
func (g *graph) object(a resource.Address) *node {
	return g.add(a.String(), kindNoun(kindWord(a.Kind)), text(a.Name), pictured[a.Kind])
}

// policy is the node of a policy by what attachments call it: a name of the account, aws:NAME, or an ARN.
func (g *graph) policy(reference string) *node {
	return g.object(resource.At("iam_policy", policyName(reference, g.account)))
}

func (g *graph) add(key, word, name string, column int) *node {
	n := g.nodes[key]
	if n == nil {
		n = &node{id: key, word: word, name: name, sign: same, column: column, count: 1}
		g.nodes[key] = n
	}
	return n
}

func (g *graph) tie(from, to *node, s sign, word string) {
	key := edgeKey{from.id, to.id, word}
	if e := g.edges[key]; e != nil {
		if e.sign != s { // gone and come back
			e.sign = altered
		}
		return
	}
	g.edges[key] = &edge{from: from, to: to, sign: s, word: word, count: 1}
}

// part adds the tie that a part of an object is.
func (g *graph) part(owner resource.Address, part *entry) {
	holder, s := g.object(owner), part.sign()
	switch part.address.Kind {
	case "iam_membership": // USER/GROUP
		names := part.address.Parts(2)
		g.tie(g.object(resource.At("iam_user", names[0])), g.object(resource.At("iam_group", names[1])), s, "")
	case "iam_policy_attachment": // SORT/NAME/POLICY
		g.tie(holder, g.policy(part.address.Parts(3)[2]), s, "")
	case "iam_inline_policy": // SORT/NAME/POLICY
		n := g.add(part.address.String(), "inline policy", text(part.address.Parts(3)[2]), columnPolicies)
		n.sign, n.anchor = s, holder.anchor
		g.tie(holder, n, s, "")
	case "iam_instance_profile_role": // PROFILE/ROLE
		g.tie(holder, g.object(resource.At("iam_role", part.address.Parts(2)[1])), s, "")
	}
}

// boundary adds the permissions boundary of a user or role, which takes instead of giving.
func (g *graph) boundary(owner resource.Address, e *entry) {
	was, is := e.before().Text("boundary"), e.after().Text("boundary")
	for reference, s := range comings([]string{was}, []string{is}) {
		if reference != "" {
			g.tie(g.object(owner), g.policy(reference), s, "boundary")
		}
	}
}

// trust adds whom a role trusts, as far as that changes.
func (g *graph) trust(owner resource.Address, e *entry) {
	for principal, s := range comings(trusted(e.before().Document("trust")), trusted(e.after().Document("trust"))) {
		from := g.principal(principal)
		if from != g.object(owner) {
			g.tie(from, g.object(owner), s, "trust")
		}
	}
}

// comings says of the items of two lists which come, which go, and which stay.
func comings(was, is []string) map[string]sign {
	all := map[string]sign{}
	for _, item := range was {
		all[item] = removed
	}
	for _, item := range is {
		now := added
		if all[item] != "" { // it was there before, or is listed twice
			now = all[item]
		}
		if now == removed {
			now = same
		}
		all[item] = now
	}
	return all
}

// trusted lists whom the statements of a trust policy let in.
func trusted(document resource.Document) []string {
	parsed, err := policy.Parse(string(document))
	if err != nil {
		return nil
	}
	var all []string
	for _, statement := range parsed.Statements {
		if statement.Effect != policy.Allow {
			continue
		}
		for _, sort := range slices.Sorted(maps.Keys(statement.Principals)) {
			all = append(all, statement.Principals[sort]...)
		}
	}
	return all
}

// principal is the node of whom a role trusts: an object of the account, or somebody else.
func (g *graph) principal(name string) *node {
	if name == "*" {
		return g.add("principal/*", "principal", "everybody", columnWho)
	}
	// arn:PARTITION:iam::ACCOUNT:user/PATH/NAME, arn:PARTITION:iam::ACCOUNT:root
	fields := strings.SplitN(name, ":", 6)
	if len(fields) == 6 && fields[2] == "iam" {
		sort, path, _ := strings.Cut(fields[5], "/")
		own := path[strings.LastIndexByte(path, '/')+1:]
		switch {
		case fields[4] == g.account && (sort == "user" || sort == "role") && own != "":
			return g.object(resource.At(resource.Kind("iam_"+sort), own))
		case sort == "root":
			name = fields[4]
		}
	}
	if len(name) == 12 && strings.Trim(name, "0123456789") == "" {
		if name == g.account {
			return g.add("principal/"+name, "account", "this account", columnWho)
		}
		return g.add("principal/"+name, "account", "account "+name, columnWho)
	}
	return g.add("principal/"+name, "principal", text(name), columnWho)
}

// mostNodes is how many things a column of the picture shows at most.
const mostNodes = 40

// collapse draws things as one that are of one sort, share a fate and have the same ties, and then, while a column is still too
// long, those with the fewest ties.
func (g *graph) collapse() {
	for column := range columnCount {
		if len(g.column(column)) > mostNodes {
			g.merge(column, g.fates())
		}
	}
	for column := range columnCount {
		members := g.column(column)
		if len(members) <= mostNodes {
			continue
		}
		ties := map[*node]int{}
		for _, e := range g.edges {
			ties[e.from] += e.count
			ties[e.to] += e.count
		}
		slices.SortStableFunc(members, func(a, b *node) int {
			return cmp.Or(cmp.Compare(weightOf(b), weightOf(a)), cmp.Compare(ties[b], ties[a]))
		})
		crowd := map[*node]bool{}
		for _, n := range members[mostNodes-10:] { // the others become a few: one for each sort and sign
			crowd[n] = true
		}
		g.merge(column, func(n *node) string {
			if !crowd[n] {
				return ""
			}
			return n.word + string(n.sign)
		})
	}
}

// weightOf puts what goes before what changes before what comes before what stays.
func weightOf(n *node) int {
	return slices.Index([]sign{same, added, altered, replaced, removed}, n.sign)
}

// column returns the nodes of a column in the order of their names.
func (g *graph) column(column int) []*node {
	var members []*node
	for _, key := range slices.Sorted(maps.Keys(g.nodes)) {
		if g.nodes[key].column == column {
			members = append(members, g.nodes[key])
		}
	}
	return members
}

// fates says of each node what it has in common with those that it can be drawn together with.
func (g *graph) fates() func(*node) string {
	ties := map[*node][]string{}
	for _, e := range g.edges {
		ties[e.from] = append(ties[e.from], ">"+e.to.word+"/"+e.to.name+" "+e.word+string(e.sign))
		ties[e.to] = append(ties[e.to], "<"+e.from.word+"/"+e.from.name+" "+e.word+string(e.sign))
	}
	return func(n *node) string {
		slices.Sort(ties[n])
		return n.word + string(n.sign) + strings.Join(ties[n], "\n")
	}
}

// merge draws the nodes of a column as one for which like gives the same answer; those with "" stay alone.
func (g *graph) merge(column int, like func(*node) string) {
	into := map[*node]*node{}
	first := map[string]*node{}
	counts := map[*node]int{}
	for _, n := range g.column(column) {
		key := like(n)
		if key == "" {
			continue
		}
		if first[key] == nil {
			first[key] = n
		}
		into[n] = first[key]
		counts[first[key]] += n.count
	}
	for key, n := range g.nodes {
		if to := into[n]; to != nil && to != n {
			delete(g.nodes, key)
		}
	}
	for n, count := range counts {
		n.count = count
	}
	old := g.edges
	g.edges = map[edgeKey]*edge{}
	for _, key := range slices.SortedFunc(maps.Keys(old), compareEdgeKeys) {
		e := old[key]
		from, to := cmp.Or(into[e.from], e.from), cmp.Or(into[e.to], e.to)
		now := edgeKey{from.id, to.id, e.word + string(e.sign)}
		if known := g.edges[now]; known != nil {
			known.count += e.count
			continue
		}
		g.edges[now] = &edge{from: from, to: to, sign: e.sign, word: e.word, count: e.count}
	}
}

func compareEdgeKeys(a, b edgeKey) int {
	return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to), cmp.Compare(a.word, b.word))
}
