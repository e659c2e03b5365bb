package sandbox

import (
	"slices"
	"strings"
	"time"
)

const instanceProfileKindName = "instance-profile"

const idInstanceProfile = "AIPA"

// An InstanceProfile hands a role to EC2 instances. It holds one role at most.
type InstanceProfile struct {
	Name    string    `json:"name"`
	Path    string    `json:"path"`
	ID      string    `json:"id"`
	Created time.Time `json:"created"`
	Tags    []Tag     `json:"tags,omitempty"`
	RoleID  string    `json:"roleID,omitempty"` // "" when it holds none
}

func (p *InstanceProfile) place() place    { return placeOf(instanceProfileKindName, p.Name) }
func (p *InstanceProfile) born() time.Time { return p.Created }
func (p *InstanceProfile) tags() []Tag     { return p.Tags }

func (p *InstanceProfile) arn(account string) string {
	return arnOf(account, "instance-profile"+p.Path+p.Name)
}

func (p *InstanceProfile) links() []string {
	if p.RoleID == "" {
		return nil
	}
	return []string{ownedBy(instanceProfileKindName, p.RoleID)}
}

func (p *InstanceProfile) withTags(tags []Tag) taggable {
	changed := *p
	changed.Tags = tags
	return &changed
}

func (p *InstanceProfile) withRole(id string) *InstanceProfile {
	changed := *p
	changed.RoleID = id
	return &changed
}

func instanceProfileKind() *kind {
	name := parameter{name: "InstanceProfileName", required: true, low: 1, high: 128, pattern: nameRule}
	return &kind{
		name:     instanceProfileKindName,
		decode:   decodeAs[InstanceProfile],
		blocks:   "must remove roles from instance profile first.",
		taggedAs: "iam:instance-profile",
		operations: slices.Concat([]operation{
			write("CreateInstanceProfile", createInstanceProfile, name, entityPath, tagList),
			read("GetInstanceProfile", getInstanceProfile, name),
			read("ListInstanceProfiles", listInstanceProfiles, pathPrefix, marker, maxItems),
			read("ListInstanceProfilesForRole", listInstanceProfilesForRole, roleName, marker, maxItems),
			write("DeleteInstanceProfile", deleteInstanceProfile, name),
			write("AddRoleToInstanceProfile", addRoleToInstanceProfile, name, roleName),
			write("RemoveRoleFromInstanceProfile", removeRoleFromInstanceProfile, name, roleName),
		}, tagOperations("InstanceProfile", name, func(c *call) (taggable, keyRule, error) {
			p, err := c.instanceProfile()
			return p, exactKeys, err
		})),
		settings: instanceProfileSettings,
		count: func(c *call, summary map[string]int) {
			summary["InstanceProfiles"] = c.store.count(instanceProfileKindName)
			summary["InstanceProfilesQuota"] = quotaInstanceProfiles
		},
		roleDetail: func(c *call, r *Role, w *xmlWriter) {
			trust := c.showTrust(r.Trust)
			for _, p := range linked[*InstanceProfile](c, ownedBy(instanceProfileKindName, r.ID)) {
				w.in("member", func() { p.write(w, c.account, r, trust) })
			}
		},
	}
}

func createInstanceProfile(c *call) (answer, error) {
	name := c.text("InstanceProfileName")
	if c.store.get(placeOf(instanceProfileKindName, name)) != nil {
		return done, alreadyExists("Instance Profile %s already exists.", name)
	}
	tags, err := c.newTags(exactKeys)
	if err != nil {
		return done, err
	}
	if c.store.count(instanceProfileKindName) >= quotaInstanceProfiles {
		return done, quotaExceeded("InstanceProfilesPerAccount", quotaInstanceProfiles)
	}
	p := &InstanceProfile{Name: name, Path: c.path(), ID: c.newID(idInstanceProfile), Created: c.now, Tags: tags}
	c.put(p)
	return respond(func(w *xmlWriter) { w.in("InstanceProfile", func() { p.writeWhole(w, c.account, nil, "") }) })
}

func getInstanceProfile(c *call) (answer, error) {
	p, err := c.instanceProfile()
	if err != nil {
		return done, err
	}
	r, trust := c.roleIn(p)
	return respond(func(w *xmlWriter) { w.in("InstanceProfile", func() { p.writeWhole(w, c.account, r, trust) }) })
}

// listInstanceProfiles leaves out tags.
func listInstanceProfiles(c *call) (answer, error) {
	var page []*InstanceProfile
	next, err := c.page(c.question("PathPrefix"), tableSection(c, instanceProfileKindName, &page, func(p *InstanceProfile) bool {
		return c.underPrefix(p.Path + p.Name)
	}))
	if err != nil {
		return done, err
	}
	return c.respondInstanceProfiles(page, next)
}

func listInstanceProfilesForRole(c *call) (answer, error) {
	r, err := c.role()
	if err != nil {
		return done, err
	}
	all := linked[*InstanceProfile](c, ownedBy(instanceProfileKindName, r.ID))
	key := func(p *InstanceProfile) string { return strings.ToLower(p.Name) }
	page, next, err := pageOf(c, c.question("RoleName"), all, key, nil)
	if err != nil {
		return done, err
	}
	return c.respondInstanceProfiles(page, next)
}

func (c *call) respondInstanceProfiles(page []*InstanceProfile, next string) (answer, error) {
	roles, trusts := map[string]*Role{}, map[string]string{} // by the ids of the profiles
	for _, p := range page {
		roles[p.ID], trusts[p.ID] = c.roleIn(p)
	}
	return respond(func(w *xmlWriter) {
		list(w, "InstanceProfiles", page, func(p *InstanceProfile) { p.write(w, c.account, roles[p.ID], trusts[p.ID]) })
		w.more(next)
	})
}

func deleteInstanceProfile(c *call) (answer, error) {
	p, err := c.instanceProfile()
	if err != nil {
		return done, err
	}
	if p.RoleID != "" {
		return done, deleteConflict("must remove roles from instance profile first.")
	}
	c.remove(p)
	return done, nil
}

// addRoleToInstanceProfile refuses a second role, even when it is the one that is there.
func addRoleToInstanceProfile(c *call) (answer, error) {
	p, r, err := c.instanceProfileAndRole()
	if err != nil {
		return done, err
	}
	if p.RoleID != "" {
		return done, quotaExceeded("InstanceSessionsPerInstanceProfile", 1)
	}
	c.put(p.withRole(r.ID))
	return done, nil
}

func removeRoleFromInstanceProfile(c *call) (answer, error) {
	p, r, err := c.instanceProfileAndRole()
	if err != nil {
		return done, err
	}
	if p.RoleID != r.ID {
		return done, noSuchEntity("The role with name %s cannot be found.", r.Name)
	}
	c.put(p.withRole(""))
	return done, nil
}

// instanceProfile is the instance profile that InstanceProfileName names.
func (c *call) instanceProfile() (*InstanceProfile, error) {
	name := c.text("InstanceProfileName")
	p, ok := find[*InstanceProfile](c, instanceProfileKindName, name)
	if !ok {
		return nil, noSuchEntity("Instance Profile %s cannot be found.", name)
	}
	return p, nil
}

func (c *call) instanceProfileAndRole() (*InstanceProfile, *Role, error) {
	p, err := c.instanceProfile()
	if err != nil {
		return nil, nil, err
	}
	r, err := c.changeableRole()
	return p, r, err
}

// roleIn is the role in an instance profile, with its trust policy as it is shown; nil when it holds none.
func (c *call) roleIn(p *InstanceProfile) (*Role, string) {
	for _, at := range c.store.linked[idLink(p.RoleID)] {
		if r, ok := c.store.get(at).(*Role); ok {
			return r, c.showTrust(r.Trust)
		}
	}
	return nil, ""
}

// write writes what lists tell of an instance profile. Of its role that is the identity and the trust policy.
func (p *InstanceProfile) write(w *xmlWriter, account string, r *Role, trust string) {
	w.text("Path", p.Path)
	w.text("InstanceProfileName", p.Name)
	w.text("InstanceProfileId", p.ID)
	w.text("Arn", p.arn(account))
	w.time("CreateDate", p.Created)
	w.in("Roles", func() {
		if r != nil {
			w.in("member", func() {
				r.writeIdentity(w, account)
				w.document("AssumeRolePolicyDocument", trust)
			})
		}
	})
}

func (p *InstanceProfile) writeWhole(w *xmlWriter, account string, r *Role, trust string) {
	p.write(w, account, r, trust)
	writeTags(w, p.Tags)
}

func instanceProfileSettings(c *call, e entity) (string, any) {
	p, _ := e.(*InstanceProfile)
	role := ""
	if r, _ := c.roleIn(p); r != nil {
		role = r.Name
	}
	return p.Name, struct {
		Path string `json:"path"`
		Tags []Tag  `json:"tags,omitempty"`
		Role string `json:"role,omitempty"`
	}{p.Path, p.Tags, role}
}
