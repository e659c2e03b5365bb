package kinds

import (
	"slices"

	"baseline/resource"
)

// theTrail is the trail in an address.
func theTrail(s Scope, c resource.Change) []string { return regional("cloudtrail", "trail/%")(s, c) }

// trailLists is what it takes to see all trails. Those of an organization belong to another account.
func trailLists() []Permit {
	every := func(s Scope, _ resource.Change) []string {
		return []string{regionalARN(s.Partition, "cloudtrail", "*", "*", "trail/*")}
	}
	return join([]Permit{{Action: "cloudtrail:ListTrails"}, {Action: "cloudtrail:DescribeTrails"}},
		on(every, "cloudtrail", "GetTrailStatus", "GetEventSelectors", "GetInsightSelectors"),
		on(anywhere("cloudtrail", "trail/*"), "cloudtrail", "ListTags"),
		[]Permit{{Action: "kms:ListAliases"}})
}

func trailPermissions() Permissions {
	trail := func(action string, condition func(resource.Change) bool) Permit {
		return Permit{Action: "cloudtrail:" + action, On: theTrail, If: condition}
	}
	differs := func(c resource.Change) bool {
		_, differs := (&writtenTrail{Writer: &Writer{}}).update(c.Before, c.After)
		return differs
	}
	before := func(c resource.Change) resource.Object {
		if c.Before == nil {
			return trailAsMade()
		}
		return c.Before
	}
	lists := func(name string) func(resource.Change) bool {
		return func(c resource.Change) bool {
			return c.After.Has(name) && !slices.Equal(before(c).List(name), c.After.List(name))
		}
	}
	records := []Permit{
		trail("PutEventSelectors", lists("selectors")),
		trail("PutInsightSelectors", lists("insights")),
		trail("StartLogging", func(c resource.Change) bool { return changed(before(c), c.After, "logging") && c.After.Flag("logging") }),
	}
	stops := trail("StopLogging", func(c resource.Change) bool { return changed(c.Before, c.After, "logging") && !c.After.Flag("logging") })
	return Permissions{
		List: trailLists(),
		Create: join([]Permit{
			trail("CreateTrail", nil), trail("AddTags", bringsTags),
			Permit{Action: "iam:PassRole", On: logRole}.when(func(c resource.Change) bool { return c.After.Text("log_role") != "" }),
		}, ofOrganization(func(resource.Change) bool { return true }), records),
		Update: join([]Permit{
			trail("UpdateTrail", differs),
			Permit{Action: "iam:PassRole", On: logRole}.when(func(c resource.Change) bool {
				return (changed(c.Before, c.After, "log_group") || changed(c.Before, c.After, "log_role")) && c.Before.With(c.After).Text("log_role") != ""
			}),
		}, ofOrganization(differs), retags(theTrail, "cloudtrail:AddTags", "cloudtrail:RemoveTags"), records, []Permit{stops}),
		Delete: []Permit{trail("DeleteTrail", nil)},
	}
}

// logRole is the role that a trail delivers with to its log group; none where it is not known.
func logRole(_ Scope, c resource.Change) []string {
	if role := c.Before.With(c.After).Text("log_role"); role != "" {
		return []string{role}
	}
	return nil
}

// ofOrganization is what it takes beside to make or change a trail that records an organization.
func ofOrganization(condition func(resource.Change) bool) []Permit {
	linked := func(s Scope, _ resource.Change) []string {
		return []string{"arn:" + s.Partition + ":iam::" + s.Account + ":role/aws-service-role/cloudtrail.amazonaws.com/AWSServiceRoleForCloudTrail"}
	}
	// Even of a trail that may have any settings, it is known whether it may be one of these.
	of := func(where func(Scope, resource.Change) []string) func(Scope, resource.Change) []string {
		return func(s Scope, c resource.Change) []string {
			if !c.Before.Flag("organization") && !c.After.Flag("organization") {
				return nil
			}
			return where(s, c)
		}
	}
	everything := func(Scope, resource.Change) []string { return []string{"*"} }
	permits := append(on(of(everything), "organizations", "ListAWSServiceAccessForOrganization"),
		on(of(linked), "iam", "GetRole", "CreateServiceLinkedRole")...)
	for i := range permits {
		permits[i].If = condition
	}
	return permits
}

// theGroup is a log group as all actions are on it but those on tags, which are on groupForTags.
func theGroup(s Scope, c resource.Change) []string { return regional("logs", "log-group:%:*")(s, c) }

func groupForTags(s Scope, c resource.Change) []string { return regional("logs", "log-group:%")(s, c) }

func logsGroupPermissions() Permissions {
	group := func(action string, condition func(resource.Change) bool) Permit {
		return Permit{Action: "logs:" + action, On: theGroup, If: condition}
	}
	// A key that goes by an alias is looked up, for its ARN.
	looksUp := Permit{Action: "kms:DescribeKey", On: anyKey}.when(func(c resource.Change) bool {
		_, named := keyReferredTo("", c.After.Text("kms"))
		return named && changed(c.Before, c.After, "kms")
	})
	keeps := group("PutRetentionPolicy", becomes("retention", isSome))
	return Permissions{
		Look: join([]Permit{{Action: "logs:DescribeLogGroups"}}, on(groupForTags, "logs", "ListTagsForResource"), []Permit{{Action: "kms:ListAliases"}}),
		Create: []Permit{
			looksUp, group("CreateLogGroup", nil), group("TagResource", bringsTags), keeps,
		},
		Update: join([]Permit{
			looksUp, group("AssociateKmsKey", becomes("kms", isText)), group("DisassociateKmsKey", becomes("kms", isNoText)),
			keeps, group("DeleteRetentionPolicy", becomes("retention", isNone)),
		}, retags(groupForTags, "logs:TagResource", "logs:UntagResource")),
		Delete: []Permit{group("DeleteLogGroup", nil)},
	}
}

func metricFilterPermissions() Permissions {
	group := regionalOf("logs", "log-group:%:*", groupOfFilter)
	return Permissions{
		Look:   on(group, "logs", "DescribeMetricFilters"),
		Create: on(group, "logs", "PutMetricFilter"),
		Update: on(group, "logs", "DescribeMetricFilters", "PutMetricFilter"),
		Delete: on(group, "logs", "DeleteMetricFilter"),
	}
}

func alarmPermissions() Permissions {
	alarm, all := regional("cloudwatch", "alarm:%"), regional("cloudwatch", "alarm:*")
	anew := func(c resource.Change) bool { return differsBeside(c.Before, c.After, "tags") }
	return Permissions{
		Look:   append(on(all, "cloudwatch", "DescribeAlarms"), on(alarm, "cloudwatch", "ListTagsForResource")...),
		Create: append(on(alarm, "cloudwatch", "PutMetricAlarm"), Permit{Action: "cloudwatch:TagResource", On: alarm}.when(bringsTags)),
		Update: append([]Permit{
			Permit{Action: "cloudwatch:DescribeAlarms", On: all}.when(anew), Permit{Action: "cloudwatch:PutMetricAlarm", On: alarm}.when(anew),
		}, retags(alarm, "cloudwatch:TagResource", "cloudwatch:UntagResource")...),
		Delete: on(alarm, "cloudwatch", "DeleteAlarms"),
	}
}

func topicPermissions() Permissions {
	topic := regional("sns", "%")
	return Permissions{
		Look:   on(topic, "sns", "GetTopicAttributes", "ListTagsForResource", "ListSubscriptionsByTopic"),
		Create: append(on(topic, "sns", "CreateTopic"), Permit{Action: "sns:TagResource", On: topic}.when(bringsTags)),
		Update: append([]Permit{
			Permit{Action: "sns:SetTopicAttributes", On: topic}.when(changes("display", "kms")),
		}, retags(topic, "sns:TagResource", "sns:UntagResource")...),
		Delete: on(topic, "sns", "DeleteTopic"),
	}
}

func subscriptionPermissions() Permissions {
	topic := regionalOf("sns", "%", topicOfSubscription)
	lists := on(topic, "sns", "ListSubscriptionsByTopic")
	return Permissions{
		Look:   lists,
		Create: on(topic, "sns", "Subscribe"),
		Delete: append(slices.Clone(lists), Permit{Action: "sns:Unsubscribe"}),
	}
}

// watchedPermits is what [Reader.Watched] takes: the groups of trails may be in any Region, and alarms tell any topic of the account.
func watchedPermits() []Permit {
	return join(trailLists(), on(anywhere("logs", "log-group:*"), "logs", "DescribeMetricFilters"),
		on(anywhere("cloudwatch", "alarm:*"), "cloudwatch", "DescribeAlarms"), on(anywhere("sns", "*"), "sns", "ListSubscriptionsByTopic"))
}
