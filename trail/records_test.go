package trail_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"baseline/trail"
)

func TestRecordsManagement(t *testing.T) {
	source := func(f trail.Field) trail.Selector { f.Field = trail.FieldSource; return advanced("Management", f) }
	kms, rds := "kms.amazonaws.com", "rdsdata.amazonaws.com"
	for _, test := range []struct {
		name          string
		selectors     []trail.Selector
		reads, writes bool
		excluded      []string
	}{
		{"by default", []trail.Selector{trail.Default()}, true, true, nil},
		{"reads", []trail.Selector{{ReadWriteType: "ReadOnly", Management: true}}, true, false, nil},
		{"in two", []trail.Selector{{ReadWriteType: "ReadOnly", Management: true}, {ReadWriteType: "WriteOnly", Management: true}}, true, true, nil},
		{"data alone", []trail.Selector{{ReadWriteType: "All", Data: objects("arn:aws:s3")}}, false, false, nil},
		{"without KMS", []trail.Selector{{ReadWriteType: "All", Management: true, Exclude: []string{rds, kms}}}, true, true, []string{kms, rds}},
		{
			"without KMS's reads",
			[]trail.Selector{{ReadWriteType: "ReadOnly", Management: true, Exclude: []string{kms}}, {ReadWriteType: "WriteOnly", Management: true}},
			true, true,
			[]string{kms},
		},
		{
			"without KMS here, without another there",
			[]trail.Selector{{ReadWriteType: "All", Management: true, Exclude: []string{kms}}, {ReadWriteType: "All", Management: true, Exclude: []string{rds}}},
			true, true, nil,
		},
		{"advanced", []trail.Selector{advanced("Management")}, true, true, nil},
		{"advanced, writes", []trail.Selector{advanced("Management", equal(trail.FieldReadOnly, "false"))}, false, true, nil},
		{"advanced, without KMS", []trail.Selector{source(trail.Field{NotEquals: []string{kms}})}, true, true, []string{kms}},
		{"KMS in a selector of its own", []trail.Selector{source(trail.Field{NotEquals: []string{kms}}), source(trail.Field{Equals: []string{kms}})}, true, true, nil},
		{"of one source", []trail.Selector{source(trail.Field{Equals: []string{kms}})}, false, false, nil},
		{"of some calls", []trail.Selector{advanced("Management", equal("eventName", "RunInstances"))}, false, false, nil},
		{"but for some calls", []trail.Selector{advanced("Management", trail.Field{Field: "eventName", NotEquals: []string{"RunInstances"}})}, false, false, nil},
		{"network activity", []trail.Selector{advanced("NetworkActivity", equal(trail.FieldSource, "ec2.amazonaws.com"))}, false, false, nil},
		{"none", nil, false, false, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := trail.RecordsManagement(test.selectors, true); got != test.reads {
				t.Errorf("reads: %v", got)
			}
			if got := trail.RecordsManagement(test.selectors, false); got != test.writes {
				t.Errorf("writes: %v", got)
			}
			if diff := cmp.Diff(test.excluded, trail.Excluded(test.selectors)); diff != "" {
				t.Errorf("left out (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRecordsAllObjects(t *testing.T) {
	arn := func(f trail.Field) trail.Selector { f.Field = trail.FieldResourceARN; return objectEvents(f) }
	for _, test := range []struct {
		name          string
		selector      trail.Selector
		reads, writes bool
	}{
		{"all buckets", trail.Selector{ReadWriteType: "All", Data: objects("arn:aws:s3")}, true, true},
		{"all buckets, the older way", trail.Selector{ReadWriteType: "WriteOnly", Data: objects("arn:aws:s3:::")}, false, true},
		{"all buckets of China", trail.Selector{ReadWriteType: "ReadOnly", Data: objects("arn:aws-cn:s3")}, true, false},
		{"one bucket", trail.Selector{ReadWriteType: "All", Data: objects("arn:aws:s3:::a/")}, false, false},
		{"functions", trail.Selector{ReadWriteType: "All", Data: []trail.DataResource{{Type: "AWS::Lambda::Function", Values: []string{"arn:aws:lambda"}}}}, false, false},
		{"management events", trail.Default(), false, false},
		{"advanced", objectEvents(), true, true},
		{"advanced, reads", objectEvents(equal(trail.FieldReadOnly, "true")), true, false},
		{"advanced, by the source too", objectEvents(equal(trail.FieldSource, "s3.amazonaws.com")), true, true},
		{"all by their beginning", arn(trail.Field{StartsWith: []string{"arn:aws:s3:::"}}), true, true},
		{"but for a bucket", arn(trail.Field{NotStartsWith: []string{"arn:aws:s3:::logs/"}}), true, true},
		{"of a bucket", arn(trail.Field{StartsWith: []string{"arn:aws:s3:::a/"}}), false, false},
		{"some calls", objectEvents(equal("eventName", "PutObject")), false, false},
		{"directory buckets", advanced("Data", equal(trail.FieldResourceType, "AWS::S3Express::Object")), false, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			selectors := []trail.Selector{trail.Default(), test.selector}
			if test.selector.IsAdvanced() {
				selectors = []trail.Selector{advanced("Management"), test.selector}
			}
			if reads, writes := trail.RecordsAllObjects(selectors, true), trail.RecordsAllObjects(selectors, false); reads != test.reads || writes != test.writes {
				t.Errorf("reads %v, writes %v", reads, writes)
			}
		})
	}
}

func TestRecordsOwnWrites(t *testing.T) {
	basic := func(readWrite string, arns ...string) trail.Selector {
		return trail.Selector{ReadWriteType: readWrite, Management: true, Data: objects(arns...)}
	}
	arn := func(f trail.Field) trail.Selector { f.Field = trail.FieldResourceARN; return objectEvents(f) }
	for _, test := range []struct {
		name     string
		selector trail.Selector
		want     bool
	}{
		{"management events", trail.Default(), false},
		{"all buckets", basic("All", "arn:aws:s3"), true},
		{"all buckets, the older way", basic("WriteOnly", "arn:aws:s3:::"), true},
		{"reads of all buckets", basic("ReadOnly", "arn:aws:s3"), false},
		{"the bucket", basic("All", "arn:aws:s3:::acme-logs/"), true},
		{"among others", basic("All", "arn:aws:s3:::other/", "arn:aws:s3:::acme-logs/"), true},
		{"a folder of it", basic("WriteOnly", "arn:aws:s3:::acme-logs/AWSLogs/"), true},
		{"another bucket", basic("All", "arn:aws:s3:::acme/"), false},
		{"a bucket whose name begins like it", basic("All", "arn:aws:s3:::acme-logs-2/"), false},
		{"the bucket of another partition", basic("All", "arn:aws-cn:s3:::acme-logs/"), false},
		{"functions", trail.Selector{ReadWriteType: "All", Data: []trail.DataResource{{Type: "AWS::Lambda::Function", Values: []string{"arn:aws:lambda"}}}}, false},

		{"advanced, management", advanced("Management"), false},
		{"advanced, all buckets", objectEvents(), true},
		{"advanced, writes", objectEvents(equal(trail.FieldReadOnly, "false")), true},
		{"advanced, reads", objectEvents(equal(trail.FieldReadOnly, "true")), false},
		{"advanced, functions", advanced("Data", equal(trail.FieldResourceType, "AWS::Lambda::Function")), false},
		{"advanced, the bucket", arn(trail.Field{StartsWith: []string{"arn:aws:s3:::acme-logs/"}}), true},
		{"advanced, all that begin like it", arn(trail.Field{StartsWith: []string{"arn:aws:s3:::acme"}}), true},
		{"advanced, a folder", arn(trail.Field{StartsWith: []string{"arn:aws:s3:::acme-logs/p/"}}), true},
		{"advanced, an object", arn(trail.Field{Equals: []string{"arn:aws:s3:::acme-logs/x"}}), true},
		{"advanced, another bucket", arn(trail.Field{StartsWith: []string{"arn:aws:s3:::other/"}}), false},
		{"advanced, another bucket or an end", arn(trail.Field{StartsWith: []string{"arn:aws:s3:::other/"}, EndsWith: []string{".gz"}}), true},
		{"advanced, all but the bucket", arn(trail.Field{NotStartsWith: []string{"arn:aws:s3:::acme-logs/"}}), false},
		{"advanced, all but those that begin like it", arn(trail.Field{NotStartsWith: []string{"arn:aws:s3:::acme"}}), false},
		{"advanced, all but another bucket", arn(trail.Field{NotStartsWith: []string{"arn:aws:s3:::other/"}}), true},
		{"advanced, all but a folder", arn(trail.Field{NotStartsWith: []string{"arn:aws:s3:::acme-logs/AWSLogs/"}}), true},
		{"advanced, all but an object", arn(trail.Field{NotEquals: []string{"arn:aws:s3:::acme-logs/"}}), true},
		{"advanced, a folder that is left out", arn(trail.Field{
			StartsWith: []string{"arn:aws:s3:::acme-logs/a/"}, NotStartsWith: []string{"arn:aws:s3:::acme-logs/a"},
		}), false},
		{"advanced, an object that is left out", arn(trail.Field{Equals: []string{"arn:aws:s3:::acme-logs/a"}, NotEndsWith: []string{"a"}}), false},
		{"advanced, deletions", objectEvents(equal("eventName", "DeleteObject")), false},
		{"advanced, all but what is put", objectEvents(trail.Field{Field: "eventName", NotStartsWith: []string{"Put"}}), false},
		{"advanced, what is put", objectEvents(equal("eventName", "PutObject", "DeleteObject")), true},
		{"advanced, by somebody", objectEvents(trail.Field{Field: "userIdentity.arn", NotEquals: []string{"arn:aws:iam::111122223333:user/u"}}), true},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := trail.RecordsOwnWrites([]trail.Selector{test.selector}, "aws", "acme-logs"); got != test.want {
				t.Errorf("%v", got)
			}
			harmless := trail.Default()
			if test.selector.IsAdvanced() {
				harmless = advanced("Management")
			}
			if got := trail.RecordsOwnWrites(slices.Concat([]trail.Selector{harmless}, []trail.Selector{test.selector}), "aws", "acme-logs"); got != test.want {
				t.Errorf("beside another selector: %v", got)
			}
		})
	}
}

func TestWords(t *testing.T) {
	for text, want := range map[string]string{
		all: "management events (reads and writes)",
		`{"ReadWriteType":"WriteOnly","IncludeManagementEvents":true,"ExcludeManagementEventSources":["kms.amazonaws.com"],` +
			`"DataResources":[{"Type":"AWS::S3::Object","Values":["arn:aws:s3:::a/","arn:aws:s3:::b/"]}]}`: "management events but those of kms.amazonaws.com; data events of AWS::S3::Object arn:aws:s3:::a/, arn:aws:s3:::b/ (writes)",
		`{"ReadWriteType":"All","IncludeManagementEvents":false}`: "nothing",
		`{"Name":"puts","FieldSelectors":[{"Field":"eventCategory","Equals":["Data"]},{"Field":"eventName","Equals":["A","B"],"StartsWith":["Put"],"NotEquals":["X"]}]}`: "puts: eventCategory is Data, eventName is A or B or begins with Put and is not X",
		"what?": "what?",
	} {
		if got := trail.Words(text); got != want {
			t.Errorf("%s:\n got %s\nwant %s", text, got, want)
		}
	}
}
