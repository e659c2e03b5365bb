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
from moto.cloudtrail.models import CloudTrailBackend, Trail, cloudtrail_backends
from moto.core.resource_tagging import TaggedResource
from moto.core.responses import ActionResult, EmptyResult
from moto.core.utils import utcnow
from moto.iam.models import AccessKeyLastUsed, IAMBackend, User, iam_backends
from moto.iam.responses import IamResponse
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


REPAIRS = [
    list_no_service_specific_credentials,
    keep_boundaries_of_users,
    keep_tags_of_moved_users,
    move_groups,
    fold_tag_keys,
    find_policies_by_tags,
    list_trails_of_all_regions,
    take_topics_of_trails_by_arn,
    replace_selectors_of_trails,
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
