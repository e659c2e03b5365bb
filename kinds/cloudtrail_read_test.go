package kinds_test

import (
	"fmt"
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
		org := at("cloudtrail_trail", "eu-west-1", "444455556666:org")
		for _, faults := range []sandbox.Faults{
			{Deny: []string{denied}}, {Fail: map[string]sandbox.Failure{denied: {Code: "TrailNotFoundException"}}},
		} {
			s.sandbox.SetFaults(faults)
			if found := s.look(org)[org].Settings; found.Has("selectors") == found.Has("insights") || !found.Flag("logging") {
				t.Errorf("%s refused: %v", denied, found)
			}
		}
		s.sandbox.SetFaults(sandbox.Faults{Fail: map[string]sandbox.Failure{denied: {Code: "InvalidParameterException"}}})
		_, err := s.account.Read(t.Context(), live.Ask{Kinds: []resource.Kind{"cloudtrail_trail"}})
		wantClass(t, err, resource.Invalid)
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

// The key is where the bucket is, and so may be in another Region than the trail.
func TestKeyOfTrailElsewhere(t *testing.T) {
	far := auditGround
	far.Region = "us-west-2"
	near := auditGround // its statements name the trail at home
	s := openSandbox(t, sandbox.Options{})
	far.layBucket(s)
	near.setBucketPolicyIn(s, far.Region, near.BucketStatements("")...)
	arn := far.layKey(s)
	far.setKeyPolicy(s, append(near.KeyStatements(""), rootStatement)...)
	plain := complete("cloudtrail_trail", settings{"bucket": near.Bucket, "kms": arn})
	s.write(resource.Change{Address: auditTrail, After: plain})
	s.shows(auditTrail, plain)
	if n := s.sandbox.Calls()["kms:ListAliases"]; n > 0 {
		t.Errorf("its aliases, which could not stand for it, are asked for %d times", n)
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

// More trails than fit on a page are read all the same.
func TestTrailsOnManyPages(t *testing.T) {
	s := openSandbox(t, sandbox.Options{ShortPages: true})
	for n := range 120 {
		if err := s.sandbox.AddForeignTrail(sandbox.ForeignTrail{
			ARN: fmt.Sprintf("arn:aws:cloudtrail:eu-west-1:444455556666:trail/org-%03d", n), Bucket: "org-logs", GlobalEvents: true,
		}); err != nil {
			t.Fatal(err)
		}
	}
	if got := len(s.look(auditTrail)); got != 120 {
		t.Errorf("%d trails, want 120", got)
	}
	if s.sandbox.Calls()["cloudtrail:ListTrails"] < 2 {
		t.Error("there was no page to follow")
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
