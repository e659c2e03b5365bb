package sandbox_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/google/go-cmp/cmp"

	"baseline/sandbox"
)

const reportHead = "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active," +
	"access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service," +
	"access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service," +
	"cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated\n"

// seededReport is a report of the users of seededDetails.
const seededReport = reportHead +
	"<root_account>,arn:aws:iam::111122223333:root,2019-05-06T07:08:09Z,true,2026-10-01T08:00:00Z,2019-05-06T07:10:00Z,not_supported,true," +
	"false,N/A,N/A,N/A,N/A,true,2021-01-01T00:00:00Z,2025-01-01T00:00:00Z,us-east-1,s3,false,N/A,true,2020-02-02T00:00:00Z\n" +
	"alice,arn:aws:iam::111122223333:user/staff/alice,2024-01-02T03:04:05Z,true,2026-11-01T09:00:00Z,2024-02-02T00:00:00Z,N/A,true," +
	"false,2025-03-03T00:00:00Z,2025-03-02T23:45:00Z,eu-west-1,ec2,true,2026-01-01T00:00:00Z,N/A,N/A,N/A,true,2024-03-03T00:00:00Z,false,2024-04-04T00:00:00Z\n" +
	"Bob,arn:aws:iam::111122223333:user/Bob,2024-01-02T03:04:05Z,true,no_information,2024-02-03T00:00:00Z,N/A,false" +
	noKey + noKey + noCertificate + noCertificate + "\n" +
	"carol,arn:aws:iam::111122223333:user/carol,2024-01-02T03:04:05Z,false,N/A,N/A,N/A,false" +
	noKey + ",true,2024-05-05T00:00:00Z,2026-11-20T00:00:00Z,N/A,sts" + noCertificate + noCertificate

const seededDetails = `{"UserDetailList": [
  {"Path": "/staff/", "UserName": "alice", "UserId": "AIDAAAAAAAAAAAAAAAAA1", "Arn": "arn:aws:iam::111122223333:user/staff/alice", "CreateDate": "2024-01-02T03:04:05+00:00"},
  {"Path": "/", "UserName": "Bob", "UserId": "AIDAAAAAAAAAAAAAAAAA2", "Arn": "arn:aws:iam::111122223333:user/Bob", "CreateDate": "2024-01-02T03:04:05+00:00"},
  {"Path": "/", "UserName": "carol", "UserId": "AIDAAAAAAAAAAAAAAAAA3", "Arn": "arn:aws:iam::111122223333:user/carol", "CreateDate": "2024-01-02T03:04:05+00:00"}
]}`

func seeded(t *testing.T) *sandbox.Account {
	t.Helper()
	a := sandbox.New(fixed())
	if err := a.SeedFrom(strings.NewReader(seededDetails)); err != nil {
		t.Fatal(err)
	}
	return a
}

// TestSeededReportComesBack seeds an account with a report and reads the same report back.
func TestSeededReportComesBack(t *testing.T) {
	a := seeded(t)
	if err := a.SeedReport(strings.NewReader(seededReport)); err != nil {
		t.Fatal(err)
	}
	c, ctx := clientOf(a), t.Context()
	if diff := cmp.Diff(seededReport, string(report(t, c).Content)); diff != "" {
		t.Errorf("(-seed +report):\n%s", diff)
	}
	// What the report tells of is there to be worked with.
	devices := must[*iam.ListMFADevicesOutput](t)(c.ListMFADevices(ctx, &iam.ListMFADevicesInput{UserName: aws.String("alice")}))
	if len(devices.MFADevices) != 1 || *devices.MFADevices[0].SerialNumber != "arn:aws:iam::111122223333:mfa/alice" {
		t.Errorf("devices %+v", devices.MFADevices)
	}
	certificates := must[*iam.ListSigningCertificatesOutput](t)(c.ListSigningCertificates(ctx, &iam.ListSigningCertificatesInput{UserName: aws.String("alice")}))
	if len(certificates.Certificates) != 2 {
		t.Errorf("%d certificates", len(certificates.Certificates))
	}
	keys := must[*iam.ListAccessKeysOutput](t)(c.ListAccessKeys(ctx, &iam.ListAccessKeysInput{UserName: aws.String("carol")}))
	carol := iam.NewFromConfig(config(a, *keys.AccessKeyMetadata[0].AccessKeyId))
	if me := must[*iam.GetUserOutput](t)(carol.GetUser(ctx, &iam.GetUserInput{})); *me.User.UserName != "carol" {
		t.Errorf("carol's key is of %s", *me.User.UserName)
	}
	before := string(a.Dump())
	if err := a.SeedReport(strings.NewReader(seededReport)); err == nil || !strings.Contains(err.Error(), "user alice: there is a login-profile") {
		t.Errorf("a second time: %v", err)
	}
	if diff := cmp.Diff(before, string(a.Dump())); diff != "" {
		t.Errorf("a refused seed changed something:\n%s", diff)
	}
}

// TestSeedReportOfOtherForms reads what AWS wrote at other times: other columns, another order, dates and words.
func TestSeedReportOfOtherForms(t *testing.T) {
	a := seeded(t)
	text := "additional_credentials_info," + strings.ReplaceAll(seededReport, "\n", "\n,")
	text = strings.ReplaceAll(text, "Z", "+00:00")
	text = strings.ReplaceAll(text, "2019-05-06T07:08:09+00:00,true", "2019-05-06T07:08:09+00:00,not_supported")
	text = strings.ReplaceAll(strings.ReplaceAll(text, "true", "TRUE"), "\n", "\r\n") + "\r\n"
	if err := a.SeedReport(strings.NewReader(text)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(seededReport, string(report(t, clientOf(a)).Content)); diff != "" {
		t.Errorf("(-seed +report):\n%s", diff)
	}
}

func TestSeedReportRefuses(t *testing.T) {
	a := seeded(t)
	before := string(a.Dump())
	replace := func(old, with string) string {
		if !strings.Contains(seededReport, old) {
			t.Fatalf("%q is not in the report", old)
		}
		return strings.Replace(seededReport, old, with, 1)
	}
	tests := []struct{ name, report, words string }{
		{"nothing", "", "empty"},
		{"no report", "a,b\n1,2\n", "no column user"},
		{"a lacking column", replace("mfa_active", "mfa"), "no column mfa_active"},
		{"a short row", replace(",N/A,sts,", ",N/A,"), "wrong number of fields"},
		{"no boolean", replace("2024-01-02T03:04:05Z,true", "2024-01-02T03:04:05Z,not_supported"), `user alice: password_enabled "not_supported" is neither`},
		{"no date", replace("2025-03-02T23:45:00Z", "yesterday"), `access_key_1_last_used_date "yesterday" is not a date`},
		{"an unknown user", replace("carol,", "dave,"), "user dave: the account has no such user"},
		{"a user of another path", replace(":user/carol", ":user/x/carol"), "here it is arn:aws:iam::111122223333:user/carol"},
		{"another account", replace("111122223333:root", "444455556666:root"), "another account"},
		{"a user twice", seededReport + seededReport[strings.LastIndex(seededReport, "\ncarol"):], "user carol is in the credential report twice"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if err := a.SeedReport(strings.NewReader(tt.report)); err == nil || !strings.Contains(err.Error(), tt.words) {
				t.Errorf("%v, want %q", err, tt.words)
			}
			if diff := cmp.Diff(before, string(a.Dump())); diff != "" {
				t.Errorf("something was kept:\n%s", diff)
			}
		})
	}
}
