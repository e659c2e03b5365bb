package trail_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"baseline/policy"
	"baseline/trail"
)

var audit = trail.Delivery{
	Partition: "aws", Account: "111122223333", Region: "eu-west-1", Name: "audit", Bucket: "acme-logs", LogGroup: "/audit",
}

// Each statement as AWS's user guide has it, for this trail.
func TestStatements(t *testing.T) {
	const arn = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/audit"
	if audit.ARN() != arn {
		t.Errorf("ARN %s", audit.ARN())
	}
	prefixed, organization := audit, audit
	prefixed.Prefix, organization.Organization = "a", "o-exampleorgid"
	aclCheck := `{"Sid":"OurAclCheckAuditEuWest1","Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"s3:GetBucketAcl",` +
		`"Resource":"arn:aws:s3:::acme-logs","Condition":{"StringEquals":{"aws:SourceArn":"` + arn + `"}}}`
	write := func(sid, folder string) string {
		return `{"Sid":"Our` + sid + `AuditEuWest1","Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"s3:PutObject",` +
			`"Resource":"arn:aws:s3:::acme-logs/` + folder + `/*","Condition":{"StringEquals":{"s3:x-amz-acl":"bucket-owner-full-control","aws:SourceArn":"` + arn + `"}}}`
	}
	for _, test := range []struct {
		name      string
		got, want []string
	}{
		{"bucket", audit.BucketStatements("Our"), []string{aclCheck, write("Write", "AWSLogs/111122223333")}},
		{"bucket with a prefix", prefixed.BucketStatements("Our"), []string{aclCheck, write("Write", "a/AWSLogs/111122223333")}},
		{
			"bucket of an organization", organization.BucketStatements("Our"),
			[]string{aclCheck, write("Write", "AWSLogs/111122223333"), write("OrganizationWrite", "AWSLogs/o-exampleorgid")},
		},
		{"key", audit.KeyStatements("Our"), []string{
			`{"Sid":"OurEncryptAuditEuWest1","Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"kms:GenerateDataKey*","Resource":"*",` +
				`"Condition":{"StringEquals":{"aws:SourceArn":"` + arn + `"},"StringLike":{"kms:EncryptionContext:aws:cloudtrail:arn":"arn:aws:cloudtrail:*:111122223333:trail/*"}}}`,
			`{"Sid":"OurDescribeAuditEuWest1","Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"kms:DescribeKey","Resource":"*",` +
				`"Condition":{"StringEquals":{"aws:SourceArn":"` + arn + `"}}}`,
		}},
		{"topic", []string{audit.TopicStatement("Our", "arn:aws:sns:eu-west-1:111122223333:logs")}, []string{
			`{"Sid":"OurPublishAuditEuWest1","Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"SNS:Publish",` +
				`"Resource":"arn:aws:sns:eu-west-1:111122223333:logs","Condition":{"StringEquals":{"aws:SourceArn":"` + arn + `"}}}`,
		}},
		{"role", []string{organization.RolePolicy()}, []string{
			`{"Version":"2012-10-17","Statement":[{"Sid":"Deliver","Effect":"Allow","Action":["logs:CreateLogStream","logs:PutLogEvents"],"Resource":[` +
				`"arn:aws:logs:eu-west-1:111122223333:log-group:/audit:log-stream:111122223333_CloudTrail_eu-west-1*",` +
				`"arn:aws:logs:eu-west-1:111122223333:log-group:/audit:log-stream:o-exampleorgid_*"]}]}`,
		}},
		{"access logs", []string{trail.AccessLogStatement("Our", "aws", "111122223333", "acme-access", "acme-logs/", "acme-logs")}, []string{
			`{"Sid":"OurAccessLogsAcmeLogs","Effect":"Allow","Principal":{"Service":"logging.s3.amazonaws.com"},"Action":"s3:PutObject",` +
				`"Resource":"arn:aws:s3:::acme-access/acme-logs/*","Condition":{"ArnLike":{"aws:SourceArn":"arn:aws:s3:::acme-logs"},` +
				`"StringEquals":{"aws:SourceAccount":"111122223333"}}}`,
		}},
	} {
		if diff := cmp.Diff(test.want, test.got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

// Whatever the names, the statements are JSON, and each Sid is letters and digits and there once.
func TestStatementsOfOddNames(t *testing.T) {
	for _, name := range []string{"audit", "AUDIT", "a.udit-1_b", "/a/udit"} {
		d := trail.Delivery{
			Partition: "aws", Account: "111122223333", Region: "us-gov-west-1", Name: name, Bucket: name, Prefix: `odd "prefix" \`,
			LogGroup: name, Organization: "o-exampleorgid",
		}
		statements := append(d.BucketStatements("Our"), d.KeyStatements("Our")...)
		statements = append(statements, d.LogsKeyStatements("Our")...)
		statements = append(statements, d.TopicStatement("Our", "arn:aws:sns:us-gov-west-1:111122223333:t"))
		statements = append(statements, trail.TLSOnly("Our", "aws", name), trail.AccessLogStatement("Our", "aws", "111122223333", "t", `"`, name))
		document, err := policy.Parse(trail.Document(statements...))
		if err != nil {
			t.Fatal(err)
		}
		sids := map[string]bool{}
		for _, s := range document.Statements {
			if strings.Trim(s.Sid, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != "" || !strings.HasPrefix(s.Sid, "Our") || sids[s.Sid] {
				t.Errorf("Sid %q of %s", s.Sid, name)
			}
			sids[s.Sid] = true
		}
	}
	if _, err := policy.Parse(trail.RoleTrust()); err != nil {
		t.Error(err)
	}
}

func TestAlphanumeric(t *testing.T) {
	for text, want := range map[string]string{
		"acme-prod": "AcmeProd", "/aws/audit_log": "AwsAuditLog", "eu-west-1": "EuWest1", "ACME": "ACME", "größe": "GrE", "": "", "--": "",
	} {
		if got := trail.Alphanumeric(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
