package sandbox_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	trailtypes "github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	alarmtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	snstypes "github.com/aws/aws-sdk-go-v2/service/sns/types"

	"baseline/sandbox"
)

// A sentTag is a tag as it is sent to whichever service.
type sentTag struct{ key, value string }

// tagsAs are tags in the type of a service's client.
func tagsAs[T any](tags []sentTag, as func(key, value *string) T) []T {
	out := make([]T, len(tags))
	for i, tag := range tags {
		out[i] = as(&tag.key, &tag.value)
	}
	return out
}

// TestTagRules sends tags that break the rules to services that all have the same ones, and each its own words.
func TestTagRules(t *testing.T) {
	a, ctx := sandbox.New(fixed()), t.Context()
	key := newKey(t, kmsOf(a, home))
	newGroup(t, logsOf(a, home), "audit")
	topic := newTopic(t, snsOf(a, home), "alerts")
	alarm := rootAlarm()
	alarm.Tags, alarm.AlarmActions = nil, nil
	must[*cloudwatch.PutMetricAlarmOutput](t)(alarmsOf(a, home).PutMetricAlarm(ctx, alarm))
	createBucket(t, a, "acme-logs")
	putBucketPolicy(t, a, "acme-logs", trailPolicy)
	must[*cloudtrail.CreateTrailOutput](t)(trailsOf(a, home).CreateTrail(ctx, &cloudtrail.CreateTrailInput{
		Name: aws.String("audit"), S3BucketName: aws.String("acme-logs"),
	}))

	// What each service refuses reserved, double, malformed and too many tags with. Nothing can be double in Logs' map.
	services := map[string]struct {
		tag                                  func(tags []sentTag) error
		reserved, double, malformed, tooMany string
	}{
		"kms": {func(tags []sentTag) error {
			sent := tagsAs(tags, func(k, v *string) kmstypes.Tag { return kmstypes.Tag{TagKey: k, TagValue: v} })
			_, err := kmsOf(a, home).TagResource(ctx, &kms.TagResourceInput{KeyId: key.KeyId, Tags: sent})
			return err
		}, "TagException", "TagException", "ValidationException", "LimitExceededException"},
		"logs": {func(tags []sentTag) error {
			sent := map[string]string{}
			for _, tag := range tags {
				sent[tag.key] = tag.value
			}
			arn := "arn:aws:logs:" + home + ":111122223333:log-group:audit"
			_, err := logsOf(a, home).TagResource(ctx, &cloudwatchlogs.TagResourceInput{ResourceArn: &arn, Tags: sent})
			return err
		}, "InvalidParameterException", "", "InvalidParameterException", "TooManyTagsException"},
		"cloudwatch": {func(tags []sentTag) error {
			arn := "arn:aws:cloudwatch:" + home + ":111122223333:alarm:" + *alarm.AlarmName
			sent := tagsAs(tags, func(k, v *string) alarmtypes.Tag { return alarmtypes.Tag{Key: k, Value: v} })
			_, err := alarmsOf(a, home).TagResource(ctx, &cloudwatch.TagResourceInput{ResourceARN: &arn, Tags: sent})
			return err
		}, "InvalidParameterValue", "InvalidParameterValue", "ValidationError", "InvalidParameterValue"},
		"sns": {func(tags []sentTag) error {
			sent := tagsAs(tags, func(k, v *string) snstypes.Tag { return snstypes.Tag{Key: k, Value: v} })
			_, err := snsOf(a, home).TagResource(ctx, &sns.TagResourceInput{ResourceArn: &topic, Tags: sent})
			return err
		}, "InvalidParameter", "InvalidParameter", "ValidationError", "TagLimitExceeded"},
		"cloudtrail": {func(tags []sentTag) error {
			sent := tagsAs(tags, func(k, v *string) trailtypes.Tag { return trailtypes.Tag{Key: k, Value: v} })
			_, err := trailsOf(a, home).AddTags(ctx, &cloudtrail.AddTagsInput{ResourceId: aws.String(trailARN("audit")), TagsList: sent})
			return err
		}, "InvalidTagParameterException", "InvalidTagParameterException", "InvalidTagParameterException", "TagsLimitExceededException"},
	}
	var fifty []sentTag
	for n := range 50 {
		fifty = append(fifty, sentTag{fmt.Sprint("key", n), ""})
	}
	for _, name := range slices.Sorted(maps.Keys(services)) {
		t.Run(name, func(t *testing.T) {
			s := services[name]
			expect(t, s.tag([]sentTag{{"AWS:team", "a"}}), s.reserved, "")
			expect(t, s.tag([]sentTag{{"team", "a"}, {"team", "b"}}), s.double, "")
			expect(t, s.tag([]sentTag{{strings.Repeat("k", 129), ""}}), s.malformed, "")
			expect(t, s.tag([]sentTag{{"team", strings.Repeat("v", 257)}}), s.malformed, "")
			expect(t, s.tag([]sentTag{{"Team", "another case is another key"}}), "", "")
			expect(t, s.tag(fifty), s.tooMany, "")
		})
	}
}
