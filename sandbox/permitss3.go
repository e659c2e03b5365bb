package sandbox

import "cmp"

// s3Actions are the actions of S3's operations that have another name.
var s3Actions = map[string]string{
	"ListBuckets":                     "ListAllMyBuckets",
	"HeadBucket":                      "ListBucket",
	"ListObjectsV2":                   "ListBucket",
	"ListObjectVersions":              "ListBucketVersions",
	"HeadObject":                      "GetObject",
	"GetBucketEncryption":             "GetEncryptionConfiguration",
	"PutBucketEncryption":             "PutEncryptionConfiguration",
	"DeleteBucketEncryption":          "PutEncryptionConfiguration",
	"GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
	"PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
	"DeleteBucketLifecycle":           "PutLifecycleConfiguration",
	"GetPublicAccessBlock":            "GetBucketPublicAccessBlock",
	"PutPublicAccessBlock":            "PutBucketPublicAccessBlock",
	"DeletePublicAccessBlock":         "PutBucketPublicAccessBlock",
	"DeleteAccountPublicAccessBlock":  "PutAccountPublicAccessBlock",
	"DeleteBucketTagging":             "PutBucketTagging",
	"DeleteBucketOwnershipControls":   "PutBucketOwnershipControls",
}

// s3Permit is what a call of S3 takes.
func (c *call) s3Permit() permit {
	name := cmp.Or(s3Actions[c.operation.name], c.operation.name)
	if c.operation.name == "DeleteObject" && c.text("versionId") != "" {
		name = "DeleteObjectVersion"
	}
	p := permit{action: "s3:" + name, on: "*"}
	if bucket := c.text(bucketField); bucket != "" {
		p.on = "arn:aws:s3:::" + bucket
		if key := c.text(keyField); key != "" {
			p.on += "/" + key
		}
	}
	return p
}
