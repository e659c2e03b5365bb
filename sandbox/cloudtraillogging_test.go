package sandbox_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/google/go-cmp/cmp"

	"baseline/sandbox"
)

// tagsOf are the tags of a trail.
func tagsOf(t *testing.T, a *sandbox.Account, region, arn string) map[string]string {
	t.Helper()
	out := must[*cloudtrail.ListTagsOutput](t)(trailsOf(a, region).ListTags(t.Context(), &cloudtrail.ListTagsInput{ResourceIdList: []string{arn}}))
	tags := map[string]string{}
	for _, tag := range out.ResourceTagList[0].TagsList {
		tags[*tag.Key] = aws.ToString(tag.Value)
	}
	return tags
}

// TestLogging follows a trail from its first delivery to its stop.
func TestLogging(t *testing.T) {
	now := start
	o := fixed()
	o.Now = func() time.Time { return now }
	a := sandbox.New(o)
	createBucket(t, a, "acme-logs")
	putBucketPolicy(t, a, "acme-logs", trailPolicy)
	expect(t, createTrail(t, a, "audit", func(in *cloudtrail.CreateTrailInput) { in.EnableLogFileValidation = aws.Bool(true) }), "", "")
	c := trailsOf(a, home)
	log := func(on bool) {
		t.Helper()
		var err error
		if on {
			_, err = c.StartLogging(t.Context(), &cloudtrail.StartLoggingInput{Name: aws.String(trailARN("audit"))})
		} else {
			_, err = c.StopLogging(t.Context(), &cloudtrail.StopLoggingInput{Name: aws.String("audit")})
		}
		expect(t, err, "", "")
	}
	status := func() *cloudtrail.GetTrailStatusOutput {
		t.Helper()
		return must[*cloudtrail.GetTrailStatusOutput](t)(c.GetTrailStatus(t.Context(), &cloudtrail.GetTrailStatusInput{Name: aws.String("audit")}))
	}
	same := func(what string, got *time.Time, want time.Time) {
		t.Helper()
		if got == nil || !got.Equal(want) {
			t.Errorf("%s is %v, want %v", what, got, want)
		}
	}
	log(false) // a trail that does not log can be stopped
	log(true)
	now = now.Add(4 * time.Minute)
	log(true) // again, which is not another start
	s := status()
	same("start", s.StartLoggingTime, start)
	if !*s.IsLogging || s.LatestDeliveryTime != nil || s.StopLoggingTime != nil {
		t.Errorf("before the first delivery: %+v", s)
	}
	now = start.Add(61 * time.Minute)
	s = status()
	same("delivery", s.LatestDeliveryTime, start.Add(time.Hour))
	same("digest", s.LatestDigestDeliveryTime, start.Add(time.Hour))
	if s.LatestDeliveryError != nil {
		t.Errorf("delivery failed: %s", *s.LatestDeliveryError)
	}
	_, err := s3In(a, home, true).DeleteBucketPolicy(t.Context(), &s3.DeleteBucketPolicyInput{Bucket: aws.String("acme-logs")})
	expect(t, err, "", "")
	if s = status(); aws.ToString(s.LatestDeliveryError) != "AccessDenied" || aws.ToString(s.LatestDigestDeliveryError) != "AccessDenied" {
		t.Errorf("without a bucket policy: %+v", s)
	}
	putBucketPolicy(t, a, "acme-logs", trailPolicy)
	now = start.Add(2 * time.Hour)
	log(false)
	now = start.Add(3 * time.Hour)
	log(false)
	s = status()
	same("stop", s.StopLoggingTime, start.Add(2*time.Hour))
	same("last delivery", s.LatestDeliveryTime, start.Add(2*time.Hour))
	if *s.IsLogging {
		t.Error("it still logs")
	}
}

func TestTrailTags(t *testing.T) {
	a, c := auditTrail(t)
	arn := aws.String(trailARN("audit"))
	pair := func(key, value string) types.Tag { return types.Tag{Key: &key, Value: &value} }
	add := func(tags ...types.Tag) error {
		_, err := c.AddTags(t.Context(), &cloudtrail.AddTagsInput{ResourceId: arn, TagsList: tags})
		return err
	}
	expect(t, add(pair("team", "sec"), pair("Team", "data")), "", "")
	expect(t, add(pair("team", "ops")), "", "")
	if diff := cmp.Diff(map[string]string{"Team": "data", "team": "ops"}, tagsOf(t, a, home, *arn)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	remove := must[*cloudtrail.RemoveTagsOutput](t)
	remove(c.RemoveTags(t.Context(), &cloudtrail.RemoveTagsInput{ResourceId: arn, TagsList: []types.Tag{{Key: aws.String("Team")}, {Key: aws.String("gone")}}}))
	if diff := cmp.Diff(map[string]string{"team": "ops"}, tagsOf(t, a, home, *arn)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	var fifty []types.Tag
	for n := range 50 {
		fifty = append(fifty, pair(fmt.Sprint("k", n), ""))
	}
	expect(t, add(fifty...), "TagsLimitExceededException", "50")
	expect(t, add(fifty[:49]...), "", "")
	expect(t, add(pair("a", "1"), pair("a", "2")), "InvalidTagParameterException", "twice")
	expect(t, add(pair("aws:x", "1")), "InvalidTagParameterException", "aws:")

	arn = aws.String("audit")
	expect(t, add(pair("a", "1")), "CloudTrailARNInvalidException", "")
	arn = aws.String(trailARN("none"))
	expect(t, add(pair("a", "1")), "ResourceNotFoundException", "")
	_, err := trailsOf(a, "us-east-1").ListTags(t.Context(), &cloudtrail.ListTagsInput{ResourceIdList: []string{trailARN("audit")}})
	expect(t, err, "CloudTrailARNInvalidException", "you can only access resources in region us-east-1")
	_, err = c.ListTags(t.Context(), &cloudtrail.ListTagsInput{ResourceIdList: make([]string, 21)})
	expect(t, err, "InvalidParameterException", "20")
}

func TestLookupEvents(t *testing.T) {
	_, c := auditTrail(t)
	look := func(in cloudtrail.LookupEventsInput) error {
		_, err := c.LookupEvents(t.Context(), &in)
		return err
	}
	by := func(keys ...types.LookupAttributeKey) []types.LookupAttribute {
		var all []types.LookupAttribute
		for _, key := range keys {
			all = append(all, types.LookupAttribute{AttributeKey: key, AttributeValue: aws.String("x")})
		}
		return all
	}
	expect(t, look(cloudtrail.LookupEventsInput{}), "", "")
	expect(t, look(cloudtrail.LookupEventsInput{LookupAttributes: by("EventName"), MaxResults: aws.Int32(50)}), "", "")
	expect(t, look(cloudtrail.LookupEventsInput{LookupAttributes: by("EventName", "Username")}), "InvalidLookupAttributesException", "")
	expect(t, look(cloudtrail.LookupEventsInput{LookupAttributes: by("Colour")}), "InvalidLookupAttributesException", "Colour")
	expect(t, look(cloudtrail.LookupEventsInput{MaxResults: aws.Int32(51)}), "InvalidMaxResultsException", "")
	expect(t, look(cloudtrail.LookupEventsInput{NextToken: aws.String("x")}), "InvalidNextTokenException", "")
	expect(t, look(cloudtrail.LookupEventsInput{EventCategory: "weather"}), "InvalidEventCategoryException", "")
	later := start.Add(time.Hour)
	expect(t, look(cloudtrail.LookupEventsInput{StartTime: &later, EndTime: aws.Time(start)}), "InvalidTimeRangeException", "")
}
