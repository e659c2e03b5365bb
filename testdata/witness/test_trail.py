"""A trail and what it stands on, through boto3 and the AWS CLI: S3, KMS, CloudWatch Logs, CloudWatch, SNS and CloudTrail."""

import json
import subprocess
import sys
import unittest
from datetime import datetime, timedelta, timezone
from pathlib import Path

from command import ACCOUNT, SandboxTest, client, document, environment, trust

HOME, ELSEWHERE = "us-east-1", "eu-west-1"
SERVICE = {"Service": "cloudtrail.amazonaws.com"}
ROOT = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
TRAIL = f"arn:aws:cloudtrail:{HOME}:{ACCOUNT}:trail/audit"
BUCKET = "acme-audit-logs"
MARKER = f"AWSLogs/{ACCOUNT}/CloudTrail/"
GROUP = f"arn:aws:logs:{HOME}:{ACCOUNT}:log-group:audit:*"


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **s} for s in statements]})


def bucket_policy(bucket=BUCKET, trail=TRAIL, prefix=""):
    """What CloudTrail's user guide has for a bucket."""
    of_trail = {"aws:SourceArn": trail}
    return policy(
        {"Principal": SERVICE, "Action": "s3:GetBucketAcl", "Resource": f"arn:aws:s3:::{bucket}", "Condition": {"StringEquals": of_trail}},
        {
            "Principal": SERVICE, "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{bucket}/{prefix}AWSLogs/{ACCOUNT}/*",
            "Condition": {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control", **of_trail}},
        },
    )


def key_policy(trail=TRAIL):
    """What CloudTrail's user guide has for a key, below what leaves the key to its own account."""
    every = f"arn:aws:cloudtrail:*:{ACCOUNT}:trail/*"
    return policy(
        {"Principal": ROOT, "Action": "kms:*", "Resource": "*"},
        {
            "Principal": SERVICE, "Action": "kms:GenerateDataKey*", "Resource": "*",
            "Condition": {"StringEquals": {"aws:SourceArn": trail}, "StringLike": {"kms:EncryptionContext:aws:cloudtrail:arn": every}},
        },
    )


def delivery():
    """What the role may do with which CloudTrail writes to the log group."""
    return document(["logs:CreateLogStream", "logs:PutLogEvents"], resource=GROUP.removesuffix("*") + f"log-stream:{ACCOUNT}_CloudTrail_{HOME}*")


class TrailTest(SandboxTest):
    """A test with clients of all the services, and a bucket that the trail named audit can write to."""

    def setUp(self):
        super().setUp()
        self.trails, self.s3, self.kms, self.logs, self.alarms, self.sns = (
            client(service, self.url) for service in ("cloudtrail", "s3", "kms", "logs", "cloudwatch", "sns")
        )
        self.s3.create_bucket(Bucket=BUCKET)
        self.s3.put_bucket_policy(Bucket=BUCKET, Policy=bucket_policy())

    def refuses(self, code, status, call, says="", **parameters):
        """Expects a refusal that the service's model has for the operation, where the service tells its errors there."""
        super().refuses(code, status, call, says, **parameters)
        operation = call.__self__.meta.service_model.operation_model(call.__self__.meta.method_to_api_mapping[call.__name__])
        known = {shape.error_code for shape in operation.error_shapes}
        self.assertTrue(code in known or operation.service_model.service_name == "s3", f"{operation.name} is modelled with {known}")

    def create(self, **more):
        return self.trails.create_trail(Name="audit", S3BucketName=BUCKET, **more)

    def keys(self, bucket=BUCKET):
        return [o["Key"] for o in self.s3.list_objects_v2(Bucket=bucket).get("Contents", [])]

    def key(self, **more):
        return self.kms.create_key(**more)["KeyMetadata"]["Arn"]

    def role(self, name="trail-to-logs", principal=SERVICE, grants=None):
        role = self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust(principal))["Role"]
        self.iam.put_role_policy(RoleName=name, PolicyName="deliver", PolicyDocument=grants or delivery())
        return role["Arn"]


class FromNothing(TrailTest):
    def test_a_trail_with_all_it_can_have(self):
        key = self.key(Policy=key_policy(), Description="audit", Tags=[{"TagKey": "team", "TagValue": "security"}])
        self.kms.create_alias(AliasName="alias/audit", TargetKeyId=key)
        self.kms.enable_key_rotation(KeyId=key, RotationPeriodInDays=180)
        self.logs.create_log_group(logGroupName="audit", tags={"team": "security"})
        self.logs.put_retention_policy(logGroupName="audit", retentionInDays=365)
        topic = self.sns.create_topic(Name="alerts")["TopicArn"]
        publish = {"Principal": SERVICE, "Action": "SNS:Publish", "Resource": topic, "Condition": {"StringEquals": {"aws:SourceArn": TRAIL}}}
        self.sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy(publish))

        made = self.create(
            IsMultiRegionTrail=True, EnableLogFileValidation=True, KmsKeyId="alias/audit", SnsTopicName="alerts",
            CloudWatchLogsLogGroupArn=GROUP, CloudWatchLogsRoleArn=self.role(), TagsList=[{"Key": "team", "Value": "security"}],
        )
        self.assertEqual(
            [made[k] for k in ("TrailARN", "KmsKeyId", "SnsTopicName", "SnsTopicARN", "LogFileValidationEnabled", "IncludeGlobalServiceEvents")],
            [TRAIL, key, "alerts", topic, True, True],
        )
        self.assertNotIn("HomeRegion", made)
        self.assertFalse(self.trails.get_trail_status(Name="audit")["IsLogging"], "a new trail does not log")
        self.trails.start_logging(Name="audit")
        self.trails.start_logging(Name=TRAIL)
        status = self.trails.get_trail_status(Name="audit")
        self.assertTrue(status["IsLogging"])
        self.assertLess(abs(datetime.now(timezone.utc) - status["StartLoggingTime"]), timedelta(minutes=1))
        shown = self.trails.get_trail(Name="audit")["Trail"]
        self.assertEqual((shown["HomeRegion"], shown["HasCustomEventSelectors"], shown["HasInsightSelectors"]), (HOME, False, False))
        tags = self.trails.list_tags(ResourceIdList=[TRAIL])["ResourceTagList"]
        self.assertEqual(tags, [{"ResourceId": TRAIL, "TagsList": [{"Key": "team", "Value": "security"}]}])

        self.alarm_on_root(topic)
        with self.subTest("as it is read"):
            rotation = self.kms.get_key_rotation_status(KeyId=key)
            self.assertEqual((rotation["KeyRotationEnabled"], rotation["RotationPeriodInDays"]), (True, 180))
            [group] = self.logs.describe_log_groups(logGroupNamePrefix="aud")["logGroups"]
            self.assertEqual((group["arn"], group["retentionInDays"], group["metricFilterCount"]), (GROUP, 365, 1))

        self.trails.stop_logging(Name="audit")
        self.assertFalse(self.trails.get_trail_status(Name="audit")["IsLogging"])
        self.trails.delete_trail(Name="audit")
        self.refuses("TrailNotFoundException", 400, self.trails.get_trail, Name="audit", says="Unknown trail: ")
        self.assertEqual(self.keys(), [MARKER], "a trail that goes leaves what it wrote")

    def alarm_on_root(self, topic):
        """A metric filter, an alarm on its metric and somebody to tell."""
        metric = {"metricName": "root", "metricNamespace": "audit", "metricValue": "1"}
        pattern = '{ $.userIdentity.type = "Root" }'
        self.logs.put_metric_filter(logGroupName="audit", filterName="root", filterPattern=pattern, metricTransformations=[metric])
        [found] = self.logs.describe_metric_filters(metricName="root", metricNamespace="audit")["metricFilters"]
        self.assertEqual((found["filterPattern"], found["metricTransformations"]), (pattern, [metric]))
        self.alarms.put_metric_alarm(
            AlarmName="root", MetricName="root", Namespace="audit", Statistic="Sum", Period=300, EvaluationPeriods=1, Threshold=0.5,
            ComparisonOperator="GreaterThanThreshold", TreatMissingData="notBreaching", AlarmActions=[topic], Tags=[{"Key": "a", "Value": ""}],
        )
        [alarm] = self.alarms.describe_alarms(AlarmNamePrefix="ro")["MetricAlarms"]
        self.assertEqual(
            [alarm[k] for k in ("AlarmActions", "Threshold", "Period", "ActionsEnabled", "StateValue", "TreatMissingData")],
            [[topic], 0.5, 300, True, "INSUFFICIENT_DATA", "notBreaching"],
        )
        self.assertEqual(self.alarms.list_tags_for_resource(ResourceARN=alarm["AlarmArn"])["Tags"], [{"Key": "a", "Value": ""}])
        asked = self.sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="security@example.com")
        self.assertEqual(asked["SubscriptionArn"], "pending confirmation")
        [one] = self.sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
        self.assertEqual((one["SubscriptionArn"], one["Endpoint"]), ("PendingConfirmation", "security@example.com"))

    def test_command_line(self):
        def aws(*words):
            """Runs the AWS CLI that is installed beside this Python."""
            command = [str(Path(sys.executable).parent / "aws"), *words, "--output", "json"]
            done = subprocess.run(command, env=environment(self.url), capture_output=True, text=True, timeout=120)
            self.assertEqual(done.returncode, 0, done.stderr)
            return json.loads(done.stdout) if done.stdout.strip() else None

        made = aws("cloudtrail", "create-trail", "--name", "audit", "--s3-bucket-name", BUCKET, "--is-multi-region-trail")
        self.assertEqual(made["TrailARN"], TRAIL)
        self.assertEqual(json.loads(aws("s3api", "get-bucket-policy", "--bucket", BUCKET)["Policy"]), json.loads(bucket_policy()))
        [trail] = aws("cloudtrail", "describe-trails", "--region", ELSEWHERE)["trailList"]
        self.assertEqual((trail["HomeRegion"], trail["IsMultiRegionTrail"]), (HOME, True))


class Preflight(TrailTest):
    """What is tried before a trail is made or changed: who says no, and with which word."""

    def denied(self, code, says="", **more):
        self.refuses(code, 400, self.trails.create_trail, says, **{"Name": "audit", "S3BucketName": BUCKET, **more})
        self.assertEqual(self.trails.list_trails()["Trails"], [])

    def test_bucket(self):
        self.denied("S3BucketDoesNotExistException", f"S3 bucket {BUCKET}-none does not exist!", S3BucketName=BUCKET + "-none")
        says = f"Incorrect S3 bucket policy is detected for bucket: {BUCKET}"
        wrong = {
            "another trail's": bucket_policy(trail=TRAIL + "-2"),
            "another prefix": bucket_policy(prefix="logs/"),
            "no right to read the list": policy(json.loads(bucket_policy())["Statement"][1]),
            "no right to write": policy(json.loads(bucket_policy())["Statement"][0]),
        }
        for name, text in wrong.items():
            with self.subTest(name):
                self.s3.put_bucket_policy(Bucket=BUCKET, Policy=text)
                self.denied("InsufficientS3BucketPolicyException", says)
        self.s3.delete_bucket_policy(Bucket=BUCKET)
        self.denied("InsufficientS3BucketPolicyException", says)
        self.assertEqual(self.keys(), [])
        self.s3.put_bucket_policy(Bucket=BUCKET, Policy=bucket_policy(prefix="logs/"))
        self.create(S3KeyPrefix="logs")
        self.assertEqual(self.keys(), ["logs/" + MARKER])

    def test_marker_object_stays(self):
        self.denied("InsufficientSnsTopicPolicyException", SnsTopicName="none")
        self.assertEqual(self.keys(), [MARKER])
        self.assertEqual(self.s3.head_object(Bucket=BUCKET, Key=MARKER)["ContentLength"], 0)
        self.refuses("BucketNotEmpty", 409, self.s3.delete_bucket, Bucket=BUCKET)
        self.s3.delete_object(Bucket=BUCKET, Key=MARKER)
        self.s3.delete_bucket(Bucket=BUCKET)

    def test_topic(self):
        topic = self.sns.create_topic(Name="alerts")["TopicArn"]
        self.denied("InsufficientSnsTopicPolicyException", SnsTopicName="alerts")
        text = policy({"Principal": SERVICE, "Action": "SNS:Publish", "Resource": topic})
        self.sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=text)
        self.assertEqual(self.create(SnsTopicName=topic)["SnsTopicARN"], topic)

    def test_key(self):
        key = self.key()
        self.denied("InsufficientEncryptionPolicyException", KmsKeyId=key)
        self.denied("InsufficientEncryptionPolicyException", KmsKeyId="11111111-2222-3333-4444-555555555555")
        self.denied("KmsKeyNotFoundException", KmsKeyId="no key at all")
        far = client("kms", self.url, region=ELSEWHERE).create_key(Policy=key_policy())["KeyMetadata"]["Arn"]
        self.denied("KmsKeyNotFoundException", KmsKeyId=far)
        self.kms.put_key_policy(KeyId=key, PolicyName="default", Policy=key_policy(TRAIL + "-2"))
        self.denied("InsufficientEncryptionPolicyException", KmsKeyId=key)
        self.kms.put_key_policy(KeyId=key, PolicyName="default", Policy=key_policy())
        self.kms.disable_key(KeyId=key)
        self.denied("KmsException", KmsKeyId=key)
        self.kms.enable_key(KeyId=key)
        self.assertEqual(self.create(KmsKeyId=key.rpartition("/")[2])["KmsKeyId"], key)

    def test_key_that_is_to_be_deleted(self):
        key = self.key(Policy=key_policy())
        for days in (6, 31):
            with self.assertRaises(self.kms.exceptions.ClientError) as caught:
                self.kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=days)
            self.assertEqual(caught.exception.response["Error"]["Code"], "ValidationException")
        when = self.kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)["DeletionDate"] - datetime.now(timezone.utc)
        self.assertLess(abs(when - timedelta(days=7)), timedelta(minutes=1))
        self.assertEqual(self.kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"], "PendingDeletion")
        self.refuses("KMSInvalidStateException", 400, self.kms.enable_key, KeyId=key)
        self.refuses("KMSInvalidStateException", 400, self.kms.schedule_key_deletion, KeyId=key)
        self.denied("KmsException", KmsKeyId=key)
        self.kms.cancel_key_deletion(KeyId=key)
        self.assertEqual(self.kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"], "Disabled")
        self.kms.enable_key(KeyId=key)
        self.create(KmsKeyId=key)

    def test_log_group_and_role(self):
        role = self.role()
        alone = {"CloudWatchLogsLogGroupArn": GROUP, "CloudWatchLogsRoleArn": role}
        self.denied("InvalidCloudWatchLogsLogGroupArnException", **alone)
        self.logs.create_log_group(logGroupName="audit")
        self.denied("InvalidCloudWatchLogsLogGroupArnException", **alone | {"CloudWatchLogsLogGroupArn": GROUP.removesuffix(":*")})
        self.denied("InvalidCloudWatchLogsRoleArnException", CloudWatchLogsLogGroupArn=GROUP)
        self.denied("InvalidCloudWatchLogsLogGroupArnException", CloudWatchLogsRoleArn=role)
        bad = {
            "none": role + "-none",
            "taken on by somebody else": self.role("elsewhere", {"Service": "ec2.amazonaws.com"}),
            "may too little": self.role("weak", grants=document("logs:CreateLogStream")),
        }
        for name, arn in bad.items():
            with self.subTest(name):
                says = "Access denied. Check the permissions for your role."
                self.denied("InvalidCloudWatchLogsRoleArnException", says, **alone | {"CloudWatchLogsRoleArn": arn})
        self.create(**alone)

    def test_what_is_wrong_with_the_call(self):
        for name in ("au", "-audit", "audit_", "au..dit", "192.168.5.4", "a/b", "a" * 129):
            self.denied("InvalidTrailNameException", Name=name)
        self.denied("InvalidS3BucketNameException", S3BucketName="No_Bucket")
        self.denied("InvalidS3PrefixException", S3KeyPrefix="p" * 201)
        self.denied("InvalidSnsTopicNameException", SnsTopicName="a topic")
        self.denied("InvalidParameterCombinationException", IsMultiRegionTrail=True, IncludeGlobalServiceEvents=False)
        self.denied("InvalidTagParameterException", TagsList=[{"Key": "aws:team"}])
        self.denied("TagsLimitExceededException", TagsList=[{"Key": str(n)} for n in range(51)])
        self.denied("OrganizationsNotInUseException", IsOrganizationTrail=True)


class Trails(TrailTest):
    def test_what_is_left_out_is_kept_and_what_is_empty_goes(self):
        key, role = self.key(Policy=key_policy()), self.role()
        topic = self.sns.create_topic(Name="alerts")["TopicArn"]
        text = policy({"Principal": SERVICE, "Action": "SNS:Publish", "Resource": topic})
        self.sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=text)
        self.logs.create_log_group(logGroupName="audit")
        made = self.create(KmsKeyId=key, SnsTopicName="alerts", CloudWatchLogsLogGroupArn=GROUP, CloudWatchLogsRoleArn=role)

        def changed(**given):
            answer = self.trails.update_trail(Name="audit", **given)
            return {k: v for k, v in answer.items() if k != "ResponseMetadata"}

        del made["ResponseMetadata"]
        self.assertEqual(changed(), made)
        made["LogFileValidationEnabled"] = True
        self.assertEqual(changed(EnableLogFileValidation=True), made)
        self.refuses("InvalidCloudWatchLogsRoleArnException", 400, self.trails.update_trail, Name="audit", CloudWatchLogsRoleArn="")
        for gone in (["KmsKeyId"], ["SnsTopicName", "SnsTopicARN"], ["CloudWatchLogsLogGroupArn", "CloudWatchLogsRoleArn"]):
            made = {k: v for k, v in made.items() if k not in gone}
            self.assertEqual(changed(**{k: "" for k in gone if k != "SnsTopicARN"}), made)
        self.assertTrue(changed(IsMultiRegionTrail=True)["IncludeGlobalServiceEvents"])
        self.assertFalse(changed(IsMultiRegionTrail=False)["IncludeGlobalServiceEvents"], "as AWS does unless told otherwise")
        self.refuses("S3BucketDoesNotExistException", 400, self.trails.update_trail, Name="audit", S3BucketName="acme-none")
        self.refuses("TrailAlreadyExistsException", 400, self.trails.create_trail, Name="audit", S3BucketName=BUCKET)

    def test_elsewhere(self):
        self.create(IsMultiRegionTrail=True)
        far = client("cloudtrail", self.url, region=ELSEWHERE)
        [shadow] = far.describe_trails()["trailList"]
        self.assertEqual((shadow["TrailARN"], shadow["HomeRegion"]), (TRAIL, HOME))
        self.assertEqual(far.describe_trails(includeShadowTrails=False)["trailList"], [])
        self.assertEqual(far.describe_trails(trailNameList=["audit"])["trailList"], [], "its name is one of its home Region")
        self.assertEqual(len(far.describe_trails(trailNameList=[TRAIL])["trailList"]), 1)
        self.assertFalse(far.get_trail_status(Name=TRAIL)["IsLogging"])
        self.refuses("TrailNotFoundException", 400, far.get_trail, Name="audit")
        self.assertEqual(far.list_trails()["Trails"], [{"TrailARN": TRAIL, "Name": "audit", "HomeRegion": HOME}])
        selectors = [{"ReadWriteType": "All", "IncludeManagementEvents": True}]
        for call, more in (
            (far.update_trail, {}), (far.delete_trail, {}), (far.start_logging, {}), (far.stop_logging, {}),
            (far.put_event_selectors, {"EventSelectors": selectors}),
        ):
            name = "TrailName" if call == far.put_event_selectors else "Name"
            for text in (TRAIL, "audit"):
                self.refuses("InvalidHomeRegionException", 400, call, **{name: text}, **more)
        self.refuses("CloudTrailARNInvalidException", 400, far.add_tags, ResourceId=TRAIL, TagsList=[{"Key": "a"}])
        self.trails.update_trail(Name="audit", IsMultiRegionTrail=False)
        self.assertEqual(far.describe_trails()["trailList"], [])
        self.refuses("TrailNotFoundException", 400, far.get_trail_status, Name=TRAIL)

    def test_five_are_as_many_as_a_region_shows(self):
        self.s3.put_bucket_policy(Bucket=BUCKET, Policy=bucket_policy().replace('"StringEquals"', '"StringLike"').replace(TRAIL, "*"))
        far = client("cloudtrail", self.url, region=ELSEWHERE)
        far.create_trail(Name="far", S3BucketName=BUCKET, IsMultiRegionTrail=True)
        for n in range(4):
            self.trails.create_trail(Name=f"near-{n}", S3BucketName=BUCKET)
        says = f"User: {ACCOUNT} already has 5 trails in {HOME}."
        self.refuses("MaximumNumberOfTrailsExceededException", 400, self.trails.create_trail, says, Name="sixth", S3BucketName=BUCKET)

    def test_event_selectors(self):
        self.create()
        default = {"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": [], "ExcludeManagementEventSources": []}
        shown = self.trails.get_event_selectors(TrailName="audit")
        self.assertEqual((shown["EventSelectors"], "AdvancedEventSelectors" in shown), ([default], False))

        data = {"Type": "AWS::S3::Object", "Values": [f"arn:aws:s3:::{BUCKET}/"]}
        self.trails.put_event_selectors(TrailName="audit", EventSelectors=[{"ReadWriteType": "WriteOnly", "DataResources": [data]}])
        [basic] = self.trails.get_event_selectors(TrailName="audit")["EventSelectors"]
        self.assertEqual(basic, default | {"ReadWriteType": "WriteOnly", "DataResources": [data]})

        fields = [{"Field": "readOnly", "Equals": ["false"]}, {"Field": "eventCategory", "Equals": ["Management"]}]
        advanced = [{"Name": "writes", "FieldSelectors": fields}]
        self.trails.put_event_selectors(TrailName="audit", AdvancedEventSelectors=advanced)
        shown = self.trails.get_event_selectors(TrailName="audit")
        self.assertNotIn("EventSelectors", shown, "one sort takes the other away")
        self.assertEqual(shown["AdvancedEventSelectors"], [{"Name": "writes", "FieldSelectors": fields[::-1]}], "AWS sorts the fields")
        self.assertTrue(self.trails.get_trail(Name="audit")["Trail"]["HasCustomEventSelectors"])

        put = self.trails.put_event_selectors
        self.refuses("InvalidEventSelectorsException", 400, put, TrailName="audit", EventSelectors=[default], AdvancedEventSelectors=advanced)
        self.refuses("InvalidEventSelectorsException", 400, put, TrailName="audit", EventSelectors=[default] * 6)
        put(TrailName="audit", EventSelectors=[default])
        self.assertEqual(self.trails.get_event_selectors(TrailName="audit")["EventSelectors"], [default])
        self.assertFalse(self.trails.get_trail(Name="audit")["Trail"]["HasCustomEventSelectors"])

    def test_insights(self):
        self.create()
        self.refuses("InsightNotEnabledException", 400, self.trails.get_insight_selectors, TrailName="audit")
        put = self.trails.put_insight_selectors
        put(TrailName="audit", InsightSelectors=[{"InsightType": "ApiCallRateInsight"}])
        [found] = self.trails.get_insight_selectors(TrailName="audit")["InsightSelectors"]
        self.assertEqual(found["InsightType"], "ApiCallRateInsight")
        self.trails.put_event_selectors(TrailName="audit", EventSelectors=[{"ReadWriteType": "ReadOnly"}])
        rates = [{"InsightType": "ApiCallRateInsight"}]
        self.refuses("InvalidInsightSelectorsException", 400, put, TrailName="audit", InsightSelectors=rates)
        put(TrailName="audit", InsightSelectors=[])
        self.refuses("InsightNotEnabledException", 400, self.trails.get_insight_selectors, TrailName="audit")

    def test_tags(self):
        self.create()
        self.trails.add_tags(ResourceId=TRAIL, TagsList=[{"Key": "a", "Value": "1"}, {"Key": "b"}])
        self.trails.add_tags(ResourceId=TRAIL, TagsList=[{"Key": "a", "Value": "2"}])
        self.trails.remove_tags(ResourceId=TRAIL, TagsList=[{"Key": "b"}, {"Key": "none"}])
        [shown] = self.trails.list_tags(ResourceIdList=[TRAIL])["ResourceTagList"]
        self.assertEqual(shown["TagsList"], [{"Key": "a", "Value": "2"}])
        self.refuses("CloudTrailARNInvalidException", 400, self.trails.add_tags, ResourceId="audit", TagsList=[{"Key": "a"}])
        self.refuses("ResourceNotFoundException", 400, self.trails.list_tags, ResourceIdList=[TRAIL + "-2"])


if __name__ == "__main__":
    unittest.main()
