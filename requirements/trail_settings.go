package requirements

import (
	"strings"

	"baseline/resource"
	"baseline/trail"
)

// simpleRules are what a single setting of a trail tells: it must be true, or not empty.
var simpleRules = []struct {
	rule, setting string
	asked         func(*resource.TrailRule) bool
	// lacks is said of a trail without, write is for the file, and update for AWS's command line.
	lacks, write, update string
}{
	{
		ruleMultiRegion, "multi_region", func(r *resource.TrailRule) bool { return r.MultiRegion },
		"records its home Region only", "multi_region: true", "--is-multi-region-trail",
	},
	{
		"trail.validation", "validation", func(r *resource.TrailRule) bool { return r.Validation },
		"has no digests, by which its log files could be validated", "validation: true", "--enable-log-file-validation",
	},
	{
		"trail.kms", "kms", func(r *resource.TrailRule) bool { return r.KMS },
		"does not encrypt its log files with a key of KMS", "kms: {alias: NAME, create: true}", "--kms-key-id alias/NAME",
	},
	{
		"trail.logs", "log_group", func(r *resource.TrailRule) bool { return r.Logs },
		"does not deliver to CloudWatch Logs", "logs: {group: NAME}", "--cloud-watch-logs-log-group-arn ARN --cloud-watch-logs-role-arn ARN",
	},
}

// simple judges a trail by those rules.
func (t recorder) simple(rule *resource.TrailRule) []verdict {
	var verdicts []verdict
	for _, r := range simpleRules {
		if !r.asked(rule) {
			continue
		}
		v := verdict{rule: r.rule}
		switch {
		case !t.Settings.Has(r.setting):
			v.untold = "its " + r.setting + " cannot be seen"
		case !t.Settings.Flag(r.setting) && t.Settings.Text(r.setting) == "":
			v.lacks = r.lacks
			v.advice = t.advise(r.write, "run: aws cloudtrail update-trail "+t.flags("name")+" "+r.update)
		}
		verdicts = append(verdicts, v)
	}
	return verdicts
}

// delivers judges whether what the trail records arrives.
func (t recorder) delivers() []verdict {
	v := verdict{rule: ruleDelivery}
	if failure := t.Facts[resource.FactNow+"delivery_error"]; failure != "" {
		v.lacks = "records, but nothing arrives: the last delivery failed with " + failure
		v.advice = "let CloudTrail write to its bucket " + t.Settings.Text("bucket")
		if t.Settings.Text("kms") != "" {
			v.advice += " and use its key"
		}
		v.advice += ", by the policy of each"
		if owner := t.Facts[resource.FactOwner]; owner != "" {
			v.advice = "have " + owner + ", which the trail belongs to, see to the policies of its bucket and its key"
		}
	}
	return []verdict{v}
}

// records judges which events the trail records.
func (t recorder) records(rule *resource.TrailRule) []verdict {
	var verdicts []verdict
	selectors, err := trail.Parse(t.Settings.List("selectors"))
	judge := func(id, lacks, write string) {
		v := verdict{rule: id}
		switch {
		case err != nil:
			v.untold = "its event selectors cannot be read: " + err.Error()
		case !t.Settings.Has("selectors"):
			v.untold = "its event selectors cannot be seen"
		case lacks != "":
			v.lacks, v.advice = lacks, t.advise(write, "change its event selectors by hand")
		}
		verdicts = append(verdicts, v)
	}
	if rule.ManagementEvents != "" {
		judge(ruleManagement, withoutManagement(selectors, rule.ManagementEvents), "management_events: "+rule.ManagementEvents)
	}
	for _, of := range []struct {
		rule, lacks string
		reads       bool
	}{
		{ruleObjectWrites, "does not record what writes the objects of all buckets", false},
		{ruleObjectReads, "does not record what reads the objects of all buckets", true},
	} {
		if !asksFor(rule.S3DataEvents, of.reads) {
			continue
		}
		lacks := of.lacks
		if trail.RecordsAllObjects(selectors, of.reads) {
			lacks = ""
		}
		judge(of.rule, lacks, "data_events: {s3: "+rule.S3DataEvents+"}")
	}
	return verdicts
}

// withoutManagement says which of the management events that are asked for selectors leave out; "" for none.
func withoutManagement(selectors []trail.Selector, asked string) string {
	var lacking []string
	if asksFor(asked, true) && !trail.RecordsManagement(selectors, true) {
		lacking = append(lacking, "that read")
	}
	if asksFor(asked, false) && !trail.RecordsManagement(selectors, false) {
		lacking = append(lacking, "that write")
	}
	var parts []string
	if len(lacking) > 0 {
		parts = append(parts, "does not record management events "+strings.Join(lacking, " or "))
	}
	if excluded := trail.Excluded(selectors); len(excluded) > 0 {
		parts = append(parts, "leaves out the management events of "+strings.Join(excluded, ", "))
	}
	return remarks(parts...)
}
