package sandbox_test

import (
	"context"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"baseline/sandbox"
)

// TestRepeatedCalls says what the same call answers the first and the second time.
func TestRepeatedCalls(t *testing.T) {
	alice, devs, share, read := aws.String("alice"), aws.String("Devs"), aws.String("share"), aws.String(readARN)
	const none, exists, gone = "", "EntityAlreadyExists", "NoSuchEntity"
	tests := []struct {
		name          string
		before        []step
		do            step
		first, second string
	}{
		{"create user", nil, func(ctx context.Context, c *iam.Client) error {
			_, err := c.CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String("bob")})
			return err
		}, none, exists},
		{"create group", nil, func(ctx context.Context, c *iam.Client) error {
			_, err := c.CreateGroup(ctx, &iam.CreateGroupInput{GroupName: aws.String("Ops")})
			return err
		}, none, exists},
		{"create role", nil, func(ctx context.Context, c *iam.Client) error {
			_, err := c.CreateRole(ctx, &iam.CreateRoleInput{RoleName: aws.String("r2"), AssumeRolePolicyDocument: aws.String(trustOther)})
			return err
		}, none, exists},
		{"create policy", nil, func(ctx context.Context, c *iam.Client) error {
			_, err := c.CreatePolicy(ctx, &iam.CreatePolicyInput{PolicyName: aws.String("p2"), PolicyDocument: aws.String(readS3)})
			return err
		}, none, exists},
		{"delete user", nil, func(ctx context.Context, c *iam.Client) error {
			_, err := c.DeleteUser(ctx, &iam.DeleteUserInput{UserName: alice})
			return err
		}, none, gone},
		{"delete group", nil, func(ctx context.Context, c *iam.Client) error {
			_, err := c.DeleteGroup(ctx, &iam.DeleteGroupInput{GroupName: devs})
			return err
		}, none, gone},
		{"delete role", nil, func(ctx context.Context, c *iam.Client) error {
			_, err := c.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: share})
			return err
		}, none, gone},
		{"delete policy", nil, func(ctx context.Context, c *iam.Client) error {
			_, err := c.DeletePolicy(ctx, &iam.DeletePolicyInput{PolicyArn: read})
			return err
		}, none, gone},
		{"rename user", nil, func(ctx context.Context, c *iam.Client) error {
			_, err := c.UpdateUser(ctx, &iam.UpdateUserInput{UserName: alice, NewUserName: aws.String("alicia")})
			return err
		}, none, gone},
		{"add user to group", nil, addAlice, none, none},
		{"remove user from group", []step{addAlice}, func(ctx context.Context, c *iam.Client) error {
			_, err := c.RemoveUserFromGroup(ctx, &iam.RemoveUserFromGroupInput{GroupName: devs, UserName: alice})
			return err
		}, none, none},
		{"attach", nil, attachToAlice(readARN), none, none},
		{"detach", []step{attachToAlice(readARN)}, func(ctx context.Context, c *iam.Client) error {
			_, err := c.DetachUserPolicy(ctx, &iam.DetachUserPolicyInput{UserName: alice, PolicyArn: read})
			return err
		}, none, gone},
		{"put inline policy", nil, putOnAlice("own", readS3), none, none},
		{"delete inline policy", []step{putOnAlice("own", readS3)}, func(ctx context.Context, c *iam.Client) error {
			_, err := c.DeleteUserPolicy(ctx, &iam.DeleteUserPolicyInput{UserName: alice, PolicyName: aws.String("own")})
			return err
		}, none, gone},
		{"put boundary", nil, boundAlice, none, none},
		{"delete boundary", []step{boundAlice}, func(ctx context.Context, c *iam.Client) error {
			_, err := c.DeleteUserPermissionsBoundary(ctx, &iam.DeleteUserPermissionsBoundaryInput{UserName: alice})
			return err
		}, none, gone},
		{"tag", nil, func(ctx context.Context, c *iam.Client) error {
			_, err := c.TagUser(ctx, &iam.TagUserInput{UserName: alice, Tags: []types.Tag{tag("team", "data")}})
			return err
		}, none, none},
		{"untag", nil, func(ctx context.Context, c *iam.Client) error {
			_, err := c.UntagUser(ctx, &iam.UntagUserInput{UserName: alice, TagKeys: []string{"team"}})
			return err
		}, none, none},
		{"update role", nil, func(ctx context.Context, c *iam.Client) error {
			_, err := c.UpdateRole(ctx, &iam.UpdateRoleInput{RoleName: share, Description: aws.String("")})
			return err
		}, none, none},
		{"update trust", nil, func(ctx context.Context, c *iam.Client) error {
			_, err := c.UpdateAssumeRolePolicy(ctx, &iam.UpdateAssumeRolePolicyInput{RoleName: share, PolicyDocument: aws.String(trustOther)})
			return err
		}, none, none},
		{"create policy version", nil, newVersion(false), none, none},
		{"set default version", nil, func(ctx context.Context, c *iam.Client) error {
			_, err := c.SetDefaultPolicyVersion(ctx, &iam.SetDefaultPolicyVersionInput{PolicyArn: read, VersionId: aws.String("v1")})
			return err
		}, none, none},
		{"delete policy version", []step{newVersion(false)}, func(ctx context.Context, c *iam.Client) error {
			_, err := c.DeletePolicyVersion(ctx, &iam.DeletePolicyVersionInput{PolicyArn: read, VersionId: aws.String("v2")})
			return err
		}, none, gone},
		{"create alias", nil, alias("acme"), none, exists},
		{"delete alias", []step{alias("acme")}, func(ctx context.Context, c *iam.Client) error {
			_, err := c.DeleteAccountAlias(ctx, &iam.DeleteAccountAliasInput{AccountAlias: aws.String("acme")})
			return err
		}, none, gone},
		{"update password policy", nil, passwordPolicy, none, none},
		{"delete password policy", []step{passwordPolicy}, func(ctx context.Context, c *iam.Client) error {
			_, err := c.DeleteAccountPasswordPolicy(ctx, &iam.DeleteAccountPasswordPolicyInput{})
			return err
		}, none, gone},
		{"create login profile", nil, loginProfile, none, exists},
		{"update login profile", []step{loginProfile}, func(ctx context.Context, c *iam.Client) error {
			_, err := c.UpdateLoginProfile(ctx, &iam.UpdateLoginProfileInput{UserName: alice})
			return err
		}, none, none},
		{"delete login profile", []step{loginProfile}, func(ctx context.Context, c *iam.Client) error {
			_, err := c.DeleteLoginProfile(ctx, &iam.DeleteLoginProfileInput{UserName: alice})
			return err
		}, none, gone},
		{"create access key when there is one", []step{accessKey}, accessKey, none, "LimitExceeded"},
		{"create MFA device", nil, func(ctx context.Context, c *iam.Client) error {
			_, err := c.CreateVirtualMFADevice(ctx, &iam.CreateVirtualMFADeviceInput{VirtualMFADeviceName: alice})
			return err
		}, none, exists},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := clientOf(sandbox.New(fixed()))
			furnish(t, c)
			for _, do := range tt.before {
				expect(t, do(t.Context(), c), "", "")
			}
			expect(t, tt.do(t.Context(), c), tt.first, "")
			expect(t, tt.do(t.Context(), c), tt.second, "")
		})
	}
}

func addAlice(ctx context.Context, c *iam.Client) error {
	_, err := c.AddUserToGroup(ctx, &iam.AddUserToGroupInput{GroupName: aws.String("Devs"), UserName: aws.String("alice")})
	return err
}

func attachToAlice(arn string) step {
	return func(ctx context.Context, c *iam.Client) error {
		_, err := c.AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: aws.String("alice"), PolicyArn: &arn})
		return err
	}
}

func putOnAlice(name, document string) step {
	return func(ctx context.Context, c *iam.Client) error {
		_, err := c.PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: aws.String("alice"), PolicyName: &name, PolicyDocument: &document})
		return err
	}
}

func boundAlice(ctx context.Context, c *iam.Client) error {
	_, err := c.PutUserPermissionsBoundary(ctx, &iam.PutUserPermissionsBoundaryInput{
		UserName: aws.String("alice"), PermissionsBoundary: aws.String(readARN),
	})
	return err
}

func newVersion(asDefault bool) step {
	return func(ctx context.Context, c *iam.Client) error {
		_, err := c.CreatePolicyVersion(ctx, &iam.CreatePolicyVersionInput{
			PolicyArn: aws.String(readARN), PolicyDocument: aws.String(readS3), SetAsDefault: asDefault,
		})
		return err
	}
}

func alias(name string) step {
	return func(ctx context.Context, c *iam.Client) error {
		_, err := c.CreateAccountAlias(ctx, &iam.CreateAccountAliasInput{AccountAlias: &name})
		return err
	}
}

func passwordPolicy(ctx context.Context, c *iam.Client) error {
	_, err := c.UpdateAccountPasswordPolicy(ctx, &iam.UpdateAccountPasswordPolicyInput{MinimumPasswordLength: aws.Int32(14)})
	return err
}

func loginProfile(ctx context.Context, c *iam.Client) error {
	_, err := c.CreateLoginProfile(ctx, &iam.CreateLoginProfileInput{UserName: aws.String("alice"), Password: aws.String("Correct-Horse-7")})
	return err
}

func accessKey(ctx context.Context, c *iam.Client) error {
	_, err := c.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: aws.String("alice")})
	return err
}
