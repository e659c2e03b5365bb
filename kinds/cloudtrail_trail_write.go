package kinds

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"

	"baseline/resource"
	"baseline/trail"
)

// writtenTrail is a trail that is written to, at home, where alone that can be done.
type writtenTrail struct {
	*Writer
	home, name string
}

// trailAt is the trail of an address. One of another account can't be written to.
func (w *Writer) trailAt(a resource.Address) (*writtenTrail, error) {
	home, name, ours := trailPlace(a)
	if !ours {
		account, _, _ := strings.Cut(name, ":")
		return nil, fmt.Errorf("%s belongs to account %s, which alone can change it", a, account)
	}
	return &writtenTrail{w, home, name}, nil
}

// createTrail makes the trail and only then lets it log, so that it never records anything else than it shall.
func createTrail(ctx context.Context, w *Writer, a resource.Address, after resource.Object) error {
	t, err := w.trailAt(a)
	if err != nil {
		return err
	}
	in := &cloudtrail.CreateTrailInput{
		Name: &t.name, S3BucketName: aws.String(after.Text("bucket")), S3KeyPrefix: given(after, "prefix"),
		IsMultiRegionTrail: flagOf(after, "multi_region"), IncludeGlobalServiceEvents: flagOf(after, "global_events"),
		EnableLogFileValidation: flagOf(after, "validation"), IsOrganizationTrail: flagOf(after, "organization"),
		KmsKeyId: given(after, "kms"), CloudWatchLogsRoleArn: given(after, "log_role"), SnsTopicName: given(after, "sns_topic"),
		TagsList: trailTags(after.Map("tags")),
	}
	if group := t.logGroup(after); group != "" {
		in.CloudWatchLogsLogGroupArn = &group
	}
	if _, err := w.CloudTrail.CreateTrail(ctx, in, trailsIn(t.home)); err != nil {
		return t.advised(ctx, err, after)
	}
	return t.record(ctx, trailAsMade(), after)
}

// trailAsMade is a trail that was just made: as the defaults are, but it does not log.
func trailAsMade() resource.Object {
	return cloudTrailTrail().Defaults.With(resource.Object{"logging": false})
}

func updateTrail(ctx context.Context, w *Writer, a resource.Address, before, after resource.Object) error {
	t, err := w.trailAt(a)
	if err != nil {
		return err
	}
	if in, differs := t.update(before, after); differs {
		if _, err := w.CloudTrail.UpdateTrail(ctx, in, trailsIn(t.home)); err != nil {
			return t.advised(ctx, err, before.With(after))
		}
	}
	arn := aws.String(trailARN(w.Partition, w.Account, t.home, t.name))
	err = updateTagMap(before, after, keysDiffer, func(keys []string) error {
		list := make([]types.Tag, len(keys))
		for i, key := range keys {
			list[i].Key = aws.String(key)
		}
		_, err := w.CloudTrail.RemoveTags(ctx, &cloudtrail.RemoveTagsInput{ResourceId: arn, TagsList: list}, trailsIn(t.home))
		return err
	}, func(tags map[string]string) error {
		_, err := w.CloudTrail.AddTags(ctx, &cloudtrail.AddTagsInput{ResourceId: arn, TagsList: trailTags(tags)}, trailsIn(t.home))
		return err
	})
	if err != nil {
		return err
	}
	return t.record(ctx, before, after)
}

func deleteTrail(ctx context.Context, w *Writer, a resource.Address, _ resource.Object) error {
	t, err := w.trailAt(a)
	if err != nil {
		return err
	}
	_, err = w.CloudTrail.DeleteTrail(ctx, &cloudtrail.DeleteTrailInput{Name: &t.name}, trailsIn(t.home))
	if trailGone(err) {
		return nil
	}
	return err
}

// update asks for what differs: UpdateTrail keeps what it is not sent, and takes away what is sent empty.
func (t *writtenTrail) update(before, after resource.Object) (in *cloudtrail.UpdateTrailInput, differs bool) {
	in = &cloudtrail.UpdateTrailInput{Name: &t.name}
	whole := before.With(after)
	for setting, sent := range map[string]**string{
		"bucket": &in.S3BucketName, "prefix": &in.S3KeyPrefix, "kms": &in.KmsKeyId, "sns_topic": &in.SnsTopicName,
	} {
		if changed(before, after, setting) {
			*sent, differs = aws.String(after.Text(setting)), true
		}
	}
	for setting, sent := range map[string]**bool{
		"validation": &in.EnableLogFileValidation, "organization": &in.IsOrganizationTrail,
	} {
		if changed(before, after, setting) {
			*sent, differs = aws.Bool(after.Flag(setting)), true
		}
	}
	// A trail that is taken back to one Region loses global events too unless they are asked for in the same call, and one that is
	// to record all Regions must have them.
	if changed(before, after, "multi_region") || changed(before, after, "global_events") {
		in.IsMultiRegionTrail, in.IncludeGlobalServiceEvents = flagOf(whole, "multi_region"), flagOf(whole, "global_events")
		differs = true
	}
	// Neither the group nor the role can be there without the other.
	if changed(before, after, "log_group") || changed(before, after, "log_role") {
		in.CloudWatchLogsLogGroupArn, in.CloudWatchLogsRoleArn = aws.String(t.logGroup(whole)), aws.String(whole.Text("log_role"))
		differs = true
	}
	return in, differs
}

// record makes the trail record what it shall. It begins to log when all else is done. Insights that go are taken away while the
// events are still recorded that they look at, and those that come are asked for when theirs already are.
func (t *writtenTrail) record(ctx context.Context, before, after resource.Object) error {
	insights := before.List("insights")
	if gone := without(insights, after.List("insights")); after.Has("insights") && len(gone) > 0 {
		insights = without(insights, gone)
		if err := t.putInsights(ctx, insights); err != nil {
			return err
		}
	}
	if after.Has("selectors") && !slices.Equal(before.List("selectors"), after.List("selectors")) {
		in, err := selectorsSent(t.name, after.List("selectors"))
		if err != nil {
			return fmt.Errorf("trail %s: %w", t.name, err)
		}
		if _, err := t.CloudTrail.PutEventSelectors(ctx, in, trailsIn(t.home)); err != nil {
			return err
		}
	}
	if after.Has("insights") && !slices.Equal(insights, after.List("insights")) {
		if err := t.putInsights(ctx, after.List("insights")); err != nil {
			return t.advised(ctx, err, before.With(after))
		}
	}
	if !changed(before, after, "logging") {
		return nil
	}
	var err error
	if after.Flag("logging") {
		_, err = t.CloudTrail.StartLogging(ctx, &cloudtrail.StartLoggingInput{Name: &t.name}, trailsIn(t.home))
	} else {
		_, err = t.CloudTrail.StopLogging(ctx, &cloudtrail.StopLoggingInput{Name: &t.name}, trailsIn(t.home))
	}
	return err
}

func (t *writtenTrail) putInsights(ctx context.Context, insights []string) error {
	_, err := t.CloudTrail.PutInsightSelectors(ctx, insightsSent(t.name, insights), trailsIn(t.home))
	return err
}

// logGroup is the log group of the trail as CloudTrail wants it, "" for none.
func (t *writtenTrail) logGroup(o resource.Object) string {
	group := o.Text("log_group")
	switch {
	case group == "" || isARN(group):
		return group
	}
	return logsGroupARN(t.Partition, t.Account, resource.At(logsGroupKind, t.home, group)) + allStreams
}

// delivery is the trail as far as the policies are concerned of what it delivers to. The id of an organization is not known here.
func (t *writtenTrail) delivery(o resource.Object) trail.Delivery {
	d := trail.Delivery{
		Partition: t.Partition, Account: t.Account, Region: t.home, Name: t.name, Bucket: o.Text("bucket"), Prefix: o.Text("prefix"),
		LogGroup: o.Text("log_group"),
	}
	if o.Flag("organization") {
		d.Organization = "ORGANIZATION"
	}
	return d
}

// flagOf returns a bool setting as a parameter, nil when it is not known.
func flagOf(o resource.Object, name string) *bool {
	if !o.Has(name) {
		return nil
	}
	return aws.Bool(o.Flag(name))
}

// trailTags are tags as CloudTrail takes them, in the order of their keys.
func trailTags(tags map[string]string) []types.Tag {
	var list []types.Tag
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		list = append(list, types.Tag{Key: aws.String(key), Value: aws.String(tags[key])})
	}
	return list
}
