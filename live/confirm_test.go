package live_test

import (
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/google/go-cmp/cmp"

	"baseline/resource"
	"baseline/sandbox"
)

// deactivation switches a key off that looks as it does now.
func deactivation(t *testing.T, s setup, key resource.Address) resource.Change {
	t.Helper()
	facts := maps.Clone(s.look(t, nil, key)[key].Facts)
	if _, used := facts[resource.FactUsed]; !used {
		facts[resource.FactUsed] = ""
	}
	return resource.Change{
		Address: key, Owner: alice, Facts: facts,
		Before: resource.Object{"status": "Active"}, After: resource.Object{"status": "Inactive"},
	}
}

// refused checks that a write was refused without a call that could be tried again, and that it says why.
func refused(t *testing.T, s setup, change resource.Change, why ...string) {
	t.Helper()
	s.sandbox.ResetCalls()
	err := s.account.Write(t.Context(), change)
	if err == nil {
		t.Errorf("%s was written", change.Address)
		return
	}
	if _, call := errors.AsType[*resource.CallError](err); call {
		t.Errorf("a failed call, which may be tried again: %v", err)
	}
	for _, part := range append(why, "nothing was changed", "plan again") {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q is not in: %v", part, err)
		}
	}
	wrote(t, s, 0)
}

// wrote checks how many of the calls since the last reset could change something.
func wrote(t *testing.T, s setup, want int) {
	t.Helper()
	n := 0
	for operation, times := range s.sandbox.Calls() {
		if !strings.HasPrefix(operation, "iam:Get") && !strings.HasPrefix(operation, "iam:List") && operation != "sts:GetCallerIdentity" {
			n += times
		}
	}
	if n != want {
		t.Errorf("%d writing calls, want %d: %v", n, want, s.sandbox.Calls())
	}
}

func TestKeyIsLookedAtBeforeItIsSwitchedOff(t *testing.T) {
	s := open(t, nil)
	keys := s.user(t, "alice", 2)
	change := deactivation(t, s, keys[0])
	other := resource.Address{Kind: keys[1].Kind, Name: "alice"}
	change.Grounds = []resource.Ground{{
		Look: other, Found: map[resource.Address]resource.Resource{keys[1]: {Settings: resource.Object{"status": "Active"}}},
	}}
	s.sandbox.ResetCalls()
	if err := s.account.Write(t.Context(), change); err != nil {
		t.Fatal(err)
	}
	// The key and the ground are of one user and kind, so it is one look.
	want := map[string]int{"iam:ListAccessKeys": 1, "iam:GetAccessKeyLastUsed": 2, "iam:UpdateAccessKey": 1}
	if diff := cmp.Diff(want, s.sandbox.Calls()); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
	// A second try, after an answer was lost, finds it done.
	s.sandbox.ResetCalls()
	if err := s.account.Write(t.Context(), change); err != nil {
		t.Fatal(err)
	}
	wrote(t, s, 0)
	// The way back has no facts to rest on, but a key to find.
	if err := s.account.Write(t.Context(), change.Inverse()); err != nil {
		t.Fatal(err)
	}
	if got := s.look(t, nil, keys[0])[keys[0]].Settings.Text("status"); got != "Active" {
		t.Errorf("the key is %s", got)
	}
}

func TestKeyThatWasUsedMeanwhileIsLeftAlone(t *testing.T) {
	s := open(t, nil)
	key := s.user(t, "alice", 1)[0]
	change := deactivation(t, s, key)
	s.clock.now = s.clock.now.Add(time.Hour)
	id := key.Parts(2)[1]
	own := iam.New(iam.Options{
		Region: "us-east-1", HTTPClient: s.sandbox.Client(), Credentials: credentials.NewStaticCredentialsProvider(id, "secret", ""),
	})
	if _, err := own.ListUsers(t.Context(), &iam.ListUsersInput{}); err != nil {
		t.Fatal(err)
	}
	refused(t, s, change, key.Name, "has been used since")

	// One that rests on its age alone does not mind.
	delete(change.Facts, resource.FactUsed)
	if err := s.account.Write(t.Context(), change); err != nil {
		t.Error(err)
	}
}

func TestKeyThatIsGone(t *testing.T) {
	s := open(t, nil)
	key := s.user(t, "alice", 1)[0]
	change := deactivation(t, s, key)
	removal := resource.Change{Address: key, Before: change.Before}
	for range 2 { // a removal of what is gone is done
		s.sandbox.ResetCalls()
		if err := s.account.Write(t.Context(), removal); err != nil {
			t.Fatal(err)
		}
	}
	wrote(t, s, 0)
	refused(t, s, change, key.Name, "is gone")
	refused(t, s, change.Inverse(), key.Name, "is gone")
	if err := s.account.Write(t.Context(), removal.Inverse()); err == nil || !strings.Contains(err.Error(), "cannot create") {
		t.Errorf("a deleted key was made again: %v", err)
	}
}

func TestRemovalOfAnotherPasswordIsRefused(t *testing.T) {
	s := open(t, nil)
	s.user(t, "alice", 0)
	give := func() {
		t.Helper()
		if _, err := s.client().CreateLoginProfile(t.Context(), &iam.CreateLoginProfileInput{
			UserName: aws.String("alice"), Password: aws.String("Sw0rd!fish-Sw0rd!fish"),
		}); err != nil {
			t.Fatal(err)
		}
	}
	give()
	password := resource.At("iam_login_profile", "alice")
	seen := s.look(t, nil, password)[password]
	removal := resource.Change{Address: password, Before: seen.Settings, Facts: seen.Facts}
	s.clock.now = s.clock.now.Add(time.Hour)
	if _, err := s.client().DeleteLoginProfile(t.Context(), &iam.DeleteLoginProfileInput{UserName: aws.String("alice")}); err != nil {
		t.Fatal(err)
	}
	give()
	refused(t, s, removal, password.Name, resource.FactCreated)
}

// A user joins the group of those without a device only while there is none.
func TestMembershipRestsOnItsGrounds(t *testing.T) {
	s := open(t, nil)
	s.user(t, "alice", 0)
	team := resource.Change{Address: resource.At("iam_group", "NoMFA"), After: resource.Object{"path": "/"}}
	if err := s.account.Write(t.Context(), team); err != nil {
		t.Fatal(err)
	}
	if _, err := s.client().CreateLoginProfile(t.Context(), &iam.CreateLoginProfileInput{
		UserName: aws.String("alice"), Password: aws.String("Sw0rd!fish-Sw0rd!fish"),
	}); err != nil {
		t.Fatal(err)
	}
	password := resource.At("iam_login_profile", "alice")
	devices := resource.Ground{Look: resource.At("iam_mfa_device", "alice")}
	join := resource.Change{
		Address: resource.At("iam_membership", "alice", "NoMFA"), Owner: alice, After: resource.Object{},
		Grounds: []resource.Ground{devices, {Look: password, Found: s.look(t, nil, password)}},
	}
	s.sandbox.ResetCalls()
	if err := s.account.Write(t.Context(), join); err != nil {
		t.Fatal(err)
	}
	want := map[string]int{"iam:ListMFADevices": 1, "iam:GetLoginProfile": 1, "iam:GetUser": 1, "iam:AddUserToGroup": 1}
	if diff := cmp.Diff(want, s.sandbox.Calls()); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}

	phone := s.phone(t, "alice")
	refused(t, s, join, phone.Name, "is there now")

	// And leaves it only while there is one.
	leave := join.Inverse()
	leave.Grounds = []resource.Ground{{Look: phone, Found: s.look(t, nil, phone)}}
	if err := s.account.Write(t.Context(), leave); err != nil {
		t.Fatal(err)
	}
	if _, err := s.client().DeactivateMFADevice(t.Context(), &iam.DeactivateMFADeviceInput{
		UserName: aws.String("alice"), SerialNumber: aws.String(phone.Parts(2)[1]),
	}); err != nil {
		t.Fatal(err)
	}
	refused(t, s, leave, phone.Name, "is gone")
}

func TestGroundOfNothingHoldsForAUserWhoIsGone(t *testing.T) {
	s := open(t, nil)
	change := resource.Change{
		Address: group(1).Address, After: group(1).After,
		Grounds: []resource.Ground{{Look: resource.At("iam_mfa_device", "nobody")}, {Look: resource.At("iam_login_profile", "nobody")}},
	}
	if err := s.account.Write(t.Context(), change); err != nil {
		t.Error(err)
	}
}

// A change of a credential that one list shows is preceded by another look, too, though it has no grounds: a device that was a
// leftover when the plan was made may have been enrolled since.
func TestLeftoverThatWasEnrolledMeanwhileStays(t *testing.T) {
	s := open(t, nil)
	device, err := s.client().CreateVirtualMFADevice(t.Context(), &iam.CreateVirtualMFADeviceInput{VirtualMFADeviceName: aws.String("lost")})
	if err != nil {
		t.Fatal(err)
	}
	s.user(t, "alice", 0)
	if _, err := s.client().EnableMFADevice(t.Context(), &iam.EnableMFADeviceInput{
		UserName: aws.String("alice"), SerialNumber: device.VirtualMFADevice.SerialNumber,
		AuthenticationCode1: aws.String("123456"), AuthenticationCode2: aws.String("654321"),
	}); err != nil {
		t.Fatal(err)
	}
	s.sandbox.ResetCalls()
	removal := resource.Change{Address: resource.At("iam_virtual_mfa_device", "lost"), Before: resource.Object{}}
	if err := s.account.Write(t.Context(), removal); err != nil {
		t.Error(err)
	}
	wrote(t, s, 0)
}

// What no user holds is read with its kind.
func TestGroundsInListsAreRead(t *testing.T) {
	s := open(t, nil)
	lost := resource.At("iam_virtual_mfa_device", "lost")
	device, err := s.client().CreateVirtualMFADevice(t.Context(), &iam.CreateVirtualMFADeviceInput{VirtualMFADeviceName: aws.String("lost")})
	if err != nil {
		t.Fatal(err)
	}
	s.user(t, "alice", 0)
	removal := resource.Change{
		Address: lost, Before: resource.Object{},
		Grounds: []resource.Ground{
			{Look: lost, Found: map[resource.Address]resource.Resource{lost: {Settings: resource.Object{}}}},
			{Look: alice, Found: map[resource.Address]resource.Resource{alice: {Settings: resource.Object{"path": "/"}}}},
		},
	}
	if _, err := s.client().EnableMFADevice(t.Context(), &iam.EnableMFADeviceInput{
		UserName: aws.String("alice"), SerialNumber: device.VirtualMFADevice.SerialNumber,
		AuthenticationCode1: aws.String("123456"), AuthenticationCode2: aws.String("654321"),
	}); err != nil {
		t.Fatal(err)
	}
	// It is no leftover any more, and so nothing is left to remove: alice keeps her device.
	s.sandbox.ResetCalls()
	if err := s.account.Write(t.Context(), removal); err != nil {
		t.Error(err)
	}
	wrote(t, s, 0)

	if err := s.account.Write(t.Context(), resource.Change{
		Address: group(1).Address, After: group(1).After, Grounds: []resource.Ground{{Look: resource.At("iam_nonsense", "x")}},
	}); err == nil || !strings.Contains(err.Error(), "iam_nonsense") {
		t.Errorf("a ground of no kind: %v", err)
	}
}

// A look that fails is a failed call like any other: it can be tried again, and has changed nothing.
func TestLookBeforeAWriteThatFails(t *testing.T) {
	s := open(t, nil)
	key := s.user(t, "alice", 1)[0]
	change := deactivation(t, s, key)
	s.sandbox.SetFaults(sandbox.Faults{Deny: []string{"iam:ListAccessKeys"}})
	s.sandbox.ResetCalls()
	if call := failed(t, s.account.Write(t.Context(), change)); call.Class != resource.Denied || call.Operation != "iam:ListAccessKeys" {
		t.Errorf("failure: %v", call)
	}
	wrote(t, s, 0)
}

// Somebody else's change of the status is not undone: it is what was wanted, or the plan is old.
func TestStatusThatWasChangedMeanwhile(t *testing.T) {
	s := open(t, nil)
	key := s.user(t, "alice", 1)[0]
	change := deactivation(t, s, key)
	parts := key.Parts(2)
	if _, err := s.client().UpdateAccessKey(t.Context(), &iam.UpdateAccessKeyInput{
		UserName: &parts[0], AccessKeyId: &parts[1], Status: types.StatusTypeInactive,
	}); err != nil {
		t.Fatal(err)
	}
	s.sandbox.ResetCalls()
	if err := s.account.Write(t.Context(), change); err != nil {
		t.Errorf("it is as wanted: %v", err)
	}
	wrote(t, s, 0)
	refused(t, s, resource.Change{Address: key, Before: change.Before, After: resource.Object{"status": "Expired"}}, "status Active -> Inactive")
}
