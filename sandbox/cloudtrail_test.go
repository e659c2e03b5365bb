package sandbox_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"baseline/sandbox"
)

// home is the home Region of the trails here.
const home = "eu-west-1"

func trailsOf(a *sandbox.Account, region string) *cloudtrail.Client {
	return cloudtrail.NewFromConfig(config(a, foreignKey), func(o *cloudtrail.Options) { o.Region = region })
}

func trailARN(name string) string {
	return "arn:aws:cloudtrail:" + home + ":111122223333:trail/" + name
}

// trailPolicy is what a bucket's policy has to say for a trail to deliver to it.
const trailPolicy = `{"Version":"2012-10-17","Statement":[
 {"Sid":"AWSCloudTrailAclCheck20150319","Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},
  "Action":"s3:GetBucketAcl","Resource":"arn:aws:s3:::BUCKET","Condition":{"StringEquals":{"aws:SourceAccount":"111122223333"}}},
 {"Sid":"AWSCloudTrailWrite20150319","Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},
  "Action":"s3:PutObject","Resource":"arn:aws:s3:::BUCKET/AWSLogs/*",
  "Condition":{"StringEquals":{"s3:x-amz-acl":"bucket-owner-full-control","aws:SourceAccount":"111122223333"}}}]}`

func createBucket(t *testing.T, a *sandbox.Account, name string) {
	t.Helper()
	createIn(t, s3In(a, home, true), name, home)
}

func putBucketPolicy(t *testing.T, a *sandbox.Account, name, policy string) {
	t.Helper()
	must[*s3.PutBucketPolicyOutput](t)(s3In(a, home, true).PutBucketPolicy(t.Context(), &s3.PutBucketPolicyInput{
		Bucket: &name, Policy: aws.String(strings.ReplaceAll(policy, "BUCKET", name)),
	}))
}

// auditBucket is an account with the bucket acme-logs, to which trails may deliver.
func auditBucket(t *testing.T) *sandbox.Account {
	t.Helper()
	a := sandbox.New(fixed())
	createBucket(t, a, "acme-logs")
	putBucketPolicy(t, a, "acme-logs", trailPolicy)
	return a
}

func createTrail(t *testing.T, a *sandbox.Account, name string, change func(*cloudtrail.CreateTrailInput)) error {
	t.Helper()
	in := &cloudtrail.CreateTrailInput{Name: &name, S3BucketName: aws.String("acme-logs")}
	if change != nil {
		change(in)
	}
	_, err := trailsOf(a, home).CreateTrail(t.Context(), in)
	return err
}

func multiRegion(in *cloudtrail.CreateTrailInput) { in.IsMultiRegionTrail = aws.Bool(true) }

func getTrail(t *testing.T, a *sandbox.Account, region, name string) (*types.Trail, error) {
	t.Helper()
	out, err := trailsOf(a, region).GetTrail(t.Context(), &cloudtrail.GetTrailInput{Name: &name})
	if err != nil {
		return nil, err
	}
	return out.Trail, nil
}

// TestCreateTrail makes a trail of defaults and looks at all that can be read of it.
func TestCreateTrail(t *testing.T) {
	a := auditBucket(t)
	c := trailsOf(a, home)
	created := must[*cloudtrail.CreateTrailOutput](t)(c.CreateTrail(t.Context(), &cloudtrail.CreateTrailInput{
		Name: aws.String("audit"), S3BucketName: aws.String("acme-logs"),
		TagsList: []types.Tag{{Key: aws.String("team"), Value: aws.String("sec")}, {Key: aws.String("bare")}},
	}))
	want := &cloudtrail.CreateTrailOutput{
		Name: aws.String("audit"), S3BucketName: aws.String("acme-logs"), TrailARN: aws.String(trailARN("audit")),
		IncludeGlobalServiceEvents: aws.Bool(true), IsMultiRegionTrail: aws.Bool(false), IsOrganizationTrail: aws.Bool(false),
		LogFileValidationEnabled: aws.Bool(false),
	}
	if diff := cmp.Diff(want, created, ignoreMetadata); diff != "" {
		t.Errorf("created (-want +got):\n%s", diff)
	}
	wantTrail := types.Trail{
		Name: want.Name, S3BucketName: want.S3BucketName, TrailARN: want.TrailARN, HomeRegion: aws.String(home),
		IncludeGlobalServiceEvents: aws.Bool(true), IsMultiRegionTrail: aws.Bool(false), IsOrganizationTrail: aws.Bool(false),
		LogFileValidationEnabled: aws.Bool(false), HasCustomEventSelectors: aws.Bool(false), HasInsightSelectors: aws.Bool(false),
	}
	got := must[*types.Trail](t)(getTrail(t, a, home, "audit"))
	if diff := cmp.Diff(wantTrail, *got, ignoreMetadata); diff != "" {
		t.Errorf("trail (-want +got):\n%s", diff)
	}
	status := must[*cloudtrail.GetTrailStatusOutput](t)(c.GetTrailStatus(t.Context(), &cloudtrail.GetTrailStatusInput{Name: created.TrailARN}))
	if *status.IsLogging || status.StartLoggingTime != nil {
		t.Error("a new trail logs before StartLogging")
	}
	selectors := must[*cloudtrail.GetEventSelectorsOutput](t)(c.GetEventSelectors(t.Context(), &cloudtrail.GetEventSelectorsInput{TrailName: want.Name}))
	all := []types.EventSelector{{
		ReadWriteType: types.ReadWriteTypeAll, IncludeManagementEvents: aws.Bool(true),
		DataResources: []types.DataResource{}, ExcludeManagementEventSources: []string{},
	}}
	if diff := cmp.Diff(all, selectors.EventSelectors, ignoreMetadata); diff != "" {
		t.Errorf("selectors (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]string{"bare": "", "team": "sec"}, tagsOf(t, a, home, trailARN("audit"))); diff != "" {
		t.Errorf("tags (-want +got):\n%s", diff)
	}
	expect(t, createTrail(t, a, "audit", nil), "TrailAlreadyExistsException", "Trail audit already exists for customer: 111122223333")
}

// ignoreMetadata leaves out of comparisons what the SDK adds to answers.
var ignoreMetadata = cmp.Options{
	cmpopts.IgnoreUnexported(cloudtrail.CreateTrailOutput{}, types.Trail{}, types.EventSelector{}, types.DataResource{},
		types.AdvancedEventSelector{}, types.AdvancedFieldSelector{}, types.InsightSelector{}),
	cmpopts.IgnoreFields(cloudtrail.CreateTrailOutput{}, "ResultMetadata"),
}

func TestTrailNames(t *testing.T) {
	a := auditBucket(t)
	for name, why := range map[string]string{
		"ab":                     "too short",
		strings.Repeat("a", 129): "too long",
		".audit":                 "must starts with",
		"audit-":                 "must ends with",
		"au dit":                 "can only contain",
		"au.-dit":                "adjacent",
		"192.168.5.4":            "IP address",
	} {
		expect(t, createTrail(t, a, name, nil), "InvalidTrailNameException", why)
	}
	for _, name := range []string{"abc", "A.b_c-9", strings.Repeat("a", 128)} {
		expect(t, createTrail(t, a, name, nil), "", "")
	}
	expect(t, createTrail(t, a, "ABC", nil), "", "") // another name than abc
	for _, arn := range []string{"arn:aws:cloudtrail", "arn:aws:iam:eu-west-1:111122223333:trail/abc", "arn:aws:cloudtrail:eu-west-1:1:trail/abc"} {
		_, err := getTrail(t, a, home, arn)
		expect(t, err, "CloudTrailARNInvalidException", arn)
	}
}

// TestTrailSettingsThatCannotBe refuses without making anything.
func TestTrailSettingsThatCannotBe(t *testing.T) {
	a := auditBucket(t)
	for _, tt := range []struct {
		name   string
		change func(*cloudtrail.CreateTrailInput)
		code   string
	}{
		{"bucket name", func(in *cloudtrail.CreateTrailInput) { in.S3BucketName = aws.String("Not_A_Bucket") }, "InvalidS3BucketNameException"},
		{"long prefix", func(in *cloudtrail.CreateTrailInput) { in.S3KeyPrefix = aws.String(strings.Repeat("p", 201)) }, "InvalidS3PrefixException"},
		{"topic name", func(in *cloudtrail.CreateTrailInput) { in.SnsTopicName = aws.String("no spaces") }, "InvalidSnsTopicNameException"},
		{"no global events", func(in *cloudtrail.CreateTrailInput) {
			in.IsMultiRegionTrail, in.IncludeGlobalServiceEvents = aws.Bool(true), aws.Bool(false)
		}, "InvalidParameterCombinationException"},
		{"group without role", func(in *cloudtrail.CreateTrailInput) { in.CloudWatchLogsLogGroupArn = aws.String("x") }, "InvalidCloudWatchLogsRoleArnException"},
		{"role without group", func(in *cloudtrail.CreateTrailInput) { in.CloudWatchLogsRoleArn = aws.String("x") }, "InvalidCloudWatchLogsLogGroupArnException"},
		{"tag key", func(in *cloudtrail.CreateTrailInput) { in.TagsList = []types.Tag{{Key: aws.String("aws:x")}} }, "InvalidTagParameterException"},
		{"organization", func(in *cloudtrail.CreateTrailInput) { in.IsOrganizationTrail = aws.Bool(true) }, "OrganizationsNotInUseException"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			expect(t, createTrail(t, a, "audit", tt.change), tt.code, "")
			_, err := getTrail(t, a, home, "audit")
			expect(t, err, "TrailNotFoundException", "Unknown trail: "+trailARN("audit")+" for the user: 111122223333")
		})
	}
}

// TestUpdateTrail keeps what is left out and clears what is empty.
func TestUpdateTrail(t *testing.T) {
	a := auditBucket(t)
	c := trailsOf(a, home)
	expect(t, createTrail(t, a, "audit", func(in *cloudtrail.CreateTrailInput) {
		in.IsMultiRegionTrail, in.EnableLogFileValidation = aws.Bool(true), aws.Bool(true)
	}), "", "")
	update := func(change func(*cloudtrail.UpdateTrailInput)) (*cloudtrail.UpdateTrailOutput, error) {
		in := &cloudtrail.UpdateTrailInput{Name: aws.String("audit")}
		change(in)
		return c.UpdateTrail(t.Context(), in)
	}
	must[*cloudtrail.UpdateTrailOutput](t)(update(func(*cloudtrail.UpdateTrailInput) {}))
	got := must[*types.Trail](t)(getTrail(t, a, home, trailARN("audit")))
	if !*got.IsMultiRegionTrail || !*got.LogFileValidationEnabled || *got.S3BucketName != "acme-logs" {
		t.Errorf("an update of nothing changed the trail: %+v", got)
	}
	_, err := update(func(in *cloudtrail.UpdateTrailInput) { in.IncludeGlobalServiceEvents = aws.Bool(false) })
	expect(t, err, "InvalidParameterCombinationException", "Multi-Region trail must include global service events.")
	_, err = update(func(in *cloudtrail.UpdateTrailInput) { in.S3BucketName = aws.String("acme-none") })
	expect(t, err, "S3BucketDoesNotExistException", "S3 bucket acme-none does not exist!")

	out := must[*cloudtrail.UpdateTrailOutput](t)(update(func(in *cloudtrail.UpdateTrailInput) { in.IsMultiRegionTrail = aws.Bool(false) }))
	if *out.IncludeGlobalServiceEvents {
		t.Error("a trail that is multi-Region no more still includes global service events")
	}
	_, err = update(func(in *cloudtrail.UpdateTrailInput) { in.IsMultiRegionTrail = aws.Bool(true) })
	expect(t, err, "InvalidParameterCombinationException", "")
	out = must[*cloudtrail.UpdateTrailOutput](t)(update(func(in *cloudtrail.UpdateTrailInput) {
		in.IsMultiRegionTrail, in.IncludeGlobalServiceEvents = aws.Bool(true), aws.Bool(true)
	}))
	if !*out.IsMultiRegionTrail || !*out.IncludeGlobalServiceEvents {
		t.Error("the trail is not multi-Region again")
	}
}

// TestDeleteTrail leaves nothing but the name: a trail made again has no selectors, insights or tags.
func TestDeleteTrail(t *testing.T) {
	a := auditBucket(t)
	c := trailsOf(a, home)
	remove := func() error {
		_, err := c.DeleteTrail(t.Context(), &cloudtrail.DeleteTrailInput{Name: aws.String("audit")})
		return err
	}
	expect(t, remove(), "TrailNotFoundException", "")
	expect(t, createTrail(t, a, "audit", nil), "", "")
	must[*cloudtrail.StartLoggingOutput](t)(c.StartLogging(t.Context(), &cloudtrail.StartLoggingInput{Name: aws.String("audit")}))
	must[*cloudtrail.AddTagsOutput](t)(c.AddTags(t.Context(), &cloudtrail.AddTagsInput{
		ResourceId: aws.String(trailARN("audit")), TagsList: []types.Tag{{Key: aws.String("a"), Value: aws.String("b")}},
	}))
	expect(t, remove(), "", "")
	expect(t, createTrail(t, a, "audit", nil), "", "")
	status := must[*cloudtrail.GetTrailStatusOutput](t)(c.GetTrailStatus(t.Context(), &cloudtrail.GetTrailStatusInput{Name: aws.String("audit")}))
	if *status.IsLogging || len(tagsOf(t, a, home, trailARN("audit"))) != 0 {
		t.Error("something of the old trail is left")
	}
}

// TestBothTargets calls by the two spellings of the service that clients use.
func TestBothTargets(t *testing.T) {
	a := auditBucket(t)
	expect(t, createTrail(t, a, "audit", nil), "", "")
	for _, prefix := range []string{"CloudTrail_20131101", "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://sandbox.invalid/", bytes.NewReader([]byte(`{}`)))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("X-Amz-Target", prefix+".ListTrails")
		response, err := a.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		var out struct {
			Trails []struct{ TrailARN, HomeRegion string }
		}
		if err := json.NewDecoder(response.Body).Decode(&out); err != nil {
			t.Fatal(err)
		}
		if len(out.Trails) != 1 || out.Trails[0].TrailARN != trailARN("audit") || out.Trails[0].HomeRegion != home {
			t.Errorf("%s: %v", prefix, out)
		}
	}
}

// TestTrailsOutlastTheProcess reads a trail back from the account's file.
func TestTrailsOutlastTheProcess(t *testing.T) {
	path := t.TempDir() + "/account"
	open := func() *sandbox.Account { return must[*sandbox.Account](t)(sandbox.Open(path, fixed())) }
	a := open()
	createBucket(t, a, "acme-logs")
	putBucketPolicy(t, a, "acme-logs", trailPolicy)
	expect(t, createTrail(t, a, "audit", multiRegion), "", "")
	must[*cloudtrail.PutEventSelectorsOutput](t)(trailsOf(a, home).PutEventSelectors(t.Context(), &cloudtrail.PutEventSelectorsInput{
		TrailName: aws.String("audit"), AdvancedEventSelectors: managementOnly("true"),
	}))
	before, settings := a.Dump(), a.DumpSettings()
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	again := open()
	defer func() { _ = again.Close() }()
	if diff := cmp.Diff(string(before), string(again.Dump())); diff != "" {
		t.Errorf("(-before +after):\n%s", diff)
	}
	if !strings.Contains(string(settings), trailARN("audit")) || strings.Contains(string(settings), "2026-11-21T") {
		t.Errorf("settings: %s", settings)
	}
}

// TestThrottledTrails throttles CloudTrail's writes alone, each Region by itself.
func TestThrottledTrails(t *testing.T) {
	now := start
	o := fixed()
	o.Now = func() time.Time { return now }
	a := sandbox.New(o)
	var faults sandbox.Faults
	if err := sandbox.ParseFault("throttle=cloudtrail:write:1/1", &faults); err != nil {
		t.Fatal(err)
	}
	a.SetFaults(faults)
	stop := func(region string) error {
		_, err := trailsOf(a, region).StopLogging(t.Context(), &cloudtrail.StopLoggingInput{Name: aws.String("audit")})
		return err
	}
	expect(t, stop(home), "TrailNotFoundException", "")
	expect(t, stop(home), "ThrottlingException", "Rate exceeded")
	expect(t, stop("us-east-1"), "TrailNotFoundException", "")
	for _, name := range []string{"alice", "bob", "carol"} {
		must[*cloudtrail.ListTrailsOutput](t)(trailsOf(a, home).ListTrails(t.Context(), nil))
		expect(t, createUser(t, clientOf(a), name), "", "")
	}
	now = now.Add(time.Second)
	expect(t, stop(home), "TrailNotFoundException", "")

	a.SetFaults(sandbox.Faults{Throttle: sandbox.Rate{Burst: 1, PerSecond: 1}})
	must[*cloudtrail.ListTrailsOutput](t)(trailsOf(a, home).ListTrails(t.Context(), nil))
	expect(t, listUsers(t, clientOf(a)), "", "")
	expect(t, stop(home), "ThrottlingException", "")
	expect(t, listUsers(t, clientOf(a)), "Throttling", "")
}

// TestTrailLag does not show a new trail at once, though its name is taken.
func TestTrailLag(t *testing.T) {
	now := start
	o := fixed()
	o.Now = func() time.Time { return now }
	o.Faults.Lag = 2 * time.Second
	a := sandbox.New(o)
	createBucket(t, a, "acme-logs")
	now = now.Add(2 * time.Second)
	putBucketPolicy(t, a, "acme-logs", trailPolicy)
	expect(t, createTrail(t, a, "audit", nil), "InsufficientS3BucketPolicyException", "")
	now = now.Add(2 * time.Second)
	expect(t, createTrail(t, a, "audit", nil), "", "")
	_, err := getTrail(t, a, home, "audit")
	expect(t, err, "TrailNotFoundException", "")
	expect(t, createTrail(t, a, "audit", nil), "TrailAlreadyExistsException", "")
	now = now.Add(2 * time.Second)
	_, err = getTrail(t, a, home, "audit")
	expect(t, err, "", "")
}

// TestDeniedTrails has the code of JSON services.
func TestDeniedTrails(t *testing.T) {
	o := fixed()
	o.Faults.Deny = []string{"cloudtrail:ListTrails"}
	_, err := trailsOf(sandbox.New(o), home).ListTrails(t.Context(), nil)
	expect(t, err, "AccessDeniedException", "is not authorized to perform: cloudtrail:ListTrails")
}
