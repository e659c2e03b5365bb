package sandbox_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"baseline/sandbox"
)

// TestQuotas fills each quota and asks for one more. The wire code must not be one the SDKs retry.
func TestQuotas(t *testing.T) {
	c, ctx := clientOf(sandbox.New(fixed())), t.Context()
	furnish(t, c)
	for i := range 10 {
		name := fmt.Sprintf("q%d", i)
		must[*iam.CreateGroupOutput](t)(c.CreateGroup(ctx, &iam.CreateGroupInput{GroupName: &name}))
		must[*iam.AddUserToGroupOutput](t)(c.AddUserToGroup(ctx, &iam.AddUserToGroupInput{GroupName: &name, UserName: aws.String("alice")}))
		must[*iam.CreatePolicyOutput](t)(c.CreatePolicy(ctx, &iam.CreatePolicyInput{PolicyName: &name, PolicyDocument: aws.String(readS3)}))
		expect(t, attachToAlice("arn:aws:iam::111122223333:policy/"+name)(ctx, c), "", "")
	}
	expect(t, addAlice(ctx, c), "LimitExceeded", "Cannot exceed quota for GroupsPerUser: 10")
	expect(t, attachToAlice(adminARN)(ctx, c), "LimitExceeded", "Cannot exceed quota for PoliciesPerUser: 10")

	fat := func(n int) string {
		return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::` + strings.Repeat("x", n) + `"}]}`
	}
	expect(t, putOnAlice("one", fat(1000))(ctx, c), "", "")
	expect(t, putOnAlice("two", fat(1000))(ctx, c), "LimitExceeded", "Maximum policy size of 2048 bytes exceeded for user alice")
	expect(t, putOnAlice("one", fat(1001)+strings.Repeat(" ", 2000))(ctx, c), "", "")
	expect(t, putOnAlice("one", fat(3000))(ctx, c), "LimitExceeded", "")
	kept := must[*iam.GetUserPolicyOutput](t)(c.GetUserPolicy(ctx, &iam.GetUserPolicyInput{UserName: aws.String("alice"), PolicyName: aws.String("one")}))
	if strings.Contains(*kept.PolicyDocument, strings.Repeat("x", 1002)) {
		t.Error("a refused policy was put all the same")
	}
	_, err := c.CreatePolicy(ctx, &iam.CreatePolicyInput{PolicyName: aws.String("fat"), PolicyDocument: aws.String(fat(6144))})
	expect(t, err, "LimitExceeded", "Cannot exceed quota for PolicySize: 6144")
	_, err = c.UpdateAssumeRolePolicy(ctx, &iam.UpdateAssumeRolePolicyInput{
		RoleName: aws.String("share"),
		PolicyDocument: aws.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole",` +
			`"Condition":{"StringEquals":{"sts:ExternalId":"` + strings.Repeat("x", 2048) + `"}}}]}`),
	})
	expect(t, err, "LimitExceeded", "Cannot exceed quota for ACLSizePerRole: 2048")

	credential := func() error {
		_, err := c.CreateServiceSpecificCredential(ctx, &iam.CreateServiceSpecificCredentialInput{
			UserName: aws.String("alice"), ServiceName: aws.String("codecommit.amazonaws.com"),
		})
		return err
	}
	expect(t, credential(), "", "")
	expect(t, credential(), "", "")
	expect(t, credential(), "LimitExceeded", "ContextSpecificCredentialsPerUserPerContext: 2")

	summary := must[*iam.GetAccountSummaryOutput](t)(c.GetAccountSummary(ctx, &iam.GetAccountSummaryInput{}))
	if len(summary.SummaryMap) != 34 {
		t.Errorf("%d entries in the summary, AWS has 34", len(summary.SummaryMap))
	}
	for key, want := range map[string]int32{"Users": 1, "Groups": 11, "Policies": 11, "PolicyVersionsInUse": 11, "UsersQuota": 5000} {
		if got := summary.SummaryMap[key]; got != want {
			t.Errorf("%s is %d, want %d", key, got, want)
		}
	}
}

// TestRolesOfAWS are refused to everybody else.
func TestRolesOfAWS(t *testing.T) {
	c, ctx := clientOf(sandbox.New(fixed())), t.Context()
	made := must[*iam.CreateServiceLinkedRoleOutput](t)(c.CreateServiceLinkedRole(ctx, &iam.CreateServiceLinkedRoleInput{
		AWSServiceName: aws.String("ecs.amazonaws.com"),
	}))
	name := made.Role.RoleName
	_, err := c.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: name})
	expect(t, err, "UnmodifiableEntity", "only modifiable by AWS")
	_, err = c.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: name, PolicyArn: aws.String(adminARN)})
	expect(t, err, "UnmodifiableEntity", "")
	_, err = c.PutRolePermissionsBoundary(ctx, &iam.PutRolePermissionsBoundaryInput{RoleName: name, PermissionsBoundary: aws.String(adminARN)})
	expect(t, err, "UnmodifiableEntity", "")
	_, err = c.UpdateAssumeRolePolicy(ctx, &iam.UpdateAssumeRolePolicyInput{RoleName: name, PolicyDocument: aws.String(trustOther)})
	expect(t, err, "UnmodifiableEntity", "")
	_, err = c.DeleteServiceLinkedRole(ctx, &iam.DeleteServiceLinkedRoleInput{RoleName: name})
	expect(t, err, "", "")
}
