package sandbox_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"baseline/sandbox"
)

// TestNamesIgnoreCase looks things up in other spellings and clashes with them.
func TestNamesIgnoreCase(t *testing.T) {
	c, ctx := clientOf(sandbox.New(fixed())), t.Context()
	furnish(t, c)
	_, err := c.CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String("ALICE"), Path: aws.String("/other/")})
	expect(t, err, "EntityAlreadyExists", "")
	user := must[*iam.GetUserOutput](t)(c.GetUser(ctx, &iam.GetUserInput{UserName: aws.String("Alice")}))
	if *user.User.UserName != "alice" {
		t.Errorf("spelled %s, want the first spelling", *user.User.UserName)
	}
	must[*iam.UpdateUserOutput](t)(c.UpdateUser(ctx, &iam.UpdateUserInput{UserName: aws.String("alice"), NewUserName: aws.String("Alice")}))
	user = must[*iam.GetUserOutput](t)(c.GetUser(ctx, &iam.GetUserInput{UserName: aws.String("alice")}))
	if *user.User.UserName != "Alice" {
		t.Errorf("spelled %s after a rename that changes only case", *user.User.UserName)
	}

	expect(t, putOnAlice("MixedName", readS3)(ctx, c), "", "")
	expect(t, putOnAlice("mixedname", readS3)(ctx, c), "", "")
	names := must[*iam.ListUserPoliciesOutput](t)(c.ListUserPolicies(ctx, &iam.ListUserPoliciesInput{UserName: aws.String("alice")}))
	if diff := cmp.Diff([]string{"MixedName"}, names.PolicyNames); diff != "" {
		t.Errorf("one inline policy in its first spelling (-want +got):\n%s", diff)
	}
	inline := must[*iam.GetUserPolicyOutput](t)(c.GetUserPolicy(ctx, &iam.GetUserPolicyInput{
		UserName: aws.String("alice"), PolicyName: aws.String("MIXEDNAME"),
	}))
	if *inline.PolicyName != "MIXEDNAME" {
		t.Errorf("GetUserPolicy says %s, want the spelling asked for", *inline.PolicyName)
	}
}

// TestTagKeys says where the case of tag keys counts.
func TestTagKeys(t *testing.T) {
	c, ctx := clientOf(sandbox.New(fixed())), t.Context()
	furnish(t, c)
	tagUser := func(tags ...types.Tag) error {
		_, err := c.TagUser(ctx, &iam.TagUserInput{UserName: aws.String("alice"), Tags: append([]types.Tag{}, tags...)})
		return err
	}
	tagPolicy := func(tags ...types.Tag) error {
		_, err := c.TagPolicy(ctx, &iam.TagPolicyInput{PolicyArn: aws.String(readARN), Tags: tags})
		return err
	}
	expect(t, tagUser(tag("Team", "a")), "", "")
	expect(t, tagUser(tag("TEAM", "b")), "", "")
	expect(t, tagUser(tag("x", "1"), tag("X", "2")), "InvalidInput", "Duplicate tag keys")
	expect(t, tagUser(), "InvalidInput", "")
	expect(t, tagUser(tag("aws:mine", "1")), "InvalidInput", "reserved")
	expect(t, tagPolicy(tag("x", "1"), tag("X", "2")), "", "")

	user := must[*iam.ListUserTagsOutput](t)(c.ListUserTags(ctx, &iam.ListUserTagsInput{UserName: aws.String("alice")}))
	policy := must[*iam.ListPolicyTagsOutput](t)(c.ListPolicyTags(ctx, &iam.ListPolicyTagsInput{PolicyArn: aws.String(readARN)}))
	plain := cmpopts.IgnoreUnexported(types.Tag{})
	if diff := cmp.Diff([]types.Tag{tag("TEAM", "b")}, user.Tags, plain); diff != "" {
		t.Errorf("user's tags (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]types.Tag{tag("X", "2"), tag("x", "1")}, policy.Tags, plain); diff != "" {
		t.Errorf("policy's tags (-want +got):\n%s", diff)
	}

	many := make([]types.Tag, 50)
	for i := range many {
		many[i] = tag(string(rune('a'+i%26))+string(rune('a'+i/26)), "v")
	}
	expect(t, tagUser(many...), "LimitExceeded", "")
	user = must[*iam.ListUserTagsOutput](t)(c.ListUserTags(ctx, &iam.ListUserTagsInput{UserName: aws.String("alice")}))
	if len(user.Tags) != 1 {
		t.Errorf("%d tags after a refused call, want the 1 of before", len(user.Tags))
	}
	_, err := c.UntagUser(ctx, &iam.UntagUserInput{UserName: aws.String("alice"), TagKeys: []string{"team", "absent"}})
	expect(t, err, "", "")
}

// TestFullReplace updates what AWS replaces as a whole.
func TestFullReplace(t *testing.T) {
	c, ctx := clientOf(sandbox.New(fixed())), t.Context()
	must[*iam.UpdateAccountPasswordPolicyOutput](t)(c.UpdateAccountPasswordPolicy(ctx, &iam.UpdateAccountPasswordPolicyInput{
		MinimumPasswordLength: aws.Int32(14), RequireSymbols: true, MaxPasswordAge: aws.Int32(90),
	}))
	must[*iam.UpdateAccountPasswordPolicyOutput](t)(c.UpdateAccountPasswordPolicy(ctx, &iam.UpdateAccountPasswordPolicyInput{RequireNumbers: true}))
	got := must[*iam.GetAccountPasswordPolicyOutput](t)(c.GetAccountPasswordPolicy(ctx, &iam.GetAccountPasswordPolicyInput{}))
	want := &types.PasswordPolicy{MinimumPasswordLength: aws.Int32(6), RequireNumbers: true}
	if diff := cmp.Diff(want, got.PasswordPolicy, cmpopts.IgnoreUnexported(types.PasswordPolicy{})); diff != "" {
		t.Errorf("what was not given is AWS's default (-want +got):\n%s", diff)
	}
	_, err := c.UpdateAccountPasswordPolicy(ctx, &iam.UpdateAccountPasswordPolicyInput{MaxPasswordAge: aws.Int32(0)})
	expect(t, err, "ValidationError", "maxPasswordAge")

	expect(t, alias("acme")(ctx, c), "", "")
	expect(t, alias("acme-two")(ctx, c), "", "")
	expect(t, alias("111122223333")(ctx, c), "ValidationError", "")
	expect(t, alias("bad--alias")(ctx, c), "ValidationError", "accountAlias")
	names := must[*iam.ListAccountAliasesOutput](t)(c.ListAccountAliases(ctx, &iam.ListAccountAliasesInput{}))
	if diff := cmp.Diff([]string{"acme-two"}, names.AccountAliases); diff != "" {
		t.Errorf("one alias, the last (-want +got):\n%s", diff)
	}
}

// TestUpdateRole keeps what is not given and clears what is given empty.
func TestUpdateRole(t *testing.T) {
	c, ctx := clientOf(sandbox.New(fixed())), t.Context()
	must[*iam.CreateRoleOutput](t)(c.CreateRole(ctx, &iam.CreateRoleInput{
		RoleName: aws.String("r"), AssumeRolePolicyDocument: aws.String(trustOther), Description: aws.String("old"), MaxSessionDuration: aws.Int32(7200),
	}))
	must[*iam.UpdateRoleOutput](t)(c.UpdateRole(ctx, &iam.UpdateRoleInput{RoleName: aws.String("r"), MaxSessionDuration: aws.Int32(3600)}))
	role := must[*iam.GetRoleOutput](t)(c.GetRole(ctx, &iam.GetRoleInput{RoleName: aws.String("r")}))
	if *role.Role.Description != "old" || *role.Role.MaxSessionDuration != 3600 {
		t.Errorf("description %q, session %d", *role.Role.Description, *role.Role.MaxSessionDuration)
	}
	must[*iam.UpdateRoleOutput](t)(c.UpdateRole(ctx, &iam.UpdateRoleInput{RoleName: aws.String("r"), Description: aws.String("")}))
	role = must[*iam.GetRoleOutput](t)(c.GetRole(ctx, &iam.GetRoleInput{RoleName: aws.String("r")}))
	if role.Role.Description != nil || *role.Role.MaxSessionDuration != 3600 {
		t.Errorf("description %v, session %d", role.Role.Description, *role.Role.MaxSessionDuration)
	}
}
