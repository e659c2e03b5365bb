package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// seedFile is the output of `aws iam get-account-authorization-details`, as far as it is kept.
type seedFile struct {
	UserDetailList []struct {
		seedEntity
		UserName, UserID string
		GroupList        []string
		UserPolicyList   []seedInline
	}
	GroupDetailList []struct {
		seedEntity
		GroupName, GroupID string
		GroupPolicyList    []seedInline
	}
	RoleDetailList []struct {
		seedEntity
		RoleName, RoleID         string
		AssumeRolePolicyDocument json.RawMessage
		InstanceProfileList      []seedInstanceProfile
		RolePolicyList           []seedInline
		RoleLastUsed             struct {
			LastUsedDate *time.Time
			Region       string
		}
	}
	Policies []struct {
		seedEntity
		PolicyName, PolicyID, Description string
		UpdateDate                        time.Time
		PolicyVersionList                 []struct {
			Document         json.RawMessage
			VersionID        string
			IsDefaultVersion bool
			CreateDate       time.Time
		}
	}
}

// seedEntity is what all records have in common.
type seedEntity struct {
	Path, Arn               string
	CreateDate              time.Time
	Tags                    []Tag
	AttachedManagedPolicies []struct{ PolicyArn string }
	PermissionsBoundary     struct{ PermissionsBoundaryArn string }
}

type seedInstanceProfile struct {
	seedEntity
	InstanceProfileName, InstanceProfileID string
}

type seedInline struct {
	PolicyName     string
	PolicyDocument json.RawMessage
}

// SeedFrom fills an empty account with what `aws iam get-account-authorization-details` printed of a real one: users,
// groups, roles, instance profiles and policies with their ids, dates, versions and documents. Documents may be
// objects, as the CLI prints them, or strings, percent-encoded or not. What that output does not tell takes AWS's
// defaults: a role's description and session length, the tags of policies and instance profiles. Instance profiles
// without a role are not in it at all. AWS managed policies in it are passed over. It is an error when the account is
// not empty or when the output is of another account; nothing is then kept.
func (a *Account) SeedFrom(r io.Reader) error {
	var file seedFile
	if err := json.NewDecoder(r).Decode(&file); err != nil {
		return fmt.Errorf("read the account's details: %w", err)
	}
	return a.edit(func(c *call) error {
		for _, k := range c.store.kinds {
			if k.settings != nil && c.store.count(k.name) > 0 {
				return errors.New("seed: the account is not empty")
			}
		}
		s := seeder{call: c, groupIDs: map[string]string{}, idsByARN: map[string]string{}}
		if err := s.seed(&file); err != nil {
			return fmt.Errorf("seed: %w", err)
		}
		return nil
	})
}

// A seeder makes entities of records.
type seeder struct {
	*call
	groupIDs map[string]string // by lower-case name
	idsByARN map[string]string // of users and roles
	seen     map[place]bool
}

func (s *seeder) seed(file *seedFile) error {
	s.seen = map[place]bool{}
	for _, p := range file.Policies {
		if strings.HasPrefix(p.Arn, arnOf("aws", "")) {
			continue
		}
		policy := &Policy{
			Name: p.PolicyName, Path: p.Path, ID: s.idOr(p.PolicyID, idPolicy), Created: p.CreateDate.UTC(), Updated: p.UpdateDate.UTC(),
			Description: p.Description,
		}
		for _, v := range p.PolicyVersionList {
			number, err := strconv.Atoi(strings.TrimPrefix(v.VersionID, "v"))
			if err != nil {
				return fmt.Errorf("%s: version %q is not of the form v1", p.Arn, v.VersionID)
			}
			document, _, err := readSeedDocument(v.Document)
			if err != nil {
				return fmt.Errorf("%s version %s: %w", p.Arn, v.VersionID, err)
			}
			policy.Versions = append(policy.Versions, PolicyVersion{Number: number, Created: v.CreateDate.UTC(), Document: document})
			policy.Last = max(policy.Last, number)
			if v.IsDefaultVersion {
				policy.Default = number
			}
		}
		if policy.Default == 0 {
			return fmt.Errorf("%s: no version is the default", p.Arn)
		}
		slices.SortFunc(policy.Versions, func(a, b PolicyVersion) int { return b.Number - a.Number })
		if err := s.add(policy, p.Arn, policy.arn(s.account)); err != nil {
			return err
		}
	}
	for _, g := range file.GroupDetailList {
		group := &Group{Name: g.GroupName, Path: g.Path, ID: s.idOr(g.GroupID, idGroup), Created: g.CreateDate.UTC()}
		var err error
		if group.Grants, err = g.grants(g.GroupPolicyList); err != nil {
			return fmt.Errorf("%s: %w", g.Arn, err)
		}
		s.groupIDs[strings.ToLower(g.GroupName)] = group.ID
		if err := s.add(group, g.Arn, group.arn(s.account)); err != nil {
			return err
		}
	}
	if err := s.seedUsers(file); err != nil {
		return err
	}
	return s.seedRoles(file)
}

func (s *seeder) seedUsers(file *seedFile) error {
	for _, u := range file.UserDetailList {
		user := &User{
			Name: u.UserName, Path: u.Path, ID: s.idOr(u.UserID, idUser), Created: u.CreateDate.UTC(), Tags: u.Tags,
			Boundary: u.PermissionsBoundary.PermissionsBoundaryArn,
		}
		sortTags(user.Tags)
		for _, name := range u.GroupList {
			id, ok := s.groupIDs[strings.ToLower(name)]
			if !ok {
				return fmt.Errorf("%s: group %q is not among the groups", u.Arn, name)
			}
			user.Groups = append(user.Groups, id)
		}
		slices.Sort(user.Groups)
		var err error
		if user.Grants, err = u.grants(u.UserPolicyList); err != nil {
			return fmt.Errorf("%s: %w", u.Arn, err)
		}
		s.idsByARN[u.Arn] = user.ID
		if err := s.add(user, u.Arn, user.arn(s.account)); err != nil {
			return err
		}
	}
	return nil
}

func (s *seeder) seedRoles(file *seedFile) error {
	ids := make([]string, len(file.RoleDetailList))
	for i, r := range file.RoleDetailList {
		// All ids first: roles may trust each other.
		ids[i] = s.idOr(r.RoleID, idRole)
		s.idsByARN[r.Arn] = ids[i]
	}
	for i, r := range file.RoleDetailList {
		role := &Role{
			Name: r.RoleName, Path: r.Path, ID: ids[i], Created: r.CreateDate.UTC(), MaxSession: defaultSession,
			Tags: r.Tags, Boundary: r.PermissionsBoundary.PermissionsBoundaryArn,
		}
		sortTags(role.Tags)
		if used := r.RoleLastUsed; used.LastUsedDate != nil {
			role.LastUsed = &RoleUse{Date: used.LastUsedDate.UTC(), Region: used.Region}
		}
		_, tree, err := readSeedDocument(r.AssumeRolePolicyDocument)
		if err != nil {
			return fmt.Errorf("%s: trust policy: %w", r.Arn, err)
		}
		role.Trust = string(appendTree(nil, s.markPrincipals(tree)))
		if role.Grants, err = r.grants(r.RolePolicyList); err != nil {
			return fmt.Errorf("%s: %w", r.Arn, err)
		}
		if err := s.add(role, r.Arn, role.arn(s.account)); err != nil {
			return err
		}
		for _, p := range r.InstanceProfileList {
			profile := &InstanceProfile{
				Name: p.InstanceProfileName, Path: p.Path, ID: s.idOr(p.InstanceProfileID, idInstanceProfile),
				Created: p.CreateDate.UTC(), RoleID: role.ID,
			}
			if err := s.add(profile, p.Arn, profile.arn(s.account)); err != nil {
				return err
			}
		}
	}
	return nil
}

// add puts an entity after checking that it belongs to the account and is the only one of its name.
func (s *seeder) add(e entity, arn, expected string) error {
	if arn != "" && arn != expected {
		return fmt.Errorf("%s is not of account %s, where it would be %s", arn, s.account, expected)
	}
	if s.seen[e.place()] {
		return fmt.Errorf("%s is there twice", e.place())
	}
	s.seen[e.place()] = true
	s.put(e)
	return nil
}

func (s *seeder) idOr(id, prefix string) string {
	if id != "" {
		return id
	}
	return s.newID(prefix)
}

func (e seedEntity) grants(inline []seedInline) (Grants, error) {
	var g Grants
	for _, a := range e.AttachedManagedPolicies {
		g = g.attach(a.PolicyArn)
	}
	for _, p := range inline {
		document, _, err := readSeedDocument(p.PolicyDocument)
		if err != nil {
			return g, fmt.Errorf("inline policy %s: %w", p.PolicyName, err)
		}
		g = g.setInline(p.PolicyName, document)
	}
	return g, nil
}

// readSeedDocument reads a document that is an object or a string. An object loses the white space it was sent with.
func readSeedDocument(raw json.RawMessage) (text string, tree any, err error) {
	var quoted string
	if err := json.Unmarshal(raw, &quoted); err == nil {
		text = quoted
		if plain, err := url.PathUnescape(quoted); err == nil && !strings.HasPrefix(strings.TrimSpace(quoted), "{") {
			text = plain
		}
		tree, err = parseTree(text)
		if err != nil {
			return "", nil, fmt.Errorf("the document is not JSON: %w", err)
		}
		return text, tree, nil
	}
	tree, err = parseTree(string(raw))
	if err != nil {
		return "", nil, fmt.Errorf("the document is not JSON: %w", err)
	}
	return string(appendTree(nil, tree)), tree, nil
}

// markPrincipals turns the principals of this account in a trust policy into marked ids. All else stays as AWS showed
// it; an id in it is one of something deleted.
func (s *seeder) markPrincipals(tree any) any {
	root, _ := tree.(object)
	for _, f := range root {
		if f.key != "Statement" {
			continue
		}
		for _, item := range asList(f.value) {
			statement, _ := item.(object)
			for _, g := range statement {
				if principal, ok := g.value.(object); ok && (g.key == "Principal" || g.key == "NotPrincipal") {
					for k := range principal {
						principal[k].value = s.markPrincipal(principal[k].value)
					}
				}
			}
		}
	}
	return tree
}

func (s *seeder) markPrincipal(value any) any {
	switch v := value.(type) {
	case []any:
		for i := range v {
			v[i] = s.markPrincipal(v[i])
		}
	case string:
		if id, ok := s.idsByARN[v]; ok {
			return markIDs(idMark + id + idMark)
		}
		if uniqueIDRule.MatchString(v) {
			return markIDs(idMark + v + idMark)
		}
	}
	return value
}
