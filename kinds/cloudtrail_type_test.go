package kinds_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"baseline/resource"
	"baseline/trail"
)

func TestWhatTrailsNeed(t *testing.T) {
	known := typeOf(t, "cloudtrail_trail")
	for _, test := range []struct {
		name     string
		settings settings
		want     []string
	}{
		{"all it can", auditGround.everything(), []string{
			"s3_bucket/acme-logs-of-audit", "kms_key/eu-west-1/trails/audit", "logs_group/eu-west-1//trails/audit", "iam_role/Delivery",
			"sns_topic/eu-west-1/logs-of-audit",
		}},
		{"its bucket", settings{"bucket": "b"}, []string{"s3_bucket/b"}},
		{"nothing but what is of others", settings{
			"kms": "arn:aws:kms:eu-west-1:444455556666:key/k", "log_group": "arn:aws:logs:us-east-1:111122223333:log-group:g:*",
			"log_role": "arn:aws:iam::444455556666:role/r", "sns_topic": "arn:aws:sns:eu-west-1:444455556666:t",
		}, nil},
		{"a topic elsewhere", settings{"sns_topic": "arn:aws:sns:us-east-1:111122223333:t"}, []string{"sns_topic/us-east-1/t"}},
	} {
		var got []string
		for _, need := range known.Needs(account, auditTrail, test.settings) {
			got = append(got, need.String())
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
		if diff := cmp.Diff(known.Needs(account, auditTrail, test.settings), known.Follows(account, auditTrail, test.settings)); diff != "" {
			t.Errorf("%s: it follows (-needs +follows):\n%s", test.name, diff)
		}
	}
}

func TestWhatWeakensTheRecord(t *testing.T) {
	known := typeOf(t, "cloudtrail_trail")
	everything := auditGround.everything().With(settings{"organization": true})
	for _, test := range []struct {
		name          string
		before, after settings
		want          string
	}{
		{"a new one", nil, everything, ""},
		{"a deletion", everything, nil, "nothing is recorded by it any more"},
		{"a deletion of one that did not log", everything.With(settings{"logging": false}), nil, ""},
		{"nothing", everything, everything, ""},
		{"what is not named", everything, settings{}, ""},
		{"logging", everything, settings{"logging": false}, "it records nothing any more"},
		{"one Region", everything, settings{"multi_region": false}, "it records its home Region only"},
		{"global events", everything, settings{"multi_region": false, "global_events": false}, "it records its home Region only, it leaves out services of no Region such as IAM"},
		{"the organization", everything, settings{"organization": false}, "it does not record the other accounts of the organization"},
		{"validation", everything, settings{"validation": false}, "what it delivers can't be validated"},
		{"the key", everything, settings{"kms": ""}, "what it delivers is not encrypted with a key of one's own"},
		{"another key", everything, settings{"kms": "alias/other"}, ""},
		{"the log group", everything, settings{"log_group": "", "log_role": ""}, "nothing of it goes to CloudWatch Logs for alarms to see"},
		{"fewer events", everything, settings{"selectors": defaultSelectors}, "it records fewer events"},
		{"more events", everything.With(settings{"selectors": defaultSelectors}), settings{"selectors": advancedSelectors}, ""},
		{"fewer insights", everything, settings{"insights": []string{"ApiCallRateInsight"}}, "it looks for less unusual activity"},
		{"other insights", everything.With(settings{"insights": []string{"ApiCallRateInsight"}}), settings{"insights": []string{"ApiErrorRateInsight"}}, "it looks for less unusual activity"},
		{"more insights", everything.With(settings{"insights": []string{}}), settings{"insights": []string{"ApiCallRateInsight"}}, ""},
		{"others", everything, settings{"bucket": "other", "prefix": "", "sns_topic": "", "tags": tags{}}, ""},
	} {
		if got := strings.Join(known.Weakens(test.before, test.after), ", "); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

func TestWhatTrailsLoseAndLeave(t *testing.T) {
	known := typeOf(t, "cloudtrail_trail")
	everything := resource.Resource{Settings: auditGround.everything()}
	for _, test := range []struct {
		after settings
		want  string
	}{
		{settings{}, ""},
		{settings{"validation": true, "logging": true, "kms": ""}, ""},
		{settings{"validation": false}, "the digest chain of what is delivered meanwhile"},
		{settings{"logging": false}, "the record of what is done while it does not log"},
	} {
		if got := strings.Join(known.OneWayUpdate(everything, test.after), ", "); got != test.want {
			t.Errorf("%v: %q, want %q", test.after, got, test.want)
		}
	}
	if got := known.OneWay(everything); !cmp.Equal(got, []string{"its digest chain and the history of its deliveries"}) {
		t.Errorf("it loses %q", got)
	}
}

// A trail says what stays of all that it stood on, which the same plan may delete or change.
func TestWhatTrailsLeave(t *testing.T) {
	g := auditGround
	const (
		bucket   = "its bucket acme-logs-of-audit and what is in it stay"
		key      = "its key alias/trails/audit stays and still decrypts that"
		group    = "its log group /trails/audit and what is in it stay"
		alarms   = "metric filters of that and their alarms stay where this plan does not name them"
		policies = "what the policy of its bucket and that of its key allows for it stays and lets nobody else in"
		policy   = "what the policy of its bucket allows for it stays and lets nobody else in"
	)
	at := map[string]resource.Address{
		"bucket": at("s3_bucket", g.Bucket), "policy": at("s3_bucket_policy", g.Bucket), "key": at("kms_key", g.Region, g.alias),
		"group": at("logs_group", g.Region, g.LogGroup),
	}
	plain := settings{"bucket": g.Bucket, "kms": "", "log_group": ""}
	for name, test := range map[string]struct {
		before  settings
		planned map[string]resource.Op
		want    []string
	}{
		"all":            {g.everything(), nil, []string{bucket, key, group, alarms, policies}},
		"no more":        {plain, nil, []string{bucket, policy}},
		"key of another": {plain.With(settings{"kms": "arn:aws:kms:eu-west-1:444455556666:key/k"}), nil, []string{bucket, policy}},
		"all goes": {g.everything(), map[string]resource.Op{
			"bucket": resource.OpDelete, "policy": resource.OpDelete, "key": resource.OpDelete, "group": resource.OpDelete,
		}, nil},
		"policies change": {g.everything(), map[string]resource.Op{
			"bucket": resource.OpUpdate, "policy": resource.OpUpdate, "key": resource.OpUpdate, "group": resource.OpUpdate,
		}, []string{bucket, key, group, alarms}},
	} {
		got := typeOf(t, "cloudtrail_trail").Leaves(auditTrail, resource.Resource{Settings: test.before}, func(a resource.Address) resource.Op {
			for part, op := range test.planned {
				if at[part] == a {
					return op
				}
			}
			return ""
		})
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// An alias of a key stands for the key, which the account calls by the first of its aliases. So it is for log groups.
func TestKeysAreReferredToByTheFirstAlias(t *testing.T) {
	key := func(aliases string) func(resource.Address) (resource.Resource, bool) {
		return func(a resource.Address) (resource.Resource, bool) {
			return resource.Resource{Facts: resource.Facts{"now:aliases": aliases}}, a == at("kms_key", "eu-west-1", "team/audit")
		}
	}
	for _, test := range []struct {
		name, wanted string
		see          func(resource.Address) (resource.Resource, bool)
		want         string
	}{
		{"the first", "alias/team/audit", key("alias/team/audit alias/z"), "alias/team/audit"},
		{"another before it", "alias/team/audit", key("alias/z alias/team/audit"), "alias/z"},
		{"a key that has none now", "alias/team/audit", key(""), "alias/team/audit"},
		{"no such key", "alias/other", key("alias/a"), "alias/other"},
		{"an ARN", "arn:aws:kms:eu-west-1:111122223333:key/k", key("alias/a"), "arn:aws:kms:eu-west-1:111122223333:key/k"},
		{"none", "", key("alias/a"), ""},
	} {
		for _, a := range []resource.Address{auditTrail, at("logs_group", "eu-west-1", "/audit")} {
			got := typeOf(t, a.Kind).Lay(a, settings{"kms": test.wanted, "other": true}, test.see)
			if diff := cmp.Diff(settings{"kms": test.want, "other": true}, got); diff != "" {
				t.Errorf("%s: %s (-want +got):\n%s", a, test.name, diff)
			}
		}
	}
	if got := typeOf(t, "cloudtrail_trail").Lay(auditTrail, settings{"logging": true}, key("alias/a")); got.Has("kms") {
		t.Errorf("what is not wanted is wanted: %v", got)
	}
}

// Selectors that cannot be read are never sent.
func TestUnreadableSelectorsAreNotSent(t *testing.T) {
	s := openGround(t, auditGround)
	plain := complete("cloudtrail_trail", settings{"bucket": auditGround.Bucket})
	s.write(resource.Change{Address: auditTrail, After: plain})
	s.sandbox.ResetCalls()
	for _, selectors := range [][]string{{"all"}, append(trail.Canonical([]trail.Selector{trail.Default()}), advancedSelectors...)} {
		err := s.account.Write(t.Context(), resource.Change{Address: auditTrail, Before: plain, After: plain.With(settings{"selectors": selectors})})
		if err == nil || !strings.Contains(err.Error(), "event selector") {
			t.Errorf("%v", err)
		}
	}
	if calls := s.sandbox.Calls(); len(calls) > 0 {
		t.Errorf("calls: %v", calls)
	}
}
