package requirements_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"baseline/requirements"
	"baseline/resource"
	"baseline/trail"
)

// ofTrail asks for something of a trail.
func ofTrail(rule resource.TrailRule) resource.Requirements {
	return resource.Requirements{Trail: &rule}
}

// TestTrail takes one thing at a time away from a trail that has all.
func TestTrail(t *testing.T) {
	for _, test := range []struct {
		name string
		over resource.Object
		rule resource.TrailRule
		// want is the rule that is broken, "" for none, and seen what is seen of the trail.
		want, seen string
	}{
		{name: "it has all", rule: *allOfATrail()},
		{
			name: "one Region", over: resource.Object{"multi_region": false}, rule: resource.TrailRule{MultiRegion: true},
			want: "trail.multi_region", seen: "records its home Region only",
		},
		{
			name: "no digests", over: resource.Object{"validation": false}, rule: resource.TrailRule{Validation: true},
			want: "trail.validation", seen: "has no digests, by which its log files could be validated",
		},
		{
			name: "no key", over: resource.Object{"kms": ""}, rule: resource.TrailRule{KMS: true},
			want: "trail.kms", seen: "does not encrypt its log files with a key of KMS",
		},
		{
			name: "no log group", over: resource.Object{"log_group": ""}, rule: resource.TrailRule{Logs: true},
			want: "trail.logs", seen: "does not deliver to CloudWatch Logs",
		},
		{
			name: "nothing of it is asked", over: resource.Object{"multi_region": false, "validation": false, "kms": "", "log_group": "", "selectors": []string{}},
			rule: resource.TrailRule{},
		},
		{
			name: "writes only", over: resource.Object{"selectors": selecting(trail.Selector{ReadWriteType: trail.WriteOnly, Management: true})},
			rule: resource.TrailRule{ManagementEvents: "all"}, want: "trail.management_events", seen: "does not record management events that read",
		},
		{
			name: "reads only", over: resource.Object{"selectors": selecting(trail.Selector{ReadWriteType: trail.ReadOnly, Management: true})},
			rule: resource.TrailRule{ManagementEvents: "all"}, want: "trail.management_events", seen: "does not record management events that write",
		},
		{
			name: "writes only, writes asked", over: resource.Object{"selectors": selecting(trail.Selector{ReadWriteType: trail.WriteOnly, Management: true})},
			rule: resource.TrailRule{ManagementEvents: "write"},
		},
		{
			name: "reads only, reads asked", over: resource.Object{"selectors": selecting(trail.Selector{ReadWriteType: trail.ReadOnly, Management: true})},
			rule: resource.TrailRule{ManagementEvents: "read"},
		},
		{
			name: "reads only, writes asked", over: resource.Object{"selectors": selecting(trail.Selector{ReadWriteType: trail.ReadOnly, Management: true})},
			rule: resource.TrailRule{ManagementEvents: "write"}, want: "trail.management_events", seen: "does not record management events that write",
		},
		{
			name: "reads by one selector, writes by another",
			over: resource.Object{"selectors": selecting(
				trail.Selector{ReadWriteType: trail.ReadOnly, Management: true}, trail.Selector{ReadWriteType: trail.WriteOnly, Management: true},
			)},
			rule: resource.TrailRule{ManagementEvents: "all"},
		},
		{
			name: "no management events", over: resource.Object{"selectors": selecting(objects(trail.WriteOnly))},
			rule: resource.TrailRule{ManagementEvents: "all"}, want: "trail.management_events", seen: "does not record management events that read or that write",
		},
		{
			name: "a source left out",
			over: resource.Object{"selectors": selecting(trail.Selector{ReadWriteType: trail.All, Management: true, Exclude: []string{"kms.amazonaws.com"}})},
			rule: resource.TrailRule{ManagementEvents: "all"}, want: "trail.management_events", seen: "leaves out the management events of kms.amazonaws.com",
		},
		{
			name: "objects that are written", over: resource.Object{"selectors": selecting(trail.Default(), objects(trail.WriteOnly))},
			rule: resource.TrailRule{S3DataEvents: "write"},
		},
		{
			name: "objects that are written, all asked", over: resource.Object{"selectors": selecting(trail.Default(), objects(trail.WriteOnly))},
			rule: resource.TrailRule{S3DataEvents: "all"}, want: "trail.s3_data_events.read", seen: "does not record what reads the objects of all buckets",
		},
		{
			name: "objects that are read, all asked", over: resource.Object{"selectors": selecting(trail.Default(), objects(trail.ReadOnly))},
			rule: resource.TrailRule{S3DataEvents: "all"}, want: "trail.s3_data_events.write", seen: "does not record what writes the objects of all buckets",
		},
		{
			name: "objects of one bucket",
			over: resource.Object{"selectors": selecting(trail.Selector{
				ReadWriteType: trail.All, Management: true, Data: []trail.DataResource{{Type: trail.S3Object, Values: []string{"arn:aws:s3:::customer-data/"}}},
			})},
			rule: resource.TrailRule{S3DataEvents: "read"}, want: "trail.s3_data_events.read", seen: "does not record what reads the objects of all buckets",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			j := withTrail(test.over).judge(t, ofTrail(test.rule))
			var want []string
			if test.want != "" {
				want = []string{test.want + " " + auditTrail}
			}
			if diff := cmp.Diff(want, summary(j)); diff != "" {
				t.Fatalf("judgement (-want +got):\n%s", diff)
			}
			if len(j.Unchecked) > 0 {
				t.Errorf("not checked: %v", j.Unchecked)
			}
			if test.want == "" {
				return
			}
			if got := j.Violations[0]; got.Seen != test.seen || !strings.HasPrefix(got.Advice, "write `") || len(got.Controls) == 0 {
				t.Errorf("saw %q, want %q; advice %q, controls %q", got.Seen, test.seen, got.Advice, got.Controls)
			}
		})
	}
}

// TestTrailOfSomebodyElse shows that a trail that is not ours satisfies the rule as well, and that nobody is told to change it.
func TestTrailOfSomebodyElse(t *testing.T) {
	const org = "cloudtrail_trail/us-east-1/444455556666:org"
	rule := resource.TrailRule{MultiRegion: true, Validation: true, ManagementEvents: "all"}
	w := newAccount().put(org, fullTrail(), resource.Facts{resource.FactOwner: "account 444455556666"})
	if got := summary(w.judge(t, ofTrail(rule))); got != nil {
		t.Errorf("judgement: %q, want nothing", got)
	}
	w.put(org, fullTrail().With(resource.Object{"validation": false}), resource.Facts{resource.FactOwner: "account 444455556666"})
	j := w.judge(t, ofTrail(rule))
	if diff := cmp.Diff([]string{"trail.validation " + org}, summary(j)); diff != "" {
		t.Fatalf("judgement (-want +got):\n%s", diff)
	}
	const advice = "have account 444455556666, which the trail belongs to, change that; or declare a trail of your own under `cloudtrail`"
	if got := j.Violations[0].Advice; got != advice {
		t.Errorf("advice %q, want %q", got, advice)
	}
}

// TestNoTrail shows that an account without a trail that logs is told so once, whatever is asked.
func TestNoTrail(t *testing.T) {
	const declare = "declare one under `cloudtrail`, or make one that has what the file asks of a trail"
	for _, test := range []struct {
		name         string
		account      *testAccount
		rule         resource.TrailRule
		seen, advice string
	}{
		{"no trail", newAccount(), resource.TrailRule{}, "no trail logs", declare},
		{"no trail, all asked", newAccount(), *allOfATrail(), "no trail logs", declare},
		{
			"a trail that is switched off", withTrail(resource.Object{"logging": false}), *allOfATrail(),
			"no trail logs; switched off: trail/eu-west-1/audit",
			"write `logging: true` for the trail under `cloudtrail`, or run: aws cloudtrail start-logging --region eu-west-1 --name audit",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			j := test.account.judge(t, ofTrail(test.rule))
			if len(j.Violations) != 1 || len(j.Unchecked) > 0 {
				t.Fatalf("found %q, not checked %v; want one violation", summary(j), j.Unchecked)
			}
			if v := j.Violations[0]; v.Rule != "trail" || !v.Subject.IsZero() || v.Seen != test.seen || v.Advice != test.advice {
				t.Errorf("%s by %q: saw %q, advice %q", v.Rule, v.Subject, v.Seen, v.Advice)
			}
			if test.account.looks > 0 {
				t.Errorf("%d looks at buckets of no trail", test.account.looks)
			}
		})
	}
}

// TestBestTrail shows which of several trails is judged: the one that lacks the least, then the one of which the least is unknown,
// then the first.
func TestBestTrail(t *testing.T) {
	rule := resource.TrailRule{MultiRegion: true, Validation: true, KMS: true, BucketLogged: true}
	foreign := resource.Facts{resource.FactOwner: "another account"}
	for _, test := range []struct {
		name   string
		trails map[string]resource.Object
		want   []string
		// unchecked are the rules that could not be judged.
		unchecked []string
	}{
		{
			"one has all", map[string]resource.Object{"eu-west-1/a": {"kms": ""}, "eu-west-1/b": {}}, nil, nil,
		},
		{
			"what one has does not count for another",
			map[string]resource.Object{"eu-west-1/a": {"multi_region": false}, "eu-west-1/b": {"validation": false}},
			[]string{"trail.multi_region cloudtrail_trail/eu-west-1/a"},
			nil,
		},
		{
			"the one that lacks less",
			map[string]resource.Object{"eu-west-1/a": {"multi_region": false, "kms": ""}, "us-east-1/b": {"validation": false}},
			[]string{"trail.validation cloudtrail_trail/us-east-1/b"},
			nil,
		},
		{
			"one that does not log has nothing",
			map[string]resource.Object{"eu-west-1/a": {"logging": false}, "eu-west-1/b": {"kms": ""}},
			[]string{"trail.kms cloudtrail_trail/eu-west-1/b"},
			nil,
		},
		{
			"one that may have all before one that has not",
			map[string]resource.Object{"eu-west-1/a": {"kms": ""}, "eu-west-1/b": {"bucket": "theirs"}},
			nil,
			[]string{"trail.bucket_logged"},
		},
		{
			"one of which all is known", map[string]resource.Object{"eu-west-1/a": {"bucket": "theirs"}, "eu-west-1/b": {}}, nil, nil,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newAccount().bucket("acme-logs", fullBucket(), closed).bucket("theirs", resource.Object{}, foreign)
			for name, over := range test.trails {
				w.put("cloudtrail_trail/"+name, fullTrail().With(over), nil)
			}
			j := w.judge(t, ofTrail(rule))
			if diff := cmp.Diff(test.want, summary(j)); diff != "" {
				t.Errorf("judgement (-want +got):\n%s", diff)
			}
			var unchecked []string
			for rule := range j.Unchecked {
				unchecked = append(unchecked, rule)
			}
			if diff := cmp.Diff(test.unchecked, unchecked); diff != "" {
				t.Errorf("not checked (-want +got):\n%s", diff)
			}
		})
	}
}

// TestDelivery shows that a trail of which nothing arrives is told of, whichever trail is judged by the other rules.
func TestDelivery(t *testing.T) {
	failing := resource.Facts{"now:delivery_error": "AccessDenied"}
	w := newAccount().put(auditTrail, fullTrail(), failing)
	j := w.judge(t, ofTrail(resource.TrailRule{Validation: true}))
	if diff := cmp.Diff([]string{"trail.delivery " + auditTrail}, summary(j)); diff != "" {
		t.Fatalf("judgement (-want +got):\n%s", diff)
	}
	if v := j.Violations[0]; v.Severity != resource.High || v.Seen != "records, but nothing arrives: the last delivery failed with AccessDenied" ||
		v.Advice != "let CloudTrail write to its bucket acme-logs and use its key, by the policy of each" {
		t.Errorf("%s, saw %q, advice %q", v.Severity, v.Seen, v.Advice)
	}
	// The other trail arrives, so it is the one that is judged; the first is told of all the same.
	w.put("cloudtrail_trail/us-east-1/second", fullTrail().With(resource.Object{"validation": false, "kms": ""}), nil)
	j = w.judge(t, ofTrail(resource.TrailRule{KMS: true, Validation: true}))
	want := []string{"trail.delivery " + auditTrail}
	if diff := cmp.Diff(want, summary(j)); diff != "" {
		t.Errorf("judgement of two (-want +got):\n%s", diff)
	}
	w.put("cloudtrail_trail/us-east-1/second", fullTrail(), nil)
	j = w.judge(t, ofTrail(resource.TrailRule{KMS: true, Validation: true}))
	if diff := cmp.Diff(want, summary(j)); diff != "" {
		t.Errorf("judgement with a good one (-want +got):\n%s", diff)
	}
}

// TestUnseenSettings shows that what AWS does not show of a trail is no reason to accuse it, nor to pass it.
func TestUnseenSettings(t *testing.T) {
	settings := resource.Object{"bucket": "acme-logs", "logging": true}
	rule := resource.TrailRule{MultiRegion: true, KMS: true, ManagementEvents: "all", S3DataEvents: "write"}
	j := newAccount().put(auditTrail, settings, nil).judge(t, ofTrail(rule))
	want := map[string]string{
		"trail.multi_region":         "trail/eu-west-1/audit: its multi_region cannot be seen",
		"trail.kms":                  "trail/eu-west-1/audit: its kms cannot be seen",
		"trail.management_events":    "trail/eu-west-1/audit: its event selectors cannot be seen",
		"trail.s3_data_events.write": "trail/eu-west-1/audit: its event selectors cannot be seen",
	}
	if diff := cmp.Diff(want, j.Unchecked); diff != "" || len(j.Violations) > 0 {
		t.Errorf("violations %q; not checked (-want +got):\n%s", summary(j), diff)
	}
	j = withTrail(resource.Object{"selectors": []string{"no selector"}}).judge(t, ofTrail(resource.TrailRule{ManagementEvents: "all"}))
	if why := j.Unchecked["trail.management_events"]; !strings.HasPrefix(why, "trail/eu-west-1/audit: its event selectors cannot be read: ") || len(j.Violations) > 0 {
		t.Errorf("violations %q, not checked because of %q", summary(j), why)
	}
}

// TestOtherTrails shows that a control that is meant for every trail says of which it holds.
func TestOtherTrails(t *testing.T) {
	w := withTrail(nil).put("cloudtrail_trail/us-east-1/old", fullTrail().With(resource.Object{"validation": false}), nil)
	rules := ofTrail(resource.TrailRule{Validation: true, KMS: true})
	outcomes := requirements.Assess(asking(rules), w.judge(t, rules))
	if o := outcome(t, outcomes, "CIS 7.0 4.2"); o.Result != requirements.Pass || o.Why != "by trail/eu-west-1/audit, not by trail/us-east-1/old" {
		t.Errorf("validation: %s (%s)", o.Result, o.Why)
	}
	if o := outcome(t, outcomes, "CIS 7.0 4.5"); o.Result != requirements.Pass || o.Why != "" {
		t.Errorf("key: %s (%s)", o.Result, o.Why)
	}

	w = withTrail(resource.Object{"validation": false}).put("cloudtrail_trail/us-east-1/old", fullTrail().With(resource.Object{"validation": false}), nil)
	if o := outcome(t, requirements.Assess(asking(rules), w.judge(t, rules)), "CIS 7.0 4.2"); o.Result != requirements.Fail || o.Why != "" {
		t.Errorf("validation of none: %s (%s)", o.Result, o.Why)
	}
}
