package sandbox_test

import (
	"context"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"baseline/sandbox"
)

const sshKey = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4fICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj9AQUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVpbXF1eX2BhYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ent8fX5/gA== alice"

// TestDeletePreconditions says what must be gone before something can be deleted.
func TestDeletePreconditions(t *testing.T) {
	deleteUser := func(ctx context.Context, c *iam.Client) error {
		_, err := c.DeleteUser(ctx, &iam.DeleteUserInput{UserName: aws.String("alice")})
		return err
	}
	deleteGroup := func(ctx context.Context, c *iam.Client) error {
		_, err := c.DeleteGroup(ctx, &iam.DeleteGroupInput{GroupName: aws.String("Devs")})
		return err
	}
	deleteRole := func(ctx context.Context, c *iam.Client) error {
		_, err := c.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: aws.String("share")})
		return err
	}
	deletePolicy := func(ctx context.Context, c *iam.Client) error {
		_, err := c.DeletePolicy(ctx, &iam.DeletePolicyInput{PolicyArn: aws.String(readARN)})
		return err
	}
	tests := []struct {
		name   string
		before step
		do     step
		words  string // "" when nothing stands in the way
	}{
		{"user in a group", addAlice, deleteUser, "remove users from group"},
		{"user with an attached policy", attachToAlice(adminARN), deleteUser, "detach all policies"},
		{"user with an inline policy", putOnAlice("own", readS3), deleteUser, "must delete policies first"},
		{"user with a login profile", loginProfile, deleteUser, "delete login profile"},
		{"user with an access key", accessKey, deleteUser, "delete access keys"},
		{"user with MFA", assignMFA, deleteUser, "remove tokens from principal"},
		{"user with an SSH key", func(ctx context.Context, c *iam.Client) error {
			_, err := c.UploadSSHPublicKey(ctx, &iam.UploadSSHPublicKeyInput{UserName: aws.String("alice"), SSHPublicKeyBody: aws.String(sshKey)})
			return err
		}, deleteUser, "ssh public keys"},
		{"user with a service credential", func(ctx context.Context, c *iam.Client) error {
			_, err := c.CreateServiceSpecificCredential(ctx, &iam.CreateServiceSpecificCredentialInput{
				UserName: aws.String("alice"), ServiceName: aws.String("codecommit.amazonaws.com"),
			})
			return err
		}, deleteUser, "service specific credentials"},
		{"user with a boundary", boundAlice, deleteUser, ""},
		{"group with members", addAlice, deleteGroup, "remove users from group"},
		{"group with a policy", func(ctx context.Context, c *iam.Client) error {
			_, err := c.AttachGroupPolicy(ctx, &iam.AttachGroupPolicyInput{GroupName: aws.String("Devs"), PolicyArn: aws.String(adminARN)})
			return err
		}, deleteGroup, "detach all policies"},
		{"role with an inline policy", func(ctx context.Context, c *iam.Client) error {
			_, err := c.PutRolePolicy(ctx, &iam.PutRolePolicyInput{
				RoleName: aws.String("share"), PolicyName: aws.String("own"), PolicyDocument: aws.String(readS3),
			})
			return err
		}, deleteRole, "must delete policies first"},
		{"policy that is attached", attachToAlice(readARN), deletePolicy, "attached to entities"},
		{"policy that bounds", boundAlice, deletePolicy, "attached to entities"},
		{"policy with versions", newVersion(true), deletePolicy, "more than one version"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := clientOf(sandbox.New(fixed()))
			furnish(t, c)
			expect(t, tt.before(t.Context(), c), "", "")
			code := "DeleteConflict"
			if tt.words == "" {
				code = ""
			}
			expect(t, tt.do(t.Context(), c), code, tt.words)
		})
	}
}

func assignMFA(ctx context.Context, c *iam.Client) error {
	made, err := c.CreateVirtualMFADevice(ctx, &iam.CreateVirtualMFADeviceInput{VirtualMFADeviceName: aws.String("phone")})
	if err != nil {
		return err
	}
	_, err = c.EnableMFADevice(ctx, &iam.EnableMFADeviceInput{
		UserName: aws.String("alice"), SerialNumber: made.VirtualMFADevice.SerialNumber,
		AuthenticationCode1: aws.String("123456"), AuthenticationCode2: aws.String("234567"),
	})
	return err
}

// TestIDsAreNeverReused deletes and creates the same things again.
func TestIDsAreNeverReused(t *testing.T) {
	c := clientOf(sandbox.New(fixed()))
	seen := map[string]bool{}
	for range 3 {
		user := must[*iam.CreateUserOutput](t)(c.CreateUser(t.Context(), &iam.CreateUserInput{UserName: aws.String("bob")}))
		key := must[*iam.CreateAccessKeyOutput](t)(c.CreateAccessKey(t.Context(), &iam.CreateAccessKeyInput{UserName: aws.String("bob")}))
		for _, id := range []string{*user.User.UserId, *key.AccessKey.AccessKeyId} {
			if seen[id] {
				t.Fatalf("id %s came twice", id)
			}
			seen[id] = true
		}
		must[*iam.DeleteAccessKeyOutput](t)(c.DeleteAccessKey(t.Context(), &iam.DeleteAccessKeyInput{
			UserName: aws.String("bob"), AccessKeyId: key.AccessKey.AccessKeyId,
		}))
		must[*iam.DeleteUserOutput](t)(c.DeleteUser(t.Context(), &iam.DeleteUserInput{UserName: aws.String("bob")}))
	}
}
