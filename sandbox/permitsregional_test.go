package sandbox_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	trailtypes "github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	snstypes "github.com/aws/aws-sdk-go-v2/service/sns/types"
	"github.com/google/go-cmp/cmp"

	"baseline/sandbox"
)

// TestPermitsInRegions has calls of regional services named by their refusals, one permit after the other, until they are allowed all.
// The permits and what they are on are those of AWS's Service Authorization Reference.
func TestPermitsInRegions(t *testing.T) {
	a, admin, carol := enforced(t)
	ctx := t.Context()
	if err := a.SetOrganization(sandbox.Organization{ID: "o-exampleorgid", Management: "111122223333"}); err != nil {
		t.Fatal(err)
	}
	key, err := carol.Options().Credentials.Retrieve(ctx)
	expect(t, err, "", "")
	cfg := config(a, key.AccessKeyID)
	cfg.Region = "eu-west-1"
	const regional = ":eu-west-1:111122223333:"
	calls := []struct {
		name string
		call func() error
		want []string
	}{
		{"CreateKey", func() error {
			_, err := kms.NewFromConfig(cfg).CreateKey(ctx, &kms.CreateKeyInput{Tags: []kmstypes.Tag{{TagKey: aws.String("a"), TagValue: aws.String("b")}}})
			return err
		}, []string{"kms:CreateKey on resource: *", "kms:TagResource on resource: arn:aws:kms" + regional + "key/*"}},
		{"ListAliases", func() error {
			_, err := kms.NewFromConfig(cfg).ListAliases(ctx, &kms.ListAliasesInput{KeyId: aws.String("1234")})
			return err
		}, []string{"kms:ListAliases on resource: *"}},
		{"CreateLogGroup", func() error {
			_, err := cloudwatchlogs.NewFromConfig(cfg).CreateLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{
				LogGroupName: aws.String("/audit"), Tags: map[string]string{"a": "b"},
			})
			return err
		}, []string{
			"logs:CreateLogGroup on resource: arn:aws:logs" + regional + "log-group:/audit:log-stream:",
			"logs:TagResource on resource: arn:aws:logs" + regional + "log-group:/audit:log-stream:",
		}},
		{"ListTagsForResource", func() error {
			_, err := cloudwatchlogs.NewFromConfig(cfg).ListTagsForResource(ctx, &cloudwatchlogs.ListTagsForResourceInput{
				ResourceArn: aws.String("arn:aws:logs" + regional + "log-group:/audit"),
			})
			return err
		}, []string{"logs:ListTagsForResource on resource: arn:aws:logs" + regional + "log-group:/audit"}},
		{"PutMetricAlarm", func() error {
			_, err := cloudwatch.NewFromConfig(cfg).PutMetricAlarm(ctx, &cloudwatch.PutMetricAlarmInput{
				AlarmName: aws.String("root"), EvaluationPeriods: aws.Int32(1), ComparisonOperator: cwtypes.ComparisonOperatorGreaterThanThreshold,
				Tags: []cwtypes.Tag{{Key: aws.String("a"), Value: aws.String("b")}},
			})
			return err
		}, []string{
			"cloudwatch:PutMetricAlarm on resource: arn:aws:cloudwatch" + regional + "alarm:root",
			"cloudwatch:TagResource on resource: arn:aws:cloudwatch" + regional + "alarm:root",
		}},
		{"DescribeAlarms", func() error {
			_, err := cloudwatch.NewFromConfig(cfg).DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{AlarmNames: []string{"root"}})
			return err
		}, []string{"cloudwatch:DescribeAlarms on resource: arn:aws:cloudwatch" + regional + "alarm:*"}},
		{"CreateTopic", func() error {
			_, err := sns.NewFromConfig(cfg).CreateTopic(ctx, &sns.CreateTopicInput{
				Name: aws.String("t"), Tags: []snstypes.Tag{{Key: aws.String("a"), Value: aws.String("b")}},
			})
			return err
		}, []string{"sns:CreateTopic on resource: arn:aws:sns" + regional + "t", "sns:TagResource on resource: arn:aws:sns" + regional + "t"}},
		{"Unsubscribe", func() error {
			_, err := sns.NewFromConfig(cfg).Unsubscribe(ctx, &sns.UnsubscribeInput{SubscriptionArn: aws.String("arn:aws:sns" + regional + "t:1")})
			return err
		}, []string{"sns:Unsubscribe on resource: *"}},
		{"CreateTrail", func() error {
			_, err := cloudtrail.NewFromConfig(cfg).CreateTrail(ctx, &cloudtrail.CreateTrailInput{
				Name: aws.String("audit"), S3BucketName: aws.String("acme-logs"), IsOrganizationTrail: aws.Bool(true),
				CloudWatchLogsRoleArn: aws.String("arn:aws:iam::111122223333:role/deliver"), TagsList: []trailtypes.Tag{{Key: aws.String("a")}},
			})
			return err
		}, []string{
			"cloudtrail:CreateTrail on resource: arn:aws:cloudtrail" + regional + "trail/audit",
			"iam:PassRole on resource: arn:aws:iam::111122223333:role/deliver",
			"cloudtrail:AddTags on resource: arn:aws:cloudtrail" + regional + "trail/audit",
			"organizations:ListAWSServiceAccessForOrganization on resource: *",
			"iam:GetRole on resource: arn:aws:iam::111122223333:role/aws-service-role/cloudtrail.amazonaws.com/AWSServiceRoleForCloudTrail",
			"iam:CreateServiceLinkedRole on resource: arn:aws:iam::111122223333:role/aws-service-role/cloudtrail.amazonaws.com/AWSServiceRoleForCloudTrail",
		}},
	}
	for _, tt := range calls {
		t.Run(tt.name, func(t *testing.T) {
			var named []string
			for i := range 10 {
				err := tt.call()
				_, rest, refused := strings.Cut(fmt.Sprint(err), "not authorized to perform: ")
				if !refused {
					break
				}
				permit, _, _ := strings.Cut(rest, " because ")
				named = append(named, permit)
				action, on, _ := strings.Cut(permit, " on resource: ")
				grant(t, admin, fmt.Sprintf("p%d", i), statement("Allow", action, on))
			}
			if diff := cmp.Diff(tt.want, named); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			for i := range 10 {
				grant(t, admin, fmt.Sprintf("p%d", i), statement("Allow", "s3:GetObject", "*"))
			}
		})
	}
}
