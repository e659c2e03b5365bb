package sandbox

import (
	"slices"
	"strconv"
	"strings"
)

// The limits of advanced event selectors.
const (
	mostAdvancedValues  = 500
	longestSelectorName = 1000
)

// An advancedSelector is an advanced event selector: events that meet all of its field selectors are recorded.
type advancedSelector struct {
	Name           string `json:",omitempty"`
	FieldSelectors []fieldSelector
}

// A fieldSelector says what a field of an event has to be. Of an operator's values one has to fit, of those of the negated
// operators none.
type fieldSelector struct {
	Field         string
	Equals        []string `json:",omitempty"`
	StartsWith    []string `json:",omitempty"`
	EndsWith      []string `json:",omitempty"`
	NotEquals     []string `json:",omitempty"`
	NotStartsWith []string `json:",omitempty"`
	NotEndsWith   []string `json:",omitempty"`
}

func (f *fieldSelector) values() int {
	return len(f.Equals) + len(f.StartsWith) + len(f.EndsWith) + len(f.NotEquals) + len(f.NotStartsWith) + len(f.NotEndsWith)
}

// onlyEquals says whether a field selector has no operator but Equals.
func (f *fieldSelector) onlyEquals() bool { return len(f.Equals) == f.values() }

const (
	fieldCategory = "eventCategory"
	fieldReadOnly = "readOnly"
	fieldType     = "resources.type"
)

// selectorFields are the fields that can be selected, by the category of events.
var selectorFields = map[string][]string{
	categoryManagement: {
		fieldCategory, fieldReadOnly, "eventSource", "eventName", "eventType", "sessionCredentialFromConsole", "userIdentity.arn",
	},
	categoryData: {
		fieldCategory, fieldReadOnly, fieldType, "resources.ARN", "eventSource", "eventName", "eventType", "errorCode",
		"sessionCredentialFromConsole", "userIdentity.arn",
	},
	"NetworkActivity": {
		fieldCategory, "eventSource", "eventName", "errorCode", "vpcEndpointId", "userIdentity.arn",
	},
}

// readAdvancedSelectors checks advanced selectors, and puts each one's fields in order as AWS does.
func readAdvancedSelectors(sent []advancedSelector) ([]advancedSelector, error) {
	values := 0
	selectors := slices.Clone(sent)
	for i := range selectors {
		s := &selectors[i]
		if err := s.check(); err != nil {
			return nil, err
		}
		s.FieldSelectors = slices.Clone(s.FieldSelectors)
		slices.SortFunc(s.FieldSelectors, func(a, b fieldSelector) int { return strings.Compare(a.Field, b.Field) })
		for _, f := range s.FieldSelectors {
			values += f.values()
		}
	}
	if values > mostAdvancedValues {
		return nil, invalidSelectors("Specify a valid number of values (1 to %d) for all conditions in your advanced event selectors.", mostAdvancedValues)
	}
	return selectors, nil
}

// field is the selector of a field.
func (s *advancedSelector) field(name string) (fieldSelector, bool) {
	at := slices.IndexFunc(s.FieldSelectors, func(f fieldSelector) bool { return f.Field == name })
	if at < 0 {
		return fieldSelector{}, false
	}
	return s.FieldSelectors[at], true
}

// check refuses a selector without a category, and fields that the category does not have or that are asked wrongly.
func (s *advancedSelector) check() error {
	if len(s.Name) > longestSelectorName {
		return invalidSelectors("The name of an advanced event selector is longer than %d characters.", longestSelectorName)
	}
	category, ok := s.field(fieldCategory)
	if !ok || len(category.Equals) != 1 || !category.onlyEquals() {
		return invalidSelectors("An advanced event selector must have one eventCategory, with Equals and one value.")
	}
	fields, ok := selectorFields[category.Equals[0]]
	if !ok {
		return invalidSelectors("Value %s for eventCategory is invalid.", category.Equals[0])
	}
	seen := map[string]bool{}
	for _, f := range s.FieldSelectors {
		switch {
		case !slices.Contains(fields, f.Field):
			return invalidSelectors("Field %s is invalid for %s events.", strconv.Quote(f.Field), category.Equals[0])
		case seen[f.Field]:
			return invalidSelectors("Field %s is there twice.", f.Field)
		case f.values() == 0:
			return invalidSelectors("Field %s has no operator with a value.", f.Field)
		}
		seen[f.Field] = true
		if err := f.check(); err != nil {
			return err
		}
	}
	switch {
	case category.Equals[0] == categoryData && !seen[fieldType]:
		return invalidSelectors("An advanced event selector for Data events must have resources.type.")
	case category.Equals[0] == "NetworkActivity" && !seen["eventSource"]:
		return invalidSelectors("An advanced event selector for NetworkActivity events must have eventSource.")
	}
	return nil
}

// check refuses operators and values that a field does not take.
func (f *fieldSelector) check() error {
	switch f.Field {
	case fieldCategory, fieldType, fieldReadOnly:
		if len(f.Equals) != 1 || !f.onlyEquals() {
			return invalidSelectors("Field %s takes Equals with one value.", f.Field)
		}
	}
	if f.Field == fieldReadOnly && f.Equals[0] != "true" && f.Equals[0] != "false" {
		return invalidSelectors("Value %s for readOnly is invalid.", f.Equals[0])
	}
	return nil
}

// records says whether a selector lets through events of a category, of those that read or of those that write.
func (s *advancedSelector) records(category string, reads bool) bool {
	of, _ := s.field(fieldCategory)
	readOnly, limited := s.field(fieldReadOnly)
	return slices.Equal(of.Equals, []string{category}) && (!limited || readOnly.Equals[0] == strconv.FormatBool(reads))
}
