package kinds

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"golang.org/x/sync/errgroup"

	"baseline/resource"
)

const iamAccessKeyKind resource.Kind = "iam_access_key"

// iamAccessKey is a long-term access key of a user: iam_access_key/USER/KEYID. We never make one, since nobody but its maker
// is told the secret.
//
//	status     string, "Active" or "Inactive"
//
// Its age is told by the fact created, which stays when the status changes. AWS notes a use to the quarter of an hour.
func iamAccessKey() Kind {
	return Kind{
		Type: resource.Type{
			Kind:  iamAccessKeyKind,
			Held:  true,
			Final: true,
			Owner: holder,
			OneWay: func(resource.Resource) []string {
				return []string{"its secret"}
			},
		},
		Permissions: Permissions{
			// AWS is asked for the use of a key by the key alone.
			Look:   []Permit{{Action: "iam:ListAccessKeys", On: theUser}, {Action: "iam:GetAccessKeyLastUsed"}},
			Update: []Permit{{Action: "iam:UpdateAccessKey", On: theUser, If: changes("status")}},
			Delete: []Permit{{Action: "iam:DeleteAccessKey", On: theUser}},
		},
		Held: heldAccessKeys,
		Update: updateStatus(func(ctx context.Context, w *Writer, user, id *string, status string) error {
			_, err := w.IAM.UpdateAccessKey(ctx, &iam.UpdateAccessKeyInput{UserName: user, AccessKeyId: id, Status: types.StatusType(status)})
			return err
		}),
		Delete: func(ctx context.Context, w *Writer, a resource.Address, _ resource.Object) error {
			parts := a.Parts(2)
			_, err := w.IAM.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{UserName: &parts[0], AccessKeyId: &parts[1]})
			return unlessAbsent(err)
		},
	}
}

func heldAccessKeys(ctx context.Context, r *Reader, a resource.Address) (resource.State, error) {
	user := holder(a).Name
	keys, err := accessKeysOf(ctx, r.IAM, user)
	if err != nil {
		return nil, err
	}
	uses := make([]*types.AccessKeyLastUsed, len(keys))
	group, ctx := errgroup.WithContext(ctx)
	for i, key := range keys {
		group.Go(func() error {
			found, err := r.IAM.GetAccessKeyLastUsed(ctx, &iam.GetAccessKeyLastUsedInput{AccessKeyId: key.AccessKeyId})
			if err == nil {
				uses[i] = found.AccessKeyLastUsed
			}
			return unlessAbsent(err)
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	state := resource.State{}
	for i, key := range keys {
		if uses[i] == nil {
			continue // deleted between the two calls
		}
		facts := dated(key.CreateDate)
		setTime(facts, resource.FactUsed, uses[i].LastUsedDate)
		state[resource.At(iamAccessKeyKind, user, aws.ToString(key.AccessKeyId))] = resource.Resource{Settings: status(key.Status), Facts: facts}
	}
	return state, nil
}

// accessKeysOf lists the access keys of a user. A user who is not there has none.
func accessKeysOf(ctx context.Context, client *iam.Client, user string) (keys []types.AccessKeyMetadata, err error) {
	err = everyPage(func(marker *string) (bool, *string, error) {
		page, err := client.ListAccessKeys(ctx, &iam.ListAccessKeysInput{UserName: aws.String(user), Marker: marker})
		if err != nil {
			return false, nil, err
		}
		keys = append(keys, page.AccessKeyMetadata...)
		return page.IsTruncated, page.Marker, nil
	})
	return keys, unlessAbsent(err)
}
