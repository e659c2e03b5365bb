package requirements

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"baseline/resource"
)

const (
	ruleTrail         = "trail"
	ruleDelivery      = "trail.delivery"
	ruleMultiRegion   = "trail.multi_region"
	ruleManagement    = "trail.management_events"
	ruleObjectWrites  = "trail.s3_data_events.write"
	ruleObjectReads   = "trail.s3_data_events.read"
	ruleBucketPrivate = "trail.bucket_private"
	ruleBucketLogged  = "trail.bucket_logged"
)

// trails asks that some trail that logs have all that the file asks, be it the account's own or one that records the account for
// somebody else, such as that of the organization. Where none has all of it, the one that lacks the least is judged.
func (j *judging) trails() {
	rule := j.asked.Trail
	if rule == nil {
		return
	}
	logging, stopped := j.recorders()
	if len(logging) == 0 {
		j.noTrail(stopped)
		return
	}
	if (rule.BucketPrivate || rule.BucketLogged) && !j.bucketsLooked(logging) {
		return
	}
	var standings []standing
	for _, t := range logging {
		standings = append(standings, j.stand(rule, t))
	}
	slices.SortStableFunc(standings, standing.compare)
	best, others := standings[0], standings[1:]
	j.tellOf(best)
	j.tellOfOthers(best, others)
	if rule.Alarms {
		j.alarms(standings)
	}
}

// recorder is a trail that is judged.
type recorder struct {
	at resource.Address
	resource.Resource
}

func (t recorder) home() string { return t.at.Parts(2)[0] }

func (t recorder) name() string { return t.at.Parts(2)[1] }

// recorders returns the trails that log and those that don't, in order.
func (j *judging) recorders() (logging, stopped []recorder) {
	for _, a := range j.State.Addresses() {
		switch found := j.State[a]; {
		case a.Kind != trailKind:
		case found.Settings.Flag("logging"):
			logging = append(logging, recorder{a, found})
		default:
			stopped = append(stopped, recorder{a, found})
		}
	}
	return logging, stopped
}

// noTrail records that no trail logs. It is a violation of the account as a whole, so it has no subject, and stands for all that the file
// asks of a trail beside: see [foundation].
func (j *judging) noTrail(stopped []recorder) {
	seen, advice := "no trail logs", "declare one under `cloudtrail`, or make one that has what the file asks of a trail"
	if len(stopped) > 0 {
		var names []string
		for _, t := range stopped {
			names = append(names, t.at.Plain())
		}
		seen += "; switched off: " + some(names)
		advice = stopped[0].advise("logging: true", "run: aws cloudtrail start-logging "+stopped[0].flags("name"))
	}
	j.violate(ruleTrail, resource.Address{}, seen, time.Time{}, advice)
}

// flags are the options by which AWS's command line finds the trail, whose name goes with this one of them.
func (t recorder) flags(name string) string {
	return fmt.Sprintf("--region %s --%s %s", t.home(), name, t.name())
}

// advise says what to write in the file, or else to do by hand, of which only the owner is capable where the trail is somebody else's.
func (t recorder) advise(write, byHand string) string {
	if owner := t.Facts[resource.FactOwner]; owner != "" {
		return "have " + owner + ", which the trail belongs to, change that; or declare a trail of your own under `cloudtrail`"
	}
	return "write `" + write + "` for the trail under `cloudtrail`, or " + byHand
}

// verdict is how a trail stands to a rule.
type verdict struct {
	rule string
	// lacks says what of it the trail does not have, "" where it has all.
	lacks string
	// untold says why that cannot be told, "" where it can.
	untold string
	advice string
}

func (v verdict) holds() bool { return v.lacks == "" && v.untold == "" }

// standing is how a trail stands to all that a file asks.
type standing struct {
	recorder
	verdicts []verdict
}

// of returns the verdict by a rule; one that holds where the file does not ask for it.
func (s standing) of(rule string) verdict {
	if i := slices.IndexFunc(s.verdicts, func(v verdict) bool { return v.rule == rule }); i >= 0 {
		return s.verdicts[i]
	}
	return verdict{rule: rule}
}

// compare orders standings by how much the trails lack, then by how much cannot be told of them. What can't be told of a trail that
// may be all that is asked is no reason to accuse another.
func (s standing) compare(other standing) int {
	count := func(of standing) (lacking, untold int) {
		for _, v := range of.verdicts {
			switch {
			case v.lacks != "":
				lacking++
			case v.untold != "":
				untold++
			}
		}
		return lacking, untold
	}
	lacking, untold := count(s)
	otherLacking, otherUntold := count(other)
	return cmp.Or(cmp.Compare(lacking, otherLacking), cmp.Compare(untold, otherUntold))
}

// stand judges a trail by all rules but those of alarms, which are about log groups.
func (j *judging) stand(rule *resource.TrailRule, t recorder) standing {
	s := standing{recorder: t, verdicts: slices.Concat(t.delivers(), t.simple(rule), t.records(rule))}
	if rule.BucketPrivate {
		s.verdicts = append(s.verdicts, j.bucketPrivate(t))
	}
	if rule.BucketLogged {
		s.verdicts = append(s.verdicts, j.bucketLogged(t))
	}
	return s
}

// tellOf records what the trail that is judged lacks, and what cannot be told of it.
func (j *judging) tellOf(s standing) {
	for _, v := range s.verdicts {
		switch {
		case v.lacks != "":
			j.violate(v.rule, s.at, v.lacks, time.Time{}, v.advice)
		case v.untold != "":
			j.unchecked(v.rule, "%s: %s", s.at.Plain(), v.untold)
		}
	}
}

// everyTrail are the rules whose controls the standards mean for every trail, while the file asks for some trail.
var everyTrail = []string{"trail.validation", "trail.kms", "trail.logs", ruleBucketPrivate, ruleBucketLogged}

// tellOfOthers records other trails of which nothing arrives, and remarks on what they lack although the trail that is judged has it.
func (j *judging) tellOfOthers(best standing, others []standing) {
	lacking := map[string][]string{}
	for _, other := range others {
		if v := other.of(ruleDelivery); v.lacks != "" {
			j.violate(v.rule, other.at, v.lacks, time.Time{}, v.advice)
		}
		for _, rule := range everyTrail {
			if best.of(rule).holds() && other.of(rule).lacks != "" {
				lacking[rule] = append(lacking[rule], other.at.Plain())
			}
		}
	}
	for rule, names := range lacking {
		j.out.Remarks[rule] = "by " + best.at.Plain() + ", not by " + some(names)
	}
}

// asksFor reports whether what a file asks for of events that read or of those that write takes in the one or the other.
func asksFor(asked string, reads bool) bool {
	return asked == "all" || asked == "read" && reads || asked == "write" && !reads
}
