"""The real command and a foreign client on one account: what boto3 does by hand is found, removed and brought back.

The same story is told of the sandbox over HTTP and of moto, once for every built-in baseline.
"""

import json
import tempfile
import textwrap
import unittest
import urllib.request
from datetime import datetime, timedelta, timezone
from pathlib import Path

import moto_server
from command import ACCOUNT, ADMINISTRATOR, client, document, plan, run, sandbox, seed, trust

BUILT_IN = (
    "analytics-pipeline", "audit-trail", "cis-level-1", "cis-level-2", "database-ledger", "least-privilege-starter", "partner-data-share", "rds-read-only",
)


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
            found["policy/" + policy["Arn"].rpartition("/")[2]] = {"path": policy["Path"], "document": text, "tags": tags}
    for page in iam.get_paginator("list_roles").paginate(PaginationConfig={"PageSize": 3}):
        for role in page["Roles"]:  # what the authorization details leave out
            found["role/" + role["RoleName"]] |= {"description": role.get("Description"), "session": role["MaxSessionDuration"]}
    return found


def drift(iam, held):
    """Changes everything there is by hand, and returns the addresses that a plan has to name."""
    addresses = set()
    for entity, had in held.items():
        kind, name = entity.split("/")
        if kind == "policy":
            arn = f"arn:aws:iam::{ACCOUNT}:policy{had['path']}{name}"
            iam.create_policy_version(PolicyArn=arn, PolicyDocument=document("*"), SetAsDefault=True)
            addresses.add(f"iam_policy/{name}")
            continue
        who = {f"{kind.title()}Name": name}
        if ADMINISTRATOR not in had["attached"]:
            getattr(iam, f"attach_{kind}_policy")(PolicyArn=ADMINISTRATOR, **who)
            addresses.add(f"iam_policy_attachment/{kind}/{name}/aws:AdministratorAccess")
        getattr(iam, f"put_{kind}_policy")(PolicyName="back-door", PolicyDocument=document("*"), **who)
        addresses.add(f"iam_inline_policy/{kind}/{name}/back-door")
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

            def rollback(*words):
                baseline("rollback", "--auto-approve", "--allow-weaker-audit", *words)

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

            rollback()
            self.assertEqual(contents(iam), drifted)
            self.assertEqual(set(plan(*files, url=url, cwd=folder)), addresses)

            # A rollback is a run, and is rolled back by name; the last run is the first in the list.
            runs = sorted(path.parent.name for path in Path(folder, ".baseline/runs").glob("*/plan.json"))
            rollback(runs[-1])
            baseline("plan", "--detailed-exitcode", *files)

            rollback(runs[0])
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


class Requirements:
    """Requirements act on credentials that a foreign client made. Subclasses make the account: three users, each with a key
    used a day ago, and these besides:

        late   a key of a hundred days
        pair   two keys of eighty days, one of them never used
        human  a console password
    """

    FILE = """
        version: 1
        name: rules
        require:
          mfa: {enforce: deny-without-mfa}
          access_keys: {max_age: 90d, max_active: 1, ladder: {deactivate: 90d}}
          permissions: {admin: forbidden}
    """

    def acts(self, url):
        iam = client("iam", url)
        users = ("human", "late", "pair")

        def credentials():
            keys = [k for user in users for k in iam.list_access_keys(UserName=user)["AccessKeyMetadata"]]
            return {k["AccessKeyId"]: (k["UserName"], k["Status"]) for k in keys}

        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "baseline.yaml").write_text(textwrap.dedent(self.FILE))
            account = ("--account", "current")

            def baseline(*words, **more):
                return run(*words, *account, url=url, cwd=folder, **more)

            before, held = contents(iam), credentials()
            rows = json.loads(baseline("check", "-o", "json", exits=3))["controls"]
            broken = {v["subject"].split("/")[1] for row in rows if row["result"] == "fail" for v in row["violations"]}
            self.assertEqual((broken, contents(iam), credentials()), (set(users), before, held))

            planned = plan(*account, url=url, cwd=folder)
            keys = {address.split("/")[2] for address in planned if address.startswith("iam_access_key/")}
            self.assertEqual(sorted(held[key][0] for key in keys), ["late", "pair"])
            others = {address for address in planned if not address.startswith("iam_access_key/")}
            own = "baseline-require-mfa"
            self.assertEqual(
                others,
                {f"iam_group/{own}", f"iam_policy/{own}", f"iam_policy_attachment/group/{own}/{own}", f"iam_membership/human/{own}"},
            )
            self.assertLessEqual(self.unused(iam, "pair"), keys, "the key in use stays")

            baseline("apply", "--auto-approve")
            baseline("plan", "--detailed-exitcode")
            after = {key: (user, "Inactive" if key in keys else status) for key, (user, status) in held.items()}
            self.assertEqual(credentials(), after)
            self.assertEqual([g["GroupName"] for g in iam.list_groups_for_user(UserName="human")["Groups"]], [own])

            run("rollback", "--auto-approve", url=url, cwd=folder)
            self.assertEqual((contents(iam), credentials()), (before, held))
            self.assertEqual(set(plan(*account, url=url, cwd=folder)), set(planned))

    def unused(self, iam, user):
        keys = {k["AccessKeyId"] for k in iam.list_access_keys(UserName=user)["AccessKeyMetadata"]}
        return {k for k in keys if "LastUsedDate" not in iam.get_access_key_last_used(AccessKeyId=k)["AccessKeyLastUsed"]}


class SandboxRequirements(Requirements, unittest.TestCase):
    def test_on_a_seeded_account(self):
        now = datetime.now(timezone.utc)

        def ago(days):
            return (now - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%S+00:00")

        def key(place, age, used):
            place, use = f"access_key_{place}", {}
            if used:
                use = {f"{place}_last_used_date": ago(1), f"{place}_last_used_region": "us-east-1", f"{place}_last_used_service": "s3"}
            return {f"{place}_active": "true", f"{place}_last_rotated": ago(age)} | use

        with tempfile.TemporaryDirectory() as folder:
            seeds = seed(
                Path(folder),
                {"user": "human", "password_enabled": "true", "password_last_changed": ago(200), "password_last_used": ago(1)} | key(1, 20, True),
                {"user": "late"} | key(1, 100, True),
                {"user": "pair"} | key(1, 80, True) | key(2, 80, False),
            )
            with sandbox(Path(folder, "account.db"), *seeds) as url:
                self.acts(url)


class MotoRequirements(Requirements, unittest.TestCase):
    def test_on_an_account_that_was_aged(self):
        """moto's report names no root, and says that it is of 2015; nothing is judged by its date."""
        with moto_server.served() as url:
            urllib.request.urlopen(urllib.request.Request(url + "/moto-api/reset", method="POST")).close()
            iam = client("iam", url)
            for user, ages in {"human": [20], "late": [100], "pair": [80, 80]}.items():
                iam.create_user(UserName=user)
                for place, age in enumerate(ages):
                    iam.create_access_key(UserName=user)
                    moto_server.age_key(user, place, age, used=place == 0)
            iam.create_login_profile(UserName="human", Password="Correct-Horse-1")
            self.acts(url)


class BuiltIn(unittest.TestCase):
    def test_all_of_them_are_here(self):
        listed = run("baselines", "list")
        self.assertEqual(sorted(line.split()[0] for line in listed.splitlines()), sorted(BUILT_IN))


if __name__ == "__main__":
    unittest.main()
