package sandbox

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

const topicKindName = "topic"

// A Topic is a topic of SNS.
type Topic struct {
	Name    string    `json:"name"`
	Region  string    `json:"region"`
	Created time.Time `json:"created"`
	// Attributes are those that someone set.
	Attributes map[string]string `json:"attributes,omitempty"`
	Tags       []Tag             `json:"tags,omitempty"`
}

func (t *Topic) place() place    { return regionalPlace(topicKindName, t.Region, t.Name) }
func (t *Topic) born() time.Time { return t.Created }
func (t *Topic) links() []string { return nil }

func (t *Topic) arn(account string) string { return regionalARN("sns", t.Region, account, t.Name) }

var topicNameRule = whole(`[A-Za-z0-9_-]{1,256}|[A-Za-z0-9_-]{1,251}\.fifo`)

const fifoEnd = ".fifo"

// policy is the topic's policy: what someone set, or the one that leaves the topic to its own account.
func (t *Topic) policy(account string) string {
	if set := t.Attributes[attributePolicy]; set != "" {
		return set
	}
	return `{"Version":"2008-10-17","Id":"__default_policy_ID","Statement":[{"Sid":"__default_statement_ID","Effect":"Allow",` +
		`"Principal":{"AWS":"*"},"Action":["SNS:GetTopicAttributes","SNS:SetTopicAttributes","SNS:AddPermission",` +
		`"SNS:RemovePermission","SNS:DeleteTopic","SNS:Subscribe","SNS:ListSubscriptionsByTopic","SNS:Publish"],` +
		`"Resource":"` + t.arn(account) + `","Condition":{"StringEquals":{"AWS:SourceOwner":"` + account + `"}}}]}`
}

func topicKind() *kind {
	return &kind{
		name:   topicKindName,
		decode: decodeAs[Topic],
		settings: func(c *call, e entity) (string, any) {
			t, _ := e.(*Topic)
			attributes := maps.Clone(t.Attributes)
			delete(attributes, attributePolicy)
			return t.Region + "/" + t.Name, struct {
				Attributes map[string]string `json:"attributes,omitempty"`
				Policy     any               `json:"policy"`
				Tags       []Tag             `json:"tags,omitempty"`
			}{attributes, plainDocument(t.policy(c.account)), t.Tags}
		},
	}
}

func topicOperations() []operation {
	return []operation{
		write("CreateTopic", formAsked(createTopic)),
		write("DeleteTopic", formAsked(deleteTopic)),
		read("ListTopics", formAsked(listTopics)),
	}
}

type createTopicInput struct {
	Name       string
	Attributes map[string]string
	Tags       []Tag
}

// createTopic answers the ARN of a topic that exists already, if it is just what is asked for.
func createTopic(c *call, in *createTopicInput) (answer, error) {
	fifo := in.Attributes["FifoTopic"] == "true"
	if !topicNameRule.MatchString(in.Name) || strings.HasSuffix(in.Name, fifoEnd) != fifo {
		return done, snsInvalid("Topic Name")
	}
	t := &Topic{Name: in.Name, Region: c.region, Created: c.now}
	for _, name := range slices.Sorted(maps.Keys(in.Attributes)) {
		if err := c.checkAttribute(name, in.Attributes[name]); err != nil {
			return done, err
		}
		t.setAttribute(name, in.Attributes[name])
	}
	var err error
	if t.Tags, err = topicTagRefusals.merge(nil, in.Tags); err != nil {
		return done, err
	}
	if old, ok := c.store.get(t.place()).(*Topic); ok {
		for name, value := range t.Attributes {
			if old.Attributes[name] != value {
				return done, snsInvalid("Attributes Reason: Topic already exists with different attributes")
			}
		}
		if len(t.Tags) > 0 && !slices.Equal(t.Tags, old.Tags) {
			return done, snsInvalid("Tags Reason: Topic already exists with different tags")
		}
	} else {
		c.put(t)
	}
	arn := t.arn(c.account)
	return respond(func(w *xmlWriter) { w.text("TopicArn", arn) })
}

type topicInput struct{ TopicArn string }

// deleteTopic takes the subscriptions with it; a topic that does not exist is no error.
func deleteTopic(c *call, in *topicInput) (answer, error) {
	name, err := c.topicName(in.TopicArn)
	if err != nil {
		return done, err
	}
	t, ok := findRegional[*Topic](c, topicKindName, c.region, name)
	if !ok {
		return done, nil
	}
	for _, s := range linked[*Subscription](c, subscriptionTo(t.Region, t.Name)) {
		c.remove(s)
	}
	c.remove(t)
	return done, nil
}

type listTopicsInput struct{ NextToken string }

func listTopics(c *call, in *listTopicsInput) (answer, error) {
	topics := allRegional[*Topic](c, topicKindName, "")
	page, next, err := snsListPage(c, in.NextToken, "", topics, func(t *Topic) string { return t.Name })
	if err != nil {
		return done, err
	}
	return respond(func(w *xmlWriter) {
		list(w, "Topics", page, func(t *Topic) { w.text("TopicArn", t.arn(c.account)) })
		w.optional("NextToken", next)
	})
}

func topicAttributeOperations() []operation {
	return []operation{
		read("GetTopicAttributes", formAsked(getTopicAttributes)),
		write("SetTopicAttributes", formAsked(setTopicAttributes)),
	}
}

// The attributes of a topic that mean something here.
const (
	attributePolicy      = "Policy"
	attributeDisplayName = "DisplayName"
	attributeFifo        = "FifoTopic"
)

// topicAttributes are the attributes that can be set, some when the topic is created only.
var topicAttributes = []string{
	attributePolicy, attributeDisplayName, attributeFifo, "ContentBasedDeduplication", "DeliveryPolicy", "KmsMasterKeyId",
	"SignatureVersion", "TracingConfig", "FifoThroughputScope", "ArchivePolicy",
	"HTTPSuccessFeedbackRoleArn", "HTTPSuccessFeedbackSampleRate", "HTTPFailureFeedbackRoleArn",
	"SQSSuccessFeedbackRoleArn", "SQSSuccessFeedbackSampleRate", "SQSFailureFeedbackRoleArn",
	"LambdaSuccessFeedbackRoleArn", "LambdaSuccessFeedbackSampleRate", "LambdaFailureFeedbackRoleArn",
	"FirehoseSuccessFeedbackRoleArn", "FirehoseSuccessFeedbackSampleRate", "FirehoseFailureFeedbackRoleArn",
	"ApplicationSuccessFeedbackRoleArn", "ApplicationSuccessFeedbackSampleRate", "ApplicationFailureFeedbackRoleArn",
}

// The bounds of a topic's attributes: a display name in characters, a policy in bytes.
const (
	longestDisplayName = 100
	quotaTopicPolicy   = 30720
)

func (c *call) checkAttribute(name, value string) error {
	switch {
	case !slices.Contains(topicAttributes, name):
		return snsInvalid("AttributeName")
	case name == attributeDisplayName && len([]rune(value)) > longestDisplayName:
		return snsInvalid("DisplayName")
	case name == attributePolicy:
		return c.checkTopicPolicy(value)
	case name == "DeliveryPolicy" && value != "" && !json.Valid([]byte(value)):
		return snsInvalid("DeliveryPolicy: failed to parse JSON.")
	case name == "SignatureVersion" && value != "1" && value != "2":
		return snsInvalid("SignatureVersion")
	}
	return nil
}

// checkTopicPolicy refuses a policy that does not parse, that speaks of another service than SNS, or that names somebody
// who does not exist.
func (c *call) checkTopicPolicy(text string) error {
	if len(text) > quotaTopicPolicy {
		return snsInvalid("Policy Error: the policy is larger than %d bytes", quotaTopicPolicy)
	}
	d, err := parseResourcePolicy(text)
	if err != nil {
		return snsInvalid("Policy Error: %s", asFailure(err).message)
	}
	for _, s := range d.statements {
		for _, action := range s.actions {
			if vendor, _, found := strings.Cut(action, ":"); found && !strings.EqualFold(vendor, "sns") {
				return snsInvalid("Policy statement action out of service scope!")
			}
		}
	}
	if !c.principalsExist(d) {
		return snsInvalid("Policy Error: PrincipalNotFound")
	}
	return nil
}

func (t *Topic) setAttribute(name, value string) {
	attributes := maps.Clone(t.Attributes)
	if attributes == nil {
		attributes = map[string]string{}
	}
	attributes[name] = value
	if value == "" {
		delete(attributes, name)
	}
	t.Attributes = attributes
}

type setTopicAttributesInput struct{ TopicArn, AttributeName, AttributeValue string }

func setTopicAttributes(c *call, in *setTopicAttributesInput) (answer, error) {
	t, err := c.topic(in.TopicArn)
	if err != nil {
		return done, err
	}
	if in.AttributeName == attributeFifo {
		return done, snsInvalid("AttributeName Reason: %s cannot be changed", attributeFifo)
	}
	if err := c.checkAttribute(in.AttributeName, in.AttributeValue); err != nil {
		return done, err
	}
	changed := *t
	changed.setAttribute(in.AttributeName, in.AttributeValue)
	c.put(&changed)
	return done, nil
}

// defaultDelivery is how often SNS tries to deliver over HTTP when nothing else is set.
const defaultDelivery = `{"http":{"defaultHealthyRetryPolicy":{"minDelayTarget":20,"maxDelayTarget":20,"numRetries":3,` +
	`"numMaxDelayRetries":0,"numNoDelayRetries":0,"numMinDelayRetries":0,"backoffFunction":"linear"},` +
	`"disableSubscriptionOverrides":false,"defaultRequestPolicy":{"headerContentType":"text/plain; charset=UTF-8"}}}`

func getTopicAttributes(c *call, in *topicInput) (answer, error) {
	t, err := c.topic(in.TopicArn)
	if err != nil {
		return done, err
	}
	pending, confirmed := 0, 0
	for _, s := range c.subscriptions(t) {
		if s.Pending {
			pending++
		} else {
			confirmed++
		}
	}
	shown := map[string]string{
		"TopicArn":                t.arn(c.account),
		"Owner":                   c.account,
		attributePolicy:           t.policy(c.account),
		attributeDisplayName:      "",
		"EffectiveDeliveryPolicy": defaultDelivery,
		"SubscriptionsPending":    strconv.Itoa(pending),
		"SubscriptionsConfirmed":  strconv.Itoa(confirmed),
		"SubscriptionsDeleted":    "0",
	}
	maps.Copy(shown, t.Attributes)
	if set, ok := t.Attributes["DeliveryPolicy"]; ok {
		shown["EffectiveDeliveryPolicy"] = set
	}
	return respond(func(w *xmlWriter) {
		w.in("Attributes", func() {
			for _, name := range slices.Sorted(maps.Keys(shown)) {
				w.in("entry", func() {
					w.text("key", name)
					w.text("value", shown[name])
				})
			}
		})
	})
}
