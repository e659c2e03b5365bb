package kinds

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"

	"baseline/resource"
)

// trailTagsPage is about how many trails one ListTags can ask.
const trailTagsPage = 20

// trailsIn sends a call of CloudTrail to a Region.
func trailsIn(region string) func(*cloudtrail.Options) {
	return func(o *cloudtrail.Options) { o.Region = region }
}

// Trails returns all trails that can be seen in the account, whatever their Regions, and those of its organization. It costs one
// call, and for each Region that is the home of a trail two, and three or four for each trail. The state is shared, and must not be
// changed.
func (r *Reader) Trails(ctx context.Context) (resource.State, error) {
	return r.trails.get(func() (resource.State, error) {
		homes := map[string]bool{}
		err := everyPage(func(marker *string) (bool, *string, error) {
			page, err := r.CloudTrail.ListTrails(ctx, &cloudtrail.ListTrailsInput{NextToken: marker})
			if err != nil {
				return false, nil, err
			}
			for _, listed := range page.Trails {
				homes[aws.ToString(listed.HomeRegion)] = true
			}
			return aws.ToString(page.NextToken) != "", page.NextToken, nil
		})
		if err != nil {
			return nil, err
		}
		regions := slices.Sorted(maps.Keys(homes))
		states := make([]resource.State, len(regions))
		err = atOnce(regions, func(i int, home string) (err error) {
			states[i], err = r.trailsOf(ctx, home)
			return err
		})
		all := resource.State{}
		for _, state := range states {
			maps.Copy(all, state)
		}
		return all, err
	})
}

// atOnce does something for each of some things side by side, and returns all failures.
func atOnce[T any](things []T, do func(int, T) error) error {
	var group sync.WaitGroup
	errs := make([]error, len(things))
	for i, thing := range things {
		group.Go(func() { errs[i] = do(i, thing) })
	}
	group.Wait()
	return errors.Join(errs...)
}

// trailsOf returns the trails that have their home in a Region.
func (r *Reader) trailsOf(ctx context.Context, home string) (resource.State, error) {
	answer, err := r.CloudTrail.DescribeTrails(ctx, &cloudtrail.DescribeTrailsInput{}, trailsIn(home))
	if err != nil {
		return nil, err
	}
	// What has its home elsewhere is seen here as its shadow.
	described := slices.DeleteFunc(answer.TrailList, func(t types.Trail) bool { return aws.ToString(t.HomeRegion) != home })
	seen := make([]*seenTrail, len(described))
	err = atOnce(described, func(i int, t types.Trail) (err error) {
		seen[i], err = r.lookAtTrail(ctx, home, t)
		return err
	})
	if err != nil {
		return nil, err
	}
	seen = slices.DeleteFunc(seen, func(t *seenTrail) bool { return t == nil })
	if err := r.tagTrails(ctx, home, seen); err != nil {
		return nil, err
	}
	state := make(resource.State, len(seen))
	for _, t := range seen {
		state[t.address] = t.Resource
	}
	return state, nil
}

// seenTrail is a trail as far as it has been read.
type seenTrail struct {
	resource.Resource
	address resource.Address
	arn     string
	name    string
	ours    bool
}

// lookAtTrail reads what the description of a trail leaves out, but for its tags. It returns nil for one that went meanwhile.
func (r *Reader) lookAtTrail(ctx context.Context, home string, t types.Trail) (*seenTrail, error) {
	of, err := arn.Parse(aws.ToString(t.TrailARN))
	if err != nil {
		return nil, err
	}
	seen := &seenTrail{arn: of.String(), name: aws.ToString(t.Name), ours: of.AccountID == r.Account}
	seen.Facts = resource.Facts{factTrailARN: seen.arn}
	if seen.ours {
		seen.address = resource.At(cloudTrailTrailKind, home, seen.name)
	} else {
		seen.address = resource.At(cloudTrailTrailKind, home, of.AccountID+":"+seen.name)
		seen.Facts[resource.FactOwner] = "account " + of.AccountID
	}
	key, err := r.nameOfKey(ctx, home, aws.ToString(t.KmsKeyId))
	if err != nil {
		return nil, err
	}
	seen.Settings = resource.Object{
		"bucket":        aws.ToString(t.S3BucketName),
		"prefix":        aws.ToString(t.S3KeyPrefix),
		"multi_region":  aws.ToBool(t.IsMultiRegionTrail),
		"global_events": aws.ToBool(t.IncludeGlobalServiceEvents),
		"validation":    aws.ToBool(t.LogFileValidationEnabled),
		"organization":  aws.ToBool(t.IsOrganizationTrail),
		"kms":           key,
		"log_group":     trailLogGroup(r.Partition, r.Account, home, aws.ToString(t.CloudWatchLogsLogGroupArn)),
		"log_role":      aws.ToString(t.CloudWatchLogsRoleArn),
		"sns_topic":     aws.ToString(t.SnsTopicARN),
	}
	err = r.trailActivity(ctx, home, seen)
	if trailGone(err) {
		return nil, nil
	}
	return seen, err
}

// trailActivity reads whether a trail logs, and what.
func (r *Reader) trailActivity(ctx context.Context, home string, seen *seenTrail) error {
	status, err := r.CloudTrail.GetTrailStatus(ctx, &cloudtrail.GetTrailStatusInput{Name: &seen.arn}, trailsIn(home))
	if err != nil {
		return err
	}
	seen.Settings["logging"] = aws.ToBool(status.IsLogging)
	if failed := aws.ToString(status.LatestDeliveryError); failed != "" {
		seen.Facts[factDeliveryError] = failed
	}
	selectors, err := r.CloudTrail.GetEventSelectors(ctx, &cloudtrail.GetEventSelectorsInput{TrailName: &seen.arn}, trailsIn(home))
	switch {
	case err == nil:
		seen.Settings["selectors"] = selectorsSeen(selectors)
	case seen.ours || !withheld(err):
		return err
	}
	insights, err := r.CloudTrail.GetInsightSelectors(ctx, &cloudtrail.GetInsightSelectorsInput{TrailName: &seen.arn}, trailsIn(home))
	switch {
	case err == nil:
		seen.Settings["insights"] = insightsSeen(insights.InsightSelectors)
	case code(err) == "InsightNotEnabledException":
		seen.Settings["insights"] = []string{}
	case seen.ours || !withheld(err):
		return err
	}
	return nil
}

// withheld reports whether CloudTrail refused to show what the trail of another account records. That the trail is there, its status
// has told.
func withheld(err error) bool {
	switch code(err) {
	case "TrailNotFoundException", "OperationNotPermittedException", "UnsupportedOperationException", "CloudTrailARNInvalidException":
		return true
	}
	return denied(err)
}

// trailGone reports whether CloudTrail said that there is no such trail.
func trailGone(err error) bool { return code(err) == "TrailNotFoundException" }

// tagTrails reads the tags of those trails that are ours: of others they cannot be read.
func (r *Reader) tagTrails(ctx context.Context, home string, seen []*seenTrail) error {
	ours := map[string]*seenTrail{}
	for _, t := range seen {
		if t.ours {
			ours[t.arn] = t
		}
	}
	for some := range slices.Chunk(slices.Sorted(maps.Keys(ours)), trailTagsPage) {
		answer, err := r.CloudTrail.ListTags(ctx, &cloudtrail.ListTagsInput{ResourceIdList: some}, trailsIn(home))
		if err != nil {
			return err
		}
		for _, tagged := range answer.ResourceTagList {
			if t := ours[aws.ToString(tagged.ResourceId)]; t != nil {
				tags := make(map[string]string, len(tagged.TagsList))
				for _, tag := range tagged.TagsList {
					tags[aws.ToString(tag.Key)] = aws.ToString(tag.Value)
				}
				t.Settings["tags"] = settableTags(tags)
				t.Facts = withOwner(t.Facts, owner(t.name, "", tags))
			}
		}
	}
	return nil
}

// trailLogGroup is how a trail's log group is written in its settings.
func trailLogGroup(partition, account, home, arn string) string {
	name, ok := strings.CutPrefix(arn, logsGroupARN(partition, account, resource.At(logsGroupKind, home, "")))
	if !ok {
		return arn
	}
	return strings.TrimSuffix(name, allStreams)
}

// allStreams is what CloudTrail wants after the ARN of a log group.
const allStreams = ":*"
