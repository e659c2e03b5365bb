package kinds

import (
	"cmp"
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"

	"baseline/policy"
	"baseline/resource"
	"baseline/trail"
)

// CloudTrail tries out what a trail delivers to before it takes the trail, and its messages don't say what it misses there.

// advised adds to a failure what must be there for the trail to be taken.
func (t *writtenTrail) advised(ctx context.Context, err error, o resource.Object) error {
	if advice := t.advice(ctx, code(err), o); advice != "" {
		return &AdvisedError{Err: err, Advice: advice}
	}
	return err
}

func (t *writtenTrail) advice(ctx context.Context, code string, o resource.Object) string {
	d, own := t.delivery(o), ""
	if by := o.Map("tags")[resource.MarkKey]; by != "" {
		own = trail.OwnSids(by) // as the statements are called that the baseline would put there
	}
	switch code {
	case "InsufficientS3BucketPolicyException":
		return lackingAdvice("the policy of bucket "+d.Bucket, t.bucketPolicy(ctx, d.Bucket), d.BucketStatements(own), d.Organization)
	case "InsufficientEncryptionPolicyException":
		return lackingAdvice("the policy of key "+o.Text("kms"), t.keyPolicy(ctx, o.Text("kms")), d.KeyStatements(own), "")
	case "KmsKeyNotFoundException":
		return "the key must be in the Region of bucket " + d.Bucket
	case "InsufficientSnsTopicPolicyException":
		return lackingAdvice("the policy of topic "+o.Text("sns_topic"), "", []string{d.TopicStatement(own, o.Text("sns_topic"))}, "")
	case "InvalidCloudWatchLogsLogGroupArnException":
		return "log group " + d.LogGroup + " must be in account " + d.Account + " and Region " + d.Region
	case "InvalidCloudWatchLogsRoleArnException":
		return "role " + o.Text("log_role") + " must trust CloudTrail: " + trail.RoleTrust() + ", must be allowed: " + d.RolePolicy() +
			", and the caller needs iam:PassRole on it" + organizationAdvice(d.Organization)
	}
	return ""
}

// lackingAdvice names the statements that a policy lacks, or all that it must have where it could not be read.
func lackingAdvice(what, text string, statements []string, organization string) string {
	lacking := statements
	if text != "" {
		lacking = policy.Lacking(text, trail.Document(statements...))
	}
	if len(lacking) == 0 {
		return what + " has the statements that CloudTrail needs: they have not reached CloudTrail yet, or another statement denies it"
	}
	words := " lacks the statement "
	if len(lacking) > 1 {
		words = " lacks the statements "
	}
	if text == "" {
		words = " must have "
	}
	return what + words + strings.Join(lacking, ", ") + organizationAdvice(organization)
}

func organizationAdvice(organization string) string {
	if organization == "" {
		return ""
	}
	return ", where " + organization + " stands for the id of the organization"
}

// bucketPolicy is the policy of a bucket, "" where it can't be read: the failure that it is asked for matters more.
func (t *writtenTrail) bucketPolicy(ctx context.Context, name string) string {
	bucket, err := t.bucket(ctx, name)
	if err != nil {
		return ""
	}
	text, err := bucket.policy(ctx)
	if err != nil {
		return ""
	}
	return cmp.Or(string(text), noStatements)
}

// noStatements is a policy that holds nothing.
const noStatements = `{"Version":"2012-10-17","Statement":[]}`

// keyPolicy is the policy of a key by its alias or ARN, "" where it can't be read.
func (t *writtenTrail) keyPolicy(ctx context.Context, key string) string {
	described, err := t.KMS.DescribeKey(ctx, &kms.DescribeKeyInput{KeyId: &key}, kmsIn(t.home)) // GetKeyPolicy takes no alias
	if err != nil {
		return ""
	}
	answer, err := t.KMS.GetKeyPolicy(ctx, &kms.GetKeyPolicyInput{
		KeyId: described.KeyMetadata.Arn, PolicyName: aws.String("default"),
	}, kmsIn(t.home))
	if err != nil {
		return ""
	}
	return aws.ToString(answer.Policy)
}
