package kinds

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"

	"baseline/resource"
)

const snsSubscriptionKind resource.Kind = "sns_subscription"

// The fact that says whether whoever is at the endpoint of a subscription has agreed to it, and its values.
const (
	factState = resource.FactNow + "state"
	pending   = "pending confirmation"
	confirmed = "confirmed"
)

// snsSubscription is somebody who is told what is published to a topic: sns_subscription/REGION/TOPIC/PROTOCOL/ENDPOINT, such as
// sns_subscription/eu-west-1/alarms/email/security@example.com. It has no settings.
//
// Whoever is at the endpoint may have to agree first, by a link in a mail. A subscription that waits for that counts as there.
// Nobody can take it back before: it goes with its topic, or by itself after two days. So it is deleted with its topic only, and
// deleting it is no more than not to stand in the way of that.
func snsSubscription() Kind {
	return Kind{
		Type: resource.Type{
			Kind:  snsSubscriptionKind,
			Named: true,
			Part:  true,
			Owner: topicOfSubscription,
			Needs: func(_ string, a resource.Address, _ resource.Object) []resource.Address {
				return []resource.Address{topicOfSubscription(a)}
			},
			OneWay: func(before resource.Resource) []string {
				if before.Facts[factState] == confirmed {
					return []string{"the consent of whoever is at its endpoint"}
				}
				return nil
			},
			Lingers: func(before resource.Resource) string {
				if before.Facts[factState] == pending {
					return "nobody has confirmed it yet, and AWS deletes such a one by itself after two days, or with its topic"
				}
				return ""
			},
			Weakens: func(before, after resource.Object) []string {
				if before != nil && after == nil {
					return []string{"its endpoint is not told any more what is published"}
				}
				return nil
			},
		},
		Permissions: subscriptionPermissions(),
		Find:        findSubscriptions,
		Create: func(ctx context.Context, w *Writer, a resource.Address, _ resource.Object) error {
			parts := a.Parts(4)
			_, err := w.SNS.Subscribe(ctx, &sns.SubscribeInput{
				TopicArn: aws.String(topicARN(w.Partition, w.Account, topicOfSubscription(a))),
				Protocol: &parts[2], Endpoint: &parts[3], ReturnSubscriptionArn: true,
			}, snsIn(parts[0]))
			return err
		},
		Delete: unsubscribe,
	}
}

// topicOfSubscription is the topic that a subscription belongs to.
func topicOfSubscription(a resource.Address) resource.Address {
	parts := a.Parts(4)
	return resource.At(snsTopicKind, parts[0], parts[1])
}

func findSubscriptions(ctx context.Context, r *Reader, addresses []resource.Address) (resource.State, error) {
	return findGroups(addresses, topicOfSubscription, func(topic resource.Address, of []resource.Address) (resource.State, error) {
		wanted := map[resource.Address]bool{}
		for _, a := range of {
			wanted[a] = true
		}
		state := resource.State{}
		err := subscriptions(ctx, r.Services, topicARN(r.Partition, r.Account, topic), topic, func(a resource.Address, arn string) bool {
			if wanted[a] {
				facts := resource.Facts{factState: pending}
				if arn != "" {
					facts[factState] = confirmed
				}
				state[a] = resource.Resource{Settings: resource.Object{}, Facts: facts}
			}
			return len(state) < len(wanted)
		})
		if missing(err) {
			return nil, nil // without its topic there is no subscription
		}
		return state, err
	})
}

// subscriptions shows the subscriptions of a topic, one after another, until show has seen enough. The ARN is "" of one that was
// not confirmed yet.
func subscriptions(ctx context.Context, s *Services, arn string, topic resource.Address, show func(a resource.Address, arn string) (more bool)) error {
	region, name := regionOf(topic)
	return everyPage(func(marker *string) (bool, *string, error) {
		page, err := s.SNS.ListSubscriptionsByTopic(ctx, &sns.ListSubscriptionsByTopicInput{
			TopicArn: aws.String(arn), NextToken: marker,
		}, snsIn(region))
		if err != nil {
			return false, nil, err
		}
		for _, found := range page.Subscriptions {
			own := aws.ToString(found.SubscriptionArn)
			if !strings.HasPrefix(own, "arn:") { // AWS then says PendingConfirmation
				own = ""
			}
			at := resource.At(snsSubscriptionKind, region, name, aws.ToString(found.Protocol), aws.ToString(found.Endpoint))
			if !show(at, own) {
				return false, nil, nil
			}
		}
		return aws.ToString(page.NextToken) != "", page.NextToken, nil
	})
}

// unsubscribe ends a subscription that was confirmed.
func unsubscribe(ctx context.Context, w *Writer, a resource.Address, _ resource.Object) error {
	topic := topicOfSubscription(a)
	var arn string
	err := subscriptions(ctx, w.Services, topicARN(w.Partition, w.Account, topic), topic, func(at resource.Address, own string) bool {
		if at == a {
			arn = own
		}
		return at != a
	})
	if err != nil || arn == "" {
		return unlessMissing(err)
	}
	region, _ := regionOf(topic)
	_, err = w.SNS.Unsubscribe(ctx, &sns.UnsubscribeInput{SubscriptionArn: &arn}, snsIn(region))
	return unlessMissing(err)
}
