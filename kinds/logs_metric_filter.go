package kinds

import (
	"context"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"baseline/resource"
)

const logsMetricFilterKind resource.Kind = "logs_metric_filter"

// logsMetricFilter counts, in a metric, what is sent to a log group and matches a pattern: logs_metric_filter/REGION/GROUP/FILTER.
// The filter's name comes after the last slash.
//
//	pattern          string, in the filter language of CloudWatch Logs
//	metric           string, NAMESPACE/NAME
//	value            string, what a match adds: a number, or a field of the event such as $.size
//	default_value    string, the number that the metric shows while nothing matches; "" = none
//
// The dimensions and the unit that others gave to its metric stay as they are.
func logsMetricFilter() Kind {
	return Kind{
		Type: resource.Type{
			Kind:     logsMetricFilterKind,
			Named:    true,
			Part:     true,
			Required: []string{"pattern", "metric"},
			Defaults: resource.Object{"value": "1", "default_value": ""},
			Usual:    resource.Object{"value": "1"},
			Owner:    groupOfFilter,
			Needs: func(_ string, a resource.Address, _ resource.Object) []resource.Address {
				return []resource.Address{groupOfFilter(a)}
			},
			Weakens: func(before, after resource.Object) []string {
				switch {
				case before == nil:
				case after == nil:
					return []string{"what it counts is not counted any more"}
				case changed(before, after, "pattern"):
					return []string{"it counts other events"}
				}
				return nil
			},
		},
		Permissions: metricFilterPermissions(),
		Find:        findMetricFilters,
		Create: func(ctx context.Context, w *Writer, a resource.Address, after resource.Object) error {
			return putMetricFilter(ctx, w, a, types.MetricFilter{}, after)
		},
		Update: func(ctx context.Context, w *Writer, a resource.Address, before, after resource.Object) error {
			if !changed(before, after, "pattern") && !changed(before, after, "metric") &&
				!changed(before, after, "value") && !changed(before, after, "default_value") {
				return nil
			}
			there, err := metricFilters(ctx, w.Services, groupOfFilter(a), []resource.Address{a})
			if err != nil {
				return err
			}
			return putMetricFilter(ctx, w, a, there[a], before.With(after))
		},
		Delete: func(ctx context.Context, w *Writer, a resource.Address, _ resource.Object) error {
			region, group := regionOf(groupOfFilter(a))
			_, err := w.Logs.DeleteMetricFilter(ctx, &cloudwatchlogs.DeleteMetricFilterInput{
				LogGroupName: aws.String(group), FilterName: aws.String(lastPart(a.Name)),
			}, logsIn(region))
			return unlessMissing(err)
		},
	}
}

// groupOfFilter is the log group that a filter belongs to.
func groupOfFilter(a resource.Address) resource.Address {
	return resource.At(logsGroupKind, a.Name[:max(strings.LastIndexByte(a.Name, '/'), 0)])
}

func findMetricFilters(ctx context.Context, r *Reader, addresses []resource.Address) (resource.State, error) {
	return findGroups(addresses, groupOfFilter, func(group resource.Address, of []resource.Address) (resource.State, error) {
		filters, err := metricFilters(ctx, r.Services, group, of)
		state := resource.State{}
		for a, filter := range filters {
			state[a] = resource.Resource{Settings: metricFilterSettings(filter)}
		}
		return state, err
	})
}

// metricFilters returns those of a group's filters that are there. The list is asked for no more than what all names begin with.
func metricFilters(ctx context.Context, s *Services, group resource.Address, of []resource.Address) (map[resource.Address]types.MetricFilter, error) {
	region, name := regionOf(group)
	wanted := map[string]resource.Address{}
	prefix := lastPart(of[0].Name)
	for _, a := range of {
		wanted[lastPart(a.Name)] = a
		prefix = commonStart(prefix, lastPart(a.Name))
	}
	filters := map[resource.Address]types.MetricFilter{}
	err := everyPage(func(marker *string) (bool, *string, error) {
		page, err := s.Logs.DescribeMetricFilters(ctx, &cloudwatchlogs.DescribeMetricFiltersInput{
			LogGroupName: aws.String(name), FilterNamePrefix: nonEmpty(prefix), NextToken: marker,
		}, logsIn(region))
		if err != nil {
			return false, nil, err
		}
		for _, filter := range page.MetricFilters {
			if a, ok := wanted[aws.ToString(filter.FilterName)]; ok {
				filters[a] = filter
			}
		}
		return aws.ToString(page.NextToken) != "" && len(filters) < len(wanted), page.NextToken, nil
	})
	if missing(err) {
		return nil, nil // without its group there is no filter
	}
	return filters, err
}

// commonStart is what two names begin with, both of them.
func commonStart(a, b string) string {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return a[:i]
		}
	}
	return a[:min(len(a), len(b))]
}

// nonEmpty is a text as a parameter, nil when it is empty.
func nonEmpty(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

func metricFilterSettings(filter types.MetricFilter) resource.Object {
	o := resource.Object{"pattern": aws.ToString(filter.FilterPattern), "metric": "", "value": "", "default_value": ""}
	for _, to := range filter.MetricTransformations { // there is always one
		o["metric"] = metricText(to.MetricNamespace, to.MetricName)
		o["value"] = aws.ToString(to.MetricValue)
		if to.DefaultValue != nil {
			o["default_value"] = numberText(*to.DefaultValue)
		}
	}
	return o
}

// putMetricFilter writes a filter over what is there of it.
func putMetricFilter(ctx context.Context, w *Writer, a resource.Address, there types.MetricFilter, o resource.Object) error {
	region, group := regionOf(groupOfFilter(a))
	to := types.MetricTransformation{}
	for _, was := range there.MetricTransformations {
		to = was
	}
	to.MetricNamespace, to.MetricName = metricOf(o.Text("metric"))
	to.MetricValue, to.DefaultValue = aws.String(o.Text("value")), nil
	if o.Text("default_value") != "" {
		number, err := numberOf(o, "default_value")
		if err != nil {
			return err
		}
		to.DefaultValue = &number
	}
	_, err := w.Logs.PutMetricFilter(ctx, &cloudwatchlogs.PutMetricFilterInput{
		LogGroupName: aws.String(group), FilterName: aws.String(lastPart(a.Name)), FilterPattern: aws.String(o.Text("pattern")),
		MetricTransformations: []types.MetricTransformation{to}, ApplyOnTransformedLogs: there.ApplyOnTransformedLogs,
		EmitSystemFieldDimensions: there.EmitSystemFieldDimensions, FieldSelectionCriteria: there.FieldSelectionCriteria,
	}, logsIn(region))
	return err
}

// metricText is a metric as settings name it: NAMESPACE/NAME.
func metricText(namespace, name *string) string {
	return aws.ToString(namespace) + "/" + aws.ToString(name)
}

// metricOf takes NAMESPACE/NAME apart. A namespace may hold slashes.
func metricOf(metric string) (namespace, name *string) {
	at := max(strings.LastIndexByte(metric, '/'), 0)
	return aws.String(metric[:at]), aws.String(strings.TrimPrefix(metric[at:], "/"))
}

// numberText is a number as settings keep it.
func numberText(number float64) string { return strconv.FormatFloat(number, 'g', -1, 64) }
