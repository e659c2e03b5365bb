package kinds

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"baseline/resource"
)

const iamVirtualMFADeviceKind resource.Kind = "iam_virtual_mfa_device"

// iamVirtualMFADevice is a virtual MFA device that nobody has, as an enrolment leaves it behind that was begun and given up:
// iam_virtual_mfa_device/NAME, with the path before the name but for its first slash. It has no settings. A device that a
// user or root has is none of them, and AWS would refuse to delete it.
func iamVirtualMFADevice() Kind {
	return Kind{
		Type: resource.Type{
			Kind:  iamVirtualMFADeviceKind,
			Extra: true,
			Final: true,
			OneWay: func(resource.Resource) []string {
				return []string{"its seed"}
			},
		},
		Permissions: Permissions{
			List: []Permit{{Action: "iam:ListVirtualMFADevices"}},
			Delete: []Permit{{Action: "iam:DeleteVirtualMFADevice", On: func(s Scope, c resource.Change) []string {
				if strings.HasPrefix(c.Address.Name, anyName) {
					return []string{virtualMFAPrefix(s.Partition, s.Account) + "*"}
				}
				return []string{virtualMFAPrefix(s.Partition, s.Account) + c.Address.Name}
			}}},
		},
		List: func(ctx context.Context, r *Reader) (resource.State, error) {
			devices, err := virtualMFADevices(ctx, r, types.AssignmentStatusTypeUnassigned)
			if err != nil {
				return nil, err
			}
			state := make(resource.State, len(devices))
			for _, device := range devices {
				serial := aws.ToString(device.SerialNumber)
				name, ok := strings.CutPrefix(serial, virtualMFAPrefix(r.Partition, r.Account))
				if !ok {
					return nil, fmt.Errorf("virtual MFA device %q: the serial number is no ARN of account %s", serial, r.Account)
				}
				state[resource.At(iamVirtualMFADeviceKind, name)] = resource.Resource{Settings: resource.Object{}}
			}
			return state, nil
		},
		Delete: func(ctx context.Context, w *Writer, a resource.Address, _ resource.Object) error {
			serial := virtualMFAPrefix(w.Partition, w.Account) + a.Name
			_, err := w.IAM.DeleteVirtualMFADevice(ctx, &iam.DeleteVirtualMFADeviceInput{SerialNumber: aws.String(serial)})
			return unlessAbsent(err)
		},
	}
}

// virtualMFAPrefix is what the serial numbers of an account's virtual devices begin with.
func virtualMFAPrefix(partition, account string) string {
	return "arn:" + partition + ":iam::" + account + ":mfa/"
}

func virtualMFADevices(ctx context.Context, r *Reader, assignment types.AssignmentStatusType) (devices []types.VirtualMFADevice, err error) {
	err = everyPage(func(marker *string) (bool, *string, error) {
		page, err := r.IAM.ListVirtualMFADevices(ctx, &iam.ListVirtualMFADevicesInput{
			AssignmentStatus: assignment, MaxItems: aws.Int32(pageSize), Marker: marker,
		})
		if err != nil {
			return false, nil, err
		}
		devices = append(devices, page.VirtualMFADevices...)
		return page.IsTruncated, page.Marker, nil
	})
	return devices, err
}
