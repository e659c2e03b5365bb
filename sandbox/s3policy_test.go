package sandbox_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"baseline/sandbox"
)

func putPolicy(ctx context.Context, c *s3.Client, bucket, text string) error {
	_, err := c.PutBucketPolicy(ctx, &s3.PutBucketPolicyInput{Bucket: &bucket, Policy: &text})
	return err
}

// onLogs is a bucket policy for acme-logs of one statement, given without its braces.
func onLogs(statement string) string {
	return `{"Version":"2012-10-17","Statement":[{` + statement + `}]}`
}

// TestBucketPolicyVerbatim gets back what was put, to the byte, and takes it away.
func TestBucketPolicyVerbatim(t *testing.T) {
	c, ctx := s3In(sandbox.New(fixed()), usEast, true), t.Context()
	createIn(t, c, "acme-logs", usEast)
	text := "{ \"Version\": \"2012-10-17\",\n  \"Statement\": {\"Sid\": \"TLS only-1\", \"Effect\":\"Deny\", \"Principal\":\"*\", \"Action\":\"s3:*\",\n" +
		"  \"Resource\":[\"arn:aws:s3:::acme-logs\",\"arn:aws:s3:::acme-logs/*\"],\n" +
		"  \"Condition\":{\"Bool\":{\"aws:SecureTransport\":false}}} }\n"
	in := &s3.GetBucketPolicyInput{Bucket: aws.String("acme-logs")}
	for range 2 {
		expect(t, putPolicy(ctx, c, "acme-logs", text), "", "")
		if got := must[*s3.GetBucketPolicyOutput](t)(c.GetBucketPolicy(ctx, in)); *got.Policy != text {
			t.Errorf("got %q, want %q", *got.Policy, text)
		}
	}
	for range 2 {
		must[*s3.DeleteBucketPolicyOutput](t)(c.DeleteBucketPolicy(ctx, &s3.DeleteBucketPolicyInput{Bucket: aws.String("acme-logs")}))
		_, err := c.GetBucketPolicy(ctx, in)
		expect(t, err, "NoSuchBucketPolicy", "")
		if httpStatus(err) != 404 {
			t.Errorf("status %d, want 404", httpStatus(err))
		}
	}
}

// TestMalformedBucketPolicies says what is refused, and that the policy of before stays.
func TestMalformedBucketPolicies(t *testing.T) {
	const allow, onAll = `"Effect":"Allow",`, `"Resource":"arn:aws:s3:::acme-logs/*"`
	const alice = `"Principal":{"AWS":"arn:aws:iam::111122223333:user/alice"},`
	tests := []struct{ name, text, words string }{
		{"not JSON", `{"Version":`, "valid JSON"},
		{"a list", `[]`, "first byte"},
		{"white space first", ` {}`, "first byte"},
		{"no statement", `{"Version":"2012-10-17"}`, "Statement"},
		{"no principal", onLogs(allow + `"Action":"s3:GetObject",` + onAll), "principals"},
		{"no resource", onLogs(allow + alice + `"Action":"s3:GetObject"`), "resources"},
		{"nobody", onLogs(allow + `"Principal":{"AWS":"arn:aws:iam::111122223333:user/bob"},"Action":"s3:GetObject",` + onAll), "Invalid principal"},
		{"no service", onLogs(allow + `"Principal":{"Service":"cloudtrail"},"Action":"s3:GetObject",` + onAll), "Invalid principal"},
		{"a condition of no service", onLogs(allow + alice + `"Action":"s3:GetObject",` + onAll + `,"Condition":{"Bool":{"SecureTransport":"1"}}`), "vendor"},
		{"another service's action", onLogs(allow + alice + `"Action":"iam:GetUser",` + onAll), "invalid action"},
		{"another bucket", onLogs(allow + alice + `"Action":"s3:GetObject","Resource":"arn:aws:s3:::acme-data/*"`), "invalid resource"},
		{"a bucket's action on objects", onLogs(allow + alice + `"Action":"s3:GetBucketAcl",` + onAll), "does not apply"},
		{"an object's action on the bucket", onLogs(allow + alice + `"Action":"s3:PutObject","Resource":"arn:aws:s3:::acme-logs"`), "does not apply"},
		{"no such operator", onLogs(allow + alice + `"Action":"s3:GetObject",` + onAll + `,"Condition":{"Equal":{"aws:SourceIp":"1"}}`), "Condition"},
		{"names twice", `{"Statement":[{"Sid":"a",` + allow + alice + `"Action":"s3:*",` + onAll + `},{"Sid":"a",` + allow + alice + `"Action":"s3:*",` + onAll + `}]}`, "unique"},
		{"too long", onLogs(allow+alice+`"Action":"s3:GetObject",`+onAll) + strings.Repeat(" ", 20<<10), "size"},
	}
	c, i, ctx := (*s3.Client)(nil), (*iam.Client)(nil), t.Context()
	a := sandbox.New(fixed())
	c, i = s3In(a, usEast, true), clientOf(a)
	furnish(t, i)
	createIn(t, c, "acme-logs", usEast)
	good := onLogs(allow + alice + `"Action":["s3:GetObject","s3:ListBucket"],"Resource":["arn:aws:s3:::acme-logs","arn:aws:s3:::acme-logs/*"]`)
	expect(t, putPolicy(ctx, c, "acme-logs", good), "", "")
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			expect(t, putPolicy(t.Context(), c, "acme-logs", tt.text), "MalformedPolicy", tt.words)
		})
	}
	if got := must[*s3.GetBucketPolicyOutput](t)(c.GetBucketPolicy(ctx, &s3.GetBucketPolicyInput{Bucket: aws.String("acme-logs")})); *got.Policy != good {
		t.Errorf("after refusals the policy is %s", *got.Policy)
	}
}

// TestPublicPolicies says which policies are public, and that a public access block of the bucket or the account keeps
// them away.
func TestPublicPolicies(t *testing.T) {
	const read = `"Action":"s3:GetObject","Resource":"arn:aws:s3:::acme-logs/*"`
	tests := []struct {
		name, statement string
		public          bool
	}{
		{"everyone", `"Effect":"Allow","Principal":"*",` + read, true},
		{"every account", `"Effect":"Allow","Principal":{"AWS":"*"},` + read, true},
		{"all but one", `"Effect":"Allow","NotPrincipal":{"AWS":"444455556666"},` + read, true},
		{"everyone over TLS", `"Effect":"Allow","Principal":"*",` + read + `,"Condition":{"Bool":{"aws:SecureTransport":"true"}}`, true},
		{"everyone from anywhere", `"Effect":"Allow","Principal":"*",` + read + `,"Condition":{"IpAddress":{"aws:SourceIp":"0.0.0.0/0"}}`, true},
		{"every organization", `"Effect":"Allow","Principal":"*",` + read + `,"Condition":{"StringLike":{"aws:PrincipalOrgID":"o-*"}}`, true},
		{"all but an organization", `"Effect":"Allow","Principal":"*",` + read + `,"Condition":{"StringNotEquals":{"aws:PrincipalOrgID":"o-abc"}}`, true},
		{"an organization", `"Effect":"Allow","Principal":"*",` + read + `,"Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-abc"}}`, false},
		{"an office", `"Effect":"Allow","Principal":"*",` + read + `,"Condition":{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}`, false},
		{"denied to everyone", `"Effect":"Deny","Principal":"*",` + read, false},
		{"an account", `"Effect":"Allow","Principal":{"AWS":"444455556666"},` + read, false},
		{"a service", `"Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},` + read, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a, ctx := sandbox.New(fixed()), t.Context()
			c := s3In(a, usEast, true)
			createIn(t, c, "acme-logs", usEast)
			refused := ""
			if tt.public {
				refused = "AccessDenied"
			}
			expect(t, putPolicy(ctx, c, "acme-logs", onLogs(tt.statement)), refused, "")
			must[*s3.DeletePublicAccessBlockOutput](t)(c.DeletePublicAccessBlock(ctx, &s3.DeletePublicAccessBlockInput{Bucket: aws.String("acme-logs")}))
			expect(t, putPolicy(ctx, c, "acme-logs", onLogs(tt.statement)), "", "")
			status := must[*s3.GetBucketPolicyStatusOutput](t)(c.GetBucketPolicyStatus(ctx, &s3.GetBucketPolicyStatusInput{Bucket: aws.String("acme-logs")}))
			if *status.PolicyStatus.IsPublic != tt.public {
				t.Errorf("public is %t, want %t", *status.PolicyStatus.IsPublic, tt.public)
			}
			accountBlock(t, a, "PUT", "<PublicAccessBlockConfiguration><BlockPublicPolicy>true</BlockPublicPolicy></PublicAccessBlockConfiguration>")
			expect(t, putPolicy(ctx, c, "acme-logs", onLogs(tt.statement)), refused, "")
		})
	}
}

// TestLogTargets lets access logs go only where they may be delivered. It shows what a bucket's policy says to a service.
func TestLogTargets(t *testing.T) {
	const both = `"Resource":["arn:aws:s3:::acme-logs","arn:aws:s3:::acme-logs/*"]`
	const service = `"Effect":"Allow","Principal":{"Service":"logging.s3.amazonaws.com"},`
	const put = service + `"Action":"s3:PutObject","Resource":"arn:aws:s3:::acme-logs/*"`
	tests := []struct {
		name, statements string
		ok               bool
	}{
		{"no policy", "", false},
		{"the service", put, true},
		{"the service, under the prefix", service + `"Action":"s3:Put*","Resource":"arn:aws:s3:::acme-logs/a/*"`, true},
		{"another prefix", service + `"Action":"s3:PutObject","Resource":"arn:aws:s3:::acme-logs/b/*"`, false},
		{"another action", service + `"Action":"s3:GetObject","Resource":"arn:aws:s3:::acme-logs/*"`, false},
		{"any action", service + `"Action":"*","Resource":"*"`, true},
		{"another service", `"Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"s3:PutObject","Resource":"arn:aws:s3:::acme-logs/*"`, false},
		{"from the source", put + `,"Condition":{"ArnLike":{"aws:SourceArn":"arn:aws:s3:::acme-*"},"StringEquals":{"aws:SourceAccount":"111122223333"}}`, true},
		{"from another source", put + `,"Condition":{"ArnLike":{"aws:SourceArn":"arn:aws:s3:::other"}}`, false},
		{"one condition of two", put + `,"Condition":{"StringEquals":{"aws:SourceArn":"arn:aws:s3:::acme-data","aws:SourceAccount":"444455556666"}}`, false},
		{"an unknown key", put + `,"Condition":{"StringEquals":{"aws:Odd":"1"}}`, false},
		{"TLS only", put + `},{"Effect":"Deny","Principal":"*","Action":"s3:*",` + both + `,"Condition":{"Bool":{"aws:SecureTransport":"false"}}`, true},
		{"denied all the same", put + `},{"Effect":"Deny","Principal":"*","NotAction":"s3:GetObject","Resource":"arn:aws:s3:::acme-logs/*"`, false},
		{"denied to others", put + `},{"Effect":"Deny","NotPrincipal":{"Service":"logging.s3.amazonaws.com"},"Action":"s3:*",` + both, true},
		{"services alone", `"Effect":"Allow","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::acme-logs/*","Condition":{"StringEquals":{"aws:PrincipalServiceName":"logging.s3.amazonaws.com","aws:SourceAccount":"111122223333"}}`, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, ctx := s3In(sandbox.New(fixed()), usEast, true), t.Context()
			createIn(t, c, "acme-logs", usEast)
			createIn(t, c, "acme-data", usEast)
			if tt.statements != "" {
				expect(t, putPolicy(ctx, c, "acme-logs", onLogs(tt.statements)), "", "")
			}
			code := ""
			if !tt.ok {
				code = "InvalidTargetBucketForLogging"
			}
			expect(t, logTo(ctx, c, "acme-data", "acme-logs"), code, "")
		})
	}
}

func logTo(ctx context.Context, c *s3.Client, source, target string) error {
	_, err := c.PutBucketLogging(ctx, &s3.PutBucketLoggingInput{Bucket: &source, BucketLoggingStatus: &types.BucketLoggingStatus{
		LoggingEnabled: &types.LoggingEnabled{TargetBucket: &target, TargetPrefix: aws.String("a/")},
	}})
	return err
}

// TestLogTargetsElsewhere refuses targets that logs can't go to whatever their policies say, and takes those of old.
func TestLogTargetsElsewhere(t *testing.T) {
	a, ctx := sandbox.New(fixed()), t.Context()
	c, west := s3In(a, usEast, true), s3In(a, euWest, true)
	createIn(t, c, "acme-data", usEast)
	createIn(t, west, "acme-west", euWest)
	if err := a.SetForeignBucket(sandbox.ForeignBucket{Name: "other-logs", Account: "444455556666"}); err != nil {
		t.Fatal(err)
	}
	expect(t, logTo(ctx, c, "acme-data", "acme-none"), "InvalidTargetBucketForLogging", "does not exist")
	expect(t, logTo(ctx, c, "acme-data", "other-logs"), "InvalidTargetBucketForLogging", "owner")
	expect(t, logTo(ctx, c, "acme-data", "acme-west"), "CrossLocationLoggingProhibited", "")

	_, err := c.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: aws.String("acme-old"), ACL: types.BucketCannedACL("log-delivery-write")})
	expect(t, err, "InvalidBucketAclWithObjectOwnership", "")
	must[*s3.CreateBucketOutput](t)(c.CreateBucket(ctx, &s3.CreateBucketInput{
		Bucket: aws.String("acme-old"), ACL: types.BucketCannedACL("log-delivery-write"), ObjectOwnership: types.ObjectOwnershipBucketOwnerPreferred,
	}))
	expect(t, logTo(ctx, c, "acme-data", "acme-old"), "", "")
	got := must[*s3.GetBucketLoggingOutput](t)(c.GetBucketLogging(ctx, &s3.GetBucketLoggingInput{Bucket: aws.String("acme-data")}))
	if l := got.LoggingEnabled; *l.TargetBucket != "acme-old" || *l.TargetPrefix != "a/" {
		t.Errorf("logs go to %s/%s", *l.TargetBucket, *l.TargetPrefix)
	}
	must[*s3.PutBucketLoggingOutput](t)(c.PutBucketLogging(ctx, &s3.PutBucketLoggingInput{
		Bucket: aws.String("acme-data"), BucketLoggingStatus: &types.BucketLoggingStatus{},
	}))
	if got = must[*s3.GetBucketLoggingOutput](t)(c.GetBucketLogging(ctx, &s3.GetBucketLoggingInput{Bucket: aws.String("acme-data")})); got.LoggingEnabled != nil {
		t.Error("an empty status left logging on")
	}
}

// TestPolicyLag keeps a new policy from services until it has reached them.
func TestPolicyLag(t *testing.T) {
	now := start
	o := fixed()
	o.Now = func() time.Time { return now }
	o.Faults.Lag = 10 * time.Second
	c, ctx := s3In(sandbox.New(o), usEast, true), t.Context()
	createIn(t, c, "acme-logs", usEast)
	_, err := c.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: aws.String("acme-logs")})
	expect(t, err, "NotFound", "")
	now = now.Add(10 * time.Second)
	must[*s3.HeadBucketOutput](t)(c.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: aws.String("acme-logs")}))
	expect(t, putPolicy(ctx, c, "acme-logs", onLogs(`"Effect":"Allow","Principal":{"Service":"logging.s3.amazonaws.com"},"Action":"s3:PutObject","Resource":"*"`)), "", "")
	expect(t, logTo(ctx, c, "acme-logs", "acme-logs"), "InvalidTargetBucketForLogging", "log-delivery")
	now = now.Add(10 * time.Second)
	expect(t, logTo(ctx, c, "acme-logs", "acme-logs"), "", "")
}
