package spec

import (
	"regexp"
	"slices"
	"strings"

	"baseline/trail"
)

// selectorEntry is an advanced event selector as CloudTrail has it, AWS's names included.
type selectorEntry struct {
	Name           *string         `json:"Name,omitzero" jsonschema:"A name for the selector, without effect."`
	FieldSelectors []fieldSelector `json:"FieldSelectors" jsonschema:"What must hold of an event for it to be recorded, all of it."`
}

// fieldSelector compares a field of an event with values.
type fieldSelector struct {
	Field         *string    `json:"Field" jsonschema:"The field, such as eventCategory, readOnly, resources.type or resources.ARN."`
	Equals        stringList `json:"Equals,omitzero" jsonschema:"The field is one of these."`
	StartsWith    stringList `json:"StartsWith,omitzero" jsonschema:"The field begins with one of these."`
	EndsWith      stringList `json:"EndsWith,omitzero" jsonschema:"The field ends with one of these."`
	NotEquals     stringList `json:"NotEquals,omitzero" jsonschema:"The field is none of these."`
	NotStartsWith stringList `json:"NotStartsWith,omitzero" jsonschema:"The field begins with none of these."`
	NotEndsWith   stringList `json:"NotEndsWith,omitzero" jsonschema:"The field ends with none of these."`
}

// operators are the keys by which a field is compared.
var operators = []string{"Equals", "StartsWith", "EndsWith", "NotEquals", "NotStartsWith", "NotEndsWith"}

// categories are the values of eventCategory.
var categories = []string{trail.CategoryManagement, trail.CategoryData, "NetworkActivity"}

var eventField = regexp.MustCompile(`^[A-Za-z]+(\.[A-Za-z]+)*$`)

// written returns the selectors that the file writes out in full.
func (t *oneTrail) written() []trail.Selector {
	n := t.node.at("selectors")
	for _, key := range []string{"management_events", "data_events"} {
		if e, ok := t.node.get(key); ok {
			t.problems.add(e.key.place(), "selectors stand in the place of %s: keep one of the two", key)
		}
	}
	if len(t.entry.Selectors) == 0 {
		t.problems.add(n.place(), "selectors is empty: a trail records something; leave the key out to leave what it records as it is")
	}
	var selectors []trail.Selector
	for i, s := range t.entry.Selectors {
		if at := n.item(i); at.shape == mapping {
			selectors = append(selectors, t.selector(s, at))
		}
	}
	return selectors
}

// selector checks one selector and returns it.
func (t *oneTrail) selector(s selectorEntry, n *node) trail.Selector {
	out := trail.Selector{Name: text(s.Name)}
	before := len(t.problems.found)
	if !(decoder{t.problems}).must(n, "selector", "FieldSelectors", "say what must hold of an event for it to be recorded") {
		return out
	}
	var category []string
	typed := false
	for i, f := range s.FieldSelectors {
		at := n.at("FieldSelectors").item(i)
		if at.shape != mapping || !(decoder{t.problems}).must(at, "selector", "Field", "name the field, such as eventCategory") || f.Field == nil {
			continue
		}
		if !eventField.MatchString(*f.Field) {
			t.problems.add(at.at("Field").place(), "Field: %q is not the name of a field, such as eventCategory or resources.ARN", *f.Field)
		}
		if len(at.only(operators...).entries) == 0 {
			t.problems.add(at.place(), "selector: %s is compared with nothing: give at least one of %s", *f.Field, strings.Join(operators, ", "))
		}
		if *f.Field == trail.FieldCategory {
			category = append(category, f.Equals...)
		}
		typed = typed || *f.Field == trail.FieldResourceType
		out.Fields = append(out.Fields, trail.Field{
			Field: *f.Field, Equals: f.Equals, StartsWith: f.StartsWith, EndsWith: f.EndsWith,
			NotEquals: f.NotEquals, NotStartsWith: f.NotStartsWith, NotEndsWith: f.NotEndsWith,
		})
	}
	if len(t.problems.found) > before {
		return out
	}
	switch {
	case len(category) != 1 || !slices.Contains(categories, category[0]):
		t.problems.add(n.place(), "selector: it must have the field eventCategory with Equals and one of %s", strings.Join(categories, ", "))
	case category[0] == trail.CategoryData && !typed:
		t.problems.add(n.place(), "selector: for data events it must have the field resources.type, as in AWS::S3::Object")
	case trail.RecordsOwnWrites([]trail.Selector{out}, t.partition, t.delivery.Bucket):
		t.ownWrites(n, `add {Field: resources.ARN, NotStartsWith: ["`+t.objectsOf(t.delivery.Bucket)+`"]}`)
	}
	return out
}

// valuesOf counts the values that an advanced selector compares with.
func valuesOf(s trail.Selector) int {
	count := 0
	for _, f := range s.Fields {
		count += len(f.Equals) + len(f.StartsWith) + len(f.EndsWith) + len(f.NotEquals) + len(f.NotStartsWith) + len(f.NotEndsWith)
	}
	return count
}
