package requirements_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"baseline/resource"
)

func TestTrailBucket(t *testing.T) {
	without := func(block string) []string {
		return slices.DeleteFunc(slices.Clone(wholeBlock), func(b string) bool { return b == block })
	}
	open := resource.Facts{"public": "yes"}
	for _, test := range []struct {
		name     string
		settings resource.Object
		facts    resource.Facts
		// account is the account's own block.
		account []string
		rule    resource.TrailRule
		want    string
		seen    string
	}{
		{name: "private", settings: fullBucket(), facts: closed, rule: resource.TrailRule{BucketPrivate: true}},
		{
			name: "public", settings: fullBucket(), facts: open, rule: resource.TrailRule{BucketPrivate: true}, want: "trail.bucket_private",
			seen: "the policy or the access control list of its bucket acme-logs lets everybody in",
		},
		{
			name: "nothing blocked", settings: fullBucket().With(resource.Object{"public_access_block": []string{}}), facts: closed,
			rule: resource.TrailRule{BucketPrivate: true}, want: "trail.bucket_private",
			seen: "public access to its bucket acme-logs is not blocked: it lacks BlockPublicAcls, BlockPublicPolicy, IgnorePublicAcls, RestrictPublicBuckets",
		},
		{
			name: "public and not blocked", settings: fullBucket().With(resource.Object{"public_access_block": without("RestrictPublicBuckets")}), facts: open,
			rule: resource.TrailRule{BucketPrivate: true}, want: "trail.bucket_private",
			seen: "the policy or the access control list of its bucket acme-logs lets everybody in; " +
				"public access to its bucket acme-logs is not blocked: it lacks RestrictPublicBuckets",
		},
		{
			name: "blocked at the account", settings: fullBucket().With(resource.Object{"public_access_block": []string{}}), facts: closed, account: wholeBlock,
			rule: resource.TrailRule{BucketPrivate: true},
		},
		{
			name: "blocked at both in part", settings: fullBucket().With(resource.Object{"public_access_block": []string{"IgnorePublicAcls"}}), facts: closed,
			account: without("IgnorePublicAcls"), rule: resource.TrailRule{BucketPrivate: true},
		},
		{
			name: "blocked at neither in part", settings: fullBucket().With(resource.Object{"public_access_block": []string{"IgnorePublicAcls"}}), facts: closed,
			account: without("BlockPublicAcls"), rule: resource.TrailRule{BucketPrivate: true}, want: "trail.bucket_private",
			seen: "public access to its bucket acme-logs is not blocked: it lacks BlockPublicAcls",
		},
		{name: "logged", settings: fullBucket(), facts: closed, rule: resource.TrailRule{BucketLogged: true}},
		{
			name: "not logged", settings: fullBucket().With(resource.Object{"access_logs": ""}), facts: closed, rule: resource.TrailRule{BucketLogged: true},
			want: "trail.bucket_logged", seen: "accesses to its bucket acme-logs are not logged",
		},
		{
			name: "of somebody here", settings: fullBucket().With(resource.Object{"access_logs": ""}), rule: resource.TrailRule{BucketLogged: true},
			facts: resource.Facts{"public": "no", resource.FactOwner: "CloudFormation"},
			want:  "trail.bucket_logged", seen: "accesses to its bucket acme-logs are not logged",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := withTrail(nil).bucket("acme-logs", test.settings, test.facts)
			if test.account != nil {
				w.put("s3_account_public_access_block/account", resource.Object{"block": test.account}, nil)
			}
			j := w.judge(t, ofTrail(test.rule))
			var want []string
			if test.want != "" {
				want = []string{test.want + " " + auditTrail}
			}
			if diff := cmp.Diff(want, summary(j)); diff != "" || len(j.Unchecked) > 0 {
				t.Fatalf("not checked %v; judgement (-want +got):\n%s", j.Unchecked, diff)
			}
			if test.want != "" && (j.Violations[0].Seen != test.seen || !strings.Contains(j.Violations[0].Advice, "bucket")) {
				t.Errorf("saw %q, want %q; advice %q", j.Violations[0].Seen, test.seen, j.Violations[0].Advice)
			}
			if w.looks != 1 {
				t.Errorf("%d looks at one bucket", w.looks)
			}
		})
	}
}

// TestUnseenBucket shows when nothing can be said of a bucket, and that this is said.
func TestUnseenBucket(t *testing.T) {
	rule := resource.TrailRule{BucketPrivate: true, BucketLogged: true}
	foreign := resource.Facts{resource.FactOwner: "another account"}
	for name, test := range map[string]struct {
		account *testAccount
		want    map[string]string
	}{
		"of another account": {withTrail(nil).bucket("acme-logs", resource.Object{}, foreign), map[string]string{
			"trail.bucket_private": "trail/eu-west-1/audit: its bucket acme-logs belongs to another account, and cannot be seen from here",
			"trail.bucket_logged":  "trail/eu-west-1/audit: its bucket acme-logs belongs to another account, and cannot be seen from here",
		}},
		"not there": {withTrail(resource.Object{"bucket": "gone"}), map[string]string{
			"trail.bucket_private": "trail/eu-west-1/audit: its bucket gone is not there",
			"trail.bucket_logged":  "trail/eu-west-1/audit: its bucket gone is not there",
		}},
		"not said": {withTrail(resource.Object{"bucket": ""}), map[string]string{
			"trail.bucket_private": "trail/eu-west-1/audit: its bucket cannot be seen",
			"trail.bucket_logged":  "trail/eu-west-1/audit: its bucket cannot be seen",
		}},
		"not known to be public": {withTrail(nil).bucket("acme-logs", fullBucket(), resource.Facts{"region": "eu-west-1"}), map[string]string{
			"trail.bucket_private": "trail/eu-west-1/audit: whether its bucket acme-logs is public cannot be seen",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			j := test.account.judge(t, ofTrail(rule))
			if diff := cmp.Diff(test.want, j.Unchecked); diff != "" || len(j.Violations) > 0 {
				t.Errorf("violations %q; not checked (-want +got):\n%s", summary(j), diff)
			}
		})
	}
}

// TestPlannedBucket shows that a bucket that the plan is about to make is judged by what it will be, without a look.
func TestPlannedBucket(t *testing.T) {
	w := withTrail(resource.Object{"bucket": "new"}).put("s3_bucket/new", fullBucket(), nil)
	rule := resource.TrailRule{BucketPrivate: true, BucketLogged: true}
	if j := w.judge(t, ofTrail(rule)); len(j.Violations)+len(j.Unchecked)+w.looks > 0 {
		t.Errorf("%q, not checked %v, %d looks", summary(j), j.Unchecked, w.looks)
	}
	w.put("s3_bucket/new", fullBucket().With(resource.Object{"public_access_block": []string{}, "access_logs": ""}), nil)
	want := []string{"trail.bucket_private " + auditTrail, "trail.bucket_logged " + auditTrail}
	if diff := cmp.Diff(want, summary(w.judge(t, ofTrail(rule)))); diff != "" {
		t.Errorf("judgement of an open one (-want +got):\n%s", diff)
	}
}

// TestBucketLooks shows that the buckets of all trails that log are looked at in one round, and none where nothing is asked of them.
func TestBucketLooks(t *testing.T) {
	w := withTrail(nil).put("cloudtrail_trail/us-east-1/b", fullTrail().With(resource.Object{"bucket": "other"}), nil)
	w.put("cloudtrail_trail/us-east-1/off", fullTrail().With(resource.Object{"bucket": "of-none", "logging": false}), nil)
	rule := ofTrail(resource.TrailRule{BucketLogged: true})
	j := requirementsJudge(w, rule)
	want := []resource.Address{at("s3_bucket/acme-logs"), at("s3_bucket/other")}
	if diff := cmp.Diff(want, j.Look); diff != "" || len(j.Violations) > 0 {
		t.Errorf("violations %q; looks (-want +got):\n%s", summary(j), diff)
	}
	if j := requirementsJudge(w, ofTrail(resource.TrailRule{KMS: true})); len(j.Look) > 0 {
		t.Errorf("looks at %v though nothing is asked of buckets", j.Look)
	}
}
