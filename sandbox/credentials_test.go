package sandbox_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"baseline/sandbox"
)

// certificate makes an X.509 certificate, the same for the same seed.
func certificate(t *testing.T, seed byte) string {
	t.Helper()
	key := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{seed}, ed25519.SeedSize))
	template := &x509.Certificate{SerialNumber: big.NewInt(int64(seed)), NotBefore: start, NotAfter: start.Add(time.Hour)}
	der, err := x509.CreateCertificate(nil, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

// TestOffboarding gives a user every sort of credential, finds each, turns it off, takes it away, and deletes the user.
func TestOffboarding(t *testing.T) {
	a := sandbox.New(fixed())
	c, ctx, alice := clientOf(a), t.Context(), aws.String("alice")
	furnish(t, c)
	before := a.DumpSettings()
	off := types.StatusTypeInactive

	expect(t, loginProfile(ctx, c), "", "")
	profile := must[*iam.GetLoginProfileOutput](t)(c.GetLoginProfile(ctx, &iam.GetLoginProfileInput{UserName: alice}))
	if profile.LoginProfile.PasswordResetRequired || !profile.LoginProfile.CreateDate.Equal(start) {
		t.Errorf("login profile %+v", profile.LoginProfile)
	}
	_, err := c.UpdateLoginProfile(ctx, &iam.UpdateLoginProfileInput{UserName: alice, Password: aws.String("short")})
	expect(t, err, "PasswordPolicyViolation", "")
	must[*iam.DeleteLoginProfileOutput](t)(c.DeleteLoginProfile(ctx, &iam.DeleteLoginProfileInput{UserName: alice}))

	expect(t, assignMFA(ctx, c), "", "")
	devices := must[*iam.ListMFADevicesOutput](t)(c.ListMFADevices(ctx, &iam.ListMFADevicesInput{UserName: alice}))
	serial := devices.MFADevices[0].SerialNumber
	_, err = c.DeleteVirtualMFADevice(ctx, &iam.DeleteVirtualMFADeviceInput{SerialNumber: serial})
	expect(t, err, "DeleteConflict", "Must deactivate first")
	must[*iam.DeactivateMFADeviceOutput](t)(c.DeactivateMFADevice(ctx, &iam.DeactivateMFADeviceInput{UserName: alice, SerialNumber: serial}))
	_, err = c.DeactivateMFADevice(ctx, &iam.DeactivateMFADeviceInput{UserName: alice, SerialNumber: serial})
	expect(t, err, "NoSuchEntity", "")
	must[*iam.DeleteVirtualMFADeviceOutput](t)(c.DeleteVirtualMFADevice(ctx, &iam.DeleteVirtualMFADeviceInput{SerialNumber: serial}))

	upload := &iam.UploadSSHPublicKeyInput{UserName: alice, SSHPublicKeyBody: aws.String(sshKey)}
	key := must[*iam.UploadSSHPublicKeyOutput](t)(c.UploadSSHPublicKey(ctx, upload)).SSHPublicKey
	_, err = c.UploadSSHPublicKey(ctx, upload)
	expect(t, err, "DuplicateSSHPublicKey", "")
	must[*iam.UpdateSSHPublicKeyOutput](t)(c.UpdateSSHPublicKey(ctx, &iam.UpdateSSHPublicKeyInput{UserName: alice, SSHPublicKeyId: key.SSHPublicKeyId, Status: off}))
	got := must[*iam.GetSSHPublicKeyOutput](t)(c.GetSSHPublicKey(ctx, &iam.GetSSHPublicKeyInput{
		UserName: alice, SSHPublicKeyId: key.SSHPublicKeyId, Encoding: types.EncodingTypeSsh,
	}))
	if *got.SSHPublicKey.SSHPublicKeyBody != sshKey || got.SSHPublicKey.Status != off {
		t.Errorf("SSH key %+v", got.SSHPublicKey)
	}
	must[*iam.DeleteSSHPublicKeyOutput](t)(c.DeleteSSHPublicKey(ctx, &iam.DeleteSSHPublicKeyInput{UserName: alice, SSHPublicKeyId: key.SSHPublicKeyId}))

	body := certificate(t, 1)
	must[*iam.UploadSigningCertificateOutput](t)(c.UploadSigningCertificate(ctx, &iam.UploadSigningCertificateInput{UserName: alice, CertificateBody: &body}))
	_, err = c.UploadSigningCertificate(ctx, &iam.UploadSigningCertificateInput{UserName: alice, CertificateBody: aws.String("none")})
	expect(t, err, "MalformedCertificate", "")
	_, err = c.DeleteUser(ctx, &iam.DeleteUserInput{UserName: alice})
	expect(t, err, "DeleteConflict", "signing certificates")
	listed := must[*iam.ListSigningCertificatesOutput](t)(c.ListSigningCertificates(ctx, &iam.ListSigningCertificatesInput{UserName: alice}))
	id := listed.Certificates[0].CertificateId
	must[*iam.UpdateSigningCertificateOutput](t)(c.UpdateSigningCertificate(ctx, &iam.UpdateSigningCertificateInput{UserName: alice, CertificateId: id, Status: off}))
	must[*iam.DeleteSigningCertificateOutput](t)(c.DeleteSigningCertificate(ctx, &iam.DeleteSigningCertificateInput{UserName: alice, CertificateId: id}))

	made := must[*iam.CreateServiceSpecificCredentialOutput](t)(c.CreateServiceSpecificCredential(ctx, &iam.CreateServiceSpecificCredentialInput{
		UserName: alice, ServiceName: aws.String("bedrock.amazonaws.com"), CredentialAgeDays: aws.Int32(30),
	})).ServiceSpecificCredential
	reset := must[*iam.ResetServiceSpecificCredentialOutput](t)(c.ResetServiceSpecificCredential(ctx, &iam.ResetServiceSpecificCredentialInput{
		UserName: alice, ServiceSpecificCredentialId: made.ServiceSpecificCredentialId,
	})).ServiceSpecificCredential
	if *made.ServiceCredentialSecret == *reset.ServiceCredentialSecret || !made.ExpirationDate.Equal(*reset.ExpirationDate) {
		t.Error("a reset makes a new secret and keeps the rest")
	}
	must[*iam.UpdateServiceSpecificCredentialOutput](t)(c.UpdateServiceSpecificCredential(ctx, &iam.UpdateServiceSpecificCredentialInput{
		UserName: alice, ServiceSpecificCredentialId: made.ServiceSpecificCredentialId, Status: off,
	}))
	_, err = c.ListServiceSpecificCredentials(ctx, &iam.ListServiceSpecificCredentialsInput{AllUsers: aws.Bool(true), UserName: alice})
	expect(t, err, "ValidationError", "cannot be given together")
	all := must[*iam.ListServiceSpecificCredentialsOutput](t)(c.ListServiceSpecificCredentials(ctx, &iam.ListServiceSpecificCredentialsInput{AllUsers: aws.Bool(true)}))
	if n := len(all.ServiceSpecificCredentials); n != 1 || all.ServiceSpecificCredentials[0].Status != off {
		t.Errorf("%d credentials of all users", n)
	}
	must[*iam.DeleteServiceSpecificCredentialOutput](t)(c.DeleteServiceSpecificCredential(ctx, &iam.DeleteServiceSpecificCredentialInput{
		UserName: alice, ServiceSpecificCredentialId: made.ServiceSpecificCredentialId,
	}))

	if !bytes.Equal(a.DumpSettings(), before) {
		t.Errorf("something is left:\n%s", a.DumpSettings())
	}
	must[*iam.DeleteUserOutput](t)(c.DeleteUser(ctx, &iam.DeleteUserInput{UserName: alice}))
}

// TestPasswordRules holds passwords against the account's policy.
func TestPasswordRules(t *testing.T) {
	c, ctx := clientOf(sandbox.New(fixed())), t.Context()
	furnish(t, c)
	try := func(password string) error {
		_, err := c.CreateLoginProfile(ctx, &iam.CreateLoginProfileInput{UserName: aws.String("alice"), Password: &password})
		return err
	}
	for _, password := range []string{"Ab1!", "alllowercase", "ALLUPPER1"} {
		expect(t, try(password), "PasswordPolicyViolation", "")
	}
	must[*iam.UpdateAccountPasswordPolicyOutput](t)(c.UpdateAccountPasswordPolicy(ctx, &iam.UpdateAccountPasswordPolicyInput{
		MinimumPasswordLength: aws.Int32(12), RequireSymbols: true,
	}))
	expect(t, try("Abcdefgh1234"), "PasswordPolicyViolation", "symbol")
	expect(t, try("Abcd-1234"), "PasswordPolicyViolation", "minimum length of 12")
	expect(t, try("only-lower-case"), "", "")
}

// TestRenamedOwners keep what is theirs, and groups keep their members.
func TestRenamedOwners(t *testing.T) {
	c, ctx := clientOf(sandbox.New(fixed())), t.Context()
	furnish(t, c)
	expect(t, addAlice(ctx, c), "", "")
	expect(t, accessKey(ctx, c), "", "")
	must[*iam.UpdateUserOutput](t)(c.UpdateUser(ctx, &iam.UpdateUserInput{UserName: aws.String("alice"), NewUserName: aws.String("alicia")}))
	must[*iam.UpdateGroupOutput](t)(c.UpdateGroup(ctx, &iam.UpdateGroupInput{GroupName: aws.String("Devs"), NewGroupName: aws.String("Engineers"), NewPath: aws.String("/x/")}))
	keys := must[*iam.ListAccessKeysOutput](t)(c.ListAccessKeys(ctx, &iam.ListAccessKeysInput{UserName: aws.String("alicia")}))
	if len(keys.AccessKeyMetadata) != 1 || *keys.AccessKeyMetadata[0].UserName != "alicia" {
		t.Errorf("keys %+v", keys.AccessKeyMetadata)
	}
	members := must[*iam.GetGroupOutput](t)(c.GetGroup(ctx, &iam.GetGroupInput{GroupName: aws.String("engineers")}))
	if len(members.Users) != 1 || *members.Group.Arn != "arn:aws:iam::111122223333:group/x/Engineers" {
		t.Errorf("group %s with %d members", *members.Group.Arn, len(members.Users))
	}
	_, err := c.GetGroup(ctx, &iam.GetGroupInput{GroupName: aws.String("Devs")})
	expect(t, err, "NoSuchEntity", "The group with name Devs cannot be found.")
}

// TestPolicyUse lists policies and their holders by how they are used.
func TestPolicyUse(t *testing.T) {
	c, ctx := clientOf(sandbox.New(fixed())), t.Context()
	furnish(t, c)
	expect(t, boundAlice(ctx, c), "", "")
	count := func(attached bool, usage types.PolicyUsageType) int {
		out := must[*iam.ListPoliciesOutput](t)(c.ListPolicies(ctx, &iam.ListPoliciesInput{
			Scope: types.PolicyScopeTypeLocal, OnlyAttached: attached, PolicyUsageFilter: usage,
		}))
		return len(out.Policies)
	}
	if n := count(true, types.PolicyUsageTypePermissionsPolicy); n != 0 {
		t.Errorf("%d policies are attached, want none", n)
	}
	if n := count(true, types.PolicyUsageTypePermissionsBoundary); n != 1 {
		t.Errorf("%d policies bound, want 1", n)
	}
	if n := count(false, types.PolicyUsageTypePermissionsPolicy); n != 1 {
		t.Errorf("%d policies: without OnlyAttached the filter has no effect", n)
	}
	holders := must[*iam.ListEntitiesForPolicyOutput](t)(c.ListEntitiesForPolicy(ctx, &iam.ListEntitiesForPolicyInput{PolicyArn: aws.String(readARN)}))
	if len(holders.PolicyUsers) != 1 {
		t.Error("the bounded user is not listed")
	}
	holders = must[*iam.ListEntitiesForPolicyOutput](t)(c.ListEntitiesForPolicy(ctx, &iam.ListEntitiesForPolicyInput{
		PolicyArn: aws.String(readARN), PolicyUsageFilter: types.PolicyUsageTypePermissionsPolicy,
	}))
	if len(holders.PolicyUsers) != 0 {
		t.Error("the bounded user is listed as having the policy attached")
	}
}
