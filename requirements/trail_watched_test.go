package requirements_test

import (
	"testing"

	"baseline/resource"
)

const (
	auditFilter = "logs_metric_filter/eu-west-1//audit/root-use"
	auditAlarm  = "cloudwatch_alarm/eu-west-1/acme-root-use"
	auditTopic  = "sns_topic/eu-west-1/acme"
	auditMail   = "sns_subscription/eu-west-1/acme/email/security@example.com"
)

// planAlarm adds to an account a filter for the use of root with an alarm and a topic, as a plan would make them.
func (w *testAccount) planAlarm() *testAccount {
	w.put(auditFilter, resource.Object{"pattern": watchRoot, "metric": "acme/RootUse"}, nil)
	w.put(auditAlarm, resource.Object{"metric": "acme/RootUse", "enabled": true, "actions": []string{"arn:aws:sns:eu-west-1:" + accountID + ":acme"}}, nil)
	return w.put(auditTopic, resource.Object{"kms": ""}, nil)
}

// TestPlannedAlarms shows that a rule is judged by what a plan makes, changes and takes away, over what AWS showed.
func TestPlannedAlarms(t *testing.T) {
	const (
		confirmed = "confirmed"
		pending   = "pending confirmation"
		unwatched = "nobody is told of use of the root user: "
		noFilter  = unwatched + "no metric filter of the log group /audit fits it"
		noAlarm   = unwatched + "no alarm looks at the metric of the filter root-use"
		nobody    = unwatched + "no subscription to what the alarm acme-root-use tells is confirmed"
	)
	state := func(s string) resource.Facts { return resource.Facts{"now:state": s} }
	live := watchers(resource.MetricFilter{Name: "root-use", Pattern: watchRoot, Alarms: []resource.Alarm{{Name: "acme-root-use", Enabled: true, Told: 1}}})
	other := watchers(resource.MetricFilter{Name: "root-use", Pattern: "{ $.eventName = ConsoleLogin }", Alarms: live[at(auditGroup)][0].Alarms})
	for _, test := range []struct {
		name    string
		watched map[resource.Address][]resource.MetricFilter
		plan    func(w *testAccount)
		want    string
	}{
		{"all made, pending", watchers(), func(w *testAccount) { w.planAlarm().put(auditMail, resource.Object{}, state(pending)) }, nobody},
		{"all made, confirmed", watchers(), func(w *testAccount) { w.planAlarm().put(auditMail, resource.Object{}, state(confirmed)) }, ""},
		{"all made, without a subscription", watchers(), func(w *testAccount) { w.planAlarm() }, nobody},
		{"all made, on a topic with subscribers", watchers(), func(w *testAccount) {
			w.planAlarm().put(auditTopic, resource.Object{"kms": ""}, resource.Facts{"now:holds": "2 subscriptions"})
		}, ""},
		{"all made, in a new group", nil, func(w *testAccount) {
			w.planAlarm().put(auditMail, resource.Object{}, state(confirmed)).put(auditGroup, resource.Object{"retention": 365}, nil)
		}, ""},
		{"nothing made, in a new group", nil, func(w *testAccount) { w.put(auditGroup, resource.Object{"retention": 365}, nil) }, noFilter},
		{"a filter and no alarm", watchers(), func(w *testAccount) {
			w.put(auditFilter, resource.Object{"pattern": watchRoot, "metric": "acme/RootUse"}, nil)
		}, noAlarm},
		{"an alarm on another metric", watchers(), func(w *testAccount) {
			w.planAlarm().put(auditAlarm, resource.Object{"metric": "acme/Other", "enabled": true}, nil)
		}, noAlarm},
		{"an alarm in another Region", watchers(), func(w *testAccount) {
			w.planAlarm().put("cloudwatch_alarm/us-east-1/acme-root-use", w.State[at(auditAlarm)].Settings, nil)
			delete(w.State, at(auditAlarm))
		}, noAlarm},
		{"as it was", live, func(*testAccount) {}, ""},
		{"the pattern is put right", other, func(w *testAccount) {
			w.put(auditFilter, resource.Object{"pattern": watchRoot, "metric": "acme/RootUse"}, nil)
		}, ""},
		{"the filter goes", live, func(w *testAccount) { w.Looked[at(auditFilter)] = true }, noFilter},
		{"the alarm goes", live, func(w *testAccount) { w.Looked[at(auditAlarm)] = true }, noAlarm},
		{"the alarm is moved to another metric", live, func(w *testAccount) {
			w.planAlarm().put(auditAlarm, resource.Object{"metric": "acme/Other", "enabled": true}, nil)
		}, noAlarm},
		{"the alarm is switched off", live, func(w *testAccount) {
			w.planAlarm().put(auditAlarm, resource.Object{"metric": "acme/RootUse", "enabled": false}, nil)
		}, unwatched + "the actions of the alarm acme-root-use are switched off"},
		{"a filter of another group", watchers(), func(w *testAccount) {
			w.put("logs_metric_filter/eu-west-1//audit/inner/root-use", resource.Object{"pattern": watchRoot, "metric": "acme/RootUse"}, nil)
		}, noFilter},
		{"a filter of another Region", watchers(), func(w *testAccount) {
			w.put("logs_metric_filter/us-east-1//audit/root-use", resource.Object{"pattern": watchRoot, "metric": "acme/RootUse"}, nil)
		}, noFilter},
		{"a topic of another account", watchers(), func(w *testAccount) {
			w.planAlarm().put(auditAlarm, resource.Object{"metric": "acme/RootUse", "enabled": true, "actions": []string{"arn:aws:sns:eu-west-1:444455556666:acme"}}, nil)
			w.put(auditMail, resource.Object{}, state(confirmed))
		}, nobody},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := withTrail(nil)
			w.Evidence.Watched = test.watched
			test.plan(w)
			j := w.judge(t, ofTrail(resource.TrailRule{Alarms: true}))
			if seen, _ := rootUse(t, j); seen != test.want || len(j.Unchecked) > 0 {
				t.Errorf("saw %q, want %q; not checked %v", seen, test.want, j.Unchecked)
			}
		})
	}
}
