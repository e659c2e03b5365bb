"""The AWS CLI on the sandbox, as the README shows it."""

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


if __name__ == "__main__":
    unittest.main()
