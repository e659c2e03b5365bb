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

import moto.resourcegroupstaggingapi.models as tagging
from moto.core.resource_tagging import TaggedResource
from moto.core.responses import ActionResult, EmptyResult
from moto.core.utils import utcnow
from moto.iam.models import AccessKeyLastUsed, IAMBackend, User, iam_backends
from moto.iam.responses import IamResponse
from moto.s3.models import PublicAccessBlock, S3Backend
from moto.s3.responses import S3Response
from moto.server import ThreadedMotoServer
from moto.utilities.utils import get_partition


def list_no_service_specific_credentials():
    """moto has no service-specific credentials at all; so there are none."""
    IamResponse.list_service_specific_credentials = lambda self: ActionResult({"ServiceSpecificCredentials": []})


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


def close_new_buckets():
    """moto makes buckets as they were before April 2023: with access control lists, and without a public access block."""
    create = S3Backend.create_bucket

    def create_closed(self, *args, **kwargs):
        bucket = create(self, *args, **kwargs)
        bucket.ownership_rule = "BucketOwnerEnforced"
        bucket.public_access_block = PublicAccessBlock(True, True, True, True)
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


REPAIRS = [
    list_no_service_specific_credentials,
    keep_boundaries_of_users,
    keep_tags_of_moved_users,
    move_groups,
    fold_tag_keys,
    find_policies_by_tags,
    close_new_buckets,
    tell_regions_of_buckets,
    deliver_no_access_logs,
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
