package sandbox

import (
	"slices"
	"strings"
)

// A membership is kept with its user, as the group's unique id.

// memberLink finds the members of a group.
func memberLink(groupID string) string { return "member of " + groupID }

func membershipOperations() []operation {
	return []operation{
		write("AddUserToGroup", addUserToGroup, groupName, need(userName)),
		write("RemoveUserFromGroup", removeUserFromGroup, groupName, need(userName)),
		read("ListGroupsForUser", listGroupsForUser, need(userName), marker, maxItems),
	}
}

// addUserToGroup succeeds when the user is a member already.
func addUserToGroup(c *call) (answer, error) {
	g, u, err := c.groupAndUser()
	if err != nil || slices.Contains(u.Groups, g.ID) {
		return done, err
	}
	if len(u.Groups) >= quotaGroupsPerUser {
		return done, quotaExceeded("GroupsPerUser", quotaGroupsPerUser)
	}
	changed := *u
	changed.Groups = slices.Sorted(slices.Values(append(slices.Clone(u.Groups), g.ID)))
	c.put(&changed)
	return done, nil
}

// removeUserFromGroup succeeds when the user is no member.
func removeUserFromGroup(c *call) (answer, error) {
	g, u, err := c.groupAndUser()
	if err != nil || !slices.Contains(u.Groups, g.ID) {
		return done, err
	}
	changed := *u
	changed.Groups = slices.DeleteFunc(slices.Clone(u.Groups), func(id string) bool { return id == g.ID })
	c.put(&changed)
	return done, nil
}

func listGroupsForUser(c *call) (answer, error) {
	u, err := c.user()
	if err != nil {
		return done, err
	}
	groups := groupsOf(c.store, u)
	page, next, err := pageOf(c, c.question("UserName"), groups, func(g *Group) string { return strings.ToLower(g.Name) },
		func(g *Group) bool { return c.visible(g) })
	if err != nil {
		return done, err
	}
	return respond(func(w *xmlWriter) { writeGroups(w, c.account, page, next) })
}

func (c *call) groupAndUser() (*Group, *User, error) {
	g, err := c.group()
	if err != nil {
		return nil, nil, err
	}
	u, err := c.user()
	return g, u, err
}

// groupsOf are the groups of a user in the order of their names.
func groupsOf(s *store, u *User) []*Group {
	var groups []*Group
	for _, id := range u.Groups {
		if g := s.groupByID(id); g != nil {
			groups = append(groups, g)
		}
	}
	slices.SortFunc(groups, func(a, b *Group) int {
		return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
	})
	return groups
}
