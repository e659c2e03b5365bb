package trail

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
)

// Selector says which events a trail records, in one of the two forms that CloudTrail has: a basic one, or an advanced one, which
// has Fields. All selectors of a trail are of one form, and an event is recorded when one of them fits.
type Selector struct {
	// ReadWriteType is "All", "ReadOnly" or "WriteOnly", for management and for data events.
	ReadWriteType string
	// Management is true where management events are recorded.
	Management bool
	// Exclude are the sources whose management events are left out: kms.amazonaws.com, rdsdata.amazonaws.com.
	Exclude []string
	// Data are the resources whose data events are recorded.
	Data []DataResource

	// Name is that of an advanced selector, and without effect.
	Name string
	// Fields must all fit.
	Fields []Field
}

// DataResource is a sort of resource and which of them: ARNs, or beginnings of ARNs that end with a slash or a colon. The ARN
// "arn:aws:s3" stands for all buckets, and so on.
type DataResource struct {
	Type   string
	Values []string `json:",omitempty"`
}

// Field compares one field of an event with values: with several operators all must hold, within one of the positive ones any value
// will do, within one of the negative ones none may fit.
type Field struct {
	Field         string
	Equals        []string `json:",omitempty"`
	StartsWith    []string `json:",omitempty"`
	EndsWith      []string `json:",omitempty"`
	NotEquals     []string `json:",omitempty"`
	NotStartsWith []string `json:",omitempty"`
	NotEndsWith   []string `json:",omitempty"`
}

// The forms in which selectors are written.
type (
	basicForm struct {
		ReadWriteType                 string
		IncludeManagementEvents       bool
		ExcludeManagementEventSources []string       `json:",omitempty"`
		DataResources                 []DataResource `json:",omitempty"`
	}
	advancedForm struct {
		Name           string `json:",omitempty"`
		FieldSelectors []Field
	}
)

// Default is what a trail records where nothing is said: all management events.
func Default() Selector { return Selector{ReadWriteType: All, Management: true} }

// What basic selectors record of the events they are for.
const (
	All       = "All"
	ReadOnly  = "ReadOnly"
	WriteOnly = "WriteOnly"
)

// IsAdvanced reports whether the selector is of the advanced form.
func (s Selector) IsAdvanced() bool { return len(s.Fields) > 0 }

// Canonical returns selectors as a set of texts, compact JSON each, such that equal sets record the same. AWS itself shows
// selectors and their fields in another order than they were sent.
func Canonical(selectors []Selector) []string {
	texts := make([]string, len(selectors))
	for i, s := range selectors {
		texts[i] = s.canonical()
	}
	slices.Sort(texts)
	return slices.Compact(texts)
}

func (s Selector) canonical() string {
	if !s.IsAdvanced() {
		data := slices.Clone(s.Data)
		for i := range data {
			data[i].Values = sorted(data[i].Values)
		}
		slices.SortFunc(data, func(a, b DataResource) int {
			return bytes.Compare([]byte(encode(a)), []byte(encode(b)))
		})
		return encode(basicForm{s.ReadWriteType, s.Management, sorted(s.Exclude), data})
	}
	fields := slices.Clone(s.Fields)
	for i := range fields {
		for _, values := range fields[i].all() {
			*values.values = sorted(*values.values)
		}
	}
	slices.SortFunc(fields, func(a, b Field) int { return bytes.Compare([]byte(encode(a)), []byte(encode(b))) })
	return encode(advancedForm{s.Name, fields})
}

// operator is an operator of a field, as AWS and as people call it, with its values.
type operator struct {
	name, words string
	values      *[]string
}

// all are the operators of a field.
func (f *Field) all() []operator {
	return []operator{
		{"Equals", "is", &f.Equals},
		{"StartsWith", "begins with", &f.StartsWith},
		{"EndsWith", "ends with", &f.EndsWith},
		{"NotEquals", "is not", &f.NotEquals},
		{"NotStartsWith", "does not begin with", &f.NotStartsWith},
		{"NotEndsWith", "does not end with", &f.NotEndsWith},
	}
}

func sorted(values []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(values)))
}

func encode(value any) string {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(value); err != nil {
		panic(err) // strings and booleans only
	}
	return string(bytes.TrimSpace(out.Bytes()))
}

// Parse reads selectors as Canonical writes them.
func Parse(texts []string) ([]Selector, error) {
	selectors := make([]Selector, len(texts))
	for i, text := range texts {
		var both struct {
			basicForm
			advancedForm
		}
		dec := json.NewDecoder(bytes.NewReader([]byte(text)))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&both); err != nil {
			return nil, fmt.Errorf("event selector %d: %w", i+1, err)
		}
		selectors[i] = Selector{
			ReadWriteType: both.ReadWriteType, Management: both.IncludeManagementEvents, Exclude: both.ExcludeManagementEventSources,
			Data: both.DataResources, Name: both.Name, Fields: both.FieldSelectors,
		}
	}
	return selectors, nil
}
