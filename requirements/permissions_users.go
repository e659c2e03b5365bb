package requirements

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"baseline/resource"
)

// directPolicies names the users who have policies of their own, and moves those to the groups that the file names for them.
func (j *judging) directPolicies(rule *resource.PermissionRule) {
	if !rule.GroupsOnly {
		return
	}
	joining := j.joining()
	for _, name := range j.users {
		user := resource.At(userKind, name)
		if j.excepted(rule.Exceptions, user) {
			continue
		}
		for _, ref := range j.attached[user] {
			fixes, advice := j.moveToGroup(rule, name, ref, joining)
			v := j.violate("permissions.users", user, "has the policy "+ref+" attached", time.Time{}, advice)
			v.Fixes = fixes
		}
		for _, inline := range j.inline[user] {
			j.violate("permissions.users", user, "has the inline policy "+inline, time.Time{},
				"give a group what it allows, add the user to the group, and delete the inline policy")
		}
	}
}

// joining are the groups that fixes of other rules have users join, by user.
func (j *judging) joining() map[string][]string {
	joining := map[string][]string{}
	for _, v := range j.out.Violations {
		for _, f := range v.Fixes {
			if f.Address.Kind == membershipKind && f.After != nil {
				user, group := f.Address.Parts(2)[0], f.Address.Parts(2)[1]
				joining[user] = append(joining[user], group)
			}
		}
	}
	return joining
}

// moveToGroup returns the changes by which a user has a policy through a group instead of directly, and what a person should
// do where there are none. It adds the group to those that the user is joining.
func (j *judging) moveToGroup(rule *resource.PermissionRule, user, ref string, joining map[string][]string) (fixes []Fix, advice string) {
	advice = "attach it to a group, add the user to the group, and detach it from the user"
	group, mapped := rule.Groups[ref]
	owner := j.ownerOf(user)
	switch {
	case owner != "":
		return nil, "move it to a group in " + owner + ", which the user belongs to"
	case !rule.Fix || !mapped:
		return nil, advice
	case !slices.Contains(j.attached[resource.At(groupKind, group)], ref):
		return nil, "attach it to the group " + group + " first, which does not have it: the user would lose it"
	}
	detached := Fix{Address: resource.At(attachmentKind, "user", user, ref), Reason: "is in " + group + ", which has it too"}
	if slices.Contains(j.groupsOf[user], group) {
		return []Fix{detached}, advice
	}
	membership := resource.At(membershipKind, user, group)
	detached.Reason, detached.Waits = "joins "+group+", which has it", []resource.Address{membership}
	if slices.Contains(joining[user], group) {
		return []Fix{detached}, advice
	}
	if len(j.groupsOf[user])+len(joining[user]) >= maxGroups {
		return nil, fmt.Sprintf("take the user out of a group first: with %s it would be in more than the %d that AWS allows", group, maxGroups)
	}
	joining[user] = append(joining[user], group)
	also := ""
	if more := j.heldBeside(resource.At(groupKind, group), ref); len(more) > 0 {
		also = ", which also has " + strings.Join(more, ", ") + ","
	}
	reason := "joins " + group + also + " in place of having " + ref + " attached"
	return []Fix{{Address: membership, After: resource.Object{}, Reason: reason}, detached}, advice
}

// heldBeside names what a group has beside a policy.
func (j *judging) heldBeside(group resource.Address, ref string) []string {
	var more []string
	for _, other := range j.attached[group] {
		if other != ref {
			more = append(more, other)
		}
	}
	for _, name := range j.inline[group] {
		more = append(more, "the inline policy "+name)
	}
	return more
}
