"""The real command and a foreign client on one account: what boto3 does by hand is found, removed and brought back.

The same story is told of the sandbox over HTTP and of moto, once for every built-in baseline.
"""

import json
import tempfile
import unittest
import urllib.request
from pathlib import Path

import moto_server
from command import ACCOUNT, ADMINISTRATOR, client, document, plan, run, sandbox, trust

BUILT_IN = ("analytics-pipeline", "database-ledger", "partner-data-share", "rds-read-only")


def contents(iam):
    """What an account holds, as far as a rollback can bring it back: no ids, dates and version numbers."""

    def grants(entity, inline):
        return {
            "path": entity["Path"],
            "attached": sorted(p["PolicyArn"] for p in entity["AttachedManagedPolicies"]),
            "inline": {p["PolicyName"]: p["PolicyDocument"] for p in entity.get(inline, [])},
            "tags": {t["Key"]: t["Value"] for t in entity.get("Tags", [])},
        }

    found = {}
    wanted = ["User", "Role", "Group", "LocalManagedPolicy"]
    for page in iam.get_paginator("get_account_authorization_details").paginate(Filter=wanted, PaginationConfig={"PageSize": 3}):
        for user in page["UserDetailList"]:
            found["user/" + user["UserName"]] = grants(user, "UserPolicyList") | {"groups": sorted(user["GroupList"])}
        for group in page["GroupDetailList"]:
            found["group/" + group["GroupName"]] = grants(group, "GroupPolicyList")
        for role in page["RoleDetailList"]:
            trust = json.dumps(role["AssumeRolePolicyDocument"], sort_keys=True)
            found["role/" + role["RoleName"]] = grants(role, "RolePolicyList") | {"trust": trust}
        for policy in page["Policies"]:
            [text] = [v["Document"] for v in policy["PolicyVersionList"] if v["IsDefaultVersion"]]
            tags = {t["Key"]: t["Value"] for t in iam.list_policy_tags(PolicyArn=policy["Arn"])["Tags"]}
            found["policy/" + policy["Arn"].rpartition("/")[2]] = {"document": text, "tags": tags}
    for page in iam.get_paginator("list_roles").paginate(PaginationConfig={"PageSize": 3}):
        for role in page["Roles"]:  # what the authorization details leave out
            found["role/" + role["RoleName"]] |= {"description": role.get("Description"), "session": role["MaxSessionDuration"]}
    return found


def drift(iam, held):
    """Changes everything there is by hand, and returns the addresses that a plan has to name."""
    addresses = set()
    for entity in held:
        kind, name = entity.split("/")
        if kind == "policy":
            arn = f"arn:aws:iam::{ACCOUNT}:policy/{name}"
            iam.create_policy_version(PolicyArn=arn, PolicyDocument=document("*"), SetAsDefault=True)
            addresses.add(f"iam_policy/{name}")
            continue
        who = {f"{kind.title()}Name": name}
        getattr(iam, f"attach_{kind}_policy")(PolicyArn=ADMINISTRATOR, **who)
        getattr(iam, f"put_{kind}_policy")(PolicyName="back-door", PolicyDocument=document("*"), **who)
        addresses |= {f"iam_policy_attachment/{kind}/{name}/aws:AdministratorAccess", f"iam_inline_policy/{kind}/{name}/back-door"}
        if kind == "role":
            iam.update_assume_role_policy(RoleName=name, PolicyDocument=trust({"AWS": "*"}))
            iam.update_role(RoleName=name, Description="changed by hand", MaxSessionDuration=43200)
            addresses.add(f"iam_role/{name}")
        if kind == "user":
            iam.create_group(GroupName="Intruders")
            iam.add_user_to_group(GroupName="Intruders", UserName=name)
            addresses.add(f"iam_membership/{name}/Intruders")
    return addresses


class Loop:
    """The story. Its subclasses say where it takes place."""

    def loop(self, name, url):
        iam = client("iam", url)
        empty = contents(iam)
        with tempfile.TemporaryDirectory() as folder:

            def baseline(*words, **more):
                return run(*words, url=url, cwd=folder, **more)

            files = ("-f", f"baseline:{name}", "--account", "current")
            self.assertTrue(plan(*files, url=url, cwd=folder))
            baseline("apply", "--auto-approve", *files)
            baseline("plan", "--detailed-exitcode", *files)
            declared = contents(iam)
            self.assertNotEqual(declared, empty)

            addresses = drift(iam, declared)
            drifted = contents(iam)
            self.assertEqual(set(plan(*files, url=url, cwd=folder)), addresses)
            baseline("plan", "--detailed-exitcode", *files, exits=2)
            self.assertEqual(contents(iam), drifted, "a plan changed something")

            baseline("apply", "--auto-approve", *files)
            baseline("plan", "--detailed-exitcode", *files)
            intruders = {"group/Intruders"} & set(drifted)  # undeclared, and so left alone, but for its member
            self.assertEqual({k: v for k, v in contents(iam).items() if k not in intruders}, declared)

            baseline("rollback", "--auto-approve")
            self.assertEqual(contents(iam), drifted)
            self.assertEqual(set(plan(*files, url=url, cwd=folder)), addresses)

            # A rollback is a run, and is rolled back by name; the last run is the first in the list.
            runs = sorted(path.name for path in Path(folder, ".baseline/runs").iterdir() if path.is_dir())
            baseline("rollback", runs[-1], "--auto-approve")
            baseline("plan", "--detailed-exitcode", *files)

            baseline("rollback", runs[0], "--auto-approve")
            self.assertEqual({k: v for k, v in contents(iam).items() if k not in intruders}, empty)


class SandboxLoop(Loop, unittest.TestCase):
    def test_every_built_in_baseline(self):
        for name in BUILT_IN:
            with self.subTest(name), tempfile.TemporaryDirectory() as folder, sandbox(Path(folder, "account.db")) as url:
                self.loop(name, url)


class MotoLoop(Loop, unittest.TestCase):
    def test_every_built_in_baseline(self):
        with moto_server.served() as url:
            for name in BUILT_IN:
                with self.subTest(name):
                    urllib.request.urlopen(urllib.request.Request(url + "/moto-api/reset", method="POST")).close()
                    self.loop(name, url)


class BuiltIn(unittest.TestCase):
    def test_all_of_them_are_here(self):
        listed = run("baselines", "list")
        self.assertEqual(sorted(line.split()[0] for line in listed.splitlines()), sorted(BUILT_IN))


if __name__ == "__main__":
    unittest.main()
