package kinds

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"baseline/resource"
)

const iamSigningCertificateKind resource.Kind = "iam_signing_certificate"

// iamSigningCertificate is an X.509 certificate with which a user signs requests of old SOAP interfaces:
// iam_signing_certificate/USER/ID. It is switched off and on again, and never taken away.
//
//	status     string, "Active" or "Inactive"
func iamSigningCertificate() Kind {
	return Kind{
		Type: resource.Type{
			Kind:  iamSigningCertificateKind,
			Held:  true,
			Owner: holder,
		},
		Permissions: Permissions{
			Look:   []Permit{{Action: "iam:ListSigningCertificates", On: theUser}},
			Update: []Permit{{Action: "iam:UpdateSigningCertificate", On: theUser, If: changes("status")}},
		},
		Held: func(ctx context.Context, r *Reader, a resource.Address) (resource.State, error) {
			user := holder(a).Name
			certificates, err := signingCertificatesOf(ctx, r.IAM, user)
			if err != nil {
				return nil, err
			}
			state := resource.State{}
			for _, certificate := range certificates {
				state[resource.At(iamSigningCertificateKind, user, aws.ToString(certificate.CertificateId))] = resource.Resource{
					Settings: status(certificate.Status), Facts: dated(certificate.UploadDate),
				}
			}
			return state, nil
		},
		Update: updateStatus(func(ctx context.Context, w *Writer, user, id *string, status string) error {
			_, err := w.IAM.UpdateSigningCertificate(ctx, &iam.UpdateSigningCertificateInput{UserName: user, CertificateId: id, Status: types.StatusType(status)})
			return err
		}),
	}
}

// signingCertificatesOf lists the signing certificates of a user. A user who is not there has none.
func signingCertificatesOf(ctx context.Context, client *iam.Client, user string) (certificates []types.SigningCertificate, err error) {
	err = everyPage(func(marker *string) (bool, *string, error) {
		page, err := client.ListSigningCertificates(ctx, &iam.ListSigningCertificatesInput{UserName: aws.String(user), Marker: marker})
		if err != nil {
			return false, nil, err
		}
		certificates = append(certificates, page.Certificates...)
		return page.IsTruncated, page.Marker, nil
	})
	return certificates, unlessAbsent(err)
}
