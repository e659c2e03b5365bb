package spec_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"baseline/resource"
	"baseline/spec"
	"baseline/trail"
)

// own begins the Sids of the statements of the baseline called test.
const own = "BaselineTest9f86d0"

var (
	auditTrail  = resource.At("cloudtrail_trail", "eu-west-1", "audit")
	auditBucket = resource.At("s3_bucket", "acme-audit")
	auditPolicy = resource.At("s3_bucket_policy", "acme-audit")
	auditKey    = resource.At("kms_key", "eu-west-1", "audit")
	auditGroup  = resource.At("logs_group", "eu-west-1", "/audit")
	auditRole   = resource.At("iam_role", "baseline-cloudtrail-audit")
)

// audit is the trail audit as its policies know it, with changes.
func audit(change ...func(*trail.Delivery)) trail.Delivery {
	d := trail.Delivery{Partition: "aws", Account: "111122223333", Region: "eu-west-1", Name: "audit", Bucket: "acme-audit"}
	for _, f := range change {
		f(&d)
	}
	return d
}

// statements is what a file wants of a policy.
func statements(name string, texts ...string) resource.Object {
	return resource.Object{name: resource.Document(trail.Document(texts...)), "own": own}
}

// bucketOf is a bucket as a baseline keeps one.
func bucketOf(more resource.Object) resource.Object {
	return resource.Object{
		"region": "eu-west-1", "ownership": "BucketOwnerEnforced", "encryption": "AES256", "encryption_key": "", "versioning": "Enabled",
		"public_access_block": []string{"BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"},
	}.With(more)
}

// trailWith is the section with the trail audit, in the bucket acme-audit.
func trailWith(keys string) string {
	return "cloudtrail: {audit: {home_region: eu-west-1, bucket: acme-audit" + keys + "}}"
}

// loadTrails reads a file that the schema must accept too.
func loadTrails(t *testing.T, yaml string) *resource.Want {
	t.Helper()
	if err := resolved(t).Validate(asJSON(t, head+yaml)); err != nil {
		t.Errorf("the schema refuses it: %v", err)
	}
	return mustLoad(t, yaml).Want
}

func TestTrailSettings(t *testing.T) {
	arn := "arn:aws:kms:eu-west-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab"
	for name, tt := range map[string]struct {
		yaml     string
		settings resource.Object
	}{
		"as little as can be": {"", nil},
		"flags": {
			", multi_region: true, global_events: true, validation: true, logging: false",
			resource.Object{"multi_region": true, "global_events": true, "validation": true, "logging": false},
		},
		"flags that are off":  {", multi_region: false, global_events: false, validation: false", resource.Object{"multi_region": false, "global_events": false, "validation": false}},
		"tags":                {", tags: {team: data}", resource.Object{"tags": map[string]string{"team": "data"}}},
		"no tags":             {", tags: {}", resource.Object{"tags": map[string]string{}}},
		"no organization":     {", organization: none", resource.Object{"organization": false}},
		"no key":              {", kms: none", resource.Object{"kms": ""}},
		"a key by ARN":        {", kms: '" + arn + "'", resource.Object{"kms": arn}},
		"no logs":             {", logs: none", resource.Object{"log_group": "", "log_role": ""}},
		"no topic":            {", sns: none", resource.Object{"sns_topic": ""}},
		"a topic by name":     {", sns: told", resource.Object{"sns_topic": "arn:aws:sns:eu-west-1:111122223333:told"}},
		"a topic by ARN":      {", sns: 'arn:aws:sns:eu-west-1:444455556666:told'", resource.Object{"sns_topic": "arn:aws:sns:eu-west-1:444455556666:told"}},
		"no insights":         {", insights: []", resource.Object{"insights": []string{}}},
		"insights":            {", insights: [ApiErrorRate, ApiCallRate]", resource.Object{"insights": []string{"ApiCallRateInsight", "ApiErrorRateInsight"}}},
		"insights that can":   {", insights: [ApiErrorRate], management_events: read", resource.Object{"insights": []string{"ApiErrorRateInsight"}, "selectors": []string{`{"ReadWriteType":"ReadOnly","IncludeManagementEvents":true}`}}},
		"management events":   {", management_events: all", resource.Object{"selectors": []string{`{"ReadWriteType":"All","IncludeManagementEvents":true}`}}},
		"writes":              {", management_events: write", resource.Object{"selectors": []string{`{"ReadWriteType":"WriteOnly","IncludeManagementEvents":true}`}}},
		"but talkative ones":  {", management_events: {record: all, exclude: [rdsdata.amazonaws.com, kms.amazonaws.com]}", resource.Object{"selectors": []string{`{"ReadWriteType":"All","IncludeManagementEvents":true,"ExcludeManagementEventSources":["kms.amazonaws.com","rdsdata.amazonaws.com"]}`}}},
		"variables in a name": {", sns: '${region}-told'", resource.Object{"sns_topic": "arn:aws:sns:eu-west-1:111122223333:us-east-1-told"}},
	} {
		t.Run(name, func(t *testing.T) {
			want := loadTrails(t, trailWith(tt.yaml))
			expected := objects{auditTrail: resource.Object{"bucket": "acme-audit", "prefix": "", "logging": true}.With(tt.settings)}
			if diff := cmp.Diff(expected, want.Objects); diff != "" {
				t.Errorf("objects (-expected +got):\n%s", diff)
			}
			relied := objects{auditPolicy: statements("statements", audit().BucketStatements(own)...)}
			if diff := cmp.Diff(relied, want.Relied); diff != "" {
				t.Errorf("relied on (-expected +got):\n%s", diff)
			}
			if diff := cmp.Diff([]resource.Kind{"cloudtrail_trail"}, want.Extra); diff != "" {
				t.Errorf("extra (-expected +got):\n%s", diff)
			}
		})
	}
}

func TestSelectorsOfTrails(t *testing.T) {
	const (
		management = `{"FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]}]}`
		data       = `{"Field":"eventCategory","Equals":["Data"]}`
		s3Objects  = `{"Field":"resources.type","Equals":["AWS::S3::Object"]}`
	)
	for name, tt := range map[string]struct {
		yaml      string
		selectors []string
	}{
		"writes to one bucket": {
			"data_events: {s3: write, buckets: [customer-data]}",
			[]string{`{"FieldSelectors":[` + data + `,{"Field":"readOnly","Equals":["false"]},{"Field":"resources.ARN","StartsWith":["arn:aws:s3:::customer-data/"]},` + s3Objects + `]}`, management},
		},
		"reads of the own bucket": {
			"data_events: {s3: read, buckets: [acme-audit]}",
			[]string{`{"FieldSelectors":[` + data + `,{"Field":"readOnly","Equals":["true"]},{"Field":"resources.ARN","StartsWith":["arn:aws:s3:::acme-audit/"]},` + s3Objects + `]}`, management},
		},
		"all buckets but the own": {
			"data_events: {s3: all}",
			[]string{`{"FieldSelectors":[` + data + `,{"Field":"resources.ARN","NotStartsWith":["arn:aws:s3:::acme-audit/"]},` + s3Objects + `]}`, management},
		},
		"no management events": {
			"management_events: none, data_events: {lambda: all}",
			[]string{`{"FieldSelectors":[` + data + `,{"Field":"resources.type","Equals":["AWS::Lambda::Function"]}]}`},
		},
		"some management events": {
			"management_events: {record: write, exclude: [kms.amazonaws.com]}, data_events: {dynamodb: ['arn:aws:dynamodb:eu-west-1:111122223333:table/b', 'arn:aws:dynamodb:eu-west-1:111122223333:table/a']}",
			[]string{
				`{"FieldSelectors":[` + data + `,{"Field":"resources.ARN","Equals":["arn:aws:dynamodb:eu-west-1:111122223333:table/a","arn:aws:dynamodb:eu-west-1:111122223333:table/b"]},{"Field":"resources.type","Equals":["AWS::DynamoDB::Table"]}]}`,
				`{"FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]},{"Field":"eventSource","NotEquals":["kms.amazonaws.com"]},{"Field":"readOnly","Equals":["false"]}]}`,
			},
		},
		"in full": {
			`selectors: [{Name: calls, FieldSelectors: [{Field: eventCategory, Equals: Management}]}, {FieldSelectors: [{Field: eventCategory, Equals: [Data]}, {Field: resources.type, Equals: ["AWS::S3::Object"]}, {Field: resources.ARN, NotStartsWith: ["arn:aws:s3:::acme-audit/"]}]}]`,
			[]string{`{"FieldSelectors":[` + data + `,{"Field":"resources.ARN","NotStartsWith":["arn:aws:s3:::acme-audit/"]},` + s3Objects + `]}`, `{"Name":"calls","FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]}]}`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			want := loadTrails(t, trailWith(", "+tt.yaml))
			if diff := cmp.Diff(tt.selectors, want.Objects[auditTrail].List("selectors")); diff != "" {
				t.Errorf("selectors (-expected +got):\n%s", diff)
			}
		})
	}
}

// Trails may share what they stand on. One describes it, or all do so alike; the policies hold what all of them need.
func TestTrailsThatShare(t *testing.T) {
	other := audit(func(d *trail.Delivery) { d.Name = "other" })
	tls := trail.TLSOnly(own, "aws", "acme-audit")
	keeps := "{home_region: eu-west-1, bucket: {name: acme-audit, create: true}, kms: {alias: audit, create: true}, logs: {group: /audit, retention: 30d}}"
	uses := "{home_region: eu-west-1, bucket: acme-audit, kms: alias/audit, logs: {group: /audit, retention: 30d, role: baseline-cloudtrail-audit}}"
	for name, tt := range map[string]string{
		"one describes": "{audit: " + keeps + ", other: " + uses + "}",
		"both describe": "{audit: " + keeps + ", other: " + strings.Replace(keeps, "30d", "30d, role: baseline-cloudtrail-audit", 1) + "}",
	} {
		t.Run(name, func(t *testing.T) {
			want := loadTrails(t, "cloudtrail: "+tt)
			policy := statements("statements", slices.Concat(audit().BucketStatements(own), []string{tls}, other.BucketStatements(own))...)
			if diff := cmp.Diff(policy, want.Objects[auditPolicy]); diff != "" {
				t.Errorf("policy of the bucket (-expected +got):\n%s", diff)
			}
			key := resource.Object{"alias": "alias/audit", "enabled": true, "rotation": 365}.
				With(statements("policy_statements", slices.Concat(audit().KeyStatements(own), other.KeyStatements(own))...))
			if diff := cmp.Diff(key, want.Objects[auditKey]); diff != "" {
				t.Errorf("key (-expected +got):\n%s", diff)
			}
			for _, trail := range []string{"audit", "other"} {
				if at := resource.At("iam_inline_policy", "role", auditRole.Name, trail); want.Objects[at] == nil {
					t.Errorf("%s is not wanted", at)
				}
			}
			if want.Relied != nil {
				t.Errorf("relied on: %v", want.Relied)
			}
		})
	}
}

func TestTrailsThatShallNotBe(t *testing.T) {
	want := loadTrails(t, "cloudtrail: {audit: {absent: true, home_region: eu-west-1}}")
	if diff := cmp.Diff([]resource.Address{auditTrail}, want.Absent); diff != "" {
		t.Errorf("absent (-expected +got):\n%s", diff)
	}
	if len(want.Objects) > 0 {
		t.Errorf("objects: %v", want.Objects)
	}
}

// An empty section is enough for trails to be looked at.
func TestSectionsThatAskForALook(t *testing.T) {
	for yaml, expected := range map[string]*resource.Want{
		"cloudtrail: {}": {Extra: []resource.Kind{"cloudtrail_trail"}},
		"s3: {}":         {Extra: []resource.Kind{"s3_account_public_access_block"}},
		"cloudtrail: {}\nunmanaged: {trails: delete}": {
			Extra: []resource.Kind{"cloudtrail_trail"}, Unmanaged: map[string]resource.Disposition{"trails": resource.Delete},
		},
		"": {},
	} {
		expected.Name, expected.Objects, expected.Complete = "test", objects{}, complete{}
		if expected.Unmanaged == nil {
			expected.Unmanaged = map[string]resource.Disposition{}
		}
		if diff := cmp.Diff(expected, loadTrails(t, yaml)); diff != "" {
			t.Errorf("%s (-expected +got):\n%s", yaml, diff)
		}
	}
}

func TestAccountPublicAccessBlock(t *testing.T) {
	at := resource.At("s3_account_public_access_block", "account")
	for value, block := range map[string][]string{
		"all": {"BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"},
		"[RestrictPublicBuckets, BlockPublicAcls]": {"BlockPublicAcls", "RestrictPublicBuckets"},
	} {
		want := loadTrails(t, "s3: {account_public_access_block: "+value+"}")
		if diff := cmp.Diff(objects{at: {"block": block}}, want.Objects); diff != "" {
			t.Errorf("%s (-expected +got):\n%s", value, diff)
		}
	}
	want := loadTrails(t, "s3: {account_public_access_block: none}")
	if diff := cmp.Diff([]resource.Address{at}, want.Absent); diff != "" || len(want.Objects) > 0 {
		t.Errorf("none: %v, absent (-expected +got):\n%s", want.Objects, diff)
	}
}

func TestPlacesOfTrails(t *testing.T) {
	b := mustLoad(t, "cloudtrail:\n  audit:\n    home_region: eu-west-1\n    bucket: acme-audit\n    kms: {alias: audit, create: true}\ns3:\n  account_public_access_block: all\n")
	place := func(line, column int) spec.Place {
		return spec.Place{File: "baseline.yaml", Line: line, Column: column}
	}
	expected := map[resource.Address]spec.Place{
		auditTrail: place(4, 3), auditPolicy: place(6, 13), auditKey: place(7, 10),
		resource.At("s3_account_public_access_block", "account"): place(9, 3),
	}
	if diff := cmp.Diff(expected, b.Places); diff != "" {
		t.Errorf("places (-expected +got):\n%s", diff)
	}
}

func TestTrailsOfOtherPartitions(t *testing.T) {
	b, err := load(map[string]string{"baseline.yaml": head + "cloudtrail: {audit: {home_region: cn-north-1, bucket: acme-audit, logs: /audit, data_events: {s3: all}}}"}, spec.Env{Partition: "aws-cn"})
	if err != nil {
		t.Fatal(err)
	}
	for at, o := range b.Want.Objects {
		for _, name := range o.Names() {
			if text := o.Text(name) + string(o.Document(name)) + strings.Join(o.List(name), " "); strings.Contains(text, "arn:aws:") {
				t.Errorf("%s: %s is %s", at, name, text)
			}
		}
	}
}
