package sandbox

import (
	"slices"
	"strings"
)

var entityTypes = []string{"User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy"}

func authorizationDetailsOperation() operation {
	return read("GetAccountAuthorizationDetails", getAuthorizationDetails,
		parameter{name: "Filter", form: valuesForm, values: entityTypes}, maxItems, marker)
}

// details is one page of everything about authorization, as it is found under the lock.
type details struct {
	users    []*User
	groupsOf map[string][]string // names, by user id
	roles    []*Role
	trusts   map[string]string // by role id
	profiles map[string]string // the elements of InstanceProfileList, by role id
	groups   []*Group
	policies []*Policy
	usages   map[string]usage // by policy id
}

// getAuthorizationDetails lists users, roles, groups and policies, in this order whatever that of the filter, with one
// page budget for all.
func getAuthorizationDetails(c *call) (answer, error) {
	filter := c.members("Filter")
	wants := func(word string) bool { return len(filter) == 0 || slices.Contains(filter, word) }
	var d details
	var sections [5]section // a section keeps its number whether it is wanted or not
	if wants("User") {
		sections[0] = tableSection(c, userKindName, &d.users, nil)
	}
	if wants("Role") {
		sections[1] = tableSection(c, roleKindName, &d.roles, nil)
	}
	if wants("Group") {
		sections[2] = tableSection(c, groupKindName, &d.groups, nil)
	}
	if wants("LocalManagedPolicy") {
		sections[3] = tableSection(c, policyKindName, &d.policies, nil)
	}
	if wants("AWSManagedPolicy") {
		sections[4] = usedAWSPolicies(c, &d.policies)
	}
	slices.Sort(filter)
	words := c.operation.name + " " + strings.Join(slices.Compact(filter), " ")
	next, err := c.page(words, sections[:]...)
	if err != nil {
		return done, err
	}
	d.trusts = c.showTrusts(d.roles)
	d.profiles = c.roleDetails(d.roles)
	d.groupsOf = map[string][]string{}
	for _, u := range d.users {
		for _, g := range groupsOf(c.store, u) {
			d.groupsOf[u.ID] = append(d.groupsOf[u.ID], g.Name)
		}
	}
	d.usages = map[string]usage{}
	for _, p := range d.policies {
		d.usages[p.ID] = c.usage(p)
	}
	return respond(func(w *xmlWriter) {
		list(w, "Policies", d.policies, func(p *Policy) { d.writePolicy(w, p, c.account) })
		list(w, "UserDetailList", d.users, func(u *User) { d.writeUser(w, u, c.account) })
		list(w, "RoleDetailList", d.roles, func(r *Role) { d.writeRole(w, r, c.account) })
		list(w, "GroupDetailList", d.groups, func(g *Group) { writeGroupDetail(w, g, c.account) })
		w.more(next)
	})
}

// usedAWSPolicies is the section of AWS's policies that are attached to something or bound something.
func usedAWSPolicies(c *call, page *[]*Policy) section {
	var used []*Policy
	for _, p := range awsPolicies().sorted {
		if use := c.usage(p); use.attached+use.bounds > 0 {
			used = append(used, p)
		}
	}
	return section{
		length: len(used),
		key:    func(i int) string { return strings.ToLower(used[i].Name) },
		take:   func(i int) { *page = append(*page, used[i]) },
	}
}

// writeUser leaves an empty list of inline policies out; empty lists elsewhere are present. It never tells when the
// password was last used.
func (d *details) writeUser(w *xmlWriter, u *User, account string) {
	w.text("Path", u.Path)
	w.text("UserName", u.Name)
	w.text("UserId", u.ID)
	w.text("Arn", u.arn(account))
	w.time("CreateDate", u.Created)
	if len(u.Inline) > 0 {
		writeInline(w, "UserPolicyList", u.Inline)
	}
	w.names("GroupList", d.groupsOf[u.ID])
	writeAttached(w, "AttachedManagedPolicies", u.Attached)
	writeBoundary(w, u.Boundary)
	writeTags(w, u.Tags)
}

// writeRole tells neither description nor session length.
func (d *details) writeRole(w *xmlWriter, r *Role, account string) {
	r.writeIdentity(w, account)
	w.document("AssumeRolePolicyDocument", d.trusts[r.ID])
	w.in("InstanceProfileList", func() { w.b.WriteString(d.profiles[r.ID]) })
	writeInline(w, "RolePolicyList", r.Inline)
	writeAttached(w, "AttachedManagedPolicies", r.Attached)
	writeBoundary(w, r.Boundary)
	writeTags(w, r.Tags)
	r.writeLastUsed(w)
}

func writeGroupDetail(w *xmlWriter, g *Group, account string) {
	g.write(w, account)
	writeInline(w, "GroupPolicyList", g.Inline)
	writeAttached(w, "AttachedManagedPolicies", g.Attached)
}

// writePolicy tells every version with its document, but neither description nor tags.
func (d *details) writePolicy(w *xmlWriter, p *Policy, account string) {
	p.write(w, account, d.usages[p.ID])
	list(w, "PolicyVersionList", p.Versions, func(v PolicyVersion) {
		if v.Document != "" {
			w.document("Document", v.Document)
		}
		p.writeVersion(w, v)
	})
}

func writeInline(w *xmlWriter, name string, policies []InlinePolicy) {
	list(w, name, policies, func(p InlinePolicy) {
		w.text("PolicyName", p.Name)
		w.document("PolicyDocument", p.Document)
	})
}

// roleDetails are what other kinds add to the records of roles, by role id. They read the store, so they are written
// while the lock is held.
func (c *call) roleDetails(roles []*Role) map[string]string {
	written := map[string]string{}
	for _, k := range c.store.kinds {
		if k.roleDetail == nil {
			continue
		}
		for _, r := range roles {
			var w xmlWriter
			k.roleDetail(c, r, &w)
			written[r.ID] += w.b.String()
		}
	}
	return written
}
