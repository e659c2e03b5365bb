package kinds

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"baseline/resource"
)

const iamInstanceProfileRoleKind resource.Kind = "iam_instance_profile_role"

// iamInstanceProfileRole is the role in an instance profile: iam_instance_profile_role/PROFILE/ROLE. A profile holds one role
// at most. It has no settings.
func iamInstanceProfileRole() Kind {
	return Kind{
		Type: resource.Type{
			Kind: iamInstanceProfileRoleKind,
			Part: true,
			Owner: func(a resource.Address) resource.Address {
				return resource.At(iamInstanceProfileKind, a.Parts(2)[0])
			},
			Needs: func(_ string, a resource.Address, _ resource.Object) []resource.Address {
				profile, role := a.Parts(2)[0], a.Parts(2)[1]
				return []resource.Address{resource.At(iamInstanceProfileKind, profile), resource.At(iamRoleKind, role)}
			},
		},
		Permissions: Permissions{
			List: []Permit{authorizationDetails, bulkTags},
			// GetInstanceProfile is not among them: it is called only where an earlier try was lost, and only to tell so.
			Create: []Permit{
				{Action: "iam:AddRoleToInstanceProfile", On: its(iamInstanceProfileKind, 0)},
				{Action: "iam:PassRole", On: its(iamRoleKind, 1)},
			},
			Delete: []Permit{{Action: "iam:RemoveRoleFromInstanceProfile", On: its(iamInstanceProfileKind, 0)}},
		},
		List: func(ctx context.Context, r *Reader) (resource.State, error) {
			roles, err := r.Roles(ctx)
			if err != nil {
				return nil, err
			}
			tagsOf, err := r.tagsOf(ctx)
			if err != nil {
				return nil, err
			}
			state := resource.State{}
			for _, role := range roles {
				for _, profile := range role.InstanceProfileList {
					name := aws.ToString(profile.InstanceProfileName)
					tags, _ := tagsOf(aws.ToString(profile.Arn))
					state[resource.At(iamInstanceProfileRoleKind, name, aws.ToString(role.RoleName))] = resource.Resource{
						Settings: resource.Object{}, Facts: ownedBy(owner(name, aws.ToString(profile.Path), tags)),
					}
				}
			}
			return state, nil
		},
		Create: func(ctx context.Context, w *Writer, a resource.Address, _ resource.Object) error {
			parts := a.Parts(2)
			_, err := w.IAM.AddRoleToInstanceProfile(ctx, &iam.AddRoleToInstanceProfileInput{
				InstanceProfileName: &parts[0], RoleName: &parts[1],
			})
			if code(err) != "LimitExceeded" {
				return err
			}
			// The profile holds a role already. AWS says the same of this very one, which an earlier try may have put there.
			found, lookErr := w.IAM.GetInstanceProfile(ctx, &iam.GetInstanceProfileInput{InstanceProfileName: &parts[0]})
			if lookErr != nil {
				return lookErr
			}
			if slices.ContainsFunc(found.InstanceProfile.Roles, func(r types.Role) bool { return aws.ToString(r.RoleName) == parts[1] }) {
				return nil
			}
			return err
		},
		Delete: func(ctx context.Context, w *Writer, a resource.Address, _ resource.Object) error {
			parts := a.Parts(2)
			_, err := w.IAM.RemoveRoleFromInstanceProfile(ctx, &iam.RemoveRoleFromInstanceProfileInput{
				InstanceProfileName: &parts[0], RoleName: &parts[1],
			})
			return err
		},
	}
}
