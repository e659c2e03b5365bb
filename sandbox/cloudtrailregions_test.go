package sandbox_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
	"github.com/google/go-cmp/cmp"

	"baseline/sandbox"
)

// foreign is an organization trail of the management account 444455556666.
var foreign = sandbox.ForeignTrail{
	ARN:    "arn:aws:cloudtrail:us-east-1:444455556666:trail/org",
	Bucket: "org-logs", MultiRegion: true, GlobalEvents: true, Validation: true, Logging: true,
}

// described are the ARNs of what DescribeTrails answers in a Region.
func described(t *testing.T, a *sandbox.Account, region string, shadows *bool, names ...string) []string {
	t.Helper()
	out := must[*cloudtrail.DescribeTrailsOutput](t)(trailsOf(a, region).DescribeTrails(t.Context(), &cloudtrail.DescribeTrailsInput{
		TrailNameList: names, IncludeShadowTrails: shadows,
	}))
	arns := []string{}
	for _, trail := range out.TrailList {
		arns = append(arns, *trail.TrailARN)
	}
	return arns
}

// TestShadowTrails looks at a trail of one Region, one of all and one of the organization, from home and from elsewhere.
func TestShadowTrails(t *testing.T) {
	a := auditBucket(t)
	expect(t, createTrail(t, a, "here", nil), "", "")
	expect(t, createTrail(t, a, "all", multiRegion), "", "")
	if err := a.AddForeignTrail(foreign); err != nil {
		t.Fatal(err)
	}
	here, all, org := trailARN("here"), trailARN("all"), foreign.ARN
	no, yes := aws.Bool(false), aws.Bool(true)
	for _, tt := range []struct {
		name    string
		region  string
		shadows *bool
		names   []string
		want    []string
	}{
		{"home", home, nil, nil, []string{all, here, org}},
		{"home without shadows", home, no, nil, []string{all, here}},
		{"elsewhere", "ap-south-1", yes, nil, []string{all, org}},
		{"elsewhere without shadows", "ap-south-1", no, nil, []string{}},
		{"the organization's home without shadows", "us-east-1", no, nil, []string{}},
		{"by name", home, nil, []string{"here", "none"}, []string{here}},
		{"a shadow by name", "ap-south-1", nil, []string{"all"}, []string{}},
		{"a shadow by ARN", "ap-south-1", nil, []string{all, here}, []string{all}},
		{"the organization's by name", "us-east-1", nil, []string{"org"}, []string{}},
		{"the organization's by ARN", home, nil, []string{org}, []string{org}},
	} {
		if diff := cmp.Diff(tt.want, described(t, a, tt.region, tt.shadows, tt.names...)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
	_, err := trailsOf(a, home).DescribeTrails(t.Context(), &cloudtrail.DescribeTrailsInput{TrailNameList: []string{"x"}})
	expect(t, err, "InvalidTrailNameException", "")

	out := must[*cloudtrail.ListTrailsOutput](t)(trailsOf(a, "ap-south-1").ListTrails(t.Context(), nil))
	homes := map[string]string{}
	for _, trail := range out.Trails {
		homes[*trail.TrailARN] = *trail.HomeRegion
	}
	if diff := cmp.Diff(map[string]string{here: home, all: home, org: "us-east-1"}, homes); diff != "" {
		t.Errorf("listed (-want +got):\n%s", diff)
	}
	got := must[*types.Trail](t)(getTrail(t, a, "ap-south-1", all))
	if *got.HomeRegion != home {
		t.Errorf("home of the shadow is %s", *got.HomeRegion)
	}
	_, err = getTrail(t, a, "ap-south-1", "all")
	expect(t, err, "TrailNotFoundException", "Unknown trail: arn:aws:cloudtrail:ap-south-1:111122223333:trail/all")
	_, err = getTrail(t, a, "ap-south-1", here)
	expect(t, err, "TrailNotFoundException", "")
}

// trailWrites are the operations that change the trail of a name or ARN.
func trailWrites(t *testing.T, c *cloudtrail.Client, name string) map[string]error {
	t.Helper()
	ctx, failed := t.Context(), map[string]error{}
	_, failed["UpdateTrail"] = c.UpdateTrail(ctx, &cloudtrail.UpdateTrailInput{Name: &name})
	_, failed["StartLogging"] = c.StartLogging(ctx, &cloudtrail.StartLoggingInput{Name: &name})
	_, failed["StopLogging"] = c.StopLogging(ctx, &cloudtrail.StopLoggingInput{Name: &name})
	_, failed["PutEventSelectors"] = c.PutEventSelectors(ctx, &cloudtrail.PutEventSelectorsInput{
		TrailName: &name, EventSelectors: []types.EventSelector{{ReadWriteType: types.ReadWriteTypeAll}},
	})
	_, failed["PutInsightSelectors"] = c.PutInsightSelectors(ctx, &cloudtrail.PutInsightSelectorsInput{
		TrailName: &name, InsightSelectors: []types.InsightSelector{},
	})
	_, failed["DeleteTrail"] = c.DeleteTrail(ctx, &cloudtrail.DeleteTrailInput{Name: &name})
	return failed
}

// TestTrailsAreChangedAtHome and by their owner only.
func TestTrailsAreChangedAtHome(t *testing.T) {
	a := auditBucket(t)
	expect(t, createTrail(t, a, "all", multiRegion), "", "")
	expect(t, createTrail(t, a, "here", nil), "", "")
	if err := a.AddForeignTrail(foreign); err != nil {
		t.Fatal(err)
	}
	before := string(a.Dump())
	for _, tt := range []struct{ region, name, code string }{
		{"us-east-1", "all", "InvalidHomeRegionException"},
		{"us-east-1", trailARN("all"), "InvalidHomeRegionException"},
		{"us-east-1", "here", "TrailNotFoundException"},
		{"us-east-1", trailARN("here"), "InvalidHomeRegionException"},
		{"us-east-1", foreign.ARN, "NotOrganizationMasterAccountException"},
		{home, foreign.ARN, "NotOrganizationMasterAccountException"},
		{"us-east-1", "org", "TrailNotFoundException"},
		{home, "none", "TrailNotFoundException"},
	} {
		for operation, err := range trailWrites(t, trailsOf(a, tt.region), tt.name) {
			if got := codeOf(t, err); got != tt.code {
				t.Errorf("%s of %s in %s: code %q (%v), want %q", operation, tt.name, tt.region, got, err, tt.code)
			}
		}
	}
	if diff := cmp.Diff(before, string(a.Dump())); diff != "" {
		t.Errorf("a refused call changed something (-before +after):\n%s", diff)
	}
	for operation, err := range trailWrites(t, trailsOf(a, home), trailARN("all")) {
		if err != nil {
			t.Errorf("%s at home: %v", operation, err)
		}
	}
}

// TestForeignTrail is all that a member account sees of an organization trail.
func TestForeignTrail(t *testing.T) {
	a := sandbox.New(fixed())
	if err := a.AddForeignTrail(foreign); err != nil {
		t.Fatal(err)
	}
	got := must[*types.Trail](t)(getTrail(t, a, home, foreign.ARN))
	if !*got.IsOrganizationTrail || !*got.LogFileValidationEnabled || *got.S3BucketName != "org-logs" || *got.HomeRegion != "us-east-1" {
		t.Errorf("trail %+v", got)
	}
	c := trailsOf(a, home)
	status := must[*cloudtrail.GetTrailStatusOutput](t)(c.GetTrailStatus(t.Context(), &cloudtrail.GetTrailStatusInput{Name: &foreign.ARN}))
	if !*status.IsLogging {
		t.Error("it does not log")
	}
	_, err := c.ListTags(t.Context(), &cloudtrail.ListTagsInput{ResourceIdList: []string{foreign.ARN}})
	expect(t, err, "CloudTrailARNInvalidException", "")
	_, err = trailsOf(a, "us-east-1").ListTags(t.Context(), &cloudtrail.ListTagsInput{ResourceIdList: []string{foreign.ARN}})
	expect(t, err, "ResourceNotFoundException", "")

	for _, change := range []func(*sandbox.ForeignTrail){
		func(f *sandbox.ForeignTrail) { f.ARN = "org" },
		func(f *sandbox.ForeignTrail) { f.ARN = "arn:aws:cloudtrail:us-east-1" },
		func(f *sandbox.ForeignTrail) { f.ARN = trailARN("own") },
		func(f *sandbox.ForeignTrail) { f.Bucket = "" },
		func(f *sandbox.ForeignTrail) { f.GlobalEvents = false },
	} {
		f := foreign
		change(&f)
		if err := a.AddForeignTrail(f); err == nil {
			t.Errorf("%+v is added", f)
		}
	}
}

// TestOrganizationTrails are made by the management account alone.
func TestOrganizationTrails(t *testing.T) {
	organization := func(in *cloudtrail.CreateTrailInput) { in.IsOrganizationTrail = aws.Bool(true) }
	a := auditBucket(t)
	for _, o := range []sandbox.Organization{{ID: "acme", Management: "111122223333"}, {ID: "o-exampleorgid", Management: "1"}} {
		if err := a.SetOrganization(o); err == nil {
			t.Errorf("%+v is set", o)
		}
	}
	if err := a.SetOrganization(sandbox.Organization{ID: "o-exampleorgid", Management: "444455556666"}); err != nil {
		t.Fatal(err)
	}
	expect(t, createTrail(t, a, "org", organization), "NotOrganizationMasterAccountException", "")
	if err := a.SetOrganization(sandbox.Organization{ID: "o-exampleorgid", Management: "111122223333"}); err != nil {
		t.Fatal(err)
	}
	expect(t, createTrail(t, a, "org", organization), "", "")
	if got := must[*types.Trail](t)(getTrail(t, a, home, "org")); !*got.IsOrganizationTrail {
		t.Error("it is no organization trail")
	}
	if keys := keysIn(t, a, "acme-logs"); !slices.Contains(keys, "AWSLogs/o-exampleorgid/111122223333/CloudTrail/") {
		t.Errorf("objects %q: none for the organization", keys)
	}
}

// TestFiveTrails counts what is seen of trails in a Region, shadows too.
func TestFiveTrails(t *testing.T) {
	a := auditBucket(t)
	create := func(region, name string, multi bool) error {
		_, err := trailsOf(a, region).CreateTrail(t.Context(), &cloudtrail.CreateTrailInput{
			Name: &name, S3BucketName: aws.String("acme-logs"), IsMultiRegionTrail: &multi,
		})
		return err
	}
	if err := a.AddForeignTrail(foreign); err != nil {
		t.Fatal(err)
	}
	expect(t, create(home, "all", true), "", "")
	for n := range 3 {
		expect(t, create(home, fmt.Sprint("one-", n), false), "", "")
	}
	const full = "User: 111122223333 already has 5 trails in eu-west-1."
	expect(t, create(home, "one-3", false), "MaximumNumberOfTrailsExceededException", full)
	expect(t, create("us-east-1", "far", false), "", "")
	expect(t, create("us-east-1", "wide", true), "MaximumNumberOfTrailsExceededException", full)
	expect(t, create("us-east-1", "all", false), "TrailAlreadyExistsException", "")
	_, err := trailsOf(a, "us-east-1").UpdateTrail(t.Context(), &cloudtrail.UpdateTrailInput{
		Name: aws.String("far"), IsMultiRegionTrail: aws.Bool(true),
	})
	expect(t, err, "MaximumNumberOfTrailsExceededException", full)
	_, err = trailsOf(a, home).DeleteTrail(t.Context(), &cloudtrail.DeleteTrailInput{Name: aws.String("one-0")})
	expect(t, err, "", "")
	expect(t, create("us-east-1", "one-1", true), "TrailAlreadyExistsException", "")
	expect(t, create("us-east-1", "wide", true), "", "")
}
