package spec

import (
	"reflect"
	"regexp"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"

	"baseline/resource"
	"baseline/trail"
)

const (
	kindMetricFilter resource.Kind = "logs_metric_filter"
	kindAlarm        resource.Kind = "cloudwatch_alarm"
	kindTopic        resource.Kind = "sns_topic"
	kindSubscription resource.Kind = "sns_subscription"
)

// trailAlarms says what is watched in the log group of a trail and who is told: a map, or none.
type trailAlarms struct {
	alarmTerms
	off bool
}

// alarmTerms is the long form of alarms.
type alarmTerms struct {
	Preset *alarmsPreset `json:"preset" jsonschema:"What is watched: cis for the fifteen things that the CIS benchmark names."`
	Email  stringList    `json:"email,omitzero" jsonschema:"The address that is told, or a list of addresses. Each must confirm once."`
	Topic  *topicName    `json:"topic,omitzero" jsonschema:"The SNS topic in the home Region by which they are told. It is made when missing. baseline-cloudtrail-NAME if left out."`
}

// alarmsPreset is a set of things to watch.
type alarmsPreset string

func (alarmsPreset) words() []string { return []string{"cis"} }

func (trailAlarms) long() reflect.Type { return reflect.TypeFor[alarmTerms]() }

func (trailAlarms) schema() *jsonschema.Schema { return choiceSchema(noAlarms("").words()) }

// noAlarms is the short form: no alarms.
type noAlarms string

func (noAlarms) words() []string { return []string{none} }

func (a *trailAlarms) decodeNode(d decoder, n *node, label string) bool {
	if n.shape != mapping {
		var word noAlarms
		a.off = d.expect(n, scalar, "none or a map", label) && d.value(n, reflect.ValueOf(&word).Elem(), label)
		return a.off
	}
	d.structs(n, label, &a.alarmTerms)
	return d.must(n, label, "preset", "say what is watched: cis") && a.Preset != nil
}

var emailPattern = regexp.MustCompile(`^[^\s@/"\\]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$`)

// maxEmail is the longest email address (RFC 5321).
const maxEmail = 254

// alarm declares what is watched in the log group of the trail, and who is told.
func (t *oneTrail) alarm() {
	a, n := t.entry.Alarms, t.node.at("alarms")
	if a == nil {
		return
	}
	if a.off {
		t.noAlarms(n)
		return
	}
	if t.delivery.LogGroup == "" {
		if t.entry.Logs != nil || !t.node.has("logs") {
			e, _ := t.node.get("alarms")
			t.problems.add(e.key.place(), "alarms means nothing without logs: they watch a log group, so declare one")
		}
		return
	}
	topic := strings.ReplaceAll(roleOf+t.delivery.Name, ".", "-")
	if a.Topic != nil {
		topic = string(*a.Topic)
	} else if a.Email == nil && !n.has("email") {
		t.problems.add(n.place(), "alarms: nobody is told: give email, or the topic of those who are to be told")
	}
	t.share(resource.At(kindTopic, t.region, topic), resource.Object{}, n)
	t.subscribe(topic, a.Email, n.at("email"))
	for _, w := range trail.Watches() {
		name, metric := t.alarmName(w), "baseline/"+t.delivery.Name+"/"+w.ID
		t.share(resource.At(kindMetricFilter, t.region, t.delivery.LogGroup, name), resource.Object{
			"pattern": w.Pattern, "metric": metric, "value": "1",
		}, n)
		t.share(resource.At(kindAlarm, t.region, name), resource.Object{
			"metric": metric, "statistic": "Sum", "period": 300, "evaluation_periods": 1, "threshold": "1",
			"comparison": "GreaterThanOrEqualToThreshold", "missing": "notBreaching", "actions": []string{t.topicARN(topic)}, "enabled": true,
			"description": "The trail " + t.delivery.Name + " recorded " + w.Title,
		}, n)
	}
}

// alarmName is the name of the filter and of the alarm for something that is watched.
func (t *oneTrail) alarmName(w trail.Watch) string { return "baseline-" + t.delivery.Name + "-" + w.ID }

// subscribe has the topic tell some addresses.
func (t *oneTrail) subscribe(topic string, emails []string, n *node) {
	seen := listing{}
	for i, email := range emails {
		if !emailPattern.MatchString(email) || len(email) > maxEmail {
			t.problems.add(n.item(i).place(), "email: %q is not an email address", email)
			continue
		}
		if seen.add(t.compiler, email, email, n.item(i)) {
			t.share(resource.At(kindSubscription, t.region, topic, "email", email), resource.Object{}, n.item(i))
		}
	}
}

// noAlarms declares that nothing is watched. The topic stays: others may be told by it.
func (t *oneTrail) noAlarms(n *node) {
	for _, w := range trail.Watches() {
		t.absent(resource.At(kindAlarm, t.region, t.alarmName(w)), n)
		if t.delivery.LogGroup != "" {
			t.absent(resource.At(kindMetricFilter, t.region, t.delivery.LogGroup, t.alarmName(w)), n)
		}
	}
}
