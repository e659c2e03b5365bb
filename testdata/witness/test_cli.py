"""The AWS CLI on the sandbox, as the README shows it."""

import base64
import json
import subprocess
import sys
import unittest
from pathlib import Path

from command import ACCOUNT, SandboxTest, client, document, environment, sandbox, trust


class CLI(SandboxTest):
    def aws(self, *words):
        """Runs the AWS CLI that is installed beside this Python."""
        aws = str(Path(sys.executable).parent / "aws")
        done = subprocess.run([aws, *words, "--output", "json"], env=environment(self.url), capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout) if done.stdout.strip() else None

    def test_reading_and_writing(self):
        self.aws("iam", "create-user", "--user-name", "alice", "--tags", "Key=team,Value=data")
        self.aws("iam", "create-user", "--user-name", "bob")
        self.aws("iam", "put-user-policy", "--user-name", "bob", "--policy-name", "own", "--policy-document", document())
        users = self.aws("iam", "list-users", "--page-size", "1")["Users"]
        self.assertEqual([u["UserName"] for u in users], ["alice", "bob"])
        self.assertEqual(self.aws("sts", "get-caller-identity")["Account"], ACCOUNT)
        self.assertEqual(self.aws("resourcegroupstaggingapi", "get-resources")["ResourceTagMappingList"], [])

    def test_what_it_shows_seeds_another_account(self):
        self.iam.create_user(UserName="alice", Path="/people/", Tags=[{"Key": "team", "Value": "data"}])
        self.iam.create_role(RoleName="Worker", AssumeRolePolicyDocument=trust({"Service": "lambda.amazonaws.com"}))
        self.iam.put_role_policy(RoleName="Worker", PolicyName="own", PolicyDocument=document())
        shown = self.aws("iam", "get-account-authorization-details")
        (self.folder / "real.json").write_text(json.dumps(shown))
        with sandbox(self.folder / "second.db", "--seed", str(self.folder / "real.json")) as url:
            second = client("iam", url)
            alice = second.get_user(UserName="alice")["User"]
            self.assertEqual((alice["Path"], alice["Tags"]), ("/people/", [{"Key": "team", "Value": "data"}]))
            own = second.get_role_policy(RoleName="Worker", PolicyName="own")["PolicyDocument"]
            self.assertEqual(own, json.loads(document()))

    def test_its_credential_report_seeds_another_account(self):
        self.iam.create_user(UserName="alice")
        key = self.iam.create_access_key(UserName="alice")["AccessKey"]
        self.iam.create_login_profile(UserName="alice", Password="Correct-Horse-1")
        self.iam.create_virtual_mfa_device(VirtualMFADeviceName="spare")
        self.aws("iam", "update-access-key", "--user-name", "alice", "--access-key-id", key["AccessKeyId"], "--status", "Inactive")
        states = [self.aws("iam", "generate-credential-report")["State"] for _ in range(3)]
        self.assertEqual(states, ["STARTED", "INPROGRESS", "COMPLETE"])
        content = self.aws("iam", "get-credential-report", "--query", "Content")
        (self.folder / "report.csv").write_bytes(base64.b64decode(content))
        (self.folder / "real.json").write_text(json.dumps(self.aws("iam", "get-account-authorization-details")))
        self.assertEqual(self.aws("iam", "get-access-key-last-used", "--access-key-id", key["AccessKeyId"])["UserName"], "alice")
        [spare] = self.aws("iam", "list-virtual-mfa-devices", "--assignment-status", "Unassigned")["VirtualMFADevices"]
        self.assertEqual(list(spare), ["SerialNumber"])
        self.assertEqual(self.aws("iam", "get-account-summary")["SummaryMap"]["AccountMFAEnabled"], 1)

        seeds = ("--seed", str(self.folder / "real.json"), "--seed-report", str(self.folder / "report.csv"))
        with sandbox(self.folder / "second.db", *seeds) as url:
            second = client("iam", url)
            [copy] = second.list_access_keys(UserName="alice")["AccessKeyMetadata"]
            self.assertEqual((copy["Status"], copy["AccessKeyId"] == key["AccessKeyId"]), ("Inactive", False), "a report names no keys")
            self.assertTrue(second.get_login_profile(UserName="alice")["LoginProfile"]["CreateDate"])


if __name__ == "__main__":
    unittest.main()
