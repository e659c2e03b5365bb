package policy_test

import (
	"strings"
	"testing"

	"baseline/policy"
)

// A statement that allows more than the wanted one makes it superfluous; one that allows less, or something else, does not.
func TestLackingTakesWhatAllowsMore(t *testing.T) {
	const wanted = `{"Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"s3:PutObject",` +
		`"Resource":"arn:aws:s3:::logs/AWSLogs/111122223333/*","Condition":{"StringEquals":{"s3:x-amz-acl":"bucket-owner-full-control",` +
		`"aws:SourceArn":"arn:aws:cloudtrail:eu-west-1:111122223333:trail/audit"}}}`
	for _, test := range []struct {
		name     string
		old, new string
		covers   bool
	}{
		{"the same", "", "", true},
		{"a folder above", "AWSLogs/111122223333/*", "*", true},
		{"another folder", "AWSLogs/111122223333", "AWSLogs/444455556666", false},
		{"the folder itself only", "111122223333/*", "111122223333/", false},
		{"more actions", `"s3:PutObject"`, `["s3:Get*","S3:put*"]`, true},
		{"other actions", `"s3:PutObject"`, `["s3:Get*","s3:PutObjectAcl"]`, false},
		{"more principals", `"cloudtrail.amazonaws.com"`, `["config.amazonaws.com","cloudtrail.amazonaws.com"]`, true},
		{"others", "cloudtrail.amazonaws.com", "config.amazonaws.com", false},
		{"a principal of another sort", `"Service"`, `"AWS"`, false},
		{"no condition on the trail", `,"aws:SourceArn":"arn:aws:cloudtrail:eu-west-1:111122223333:trail/audit"`, "", true},
		{"no condition at all", wanted[strings.Index(wanted, `,"Condition"`) : len(wanted)-1], "", true},
		{"more trails", `"arn:aws:cloudtrail:eu-west-1:111122223333:trail/audit"`, `["arn:aws:cloudtrail:eu-west-1:111122223333:trail/audit","x"]`, true},
		{"another trail", "trail/audit", "trail/other", false},
		{"all trails, letter by letter", "trail/audit", "trail/*", false},
		{"all trails of the account", `"aws:SourceArn":"arn:aws:cloudtrail:eu-west-1:111122223333:trail/audit"}`, `"S3:X-amz-acl":"bucket-owner-full-control"},"ArnLike":{"aws:sourcearn":"arn:aws:cloudtrail:*:111122223333:trail/*"}`, true},
		{"all trails of another", `"aws:SourceArn":"arn:aws:cloudtrail:eu-west-1:111122223333:trail/audit"}`, `"S3:X-amz-acl":"bucket-owner-full-control"},"ArnLike":{"aws:sourcearn":"arn:aws:cloudtrail:*:444455556666:trail/*"}`, false},
		{"one condition more", `"s3:x-amz-acl"`, `"aws:SourceAccount":"111122223333","s3:x-amz-acl"`, false},
		{"all but the trail", `"StringEquals":{"s3:x-amz-acl":"bucket-owner-full-control","aws:SourceArn"`, `"StringNotEquals":{"s3:x-amz-acl":"bucket-owner-full-control","aws:SourceArn"`, false},
		{"a denial", `"Allow"`, `"Deny"`, false},
		{"all but some actions", `"Action":"s3:PutObject"`, `"NotAction":"s3:GetObject"`, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			statement := strings.Replace(wanted, test.old, test.new, 1)
			if statement == wanted && test.old != "" {
				t.Fatalf("%q is not in the statement", test.old)
			}
			lacking := policy.Lacking(of(statement), of(wanted))
			if covers := len(lacking) == 0; covers != test.covers {
				t.Errorf("%s\ncovers %s: %v", statement, wanted, covers)
			}
		})
	}
	if len(policy.Lacking(of(strings.Replace(wanted, "Allow", "Deny", 1)), of(strings.Replace(wanted, "Allow", "Deny", 1)))) > 0 {
		t.Error("a wanted denial is not found")
	}
	not := strings.Replace(wanted, "StringEquals", "StringNotEquals", 1)
	if len(policy.Lacking(of(strings.Replace(not, `"arn:aws:cloudtrail:eu-west-1:111122223333:trail/audit"`, `["arn:aws:cloudtrail:eu-west-1:111122223333:trail/audit","x"]`, 1)), of(not))) == 0 {
		t.Error("what rules out more is taken for wider")
	}
}

// What a policy can't allow under any conditions is told from what it may allow in another way.
func TestUnallowedIsCertain(t *testing.T) {
	t.Parallel()
	const wanted = `{"Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"kms:GenerateDataKey*",` +
		`"Resource":"arn:aws:s3:::logs/AWSLogs/111122223333/*","Condition":{"StringEquals":{"aws:SourceArn":"trail/audit"}}}`
	for _, test := range []struct {
		name     string
		old, new string
		may      bool
	}{
		{"the same", "", "", true},
		{"another condition", "trail/audit", "trail/other", true},
		{"everybody", `{"Service":"cloudtrail.amazonaws.com"}`, `"*"`, true},
		{"all but one", `"Principal":{"Service":"cloudtrail.amazonaws.com"}`, `"NotPrincipal":{"AWS":"111122223333"}`, true},
		{"another service", "cloudtrail.amazonaws.com", "config.amazonaws.com", false},
		{"a principal of another sort", "Service", "AWS", false},
		{"one of the actions", "GenerateDataKey*", "generatedatakey", true},
		{"more actions", "GenerateDataKey*", "Generate*", true},
		{"another action", "GenerateDataKey*", "Decrypt", false},
		{"other actions", "GenerateDataKey*", "De*", false},
		{"all but some actions", "Action", "NotAction", true},
		{"a folder in it", "111122223333/*", "111122223333/CloudTrail/*", true},
		{"a folder above", "AWSLogs/111122223333/*", "*", true},
		{"a folder with a variable", "AWSLogs/111122223333/*", "AWSLogs/${aws:PrincipalAccount}/x", true},
		{"another folder", "111122223333/*", "444455556666/*", false},
		{"the folder itself", "111122223333/*", "111122223333", false},
		{"all but some resources", "Resource", "NotResource", true},
		{"a denial", "Allow", "Deny", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			statement := strings.Replace(wanted, test.old, test.new, 1)
			if may := len(policy.Unallowed(of(statement), of(wanted))) == 0; may != test.may {
				t.Errorf("%s\nmay allow %s: %v", statement, wanted, may)
			}
		})
	}
	if len(policy.Unallowed("", of(wanted))) != 1 || len(policy.Unallowed("{", of(wanted))) > 0 {
		t.Error("no policy allows nothing, and one that can't be read may")
	}
	if len(policy.Unallowed("", of(strings.Replace(wanted, "Allow", "Deny", 1)))) > 0 {
		t.Error("a denial needs no allowing")
	}
}
