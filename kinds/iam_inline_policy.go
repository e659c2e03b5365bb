package kinds

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"baseline/resource"
)

const iamInlinePolicyKind resource.Kind = "iam_inline_policy"

// iamInlinePolicy is a policy document inside a user, group or role: iam_inline_policy/{user|group|role}/NAME/POLICY.
// Names of policies are unique without regard to case, and AWS keeps the first spelling.
//
//	document     document
func iamInlinePolicy() Kind {
	put := func(ctx context.Context, w *Writer, a resource.Address, after resource.Object) error {
		sort, name, policy := principalPart(a)
		var err error
		switch sort {
		case "user":
			_, err = w.IAM.PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: name, PolicyName: policy, PolicyDocument: text(after, "document")})
		case "group":
			_, err = w.IAM.PutGroupPolicy(ctx, &iam.PutGroupPolicyInput{GroupName: name, PolicyName: policy, PolicyDocument: text(after, "document")})
		case "role":
			_, err = w.IAM.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: name, PolicyName: policy, PolicyDocument: text(after, "document")})
		default:
			err = badPrincipal(a)
		}
		return err
	}
	return Kind{
		Type: resource.Type{
			Kind:   iamInlinePolicyKind,
			Family: "inline",
			Part:   true,
			Owner:  principalOf,
			Needs: func(_ string, a resource.Address, _ resource.Object) []resource.Address {
				return []resource.Address{principalOf(a)}
			},
			Takes: documentTakes("document"),
		},
		Permissions: Permissions{
			List:   bulkOfPrincipals,
			Create: byPrincipal("iam:Put*Policy"),
			Update: byPrincipal("iam:Put*Policy"),
			Delete: byPrincipal("iam:Delete*Policy"),
		},
		List: func(ctx context.Context, r *Reader) (resource.State, error) {
			state := resource.State{}
			err := eachPrincipal(ctx, r, func(p principal) {
				for _, policy := range p.inline {
					state[resource.At(iamInlinePolicyKind, p.sort, p.name, aws.ToString(policy.PolicyName))] = resource.Resource{
						Settings: resource.Object{"document": inlineText(policy)}, Facts: ownedBy(p.owner),
					}
				}
			})
			return state, err
		},
		Create: put,
		Update: func(ctx context.Context, w *Writer, a resource.Address, _, after resource.Object) error {
			return put(ctx, w, a, after)
		},
		Delete: func(ctx context.Context, w *Writer, a resource.Address, _ resource.Object) error {
			sort, name, policy := principalPart(a)
			var err error
			switch sort {
			case "user":
				_, err = w.IAM.DeleteUserPolicy(ctx, &iam.DeleteUserPolicyInput{UserName: name, PolicyName: policy})
			case "group":
				_, err = w.IAM.DeleteGroupPolicy(ctx, &iam.DeleteGroupPolicyInput{GroupName: name, PolicyName: policy})
			case "role":
				_, err = w.IAM.DeleteRolePolicy(ctx, &iam.DeleteRolePolicyInput{RoleName: name, PolicyName: policy})
			default:
				err = badPrincipal(a)
			}
			return err
		},
	}
}

func inlineText(policy types.PolicyDetail) resource.Document {
	return resource.Document(aws.ToString(policy.PolicyDocument))
}
