package requirements_test

import (
	"maps"

	"baseline/resource"
	"baseline/trail"
)

// allOfATrail asks for all that can be asked of a trail.
func allOfATrail() *resource.TrailRule {
	return &resource.TrailRule{
		MultiRegion: true, Validation: true, KMS: true, Logs: true, BucketPrivate: true, BucketLogged: true,
		ManagementEvents: "all", S3DataEvents: "all", Alarms: true,
	}
}

var wholeBlock = []string{"BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"}

// selecting is what a trail records, in canonical form.
func selecting(selectors ...trail.Selector) []string { return trail.Canonical(selectors) }

// objects records the objects of all buckets beside all management events.
func objects(readWrite string) trail.Selector {
	return trail.Selector{
		ReadWriteType: readWrite, Management: readWrite == trail.All,
		Data: []trail.DataResource{{Type: trail.S3Object, Values: []string{"arn:aws:s3"}}},
	}
}

// fullTrail are the settings of a trail that has all of it.
func fullTrail() resource.Object {
	return resource.Object{
		"bucket": "acme-logs", "prefix": "", "multi_region": true, "global_events": true, "validation": true, "organization": false,
		"kms": "alias/audit", "log_group": "/audit", "log_role": "arn:aws:iam::111122223333:role/deliver", "sns_topic": "",
		"selectors": selecting(objects(trail.All)), "insights": []string{}, "logging": true, "tags": map[string]string{},
	}
}

// fullBucket are the settings of a bucket that has all of it.
func fullBucket() resource.Object {
	return resource.Object{"region": "eu-west-1", "public_access_block": wholeBlock, "access_logs": "acme-access/"}
}

// closed are the facts of a bucket that lets nobody in.
var closed = resource.Facts{"public": "no"}

const (
	auditTrail = "cloudtrail_trail/eu-west-1/audit"
	auditGroup = "logs_group/eu-west-1//audit"
)

// watchedBy returns filters for all that is to be watched, each with one alarm.
func watchedBy(alarm resource.Alarm) []resource.MetricFilter {
	var filters []resource.MetricFilter
	for _, w := range trail.Watches() {
		of := alarm
		of.Name = "alarm-" + w.ID
		filters = append(filters, resource.MetricFilter{Name: w.ID, Pattern: w.Pattern, Alarms: []resource.Alarm{of}})
	}
	return filters
}

// withTrail returns an account with a trail in eu-west-1, over which some settings are laid, and all that goes with it.
func withTrail(over resource.Object) *testAccount {
	w := newAccount()
	w.put(auditTrail, fullTrail().With(over), nil)
	w.bucket("acme-logs", fullBucket(), closed)
	w.Evidence.Watched = map[resource.Address][]resource.MetricFilter{at(auditGroup): watchedBy(resource.Alarm{Enabled: true, Told: 1})}
	return w
}

// bucket adds a bucket, which no list shows.
func (w *testAccount) bucket(name string, settings resource.Object, facts resource.Facts) *testAccount {
	w.hidden[at("s3_bucket/"+name)] = resource.Resource{Settings: settings, Facts: maps.Clone(facts)}
	return w
}

// alarmIDs are the rules of alarms.
var alarmIDs = func() map[string]bool {
	ids := map[string]bool{}
	for _, w := range trail.Watches() {
		ids["trail.alarms."+w.ID] = true
	}
	return ids
}()
