"""The command under test, and accounts to point AWS clients at.

BASELINE names the command's binary; without it, one is built.
"""

import csv
import functools
import io
import json
import os
import re
import subprocess
import tempfile
import threading
import unittest
from contextlib import contextmanager
from pathlib import Path

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ROOT = Path(__file__).resolve().parents[2]
ACCOUNT = "111122223333"
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
REPORT_COLUMNS = """
    user arn user_creation_time password_enabled password_last_used password_last_changed password_next_rotation mfa_active
    access_key_1_active access_key_1_last_rotated access_key_1_last_used_date access_key_1_last_used_region access_key_1_last_used_service
    access_key_2_active access_key_2_last_rotated access_key_2_last_used_date access_key_2_last_used_region access_key_2_last_used_service
    cert_1_active cert_1_last_rotated cert_2_active cert_2_last_rotated
""".split()


@functools.cache
def binary():
    """The path of the command."""
    if given := os.environ.get("BASELINE"):
        return os.path.abspath(given)
    path = Path(tempfile.mkdtemp(prefix="baseline-")) / "baseline"
    subprocess.run(["go", "build", "-o", path, "./cmd/baseline"], cwd=ROOT, check=True)
    return str(path)


def environment(url=""):
    """An environment for AWS clients that takes nothing from this machine's settings."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    return kept | {
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "any",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }


def run(*arguments, url="", cwd=None, exits=0):
    """Runs the command, checks its exit code and returns what it printed."""
    done = subprocess.run(
        [binary(), *arguments], env=environment(url), cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300
    )
    if done.returncode != exits:
        raise AssertionError(
            f"baseline {' '.join(arguments)} ended with {done.returncode}, not {exits}\n{done.stdout}\n{done.stderr}"
        )
    return done.stdout


def plan(*arguments, url, cwd):
    """The changes of a plan, by address."""
    changes = json.loads(run("plan", "-o", "json", *arguments, url=url, cwd=cwd)).get("changes") or []
    return {change["address"]: change for change in changes}


@contextmanager
def sandbox(state, *arguments):
    """Serves the simulated account kept in a file, and yields its URL. The server's end is a SIGKILL: no write that was
    answered may be lost by that."""
    server = subprocess.Popen(
        [binary(), "sandbox", "serve", "--listen", "127.0.0.1:0", "--state", str(state), "--account", ACCOUNT, *arguments],
        env=environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
    )
    deadline = threading.Timer(30, server.kill)
    deadline.start()
    first = server.stdout.readline()
    deadline.cancel()
    found = re.search(r"http://\S+", first)
    try:
        if not found:
            raise AssertionError(f"the first line of sandbox serve names no URL: {first!r}")
        yield found.group()
    finally:
        server.kill()
        server.stdout.close()
        server.wait(timeout=30)


def seed(folder, *rows):
    """Flags of sandbox serve for an account of the users, or root, of rows of a credential report. A row has what is not as AWS
    reports a user of 2020-01-01 without any credentials."""
    users, text = [], io.StringIO()
    table = csv.DictWriter(text, REPORT_COLUMNS, restval="N/A")
    table.writeheader()
    none = {column: "false" for column in REPORT_COLUMNS if column.endswith(("_active", "_enabled"))}
    for row in rows:
        arn, created = f"arn:aws:iam::{ACCOUNT}:user/{row['user']}", "2020-01-01T00:00:00+00:00"
        table.writerow(none | {"arn": arn, "user_creation_time": created} | row)
        if "arn" not in row:
            users.append({"UserName": row["user"], "Path": "/", "Arn": arn, "CreateDate": created})
    (folder / "seed.json").write_text(json.dumps({"UserDetailList": users}))
    (folder / "seed.csv").write_text(text.getvalue())
    return "--seed", str(folder / "seed.json"), "--seed-report", str(folder / "seed.csv")


def client(service, url, key="AKIAIOSFODNN7EXAMPLE", secret="any", token=None, region="us-east-1"):
    """A boto3 client as it comes, but for one thing: an error is met at once, and not tried again."""
    config = Config(retries={"total_max_attempts": 1}, parameter_validation=True)
    return boto3.client(
        service, endpoint_url=url, region_name=region, config=config,
        aws_access_key_id=key, aws_secret_access_key=secret, aws_session_token=token,
    )


class SandboxTest(unittest.TestCase):
    """A test with an account of its own."""

    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.url = self.enterContext(sandbox(self.folder / "account.db"))
        self.iam = client("iam", self.url)

    def every(self, operation, result, size=2, **parameters):
        """Everything that a list holds, read in small pages by boto3's own paginator."""
        pages = list(self.iam.get_paginator(operation).paginate(PaginationConfig={"PageSize": size}, **parameters))
        for page in pages:
            self.assertLessEqual(len(page[result]), size, operation)
        found = [item for page in pages for item in page[result]]
        self.assertGreaterEqual(len(pages) * size, len(found))
        return found

    @contextmanager
    def refused(self, code, status, says=""):
        """Expects the calls within to be refused: the code as boto3 parses it, the HTTP status, and a part of the text."""
        with self.assertRaises(ClientError) as caught:
            yield
        answer = caught.exception.response
        self.assertEqual((answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]), (code, status))
        self.assertIn(says, answer["Error"]["Message"])
        self.assertTrue(answer["ResponseMetadata"]["RequestId"])
        self.in_model(caught.exception.operation_name, code, status)

    def in_model(self, operation, code, status):
        """Holds an error that IAM's model has against it: is it one of this operation, and with this status?"""
        model = self.iam.meta.service_model
        if code not in {shape.error_code for shape in model.error_shapes} or operation not in model.operation_names:
            return
        errors = {shape.error_code: shape.metadata["error"].get("httpStatusCode") for shape in model.operation_model(operation).error_shapes}
        self.assertEqual(errors.get(code), status, f"{operation} is modelled with {errors}")

    def refuses(self, code, status, call, says="", **parameters):
        with self.refused(code, status, says):
            call(**parameters)

    def modelled(self, name, call, **parameters):
        """Expects an error that boto3 knows by its class, as the service's model has it."""
        with self.assertRaises(getattr(self.iam.exceptions, name)):
            call(**parameters)


def document(action="s3:GetObject", effect="Allow", resource="*", **more):
    """A policy of one statement."""
    statement = {"Effect": effect, "Action": action, "Resource": resource, **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def trust(principal, **more):
    """A trust policy of one statement."""
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
