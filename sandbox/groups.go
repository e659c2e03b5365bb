package sandbox

import (
	"strings"
	"time"
)

const groupKindName = "group"

// A Group is an IAM group. Its members are the users that name it.
type Group struct {
	Name    string    `json:"name"`
	Path    string    `json:"path"`
	ID      string    `json:"id"`
	Created time.Time `json:"created"`
	Grants
}

func (g *Group) place() place     { return placeOf(groupKindName, g.Name) }
func (g *Group) born() time.Time  { return g.Created }
func (g *Group) links() []string  { return append(g.Grants.links(), idLink(g.ID)) }
func (g *Group) grants() Grants   { return g.Grants }
func (g *Group) protected() error { return nil }

func (g *Group) arn(account string) string { return arnOf(account, "group"+g.Path+g.Name) }

func (g *Group) withGrants(grants Grants) holder {
	changed := *g
	changed.Grants = grants
	return &changed
}

func groupKind() *kind {
	return &kind{
		name:   groupKindName,
		decode: decodeAs[Group],
		operations: []operation{
			write("CreateGroup", createGroup, groupName, entityPath),
			read("GetGroup", getGroup, groupName, marker, maxItems),
			read("ListGroups", listGroups, pathPrefix, marker, maxItems),
			write("UpdateGroup", updateGroup, groupName, named("NewPath", entityPath),
				parameter{name: "NewGroupName", low: 1, high: 128, pattern: nameRule}),
			write("DeleteGroup", deleteGroup, groupName),
		},
		settings: groupSettings,
		count: func(c *call, summary map[string]int) {
			summary["Groups"] = c.store.count(groupKindName)
			summary["GroupsQuota"] = quotaGroups
		},
	}
}

func createGroup(c *call) (answer, error) {
	name := c.text("GroupName")
	if c.store.get(placeOf(groupKindName, name)) != nil {
		return done, alreadyExists("Group with name %s already exists.", name)
	}
	if c.store.count(groupKindName) >= quotaGroups {
		return done, quotaExceeded("GroupsPerAccount", quotaGroups)
	}
	g := &Group{Name: name, Path: c.path(), ID: c.newID(idGroup), Created: c.now}
	c.put(g)
	return respond(func(w *xmlWriter) { w.in("Group", func() { g.write(w, c.account) }) })
}

// getGroup answers with the group and a page of its members.
func getGroup(c *call) (answer, error) {
	g, err := c.group()
	if err != nil {
		return done, err
	}
	members := linked[*User](c, memberLink(g.ID))
	page, next, err := pageOf(c, c.question("GroupName"), members, func(u *User) string { return strings.ToLower(u.Name) }, nil)
	if err != nil {
		return done, err
	}
	return respond(func(w *xmlWriter) {
		w.in("Group", func() { g.write(w, c.account) })
		list(w, "Users", page, func(u *User) { u.write(w, c.account) })
		w.more(next)
	})
}

func listGroups(c *call) (answer, error) {
	var groups []*Group
	next, err := c.page(c.question("PathPrefix"), tableSection(c, groupKindName, &groups, func(g *Group) bool {
		return c.underPrefix(g.Path + g.Name)
	}))
	if err != nil {
		return done, err
	}
	return respond(func(w *xmlWriter) { writeGroups(w, c.account, groups, next) })
}

func writeGroups(w *xmlWriter, account string, groups []*Group, next string) {
	list(w, "Groups", groups, func(g *Group) { g.write(w, account) })
	w.more(next)
}

func updateGroup(c *call) (answer, error) {
	g, err := c.group()
	if err != nil {
		return done, err
	}
	changed := *g
	if name := c.text("NewGroupName"); name != "" {
		if other := c.store.get(placeOf(groupKindName, name)); other != nil && other != entity(g) {
			return done, alreadyExists("Group with name %s already exists.", name)
		}
		changed.Name = name
	}
	if path := c.text("NewPath"); path != "" {
		changed.Path = path
	}
	if changed.place() != g.place() {
		c.remove(g)
	}
	c.put(&changed)
	return done, nil
}

func deleteGroup(c *call) (answer, error) {
	g, err := c.group()
	if err != nil {
		return done, err
	}
	if len(c.store.linked[memberLink(g.ID)]) > 0 {
		return done, deleteConflict("must remove users from group first.")
	}
	if err := g.checkNone(); err != nil {
		return done, err
	}
	c.remove(g)
	return done, nil
}

// group is the group that GroupName names.
func (c *call) group() (*Group, error) {
	name := c.text("GroupName")
	g, ok := find[*Group](c, groupKindName, name)
	if !ok {
		return nil, noSuchEntity("The group with name %s cannot be found.", name)
	}
	return g, nil
}

// groupByID is the group with a unique id, or nil.
func (s *store) groupByID(id string) *Group {
	for _, p := range s.linked[idLink(id)] {
		if g, ok := s.get(p).(*Group); ok {
			return g
		}
	}
	return nil
}

func (g *Group) write(w *xmlWriter, account string) {
	w.text("Path", g.Path)
	w.text("GroupName", g.Name)
	w.text("GroupId", g.ID)
	w.text("Arn", g.arn(account))
	w.time("CreateDate", g.Created)
}

func groupSettings(_ *call, e entity) (string, any) {
	g, _ := e.(*Group)
	return g.Name, struct {
		Path string `json:"path"`
		grantsSettings
	}{g.Path, g.settings()}
}
