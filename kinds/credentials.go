package kinds

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"golang.org/x/sync/errgroup"

	"baseline/resource"
)

// credentials are the ids of everything a user can sign in or sign requests with. AWS refuses to delete a user who has any.
type credentials struct {
	password                                                        bool
	accessKeys, mfaDevices, sshKeys, certificates, serviceSpecifics []string
}

// credentialFacts are the facts that hold credentials, with the words for one and for several of them.
var credentialFacts = []struct{ fact, one, many string }{
	{"access_keys", "access key", "access keys"},
	{"password", "password", "passwords"},
	{"mfa_devices", "MFA device", "MFA devices"},
	{"ssh_keys", "SSH key", "SSH keys"},
	{"certificates", "signing certificate", "signing certificates"},
	{"service_credentials", "service-specific credential", "service-specific credentials"},
}

// facts returns facts with the credentials added; a sort of which there are none is left out.
func (c credentials) facts(seen resource.Facts) resource.Facts {
	facts := maps.Clone(seen)
	if facts == nil {
		facts = resource.Facts{}
	}
	for fact, ids := range map[string][]string{
		"access_keys": c.accessKeys, "mfa_devices": c.mfaDevices, "ssh_keys": c.sshKeys,
		"certificates": c.certificates, "service_credentials": c.serviceSpecifics,
	} {
		delete(facts, fact)
		if len(ids) > 0 {
			facts[fact] = strings.Join(slices.Sorted(slices.Values(ids)), " ")
		}
	}
	delete(facts, "password")
	if c.password {
		facts["password"] = "set"
	}
	return facts
}

// credentialPhrases says what is lost with the credentials in facts: "2 access keys", "password".
func credentialPhrases(facts resource.Facts) []string {
	var phrases []string
	for _, sort := range credentialFacts {
		switch n := len(strings.Fields(facts[sort.fact])); {
		case n == 0:
		case sort.fact == "password":
			phrases = append(phrases, sort.one)
		case n == 1:
			phrases = append(phrases, "1 "+sort.one)
		default:
			phrases = append(phrases, fmt.Sprintf("%d %s", n, sort.many))
		}
	}
	return phrases
}

// credentialsOf asks for all credentials of a user, side by side. A user who is not there has none.
func credentialsOf(ctx context.Context, client *iam.Client, name string) (held credentials, err error) {
	user := aws.String(name)
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		_, err := client.GetLoginProfile(ctx, &iam.GetLoginProfileInput{UserName: user})
		held.password = err == nil
		return unlessAbsent(err)
	})
	group.Go(func() error {
		keys, err := accessKeysOf(ctx, client, name)
		held.accessKeys = ids(keys, func(key types.AccessKeyMetadata) *string { return key.AccessKeyId })
		return err
	})
	group.Go(func() error {
		devices, err := mfaDevicesOf(ctx, client, name)
		held.mfaDevices = ids(devices, func(device types.MFADevice) *string { return device.SerialNumber })
		return err
	})
	group.Go(func() error {
		keys, err := sshPublicKeysOf(ctx, client, name)
		held.sshKeys = ids(keys, func(key types.SSHPublicKeyMetadata) *string { return key.SSHPublicKeyId })
		return err
	})
	group.Go(func() error {
		certificates, err := signingCertificatesOf(ctx, client, name)
		held.certificates = ids(certificates, func(certificate types.SigningCertificate) *string { return certificate.CertificateId })
		return err
	})
	group.Go(func() error {
		found, err := serviceSpecificCredentials(ctx, client, iam.ListServiceSpecificCredentialsInput{UserName: user})
		held.serviceSpecifics = ids(found, func(c types.ServiceSpecificCredentialMetadata) *string { return c.ServiceSpecificCredentialId })
		return unlessAbsent(err)
	})
	return held, group.Wait()
}

// seeCredentials is what credentialsOf takes.
func seeCredentials() []Permit {
	return []Permit{
		{Action: "iam:GetLoginProfile", On: theUser},
		{Action: "iam:ListAccessKeys", On: theUser},
		{Action: "iam:ListMFADevices", On: theUser},
		{Action: "iam:ListSSHPublicKeys", On: theUser},
		{Action: "iam:ListSigningCertificates", On: theUser},
		{Action: "iam:ListServiceSpecificCredentials", On: theUser},
	}
}

// takeCredentials is what removeCredentials takes: a look, and the removal of what the user has.
func takeCredentials() []Permit {
	return append(seeCredentials(),
		Permit{Action: "iam:DeleteLoginProfile", On: theUser, If: loses("password")},
		Permit{Action: "iam:DeleteAccessKey", On: theUser, If: loses("access_keys")},
		Permit{Action: "iam:DeactivateMFADevice", On: theUser, If: loses("mfa_devices")},
		Permit{Action: "iam:DeleteVirtualMFADevice", On: virtualDevices, If: func(c resource.Change) bool {
			return strings.Contains(c.Facts["mfa_devices"], ":mfa/")
		}},
		Permit{Action: "iam:DeleteSSHPublicKey", On: theUser, If: loses("ssh_keys")},
		Permit{Action: "iam:DeleteSigningCertificate", On: theUser, If: loses("certificates")},
		Permit{Action: "iam:DeleteServiceSpecificCredential", On: theUser, If: loses("service_credentials")},
	)
}

// virtualDevices are the virtual MFA devices of a user who is deleted.
func virtualDevices(s Scope, c resource.Change) []string {
	prefix := virtualMFAPrefix(s.Partition, s.Account)
	if strings.HasPrefix(c.Address.Name, anyName) {
		return []string{prefix + "*"}
	}
	return slices.DeleteFunc(strings.Fields(c.Facts["mfa_devices"]), func(serial string) bool { return !strings.HasPrefix(serial, prefix) })
}

// ids returns the ids of credentials.
func ids[T any](of []T, id func(T) *string) (all []string) {
	for _, credential := range of {
		all = append(all, aws.ToString(id(credential)))
	}
	return all
}

// removeCredentials takes all credentials from a user, whoever issued them. What is gone already is no failure, so that it
// can be repeated.
func removeCredentials(ctx context.Context, w *Writer, name string) error {
	held, err := credentialsOf(ctx, w.IAM, name)
	if err != nil {
		return err
	}
	user := aws.String(name)
	var steps []func() error
	step := func(call func() error) { steps = append(steps, call) }
	if held.password {
		step(func() error {
			_, err := w.IAM.DeleteLoginProfile(ctx, &iam.DeleteLoginProfileInput{UserName: user})
			return err
		})
	}
	for _, id := range held.accessKeys {
		step(func() error {
			_, err := w.IAM.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{UserName: user, AccessKeyId: aws.String(id)})
			return err
		})
	}
	for _, serial := range held.mfaDevices {
		step(func() error {
			_, err := w.IAM.DeactivateMFADevice(ctx, &iam.DeactivateMFADeviceInput{UserName: user, SerialNumber: aws.String(serial)})
			return err
		})
		if w.isVirtualMFA(serial) {
			step(func() error {
				_, err := w.IAM.DeleteVirtualMFADevice(ctx, &iam.DeleteVirtualMFADeviceInput{SerialNumber: aws.String(serial)})
				return err
			})
		}
	}
	for _, id := range held.sshKeys {
		step(func() error {
			_, err := w.IAM.DeleteSSHPublicKey(ctx, &iam.DeleteSSHPublicKeyInput{UserName: user, SSHPublicKeyId: aws.String(id)})
			return err
		})
	}
	for _, id := range held.certificates {
		step(func() error {
			_, err := w.IAM.DeleteSigningCertificate(ctx, &iam.DeleteSigningCertificateInput{UserName: user, CertificateId: aws.String(id)})
			return err
		})
	}
	for _, id := range held.serviceSpecifics {
		step(func() error {
			_, err := w.IAM.DeleteServiceSpecificCredential(ctx, &iam.DeleteServiceSpecificCredentialInput{UserName: user, ServiceSpecificCredentialId: aws.String(id)})
			return err
		})
	}
	for _, call := range steps {
		if err := unlessAbsent(call()); err != nil {
			return err
		}
	}
	return nil
}

// isVirtualMFA tells a virtual device, which is an object of the account and would stay behind, from a security key or a
// hardware token.
func (w *Writer) isVirtualMFA(serial string) bool {
	return strings.HasPrefix(serial, virtualMFAPrefix(w.Partition, w.Account))
}
