package sandbox_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"baseline/sandbox"
)

func trustOf(t *testing.T, c *iam.Client, role string) string {
	t.Helper()
	out := must[*iam.GetRoleOutput](t)(c.GetRole(t.Context(), &iam.GetRoleInput{RoleName: &role}))
	text, err := url.PathUnescape(*out.Role.AssumeRolePolicyDocument)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestDeadPrincipals follows the principal of a trust policy through renaming, deletion and re-creation.
func TestDeadPrincipals(t *testing.T) {
	c, ctx := clientOf(sandbox.New(fixed())), t.Context()
	furnish(t, c)
	trust := func(document string) error {
		_, err := c.UpdateAssumeRolePolicy(ctx, &iam.UpdateAssumeRolePolicyInput{RoleName: aws.String("share"), PolicyDocument: &document})
		return err
	}
	const alice = "arn:aws:iam::111122223333:user/alice"
	user := must[*iam.GetUserOutput](t)(c.GetUser(ctx, &iam.GetUserInput{UserName: aws.String("alice")}))
	expect(t, trust(trustIn(alice)), "", "")
	expect(t, trust(trustIn(*user.User.UserId)), "", "")
	if got := trustOf(t, c, "share"); !strings.Contains(got, alice) {
		t.Fatalf("%s: does not show the ARN of the living", got)
	}

	must[*iam.UpdateUserOutput](t)(c.UpdateUser(ctx, &iam.UpdateUserInput{
		UserName: aws.String("alice"), NewUserName: aws.String("alicia"), NewPath: aws.String("/staff/"),
	}))
	if got := trustOf(t, c, "share"); !strings.Contains(got, "user/staff/alicia") {
		t.Fatalf("%s: does not follow the rename", got)
	}

	must[*iam.DeleteUserOutput](t)(c.DeleteUser(ctx, &iam.DeleteUserInput{UserName: aws.String("alicia")}))
	must[*iam.CreateUserOutput](t)(c.CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String("alicia"), Path: aws.String("/staff/")}))
	dead := trustOf(t, c, "share")
	if !strings.Contains(dead, `"`+*user.User.UserId+`"`) || strings.Contains(dead, "alicia") {
		t.Fatalf("%s: does not show the id of the dead", dead)
	}
	expect(t, trust(dead), "MalformedPolicyDocument", "Invalid principal in policy")
	expect(t, trust(trustIn("arn:aws:iam::111122223333:user/staff/alicia")), "", "")
	if got := trustOf(t, c, "share"); !strings.Contains(got, "alicia") {
		t.Fatalf("%s: does not come alive when it is saved anew", got)
	}
}

// TestPrincipals says which principals a trust policy may name.
func TestPrincipals(t *testing.T) {
	tests := []struct {
		principal string
		ok        bool
	}{
		{`{"AWS":"*"}`, true},
		{`"*"`, true},
		{`{"AWS":"444455556666"}`, true},
		{`{"AWS":"arn:aws:iam::444455556666:role/anyone"}`, true},
		{`{"AWS":"arn:aws:iam::111122223333:role/share"}`, true},
		{`{"AWS":"arn:aws:sts::111122223333:assumed-role/share/session"}`, true},
		{`{"AWS":"arn:aws:iam::111122223333:root"}`, true},
		{`{"Service":["lambda.amazonaws.com","ec2.amazonaws.com"]}`, true},
		{`{"Federated":"cognito-identity.amazonaws.com"}`, true},
		{`{"AWS":"arn:aws:iam::111122223333:role/nobody"}`, false},
		{`{"AWS":"arn:aws:iam::111122223333:role/sub/share"}`, false},
		{`{"AWS":"arn:aws:iam::111122223333:group/Devs"}`, false},
		{`{"AWS":"arn:aws:iam::111122223333:role/*"}`, false},
		{`{"AWS":"AROAABCDEFGHIJKLMNOPQ"}`, false},
		{`{"AWS":"12345"}`, false},
		{`{"Service":"lambda"}`, false},
	}
	c := clientOf(sandbox.New(fixed()))
	furnish(t, c)
	for _, tt := range tests {
		t.Run(tt.principal, func(t *testing.T) {
			_, err := c.UpdateAssumeRolePolicy(t.Context(), &iam.UpdateAssumeRolePolicyInput{
				RoleName: aws.String("share"),
				PolicyDocument: aws.String(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":` + tt.principal +
					`,"Action":"sts:AssumeRole"}}`),
			})
			if tt.ok {
				expect(t, err, "", "")
			} else {
				expect(t, err, "MalformedPolicyDocument", "Invalid principal in policy")
			}
		})
	}
}

// TestTrustIsRenderedAnew compares what is sent with what reads show.
func TestTrustIsRenderedAnew(t *testing.T) {
	c := clientOf(sandbox.New(fixed()))
	const sent = `{ "Statement": [ {"Condition": {"StringEquals": {"sts:ExternalId": ["a b"]}},
		"Action": ["sts:AssumeRole"], "Principal": {"AWS": ["444455556666"]}, "Effect": "Allow", "Sid": ""} ], "Version": "2012-10-17" }`
	made := must[*iam.CreateRoleOutput](t)(c.CreateRole(t.Context(), &iam.CreateRoleInput{
		RoleName: aws.String("r"), AssumeRolePolicyDocument: aws.String(sent),
	}))
	if echo, _ := url.PathUnescape(*made.Role.AssumeRolePolicyDocument); echo != sent {
		t.Errorf("CreateRole echoes %s", echo)
	}
	const want = `{"Version":"2012-10-17","Statement":[{"Sid":"","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::444455556666:root"},` +
		`"Action":"sts:AssumeRole","Condition":{"StringEquals":{"sts:ExternalId":"a b"}}}]}`
	if got := trustOf(t, c, "r"); got != want {
		t.Errorf("GetRole shows\n%s, want\n%s", got, want)
	}
	for _, text := range []string{
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole","Resource":"*"}]}`,
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject"}]}`,
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole"}]}`,
	} {
		_, err := c.UpdateAssumeRolePolicy(t.Context(), &iam.UpdateAssumeRolePolicyInput{RoleName: aws.String("r"), PolicyDocument: &text})
		expect(t, err, "MalformedPolicyDocument", "")
	}
}

// TestIDsInConditionsAreText keeps the id of a role in a condition as it was written.
func TestIDsInConditionsAreText(t *testing.T) {
	c := clientOf(sandbox.New(fixed()))
	furnish(t, c)
	role := must[*iam.GetRoleOutput](t)(c.GetRole(t.Context(), &iam.GetRoleInput{RoleName: aws.String("share")}))
	id := *role.Role.RoleId
	must[*iam.UpdateAssumeRolePolicyOutput](t)(c.UpdateAssumeRolePolicy(t.Context(), &iam.UpdateAssumeRolePolicyInput{
		RoleName: aws.String("share"),
		PolicyDocument: aws.String(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole",` +
			`"Condition":{"StringEquals":{"aws:userid":["` + id + `","\u0001` + id + `\u0001"]}}}}`),
	}))
	got := trustOf(t, c, "share")
	if strings.Count(got, id) != 2 || strings.Contains(got, "role/share") {
		t.Errorf("%s: an id in a condition was taken for a principal", got)
	}
}
