package kinds_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/google/go-cmp/cmp"

	"baseline/resource"
)

// A credentialSample is an object that a person makes and we find: of a kind whose objects we can't create.
type credentialSample struct {
	kind resource.Kind
	// make gives alice one such object with AWS's own calls, and returns its address.
	make func(context.Context, *iam.Client) (resource.Address, error)
	// first is what it looks like then, second what it can be updated to; nil where nothing can be.
	first, second resource.Object
	// deleted says that we may delete it.
	deleted bool
	// sandboxOnly is true where moto has no such thing.
	sandboxOnly bool
}

var active, inactive = settings{"status": "Active"}, settings{"status": "Inactive"}

var credentialSamples = []credentialSample{
	{kind: "iam_access_key", make: makeAccessKey, first: active, second: inactive, deleted: true},
	{kind: "iam_login_profile", make: makePassword, first: settings{}, deleted: true},
	{kind: "iam_mfa_device", make: makeMFADevice, first: settings{}},
	{kind: "iam_ssh_public_key", make: makeSSHPublicKey, first: active, second: inactive},
	{kind: "iam_signing_certificate", make: makeSigningCertificate, first: active, second: inactive},
	{kind: "iam_service_specific_credential", make: makeServiceCredential, first: active, second: inactive, sandboxOnly: true},
	{kind: "iam_virtual_mfa_device", make: makeUnassignedDevice, first: settings{}, deleted: true},
}

// TestContractOfCredentials takes every kind that others create through what of its life is ours.
func TestContractOfCredentials(t *testing.T) {
	for _, c := range credentialSamples {
		t.Run(string(c.kind), func(t *testing.T) {
			s := openSubject(t)
			if c.sandboxOnly && s.sandbox == nil {
				t.Skip("the witness has none")
			}
			s.write(deletion.Inverse())
			a, err := c.make(t.Context(), s.client())
			if err != nil {
				t.Fatal(err)
			}
			if a.Kind != c.kind {
				t.Fatalf("the sample is %s", a)
			}
			s.shows(a, c.first)

			if c.second != nil {
				update := resource.Change{Address: a, Before: c.first, After: c.second}
				for _, change := range []resource.Change{update, update.Inverse(), update, update} {
					s.write(change)
					s.shows(a, change.After)
				}
			}

			known := typeOf(t, c.kind)
			remove := resource.Change{Address: a, Before: s.look(a)[a].Settings}
			switch {
			case c.deleted:
				s.write(remove)
				s.shows(a, nil)
				s.write(remove) // a second try, after an answer was lost, is harmless
				if !known.Final || known.OneWay == nil {
					t.Error("it does not say that it can't come back")
				}
			default:
				if err := s.account.Write(t.Context(), remove); err == nil || !strings.Contains(err.Error(), "cannot delete") {
					t.Errorf("it can be deleted: %v", err)
				}
				if known.OneWay != nil {
					t.Error("it says what a deletion loses, which there is not")
				}
			}
			if err := s.account.Write(t.Context(), remove.Inverse()); err == nil || !strings.Contains(err.Error(), "cannot create") {
				t.Errorf("it can be created: %v", err)
			}
			s.write(deletion)
			if left := s.look(a); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

// Where AWS tells when something was made and used, the facts say so.
func TestFactsOfCredentials(t *testing.T) {
	s := openSubject(t)
	if s.sandbox == nil {
		t.Skip("the times are the sandbox's")
	}
	s.write(deletion.Inverse())
	want := map[resource.Kind]resource.Facts{}
	held := map[resource.Kind]resource.Address{}
	for _, c := range credentialSamples {
		a, err := c.make(t.Context(), s.client())
		if err != nil {
			t.Fatal(err)
		}
		held[c.kind] = a
		want[c.kind] = resource.Facts{"created": s.clock.Now().Format(time.RFC3339)}
		if typeOf(t, c.kind).Held {
			want[c.kind][resource.FactLooked] = "yes"
		}
	}
	want["iam_service_specific_credential"]["service"] = "codecommit.amazonaws.com"
	want["iam_virtual_mfa_device"] = nil // AWS says nothing of a device that nobody has

	check := func() {
		t.Helper()
		for kind, a := range held {
			if diff := cmp.Diff(want[kind], s.look(a)[a].Facts); diff != "" {
				t.Errorf("%s (-want +got):\n%s", kind, diff)
			}
		}
	}
	check()

	s.clock.now = s.clock.now.Add(36 * time.Hour)
	used := s.clock.Now().Format(time.RFC3339)
	user := userOf(s, held["iam_access_key"].Parts(2)[1])
	if _, err := user.ListUsers(t.Context(), &iam.ListUsersInput{}); err != nil {
		t.Fatal(err)
	}
	if err := s.sandbox.SignIn("alice"); err != nil {
		t.Fatal(err)
	}
	want["iam_access_key"][resource.FactUsed] = used
	want["iam_login_profile"][resource.FactUsed] = used
	check()
}

// The owner of a user costs nothing where the user is asked for anyway.
func TestPasswordOfAUserOfAToolHasItsOwner(t *testing.T) {
	s := openSubject(t)
	owned := deletion.Inverse()
	owned.After = owned.After.With(settings{"tags": tags{"managed-by": "terraform"}})
	s.write(owned)
	a, err := makePassword(t.Context(), s.client())
	if err != nil {
		t.Fatal(err)
	}
	if who := s.look(a)[a].Facts[resource.FactOwner]; who != "Terraform" {
		t.Errorf("it belongs to %q", who)
	}
	s.write(owned.Inverse())
}

// A device that somebody has is nobody's leftover, and root's is not either.
func TestOnlyUnassignedDevicesAreLeftovers(t *testing.T) {
	s := openSubject(t)
	s.write(deletion.Inverse())
	if _, err := makeMFADevice(t.Context(), s.client()); err != nil {
		t.Fatal(err)
	}
	if s.sandbox != nil {
		setRoot(t, s, "virtual")
	}
	if found := s.look(at("iam_virtual_mfa_device", "phone")); len(found) > 0 {
		t.Errorf("found %v", found.Addresses())
	}
	s.write(deletion)
}

func makeAccessKey(ctx context.Context, client *iam.Client) (resource.Address, error) {
	made, err := client.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: aws.String("alice")})
	if err != nil {
		return resource.Address{}, err
	}
	return at("iam_access_key", "alice", *made.AccessKey.AccessKeyId), nil
}

func makePassword(ctx context.Context, client *iam.Client) (resource.Address, error) {
	_, err := client.CreateLoginProfile(ctx, &iam.CreateLoginProfileInput{UserName: aws.String("alice"), Password: aws.String("Sw0rd!fish-Sw0rd!fish")})
	return at("iam_login_profile", "alice"), err
}

func makeMFADevice(ctx context.Context, client *iam.Client) (resource.Address, error) {
	device, err := client.CreateVirtualMFADevice(ctx, &iam.CreateVirtualMFADeviceInput{Path: aws.String("/phones/"), VirtualMFADeviceName: aws.String("phone")})
	if err != nil {
		return resource.Address{}, err
	}
	_, err = client.EnableMFADevice(ctx, &iam.EnableMFADeviceInput{
		UserName: aws.String("alice"), SerialNumber: device.VirtualMFADevice.SerialNumber,
		AuthenticationCode1: aws.String("123456"), AuthenticationCode2: aws.String("654321"),
	})
	return at("iam_mfa_device", "alice", "arn:aws:iam::"+account+":mfa/phones/phone"), err
}

func makeUnassignedDevice(ctx context.Context, client *iam.Client) (resource.Address, error) {
	_, err := client.CreateVirtualMFADevice(ctx, &iam.CreateVirtualMFADeviceInput{Path: aws.String("/lost/"), VirtualMFADeviceName: aws.String("alice")})
	return at("iam_virtual_mfa_device", "lost", "alice"), err
}

func makeSSHPublicKey(ctx context.Context, client *iam.Client) (resource.Address, error) {
	made, err := client.UploadSSHPublicKey(ctx, &iam.UploadSSHPublicKeyInput{
		UserName: aws.String("alice"), SSHPublicKeyBody: aws.String("ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQDx alice@laptop"),
	})
	if err != nil {
		return resource.Address{}, err
	}
	return at("iam_ssh_public_key", "alice", *made.SSHPublicKey.SSHPublicKeyId), nil
}

func makeSigningCertificate(ctx context.Context, client *iam.Client) (resource.Address, error) {
	body, _, err := selfSigned(time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC))
	if err != nil {
		return resource.Address{}, err
	}
	made, err := client.UploadSigningCertificate(ctx, &iam.UploadSigningCertificateInput{UserName: aws.String("alice"), CertificateBody: &body})
	if err != nil {
		return resource.Address{}, err
	}
	return at("iam_signing_certificate", "alice", *made.Certificate.CertificateId), nil
}

// selfSigned makes an X.509 certificate and its key, in PEM.
func selfSigned(expires time.Time) (certificate, key string, err error) {
	private := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{1}, ed25519.SeedSize))
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: expires.AddDate(-1, 0, 0), NotAfter: expires}
	signed, err := x509.CreateCertificate(nil, template, template, private.Public(), private)
	if err != nil {
		return "", "", err
	}
	encoded, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return "", "", err
	}
	certificate = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: signed}))
	return certificate, string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: encoded})), nil
}

func makeServiceCredential(ctx context.Context, client *iam.Client) (resource.Address, error) {
	made, err := client.CreateServiceSpecificCredential(ctx, &iam.CreateServiceSpecificCredentialInput{
		UserName: aws.String("alice"), ServiceName: aws.String("codecommit.amazonaws.com"),
	})
	if err != nil {
		return resource.Address{}, err
	}
	return at("iam_service_specific_credential", "alice", *made.ServiceSpecificCredential.ServiceSpecificCredentialId), nil
}
