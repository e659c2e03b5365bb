"""What a trail stands on, each by itself, through boto3: S3, KMS, CloudWatch Logs, CloudWatch and SNS."""

import json
import unittest

from command import ACCOUNT, client, document
from test_trail import BUCKET, ELSEWHERE, HOME, ROOT, SERVICE, TrailTest, bucket_policy, policy


def without_account(request, **_):
    """Takes the account's id off a host name: S3 Control's clients put it before, and nothing can stand before an address."""
    request.url = request.url.replace(ACCOUNT + ".", "", 1)


class Neighbours(TrailTest):
    def test_bucket_policy_is_kept_as_it_was_sent(self):
        text = json.dumps(json.loads(bucket_policy()), indent=3) + "\n\n"
        self.s3.put_bucket_policy(Bucket=BUCKET, Policy=text)
        self.assertEqual(self.s3.get_bucket_policy(Bucket=BUCKET)["Policy"], text)
        for bad in ("{}", "no JSON", bucket_policy("another-bucket"), bucket_policy().replace("s3:PutObject", "iam:PutObject")):
            self.refuses("MalformedPolicy", 400, self.s3.put_bucket_policy, Bucket=BUCKET, Policy=bad)
        self.assertEqual(self.s3.get_bucket_policy(Bucket=BUCKET)["Policy"], text)
        self.s3.delete_bucket_policy(Bucket=BUCKET)
        self.refuses("NoSuchBucketPolicy", 404, self.s3.get_bucket_policy, Bucket=BUCKET)

    def test_public_access(self):
        public = document("s3:GetObject", resource=f"arn:aws:s3:::{BUCKET}/*", Principal="*")
        put = self.s3.put_bucket_policy
        self.refuses("AccessDenied", 403, put, Bucket=BUCKET, Policy=public, says="BlockPublicPolicy")
        self.s3.delete_public_access_block(Bucket=BUCKET)
        self.refuses("NoSuchPublicAccessBlockConfiguration", 404, self.s3.get_public_access_block, Bucket=BUCKET)
        put(Bucket=BUCKET, Policy=public)
        self.assertTrue(self.s3.get_bucket_policy_status(Bucket=BUCKET)["PolicyStatus"]["IsPublic"])
        put(Bucket=BUCKET, Policy=bucket_policy())
        self.assertFalse(self.s3.get_bucket_policy_status(Bucket=BUCKET)["PolicyStatus"]["IsPublic"], "a service for one trail is not everyone")

        account = client("s3control", self.url)
        account.meta.events.register("before-send", without_account)
        block = {"BlockPublicAcls": False, "IgnorePublicAcls": False, "BlockPublicPolicy": True, "RestrictPublicBuckets": False}
        with self.assertRaises(account.exceptions.NoSuchPublicAccessBlockConfiguration):
            account.get_public_access_block(AccountId=ACCOUNT)
        account.put_public_access_block(AccountId=ACCOUNT, PublicAccessBlockConfiguration=block)
        self.assertEqual(account.get_public_access_block(AccountId=ACCOUNT)["PublicAccessBlockConfiguration"], block)
        self.refuses("AccessDenied", 403, put, Bucket=BUCKET, Policy=public)
        account.delete_public_access_block(AccountId=ACCOUNT)
        put(Bucket=BUCKET, Policy=public)

    def test_bucket_settings(self):
        encryption = self.s3.get_bucket_encryption(Bucket=BUCKET)["ServerSideEncryptionConfiguration"]["Rules"][0]
        self.assertEqual(encryption["ApplyServerSideEncryptionByDefault"], {"SSEAlgorithm": "AES256"})
        owner = self.s3.get_bucket_ownership_controls(Bucket=BUCKET)["OwnershipControls"]["Rules"]
        self.assertEqual(owner, [{"ObjectOwnership": "BucketOwnerEnforced"}])
        self.s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        self.assertEqual(self.s3.get_bucket_versioning(Bucket=BUCKET)["Status"], "Enabled")
        rule = {"ID": "old", "Status": "Enabled", "Filter": {"Prefix": "AWSLogs/"}, "Expiration": {"Days": 365}}
        self.s3.put_bucket_lifecycle_configuration(Bucket=BUCKET, LifecycleConfiguration={"Rules": [rule]})
        self.assertEqual(self.s3.get_bucket_lifecycle_configuration(Bucket=BUCKET)["Rules"], [rule])
        self.s3.put_bucket_tagging(Bucket=BUCKET, Tagging={"TagSet": [{"Key": "team", "Value": "security"}]})
        self.assertEqual(self.s3.get_bucket_tagging(Bucket=BUCKET)["TagSet"], [{"Key": "team", "Value": "security"}])
        far = client("s3", self.url, region=ELSEWHERE)
        self.refuses("BucketAlreadyOwnedByYou", 409, far.create_bucket, Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": ELSEWHERE})

    def test_key_policy_that_locks_out(self):
        key = self.key()
        before = self.kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"]
        out = policy({"Principal": SERVICE, "Action": "kms:*", "Resource": "*"})
        put, unsafe = self.kms.put_key_policy, {"BypassPolicyLockoutSafetyCheck": True}
        self.refuses("MalformedPolicyDocumentException", 400, put, KeyId=key, PolicyName="default", Policy=out, says="in the future")
        nobody = {"AWS": f"arn:aws:iam::{ACCOUNT}:role/none"}
        unknown = policy({"Principal": ROOT, "Action": "kms:*", "Resource": "*"}, {"Principal": nobody, "Action": "kms:Decrypt", "Resource": "*"})
        self.refuses("MalformedPolicyDocumentException", 400, put, KeyId=key, PolicyName="default", Policy=unknown, says="invalid principals")
        self.assertEqual(self.kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"], before)
        put(KeyId=key, PolicyName="default", Policy=out, **unsafe)
        self.assertEqual(self.kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"], out)

    def test_names_of_keys(self):
        key = self.key()
        self.kms.create_alias(AliasName="alias/audit", TargetKeyId=key)
        self.refuses("AlreadyExistsException", 400, self.kms.create_alias, AliasName="alias/audit", TargetKeyId=key)
        for name in (key, key.rpartition("/")[2], "alias/audit", key.partition("key/")[0] + "alias/audit"):
            self.assertEqual(self.kms.describe_key(KeyId=name)["KeyMetadata"]["Arn"], key)
        self.refuses("NotFoundException", 400, self.kms.describe_key, KeyId="alias/none")
        self.kms.create_alias(AliasName="alias/other", TargetKeyId=key)
        pages = self.kms.get_paginator("list_aliases").paginate(PaginationConfig={"PageSize": 1})
        self.assertEqual([a["AliasName"] for page in pages for a in page["Aliases"]], ["alias/audit", "alias/other"])

    def test_logs_alarms_and_topics(self):
        for name in ("a", "b", "c"):
            self.logs.create_log_group(logGroupName=name)
        self.refuses("ResourceAlreadyExistsException", 400, self.logs.create_log_group, logGroupName="a")
        self.refuses("InvalidParameterException", 400, self.logs.put_retention_policy, logGroupName="a", retentionInDays=2)
        self.refuses("ResourceNotFoundException", 400, self.logs.put_retention_policy, logGroupName="none", retentionInDays=1)
        pages = self.logs.get_paginator("describe_log_groups").paginate(PaginationConfig={"PageSize": 2})
        self.assertEqual([g["logGroupName"] for page in pages for g in page["logGroups"]], ["a", "b", "c"])
        self.assertEqual(client("logs", self.url, region=ELSEWHERE).describe_log_groups()["logGroups"], [])

        topic = self.sns.create_topic(Name="alerts")["TopicArn"]
        self.assertEqual(self.sns.create_topic(Name="alerts")["TopicArn"], topic)
        self.refuses("NotFound", 404, self.sns.get_topic_attributes, TopicArn=topic + "-none")
        queue = f"arn:aws:sqs:{HOME}:{ACCOUNT}:alerts"
        arn = self.sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)["SubscriptionArn"]
        self.assertTrue(arn.startswith(topic + ":"))
        self.sns.unsubscribe(SubscriptionArn=arn)
        self.assertEqual(self.sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"], [])

        metric = {"MetricName": "root", "Namespace": "audit", "Statistic": "Sum"}
        alarm = metric | {"EvaluationPeriods": 1, "Threshold": 1, "ComparisonOperator": "GreaterThanThreshold"}
        for name in ("one", "two", "three"):
            self.alarms.put_metric_alarm(AlarmName=name, Period=60, **alarm)
        pages = self.alarms.get_paginator("describe_alarms").paginate(PaginationConfig={"PageSize": 2})
        self.assertEqual([a["AlarmName"] for page in pages for a in page["MetricAlarms"]], ["one", "three", "two"])
        self.alarms.delete_alarms(AlarmNames=["one", "none", "two"])
        self.assertEqual([a["AlarmName"] for a in self.alarms.describe_alarms()["MetricAlarms"]], ["three"])


if __name__ == "__main__":
    unittest.main()
