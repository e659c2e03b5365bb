package sandbox_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/google/go-cmp/cmp"

	"baseline/sandbox"
)

// TestPolicyVersions fills a policy's five places and uses the numbers up.
func TestPolicyVersions(t *testing.T) {
	c, ctx := clientOf(sandbox.New(fixed())), t.Context()
	furnish(t, c)
	for range 4 {
		expect(t, newVersion(false)(ctx, c), "", "")
	}
	expect(t, newVersion(false)(ctx, c), "LimitExceeded", "up to 5 versions")

	remove := func(id string) error {
		_, err := c.DeletePolicyVersion(ctx, &iam.DeletePolicyVersionInput{PolicyArn: aws.String(readARN), VersionId: &id})
		return err
	}
	expect(t, remove("v1"), "DeleteConflict", "default version")
	expect(t, remove("v5"), "", "")
	expect(t, newVersion(true)(ctx, c), "", "")
	expect(t, remove("v1"), "", "")

	type version struct {
		ID      string
		Default bool
	}
	listed := must[*iam.ListPolicyVersionsOutput](t)(c.ListPolicyVersions(ctx, &iam.ListPolicyVersionsInput{PolicyArn: aws.String(readARN)}))
	var got []version
	for _, v := range listed.Versions {
		got = append(got, version{*v.VersionId, v.IsDefaultVersion})
	}
	want := []version{{"v6", true}, {"v4", false}, {"v3", false}, {"v2", false}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("versions, newest first, v5 gone for good (-want +got):\n%s", diff)
	}
}

// TestAWSPolicies says what can be done with policies of AWS.
func TestAWSPolicies(t *testing.T) {
	c, ctx := clientOf(sandbox.New(fixed())), t.Context()
	furnish(t, c)
	expect(t, attachToAlice(adminARN)(ctx, c), "", "")
	expect(t, attachToAlice("arn:aws:iam::aws:policy/NoSuchPolicy")(ctx, c), "NoSuchEntity", "does not exist or is not attachable")
	expect(t, attachToAlice("arn:aws:iam::aws:policy/aws-service-role/AccessAnalyzerServiceRolePolicy")(ctx, c),
		"PolicyNotAttachable", "AWS reserved policy")
	expect(t, attachToAlice("arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole")(ctx, c), "", "")

	_, err := c.DeletePolicy(ctx, &iam.DeletePolicyInput{PolicyArn: aws.String(adminARN)})
	expect(t, err, "AccessDenied", "outside your own account")
	_, err = c.TagPolicy(ctx, &iam.TagPolicyInput{PolicyArn: aws.String(adminARN), Tags: []types.Tag{tag("a", "b")}})
	expect(t, err, "InvalidInput", "Tags not supported")
	_, err = c.GetPolicyVersion(ctx, &iam.GetPolicyVersionInput{
		PolicyArn: aws.String("arn:aws:iam::aws:policy/SecurityAudit"), VersionId: defaultVersion(t, c, "arn:aws:iam::aws:policy/SecurityAudit"),
	})
	expect(t, err, "NotImplemented", "does not hold the document")

	admin := must[*iam.GetPolicyOutput](t)(c.GetPolicy(ctx, &iam.GetPolicyInput{PolicyArn: aws.String(adminARN)}))
	if n := *admin.Policy.AttachmentCount; n != 1 {
		t.Errorf("attached %d times, want 1", n)
	}
}

func defaultVersion(t *testing.T, c *iam.Client, arn string) *string {
	t.Helper()
	p := must[*iam.GetPolicyOutput](t)(c.GetPolicy(t.Context(), &iam.GetPolicyInput{PolicyArn: &arn}))
	return p.Policy.DefaultVersionId
}

// TestMalformedDocuments says with what words documents are refused.
func TestMalformedDocuments(t *testing.T) {
	statement := func(s string) string { return `{"Version":"2012-10-17","Statement":[` + s + `]}` }
	tests := []struct{ name, document, words string }{
		{"not JSON", `{`, "Syntax errors"},
		{"an empty object", `{}`, "Syntax errors"},
		{"an unknown element", statement(`{"Effect":"Allow","Action":"s3:*","Resource":"*","Extra":1}`), "Syntax errors"},
		{"a key twice", statement(`{"Effect":"Allow","Effect":"Deny","Action":"s3:*","Resource":"*"}`), "Syntax errors"},
		{"both Action and NotAction", statement(`{"Effect":"Allow","Action":"s3:*","NotAction":"s3:*","Resource":"*"}`), "Syntax errors"},
		{"the old version", `{"Version":"2008-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}`, "version 2012-10-17 or greater"},
		{"no version", `{"Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}`, "version 2012-10-17 or greater"},
		{"effect in lower case", statement(`{"Effect":"allow","Action":"s3:*","Resource":"*"}`), "legacy parsing"},
		{"a Sid twice", statement(`{"Sid":"A","Effect":"Allow","Action":"s3:*","Resource":"*"},{"Sid":"A","Effect":"Allow","Action":"s3:*","Resource":"*"}`), "must be unique"},
		{"no actions", statement(`{"Effect":"Allow","Resource":"*"}`), "must contain actions"},
		{"no resources", statement(`{"Effect":"Allow","Action":"s3:*"}`), "must contain resources"},
		{"a resource that is no ARN", statement(`{"Effect":"Allow","Action":"s3:*","Resource":"bucket"}`), "must be in ARN format"},
		{"an action without vendor", statement(`{"Effect":"Allow","Action":"GetObject","Resource":"*"}`), "prefaced by a vendor"},
		{"a principal", statement(`{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"}`), "should not specify a principal"},
	}
	c := clientOf(sandbox.New(fixed()))
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := c.CreatePolicy(t.Context(), &iam.CreatePolicyInput{PolicyName: aws.String("p"), PolicyDocument: &tt.document})
			expect(t, err, "MalformedPolicyDocument", tt.words)
		})
	}
}
