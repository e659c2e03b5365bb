package requirements_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"baseline/requirements"
	"baseline/resource"
	"baseline/trail"
)

func drawTrailRule(t *rapid.T) resource.TrailRule {
	on := func(label string) bool { return rapid.Bool().Draw(t, label) }
	events := func(label string) string {
		return rapid.SampledFrom([]string{"", "all", "read", "write"}).Draw(t, label)
	}
	return resource.TrailRule{
		MultiRegion: on("multi_region"), Validation: on("validation"), KMS: on("kms"), Logs: on("logs"), BucketPrivate: on("bucket_private"),
		BucketLogged: on("bucket_logged"), ManagementEvents: events("management_events"), S3DataEvents: events("s3_data_events"), Alarms: on("alarms"),
	}
}

// drawTrails draws an account with up to four trails, and buckets of which some are not to be seen.
func drawTrails(t *rapid.T) *testAccount {
	w := newAccount()
	w.Evidence.Watched = map[resource.Address][]resource.MetricFilter{}
	on := func(label string) bool { return rapid.IntRange(0, 3).Draw(t, label) > 0 }
	text := func(label, value string) string {
		if on(label) {
			return value
		}
		return ""
	}
	for i := range rapid.IntRange(0, 4).Draw(t, "trails") {
		facts := resource.Facts{}
		name := fmt.Sprintf("cloudtrail_trail/eu-west-1/t%d", i)
		if !on("ours") {
			name, facts = fmt.Sprintf("cloudtrail_trail/eu-west-1/444455556666:t%d", i), resource.Facts{resource.FactOwner: "account 444455556666"}
		}
		if !on("arrives") {
			facts["now:delivery_error"] = "AccessDenied"
		}
		w.put(name, fullTrail().With(resource.Object{
			"logging": on("logging"), "multi_region": on("is multi_region"), "validation": on("has validation"), "kms": text("has kms", "alias/audit"),
			"log_group": text("has log_group", "/audit"), "bucket": rapid.SampledFrom([]string{"acme-logs", "open", "theirs", "gone"}).Draw(t, "bucket"),
			"selectors": selecting(rapid.SampledFrom([]trail.Selector{
				trail.Default(), objects(trail.All), objects(trail.WriteOnly), {ReadWriteType: trail.WriteOnly, Management: true},
			}).Draw(t, "selector")),
		}), facts)
	}
	w.bucket("acme-logs", fullBucket(), closed)
	w.bucket("open", fullBucket().With(resource.Object{"access_logs": "", "public_access_block": []string{}}), resource.Facts{"public": "yes"})
	w.bucket("theirs", resource.Object{}, resource.Facts{resource.FactOwner: "another account"})
	w.Evidence.Watched[at(auditGroup)] = slices.DeleteFunc(watchedBy(resource.Alarm{Enabled: on("enabled"), Told: 1}), func(resource.MetricFilter) bool {
		return !on("filter")
	})
	return w
}

// Whatever the trails of an account are and whatever is asked of them: a judgement accuses trails that log, or the account where none
// does, of what is asked, says of nothing both that it is broken and that it was not checked, and changes nothing. Whoever does all that it
// says is done.
func TestTrailsAreJudgedForWhatIsAsked(t *testing.T) {
	violations := 0
	rapid.Check(t, func(t *rapid.T) {
		rule := drawTrailRule(t)
		w := drawTrails(t)
		again := w.clone()
		j := w.judge(t, ofTrail(rule))
		if diff := cmp.Diff(j, again.judge(t, ofTrail(rule))); diff != "" {
			t.Fatalf("a second judgement differs (-first +second)\n%s", diff)
		}
		logging := slices.ContainsFunc(slices.Collect(maps.Values(w.State)), func(r resource.Resource) bool { return r.Settings.Flag("logging") })
		asked := requirements.Asked{Requirements: &resource.Requirements{Trail: &rule}}
		ids := map[string]bool{}
		for _, o := range requirements.Assess(asked, &requirements.Judgement{}) {
			for _, id := range o.Rules {
				ids[id] = ids[id] || o.Result == requirements.Pass
			}
		}
		for _, v := range j.Violations {
			violations++
			switch found := w.State[v.Subject]; {
			case v.Subject.IsZero() == logging:
				t.Fatalf("%s is broken by %q though a trail logs: %v", v.Rule, v.Subject, logging)
			case logging && !found.Settings.Flag("logging"):
				t.Fatalf("%s is broken by %s, which does not log", v.Rule, v.Subject)
			case v.Seen == "" || v.Advice == "":
				t.Fatalf("%s says %q and %q", v.Rule, v.Seen, v.Advice)
			case j.Unchecked[v.Rule] != "":
				t.Fatalf("%s is broken, and not checked because of %s", v.Rule, j.Unchecked[v.Rule])
			case len(v.Fixes) > 0:
				t.Fatalf("%s has fixes", v.Rule)
			}
			if !ids[v.Rule] {
				t.Fatalf("%s is broken, and not asked for", v.Rule)
			}
		}
		// One trail that has all of it is enough, whatever the others are.
		w.put(auditTrail, fullTrail(), nil)
		w.Evidence.Watched[at(auditGroup)] = watchedBy(resource.Alarm{Enabled: true, Told: 1})
		j = w.judge(t, ofTrail(rule))
		if rest := slices.DeleteFunc(summary(j), func(line string) bool { return line[:len("trail.delivery")] == "trail.delivery" }); len(rest)+len(j.Unchecked) > 0 {
			t.Fatalf("with a trail that has all, %q, not checked %v", rest, j.Unchecked)
		}
	})
	if violations == 0 {
		t.Error("nothing was broken at all")
	}
}
