package sandbox

import (
	"slices"
	"strings"
	"time"
)

const alarmKindName = "alarm"

// An Alarm watches one metric. Nothing is ever measured here, so that its state stays what it was at first.
type Alarm struct {
	Name    string    `json:"name"`
	Region  string    `json:"region"`
	Created time.Time `json:"created"`
	Updated time.Time `json:"updated"`
	// Settings are the alarm as it was put.
	Settings alarmSettings `json:"settings"`
	Tags     []Tag         `json:"tags,omitempty"`
}

// alarmSettings are what someone chose about an alarm, as the API spells it.
type alarmSettings struct {
	AlarmDescription                 string            `json:",omitempty"`
	ActionsEnabled                   *wireFlag         `json:",omitempty"`
	OKActions                        []string          `json:",omitempty"`
	AlarmActions                     []string          `json:",omitempty"`
	InsufficientDataActions          []string          `json:",omitempty"`
	MetricName                       string            `json:",omitempty"`
	Namespace                        string            `json:",omitempty"`
	Statistic                        string            `json:",omitempty"`
	ExtendedStatistic                string            `json:",omitempty"`
	Dimensions                       []metricDimension `json:",omitempty"`
	Period                           wireInt           `json:",omitempty"`
	Unit                             string            `json:",omitempty"`
	EvaluationPeriods                wireInt
	DatapointsToAlarm                wireInt    `json:",omitempty"`
	Threshold                        *wireFloat `json:",omitempty"`
	ComparisonOperator               string
	TreatMissingData                 string `json:",omitempty"`
	EvaluateLowSampleCountPercentile string `json:",omitempty"`
}

type metricDimension struct{ Name, Value string }

func (a *Alarm) place() place    { return regionalPlace(alarmKindName, a.Region, a.Name) }
func (a *Alarm) born() time.Time { return a.Created }
func (a *Alarm) links() []string { return nil }

func (a *Alarm) arn(account string) string {
	return regionalARN("cloudwatch", a.Region, account, alarmStart+a.Name)
}

const alarmStart = "alarm:"

func alarmKind() *kind {
	return &kind{
		name:   alarmKindName,
		decode: decodeAs[Alarm],
		settings: func(_ *call, e entity) (string, any) {
			a, _ := e.(*Alarm)
			return a.Region + "/" + a.Name, struct {
				alarmSettings
				Tags []Tag `json:"tags,omitempty"`
			}{a.Settings, a.Tags}
		},
	}
}

func alarmOperations() []operation {
	return []operation{
		write("PutMetricAlarm", formAsked(putMetricAlarm)),
		read("DescribeAlarms", formAsked(describeAlarms)),
		write("DeleteAlarms", formAsked(deleteAlarms)),
	}
}

// quotaAlarms is how many alarms a Region may have.
const quotaAlarms = 5000

type putMetricAlarmInput struct {
	AlarmName string
	alarmSettings
	Metrics []any
	Tags    []Tag
}

// putMetricAlarm creates an alarm, or replaces all settings of the one of the same name, which keeps its tags.
func putMetricAlarm(c *call, in *putMetricAlarmInput) (answer, error) {
	if err := in.check(c); err != nil {
		return done, err
	}
	a := &Alarm{Name: in.AlarmName, Region: c.region, Created: c.now, Updated: c.now, Settings: in.alarmSettings}
	if old, ok := c.store.get(a.place()).(*Alarm); ok {
		a.Created, a.Tags = old.Created, old.Tags
		c.put(a)
		return done, nil
	}
	var err error
	if a.Tags, err = alarmTagRefusals.merge(nil, in.Tags); err != nil {
		return done, err
	}
	if len(allRegional[*Alarm](c, alarmKindName, "")) >= quotaAlarms {
		return done, refuse("LimitExceeded", "The maximum number of alarms, %d, has been reached.", quotaAlarms)
	}
	c.put(a)
	return done, nil
}

type describeAlarmsInput struct {
	AlarmNames      []string
	AlarmNamePrefix string
	AlarmTypes      []string
	StateValue      string
	ActionPrefix    string
	MaxRecords      *wireInt
	NextToken       string
}

// The numbers of alarms on a page of DescribeAlarms: when nothing is asked for, and at most.
const (
	alarmsPage    = 50
	mostAlarms    = 100
	stateUnknown  = "INSUFFICIENT_DATA"
	typeMetric    = "MetricAlarm"
	typeComposite = "CompositeAlarm"
)

var (
	alarmNameRule   = parameter{name: "AlarmName", required: true, low: 1, high: 255}
	alarmPrefixRule = parameter{name: "AlarmNamePrefix", low: 1, high: 255}
	alarmStateRule  = parameter{name: "StateValue", values: []string{"OK", "ALARM", stateUnknown}}
	maxRecordsRule  = parameter{name: "MaxRecords", low: 1, high: mostAlarms}
	alarmTypeRule   = parameter{name: "AlarmTypes", values: []string{typeComposite, typeMetric, "LogAlarm"}}
)

// describeAlarms lists the alarms of the call's Region in the order of their names. Only alarms on metrics exist here.
func describeAlarms(c *call, in *describeAlarmsInput) (answer, error) {
	size, breaches := alarmsPage, [][]string{alarmPrefixRule.inField(in.AlarmNamePrefix), alarmStateRule.inField(in.StateValue)}
	if in.MaxRecords != nil {
		size = int(*in.MaxRecords)
		breaches = append(breaches, maxRecordsRule.inNumber(&size))
	}
	for _, t := range in.AlarmTypes {
		breaches = append(breaches, alarmTypeRule.inField(t))
	}
	if err := refuseBreaches(codeAlarmInvalid, breaches...); err != nil {
		return done, err
	}
	switch {
	case len(in.AlarmNames) > mostAlarms:
		return done, refuse(codeAlarmInvalid, "1 validation error detected: Value at 'alarmNames' failed to satisfy constraint: "+
			"Member must have length less than or equal to %d", mostAlarms)
	case len(in.AlarmNames) > 0 && in.AlarmNamePrefix != "":
		return done, refuse("InvalidParameterCombination", "AlarmNames and AlarmNamePrefix cannot be used together.")
	}
	alarms := slices.DeleteFunc(allRegional[*Alarm](c, alarmKindName, in.AlarmNamePrefix), func(a *Alarm) bool { return !in.wants(a) })
	words := strings.Join([]string{
		in.AlarmNamePrefix, in.StateValue, in.ActionPrefix, strings.Join(in.AlarmNames, "\x01"), strings.Join(in.AlarmTypes, "\x01"),
	}, "\x00")
	page, next, ok := tokenPage(c, words, in.NextToken, size, alarms, func(a *Alarm) string { return a.Name })
	if !ok {
		return done, refuse("InvalidNextToken", "The next token specified is invalid.")
	}
	shown := []any{}
	for _, a := range page {
		shown = append(shown, a.show(c.account))
	}
	return treeAnswer(with(object{{"CompositeAlarms", []any{}}, {"MetricAlarms", shown}}, "NextToken", next)), nil
}

func (in *describeAlarmsInput) wants(a *Alarm) bool {
	hasAction := func(action string) bool { return strings.HasPrefix(action, in.ActionPrefix) }
	s := a.Settings
	return (len(in.AlarmNames) == 0 || slices.Contains(in.AlarmNames, a.Name)) &&
		(len(in.AlarmTypes) == 0 || slices.Contains(in.AlarmTypes, typeMetric)) &&
		(in.StateValue == "" || in.StateValue == stateUnknown) &&
		(in.ActionPrefix == "" ||
			slices.ContainsFunc(slices.Concat(s.AlarmActions, s.OKActions, s.InsufficientDataActions), hasAction))
}

func (a *Alarm) show(account string) object {
	s := a.Settings
	dimensions := []any{}
	for _, d := range s.Dimensions {
		dimensions = append(dimensions, object{{"Name", d.Name}, {"Value", d.Value}})
	}
	o := object{{"AlarmName", a.Name}, {"AlarmArn", a.arn(account)}}
	o = with(o, "AlarmDescription", s.AlarmDescription)
	o = append(o,
		field{"AlarmConfigurationUpdatedTimestamp", a.Updated},
		field{"ActionsEnabled", s.ActionsEnabled == nil || bool(*s.ActionsEnabled)},
		field{"OKActions", texts(s.OKActions)},
		field{"AlarmActions", texts(s.AlarmActions)},
		field{"InsufficientDataActions", texts(s.InsufficientDataActions)},
		field{"StateValue", stateUnknown},
		field{"StateReason", "Unchecked: Initial alarm creation"},
		field{"StateUpdatedTimestamp", a.Created},
		field{"StateTransitionedTimestamp", a.Created},
		field{"MetricName", s.MetricName},
		field{"Namespace", s.Namespace},
	)
	o = with(with(o, "Statistic", s.Statistic), "ExtendedStatistic", s.ExtendedStatistic)
	o = append(o, field{"Dimensions", dimensions}, field{"Period", int(s.Period)})
	o = with(o, "Unit", s.Unit)
	o = append(o, field{"EvaluationPeriods", int(s.EvaluationPeriods)})
	o = with(o, "DatapointsToAlarm", int(s.DatapointsToAlarm))
	o = append(o, field{"Threshold", double(*s.Threshold)}, field{"ComparisonOperator", s.ComparisonOperator})
	o = with(o, "TreatMissingData", s.TreatMissingData)
	return with(o, "EvaluateLowSampleCountPercentile", s.EvaluateLowSampleCountPercentile)
}

type deleteAlarmsInput struct{ AlarmNames []string }

// deleteAlarms deletes the alarms that exist of those named; that one does not is no error.
func deleteAlarms(c *call, in *deleteAlarmsInput) (answer, error) {
	if len(in.AlarmNames) == 0 || len(in.AlarmNames) > mostAlarms {
		return done, refuse(codeAlarmInvalid, "1 validation error detected: Value at 'alarmNames' failed to satisfy constraint: "+
			"Member must have length between 1 and %d", mostAlarms)
	}
	for _, name := range in.AlarmNames {
		if a, ok := findRegional[*Alarm](c, alarmKindName, c.region, name); ok {
			c.remove(a)
		}
	}
	return done, nil
}
