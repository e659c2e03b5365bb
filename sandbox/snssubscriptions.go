package sandbox

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

const subscriptionKindName = "subscription"

// A Subscription is somebody to whom a topic's messages go.
type Subscription struct {
	ID       string    `json:"id"`
	Topic    string    `json:"topic"`
	Region   string    `json:"region"`
	Protocol string    `json:"protocol"`
	Endpoint string    `json:"endpoint"`
	Created  time.Time `json:"created"`
	// Pending is set until whoever is at the endpoint agrees.
	Pending    bool              `json:"pending,omitempty"`
	Attributes map[string]string `json:"attributes,omitempty"`
}

func (s *Subscription) place() place    { return regionalPlace(subscriptionKindName, s.Region, s.local()) }
func (s *Subscription) born() time.Time { return s.Created }
func (s *Subscription) links() []string { return []string{subscriptionTo(s.Region, s.Topic)} }

// local is the last part of the subscription's ARN.
func (s *Subscription) local() string { return s.Topic + ":" + s.ID }

func (s *Subscription) arn(account string) string {
	return regionalARN("sns", s.Region, account, s.local())
}

// subscriptionTo is the link from a subscription to its topic.
func subscriptionTo(region, topic string) string {
	return ownedBy(subscriptionKindName, region+"/"+topic)
}

// pendingFor is how long a subscription waits to be confirmed before SNS forgets it.
const pendingFor = 2 * day

// subscriptions are those of a topic, without the ones that were never confirmed in time.
func (c *call) subscriptions(t *Topic) []*Subscription {
	return slices.DeleteFunc(linked[*Subscription](c, subscriptionTo(t.Region, t.Name)), func(s *Subscription) bool {
		return s.Pending && !c.now.Before(s.Created.Add(pendingFor))
	})
}

func subscriptionKind() *kind {
	return &kind{
		name:   subscriptionKindName,
		decode: decodeAs[Subscription],
		settings: func(_ *call, e entity) (string, any) {
			s, _ := e.(*Subscription)
			return s.Region + "/" + s.Topic, struct {
				Protocol   string            `json:"protocol"`
				Endpoint   string            `json:"endpoint"`
				Pending    bool              `json:"pending,omitempty"`
				Attributes map[string]string `json:"attributes,omitempty"`
			}{s.Protocol, s.Endpoint, s.Pending, s.Attributes}
		},
	}
}

func subscriptionOperations() []operation {
	return []operation{
		write("Subscribe", formAsked(subscribe)),
		write("Unsubscribe", formAsked(unsubscribe)),
		read("ListSubscriptionsByTopic", formAsked(listSubscriptionsByTopic)),
	}
}

// protocols are how a message can be delivered; true are those whose endpoint has to agree first.
var subscriptionProtocols = map[string]bool{
	"email": true, "email-json": true, "http": true, "https": true,
	"sqs": false, "lambda": false, "sms": false, "firehose": false,
}

var mailAddress = whole(`[^@\s]+@[^@\s]+\.[^@\s]+`)

type subscribeInput struct {
	TopicArn, Protocol, Endpoint string
	Attributes                   map[string]string
	ReturnSubscriptionArn        wireFlag
}

// subscribe answers the subscription of an endpoint that subscribed before, if it wants the same.
func subscribe(c *call, in *subscribeInput) (answer, error) {
	t, err := c.topic(in.TopicArn)
	if err != nil {
		return done, err
	}
	pending, err := in.check(c)
	if err != nil {
		return done, err
	}
	s := &Subscription{
		Topic: t.Name, Region: t.Region, Protocol: in.Protocol, Endpoint: in.Endpoint, Created: c.now, Pending: pending,
		Attributes: in.Attributes,
	}
	subscribed := c.subscriptions(t)
	at := slices.IndexFunc(subscribed, func(o *Subscription) bool { return o.Protocol == s.Protocol && o.Endpoint == s.Endpoint })
	if at < 0 {
		s.ID = c.newUUID()
		c.put(s)
	} else {
		s = subscribed[at]
		for name, value := range in.Attributes {
			if s.Attributes[name] != value {
				return done, snsInvalid("Attributes Reason: Subscription already exists with different attributes")
			}
		}
	}
	arn := s.arn(c.account)
	if s.Pending && !bool(in.ReturnSubscriptionArn) {
		arn = "pending confirmation"
	}
	return respond(func(w *xmlWriter) { w.text("SubscriptionArn", arn) })
}

// check refuses what cannot be delivered to, and says whether the endpoint has to agree first.
func (in *subscribeInput) check(c *call) (pending bool, err error) {
	pending, known := subscriptionProtocols[in.Protocol]
	a, isRegional := parseRegionalARN(in.Endpoint)
	switch {
	case !known:
		return false, snsInvalid("Does not support this protocol string: %s", in.Protocol)
	case strings.HasPrefix(in.Protocol, "email") && !mailAddress.MatchString(in.Endpoint):
		return false, snsInvalid("Email address")
	case strings.HasPrefix(in.Protocol, "http") && !strings.HasPrefix(in.Endpoint, in.Protocol+"://"):
		return false, snsInvalid("Endpoint must match the specified protocol")
	case in.Protocol == "sqs" || in.Protocol == "lambda" || in.Protocol == "firehose":
		if !isRegional || a.service != in.Protocol {
			return false, snsInvalid("%s endpoint ARN", strings.ToUpper(in.Protocol))
		}
		// Another account has to agree to what is sent to it.
		pending = a.account != c.account
	case in.Protocol == "sms" && in.Endpoint == "":
		return false, snsInvalid("Invalid SMS endpoint: %s", in.Endpoint)
	}
	return pending, nil
}

type unsubscribeInput struct{ SubscriptionArn string }

// unsubscribe succeeds for a subscription that does not exist. One that was not confirmed yet cannot be ended; it ends by
// itself.
func unsubscribe(c *call, in *unsubscribeInput) (answer, error) {
	if parts := strings.Split(in.SubscriptionArn, ":"); len(parts) < 6 {
		return done, snsInvalid("SubscriptionArn Reason: An ARN must have at least 6 elements, not %d", len(parts))
	}
	local, ok := c.localName(in.SubscriptionArn, "sns", "")
	if !ok || !strings.Contains(local, ":") {
		return done, snsInvalid("SubscriptionId")
	}
	s, ok := findRegional[*Subscription](c, subscriptionKindName, c.region, local)
	if !ok {
		return done, nil
	}
	if s.Pending {
		return done, snsInvalid("SubscriptionArn Reason: Cannot unsubscribe a subscription that is pending confirmation")
	}
	c.remove(s)
	return done, nil
}

type listSubscriptionsInput struct{ TopicArn, NextToken string }

// listSubscriptionsByTopic does not tell the ARN of a subscription that was not confirmed yet.
func listSubscriptionsByTopic(c *call, in *listSubscriptionsInput) (answer, error) {
	t, err := c.topic(in.TopicArn)
	if err != nil {
		return done, err
	}
	page, next, err := snsListPage(c, in.NextToken, in.TopicArn, c.subscriptions(t), func(s *Subscription) string { return s.ID })
	if err != nil {
		return done, err
	}
	return respond(func(w *xmlWriter) {
		list(w, "Subscriptions", page, func(s *Subscription) {
			arn := s.arn(c.account)
			if s.Pending {
				arn = "PendingConfirmation"
			}
			w.text("SubscriptionArn", arn)
			w.text("Owner", c.account)
			w.text("Protocol", s.Protocol)
			w.text("Endpoint", s.Endpoint)
			w.text("TopicArn", t.arn(c.account))
		})
		w.optional("NextToken", next)
	})
}

// ConfirmSubscriptions is whoever reads the mail of an address, or listens at another endpoint, following the link that
// SNS sent: every subscription of the endpoint that waits to be confirmed is. It is an error if there is none.
func (a *Account) ConfirmSubscriptions(endpoint string) error {
	return a.edit(func(c *call) error {
		found := false
		for e := range c.store.all(subscriptionKindName) {
			s, ok := e.(*Subscription)
			if !ok || s.Endpoint != endpoint || !s.Pending || !c.now.Before(s.Created.Add(pendingFor)) {
				continue
			}
			changed := *s
			changed.Pending = false
			c.put(&changed)
			found = true
		}
		if !found {
			return fmt.Errorf("confirm subscriptions: nothing waits to be confirmed by %s", endpoint)
		}
		return nil
	})
}
