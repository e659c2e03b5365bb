package kinds

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/sns"

	"baseline/resource"
)

// alarmsPage is the most alarms that a page may hold.
const alarmsPage = 100

// Watched returns the metric filters of the log groups of the account that trails deliver to, by the group's address, with the alarms on
// their metrics and how many are told by them. A log group that is not there has none. It costs what [Reader.Trails] costs, a call for
// each group and each Region that has one, and one for each topic of an alarm. The map is shared, and must not be changed.
func (r *Reader) Watched(ctx context.Context) (map[resource.Address][]resource.MetricFilter, error) {
	return r.watched.get(func() (map[resource.Address][]resource.MetricFilter, error) {
		trails, err := r.Trails(ctx)
		if err != nil {
			return nil, err
		}
		groups := map[string]map[string]bool{} // by Region
		for a, found := range trails {
			home, _, _ := trailPlace(a)
			if region, name, ok := r.groupOf(home, found.Settings.Text("log_group")); ok {
				if groups[region] == nil {
					groups[region] = map[string]bool{}
				}
				groups[region][name] = true
			}
		}
		regions := slices.Sorted(maps.Keys(groups))
		watched := make([]map[resource.Address][]resource.MetricFilter, len(regions))
		err = atOnce(regions, func(i int, region string) (err error) {
			watched[i], err = r.watchedIn(ctx, region, slices.Sorted(maps.Keys(groups[region])))
			return err
		})
		all := map[resource.Address][]resource.MetricFilter{}
		for _, of := range watched {
			maps.Copy(all, of)
		}
		return all, err
	})
}

// groupOf is the log group of the account that the setting of a trail stands for.
func (r *Reader) groupOf(home, setting string) (region, name string, ok bool) {
	if !isARN(setting) {
		return home, setting, setting != ""
	}
	of, err := arn.Parse(setting)
	if err != nil || of.AccountID != r.Account {
		return "", "", false
	}
	name, ok = strings.CutPrefix(of.Resource, "log-group:")
	return of.Region, strings.TrimSuffix(name, allStreams), ok
}

// watchedIn returns the metric filters of log groups of a Region.
func (r *Reader) watchedIn(ctx context.Context, region string, groups []string) (map[resource.Address][]resource.MetricFilter, error) {
	filters := make([][]countedFilter, len(groups))
	var alarms []types.MetricAlarm
	reads := []func() error{func() (err error) { alarms, err = r.alarmsOf(ctx, region); return err }}
	for i, group := range groups {
		reads = append(reads, func() (err error) { filters[i], err = r.filtersOf(ctx, region, group); return err })
	}
	if err := atOnce(reads, func(_ int, read func() error) error { return read() }); err != nil {
		return nil, err
	}
	on := map[metricName][]types.MetricAlarm{}
	for _, group := range filters {
		for _, filter := range group {
			for _, metric := range filter.metrics {
				on[metric] = slices.DeleteFunc(slices.Clone(alarms), func(a types.MetricAlarm) bool { return !looksAt(a, metric) })
			}
		}
	}
	told, err := r.toldBy(ctx, on)
	if err != nil {
		return nil, err
	}
	watched := make(map[resource.Address][]resource.MetricFilter, len(groups))
	for i, group := range groups {
		of := []resource.MetricFilter{} // none is known to be none
		for _, filter := range filters[i] {
			of = append(of, filter.with(on, told))
		}
		watched[resource.At(logsGroupKind, region, group)] = of
	}
	return watched, nil
}

// metricName names a metric of a Region.
type metricName struct{ namespace, name string }

// countedFilter is a metric filter with its metrics.
type countedFilter struct {
	resource.MetricFilter
	metrics []metricName
}

// filtersOf returns the metric filters of a log group, none where there is no such group.
func (r *Reader) filtersOf(ctx context.Context, region, group string) (filters []countedFilter, err error) {
	err = everyPage(func(marker *string) (bool, *string, error) {
		page, err := r.Logs.DescribeMetricFilters(ctx, &cloudwatchlogs.DescribeMetricFiltersInput{LogGroupName: &group, NextToken: marker}, logsIn(region))
		if err != nil {
			return false, nil, err
		}
		for _, f := range page.MetricFilters {
			filter := countedFilter{MetricFilter: resource.MetricFilter{Name: aws.ToString(f.FilterName), Pattern: aws.ToString(f.FilterPattern)}}
			for _, to := range f.MetricTransformations {
				filter.metrics = append(filter.metrics, metricName{aws.ToString(to.MetricNamespace), aws.ToString(to.MetricName)})
			}
			filters = append(filters, filter)
		}
		return aws.ToString(page.NextToken) != "", page.NextToken, nil
	})
	if missing(err) {
		return nil, nil
	}
	return filters, err
}

// alarmsOf returns all alarms on metrics of a Region.
func (r *Reader) alarmsOf(ctx context.Context, region string) (alarms []types.MetricAlarm, err error) {
	err = everyPage(func(marker *string) (bool, *string, error) {
		page, err := r.CloudWatch.DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{
			AlarmTypes: []types.AlarmType{types.AlarmTypeMetricAlarm}, MaxRecords: aws.Int32(alarmsPage), NextToken: marker,
		}, cloudWatchIn(region))
		if err != nil {
			return false, nil, err
		}
		alarms = append(alarms, page.MetricAlarms...)
		return aws.ToString(page.NextToken) != "", page.NextToken, nil
	})
	return alarms, err
}

// looksAt reports whether an alarm looks at a metric, by itself or in a calculation.
func looksAt(a types.MetricAlarm, metric metricName) bool {
	if (metricName{aws.ToString(a.Namespace), aws.ToString(a.MetricName)}) == metric {
		return true
	}
	return slices.ContainsFunc(a.Metrics, func(q types.MetricDataQuery) bool {
		return q.MetricStat != nil && q.MetricStat.Metric != nil &&
			metricName{aws.ToString(q.MetricStat.Metric.Namespace), aws.ToString(q.MetricStat.Metric.MetricName)} == metric
	})
}

// with is the filter with its alarms, in the order of their names.
func (f countedFilter) with(on map[metricName][]types.MetricAlarm, told map[string]int) resource.MetricFilter {
	filter := f.MetricFilter
	for _, metric := range f.metrics {
		for _, a := range on[metric] {
			alarm := resource.Alarm{Name: aws.ToString(a.AlarmName), Enabled: aws.ToBool(a.ActionsEnabled) && len(a.AlarmActions) > 0}
			for _, action := range a.AlarmActions {
				alarm.Told += told[action]
			}
			filter.Alarms = append(filter.Alarms, alarm)
		}
	}
	slices.SortFunc(filter.Alarms, func(a, b resource.Alarm) int { return cmp.Compare(a.Name, b.Name) })
	return filter
}

// toldBy returns how many confirmed subscriptions each topic has that an alarm acts on, by the topic's ARN.
func (r *Reader) toldBy(ctx context.Context, on map[metricName][]types.MetricAlarm) (map[string]int, error) {
	topics := map[string]bool{}
	for _, alarms := range on {
		for _, a := range alarms {
			for _, action := range a.AlarmActions {
				if of, err := arn.Parse(action); err == nil && of.Service == "sns" {
					topics[action] = true
				}
			}
		}
	}
	all := slices.Sorted(maps.Keys(topics))
	counts := make([]int, len(all))
	err := atOnce(all, func(i int, topic string) (err error) {
		counts[i], err = r.confirmed(ctx, topic)
		return err
	})
	told := make(map[string]int, len(all))
	for i, topic := range all {
		told[topic] = counts[i]
	}
	return told, err
}

// confirmed counts the confirmed subscriptions of a topic. One of another account, whose subscriptions its owner alone sees, counts as
// one, and is told of in a notice.
func (r *Reader) confirmed(ctx context.Context, topic string) (n int, err error) {
	of, err := arn.Parse(topic)
	if err != nil {
		return 0, err
	}
	if of.AccountID != r.Account {
		r.notice(fmt.Sprintf("whom topic %s tells, only account %s can see: it is taken to be somebody", topic, of.AccountID))
		return 1, nil
	}
	err = everyPage(func(marker *string) (bool, *string, error) {
		page, err := r.SNS.ListSubscriptionsByTopic(ctx, &sns.ListSubscriptionsByTopicInput{TopicArn: &topic, NextToken: marker}, snsIn(of.Region))
		if err != nil {
			return false, nil, err
		}
		for _, s := range page.Subscriptions {
			if isARN(aws.ToString(s.SubscriptionArn)) { // otherwise it says that it is pending, or deleted
				n++
			}
		}
		return aws.ToString(page.NextToken) != "", page.NextToken, nil
	})
	if missing(err) {
		return 0, nil
	}
	return n, err
}
