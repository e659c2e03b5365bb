"""A trail and all that it stands on, made by the real command: what a foreign client then changes by hand is found and put right.

The same story is told of the sandbox over HTTP and of moto.
"""

import json
import tempfile
import textwrap
import unittest
import urllib.request
from pathlib import Path

import moto_server
from command import ACCOUNT, client, document, plan, run, sandbox, trust

HOME = "eu-west-1"
BUCKET, ACCESS, ELSEWHERE = "acme-audit-logs", "acme-access-logs", "acme-elsewhere"
ROLE = "baseline-cloudtrail-audit"
ALARMS = f"arn:aws:sns:{HOME}:{ACCOUNT}:baseline-cloudtrail-audit"
TRAIL = f"arn:aws:cloudtrail:{HOME}:{ACCOUNT}:trail/audit"
DELIVERIES = f"arn:aws:sns:{HOME}:{ACCOUNT}:deliveries"
SERVICE = {"Service": "cloudtrail.amazonaws.com"}
ONE_BLOCK = {"BlockPublicAcls": True}
OWN_IN_KEY = {"BaselineAcme822b33EncryptAuditEuWest1", "BaselineAcme822b33DescribeAuditEuWest1"}

FILE = """
    version: 1
    name: acme
    cloudtrail:
      audit:
        home_region: eu-west-1
        multi_region: true
        validation: true
        bucket: {name: acme-audit-logs, create: true, access_logs: acme-access-logs, expire: 2555d}
        kms: {alias: audit, create: true}
        logs: {group: /audit, retention: 365d}
        sns: deliveries
        data_events: {s3: write, buckets: [customer-data]}
        insights: [ApiCallRate, ApiErrorRate]
        alarms: {preset: cis, email: security@example.com}
        tags: {team: security}
    s3:
      account_public_access_block: all
"""

# A statement of somebody else in the bucket's policy, in their hand.
THEIRS = """{ "Sid" :"TheirsMayRead", "Effect":"Allow",
    "Principal": {"AWS": "arn:aws:iam::444455556666:root"}, "Action":"s3:GetObject", "Resource":"arn:aws:s3:::acme-audit-logs/*"}"""


def policy(*allowed):
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **one} for one in allowed]})


class Hands:
    """Somebody at work in the account with boto3."""

    def __init__(self, url):
        names = ("cloudtrail", "s3", "s3control", "kms", "logs", "cloudwatch", "sns", "iam")
        self.trails, self.s3, self.control, self.kms, self.logs, self.alarms, self.sns, self.iam = (
            client(name, url, region=HOME) for name in names
        )
        # S3 has the settings of an account at a host of the account's name, and this host has no such names.
        self.control.meta.events.register("before-sign.s3-control", self.without_account)
        self.changed = {}

    @staticmethod
    def without_account(request, **_):
        request.url = request.url.replace(f"//{ACCOUNT}.", "//")

    def topic_for_deliveries(self):
        """What the file uses as it is: a topic that CloudTrail may publish to."""
        topic = self.sns.create_topic(Name="deliveries")["TopicArn"]
        may = {"Principal": SERVICE, "Action": "SNS:Publish", "Resource": topic}
        self.sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy(may))

    def key(self):
        return self.kms.describe_key(KeyId="alias/audit")["KeyMetadata"]

    # What there is, as far as the file has it.

    def found(self, call, read, **parameters):
        """What a call finds, or None where there is no such thing."""
        try:
            return read(call(**parameters))
        except call.__self__.exceptions.ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] not in (400, 404):
                raise
            return None

    def trail(self):
        [shown] = self.trails.describe_trails(trailNameList=[TRAIL])["trailList"] or [None]
        if shown is None:
            return None
        selectors = self.trails.get_event_selectors(TrailName=TRAIL)["AdvancedEventSelectors"]
        insights = self.trails.get_insight_selectors(TrailName=TRAIL)["InsightSelectors"]
        [tags] = self.trails.list_tags(ResourceIdList=[TRAIL])["ResourceTagList"]
        return {k: v for k, v in shown.items() if not k.startswith("Has") and v != ""} | {
            "logs": self.trails.get_trail_status(Name=TRAIL)["IsLogging"],
            "selectors": sorted(json.dumps(sorted(s["FieldSelectors"], key=lambda f: f["Field"])) for s in selectors),
            "insights": sorted(i["InsightType"] for i in insights),
            "tags": {t["Key"]: t["Value"] for t in tags["TagsList"]},
        }

    def bucket(self, name):
        if name not in [b["Name"] for b in self.s3.list_buckets()["Buckets"]]:
            return None
        [encrypted] = self.s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"]
        [owned] = self.s3.get_bucket_ownership_controls(Bucket=name)["OwnershipControls"]["Rules"]
        logging = self.s3.get_bucket_logging(Bucket=name).get("LoggingEnabled", {})
        return {
            "region": self.s3.get_bucket_location(Bucket=name)["LocationConstraint"],
            "encryption": encrypted["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"],
            "ownership": owned["ObjectOwnership"],
            "versioning": self.s3.get_bucket_versioning(Bucket=name).get("Status"),
            "block": self.found(self.s3.get_public_access_block, lambda a: a["PublicAccessBlockConfiguration"], Bucket=name),
            "expire": self.found(
                self.s3.get_bucket_lifecycle_configuration, lambda a: {r["ID"]: r["Expiration"]["Days"] for r in a["Rules"]}, Bucket=name
            ),
            "logging": (logging.get("TargetBucket"), logging.get("TargetPrefix")),
            "tags": self.found(self.s3.get_bucket_tagging, lambda a: {t["Key"]: t["Value"] for t in a["TagSet"]}, Bucket=name),
            "policy": self.found(self.s3.get_bucket_policy, lambda a: a["Policy"], Bucket=name),
        }

    def encryption(self):
        key = self.found(self.kms.describe_key, lambda a: a["KeyMetadata"], KeyId="alias/audit")
        if key is None or key["KeyState"] == "PendingDeletion":
            return None
        rotation = self.kms.get_key_rotation_status(KeyId=key["KeyId"])
        return {
            "arn": key["Arn"],
            "enabled": key["Enabled"],
            "description": key["Description"],
            "rotation": rotation["KeyRotationEnabled"] and rotation["RotationPeriodInDays"],
            "policy": self.kms.get_key_policy(KeyId=key["KeyId"], PolicyName="default")["Policy"],
        }

    def contents(self):
        [group] = self.logs.describe_log_groups(logGroupNamePrefix="/audit")["logGroups"] or [None]
        filters = self.logs.describe_metric_filters(logGroupName="/audit")["metricFilters"] if group else []
        alarms = self.alarms.describe_alarms()["MetricAlarms"]
        topics = {t["TopicArn"] for t in self.sns.list_topics()["Topics"]}
        return {
            "trail": self.trail(),
            "bucket": self.bucket(BUCKET),
            "access": self.bucket(ACCESS),
            "key": self.encryption(),
            "group": group and group.get("retentionInDays"),
            "filters": {f["filterName"]: (f["filterPattern"], f["metricTransformations"]) for f in filters},
            "alarms": {a["AlarmName"]: [a[k] for k in ("MetricName", "Threshold", "Period", "ActionsEnabled", "AlarmActions")] for a in alarms},
            "topics": {t: [s["Endpoint"] for s in self.sns.list_subscriptions_by_topic(TopicArn=t)["Subscriptions"]] for t in topics},
            "roles": sorted(r["RoleName"] for r in self.iam.list_roles()["Roles"]),
            "account": self.found(self.control.get_public_access_block, lambda a: a["PublicAccessBlockConfiguration"], AccountId=ACCOUNT),
        }

    # What somebody does to it.

    def change(self, address, settings, call, **parameters):
        """Makes a call, and remembers which settings of an object a plan has to name for it; none for an object that is gone."""
        call(**parameters)
        self.changed.setdefault(address, set()).update(settings.split())

    def change_everything(self):
        """Changes every setting that the file declares, and returns the settings by their addresses."""
        self.changed = {}
        self.change_trail()
        self.change_bucket()
        self.change_key()
        self.change_alarms()
        trusted = {"Service": "ec2.amazonaws.com"}
        self.change(f"iam_role/{ROLE}", "trust", self.iam.update_assume_role_policy, RoleName=ROLE, PolicyDocument=trust(trusted))
        inline = {"RoleName": ROLE, "PolicyName": "audit", "PolicyDocument": document("s3:*")}
        self.change(f"iam_inline_policy/role/{ROLE}/audit", "document", self.iam.put_role_policy, **inline)
        return self.changed

    def change_trail(self):
        def change(settings, call, **parameters):
            self.change(f"cloudtrail_trail/{HOME}/audit", settings, call, **parameters)

        reads = [{"Field": "eventCategory", "Equals": ["Management"]}, {"Field": "readOnly", "Equals": ["true"]}]
        self.s3.create_bucket(Bucket=ELSEWHERE, CreateBucketConfiguration={"LocationConstraint": HOME})
        writes = {"Principal": SERVICE, "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{ELSEWHERE}/*"}
        looks = {"Principal": SERVICE, "Action": "s3:GetBucketAcl", "Resource": f"arn:aws:s3:::{ELSEWHERE}"}
        self.s3.put_bucket_policy(Bucket=ELSEWHERE, Policy=policy(writes, looks))

        change("logging", self.trails.stop_logging, Name=TRAIL)
        rate = {"InsightType": "ApiErrorRateInsight"}
        change("insights", self.trails.put_insight_selectors, TrailName=TRAIL, InsightSelectors=[rate])
        change("selectors", self.trails.put_event_selectors, TrailName=TRAIL, AdvancedEventSelectors=[{"FieldSelectors": reads}])
        update = self.trails.update_trail
        change("multi_region global_events", update, Name=TRAIL, IsMultiRegionTrail=False)
        change("validation", update, Name=TRAIL, EnableLogFileValidation=False)
        change("kms", update, Name=TRAIL, KmsKeyId="")
        change("sns_topic", update, Name=TRAIL, SnsTopicName="")
        change("log_group log_role", update, Name=TRAIL, CloudWatchLogsLogGroupArn="", CloudWatchLogsRoleArn="")
        change("bucket prefix", update, Name=TRAIL, S3BucketName=ELSEWHERE, S3KeyPrefix="p")
        change("tags", self.trails.remove_tags, ResourceId=TRAIL, TagsList=[{"Key": "team"}])

    def change_bucket(self):
        def change(settings, call, **parameters):
            self.change(f"s3_bucket/{BUCKET}", settings, call, Bucket=BUCKET, **parameters)

        change("versioning", self.s3.put_bucket_versioning, VersioningConfiguration={"Status": "Suspended"})
        by_kms = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}]}
        change("encryption", self.s3.put_bucket_encryption, ServerSideEncryptionConfiguration=by_kms)
        by_writer = {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}
        change("ownership", self.s3.put_bucket_ownership_controls, OwnershipControls=by_writer)
        change("public_access_block", self.s3.put_public_access_block, PublicAccessBlockConfiguration=ONE_BLOCK)
        theirs = {"ID": "theirs", "Status": "Enabled", "Filter": {"Prefix": "tmp/"}, "Expiration": {"Days": 1}}
        [ours] = self.s3.get_bucket_lifecycle_configuration(Bucket=BUCKET)["Rules"]
        sooner = ours | {"Expiration": {"Days": 1}, "NoncurrentVersionExpiration": {"NoncurrentDays": 1}}
        change("expire", self.s3.put_bucket_lifecycle_configuration, LifecycleConfiguration={"Rules": [sooner, theirs]})
        change("access_logs", self.s3.put_bucket_logging, BucketLoggingStatus={})

        ours = [json.dumps(one) for one in self.statements() if one["Effect"] == "Allow"]
        text = '{"Version": "2012-10-17",\n "Statement": [' + ", ".join([THEIRS, *ours]) + "] }"
        self.change(f"s3_bucket_policy/{BUCKET}", "document", self.s3.put_bucket_policy, Bucket=BUCKET, Policy=text)
        self.change(f"s3_bucket_policy/{ACCESS}", "", self.s3.delete_bucket_policy, Bucket=ACCESS)
        block = {"AccountId": ACCOUNT, "PublicAccessBlockConfiguration": ONE_BLOCK}
        self.change("s3_account_public_access_block/account", "block", self.control.put_public_access_block, **block)

    def statements(self):
        return json.loads(self.s3.get_bucket_policy(Bucket=BUCKET)["Policy"])["Statement"]

    def change_key(self):
        def change(settings, call, **parameters):
            self.change(f"kms_key/{HOME}/audit", settings, call, **parameters)

        key = self.key()["KeyId"]
        account = {"Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "kms:*", "Resource": "*"}
        change("rotation", self.kms.disable_key_rotation, KeyId=key)
        change("policy", self.kms.put_key_policy, KeyId=key, PolicyName="default", Policy=policy(account))
        change("enabled", self.kms.disable_key, KeyId=key)
        change("alias", self.kms.delete_alias, AliasName="alias/audit")

    def change_alarms(self):
        retention = {"logGroupName": "/audit", "retentionInDays": 1}
        self.change(f"logs_group/{HOME}//audit", "retention", self.logs.put_retention_policy, **retention)

        root = "baseline-audit-root-use"
        counts = {"metricName": "root", "metricNamespace": "elsewhere", "metricValue": "2"}
        self.change(
            f"logs_metric_filter/{HOME}//audit/{root}", "pattern metric value", self.logs.put_metric_filter,
            logGroupName="/audit", filterName=root, filterPattern="nothing", metricTransformations=[counts],
        )
        self.change(
            f"cloudwatch_alarm/{HOME}/{root}",
            "metric statistic period evaluation_periods threshold comparison missing actions enabled description",
            self.alarms.put_metric_alarm, AlarmName=root, Namespace="elsewhere", MetricName="root", Statistic="Maximum", Period=3600,
            EvaluationPeriods=3, Threshold=100, ComparisonOperator="GreaterThanThreshold", TreatMissingData="breaching",
            ActionsEnabled=False, AlarmDescription="by hand",
        )

    def remove(self):
        """Deletes what can be deleted by itself."""
        self.changed = {}
        self.change(f"cloudtrail_trail/{HOME}/audit", "", self.trails.delete_trail, Name="audit")
        self.change(f"kms_key/{HOME}/audit", "", self.kms.schedule_key_deletion, KeyId=self.key()["KeyId"], PendingWindowInDays=7)
        name = "baseline-audit-iam-changes"
        filter_ = {"logGroupName": "/audit", "filterName": name}
        self.change(f"logs_metric_filter/{HOME}//audit/{name}", "", self.logs.delete_metric_filter, **filter_)
        self.change(f"cloudwatch_alarm/{HOME}/{name}", "", self.alarms.delete_alarms, AlarmNames=[name])
        self.change(f"sns_topic/{HOME}/baseline-cloudtrail-audit", "", self.sns.delete_topic, TopicArn=ALARMS)
        self.changed[f"sns_subscription/{HOME}/baseline-cloudtrail-audit/email/security@example.com"] = set()
        block = {"AccountId": ACCOUNT}
        self.change("s3_account_public_access_block/account", "", self.control.delete_public_access_block, **block)
        return self.changed


def named(changes):
    """The settings that the changes of a plan are about, by address."""
    return {
        address: {k for k, v in change["after"].items() if v != change["before"][k]} if "before" in change else set()
        for address, change in changes.items()
    }


class Chain:
    """The story. Its subclasses say where it takes place."""

    maxDiff = None

    def chain(self, url):
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "baseline.yaml").write_text(textwrap.dedent(FILE))
            account = ("--account", "current")

            def baseline(*words, **more):
                return run(*words, url=url, cwd=folder, **more)

            def apply(*flags, **more):
                baseline("apply", "--auto-approve", *account, *flags, **more)
                baseline("plan", "--detailed-exitcode", *account)

            def rollback(*words):
                baseline("rollback", "--auto-approve", "--allow-weaker-audit", *words)

            def runs():
                """The runs, oldest first."""
                return sorted(path.parent.name for path in Path(folder, ".baseline/runs").glob("*/plan.json"))

            hands = Hands(url)
            hands.topic_for_deliveries()
            empty = hands.contents()
            apply()
            declared = hands.contents()
            self.is_declared(declared)

            # From a trail back to nothing, and to the trail again, with the very key that it had.
            baseline("rollback", "--auto-approve", exits=6)
            rollback()
            self.assertEqual(hands.contents(), empty)
            rollback(runs()[-1])
            self.assertEqual(hands.contents(), declared)

            expected = hands.remove()
            self.assertEqual(named(plan(*account, url=url, cwd=folder)), expected)
            apply()
            self.assertEqual(hands.contents(), declared)

            expected = hands.change_everything()
            drifted = hands.contents()
            planned = plan(*account, url=url, cwd=folder)
            self.assertEqual(named(planned), expected)
            # Two of them take away what may have been better: encryption with a key, and a filter that might have counted more.
            weaker = {address for address, change in planned.items() if "weakens_audit" in change}
            self.assertEqual(weaker, {f"s3_bucket/{BUCKET}", f"logs_metric_filter/{HOME}//audit/baseline-audit-root-use"})
            baseline("apply", "--auto-approve", "--allow-large", *account, exits=6)
            self.assertEqual(hands.contents(), drifted, "a plan, or an apply that was refused, changed something")
            apply("--allow-weaker-audit", "--allow-large")
            repaired = hands.contents()
            self.are_kept(repaired, declared)
            rollback()
            self.assertEqual(hands.contents(), drifted)

    def is_declared(self, found):
        """Holds what the file says against what a foreign client sees."""
        trail, bucket, key = found["trail"], found["bucket"], found["key"]
        self.assertEqual(
            [trail[k] for k in ("S3BucketName", "SnsTopicARN", "CloudWatchLogsRoleArn", "CloudWatchLogsLogGroupArn", "KmsKeyId")],
            [BUCKET, DELIVERIES, f"arn:aws:iam::{ACCOUNT}:role/{ROLE}", f"arn:aws:logs:{HOME}:{ACCOUNT}:log-group:/audit:*", key["arn"]],
        )
        self.assertEqual(
            [trail[k] for k in ("logs", "IsMultiRegionTrail", "IncludeGlobalServiceEvents", "LogFileValidationEnabled", "insights")],
            [True, True, True, True, ["ApiCallRateInsight", "ApiErrorRateInsight"]],
        )
        self.assertEqual((len(trail["selectors"]), trail["tags"]), (2, {"team": "security", "baseline:name": "acme"}))
        self.assertIn(f"arn:aws:s3:::customer-data/", "".join(trail["selectors"]))
        self.assertEqual(
            [bucket[k] for k in ("region", "encryption", "ownership", "versioning", "expire", "logging")],
            [HOME, "AES256", "BucketOwnerEnforced", "Enabled", {"baseline-expire": 2555}, (ACCESS, f"{BUCKET}/")],
        )
        closed = dict.fromkeys(("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"), True)
        self.assertEqual((bucket["block"], found["account"]), (closed, closed))
        self.assertEqual((key["enabled"], key["rotation"], found["group"]), (True, 365, 365))
        self.assertEqual((len(found["filters"]), len(found["alarms"])), (15, 15))
        counted = {t["metricName"] for _, transformations in found["filters"].values() for t in transformations}
        self.assertEqual({metric for metric, *_ in found["alarms"].values()}, counted)
        self.assertEqual({tuple(alarm[1:4] + alarm[4]) for alarm in found["alarms"].values()}, {(1, 300, True, ALARMS)})
        self.assertEqual(found["topics"], {DELIVERIES: [], ALARMS: ["security@example.com"]})
        self.assertEqual(found["roles"], [ROLE])

    def are_kept(self, repaired, declared):
        """All is as it was declared, but for what others have put beside it."""
        before, after = declared["bucket"], repaired["bucket"]
        self.assertIn(THEIRS, after["policy"])
        without = [one for one in json.loads(after["policy"])["Statement"] if one != json.loads(THEIRS)]
        self.assertEqual({one["Sid"]: one for one in without}, {one["Sid"]: one for one in json.loads(before["policy"])["Statement"]})
        self.assertEqual(after["expire"], before["expire"] | {"theirs": 1})
        mine = {"policy": before["policy"], "expire": before["expire"]}
        key = repaired["key"] | {"policy": declared["key"]["policy"]}
        self.assertEqual({s["Sid"] for s in json.loads(repaired["key"]["policy"])["Statement"] if "Sid" in s}, OWN_IN_KEY)
        self.assertEqual(repaired | {"bucket": after | mine, "key": key}, declared)


class SandboxChain(Chain, unittest.TestCase):
    def test_a_trail_with_all_that_it_stands_on(self):
        with tempfile.TemporaryDirectory() as folder, sandbox(Path(folder, "account.db")) as url:
            self.chain(url)


class MotoChain(Chain, unittest.TestCase):
    def test_a_trail_with_all_that_it_stands_on(self):
        with moto_server.served() as url:
            urllib.request.urlopen(urllib.request.Request(url + "/moto-api/reset", method="POST")).close()
            self.chain(url)


if __name__ == "__main__":
    unittest.main()
