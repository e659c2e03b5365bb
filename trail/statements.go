package trail

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
)

// Delivery is a trail as far as the policies of what it delivers to are concerned. Account, Partition and Region are those of the
// trail's home; what AWS asks for is told in the CloudTrail user guide under "Amazon S3 bucket policy for CloudTrail", "Configure
// AWS KMS key policies for CloudTrail" and "Role policy document for CloudTrail to use CloudWatch Logs for monitoring".
type Delivery struct {
	Partition, Account, Region, Name string
	Bucket, Prefix                   string
	// Organization is the id of the organization whose trail it is, as o-exampleorgid; "" for a trail of one account.
	Organization string
	// LogGroup is the name of the log group in the trail's account and home Region.
	LogGroup string
}

const cloudTrail = `{"Service":"cloudtrail.amazonaws.com"}`

// ARN is that of the trail, which is known before there is one.
func (d Delivery) ARN() string {
	return fmt.Sprintf("arn:%s:cloudtrail:%s:%s:trail/%s", d.Partition, d.Region, d.Account, d.Name)
}

func (d Delivery) bucketARN() string { return bucketARN(d.Partition, d.Bucket) }

func bucketARN(partition, bucket string) string { return "arn:" + partition + ":s3:::" + bucket }

// BucketStatements are what the policy of the bucket must hold, as JSON; their Sids begin with own.
func (d Delivery) BucketStatements(own string) []string {
	source := `"aws:SourceArn":"` + d.ARN() + `"`
	folder := d.bucketARN() + "/"
	if d.Prefix != "" {
		folder += d.Prefix + "/"
	}
	write := func(sid, owner string) string {
		return `{"Sid":"` + own + sid + d.sid() + `","Effect":"Allow","Principal":` + cloudTrail + `,"Action":"s3:PutObject","Resource":` +
			encode(folder+"AWSLogs/"+owner+"/*") + `,"Condition":{"StringEquals":{"s3:x-amz-acl":"bucket-owner-full-control",` + source + `}}}`
	}
	statements := []string{
		`{"Sid":"` + own + "AclCheck" + d.sid() + `","Effect":"Allow","Principal":` + cloudTrail + `,"Action":"s3:GetBucketAcl","Resource":"` +
			d.bucketARN() + `","Condition":{"StringEquals":{` + source + `}}}`,
		write("Write", d.Account),
	}
	if d.Organization != "" {
		statements = append(statements, write("OrganizationWrite", d.Organization))
	}
	return statements
}

// sid tells the trail in the Sids of statements, which may hold letters and digits only. Names that differ in nothing but case and
// punctuation give the same.
func (d Delivery) sid() string { return Alphanumeric(d.Name) + Alphanumeric(d.Region) }

// OwnSids is what the Sids of the statements begin with that a baseline puts into policies that others write too. The digits keep it
// from being the beginning of another baseline's, as acme is of acme-prod.
func OwnSids(baseline string) string {
	sum := sha256.Sum256([]byte(baseline))
	return "Baseline" + Alphanumeric(baseline) + hex.EncodeToString(sum[:3])
}

// Alphanumeric returns the letters and digits of a text, with every first one of a word in upper case.
func Alphanumeric(text string) string {
	var b strings.Builder
	upper := true
	for _, r := range text {
		switch {
		case r >= 'a' && r <= 'z' && upper:
			b.WriteRune(r - 'a' + 'A')
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			b.WriteRune(r)
		default:
			upper = true
			continue
		}
		upper = false
	}
	return b.String()
}

// KeyStatements are what the policy of the KMS key must hold.
func (d Delivery) KeyStatements(own string) []string {
	source := `"StringEquals":{"aws:SourceArn":"` + d.ARN() + `"}`
	return []string{
		`{"Sid":"` + own + "Encrypt" + d.sid() + `","Effect":"Allow","Principal":` + cloudTrail + `,"Action":"kms:GenerateDataKey*","Resource":"*","Condition":{` +
			source + `,"StringLike":{"kms:EncryptionContext:aws:cloudtrail:arn":"arn:` + d.Partition + ":cloudtrail:*:" + d.Account + `:trail/*"}}}`,
		`{"Sid":"` + own + "Describe" + d.sid() + `","Effect":"Allow","Principal":` + cloudTrail + `,"Action":"kms:DescribeKey","Resource":"*","Condition":{` +
			source + `}}`,
	}
}

// LogsKeyStatements are what the policy of a KMS key must hold for a log group of the trail's Region to be encrypted with it.
func (d Delivery) LogsKeyStatements(own string) []string {
	return []string{
		`{"Sid":"` + own + "Logs" + Alphanumeric(d.LogGroup) + `","Effect":"Allow","Principal":{"Service":"logs.` + d.Region + `.amazonaws.com"},` +
			`"Action":["kms:Encrypt*","kms:Decrypt*","kms:ReEncrypt*","kms:GenerateDataKey*","kms:Describe*"],"Resource":"*",` +
			`"Condition":{"ArnEquals":{"kms:EncryptionContext:aws:logs:arn":"` + d.logGroupARN() + `"}}}`,
	}
}

func (d Delivery) logGroupARN() string {
	return fmt.Sprintf("arn:%s:logs:%s:%s:log-group:%s", d.Partition, d.Region, d.Account, d.LogGroup)
}

// TopicStatement is what the policy of a topic must hold for the trail to tell it of log files.
func (d Delivery) TopicStatement(own, topic string) string {
	return `{"Sid":"` + own + "Publish" + d.sid() + `","Effect":"Allow","Principal":` + cloudTrail + `,"Action":"SNS:Publish","Resource":` +
		encode(topic) + `,"Condition":{"StringEquals":{"aws:SourceArn":"` + d.ARN() + `"}}}`
}

// RoleTrust is the trust policy of the role that the trail delivers to CloudWatch Logs with.
func RoleTrust() string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":` + cloudTrail + `,"Action":"sts:AssumeRole"}]}`
}

// RolePolicy is what that role must be allowed.
func (d Delivery) RolePolicy() string {
	streams := []string{d.logGroupARN() + ":log-stream:" + d.Account + "_CloudTrail_" + d.Region + "*"}
	if d.Organization != "" {
		streams = append(streams, d.logGroupARN()+":log-stream:"+d.Organization+"_*")
	}
	return `{"Version":"2012-10-17","Statement":[{"Sid":"Deliver","Effect":"Allow","Action":["logs:CreateLogStream","logs:PutLogEvents"],"Resource":["` +
		strings.Join(streams, `","`) + `"]}]}`
}

// TLSOnly is the statement that denies everything on a bucket to whoever does not use TLS.
func TLSOnly(own, partition, bucket string) string {
	arn := bucketARN(partition, bucket)
	return `{"Sid":"` + own + `TLSOnly","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["` + arn + `","` + arn + `/*"],` +
		`"Condition":{"Bool":{"aws:SecureTransport":"false"}}}`
}

// AccessLogStatement is what the policy of a bucket must hold that takes the access logs of another bucket of the account, under a
// prefix that may be "".
func AccessLogStatement(own, partition, account, target, prefix, source string) string {
	return `{"Sid":"` + own + "AccessLogs" + Alphanumeric(source) + `","Effect":"Allow","Principal":{"Service":"logging.s3.amazonaws.com"},` +
		`"Action":"s3:PutObject","Resource":` + encode(bucketARN(partition, target)+"/"+prefix+"*") + `,"Condition":{"ArnLike":{"aws:SourceArn":"arn:` +
		partition + ":s3:::" + source + `"},"StringEquals":{"aws:SourceAccount":"` + account + `"}}}`
}

// Document puts statements into a document.
func Document(statements ...string) string {
	return `{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`
}
