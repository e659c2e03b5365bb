package sandbox

import (
	"cmp"
	"encoding/json"
	"strings"
)

// What the calls of the regional services take, from the service authorization references of KMS, CloudWatch Logs, CloudWatch,
// SNS and CloudTrail: lists that have no resource types there are on the whole account, and what a call brings along, such as
// tags for what it makes, takes an action of its own.

// regionalInput is what calls of the regional services name the things by that they are on. Each call uses a few of these.
type regionalInput struct {
	KeyId, TargetKeyId, AliasName          string //nolint:revive // the API's own spelling
	LogGroupName, ResourceArn, ResourceARN string
	Name, TrailName, ResourceId, AlarmName string //nolint:revive // the API's own spelling
	CloudWatchLogsRoleArn                  string
	IsOrganizationTrail                    bool
	AlarmNames, ResourceIDList             []string
	// Tags are a list, or for log groups a map.
	Tags     json.RawMessage
	TagsList []Tag
}

// tagged says whether a call brings tags.
func (in regionalInput) tagged(c *call) bool {
	sent := strings.TrimSpace(string(in.Tags))
	return len(in.TagsList) > 0 || sent != "" && sent != "null" && sent != "[]" && sent != "{}" || c.given("Tags.member.1.Key")
}

// regionalPermits are what a call of KMS, CloudWatch Logs, CloudWatch, SNS or CloudTrail takes.
func (c *call) regionalPermits(service string) []permit {
	var in regionalInput
	if len(c.body) > 0 {
		if err := json.Unmarshal(c.body, &in); err != nil {
			in = regionalInput{} // the operation itself complains of it
		}
	}
	var permits []permit
	also := func(action string, arns ...string) {
		for _, arn := range arns {
			permits = append(permits, permit{action: action, on: arn})
		}
	}
	own := service + ":" + c.operation.name
	switch service {
	case "kms":
		also(own, c.kmsTargets(in)...)
		if c.operation.name == "CreateKey" && in.tagged(c) {
			also("kms:TagResource", regionalARN("kms", c.region, c.account, "key/*")) // which must be allowed for all keys
		}
	case "logs":
		also(own, c.logTarget(in))
		if c.operation.name == "CreateLogGroup" && in.tagged(c) {
			also("logs:TagResource", c.logTarget(in))
		}
	case "cloudwatch":
		also(own, c.alarmTargets(in)...)
		if c.operation.name == "PutMetricAlarm" && in.tagged(c) {
			also("cloudwatch:TagResource", c.alarmTargets(in)...)
		}
	case "sns":
		also(own, c.topicTarget())
		if c.operation.name == "CreateTopic" && in.tagged(c) {
			also("sns:TagResource", c.topicTarget())
		}
	case "cloudtrail":
		also(own, c.trailTargets(in)...)
		permits = append(permits, c.trailDependencies(in)...)
	}
	if len(permits) == 0 {
		also(own, "*")
	}
	return permits
}

// kmsTargets are the keys and aliases that a call is on. Lists of keys and of aliases are on none, even where they are of one key.
func (c *call) kmsTargets(in regionalInput) []string {
	if c.operation.name == "ListAliases" || c.operation.name == "ListKeys" || c.operation.name == "CreateKey" {
		return []string{"*"}
	}
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

// logTarget is the log group that a call is on. CloudWatch Logs knows a group by two ARNs: tags are on the one without an end,
// all else on the group's streams, of which none is named. A list of groups is on none in particular.
func (c *call) logTarget(in regionalInput) string {
	switch {
	case in.LogGroupName != "":
		return regionalARN("logs", c.region, c.account, "log-group:"+in.LogGroupName+":log-stream:")
	case in.ResourceArn != "":
		return strings.TrimSuffix(in.ResourceArn, ":*")
	}
	return "*"
}

// alarmTargets are the alarms that a call is on. DescribeAlarms is on all, whichever it names.
func (c *call) alarmTargets(in regionalInput) []string {
	var names []string
	switch c.operation.name {
	case "PutMetricAlarm":
		names = append(names, cmp.Or(in.AlarmName, c.text("AlarmName")))
	case "DeleteAlarms":
		names = append(in.AlarmNames, c.members("AlarmNames")...)
	case "DescribeAlarms":
		names = []string{"*"}
	case "TagResource", "UntagResource", "ListTagsForResource":
		return []string{cmp.Or(in.ResourceARN, c.text("ResourceARN"))}
	}
	for i, name := range names {
		names[i] = regionalARN("cloudwatch", c.region, c.account, "alarm:"+name)
	}
	return names
}

// topicTarget is the topic that a call is on. To end a subscription is on none.
func (c *call) topicTarget() string {
	if name := c.text("Name"); name != "" {
		return regionalARN("sns", c.region, c.account, name)
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

// trailDependencies are what making or changing a trail takes of other sorts: to pass on the role that it delivers with, to tag
// it, and, for one of the organization, to ask for and make what it stands on.
func (c *call) trailDependencies(in regionalInput) []permit {
	if c.operation.name != "CreateTrail" && c.operation.name != "UpdateTrail" {
		return nil
	}
	var permits []permit
	if in.CloudWatchLogsRoleArn != "" {
		permits = append(permits, permit{action: "iam:PassRole", on: in.CloudWatchLogsRoleArn})
	}
	targets := c.trailTargets(in)
	organization := in.IsOrganizationTrail
	for _, arn := range targets {
		if in.tagged(c) {
			permits = append(permits, permit{action: "cloudtrail:AddTags", on: arn})
		}
		if t, ok := c.store.get(trailPlace(arn)).(*Trail); ok && c.operation.name == "UpdateTrail" {
			organization = organization || t.Organization
		}
	}
	if organization {
		linked := arnOf(c.account, "role"+serviceLinkedPath+cloudTrailPrincipal+"/AWSServiceRoleForCloudTrail")
		permits = append(permits,
			permit{action: "organizations:ListAWSServiceAccessForOrganization", on: "*"},
			permit{action: "iam:GetRole", on: linked},
			permit{action: "iam:CreateServiceLinkedRole", on: linked})
	}
	return permits
}
