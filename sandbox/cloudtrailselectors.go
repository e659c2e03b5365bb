package sandbox

import (
	"slices"
	"strings"
)

// The limits of basic event selectors.
const (
	mostEventSelectors = 5
	mostDataResources  = 250
)

// An eventSelector is a basic event selector, kept as it is answered.
type eventSelector struct {
	ReadWriteType                 string
	IncludeManagementEvents       bool
	DataResources                 []dataResource
	ExcludeManagementEventSources []string
}

type dataResource struct {
	Type   string
	Values []string
}

// defaultSelector is what a trail records of which nobody said anything.
var defaultSelector = eventSelector{
	ReadWriteType: "All", IncludeManagementEvents: true, DataResources: []dataResource{}, ExcludeManagementEventSources: []string{},
}

// isDefault says whether a selector asks for what trails record anyway.
func (s *eventSelector) isDefault() bool {
	return s.ReadWriteType == defaultSelector.ReadWriteType && s.IncludeManagementEvents &&
		len(s.DataResources) == 0 && len(s.ExcludeManagementEventSources) == 0
}

// hasCustomSelectors says whether a trail records something else than trails do by default.
func (t *Trail) hasCustomSelectors() bool {
	return len(t.Advanced) > 0 || slices.ContainsFunc(t.EventSelectors, func(s eventSelector) bool { return !s.isDefault() })
}

// eventSelectorInput is a basic event selector as it is sent.
type eventSelectorInput struct {
	ReadWriteType                 *string
	IncludeManagementEvents       *bool
	DataResources                 []dataResource
	ExcludeManagementEventSources []string
}

// selectorsInput is what PutEventSelectors is sent; GetEventSelectors is sent the name only.
type selectorsInput struct {
	TrailName              string
	EventSelectors         []eventSelectorInput
	AdvancedEventSelectors []advancedSelector
}

// selectorsOutput is what PutEventSelectors and GetEventSelectors answer: one sort or the other.
type selectorsOutput struct {
	TrailARN               string
	EventSelectors         []eventSelector    `json:",omitempty"`
	AdvancedEventSelectors []advancedSelector `json:",omitempty"`
}

func (t *Trail) selectorsOutput() selectorsOutput {
	out := selectorsOutput{TrailARN: t.arn(), EventSelectors: t.EventSelectors, AdvancedEventSelectors: t.Advanced}
	if len(t.EventSelectors) == 0 && len(t.Advanced) == 0 {
		out.EventSelectors = []eventSelector{defaultSelector}
	}
	return out
}

// putEventSelectors replaces all selectors: setting one sort takes the other away.
func putEventSelectors(c *call, in *selectorsInput) (answer, error) {
	t, err := c.trailToWrite(in.TrailName)
	if err != nil {
		return done, err
	}
	changed := *t
	switch {
	case len(in.EventSelectors) > 0 && len(in.AdvancedEventSelectors) > 0:
		return done, invalidSelectors("Specify either event selectors or advanced event selectors, not both.")
	case len(in.AdvancedEventSelectors) > 0:
		changed.EventSelectors = nil
		changed.Advanced, err = readAdvancedSelectors(in.AdvancedEventSelectors)
	default:
		changed.Advanced = nil
		changed.EventSelectors, err = readEventSelectors(in.EventSelectors)
	}
	if err != nil {
		return done, err
	}
	c.put(&changed)
	return answer{json: changed.selectorsOutput()}, nil
}

func getEventSelectors(c *call, in *selectorsInput) (answer, error) {
	t, err := c.trailToRead(in.TrailName)
	if err != nil {
		return done, err
	}
	return answer{json: t.selectorsOutput()}, nil
}

func invalidSelectors(format string, args ...any) error {
	return refuse("InvalidEventSelectorsException", format, args...)
}

// readEventSelectors checks basic selectors and fills in what was left out.
func readEventSelectors(sent []eventSelectorInput) ([]eventSelector, error) {
	if len(sent) == 0 || len(sent) > mostEventSelectors {
		return nil, invalidSelectors("Specify a valid number of selectors (1 to %d) for your trail.", mostEventSelectors)
	}
	var selectors []eventSelector
	values := 0
	for _, in := range sent {
		s := eventSelector{
			ReadWriteType:                 defaultSelector.ReadWriteType,
			IncludeManagementEvents:       true,
			DataResources:                 []dataResource{},
			ExcludeManagementEventSources: append([]string{}, in.ExcludeManagementEventSources...),
		}
		setIfGiven(&s.ReadWriteType, in.ReadWriteType)
		setIfGiven(&s.IncludeManagementEvents, in.IncludeManagementEvents)
		if !slices.Contains([]string{"All", "ReadOnly", "WriteOnly"}, s.ReadWriteType) {
			return nil, invalidSelectors("Value %s for ReadWriteType is invalid.", s.ReadWriteType)
		}
		for _, source := range s.ExcludeManagementEventSources {
			if source != "kms.amazonaws.com" && source != "rdsdata.amazonaws.com" {
				return nil, invalidSelectors("Value %s for ExcludeManagementEventSources is invalid.", source)
			}
		}
		for _, r := range in.DataResources {
			if err := r.check(); err != nil {
				return nil, err
			}
			values += len(r.Values)
			s.DataResources = append(s.DataResources, dataResource{Type: r.Type, Values: append([]string{}, r.Values...)})
		}
		selectors = append(selectors, s)
	}
	if values > mostDataResources {
		return nil, invalidSelectors("Specify a valid number of DataResources.Values (0 to %d) for all your selectors.", mostDataResources)
	}
	return selectors, nil
}

// dataResourceServices are the services whose data events basic selectors can ask for, by the type of resource.
var dataResourceServices = map[string]string{
	"AWS::S3::Object":       "s3",
	"AWS::Lambda::Function": "lambda",
	"AWS::DynamoDB::Table":  "dynamodb",
}

// check refuses a type that basic selectors do not know, and values that are not the start of an ARN of that type. A
// bucket ends with a slash, and nothing stands for something else.
func (r *dataResource) check() error {
	service, known := dataResourceServices[r.Type]
	if !known {
		return invalidSelectors("Value %s for DataResources.Type is invalid.", r.Type)
	}
	all := "arn:aws:" + service
	for _, value := range r.Values {
		name, ofType := strings.CutPrefix(value, all+":")
		switch {
		case value == all || (service == "s3" && value == all+":::"):
		case !ofType || strings.Contains(value, "*"),
			service == "s3" && (!strings.HasPrefix(name, "::") || strings.Index(name, "/") <= len("::")),
			service != "s3" && strings.Count(name, ":") < 2:
			return invalidSelectors("Value %s for DataResources.Values is invalid.", value)
		}
	}
	return nil
}

// recordsManagement says whether a trail records management events, of those that read or of those that write.
func (t *Trail) recordsManagement(reads bool) bool {
	if len(t.Advanced) > 0 {
		return slices.ContainsFunc(t.Advanced, func(s advancedSelector) bool { return s.records(categoryManagement, reads) })
	}
	other := "WriteOnly"
	if !reads {
		other = "ReadOnly"
	}
	return slices.ContainsFunc(t.selectorsOutput().EventSelectors, func(s eventSelector) bool {
		return s.IncludeManagementEvents && s.ReadWriteType != other
	})
}

// recordsData says whether a trail records any data events.
func (t *Trail) recordsData() bool {
	return slices.ContainsFunc(t.EventSelectors, func(s eventSelector) bool { return len(s.DataResources) > 0 }) ||
		slices.ContainsFunc(t.Advanced, func(s advancedSelector) bool { return s.records(categoryData, true) || s.records(categoryData, false) })
}
