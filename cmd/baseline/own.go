package main

import (
	"errors"

	"baseline/requirements"
	"baseline/resource"
)

// ownHarm says why a plan should not be carried out with the caller's credentials, because it would end in the middle, or
// nobody with these could undo it; "" where it can be.
func ownHarm(plan *resource.Plan, caller resource.Caller) string {
	own := caller.Principal()
	group, _ := requirements.OwnGroup()
	for _, c := range plan.Changes {
		switch parts := c.Address.Parts(2); {
		case c.Address == own && c.Op() == resource.OpDelete:
			return "these credentials are of " + own.Plain() + ", which the plan deletes: apply with others"
		case c.Address.Kind == "iam_access_key" && c.After.Text("status") != "Active" && caller.Signs(parts[0], parts[1]):
			return "these credentials are access key " + parts[1] + ", which the plan takes out of use, or were made with it: apply with others"
		case c.Address == resource.At("iam_membership", own.Name, group.Name) && own.Kind == "iam_user" && c.After != nil:
			return "these credentials are of user/" + own.Name + ", which the plan denies everything until an MFA device is enrolled: apply with others"
		}
	}
	return ""
}

// mustOutlive refuses a plan that takes away the credentials it would be carried out with.
func mustOutlive(plan *resource.Plan, caller resource.Caller) error {
	if why := ownHarm(plan, caller); why != "" {
		return &ending{exit: exitRefused, err: errors.New(why + "; nothing was changed")}
	}
	return nil
}
