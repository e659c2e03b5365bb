package kinds

import (
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"baseline/resource"
)

// What requirements judge by beside objects. Where it is part of what every read of the account fetches, it costs no call.

// Root returns what the account summary says of the root user. Whether its device is a virtual one, it does not say.
func (r *Reader) Root(ctx context.Context) (resource.Root, error) {
	summary, err := r.Quotas(ctx)
	if err != nil {
		return resource.Root{}, err
	}
	password, told := summary["AccountPasswordPresent"]
	return resource.Root{
		Password:     !told || password > 0, // every root had one before AWS began to tell
		MFA:          summary["AccountMFAEnabled"] > 0,
		AccessKeys:   summary["AccountAccessKeysPresent"],
		Certificates: summary["AccountSigningCertificatesPresent"],
	}, nil
}

// RootHasVirtualMFA reports whether a device of the root user is a virtual one. Other sorts of devices are in no list.
func (r *Reader) RootHasVirtualMFA(ctx context.Context) (bool, error) {
	devices, err := virtualMFADevices(ctx, r, types.AssignmentStatusTypeAssigned)
	if err != nil {
		return false, err
	}
	for _, device := range devices {
		// Root may have devices of any name, and is known by its ARN alone.
		if device.User != nil && strings.HasSuffix(aws.ToString(device.User.Arn), ":root") {
			return true, nil
		}
	}
	return false, nil
}

// UsersCreated says when each user was created, by name.
func (r *Reader) UsersCreated(ctx context.Context) (map[string]time.Time, error) {
	users, err := r.Users(ctx)
	if err != nil {
		return nil, err
	}
	created := make(map[string]time.Time, len(users))
	for _, user := range users {
		created[aws.ToString(user.UserName)] = aws.ToTime(user.CreateDate).UTC()
	}
	return created, nil
}

// RoleUses says when each role was created and last used, by name. AWS looks back 400 days.
func (r *Reader) RoleUses(ctx context.Context) (map[string]resource.RoleUse, error) {
	roles, err := r.Roles(ctx)
	if err != nil {
		return nil, err
	}
	uses := make(map[string]resource.RoleUse, len(roles))
	for _, role := range roles {
		use := resource.RoleUse{Created: aws.ToTime(role.CreateDate).UTC()}
		if role.RoleLastUsed != nil {
			use.Used = aws.ToTime(role.RoleLastUsed.LastUsedDate).UTC()
		}
		uses[aws.ToString(role.RoleName)] = use
	}
	return uses, nil
}

// ServerCertificates returns the server certificates of the account, in the order in which AWS lists them.
func (r *Reader) ServerCertificates(ctx context.Context) ([]resource.ServerCertificate, error) {
	certificates := []resource.ServerCertificate{} // none is known to be none
	err := everyPage(func(marker *string) (bool, *string, error) {
		page, err := r.IAM.ListServerCertificates(ctx, &iam.ListServerCertificatesInput{MaxItems: aws.Int32(pageSize), Marker: marker})
		if err != nil {
			return false, nil, err
		}
		for _, certificate := range page.ServerCertificateMetadataList {
			certificates = append(certificates, resource.ServerCertificate{
				Name: aws.ToString(certificate.ServerCertificateName), Expires: aws.ToTime(certificate.Expiration).UTC(),
			})
		}
		return page.IsTruncated, page.Marker, nil
	})
	return certificates, err
}
