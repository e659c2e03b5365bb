package sandbox_test

import (
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
	"github.com/google/go-cmp/cmp"

	"baseline/sandbox"
)

func equals(field string, values ...string) types.AdvancedFieldSelector {
	return types.AdvancedFieldSelector{Field: &field, Equals: values}
}

// managementOnly selects management events, with readOnly as told.
func managementOnly(readOnly string) []types.AdvancedEventSelector {
	return []types.AdvancedEventSelector{{
		Name:           aws.String("management"),
		FieldSelectors: []types.AdvancedFieldSelector{equals("readOnly", readOnly), equals("eventCategory", "Management")},
	}}
}

func dataOf(kind string, values ...string) types.EventSelector {
	return types.EventSelector{DataResources: []types.DataResource{{Type: &kind, Values: values}}}
}

// auditTrail is an account with the trail audit.
func auditTrail(t *testing.T) (*sandbox.Account, *cloudtrail.Client) {
	t.Helper()
	a := auditBucket(t)
	expect(t, createTrail(t, a, "audit", nil), "", "")
	return a, trailsOf(a, home)
}

// TestEventSelectors are basic or advanced: setting one sort takes the other away.
func TestEventSelectors(t *testing.T) {
	a, c := auditTrail(t)
	before := string(a.DumpSettings())
	put := func(basic []types.EventSelector, advanced []types.AdvancedEventSelector) error {
		_, err := c.PutEventSelectors(t.Context(), &cloudtrail.PutEventSelectorsInput{
			TrailName: aws.String("audit"), EventSelectors: basic, AdvancedEventSelectors: advanced,
		})
		return err
	}
	get := func(custom bool) *cloudtrail.GetEventSelectorsOutput {
		t.Helper()
		if got := must[*types.Trail](t)(getTrail(t, a, home, "audit")); *got.HasCustomEventSelectors != custom {
			t.Errorf("HasCustomEventSelectors is %t", *got.HasCustomEventSelectors)
		}
		return must[*cloudtrail.GetEventSelectorsOutput](t)(c.GetEventSelectors(t.Context(), &cloudtrail.GetEventSelectorsInput{TrailName: aws.String(trailARN("audit"))}))
	}
	expect(t, put([]types.EventSelector{dataOf("AWS::S3::Object", "arn:aws:s3:::customer-data/")}, nil), "", "")
	got := get(true)
	want := []types.EventSelector{{
		ReadWriteType: types.ReadWriteTypeAll, IncludeManagementEvents: aws.Bool(true), ExcludeManagementEventSources: []string{},
		DataResources: []types.DataResource{{Type: aws.String("AWS::S3::Object"), Values: []string{"arn:aws:s3:::customer-data/"}}},
	}}
	if diff := cmp.Diff(want, got.EventSelectors, ignoreMetadata); diff != "" || got.AdvancedEventSelectors != nil {
		t.Errorf("(-want +got):\n%s\nadvanced %v", diff, got.AdvancedEventSelectors)
	}
	expect(t, put(nil, managementOnly("false")), "", "")
	got = get(true)
	sorted := managementOnly("false")
	slices.Reverse(sorted[0].FieldSelectors)
	if diff := cmp.Diff(sorted, got.AdvancedEventSelectors, ignoreMetadata); diff != "" || got.EventSelectors != nil {
		t.Errorf("fields come in AWS's order (-want +got):\n%s\nbasic %v", diff, got.EventSelectors)
	}
	expect(t, put([]types.EventSelector{{}}, managementOnly("true")), "InvalidEventSelectorsException", "not both")
	expect(t, put([]types.EventSelector{{}}, nil), "", "")
	if got = get(false); len(got.EventSelectors) != 1 || got.AdvancedEventSelectors != nil {
		t.Errorf("back to the default: %v, %v", got.EventSelectors, got.AdvancedEventSelectors)
	}
	if diff := cmp.Diff(before, string(a.DumpSettings())); diff != "" {
		t.Errorf("the default again is not as before (-before +after):\n%s", diff)
	}
}

func TestEventSelectorsThatCannotBe(t *testing.T) {
	a, c := auditTrail(t)
	before := string(a.Dump())
	many := make([]string, 251)
	for i := range many {
		many[i] = "arn:aws:s3:::customer-data/"
	}
	for name, basic := range map[string][]types.EventSelector{
		"none":             {},
		"six":              make([]types.EventSelector, 6),
		"type of events":   {{ReadWriteType: "Sometimes"}},
		"excluded source":  {{ExcludeManagementEventSources: []string{"iam.amazonaws.com"}}},
		"type of resource": {dataOf("AWS::SQS::Queue", "arn:aws:sqs")},
		"a whole bucket":   {dataOf("AWS::S3::Object", "arn:aws:s3:::customer-data")},
		"a wildcard":       {dataOf("AWS::S3::Object", "arn:aws:s3:::*/")},
		"another service":  {dataOf("AWS::Lambda::Function", "arn:aws:s3:::customer-data/")},
		"251 values":       {dataOf("AWS::S3::Object", many[:125]...), dataOf("AWS::S3::Object", many[:126]...)},
	} {
		_, err := c.PutEventSelectors(t.Context(), &cloudtrail.PutEventSelectorsInput{TrailName: aws.String("audit"), EventSelectors: basic})
		if got := codeOf(t, err); got != "InvalidEventSelectorsException" {
			t.Errorf("%s: code %q", name, got)
		}
	}
	management := equals("eventCategory", "Management")
	data := equals("eventCategory", "Data")
	for name, fields := range map[string][]types.AdvancedFieldSelector{
		"nothing":              {},
		"no category":          {equals("readOnly", "true")},
		"two categories":       {equals("eventCategory", "Management", "Data")},
		"category of no sort":  {equals("eventCategory", "Everything")},
		"category not equal":   {{Field: aws.String("eventCategory"), NotEquals: []string{"Data"}}},
		"data of no type":      {data},
		"two types":            {data, equals("resources.type", "AWS::S3::Object", "AWS::Lambda::Function")},
		"type of management":   {management, equals("resources.type", "AWS::S3::Object")},
		"a field twice":        {management, equals("eventName", "A"), equals("eventName", "B")},
		"a field of no values": {management, equals("eventName")},
		"unknown field":        {management, equals("colour", "red")},
		"readOnly of a word":   {management, equals("readOnly", "maybe")},
		"readOnly not equal":   {management, {Field: aws.String("readOnly"), NotEquals: []string{"true"}}},
		"501 values":           {management, equals("eventSource", make([]string, 500)...)},
	} {
		_, err := c.PutEventSelectors(t.Context(), &cloudtrail.PutEventSelectorsInput{
			TrailName: aws.String("audit"), AdvancedEventSelectors: []types.AdvancedEventSelector{{FieldSelectors: fields}},
		})
		if got := codeOf(t, err); got != "InvalidEventSelectorsException" {
			t.Errorf("%s: code %q", name, got)
		}
	}
	if diff := cmp.Diff(before, string(a.Dump())); diff != "" {
		t.Errorf("a refused call changed something (-before +after):\n%s", diff)
	}
	for name, basic := range map[string]types.EventSelector{
		"all buckets":        dataOf("AWS::S3::Object", "arn:aws:s3"),
		"all buckets, long":  dataOf("AWS::S3::Object", "arn:aws:s3:::"),
		"all functions":      dataOf("AWS::Lambda::Function", "arn:aws:lambda"),
		"a function":         dataOf("AWS::Lambda::Function", "arn:aws:lambda:eu-west-1:111122223333:function:f"),
		"a table":            dataOf("AWS::DynamoDB::Table", "arn:aws:dynamodb:eu-west-1:111122223333:table/t"),
		"excluded KMS":       {ExcludeManagementEventSources: []string{"kms.amazonaws.com"}},
		"nothing at all":     {IncludeManagementEvents: aws.Bool(false)},
		"a prefix in bucket": dataOf("AWS::S3::Object", "arn:aws:s3:::customer-data/a/b"),
	} {
		if _, err := c.PutEventSelectors(t.Context(), &cloudtrail.PutEventSelectorsInput{
			TrailName: aws.String("audit"), EventSelectors: []types.EventSelector{basic},
		}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestInsightSelectors(t *testing.T) {
	a, c := auditTrail(t)
	get := func() ([]types.InsightSelector, error) {
		out, err := c.GetInsightSelectors(t.Context(), &cloudtrail.GetInsightSelectorsInput{TrailName: aws.String("audit")})
		if err != nil {
			return nil, err
		}
		return out.InsightSelectors, nil
	}
	put := func(selectors ...types.InsightSelector) error {
		_, err := c.PutInsightSelectors(t.Context(), &cloudtrail.PutInsightSelectorsInput{
			TrailName: aws.String("audit"), InsightSelectors: append([]types.InsightSelector{}, selectors...),
		})
		return err
	}
	record := func(advanced []types.AdvancedEventSelector) {
		t.Helper()
		must[*cloudtrail.PutEventSelectorsOutput](t)(c.PutEventSelectors(t.Context(), &cloudtrail.PutEventSelectorsInput{
			TrailName: aws.String("audit"), AdvancedEventSelectors: advanced,
		}))
	}
	rate, errors := types.InsightSelector{InsightType: types.InsightTypeApiCallRateInsight}, types.InsightSelector{InsightType: types.InsightTypeApiErrorRateInsight}
	_, err := get()
	expect(t, err, "InsightNotEnabledException", trailARN("audit"))
	expect(t, put(rate, errors), "", "")
	got, err := get()
	want := []types.InsightSelector{
		{InsightType: rate.InsightType, EventCategories: []types.SourceEventCategory{"Management"}},
		{InsightType: errors.InsightType, EventCategories: []types.SourceEventCategory{"Management"}},
	}
	if diff := cmp.Diff(want, got, ignoreMetadata); err != nil || diff != "" {
		t.Errorf("error %v (-want +got):\n%s", err, diff)
	}
	if trail := must[*types.Trail](t)(getTrail(t, a, home, "audit")); !*trail.HasInsightSelectors {
		t.Error("the trail does not tell that it has insights")
	}
	expect(t, put(rate, rate), "InvalidInsightSelectorsException", "twice")
	expect(t, put(types.InsightSelector{InsightType: "Hunch"}), "InvalidInsightSelectorsException", "Hunch")
	expect(t, put(types.InsightSelector{InsightType: rate.InsightType, EventCategories: []types.SourceEventCategory{"Data"}}),
		"InvalidInsightSelectorsException", "data events")
	expect(t, put(), "", "")
	_, err = get()
	expect(t, err, "InsightNotEnabledException", "")

	record(managementOnly("true"))
	expect(t, put(rate), "InvalidInsightSelectorsException", "write management events")
	expect(t, put(errors), "", "")
	record([]types.AdvancedEventSelector{{FieldSelectors: []types.AdvancedFieldSelector{
		equals("eventCategory", "Data"), equals("resources.type", "AWS::S3::Object"),
	}}})
	expect(t, put(errors), "InvalidInsightSelectorsException", "management events")
	expect(t, put(types.InsightSelector{InsightType: rate.InsightType, EventCategories: []types.SourceEventCategory{"Data"}}), "", "")

	_, err = c.GetInsightSelectors(t.Context(), &cloudtrail.GetInsightSelectorsInput{TrailName: aws.String("audit"), EventDataStore: aws.String("store")})
	expect(t, err, "InvalidParameterCombinationException", "")
	_, err = c.GetInsightSelectors(t.Context(), &cloudtrail.GetInsightSelectorsInput{EventDataStore: aws.String("store")})
	expect(t, err, "NotImplemented", "")
	putBucketPolicy(t, a, "acme-logs", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::BUCKET/*"}]}`)
	expect(t, put(), "InsufficientS3BucketPolicyException", "")
}
