package requirements

import (
	"slices"
	"time"

	"baseline/resource"
)

// boundaries names the users and roles that lack the permissions boundary, and sets it.
func (j *judging) boundaries(rule *resource.PermissionRule) {
	wanted := func(all string, kind resource.Kind, names []string) {
		for _, name := range names {
			a := resource.At(kind, name)
			if slices.Contains(rule.BoundaryFor, all) || slices.Contains(rule.BoundaryFor, a.String()) {
				j.boundary(rule, a)
			}
		}
	}
	wanted("users", userKind, j.users)
	wanted("roles", roleKind, j.roles)
	for _, who := range rule.BoundaryFor {
		if a, err := resource.ParseAddress(who); err == nil && j.State[a].Settings == nil { // else it is "users" or "roles"
			j.unchecked("permissions.boundary", "%s must have the boundary and is not in the account", a.Plain())
		}
	}
}

// boundary judges one user or role that must have the boundary.
func (j *judging) boundary(rule *resource.PermissionRule, a resource.Address) {
	has := j.State[a].Settings.Text("boundary")
	if has == rule.Boundary || a.Kind == roleKind && j.byAWS(a) || j.excepted(rule.Exceptions, a) {
		return
	}
	seen := "has no permissions boundary"
	if has != "" {
		seen = "has the permissions boundary " + has
	}
	advice := "set the permissions boundary " + rule.Boundary
	owner := j.State[a].Facts[resource.FactOwner]
	_, exists := j.State[resource.At(policyKind, rule.Boundary)]
	switch {
	case isOwn(rule.Boundary) && !exists:
		advice = "create the policy " + rule.Boundary + ", which is not in the account, and set it as the permissions boundary"
	case owner != "":
		advice += " in " + owner + ", which it belongs to"
	case j.runs(a):
		advice += " as somebody else: whoever bounds himself may not be able to undo it"
	case rule.Fix:
		v := j.violate("permissions.boundary", a, seen, time.Time{}, advice)
		v.Fixes = []Fix{{
			Address: a, After: resource.Object{"boundary": rule.Boundary},
			Reason: seen + "; from now on it is denied what " + rule.Boundary + " does not allow",
		}}
		return
	}
	j.violate("permissions.boundary", a, seen, time.Time{}, advice)
}
