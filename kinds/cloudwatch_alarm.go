package kinds

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"baseline/resource"
)

const cloudwatchAlarmKind resource.Kind = "cloudwatch_alarm"

// cloudwatchAlarm is an alarm on one metric: cloudwatch_alarm/REGION/NAME.
//
//	metric                string, NAMESPACE/NAME; "" for an alarm on something else, such as other alarms, which we don't change
//	statistic             string, such as Sum or p99
//	period                int, seconds
//	evaluation_periods    int
//	threshold             string, a number
//	comparison            string, such as GreaterThanOrEqualToThreshold
//	missing               string, what missing data means: missing, notBreaching, breaching or ignore
//	actions               set, ARNs of what is told when the alarm goes off, such as topics
//	enabled               bool, whether anything is told
//	description           string
//	tags                  map
//
// What else others chose about it, such as dimensions of the metric, stays as it is.
func cloudwatchAlarm() Kind {
	return Kind{
		Type: resource.Type{
			Kind:     cloudwatchAlarmKind,
			Named:    true,
			Required: []string{"metric", "statistic", "period", "evaluation_periods", "threshold", "comparison"},
			Defaults: resource.Object{
				"missing": missingIsMissing, "actions": []string{}, "enabled": true, "description": "", "tags": map[string]string{},
			},
			Usual: resource.Object{
				"statistic": "Sum", "period": 300, "evaluation_periods": 1, "threshold": "1",
				"comparison": "GreaterThanOrEqualToThreshold", "missing": "notBreaching", "enabled": true,
			},
			Tags:    "tags",
			Needs:   topicsOfAlarm,
			Weakens: alarmWeakens,
		},
		Permissions: alarmPermissions(),
		Find:        findAlarms,
		Create: func(ctx context.Context, w *Writer, a resource.Address, after resource.Object) error {
			return putAlarm(ctx, w, a, types.MetricAlarm{}, after)
		},
		Update: updateAlarm,
		Delete: func(ctx context.Context, w *Writer, a resource.Address, _ resource.Object) error {
			region, name := regionOf(a)
			_, err := w.CloudWatch.DeleteAlarms(ctx, &cloudwatch.DeleteAlarmsInput{AlarmNames: []string{name}}, cloudWatchIn(region))
			return unlessMissing(err)
		},
	}
}

// missingIsMissing is what missing data means for an alarm when nobody says anything else.
const missingIsMissing = "missing"

// cloudWatchIn sends a call to a Region.
func cloudWatchIn(region string) func(*cloudwatch.Options) {
	return func(o *cloudwatch.Options) { o.Region = region }
}

// topicsOfAlarm are the account's topics that an alarm tells.
func topicsOfAlarm(account string, _ resource.Address, o resource.Object) []resource.Address {
	var topics []resource.Address
	for _, arn := range o.List("actions") {
		if topic, ok := topicAddress(account, arn); ok {
			topics = append(topics, topic)
		}
	}
	return topics
}

func alarmWeakens(before, after resource.Object) []string {
	switch {
	case before == nil:
		return nil
	case after == nil:
		return []string{"nobody is told any more of what it watches for"}
	}
	var weaker []string
	if before.Flag("enabled") && after.Has("enabled") && !after.Flag("enabled") {
		weaker = append(weaker, "it tells nobody any more")
	}
	if after.Has("actions") {
		for _, arn := range before.List("actions") {
			if !slices.Contains(after.List("actions"), arn) {
				weaker = append(weaker, "it does not tell "+arn+" any more")
			}
		}
	}
	return weaker
}

// alarmsPerCall is how many alarms one call can be asked for by name.
const alarmsPerCall = 100

func findAlarms(ctx context.Context, r *Reader, addresses []resource.Address) (resource.State, error) {
	state, err := findGroups(addresses, func(a resource.Address) string {
		region, _ := regionOf(a)
		return region
	}, func(region string, of []resource.Address) (resource.State, error) {
		state := resource.State{}
		for some := range slices.Chunk(of, alarmsPerCall) {
			if err := describeAlarms(ctx, r.Services, region, some, func(a resource.Address, settings resource.Object) {
				_, name := regionOf(a)
				state[a] = resource.Resource{Settings: settings, Facts: resource.Facts{"arn": alarmARN(r.Partition, r.Account, region, name)}}
			}, nil); err != nil {
				return nil, err
			}
		}
		return state, nil
	})
	if err != nil {
		return nil, err
	}
	return findEach(state.Addresses(), func(a resource.Address) (resource.Resource, error) {
		region, _ := regionOf(a)
		found := state[a]
		answer, err := r.CloudWatch.ListTagsForResource(ctx, &cloudwatch.ListTagsForResourceInput{
			ResourceARN: aws.String(found.Facts["arn"]),
		}, cloudWatchIn(region))
		if err != nil {
			if missing(err) { // it went between the two calls
				err = nil
			}
			return resource.Resource{}, err
		}
		tags := map[string]string{}
		for _, tag := range answer.Tags {
			tags[aws.ToString(tag.Key)] = aws.ToString(tag.Value)
		}
		return resource.Resource{
			Settings: found.Settings.With(resource.Object{"tags": settableTags(tags)}),
			Facts:    withOwner(found.Facts, ownerByTags(tags)),
		}, nil
	})
}

func alarmARN(partition, account, region, name string) string {
	return regionalARN(partition, "cloudwatch", region, account, "alarm:"+name)
}

// describeAlarms shows those of a Region's alarms that are there: their settings, and for an alarm on metrics, if it is asked
// for, all of it.
func describeAlarms(ctx context.Context, s *Services, region string, of []resource.Address,
	show func(resource.Address, resource.Object), whole func(types.MetricAlarm),
) error {
	wanted := map[string]resource.Address{}
	var names []string
	for _, a := range of {
		_, name := regionOf(a)
		wanted[name], names = a, append(names, name)
	}
	return everyPage(func(marker *string) (bool, *string, error) {
		page, err := s.CloudWatch.DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{
			AlarmNames: names, AlarmTypes: []types.AlarmType{types.AlarmTypeMetricAlarm, types.AlarmTypeCompositeAlarm},
			MaxRecords: aws.Int32(alarmsPerCall), NextToken: marker,
		}, cloudWatchIn(region))
		if err != nil {
			return false, nil, err
		}
		for _, alarm := range page.MetricAlarms {
			if a, ok := wanted[aws.ToString(alarm.AlarmName)]; ok {
				show(a, alarmSettings(alarm))
				if whole != nil {
					whole(alarm)
				}
			}
		}
		for _, alarm := range page.CompositeAlarms {
			if a, ok := wanted[aws.ToString(alarm.AlarmName)]; ok {
				show(a, alarmSettings(types.MetricAlarm{
					AlarmActions: alarm.AlarmActions, ActionsEnabled: alarm.ActionsEnabled, AlarmDescription: alarm.AlarmDescription,
				}))
			}
		}
		return aws.ToString(page.NextToken) != "", page.NextToken, nil
	})
}

// alarmSettings is an alarm in canonical form; the tags are known from elsewhere.
func alarmSettings(alarm types.MetricAlarm) resource.Object {
	o := resource.Object{
		"metric": "", "statistic": string(alarm.Statistic), "period": int(aws.ToInt32(alarm.Period)),
		"evaluation_periods": int(aws.ToInt32(alarm.EvaluationPeriods)), "threshold": "",
		"comparison": string(alarm.ComparisonOperator), "missing": aws.ToString(alarm.TreatMissingData),
		"actions": []string{}, "enabled": aws.ToBool(alarm.ActionsEnabled), "description": aws.ToString(alarm.AlarmDescription),
	}
	if alarm.MetricName != nil && len(alarm.Metrics) == 0 {
		o["metric"] = metricText(alarm.Namespace, alarm.MetricName)
	}
	if alarm.ExtendedStatistic != nil {
		o["statistic"] = *alarm.ExtendedStatistic
	}
	if alarm.Threshold != nil {
		o["threshold"] = numberText(*alarm.Threshold)
	}
	if o["missing"] == "" {
		o["missing"] = missingIsMissing
	}
	if len(alarm.AlarmActions) > 0 {
		o["actions"] = slices.Compact(slices.Sorted(slices.Values(alarm.AlarmActions)))
	}
	return o
}

// updateAlarm writes an alarm anew, which takes all that there is of it.
func updateAlarm(ctx context.Context, w *Writer, a resource.Address, before, after resource.Object) error {
	region, name := regionOf(a)
	if differsBeside(before, after, "tags") {
		there := types.MetricAlarm{}
		now := before
		err := describeAlarms(ctx, w.Services, region, []resource.Address{a}, func(_ resource.Address, settings resource.Object) {
			now = settings
		}, func(alarm types.MetricAlarm) { there = alarm })
		if err != nil {
			return err
		}
		if now.Text("metric") == "" {
			return fmt.Errorf("%s is there, but is no alarm on a single metric: it stays as it is; have it renamed or deleted, or choose another name",
				a.Plain())
		}
		if err := putAlarm(ctx, w, a, there, before.With(after)); err != nil {
			return err
		}
	}
	arn := aws.String(alarmARN(w.Partition, w.Account, region, name))
	return updateTagMap(before, after, keysDiffer, func(keys []string) error {
		_, err := w.CloudWatch.UntagResource(ctx, &cloudwatch.UntagResourceInput{ResourceARN: arn, TagKeys: keys}, cloudWatchIn(region))
		return err
	}, func(tags map[string]string) error {
		_, err := w.CloudWatch.TagResource(ctx, &cloudwatch.TagResourceInput{ResourceARN: arn, Tags: alarmTags(tags)}, cloudWatchIn(region))
		return err
	})
}

// putAlarm writes an alarm over what is there of it. Tags are sent only where nothing is: CloudWatch heeds none otherwise, but asks for
// the permission to set them.
func putAlarm(ctx context.Context, w *Writer, a resource.Address, there types.MetricAlarm, o resource.Object) error {
	region, name := regionOf(a)
	threshold, err := numberOf(o, "threshold")
	if err != nil {
		return err
	}
	input := &cloudwatch.PutMetricAlarmInput{
		AlarmName: aws.String(name), AlarmDescription: given(o, "description"),
		ActionsEnabled: aws.Bool(o.Flag("enabled")), AlarmActions: o.List("actions"),
		ComparisonOperator: types.ComparisonOperator(o.Text("comparison")), Threshold: &threshold,
		Period: aws.Int32(clamp32(o.Number("period"))), EvaluationPeriods: aws.Int32(clamp32(o.Number("evaluation_periods"))),
		TreatMissingData: given(o, "missing"),
		OKActions:        there.OKActions, InsufficientDataActions: there.InsufficientDataActions, Dimensions: there.Dimensions,
		Unit: there.Unit, EvaluateLowSampleCountPercentile: there.EvaluateLowSampleCountPercentile,
		EvaluationWindow: there.EvaluationWindow, WarmUpConfiguration: there.WarmUpConfiguration,
		ActionConfiguration: there.ActionConfiguration,
	}
	if there.AlarmName == nil {
		input.Tags = alarmTags(o.Map("tags"))
	}
	input.Namespace, input.MetricName = metricOf(o.Text("metric"))
	if statistic := types.Statistic(o.Text("statistic")); slices.Contains(statistic.Values(), statistic) {
		input.Statistic = statistic
	} else {
		input.ExtendedStatistic = given(o, "statistic")
	}
	if points := there.DatapointsToAlarm; points != nil && int(*points) <= o.Number("evaluation_periods") {
		input.DatapointsToAlarm = points
	}
	_, err = w.CloudWatch.PutMetricAlarm(ctx, input, cloudWatchIn(region))
	return err
}

func alarmTags(tags map[string]string) []types.Tag {
	var list []types.Tag
	for _, tag := range tagList(tags) {
		list = append(list, types.Tag{Key: tag.Key, Value: tag.Value})
	}
	return list
}

// differsBeside reports whether after names any setting but one that differs from before.
func differsBeside(before, after resource.Object, but string) bool {
	return slices.ContainsFunc(after.Names(), func(name string) bool {
		if list, ok := after[name].([]string); ok {
			return !slices.Equal(before.List(name), list)
		}
		return name != but && before[name] != after[name]
	})
}

// numberOf is a number that a setting holds as text.
func numberOf(o resource.Object, name string) (float64, error) {
	number, err := strconv.ParseFloat(strings.TrimSpace(o.Text(name)), 64)
	if err != nil {
		return 0, fmt.Errorf("%s: %q is no number", name, o.Text(name))
	}
	return number, nil
}
