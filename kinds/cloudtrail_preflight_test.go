package kinds_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sns"

	"baseline/policy"
	"baseline/resource"
	"baseline/sandbox"
	"baseline/trail"
)

// What CloudTrail refuses a trail for is told with the statement that is missing, and with none that is there.
func TestPreflightFailuresNameWhatIsMissing(t *testing.T) {
	g := auditGround
	prefixed := g.Delivery
	prefixed.Prefix = "p"
	bucket, key := prefixed.BucketStatements(""), g.KeyStatements("")
	for _, test := range []struct {
		name string
		// spoil takes something from the ground.
		spoil func(*subject)
		after settings
		class resource.Class
		// says and silent are in the failure, and not.
		says, silent []string
	}{
		{
			name: "a bucket without a policy for CloudTrail", class: resource.Missing,
			spoil: func(s *subject) { g.setBucketPolicy(s, trail.TLSOnly("", "aws", g.Bucket)) },
			says:  []string{"InsufficientS3BucketPolicyException", "the policy of bucket " + g.Bucket + " lacks the statements", bucket[0], bucket[1]},
		},
		{
			name: "a bucket without a policy", class: resource.Missing,
			spoil: func(s *subject) {
				_, err := s.services(g.Region).S3.DeleteBucketPolicy(s.t.Context(), &s3.DeleteBucketPolicyInput{Bucket: &g.Bucket})
				must(s, 0, err)
			},
			says: []string{"the policy of bucket " + g.Bucket + " lacks the statements", bucket[0], bucket[1]},
		},
		{
			name: "a bucket that CloudTrail may not write to", class: resource.Missing,
			spoil: func(s *subject) { g.setBucketPolicy(s, g.BucketStatements("x")...) },
			says:  []string{"lacks the statement " + bucket[1]}, silent: []string{"GetBucketAcl"},
		},
		{
			name: "a policy that cannot be read", class: resource.Missing,
			spoil: func(s *subject) {
				g.setBucketPolicy(s, g.BucketStatements("x")...)
				s.sandbox.SetFaults(sandbox.Faults{Deny: []string{"s3:GetBucketPolicy"}})
			},
			says: []string{"the policy of bucket " + g.Bucket + " must have ", bucket[0], bucket[1]},
		},
		{
			name: "a statement that denies", class: resource.Missing,
			spoil: func(s *subject) {
				deny := strings.Replace(bucket[1], "Allow", "Deny", 1)
				g.setBucketPolicy(s, append(prefixed.BucketStatements("x"), strings.Replace(deny, `"Sid":"`, `"Sid":"No`, 1))...)
			},
			says: []string{"has the statements that CloudTrail needs", "another statement denies it"}, silent: []string{"lacks"},
		},
		{
			name: "no bucket", class: resource.Missing, after: settings{"bucket": "acme-nowhere"},
			says: []string{"S3BucketDoesNotExistException", "acme-nowhere"},
		},
		{
			name: "a key that CloudTrail may not use", class: resource.Missing,
			spoil: func(s *subject) { g.setKeyPolicy(s, rootStatement, g.KeyStatements("")[1]) },
			says:  []string{"InsufficientEncryptionPolicyException", "the policy of key alias/" + g.alias + " lacks the statement " + key[0]}, silent: []string{"kms:DescribeKey"},
		},
		{
			name: "a key whose policy cannot be read", class: resource.Missing,
			spoil: func(s *subject) {
				g.setKeyPolicy(s, rootStatement)
				s.sandbox.SetFaults(sandbox.Faults{Deny: []string{"kms:GetKeyPolicy"}})
			},
			says: []string{"must have ", key[0], key[1]},
		},
		{
			name: "a key of another Region", class: resource.Missing,
			after: settings{"kms": "arn:aws:kms:us-east-1:111122223333:key/12345678-1234-1234-1234-123456789012"},
			says:  []string{"KmsKeyNotFoundException", "the key must be in the Region of bucket " + g.Bucket},
		},
		{
			name: "a topic that CloudTrail may not tell", class: resource.Missing,
			spoil: func(s *subject) {
				_, err := s.services(g.Region).SNS.SetTopicAttributes(s.t.Context(), &sns.SetTopicAttributesInput{
					TopicArn: aws.String(g.topicARN()), AttributeName: aws.String("Policy"),
					AttributeValue: aws.String(trail.Document(`{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"SNS:Publish","Resource":"*"}`)),
				})
				must(s, 0, err)
			},
			says: []string{"InsufficientSnsTopicPolicyException", g.TopicStatement("", g.topicARN())},
		},
		{
			name: "no log group", class: resource.Missing, after: settings{"log_group": "/nowhere"},
			says: []string{"InvalidCloudWatchLogsLogGroupArnException", "log group /nowhere must be in account 111122223333 and Region eu-west-1"},
		},
		{
			name: "a role that may not deliver", class: resource.Missing,
			spoil: func(s *subject) {
				s.write(resource.Change{Address: g.role()[1].address, Before: g.role()[1].settings})
			},
			says: []string{"InvalidCloudWatchLogsRoleArnException", g.roleARN(), trail.RoleTrust(), g.RolePolicy(), "iam:PassRole"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			everything := g.everything().With(test.after)
			failed := func(change resource.Change, prepare func(*subject)) {
				t.Helper()
				s := openGround(t, g)
				prepare(s)
				if test.spoil != nil {
					test.spoil(s)
				}
				err := s.account.Write(t.Context(), change)
				wantClass(t, err, test.class)
				for _, text := range test.says {
					if !strings.Contains(err.Error(), text) {
						t.Errorf("%s: %q is not in: %v", change.Op(), text, err)
					}
				}
				for _, text := range test.silent {
					if strings.Contains(err.Error(), text) {
						t.Errorf("%s: %q is in: %v", change.Op(), text, err)
					}
				}
			}
			failed(resource.Change{Address: auditTrail, After: everything}, func(*subject) {})
			plain := complete("cloudtrail_trail", settings{"bucket": g.Bucket})
			failed(resource.Change{Address: auditTrail, Before: plain, After: everything}, func(s *subject) {
				s.write(resource.Change{Address: auditTrail, After: plain})
			})
		})
	}
}

// What is told to be missing is what it takes.
func TestToldStatementsAreEnough(t *testing.T) {
	g := auditGround
	s := openGround(t, g)
	g.setBucketPolicy(s, trail.TLSOnly("", "aws", g.Bucket))
	create := resource.Change{Address: auditTrail, After: complete("cloudtrail_trail", settings{"bucket": g.Bucket})}
	err := s.account.Write(t.Context(), create)
	_, told, ok := strings.Cut(err.Error(), "lacks the statements ")
	if !ok {
		t.Fatal(err)
	}
	document := `{"Version":"2012-10-17","Statement":[` + told + `]}`
	if _, err := policy.Parse(document); err != nil {
		t.Fatalf("%s: %v", document, err)
	}
	g.setBucketPolicy(s, told)
	s.write(create)
}

// The id of an organization is not known to who keeps its trail here, so that its place is told.
func TestPreflightOfOrganizationTrail(t *testing.T) {
	g := auditGround
	s := openGround(t, g)
	if err := s.sandbox.SetOrganization(sandbox.Organization{ID: "o-exampleorgid", Management: account}); err != nil {
		t.Fatal(err)
	}
	s.sandbox.SetFaults(sandbox.Faults{Fail: map[string]sandbox.Failure{"cloudtrail:CreateTrail": {Code: "InsufficientS3BucketPolicyException"}}})
	err := s.account.Write(t.Context(), resource.Change{Address: auditTrail, After: complete("cloudtrail_trail", settings{"bucket": g.Bucket, "organization": true})})
	for _, text := range []string{"lacks the statement ", "/AWSLogs/ORGANIZATION/*", "where ORGANIZATION stands for the id of the organization"} {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("%q is not in: %v", text, err)
		}
	}
}

func (g ground) setKeyPolicy(s *subject, statements ...string) {
	s.t.Helper()
	to := s.services(g.Region).KMS
	key, err := to.DescribeKey(s.t.Context(), &kms.DescribeKeyInput{KeyId: aws.String("alias/" + g.alias)})
	_, putErr := to.PutKeyPolicy(s.t.Context(), &kms.PutKeyPolicyInput{
		KeyId: must(s, key, err).KeyMetadata.KeyId, Policy: aws.String(trail.Document(statements...)),
	})
	must(s, 0, putErr)
}
