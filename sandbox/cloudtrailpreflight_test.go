package sandbox_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/google/go-cmp/cmp"

	"baseline/sandbox"
)

// keysIn are the keys of a bucket's objects.
func keysIn(t *testing.T, a *sandbox.Account, bucket string) []string {
	t.Helper()
	out := must[*s3.ListObjectsV2Output](t)(s3In(a, home, true).ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: &bucket}))
	var keys []string
	for _, object := range out.Contents {
		keys = append(keys, *object.Key)
	}
	return keys
}

// TestTrailBucket tries buckets that a trail cannot deliver to, and finds the marker in the one it can.
func TestTrailBucket(t *testing.T) {
	a := sandbox.New(fixed())
	expect(t, createTrail(t, a, "audit", nil), "S3BucketDoesNotExistException", "S3 bucket acme-logs does not exist!")
	createBucket(t, a, "acme-logs")
	const refused = "Incorrect S3 bucket policy is detected for bucket: acme-logs"
	expect(t, createTrail(t, a, "audit", nil), "InsufficientS3BucketPolicyException", refused)
	for name, policy := range map[string]string{
		"no ACL check":    strings.Replace(trailPolicy, "s3:GetBucketAcl", "s3:GetBucketTagging", 1),
		"no write":        strings.Replace(trailPolicy, "s3:PutObject", "s3:GetObject", 1),
		"another folder":  strings.Replace(trailPolicy, "AWSLogs/*", "AWSLogs/444455556666/*", 1),
		"another account": strings.ReplaceAll(trailPolicy, "111122223333", "444455556666"),
		"another service": strings.ReplaceAll(trailPolicy, "cloudtrail.amazonaws.com", "config.amazonaws.com"),
		"another ACL":     strings.Replace(trailPolicy, "bucket-owner-full-control", "private", 1),
	} {
		t.Run(name, func(t *testing.T) {
			putBucketPolicy(t, a, "acme-logs", policy)
			expect(t, createTrail(t, a, "audit", nil), "InsufficientS3BucketPolicyException", refused)
			if keys := keysIn(t, a, "acme-logs"); len(keys) != 0 {
				t.Errorf("objects %q", keys)
			}
		})
	}
	// The policy that AWS's guide recommends names the trail before it is there.
	byTrail := strings.NewReplacer("aws:SourceAccount", "aws:SourceArn", `"111122223333"`, `"`+trailARN("audit")+`"`).Replace(trailPolicy)
	putBucketPolicy(t, a, "acme-logs", byTrail)
	expect(t, createTrail(t, a, "other", nil), "InsufficientS3BucketPolicyException", refused)
	expect(t, createTrail(t, a, "audit", nil), "", "")
	if diff := cmp.Diff([]string{"AWSLogs/111122223333/CloudTrail/"}, keysIn(t, a, "acme-logs")); diff != "" {
		t.Errorf("objects (-want +got):\n%s", diff)
	}
}

// TestMarkerStays though a later check refuses the trail.
func TestMarkerStays(t *testing.T) {
	a := sandbox.New(fixed())
	createBucket(t, a, "acme-logs")
	putBucketPolicy(t, a, "acme-logs", strings.Replace(trailPolicy, "BUCKET/AWSLogs", "BUCKET/p/AWSLogs", 1))
	expect(t, createTrail(t, a, "audit", func(in *cloudtrail.CreateTrailInput) {
		in.S3KeyPrefix, in.SnsTopicName = aws.String("p"), aws.String("nobody")
	}), "InsufficientSnsTopicPolicyException", "")
	if diff := cmp.Diff([]string{"p/AWSLogs/111122223333/CloudTrail/"}, keysIn(t, a, "acme-logs")); diff != "" {
		t.Errorf("objects (-want +got):\n%s", diff)
	}
	_, err := getTrail(t, a, home, "audit")
	expect(t, err, "TrailNotFoundException", "")
}

const topicPolicy = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},
 "Action":"SNS:Publish","Resource":"arn:aws:sns:eu-west-1:111122223333:trail"}]}`

func TestTrailTopic(t *testing.T) {
	a := auditBucket(t)
	c := config(a, foreignKey)
	c.Region = home
	topics := sns.NewFromConfig(c)
	withTopic := func(in *cloudtrail.CreateTrailInput) { in.SnsTopicName = aws.String("trail") }
	expect(t, createTrail(t, a, "audit", withTopic), "InsufficientSnsTopicPolicyException", "does not exist or the topic policy is incorrect")
	topic := must[*sns.CreateTopicOutput](t)(topics.CreateTopic(t.Context(), &sns.CreateTopicInput{Name: aws.String("trail")}))
	expect(t, createTrail(t, a, "audit", withTopic), "InsufficientSnsTopicPolicyException", "")
	must[*sns.SetTopicAttributesOutput](t)(topics.SetTopicAttributes(t.Context(), &sns.SetTopicAttributesInput{
		TopicArn: topic.TopicArn, AttributeName: aws.String("Policy"), AttributeValue: aws.String(topicPolicy),
	}))
	expect(t, createTrail(t, a, "audit", withTopic), "", "")
	got, err := getTrail(t, a, home, "audit")
	if err != nil || aws.ToString(got.SnsTopicARN) != *topic.TopicArn {
		t.Fatalf("topic %q, error %v", aws.ToString(got.SnsTopicARN), err)
	}
	out := must[*cloudtrail.UpdateTrailOutput](t)(trailsOf(a, home).UpdateTrail(t.Context(), &cloudtrail.UpdateTrailInput{
		Name: aws.String("audit"), SnsTopicName: aws.String(""),
	}))
	if out.SnsTopicARN != nil || out.SnsTopicName != nil { //nolint:staticcheck // AWS still answers with the old name
		t.Error("an empty name does not take the topic away")
	}
}

// keyPolicy is for the account's administrators and, where it names a trail, for CloudTrail.
func keyPolicy(trail string) string {
	administrators := `{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"kms:*","Resource":"*"}`
	if trail == "" {
		return `{"Version":"2012-10-17","Statement":[` + administrators + `]}`
	}
	return `{"Version":"2012-10-17","Statement":[` + administrators + `,
 {"Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"kms:GenerateDataKey*","Resource":"*","Condition":{
  "StringEquals":{"aws:SourceArn":"` + trail + `"},
  "StringLike":{"kms:EncryptionContext:aws:cloudtrail:arn":"arn:aws:cloudtrail:*:111122223333:trail/*"}}}]}`
}

func TestTrailKey(t *testing.T) {
	a := auditBucket(t)
	keysIn := func(region string) *kms.Client {
		c := config(a, foreignKey)
		c.Region = region
		return kms.NewFromConfig(c)
	}
	newKey := func(region, policy string) *string {
		t.Helper()
		return must[*kms.CreateKeyOutput](t)(keysIn(region).CreateKey(t.Context(), &kms.CreateKeyInput{Policy: &policy})).KeyMetadata.Arn
	}
	try := func(key, code string) {
		t.Helper()
		expect(t, createTrail(t, a, "audit", func(in *cloudtrail.CreateTrailInput) { in.KmsKeyId = &key }), code, "")
	}
	good := newKey(home, keyPolicy(trailARN("audit")))
	try("no key at all", "KmsKeyNotFoundException")
	try(*newKey("us-east-1", keyPolicy(trailARN("audit"))), "KmsKeyNotFoundException")
	try("arn:aws:kms:eu-west-1:111122223333:key/12345678-1234-1234-1234-123456789012", "InsufficientEncryptionPolicyException")
	try(*newKey(home, keyPolicy("")), "InsufficientEncryptionPolicyException")
	try(*newKey(home, keyPolicy(trailARN("other"))), "InsufficientEncryptionPolicyException")
	must[*kms.DisableKeyOutput](t)(keysIn(home).DisableKey(t.Context(), &kms.DisableKeyInput{KeyId: good}))
	try(*good, "KmsException")
	must[*kms.EnableKeyOutput](t)(keysIn(home).EnableKey(t.Context(), &kms.EnableKeyInput{KeyId: good}))
	must[*kms.CreateAliasOutput](t)(keysIn(home).CreateAlias(t.Context(), &kms.CreateAliasInput{AliasName: aws.String("alias/audit"), TargetKeyId: good}))
	try("alias/audit", "")
	got, err := getTrail(t, a, home, "audit")
	if err != nil || aws.ToString(got.KmsKeyId) != *good {
		t.Fatalf("key %q, error %v, want %q", aws.ToString(got.KmsKeyId), err, *good)
	}
	out := must[*cloudtrail.UpdateTrailOutput](t)(trailsOf(a, home).UpdateTrail(t.Context(), &cloudtrail.UpdateTrailInput{
		Name: aws.String("audit"), KmsKeyId: aws.String(""),
	}))
	if out.KmsKeyId != nil {
		t.Error("an empty key does not take the key away")
	}
}

func TestTrailLogGroup(t *testing.T) {
	a := auditBucket(t)
	const group, role = "arn:aws:logs:eu-west-1:111122223333:log-group:/audit:*", "arn:aws:iam::111122223333:role/delivery"
	try := func(group, code string) {
		t.Helper()
		expect(t, createTrail(t, a, "audit", func(in *cloudtrail.CreateTrailInput) {
			in.CloudWatchLogsLogGroupArn, in.CloudWatchLogsRoleArn = aws.String(group), aws.String(role)
		}), code, "")
	}
	try(group, "InvalidCloudWatchLogsLogGroupArnException")
	c := config(a, foreignKey)
	c.Region = home
	must[*cloudwatchlogs.CreateLogGroupOutput](t)(cloudwatchlogs.NewFromConfig(c).CreateLogGroup(t.Context(),
		&cloudwatchlogs.CreateLogGroupInput{LogGroupName: aws.String("/audit")}))
	try(strings.TrimSuffix(group, ":*"), "InvalidCloudWatchLogsLogGroupArnException")
	try(group, "InvalidCloudWatchLogsRoleArnException")
	identities := clientOf(a)
	trust := func(service string) *string {
		return aws.String(fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":%q},"Action":"sts:AssumeRole"}]}`, service))
	}
	must[*iam.CreateRoleOutput](t)(identities.CreateRole(t.Context(), &iam.CreateRoleInput{
		RoleName: aws.String("delivery"), AssumeRolePolicyDocument: trust("ec2.amazonaws.com"),
	}))
	grant := func(effect, stream string) {
		t.Helper()
		must[*iam.PutRolePolicyOutput](t)(identities.PutRolePolicy(t.Context(), &iam.PutRolePolicyInput{
			RoleName: aws.String("delivery"), PolicyName: aws.String(effect), PolicyDocument: aws.String(fmt.Sprintf(
				`{"Version":"2012-10-17","Statement":[{"Effect":%q,"Action":["logs:CreateLogStream","logs:PutLogEvents"],
				"Resource":"arn:aws:logs:eu-west-1:111122223333:log-group:/audit:log-stream:%s"}]}`, effect, stream)),
		}))
	}
	const stream = "111122223333_CloudTrail_eu-west-1*"
	grant("Allow", stream)
	try(group, "InvalidCloudWatchLogsRoleArnException")
	must[*iam.UpdateAssumeRolePolicyOutput](t)(identities.UpdateAssumeRolePolicy(t.Context(), &iam.UpdateAssumeRolePolicyInput{
		RoleName: aws.String("delivery"), PolicyDocument: trust("cloudtrail.amazonaws.com"),
	}))
	grant("Allow", "elsewhere")
	try(group, "InvalidCloudWatchLogsRoleArnException")
	grant("Allow", stream)
	grant("Deny", "*")
	try(group, "InvalidCloudWatchLogsRoleArnException")
	grant("Deny", "elsewhere")
	try(group, "")
	clear := func(group, role *string) error {
		_, err := trailsOf(a, home).UpdateTrail(t.Context(), &cloudtrail.UpdateTrailInput{
			Name: aws.String("audit"), CloudWatchLogsLogGroupArn: group, CloudWatchLogsRoleArn: role,
		})
		return err
	}
	expect(t, clear(aws.String(""), nil), "InvalidCloudWatchLogsLogGroupArnException", "")
	expect(t, clear(aws.String(""), aws.String("")), "", "")
	got, err := getTrail(t, a, home, "audit")
	if err != nil || got.CloudWatchLogsLogGroupArn != nil || got.CloudWatchLogsRoleArn != nil {
		t.Errorf("trail %+v, error %v", got, err)
	}
}
