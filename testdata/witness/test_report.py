"""What requirements judge by, in the sandbox through boto3: the credential report, uses, and root."""

import csv
import io
import json
import unittest
from datetime import datetime, timedelta, timezone

from command import ACCOUNT, REPORT_COLUMNS as COLUMNS, SandboxTest, client, sandbox, seed

def report(iam):
    """A new credential report, by user, from an account that has none."""
    while iam.generate_credential_report()["State"] != "COMPLETE":
        pass
    content = iam.get_credential_report()["Content"].decode()
    return {row["user"]: row for row in csv.DictReader(io.StringIO(content))}


class Report(SandboxTest):
    def again(self):
        """A report of the account as it is by now, of a copy of it that has no report yet."""
        kept = [line for line in (self.folder / "account.db").read_text().splitlines(True) if '"report/account"' not in line]
        copy = self.folder / "copy.db"
        copy.write_text("".join(kept))
        with sandbox(copy) as url:
            return report(client("iam", url))

    def test_making_one(self):
        self.iam.create_user(UserName="bob")
        self.refuses("ReportNotPresent", 410, self.iam.get_credential_report)
        self.modelled("CredentialReportNotPresentException", self.iam.get_credential_report)
        states = []
        for _ in range(2):
            states.append(self.iam.generate_credential_report())
            self.refuses("ReportInProgress", 404, self.iam.get_credential_report)
        states += [self.iam.generate_credential_report() for _ in range(2)]
        self.assertEqual([s["State"] for s in states], ["STARTED", "INPROGRESS", "COMPLETE", "COMPLETE"])
        self.assertIn("Starting a new report", states[0]["Description"])

        got = self.iam.get_credential_report()
        self.assertEqual(got["ReportFormat"], "text/csv")
        self.assertLess(abs(datetime.now(timezone.utc) - got["GeneratedTime"]), timedelta(minutes=1))
        rows = list(csv.reader(io.StringIO(got["Content"].decode())))
        self.assertEqual(rows[0], COLUMNS)
        self.assertEqual([len(row) for row in rows], [22, 22, 22])
        self.assertEqual([row[:2] for row in rows[1:]], [["<root_account>", f"arn:aws:iam::{ACCOUNT}:root"], ["bob", f"arn:aws:iam::{ACCOUNT}:user/bob"]])

        self.iam.create_user(UserName="ann")
        self.assertEqual(self.iam.get_credential_report()["Content"], got["Content"], "a report is kept, whatever changes")

    def test_its_end(self):
        report(self.iam)
        state = self.folder / "account.db"
        made = json.loads(state.read_text().splitlines()[-1])["put"]["report/account"]["made"]
        old = datetime.now(timezone.utc) - timedelta(hours=4, minutes=1)
        second = self.folder / "second.db"
        second.write_text(state.read_text().replace(made, old.strftime("%Y-%m-%dT%H:%M:%SZ")))
        with sandbox(second) as url:
            self.iam = client("iam", url)
            self.refuses("ReportExpired", 410, self.iam.get_credential_report)
            self.modelled("CredentialReportExpiredException", self.iam.get_credential_report)
            self.assertEqual(self.iam.generate_credential_report()["State"], "STARTED")

    def test_rows(self):
        for name in ("zoe", "Bob", "ann"):
            self.iam.create_user(UserName=name)
        self.iam.update_account_password_policy(MinimumPasswordLength=14, MaxPasswordAge=90)
        self.iam.create_login_profile(UserName="ann", Password="Correct-Horse-1")
        serial = self.iam.create_virtual_mfa_device(VirtualMFADeviceName="ann")["VirtualMFADevice"]["SerialNumber"]
        self.iam.enable_mfa_device(UserName="ann", SerialNumber=serial, AuthenticationCode1="123456", AuthenticationCode2="654321")
        rows = report(self.iam)
        self.assertEqual(list(rows), ["<root_account>", "ann", "Bob", "zoe"])
        ann, zoe = rows["ann"], rows["zoe"]
        self.assertEqual((ann["password_enabled"], ann["password_last_used"], ann["mfa_active"]), ("true", "no_information", "true"))
        self.assertEqual(date(ann["password_next_rotation"]) - date(ann["password_last_changed"]), timedelta(days=90))
        self.assertEqual(date(ann["user_creation_time"]), self.iam.get_user(UserName="ann")["User"]["CreateDate"])
        self.assertEqual(
            [zoe[c] for c in COLUMNS[3:]],
            ["false", "N/A", "N/A", "N/A", "false"] + ["false", "N/A", "N/A", "N/A", "N/A"] * 2 + ["false", "N/A"] * 2,
        )
        root = rows["<root_account>"]
        self.assertEqual(
            [root[c] for c in COLUMNS[3:8]], ["true", "no_information", "not_supported", "not_supported", "true"], "not as others have it"
        )

    def test_places_of_keys(self):
        self.iam.create_user(UserName="bob")
        first, second = (self.iam.create_access_key(UserName="bob")["AccessKey"] for _ in range(2))
        self.iam.delete_access_key(UserName="bob", AccessKeyId=first["AccessKeyId"])
        bob = self.again()["bob"]
        self.assertEqual((bob["access_key_1_active"], bob["access_key_2_active"]), ("false", "true"), "a key keeps its place")
        self.assertEqual((bob["access_key_1_last_rotated"], date(bob["access_key_2_last_rotated"])), ("N/A", second["CreateDate"]))
        self.iam.create_access_key(UserName="bob")
        self.iam.update_access_key(UserName="bob", AccessKeyId=second["AccessKeyId"], Status="Inactive")
        bob = self.again()["bob"]
        self.assertEqual((bob["access_key_1_active"], bob["access_key_2_active"]), ("true", "false"), "a new one takes the free place")
        self.assertNotEqual(bob["access_key_2_last_rotated"], "N/A", "an inactive key keeps its date")

    def test_a_change_of_status_is_a_rotation(self):
        self.seed({"user": "bob", "access_key_1_active": "true", "access_key_1_last_rotated": "2020-01-02T03:04:05+00:00"})
        [key] = self.iam.list_access_keys(UserName="bob")["AccessKeyMetadata"]
        self.assertEqual(key["CreateDate"], date("2020-01-02T03:04:05Z"))
        before = datetime.now(timezone.utc) - timedelta(minutes=1)
        for status in ("Inactive", "Active"):
            self.iam.update_access_key(UserName="bob", AccessKeyId=key["AccessKeyId"], Status=status)
        self.assertGreater(date(report(self.iam)["bob"]["access_key_1_last_rotated"]), before)
        [after] = self.iam.list_access_keys(UserName="bob")["AccessKeyMetadata"]
        self.assertEqual(after["CreateDate"], key["CreateDate"], "but it is as old as it was")

    def test_uses_of_keys(self):
        self.iam.create_user(UserName="bob")
        key = self.iam.create_access_key(UserName="bob")["AccessKey"]
        one = {"AccessKeyId": key["AccessKeyId"]}
        bob = client("sts", self.url, key["AccessKeyId"], key["SecretAccessKey"])
        self.assertEqual(bob.get_caller_identity()["Arn"], f"arn:aws:iam::{ACCOUNT}:user/bob")
        used = self.iam.get_access_key_last_used(**one)
        self.assertEqual((used["UserName"], used["AccessKeyLastUsed"]["ServiceName"], used["AccessKeyLastUsed"]["Region"]), ("bob", "sts", "us-east-1"))
        client("iam", self.url, key["AccessKeyId"], key["SecretAccessKey"]).get_user()
        self.assertEqual(self.iam.get_access_key_last_used(**one)["AccessKeyLastUsed"], used["AccessKeyLastUsed"], "known to 15 minutes")
        row = report(self.iam)["bob"]
        self.assertEqual(date(row["access_key_1_last_used_date"]), used["AccessKeyLastUsed"]["LastUsedDate"])
        self.assertEqual((row["access_key_1_last_used_region"], row["access_key_1_last_used_service"]), ("us-east-1", "sts"))

        self.iam.update_access_key(UserName="bob", Status="Inactive", **one)
        with self.refused("InvalidClientTokenId", 403):
            bob.get_caller_identity()
        self.iam.update_access_key(UserName="bob", Status="Active", **one)
        self.iam.create_user(UserName="eve")
        self.refuses("NoSuchEntity", 404, self.iam.update_access_key, UserName="eve", Status="Inactive", **one)
        self.refuses("NoSuchEntity", 404, self.iam.delete_access_key, UserName="eve", **one)
        bob.get_caller_identity()

    def test_uses_of_passwords(self):
        self.seed(
            {"user": "ann", "password_enabled": "true", "password_last_used": "2020-02-03T04:05:00+00:00", "password_last_changed": "2020-01-02T00:00:00+00:00"},
            {"user": "bob", "password_enabled": "true", "password_last_used": "no_information", "password_last_changed": "2020-01-02T00:00:00+00:00"},
            {"user": "cid", "password_enabled": "false"},
        )
        for users in ([self.iam.get_user(UserName=n)["User"] for n in ("ann", "bob", "cid")], self.iam.list_users()["Users"]):
            used = {u["UserName"]: u.get("PasswordLastUsed") for u in users}
            self.assertEqual(used, {"ann": date("2020-02-03T04:05:00Z"), "bob": None, "cid": None}, "absent, not empty")
        details = self.iam.get_account_authorization_details(Filter=["User"])["UserDetailList"]
        self.assertFalse(any("PasswordLastUsed" in u for u in details), "the details never tell")
        self.assertEqual(self.iam.get_login_profile(UserName="ann")["LoginProfile"]["CreateDate"], date("2020-01-02T00:00:00Z"))
        self.refuses("NoSuchEntity", 404, self.iam.get_login_profile, UserName="cid", says="Login Profile for User cid cannot be found")
        self.iam.delete_login_profile(UserName="ann")
        self.iam.create_login_profile(UserName="ann", Password="Correct-Horse-1")
        self.assertGreater(self.iam.get_login_profile(UserName="ann")["LoginProfile"]["CreateDate"], date("2020-01-03T00:00:00Z"))

    def test_root(self):
        def summary():
            of = self.iam.get_account_summary()["SummaryMap"]
            return [of[f"Account{name}"] for name in ("MFAEnabled", "PasswordPresent", "AccessKeysPresent", "SigningCertificatesPresent")]

        self.assertEqual(summary(), [1, 1, 0, 0])
        self.seed({
            "user": "<root_account>", "arn": f"arn:aws:iam::{ACCOUNT}:root", "password_enabled": "false", "mfa_active": "false",
            "access_key_1_active": "true", "access_key_1_last_rotated": "2020-01-02T03:04:05+00:00",
        })
        self.assertEqual(summary(), [0, 0, 1, 0])
        row = report(self.iam)["<root_account>"]
        self.assertEqual((row["mfa_active"], row["access_key_1_active"], row["access_key_1_last_rotated"]), ("false", "true", "2020-01-02T03:04:05Z"))
        self.assertEqual(self.iam.list_virtual_mfa_devices()["VirtualMFADevices"], [])

    def seed(self, *rows):
        """Makes self.iam a client of another account, into which rows of a credential report were read."""
        serving = sandbox(self.folder / "seeded.db", *seed(self.folder, *rows))
        self.iam = client("iam", self.enterContext(serving))


def date(text):
    """A date of a report, which may end in Z."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


if __name__ == "__main__":
    unittest.main()
