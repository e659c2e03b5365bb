"""Policies of the sandbox through boto3: managed with their versions, attached, inline."""

import json
import unittest
from urllib.parse import unquote

from botocore.handlers import json_decode_policies

from command import ACCOUNT, ADMINISTRATOR, SandboxTest, client, document, trust


class ManagedPolicies(SandboxTest):
    def test_life(self):
        text = document(resource="arn:aws:s3:::a+b/100%25 of/*")
        made = self.iam.create_policy(
            PolicyName="Look", Path="/db/", PolicyDocument=text, Description="reads", Tags=[{"Key": "team", "Value": "data"}]
        )["Policy"]
        arn = f"arn:aws:iam::{ACCOUNT}:policy/db/Look"
        self.assertEqual((made["Arn"], made["PolicyId"][:4], made["DefaultVersionId"]), (arn, "ANPA", "v1"))
        self.assertNotIn("Description", made, "the answer of the creation leaves it out")
        got = self.iam.get_policy(PolicyArn=arn)["Policy"]
        self.assertEqual((got["Description"], got["Tags"]), ("reads", [{"Key": "team", "Value": "data"}]))
        self.assertEqual((got["AttachmentCount"], got["PermissionsBoundaryUsageCount"], got["IsAttachable"]), (0, 0, True))
        version = self.iam.get_policy_version(PolicyArn=arn, VersionId="v1")["PolicyVersion"]
        self.assertEqual(version["Document"], json.loads(text))
        self.refuses("EntityAlreadyExists", 409, self.iam.create_policy, PolicyName="look", PolicyDocument=text, says="A policy called")
        [listed] = self.every("list_policies", "Policies", Scope="Local")
        self.assertFalse({"Description", "Tags"} & set(listed), "a list leaves them out")

        self.iam.tag_policy(PolicyArn=arn, Tags=[{"Key": "Team", "Value": "x"}])
        tags = {t["Key"]: t["Value"] for t in self.every("list_policy_tags", "Tags", size=1, PolicyArn=arn)}
        self.assertEqual(tags, {"team": "data", "Team": "x"}, "the keys of policies' tags differ in case")
        self.iam.untag_policy(PolicyArn=arn, TagKeys=["team"])
        self.iam.delete_policy(PolicyArn=arn)
        self.refuses("NoSuchEntity", 404, self.iam.get_policy, PolicyArn=arn)
        self.refuses("NoSuchEntity", 404, self.iam.delete_policy, PolicyArn=arn)

    def test_versions(self):
        arn = self.iam.create_policy(PolicyName="Look", PolicyDocument=document())["Policy"]["Arn"]
        for i in range(2, 6):
            made = self.iam.create_policy_version(PolicyArn=arn, PolicyDocument=document(), SetAsDefault=i == 3)["PolicyVersion"]
            self.assertEqual((made["VersionId"], made["IsDefaultVersion"]), (f"v{i}", i == 3))
        self.refuses(
            "LimitExceeded", 409, self.iam.create_policy_version, PolicyArn=arn, PolicyDocument=document(), says="up to 5 versions"
        )
        self.assertEqual([v["VersionId"] for v in self.every("list_policy_versions", "Versions", PolicyArn=arn)], ["v5", "v4", "v3", "v2", "v1"])
        self.refuses("DeleteConflict", 409, self.iam.delete_policy, PolicyArn=arn, says="more than one version")
        self.refuses("DeleteConflict", 409, self.iam.delete_policy_version, PolicyArn=arn, VersionId="v3", says="default version")
        self.iam.set_default_policy_version(PolicyArn=arn, VersionId="v1")
        self.iam.delete_policy_version(PolicyArn=arn, VersionId="v5")
        self.refuses("NoSuchEntity", 404, self.iam.delete_policy_version, PolicyArn=arn, VersionId="v5")
        self.refuses("NoSuchEntity", 404, self.iam.set_default_policy_version, PolicyArn=arn, VersionId="v5")
        again = self.iam.create_policy_version(PolicyArn=arn, PolicyDocument=document())["PolicyVersion"]["VersionId"]
        self.assertEqual(again, "v6", "numbers only grow")

    def test_documents(self):
        statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
        for name, text in {
            "no JSON": "{",
            "no version to speak of": json.dumps({"Version": "2020-01-01", "Statement": [statement]}),
            "a principal": document(Principal="*"),
            "no action": json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Resource": "*"}]}),
            "no resource": json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*"}]}),
            "an action of nobody's": document("GetObject"),
            "a Sid twice": json.dumps({"Version": "2012-10-17", "Statement": [statement | {"Sid": "A"}] * 2}),
            "a third effect": document(effect="Maybe"),
        }.items():
            with self.subTest(name):
                self.refuses("MalformedPolicyDocument", 400, self.iam.create_policy, PolicyName="Bad", PolicyDocument=text)
        large = document([f"s3:Get{'x' * 100}{i}" for i in range(70)])
        self.refuses("LimitExceeded", 409, self.iam.create_policy, PolicyName="Large", PolicyDocument=large)
        self.assertEqual(self.every("list_policies", "Policies", Scope="Local"), [])

    def test_policies_of_aws(self):
        got = self.iam.get_policy(PolicyArn=ADMINISTRATOR)["Policy"]
        self.assertEqual(got["PolicyName"], "AdministratorAccess")
        version = self.iam.get_policy_version(PolicyArn=ADMINISTRATOR, VersionId=got["DefaultVersionId"])
        self.assertEqual(version["PolicyVersion"]["Document"]["Statement"], [{"Effect": "Allow", "Action": "*", "Resource": "*"}])
        names = [p["PolicyName"] for p in self.every("list_policies", "Policies", size=500, Scope="AWS")]
        self.assertGreater(len(names), 1000)
        self.assertEqual(len(names), len(set(names)))
        self.refuses("AccessDenied", 403, self.iam.delete_policy, PolicyArn=ADMINISTRATOR, says="outside your own account")
        self.refuses("AccessDenied", 403, self.iam.create_policy_version, PolicyArn=ADMINISTRATOR, PolicyDocument=document())
        self.refuses("InvalidInput", 400, self.iam.tag_policy, PolicyArn=ADMINISTRATOR, Tags=[{"Key": "a", "Value": "b"}])


class Attachments(SandboxTest):
    def setUp(self):
        super().setUp()
        self.iam.create_user(UserName="x")
        self.iam.create_group(GroupName="x")
        self.iam.create_role(RoleName="x", AssumeRolePolicyDocument=trust({"Service": "ec2.amazonaws.com"}))
        self.arns = [self.iam.create_policy(PolicyName=f"P{i}", PolicyDocument=document())["Policy"]["Arn"] for i in range(11)]

    def test_life(self):
        arn = self.arns[0]
        for kind in ("user", "group", "role"):
            who = {kind.title() + "Name": "x"}
            attach, detach = getattr(self.iam, f"attach_{kind}_policy"), getattr(self.iam, f"detach_{kind}_policy")
            for a in self.arns[:5] + [arn]:  # twice is no error
                attach(PolicyArn=a, **who)
            listed = self.every(f"list_attached_{kind}_policies", "AttachedPolicies", **who)
            self.assertEqual(sorted(p["PolicyArn"] for p in listed), self.arns[:5])
            detach(PolicyArn=self.arns[4], **who)
            self.refuses("NoSuchEntity", 404, detach, PolicyArn=self.arns[4], **who)
            self.refuses("NoSuchEntity", 404, attach, PolicyArn=arn + "None", **who, says="does not exist or is not attachable")
            self.refuses("NoSuchEntity", 404, attach, PolicyArn=arn, **{kind.title() + "Name": "nobody"})
            for a in self.arns[4:10]:
                attach(PolicyArn=a, **who)
            self.refuses("LimitExceeded", 409, attach, PolicyArn=self.arns[10], says=f"PoliciesPer{kind.title()}: 10", **who)
        self.assertEqual(self.iam.get_policy(PolicyArn=arn)["Policy"]["AttachmentCount"], 3)
        pages = self.iam.get_paginator("list_entities_for_policy").paginate(PolicyArn=arn, PaginationConfig={"PageSize": 1})
        entities = pages.build_full_result()
        self.assertEqual([len(entities[k]) for k in ("PolicyUsers", "PolicyGroups", "PolicyRoles")], [1, 1, 1])
        self.refuses("DeleteConflict", 409, self.iam.delete_policy, PolicyArn=arn, says="attached to entities")
        attached = self.every("list_policies", "Policies", OnlyAttached=True)
        self.assertEqual(sorted(p["Arn"] for p in attached), sorted(self.arns[:10]))

    def test_reserved(self):
        reserved = "arn:aws:iam::aws:policy/aws-service-role/AmazonGuardDutyServiceRolePolicy"
        self.refuses("PolicyNotAttachable", 400, self.iam.attach_user_policy, UserName="x", PolicyArn=reserved)


class InlinePolicies(SandboxTest):
    def test_life(self):
        self.iam.create_user(UserName="x")
        self.iam.create_group(GroupName="x")
        self.iam.create_role(RoleName="x", AssumeRolePolicyDocument=trust({"Service": "ec2.amazonaws.com"}))
        for kind in ("user", "group", "role"):
            who = {kind.title() + "Name": "x"}
            put, get = getattr(self.iam, f"put_{kind}_policy"), getattr(self.iam, f"get_{kind}_policy")
            delete = getattr(self.iam, f"delete_{kind}_policy")
            for i in range(5):
                put(PolicyName=f"Own{i}", PolicyDocument=document(resource=f"arn:aws:s3:::{i}+%20/*"), **who)
            self.assertEqual(self.every(f"list_{kind}_policies", "PolicyNames", **who), [f"Own{i}" for i in range(5)])
            put(PolicyName="OWN1", PolicyDocument=document("s3:PutObject"), **who)
            self.assertEqual(len(self.every(f"list_{kind}_policies", "PolicyNames", **who)), 5, "a name in another spelling is the same")
            got = get(PolicyName="own1", **who)
            self.assertEqual(got["PolicyDocument"], json.loads(document("s3:PutObject")))
            self.assertEqual(get(PolicyName="Own3", **who)["PolicyDocument"]["Statement"][0]["Resource"], "arn:aws:s3:::3+%20/*")
            delete(PolicyName="Own1", **who)
            self.refuses("NoSuchEntity", 404, delete, PolicyName="Own1", **who)
            self.refuses("NoSuchEntity", 404, get, PolicyName="Own1", **who)
            self.refuses("MalformedPolicyDocument", 400, put, PolicyName="Bad", PolicyDocument="[]", **who)
            large = document([f"s3:Get{'x' * 100}{i}" for i in range(95)])
            self.refuses("LimitExceeded", 409, put, PolicyName="Large", PolicyDocument=large, **who)

    def test_verbatim(self):
        """What boto3 unpacks without a word: the text as it was put, in the encoding of RFC 3986."""
        raw = client("iam", self.url)
        raw.meta.events.unregister("after-call.iam", json_decode_policies)
        text = '{ "Version":"2012-10-17",\n\t"Statement": [ {"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::a+b/%2f"} ] }'
        self.iam.create_user(UserName="x")
        self.iam.put_user_policy(UserName="x", PolicyName="p", PolicyDocument=text)
        encoded = raw.get_user_policy(UserName="x", PolicyName="p")["PolicyDocument"]
        self.assertEqual(unquote(encoded), text)
        self.assertNotIn("+", encoded)


if __name__ == "__main__":
    unittest.main()
