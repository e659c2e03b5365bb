package kinds

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"

	"baseline/policy"
	"baseline/resource"
)

const snsTopicKind resource.Kind = "sns_topic"

// snsTopic is a topic of SNS: sns_topic/REGION/NAME. Its policy is not kept: a new topic has the one that AWS gives it, by which
// the alarms of its own account may publish.
//
//	display    string, the name that mails come under
//	kms        string, the key that messages are encrypted with, by id, ARN or alias; "" = none
//	tags       map
func snsTopic() Kind {
	return Kind{
		Type: resource.Type{
			Kind:     snsTopicKind,
			Named:    true,
			Defaults: resource.Object{"display": "", "kms": "", "tags": map[string]string{}},
			Tags:     "tags",
			OneWay: func(before resource.Resource) []string {
				return append(held(before.Facts), policyOfItsOwn(before.Facts)...)
			},
			Holds: held,
			Weakens: func(before, after resource.Object) []string {
				if before != nil && after == nil {
					return []string{"nobody is told any more what is published to it"}
				}
				return nil
			},
		},
		Permissions: topicPermissions(),
		Find:        findTopics,
		Create: func(ctx context.Context, w *Writer, a resource.Address, after resource.Object) error {
			region, name := regionOf(a)
			attributes := map[string]string{}
			for setting, attribute := range topicAttributes {
				if value := after.Text(setting); value != "" {
					attributes[attribute] = value
				}
			}
			_, err := w.SNS.CreateTopic(ctx, &sns.CreateTopicInput{
				Name: aws.String(name), Attributes: attributes, Tags: topicTags(after.Map("tags")),
			}, snsIn(region))
			return err
		},
		Update: updateTopic,
		Delete: func(ctx context.Context, w *Writer, a resource.Address, _ resource.Object) error {
			region, _ := regionOf(a)
			_, err := w.SNS.DeleteTopic(ctx, &sns.DeleteTopicInput{TopicArn: aws.String(topicARN(w.Partition, w.Account, a))}, snsIn(region))
			return unlessMissing(err)
		},
	}
}

// topicAttributes are the names that SNS has for the settings of a topic.
var topicAttributes = map[string]string{"display": "DisplayName", "kms": "KmsMasterKeyId"}

// factPolicy is "its own" for a topic with another policy than AWS gives to new ones.
const factPolicy = "policy"

func policyOfItsOwn(facts resource.Facts) []string {
	if facts[factPolicy] != "" {
		return []string{"its policy"}
	}
	return nil
}

// snsIn sends a call to a Region.
func snsIn(region string) func(*sns.Options) { return func(o *sns.Options) { o.Region = region } }

func topicARN(partition, account string, a resource.Address) string {
	region, name := regionOf(a)
	return regionalARN(partition, "sns", region, account, name)
}

// topicAddress is the topic of the account behind an ARN.
func topicAddress(account, arn string) (resource.Address, bool) {
	fields := strings.Split(arn, ":")
	if len(fields) != 6 || fields[0] != "arn" || fields[2] != "sns" || fields[4] != account {
		return resource.Address{}, false
	}
	return resource.At(snsTopicKind, fields[3], fields[5]), true
}

func findTopics(ctx context.Context, r *Reader, addresses []resource.Address) (resource.State, error) {
	return findEach(addresses, func(a resource.Address) (resource.Resource, error) {
		found, err := findTopic(ctx, r, a)
		if missing(err) {
			err = nil
		}
		return found, err
	})
}

func findTopic(ctx context.Context, r *Reader, a resource.Address) (resource.Resource, error) {
	region, _ := regionOf(a)
	arn := aws.String(topicARN(r.Partition, r.Account, a))
	topic, err := r.SNS.GetTopicAttributes(ctx, &sns.GetTopicAttributesInput{TopicArn: arn}, snsIn(region))
	if err != nil {
		return resource.Resource{}, err
	}
	answer, err := r.SNS.ListTagsForResource(ctx, &sns.ListTagsForResourceInput{ResourceArn: arn}, snsIn(region))
	if err != nil {
		return resource.Resource{}, err
	}
	tags := map[string]string{}
	for _, tag := range answer.Tags {
		tags[aws.ToString(tag.Key)] = aws.ToString(tag.Value)
	}
	settings := resource.Object{"tags": settableTags(tags)}
	for setting, attribute := range topicAttributes {
		settings[setting] = topic.Attributes[attribute]
	}
	facts := resource.Facts{"arn": *arn}
	if given, err := policy.Parse(topic.Attributes["Policy"]); err == nil && given.ID != "__default_policy_ID" {
		facts[factPolicy] = "its own"
	}
	if topic.Attributes["SubscriptionsConfirmed"] != "0" {
		confirmed, err := othersConfirmed(ctx, r, a)
		if err != nil {
			return resource.Resource{}, err
		}
		if confirmed != "" {
			facts[factHolds] = confirmed
		}
	}
	return resource.Resource{Settings: settings, Facts: withOwner(facts, ownerByTags(tags))}, nil
}

// othersConfirmed says how many have agreed to be told what is published to a topic, without those that are looked up as
// objects of their own in the same look.
func othersConfirmed(ctx context.Context, r *Reader, topic resource.Address) (string, error) {
	count := 0
	err := subscriptions(ctx, r.Services, topicARN(r.Partition, r.Account, topic), topic, func(a resource.Address, arn string) bool {
		if arn != "" && !slices.Contains(r.Asked, a) {
			count++
		}
		return true
	})
	switch {
	case err != nil || count == 0:
		return "", err
	case count == 1:
		return "1 subscription", nil
	}
	return fmt.Sprintf("%d subscriptions", count), nil
}

func updateTopic(ctx context.Context, w *Writer, a resource.Address, before, after resource.Object) error {
	region, _ := regionOf(a)
	arn := aws.String(topicARN(w.Partition, w.Account, a))
	for _, setting := range []string{"display", "kms"} {
		if !changed(before, after, setting) {
			continue
		}
		_, err := w.SNS.SetTopicAttributes(ctx, &sns.SetTopicAttributesInput{
			TopicArn: arn, AttributeName: aws.String(topicAttributes[setting]), AttributeValue: aws.String(after.Text(setting)),
		}, snsIn(region))
		if err != nil {
			return err
		}
	}
	return updateTagMap(before, after, keysDiffer, func(keys []string) error {
		_, err := w.SNS.UntagResource(ctx, &sns.UntagResourceInput{ResourceArn: arn, TagKeys: keys}, snsIn(region))
		return err
	}, func(tags map[string]string) error {
		_, err := w.SNS.TagResource(ctx, &sns.TagResourceInput{ResourceArn: arn, Tags: topicTags(tags)}, snsIn(region))
		return err
	})
}

func topicTags(tags map[string]string) []types.Tag {
	var list []types.Tag
	for _, tag := range tagList(tags) {
		list = append(list, types.Tag{Key: tag.Key, Value: tag.Value})
	}
	return list
}
