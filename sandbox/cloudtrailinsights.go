package sandbox

import "slices"

const (
	insightCallRate  = "ApiCallRateInsight"
	insightErrorRate = "ApiErrorRateInsight"
)

const (
	categoryManagement = "Management"
	categoryData       = "Data"
)

// An insightSelector asks for events about unusual activity of one sort.
type insightSelector struct {
	InsightType     string
	EventCategories []string
}

// insightsInput is what PutInsightSelectors is sent; GetInsightSelectors is sent all but the selectors.
type insightsInput struct {
	TrailName           string
	InsightSelectors    []insightSelector
	EventDataStore      string
	InsightsDestination string
}

// insightsOutput is what PutInsightSelectors and GetInsightSelectors answer.
type insightsOutput struct {
	TrailARN         string
	InsightSelectors []insightSelector
}

// putInsightSelectors replaces all; none switches insights off. CloudTrail tries the bucket again, for insights are
// delivered to it.
func putInsightSelectors(c *call, in *insightsInput) (answer, error) {
	if err := in.check(); err != nil {
		return done, err
	}
	t, err := c.trailToWrite(in.TrailName)
	if err != nil {
		return done, err
	}
	changed := *t
	if changed.Insights, err = t.readInsights(in.InsightSelectors); err != nil {
		return done, err
	}
	if err := c.preflightBucket(&changed); err != nil {
		return done, err
	}
	c.put(&changed)
	return answer{json: insightsOutput{TrailARN: t.arn(), InsightSelectors: changed.Insights}}, nil
}

func getInsightSelectors(c *call, in *insightsInput) (answer, error) {
	if err := in.check(); err != nil {
		return done, err
	}
	t, err := c.trailToRead(in.TrailName)
	if err != nil {
		return done, err
	}
	if len(t.Insights) == 0 {
		return done, refuse("InsightNotEnabledException", "Trail %s does not have Insights enabled.", t.arn())
	}
	return answer{json: insightsOutput{TrailARN: t.arn(), InsightSelectors: t.Insights}}, nil
}

// check refuses insights of event data stores, which are not simulated.
func (in *insightsInput) check() error {
	switch {
	case in.EventDataStore == "" && in.InsightsDestination == "":
		return nil
	case in.TrailName != "":
		return refuse("InvalidParameterCombinationException", "TrailName and EventDataStore cannot be specified together.")
	default:
		return refuse("NotImplemented", "Event data stores are not simulated.")
	}
}

// readInsights checks insight selectors against what the trail records: there is nothing to learn from events that are not
// recorded. Management events are meant where no category is named.
func (t *Trail) readInsights(sent []insightSelector) ([]insightSelector, error) {
	selectors := []insightSelector{}
	for _, s := range sent {
		if s.InsightType != insightCallRate && s.InsightType != insightErrorRate {
			return nil, invalidInsights("Value %q for InsightType is invalid.", s.InsightType)
		}
		if slices.ContainsFunc(selectors, func(o insightSelector) bool { return o.InsightType == s.InsightType }) {
			return nil, invalidInsights("InsightType %s is there twice.", s.InsightType)
		}
		if len(s.EventCategories) == 0 {
			s.EventCategories = []string{categoryManagement}
		}
		for _, category := range s.EventCategories {
			if err := t.checkInsight(s.InsightType, category); err != nil {
				return nil, err
			}
		}
		selectors = append(selectors, s)
	}
	return selectors, nil
}

func (t *Trail) checkInsight(insight, category string) error {
	switch {
	case category != categoryManagement && category != categoryData:
		return invalidInsights("Value %q for EventCategories is invalid.", category)
	case category == categoryData && !t.recordsData():
		return invalidInsights("%s on data events requires that the trail logs data events.", insight)
	case category == categoryData:
		return nil
	case insight == insightCallRate && !t.recordsManagement(false):
		return invalidInsights("%s requires that the trail logs write management events.", insight)
	case !t.recordsManagement(false) && !t.recordsManagement(true):
		return invalidInsights("%s requires that the trail logs management events.", insight)
	}
	return nil
}

func invalidInsights(format string, args ...any) error {
	return refuse("InvalidInsightSelectorsException", format, args...)
}
