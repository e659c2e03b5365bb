package sandbox_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/google/go-cmp/cmp"

	"baseline/sandbox"
)

// crowd makes seven of everything that can be listed.
func crowd(t *testing.T, c *iam.Client) {
	t.Helper()
	ctx := t.Context()
	furnish(t, c)
	for i := range 7 {
		n := aws.String(fmt.Sprintf("n%d", i))
		arn := fmt.Sprintf("arn:aws:iam::111122223333:policy/n%d", i)
		must[*iam.CreateUserOutput](t)(c.CreateUser(ctx, &iam.CreateUserInput{UserName: n}))
		must[*iam.CreateGroupOutput](t)(c.CreateGroup(ctx, &iam.CreateGroupInput{GroupName: n}))
		must[*iam.CreateRoleOutput](t)(c.CreateRole(ctx, &iam.CreateRoleInput{RoleName: n, AssumeRolePolicyDocument: aws.String(trustOther)}))
		must[*iam.CreatePolicyOutput](t)(c.CreatePolicy(ctx, &iam.CreatePolicyInput{PolicyName: n, PolicyDocument: aws.String(readS3)}))
		must[*iam.CreateVirtualMFADeviceOutput](t)(c.CreateVirtualMFADevice(ctx, &iam.CreateVirtualMFADeviceInput{VirtualMFADeviceName: n}))
		must[*iam.CreateServiceSpecificCredentialOutput](t)(c.CreateServiceSpecificCredential(ctx, &iam.CreateServiceSpecificCredentialInput{
			UserName: n, ServiceName: aws.String("codecommit.amazonaws.com"),
		}))
		must[*iam.AddUserToGroupOutput](t)(c.AddUserToGroup(ctx, &iam.AddUserToGroupInput{UserName: n, GroupName: aws.String("Devs")}))
		must[*iam.AddUserToGroupOutput](t)(c.AddUserToGroup(ctx, &iam.AddUserToGroupInput{UserName: aws.String("alice"), GroupName: n}))
		must[*iam.TagUserOutput](t)(c.TagUser(ctx, &iam.TagUserInput{UserName: aws.String("alice"), Tags: []types.Tag{tag(*n, "v")}}))
		must[*iam.AttachRolePolicyOutput](t)(c.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: n, PolicyArn: aws.String(readARN)}))
		expect(t, attachToAlice(arn)(ctx, c), "", "")
		expect(t, putOnAlice(*n, `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}`)(ctx, c), "", "")
	}
	for range 4 {
		expect(t, newVersion(false)(ctx, c), "", "")
	}
	expect(t, accessKey(ctx, c), "", "")
	expect(t, accessKey(ctx, c), "", "")
}

// A listing pages through one list operation: what one page holds, and the marker of the next.
type listing func(ctx context.Context, c *iam.Client, size int32, marker *string) (names []string, next *string, err error)

func namesOf[T any](items []T, name func(T) *string) []string {
	var names []string
	for _, item := range items {
		names = append(names, *name(item))
	}
	return names
}

func listings() map[string]listing {
	alice := aws.String("alice")
	return map[string]listing{
		"ListUsers": func(ctx context.Context, c *iam.Client, n int32, m *string) ([]string, *string, error) {
			out, err := c.ListUsers(ctx, &iam.ListUsersInput{MaxItems: &n, Marker: m})
			if err != nil {
				return nil, nil, err
			}
			return namesOf(out.Users, func(u types.User) *string { return u.UserName }), out.Marker, nil
		},
		"ListRoles": func(ctx context.Context, c *iam.Client, n int32, m *string) ([]string, *string, error) {
			out, err := c.ListRoles(ctx, &iam.ListRolesInput{MaxItems: &n, Marker: m})
			if err != nil {
				return nil, nil, err
			}
			return namesOf(out.Roles, func(r types.Role) *string { return r.RoleName }), out.Marker, nil
		},
		"ListGroups": func(ctx context.Context, c *iam.Client, n int32, m *string) ([]string, *string, error) {
			out, err := c.ListGroups(ctx, &iam.ListGroupsInput{MaxItems: &n, Marker: m})
			if err != nil {
				return nil, nil, err
			}
			return namesOf(out.Groups, func(g types.Group) *string { return g.GroupName }), out.Marker, nil
		},
		"ListPolicies": func(ctx context.Context, c *iam.Client, n int32, m *string) ([]string, *string, error) {
			out, err := c.ListPolicies(ctx, &iam.ListPoliciesInput{Scope: types.PolicyScopeTypeLocal, MaxItems: &n, Marker: m})
			if err != nil {
				return nil, nil, err
			}
			return namesOf(out.Policies, func(p types.Policy) *string { return p.PolicyName }), out.Marker, nil
		},
		"ListVirtualMFADevices": func(ctx context.Context, c *iam.Client, n int32, m *string) ([]string, *string, error) {
			out, err := c.ListVirtualMFADevices(ctx, &iam.ListVirtualMFADevicesInput{MaxItems: &n, Marker: m})
			if err != nil {
				return nil, nil, err
			}
			return namesOf(out.VirtualMFADevices, func(d types.VirtualMFADevice) *string { return d.SerialNumber }), out.Marker, nil
		},
		"GetGroup": func(ctx context.Context, c *iam.Client, n int32, m *string) ([]string, *string, error) {
			out, err := c.GetGroup(ctx, &iam.GetGroupInput{GroupName: aws.String("Devs"), MaxItems: &n, Marker: m})
			if err != nil {
				return nil, nil, err
			}
			return namesOf(out.Users, func(u types.User) *string { return u.UserName }), out.Marker, nil
		},
		"ListGroupsForUser": func(ctx context.Context, c *iam.Client, n int32, m *string) ([]string, *string, error) {
			out, err := c.ListGroupsForUser(ctx, &iam.ListGroupsForUserInput{UserName: alice, MaxItems: &n, Marker: m})
			if err != nil {
				return nil, nil, err
			}
			return namesOf(out.Groups, func(g types.Group) *string { return g.GroupName }), out.Marker, nil
		},
		"ListAttachedUserPolicies": func(ctx context.Context, c *iam.Client, n int32, m *string) ([]string, *string, error) {
			out, err := c.ListAttachedUserPolicies(ctx, &iam.ListAttachedUserPoliciesInput{UserName: alice, MaxItems: &n, Marker: m})
			if err != nil {
				return nil, nil, err
			}
			return namesOf(out.AttachedPolicies, func(p types.AttachedPolicy) *string { return p.PolicyName }), out.Marker, nil
		},
		"ListUserPolicies": func(ctx context.Context, c *iam.Client, n int32, m *string) ([]string, *string, error) {
			out, err := c.ListUserPolicies(ctx, &iam.ListUserPoliciesInput{UserName: alice, MaxItems: &n, Marker: m})
			if err != nil {
				return nil, nil, err
			}
			return out.PolicyNames, out.Marker, nil
		},
		"ListServiceSpecificCredentials": func(ctx context.Context, c *iam.Client, n int32, m *string) ([]string, *string, error) {
			out, err := c.ListServiceSpecificCredentials(ctx, &iam.ListServiceSpecificCredentialsInput{AllUsers: aws.Bool(true), MaxItems: &n, Marker: m})
			if err != nil {
				return nil, nil, err
			}
			return namesOf(out.ServiceSpecificCredentials, func(s types.ServiceSpecificCredentialMetadata) *string { return s.UserName }), out.Marker, nil
		},
		"ListUserTags": func(ctx context.Context, c *iam.Client, n int32, m *string) ([]string, *string, error) {
			out, err := c.ListUserTags(ctx, &iam.ListUserTagsInput{UserName: alice, MaxItems: &n, Marker: m})
			if err != nil {
				return nil, nil, err
			}
			return namesOf(out.Tags, func(t types.Tag) *string { return t.Key }), out.Marker, nil
		},
		"ListPolicyVersions": func(ctx context.Context, c *iam.Client, n int32, m *string) ([]string, *string, error) {
			out, err := c.ListPolicyVersions(ctx, &iam.ListPolicyVersionsInput{PolicyArn: aws.String(readARN), MaxItems: &n, Marker: m})
			if err != nil {
				return nil, nil, err
			}
			return namesOf(out.Versions, func(v types.PolicyVersion) *string { return v.VersionId }), out.Marker, nil
		},
		"ListEntitiesForPolicy": func(ctx context.Context, c *iam.Client, n int32, m *string) ([]string, *string, error) {
			out, err := c.ListEntitiesForPolicy(ctx, &iam.ListEntitiesForPolicyInput{PolicyArn: aws.String(readARN), MaxItems: &n, Marker: m})
			if err != nil {
				return nil, nil, err
			}
			return namesOf(out.PolicyRoles, func(r types.PolicyRole) *string { return r.RoleName }), out.Marker, nil
		},
		"ListAccessKeys": func(ctx context.Context, c *iam.Client, n int32, m *string) ([]string, *string, error) {
			out, err := c.ListAccessKeys(ctx, &iam.ListAccessKeysInput{UserName: alice, MaxItems: &n, Marker: m})
			if err != nil {
				return nil, nil, err
			}
			return namesOf(out.AccessKeyMetadata, func(k types.AccessKeyMetadata) *string { return k.AccessKeyId }), out.Marker, nil
		},
		"GetAccountAuthorizationDetails": func(ctx context.Context, c *iam.Client, n int32, m *string) ([]string, *string, error) {
			out, err := c.GetAccountAuthorizationDetails(ctx, &iam.GetAccountAuthorizationDetailsInput{MaxItems: &n, Marker: m})
			if err != nil {
				return nil, nil, err
			}
			return slices.Concat(
				namesOf(out.UserDetailList, func(u types.UserDetail) *string { return u.Arn }),
				namesOf(out.RoleDetailList, func(r types.RoleDetail) *string { return r.Arn }),
				namesOf(out.GroupDetailList, func(g types.GroupDetail) *string { return g.Arn }),
				namesOf(out.Policies, func(p types.ManagedPolicyDetail) *string { return p.Arn }),
			), out.Marker, nil
		},
	}
}

// TestListsPage pages through every list with small pages and expects what one large page holds, in the same order.
func TestListsPage(t *testing.T) {
	for _, short := range []bool{false, true} {
		o := fixed()
		o.ShortPages = short
		c := clientOf(sandbox.New(o))
		crowd(t, c)
		whole := clientOf(sandbox.New(fixed()))
		crowd(t, whole)
		for name, list := range listings() {
			want, next, err := list(t.Context(), whole, 1000, nil)
			if err != nil || next != nil || len(want) < 2 {
				t.Fatalf("%s in one page: %d, more %v, %v", name, len(want), next != nil, err)
			}
			for _, size := range []int32{1, 2, 3} {
				t.Run(fmt.Sprintf("%s by %d, short %v", name, size, short), func(t *testing.T) {
					var got []string
					var marker *string
					for {
						names, next, err := list(t.Context(), c, size, marker)
						if err != nil {
							t.Fatal(err)
						}
						if len(names) == 0 || len(names) > int(size) {
							t.Fatalf("a page of %d", len(names))
						}
						got = append(got, names...)
						if marker = next; marker == nil {
							break
						}
					}
					if diff := cmp.Diff(want, got); diff != "" {
						t.Errorf("(-one page +many):\n%s", diff)
					}
				})
			}
		}
	}
}

// TestShortPages finds a page shorter than asked for though more exists.
func TestShortPages(t *testing.T) {
	o := fixed()
	o.ShortPages = true
	c := clientOf(sandbox.New(o))
	crowd(t, c)
	out := must[*iam.GetAccountAuthorizationDetailsOutput](t)(c.GetAccountAuthorizationDetails(t.Context(),
		&iam.GetAccountAuthorizationDetailsInput{MaxItems: aws.Int32(20)}))
	n := len(out.UserDetailList) + len(out.RoleDetailList) + len(out.GroupDetailList) + len(out.Policies)
	if !out.IsTruncated || n >= 20 {
		t.Errorf("a page of %d, more %v", n, out.IsTruncated)
	}
}

// TestMarkers says what a marker is bound to.
func TestMarkers(t *testing.T) {
	c, ctx := clientOf(sandbox.New(fixed())), t.Context()
	crowd(t, c)
	first := must[*iam.GetAccountAuthorizationDetailsOutput](t)(c.GetAccountAuthorizationDetails(ctx, &iam.GetAccountAuthorizationDetailsInput{
		Filter: []types.EntityType{types.EntityTypeUser, types.EntityTypeRole}, MaxItems: aws.Int32(3),
	}))
	if len(*first.Marker) > 320 {
		t.Errorf("a marker of %d characters", len(*first.Marker))
	}
	_, err := c.GetAccountAuthorizationDetails(ctx, &iam.GetAccountAuthorizationDetailsInput{
		Filter: []types.EntityType{types.EntityTypeRole, types.EntityTypeUser}, MaxItems: aws.Int32(1000), Marker: first.Marker,
	})
	expect(t, err, "", "")
	_, err = c.GetAccountAuthorizationDetails(ctx, &iam.GetAccountAuthorizationDetailsInput{
		Filter: []types.EntityType{types.EntityTypeUser}, Marker: first.Marker,
	})
	expect(t, err, "ValidationError", "Marker and Filter do not match")
	_, err = c.ListUsers(ctx, &iam.ListUsersInput{Marker: aws.String("nonsense")})
	expect(t, err, "ValidationError", "")
	_, err = c.ListUsers(ctx, &iam.ListUsersInput{MaxItems: aws.Int32(1001)})
	expect(t, err, "ValidationError", "maxItems")

	// There is no snapshot: what the marker named may be gone.
	page := must[*iam.ListUsersOutput](t)(c.ListUsers(ctx, &iam.ListUsersInput{MaxItems: aws.Int32(1)}))
	must[*iam.UpdateUserOutput](t)(c.UpdateUser(ctx, &iam.UpdateUserInput{UserName: page.Users[0].UserName, NewUserName: aws.String("zed")}))
	rest := must[*iam.ListUsersOutput](t)(c.ListUsers(ctx, &iam.ListUsersInput{Marker: page.Marker}))
	if got := namesOf(rest.Users, func(u types.User) *string { return u.UserName }); len(got) != 8 || got[7] != "zed" {
		t.Errorf("after the first was renamed: %v", got)
	}
}
