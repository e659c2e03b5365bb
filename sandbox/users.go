package sandbox

import (
	"slices"
	"strings"
	"time"
)

const userKindName = "user"

// A User is an IAM user. Its credentials are entities of their own.
type User struct {
	Name     string    `json:"name"`
	Path     string    `json:"path"`
	ID       string    `json:"id"`
	Created  time.Time `json:"created"`
	Tags     []Tag     `json:"tags,omitempty"`
	Boundary string    `json:"boundary,omitempty"`
	// Groups are the unique ids of the user's groups, in order: a group can be renamed.
	Groups []string `json:"groups,omitempty"`
	Grants
	// PasswordLastUsed is when the user last signed in, if ever, be it with a password since deleted.
	PasswordLastUsed *time.Time `json:"passwordLastUsed,omitempty"`
}

func (u *User) place() place     { return placeOf(userKindName, u.Name) }
func (u *User) born() time.Time  { return u.Created }
func (u *User) tags() []Tag      { return u.Tags }
func (u *User) grants() Grants   { return u.Grants }
func (u *User) boundary() string { return u.Boundary }
func (u *User) protected() error { return nil }

func (u *User) arn(account string) string { return arnOf(account, "user"+u.Path+u.Name) }

func (u *User) links() []string {
	links := append(u.Grants.links(), idLink(u.ID))
	links = append(links, boundaryLinks(u.Boundary)...)
	for _, id := range u.Groups {
		links = append(links, memberLink(id))
	}
	return links
}

func (u *User) withGrants(g Grants) holder {
	changed := *u
	changed.Grants = g
	return &changed
}

func (u *User) withTags(tags []Tag) taggable {
	changed := *u
	changed.Tags = tags
	return &changed
}

func (u *User) withBoundary(arn string) bounded {
	changed := *u
	changed.Boundary = arn
	return &changed
}

func userKind() *kind {
	return &kind{
		name:   userKindName,
		decode: decodeAs[User],
		operations: slices.Concat([]operation{
			write("CreateUser", createUser, newUserName, entityPath, boundaryARN, tagList),
			read("GetUser", getUser, userName),
			read("ListUsers", listUsers, pathPrefix, marker, maxItems),
			write("UpdateUser", updateUser, need(userName), named("NewPath", entityPath), optionalNewUserName),
			write("DeleteUser", deleteUser, need(userName)),
		}, tagOperations("User", need(userName), findUserTags)),
		settings: userSettings,
		count: func(c *call, summary map[string]int) {
			summary["Users"] = c.store.count(userKindName)
			summary["UsersQuota"] = quotaUsers
			summary["GroupsPerUserQuota"] = quotaGroupsPerUser
		},
	}
}

var optionalNewUserName = parameter{name: "NewUserName", low: 1, high: 64, pattern: nameRule}

func createUser(c *call) (answer, error) {
	name := c.text("UserName")
	if c.store.get(placeOf(userKindName, name)) != nil {
		return done, alreadyExists("User with name %s already exists.", name)
	}
	tags, err := c.newTags(foldedKeys)
	if err != nil {
		return done, err
	}
	if err := c.checkBoundary(); err != nil {
		return done, err
	}
	if c.store.count(userKindName) >= quotaUsers {
		return done, quotaExceeded("UsersPerAccount", quotaUsers)
	}
	u := &User{
		Name:     name,
		Path:     c.path(),
		ID:       c.newID(idUser),
		Created:  c.now,
		Tags:     tags,
		Boundary: c.text("PermissionsBoundary"),
	}
	c.put(u)
	return respond(func(w *xmlWriter) { w.in("User", func() { u.writeWhole(w, c.account) }) })
}

func getUser(c *call) (answer, error) {
	u, err := c.userOrCaller()
	if err != nil {
		return done, err
	}
	return respond(func(w *xmlWriter) { w.in("User", func() { u.writeWhole(w, c.account) }) })
}

func listUsers(c *call) (answer, error) {
	var users []*User
	next, err := c.page(c.question("PathPrefix"), tableSection(c, userKindName, &users, func(u *User) bool {
		return c.underPrefix(u.Path + u.Name)
	}))
	if err != nil {
		return done, err
	}
	return respond(func(w *xmlWriter) {
		list(w, "Users", users, func(u *User) { u.writeUsed(w, c.account) })
		w.more(next)
	})
}

func updateUser(c *call) (answer, error) {
	u, err := c.user()
	if err != nil {
		return done, err
	}
	changed := *u
	if name := c.text("NewUserName"); name != "" {
		if other := c.store.get(placeOf(userKindName, name)); other != nil && other != entity(u) {
			return done, alreadyExists("User with name %s already exists.", name)
		}
		changed.Name = name
	}
	if path := c.text("NewPath"); path != "" {
		changed.Path = path
	}
	if changed.place() != u.place() {
		c.remove(u)
	}
	c.put(&changed)
	return done, nil
}

// deleteUser refuses while anything hangs on the user. A boundary and tags go with it.
func deleteUser(c *call) (answer, error) {
	u, err := c.user()
	if err != nil {
		return done, err
	}
	if len(u.Groups) > 0 {
		return done, deleteConflict("must remove users from group first.")
	}
	if err := u.checkNone(); err != nil {
		return done, err
	}
	if err := checkOwnsNothing(c, u.ID); err != nil {
		return done, err
	}
	c.remove(u)
	return done, nil
}

// user is the user that UserName names.
func (c *call) user() (*User, error) {
	name := c.text("UserName")
	u, ok := find[*User](c, userKindName, name)
	if !ok {
		return nil, noSuchEntity("The user with name %s cannot be found.", name)
	}
	return u, nil
}

// userOrCaller is the user that UserName names or, without it, the user who calls.
func (c *call) userOrCaller() (*User, error) {
	if c.given("UserName") {
		return c.user()
	}
	if c.caller.user == nil {
		return nil, refuse("ValidationError", "Must specify userName when calling with non-User credentials")
	}
	return c.caller.user, nil
}

// userByID is the user with a unique id, or nil.
func (c *call) userByID(id string) *User {
	for _, p := range c.store.linked[idLink(id)] {
		if u, ok := c.store.get(p).(*User); ok {
			return u
		}
	}
	return nil
}

// idLink finds an entity by its unique id.
func idLink(id string) string { return "id " + id }

// path is the Path parameter, whose default is "/".
func (c *call) path() string {
	if path := c.text("Path"); path != "" {
		return path
	}
	return "/"
}

// underPrefix says whether a path, with or without the name at its end, is under the PathPrefix asked for.
func (c *call) underPrefix(path string) bool {
	return strings.HasPrefix(path, c.text("PathPrefix"))
}

// write writes what other lists than ListUsers tell of a user: no boundary, no tags, no use.
func (u *User) write(w *xmlWriter, account string) {
	w.text("Path", u.Path)
	w.text("UserName", u.Name)
	w.text("UserId", u.ID)
	w.text("Arn", u.arn(account))
	w.time("CreateDate", u.Created)
}

// writeUsed writes what ListUsers tells of a user.
func (u *User) writeUsed(w *xmlWriter, account string) {
	u.write(w, account)
	if u.PasswordLastUsed != nil {
		w.time("PasswordLastUsed", *u.PasswordLastUsed)
	}
}

// writeWhole writes what CreateUser and GetUser tell: boundary and tags when there are any.
func (u *User) writeWhole(w *xmlWriter, account string) {
	u.writeUsed(w, account)
	writeBoundary(w, u.Boundary)
	if len(u.Tags) > 0 {
		writeTags(w, u.Tags)
	}
}

func userSettings(c *call, e entity) (string, any) {
	u, _ := e.(*User)
	groups := []string{}
	for _, g := range groupsOf(c.store, u) {
		groups = append(groups, g.Name)
	}
	return u.Name, struct {
		Path     string   `json:"path"`
		Tags     []Tag    `json:"tags,omitempty"`
		Boundary string   `json:"boundary,omitempty"`
		Groups   []string `json:"groups,omitempty"`
		grantsSettings
	}{u.Path, u.Tags, u.Boundary, groups, u.settings()}
}
