package trail_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"baseline/trail"
)

const all = `{"ReadWriteType":"All","IncludeManagementEvents":true}`

// objects asks for data events of the objects that ARNs begin like.
func objects(arns ...string) []trail.DataResource {
	return []trail.DataResource{{Type: trail.S3Object, Values: arns}}
}

// equal is a field that must be one of some values.
func equal(field string, values ...string) trail.Field {
	return trail.Field{Field: field, Equals: values}
}

// advanced is an advanced selector of a category.
func advanced(category string, fields ...trail.Field) trail.Selector {
	return trail.Selector{Fields: append([]trail.Field{equal(trail.FieldCategory, category)}, fields...)}
}

// objectEvents is an advanced selector of the objects in buckets.
func objectEvents(fields ...trail.Field) trail.Selector {
	return advanced(trail.CategoryData, append(fields, equal(trail.FieldResourceType, trail.S3Object))...)
}

func TestCanonical(t *testing.T) {
	for _, test := range []struct {
		name      string
		selectors []trail.Selector
		want      []string
	}{
		{"the default", []trail.Selector{trail.Default()}, []string{all}},
		{"nothing said of reads and writes", []trail.Selector{{Management: true}}, []string{all}},
		{"twice the same", []trail.Selector{trail.Default(), trail.Default()}, []string{all}},
		{"no lists and empty lists", []trail.Selector{{ReadWriteType: "All", Management: true, Exclude: []string{}, Data: []trail.DataResource{}}}, []string{all}},
		{
			"orders",
			[]trail.Selector{
				{ReadWriteType: "WriteOnly", Exclude: []string{"rdsdata.amazonaws.com", "kms.amazonaws.com"}},
				{ReadWriteType: "ReadOnly", Data: []trail.DataResource{
					{Type: "AWS::S3::Object", Values: []string{"arn:aws:s3:::b/", "arn:aws:s3:::a/"}},
					{Type: "AWS::Lambda::Function", Values: []string{"arn:aws:lambda"}},
				}},
			},
			[]string{
				`{"ReadWriteType":"ReadOnly","IncludeManagementEvents":false,"DataResources":[{"Type":"AWS::Lambda::Function","Values":["arn:aws:lambda"]},` +
					`{"Type":"AWS::S3::Object","Values":["arn:aws:s3:::a/","arn:aws:s3:::b/"]}]}`,
				`{"ReadWriteType":"WriteOnly","IncludeManagementEvents":false,"ExcludeManagementEventSources":["kms.amazonaws.com","rdsdata.amazonaws.com"]}`,
			},
		},
		{
			"one type twice, and one without values",
			[]trail.Selector{{Management: true, Data: slices.Concat(objects("arn:aws:s3:::b/"), objects("arn:aws:s3:::a/"), objects())}},
			[]string{`{"ReadWriteType":"All","IncludeManagementEvents":true,"DataResources":[{"Type":"AWS::S3::Object","Values":["arn:aws:s3:::a/","arn:aws:s3:::b/"]}]}`},
		},
		{
			"an advanced one, as AWS sorts it and as it was written",
			[]trail.Selector{
				{Name: "<all>", Fields: []trail.Field{equal("readOnly", "false"), equal("eventCategory", "Data"), {Field: "resources.ARN", NotStartsWith: []string{"b", "a", "b"}}}},
				{Name: "<all>", Fields: []trail.Field{{Field: "resources.ARN", NotStartsWith: []string{"a", "b"}}, equal("eventCategory", "Data"), equal("readOnly", "false")}},
			},
			[]string{`{"Name":"<all>","FieldSelectors":[{"Field":"eventCategory","Equals":["Data"]},{"Field":"readOnly","Equals":["false"]},` +
				`{"Field":"resources.ARN","NotStartsWith":["a","b"]}]}`},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, trail.Canonical(test.selectors)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// What was built must not change under whoever asks for its canonical form.
func TestCanonicalLeavesItsArgumentAlone(t *testing.T) {
	build := func() []trail.Selector {
		return []trail.Selector{
			{Exclude: []string{"b", "a"}, Data: slices.Concat(objects("b", "a"), objects("0"))},
			{Fields: []trail.Field{equal("readOnly", "true"), equal("eventCategory", "b", "a")}},
		}
	}
	selectors := build()
	trail.Canonical(selectors)
	if diff := cmp.Diff(build(), selectors); diff != "" {
		t.Errorf("(-before +after):\n%s", diff)
	}
}

func TestParseRefuses(t *testing.T) {
	for _, test := range []struct {
		name  string
		texts []string
		says  string
	}{
		{"no JSON", []string{"all"}, "event selector 1"},
		{"half of it", []string{all, `{"ReadWriteType":`}, "event selector 2"},
		{"two values", []string{all + all}, "more than one value"},
		{"null", []string{"null"}, "neither"},
		{"nothing", []string{"{}"}, "neither"},
		{"an unknown key", []string{`{"ReadWriteType":"All","Readonly":true}`}, `unknown field "Readonly"`},
		{"other reads", []string{`{"ReadWriteType":"Both","IncludeManagementEvents":true}`}, `"Both"`},
		{"basic without a word of reads", []string{`{"IncludeManagementEvents":true}`}, `ReadWriteType is ""`},
		{"both forms in one", []string{`{"ReadWriteType":"All","FieldSelectors":[{"Field":"readOnly","Equals":["true"]}]}`}, "basic and advanced in one"},
		{"both forms", []string{all, `{"FieldSelectors":[{"Field":"readOnly","Equals":["true"]}]}`}, "cannot be together"},
		{"a name alone", []string{`{"Name":"x","FieldSelectors":[]}`}, "neither"},
		{"a name of a basic one", []string{`{"Name":"x","ReadWriteType":"All"}`}, "basic and advanced"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got, err := trail.Parse(test.texts); err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("%v, error %v; want %q in it", got, err, test.says)
			}
		})
	}
}

// Some texts that fit each other in part, so that what is drawn is not all apart.
var (
	somePrefixes = []string{"arn:aws:s3", "arn:aws:s3:::", "arn:aws:s3:::a", "arn:aws:s3:::a/", "arn:aws:s3:::a/x", "arn:aws:s3:::b/"}
	someSources  = []string{"kms.amazonaws.com", "rdsdata.amazonaws.com", "s3.amazonaws.com"}
	someNames    = []string{"PutObject", "GetObject", "Put", "Object", ""}
)

// function is the ARN of a function, whose name begins another's.
const function = "arn:aws:lambda:eu-west-1:111122223333:function:f"

func someOf(texts []string) *rapid.Generator[[]string] {
	return rapid.SliceOfNDistinct(rapid.SampledFrom(texts), 0, 3, rapid.ID)
}

func fieldOf(name string, texts []string) *rapid.Generator[trail.Field] {
	return rapid.Custom(func(t *rapid.T) trail.Field {
		draw := func() []string { return someOf(texts).Draw(t, name) }
		f := trail.Field{Field: name}
		for _, values := range []*[]string{&f.Equals, &f.StartsWith, &f.EndsWith, &f.NotEquals, &f.NotStartsWith, &f.NotEndsWith} {
			if rapid.IntRange(0, 2).Draw(t, "operator") == 0 {
				*values = draw()
			}
		}
		return f
	})
}

func basicSelector() *rapid.Generator[trail.Selector] {
	return rapid.Custom(func(t *rapid.T) trail.Selector {
		s := trail.Selector{
			ReadWriteType: rapid.SampledFrom([]string{"All", "ReadOnly", "WriteOnly"}).Draw(t, "reads or writes"),
			Management:    rapid.Bool().Draw(t, "management"),
			Exclude:       someOf(someSources[:2]).Draw(t, "left out"),
		}
		for range rapid.IntRange(0, 2).Draw(t, "resources") {
			s.Data = append(s.Data, rapid.SampledFrom([]trail.DataResource{
				{Type: trail.S3Object, Values: someOf(somePrefixes).Draw(t, "buckets")},
				{Type: "AWS::Lambda::Function", Values: []string{"arn:aws:lambda"}},
				{Type: "AWS::Lambda::Function", Values: someOf([]string{function, function + "2"}).Draw(t, "functions")},
			}).Draw(t, "resource"))
		}
		return s
	})
}

func advancedSelector() *rapid.Generator[trail.Selector] {
	return rapid.Custom(func(t *rapid.T) trail.Selector {
		category := rapid.SampledFrom([]string{trail.CategoryManagement, trail.CategoryData}).Draw(t, "category")
		s := advanced(category)
		s.Name = rapid.SampledFrom([]string{"", "some"}).Draw(t, "name")
		if category == trail.CategoryData {
			s.Fields = append(s.Fields, equal(trail.FieldResourceType, rapid.SampledFrom([]string{trail.S3Object, "AWS::Lambda::Function"}).Draw(t, "type")))
			s.Fields = append(s.Fields, fieldOf(trail.FieldResourceARN, somePrefixes).Draw(t, "ARN"))
		}
		if rapid.Bool().Draw(t, "reads or writes alone") {
			s.Fields = append(s.Fields, equal(trail.FieldReadOnly, rapid.SampledFrom([]string{"true", "false"}).Draw(t, "reads")))
		}
		if rapid.Bool().Draw(t, "some sources") {
			s.Fields = append(s.Fields, fieldOf(trail.FieldSource, someSources).Draw(t, "source"))
		}
		if rapid.Bool().Draw(t, "some calls") {
			s.Fields = append(s.Fields, fieldOf("eventName", someNames).Draw(t, "call"))
		}
		return s
	})
}

// someSelectors are selectors of one trail, of either form.
func someSelectors() *rapid.Generator[[]trail.Selector] {
	return rapid.OneOf(rapid.SliceOfN(basicSelector(), 0, 3), rapid.SliceOfN(advancedSelector(), 0, 3))
}

func TestCanonicalComesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		selectors := someSelectors().Draw(t, "selectors")
		texts := trail.Canonical(selectors)
		parsed, err := trail.Parse(texts)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(texts, trail.Canonical(parsed)); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
		other := rapid.Permutation(selectors).Draw(t, "in another order")
		if diff := cmp.Diff(texts, trail.Canonical(other)); diff != "" {
			t.Fatalf("the order counts (-want +got):\n%s", diff)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{
		all, `{"ReadWriteType":"ReadOnly","DataResources":[{"Type":"AWS::S3::Object","Values":["b","a"]},{"Type":"AWS::S3::Object"}]}`,
		`{"Name":"\u2028<&>","FieldSelectors":[{"Field":"readOnly","Equals":["true","\ud800"]},{"Field":"x","NotEndsWith":["\xff"]}]}`, "null", "{}",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		selectors, err := trail.Parse([]string{text})
		if err != nil {
			return
		}
		texts := trail.Canonical(selectors)
		again, err := trail.Parse(texts)
		if err != nil {
			t.Fatalf("%s: %v", texts, err)
		}
		if diff := cmp.Diff(texts, trail.Canonical(again)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if trail.Narrower(texts, texts) {
			t.Errorf("%s is narrower than itself", texts)
		}
		if trail.Words(texts[0]) == "" {
			t.Errorf("there are no words for %s", texts)
		}
	})
}
