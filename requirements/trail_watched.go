package requirements

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"baseline/resource"
)

// filters returns the metric filters of a log group with their alarms, as they were read and as the plan so far would have them. It
// returns false for a group whose filters were not read; one that the plan is about to make has none that could be.
func (j *judging) filters(group resource.Address) ([]resource.MetricFilter, bool) {
	var evidence map[resource.Address][]resource.MetricFilter
	if j.Evidence != nil {
		evidence = j.Evidence.Watched
	}
	seen, read := evidence[group]
	planned, there := j.State[group]
	if !read && (!there || len(planned.Facts) > 0) {
		return nil, false
	}
	filters := map[string]resource.MetricFilter{}
	for _, f := range seen {
		if a := resource.At(filterKind, group.Name, f.Name); !j.gone(a) {
			filters[f.Name] = f
		}
	}
	for _, a := range j.State.Addresses() {
		if i := strings.LastIndexByte(a.Name, '/'); a.Kind == filterKind && i >= 0 && a.Name[:i] == group.Name {
			name := a.Name[i+1:]
			filters[name] = resource.MetricFilter{
				Name: name, Pattern: j.State[a].Settings.Text("pattern"), Alarms: filters[name].Alarms,
			}
		}
	}
	var out []resource.MetricFilter
	for name, f := range filters {
		metric := j.State[resource.At(filterKind, group.Name, name)].Settings.Text("metric")
		f.Alarms = j.alarmsOn(group.Parts(2)[0], metric, f.Alarms)
		out = append(out, f)
	}
	slices.SortFunc(out, func(a, b resource.MetricFilter) int { return cmp.Compare(a.Name, b.Name) })
	return out, true
}

// gone reports whether an object that AWS showed will not be there any more: it was looked up, and the plan so far takes it away.
func (j *judging) gone(a resource.Address) bool {
	_, there := j.State[a]
	return j.Looked[a] && !there
}

// alarmsOn returns the alarms on a metric: those that were read, as they will be, and those in State. The metric is "" where only
// those that were read are known to look at it.
func (j *judging) alarmsOn(region, metric string, read []resource.Alarm) []resource.Alarm {
	alarms := map[string]resource.Alarm{}
	for _, alarm := range read {
		a := resource.At(alarmKind, region, alarm.Name)
		moved := metric != "" && j.State[a].Settings != nil && j.State[a].Settings.Text("metric") != metric
		if !j.gone(a) && !moved {
			alarms[alarm.Name] = alarm
		}
	}
	for _, a := range j.State.Addresses() {
		place, name := a.Parts(2)[0], a.Parts(2)[1]
		settings := j.State[a].Settings
		if _, known := alarms[name]; a.Kind != alarmKind || place != region || !known && (metric == "" || settings.Text("metric") != metric) {
			continue
		}
		alarms[name] = resource.Alarm{
			Name: name, Enabled: settings.Flag("enabled"), Told: max(alarms[name].Told, j.toldBy(settings.List("actions"))),
		}
	}
	return slices.SortedFunc(maps.Values(alarms), func(a, b resource.Alarm) int { return cmp.Compare(a.Name, b.Name) })
}

// toldBy counts the confirmed subscriptions to the topics among the actions of an alarm, as far as State shows them.
func (j *judging) toldBy(actions []string) int {
	n := 0
	for _, action := range actions {
		parts := strings.Split(action, ":") // arn:PARTITION:sns:REGION:ACCOUNT:NAME
		if len(parts) != 6 || parts[2] != "sns" || parts[4] != j.Account {
			continue
		}
		topic := resource.At(topicKind, parts[3], parts[5])
		for a, r := range j.State {
			if a.Kind == subscriptionKind && strings.HasPrefix(a.Name, topic.Name+"/") && r.Facts[resource.FactNow+"state"] == "confirmed" {
				n++
			}
		}
		if n == 0 && j.State[topic].Facts[resource.FactNow+"holds"] != "" {
			n++ // of subscriptions that no file is about
		}
	}
	return n
}
