package kinds

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"baseline/resource"
)

// principal is a user, group or role as the holder of policies.
type principal struct {
	// sort is "user", "group" or "role", as in the addresses of what it holds.
	sort, name string
	// owner is whom the principal belongs to, and with it what it holds; "" for nobody known.
	owner    string
	inline   []types.PolicyDetail
	attached []types.AttachedPolicy
}

// eachPrincipal visits all users, groups and roles of the account.
func eachPrincipal(ctx context.Context, r *Reader, visit func(principal)) error {
	users, err := r.Users(ctx)
	if err != nil {
		return err
	}
	groups, err := r.Groups(ctx)
	if err != nil {
		return err
	}
	roles, err := r.Roles(ctx)
	if err != nil {
		return err
	}
	for _, user := range users {
		name := aws.ToString(user.UserName)
		who := owner(name, aws.ToString(user.Path), tagMap(user.Tags))
		visit(principal{"user", name, who, user.UserPolicyList, user.AttachedManagedPolicies})
	}
	for _, group := range groups {
		name := aws.ToString(group.GroupName)
		who := owner(name, aws.ToString(group.Path), nil)
		visit(principal{"group", name, who, group.GroupPolicyList, group.AttachedManagedPolicies})
	}
	for _, role := range roles {
		name := aws.ToString(role.RoleName)
		who := owner(name, aws.ToString(role.Path), tagMap(role.Tags))
		visit(principal{"role", name, who, role.RolePolicyList, role.AttachedManagedPolicies})
	}
	return nil
}

// principalPart splits the address of something a principal holds.
func principalPart(a resource.Address) (sort string, name, held *string) {
	parts := a.Parts(3)
	return parts[0], &parts[1], &parts[2]
}

// principalOf returns the user, group or role in the address of something it holds.
func principalOf(a resource.Address) resource.Address {
	parts := a.Parts(3)
	return resource.At(resource.Kind("iam_"+parts[0]), parts[1])
}

func badPrincipal(a resource.Address) error {
	return fmt.Errorf("%s: only a user, group or role can hold a policy", a)
}
