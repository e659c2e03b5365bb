"""The AWS CLI on the sandbox, as the README shows it."""

import json
import subprocess
import sys
from pathlib import Path
import unittest

from command import ACCOUNT, SandboxTest, document, environment, run


class CLI(SandboxTest):
    def aws(self, *words):
        """Runs the AWS CLI of this environment. It tests its answers' paging itself, with small pages."""
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

    def test_what_it_wrote_seeds_another_account(self):
        self.iam.create_user(UserName="alice", Path="/people/")
        details = self.folder / "real.json"
        details.write_text(json.dumps(self.aws("iam", "get-account-authorization-details")))
        run("sandbox", "serve", "--seed", str(details), "--listen", "not an address", exits=1)  # it is read before anything is served
        with self.assertRaisesRegex(AssertionError, "real.json"):
            details.write_text("{")
            run("sandbox", "serve", "--seed", str(details), "--listen", "not an address")


if __name__ == "__main__":
    unittest.main()
