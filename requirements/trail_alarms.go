package requirements

import (
	"slices"
	"strings"
	"time"

	"baseline/resource"
	"baseline/trail"
)

// alarmRule is the rule by which something is watched.
func alarmRule(w trail.Watch) string { return alarmRules + w.ID }

// alarmRules begins the names of the rules of alarms.
const alarmRules = "trail.alarms."

// alarms asks for each thing that is to be watched that a metric filter fit it, in a log group that a trail with the asked events of
// the asked Regions delivers to, and that an alarm on its metric tell somebody who has confirmed to be told.
func (j *judging) alarms(standings []standing) {
	groups, untold := j.watchedGroups(standings)
	for _, w := range trail.Watches() {
		best := watching{}
		for _, group := range groups {
			for _, filter := range group.filters {
				if w.Watches(filter.Pattern) {
					best = further(best, watchingBy(group, filter))
				}
			}
		}
		switch seen, advice := best.lacks(groups); {
		case best.stage == told:
		case len(untold) > 0:
			j.unchecked(alarmRule(w), "%s", untold[0])
		default:
			j.violate(alarmRule(w), standings[0].at, "nobody is told of "+w.Title+": "+seen, time.Time{}, advice)
		}
	}
}

// watchedGroup is a log group that a trail delivers to.
type watchedGroup struct {
	at      resource.Address
	filters []resource.MetricFilter
}

func (g watchedGroup) region() string { return g.at.Parts(2)[0] }

func (g watchedGroup) name() string { return g.at.Parts(2)[1] }

// watchedGroups returns the log groups in which alarms are looked for, in order, and says which of them cannot be seen.
func (j *judging) watchedGroups(standings []standing) (groups []watchedGroup, untold []string) {
	for _, s := range standings {
		if !s.of(ruleMultiRegion).holds() || !s.of(ruleManagement).holds() || s.Settings.Text("log_group") == "" {
			continue
		}
		group, ours := s.logGroup(j.Account)
		filters, read := j.filters(group)
		switch {
		case slices.ContainsFunc(groups, func(g watchedGroup) bool { return g.at == group }):
		case !ours:
			untold = append(untold, s.at.Plain()+": its log group belongs to another account, and cannot be seen from here")
		case !read:
			untold = append(untold, s.at.Plain()+": the metric filters of its log group "+group.Parts(2)[1]+" were not read")
		default:
			groups = append(groups, watchedGroup{group, filters})
		}
	}
	slices.SortFunc(groups, func(a, b watchedGroup) int { return a.at.Compare(b.at) })
	slices.Sort(untold)
	return groups, untold
}

// logGroup is the log group that the trail delivers to, and whether it is one of the account: the setting is a name in the home
// Region, or an ARN.
func (t recorder) logGroup(account string) (group resource.Address, ours bool) {
	group = resource.At(logGroupKind, t.home(), t.Settings.Text("log_group"))
	parts := strings.SplitN(t.Settings.Text("log_group"), ":", 7)
	if len(parts) < 7 || parts[0] != "arn" {
		return group, true
	}
	return resource.At(logGroupKind, parts[3], strings.TrimSuffix(parts[6], ":*")), parts[4] == account
}

// stage is how far the way goes from what happens to somebody who is told of it.
type stage int

const (
	unfiltered stage = iota
	unalarmed
	switchedOff
	untoldToAny
	told
)

// watching is a way from what happens to who is told, as far as it goes.
type watching struct {
	stage  stage
	group  watchedGroup
	filter string
	alarm  string
}

// further returns the way that goes further, the first of two that go as far.
func further(a, b watching) watching {
	if b.stage > a.stage {
		return b
	}
	return a
}

// watchingBy follows a filter to its best alarm.
func watchingBy(group watchedGroup, filter resource.MetricFilter) watching {
	best := watching{unalarmed, group, filter.Name, ""}
	for _, alarm := range filter.Alarms {
		stage := told
		switch {
		case !alarm.Enabled:
			stage = switchedOff
		case alarm.Told < 1:
			stage = untoldToAny
		}
		best = further(best, watching{stage, group, filter.Name, alarm.Name})
	}
	return best
}

// lacks says where the way ends, and how to go on from there.
func (w watching) lacks(groups []watchedGroup) (seen, advice string) {
	const write = "write `alarms: {preset: cis, email: ADDRESS}` for the trail under `cloudtrail`"
	switch {
	case w.stage == told:
		return "", ""
	case w.stage == untoldToAny:
		return "no subscription to what the alarm " + w.alarm + " tells is confirmed",
			"have whoever is subscribed confirm it, by the link in the mail that AWS sent, or subscribe somebody"
	case w.stage == switchedOff:
		return "the actions of the alarm " + w.alarm + " are switched off",
			"run: aws cloudwatch enable-alarm-actions --region " + w.group.region() + " --alarm-names " + w.alarm
	case w.stage == unalarmed:
		return "no alarm looks at the metric of the filter " + w.filter,
			write + ", or make an alarm on it that tells an SNS topic with subscribers"
	case len(groups) > 0:
		var names []string
		for _, group := range groups {
			names = append(names, group.name())
		}
		return "no metric filter of the log group " + some(names) + " fits it",
			write + ", or make a filter with the pattern of the benchmark, and an alarm on its metric"
	}
	return "no trail that records what is asked delivers to CloudWatch Logs", write + ", with `logs: {group: NAME}`"
}
