package sandbox_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	alarms "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"baseline/sandbox"
)

func logsOf(a *sandbox.Account, region string) *cloudwatchlogs.Client {
	return cloudwatchlogs.NewFromConfig(config(a, foreignKey), func(o *cloudwatchlogs.Options) { o.Region = region })
}

func newGroup(t *testing.T, c *cloudwatchlogs.Client, name string) {
	t.Helper()
	must[*cloudwatchlogs.CreateLogGroupOutput](t)(c.CreateLogGroup(t.Context(), &cloudwatchlogs.CreateLogGroupInput{LogGroupName: &name}))
}

func rootFilter(group string) *cloudwatchlogs.PutMetricFilterInput {
	return &cloudwatchlogs.PutMetricFilterInput{
		LogGroupName: &group, FilterName: aws.String("root"), FilterPattern: aws.String(`{ $.userIdentity.type = "Root" }`),
		MetricTransformations: []types.MetricTransformation{{
			MetricName: aws.String("RootUse"), MetricNamespace: aws.String("Audit"), MetricValue: aws.String("1"), DefaultValue: aws.Float64(0),
		}},
	}
}

func rootAlarm() *cloudwatch.PutMetricAlarmInput {
	return &cloudwatch.PutMetricAlarmInput{
		AlarmName: aws.String("Root"), MetricName: aws.String("RootUse"), Namespace: aws.String("Audit"), Statistic: alarms.StatisticSum,
		Period: aws.Int32(300), EvaluationPeriods: aws.Int32(1), Threshold: aws.Float64(1),
		ComparisonOperator: alarms.ComparisonOperatorGreaterThanOrEqualToThreshold, TreatMissingData: aws.String("notBreaching"),
		AlarmActions: []string{"arn:aws:sns:us-east-1:111122223333:alarms"},
		Dimensions:   []alarms.Dimension{{Name: aws.String("d"), Value: aws.String("1")}},
		Tags:         []alarms.Tag{{Key: aws.String("team"), Value: aws.String("security")}},
	}
}

// furnishMonitoring puts one of each of what alarms on a trail stand on into an account, in us-east-1.
func furnishMonitoring(t *testing.T, a *sandbox.Account) {
	t.Helper()
	ctx := t.Context()
	keys, logs := kmsOf(a, "us-east-1"), logsOf(a, "us-east-1")
	key := newKey(t, keys)
	must[*kms.EnableKeyRotationOutput](t)(keys.EnableKeyRotation(ctx, &kms.EnableKeyRotationInput{KeyId: key.KeyId}))
	must[*kms.CreateAliasOutput](t)(keys.CreateAlias(ctx, &kms.CreateAliasInput{AliasName: aws.String("alias/audit"), TargetKeyId: key.KeyId}))
	newGroup(t, logs, "/Audit")
	must[*cloudwatchlogs.PutMetricFilterOutput](t)(logs.PutMetricFilter(ctx, rootFilter("/Audit")))
	topics := snsOf(a, "us-east-1")
	topic := newTopic(t, topics, "alarms")
	must[*sns.SubscribeOutput](t)(topics.Subscribe(ctx, &sns.SubscribeInput{
		TopicArn: &topic, Protocol: aws.String("email"), Endpoint: aws.String("security@example.com"),
	}))
	must[*cloudwatch.PutMetricAlarmOutput](t)(alarmsOf(a, "us-east-1").PutMetricAlarm(ctx, rootAlarm()))
}

func TestLogGroup(t *testing.T) {
	a := sandbox.New(fixed())
	c := logsOf(a, "eu-west-1")
	create := func(in *cloudwatchlogs.CreateLogGroupInput) error {
		_, err := c.CreateLogGroup(t.Context(), in)
		return err
	}
	expect(t, create(&cloudwatchlogs.CreateLogGroupInput{
		LogGroupName: aws.String("/Audit"), Tags: map[string]string{"team": "security"},
	}), "", "")
	expect(t, create(&cloudwatchlogs.CreateLogGroupInput{LogGroupName: aws.String("/Audit")}), "ResourceAlreadyExistsException", "")
	expect(t, create(&cloudwatchlogs.CreateLogGroupInput{LogGroupName: aws.String("/audit")}), "", "")
	expect(t, create(&cloudwatchlogs.CreateLogGroupInput{LogGroupName: aws.String("a b")}), "InvalidParameterException", "logGroupName")
	expect(t, create(&cloudwatchlogs.CreateLogGroupInput{LogGroupName: aws.String("aws/x")}), "InvalidParameterException", "reserved")
	must[*cloudwatchlogs.PutMetricFilterOutput](t)(c.PutMetricFilter(t.Context(), rootFilter("/Audit")))

	describe := func(c *cloudwatchlogs.Client, prefix string) []types.LogGroup {
		return must[*cloudwatchlogs.DescribeLogGroupsOutput](t)(c.DescribeLogGroups(t.Context(), &cloudwatchlogs.DescribeLogGroupsInput{
			LogGroupNamePrefix: &prefix,
		})).LogGroups
	}
	want := []types.LogGroup{{
		LogGroupName: aws.String("/Audit"), Arn: aws.String("arn:aws:logs:eu-west-1:111122223333:log-group:/Audit:*"),
		LogGroupArn:  aws.String("arn:aws:logs:eu-west-1:111122223333:log-group:/Audit"),
		CreationTime: aws.Int64(start.UnixMilli()), LogGroupClass: types.LogGroupClassStandard, MetricFilterCount: aws.Int32(1),
		StoredBytes: aws.Int64(0), DeletionProtectionEnabled: aws.Bool(false),
	}}
	if diff := cmp.Diff(want, describe(c, "/A"), cmpopts.IgnoreUnexported(types.LogGroup{})); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if got := describe(logsOf(a, "us-east-1"), "/A"); len(got) != 0 {
		t.Errorf("another Region has %v", got)
	}
	remove := func() error {
		_, err := c.DeleteLogGroup(t.Context(), &cloudwatchlogs.DeleteLogGroupInput{LogGroupName: aws.String("/Audit")})
		return err
	}
	expect(t, remove(), "", "")
	expect(t, remove(), "ResourceNotFoundException", "")
	newGroup(t, c, "/Audit")
	if got := describe(c, "/A"); *got[0].MetricFilterCount != 0 {
		t.Error("a filter outlived its group")
	}
}

func TestLogGroupPages(t *testing.T) {
	c := logsOf(sandbox.New(fixed()), "us-east-1")
	var want, got []string
	for i := range 60 {
		name := fmt.Sprintf("/g%02d", i)
		newGroup(t, c, name)
		want = append(want, name)
	}
	newGroup(t, c, "other")
	calls := 0
	pages := cloudwatchlogs.NewDescribeLogGroupsPaginator(c, &cloudwatchlogs.DescribeLogGroupsInput{LogGroupNamePrefix: aws.String("/g")})
	for ; pages.HasMorePages(); calls++ {
		for _, g := range must[*cloudwatchlogs.DescribeLogGroupsOutput](t)(pages.NextPage(t.Context())).LogGroups {
			got = append(got, *g.LogGroupName)
		}
	}
	if !slices.Equal(got, want) || calls != 2 {
		t.Errorf("%d calls, groups %v", calls, got)
	}
	_, err := c.DescribeLogGroups(t.Context(), &cloudwatchlogs.DescribeLogGroupsInput{Limit: aws.Int32(51)})
	expect(t, err, "InvalidParameterException", "limit")
	_, err = c.DescribeLogGroups(t.Context(), &cloudwatchlogs.DescribeLogGroupsInput{
		LogGroupNamePrefix: aws.String("a"), LogGroupNamePattern: aws.String("b"),
	})
	expect(t, err, "InvalidParameterException", "mutually exclusive")
}

func TestRetention(t *testing.T) {
	c := logsOf(sandbox.New(fixed()), "us-east-1")
	newGroup(t, c, "g")
	put := func(group string, days int32) error {
		_, err := c.PutRetentionPolicy(t.Context(), &cloudwatchlogs.PutRetentionPolicyInput{LogGroupName: &group, RetentionInDays: &days})
		return err
	}
	read := func() *int32 {
		return must[*cloudwatchlogs.DescribeLogGroupsOutput](t)(c.DescribeLogGroups(t.Context(), &cloudwatchlogs.DescribeLogGroupsInput{})).LogGroups[0].RetentionInDays
	}
	expect(t, put("none", 365), "ResourceNotFoundException", "")
	expect(t, put("g", 364), "InvalidParameterException", "retentionInDays")
	expect(t, put("g", 3653), "", "")
	if got := read(); got == nil || *got != 3653 {
		t.Errorf("kept for %v days", got)
	}
	must[*cloudwatchlogs.DeleteRetentionPolicyOutput](t)(c.DeleteRetentionPolicy(t.Context(), &cloudwatchlogs.DeleteRetentionPolicyInput{LogGroupName: aws.String("g")}))
	if got := read(); got != nil {
		t.Errorf("kept for %d days", *got)
	}
}

func TestLogGroupKey(t *testing.T) {
	a := sandbox.New(fixed())
	c, keys := logsOf(a, "us-east-1"), kmsOf(a, "us-east-1")
	newGroup(t, c, "g")
	key := newKey(t, keys)
	associate := func(id string) error {
		_, err := c.AssociateKmsKey(t.Context(), &cloudwatchlogs.AssociateKmsKeyInput{LogGroupName: aws.String("g"), KmsKeyId: &id})
		return err
	}
	expect(t, associate(*key.KeyId), "InvalidParameterException", "ARN")
	expect(t, associate(*key.Arn), "InvalidParameterException", "no resource-based policy allows")
	allowing := func(group string) string {
		statement := `,{"Effect":"Allow","Principal":{"Service":"logs.us-east-1.amazonaws.com"},"Action":["kms:Encrypt*","kms:GenerateDataKey*"],` +
			`"Resource":"*","Condition":{"ArnLike":{"kms:EncryptionContext:aws:logs:arn":"arn:aws:logs:us-east-1:111122223333:log-group:` + group + `"}}}]}`
		return strings.TrimSuffix(rootPolicy, "]}") + statement
	}
	put := func(policy string) {
		t.Helper()
		must[*kms.PutKeyPolicyOutput](t)(keys.PutKeyPolicy(t.Context(), &kms.PutKeyPolicyInput{KeyId: key.KeyId, Policy: &policy}))
	}
	put(allowing("other"))
	expect(t, associate(*key.Arn), "InvalidParameterException", "")
	put(allowing("*"))
	expect(t, associate(*key.Arn), "", "")
	must[*kms.DisableKeyOutput](t)(keys.DisableKey(t.Context(), &kms.DisableKeyInput{KeyId: key.KeyId}))
	_, err := c.CreateLogGroup(t.Context(), &cloudwatchlogs.CreateLogGroupInput{LogGroupName: aws.String("h"), KmsKeyId: key.Arn})
	expect(t, err, "InvalidParameterException", "disabled")
	read := func() *string {
		return must[*cloudwatchlogs.DescribeLogGroupsOutput](t)(c.DescribeLogGroups(t.Context(), &cloudwatchlogs.DescribeLogGroupsInput{})).LogGroups[0].KmsKeyId
	}
	if got := aws.ToString(read()); got != *key.Arn {
		t.Errorf("key %q", got)
	}
	must[*cloudwatchlogs.DisassociateKmsKeyOutput](t)(c.DisassociateKmsKey(t.Context(), &cloudwatchlogs.DisassociateKmsKeyInput{LogGroupName: aws.String("g")}))
	if got := read(); got != nil {
		t.Errorf("key %q", *got)
	}
}

func TestMetricFilters(t *testing.T) {
	c := logsOf(sandbox.New(fixed()), "us-east-1")
	newGroup(t, c, "g")
	newGroup(t, c, "g2")
	put := func(change func(in *cloudwatchlogs.PutMetricFilterInput)) error {
		in := rootFilter("g")
		change(in)
		_, err := c.PutMetricFilter(t.Context(), in)
		return err
	}
	expect(t, put(func(*cloudwatchlogs.PutMetricFilterInput) {}), "", "")
	expect(t, put(func(in *cloudwatchlogs.PutMetricFilterInput) { in.LogGroupName = aws.String("g2") }), "", "")
	expect(t, put(func(in *cloudwatchlogs.PutMetricFilterInput) { in.LogGroupName = aws.String("none") }), "ResourceNotFoundException", "")
	expect(t, put(func(in *cloudwatchlogs.PutMetricFilterInput) { in.FilterPattern = aws.String(`{ ($.a = "}") `) }), "InvalidParameterException", "pattern")
	expect(t, put(func(in *cloudwatchlogs.PutMetricFilterInput) {
		in.MetricTransformations[0].MetricValue = aws.String("one")
	}), "InvalidParameterException", "metricValue")
	expect(t, put(func(in *cloudwatchlogs.PutMetricFilterInput) {
		in.MetricTransformations[0].Dimensions = map[string]string{"d": "$.x"}
	}), "InvalidParameterException", "mutually exclusive")
	expect(t, put(func(in *cloudwatchlogs.PutMetricFilterInput) { in.FilterPattern = aws.String("ERROR") }), "", "")

	describe := func(in *cloudwatchlogs.DescribeMetricFiltersInput) []types.MetricFilter {
		return must[*cloudwatchlogs.DescribeMetricFiltersOutput](t)(c.DescribeMetricFilters(t.Context(), in)).MetricFilters
	}
	want := []types.MetricFilter{{
		FilterName: aws.String("root"), FilterPattern: aws.String("ERROR"), LogGroupName: aws.String("g"), CreationTime: aws.Int64(start.UnixMilli()),
		MetricTransformations: rootFilter("g").MetricTransformations,
	}}
	got := describe(&cloudwatchlogs.DescribeMetricFiltersInput{LogGroupName: aws.String("g"), FilterNamePrefix: aws.String("ro")})
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(types.MetricFilter{}, types.MetricTransformation{})); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	byMetric := &cloudwatchlogs.DescribeMetricFiltersInput{MetricName: aws.String("RootUse"), MetricNamespace: aws.String("Audit")}
	if got := describe(byMetric); len(got) != 2 {
		t.Errorf("%d filters of the metric, want 2", len(got))
	}
	byMetric.MetricName = aws.String("Other")
	if got := describe(byMetric); len(got) != 0 {
		t.Errorf("%d filters of another metric", len(got))
	}
	remove := func() error {
		_, err := c.DeleteMetricFilter(t.Context(), &cloudwatchlogs.DeleteMetricFilterInput{LogGroupName: aws.String("g"), FilterName: aws.String("root")})
		return err
	}
	expect(t, remove(), "", "")
	expect(t, remove(), "ResourceNotFoundException", "metric filter")
}

func TestLogGroupTags(t *testing.T) {
	c := logsOf(sandbox.New(fixed()), "us-east-1")
	newGroup(t, c, "g")
	arn := "arn:aws:logs:us-east-1:111122223333:log-group:g"
	must[*cloudwatchlogs.TagResourceOutput](t)(c.TagResource(t.Context(), &cloudwatchlogs.TagResourceInput{
		ResourceArn: &arn, Tags: map[string]string{"a": "1", "b": ""},
	}))
	must[*cloudwatchlogs.UntagResourceOutput](t)(c.UntagResource(t.Context(), &cloudwatchlogs.UntagResourceInput{ResourceArn: &arn, TagKeys: []string{"a"}}))
	out := must[*cloudwatchlogs.ListTagsForResourceOutput](t)(c.ListTagsForResource(t.Context(), &cloudwatchlogs.ListTagsForResourceInput{ResourceArn: &arn}))
	if diff := cmp.Diff(map[string]string{"b": ""}, out.Tags); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	_, err := c.ListTagsForResource(t.Context(), &cloudwatchlogs.ListTagsForResourceInput{ResourceArn: aws.String(arn + "none")})
	expect(t, err, "ResourceNotFoundException", "")
}
