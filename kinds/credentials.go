package kinds

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
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
	list := func(ids *[]string, page func(context.Context, *string) ([]string, bool, *string, error)) {
		group.Go(func() error {
			return unlessAbsent(everyPage(func(marker *string) (bool, *string, error) {
				found, truncated, next, err := page(ctx, marker)
				*ids = append(*ids, found...)
				return truncated, next, err
			}))
		})
	}
	list(&held.accessKeys, func(ctx context.Context, marker *string) (ids []string, truncated bool, next *string, err error) {
		page, err := client.ListAccessKeys(ctx, &iam.ListAccessKeysInput{UserName: user, Marker: marker})
		if err != nil {
			return nil, false, nil, err
		}
		for _, key := range page.AccessKeyMetadata {
			ids = append(ids, aws.ToString(key.AccessKeyId))
		}
		return ids, page.IsTruncated, page.Marker, nil
	})
	list(&held.mfaDevices, func(ctx context.Context, marker *string) (ids []string, truncated bool, next *string, err error) {
		page, err := client.ListMFADevices(ctx, &iam.ListMFADevicesInput{UserName: user, Marker: marker})
		if err != nil {
			return nil, false, nil, err
		}
		for _, device := range page.MFADevices {
			ids = append(ids, aws.ToString(device.SerialNumber))
		}
		return ids, page.IsTruncated, page.Marker, nil
	})
	list(&held.sshKeys, func(ctx context.Context, marker *string) (ids []string, truncated bool, next *string, err error) {
		page, err := client.ListSSHPublicKeys(ctx, &iam.ListSSHPublicKeysInput{UserName: user, Marker: marker})
		if err != nil {
			return nil, false, nil, err
		}
		for _, key := range page.SSHPublicKeys {
			ids = append(ids, aws.ToString(key.SSHPublicKeyId))
		}
		return ids, page.IsTruncated, page.Marker, nil
	})
	list(&held.certificates, func(ctx context.Context, marker *string) (ids []string, truncated bool, next *string, err error) {
		page, err := client.ListSigningCertificates(ctx, &iam.ListSigningCertificatesInput{UserName: user, Marker: marker})
		if err != nil {
			return nil, false, nil, err
		}
		for _, certificate := range page.Certificates {
			ids = append(ids, aws.ToString(certificate.CertificateId))
		}
		return ids, page.IsTruncated, page.Marker, nil
	})
	list(&held.serviceSpecifics, func(ctx context.Context, marker *string) (ids []string, truncated bool, next *string, err error) {
		page, err := client.ListServiceSpecificCredentials(ctx, &iam.ListServiceSpecificCredentialsInput{UserName: user, Marker: marker})
		if err != nil {
			return nil, false, nil, err
		}
		for _, credential := range page.ServiceSpecificCredentials {
			ids = append(ids, aws.ToString(credential.ServiceSpecificCredentialId))
		}
		return ids, page.IsTruncated, page.Marker, nil
	})
	return held, group.Wait()
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
	return strings.HasPrefix(serial, "arn:"+w.Partition+":iam::"+w.Account+":mfa/")
}
