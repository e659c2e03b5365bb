package requirements_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"baseline/requirements"
	"baseline/resource"
	"baseline/trail"
)

// requirementsJudge judges an account once, without looks.
func requirementsJudge(w *testAccount, rules resource.Requirements) *requirements.Judgement {
	return requirements.Judge(requirements.Asked{Requirements: &rules}, w.World)
}

// rootUse returns what is said of the use of root, which all the tests of alarms are about.
func rootUse(t rapid.TB, j *requirements.Judgement) (seen, advice string) {
	t.Helper()
	for _, v := range j.Violations {
		if v.Rule == "trail.alarms.root-use" {
			return v.Seen, v.Advice
		}
	}
	return "", ""
}

var watchRoot = func() string {
	for _, w := range trail.Watches() {
		if w.ID == "root-use" {
			return w.Pattern
		}
	}
	return ""
}()

// watchers are filters of the log group of the trail.
func watchers(filters ...resource.MetricFilter) map[resource.Address][]resource.MetricFilter {
	return map[resource.Address][]resource.MetricFilter{at(auditGroup): filters}
}

func TestAlarms(t *testing.T) {
	alarms := resource.TrailRule{Alarms: true}
	filter := func(pattern string, alarms ...resource.Alarm) resource.MetricFilter {
		return resource.MetricFilter{Name: "f", Pattern: pattern, Alarms: alarms}
	}
	const write = "write `alarms: {preset: cis, email: ADDRESS}` for the trail under `cloudtrail`"
	for _, test := range []struct {
		name    string
		over    resource.Object
		watched map[resource.Address][]resource.MetricFilter
		rule    resource.TrailRule
		// seen is what is seen of the use of root, "" for a rule that holds, and advice how the advice begins.
		seen, advice string
	}{
		{name: "watched", watched: watchers(filter(watchRoot, resource.Alarm{Name: "a", Enabled: true, Told: 1})), rule: alarms},
		{
			name: "no log group", over: resource.Object{"log_group": ""}, watched: watchers(), rule: alarms,
			seen: "no trail that records what is asked delivers to CloudWatch Logs", advice: write + ", with `logs: {group: NAME}`",
		},
		{
			name: "no filter", watched: watchers(), rule: alarms,
			seen: "no metric filter of the log group /audit fits it", advice: write + ", or make a filter",
		},
		{
			name: "a filter of something else", watched: watchers(filter("{ $.eventName = ConsoleLogin }", resource.Alarm{Name: "a", Enabled: true, Told: 1})),
			rule: alarms, seen: "no metric filter of the log group /audit fits it", advice: write,
		},
		{
			name: "no alarm", watched: watchers(filter(watchRoot)), rule: alarms,
			seen: "no alarm looks at the metric of the filter f", advice: write + ", or make an alarm on it",
		},
		{
			name: "an alarm that is switched off", watched: watchers(filter(watchRoot, resource.Alarm{Name: "a", Told: 2})), rule: alarms,
			seen: "the actions of the alarm a are switched off", advice: "run: aws cloudwatch enable-alarm-actions --region eu-west-1 --alarm-names a",
		},
		{
			name: "nobody confirmed", watched: watchers(filter(watchRoot, resource.Alarm{Name: "a", Enabled: true})), rule: alarms,
			seen: "no subscription to what the alarm a tells is confirmed", advice: "have whoever is subscribed confirm it",
		},
		{
			name: "one alarm of several", rule: alarms, watched: watchers(
				filter(watchRoot, resource.Alarm{Name: "a"}, resource.Alarm{Name: "b", Enabled: true}, resource.Alarm{Name: "c", Enabled: true, Told: 1}),
			),
		},
		{
			name: "the alarm that goes furthest is told of", rule: alarms, watched: watchers(
				filter(watchRoot, resource.Alarm{Name: "a"}, resource.Alarm{Name: "b", Enabled: true}), resource.MetricFilter{Name: "g", Pattern: watchRoot},
			),
			seen: "no subscription to what the alarm b tells is confirmed", advice: "have whoever is subscribed confirm it",
		},
		{
			name: "the first of two alike is told of", rule: alarms, watched: watchers(
				filter(watchRoot, resource.Alarm{Name: "a", Enabled: true}, resource.Alarm{Name: "b", Enabled: true}),
			),
			seen: "no subscription to what the alarm a tells is confirmed", advice: "have whoever is subscribed confirm it",
		},
		{
			name: "of one Region only", over: resource.Object{"multi_region": false}, rule: resource.TrailRule{Alarms: true, MultiRegion: true},
			watched: watchers(filter(watchRoot, resource.Alarm{Name: "a", Enabled: true, Told: 1})),
			seen:    "no trail that records what is asked delivers to CloudWatch Logs", advice: write,
		},
		{
			name: "of one Region, no more asked", over: resource.Object{"multi_region": false}, rule: alarms,
			watched: watchers(filter(watchRoot, resource.Alarm{Name: "a", Enabled: true, Told: 1})),
		},
		{
			name: "of writes only", rule: resource.TrailRule{Alarms: true, ManagementEvents: "all"},
			over:    resource.Object{"selectors": selecting(trail.Selector{ReadWriteType: trail.WriteOnly, Management: true})},
			watched: watchers(filter(watchRoot, resource.Alarm{Name: "a", Enabled: true, Told: 1})),
			seen:    "no trail that records what is asked delivers to CloudWatch Logs", advice: write,
		},
		{
			name: "by the ARN of the group", over: resource.Object{"log_group": "arn:aws:logs:eu-west-1:" + accountID + ":log-group:/audit:*"}, rule: alarms,
			watched: watchers(filter(watchRoot, resource.Alarm{Name: "a", Enabled: true, Told: 1})),
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := withTrail(test.over)
			w.Evidence.Watched = test.watched
			j := w.judge(t, ofTrail(test.rule))
			want := test.seen
			if want != "" {
				want = "nobody is told of use of the root user: " + want
			}
			seen, advice := rootUse(t, j)
			if seen != want || !strings.HasPrefix(advice, test.advice) {
				t.Errorf("saw %q, want %q; advice %q", seen, want, advice)
			}
			if len(j.Unchecked) > 0 {
				t.Errorf("not checked: %v", j.Unchecked)
			}
		})
	}
}

// TestAllWatches shows that each of the fifteen has a rule of its own, which its own filter keeps and nothing else does.
func TestAllWatches(t *testing.T) {
	rules := ofTrail(resource.TrailRule{Alarms: true})
	if got := summary(withTrail(nil).judge(t, rules)); got != nil {
		t.Errorf("all are watched, and found %q", got)
	}
	for i, watch := range trail.Watches() {
		w := withTrail(nil)
		filters := w.Evidence.Watched[at(auditGroup)]
		filters[i].Alarms = nil
		if diff := cmp.Diff([]string{"trail.alarms." + watch.ID + " " + auditTrail}, summary(w.judge(t, rules))); diff != "" {
			t.Errorf("without %s (-want +got):\n%s", watch.ID, diff)
		}
	}
}

// TestUnseenAlarms shows when alarms cannot be judged: where a log group is out of sight, unless something else is watched anyway.
func TestUnseenAlarms(t *testing.T) {
	rules := ofTrail(resource.TrailRule{Alarms: true})
	theirs := resource.Object{"log_group": "arn:aws:logs:us-east-1:444455556666:log-group:central:*"}
	unread := withTrail(nil)
	unread.Evidence.Watched = nil
	there := withTrail(nil).put(auditGroup, resource.Object{"retention": 365}, resource.Facts{"arn": "arn:aws:logs:eu-west-1:" + accountID + ":log-group:/audit"})
	there.Evidence.Watched = watchers()
	delete(there.Evidence.Watched, at(auditGroup))
	none := withTrail(nil)
	none.Evidence = nil
	both := withTrail(nil).put("cloudtrail_trail/us-east-1/444455556666:org", fullTrail().With(theirs), resource.Facts{resource.FactOwner: "account 444455556666"})
	both.Evidence.Watched = watchers(resource.MetricFilter{Name: "f", Pattern: watchRoot, Alarms: []resource.Alarm{{Name: "a", Enabled: true, Told: 1}}})
	const foreign = "log group belongs to another account, and cannot be seen from here"
	for name, test := range map[string]struct {
		account *testAccount
		// root and other say why the use of root, and changes of VPCs, are not checked.
		root, other string
	}{
		"of another account":                 {withTrail(theirs), foreign, foreign},
		"not read":                           {unread, "the metric filters of its log group /audit were not read", "the metric filters of its log group /audit were not read"},
		"of a trail that will deliver there": {there, "the metric filters of its log group /audit were not read", "the metric filters of its log group /audit were not read"},
		"no evidence":                        {none, "the metric filters of its log group /audit were not read", "the metric filters of its log group /audit were not read"},
		"one of two":                         {both, "", foreign},
	} {
		t.Run(name, func(t *testing.T) {
			j := test.account.judge(t, rules)
			if len(j.Violations) > 0 {
				t.Errorf("violations %q", summary(j))
			}
			for rule, want := range map[string]string{"trail.alarms.root-use": test.root, "trail.alarms.vpc-changes": test.other} {
				if got := j.Unchecked[rule]; !strings.HasSuffix(got, want) || (got == "") != (want == "") {
					t.Errorf("%s is not checked because of %q, want %q", rule, got, want)
				}
			}
		})
	}
}
