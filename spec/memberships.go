package spec

import (
	"baseline/resource"
)

const kindMembership resource.Kind = "iam_membership"

// maxGroups is how many groups a user can be in (an IAM quota that cannot be raised).
const maxGroups = 10

// memberList is one side of memberships: the groups of a user, or the members of a group.
type memberList struct {
	list *node
	// names and items are the listed names in order and where each is.
	names []string
	items map[string]*node
}

// declareList enters the groups of a user or the members of a group, if they are declared.
func declareList[T ~string](c *compiler, kind resource.Kind, owner string, names []T, n *node) {
	if names == nil {
		return
	}
	l := memberList{list: n, items: map[string]*node{}}
	for i, listed := range names {
		name, item := string(listed), n.item(i)
		if name == "" {
			// It could not be read, which was said before.
			continue
		}
		if first, again := l.items[name]; again {
			c.problems.add(item.place(), "%q is listed twice; first at %s", name, first.place())
			continue
		}
		l.names = append(l.names, name)
		l.items[name] = item
	}
	if c.lists[kind] == nil {
		c.lists[kind] = map[string]memberList{}
	}
	c.lists[kind][owner] = l
}

// members declares the memberships that a user or a group lists. A membership may be listed by either side; if both sides
// have lists, both must have it, for each list is complete.
func (c *compiler) members(owner resource.Address) {
	listed, ok := c.lists[owner.Kind][owner.Name]
	if !ok {
		return
	}
	other := kindGroup
	if owner.Kind == kindGroup {
		other = kindUser
	}
	c.complete(owner, kindMembership)
	for _, name := range listed.names {
		item := listed.items[name]
		if !c.known(other, name, item) {
			continue
		}
		if theirs, ok := c.lists[other][name]; ok && theirs.items[owner.Name] == nil {
			c.problems.add(item.place(), "%s %q lists %s %q here, but not the other way round at %s: add it there or remove it here",
				word(owner.Kind), owner.Name, word(other), name, theirs.list.place())
			continue
		}
		user, group := owner.Name, name
		if owner.Kind == kindGroup {
			user, group = name, owner.Name
		}
		at := resource.At(kindMembership, user, group)
		if _, twice := c.out.Want.Objects[at]; !twice {
			c.add(at, resource.Object{}, item)
			if c.groupCount[user]++; c.groupCount[user] == maxGroups+1 {
				c.problems.add(item.place(), "user %q has more than %d groups: AWS allows no more", user, maxGroups)
			}
		}
	}
}
