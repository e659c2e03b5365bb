"""Users, groups and roles of the sandbox through boto3: what they are, hold and refuse."""

import unittest

from command import ACCOUNT, ADMINISTRATOR, SandboxTest, document, trust

ARN = f"arn:aws:iam::{ACCOUNT}:"


class Users(SandboxTest):
    def test_life(self):
        made = self.iam.create_user(UserName="Alice", Path="/people/", Tags=[{"Key": "team", "Value": "data"}])["User"]
        self.assertEqual(made["Arn"], ARN + "user/people/Alice")
        self.assertRegex(made["UserId"], "^AIDA[A-Z0-9]{17}$")
        self.assertIsNotNone(made["CreateDate"].tzinfo)
        self.refuses("EntityAlreadyExists", 409, self.iam.create_user, UserName="ALICE", says="User with name")
        self.modelled("EntityAlreadyExistsException", self.iam.create_user, UserName="Alice")

        self.assertEqual(self.iam.get_user(UserName="alice")["User"]["UserName"], "Alice", "names are found in any spelling")
        self.iam.update_user(UserName="Alice", NewUserName="Alicia", NewPath="/")
        moved = self.iam.get_user(UserName="Alicia")["User"]
        self.assertEqual((moved["Arn"], moved["UserId"]), (ARN + "user/Alicia", made["UserId"]))
        self.assertEqual(moved["Tags"], [{"Key": "team", "Value": "data"}])
        self.refuses("NoSuchEntity", 404, self.iam.get_user, UserName="Alice", says="The user with name Alice cannot be found.")

        self.iam.delete_user(UserName="Alicia")
        self.refuses("NoSuchEntity", 404, self.iam.delete_user, UserName="Alicia")
        again = self.iam.create_user(UserName="Alicia")["User"]
        self.assertNotEqual(again["UserId"], made["UserId"], "ids are never used twice")

    def test_lists(self):
        for i in range(7):
            self.iam.create_user(UserName=f"user{i}", Path="/odd/" if i % 2 else "/", Tags=[{"Key": "n", "Value": str(i)}])
        users = self.every("list_users", "Users")
        self.assertEqual([u["UserName"] for u in users], [f"user{i}" for i in range(7)])
        self.assertFalse(any("Tags" in u or "PermissionsBoundary" in u for u in users), "a list leaves them out")
        odd = self.every("list_users", "Users", PathPrefix="/odd")
        self.assertEqual([u["UserName"] for u in odd], ["user1", "user3", "user5"])
        self.refuses("ValidationError", 400, self.iam.list_users, MaxItems=1001)
        self.refuses("ValidationError", 400, self.iam.list_users, PathPrefix="no slash")

    def test_waiter(self):
        self.iam.create_user(UserName="bob")
        self.iam.get_waiter("user_exists").wait(UserName="bob", WaiterConfig={"MaxAttempts": 1})

    def test_names_and_paths(self):
        for name in ("with space", "größe", "a/b"):
            self.refuses("ValidationError", 400, self.iam.create_user, UserName=name)
        self.refuses("ValidationError", 400, self.iam.create_user, UserName="x" * 65)
        for path in ("people/", "/people", "//"):
            self.refuses("ValidationError", 400, self.iam.create_user, UserName="bob", Path=path)
        self.iam.create_user(UserName="x+=,.@-_", Path="/a!b~/")
        self.assertEqual(self.iam.get_user(UserName="x+=,.@-_")["User"]["Path"], "/a!b~/")

    def test_delete_conflicts(self):
        self.iam.create_user(UserName="bob", PermissionsBoundary=ADMINISTRATOR, Tags=[{"Key": "a", "Value": "b"}])
        self.iam.create_group(GroupName="Team")
        key = {}

        def new_key():
            key["UserName"] = "bob"
            key["AccessKeyId"] = self.iam.create_access_key(UserName="bob")["AccessKey"]["AccessKeyId"]

        who = {"UserName": "bob"}
        for make, unmake in (
            (lambda: self.iam.add_user_to_group(GroupName="Team", **who), lambda: self.iam.remove_user_from_group(GroupName="Team", **who)),
            (lambda: self.iam.attach_user_policy(PolicyArn=ADMINISTRATOR, **who), lambda: self.iam.detach_user_policy(PolicyArn=ADMINISTRATOR, **who)),
            (lambda: self.iam.put_user_policy(PolicyName="own", PolicyDocument=document(), **who), lambda: self.iam.delete_user_policy(PolicyName="own", **who)),
            (lambda: self.iam.create_login_profile(Password="Correct-Horse-1", **who), lambda: self.iam.delete_login_profile(**who)),
            (new_key, lambda: self.iam.delete_access_key(**key)),
        ):
            make()
            self.refuses("DeleteConflict", 409, self.iam.delete_user, says="Cannot delete entity, must ", **who)
            unmake()
        self.iam.delete_user(**who)  # a boundary and tags go with it

    def test_tags(self):
        who = {"UserName": "bob"}
        self.iam.create_user(**who)
        self.iam.tag_user(Tags=[{"Key": f"k{i}", "Value": "ö + @"} for i in range(5)], **who)
        self.assertEqual(len(self.every("list_user_tags", "Tags", **who)), 5)
        self.iam.tag_user(Tags=[{"Key": "K0", "Value": "other"}], **who)
        tags = {t["Key"]: t["Value"] for t in self.every("list_user_tags", "Tags", **who)}
        self.assertEqual((tags.get("K0"), "k0" in tags), ("other", False), "a second spelling replaces the first")
        self.iam.untag_user(TagKeys=["k1", "absent"], **who)
        self.iam.untag_user(TagKeys=["k1"], **who)
        self.assertEqual(len(self.every("list_user_tags", "Tags", **who)), 4)
        self.refuses("InvalidInput", 400, self.iam.tag_user, Tags=[{"Key": "aws:x", "Value": ""}], **who)
        self.refuses("InvalidInput", 400, self.iam.tag_user, Tags=[{"Key": k, "Value": ""} for k in ("a", "A")], **who)
        self.refuses("InvalidInput", 400, self.iam.tag_user, Tags=[], **who)
        self.refuses("ValidationError", 400, self.iam.tag_user, Tags=[{"Key": "a&b", "Value": ""}], **who)
        self.refuses("LimitExceeded", 409, self.iam.tag_user, Tags=[{"Key": f"q{i}", "Value": ""} for i in range(47)], **who)
        self.assertEqual(len(self.every("list_user_tags", "Tags", size=50, **who)), 4, "a refused call changes nothing")
        self.iam.untag_user(TagKeys=[], **who)

    def test_boundary(self):
        who = {"UserName": "bob"}
        arn = self.iam.create_policy(PolicyName="Fence", PolicyDocument=document())["Policy"]["Arn"]
        self.iam.create_user(PermissionsBoundary=arn, **who)
        self.assertEqual(
            self.iam.get_user(**who)["User"]["PermissionsBoundary"],
            {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn},
        )
        self.refuses("DeleteConflict", 409, self.iam.delete_policy, PolicyArn=arn, says="attached to entities")
        bounded = self.iam.list_entities_for_policy(PolicyArn=arn, PolicyUsageFilter="PermissionsBoundary")
        self.assertEqual([u["UserName"] for u in bounded["PolicyUsers"]], ["bob"])
        self.iam.put_user_permissions_boundary(PermissionsBoundary=ADMINISTRATOR, **who)
        self.iam.put_user_permissions_boundary(PermissionsBoundary=ADMINISTRATOR, **who)
        self.refuses("NoSuchEntity", 404, self.iam.put_user_permissions_boundary, PermissionsBoundary=ARN + "policy/None", **who)
        self.iam.delete_user_permissions_boundary(**who)
        self.refuses("NoSuchEntity", 404, self.iam.delete_user_permissions_boundary, **who)
        self.assertNotIn("PermissionsBoundary", self.iam.get_user(**who)["User"])
        self.iam.delete_policy(PolicyArn=arn)


class Groups(SandboxTest):
    def test_life(self):
        made = self.iam.create_group(GroupName="Team", Path="/a/")["Group"]
        self.assertEqual((made["Arn"], made["GroupId"][:4]), (ARN + "group/a/Team", "AGPA"))
        self.refuses("EntityAlreadyExists", 409, self.iam.create_group, GroupName="TEAM", Path="/b/")
        self.iam.create_group(GroupName="Other")
        self.refuses("EntityAlreadyExists", 409, self.iam.update_group, GroupName="Team", NewGroupName="Other")
        self.iam.update_group(GroupName="Team", NewGroupName="Crew", NewPath="/")
        self.assertEqual([g["Arn"] for g in self.every("list_groups", "Groups", size=1)], [ARN + "group/Crew", ARN + "group/Other"])
        self.iam.delete_group(GroupName="Crew")
        self.refuses("NoSuchEntity", 404, self.iam.get_group, GroupName="Crew")

    def test_members(self):
        self.iam.create_group(GroupName="Team")
        for i in range(5):
            self.iam.create_user(UserName=f"u{i}")
            for _ in range(2):  # twice is no error
                self.iam.add_user_to_group(GroupName="Team", UserName=f"u{i}")
        self.assertEqual([u["UserName"] for u in self.every("get_group", "Users", GroupName="Team")], [f"u{i}" for i in range(5)])
        self.assertEqual([g["GroupName"] for g in self.every("list_groups_for_user", "Groups", UserName="u3")], ["Team"])
        self.refuses("DeleteConflict", 409, self.iam.delete_group, GroupName="Team")
        for _ in range(2):  # neither is a member who is not there
            self.iam.remove_user_from_group(GroupName="Team", UserName="u3")
        self.assertEqual(self.every("list_groups_for_user", "Groups", UserName="u3"), [])
        self.refuses("NoSuchEntity", 404, self.iam.add_user_to_group, GroupName="Team", UserName="nobody")
        self.refuses("NoSuchEntity", 404, self.iam.remove_user_from_group, GroupName="None", UserName="u1")
        for i in range(10):
            self.iam.create_group(GroupName=f"g{i}")
            self.iam.add_user_to_group(GroupName=f"g{i}", UserName="u3")
        self.refuses(
            "LimitExceeded", 409, self.iam.add_user_to_group, GroupName="Team", UserName="u3", says="Cannot exceed quota for GroupsPerUser: 10"
        )


class Roles(SandboxTest):
    LAMBDA = trust({"Service": "lambda.amazonaws.com"})

    def test_life(self):
        made = self.iam.create_role(
            RoleName="Worker", Path="/jobs/", AssumeRolePolicyDocument=self.LAMBDA, Description="works", MaxSessionDuration=7200,
            PermissionsBoundary=ADMINISTRATOR, Tags=[{"Key": "team", "Value": "data"}],
        )["Role"]
        self.assertEqual((made["Arn"], made["RoleId"][:4]), (ARN + "role/jobs/Worker", "AROA"))
        self.assertEqual(made["AssumeRolePolicyDocument"]["Statement"][0]["Principal"], {"Service": "lambda.amazonaws.com"})
        self.refuses("EntityAlreadyExists", 409, self.iam.create_role, RoleName="worker", AssumeRolePolicyDocument=self.LAMBDA)

        [listed] = self.every("list_roles", "Roles")
        self.assertEqual((listed["Description"], listed["MaxSessionDuration"]), ("works", 7200))
        self.assertFalse({"Tags", "PermissionsBoundary", "RoleLastUsed"} & set(listed), "a list leaves them out")
        got = self.iam.get_role(RoleName="Worker")["Role"]
        self.assertEqual(got["PermissionsBoundary"]["PermissionsBoundaryArn"], ADMINISTRATOR)
        self.assertEqual(got["Tags"], [{"Key": "team", "Value": "data"}])
        self.assertEqual(got["RoleLastUsed"], {})

        self.iam.update_role(RoleName="Worker", MaxSessionDuration=3600)
        self.assertEqual(self.iam.get_role(RoleName="Worker")["Role"]["Description"], "works", "what is left out is kept")
        self.iam.update_role(RoleName="Worker", Description="")
        self.assertFalse(self.iam.get_role(RoleName="Worker")["Role"].get("Description"))
        self.iam.update_role_description(RoleName="Worker", Description="again")
        self.refuses("ValidationError", 400, self.iam.update_role, RoleName="Worker", MaxSessionDuration=43201)

        self.iam.put_role_permissions_boundary(RoleName="Worker", PermissionsBoundary=ADMINISTRATOR)
        self.iam.delete_role_permissions_boundary(RoleName="Worker")
        self.refuses("NoSuchEntity", 404, self.iam.delete_role_permissions_boundary, RoleName="Worker")
        self.iam.tag_role(RoleName="Worker", Tags=[{"Key": "TEAM", "Value": "x"}, {"Key": "b", "Value": ""}])
        self.assertEqual(
            {t["Key"]: t["Value"] for t in self.every("list_role_tags", "Tags", size=1, RoleName="Worker")}, {"TEAM": "x", "b": ""}
        )
        self.iam.untag_role(RoleName="Worker", TagKeys=["b", "b2"])
        self.iam.delete_role(RoleName="Worker")
        self.refuses("NoSuchEntity", 404, self.iam.delete_role, RoleName="Worker", says="The role with name Worker cannot be found.")

    def test_delete_conflicts(self):
        self.iam.create_role(RoleName="Worker", AssumeRolePolicyDocument=self.LAMBDA)
        self.iam.attach_role_policy(RoleName="Worker", PolicyArn=ADMINISTRATOR)
        self.refuses("DeleteConflict", 409, self.iam.delete_role, RoleName="Worker", says="must detach all policies first")
        self.iam.detach_role_policy(RoleName="Worker", PolicyArn=ADMINISTRATOR)
        self.iam.put_role_policy(RoleName="Worker", PolicyName="own", PolicyDocument=document())
        self.refuses("DeleteConflict", 409, self.iam.delete_role, RoleName="Worker", says="must delete policies first")

    def test_dead_principals(self):
        self.iam.create_user(UserName="bob")
        who = trust({"AWS": ARN + "user/bob"})
        self.iam.create_role(RoleName="ForBob", AssumeRolePolicyDocument=who)
        self.assertEqual(self.principal("ForBob"), ARN + "user/bob")
        self.iam.update_user(UserName="bob", NewUserName="rob")
        self.assertEqual(self.principal("ForBob"), ARN + "user/rob", "a trust follows the user")
        self.iam.delete_user(UserName="rob")
        dead = self.principal("ForBob")
        self.assertRegex(dead, "^AIDA")
        self.iam.create_user(UserName="rob")
        self.assertEqual(self.principal("ForBob"), dead, "a new user of the name is another user")
        for principal in (dead, ARN + "user/nobody", ARN + "group/any", "*.example.com"):
            self.refuses(
                "MalformedPolicyDocument", 400, self.iam.update_assume_role_policy, RoleName="ForBob",
                PolicyDocument=trust({"AWS": principal}), says="Invalid principal in policy",
            )

    def principal(self, role):
        return self.iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]["AWS"]

    def test_service_linked(self):
        name = self.iam.create_service_linked_role(AWSServiceName="guardduty.amazonaws.com")["Role"]["RoleName"]
        self.assertEqual(self.iam.get_role(RoleName=name)["Role"]["Path"], "/aws-service-role/guardduty.amazonaws.com/")
        self.refuses("UnmodifiableEntity", 400, self.iam.delete_role, RoleName=name)
        self.refuses("UnmodifiableEntity", 400, self.iam.attach_role_policy, RoleName=name, PolicyArn=ADMINISTRATOR)
        task = self.iam.delete_service_linked_role(RoleName=name)["DeletionTaskId"]
        self.assertEqual(self.iam.get_service_linked_role_deletion_status(DeletionTaskId=task)["Status"], "SUCCEEDED")


class InstanceProfiles(SandboxTest):
    def test_life(self):
        web = {"InstanceProfileName": "web"}
        made = self.iam.create_instance_profile(**web, Path="/fleet/", Tags=[{"Key": "n", "Value": "1"}, {"Key": "N", "Value": "2"}])["InstanceProfile"]
        self.assertEqual(made["Arn"], ARN + "instance-profile/fleet/web")
        self.assertRegex(made["InstanceProfileId"], "^AIPA[A-Z0-9]{17}$")
        self.refuses("EntityAlreadyExists", 409, self.iam.create_instance_profile, InstanceProfileName="WEB")
        self.iam.get_waiter("instance_profile_exists").wait(**web, WaiterConfig={"MaxAttempts": 1})

        for name in ("server", "other"):
            self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust({"Service": "ec2.amazonaws.com"}))
        self.refuses("NoSuchEntity", 404, self.iam.add_role_to_instance_profile, **web, RoleName="nobody")
        self.iam.add_role_to_instance_profile(**web, RoleName="server")
        for name in ("server", "other"):
            self.refuses("LimitExceeded", 409, self.iam.add_role_to_instance_profile, **web, RoleName=name, says="InstanceSessionsPerInstanceProfile: 1")
        held = self.iam.get_instance_profile(**web)["InstanceProfile"]["Roles"][0]
        self.assertEqual((held["RoleName"], held["AssumeRolePolicyDocument"]["Version"]), ("server", "2012-10-17"))
        details = self.iam.get_account_authorization_details(Filter=["Role"])["RoleDetailList"]
        self.assertEqual({r["RoleName"]: [p["Arn"] for p in r["InstanceProfileList"]] for r in details}, {"server": [made["Arn"]], "other": []})
        self.assertEqual(self.iam.list_instance_profiles_for_role(RoleName="server")["InstanceProfiles"][0]["Arn"], made["Arn"])

        self.refuses("DeleteConflict", 409, self.iam.delete_role, RoleName="server", says="must remove roles from instance profile first")
        self.refuses("DeleteConflict", 409, self.iam.delete_instance_profile, **web, says="must remove roles from instance profile first")
        self.iam.remove_role_from_instance_profile(**web, RoleName="server")
        self.refuses("NoSuchEntity", 404, self.iam.remove_role_from_instance_profile, **web, RoleName="server")
        self.iam.delete_role(RoleName="server")
        self.iam.delete_instance_profile(**web)
        self.refuses("NoSuchEntity", 404, self.iam.get_instance_profile, **web)

    def test_lists_and_tags(self):
        for i in range(7):
            self.iam.create_instance_profile(InstanceProfileName=f"profile{i}", Tags=[{"Key": "n", "Value": str(i)}])
        profiles = self.every("list_instance_profiles", "InstanceProfiles")
        self.assertEqual([p["InstanceProfileName"] for p in profiles], [f"profile{i}" for i in range(7)])
        self.assertFalse(any("Tags" in p for p in profiles), "a list leaves them out")
        self.iam.tag_instance_profile(InstanceProfileName="profile0", Tags=[{"Key": "N", "Value": "x"}])
        self.iam.untag_instance_profile(InstanceProfileName="profile0", TagKeys=["n"])
        tags = self.iam.list_instance_profile_tags(InstanceProfileName="profile0")["Tags"]
        self.assertEqual(tags, [{"Key": "N", "Value": "x"}], "spellings are keys of their own")


if __name__ == "__main__":
    unittest.main()
