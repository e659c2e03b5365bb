package kinds_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/sns"

	"baseline/kinds"
	"baseline/resource"
	"baseline/trail"
)

// services call the account in a Region without the code under test.
func (s *subject) services(region string) *kinds.Services {
	return kinds.NewServices(aws.Config{Region: region, Credentials: testCredentials, HTTPClient: s.options.HTTPClient}, s.options.Endpoint)
}

// must is what a call answered. What is there already from an earlier test is as good as made.
func must[T any](s *subject, answer T, err error) T {
	s.t.Helper()
	for _, there := range []string{"BucketAlreadyOwnedByYou", "ResourceAlreadyExistsException", "AlreadyExistsException"} {
		if err != nil && strings.Contains(err.Error(), there) {
			return answer
		}
	}
	if err != nil {
		s.t.Fatal(err)
	}
	return answer
}

// ground is what a trail stands on, all in the trail's home Region.
type ground struct {
	trail.Delivery
	// alias is that of the key, without "alias/".
	alias, topic string
}

// groundOf is a bucket, a key, a log group and a topic for a trail.
func groundOf(home, name string) ground {
	return ground{
		Delivery: trail.Delivery{
			Partition: "aws", Account: account, Region: home, Name: name, Bucket: "acme-logs-of-" + strings.ToLower(name), LogGroup: "/trails/" + name,
		},
		alias: "trails/" + strings.ReplaceAll(name, ".", "-"), topic: "logs-of-" + strings.ReplaceAll(name, ".", "-"),
	}
}

func (g ground) topicARN() string { return "arn:aws:sns:" + g.Region + ":" + account + ":" + g.topic }
func (g ground) roleARN() string  { return "arn:aws:iam::" + account + ":role/Delivery" }

// role is the role that delivers to the log group, with what it may do.
func (g ground) role() []object {
	return []object{
		{at("iam_role", "Delivery"), settings{"trust": resource.Document(trail.RoleTrust())}},
		{at("iam_inline_policy", "role", "Delivery", "deliver"), settings{"document": resource.Document(g.RolePolicy())}},
	}
}

// needs are what the trail stands on, but for the topic, as objects of ours.
func (g ground) needs() []object {
	return append([]object{
		{at("s3_bucket", g.Bucket), settings{"region": g.Region}},
		{at("s3_bucket_policy", g.Bucket), settings{"document": resource.Document(trail.Document(g.bucketStatements()...))}},
		{at("kms_key", g.Region, g.alias), settings{
			"alias": "alias/" + g.alias, "policy": resource.Document(trail.Document(append(g.KeyStatements(""), rootStatement)...)),
		}},
		{at("logs_group", g.Region, g.LogGroup), settings{}},
	}, g.role()...)
}

// bucketStatements let the trail write to the bucket, with the prefix p too.
func (g ground) bucketStatements() []string {
	prefixed := g.Delivery
	prefixed.Prefix = "p"
	return slices.Concat(g.BucketStatements("Plain"), prefixed.BucketStatements("Prefixed"))
}

const rootStatement = `{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"kms:*","Resource":"*"}`

// lay makes the ground, but for the role.
func (g ground) lay(s *subject) {
	s.t.Helper()
	g.layBucket(s)
	g.layKey(s)
	to := s.services(g.Region)
	_, err := to.Logs.CreateLogGroup(s.t.Context(), &cloudwatchlogs.CreateLogGroupInput{LogGroupName: &g.LogGroup})
	must(s, 0, err)
	g.layTopic(s)
}

// layTopic makes the topic and lets the trail tell it, which no kind of ours does.
func (g ground) layTopic(s *subject) {
	s.t.Helper()
	to := s.services(g.Region)
	_, err := to.SNS.CreateTopic(s.t.Context(), &sns.CreateTopicInput{Name: &g.topic})
	must(s, 0, err)
	_, err = to.SNS.SetTopicAttributes(s.t.Context(), &sns.SetTopicAttributesInput{
		TopicArn: aws.String(g.topicARN()), AttributeName: aws.String("Policy"), AttributeValue: aws.String(trail.Document(g.TopicStatement("", g.topicARN()))),
	})
	must(s, 0, err)
}

// layBucket makes the bucket, and lets the trail write to it.
func (g ground) layBucket(s *subject) {
	s.t.Helper()
	in := &s3.CreateBucketInput{Bucket: &g.Bucket}
	if g.Region != "us-east-1" {
		in.CreateBucketConfiguration = &s3types.CreateBucketConfiguration{LocationConstraint: s3types.BucketLocationConstraint(g.Region)}
	}
	_, err := s.services(g.Region).S3.CreateBucket(s.t.Context(), in)
	must(s, 0, err)
	g.setBucketPolicy(s, g.bucketStatements()...)
}

func (g ground) setBucketPolicy(s *subject, statements ...string) {
	s.t.Helper()
	g.setBucketPolicyIn(s, g.Region, statements...)
}

// setBucketPolicyIn sets the policy of a bucket that is in another Region than the trail.
func (g ground) setBucketPolicyIn(s *subject, region string, statements ...string) {
	s.t.Helper()
	_, err := s.services(region).S3.PutBucketPolicy(s.t.Context(), &s3.PutBucketPolicyInput{
		Bucket: &g.Bucket, Policy: aws.String(trail.Document(statements...)),
	})
	must(s, 0, err)
}

// layKey makes the key with its alias, and returns its ARN.
func (g ground) layKey(s *subject) string {
	s.t.Helper()
	to := s.services(g.Region).KMS
	key, err := to.CreateKey(s.t.Context(), &kms.CreateKeyInput{
		Policy: aws.String(trail.Document(append(g.KeyStatements(""), rootStatement)...)),
	})
	arn := must(s, key, err).KeyMetadata.Arn
	_, err = to.CreateAlias(s.t.Context(), &kms.CreateAliasInput{AliasName: aws.String("alias/" + g.alias), TargetKeyId: arn})
	must(s, 0, err)
	return *arn
}

// openGround opens a sandbox with the ground of a trail, its role among it.
func openGround(t *testing.T, g ground) *subject {
	t.Helper()
	s := openSubject(t)
	if s.sandbox == nil {
		t.Skip("what is tried here is not in the witness, or is given to the sandbox by hand")
	}
	g.lay(s)
	for _, o := range g.role() {
		s.write(resource.Change{Address: o.address, After: complete(o.address.Kind, o.settings)})
	}
	return s
}

// moveAlias gives another alias to the key of the ground.
func (g ground) moveAlias(s *subject, alias string) {
	s.t.Helper()
	to := s.services(g.Region).KMS
	key, err := to.DescribeKey(s.t.Context(), &kms.DescribeKeyInput{KeyId: aws.String("alias/" + g.alias)})
	_, updateErr := to.UpdateAlias(s.t.Context(), &kms.UpdateAliasInput{
		AliasName: aws.String("alias/" + alias), TargetKeyId: must(s, key, err).KeyMetadata.KeyId,
	})
	must(s, 0, updateErr)
}

func (g ground) dropAliases(s *subject, aliases ...string) {
	s.t.Helper()
	for _, alias := range aliases {
		_, err := s.services(g.Region).KMS.DeleteAlias(s.t.Context(), &kms.DeleteAliasInput{AliasName: aws.String("alias/" + alias)})
		must(s, 0, err)
	}
}
