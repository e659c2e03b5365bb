package kinds

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"baseline/resource"
)

const iamServiceSpecificCredentialKind resource.Kind = "iam_service_specific_credential"

// iamServiceSpecificCredential is a name and password, or a key, of a user for one service, such as CodeCommit or Bedrock:
// iam_service_specific_credential/USER/ID. It is switched off and on again, and never taken away. Unlike the other
// credentials, one list shows those of all users. The fact service names the service, as in codecommit.amazonaws.com.
//
//	status     string, "Active" or "Inactive"
func iamServiceSpecificCredential() Kind {
	return Kind{
		Type: resource.Type{
			Kind:  iamServiceSpecificCredentialKind,
			Extra: true,
			Owner: holder,
		},
		Permissions: Permissions{
			List:   []Permit{{Action: "iam:ListServiceSpecificCredentials"}},
			Update: []Permit{{Action: "iam:UpdateServiceSpecificCredential", On: theUser, If: changes("status")}},
		},
		List: func(ctx context.Context, r *Reader) (resource.State, error) {
			credentials, err := serviceSpecificCredentials(ctx, r.IAM, iam.ListServiceSpecificCredentialsInput{AllUsers: aws.Bool(true)})
			if err != nil {
				return nil, err
			}
			state := make(resource.State, len(credentials))
			for _, credential := range credentials {
				facts := dated(credential.CreateDate)
				facts["service"] = aws.ToString(credential.ServiceName)
				a := resource.At(iamServiceSpecificCredentialKind, aws.ToString(credential.UserName), aws.ToString(credential.ServiceSpecificCredentialId))
				state[a] = resource.Resource{Settings: status(credential.Status), Facts: facts}
			}
			return state, nil
		},
		Update: updateStatus(func(ctx context.Context, w *Writer, user, id *string, status string) error {
			_, err := w.IAM.UpdateServiceSpecificCredential(ctx, &iam.UpdateServiceSpecificCredentialInput{
				UserName: user, ServiceSpecificCredentialId: id, Status: types.StatusType(status),
			})
			return err
		}),
	}
}

// serviceSpecificCredentials lists those that an input asks for: of one user, or of all.
func serviceSpecificCredentials(ctx context.Context, client *iam.Client, ask iam.ListServiceSpecificCredentialsInput) (
	credentials []types.ServiceSpecificCredentialMetadata, err error,
) {
	err = everyPage(func(marker *string) (bool, *string, error) {
		ask.Marker = marker
		page, err := client.ListServiceSpecificCredentials(ctx, &ask)
		if err != nil {
			return false, nil, err
		}
		credentials = append(credentials, page.ServiceSpecificCredentials...)
		return page.IsTruncated, page.Marker, nil
	})
	return credentials, err
}
