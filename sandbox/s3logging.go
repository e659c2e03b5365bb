package sandbox

import "slices"

// BucketLogging is where a bucket's access logs go.
type BucketLogging struct {
	TargetBucket string `json:"targetBucket"`
	TargetPrefix string `json:"targetPrefix"`
	// KeyFormat is the form of the keys: empty for the form that was before there was a choice.
	KeyFormat *LogKeyFormat `json:"keyFormat,omitempty"`
}

// LogKeyFormat is the form of the keys of access logs: simple or, by dates, partitioned.
type LogKeyFormat struct {
	Simple      *struct{}           `json:"simple,omitempty" xml:"SimplePrefix"`
	Partitioned *LogKeyPartitioning `json:"partitioned,omitempty" xml:"PartitionedPrefix"`
}

// LogKeyPartitioning says by which dates keys of access logs are partitioned: EventTime or DeliveryTime.
type LogKeyPartitioning struct {
	PartitionDateSource string `json:"dateSource,omitempty" xml:",omitempty"`
}

// logDelivery is the service that writes access logs.
const logDelivery = "logging.s3.amazonaws.com"

func bucketLoggingOperations() []operation {
	return []operation{
		write("PutBucketLogging", changeBucket(done, putBucketLogging)),
		read("GetBucketLogging", ofBucket(getBucketLogging)),
	}
}

type bucketLoggingStatus struct {
	LoggingEnabled *loggingEnabled
}

type loggingEnabled struct {
	TargetBucket string
	TargetPrefix string
	KeyFormat    *LogKeyFormat `xml:"TargetObjectKeyFormat"`
}

// putBucketLogging replaces the setting; an empty status turns access logs off. The target must be of the same owner and
// in the same Region, and must let logs be delivered: by its access control list or, where there are none, by its policy.
func putBucketLogging(c *call, b *Bucket) error {
	var in bucketLoggingStatus
	if err := c.readXML("BucketLoggingStatus", &in); err != nil {
		return err
	}
	if in.LoggingEnabled == nil {
		b.Logging = nil
		return nil
	}
	wanted := BucketLogging(*in.LoggingEnabled)
	target, ok := c.visibleBucket(wanted.TargetBucket)
	switch {
	case !ok:
		return refuse("InvalidTargetBucketForLogging", "The target bucket for logging does not exist")
	case target.Owner != b.Owner:
		return refuse("InvalidTargetBucketForLogging", "The owner for the bucket to be logged and the target bucket must be the same.")
	case target.Region != b.Region:
		return refuse("CrossLocationLoggingProhibited", "Cross S3 location logging not allowed. ")
	case !target.takesLogsByACL() && !c.takesLogsByPolicy(target, b, wanted.TargetPrefix):
		return refuse("InvalidTargetBucketForLogging",
			"You must give the log-delivery group WRITE and READ_ACP permissions to the target bucket")
	}
	b.Logging = &wanted
	return nil
}

func (b *Bucket) takesLogsByACL() bool {
	gives := func(permission string) bool {
		return slices.Contains(b.Grants, BucketGrant{Group: logDeliveryGroup, Permission: permission}) ||
			slices.Contains(b.Grants, BucketGrant{Group: logDeliveryGroup, Permission: "FULL_CONTROL"})
	}
	return b.Ownership != ownerEnforced && gives("WRITE") && gives("READ_ACP")
}

func (c *call) takesLogsByPolicy(target, source *Bucket, prefix string) bool {
	return c.bucketAllows(target.Name, logDelivery, "s3:PutObject", target.arn()+"/"+prefix+"log",
		map[string]string{"aws:SourceArn": source.arn(), "aws:SourceAccount": c.account})
}

func getBucketLogging(_ *call, b *Bucket) (answer, error) {
	var out bucketLoggingStatus
	if b.Logging != nil {
		enabled := loggingEnabled(*b.Logging)
		out.LoggingEnabled = &enabled
	}
	return respondXML("BucketLoggingStatus", out)
}
