package kinds

import (
	"maps"
	"slices"

	"baseline/resource"
)

// bucketNamed is the ARN of the bucket that an address begins with the name of: those of buckets hold neither Region nor account.
func bucketNamed(s Scope, c resource.Change) []string {
	return []string{"arn:" + s.Partition + ":s3:::" + c.Address.Parts(2)[0]}
}

// trialsIn are the objects that CloudTrail leaves in a bucket to try it out, and no log files, whose names do not end so.
func trialsIn(s Scope, c resource.Change) []string {
	return []string{bucketNamed(s, c)[0] + "/*AWSLogs/*/"}
}

// findsBucket is what it takes to find out whose a bucket is, and where. One that was seen is among those of the account.
func findsBucket() []Permit {
	return []Permit{
		{Action: "s3:ListAllMyBuckets"},
		Permit{Action: "s3:ListBucket", On: bucketNamed}.when(func(c resource.Change) bool { return c.Before == nil }),
	}
}

func bucketPermissions() Permissions {
	return Permissions{
		Look: append(findsBucket(), on(bucketNamed, "s3",
			"GetBucketAcl", "GetBucketLogging", "GetBucketOwnershipControls", "GetBucketPolicyStatus", "GetBucketPublicAccessBlock",
			"GetBucketTagging", "GetBucketVersioning", "GetEncryptionConfiguration", "GetLifecycleConfiguration", "ListBucketVersions")...),
		Create: append([]Permit{
			Permit{Action: "s3:ListBucket", On: bucketNamed}.when(func(c resource.Change) bool { return c.After.Text("region") == firstRegion }),
			{Action: "s3:CreateBucket", On: bucketNamed},
		}, configuresBucket()...),
		Update: configuresBucket(),
		Delete: append(on(bucketNamed, "s3", "ListBucketVersions", "DeleteBucket"), Permit{Action: "s3:DeleteObjectVersion", On: trialsIn}),
	}
}

// configuresBucket is what settings take that a bucket gets; those that S3 can only be told with others are read first.
func configuresBucket() []Permit {
	var permits []Permit
	for _, one := range []struct {
		settings []string
		actions  []string
	}{
		{[]string{"public_access_block"}, []string{"PutBucketPublicAccessBlock"}},
		{[]string{"ownership"}, []string{"PutBucketOwnershipControls"}},
		{[]string{"encryption", "encryption_key"}, []string{"GetEncryptionConfiguration", "PutEncryptionConfiguration"}},
		{[]string{"versioning"}, []string{"PutBucketVersioning"}},
		{[]string{"expire", "expire_rule"}, []string{"GetLifecycleConfiguration", "PutLifecycleConfiguration"}},
		{[]string{"access_logs"}, []string{"GetBucketLogging", "PutBucketLogging"}},
		{[]string{"tags"}, []string{"PutBucketTagging"}},
	} {
		for _, permit := range on(bucketNamed, "s3", one.actions...) {
			permits = append(permits, permit.when(func(c resource.Change) bool {
				before := c.Before
				if before == nil {
					before = s3Bucket().Defaults
				}
				return slices.ContainsFunc(one.settings, func(name string) bool { return bucketDiffers(before, c.After, name) })
			}))
		}
	}
	return permits
}

// bucketDiffers reports whether a setting of a bucket becomes another.
func bucketDiffers(before, after resource.Object, name string) bool {
	switch name {
	case "public_access_block":
		return after.Has(name) && !slices.Equal(before.List(name), after.List(name))
	case "tags":
		return after.Has(name) && !maps.Equal(before.Map(name), after.Map(name))
	}
	return changed(before, after, name)
}

func bucketPolicyPermissions() Permissions {
	reads := append([]Permit{{Action: "s3:ListAllMyBuckets"}}, on(bucketNamed, "s3", "GetBucketPolicy")...)
	return Permissions{
		Look:   slices.Clone(reads), // with the bucket, which it needs
		Create: append(slices.Clone(reads), on(bucketNamed, "s3", "PutBucketPolicy")...),
		Update: append(slices.Clone(reads), on(bucketNamed, "s3", "PutBucketPolicy")...),
		Delete: append(slices.Clone(reads), on(bucketNamed, "s3", "DeleteBucketPolicy")...),
	}
}

func accountBlockPermissions() Permissions {
	put := []Permit{{Action: "s3:PutAccountPublicAccessBlock"}}
	return Permissions{List: []Permit{{Action: "s3:GetAccountPublicAccessBlock"}}, Create: put, Update: put, Delete: put}
}
