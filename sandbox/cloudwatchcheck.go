package sandbox

// What PutMetricAlarm refuses.

var (
	alarmDescriptionRule = parameter{name: "AlarmDescription", high: 1024}
	alarmMetricRule      = parameter{name: "MetricName", low: 1, high: 255}
	alarmNamespaceRule   = parameter{name: "Namespace", low: 1, high: 255, pattern: whole(`[^:].*`)}
	alarmStatisticRule   = parameter{name: "Statistic", values: []string{"SampleCount", "Average", "Sum", "Minimum", "Maximum"}}
	alarmPercentileRule  = parameter{
		name:    "ExtendedStatistic",
		pattern: whole(`p(\d{1,2}(\.\d{0,10})?|100)|IQM|(tm|wm|tc|ts|TM|WM|TC|TS|PR)(\d{1,2}(\.\d{0,10})?|\([^)]*\))`),
	}
	alarmUnitRule     = parameter{name: "Unit", values: metricUnits}
	alarmOperatorRule = parameter{name: "ComparisonOperator", required: true, values: []string{
		"GreaterThanOrEqualToThreshold", "GreaterThanThreshold", "LessThanThreshold", "LessThanOrEqualToThreshold",
		"LessThanLowerOrGreaterThanUpperThreshold", "LessThanLowerThreshold", "GreaterThanUpperThreshold",
	}}
	alarmMissingRule   = parameter{name: "TreatMissingData", values: []string{"breaching", "notBreaching", "ignore", "missing"}}
	alarmLowCountRule  = parameter{name: "EvaluateLowSampleCountPercentile", values: []string{"evaluate", "ignore"}}
	dimensionNameRule  = parameter{name: "Name", required: true, low: 1, high: 255}
	dimensionValueRule = parameter{name: "Value", required: true, low: 1, high: 1024}
	alarmActionRule    = parameter{name: "AlarmActions", low: 1, high: 1024}
)

// The bounds of an alarm: how many actions of a sort and dimensions it may have, and how far back it may look, in
// seconds, with periods shorter than an hour and with others.
const (
	mostActions    = 5
	mostDimensions = 30
	shortPeriod    = 3600
	longestShort   = 24 * 3600
	longestLong    = 7 * 24 * 3600
)

func (in *putMetricAlarmInput) check(c *call) error {
	if len(in.Metrics) > 0 {
		return refuse("NotImplemented", "Alarms on metric math are not simulated.")
	}
	breaches := [][]string{
		alarmNameRule.inField(in.AlarmName), alarmDescriptionRule.inField(in.AlarmDescription),
		alarmMetricRule.inField(in.MetricName), alarmNamespaceRule.inField(in.Namespace),
		alarmStatisticRule.inField(in.Statistic), alarmPercentileRule.inField(in.ExtendedStatistic),
		alarmUnitRule.inField(in.Unit), alarmOperatorRule.inField(in.ComparisonOperator),
		alarmMissingRule.inField(in.TreatMissingData), alarmLowCountRule.inField(in.EvaluateLowSampleCountPercentile),
	}
	for _, d := range in.Dimensions {
		breaches = append(breaches, dimensionNameRule.inField(d.Name), dimensionValueRule.inField(d.Value))
	}
	if err := refuseBreaches(codeAlarmInvalid, breaches...); err != nil {
		return err
	}
	if err := in.checkMetric(); err != nil {
		return err
	}
	for _, actions := range [][]string{in.OKActions, in.AlarmActions, in.InsufficientDataActions} {
		if err := c.checkActions(actions); err != nil {
			return err
		}
	}
	return nil
}

func (in *putMetricAlarmInput) checkMetric() error {
	period, periods := int(in.Period), int(in.EvaluationPeriods)
	longest := longestShort
	if period >= shortPeriod {
		longest = longestLong
	}
	switch {
	case in.MetricName == "" || in.Namespace == "":
		return refuse("MissingParameter", "The parameters MetricName and Namespace must be specified.")
	case (in.Statistic == "") == (in.ExtendedStatistic == ""):
		return refuse("InvalidParameterCombination", "Exactly one of Statistic and ExtendedStatistic must be specified.")
	case in.Threshold == nil:
		return refuse("MissingParameter", "The parameter Threshold must be specified.")
	case periods < 1:
		return refuse(codeAlarmInvalid, "1 validation error detected: Value '%d' at 'evaluationPeriods' failed to satisfy "+
			"constraint: Member must have value greater than or equal to 1", periods)
	case int(in.DatapointsToAlarm) < 0 || int(in.DatapointsToAlarm) > periods:
		return refuse(codeAlarmInvalid, "DatapointsToAlarm must be less than or equal to EvaluationPeriods")
	case period != 10 && period != 20 && period != 30 && (period < 60 || period%60 != 0):
		return refuse(codeAlarmInvalid, "Period must be 10, 20, 30 or a multiple of 60")
	case period > longest/periods:
		return refuse(codeAlarmInvalid, "Metrics cannot be checked across more than %d seconds "+
			"(EvaluationPeriods * Period must be <= %d)", longest, longest)
	case len(in.Dimensions) > mostDimensions:
		return refuse(codeAlarmInvalid, "An alarm can have at most %d dimensions.", mostDimensions)
	}
	return nil
}

// checkActions refuses what is no ARN, and topics of other Regions. That a topic exists is not checked.
func (c *call) checkActions(actions []string) error {
	if len(actions) > mostActions {
		return refuse(codeAlarmInvalid, "1 validation error detected: Value at 'alarmActions' failed to satisfy constraint: "+
			"Member must have length less than or equal to %d", mostActions)
	}
	for _, action := range actions {
		if err := refuseBreaches(codeAlarmInvalid, alarmActionRule.inField(action)); err != nil {
			return err
		}
		if !isARN(action) {
			return refuse(codeAlarmInvalid, "Invalid arn syntax: %s", action)
		}
		if a, ok := parseRegionalARN(action); ok && a.service == "sns" && a.region != c.region {
			return refuse(codeAlarmInvalid, "Invalid region %s specified. Only %s is supported.", a.region, c.region)
		}
	}
	return nil
}
