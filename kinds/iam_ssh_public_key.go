package kinds

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"baseline/resource"
)

const iamSSHPublicKeyKind resource.Kind = "iam_ssh_public_key"

// iamSSHPublicKey is the public half of a key that a user reaches CodeCommit with: iam_ssh_public_key/USER/ID. It is
// switched off and on again, and never taken away.
//
//	status     string, "Active" or "Inactive"
func iamSSHPublicKey() Kind {
	return Kind{
		Type: resource.Type{
			Kind:  iamSSHPublicKeyKind,
			Held:  true,
			Owner: holder,
		},
		Permissions: Permissions{
			Look:   []Permit{{Action: "iam:ListSSHPublicKeys", On: theUser}},
			Update: []Permit{{Action: "iam:UpdateSSHPublicKey", On: theUser, If: changes("status")}},
		},
		Held: func(ctx context.Context, r *Reader, a resource.Address) (resource.State, error) {
			user := holder(a).Name
			keys, err := sshPublicKeysOf(ctx, r.IAM, user)
			if err != nil {
				return nil, err
			}
			state := resource.State{}
			for _, key := range keys {
				state[resource.At(iamSSHPublicKeyKind, user, aws.ToString(key.SSHPublicKeyId))] = resource.Resource{
					Settings: status(key.Status), Facts: dated(key.UploadDate),
				}
			}
			return state, nil
		},
		Update: updateStatus(func(ctx context.Context, w *Writer, user, id *string, status string) error {
			_, err := w.IAM.UpdateSSHPublicKey(ctx, &iam.UpdateSSHPublicKeyInput{UserName: user, SSHPublicKeyId: id, Status: types.StatusType(status)})
			return err
		}),
	}
}

// sshPublicKeysOf lists the SSH public keys of a user. A user who is not there has none.
func sshPublicKeysOf(ctx context.Context, client *iam.Client, user string) (keys []types.SSHPublicKeyMetadata, err error) {
	err = everyPage(func(marker *string) (bool, *string, error) {
		page, err := client.ListSSHPublicKeys(ctx, &iam.ListSSHPublicKeysInput{UserName: aws.String(user), Marker: marker})
		if err != nil {
			return false, nil, err
		}
		keys = append(keys, page.SSHPublicKeys...)
		return page.IsTruncated, page.Marker, nil
	})
	return keys, unlessAbsent(err)
}
