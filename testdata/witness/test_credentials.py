"""Credentials of users of the sandbox through boto3: keys, passwords, MFA and the rarer ones."""

import base64
import struct
import unittest
from datetime import datetime, timedelta, timezone

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from command import ACCOUNT, SandboxTest

BOB = {"UserName": "bob"}


class Credentials(SandboxTest):
    def setUp(self):
        super().setUp()
        self.iam.create_user(**BOB)

    def test_access_keys(self):
        first = self.iam.create_access_key(**BOB)["AccessKey"]
        self.assertRegex(first["AccessKeyId"], "^AKIA[A-Z0-9]{16}$")
        self.assertEqual((first["Status"], len(first["SecretAccessKey"])), ("Active", 40))
        self.iam.create_access_key(**BOB)
        self.refuses("LimitExceeded", 409, self.iam.create_access_key, says="Cannot exceed quota for AccessKeysPerUser: 2", **BOB)
        keys = self.every("list_access_keys", "AccessKeyMetadata", size=1, **BOB)
        self.assertEqual([(k["UserName"], k["Status"]) for k in keys], [("bob", "Active")] * 2)
        self.assertFalse(any("SecretAccessKey" in k for k in keys))
        one = {"AccessKeyId": first["AccessKeyId"], **BOB}
        self.iam.update_access_key(Status="Inactive", **one)
        self.assertIn("Inactive", [k["Status"] for k in self.every("list_access_keys", "AccessKeyMetadata", **BOB)])
        self.refuses("InvalidInput", 400, self.iam.update_access_key, Status="Expired", **one)
        used = self.iam.get_access_key_last_used(AccessKeyId=first["AccessKeyId"])
        self.assertEqual((used["UserName"], used["AccessKeyLastUsed"]["ServiceName"]), ("bob", "N/A"))
        self.assertNotIn("LastUsedDate", used["AccessKeyLastUsed"])
        self.iam.delete_access_key(**one)
        self.refuses("NoSuchEntity", 404, self.iam.delete_access_key, **one)

    def test_login_profile(self):
        self.refuses("NoSuchEntity", 404, self.iam.get_login_profile, **BOB)
        self.refuses("PasswordPolicyViolation", 400, self.iam.create_login_profile, Password="short", **BOB)
        made = self.iam.create_login_profile(Password="Correct-Horse-1", PasswordResetRequired=True, **BOB)["LoginProfile"]
        self.assertEqual((made["UserName"], made["PasswordResetRequired"]), ("bob", True))
        self.refuses("EntityAlreadyExists", 409, self.iam.create_login_profile, Password="Correct-Horse-1", **BOB)
        self.iam.update_login_profile(**BOB)
        self.iam.update_login_profile(PasswordResetRequired=False, **BOB)
        self.assertFalse(self.iam.get_login_profile(**BOB)["LoginProfile"].get("PasswordResetRequired"))
        self.iam.update_account_password_policy(MinimumPasswordLength=20)
        self.refuses("PasswordPolicyViolation", 400, self.iam.update_login_profile, Password="Correct-Horse-1", **BOB)
        self.iam.delete_login_profile(**BOB)
        self.refuses("NoSuchEntity", 404, self.iam.delete_login_profile, **BOB)

    def test_mfa_devices(self):
        made = self.iam.create_virtual_mfa_device(VirtualMFADeviceName="phone", Path="/p/")["VirtualMFADevice"]
        serial = made["SerialNumber"]
        self.assertEqual(serial, f"arn:aws:iam::{ACCOUNT}:mfa/p/phone")
        self.assertEqual(len(base64.b32decode(made["Base32StringSeed"])), 40)
        self.assertTrue(made["QRCodePNG"].startswith(b"\x89PNG"))
        self.refuses("EntityAlreadyExists", 409, self.iam.create_virtual_mfa_device, VirtualMFADeviceName="phone", Path="/p/")
        enable = {"SerialNumber": serial, "AuthenticationCode1": "123456", "AuthenticationCode2": "654321", **BOB}
        self.refuses("InvalidAuthenticationCode", 403, self.iam.enable_mfa_device, **enable | {"AuthenticationCode2": "123456"})
        self.iam.enable_mfa_device(**enable)
        self.refuses("EntityAlreadyExists", 409, self.iam.enable_mfa_device, **enable)
        self.assertEqual([d["SerialNumber"] for d in self.every("list_mfa_devices", "MFADevices", **BOB)], [serial])

        self.iam.create_virtual_mfa_device(VirtualMFADeviceName="spare")
        for status, names in {"Assigned": ["p/phone"], "Unassigned": ["spare"], "Any": ["p/phone", "spare"]}.items():
            found = self.every("list_virtual_mfa_devices", "VirtualMFADevices", size=1, AssignmentStatus=status)
            self.assertEqual(sorted(d["SerialNumber"].partition("/")[2] for d in found), names)
        [spare] = self.every("list_virtual_mfa_devices", "VirtualMFADevices", AssignmentStatus="Unassigned")
        self.assertEqual(set(spare), {"SerialNumber"}, "an unassigned device shows no more")
        both = {d["SerialNumber"]: d for d in self.every("list_virtual_mfa_devices", "VirtualMFADevices")}
        self.assertEqual([set(both[spare["SerialNumber"]]), "User" in both[serial]], [{"SerialNumber"}, True], "without a filter either")
        [phone] = self.every("list_virtual_mfa_devices", "VirtualMFADevices", AssignmentStatus="Assigned")
        self.assertEqual(phone["User"]["UserName"], "bob")
        self.assertIn("EnableDate", phone)

        self.refuses("DeleteConflict", 409, self.iam.delete_user, says="must remove tokens from principal first", **BOB)
        self.refuses("DeleteConflict", 409, self.iam.delete_virtual_mfa_device, SerialNumber=serial, says="Must deactivate first")
        self.iam.deactivate_mfa_device(SerialNumber=serial, **BOB)
        self.refuses("NoSuchEntity", 404, self.iam.deactivate_mfa_device, SerialNumber=serial, **BOB)
        self.iam.delete_virtual_mfa_device(SerialNumber=serial)
        self.refuses("NoSuchEntity", 404, self.iam.delete_virtual_mfa_device, SerialNumber=serial)
        self.iam.delete_user(**BOB)

    def test_ssh_public_keys(self):
        body = ssh_key(1)
        made = self.iam.upload_ssh_public_key(SSHPublicKeyBody=body, **BOB)["SSHPublicKey"]
        one = {"SSHPublicKeyId": made["SSHPublicKeyId"], **BOB}
        self.assertRegex(made["SSHPublicKeyId"], "^APKA")
        self.refuses("DuplicateSSHPublicKey", 400, self.iam.upload_ssh_public_key, SSHPublicKeyBody=body, **BOB)
        self.refuses("InvalidPublicKey", 400, self.iam.upload_ssh_public_key, SSHPublicKeyBody="ssh-rsa x", **BOB)
        for i in range(2, 6):
            self.iam.upload_ssh_public_key(SSHPublicKeyBody=ssh_key(i), **BOB)
        self.refuses("LimitExceeded", 409, self.iam.upload_ssh_public_key, SSHPublicKeyBody=ssh_key(6), **BOB)
        self.assertEqual(len(self.every("list_ssh_public_keys", "SSHPublicKeys", **BOB)), 5)
        self.assertEqual(self.iam.get_ssh_public_key(Encoding="SSH", **one)["SSHPublicKey"]["SSHPublicKeyBody"], body)
        self.iam.update_ssh_public_key(Status="Inactive", **one)
        self.assertEqual(self.iam.get_ssh_public_key(Encoding="SSH", **one)["SSHPublicKey"]["Status"], "Inactive")
        self.refuses("DeleteConflict", 409, self.iam.delete_user, **BOB)
        self.iam.delete_ssh_public_key(**one)
        self.refuses("NoSuchEntity", 404, self.iam.delete_ssh_public_key, **one)

    def test_signing_certificates(self):
        self.refuses("MalformedCertificate", 400, self.iam.upload_signing_certificate, CertificateBody="none", **BOB)
        body = certificate()
        made = self.iam.upload_signing_certificate(CertificateBody=body, **BOB)["Certificate"]
        one = {"CertificateId": made["CertificateId"], **BOB}
        self.refuses("DuplicateCertificate", 409, self.iam.upload_signing_certificate, CertificateBody=body, **BOB)
        self.iam.upload_signing_certificate(CertificateBody=certificate(), **BOB)
        self.refuses("LimitExceeded", 409, self.iam.upload_signing_certificate, CertificateBody=certificate(), **BOB)
        self.iam.update_signing_certificate(Status="Inactive", **one)
        listed = {c["CertificateId"]: c for c in self.every("list_signing_certificates", "Certificates", size=1, **BOB)}
        self.assertEqual(sorted(c["Status"] for c in listed.values()), ["Active", "Inactive"])
        found = listed[made["CertificateId"]]
        self.assertEqual((found["Status"], found["CertificateBody"].strip()), ("Inactive", body.strip()))
        self.refuses("DeleteConflict", 409, self.iam.delete_user, says="must delete signing certificates first", **BOB)
        self.iam.delete_signing_certificate(**one)
        self.refuses("NoSuchEntity", 404, self.iam.delete_signing_certificate, **one)

    def test_service_specific_credentials(self):
        git = {"ServiceName": "codecommit.amazonaws.com", **BOB}
        made = self.iam.create_service_specific_credential(**git)["ServiceSpecificCredential"]
        self.assertRegex(made["ServiceSpecificCredentialId"], "^ACCA")
        self.assertTrue(made["ServicePassword"])
        one = {"ServiceSpecificCredentialId": made["ServiceSpecificCredentialId"], **BOB}
        self.iam.create_service_specific_credential(**git)
        self.refuses("LimitExceeded", 409, self.iam.create_service_specific_credential, **git)
        self.refuses("NotSupportedService", 404, self.iam.create_service_specific_credential, ServiceName="none.amazonaws.com", **BOB)
        first = self.iam.list_service_specific_credentials(AllUsers=True, MaxItems=1)
        self.assertTrue(first["IsTruncated"])
        rest = self.iam.list_service_specific_credentials(AllUsers=True, Marker=first["Marker"])
        self.assertEqual(len(rest["ServiceSpecificCredentials"]), 1)
        self.iam.create_user(UserName="ann")
        key = self.iam.create_service_specific_credential(UserName="ann", ServiceName="bedrock.amazonaws.com", CredentialAgeDays=30)
        key = key["ServiceSpecificCredential"]
        self.assertEqual(key["ExpirationDate"] - key["CreateDate"], timedelta(days=30))
        listed = self.iam.list_service_specific_credentials(AllUsers=True)["ServiceSpecificCredentials"]
        self.assertEqual(sorted(c["UserName"] for c in listed), ["ann", "bob", "bob"])
        self.assertFalse(any({"ServicePassword", "ServiceCredentialSecret"} & set(c) for c in listed))
        named = self.iam.list_service_specific_credentials(AllUsers=True, ServiceName="bedrock.amazonaws.com")["ServiceSpecificCredentials"]
        self.assertEqual([(c["UserName"], c["ServiceCredentialAlias"], c["Status"]) for c in named], [("ann", key["ServiceCredentialAlias"], "Active")])
        self.refuses("ValidationError", 400, self.iam.list_service_specific_credentials, AllUsers=True, **BOB)
        self.refuses("NoSuchEntity", 404, self.iam.update_service_specific_credential, Status="Inactive", **one | {"UserName": "ann"})
        self.iam.update_service_specific_credential(Status="Inactive", **one)
        again = self.iam.reset_service_specific_credential(**one)["ServiceSpecificCredential"]
        self.assertEqual((again["Status"], again["ServiceSpecificCredentialId"]), ("Inactive", one["ServiceSpecificCredentialId"]))
        self.assertNotEqual(again["ServicePassword"], made["ServicePassword"])
        self.refuses("DeleteConflict", 409, self.iam.delete_user, **BOB)
        self.iam.delete_service_specific_credential(**one)
        self.refuses("NoSuchEntity", 404, self.iam.delete_service_specific_credential, **one)


class ServerCertificates(SandboxTest):
    def test_life(self):
        fresh, stale = pair(), pair(days=-1)
        upload = {"ServerCertificateName": "web", "CertificateBody": fresh[0], "PrivateKey": fresh[1], "Path": "/lb/"}
        self.refuses("KeyPairMismatch", 400, self.iam.upload_server_certificate, **upload | {"PrivateKey": stale[1]})
        self.refuses("MalformedCertificate", 400, self.iam.upload_server_certificate, **upload | {"CertificateBody": "none"})
        made = self.iam.upload_server_certificate(**upload)["ServerCertificateMetadata"]
        self.assertEqual(made["Arn"], f"arn:aws:iam::{ACCOUNT}:server-certificate/lb/web")
        self.refuses("EntityAlreadyExists", 409, self.iam.upload_server_certificate, **upload)
        self.iam.upload_server_certificate(ServerCertificateName="old", CertificateBody=stale[0], PrivateKey=stale[1])

        now = datetime.now(timezone.utc)
        listed = self.every("list_server_certificates", "ServerCertificateMetadataList", size=1)
        self.assertEqual([(c["ServerCertificateName"], c["Expiration"] < now) for c in listed], [("old", True), ("web", False)])
        got = self.iam.get_server_certificate(ServerCertificateName="web")["ServerCertificate"]
        self.assertEqual((got["CertificateBody"].strip(), got["ServerCertificateMetadata"]), (fresh[0].strip(), made))
        self.assertEqual(self.iam.get_account_summary()["SummaryMap"]["ServerCertificates"], 2)
        self.iam.delete_server_certificate(ServerCertificateName="old")
        self.refuses("NoSuchEntity", 404, self.iam.delete_server_certificate, ServerCertificateName="old")


def pair(days=1):
    """A certificate signed by itself that is valid until so many days from now, and its key. The package that makes them comes with moto."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "bob")])
    end = datetime.now(timezone.utc) + timedelta(days=days)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), end - timedelta(days=30), end)
    body = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return body.decode(), private.decode()


def certificate():
    return pair()[0]


def ssh_key(n):
    """An RSA public key in form; nobody holds its private part."""
    parts = (b"ssh-rsa", b"\x01\x00\x01", b"\x00" + bytes([128 + n]) * 256)
    blob = b"".join(struct.pack(">I", len(part)) + part for part in parts)
    return "ssh-rsa " + base64.b64encode(blob).decode()


if __name__ == "__main__":
    unittest.main()
