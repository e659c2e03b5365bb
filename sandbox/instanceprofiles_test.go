package sandbox_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/google/go-cmp/cmp"

	"baseline/sandbox"
)

// TestInstanceProfileHoldsOneRole says what AWS answers to the second try of everything, and in which order things can go.
func TestInstanceProfileHoldsOneRole(t *testing.T) {
	c, ctx := clientOf(sandbox.New(fixed())), t.Context()
	furnish(t, c) // the role share among others
	must[*iam.CreateRoleOutput](t)(c.CreateRole(ctx, &iam.CreateRoleInput{RoleName: aws.String("other"), AssumeRolePolicyDocument: aws.String(trustOther)}))
	web := aws.String("web")
	create := func() error {
		_, err := c.CreateInstanceProfile(ctx, &iam.CreateInstanceProfileInput{InstanceProfileName: web})
		return err
	}
	add := func(role string) error {
		_, err := c.AddRoleToInstanceProfile(ctx, &iam.AddRoleToInstanceProfileInput{InstanceProfileName: web, RoleName: &role})
		return err
	}
	remove := func(role string) error {
		_, err := c.RemoveRoleFromInstanceProfile(ctx, &iam.RemoveRoleFromInstanceProfileInput{InstanceProfileName: web, RoleName: &role})
		return err
	}
	deleteProfile := func() error {
		_, err := c.DeleteInstanceProfile(ctx, &iam.DeleteInstanceProfileInput{InstanceProfileName: web})
		return err
	}
	deleteRole := func() error {
		_, err := c.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: aws.String("share")})
		return err
	}
	expect(t, add("share"), "NoSuchEntity", "Instance Profile web cannot be found")
	expect(t, create(), "", "")
	expect(t, create(), "EntityAlreadyExists", "Instance Profile web already exists")
	expect(t, add("nobody"), "NoSuchEntity", "The role with name nobody")
	expect(t, add("share"), "", "")
	expect(t, add("share"), "LimitExceeded", "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1")
	expect(t, add("other"), "LimitExceeded", "")
	expect(t, remove("other"), "NoSuchEntity", "")
	expect(t, deleteRole(), "DeleteConflict", "must remove roles from instance profile first")
	expect(t, deleteProfile(), "DeleteConflict", "must remove roles from instance profile first")
	summary := must[*iam.GetAccountSummaryOutput](t)(c.GetAccountSummary(ctx, &iam.GetAccountSummaryInput{}))
	if n := summary.SummaryMap["InstanceProfiles"]; n != 1 {
		t.Errorf("%d instance profiles in the summary, want 1", n)
	}
	expect(t, remove("share"), "", "")
	expect(t, remove("share"), "NoSuchEntity", "")
	expect(t, deleteRole(), "", "")
	expect(t, deleteProfile(), "", "")
	expect(t, deleteProfile(), "NoSuchEntity", "")
}

// TestInstanceProfilesAreShown compares what the reads tell: all tell the role, and only the reads of one profile its tags.
func TestInstanceProfilesAreShown(t *testing.T) {
	c, ctx := clientOf(sandbox.New(fixed())), t.Context()
	furnish(t, c)
	for _, name := range []string{"a", "b", "c"} {
		must[*iam.CreateInstanceProfileOutput](t)(c.CreateInstanceProfile(ctx, &iam.CreateInstanceProfileInput{
			InstanceProfileName: &name, Path: aws.String("/fleet/"), Tags: []types.Tag{tag("n", name), tag("N", name)},
		}))
		if name != "b" {
			must[*iam.AddRoleToInstanceProfileOutput](t)(c.AddRoleToInstanceProfile(ctx, &iam.AddRoleToInstanceProfileInput{
				InstanceProfileName: &name, RoleName: aws.String("share"),
			}))
		}
	}
	words := func(profiles []types.InstanceProfile) (all []string) {
		for _, p := range profiles {
			word := *p.Arn
			for _, r := range p.Roles {
				word += " " + *r.RoleName
				if *r.AssumeRolePolicyDocument == "" || *r.RoleId == "" {
					t.Errorf("the role in %s is not whole", *p.Arn)
				}
			}
			for _, t := range p.Tags {
				word += " " + *t.Key + "=" + *t.Value
			}
			all = append(all, word)
		}
		return all
	}
	const prefix = "arn:aws:iam::111122223333:instance-profile/fleet/"
	got := map[string][]string{}
	first := must[*iam.ListInstanceProfilesOutput](t)(c.ListInstanceProfiles(ctx, &iam.ListInstanceProfilesInput{MaxItems: aws.Int32(2)}))
	second := must[*iam.ListInstanceProfilesOutput](t)(c.ListInstanceProfiles(ctx, &iam.ListInstanceProfilesInput{MaxItems: aws.Int32(2), Marker: first.Marker}))
	got["list"] = words(append(first.InstanceProfiles, second.InstanceProfiles...))
	got["list elsewhere"] = words(must[*iam.ListInstanceProfilesOutput](t)(c.ListInstanceProfiles(ctx,
		&iam.ListInstanceProfilesInput{PathPrefix: aws.String("/other/")})).InstanceProfiles)
	got["list for role"] = words(must[*iam.ListInstanceProfilesForRoleOutput](t)(c.ListInstanceProfilesForRole(ctx,
		&iam.ListInstanceProfilesForRoleInput{RoleName: aws.String("share")})).InstanceProfiles)
	got["details"] = words(must[*iam.GetAccountAuthorizationDetailsOutput](t)(c.GetAccountAuthorizationDetails(ctx,
		&iam.GetAccountAuthorizationDetailsInput{})).RoleDetailList[0].InstanceProfileList)
	got["get"] = words([]types.InstanceProfile{*must[*iam.GetInstanceProfileOutput](t)(c.GetInstanceProfile(ctx,
		&iam.GetInstanceProfileInput{InstanceProfileName: aws.String("A")})).InstanceProfile})
	want := map[string][]string{
		"list":           {prefix + "a share", prefix + "b", prefix + "c share"},
		"list elsewhere": nil,
		"list for role":  {prefix + "a share", prefix + "c share"},
		"details":        {prefix + "a share", prefix + "c share"},
		"get":            {prefix + "a share N=a n=a"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
