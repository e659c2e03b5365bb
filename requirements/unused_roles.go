package requirements

import "baseline/resource"

// unusedRoles names the roles that were not used for long. A role counts from its creation, so a new one is not unused.
// One that is still to be created has no dates and is not judged.
func (j *judging) unusedRoles() {
	const id = "unused_roles"
	rule := j.asked.UnusedRoles
	if rule == nil {
		return
	}
	j.expired(id, rule.Exceptions)
	if j.Evidence == nil || j.Evidence.Roles == nil && len(j.roles) > 0 {
		j.unchecked(id, "the uses of roles were not read")
		return
	}
	for _, name := range j.roles {
		role := resource.At(roleKind, name)
		use, known := j.Evidence.Roles[name]
		if !known || j.byAWS(role) || j.excepted(rule.Exceptions, role) {
			continue
		}
		since, seen := use.Used, "was last used on "+date(use.Used)
		switch {
		case !use.Used.IsZero():
		case use.Created.IsZero():
			j.unchecked(id, "%s: neither its creation nor its last use is known", role)
			continue
		case j.Now.Sub(use.Created) > resource.RoleHistory:
			since, seen = use.Created, "was not used in the 400 days that AWS looks back; it was created on "+date(use.Created)
		default:
			since, seen = use.Created, "was never used; it was created on "+date(use.Created)
		}
		if !j.Now.Before(since.Add(rule.After)) {
			j.violate(id, role, seen, since, "ask whoever made it whether it is still needed, and delete it if not")
		}
	}
}
