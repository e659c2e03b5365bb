package sandbox

import (
	"slices"
	"strings"
)

func attachmentOperations() []operation {
	var all []operation
	for _, h := range holderWords() {
		attach := func(c *call) (answer, error) { return attachPolicy(c, h) }
		detach := func(c *call) (answer, error) { return detachPolicy(c, h) }
		listAll := func(c *call) (answer, error) { return listAttachedPolicies(c, h) }
		all = append(all,
			write("Attach"+h.word+"Policy", attach, h.name, policyARN),
			write("Detach"+h.word+"Policy", detach, h.name, policyARN),
			read("ListAttached"+h.word+"Policies", listAll, h.name, policyPrefix, marker, maxItems),
		)
	}
	return append(all, read("ListEntitiesForPolicy", listEntitiesForPolicy, policyARN,
		parameter{name: "EntityFilter", values: []string{"User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy"}},
		pathPrefix, policyUsage, marker, maxItems))
}

var policyUsage = parameter{name: "PolicyUsageFilter", values: []string{"PermissionsPolicy", "PermissionsBoundary"}}

// attachPolicy succeeds when the policy is attached already.
func attachPolicy(c *call, h holderWord) (answer, error) {
	owner, err := c.changeable(h)
	if err != nil {
		return done, err
	}
	arn := c.text("PolicyArn")
	if err := checkPolicyARN(arn); err != nil {
		return done, err
	}
	p, ok := c.policyByARN(arn)
	if !ok {
		return done, noSuchEntity("Policy %s does not exist or is not attachable.", arn)
	}
	if p.reserved() {
		return done, refuse("PolicyNotAttachable", "Cannot attach AWS reserved policy to an IAM %s.", strings.ToLower(h.word))
	}
	grants := owner.grants()
	if slices.Contains(grants.Attached, arn) {
		return done, nil
	}
	if len(grants.Attached) >= quotaAttachedPerHolder {
		return done, quotaExceeded("PoliciesPer"+h.word, quotaAttachedPerHolder)
	}
	c.put(owner.withGrants(grants.attach(arn)))
	return done, nil
}

func detachPolicy(c *call, h holderWord) (answer, error) {
	owner, err := c.changeable(h)
	if err != nil {
		return done, err
	}
	arn := c.text("PolicyArn")
	if !slices.Contains(owner.grants().Attached, arn) {
		return done, noSuchPolicy(arn)
	}
	c.put(owner.withGrants(owner.grants().detach(arn)))
	return done, nil
}

func listAttachedPolicies(c *call, h holderWord) (answer, error) {
	owner, err := h.find(c)
	if err != nil {
		return done, err
	}
	page, next, err := pageOf(c, c.question(h.name.name, "PathPrefix"), owner.grants().Attached, attachmentKey,
		func(arn string) bool { return c.underPrefix(pathInARN(arn)) })
	if err != nil {
		return done, err
	}
	return respond(func(w *xmlWriter) {
		writeAttached(w, "AttachedPolicies", page)
		w.more(next)
	})
}

func writeAttached(w *xmlWriter, name string, arns []string) {
	list(w, name, arns, func(arn string) {
		w.text("PolicyName", baseName(arn))
		w.text("PolicyArn", arn)
	})
}

// pathInARN is the path and name of a policy, from its ARN.
func pathInARN(arn string) string {
	_, rest, _ := strings.Cut(arn, ":policy")
	return rest
}

// listEntitiesForPolicy lists groups, users and roles under one page budget: those the policy is attached to and, unless
// only those are asked for, those it bounds.
func listEntitiesForPolicy(c *call) (answer, error) {
	if _, err := c.policy(); err != nil {
		return done, err
	}
	var groups []*Group
	var users []*User
	var roles []*Role
	next, err := c.page(c.question("PolicyArn", "EntityFilter", "PathPrefix", "PolicyUsageFilter"),
		holdersOfPolicy(c, "Group", &groups),
		holdersOfPolicy(c, "User", &users),
		holdersOfPolicy(c, "Role", &roles))
	if err != nil {
		return done, err
	}
	return respond(func(w *xmlWriter) {
		list(w, "PolicyGroups", groups, func(g *Group) {
			w.text("GroupName", g.Name)
			w.text("GroupId", g.ID)
		})
		list(w, "PolicyUsers", users, func(u *User) {
			w.text("UserName", u.Name)
			w.text("UserId", u.ID)
		})
		list(w, "PolicyRoles", roles, func(r *Role) {
			w.text("RoleName", r.Name)
			w.text("RoleId", r.ID)
		})
		w.more(next)
	})
}

// holdersOfPolicy is the section of a kind's entities that hold the policy in the way the call asks for.
func holdersOfPolicy[T holder](c *call, word string, page *[]T) section {
	arn, usage := c.text("PolicyArn"), c.text("PolicyUsageFilter")
	var places []place
	if usage != "PermissionsBoundary" {
		places = append(places, c.store.linked[attachedLink(arn)]...)
	}
	if usage != "PermissionsPolicy" {
		places = append(places, c.store.linked[boundaryLink(arn)]...)
	}
	slices.SortFunc(places, comparePlaces)
	var holders []T
	for _, p := range slices.Compact(places) {
		if h, ok := c.store.get(p).(T); ok {
			holders = append(holders, h)
		}
	}
	filter := c.text("EntityFilter")
	return section{
		length: len(holders),
		key:    func(i int) string { return holders[i].place().name },
		keep: func(i int) bool {
			h := holders[i]
			_, inIAM, _ := strings.Cut(h.arn(""), ":::"+fieldName(word))
			return c.visible(h) && (filter == "" || filter == word) && c.underPrefix(inIAM)
		},
		take: func(i int) { *page = append(*page, holders[i]) },
	}
}
