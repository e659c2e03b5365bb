package sandbox_test

import (
	"bytes"
	"path/filepath"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"pgregory.net/rapid"

	"baseline/sandbox"
)

// TestFileIsMemory does the same at random to an account in memory, to one in a file, and to one in a file that is closed
// and opened between calls. All must answer the same and end the same, and each must agree with itself: what is
// attached is counted, who is a member is listed.
func TestFileIsMemory(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		path := filepath.Join(t.TempDir(), "kept")
		memory := sandbox.New(fixed())
		file, err := sandbox.Open(path, fixed())
		if err != nil {
			rt.Fatal(err)
		}
		name := rapid.SampledFrom([]string{"a", "A", "b", "c"})
		for range rapid.IntRange(1, 40).Draw(rt, "calls") {
			do := randomCall(t, rapid.SampledFrom([]string{
				"create", "create", "delete", "rename", "group", "join", "leave", "policy", "attach", "detach", "role", "tag",
			}).Draw(rt, "call"), name.Draw(rt, "x"), name.Draw(rt, "y"))
			one, other := do(clientOf(memory)), do(clientOf(file))
			if one != other {
				rt.Fatalf("memory answers %q, the file %q", one, other)
			}
			if rapid.Bool().Draw(rt, "reopen") {
				if err := file.Close(); err != nil {
					rt.Fatal(err)
				}
				if file, err = sandbox.Open(path, fixed()); err != nil {
					rt.Fatal(err)
				}
			}
		}
		if !bytes.Equal(memory.Dump(), file.Dump()) {
			rt.Fatalf("memory:\n%s\nfile:\n%s", memory.Dump(), file.Dump())
		}
		if err := file.Close(); err != nil {
			rt.Fatal(err)
		}
		checkCounts(t, rt, clientOf(memory))
	})
}

// randomCall is one call, reduced to its code.
func randomCall(t *testing.T, what, x, y string) func(c *iam.Client) string {
	ctx, arn := t.Context(), aws.String("arn:aws:iam::111122223333:policy/"+y)
	return func(c *iam.Client) string {
		var err error
		switch what {
		case "create":
			_, err = c.CreateUser(ctx, &iam.CreateUserInput{UserName: &x})
		case "delete":
			_, err = c.DeleteUser(ctx, &iam.DeleteUserInput{UserName: &x})
		case "rename":
			_, err = c.UpdateUser(ctx, &iam.UpdateUserInput{UserName: &x, NewUserName: &y})
		case "group":
			_, err = c.CreateGroup(ctx, &iam.CreateGroupInput{GroupName: &x})
		case "join":
			_, err = c.AddUserToGroup(ctx, &iam.AddUserToGroupInput{UserName: &x, GroupName: &y})
		case "leave":
			_, err = c.RemoveUserFromGroup(ctx, &iam.RemoveUserFromGroupInput{UserName: &x, GroupName: &y})
		case "policy":
			_, err = c.CreatePolicy(ctx, &iam.CreatePolicyInput{PolicyName: &x, PolicyDocument: aws.String(readS3)})
		case "attach":
			_, err = c.AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: &x, PolicyArn: arn})
		case "detach":
			_, err = c.DetachUserPolicy(ctx, &iam.DetachUserPolicyInput{UserName: &x, PolicyArn: arn})
		case "role":
			_, err = c.CreateRole(ctx, &iam.CreateRoleInput{
				RoleName: &x, AssumeRolePolicyDocument: aws.String(trustIn("arn:aws:iam::111122223333:user/" + y)),
			})
		case "tag":
			_, err = c.TagUser(ctx, &iam.TagUserInput{UserName: &x, Tags: []types.Tag{tag(y, "v")}})
		}
		return codeOf(t, err)
	}
}

// checkCounts compares what policies and groups say with what users say.
func checkCounts(t *testing.T, rt *rapid.T, c *iam.Client) {
	out, err := c.GetAccountAuthorizationDetails(t.Context(), &iam.GetAccountAuthorizationDetailsInput{})
	if err != nil {
		rt.Fatal(err)
	}
	attached, members := map[string]int32{}, map[string]int{}
	for _, u := range out.UserDetailList {
		for _, p := range u.AttachedManagedPolicies {
			attached[*p.PolicyArn]++
		}
		for _, g := range u.GroupList {
			members[g]++
		}
	}
	for _, p := range out.Policies {
		if *p.AttachmentCount != attached[*p.Arn] {
			rt.Errorf("%s says it is attached %d times, users say %d", *p.Arn, *p.AttachmentCount, attached[*p.Arn])
		}
	}
	for _, g := range out.GroupDetailList {
		listed, err := c.GetGroup(t.Context(), &iam.GetGroupInput{GroupName: g.GroupName})
		if err != nil {
			rt.Fatal(err)
		}
		if len(listed.Users) != members[*g.GroupName] {
			rt.Errorf("%s lists %d members, users say %d", *g.GroupName, len(listed.Users), members[*g.GroupName])
		}
	}
}
