package sandbox

import (
	"slices"
	"strings"
	"time"
)

const roleKindName = "role"

const (
	defaultSession = 3600 // seconds

	// serviceLinkedPath is where roles are that belong to a service of AWS.
	serviceLinkedPath = "/aws-service-role/"
	// reservedPath is where roles are that another part of AWS provisions, such as Identity Center.
	reservedPath = "/aws-reserved/"
)

// A Role is an IAM role.
type Role struct {
	Name        string    `json:"name"`
	Path        string    `json:"path"`
	ID          string    `json:"id"`
	Created     time.Time `json:"created"`
	Description string    `json:"description,omitempty"`
	MaxSession  int       `json:"maxSession"` // seconds
	// Trust is the trust policy as IAM renders it, with principals of this account as unique ids; see trust.go.
	Trust    string   `json:"trust"`
	Tags     []Tag    `json:"tags,omitempty"`
	Boundary string   `json:"boundary,omitempty"`
	LastUsed *RoleUse `json:"lastUsed,omitempty"`
	Grants
}

// A RoleUse is when and where a role was last used.
type RoleUse struct {
	Date   time.Time `json:"date"`
	Region string    `json:"region"`
}

func (r *Role) place() place     { return placeOf(roleKindName, r.Name) }
func (r *Role) born() time.Time  { return r.Created }
func (r *Role) tags() []Tag      { return r.Tags }
func (r *Role) grants() Grants   { return r.Grants }
func (r *Role) boundary() string { return r.Boundary }

func (r *Role) arn(account string) string { return arnOf(account, "role"+r.Path+r.Name) }

func (r *Role) links() []string {
	return append(append(r.Grants.links(), idLink(r.ID)), boundaryLinks(r.Boundary)...)
}

func (r *Role) withGrants(g Grants) holder {
	changed := *r
	changed.Grants = g
	return &changed
}

func (r *Role) withTags(tags []Tag) taggable {
	changed := *r
	changed.Tags = tags
	return &changed
}

func (r *Role) withBoundary(arn string) bounded {
	changed := *r
	changed.Boundary = arn
	return &changed
}

func (r *Role) protected() error {
	if belongsToAWS(r.Path) {
		return refuse("UnmodifiableEntity",
			"Cannot perform the operation on the protected role '%s' - this role is only modifiable by AWS", r.Name)
	}
	return nil
}

func belongsToAWS(path string) bool {
	return strings.HasPrefix(path, serviceLinkedPath) || strings.HasPrefix(path, reservedPath)
}

func roleKind() *kind {
	trust := named("AssumeRolePolicyDocument", policyDocument)
	return &kind{
		name:   roleKindName,
		decode: decodeAs[Role],
		operations: slices.Concat([]operation{
			write("CreateRole", createRole, roleName, entityPath, trust, description, maxSession, boundaryARN, tagList),
			read("GetRole", getRole, roleName),
			read("ListRoles", listRoles, pathPrefix, marker, maxItems),
			write("UpdateRole", updateRole, roleName, description, maxSession),
			write("UpdateRoleDescription", updateRoleDescription, roleName, need(description)),
			write("UpdateAssumeRolePolicy", updateAssumeRolePolicy, roleName, policyDocument),
			write("DeleteRole", deleteRole, roleName),
		}, tagOperations("Role", roleName, func(c *call) (taggable, keyRule, error) {
			r, err := c.role()
			return r, foldedKeys, err
		})),
		settings: roleSettings,
		count: func(c *call, summary map[string]int) {
			summary["Roles"] = c.store.count(roleKindName)
			summary["RolesQuota"] = quotaRoles
		},
	}
}

func createRole(c *call) (answer, error) {
	if path := c.path(); belongsToAWS(path) {
		return done, refuse("InvalidInput", "The path %s is reserved for roles that AWS manages.", path)
	}
	text := c.text("AssumeRolePolicyDocument")
	r, err := newRole(c, c.text("RoleName"), c.path(), text)
	if err != nil {
		return done, err
	}
	c.put(r)
	// The answer echoes the document as it was sent; every read renders it anew. It tells neither description nor
	// session length.
	return respond(func(w *xmlWriter) {
		w.in("Role", func() {
			r.writeIdentity(w, c.account)
			w.document("AssumeRolePolicyDocument", text)
			writeBoundary(w, r.Boundary)
			if len(r.Tags) > 0 {
				writeTags(w, r.Tags)
			}
		})
	})
}

func newRole(c *call, name, path, trust string) (*Role, error) {
	if c.store.get(placeOf(roleKindName, name)) != nil {
		return nil, alreadyExists("Role with name %s already exists.", name)
	}
	tags, err := c.newTags(foldedKeys)
	if err != nil {
		return nil, err
	}
	if err := c.checkBoundary(); err != nil {
		return nil, err
	}
	if c.store.count(roleKindName) >= quotaRoles {
		return nil, quotaExceeded("RolesPerAccount", quotaRoles)
	}
	r := &Role{
		Name:        name,
		Path:        path,
		ID:          c.newID(idRole),
		Created:     c.now,
		Description: c.text("Description"),
		MaxSession:  c.number("MaxSessionDuration", defaultSession),
		Tags:        tags,
		Boundary:    c.text("PermissionsBoundary"),
	}
	r.Trust, err = c.saveTrust(trust, r.ID)
	return r, err
}

func getRole(c *call) (answer, error) {
	r, err := c.role()
	if err != nil {
		return done, err
	}
	trust := c.showTrust(r.Trust)
	return respond(func(w *xmlWriter) { w.in("Role", func() { r.writeWhole(w, c.account, trust) }) })
}

// listRoles leaves out boundary, tags and last use.
func listRoles(c *call) (answer, error) {
	var roles []*Role
	next, err := c.page(c.question("PathPrefix"), tableSection(c, roleKindName, &roles, func(r *Role) bool {
		return c.underPrefix(r.Path + r.Name)
	}))
	if err != nil {
		return done, err
	}
	trusts := c.showTrusts(roles)
	return respond(func(w *xmlWriter) {
		list(w, "Roles", roles, func(r *Role) {
			r.writeIdentity(w, c.account)
			w.document("AssumeRolePolicyDocument", trusts[r.ID])
			r.writeSettings(w)
		})
		w.more(next)
	})
}

// updateRole keeps what is not given; an empty description clears it.
func updateRole(c *call) (answer, error) {
	r, err := c.changeableRole()
	if err != nil {
		return done, err
	}
	changed := *r
	if c.given("Description") {
		changed.Description = c.text("Description")
	}
	changed.MaxSession = c.number("MaxSessionDuration", r.MaxSession)
	c.put(&changed)
	return respond(func(*xmlWriter) {})
}

func updateRoleDescription(c *call) (answer, error) {
	r, err := c.changeableRole()
	if err != nil {
		return done, err
	}
	changed := *r
	changed.Description = c.text("Description")
	c.put(&changed)
	trust := c.showTrust(r.Trust)
	return respond(func(w *xmlWriter) { w.in("Role", func() { changed.writeWhole(w, c.account, trust) }) })
}

func updateAssumeRolePolicy(c *call) (answer, error) {
	r, err := c.changeableRole()
	if err != nil {
		return done, err
	}
	changed := *r
	if changed.Trust, err = c.saveTrust(c.text("PolicyDocument"), r.ID); err != nil {
		return done, err
	}
	c.put(&changed)
	return done, nil
}

func deleteRole(c *call) (answer, error) {
	r, err := c.changeableRole()
	if err != nil {
		return done, err
	}
	if err := checkOwnsNothing(c, r.ID); err != nil {
		return done, err
	}
	if err := r.checkNone(); err != nil {
		return done, err
	}
	c.remove(r)
	return done, nil
}

// role is the role that RoleName names.
func (c *call) role() (*Role, error) {
	name := c.text("RoleName")
	r, ok := find[*Role](c, roleKindName, name)
	if !ok {
		return nil, noSuchEntity("The role with name %s cannot be found.", name)
	}
	return r, nil
}

func (c *call) changeableRole() (*Role, error) {
	r, err := c.role()
	if err != nil {
		return nil, err
	}
	return r, r.protected()
}

func (r *Role) writeIdentity(w *xmlWriter, account string) {
	w.text("Path", r.Path)
	w.text("RoleName", r.Name)
	w.text("RoleId", r.ID)
	w.text("Arn", r.arn(account))
	w.time("CreateDate", r.Created)
}

func (r *Role) writeSettings(w *xmlWriter) {
	w.optional("Description", r.Description)
	w.number("MaxSessionDuration", r.MaxSession)
}

func (r *Role) writeWhole(w *xmlWriter, account, trust string) {
	r.writeIdentity(w, account)
	w.document("AssumeRolePolicyDocument", trust)
	r.writeSettings(w)
	writeBoundary(w, r.Boundary)
	if len(r.Tags) > 0 {
		writeTags(w, r.Tags)
	}
	r.writeLastUsed(w)
}

// writeLastUsed writes an empty element for a role that was never used.
func (r *Role) writeLastUsed(w *xmlWriter) {
	w.in("RoleLastUsed", func() {
		if r.LastUsed != nil {
			w.time("LastUsedDate", r.LastUsed.Date)
			w.text("Region", r.LastUsed.Region)
		}
	})
}

func roleSettings(c *call, e entity) (string, any) {
	r, _ := e.(*Role)
	return r.Name, struct {
		Path        string `json:"path"`
		Description string `json:"description,omitempty"`
		MaxSession  int    `json:"maxSession"`
		Trust       any    `json:"trust"`
		Tags        []Tag  `json:"tags,omitempty"`
		Boundary    string `json:"boundary,omitempty"`
		grantsSettings
	}{r.Path, r.Description, r.MaxSession, plainDocument(c.showTrust(r.Trust)), r.Tags, r.Boundary, r.settings()}
}
