package kinds_test

import "baseline/resource"

// onAuditBucket is the policy of a bucket that a trail writes to, beside statements of other people.
const onAuditBucket = `{
  "Version": "2012-10-17", "Id": "of many hands",
  "Statement": [
    {"Sid": "Readers", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::444455556666:root"}, "Action": ["s3:GetObject"], "Resource": "arn:aws:s3:::acme-audit/*"},
    {"Sid": "BaselineAclCheck", "Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "s3:GetBucketAcl", "Resource": "arn:aws:s3:::acme-audit",
     "Condition": {"StringEquals": {"aws:SourceArn": "arn:aws:cloudtrail:eu-west-1:111122223333:trail/audit"}}}
  ]
}`

const tlsOnly = `{"Version":"2012-10-17","Statement":[{"Sid":"BaselineTLS","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::acme-audit","arn:aws:s3:::acme-audit/*"],"Condition":{"Bool":{"aws:SecureTransport":"false"}}}]}`

// takesAccessLogs lets S3 write the access logs of the account's buckets into a bucket.
const takesAccessLogs = `{"Version":"2012-10-17","Statement":[{"Sid":"AccessLogs","Effect":"Allow","Principal":{"Service":"logging.s3.amazonaws.com"},"Action":"s3:PutObject","Resource":"arn:aws:s3:::acme-access-logs/*","Condition":{"StringEquals":{"aws:SourceAccount":"111122223333"}}}]}`

const foreignKey = "arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555"

var (
	auditBucket = object{at("s3_bucket", "acme-audit"), settings{"region": "eu-west-1"}}
	logsBucket  = object{at("s3_bucket", "acme-access-logs"), settings{"region": "eu-west-1"}}
	logsPolicy  = object{at("s3_bucket_policy", "acme-access-logs"), settings{"document": resource.Document(takesAccessLogs)}}
)

var s3Samples = []sample{
	{
		address: at("s3_account_public_access_block", "account"),
		first:   settings{"block": []string{"BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"}},
		second:  settings{"block": []string{"BlockPublicPolicy", "IgnorePublicAcls"}},
	},
	{
		address: at("s3_account_public_access_block", "account"),
		first:   settings{"block": []string{}},
		second:  settings{"block": []string{"RestrictPublicBuckets"}},
	},
	{
		address: at("s3_bucket", "acme-audit"),
		needs:   []object{logsBucket, logsPolicy},
		first:   settings{"region": "eu-west-1"},
		second: settings{
			"region": "eu-west-1", "ownership": "BucketOwnerPreferred", "encryption": "aws:kms", "encryption_key": foreignKey, "versioning": "Enabled",
			"public_access_block": []string{"BlockPublicPolicy"}, "expire": 2555, "access_logs": "acme-access-logs/audit/",
			"tags": tags{"team": "data", "cost centre": "1+1"},
		},
	},
	{
		address: at("s3_bucket", "acme.audit-2"),
		needs: []object{
			{at("s3_bucket", "acme-access-logs"), settings{"region": "us-east-1"}}, logsPolicy,
		},
		first: settings{
			"region": "us-east-1", "ownership": "ObjectWriter", "encryption": "aws:kms:dsse", "versioning": "Enabled",
			"public_access_block": []string{}, "expire": 1, "access_logs": "acme-access-logs/", "tags": tags{"Team": "data", "team": "größer", "empty": ""},
		},
		second: settings{
			"region": "us-east-1", "ownership": "BucketOwnerEnforced", "encryption": "aws:kms", "versioning": "",
			"public_access_block": []string{"BlockPublicAcls", "IgnorePublicAcls"}, "expire": 30, "access_logs": "acme-access-logs/a/b",
			"tags": tags{"team": "data"},
		},
	},
	{
		address: at("s3_bucket_policy", "acme-audit"),
		needs:   []object{auditBucket},
		first:   settings{"document": resource.Document(onAuditBucket)},
		second:  settings{"document": resource.Document(tlsOnly)},
	},
	{
		address: at("s3_bucket_policy", "acme-audit"),
		needs:   []object{{at("s3_bucket", "acme-audit"), settings{"region": "us-east-1"}}},
		first:   settings{"document": resource.Document(tlsOnly)},
		second:  settings{"document": resource.Document(onAuditBucket)},
	},
}
