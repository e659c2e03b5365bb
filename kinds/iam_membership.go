package kinds

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"baseline/resource"
)

const iamMembershipKind resource.Kind = "iam_membership"

// iamMembership is one user in one group: iam_membership/USER/GROUP. It has no settings.
func iamMembership() Kind {
	return Kind{
		Type: resource.Type{
			Kind:   iamMembershipKind,
			Family: "memberships",
			Part:   true,
			Owner: func(a resource.Address) resource.Address {
				return resource.At(iamUserKind, a.Parts(2)[0])
			},
			Needs: func(_ string, a resource.Address, _ resource.Object) []resource.Address {
				user, group := a.Parts(2)[0], a.Parts(2)[1]
				return []resource.Address{resource.At(iamUserKind, user), resource.At(iamGroupKind, group)}
			},
		},
		Permissions: Permissions{
			List:   []Permit{authorizationDetails},
			Create: []Permit{{Action: "iam:AddUserToGroup", On: its(iamGroupKind, 1)}},
			Delete: []Permit{{Action: "iam:RemoveUserFromGroup", On: its(iamGroupKind, 1)}},
		},
		List: func(ctx context.Context, r *Reader) (resource.State, error) {
			users, err := r.Users(ctx)
			if err != nil {
				return nil, err
			}
			state := resource.State{}
			for _, user := range users {
				name := aws.ToString(user.UserName)
				facts := ownedBy(owner(name, aws.ToString(user.Path), tagMap(user.Tags)))
				for _, group := range user.GroupList {
					state[resource.At(iamMembershipKind, name, group)] = resource.Resource{Settings: resource.Object{}, Facts: facts}
				}
			}
			return state, nil
		},
		Create: func(ctx context.Context, w *Writer, a resource.Address, _ resource.Object) error {
			parts := a.Parts(2)
			_, err := w.IAM.AddUserToGroup(ctx, &iam.AddUserToGroupInput{UserName: &parts[0], GroupName: &parts[1]})
			return err
		},
		Delete: func(ctx context.Context, w *Writer, a resource.Address, _ resource.Object) error {
			parts := a.Parts(2)
			_, err := w.IAM.RemoveUserFromGroup(ctx, &iam.RemoveUserFromGroupInput{UserName: &parts[0], GroupName: &parts[1]})
			return err
		},
	}
}
