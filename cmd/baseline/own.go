package main

import (
	"errors"
	"fmt"
	"strings"

	"baseline/resource"
)

// deletedCaller is the user or role behind an ARN of credentials, where the plan deletes it; the zero address otherwise.
// The forms of these ARNs are those of https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html.
func deletedCaller(plan *resource.Plan, arn string) resource.Address {
	parts := strings.SplitN(arn, ":", 6)
	kind, path, _ := strings.Cut(parts[len(parts)-1], "/")
	var own resource.Address
	switch names := strings.Split(path, "/"); kind {
	case "user":
		own = resource.At("iam_user", names[len(names)-1]) // what stands before the name is its path
	case "assumed-role":
		own = resource.At("iam_role", names[0]) // what follows is the name of the session
	}
	for _, c := range plan.Changes {
		if c.Address == own && c.Op() == resource.OpDelete {
			return own
		}
	}
	return resource.Address{}
}

// ownDeletion says why a plan should not be carried out with the credentials of an ARN; "" where it can be.
func ownDeletion(plan *resource.Plan, arn string) string {
	own := deletedCaller(plan, arn)
	if own.IsZero() {
		return ""
	}
	return fmt.Sprintf("these credentials are of %s, which the plan deletes: apply with others",
		strings.TrimPrefix(own.String(), "iam_"))
}

// mustOutlive refuses a plan that takes away the credentials it would be carried out with: it would stop half-way.
func mustOutlive(plan *resource.Plan, arn string) error {
	if why := ownDeletion(plan, arn); why != "" {
		return &ending{exit: exitRefused, err: errors.New(why + "; nothing was changed")}
	}
	return nil
}
