package sandbox

import (
	"maps"
	"slices"
)

// SNS (query protocol): topics, their policies and who subscribed. Nothing is ever published.

func snsService() *service {
	sns := &service{
		name: "sns", version: "2010-03-31", queryCodes: map[string]string{"AccessDenied": "AuthorizationError"},
	}
	sns.add(slices.Concat(topicOperations(), topicAttributeOperations(), subscriptionOperations(), topicTagOperations())...)
	return sns
}

// snsPageSize is how many items a page of a list of SNS holds; it cannot be asked for.
const snsPageSize = 100

// codeSNSInvalid is the code with which SNS refuses most of what it refuses.
const codeSNSInvalid = "InvalidParameter"

func snsInvalid(format string, args ...any) error {
	return refuse(codeSNSInvalid, "Invalid parameter: "+format, args...)
}

// snsListPage takes a page of a list of SNS.
func snsListPage[T any](c *call, token, words string, items []T, key func(T) string) (page []T, next string, err error) {
	page, next, ok := tokenPage(c, words, token, snsPageSize, items, key)
	if !ok {
		return nil, "", snsInvalid("NextToken Reason: the token is not one of this list")
	}
	return page, next, nil
}

// topic is the topic of an ARN in the call's Region.
func (c *call) topic(arn string) (*Topic, error) {
	name, err := c.topicName(arn)
	if err != nil {
		return nil, err
	}
	t, ok := findRegional[*Topic](c, topicKindName, c.region, name)
	if !ok {
		return nil, refuse("NotFound", "Topic does not exist")
	}
	return t, nil
}

// topicName is the name in the ARN of a topic of the call's Region and account.
func (c *call) topicName(arn string) (string, error) {
	a, ok := parseRegionalARN(arn)
	switch {
	case !ok || a.service != "sns" || !topicNameRule.MatchString(a.rest):
		return "", snsInvalid("TopicArn Reason: %s is not the ARN of a topic", arn)
	case a.account != c.account:
		return "", refuse("AuthorizationError", "User: %s is not authorized to perform: SNS:%s on resource: %s because no "+
			"resource-based policy allows the SNS:%s action", c.caller.arn, c.operation.name, arn, c.operation.name)
	case a.region != c.region:
		return "", snsInvalid("TopicArn")
	}
	return a.rest, nil
}

// topicAllows says whether the policy of a topic, which is called by its ARN or by its name in the call's Region, lets a
// service principal publish to it, and tells the topic's ARN. The context is what else is known of the request by
// condition key; the account that it is made for always is.
func (c *call) topicAllows(topic, principal string, context map[string]string) (arn string, ok bool) {
	if !isARN(topic) {
		topic = regionalARN("sns", c.region, c.account, topic)
	}
	a, _ := parseRegionalARN(topic)
	t, found := findRegional[*Topic](c, topicKindName, a.region, a.rest)
	if !found || a.service != "sns" || a.account != c.account {
		return topic, false
	}
	known := map[string]string{"aws:SourceAccount": c.account}
	maps.Copy(known, context)
	d, err := parseResourcePolicy(t.policy(c.account))
	return topic, err == nil && d.allows(principal, "SNS:Publish", topic, known)
}
