package sandbox

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

const metricFilterKindName = "metric-filter"

// A MetricFilter counts, in a metric of CloudWatch, what is sent to a log group and matches a pattern.
type MetricFilter struct {
	Name           string               `json:"name"`
	Group          string               `json:"group"`
	Region         string               `json:"region"`
	Created        time.Time            `json:"created"`
	Pattern        string               `json:"pattern"`
	Transformation metricTransformation `json:"transformation"`
	OnTransformed  bool                 `json:"onTransformed,omitempty"`
}

// A metricTransformation says what a filter tells its metric, as the API spells it.
type metricTransformation struct {
	MetricName      string            `json:"metricName"`
	MetricNamespace string            `json:"metricNamespace"`
	MetricValue     string            `json:"metricValue"`
	DefaultValue    *float64          `json:"defaultValue,omitempty"`
	Dimensions      map[string]string `json:"dimensions,omitempty"`
	Unit            string            `json:"unit,omitempty"`
}

// place names a filter under its group; a group's name has no colon.
func (f *MetricFilter) place() place {
	return regionalPlace(metricFilterKindName, f.Region, f.Group+":"+f.Name)
}
func (f *MetricFilter) born() time.Time { return f.Created }
func (f *MetricFilter) links() []string { return []string{filterOf(f.Region, f.Group)} }

// filterOf is the link from a filter to its log group.
func filterOf(region, group string) string { return ownedBy(metricFilterKindName, region+"/"+group) }

// order is how lists sort filters.
func (f *MetricFilter) order() string { return f.Group + ":" + f.Name }

func metricFilterKind() *kind {
	return &kind{
		name:   metricFilterKindName,
		decode: decodeAs[MetricFilter],
		settings: func(_ *call, e entity) (string, any) {
			f, _ := e.(*MetricFilter)
			return f.Region + "/" + f.order(), struct {
				Pattern        string               `json:"pattern"`
				Transformation metricTransformation `json:"transformation"`
				OnTransformed  bool                 `json:"onTransformed,omitempty"`
			}{f.Pattern, f.Transformation, f.OnTransformed}
		},
	}
}

func metricFilterOperations() []operation {
	return []operation{
		write("PutMetricFilter", asked(putMetricFilter)),
		read("DescribeMetricFilters", asked(describeMetricFilters)),
		write("DeleteMetricFilter", asked(deleteMetricFilter)),
	}
}

// quotaMetricFilters is how many filters a log group may have.
const quotaMetricFilters = 100

var (
	filterName       = parameter{name: "FilterName", required: true, low: 1, high: 512, pattern: whole(`[^:*]*`)}
	filterNamePrefix = parameter{name: "FilterNamePrefix", low: 1, high: 512, pattern: whole(`[^:*]*`)}
	filterPattern    = parameter{name: "FilterPattern", high: 1024}
	metricName       = parameter{name: "MetricName", high: 255, pattern: whole(`[^:*$]*`)}
	metricNamespace  = parameter{name: "MetricNamespace", high: 255, pattern: whole(`[^:*$]*`)}
	metricValue      = parameter{name: "MetricValue", required: true, high: 100}
	metricUnit       = parameter{name: "Unit", values: metricUnits}
)

// metricUnits are what a metric can be measured in.
var metricUnits = []string{
	"Seconds", "Microseconds", "Milliseconds", "Bytes", "Kilobytes", "Megabytes", "Gigabytes", "Terabytes", "Bits", "Kilobits",
	"Megabits", "Gigabits", "Terabits", "Percent", "Count", "Bytes/Second", "Kilobytes/Second", "Megabytes/Second",
	"Gigabytes/Second", "Terabytes/Second", "Bits/Second", "Kilobits/Second", "Megabits/Second", "Gigabits/Second",
	"Terabits/Second", "Count/Second", "None",
}

type putMetricFilterInput struct {
	LogGroupName           string
	FilterName             string
	FilterPattern          *string
	MetricTransformations  []metricTransformation
	ApplyOnTransformedLogs bool
}

// putMetricFilter creates a filter, or replaces the one of the same name.
func putMetricFilter(c *call, in *putMetricFilterInput) (answer, error) {
	if err := in.check(); err != nil {
		return done, err
	}
	g, err := c.logGroup(in.LogGroupName)
	if err != nil {
		return done, err
	}
	if g.Class != classStandard {
		return done, refuse("InvalidOperationException", "Metric filters are not supported for log groups of the class %s.", g.Class)
	}
	f := &MetricFilter{
		Name: in.FilterName, Group: g.Name, Region: g.Region, Created: c.now, Pattern: *in.FilterPattern,
		Transformation: in.MetricTransformations[0], OnTransformed: in.ApplyOnTransformedLogs,
	}
	if old, ok := c.store.get(f.place()).(*MetricFilter); ok {
		f.Created = old.Created
	} else if len(linked[*MetricFilter](c, filterOf(g.Region, g.Name))) >= quotaMetricFilters {
		return done, refuse("LimitExceededException", "Resource limit exceeded.")
	}
	c.put(f)
	return done, nil
}

func (in *putMetricFilterInput) check() error {
	err := refuseBreaches(codeLogsInvalid, filterName.inField(in.FilterName))
	switch {
	case err != nil:
		return err
	case in.FilterPattern == nil:
		return refuse(codeLogsInvalid, "1 validation error detected: Value at 'filterPattern' failed to satisfy constraint: "+
			"Member must not be null")
	case len(in.MetricTransformations) != 1:
		return refuse(codeLogsInvalid, "1 validation error detected: Value at 'metricTransformations' failed to satisfy "+
			"constraint: Member must have length equal to 1")
	case !balanced(*in.FilterPattern):
		return refuse(codeLogsInvalid, "Invalid metric filter pattern")
	}
	t := in.MetricTransformations[0]
	required := func(p parameter) parameter {
		p.required = true
		return p
	}
	err = refuseBreaches(codeLogsInvalid, filterPattern.inField(*in.FilterPattern), required(metricName).inField(t.MetricName),
		required(metricNamespace).inField(t.MetricNamespace), metricValue.inField(t.MetricValue), metricUnit.inField(t.Unit))
	if err != nil {
		return err
	}
	if _, err := strconv.ParseFloat(t.MetricValue, 64); err != nil && !strings.HasPrefix(t.MetricValue, "$") {
		return refuse(codeLogsInvalid, "Invalid metric transformation: metricValue must be a number or a reference to a field.")
	}
	if len(t.Dimensions) > 0 && t.DefaultValue != nil {
		return refuse(codeLogsInvalid, "Invalid metric transformation: dimensions and default value are mutually exclusive properties.")
	}
	return nil
}

// balanced says whether brackets and quotes of a pattern are closed, which is all that is checked of it.
func balanced(pattern string) bool {
	closing := map[rune]rune{'(': ')', '[': ']', '{': '}'}
	var open []rune
	quoted, escaped := false, false
	for _, r := range pattern {
		switch {
		case escaped:
			escaped = false
		case r == '\\':
			escaped = true
		case r == '"':
			quoted = !quoted
		case quoted:
		case closing[r] != 0:
			open = append(open, closing[r])
		case r == ')' || r == ']' || r == '}':
			if len(open) == 0 || open[len(open)-1] != r {
				return false
			}
			open = open[:len(open)-1]
		}
	}
	return !quoted && len(open) == 0
}

type describeMetricFiltersInput struct {
	LogGroupName, FilterNamePrefix string
	MetricName, MetricNamespace    string
	logsPage
}

// A metricFilterEntry is a filter as lists show it.
type metricFilterEntry struct {
	FilterName             string                 `json:"filterName"`
	FilterPattern          string                 `json:"filterPattern"`
	MetricTransformations  []metricTransformation `json:"metricTransformations"`
	CreationTime           int64                  `json:"creationTime"`
	LogGroupName           string                 `json:"logGroupName"`
	ApplyOnTransformedLogs bool                   `json:"applyOnTransformedLogs"`
}

// describeMetricFilters lists the filters of one group or, when none is named, of the Region.
func describeMetricFilters(c *call, in *describeMetricFiltersInput) (answer, error) {
	err := refuseBreaches(codeLogsInvalid, filterNamePrefix.inField(in.FilterNamePrefix), metricName.inField(in.MetricName),
		metricNamespace.inField(in.MetricNamespace))
	switch {
	case err != nil:
		return done, err
	case in.FilterNamePrefix != "" && in.LogGroupName == "":
		return done, refuse(codeLogsInvalid, "filterNamePrefix can only be used together with logGroupName.")
	case (in.MetricName == "") != (in.MetricNamespace == ""):
		return done, refuse(codeLogsInvalid, "metricName and metricNamespace can only be used together.")
	}
	prefix := ""
	if in.LogGroupName != "" {
		g, err := c.logGroup(in.LogGroupName)
		if err != nil {
			return done, err
		}
		prefix = g.Name + ":" + in.FilterNamePrefix
	}
	filters := slices.DeleteFunc(allRegional[*MetricFilter](c, metricFilterKindName, prefix), func(f *MetricFilter) bool {
		t := f.Transformation
		return in.MetricName != "" && (t.MetricName != in.MetricName || t.MetricNamespace != in.MetricNamespace)
	})
	words := strings.Join([]string{prefix, in.MetricName, in.MetricNamespace}, "\x00")
	page, next, err := logsListPage(c, in.logsPage, words, filters, (*MetricFilter).order)
	if err != nil {
		return done, err
	}
	entries := []metricFilterEntry{}
	for _, f := range page {
		entries = append(entries, metricFilterEntry{
			FilterName: f.Name, FilterPattern: f.Pattern, MetricTransformations: []metricTransformation{f.Transformation},
			CreationTime: f.Created.UnixMilli(), LogGroupName: f.Group, ApplyOnTransformedLogs: f.OnTransformed,
		})
	}
	return answer{json: struct {
		MetricFilters []metricFilterEntry `json:"metricFilters"`
		NextToken     string              `json:"nextToken,omitempty"`
	}{entries, next}}, nil
}

type deleteMetricFilterInput struct{ LogGroupName, FilterName string }

func deleteMetricFilter(c *call, in *deleteMetricFilterInput) (answer, error) {
	if err := refuseBreaches(codeLogsInvalid, filterName.inField(in.FilterName)); err != nil {
		return done, err
	}
	g, err := c.logGroup(in.LogGroupName)
	if err != nil {
		return done, err
	}
	f, ok := findRegional[*MetricFilter](c, metricFilterKindName, g.Region, g.Name+":"+in.FilterName)
	if !ok {
		return done, refuse(codeLogsNotFound, "The specified metric filter does not exist.")
	}
	c.remove(f)
	return done, nil
}
