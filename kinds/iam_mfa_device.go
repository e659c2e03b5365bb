package kinds

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"baseline/resource"
)

const iamMFADeviceKind resource.Kind = "iam_mfa_device"

// iamMFADevice is a device of any sort that a user signs in with: iam_mfa_device/USER/SERIAL, where the serial number of a
// virtual device or a security key is an ARN. It is only looked at: enrolling takes its codes, and taking it away would
// weaken the user. The fact created says when the user got it.
func iamMFADevice() Kind {
	return Kind{
		Type: resource.Type{
			Kind:  iamMFADeviceKind,
			Held:  true,
			Owner: holder,
		},
		Permissions: Permissions{Look: []Permit{{Action: "iam:ListMFADevices", On: theUser}}},
		Held: func(ctx context.Context, r *Reader, a resource.Address) (resource.State, error) {
			user := holder(a).Name
			devices, err := mfaDevicesOf(ctx, r.IAM, user)
			if err != nil {
				return nil, err
			}
			state := resource.State{}
			for _, device := range devices {
				state[resource.At(iamMFADeviceKind, user, aws.ToString(device.SerialNumber))] = resource.Resource{
					Settings: resource.Object{}, Facts: dated(device.EnableDate),
				}
			}
			return state, nil
		},
	}
}

// mfaDevicesOf lists the MFA devices of a user. A user who is not there has none.
func mfaDevicesOf(ctx context.Context, client *iam.Client, user string) (devices []types.MFADevice, err error) {
	err = everyPage(func(marker *string) (bool, *string, error) {
		page, err := client.ListMFADevices(ctx, &iam.ListMFADevicesInput{UserName: aws.String(user), Marker: marker})
		if err != nil {
			return false, nil, err
		}
		devices = append(devices, page.MFADevices...)
		return page.IsTruncated, page.Marker, nil
	})
	return devices, unlessAbsent(err)
}
