package kinds

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"baseline/resource"
	"baseline/trail"
)

const cloudTrailTrailKind resource.Kind = "cloudtrail_trail"

// The facts of a trail.
const (
	factTrailARN = "arn"
	// factDeliveryError is S3's code for why the last delivery failed; left out where it did not.
	factDeliveryError = resource.FactNow + "delivery_error"
)

// cloudTrailTrail is a trail: cloudtrail_trail/REGION/NAME, where the Region is its home, or cloudtrail_trail/REGION/ACCOUNT:NAME for
// an organization trail of another account, which is seen here and changed there.
//
//	bucket          string, name of the bucket that log files go to
//	prefix          string, under which they go there; "" = none
//	multi_region    bool, whether it records all Regions
//	global_events   bool, whether it records services that belong to no Region, such as IAM
//	validation      bool, whether digests are delivered too, by which log files can be validated
//	organization    bool, whether it records all accounts of the organization
//	kms             string, key that log files are encrypted with, as [Reader.keyReference] refers to it in the home Region; "" = none
//	log_group       string, name of a log group of the account in the home Region, otherwise its ARN; "" = none
//	log_role        string, ARN of the role that delivers to it; "" = none
//	sns_topic       string, ARN of the topic that is told of log files; "" = none
//	selectors       set of event selectors, as trail.Canonical writes them
//	insights        set of types of insights, such as "ApiCallRateInsight"; with "/Data" after it for those on data events
//	logging         bool, whether it records at all
//	tags            map
//
// Of an organization trail of another account, selectors and insights are left out where they may not be read, and tags always are.
func cloudTrailTrail() Kind {
	return Kind{
		Type: resource.Type{
			Kind:     cloudTrailTrailKind,
			Family:   "trails",
			Extra:    true,
			Required: []string{"bucket"},
			Defaults: resource.Object{
				"prefix": "", "multi_region": false, "global_events": true, "validation": false, "organization": false, "kms": "",
				"log_group": "", "log_role": "", "sns_topic": "", "selectors": trail.Canonical([]trail.Selector{trail.Default()}),
				"insights": []string{}, "logging": true, "tags": map[string]string{},
			},
			Usual:   resource.Object{"global_events": true, "logging": true, "organization": false},
			Tags:    "tags",
			Needs:   trailNeeds,
			Follows: trailNeeds,
			Tries: []string{
				"bucket", "prefix", "organization", "kms", "log_group", "log_role", "sns_topic", "insights",
			},
			Keeps: trailKeeps,
			Lay: func(a resource.Address, wanted resource.Object, see func(resource.Address) (resource.Resource, bool)) resource.Object {
				home, _, _ := trailPlace(a)
				return layKeyReference(home, wanted, see)
			},
			Weakens: weakensTrail,
			OneWay: func(resource.Resource) []string {
				return []string{"its digest chain and the history of its deliveries"}
			},
			OneWayUpdate: func(before resource.Resource, after resource.Object) []string {
				var lost []string
				if before.Settings.Flag("validation") && after.Has("validation") && !after.Flag("validation") {
					lost = append(lost, "the digest chain of what is delivered meanwhile")
				}
				if before.Settings.Flag("logging") && after.Has("logging") && !after.Flag("logging") {
					lost = append(lost, "the record of what is done while it does not log")
				}
				return lost
			},
			Leaves: trailLeaves,
			Crowds: trailCrowds,
		},
		Permissions: trailPermissions(),
		List:        func(ctx context.Context, r *Reader) (resource.State, error) { return r.Trails(ctx) },
		Create:      createTrail,
		Update:      updateTrail,
		Delete:      deleteTrail,
	}
}

// trailsPerRegion is how many trails AWS allows in a Region. Those of all Regions count in each.
const trailsPerRegion = 5

// trailCrowds counts the trails in each Region that a trail is in and that has any.
func trailCrowds(a resource.Address, all resource.State) string {
	in := map[string][]string{}
	for other := range all {
		home, _, _ := trailPlace(other)
		in[home] = nil
	}
	home, _, _ := trailPlace(a)
	for _, region := range slices.Sorted(maps.Keys(in)) {
		if region != home && !all[a].Settings.Flag("multi_region") {
			continue
		}
		for _, other := range all.Addresses() {
			if at, _, _ := trailPlace(other); other != a && (at == region || all[other].Settings.Flag("multi_region")) {
				in[region] = append(in[region], other.Name)
			}
		}
		if n := len(in[region]) + 1; n > trailsPerRegion {
			return fmt.Sprintf("would be one of %d trails in %s, where AWS allows %d; the others are %s",
				n, region, trailsPerRegion, strings.Join(in[region], ", "))
		}
	}
	return ""
}

// trailNeeds returns what CloudTrail looks for, and tries out, when the trail is written.
func trailNeeds(account string, a resource.Address, o resource.Object) []resource.Address {
	home, _, ours := trailPlace(a)
	if !ours {
		return nil
	}
	var needs []resource.Address
	if bucket := o.Text("bucket"); bucket != "" {
		needs = append(needs, resource.At(s3BucketKind, bucket))
	}
	if key, ok := keyReferredTo(home, o.Text("kms")); ok {
		needs = append(needs, key)
	}
	if group := o.Text("log_group"); group != "" && !isARN(group) {
		needs = append(needs, resource.At(logsGroupKind, home, group))
	}
	if role, ok := principalAddress(account, o.Text("log_role")); ok {
		needs = append(needs, role)
	}
	if topic := strings.Split(o.Text("sns_topic"), ":"); len(topic) == 6 && topic[4] == account {
		needs = append(needs, resource.At(snsTopicKind, topic[3], topic[5]))
	}
	return needs
}

// trailLeaves says what of all that a trail stands on stays when it goes, since the record outlives the trail.
func trailLeaves(a resource.Address, before resource.Resource, planned func(resource.Address) resource.Op) (left []string) {
	home, _, _ := trailPlace(a)
	var allows []string // whose policies keep what they say of the trail
	bucket := before.Settings.Text("bucket")
	if planned(resource.At(s3BucketKind, bucket)) != resource.OpDelete {
		left = append(left, "its bucket "+bucket+" and what is in it stay")
		if planned(resource.At(s3BucketPolicyKind, bucket)) == "" {
			allows = append(allows, "its bucket")
		}
	}
	reference := before.Settings.Text("kms")
	if key, own := keyReferredTo(home, reference); own && planned(key) != resource.OpDelete {
		left = append(left, "its key "+reference+" stays and still decrypts that")
		if planned(key) == "" {
			allows = append(allows, "its key")
		}
	}
	group := before.Settings.Text("log_group")
	if group != "" && planned(resource.At(logsGroupKind, home, group)) != resource.OpDelete {
		left = append(left, "its log group "+group+" and what is in it stay",
			"metric filters of that and their alarms stay where this plan does not name them")
	}
	if len(allows) > 0 {
		left = append(left, "what the policy of "+strings.Join(allows, " and that of ")+" allows for it stays and lets nobody else in")
	}
	return left
}

// trailKeeps has the key stay while there are log files that may be encrypted with it.
func trailKeeps(_ string, a resource.Address, o resource.Object) []resource.Kept {
	home, _, _ := trailPlace(a)
	key, ok := keyReferredTo(home, o.Text("kms"))
	if !ok {
		return nil
	}
	return []resource.Kept{{What: key, While: resource.At(s3BucketKind, o.Text("bucket")), Why: "which can't be read without it"}}
}

func isARN(text string) bool { return strings.HasPrefix(text, "arn:") }

// trailPlace takes an address apart. A trail of another account, whose name holds that account, is not ours.
func trailPlace(a resource.Address) (home, name string, ours bool) {
	home, name = regionOf(a)
	return home, name, !strings.Contains(name, ":")
}

// weakensTrail says in which way a change leaves less of a record, or a less sure one.
func weakensTrail(before, after resource.Object) []string {
	switch {
	case before == nil:
		return nil
	case after == nil && before.Flag("logging"):
		return []string{"nothing is recorded by it any more"}
	case after == nil:
		return nil
	}
	var weaker []string
	for _, flag := range []struct{ setting, words string }{
		{"logging", "it records nothing any more"},
		{"multi_region", "it records its home Region only"},
		{"global_events", "it leaves out services of no Region such as IAM"},
		{"organization", "it does not record the other accounts of the organization"},
		{"validation", "what it delivers can't be validated"},
	} {
		if before.Flag(flag.setting) && after.Has(flag.setting) && !after.Flag(flag.setting) {
			weaker = append(weaker, flag.words)
		}
	}
	if before.Text("kms") != "" && after.Has("kms") && after.Text("kms") == "" {
		weaker = append(weaker, "what it delivers is not encrypted with a key of one's own")
	}
	if before.Text("log_group") != "" && after.Has("log_group") && after.Text("log_group") == "" {
		weaker = append(weaker, "nothing of it goes to CloudWatch Logs for alarms to see")
	}
	if before.Has("selectors") && after.Has("selectors") && trail.Narrower(before.List("selectors"), after.List("selectors")) {
		weaker = append(weaker, "it records fewer events")
	}
	if after.Has("insights") && len(without(before.List("insights"), after.List("insights"))) > 0 {
		weaker = append(weaker, "it looks for less unusual activity")
	}
	return weaker
}

// without returns those of some texts that are not among others.
func without(texts, others []string) []string {
	return slices.DeleteFunc(slices.Clone(texts), func(text string) bool { return slices.Contains(others, text) })
}

// trailARN is the ARN of a trail of the account.
func trailARN(partition, account, home, name string) string {
	return trail.Delivery{Partition: partition, Account: account, Region: home, Name: name}.ARN()
}
