"""Objects of S3 and writes under conditions, through boto3 and the AWS CLI.

What moto knows of it too is told of both: the same story, with the same end.
"""

import hashlib
import subprocess
import sys
import tempfile
import unittest
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from pathlib import Path

import moto_server
from botocore.exceptions import ClientError
from command import ACCOUNT, SandboxTest, client, document, environment, sandbox

BUCKET = "acme-runs"
NONE = '"00000000000000000000000000000000"'


def answered(call, **parameters):
    """The HTTP status and the code of a call that may be refused."""
    try:
        return call(**parameters)["ResponseMetadata"]["HTTPStatusCode"], ""
    except ClientError as refused:
        return refused.response["ResponseMetadata"]["HTTPStatusCode"], refused.response["Error"]["Code"]


class Story:
    """What is true of S3, whoever simulates it. The class that tells it has an s3 client."""

    def put(self, key, body, **more):
        return self.s3.put_object(Bucket=BUCKET, Key=key, Body=body, **more)

    def holds(self, key, body, **more):
        got = self.s3.get_object(Bucket=BUCKET, Key=key, **more)
        self.assertEqual(got["Body"].read(), body)
        return got

    def test_what_is_put_is_read(self):
        for key, body in {"empty": b"", "a b/ü+&%": b"x\r\n0\r\n\r\n", "large": b"\x00\xff0123456789" * 30_000}.items():
            with self.subTest(key):
                tag = self.put(key, body, ContentType="text/plain")["ETag"]
                self.assertEqual(tag, f'"{hashlib.md5(body).hexdigest()}"')
                got = self.holds(key, body)
                self.assertEqual((got["ETag"], got["ContentLength"], got["ContentType"]), (tag, len(body), "text/plain"))
                self.assertLess(abs(datetime.now(timezone.utc) - got["LastModified"]), timedelta(minutes=1))
                head = self.s3.head_object(Bucket=BUCKET, Key=key)
                self.assertEqual((head["ETag"], head["ContentLength"]), (tag, len(body)))
        self.assertEqual(answered(self.s3.get_object, Bucket=BUCKET, Key="none"), (404, "NoSuchKey"))
        self.assertEqual(answered(self.s3.head_object, Bucket=BUCKET, Key="none"), (404, "404"))

    def test_checksums(self):
        for algorithm in ("CRC32", "SHA1", "SHA256"):
            with self.subTest(algorithm):
                self.assertIn(f"Checksum{algorithm}", self.put("k", b"123456789", ChecksumAlgorithm=algorithm))
                got = self.holds("k", b"123456789", ChecksumMode="ENABLED")
                self.assertIn(f"Checksum{algorithm}", got)
        self.assertEqual(got["ChecksumSHA256"], "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU=")

    def test_only_what_is_not_there_is_created(self):
        self.put("k", b"one", IfNoneMatch="*")
        self.assertEqual(answered(self.put, key="k", body=b"two", IfNoneMatch="*"), (412, "PreconditionFailed"))
        self.holds("k", b"one")
        self.s3.delete_object(Bucket=BUCKET, Key="k")
        self.put("k", b"three", IfNoneMatch="*")

    def test_only_the_version_that_is_meant_is_replaced(self):
        first = self.put("k", b"one")["ETag"]
        second = self.put("k", b"two", IfMatch=first)["ETag"]
        self.assertEqual(answered(self.put, key="k", body=b"three", IfMatch=first), (412, "PreconditionFailed"))
        self.holds("k", b"two")
        self.put("k", b"three", IfMatch=second)
        self.assertEqual(answered(self.put, key="none", body=b"x", IfMatch=NONE), (404, "NoSuchKey"))

    def test_one_creator_wins(self):
        with ThreadPoolExecutor(8) as pool:
            ends = list(pool.map(lambda n: answered(self.put, key="lock", body=b"%d" % n, IfNoneMatch="*"), range(24)))
        won = [n for n, end in enumerate(ends) if end == (200, "")]
        self.assertEqual((len(won), set(ends)), (1, {(200, ""), (412, "PreconditionFailed")}))
        self.holds("lock", b"%d" % won[0])

    def test_only_what_is_meant_is_read(self):
        tag = self.put("k", b"one")["ETag"]
        for condition, status in {("IfMatch", tag): 200, ("IfMatch", NONE): 412, ("IfNoneMatch", tag): 304, ("IfNoneMatch", NONE): 200}.items():
            for call in (self.s3.get_object, self.s3.head_object):
                with self.subTest(condition=condition, call=call.__name__):
                    self.assertEqual(answered(call, Bucket=BUCKET, Key="k", **dict([condition]))[0], status)

    def test_versions(self):
        self.s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        first, second = (self.put("k", body)["VersionId"] for body in (b"one", b"two"))
        self.holds("k", b"one", VersionId=first)
        self.holds("k", b"two", VersionId=second)
        self.s3.delete_object(Bucket=BUCKET, Key="k")
        self.assertEqual(answered(self.s3.get_object, Bucket=BUCKET, Key="k"), (404, "NoSuchKey"))
        self.put("k", b"three", IfNoneMatch="*")
        self.holds("k", b"three")

    def test_lists(self):
        keys = [f"prod/{n:02}" for n in range(25)]
        for key in [*keys, "production", "staging/00"]:
            self.put(key, b"x")
        pages = list(self.s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix="prod/", PaginationConfig={"PageSize": 7}))
        self.assertGreaterEqual(len(pages), 4)
        self.assertEqual([o["Key"] for page in pages for o in page["Contents"]], keys)
        self.assertEqual({o["ETag"] for page in pages for o in page["Contents"]}, {f'"{hashlib.md5(b"x").hexdigest()}"'})


class ObjectsOfMoto(Story, unittest.TestCase):
    def setUp(self):
        url = self.enterContext(moto_server.served())
        urllib.request.urlopen(urllib.request.Request(url + "/moto-api/reset", method="POST")).close()
        self.s3 = client("s3", url)
        self.s3.create_bucket(Bucket=BUCKET)


class Objects(Story, SandboxTest):
    def setUp(self):
        super().setUp()
        self.s3 = client("s3", self.url)
        self.s3.create_bucket(Bucket=BUCKET)

    def test_created_only_under_a_star(self):
        """moto takes an ETag for no condition at all."""
        self.assertEqual(answered(self.put, key="none", body=b"x", IfNoneMatch=NONE), (501, "NotImplemented"))

    def test_what_was_answered_is_kept(self):
        self.put("k", b"one", IfNoneMatch="*")
        with sandbox(self.folder / "account.db") as again:
            self.s3 = client("s3", again)
            self.holds("k", b"one")
            self.assertEqual(answered(self.put, key="k", body=b"two", IfNoneMatch="*"), (412, "PreconditionFailed"))

    def test_conflicts(self):
        with sandbox(self.folder / "account.db", "--fault", "fail=s3:PutObject:ConditionalRequestConflict*1") as again:
            self.s3 = client("s3", again)
            self.assertEqual(answered(self.put, key="k", body=b"one", IfNoneMatch="*"), (409, "ConditionalRequestConflict"))
            self.put("k", b"one", IfNoneMatch="*")

    def test_encryption(self):
        self.assertEqual(self.put("k", b"x")["ServerSideEncryption"], "AES256")
        key = client("kms", self.url).create_key()["KeyMetadata"]["Arn"]
        rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}}
        self.s3.put_bucket_encryption(Bucket=BUCKET, ServerSideEncryptionConfiguration={"Rules": [rule]})
        for told in (self.put("k", b"x"), self.holds("k", b"x")):
            self.assertEqual((told["ServerSideEncryption"], told["SSEKMSKeyId"]), ("aws:kms", key))

    def test_permissions(self):
        with sandbox(self.folder / "account.db", "--enforce") as enforced:
            self.iam.create_user(UserName="ci")
            made = self.iam.create_access_key(UserName="ci")["AccessKey"]
            own = client("s3", enforced, made["AccessKeyId"], made["SecretAccessKey"])
            arn = f"arn:aws:s3:::{BUCKET}"
            self.assertEqual(answered(own.get_object, Bucket=BUCKET, Key="k"), (403, "AccessDenied"))
            self.iam.put_user_policy(UserName="ci", PolicyName="p", PolicyDocument=document(["s3:GetObject", "s3:PutObject"], resource=f"{arn}/prod/*"))
            self.assertEqual(answered(own.put_object, Bucket=BUCKET, Key="prod/k", Body=b"x"), (200, ""))
            self.assertEqual(answered(own.put_object, Bucket=BUCKET, Key="staging/k", Body=b"x"), (403, "AccessDenied"))
            self.assertEqual(answered(own.get_object, Bucket=BUCKET, Key="prod/none"), (403, "AccessDenied"), "who may not list is not told what is missing")
            listed = document("s3:ListBucket", resource=arn, Condition={"StringLike": {"s3:prefix": "prod/*"}})
            self.iam.put_user_policy(UserName="ci", PolicyName="l", PolicyDocument=listed)
            self.assertEqual(answered(own.list_objects_v2, Bucket=BUCKET, Prefix="prod/"), (200, ""))
            self.assertEqual(answered(own.list_objects_v2, Bucket=BUCKET), (403, "AccessDenied"))

    def test_the_cli(self):
        """The AWS CLI copies a file there and back, and writes under a condition."""
        aws = [sys.executable, "-m", "awscli"]
        with tempfile.TemporaryDirectory() as folder:
            there, back = Path(folder) / "there", Path(folder) / "back"
            there.write_bytes(b"\x00\xffone" * 1000)

            def run(*arguments):
                return subprocess.run([*aws, *arguments], env=environment(self.url), capture_output=True, text=True, timeout=120)

            for arguments in (
                ("s3", "cp", str(there), f"s3://{BUCKET}/run/plan.json"),
                ("s3", "cp", f"s3://{BUCKET}/run/plan.json", str(back)),
            ):
                done = run(*arguments)
                self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(back.read_bytes(), there.read_bytes())
            done = run("s3api", "put-object", "--bucket", BUCKET, "--key", "run/plan.json", "--body", str(there), "--if-none-match", "*")
            self.assertIn("PreconditionFailed", done.stderr)
        self.assertEqual(ACCOUNT, client("sts", self.url).get_caller_identity()["Account"])


if __name__ == "__main__":
    unittest.main()
