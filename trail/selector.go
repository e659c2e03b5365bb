package trail

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
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

// Field compares one field of an event with values: some value of those that are wanted must fit, by whichever operator, and none of
// those of the operators that begin with Not.
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
		return encode(basicForm{cmp.Or(s.ReadWriteType, All), s.Management, sorted(s.Exclude), s.byType()})
	}
	fields := slices.Clone(s.Fields)
	for i := range fields {
		for _, o := range fields[i].all() {
			*o.values = sorted(*o.values)
		}
	}
	slices.SortFunc(fields, func(a, b Field) int { return cmp.Compare(encode(a), encode(b)) })
	return encode(advancedForm{s.Name, fields})
}

// byType are the data resources of the selector, one of each type, in order. One without values stands for nothing.
func (s Selector) byType() []DataResource {
	values := map[string][]string{}
	for _, d := range s.Data {
		if len(d.Values) > 0 {
			values[d.Type] = append(values[d.Type], d.Values...)
		}
	}
	var data []DataResource
	for _, of := range slices.Sorted(maps.Keys(values)) {
		data = append(data, DataResource{of, sorted(values[of])})
	}
	return data
}

// operator is an operator of a field: what it does, how people call it, and its values.
type operator struct {
	comparison
	not    bool
	words  string
	values *[]string
}

// all are the operators of a field.
func (f *Field) all() []operator {
	return []operator{
		{equals, false, "is", &f.Equals},
		{begins, false, "begins with", &f.StartsWith},
		{ends, false, "ends with", &f.EndsWith},
		{equals, true, "is not", &f.NotEquals},
		{begins, true, "does not begin with", &f.NotStartsWith},
		{ends, true, "does not end with", &f.NotEndsWith},
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

// Parse reads selectors as Canonical writes them. Selectors of both forms together are an error, as is one of neither.
func Parse(texts []string) ([]Selector, error) {
	selectors := make([]Selector, len(texts))
	for i, text := range texts {
		s, err := parse(text)
		if err != nil {
			return nil, fmt.Errorf("event selector %d: %w", i+1, err)
		}
		if i > 0 && s.IsAdvanced() != selectors[0].IsAdvanced() {
			return nil, fmt.Errorf("event selector %d: basic and advanced selectors cannot be together", i+1)
		}
		selectors[i] = s
	}
	return selectors, nil
}

func parse(text string) (Selector, error) {
	var both struct {
		basicForm
		advancedForm
	}
	dec := json.NewDecoder(strings.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&both); err != nil {
		return Selector{}, err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return Selector{}, errors.New("more than one value")
	}
	s := Selector{
		ReadWriteType: both.ReadWriteType, Management: both.IncludeManagementEvents, Exclude: both.ExcludeManagementEventSources,
		Data: both.DataResources, Name: both.Name, Fields: both.FieldSelectors,
	}
	basic := s.ReadWriteType != "" || s.Management || s.Exclude != nil || s.Data != nil
	switch {
	case basic && (s.IsAdvanced() || s.Name != ""):
		return Selector{}, errors.New("basic and advanced in one")
	case basic && !slices.Contains([]string{All, ReadOnly, WriteOnly}, s.ReadWriteType):
		return Selector{}, fmt.Errorf("ReadWriteType is %q, not %s, %s or %s", s.ReadWriteType, All, ReadOnly, WriteOnly)
	case !basic && !s.IsAdvanced():
		return Selector{}, errors.New("it has neither ReadWriteType nor FieldSelectors")
	}
	return s, nil
}
