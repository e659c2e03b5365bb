package requirements

import (
	"slices"
	"strings"
	"time"

	"baseline/resource"
)

// administratorAccess is the one policy of AWS's that allows everything, for people at least: others like it are for
// AWS's own services.
const administratorAccess = "aws:AdministratorAccess"

// admin names who is allowed everything: users and roles by their own policies, and groups.
func (j *judging) admin(rule *resource.PermissionRule, read map[resource.Address]grants) {
	if !rule.NoAdmin {
		return
	}
	for _, holder := range j.holders() {
		if holder.Kind == roleKind && j.ofAWS(holder) || j.excepted(rule.Exceptions, holder) {
			continue
		}
		by := strings.Join(j.adminPolicies(holder, read), ", ")
		if by == "" {
			continue
		}
		seen := "is allowed everything by " + by
		if holder.Kind == groupKind {
			members := slices.DeleteFunc(slices.Clone(j.membersOf[holder.Name]), func(user string) bool {
				return j.excepted(rule.Exceptions, resource.At(userKind, user))
			})
			switch {
			case len(members) > 0:
				seen = "allows " + some(members) + " everything by " + by
			case len(j.membersOf[holder.Name]) > 0:
				continue
			default:
				seen = "has no members, but would allow them everything by " + by
			}
		}
		j.violate("permissions.admin", holder, seen, time.Time{},
			"allow what is needed instead, or make it an exception with a reason and an end")
	}
}

// adminPolicies names the policies by which a holder is allowed everything.
func (j *judging) adminPolicies(holder resource.Address, read map[resource.Address]grants) []string {
	var names []string
	judge := func(name string, a resource.Address) {
		found, ok := read[a]
		switch {
		case !ok:
			j.unchecked("permissions.admin", "%s: the document of %s was not read", holder, name)
		case found.unread != "":
			j.unchecked("permissions.admin", "%s: the document of %s cannot be read: %s", holder, name, found.unread)
		case found.everything && found.conditional:
			names = append(names, name+" (under a condition)")
		case found.everything:
			names = append(names, name)
		}
	}
	for _, ref := range j.attached[holder] {
		switch {
		case ref == administratorAccess:
			names = append(names, ref)
		case !strings.HasPrefix(ref, "aws:"):
			judge(ref, resource.At(policyKind, ref))
		}
	}
	for _, name := range j.inline[holder] {
		judge("its inline policy "+name, inlineAt(holder, name))
	}
	return names
}

// serviceWildcards names the account's own policies that allow all actions of a service. One by which somebody is allowed
// everything is the concern of admin, if that is asked.
func (j *judging) serviceWildcards(rule *resource.PermissionRule, read map[resource.Address]grants) {
	const id = "permissions.service_wildcards"
	if !rule.ReportServiceWildcards {
		return
	}
	for _, a := range j.State.Addresses() {
		found, ok := read[a]
		if !ok {
			continue
		}
		subject, what := a, ""
		if a.Kind == inlineKind {
			holder, name := holderOf(a)
			subject, what = holder, "its inline policy "+name+" "
		}
		switch {
		case j.byAWS(subject) || j.excepted(rule.Exceptions, subject):
		case found.everything && rule.NoAdmin:
		case found.unread != "":
			j.unchecked(id, "the document of %s cannot be read: %s", a, found.unread)
		case len(found.services) > 0:
			services := some(found.services)
			if slices.Contains(found.services, "*") {
				services = "every service"
			}
			j.violate(id, subject, what+"allows all actions of "+services, time.Time{}, "name the actions that are needed")
		}
	}
}
