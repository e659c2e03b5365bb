package kinds

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"baseline/resource"
)

const iamPolicyAttachmentKind resource.Kind = "iam_policy_attachment"

// iamPolicyAttachment is one managed policy on one user, group or role:
// iam_policy_attachment/{user|group|role}/NAME/REFERENCE, where REFERENCE is the name of a policy of the account, or
// aws:PATH/NAME. It has no settings.
func iamPolicyAttachment() Kind {
	return Kind{
		Type: resource.Type{
			Kind:   iamPolicyAttachmentKind,
			Family: "attachments",
			Part:   true,
			Owner:  principalOf,
			Needs: func(_ string, a resource.Address, _ resource.Object) []resource.Address {
				needs := []resource.Address{principalOf(a)}
				if ref := a.Parts(3)[2]; isLocalPolicy(ref) {
					needs = append(needs, resource.At(iamPolicyKind, ref))
				}
				return needs
			},
		},
		Permissions: Permissions{
			List:   bulkOfPrincipals,
			Create: byPrincipal("iam:Attach*Policy"),
			Delete: byPrincipal("iam:Detach*Policy"),
		},
		List: func(ctx context.Context, r *Reader) (resource.State, error) {
			state := resource.State{}
			err := eachPrincipal(ctx, r, func(p principal) {
				for _, policy := range p.attached {
					ref := policyReference(r.Account, aws.ToString(policy.PolicyArn))
					state[resource.At(iamPolicyAttachmentKind, p.sort, p.name, ref)] = resource.Resource{
						Settings: resource.Object{}, Facts: ownedBy(p.owner),
					}
				}
			})
			return state, err
		},
		Create: func(ctx context.Context, w *Writer, a resource.Address, _ resource.Object) error {
			sort, name, ref := principalPart(a)
			arn, err := w.PolicyARN(*ref)
			if err != nil {
				return err
			}
			switch sort {
			case "user":
				_, err = w.IAM.AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: name, PolicyArn: &arn})
			case "group":
				_, err = w.IAM.AttachGroupPolicy(ctx, &iam.AttachGroupPolicyInput{GroupName: name, PolicyArn: &arn})
			case "role":
				_, err = w.IAM.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: name, PolicyArn: &arn})
			default:
				err = badPrincipal(a)
			}
			return err
		},
		Delete: func(ctx context.Context, w *Writer, a resource.Address, _ resource.Object) error {
			sort, name, ref := principalPart(a)
			arn, err := w.PolicyARN(*ref)
			if err != nil {
				return err
			}
			switch sort {
			case "user":
				_, err = w.IAM.DetachUserPolicy(ctx, &iam.DetachUserPolicyInput{UserName: name, PolicyArn: &arn})
			case "group":
				_, err = w.IAM.DetachGroupPolicy(ctx, &iam.DetachGroupPolicyInput{GroupName: name, PolicyArn: &arn})
			case "role":
				_, err = w.IAM.DetachRolePolicy(ctx, &iam.DetachRolePolicyInput{RoleName: name, PolicyArn: &arn})
			default:
				err = badPrincipal(a)
			}
			return err
		},
	}
}
