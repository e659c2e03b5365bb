package live_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/google/go-cmp/cmp"

	"baseline/live"
	"baseline/resource"
	"baseline/sandbox"
)

// client calls the sandbox as a person would.
func (s setup) client() *iam.Client {
	return iam.New(iam.Options{
		Region: "us-east-1", HTTPClient: s.sandbox.Client(), Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""),
	})
}

// user creates a user with that many access keys, and returns the keys' addresses.
func (s setup) user(t *testing.T, name string, keys int) []resource.Address {
	t.Helper()
	if err := s.account.Write(t.Context(), resource.Change{Address: resource.At("iam_user", name), After: createAlice.After}); err != nil {
		t.Fatal(err)
	}
	var made []resource.Address
	for range keys {
		key, err := s.client().CreateAccessKey(t.Context(), &iam.CreateAccessKeyInput{UserName: &name})
		if err != nil {
			t.Fatal(err)
		}
		made = append(made, resource.At("iam_access_key", name, *key.AccessKey.AccessKeyId))
	}
	slices.SortFunc(made, resource.Address.Compare)
	return made
}

// phone gives a user a virtual MFA device, and returns its address.
func (s setup) phone(t *testing.T, name string) resource.Address {
	t.Helper()
	device, err := s.client().CreateVirtualMFADevice(t.Context(), &iam.CreateVirtualMFADeviceInput{VirtualMFADeviceName: &name})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.client().EnableMFADevice(t.Context(), &iam.EnableMFADeviceInput{
		UserName: &name, SerialNumber: device.VirtualMFADevice.SerialNumber,
		AuthenticationCode1: aws.String("123456"), AuthenticationCode2: aws.String("654321"),
	}); err != nil {
		t.Fatal(err)
	}
	return resource.At("iam_mfa_device", name, *device.VirtualMFADevice.SerialNumber)
}

func (s setup) look(t *testing.T, state resource.State, addresses ...resource.Address) resource.State {
	t.Helper()
	looked, err := s.account.Look(t.Context(), state, addresses)
	if err != nil {
		t.Fatal(err)
	}
	return looked
}

func TestLookAtAUserReplacesWhatWasKnown(t *testing.T) {
	s := open(t, nil)
	keys := s.user(t, "alice", 2)
	s.user(t, "bob", 1)
	gone, others := resource.At("iam_access_key", "alice", "AKIAGONEEXAMPLE00000"), resource.At("iam_access_key", "alice2", "AKIAOTHEREXAMPLE0000")
	before := resource.State{
		alice:   {Settings: resource.Object{"path": "/"}},
		gone:    {Settings: resource.Object{"status": "Active"}},
		others:  {Settings: resource.Object{"status": "Active"}},
		keys[0]: {Settings: resource.Object{"status": "Inactive"}},
	}
	kept := maps.Clone(before)

	// By the user, by a key, and by one that is gone: it is one look.
	s.sandbox.ResetCalls()
	after := s.look(t, before, resource.At("iam_access_key", "alice"), keys[1], gone)
	if diff := cmp.Diff(map[string]int{"iam:ListAccessKeys": 1, "iam:GetAccessKeyLastUsed": 2}, s.sandbox.Calls()); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
	seen := resource.Resource{
		Settings: resource.Object{"status": "Active"}, Facts: resource.Facts{"created": "2026-11-21T14:00:00Z", "looked": "yes"},
	}
	want := resource.State{alice: before[alice], others: before[others], keys[0]: seen, keys[1]: seen}
	if diff := cmp.Diff(want, after); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(kept, before); diff != "" {
		t.Errorf("the state itself was changed (-before +after):\n%s", diff)
	}
}

func TestLookAtWhoHoldsNothingLeavesNothing(t *testing.T) {
	s := open(t, nil)
	s.user(t, "alice", 0)
	for _, name := range []string{"alice", "nobody"} {
		for _, kind := range []resource.Kind{"iam_access_key", "iam_login_profile", "iam_mfa_device", "iam_ssh_public_key", "iam_signing_certificate"} {
			if found := s.look(t, nil, resource.At(kind, name)); len(found) > 0 {
				t.Errorf("%s of %s: %v", kind, name, found)
			}
		}
	}
}

func TestLookThatIsDeniedNamesThePermission(t *testing.T) {
	s := open(t, nil)
	keys := s.user(t, "alice", 1)
	s.sandbox.SetFaults(sandbox.Faults{Deny: []string{"iam:GetAccessKeyLastUsed"}})
	_, err := s.account.Look(t.Context(), nil, keys)
	if call := failed(t, err); call.Class != resource.Denied || call.Operation != "iam:GetAccessKeyLastUsed" {
		t.Errorf("error: %v", err)
	}
}

func TestAskChoosesTheKinds(t *testing.T) {
	s := open(t, nil)
	keys := s.user(t, "alice", 1)
	s.phone(t, "alice")
	lost := "lost"
	if _, err := s.client().CreateVirtualMFADevice(t.Context(), &iam.CreateVirtualMFADeviceInput{VirtualMFADeviceName: &lost}); err != nil {
		t.Fatal(err)
	}
	leftover := resource.At("iam_virtual_mfa_device", "lost")
	extra := resource.Needs{Kinds: []resource.Kind{leftover.Kind}}
	for _, test := range []struct {
		name string
		ask  live.Ask
		want []resource.Address
		full bool
	}{
		{"everything", live.Ask{}, []resource.Address{alice}, true},
		{"everything and what is extra", live.Ask{Needs: extra}, []resource.Address{alice, leftover}, true},
		{"one kind", live.Ask{Kinds: []resource.Kind{"iam_user"}}, []resource.Address{alice}, false},
		{"an extra kind", live.Ask{Kinds: []resource.Kind{leftover.Kind}}, []resource.Address{leftover}, false},
		{"one kind and an extra one", live.Ask{Kinds: []resource.Kind{"iam_user"}, Needs: extra}, []resource.Address{alice, leftover}, false},
		{"only what is held", live.Ask{Kinds: []resource.Kind{keys[0].Kind}}, nil, false},
	} {
		reading, err := s.account.Read(t.Context(), test.ask)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(test.want, reading.State.Addresses()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
		if (reading.Evidence != nil) != test.full || (reading.Quotas != nil) != test.full {
			t.Errorf("%s: evidence %v, quotas %v", test.name, reading.Evidence, reading.Quotas)
		}
	}
}

func TestEvidenceNamesTheCallersOwnKey(t *testing.T) {
	s := open(t, nil)
	id := s.user(t, "alice", 1)[0].Parts(2)[1]
	as, err := live.Open(t.Context(), live.Options{
		HTTPClient: s.sandbox.Client(), Clock: s.clock, Credentials: credentials.NewStaticCredentialsProvider(id, "secret", ""),
	})
	if err != nil {
		t.Fatal(err)
	}
	reading, err := as.Read(t.Context(), live.Ask{})
	if err != nil {
		t.Fatal(err)
	}
	caller := reading.Evidence.Caller
	if caller.AccessKey != id || !strings.HasSuffix(caller.ARN, ":user/alice") {
		t.Errorf("caller: %+v, want the key %s", caller, id)
	}
}
