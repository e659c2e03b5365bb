package sandbox

import (
	"cmp"
	"encoding/json"
	"strings"
)

// regionalInput is what calls of the regional services name the things by that they are on. Each call uses a few of these.
type regionalInput struct {
	KeyId, TargetKeyId, AliasName          string //nolint:revive // the API's own spelling
	LogGroupName, ResourceArn, ResourceARN string
	Name, TrailName, ResourceId, AlarmName string //nolint:revive // the API's own spelling
	CloudWatchLogsRoleArn                  string
	AlarmNames, ResourceIDList             []string
}

// regionalPermits are what a call of KMS, CloudWatch Logs, CloudWatch, SNS or CloudTrail takes.
func (c *call) regionalPermits(service string) []permit {
	var in regionalInput
	if len(c.body) > 0 {
		if err := json.Unmarshal(c.body, &in); err != nil {
			in = regionalInput{} // the operation itself complains of it
		}
	}
	action := service + ":" + c.operation.name
	var permits []permit
	on := func(arns ...string) {
		for _, arn := range arns {
			permits = append(permits, permit{action: action, on: arn})
		}
	}
	switch service {
	case "kms":
		on(c.kmsTargets(in)...)
	case "logs":
		on(c.logTargets(in)...)
		for i := range permits {
			if permits[i].on != "*" {
				permits[i].or = permits[i].on + ":*"
			}
		}
	case "cloudwatch":
		on(c.alarmTargets(in)...)
	case "sns":
		on(c.topicTarget())
	case "cloudtrail":
		on(c.trailTargets(in)...)
		if in.CloudWatchLogsRoleArn != "" {
			permits = append(permits, permit{action: "iam:PassRole", on: in.CloudWatchLogsRoleArn})
		}
	}
	if len(permits) == 0 {
		on("*")
	}
	return permits
}

// kmsTargets are the keys and aliases that a call is on.
func (c *call) kmsTargets(in regionalInput) []string {
	var arns []string
	if in.AliasName != "" {
		arns = append(arns, regionalARN("kms", c.region, c.account, in.AliasName))
		if in.TargetKeyId == "" {
			in.TargetKeyId = in.AliasName
		}
	}
	id := cmp.Or(in.KeyId, in.TargetKeyId)
	if id == "" {
		return arns
	}
	key, err := c.locateKey(id, c.region)
	switch {
	case err == nil:
		return append(arns, key.arn(c.account))
	case isARN(id):
		return append(arns, id)
	}
	return append(arns, regionalARN("kms", c.region, c.account, "key/"+id))
}

// logTargets is the log group that a call is on.
func (c *call) logTargets(in regionalInput) []string {
	switch {
	case in.LogGroupName != "":
		return []string{regionalARN("logs", c.region, c.account, "log-group:"+in.LogGroupName)}
	case in.ResourceArn != "":
		return []string{strings.TrimSuffix(in.ResourceArn, ":*")}
	}
	return nil
}

// alarmTargets are the alarms that a call is on. DescribeAlarms is on none in particular.
func (c *call) alarmTargets(in regionalInput) []string {
	var names []string
	switch c.operation.name {
	case "PutMetricAlarm":
		names = append(names, cmp.Or(in.AlarmName, c.text("AlarmName")))
	case "DeleteAlarms":
		names = append(in.AlarmNames, c.members("AlarmNames")...)
	case "TagResource", "UntagResource", "ListTagsForResource":
		return []string{cmp.Or(in.ResourceARN, c.text("ResourceARN"))}
	}
	for i, name := range names {
		names[i] = regionalARN("cloudwatch", c.region, c.account, "alarm:"+name)
	}
	return names
}

// topicTarget is the topic that a call is on.
func (c *call) topicTarget() string {
	if name := c.text("Name"); name != "" {
		return regionalARN("sns", c.region, c.account, name)
	}
	if subscription := c.text("SubscriptionArn"); subscription != "" {
		return subscription[:max(0, strings.LastIndexByte(subscription, ':'))]
	}
	return cmp.Or(c.text("TopicArn"), c.text("ResourceArn"), "*")
}

// trailTargets are the trails that a call is on. Lists, and looking events up, are on none in particular.
func (c *call) trailTargets(in regionalInput) []string {
	names := in.ResourceIDList
	if name := cmp.Or(in.Name, in.TrailName, in.ResourceId); name != "" {
		names = append(names, name)
	}
	var arns []string
	for _, name := range names {
		if !isARN(name) {
			name = trailARN(c.region, c.account, name)
		}
		arns = append(arns, name)
	}
	return arns
}
