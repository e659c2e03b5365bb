"""The account as a whole, through boto3: settings, who calls, roles taken on, authorization details, tags."""

import unittest
from datetime import datetime, timedelta, timezone

from command import ACCOUNT, ADMINISTRATOR, SandboxTest, client, document, sandbox, trust

PARTNER = "444455556666"


class Settings(SandboxTest):
    def test_password_policy(self):
        self.refuses("NoSuchEntity", 404, self.iam.get_account_password_policy, says="The Password Policy with domain name")
        self.refuses("NoSuchEntity", 404, self.iam.delete_account_password_policy)
        self.iam.update_account_password_policy(
            MinimumPasswordLength=14, RequireSymbols=True, RequireNumbers=True, MaxPasswordAge=90, PasswordReusePrevention=24, HardExpiry=True
        )
        policy = self.iam.get_account_password_policy()["PasswordPolicy"]
        self.assertEqual(
            {k: policy[k] for k in ("MinimumPasswordLength", "RequireSymbols", "RequireLowercaseCharacters", "ExpirePasswords", "MaxPasswordAge")},
            {"MinimumPasswordLength": 14, "RequireSymbols": True, "RequireLowercaseCharacters": False, "ExpirePasswords": True, "MaxPasswordAge": 90},
        )
        self.iam.update_account_password_policy(RequireNumbers=True)
        policy = self.iam.get_account_password_policy()["PasswordPolicy"]
        self.assertEqual(
            (policy["MinimumPasswordLength"], policy["RequireSymbols"], policy["RequireNumbers"], policy["ExpirePasswords"]),
            (6, False, True, False), "what is left out goes back to its default",
        )
        self.assertFalse({"MaxPasswordAge", "PasswordReusePrevention"} & set(policy))
        for bad in ({"MinimumPasswordLength": 129}, {"MaxPasswordAge": 1096}, {"PasswordReusePrevention": 25}):
            self.refuses("ValidationError", 400, self.iam.update_account_password_policy, **bad)
        self.iam.delete_account_password_policy()
        self.refuses("NoSuchEntity", 404, self.iam.get_account_password_policy)

    def test_alias(self):
        self.assertEqual(self.every("list_account_aliases", "AccountAliases"), [])
        self.iam.create_account_alias(AccountAlias="acme-prod")
        self.refuses("EntityAlreadyExists", 409, self.iam.create_account_alias, AccountAlias="acme-prod")
        self.iam.create_account_alias(AccountAlias="acme-production")
        self.assertEqual(self.every("list_account_aliases", "AccountAliases"), ["acme-production"], "the second takes the first's place")
        self.refuses("NoSuchEntity", 404, self.iam.delete_account_alias, AccountAlias="acme-prod")
        for bad in ("Acme", "-acme", "a--b", "123456789012"):
            self.refuses("ValidationError", 400, self.iam.create_account_alias, AccountAlias=bad)
        self.iam.delete_account_alias(AccountAlias="acme-production")
        self.assertEqual(self.every("list_account_aliases", "AccountAliases"), [])

    def test_summary(self):
        self.iam.create_user(UserName="bob")
        summary = self.iam.get_account_summary()["SummaryMap"]
        self.assertEqual((summary["Users"], summary["UsersQuota"], summary["VersionsPerPolicyQuota"]), (1, 5000, 5))


class Callers(SandboxTest):
    def sts(self, key):
        return client("sts", self.url, key["AccessKeyId"], key["SecretAccessKey"], key.get("SessionToken"))

    def test_identity(self):
        self.assertEqual(client("sts", self.url).get_caller_identity()["Account"], ACCOUNT)
        user = self.iam.create_user(UserName="bob", Path="/p/")["User"]
        key = self.iam.create_access_key(UserName="bob")["AccessKey"]
        who = self.sts(key).get_caller_identity()
        self.assertEqual((who["Arn"], who["UserId"], who["Account"]), (user["Arn"], user["UserId"], ACCOUNT))
        mine = client("iam", self.url, key["AccessKeyId"], key["SecretAccessKey"])
        self.assertEqual(mine.get_user()["User"]["UserName"], "bob", "without a name it is the caller's")
        self.iam.update_access_key(UserName="bob", AccessKeyId=key["AccessKeyId"], Status="Inactive")
        with self.refused("InvalidClientTokenId", 403):
            self.sts(key).get_caller_identity()
        with self.refused("ValidationError", 400, "Must specify userName"):
            self.iam.get_user()

    def test_assumed_roles(self):
        own = trust({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, Condition={"StringEquals": {"sts:ExternalId": "my-data-sharing-id"}})
        role = self.iam.create_role(RoleName="Share", Path="/p/", AssumeRolePolicyDocument=own)["Role"]
        sts = client("sts", self.url)
        take = {"RoleArn": role["Arn"], "RoleSessionName": "ci-1"}
        with self.refused("AccessDenied", 403, "not authorized to perform: sts:AssumeRole"):
            sts.assume_role(**take)
        with self.refused("AccessDenied", 403):
            sts.assume_role(ExternalId="another-id", **take)
        taken = sts.assume_role(ExternalId="my-data-sharing-id", DurationSeconds=900, **take)
        self.assertEqual(taken["AssumedRoleUser"]["Arn"], f"arn:aws:sts::{ACCOUNT}:assumed-role/Share/ci-1")
        self.assertEqual(taken["AssumedRoleUser"]["AssumedRoleId"], role["RoleId"] + ":ci-1")
        self.assertRegex(taken["Credentials"]["AccessKeyId"], "^ASIA")
        left = taken["Credentials"]["Expiration"] - datetime.now(timezone.utc)
        self.assertLess(abs(left - timedelta(seconds=900)), timedelta(seconds=120))
        who = self.sts(taken["Credentials"]).get_caller_identity()
        self.assertEqual(who["Arn"], taken["AssumedRoleUser"]["Arn"])
        with self.refused("ValidationError", 400):
            sts.assume_role(ExternalId="my-data-sharing-id", DurationSeconds=7200, **take)
        self.iam.update_assume_role_policy(RoleName="Share", PolicyDocument=trust({"AWS": f"arn:aws:iam::{PARTNER}:root"}))
        with self.refused("AccessDenied", 403):
            sts.assume_role(ExternalId="my-data-sharing-id", **take)


class Overview(SandboxTest):
    def setUp(self):
        super().setUp()
        self.fence = self.iam.create_policy(PolicyName="Fence", PolicyDocument=document(), Tags=[{"Key": "baseline:name", "Value": "acme"}])["Policy"]
        self.iam.create_policy_version(PolicyArn=self.fence["Arn"], PolicyDocument=document("s3:PutObject"), SetAsDefault=True)
        self.iam.create_policy(PolicyName="Plain", PolicyDocument=document())
        self.iam.create_group(GroupName="Team")
        self.iam.put_group_policy(GroupName="Team", PolicyName="own", PolicyDocument=document())
        for name in ("ann", "bob", "cid"):
            self.iam.create_user(UserName=name, PermissionsBoundary=self.fence["Arn"], Tags=[{"Key": "n", "Value": name}])
            self.iam.add_user_to_group(GroupName="Team", UserName=name)
        for name in ("One", "Two"):
            self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust({"AWS": f"arn:aws:iam::{ACCOUNT}:user/bob"}), Description="d")
            self.iam.attach_role_policy(RoleName=name, PolicyArn=ADMINISTRATOR)

    def details(self, size, **parameters):
        pages = self.iam.get_paginator("get_account_authorization_details").paginate(PaginationConfig={"PageSize": size}, **parameters)
        found = {"UserDetailList": [], "RoleDetailList": [], "GroupDetailList": [], "Policies": []}
        for page in pages:
            count = 0
            for section, items in found.items():
                items.extend(page[section])
                count += len(page[section])
            self.assertLessEqual(count, size, "all sections share one page")
        return found

    def test_authorization_details(self):
        found = self.details(2, Filter=["User", "Role", "Group", "LocalManagedPolicy"])
        self.assertEqual(found, self.details(1000, Filter=["LocalManagedPolicy", "Group", "Role", "User"]))
        self.assertEqual([u["UserName"] for u in found["UserDetailList"]], ["ann", "bob", "cid"])
        ann = found["UserDetailList"][0]
        self.assertEqual((ann["GroupList"], ann["Tags"]), (["Team"], [{"Key": "n", "Value": "ann"}]))
        self.assertEqual(ann["PermissionsBoundary"]["PermissionsBoundaryArn"], self.fence["Arn"])
        self.assertEqual(found["GroupDetailList"][0]["GroupPolicyList"][0]["PolicyDocument"]["Version"], "2012-10-17")
        role = found["RoleDetailList"][0]
        self.assertEqual(role["AttachedManagedPolicies"], [{"PolicyName": "AdministratorAccess", "PolicyArn": ADMINISTRATOR}])
        self.assertEqual(role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"], {"AWS": f"arn:aws:iam::{ACCOUNT}:user/bob"})
        self.assertFalse({"Description", "MaxSessionDuration"} & set(role), "the details of roles leave them out")
        fence = next(p for p in found["Policies"] if p["PolicyName"] == "Fence")
        self.assertEqual([v["VersionId"] for v in fence["PolicyVersionList"]], ["v2", "v1"], "all versions, the newest first")
        self.assertEqual(fence["PolicyVersionList"][0]["Document"]["Statement"][0]["Action"], "s3:PutObject")
        self.assertEqual((fence["AttachmentCount"], fence["PermissionsBoundaryUsageCount"], fence["DefaultVersionId"]), (0, 3, "v2"))
        self.assertNotIn("Tags", fence)
        everything = self.details(3)
        self.assertIn("AdministratorAccess", [p["PolicyName"] for p in everything["Policies"]], "AWS's own that are in use")

    def test_markers(self):
        first = self.iam.get_account_authorization_details(Filter=["User"], MaxItems=1)
        self.assertTrue(first["IsTruncated"])
        with self.refused("ValidationError", 400):
            self.iam.get_account_authorization_details(Filter=["Role"], MaxItems=1, Marker=first["Marker"])
        with self.refused("ValidationError", 400):
            self.iam.get_account_authorization_details(Filter=["user"])
        rest = self.iam.get_account_authorization_details(Filter=["User"], MaxItems=1000, Marker=first["Marker"])
        self.assertEqual([u["UserName"] for u in rest["UserDetailList"]], ["bob", "cid"])

    def test_tagging(self):
        tagging = client("resourcegroupstaggingapi", self.url)
        for i in range(5):
            self.iam.create_policy(PolicyName=f"Tagged{i}", PolicyDocument=document(), Tags=[{"Key": "n", "Value": str(i)}])
        pages = tagging.get_paginator("get_resources").paginate(ResourceTypeFilters=["iam:policy"], PaginationConfig={"PageSize": 2})
        found = {}
        for page in pages:
            self.assertLessEqual(len(page["ResourceTagMappingList"]), 2)
            for r in page["ResourceTagMappingList"]:
                found[r["ResourceARN"].rpartition("/")[2]] = {t["Key"]: t["Value"] for t in r["Tags"]}
        self.assertEqual(found, {"Fence": {"baseline:name": "acme"}} | {f"Tagged{i}": {"n": str(i)} for i in range(5)})
        marked = tagging.get_resources(TagFilters=[{"Key": "baseline:name", "Values": ["acme"]}])["ResourceTagMappingList"]
        self.assertEqual([r["ResourceARN"] for r in marked], [self.fence["Arn"]])

    def test_several_servers_share_a_file(self):
        before = self.details(1000)
        with sandbox(self.folder / "account.db") as url:
            self.assertEqual(client("iam", url).get_account_authorization_details()["UserDetailList"], before["UserDetailList"])
            client("iam", url).create_user(UserName="dan")
        self.assertEqual(self.iam.get_user(UserName="dan")["User"]["UserName"], "dan")
        with sandbox(self.folder / "account.db") as url:
            self.assertEqual(client("iam", url).get_user(UserName="dan")["User"]["UserName"], "dan")


if __name__ == "__main__":
    unittest.main()
