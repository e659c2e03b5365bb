package spec

import "baseline/resource"

type trailRule struct {
	MultiRegion      *bool         `json:"multi_region,omitzero" jsonschema:"true: it must record all Regions."`
	Validation       *bool         `json:"validation,omitzero" jsonschema:"true: there must be digests, by which its log files can be validated."`
	KMS              *bool         `json:"kms,omitzero" jsonschema:"true: its log files must be encrypted with a key of KMS."`
	Logs             *bool         `json:"logs,omitzero" jsonschema:"true: it must deliver to CloudWatch Logs as well."`
	BucketPrivate    *bool         `json:"bucket_private,omitzero" jsonschema:"true: its bucket must be closed to the public."`
	BucketLogged     *bool         `json:"bucket_logged,omitzero" jsonschema:"true: accesses to its bucket must be logged."`
	ManagementEvents *readsWrites  `json:"management_events,omitzero" jsonschema:"Which management events it must record: all, read or write."`
	S3DataEvents     *readsWrites  `json:"s3_data_events,omitzero" jsonschema:"Which accesses to the objects of all buckets it must record: all, read or write."`
	Alarms           *alarmsPreset `json:"alarms,omitzero" jsonschema:"cis: somebody must be told of what the CIS benchmark has watched."`
}

func (r *trailRule) compile(c *compiler, n *node) *resource.TrailRule {
	c.asks(n, "trail", "multi_region", "validation", "kms", "logs", "bucket_private", "bucket_logged", "management_events", "s3_data_events", "alarms")
	return &resource.TrailRule{
		MultiRegion:      c.isTrue(n, "multi_region", r.MultiRegion),
		Validation:       c.isTrue(n, "validation", r.Validation),
		KMS:              c.isTrue(n, "kms", r.KMS),
		Logs:             c.isTrue(n, "logs", r.Logs),
		BucketPrivate:    c.isTrue(n, "bucket_private", r.BucketPrivate),
		BucketLogged:     c.isTrue(n, "bucket_logged", r.BucketLogged),
		ManagementEvents: text(r.ManagementEvents),
		S3DataEvents:     text(r.S3DataEvents),
		Alarms:           r.Alarms != nil,
	}
}
