package spec

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"

	"github.com/google/jsonschema-go/jsonschema"

	"baseline/trail"
)

// managementEvents are the management events that a trail records: a word, or a map with more.
type managementEvents struct{ managementTerms }

// managementTerms is the long form of management events.
type managementTerms struct {
	Record  *recorded   `json:"record" jsonschema:"Which management events are recorded: all, read or write."`
	Exclude []talkative `json:"exclude,omitzero" jsonschema:"Sources whose many management events are not recorded."`
}

type (
	// recorded says which events are recorded, if any.
	recorded string
	// readsWrites says which of them are.
	readsWrites string
	// talkative is a source of events that CloudTrail can leave out.
	talkative string
)

const (
	onlyReads  = "read"
	onlyWrites = "write"
)

func (recorded) words() []string    { return []string{wordAll, onlyReads, onlyWrites, none} }
func (readsWrites) words() []string { return []string{wordAll, onlyReads, onlyWrites} }
func (talkative) words() []string   { return []string{"kms.amazonaws.com", "rdsdata.amazonaws.com"} }

func (managementEvents) long() reflect.Type { return reflect.TypeFor[managementTerms]() }

func (managementEvents) schema() *jsonschema.Schema { return choiceSchema(recorded("").words()) }

func (m *managementEvents) decodeNode(d decoder, n *node, label string) bool {
	if n.shape != mapping {
		return d.expect(n, scalar, "all, read, write, none, or a map", label) && d.value(n, reflect.ValueOf(&m.Record).Elem(), label)
	}
	d.structs(n, label, &m.managementTerms)
	return d.must(n, label, "record", "say which are recorded: all, read or write") && m.Record != nil
}

// dataEvents are what is done with the data in resources.
type dataEvents struct {
	S3       *readsWrites `json:"s3,omitzero" jsonschema:"Which accesses to objects in buckets are recorded: all, read or write."`
	Buckets  []bucketName `json:"buckets,omitzero" jsonschema:"With s3: the buckets whose objects it is about. All but the trail's own if left out."`
	Lambda   *allOrARNs   `json:"lambda,omitzero" jsonschema:"The functions whose calls are recorded: all, or ARNs."`
	DynamoDB *allOrARNs   `json:"dynamodb,omitzero" jsonschema:"The tables whose items' reads and writes are recorded: all, or ARNs."`
}

// allOrARNs is the word all, or a list of ARNs.
type allOrARNs struct{ arns stringList }

func (allOrARNs) schema() *jsonschema.Schema {
	return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{
		choiceSchema([]string{wordAll}),
		{Type: "array", Items: withVariables(`arn:.+`), MinItems: new(1)},
	}}
}

func (a *allOrARNs) decodeNode(d decoder, n *node, label string) bool {
	if n.shape == list {
		return d.value(n, reflect.ValueOf(&a.arns).Elem(), label)
	}
	var word everyOne
	return d.expect(n, scalar, "all or a list of ARNs", label) && d.value(n, reflect.ValueOf(&word).Elem(), label)
}

type everyOne string

func (everyOne) words() []string { return []string{wordAll} }

// record declares what the trail records, if the file says so.
func (t *oneTrail) record() {
	selectors, ok := t.selectors()
	if ok && selectors != nil {
		t.object["selectors"] = trail.Canonical(selectors)
	}
	t.insights(selectors)
}

// selectors are what the trail records; nil where nothing is said. It returns false after it has said what is wrong.
func (t *oneTrail) selectors() ([]trail.Selector, bool) {
	before := len(t.problems.found)
	var selectors []trail.Selector
	switch m, d := t.entry.ManagementEvents, t.entry.DataEvents; {
	case t.entry.Selectors != nil:
		selectors = t.written()
	case d != nil:
		selectors = t.recordData(d, m)
	case m != nil:
		selectors = t.recordManagement(m)
	}
	values := 0
	for _, s := range selectors {
		values += valuesOf(s)
	}
	if values > maxSelectorValues {
		t.problems.add(t.node.place(), "the event selectors of the trail hold %d values: AWS allows %d", values, maxSelectorValues)
	}
	return selectors, len(t.problems.found) == before
}

// maxSelectorValues is how many values all advanced selectors of a trail may compare with (CloudTrail user guide, quotas).
const maxSelectorValues = 500

// recordManagement makes a basic selector of management events alone: it is what a new trail has.
func (t *oneTrail) recordManagement(m *managementEvents) []trail.Selector {
	n := t.node.at("management_events")
	if *m.Record == none {
		t.problems.add(n.place(), "management_events: none leaves the trail nothing to record: declare data_events, or logging: false for a trail that rests")
		return nil
	}
	s := trail.Default()
	switch *m.Record {
	case onlyReads:
		s.ReadWriteType = trail.ReadOnly
	case onlyWrites:
		s.ReadWriteType = trail.WriteOnly
	default:
	}
	s.Exclude = distinctTexts(t.compiler, m.Exclude, n.at("exclude"))
	return []trail.Selector{s}
}

// recordData makes advanced selectors of data events, and of the management events beside them.
func (t *oneTrail) recordData(d *dataEvents, m *managementEvents) []trail.Selector {
	n := t.node.at("data_events")
	t.asks(n, "data_events", "s3", "lambda", "dynamodb")
	if d.S3 == nil {
		t.goesWith(n, "buckets", "s3")
	}
	selectors := t.managementBeside(m)
	if d.S3 != nil {
		selectors = append(selectors, t.objects(d, n))
	}
	for _, sort := range []struct {
		key, resource string
		arns          *allOrARNs
		form          *regexp.Regexp
	}{
		{"lambda", "AWS::Lambda::Function", d.Lambda, functionARN},
		{"dynamodb", "AWS::DynamoDB::Table", d.DynamoDB, tableARN},
	} {
		if sort.arns == nil {
			continue
		}
		fields := dataOf(sort.resource)
		if arns := t.arns(sort.arns, n, sort.key, sort.form); len(arns) > 0 {
			fields = append(fields, trail.Field{Field: trail.FieldResourceARN, Equals: arns})
		}
		selectors = append(selectors, trail.Selector{Fields: fields})
	}
	return selectors
}

var (
	functionARN = regexp.MustCompile(`^arn:[a-z-]+:lambda:` + regionForm + `:[0-9]{12}:function:[A-Za-z0-9_-]+$`)
	tableARN    = regexp.MustCompile(`^arn:[a-z-]+:dynamodb:` + regionForm + `:[0-9]{12}:table/[A-Za-z0-9_.-]+$`)
)

func dataOf(resource string) []trail.Field {
	return []trail.Field{
		{Field: trail.FieldCategory, Equals: []string{trail.CategoryData}},
		{Field: trail.FieldResourceType, Equals: []string{resource}},
	}
}

// managementBeside records management events in the advanced form: all, if nothing is said.
func (t *oneTrail) managementBeside(m *managementEvents) []trail.Selector {
	fields := []trail.Field{{Field: trail.FieldCategory, Equals: []string{trail.CategoryManagement}}}
	if m == nil {
		return []trail.Selector{{Fields: fields}}
	}
	if *m.Record == none {
		if m.Exclude != nil {
			t.goesWith(t.node.at("management_events"), "exclude", "record: all, read or write")
		}
		return nil
	}
	fields = append(fields, readOnly(string(*m.Record))...)
	if left := distinctTexts(t.compiler, m.Exclude, t.node.at("management_events").at("exclude")); len(left) > 0 {
		fields = append(fields, trail.Field{Field: trail.FieldSource, NotEquals: left})
	}
	return []trail.Selector{{Fields: fields}}
}

// readOnly limits a selector to what reads or what writes.
func readOnly(which string) []trail.Field {
	if which == wordAll {
		return nil
	}
	return []trail.Field{{Field: trail.FieldReadOnly, Equals: []string{fmt.Sprint(which == onlyReads)}}}
}

// objects records accesses to objects of S3.
func (t *oneTrail) objects(d *dataEvents, n *node) trail.Selector {
	fields := append(dataOf(trail.S3Object), readOnly(string(*d.S3))...)
	which := trail.Field{Field: trail.FieldResourceARN}
	switch {
	case d.Buckets == nil:
		which.NotStartsWith = []string{t.objectsOf(t.delivery.Bucket)}
	case len(d.Buckets) == 0:
		t.problems.add(n.at("buckets").place(), "buckets is empty: leave it out to record all but the trail's own")
	default:
		for _, bucket := range distinctTexts(t.compiler, d.Buckets, n.at("buckets")) {
			which.StartsWith = append(which.StartsWith, t.objectsOf(bucket))
		}
		if i := slices.Index(d.Buckets, bucketName(t.delivery.Bucket)); i >= 0 && *d.S3 != onlyReads {
			t.ownWrites(n.at("buckets").item(i), "leave the bucket out here")
		}
	}
	return trail.Selector{Fields: append(fields, which)}
}

// ownWrites says why a trail cannot record what is written to its own bucket.
func (t *oneTrail) ownWrites(n *node, advice string) {
	t.problems.add(n.place(), "the trail delivers to the bucket %s and would record what is written there: each delivery would be logged, "+
		"and that log delivered, for ever: %s", t.delivery.Bucket, advice)
}

// objectsOf is what the ARNs of the objects of a bucket begin with.
func (t *oneTrail) objectsOf(bucket string) string {
	return "arn:" + t.partition + ":s3:::" + bucket + "/"
}

// arns are those of a list, none for all.
func (t *oneTrail) arns(a *allOrARNs, n *node, key string, form *regexp.Regexp) []string {
	for i, arn := range a.arns {
		if !form.MatchString(arn) {
			t.problems.add(n.at(key).item(i).place(), "%s: %q is not the ARN of one of these: it has the form %s", key, arn, arnForms[key])
		}
	}
	return distinctTexts(t.compiler, a.arns, n.at(key))
}

var arnForms = map[string]string{
	"lambda":   "arn:PARTITION:lambda:REGION:ACCOUNT:function:NAME",
	"dynamodb": "arn:PARTITION:dynamodb:REGION:ACCOUNT:table/NAME",
}

// insight is a sort of unusual activity that CloudTrail looks for.
type insight string

const (
	callRate  insight = "ApiCallRate"
	errorRate insight = "ApiErrorRate"
)

func (insight) words() []string { return []string{string(callRate), string(errorRate)} }

// insights declares what unusual activity is looked for. CloudTrail finds it in the management events that the trail records.
func (t *oneTrail) insights(selectors []trail.Selector) {
	if t.entry.Insights == nil {
		return
	}
	n := t.node.at("insights")
	reads, writes := true, true
	if selectors != nil {
		reads, writes = trail.RecordsManagement(selectors, true), trail.RecordsManagement(selectors, false)
	}
	named := []string{}
	for i, in := range t.entry.Insights {
		switch {
		case in == callRate && !writes:
			t.problems.add(n.item(i).place(), "%s is found in management events that write, and the trail does not record these", in)
		case in == errorRate && !reads && !writes:
			t.problems.add(n.item(i).place(), "%s is found in management events, and the trail does not record any", in)
		}
		named = append(named, string(in)+"Insight")
	}
	distinctTexts(t.compiler, t.entry.Insights, n)
	slices.Sort(named)
	t.object["insights"] = slices.Compact(named)
}
