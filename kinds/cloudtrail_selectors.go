package kinds

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"

	"baseline/trail"
)

// How CloudTrail's calls spell selectors, and how settings do.

// selectorsSeen are the selectors of a trail as settings. Where CloudTrail tells of none, it records what it does by default.
func selectorsSeen(answer *cloudtrail.GetEventSelectorsOutput) []string {
	var selectors []trail.Selector
	for _, s := range answer.EventSelectors {
		selector := trail.Selector{
			ReadWriteType: string(s.ReadWriteType),
			Management:    s.IncludeManagementEvents == nil || *s.IncludeManagementEvents,
			Exclude:       s.ExcludeManagementEventSources,
		}
		for _, d := range s.DataResources {
			selector.Data = append(selector.Data, trail.DataResource{Type: aws.ToString(d.Type), Values: d.Values})
		}
		selectors = append(selectors, selector)
	}
	for _, s := range answer.AdvancedEventSelectors {
		selector := trail.Selector{Name: aws.ToString(s.Name)}
		for _, f := range s.FieldSelectors {
			selector.Fields = append(selector.Fields, trail.Field{
				Field: aws.ToString(f.Field), Equals: f.Equals, StartsWith: f.StartsWith, EndsWith: f.EndsWith,
				NotEquals: f.NotEquals, NotStartsWith: f.NotStartsWith, NotEndsWith: f.NotEndsWith,
			})
		}
		selectors = append(selectors, selector)
	}
	if len(selectors) == 0 {
		selectors = []trail.Selector{trail.Default()}
	}
	return trail.Canonical(selectors)
}

// selectorsSent asks for the selectors of a setting.
func selectorsSent(name string, setting []string) (*cloudtrail.PutEventSelectorsInput, error) {
	selectors, err := trail.Parse(setting)
	if err != nil {
		return nil, err
	}
	in := &cloudtrail.PutEventSelectorsInput{TrailName: &name}
	for _, s := range selectors {
		if s.IsAdvanced() {
			in.AdvancedEventSelectors = append(in.AdvancedEventSelectors, advancedSelectorSent(s))
			continue
		}
		selector := types.EventSelector{
			ReadWriteType: types.ReadWriteType(s.ReadWriteType), IncludeManagementEvents: aws.Bool(s.Management),
			ExcludeManagementEventSources: s.Exclude,
		}
		for _, d := range s.Data {
			selector.DataResources = append(selector.DataResources, types.DataResource{Type: aws.String(d.Type), Values: d.Values})
		}
		in.EventSelectors = append(in.EventSelectors, selector)
	}
	return in, nil
}

func advancedSelectorSent(s trail.Selector) types.AdvancedEventSelector {
	var name *string
	if s.Name != "" {
		name = &s.Name
	}
	selector := types.AdvancedEventSelector{Name: name}
	for _, f := range s.Fields {
		selector.FieldSelectors = append(selector.FieldSelectors, types.AdvancedFieldSelector{
			Field: aws.String(f.Field), Equals: f.Equals, StartsWith: f.StartsWith, EndsWith: f.EndsWith,
			NotEquals: f.NotEquals, NotStartsWith: f.NotStartsWith, NotEndsWith: f.NotEndsWith,
		})
	}
	return selector
}

// categoryMark stands in the setting between the type of an insight and the category of the events that it is on, which is left out
// where it is the management events.
const categoryMark = "/"

// insightsSeen are the insights of a trail as a setting.
func insightsSeen(selectors []types.InsightSelector) []string {
	insights := []string{}
	for _, s := range selectors {
		if len(s.EventCategories) == 0 {
			insights = append(insights, string(s.InsightType))
		}
		for _, category := range s.EventCategories {
			insight := string(s.InsightType)
			if category != types.SourceEventCategoryManagement {
				insight += categoryMark + string(category)
			}
			insights = append(insights, insight)
		}
	}
	slices.Sort(insights)
	return slices.Compact(insights)
}

// insightsSent asks for the insights of a setting. Management events are not named where an insight is on nothing else.
func insightsSent(name string, setting []string) *cloudtrail.PutInsightSelectorsInput {
	in := &cloudtrail.PutInsightSelectorsInput{TrailName: &name, InsightSelectors: []types.InsightSelector{}}
	for _, insight := range setting {
		sort, category, _ := strings.Cut(insight, categoryMark)
		if category == "" {
			category = string(types.SourceEventCategoryManagement)
		}
		at := slices.IndexFunc(in.InsightSelectors, func(s types.InsightSelector) bool { return string(s.InsightType) == sort })
		if at < 0 {
			at = len(in.InsightSelectors)
			in.InsightSelectors = append(in.InsightSelectors, types.InsightSelector{InsightType: types.InsightType(sort)})
		}
		of := &in.InsightSelectors[at].EventCategories
		*of = append(*of, types.SourceEventCategory(category))
	}
	for i := range in.InsightSelectors {
		if s := &in.InsightSelectors[i]; slices.Equal(s.EventCategories, []types.SourceEventCategory{types.SourceEventCategoryManagement}) {
			s.EventCategories = nil
		}
	}
	return in
}
