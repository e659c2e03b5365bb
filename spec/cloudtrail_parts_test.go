package spec_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"baseline/resource"
	"baseline/trail"
)

func TestBucketsOfTrails(t *testing.T) {
	d := audit(func(d *trail.Delivery) { d.Prefix = "logs/eu" })
	tls := trail.TLSOnly(own, "aws", "acme-audit")
	accessPolicy, accessBucket := resource.At("s3_bucket_policy", "acme-access"), resource.At("s3_bucket", "acme-access")
	for name, tt := range map[string]struct {
		bucket  string
		objects objects
	}{
		"used as it is, its policy kept": {
			"{name: acme-audit, manage_policy: true}",
			objects{auditPolicy: statements("statements", audit().BucketStatements(own)...)},
		},
		"made": {
			"{name: acme-audit, create: true}",
			objects{auditBucket: bucketOf(nil), auditPolicy: statements("statements", append(audit().BucketStatements(own), tls)...)},
		},
		"made elsewhere, with a prefix": {
			"{name: acme-audit, create: true, manage_policy: true, prefix: logs/eu, region: eu-central-1, expire: never, access_logs: none}",
			objects{
				auditBucket: bucketOf(resource.Object{"region": "eu-central-1", "expire": 0, "expire_rule": "", "access_logs": ""}),
				auditPolicy: statements("statements", append(d.BucketStatements(own), tls)...),
			},
		},
		"logged": {
			"{name: acme-audit, create: true, expire: 2555d, access_logs: acme-access}",
			objects{
				auditBucket:  bucketOf(resource.Object{"expire": 2555, "expire_rule": "", "access_logs": "acme-access/acme-audit/"}),
				accessBucket: bucketOf(resource.Object{"expire": 2555, "expire_rule": ""}),
				auditPolicy:  statements("statements", append(audit().BucketStatements(own), tls)...),
				accessPolicy: statements("statements", trail.AccessLogStatement(own, "aws", "111122223333", "acme-access", "acme-audit/", "acme-audit"), trail.TLSOnly(own, "aws", "acme-access")),
			},
		},
		"logged at the top": {
			"{name: acme-audit, create: true, access_logs: {name: acme-access, prefix: ''}}",
			objects{
				auditBucket:  bucketOf(resource.Object{"access_logs": "acme-access/"}),
				accessBucket: bucketOf(nil),
				auditPolicy:  statements("statements", append(audit().BucketStatements(own), tls)...),
				accessPolicy: statements("statements", trail.AccessLogStatement(own, "aws", "111122223333", "acme-access", "", "acme-audit"), trail.TLSOnly(own, "aws", "acme-access")),
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			want := loadTrails(t, "cloudtrail: {audit: {home_region: eu-west-1, bucket: "+tt.bucket+"}}")
			got := maps.Clone(want.Objects)
			delete(got, auditTrail)
			if diff := cmp.Diff(tt.objects, got); diff != "" {
				t.Errorf("objects (-expected +got):\n%s", diff)
			}
			if want.Relied != nil {
				t.Errorf("relied on: %v", want.Relied)
			}
			if prefix := want.Objects[auditTrail].Text("prefix"); (prefix == "logs/eu") != strings.Contains(tt.bucket, "logs/eu") {
				t.Errorf("the prefix is %q", prefix)
			}
		})
	}
}

func TestKeysOfTrails(t *testing.T) {
	needs := statements("policy_statements", audit().KeyStatements(own)...)
	made := resource.Object{"alias": "alias/audit", "enabled": true, "rotation": 365}
	for name, tt := range map[string]struct {
		keys         string
		kept, relied resource.Object
	}{
		"used as it is":                  {keys: "kms: alias/audit", relied: needs},
		"used as it is, said long":       {keys: "kms: {alias: audit}", relied: needs},
		"used as it is, its policy kept": {keys: "kms: {alias: audit, manage_policy: true}", kept: needs},
		"made":                           {keys: "kms: {alias: audit, create: true}", kept: made.With(needs)},
		"made, with another rotation":    {keys: "kms: {alias: audit, create: true, rotation: 90d}", kept: made.With(needs).With(resource.Object{"rotation": 90})},
		"made, without rotation":         {keys: "kms: {alias: audit, create: true, rotation: never}", kept: made.With(needs).With(resource.Object{"rotation": 0})},
		"made, for the log group too": {
			keys: "kms: {alias: audit, create: true}, logs: {group: /audit, kms: alias/audit}",
			kept: made.With(statements("policy_statements", append(
				audit(func(d *trail.Delivery) { d.LogGroup = "/audit" }).LogsKeyStatements(own), audit().KeyStatements(own)...)...)),
		},
		"of the log group alone": {
			keys: "kms: none, logs: {group: /audit, kms: alias/audit}",
			relied: statements("policy_statements",
				audit(func(d *trail.Delivery) { d.LogGroup = "/audit" }).LogsKeyStatements(own)...),
		},
	} {
		t.Run(name, func(t *testing.T) {
			want := loadTrails(t, trailWith(", "+tt.keys))
			if diff := cmp.Diff(tt.kept, want.Objects[auditKey]); diff != "" {
				t.Errorf("kept (-expected +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.relied, want.Relied[auditKey]); diff != "" {
				t.Errorf("relied on (-expected +got):\n%s", diff)
			}
			if key := want.Objects[auditTrail].Text("kms"); key != "alias/audit" && !strings.Contains(tt.keys, "kms: none") {
				t.Errorf("the key of the trail is %q", key)
			}
		})
	}
}

func TestLogsOfTrails(t *testing.T) {
	d := audit(func(d *trail.Delivery) { d.LogGroup = "/audit" })
	role := resource.Object{
		"path": "/", "description": "Delivers what CloudTrail records to CloudWatch Logs", "max_session": 3600, "trust": resource.Document(trail.RoleTrust()),
	}
	for name, tt := range map[string]struct {
		yaml  string
		group resource.Object
		role  string
		made  bool
	}{
		"by name":   {trailWith(", logs: /audit"), resource.Object{}, "baseline-cloudtrail-audit", true},
		"with more": {trailWith(", logs: {group: /audit, retention: 365d, kms: none}"), resource.Object{"retention": 365, "kms": ""}, "baseline-cloudtrail-audit", true},
		"encrypted with a key of another account": {
			trailWith(", logs: {group: /audit, kms: 'arn:aws:kms:eu-west-1:444455556666:key/k'}"),
			resource.Object{"kms": "arn:aws:kms:eu-west-1:444455556666:key/k"},
			"baseline-cloudtrail-audit", true,
		},
		"for ever, by another role": {
			trailWith(", logs: {group: /audit, retention: never, role: deliverer}"), resource.Object{"retention": 0}, "deliverer", true,
		},
		"by a role of the file": {
			trailWith(", logs: {group: /audit, role: deliverer}") + "\nroles: {deliverer: {path: /audit/}}", resource.Object{}, "audit/deliverer", false,
		},
	} {
		t.Run(name, func(t *testing.T) {
			want := loadTrails(t, tt.yaml)
			expected := resource.Object{
				"bucket": "acme-audit", "prefix": "", "logging": true, "log_group": "/audit", "log_role": "arn:aws:iam::111122223333:role/" + tt.role,
			}
			if diff := cmp.Diff(expected, want.Objects[auditTrail]); diff != "" {
				t.Errorf("trail (-expected +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.group, want.Objects[auditGroup]); diff != "" {
				t.Errorf("group (-expected +got):\n%s", diff)
			}
			if !tt.made {
				if diff := cmp.Diff(resource.Object{"path": "/audit/"}, want.Objects[resource.At("iam_role", "deliverer")]); diff != "" {
					t.Errorf("role (-expected +got):\n%s", diff)
				}
				return
			}
			at := resource.At("iam_role", tt.role)
			if diff := cmp.Diff(role, want.Objects[at]); diff != "" {
				t.Errorf("role (-expected +got):\n%s", diff)
			}
			if diff := cmp.Diff([]resource.Kind{"iam_inline_policy", "iam_policy_attachment"}, want.Complete[at]); diff != "" {
				t.Errorf("complete (-expected +got):\n%s", diff)
			}
			allowed := want.Objects[resource.At("iam_inline_policy", "role", tt.role, "audit")].Document("document")
			if string(allowed) != d.RolePolicy() {
				t.Errorf("the role is allowed %s", allowed)
			}
		})
	}
}

func TestAlarmsOfTrails(t *testing.T) {
	want := loadTrails(t, trailWith(", logs: /audit, alarms: {preset: cis, email: [a@example.com, b@example.com], topic: told}"))
	topic := resource.At("sns_topic", "eu-west-1", "told")
	for _, at := range []resource.Address{
		topic,
		resource.At("sns_subscription", "eu-west-1", "told", "email", "a@example.com"),
		resource.At("sns_subscription", "eu-west-1", "told", "email", "b@example.com"),
	} {
		if o, ok := want.Objects[at]; !ok || len(o) > 0 {
			t.Errorf("%s: %v", at, o)
		}
	}
	watches := trail.Watches()
	for _, w := range watches {
		filter := want.Objects[resource.At("logs_metric_filter", "eu-west-1", "/audit", "baseline-audit-"+w.ID)]
		expected := resource.Object{"pattern": w.Pattern, "metric": "baseline/audit/" + w.ID, "value": "1"}
		if diff := cmp.Diff(expected, filter); diff != "" {
			t.Errorf("filter %s (-expected +got):\n%s", w.ID, diff)
		}
		alarm := want.Objects[resource.At("cloudwatch_alarm", "eu-west-1", "baseline-audit-"+w.ID)]
		expected = resource.Object{
			"metric": "baseline/audit/" + w.ID, "statistic": "Sum", "period": 300, "evaluation_periods": 1, "threshold": "1",
			"comparison": "GreaterThanOrEqualToThreshold", "missing": "notBreaching", "enabled": true,
			"actions":     []string{"arn:aws:sns:eu-west-1:111122223333:told"},
			"description": "The trail audit recorded " + w.Title,
		}
		if diff := cmp.Diff(expected, alarm); diff != "" {
			t.Errorf("alarm %s (-expected +got):\n%s", w.ID, diff)
		}
	}
	// The trail, the group, the role and its policy, the topic and two who are told.
	if got := len(want.Objects) - 2*len(watches); got != 7 {
		t.Errorf("%d other objects: %v", got, slices.Sorted(maps.Keys(names(want))))
	}

	want = loadTrails(t, "cloudtrail: {a.b: {home_region: eu-west-1, bucket: acme-audit, logs: /audit, alarms: {preset: cis, email: a@example.com}}}")
	if at := resource.At("sns_topic", "eu-west-1", "baseline-cloudtrail-a-b"); want.Objects[at] == nil {
		t.Errorf("%s is not wanted: %v", at, slices.Sorted(maps.Keys(names(want))))
	}

	want = loadTrails(t, trailWith(", logs: /audit, alarms: none"))
	if got := len(want.Absent); got != 2*len(watches) {
		t.Errorf("%d objects shall not be: %v", got, want.Absent)
	}
	want = loadTrails(t, trailWith(", logs: none, alarms: none"))
	if got := len(want.Absent); got != len(watches) || want.Absent[0].Kind != "cloudwatch_alarm" {
		t.Errorf("%d objects shall not be: %v", got, want.Absent)
	}
}

// names are the addresses of all objects.
func names(want *resource.Want) map[string]bool {
	all := map[string]bool{}
	for at := range want.Objects {
		all[at.String()] = true
	}
	return all
}

func TestOrganizationTrail(t *testing.T) {
	want := loadTrails(t, trailWith(", organization: o-exampleorgid, logs: /audit"))
	d := audit(func(d *trail.Delivery) { d.Organization, d.LogGroup = "o-exampleorgid", "/audit" })
	if !want.Objects[auditTrail].Flag("organization") {
		t.Error("it is no trail of the organization")
	}
	if diff := cmp.Diff(statements("statements", d.BucketStatements(own)...), want.Relied[auditPolicy]); diff != "" {
		t.Errorf("relied on (-expected +got):\n%s", diff)
	}
	if got := want.Objects[resource.At("iam_inline_policy", "role", auditRole.Name, "audit")].Document("document"); string(got) != d.RolePolicy() {
		t.Errorf("the role is allowed %s", got)
	}
}
