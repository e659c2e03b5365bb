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

// s3Permits are what a call of S3 takes, with what it takes of KMS for an object that is encrypted with a customer's key.
func (c *call) s3Permits() []permit {
	name := cmp.Or(s3Actions[c.operation.name], c.operation.name)
	if c.operation.name == "DeleteObject" && c.text("versionId") != "" {
		name = "DeleteObjectVersion"
	}
	bucket, key := c.text(bucketField), c.text(keyField)
	p := permit{action: "s3:" + name, on: "*"}
	if bucket != "" {
		p.on = "arn:aws:s3:::" + bucket
		if key != "" {
			p.on += "/" + key
		}
	}
	permits := []permit{p}
	b, _ := c.store.get(bucketPlace(bucket)).(*Bucket)
	switch c.operation.name {
	case "HeadBucket", "ListObjectsV2", "ListObjectVersions":
		permits[0].context = map[string]string{}
		if c.given("prefix") {
			permits[0].context[prefixKey] = c.text("prefix")
		}
	case "GetObject", "HeadObject":
		if c.given("versionId") {
			permits[0].action = "s3:GetObjectVersion"
		}
		if o := c.object(bucket, key); o != nil && c.operation.name == "GetObject" {
			at := 0
			if c.given("versionId") {
				at = max(0, o.version(c.text("versionId")))
			}
			permits = append(permits, keyPermits("kms:Decrypt", c.customerKey(o.Versions[at].Encryption.Key))...)
		}
	case "PutObject":
		if c.given(ifMatchHeader) {
			permits = append(permits, permit{action: "s3:GetObject", on: p.on})
		}
		if b != nil {
			permits = append(permits, keyPermits("kms:GenerateDataKey", c.customerKey(c.wantedEncryption(b).Key))...)
		}
	}
	return permits
}

func keyPermits(action, key string) []permit {
	if key == "" {
		return nil
	}
	return []permit{{action: action, on: key}}
}

// prefixKey is the condition key for what the keys that are listed begin with.
const prefixKey = "s3:prefix"
