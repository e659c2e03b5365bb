package kinds_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/google/go-cmp/cmp"

	"baseline/resource"
	"baseline/sandbox"
)

var (
	alice    = at("iam_user", "alice")
	deletion = resource.Change{Address: alice, Before: settings{"path": "/", "boundary": "", "tags": tags{}}}
)

// equip creates a user with two access keys, a password and a virtual MFA device.
func equip(t *testing.T, s *subject) {
	t.Helper()
	s.write(deletion.Inverse())
	name, client := aws.String("alice"), s.client()
	for range 2 {
		if _, err := client.CreateAccessKey(t.Context(), &iam.CreateAccessKeyInput{UserName: name}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := client.CreateLoginProfile(t.Context(), &iam.CreateLoginProfileInput{UserName: name, Password: aws.String("Sw0rd!fish-Sw0rd!fish")}); err != nil {
		t.Fatal(err)
	}
	device, err := client.CreateVirtualMFADevice(t.Context(), &iam.CreateVirtualMFADeviceInput{VirtualMFADeviceName: aws.String("phone")})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.EnableMFADevice(t.Context(), &iam.EnableMFADeviceInput{
		UserName: name, SerialNumber: device.VirtualMFADevice.SerialNumber,
		AuthenticationCode1: aws.String("123456"), AuthenticationCode2: aws.String("654321"),
	}); err != nil {
		t.Fatal(err)
	}
}

func TestDeletingAUserTakesItsCredentials(t *testing.T) {
	s := openSandbox(t, sandbox.Options{})
	equip(t, s)
	looked, err := s.account.Look(t.Context(), s.state(), []resource.Address{alice})
	if err != nil {
		t.Fatal(err)
	}
	lost := strings.Join(typeOf(t, "iam_user").OneWay(looked[alice]), ", ")
	if want := "its id, 2 access keys, password, 1 MFA device"; lost != want {
		t.Errorf("it loses %q, want %q", lost, want)
	}

	s.write(deletion)
	if _, still := s.state()[alice]; still {
		t.Error("the user is still there")
	}
	devices, err := s.client().ListVirtualMFADevices(t.Context(), &iam.ListVirtualMFADevicesInput{})
	if err != nil {
		t.Fatal(err)
	}
	if len(devices.VirtualMFADevices) > 0 {
		t.Error("its MFA device stayed behind")
	}
}

func TestDeletionOfAUserCanBeTakenUpAgain(t *testing.T) {
	for _, refused := range []string{"iam:DeleteAccessKey", "iam:DeactivateMFADevice", "iam:DeleteVirtualMFADevice", "iam:DeleteUser"} {
		t.Run(refused, func(t *testing.T) {
			s := openSandbox(t, sandbox.Options{})
			equip(t, s)
			s.sandbox.SetFaults(sandbox.Faults{Deny: []string{refused}})
			wantClass(t, s.account.Write(t.Context(), deletion), resource.Denied)
			s.sandbox.SetFaults(sandbox.Faults{})
			s.write(deletion)
			if _, still := s.state()[alice]; still {
				t.Error("the user is still there")
			}
		})
	}
}

func TestLookingChangesNeitherTheStateNorItsFacts(t *testing.T) {
	s := openSandbox(t, sandbox.Options{})
	equip(t, s)
	state := s.state()
	before := resource.State{alice: {Settings: state[alice].Settings.With(nil), Facts: resource.Facts{"id": state[alice].Facts["id"]}}}
	if _, err := s.account.Look(t.Context(), state, state.Addresses()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, state); diff != "" {
		t.Errorf("(-before +after):\n%s", diff)
	}
}
