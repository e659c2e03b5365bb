package live

import (
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3control"
	"github.com/aws/smithy-go"
)

// permission is the action of IAM that a call takes. S3 alone has other names for some of its calls.
func permission(call *smithy.OperationError) string {
	names := map[string]string{}
	switch call.Service() {
	case s3.ServiceID:
		names = s3Actions
	case s3control.ServiceID:
		names = s3ControlActions
	}
	if action, ok := names[call.Operation()]; ok {
		return "s3:" + action
	}
	return operationName(call)
}

// s3Actions are the actions of S3 calls by another name, after
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html.
var s3Actions = map[string]string{
	"DeleteBucketEncryption":          "PutEncryptionConfiguration",
	"DeleteBucketLifecycle":           "PutLifecycleConfiguration",
	"DeleteBucketOwnershipControls":   "PutBucketOwnershipControls",
	"DeleteBucketTagging":             "PutBucketTagging",
	"DeleteObject":                    "DeleteObjectVersion", // we never delete one without naming its version
	"DeletePublicAccessBlock":         "PutBucketPublicAccessBlock",
	"GetBucketEncryption":             "GetEncryptionConfiguration",
	"GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
	"GetPublicAccessBlock":            "GetBucketPublicAccessBlock",
	"HeadBucket":                      "ListBucket",
	"HeadObject":                      "GetObject",
	"ListBuckets":                     "ListAllMyBuckets",
	"ListObjectVersions":              "ListBucketVersions",
	"ListObjectsV2":                   "ListBucket",
	"PutBucketEncryption":             "PutEncryptionConfiguration",
	"PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
	"PutPublicAccessBlock":            "PutBucketPublicAccessBlock",
}

// s3ControlActions are those of S3 Control, whose calls have the names of S3's for a bucket.
var s3ControlActions = map[string]string{
	"DeletePublicAccessBlock": "PutAccountPublicAccessBlock",
	"GetPublicAccessBlock":    "GetAccountPublicAccessBlock",
	"PutPublicAccessBlock":    "PutAccountPublicAccessBlock",
}
