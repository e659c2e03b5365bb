package trail_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"baseline/trail"
)

func TestNarrower(t *testing.T) {
	management := func(readWrite string, left ...string) trail.Selector {
		return trail.Selector{ReadWriteType: readWrite, Management: true, Exclude: left}
	}
	data := func(readWrite string, arns ...string) trail.Selector {
		return trail.Selector{ReadWriteType: readWrite, Data: objects(arns...)}
	}
	arn := func(f trail.Field) trail.Field { f.Field = trail.FieldResourceARN; return f }
	source := func(f trail.Field) trail.Field { f.Field = trail.FieldSource; return f }
	writes, reads := equal(trail.FieldReadOnly, "false"), equal(trail.FieldReadOnly, "true")
	type selectors = []trail.Selector
	for _, test := range []struct {
		name          string
		before, after selectors
		narrower      bool
	}{
		{"the same", selectors{trail.Default()}, selectors{trail.Default()}, false},
		{"writes instead of all", selectors{trail.Default()}, selectors{management("WriteOnly")}, true},
		{"all instead of writes", selectors{management("WriteOnly")}, selectors{trail.Default()}, false},
		{"all in two", selectors{trail.Default()}, selectors{management("WriteOnly"), management("ReadOnly")}, false},
		{"without KMS", selectors{trail.Default()}, selectors{management("All", "kms.amazonaws.com")}, true},
		{"with KMS", selectors{management("All", "kms.amazonaws.com")}, selectors{trail.Default()}, false},
		{"nothing", selectors{trail.Default()}, selectors{}, true},
		{"from nothing", selectors{}, selectors{trail.Default()}, false},
		{"data beside", selectors{trail.Default()}, selectors{{Management: true, Data: objects("arn:aws:s3")}}, false},
		{"data instead", selectors{trail.Default()}, selectors{data("All", "arn:aws:s3")}, true},
		{"one bucket less", selectors{data("All", "arn:aws:s3:::a/", "arn:aws:s3:::b/")}, selectors{data("All", "arn:aws:s3:::a/")}, true},
		{"one bucket instead of all", selectors{data("All", "arn:aws:s3:::")}, selectors{data("All", "arn:aws:s3:::a/")}, true},
		{"all buckets instead of one", selectors{data("All", "arn:aws:s3:::a/")}, selectors{data("All", "arn:aws:s3")}, false},
		{"a folder instead of a bucket", selectors{data("All", "arn:aws:s3:::a/")}, selectors{data("All", "arn:aws:s3:::a/x")}, true},
		{
			"a function whose name begins like another's",
			selectors{{ReadWriteType: "All", Data: []trail.DataResource{{Type: "AWS::Lambda::Function", Values: []string{"arn:aws:lambda:eu-west-1:111122223333:function:world2"}}}}},
			selectors{{ReadWriteType: "All", Data: []trail.DataResource{{Type: "AWS::Lambda::Function", Values: []string{"arn:aws:lambda:eu-west-1:111122223333:function:world"}}}}},
			true,
		},

		{"in the advanced form", selectors{trail.Default()}, selectors{advanced("Management")}, false},
		{"in the basic form", selectors{advanced("Management", writes)}, selectors{management("WriteOnly")}, false},
		{"in the advanced form, but writes", selectors{trail.Default()}, selectors{advanced("Management", writes)}, true},
		{"in the advanced form, in two", selectors{trail.Default()}, selectors{advanced("Management", writes), advanced("Management", reads)}, false},
		{
			"without KMS in the advanced form",
			selectors{management("All", "kms.amazonaws.com")},
			selectors{advanced("Management", source(trail.Field{NotEquals: []string{"kms.amazonaws.com"}}))},
			false,
		},
		{
			"without more",
			selectors{advanced("Management", source(trail.Field{NotEquals: []string{"kms.amazonaws.com"}}))},
			selectors{advanced("Management", source(trail.Field{NotStartsWith: []string{"kms"}}))},
			true,
		},
		{
			"without less",
			selectors{advanced("Management", source(trail.Field{NotStartsWith: []string{"kms"}}))},
			selectors{advanced("Management", source(trail.Field{NotEquals: []string{"kms.amazonaws.com"}}))},
			false,
		},
		{
			"another source beside",
			selectors{advanced("NetworkActivity", equal(trail.FieldSource, "ec2.amazonaws.com"))},
			selectors{advanced("NetworkActivity", equal(trail.FieldSource, "ec2.amazonaws.com", "kms.amazonaws.com"))},
			false,
		},
		{
			"one call less",
			selectors{objectEvents(equal("eventName", "PutObject", "DeleteObject"))},
			selectors{objectEvents(equal("eventName", "PutObject"))},
			true,
		},
		{"all calls", selectors{objectEvents(equal("eventName", "PutObject"))}, selectors{objectEvents()}, false},
		{"calls by a beginning", selectors{objectEvents(equal("eventName", "PutObject"))}, selectors{objectEvents(trail.Field{Field: "eventName", StartsWith: []string{"Put"}})}, false},
		{"calls by an end", selectors{objectEvents(trail.Field{Field: "eventName", EndsWith: []string{"tObject"}})}, selectors{objectEvents(trail.Field{Field: "eventName", EndsWith: []string{"Object"}})}, false},
		{"some calls", selectors{objectEvents()}, selectors{objectEvents(equal("eventName", "PutObject"))}, true},
		{
			"two buckets in two",
			selectors{objectEvents(arn(trail.Field{StartsWith: []string{"arn:aws:s3:::a/", "arn:aws:s3:::b/"}}))},
			selectors{objectEvents(arn(trail.Field{StartsWith: []string{"arn:aws:s3:::a/"}})), objectEvents(arn(trail.Field{StartsWith: []string{"arn:aws:s3:::b/"}}))},
			false,
		},
		{"all buckets by their beginning", selectors{data("All", "arn:aws:s3")}, selectors{objectEvents(arn(trail.Field{StartsWith: []string{"arn:aws:s3:::"}}))}, false},
		{"an object of a bucket", selectors{objectEvents(arn(trail.Field{Equals: []string{"arn:aws:s3:::a/x"}}))}, selectors{data("All", "arn:aws:s3:::a/")}, false},
		{
			"a bucket left out that was not asked for",
			selectors{data("All", "arn:aws:s3:::a/")},
			selectors{objectEvents(arn(trail.Field{StartsWith: []string{"arn:aws:s3:::"}, NotStartsWith: []string{"arn:aws:s3:::b/"}}))},
			false,
		},
		{
			"a bucket left out that was asked for",
			selectors{data("All", "arn:aws:s3:::a/", "arn:aws:s3:::b/")},
			selectors{objectEvents(arn(trail.Field{NotStartsWith: []string{"arn:aws:s3:::b/"}}))},
			true,
		},
		{
			"a bucket and a source left out, then the bucket alone",
			selectors{objectEvents(source(trail.Field{NotEquals: []string{"x"}}), arn(trail.Field{NotStartsWith: []string{"arn:aws:s3:::b/"}}))},
			selectors{objectEvents(arn(trail.Field{NotStartsWith: []string{"arn:aws:s3:::b/"}}))},
			false,
		},
		{
			"a bucket left out, then a source too",
			selectors{objectEvents(arn(trail.Field{NotStartsWith: []string{"arn:aws:s3:::b/"}}))},
			selectors{objectEvents(source(trail.Field{NotEquals: []string{"x"}}), arn(trail.Field{NotStartsWith: []string{"arn:aws:s3:::b/"}}))},
			true,
		},
		{
			"a beginning or a whole",
			selectors{objectEvents(arn(trail.Field{Equals: []string{"arn:aws:s3:::b/x"}}))},
			selectors{objectEvents(arn(trail.Field{Equals: []string{"arn:aws:s3:::b/x"}, StartsWith: []string{"arn:aws:s3:::a/"}}))},
			false,
		},
		{"another type", selectors{objectEvents()}, selectors{advanced("Data", equal(trail.FieldResourceType, "AWS::S3Express::Object"))}, true},
		{"another name", selectors{{Name: "a", Fields: objectEvents().Fields}}, selectors{{Name: "b", Fields: objectEvents().Fields}}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := trail.Narrower(trail.Canonical(test.before), trail.Canonical(test.after)); got != test.narrower {
				t.Errorf("%v", got)
			}
		})
	}
}

func TestUnreadableSelectorsRecordNothing(t *testing.T) {
	if trail.Narrower([]string{"?"}, []string{"?"}) || trail.Narrower([]string{"?"}, []string{all}) {
		t.Error("less than nothing")
	}
	if !trail.Narrower([]string{all}, []string{"?"}) {
		t.Error("everything is nothing")
	}
}

// event is one of CloudTrail, by the fields that selectors ask for.
type event map[string]string

func someEvent() *rapid.Generator[event] {
	return rapid.Custom(func(t *rapid.T) event {
		draw := func(name string, texts ...string) string { return rapid.SampledFrom(texts).Draw(t, name) }
		e := event{
			trail.FieldCategory: draw("category", "Management", "Data"), trail.FieldReadOnly: draw("reads", "true", "false"),
			trail.FieldSource: draw("source", append(slices.Clone(someSources), "ec2.amazonaws.com")...), "eventName": draw("call", "PutObject", "GetObject", "PutIt", "X"),
		}
		if e[trail.FieldCategory] == "Data" {
			e[trail.FieldResourceType] = draw("type", trail.S3Object, "AWS::Lambda::Function")
			e[trail.FieldResourceARN] = draw("ARN", "arn:aws:s3:::a/x", "arn:aws:s3:::a/y", "arn:aws:s3:::b/x", "arn:aws:s3:::ab/x")
			if e[trail.FieldResourceType] != trail.S3Object {
				e[trail.FieldResourceARN] = draw("function", function, function+"2")
			}
		}
		return e
	})
}

// recordedBy says whether selectors record an event, after the user guide: of the operators that select one has to fit, of those that
// deselect none may.
func (e event) recordedBy(selectors []trail.Selector) bool {
	return slices.ContainsFunc(selectors, func(s trail.Selector) bool {
		if s.IsAdvanced() {
			return !slices.ContainsFunc(s.Fields, func(f trail.Field) bool { return !fits(f, e[f.Field]) })
		}
		if s.ReadWriteType == "ReadOnly" && e[trail.FieldReadOnly] == "false" || s.ReadWriteType == "WriteOnly" && e[trail.FieldReadOnly] == "true" {
			return false
		}
		if e[trail.FieldCategory] == "Management" {
			return s.Management && !slices.Contains(s.Exclude, e[trail.FieldSource])
		}
		return slices.ContainsFunc(s.Data, func(d trail.DataResource) bool {
			return d.Type == e[trail.FieldResourceType] && slices.ContainsFunc(d.Values, func(v string) bool {
				if d.Type == trail.S3Object || v == "arn:aws:lambda" {
					return strings.HasPrefix(e[trail.FieldResourceARN], v)
				}
				return v == e[trail.FieldResourceARN]
			})
		})
	})
}

func fits(f trail.Field, text string) bool {
	is := func(v string) bool { return v == text }
	begins := func(v string) bool { return strings.HasPrefix(text, v) }
	ends := func(v string) bool { return strings.HasSuffix(text, v) }
	selects := len(f.Equals)+len(f.StartsWith)+len(f.EndsWith) > 0
	selected := slices.ContainsFunc(f.Equals, is) || slices.ContainsFunc(f.StartsWith, begins) || slices.ContainsFunc(f.EndsWith, ends)
	deselected := slices.ContainsFunc(f.NotEquals, is) || slices.ContainsFunc(f.NotStartsWith, begins) || slices.ContainsFunc(f.NotEndsWith, ends)
	return (selected || !selects) && !deselected
}

// altered draws selectors that are mostly those given.
func altered(t *rapid.T, before []trail.Selector) []trail.Selector {
	after := slices.Clone(before)
	if len(after) == 0 {
		return after
	}
	s := &after[rapid.IntRange(0, len(after)-1).Draw(t, "altered selector")]
	if !s.IsAdvanced() {
		other := basicSelector().Draw(t, "altered to")
		switch rapid.IntRange(0, 2).Draw(t, "altered setting") {
		case 0:
			s.ReadWriteType = other.ReadWriteType
		case 1:
			s.Exclude = other.Exclude
		case 2:
			s.Data = other.Data
		}
		return after
	}
	s.Fields = slices.Clone(s.Fields)
	f := &s.Fields[rapid.IntRange(0, len(s.Fields)-1).Draw(t, "altered field")]
	switch f.Field {
	case trail.FieldResourceARN:
		*f = fieldOf(f.Field, somePrefixes).Draw(t, "altered to")
	case trail.FieldSource:
		*f = fieldOf(f.Field, someSources).Draw(t, "altered to")
	case "eventName":
		*f = fieldOf(f.Field, someNames).Draw(t, "altered to")
	default:
		s.Fields = append(s.Fields, fieldOf("eventName", someNames).Draw(t, "altered to"))
	}
	return after
}

// Nothing that was recorded goes missing unless Narrower says so, whatever the event.
func TestNarrowerMissesNoEvent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before := someSelectors().Draw(t, "before")
		after := altered(t, before)
		if trail.Narrower(trail.Canonical(before), trail.Canonical(after)) {
			return
		}
		for range 20 {
			if e := someEvent().Draw(t, "event"); e.recordedBy(before) && !e.recordedBy(after) {
				t.Fatalf("%v goes missing", e)
			}
		}
	})
}

func TestNarrowerIsAnOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string) []string { return trail.Canonical(someSelectors().Draw(t, name)) }
		a, b, c := draw("a"), draw("b"), draw("c")
		if trail.Narrower(a, a) {
			t.Fatal("narrower than itself")
		}
		if !trail.Narrower(a, b) && !trail.Narrower(b, c) && trail.Narrower(a, c) {
			t.Fatal("what b kept of a, c does not keep of b")
		}
	})
}
