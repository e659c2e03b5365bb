package kinds

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"baseline/resource"
)

const iamUserKind resource.Kind = "iam_user"

// iamUser is a user: iam_user/NAME. Groups, policies and credentials are not among its settings, but deleting it takes its
// credentials away with it, and what they are is told before.
//
//	path         string, "/" or "/…/"
//	boundary     string, reference to the policy that bounds its permissions; "" = none
//	tags         map
func iamUser() Kind {
	return Kind{
		Type: resource.Type{
			Kind:     iamUserKind,
			Family:   "users",
			Quota:    "Users",
			Defaults: resource.Object{"path": "/", "boundary": "", "tags": map[string]string{}},
			Tags:     "tags",
			Looks:    true,
			Needs: func(_ string, _ resource.Address, o resource.Object) []resource.Address {
				return boundaryNeeds(o)
			},
			OneWay: func(before resource.Resource) []string {
				return append([]string{resource.LosesID}, credentialPhrases(before.Facts)...)
			},
			Holds: credentialPhrases,
		},
		Permissions: Permissions{
			List: []Permit{authorizationDetails},
			Look: seeCredentials(),
			Create: []Permit{
				{Action: "iam:CreateUser", On: itself},
				{Action: "iam:PutUserPermissionsBoundary", On: itself, If: bounds},
				createdTagged("User"),
			},
			Update: append([]Permit{
				{Action: "iam:UpdateUser", On: itself, If: changes("path")},
				{Action: "iam:PutUserPermissionsBoundary", On: itself, If: bounds},
				{Action: "iam:DeleteUserPermissionsBoundary", On: itself, If: unbounds},
			}, tagged("User", keysFold)...),
			Delete: append(takeCredentials(), Permit{Action: "iam:DeleteUser", On: itself}),
		},
		List: func(ctx context.Context, r *Reader) (resource.State, error) {
			users, err := r.Users(ctx)
			if err != nil {
				return nil, err
			}
			state := make(resource.State, len(users))
			for _, user := range users {
				name, path, tags := aws.ToString(user.UserName), aws.ToString(user.Path), tagMap(user.Tags)
				state[resource.At(iamUserKind, name)] = resource.Resource{
					Settings: resource.Object{
						"path":     path,
						"boundary": boundaryReference(r.Account, user.PermissionsBoundary),
						"tags":     settableTags(tags),
					},
					Facts: identified(user.UserId, owner(name, path, tags)),
				}
			}
			return state, nil
		},
		Look: func(ctx context.Context, r *Reader, a resource.Address, seen resource.Resource) (resource.Resource, error) {
			held, err := credentialsOf(ctx, r.IAM, a.Name)
			if err != nil {
				return resource.Resource{}, err
			}
			seen.Facts = held.facts(seen.Facts)
			return seen, nil
		},
		Create: func(ctx context.Context, w *Writer, a resource.Address, after resource.Object) error {
			boundary, err := boundaryARN(w, after)
			if err != nil {
				return err
			}
			_, err = w.IAM.CreateUser(ctx, &iam.CreateUserInput{
				UserName: aws.String(a.Name), Path: given(after, "path"), PermissionsBoundary: boundary, Tags: tagList(after.Map("tags")),
			})
			return err
		},
		Update: updateUser,
		Delete: func(ctx context.Context, w *Writer, a resource.Address, _ resource.Object) error {
			if err := removeCredentials(ctx, w, a.Name); err != nil {
				return err
			}
			_, err := w.IAM.DeleteUser(ctx, &iam.DeleteUserInput{UserName: aws.String(a.Name)})
			return err
		},
	}
}

func updateUser(ctx context.Context, w *Writer, a resource.Address, before, after resource.Object) error {
	name := aws.String(a.Name)
	if changed(before, after, "boundary") {
		arn, err := boundaryARN(w, after)
		if err != nil {
			return err
		}
		if arn == nil {
			_, err = w.IAM.DeleteUserPermissionsBoundary(ctx, &iam.DeleteUserPermissionsBoundaryInput{UserName: name})
			err = unlessAbsent(err)
		} else {
			_, err = w.IAM.PutUserPermissionsBoundary(ctx, &iam.PutUserPermissionsBoundaryInput{UserName: name, PermissionsBoundary: arn})
		}
		if err != nil {
			return err
		}
	}
	if changed(before, after, "path") {
		if _, err := w.IAM.UpdateUser(ctx, &iam.UpdateUserInput{UserName: name, NewPath: given(after, "path")}); err != nil {
			return err
		}
	}
	return updateTags(before, after, keysFold, func(keys []string) error {
		_, err := w.IAM.UntagUser(ctx, &iam.UntagUserInput{UserName: name, TagKeys: keys})
		return err
	}, func(tags []types.Tag) error {
		_, err := w.IAM.TagUser(ctx, &iam.TagUserInput{UserName: name, Tags: tags})
		return err
	})
}
