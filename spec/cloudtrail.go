package spec

import (
	"baseline/resource"
	"baseline/trail"
)

const kindTrail resource.Kind = "cloudtrail_trail"

// trails is the section of trails of CloudTrail and of all that they stand on.
type trails struct {
	Trails map[trailName]trailEntry `json:"cloudtrail,omitzero" jsonschema:"Trails by name, each with the bucket, the key, the log group and the alarms that belong to it."`
}

type trailEntry struct {
	HomeRegion       *region           `json:"home_region" jsonschema:"The Region in which the trail is, such as eu-west-1. It cannot be changed later."`
	MultiRegion      *bool             `json:"multi_region,omitzero" jsonschema:"Whether the trail records all Regions."`
	GlobalEvents     *bool             `json:"global_events,omitzero" jsonschema:"Whether the trail records services that belong to no Region, such as IAM."`
	Validation       *bool             `json:"validation,omitzero" jsonschema:"Whether CloudTrail delivers digests, by which log files can be validated."`
	Logging          *bool             `json:"logging,omitzero" jsonschema:"Whether the trail records. It does if this is left out."`
	Organization     *organization     `json:"organization,omitzero" jsonschema:"The id of the organization whose accounts the trail records, or none for a trail of this account."`
	Bucket           *trailBucket      `json:"bucket,omitzero" jsonschema:"The bucket for the log files: the name of one that is used as it is, or a map with more."`
	KMS              *trailKey         `json:"kms,omitzero" jsonschema:"The KMS key that log files are encrypted with: alias/NAME, the ARN of a key, none, or a map with more."`
	Logs             *trailLogs        `json:"logs,omitzero" jsonschema:"The log group of CloudWatch Logs that events are delivered to as well, or none."`
	SNS              *topicReference   `json:"sns,omitzero" jsonschema:"The SNS topic that is told of log files: its name, its ARN, or none."`
	ManagementEvents *managementEvents `json:"management_events,omitzero" jsonschema:"Which management events are recorded: all, read, write or none, or a map with more."`
	DataEvents       *dataEvents       `json:"data_events,omitzero" jsonschema:"Which data events are recorded. Management events are all recorded beside them if nothing else is said."`
	Selectors        []selectorEntry   `json:"selectors,omitzero" jsonschema:"Advanced event selectors in full, as AWS has them, in place of management_events and data_events."`
	Insights         []insight         `json:"insights,omitzero" jsonschema:"All sorts of unusual activity that CloudTrail looks for."`
	Alarms           *trailAlarms      `json:"alarms,omitzero" jsonschema:"Who is told of what the CIS benchmark has watched, or none. Goes with logs."`
	Tags             tags              `json:"tags,omitzero" jsonschema:"All tags of the trail."`
	Absent           *bool             `json:"absent,omitzero" jsonschema:"The trail shall not exist. Goes with home_region only."`
}

func (s *trails) compile(c *compiler) {
	if _, said := c.root.get("cloudtrail"); !said {
		return
	}
	c.out.Want.Extra = append(c.out.Want.Extra, kindTrail)
	all := chain{
		compiler: c, own: trail.OwnSids(c.out.Name),
		policies: map[resource.Address]*sharedPolicy{}, seen: map[resource.Address]*node{},
	}
	entries(c.section("cloudtrail"), s.Trails, func(name string, t trailEntry, at entry) {
		all.trail(name, t, at)
	})
	all.finish()
}

// trail adds a trail and what it stands on.
func (s *chain) trail(name string, declared trailEntry, at entry) {
	home := decoder{s.problems}.must(at.value, "trail "+name, "home_region", "it is a part of what the trail is, as in eu-west-1")
	if home && declared.HomeRegion == nil {
		return // it could not be read, which was said before
	}
	if declared.Absent != nil {
		s.noTrail(name, declared, at)
		return
	}
	bucket := decoder{s.problems}.must(at.value, "trail "+name, "bucket", "name the bucket that log files go to")
	if !home || !bucket || declared.Bucket == nil {
		return
	}
	t := &oneTrail{
		chain: s, entry: declared, node: at.value, region: string(*declared.HomeRegion), object: resource.Object{"logging": true},
		delivery: trail.Delivery{
			Partition: s.partition, Account: s.account, Region: string(*declared.HomeRegion), Name: name,
			Bucket: string(declared.Bucket.Name), Prefix: text(declared.Bucket.Prefix),
		},
	}
	t.settings()
	t.log()
	t.deliver()
	t.encrypt()
	t.record()
	t.alarm()
	s.add(resource.At(kindTrail, t.region, name), t.object, at.key)
}

// noTrail declares that a trail is not to be.
func (s *chain) noTrail(name string, declared trailEntry, at entry) {
	key, _ := at.value.get("absent")
	switch rest := at.value.without("absent", "home_region").entries; {
	case !*declared.Absent:
		s.problems.add(key.value.place(), "absent: false says nothing: leave the key out")
	case len(rest) > 0:
		s.problems.add(key.key.place(), "absent: true goes with home_region only: what shall not exist has no settings")
	}
	if declared.HomeRegion != nil {
		s.absent(resource.At(kindTrail, string(*declared.HomeRegion), name), at.key)
	}
}

// oneTrail is a trail in the making.
type oneTrail struct {
	*chain
	entry trailEntry
	// node is the trail in the file.
	node   *node
	region string
	// delivery is what the policies of what the trail delivers to are made of. What the trail says later than its bucket is
	// filled in on the way.
	delivery trail.Delivery
	// object is the trail as it is wanted.
	object resource.Object
}

// settings are those of the trail that stand for themselves.
func (t *oneTrail) settings() {
	setFlag(t.object, "multi_region", t.entry.MultiRegion)
	setFlag(t.object, "global_events", t.entry.GlobalEvents)
	setFlag(t.object, "validation", t.entry.Validation)
	setFlag(t.object, "logging", t.entry.Logging)
	if t.object.Flag("multi_region") {
		if t.object.Has("global_events") && !t.object.Flag("global_events") {
			t.problems.add(t.node.at("global_events").place(), "global_events: false does not go with multi_region: true: "+
				"AWS has a trail of all Regions record the services that belong to none")
		}
		// AWS switches both off together, and refuses to switch on the one without the other.
		t.object["global_events"] = true
	}
	if o := t.entry.Organization; o != nil {
		t.object["organization"] = *o != none
		if *o != none {
			t.delivery.Organization = string(*o)
		}
	}
	if t.entry.Tags != nil {
		t.object["tags"] = t.entry.Tags.setting()
	}
	if t.entry.SNS != nil {
		t.object["sns_topic"] = t.topicARN(string(*t.entry.SNS))
	}
}

// topicARN is the ARN of a topic that is named by its name in the trail's account and Region, or by its ARN; "" for none.
func (t *oneTrail) topicARN(named string) string {
	switch {
	case named == none:
		return ""
	case topicARNPattern.MatchString(named):
		return named
	}
	return "arn:" + t.partition + ":sns:" + t.region + ":" + t.account + ":" + named
}
