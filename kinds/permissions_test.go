package kinds_test

import (
	"cmp"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"baseline/kinds"
	"baseline/resource"
)

// Every kind states what each of its functions takes.
func TestEveryKindStatesItsPermissions(t *testing.T) {
	for _, kind := range kinds.All() {
		stated := kind.Permissions
		for name, function := range map[string]struct {
			there   bool
			permits []kinds.Permit
		}{
			"List":   {kind.List != nil, stated.List},
			"Look":   {kind.Look != nil || kind.Find != nil || kind.Held != nil, stated.Look},
			"Create": {kind.Create != nil, stated.Create},
			"Update": {kind.Update != nil, stated.Update},
			"Delete": {kind.Delete != nil, stated.Delete},
		} {
			switch missing := function.there && len(function.permits) == 0; {
			case missing:
				t.Errorf("%s does not state what %s takes", kind.Kind, name)
			case !function.there && len(function.permits) > 0:
				t.Errorf("%s states what %s takes, and has none", kind.Kind, name)
			}
		}
	}
}

// takenBeside are the actions that no call is named for, or that calls of another name take.
var takenBeside = []string{
	"iam:GetAccountAuthorizationDetails", "iam:PassRole", "iam:TagUser", "iam:TagRole", "iam:TagPolicy",
	"iam:GetRole", "iam:CreateServiceLinkedRole", "organizations:ListAWSServiceAccessForOrganization",
}

// otherwise are the actions of calls by another name, after AWS's Service Authorization Reference, by the SDK's package and the call.
var otherwise = map[string]string{
	"s3.DeleteBucketLifecycle":           "s3:PutLifecycleConfiguration",
	"s3.DeleteBucketTagging":             "s3:PutBucketTagging",
	"s3.DeleteObject":                    "s3:DeleteObjectVersion", // the version is named
	"s3.GetBucketEncryption":             "s3:GetEncryptionConfiguration",
	"s3.GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
	"s3.GetPublicAccessBlock":            "s3:GetBucketPublicAccessBlock",
	"s3.HeadBucket":                      "s3:ListBucket",
	"s3.ListBuckets":                     "s3:ListAllMyBuckets",
	"s3.ListObjectVersions":              "s3:ListBucketVersions",
	"s3.PutBucketEncryption":             "s3:PutEncryptionConfiguration",
	"s3.PutBucketLifecycleConfiguration": "s3:PutLifecycleConfiguration",
	"s3.PutPublicAccessBlock":            "s3:PutBucketPublicAccessBlock",
	"s3control.DeletePublicAccessBlock":  "s3:PutAccountPublicAccessBlock",
	"s3control.GetPublicAccessBlock":     "s3:GetAccountPublicAccessBlock",
	"s3control.PutPublicAccessBlock":     "s3:PutAccountPublicAccessBlock",
}

// prefixes are those of the actions of services that the SDK calls otherwise.
var prefixes = map[string]string{"tagging": "tag", "cloudwatchlogs": "logs"}

// Every call in this package is among the permissions of some kind, or of the evidence; and nothing is among them that no call takes.
func TestPermissionsAreThoseOfTheCalls(t *testing.T) {
	stated := map[string]bool{}
	for _, kind := range kinds.All() {
		p := kind.Permissions
		for _, permit := range slices.Concat(p.List, p.Look, p.Create, p.Update, p.Delete) {
			stated[permit.Action] = true
		}
	}
	for _, permit := range kinds.EvidencePermissions(resource.Needs{Report: true, RootMFA: true, ServerCertificates: true, Watched: true}) {
		stated[permit.Action] = true
	}
	called := map[string]bool{}
	for _, action := range takenBeside {
		called[action] = true
	}
	sources, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	input := regexp.MustCompile(`\b(iam|tagging|cloudtrail|cloudwatch|cloudwatchlogs|kms|s3|s3control|sns)\.([A-Z][A-Za-z]+)Input\b`)
	for _, path := range sources {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range input.FindAllStringSubmatch(string(text), -1) {
			action, other := otherwise[m[1]+"."+m[2]]
			if !other {
				action = cmp.Or(prefixes[m[1]], m[1]) + ":" + m[2]
			}
			called[action] = true
		}
	}
	if diff := gocmp.Diff(called, stated); diff != "" {
		t.Errorf("actions (-called +stated):\n%s", diff)
	}
}

// A change takes what it calls and no more, on what it is about and no other.
func TestGrantsOfAChange(t *testing.T) {
	scope := kinds.Scope{Partition: "aws", Account: account, Paths: map[resource.Address][]string{at("iam_user", "known"): {"/p/"}}}
	for _, test := range []struct {
		change resource.Change
		want   []kinds.Grant
	}{
		{
			resource.Change{Address: at("iam_user", "alice"), After: settings{"path": "/p/", "boundary": "", "tags": tags{}}},
			[]kinds.Grant{{Action: "iam:CreateUser", Resource: "arn:aws:iam::111122223333:user/p/alice"}},
		},
		{
			resource.Change{
				Address: at("iam_user", "alice"),
				Before:  settings{"path": "/p/", "boundary": "aws:PowerUserAccess", "tags": tags{"Team": "a"}},
				After:   settings{"path": "/q/", "boundary": "", "tags": tags{"team": "a"}},
			},
			[]kinds.Grant{
				{Action: "iam:UpdateUser", Resource: "arn:aws:iam::111122223333:user/p/alice"},
				{Action: "iam:UpdateUser", Resource: "arn:aws:iam::111122223333:user/q/alice"},
				{Action: "iam:DeleteUserPermissionsBoundary", Resource: "arn:aws:iam::111122223333:user/p/alice"},
				{Action: "iam:DeleteUserPermissionsBoundary", Resource: "arn:aws:iam::111122223333:user/q/alice"},
				{Action: "iam:TagUser", Resource: "arn:aws:iam::111122223333:user/p/alice"},
				{Action: "iam:TagUser", Resource: "arn:aws:iam::111122223333:user/q/alice"},
			},
		},
		{
			resource.Change{Address: at("iam_policy_attachment", "user", "known", "P"), After: settings{}},
			[]kinds.Grant{{Action: "iam:AttachUserPolicy", Resource: "arn:aws:iam::111122223333:user/p/known"}},
		},
		{
			resource.Change{Address: at("iam_inline_policy", "group", "g", "P"), Before: settings{"document": resource.Document(denyS3)}},
			[]kinds.Grant{
				{Action: "iam:DeleteGroupPolicy", Resource: "arn:aws:iam::111122223333:group/g"},
				{Action: "iam:DeleteGroupPolicy", Resource: "arn:aws:iam::111122223333:group/*/g"},
			},
		},
		{
			resource.Change{
				Address: at("iam_policy", "p"), Facts: resource.Facts{"versions": "v3* v2"},
				Before: settings{"path": "/", "document": resource.Document(denyS3)}, After: settings{"path": "/", "document": resource.Document(readS3)},
			},
			[]kinds.Grant{
				{Action: "iam:ListPolicyVersions", Resource: "arn:aws:iam::111122223333:policy/p"},
				{Action: "iam:GetPolicyVersion", Resource: "arn:aws:iam::111122223333:policy/p"},
				{Action: "iam:CreatePolicyVersion", Resource: "arn:aws:iam::111122223333:policy/p"},
				{Action: "iam:SetDefaultPolicyVersion", Resource: "arn:aws:iam::111122223333:policy/p"},
			},
		},
		{
			resource.Change{Address: at("iam_access_key", "known", "AKIA1"), Before: settings{"status": "Active"}, After: settings{"status": "Inactive"}},
			[]kinds.Grant{{Action: "iam:UpdateAccessKey", Resource: "arn:aws:iam::111122223333:user/p/known"}},
		},
		{
			resource.Change{
				Address: at("s3_bucket", "acme-logs"), Before: settings{"expire": 30, "tags": tags{}, "region": "eu-west-1"},
				After: settings{"expire": 0, "tags": tags{}, "region": "eu-west-1"},
			},
			[]kinds.Grant{
				{Action: "s3:GetLifecycleConfiguration", Resource: "arn:aws:s3:::acme-logs"},
				{Action: "s3:PutLifecycleConfiguration", Resource: "arn:aws:s3:::acme-logs"},
			},
		},
		{
			resource.Change{Address: at("s3_bucket", "acme-logs"), Before: settings{"region": "eu-west-1"}},
			[]kinds.Grant{
				{Action: "s3:ListBucketVersions", Resource: "arn:aws:s3:::acme-logs"},
				{Action: "s3:DeleteBucket", Resource: "arn:aws:s3:::acme-logs"},
				{Action: "s3:DeleteObjectVersion", Resource: "arn:aws:s3:::acme-logs/*AWSLogs/*/"},
			},
		},
		{
			resource.Change{
				Address: at("kms_key", "eu-west-1", "audit"), Facts: resource.Facts{"arn": "arn:aws:kms:eu-west-1:111122223333:key/1234"},
				Before: settings{"alias": "alias/audit", "enabled": false, "rotation": 0}, After: settings{"alias": "alias/audit", "enabled": false, "rotation": 365},
			},
			[]kinds.Grant{
				{Action: "kms:DescribeKey", Resource: "arn:aws:kms:eu-west-1:111122223333:key/1234"},
				{Action: "kms:EnableKey", Resource: "arn:aws:kms:eu-west-1:111122223333:key/1234"},
				{Action: "kms:EnableKeyRotation", Resource: "arn:aws:kms:eu-west-1:111122223333:key/1234"},
				{Action: "kms:DisableKey", Resource: "arn:aws:kms:eu-west-1:111122223333:key/1234"},
			},
		},
		{
			resource.Change{Address: at("kms_key", "eu-west-1", "audit"), Before: settings{"alias": "alias/audit"}, After: settings{"alias": ""}},
			[]kinds.Grant{
				{Action: "kms:DescribeKey", Resource: "arn:aws:kms:eu-west-1:111122223333:key/*"},
				{Action: "kms:DeleteAlias", Resource: "arn:aws:kms:eu-west-1:111122223333:alias/audit"},
				{Action: "kms:DeleteAlias", Resource: "arn:aws:kms:eu-west-1:111122223333:key/*"},
			},
		},
		{
			resource.Change{Address: at("logs_group", "eu-west-1", "/acme/audit"), After: settings{"retention": 365, "kms": "alias/audit", "tags": tags{"a": "b"}}},
			[]kinds.Grant{
				{Action: "kms:DescribeKey", Resource: "arn:aws:kms:eu-west-1:111122223333:key/*"},
				{Action: "logs:CreateLogGroup", Resource: "arn:aws:logs:eu-west-1:111122223333:log-group:/acme/audit:*"},
				{Action: "logs:TagResource", Resource: "arn:aws:logs:eu-west-1:111122223333:log-group:/acme/audit:*"},
				{Action: "logs:PutRetentionPolicy", Resource: "arn:aws:logs:eu-west-1:111122223333:log-group:/acme/audit:*"},
			},
		},
		{
			resource.Change{Address: at("logs_metric_filter", "eu-west-1", "/acme/audit", "root"), Before: settings{"pattern": "x"}},
			[]kinds.Grant{{Action: "logs:DeleteMetricFilter", Resource: "arn:aws:logs:eu-west-1:111122223333:log-group:/acme/audit:*"}},
		},
		{
			resource.Change{
				Address: at("cloudwatch_alarm", "eu-west-1", "root"), Before: settings{"threshold": "1", "tags": tags{"a": "b"}},
				After: settings{"threshold": "1", "tags": tags{}},
			},
			[]kinds.Grant{{Action: "cloudwatch:UntagResource", Resource: "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:root"}},
		},
		{
			resource.Change{Address: at("sns_topic", "eu-west-1", "alarms"), Before: settings{"display": "", "kms": ""}, After: settings{"display": "Alarms", "kms": ""}},
			[]kinds.Grant{{Action: "sns:SetTopicAttributes", Resource: "arn:aws:sns:eu-west-1:111122223333:alarms"}},
		},
		{
			resource.Change{Address: at("sns_subscription", "eu-west-1", "alarms", "email", "a@example.com"), After: settings{}},
			[]kinds.Grant{{Action: "sns:Subscribe", Resource: "arn:aws:sns:eu-west-1:111122223333:alarms"}},
		},
		{
			resource.Change{
				Address: at("cloudtrail_trail", "eu-west-1", "audit"),
				Before:  complete("cloudtrail_trail", settings{"bucket": "b", "organization": true}),
				After: complete("cloudtrail_trail", settings{
					"bucket": "b", "organization": true, "log_group": "g", "log_role": "arn:aws:iam::111122223333:role/deliver", "logging": false,
				}),
			},
			[]kinds.Grant{
				{Action: "cloudtrail:UpdateTrail", Resource: "arn:aws:cloudtrail:eu-west-1:111122223333:trail/audit"},
				{Action: "iam:PassRole", Resource: "arn:aws:iam::111122223333:role/deliver"},
				{Action: "organizations:ListAWSServiceAccessForOrganization", Resource: "*"},
				{Action: "iam:GetRole", Resource: "arn:aws:iam::111122223333:role/aws-service-role/cloudtrail.amazonaws.com/AWSServiceRoleForCloudTrail"},
				{Action: "iam:CreateServiceLinkedRole", Resource: "arn:aws:iam::111122223333:role/aws-service-role/cloudtrail.amazonaws.com/AWSServiceRoleForCloudTrail"},
				{Action: "cloudtrail:StopLogging", Resource: "arn:aws:cloudtrail:eu-west-1:111122223333:trail/audit"},
			},
		},
		{
			resource.Change{Address: kinds.AnyObject("iam_group", ""), Before: kinds.Any(), After: kinds.Any()},
			[]kinds.Grant{{Action: "iam:UpdateGroup", Resource: "arn:aws:iam::111122223333:group/*"}},
		},
		{
			resource.Change{Address: kinds.AnyObject("iam_policy_attachment", "role"), Before: kinds.Any()},
			[]kinds.Grant{{Action: "iam:DetachRolePolicy", Resource: "arn:aws:iam::111122223333:role/*"}},
		},
	} {
		var stated kinds.Permissions
		for _, kind := range kinds.All() {
			if kind.Kind == test.change.Address.Kind {
				stated = kind.Permissions
			}
		}
		got := kinds.Grants(stated.Writing(test.change.Op()), scope, test.change)
		if diff := gocmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s of %s (-want +got):\n%s", test.change.Op(), test.change.Address, diff)
		}
	}
}
