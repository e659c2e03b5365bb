package sandbox

import (
	"regexp"
	"strings"
)

// preflight tries what a trail is to write to, as far as the call names it, in AWS's order: bucket, topic, key, log group
// and role. It puts the ARNs of the topic and the key into the trail.
func (c *call) preflight(t *Trail, in *trailInput) error {
	if in.S3BucketName != nil || in.S3KeyPrefix != nil || in.IsOrganizationTrail != nil {
		if err := c.preflightBucket(t); err != nil {
			return err
		}
	}
	if textOf(in.SnsTopicName) != "" {
		arn, ok := c.topicAllows(t.TopicName, cloudTrailPrincipal, t.context())
		if !ok {
			return refuse("InsufficientSnsTopicPolicyException", "SNS Topic does not exist or the topic policy is incorrect!")
		}
		t.TopicARN = arn
	}
	if t.KeyARN != "" && (in.KmsKeyID != nil || in.S3BucketName != nil) {
		if err := c.preflightKey(t); err != nil {
			return err
		}
	}
	if t.LogGroupARN != "" && (in.CloudWatchLogsLogGroupArn != nil || in.CloudWatchLogsRoleArn != nil) {
		return c.preflightLogs(t)
	}
	return nil
}

// context is what policies can ask of a request that CloudTrail makes for a trail.
func (t *Trail) context() map[string]string {
	return map[string]string{"aws:SourceArn": t.arn(), "aws:SourceAccount": t.Account}
}

// preflightBucket reads the bucket's ACL and writes the empty marker object, which stays whatever comes of the call.
func (c *call) preflightBucket(t *Trail) error {
	if _, _, ok := c.bucketExists(t.Bucket); !ok {
		return refuse("S3BucketDoesNotExistException", "S3 bucket %s does not exist!", t.Bucket)
	}
	folders := []string{c.account}
	if t.Organization {
		folders = append(folders, c.organization().ID+"/"+c.account)
	}
	if !c.canReadACL(t) {
		return insufficientBucketPolicy(t.Bucket)
	}
	for _, folder := range folders {
		key := t.logFolder(folder)
		if !c.canWrite(t, key) {
			return insufficientBucketPolicy(t.Bucket)
		}
		c.putEmptyObject(t.Bucket, key)
		c.keepEvenIfRefused()
	}
	return nil
}

func insufficientBucketPolicy(bucket string) error {
	return refuse("InsufficientS3BucketPolicyException", "Incorrect S3 bucket policy is detected for bucket: %s", bucket)
}

// logFolder is the prefix of a trail's log files, which is the marker object's key. The folder is an account's id, below its
// organization's for what an organization trail writes.
func (t *Trail) logFolder(folder string) string {
	key := "AWSLogs/" + folder + "/CloudTrail/"
	if t.Prefix != "" {
		key = t.Prefix + "/" + key
	}
	return key
}

func (c *call) canReadACL(t *Trail) bool {
	return c.bucketAllows(t.Bucket, cloudTrailPrincipal, "s3:GetBucketAcl", "arn:aws:s3:::"+t.Bucket, t.context())
}

func (c *call) canWrite(t *Trail, key string) bool {
	context := t.context()
	context["s3:x-amz-acl"] = "bucket-owner-full-control"
	return c.bucketAllows(t.Bucket, cloudTrailPrincipal, "s3:PutObject", "arn:aws:s3:::"+t.Bucket+"/"+key, context)
}

// preflightKey makes a data key. The key has to be in the Region of the bucket.
func (c *call) preflightKey(t *Trail) error {
	_, region, _ := c.bucketExists(t.Bucket)
	context := t.context()
	context["kms:EncryptionContext:aws:cloudtrail:arn"] = t.arn()
	arn, err := c.keyUsable(t.KeyARN, region, cloudTrailPrincipal, context)
	if err == nil {
		t.KeyARN = arn
		return nil
	}
	switch asFailure(err).code {
	case "InvalidArnException":
		return refuse("KmsKeyNotFoundException",
			"KMS key %s does not exist, or is not in Region %s, where the S3 bucket %s is.", t.KeyARN, region, t.Bucket)
	case "DisabledException", "KMSInvalidStateException":
		return refuse("KmsException", "The KMS key %s is disabled or pending deletion.", t.KeyARN)
	default:
		return refuse("InsufficientEncryptionPolicyException",
			"Insufficient permissions to access S3 bucket %s or KMS key %s.", t.Bucket, t.KeyARN)
	}
}

var logGroupForm = regexp.MustCompile(`^arn:aws[a-z-]*:logs:[a-z0-9-]+:[0-9]{12}:log-group:[^:*]+:\*$`)

// preflightLogs takes the role on and opens a log stream with it.
func (c *call) preflightLogs(t *Trail) error {
	if !logGroupForm.MatchString(t.LogGroupARN) || !c.logGroupExists(t.LogGroupARN) {
		return refuse("InvalidCloudWatchLogsLogGroupArnException", "CloudTrail cannot validate the specified log group ARN.")
	}
	stream := strings.TrimSuffix(t.LogGroupARN, "*") + "log-stream:" + c.account + "_CloudTrail_" + t.Region
	if !c.roleDelivers(t, stream) {
		return refuse("InvalidCloudWatchLogsRoleArnException", "Access denied. Check the permissions for your role.")
	}
	return nil
}
