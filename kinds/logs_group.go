package kinds

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"

	"baseline/resource"
)

const logsGroupKind resource.Kind = "logs_group"

// logsGroup is a log group of CloudWatch Logs: logs_group/REGION/GROUP. The name may begin with a slash and hold more of them.
//
//	retention    int, days for which it keeps log events; 0 = for ever. AWS takes certain numbers only
//	kms          string, key that its log events are encrypted with, as [Reader.keyReference] refers to it; "" = AWS's own
//	tags         map
func logsGroup() Kind {
	return Kind{
		Type: resource.Type{
			Kind:     logsGroupKind,
			Named:    true,
			Defaults: resource.Object{"retention": 0, "kms": "", "tags": map[string]string{}},
			Tags:     "tags",
			Needs:    keyOfLogsGroup,
			Follows:  keyOfLogsGroup, // whose policy CloudWatch Logs tries out
			Tries:    []string{"kms"},
			Lay: func(a resource.Address, wanted resource.Object, see func(resource.Address) (resource.Resource, bool)) resource.Object {
				region, _ := regionOf(a)
				return layKeyReference(region, wanted, see)
			},
			OneWay:  func(before resource.Resource) []string { return held(before.Facts) },
			Holds:   held,
			Weakens: logsGroupWeakens,
		},
		Permissions: logsGroupPermissions(),
		Find:        findLogsGroups,
		Create: func(ctx context.Context, w *Writer, a resource.Address, after resource.Object) error {
			region, name := regionOf(a)
			key, err := referredKeyARN(ctx, w.Services, region, after)
			if err != nil {
				return err
			}
			_, err = w.Logs.CreateLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{
				LogGroupName: aws.String(name), KmsKeyId: key, Tags: after.Map("tags"),
			}, logsIn(region))
			if err != nil {
				return err
			}
			return setRetention(ctx, w, a, resource.Object{"retention": 0}, after)
		},
		Update: updateLogsGroup,
		Delete: func(ctx context.Context, w *Writer, a resource.Address, _ resource.Object) error {
			region, name := regionOf(a)
			_, err := w.Logs.DeleteLogGroup(ctx, &cloudwatchlogs.DeleteLogGroupInput{LogGroupName: aws.String(name)}, logsIn(region))
			return unlessMissing(err)
		},
	}
}

// keyOfLogsGroup is the key that a group's log events are encrypted with, where it goes by an alias.
func keyOfLogsGroup(_ string, a resource.Address, o resource.Object) []resource.Address {
	region, _ := regionOf(a)
	if key, ok := keyReferredTo(region, o.Text("kms")); ok {
		return []resource.Address{key}
	}
	return nil
}

// logsIn sends a call to a Region.
func logsIn(region string) func(*cloudwatchlogs.Options) {
	return func(o *cloudwatchlogs.Options) { o.Region = region }
}

// logsGroupWeakens says what a change of a group takes from the record in it.
func logsGroupWeakens(before, after resource.Object) []string {
	switch {
	case before == nil:
		return nil
	case after == nil:
		return []string{"nothing is kept in it any more"}
	}
	var weaker []string
	if was, is := before.Number("retention"), after.Number("retention"); after.Has("retention") && is != 0 && (was == 0 || is < was) {
		weaker = append(weaker, fmt.Sprintf("it keeps log events %s instead of %s", forDays(is), forDays(was)))
	}
	if before.Text("kms") != "" && after.Has("kms") && after.Text("kms") == "" {
		weaker = append(weaker, "what comes is not encrypted with a key of one's own any more")
	}
	return weaker
}

func findLogsGroups(ctx context.Context, r *Reader, addresses []resource.Address) (resource.State, error) {
	return findEach(addresses, func(a resource.Address) (resource.Resource, error) {
		region, name := regionOf(a)
		settings, facts, err := findLogsGroup(ctx, r.Services, region, name)
		if err != nil || settings == nil {
			return resource.Resource{}, err
		}
		arn := logsGroupARN(r.Partition, r.Account, a)
		answer, err := r.Logs.ListTagsForResource(ctx, &cloudwatchlogs.ListTagsForResourceInput{ResourceArn: aws.String(arn)}, logsIn(region))
		if err != nil {
			if missing(err) { // it went between the two calls
				err = nil
			}
			return resource.Resource{}, err
		}
		if settings["kms"], err = r.keyReference(ctx, region, settings.Text("kms")); err != nil {
			return resource.Resource{}, err
		}
		settings["tags"] = settableTags(answer.Tags)
		facts["arn"] = arn
		return resource.Resource{Settings: settings, Facts: withOwner(facts, ownerByTags(answer.Tags))}, nil
	})
}

// findLogsGroup looks for the group of a name; settings are nil where there is none. A name comes before all others that begin
// with it, so what is there is on the first page that is not empty.
func findLogsGroup(ctx context.Context, s *Services, region, name string) (settings resource.Object, facts resource.Facts, err error) {
	err = everyPage(func(marker *string) (bool, *string, error) {
		page, err := s.Logs.DescribeLogGroups(ctx, &cloudwatchlogs.DescribeLogGroupsInput{
			LogGroupNamePrefix: aws.String(name), NextToken: marker,
		}, logsIn(region))
		if err != nil {
			return false, nil, err
		}
		for _, group := range page.LogGroups {
			if aws.ToString(group.LogGroupName) != name {
				continue
			}
			settings = resource.Object{"retention": int(aws.ToInt32(group.RetentionInDays)), "kms": aws.ToString(group.KmsKeyId)}
			facts = resource.Facts{}
			if aws.ToInt64(group.StoredBytes) > 0 {
				facts[factHolds] = "its log events"
			}
		}
		more := aws.ToString(page.NextToken) != "" && len(page.LogGroups) == 0
		return more, page.NextToken, nil
	})
	return settings, facts, err
}

// logsGroupARN is the ARN of a group as its tags are asked for by it, without the ":*" that stands for its streams.
func logsGroupARN(partition, account string, a resource.Address) string {
	region, name := regionOf(a)
	return regionalARN(partition, "logs", region, account, "log-group:"+name)
}

func updateLogsGroup(ctx context.Context, w *Writer, a resource.Address, before, after resource.Object) error {
	region, name := regionOf(a)
	if changed(before, after, "kms") {
		key, err := referredKeyARN(ctx, w.Services, region, after)
		switch {
		case err != nil:
		case key != nil:
			_, err = w.Logs.AssociateKmsKey(ctx, &cloudwatchlogs.AssociateKmsKeyInput{
				LogGroupName: aws.String(name), KmsKeyId: key,
			}, logsIn(region))
		default:
			_, err = w.Logs.DisassociateKmsKey(ctx, &cloudwatchlogs.DisassociateKmsKeyInput{LogGroupName: aws.String(name)}, logsIn(region))
		}
		if err != nil {
			return err
		}
	}
	if err := setRetention(ctx, w, a, before, after); err != nil {
		return err
	}
	arn := aws.String(logsGroupARN(w.Partition, w.Account, a))
	return updateTagMap(before, after, keysDiffer, func(keys []string) error {
		_, err := w.Logs.UntagResource(ctx, &cloudwatchlogs.UntagResourceInput{ResourceArn: arn, TagKeys: keys}, logsIn(region))
		return err
	}, func(tags map[string]string) error {
		_, err := w.Logs.TagResource(ctx, &cloudwatchlogs.TagResourceInput{ResourceArn: arn, Tags: tags}, logsIn(region))
		return err
	})
}

// setRetention makes a group keep its log events for as long as after says.
func setRetention(ctx context.Context, w *Writer, a resource.Address, before, after resource.Object) error {
	if !changed(before, after, "retention") {
		return nil
	}
	region, name := regionOf(a)
	if after.Number("retention") == 0 {
		_, err := w.Logs.DeleteRetentionPolicy(ctx, &cloudwatchlogs.DeleteRetentionPolicyInput{LogGroupName: aws.String(name)}, logsIn(region))
		return err
	}
	_, err := w.Logs.PutRetentionPolicy(ctx, &cloudwatchlogs.PutRetentionPolicyInput{
		LogGroupName: aws.String(name), RetentionInDays: aws.Int32(clamp32(after.Number("retention"))),
	}, logsIn(region))
	return err
}
