package kinds

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"baseline/resource"
)

const iamGroupKind resource.Kind = "iam_group"

// iamGroup is a group of users: iam_group/NAME. Groups cannot be tagged.
//
//	path     string, "/" or "/…/"
func iamGroup() Kind {
	return Kind{
		Type: resource.Type{
			Kind:     iamGroupKind,
			Family:   "groups",
			Quota:    "Groups",
			Defaults: resource.Object{"path": "/"},
			OneWay:   func(resource.Resource) []string { return []string{resource.LosesID} },
		},
		Permissions: Permissions{
			List:   []Permit{authorizationDetails},
			Create: []Permit{{Action: "iam:CreateGroup", On: itself}},
			Update: []Permit{{Action: "iam:UpdateGroup", On: itself, If: changes("path")}},
			Delete: []Permit{{Action: "iam:DeleteGroup", On: itself}},
		},
		List: func(ctx context.Context, r *Reader) (resource.State, error) {
			groups, err := r.Groups(ctx)
			if err != nil {
				return nil, err
			}
			state := make(resource.State, len(groups))
			for _, group := range groups {
				name, path := aws.ToString(group.GroupName), aws.ToString(group.Path)
				state[resource.At(iamGroupKind, name)] = resource.Resource{
					Settings: resource.Object{"path": path},
					Facts:    identified(group.GroupId, owner(name, path, nil)),
				}
			}
			return state, nil
		},
		Create: func(ctx context.Context, w *Writer, a resource.Address, after resource.Object) error {
			_, err := w.IAM.CreateGroup(ctx, &iam.CreateGroupInput{GroupName: aws.String(a.Name), Path: given(after, "path")})
			return err
		},
		Update: func(ctx context.Context, w *Writer, a resource.Address, before, after resource.Object) error {
			if !changed(before, after, "path") {
				return nil
			}
			_, err := w.IAM.UpdateGroup(ctx, &iam.UpdateGroupInput{GroupName: aws.String(a.Name), NewPath: given(after, "path")})
			return err
		},
		Delete: func(ctx context.Context, w *Writer, a resource.Address, _ resource.Object) error {
			_, err := w.IAM.DeleteGroup(ctx, &iam.DeleteGroupInput{GroupName: aws.String(a.Name)})
			return err
		},
	}
}
