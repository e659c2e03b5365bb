package kinds_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
	"github.com/google/go-cmp/cmp"

	"baseline/live"
	"baseline/resource"
	"baseline/sandbox"
	"baseline/trail"
)

var auditTrail = at("cloudtrail_trail", "eu-west-1", "audit")

// everything is a trail of the ground with all that a trail can have.
func (g ground) everything() settings {
	return settings{
		"bucket": g.Bucket, "prefix": "p", "multi_region": true, "global_events": true, "validation": true, "organization": false,
		"kms": "alias/" + g.alias, "log_group": g.LogGroup, "log_role": g.roleARN(), "sns_topic": g.topicARN(), "selectors": advancedSelectors,
		"insights": []string{"ApiCallRateInsight", "ApiErrorRateInsight"}, "logging": true, "tags": tags{"team": "security"},
	}
}

// trailCalls are the calls of CloudTrail that write, by their names.
func trailCalls(s *subject) map[string]int {
	calls := map[string]int{}
	for action, n := range s.sandbox.Calls() {
		name, ok := strings.CutPrefix(action, "cloudtrail:")
		if ok && !strings.HasPrefix(name, "Get") && !strings.HasPrefix(name, "List") && !strings.HasPrefix(name, "Describe") {
			calls[name] = n
		}
	}
	return calls
}

// Each setting changes by itself and comes back, and costs no more calls than it must.
func TestTrailSettings(t *testing.T) {
	g := auditGround
	everything, update := g.everything(), map[string]int{"UpdateTrail": 1}
	for _, test := range []struct {
		name  string
		after settings
		calls map[string]int
	}{
		{"nothing", settings{}, map[string]int{}},
		{"prefix", settings{"prefix": ""}, update},
		{"one Region", settings{"multi_region": false}, update},
		{"one Region without global events", settings{"multi_region": false, "global_events": false}, update},
		{"validation", settings{"validation": false}, update},
		{"key", settings{"kms": ""}, update},
		{"log group", settings{"log_group": "", "log_role": ""}, update},
		{"topic", settings{"sns_topic": ""}, update},
		{"much at once", settings{"prefix": "", "validation": false, "kms": "", "sns_topic": "", "log_group": "", "log_role": ""}, update},
		{"selectors by default", settings{"selectors": defaultSelectors}, map[string]int{"PutEventSelectors": 1}},
		{"basic selectors", settings{"selectors": basicSelectors}, map[string]int{"PutEventSelectors": 1}},
		{"one insight", settings{"insights": []string{"ApiErrorRateInsight"}}, map[string]int{"PutInsightSelectors": 1}},
		{"no insights", settings{"insights": []string{}}, map[string]int{"PutInsightSelectors": 1}},
		{"insights on data events", settings{"insights": []string{"ApiCallRateInsight", "ApiCallRateInsight/Data", "ApiErrorRateInsight/Data"}}, map[string]int{"PutInsightSelectors": 2}},
		{"logging", settings{"logging": false}, map[string]int{"StopLogging": 1}},
		{"a tag's value", settings{"tags": tags{"team": "data"}}, map[string]int{"AddTags": 1}},
		{"a tag less", settings{"tags": tags{}}, map[string]int{"RemoveTags": 1}},
		{"a tag in another spelling", settings{"tags": tags{"Team": "security"}}, map[string]int{"RemoveTags": 1, "AddTags": 1}},
		{
			"a recorder of nothing but reads", settings{
				"selectors": trail.Canonical([]trail.Selector{{ReadWriteType: trail.ReadOnly, Management: true}}), "insights": []string{"ApiErrorRateInsight"},
			}, map[string]int{"PutEventSelectors": 1, "PutInsightSelectors": 1},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := openGround(t, g)
			s.write(resource.Change{Address: auditTrail, After: everything})
			there := resource.Change{Address: auditTrail, Before: everything, After: everything.With(test.after)}
			s.sandbox.ResetCalls()
			s.write(there)
			if diff := cmp.Diff(test.calls, trailCalls(s)); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}
			s.shows(auditTrail, everything.With(test.after))
			s.write(there.Inverse())
			s.shows(auditTrail, everything)
		})
	}
}

// A change names what it changes, and leaves the rest as it is.
func TestTrailUpdateKeepsWhatIsNotNamed(t *testing.T) {
	s := openGround(t, auditGround)
	everything := auditGround.everything()
	s.write(resource.Change{Address: auditTrail, After: everything})
	for _, after := range []settings{{"validation": false}, {"kms": ""}, {"log_group": "", "log_role": ""}, {"multi_region": false}, {"logging": false}} {
		s.write(resource.Change{Address: auditTrail, Before: everything, After: after})
		everything = everything.With(after)
		s.shows(auditTrail, everything)
	}
}

// It never records what it shall not: what it records is set before it does.
func TestTrailLogsWhenAllElseIsDone(t *testing.T) {
	s := openGround(t, auditGround)
	var calls []string
	s.sandbox.SetFaults(sandbox.Faults{Hook: func(action string, _ int) sandbox.Fault {
		calls = append(calls, strings.TrimPrefix(action, "cloudtrail:"))
		return sandbox.Fault{}
	}})
	wrote := func(change resource.Change, want ...string) {
		t.Helper()
		calls = nil
		s.write(change)
		if diff := cmp.Diff(want, calls); diff != "" {
			t.Errorf("calls (-want +got):\n%s", diff)
		}
	}
	everything := auditGround.everything()
	wrote(resource.Change{Address: auditTrail, After: everything}, "CreateTrail", "PutEventSelectors", "PutInsightSelectors", "StartLogging")
	less := everything.With(settings{
		"validation": false, "selectors": defaultSelectors, "insights": []string{"ApiErrorRateInsight"}, "tags": tags{"x": "y"}, "logging": false,
	})
	change := resource.Change{Address: auditTrail, Before: everything, After: less}
	wrote(change, "UpdateTrail", "RemoveTags", "AddTags", "PutInsightSelectors", "PutEventSelectors", "StopLogging")
	wrote(change.Inverse(), "UpdateTrail", "RemoveTags", "AddTags", "PutEventSelectors", "PutInsightSelectors", "StartLogging")
	wrote(resource.Change{Address: auditTrail, Before: everything}, "DeleteTrail")
	wrote(resource.Change{Address: auditTrail, Before: everything}, "DeleteTrail")
	plain := complete("cloudtrail_trail", settings{"bucket": auditGround.Bucket})
	wrote(resource.Change{Address: auditTrail, After: plain}, "CreateTrail", "StartLogging")
	wrote(resource.Change{Address: auditTrail, Before: plain}, "DeleteTrail")
	wrote(resource.Change{Address: auditTrail, After: plain.With(settings{"logging": false})}, "CreateTrail")
}

// Whatever call of a change fails, or is made without an answer, the change can be made from there.
func TestTrailChangesResumeAfterAnyCall(t *testing.T) {
	plain, everything := complete("cloudtrail_trail", settings{"bucket": auditGround.Bucket}), auditGround.everything()
	for _, change := range []resource.Change{
		{Address: auditTrail, After: everything},
		{Address: auditTrail, Before: plain, After: everything.With(settings{"logging": false})},
		{Address: auditTrail, Before: everything, After: plain.With(settings{"tags": tags{"a": "b"}})},
		{Address: auditTrail, Before: everything},
	} {
		for _, fault := range []sandbox.Fault{{Lost: sandbox.LostBefore}, {Lost: sandbox.LostAfter}, {Code: "AccessDeniedException"}, {Code: "ConflictException"}} {
			for n := 1; ; n++ {
				s := openGround(t, auditGround)
				if change.Before != nil {
					s.write(resource.Change{Address: auditTrail, After: change.Before})
				}
				writes := 0
				s.sandbox.SetFaults(sandbox.Faults{Hook: func(string, int) sandbox.Fault {
					if writes++; writes == n {
						return fault
					}
					return sandbox.Fault{}
				}})
				err := s.account.Write(t.Context(), change)
				s.sandbox.SetFaults(sandbox.Faults{})
				if err == nil {
					if writes >= n {
						t.Errorf("%s: fault %d went unnoticed", change.Op(), n)
					}
					break
				}
				// As after a crash: what is there is looked at, and becomes what it shall be.
				found := s.look(auditTrail)[auditTrail].Settings
				if change.After == nil && found == nil {
					continue
				}
				rest := resource.Change{Address: auditTrail, Before: found, After: change.After}
				s.write(rest)
				s.shows(auditTrail, change.After)
				// Or it is simply made once more.
				if change.Before != nil && change.After != nil {
					s.write(change)
					s.shows(auditTrail, change.After)
				}
			}
		}
	}
}

// A trail that is there already is looked at, not made again.
func TestTrailThatIsThereIsNotMadeAgain(t *testing.T) {
	s := openGround(t, auditGround)
	create := resource.Change{Address: auditTrail, After: auditGround.everything()}
	s.write(create)
	wantClass(t, s.account.Write(t.Context(), create), resource.Exists)
}

// The organization trails of others are seen, and nothing of them can be written.
func TestTrailsOfOthers(t *testing.T) {
	s := openGround(t, auditGround)
	s.write(resource.Change{Address: auditTrail, After: auditGround.everything()})
	if err := s.sandbox.AddForeignTrail(sandbox.ForeignTrail{
		ARN: "arn:aws:cloudtrail:ap-south-1:444455556666:trail/audit", Bucket: "org-logs", Prefix: "o", KeyARN: "arn:aws:kms:ap-south-1:444455556666:key/k",
		LogGroupARN: "arn:aws:logs:ap-south-1:444455556666:log-group:org:*", LogRoleARN: "arn:aws:iam::444455556666:role/org",
		MultiRegion: true, GlobalEvents: true, Validation: true, Logging: true,
	}); err != nil {
		t.Fatal(err)
	}
	foreign := at("cloudtrail_trail", "ap-south-1", "444455556666:audit")
	want := resource.Resource{
		Settings: settings{
			"bucket": "org-logs", "prefix": "o", "multi_region": true, "global_events": true, "validation": true, "organization": true,
			"kms": "arn:aws:kms:ap-south-1:444455556666:key/k", "log_group": "arn:aws:logs:ap-south-1:444455556666:log-group:org:*",
			"log_role": "arn:aws:iam::444455556666:role/org", "sns_topic": "", "selectors": defaultSelectors, "insights": []string{}, "logging": true,
		},
		Facts: resource.Facts{"arn": "arn:aws:cloudtrail:ap-south-1:444455556666:trail/audit", resource.FactOwner: "account 444455556666"},
	}
	state := s.look(auditTrail)
	if diff := cmp.Diff(want, state[foreign]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if len(state) != 2 {
		t.Errorf("%d trails: %v", len(state), state.Addresses())
	}
	if needs := typeOf(t, "cloudtrail_trail").Needs(account, foreign, want.Settings); needs != nil {
		t.Errorf("it needs %v", needs)
	}

	s.sandbox.ResetCalls()
	for _, change := range []resource.Change{
		{Address: foreign, After: want.Settings},
		{Address: foreign, Before: want.Settings, After: want.Settings.With(settings{"logging": false})},
		{Address: foreign, Before: want.Settings},
	} {
		if err := s.account.Write(t.Context(), change); err == nil || !strings.Contains(err.Error(), "account 444455556666") {
			t.Errorf("%s: %v", change.Op(), err)
		}
	}
	if calls := s.sandbox.Calls(); len(calls) > 0 {
		t.Errorf("calls: %v", calls)
	}
}

// What may not be read of the trail of another account is left out, and of one's own it is an error.
func TestDeniedReadsOfTrails(t *testing.T) {
	foreign := sandbox.ForeignTrail{
		ARN: "arn:aws:cloudtrail:eu-west-1:444455556666:trail/org", Bucket: "org-logs", MultiRegion: true, GlobalEvents: true, Logging: true,
	}
	for _, denied := range []string{"cloudtrail:GetEventSelectors", "cloudtrail:GetInsightSelectors"} {
		s := openSandbox(t, sandbox.Options{})
		if err := s.sandbox.AddForeignTrail(foreign); err != nil {
			t.Fatal(err)
		}
		s.sandbox.SetFaults(sandbox.Faults{Deny: []string{denied}})
		found := s.look(at("cloudtrail_trail", "eu-west-1", "444455556666:org"))[at("cloudtrail_trail", "eu-west-1", "444455556666:org")].Settings
		if found.Has("selectors") == found.Has("insights") || !found.Flag("logging") {
			t.Errorf("%s denied: %v", denied, found)
		}
	}
	for _, denied := range []string{
		"cloudtrail:ListTrails", "cloudtrail:DescribeTrails", "cloudtrail:GetTrailStatus", "cloudtrail:GetEventSelectors", "cloudtrail:GetInsightSelectors",
		"cloudtrail:ListTags", "kms:ListAliases",
	} {
		s := openGround(t, auditGround)
		s.write(resource.Change{Address: auditTrail, After: auditGround.everything()})
		s.sandbox.SetFaults(sandbox.Faults{Deny: []string{denied}})
		_, err := s.account.Read(t.Context(), live.Ask{Kinds: []resource.Kind{"cloudtrail_trail"}})
		wantClass(t, err, resource.Denied)
		if !strings.Contains(err.Error(), denied) {
			t.Errorf("%s is not in: %v", denied, err)
		}
	}
}

// The management account keeps organization trails like any other.
func TestOrganizationTrail(t *testing.T) {
	g := auditGround
	g.Organization = "o-exampleorgid"
	s := openGround(t, g)
	if err := s.sandbox.SetOrganization(sandbox.Organization{ID: g.Organization, Management: account}); err != nil {
		t.Fatal(err)
	}
	plain := complete("cloudtrail_trail", settings{"bucket": g.Bucket})
	change := resource.Change{Address: auditTrail, Before: plain, After: plain.With(settings{"organization": true})}
	s.write(resource.Change{Address: auditTrail, After: plain})
	s.write(change)
	s.shows(auditTrail, change.After)
	s.write(change.Inverse())
	s.shows(auditTrail, plain)
	if who := s.look(auditTrail)[auditTrail].Facts[resource.FactOwner]; who != "" {
		t.Errorf("it belongs to %q", who)
	}
}

// A key of the account goes by the first of its aliases, and one without by its ARN.
func TestKeysOfTrails(t *testing.T) {
	g := auditGround
	s := openGround(t, g)
	s.write(resource.Change{Address: auditTrail, After: g.everything()})
	shows := func(want string) {
		t.Helper()
		if got := s.look(auditTrail)[auditTrail].Settings.Text("kms"); got != want {
			t.Errorf("key %q, want %q", got, want)
		}
	}
	other := g
	other.alias = "a/first"
	arn := other.layKey(s)
	shows("alias/" + g.alias)
	s.write(resource.Change{Address: auditTrail, Before: g.everything(), After: settings{"kms": arn}})
	shows("alias/a/first")
	s.write(resource.Change{Address: auditTrail, Before: settings{"kms": "alias/a/first"}, After: settings{"kms": "alias/" + g.alias}})
	shows("alias/" + g.alias)
	g.moveAlias(s, other.alias)
	shows("alias/a/first")
	g.dropAliases(s, other.alias, g.alias)
	if got := s.look(auditTrail)[auditTrail].Settings.Text("kms"); !strings.HasPrefix(got, "arn:aws:kms:eu-west-1:111122223333:key/") || got == arn {
		t.Errorf("without aliases: key %q", got)
	}
}

// Whoever made a trail keeps it.
func TestOwnersOfTrails(t *testing.T) {
	s := openGround(t, auditGround)
	trailOf := func(name string, tagged ...types.Tag) {
		t.Helper()
		g := groundOf("eu-west-1", name)
		g.layBucket(s)
		_, err := s.services("eu-west-1").CloudTrail.CreateTrail(t.Context(), &cloudtrail.CreateTrailInput{Name: &name, S3BucketName: &g.Bucket, TagsList: tagged})
		if err != nil {
			t.Fatal(err)
		}
	}
	trailOf("aws-controltower-BaselineCloudTrail")
	trailOf("by-terraform", types.Tag{Key: aws.String("managed-by"), Value: aws.String("terraform")})
	trailOf("plain", types.Tag{Key: aws.String("bare")})
	got := map[string]string{}
	for a, found := range s.look(auditTrail) {
		got[a.Name] = found.Facts[resource.FactOwner]
	}
	want := map[string]string{"eu-west-1/aws-controltower-BaselineCloudTrail": "AWS Control Tower", "eu-west-1/by-terraform": "Terraform", "eu-west-1/plain": ""}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("owners (-want +got):\n%s", diff)
	}
}

// Reading costs calls for each Region that has trails, and none for others.
func TestReadingTrailsIsCounted(t *testing.T) {
	for _, test := range []struct {
		name   string
		trails map[string][]string // names by Region
		calls  map[string]int
	}{
		{"none", nil, map[string]int{"cloudtrail:ListTrails": 1}},
		{"one", map[string][]string{"eu-west-1": {"audit"}}, map[string]int{
			"cloudtrail:ListTrails": 1, "cloudtrail:DescribeTrails": 1, "cloudtrail:GetTrailStatus": 1, "cloudtrail:GetEventSelectors": 1,
			"cloudtrail:GetInsightSelectors": 1, "cloudtrail:ListTags": 1,
		}},
		{"three at home and one elsewhere", map[string][]string{"eu-west-1": {"audit", "b-trail", "c-trail"}, "us-west-2": {"far"}}, map[string]int{
			"cloudtrail:ListTrails": 1, "cloudtrail:DescribeTrails": 2, "cloudtrail:GetTrailStatus": 4, "cloudtrail:GetEventSelectors": 4,
			"cloudtrail:GetInsightSelectors": 4, "cloudtrail:ListTags": 2,
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := openSandbox(t, sandbox.Options{})
			want := 0
			for region, names := range test.trails {
				for _, name := range names {
					g := groundOf(region, name)
					g.layBucket(s)
					s.write(resource.Change{Address: at("cloudtrail_trail", region, name), After: complete("cloudtrail_trail", settings{"bucket": g.Bucket, "multi_region": true})})
					want++
				}
			}
			s.sandbox.ResetCalls()
			if got := len(s.look(auditTrail)); got != want {
				t.Errorf("%d trails, want %d", got, want)
			}
			calls := s.sandbox.Calls()
			delete(calls, "sts:GetCallerIdentity")
			if diff := cmp.Diff(test.calls, calls); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}
		})
	}
}

// A trail that goes while it is read is not there.
func TestTrailThatGoesWhileItIsRead(t *testing.T) {
	for _, action := range []string{"cloudtrail:GetTrailStatus", "cloudtrail:GetEventSelectors", "cloudtrail:GetInsightSelectors"} {
		s := openGround(t, auditGround)
		s.write(resource.Change{Address: auditTrail, After: auditGround.everything()})
		s.sandbox.SetFaults(sandbox.Faults{Fail: map[string]sandbox.Failure{action: {Code: "TrailNotFoundException"}}})
		if state := s.look(auditTrail); len(state) > 0 {
			t.Errorf("%s: %v", action, state)
		}
	}
}

// A delivery that failed moves by itself, and is told.
func TestDeliveryErrorOfTrail(t *testing.T) {
	s := openGround(t, auditGround)
	s.write(resource.Change{Address: auditTrail, After: auditGround.everything()})
	auditGround.setBucketPolicy(s, trail.TLSOnly("", "aws", auditGround.Bucket))
	if err := s.clock.Sleep(t.Context(), 10*time.Minute); err != nil {
		t.Fatal(err)
	}
	want := resource.Facts{"arn": "arn:aws:cloudtrail:eu-west-1:111122223333:trail/audit", "now:delivery_error": "AccessDenied"}
	if diff := cmp.Diff(want, s.look(auditTrail)[auditTrail].Facts); diff != "" {
		t.Errorf("facts (-want +got):\n%s", diff)
	}
}

// The settings that the sandbox shows are all that a trail has.
func TestTrailShowsAllSettings(t *testing.T) {
	defaults := slices.Sorted(maps.Keys(complete("cloudtrail_trail", settings{"bucket": ""})))
	if diff := cmp.Diff(slices.Sorted(maps.Keys(auditGround.everything())), defaults); diff != "" {
		t.Errorf("(-everything +defaults):\n%s", diff)
	}
}
