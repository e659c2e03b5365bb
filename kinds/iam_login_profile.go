package kinds

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"baseline/resource"
)

const iamLoginProfileKind resource.Kind = "iam_login_profile"

// iamLoginProfile is the console password of a user: iam_login_profile/USER. It has no settings: only whether it exists can
// be seen. We never make one, since the password would have to be told to somebody.
//
// AWS notes a sign-in with it at most once in five minutes, and keeps the last one also when the password is a newer one.
func iamLoginProfile() Kind {
	return Kind{
		Type: resource.Type{
			Kind:  iamLoginProfileKind,
			Held:  true,
			Final: true,
			Owner: holder,
			OneWay: func(resource.Resource) []string {
				return []string{"the password"}
			},
		},
		Permissions: Permissions{
			Look:   []Permit{{Action: "iam:GetLoginProfile", On: theUser}, {Action: "iam:GetUser", On: theUser}},
			Delete: []Permit{{Action: "iam:DeleteLoginProfile", On: theUser}},
		},
		Held: heldLoginProfile,
		Delete: func(ctx context.Context, w *Writer, a resource.Address, _ resource.Object) error {
			_, err := w.IAM.DeleteLoginProfile(ctx, &iam.DeleteLoginProfileInput{UserName: aws.String(a.Name)})
			return unlessAbsent(err)
		},
	}
}

func heldLoginProfile(ctx context.Context, r *Reader, a resource.Address) (resource.State, error) {
	name := aws.String(holder(a).Name)
	profile, err := r.IAM.GetLoginProfile(ctx, &iam.GetLoginProfileInput{UserName: name})
	if err != nil {
		return nil, unlessAbsent(err)
	}
	found, err := r.IAM.GetUser(ctx, &iam.GetUserInput{UserName: name})
	if err != nil {
		return nil, unlessAbsent(err)
	}
	facts := dated(profile.LoginProfile.CreateDate)
	setTime(facts, resource.FactUsed, found.User.PasswordLastUsed)
	facts = withOwner(facts, owner(*name, aws.ToString(found.User.Path), tagMap(found.User.Tags)))
	return resource.State{resource.At(iamLoginProfileKind, *name): {Settings: resource.Object{}, Facts: facts}}, nil
}
