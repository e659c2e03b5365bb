"""moto, an independent simulation of AWS, as a witness beside our own sandbox.

    python moto_server.py COMMAND [ARGUMENT ...]

serves moto on a free port of 127.0.0.1, runs the command with BASELINE_TEST_ENDPOINT set to its URL, and ends as the
command ends.

moto lacks a few things that AWS has, and does a few otherwise. REPAIRS is the whole list, each with its reason; nothing else
about moto is changed, and no other place in this project knows of moto's faults. What moto is only more lenient in than AWS
is left alone, since nobody asks it there: it deletes users that have keys, groups that have members and policies that are
attached, knows fewer reasons to refuse a document, and pays no heed to MaxItems. Nor is it helped where our code does without:
its authorization details name no policies (PolicyName, PolicyId).
"""

import functools
import io
import json
import logging
import os
import subprocess
import sys
from contextlib import contextmanager
from datetime import timedelta

ACCOUNT = "111122223333"

# Read by moto when it is imported.
os.environ["MOTO_ACCOUNT_ID"] = ACCOUNT
os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"

import botocore.session
import moto.resourcegroupstaggingapi.models as tagging
from botocore.parsers import RpcV2CBORParser
from botocore.serialize import RpcV2CBORSerializer
from moto.cloudtrail.models import CloudTrailBackend, Trail, cloudtrail_backends
from moto.core.resource_tagging import TaggedResource
from moto.core.responses import ActionResult, EmptyResult
from moto.core.utils import utcnow
from moto.iam.models import AccessKeyLastUsed, IAMBackend, User, iam_backends
from moto.iam.responses import IamResponse
from moto.kms.models import Key, kms_backends
from moto.kms.responses import KmsResponse
from moto.logs.metric_filters import MetricFilters
from moto.moto_server.werkzeug_app import DomainDispatcherApplication
from moto.s3.models import PublicAccessBlock, S3Backend
from moto.s3.responses import S3Response
from moto.server import ThreadedMotoServer
from moto.utilities.utils import get_partition


def list_no_service_specific_credentials():
    """moto has no service-specific credentials at all; so there are none."""
    IamResponse.list_service_specific_credentials = lambda self: ActionResult({"ServiceSpecificCredentials": []})


def simulate_policies():
    """moto cannot simulate policies. It enforces none either, so that all that is asked about is allowed."""

    def simulate(self):
        pairs = [(action, on) for action in self._get_param("ActionNames") for on in self._get_param("ResourceArns", ["*"])]
        results = [{"EvalActionName": action, "EvalResourceName": on, "EvalDecision": "allowed"} for action, on in pairs]
        return ActionResult({"EvaluationResults": results, "IsTruncated": False})

    IamResponse.simulate_principal_policy = simulate


def keep_boundaries_of_users():
    """moto knows permissions boundaries of roles only: it ignores that of CreateUser and cannot put or delete a user's."""

    def put(self):
        self.backend.get_user(self._get_param("UserName")).boundary = self._get_param("PermissionsBoundary")
        return EmptyResult()

    def delete(self):
        self.backend.get_user(self._get_param("UserName")).boundary = None
        return EmptyResult()

    def show(user):
        if not user.boundary:
            return None
        return {"PermissionsBoundaryType": "PermissionsBoundaryPolicy", "PermissionsBoundaryArn": user.boundary}

    create = IamResponse.create_user

    def create_bounded(self):
        created = create(self)
        put(self)
        return created

    User.boundary = None
    User.permissions_boundary = property(show)
    IamResponse.create_user = create_bounded
    IamResponse.put_user_permissions_boundary = put
    IamResponse.delete_user_permissions_boundary = delete


def keep_tags_of_moved_users():
    """moto keeps a user's tags by its ARN, and forgets them when UpdateUser gives it another."""
    update = IAMBackend.update_user

    def update_and_move_tags(self, user_name, new_path=None, new_user_name=None):
        user = self.get_user(user_name)
        before, tags = user.arn, user.tags or []
        update(self, user_name, new_path, new_user_name)
        if user.arn != before:
            self.tagger.delete_all_tags_for_resource(before)
            self.tagger.tag_resource(user.arn, tags)

    IAMBackend.update_user = update_and_move_tags


def move_groups():
    """moto's UpdateGroup does nothing, and says that it did, unless there is a new name."""
    update = IAMBackend.update_group

    def update_without_name(self, group_name, new_group_name, new_path):
        if new_group_name:
            return update(self, group_name, new_group_name, new_path)
        group = self.get_group(group_name)
        group.path = new_path or group.path

    IAMBackend.update_group = update_without_name


def fold_tag_keys():
    """moto takes two spellings of a tag key for two keys; for users and roles AWS takes the second for a new spelling."""
    tag_user, tag_role = IAMBackend.tag_user, IAMBackend.tag_role

    def respelled(old, new):
        keys = {tag["Key"] for tag in new}
        folded = {key.lower() for key in keys}
        return {tag["Key"] for tag in old or [] if tag["Key"].lower() in folded} - keys

    def tag_user_and_fold(self, name, tags):
        self.untag_user(name, list(respelled(self.get_user(name).tags, tags)))
        tag_user(self, name, tags)

    def tag_role_and_fold(self, role_name, tags):
        role = self.get_role(role_name)
        gone = respelled(role.tags, tags)
        role.tags = [tag for tag in role.tags if tag["Key"] not in gone]
        tag_role(self, role_name, tags)

    IAMBackend.tag_user = tag_user_and_fold
    IAMBackend.tag_role = tag_role_and_fold


def find_policies_by_tags():
    """moto's GetResources of the tagging API leaves out IAM, where AWS has at least managed policies."""

    class Policies:
        def __init__(self, account, region):
            self.backend = iam_backends[account][get_partition(region)]

        def iter_tagged_resources(self):
            for policy in self.backend.managed_policies.values():
                yield TaggedResource(policy.arn, {t["Key"]: t["Value"] for t in policy.tags.values()}, "iam:policy")

    others = tagging.iter_taggable_backends

    def with_policies(account, region):
        yield from others(account, region)
        yield Policies(account, region)

    tagging.iter_taggable_backends = with_policies


def list_trails_of_all_regions():
    """moto's ListTrails tells of those trails only that can be seen in the Region of the call."""
    CloudTrailBackend.list_trails = lambda self: [
        trail for backend in cloudtrail_backends[self.account_id].values() for trail in backend.trails.values()
    ]


def take_topics_of_trails_by_arn():
    """moto takes the topic of a trail for a name, though it may be given as an ARN."""
    by_name = Trail.topic_arn.fget

    def by_name_or_arn(self):
        return self.sns_topic_name if (self.sns_topic_name or "").startswith("arn:") else by_name(self)

    Trail.topic_arn = property(by_name_or_arn)


def tell_keys_of_trails_by_arn():
    """moto tells the key of a trail as it was given, be it by an alias; AWS tells the key's ARN."""

    def put(self, given):
        backend = kms_backends[self.account_id][self.region_name]
        self.key_arn = backend.keys[backend.any_id_to_key_id(given)].arn if given else given

    Trail.kms_key_id = property(lambda self: self.key_arn, put)


def end_global_events_with_other_regions():
    """moto's trails record services that belong to no Region as before when they are told to record one Region only, and not told
    about these services. AWS's no longer do."""
    update = Trail.update

    def update_both(self, *, include_global_service_events, is_multi_region_trail, **others):
        if is_multi_region_trail is False and include_global_service_events is None:
            include_global_service_events = False
        update(self, include_global_service_events=include_global_service_events, is_multi_region_trail=is_multi_region_trail, **others)

    Trail.update = update_both


def replace_selectors_of_trails():
    """moto keeps advanced selectors beside basic ones that were to replace them, shows none of a trail that never had any, and adds
    insights to those that were to be replaced."""

    def put(self, basic, advanced):
        self.event_selectors, self.advanced_event_selectors = basic or [], advanced or []

    def get(self):
        default = [{"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": [], "ExcludeManagementEventSources": []}]
        basic = self.event_selectors or ([] if self.advanced_event_selectors else default)
        return basic, self.advanced_event_selectors

    def put_insights(self, insights):
        self.insight_selectors = insights

    Trail.put_event_selectors, Trail.get_event_selectors, Trail.put_insight_selectors = put, get, put_insights


def close_new_buckets():
    """moto makes buckets as they were before 2023: with access control lists, and without encryption and a public access block."""
    create = S3Backend.create_bucket

    def create_closed(self, *args, **kwargs):
        bucket = create(self, *args, **kwargs)
        bucket.ownership_rule = "BucketOwnerEnforced"
        bucket.public_access_block = PublicAccessBlock(True, True, True, True)
        bucket.encryption = {"Rule": {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}}
        return bucket

    S3Backend.create_bucket = create_closed


def tell_regions_of_buckets():
    """moto's ListBuckets leaves out in which Region a bucket is, which AWS tells where a prefix is asked for."""
    all_buckets = S3Response.all_buckets

    def all_buckets_and_regions(self):
        serialized = self.serialized

        def with_regions(answer):
            for bucket in answer.result["Buckets"]:
                bucket["BucketRegion"] = self.backend.get_bucket(bucket["Name"]).region_name
            return serialized(answer)

        self.serialized = with_regions
        try:
            return all_buckets(self)
        finally:
            del self.serialized

    S3Response.all_buckets = all_buckets_and_regions


def deliver_no_access_logs():
    """moto writes access logs at once, also of calls that only look, so that no bucket can be deleted that they go to; AWS takes hours."""
    S3Backend.log_incoming_request = lambda self, request, bucket_name: None


def keep_periods_of_rotation():
    """moto knows whether a key rotates, and forgets after how many days."""
    enable, status = KmsResponse.enable_key_rotation, KmsResponse.get_key_rotation_status

    def key(self):
        return self.kms_backend.keys[self.kms_backend.get_key_id(self._get_param("KeyId"))]

    def enable_for(self):
        answer = enable(self)
        key(self).rotation_period = self._get_param("RotationPeriodInDays") or 365
        return answer

    def status_with_period(self):
        answer = json.loads(status(self))
        if answer["KeyRotationEnabled"]:
            answer["RotationPeriodInDays"] = key(self).rotation_period
        return json.dumps(answer)

    Key.rotation_period = 365
    KmsResponse.enable_key_rotation = enable_for
    KmsResponse.get_key_rotation_status = status_with_period


def replace_metric_filters():
    """moto's PutMetricFilter puts another filter of the same name beside the one that is there."""
    add = MetricFilters.add_filter

    def replace(self, filter_name, filter_pattern, log_group_name, metric_transformations):
        self.delete_filter(filter_name, log_group_name)
        add(self, filter_name, filter_pattern, log_group_name, metric_transformations)

    MetricFilters.add_filter = replace


def speak_cbor():
    """moto does not speak RPC v2 CBOR, the only protocol that AWS's SDK for Go has for CloudWatch. It speaks JSON 1.0 there, which says
    the same, so that calls and answers are translated."""
    serve = DomainDispatcherApplication.__call__
    model = botocore.session.get_session().get_service_model("cloudwatch")
    parser, serializer = RpcV2CBORParser(), RpcV2CBORSerializer()

    def item(body):
        return parser.parse_data_item(io.BufferedReader(io.BytesIO(body))) if body else {}

    def without_nulls(value):
        if isinstance(value, dict):
            return {name: without_nulls(v) for name, v in value.items() if v is not None}
        return [without_nulls(v) for v in value] if isinstance(value, list) else value

    def encode(answer, status, operation):
        if status >= 300:
            code = answer.get("__type", "").rpartition("#")[2]
            fault = {"__type": code, "message": answer.get("message") or answer.get("Message") or ""}
            return b"\xa2" + b"".join(text_item(t) for pair in fault.items() for t in pair)
        if not operation.output_shape:
            return b"\xa0"
        out = bytearray()
        serializer._serialize_data_item(out, without_nulls(answer), operation.output_shape)
        return bytes(out)

    def text_item(text):
        data = text.encode()
        return b"\x79" + len(data).to_bytes(2, "big") + data

    def serve_both(self, environ, start_response):
        path = environ.get("PATH_INFO", "").split("/")
        if environ.get("HTTP_SMITHY_PROTOCOL") != "rpc-v2-cbor" or path[1] != "service":
            return serve(self, environ, start_response)
        target, name = path[2], path[4]
        body = json.dumps(item(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)))).encode()
        heard = {}

        def start(status, headers, exc_info=None):
            heard.update(status=status, headers=headers)

        answered = b"".join(serve(self, {
            **environ, "PATH_INFO": "/", "RAW_URI": "/", "REQUEST_URI": "/", "HTTP_X_AMZ_TARGET": f"{target}.{name}",
            "CONTENT_TYPE": "application/x-amz-json-1.0", "CONTENT_LENGTH": str(len(body)), "wsgi.input": io.BytesIO(body),
        }, start))
        data = encode(json.loads(answered or b"{}") or {}, int(heard["status"].split()[0]), model.operation_model(name))
        own = ("content-type", "content-length")
        headers = [(n, v) for n, v in heard["headers"] if n.lower() not in own]
        start_response(heard["status"], [*headers, ("Smithy-Protocol", "rpc-v2-cbor"), ("Content-Type", "application/cbor"), ("Content-Length", str(len(data)))])
        return [data]

    DomainDispatcherApplication.__call__ = serve_both


REPAIRS = [
    list_no_service_specific_credentials,
    simulate_policies,
    keep_boundaries_of_users,
    keep_tags_of_moved_users,
    move_groups,
    fold_tag_keys,
    find_policies_by_tags,
    list_trails_of_all_regions,
    take_topics_of_trails_by_arn,
    tell_keys_of_trails_by_arn,
    end_global_events_with_other_regions,
    replace_selectors_of_trails,
    close_new_buckets,
    tell_regions_of_buckets,
    deliver_no_access_logs,
    keep_periods_of_rotation,
    replace_metric_filters,
    speak_cbor,
]


@functools.cache
def repair():
    for one in REPAIRS:
        one()


@contextmanager
def served():
    """Serves a repaired moto, with an account that is empty at first, and yields its URL."""
    repair()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # or it tells of every call
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        yield "http://%s:%d" % server.get_host_and_port()
    finally:
        server.stop()


def age_key(user, place, days, used):
    """Makes an access key of a user so many days old, and says whether it was used a day ago. Through its API, moto's keys are all
    new and hardly ever used."""
    now = utcnow()
    key = iam_backends[ACCOUNT]["aws"].get_user(user).access_keys[place]
    key.create_date = now - timedelta(days=days)
    key.last_used = AccessKeyLastUsed(now - timedelta(days=1), "s3", "us-east-1") if used else None


def main():
    with served() as url:
        return subprocess.run(sys.argv[1:], env={**os.environ, "BASELINE_TEST_ENDPOINT": url}).returncode


if __name__ == "__main__":
    sys.exit(main())
