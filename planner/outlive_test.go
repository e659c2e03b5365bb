package planner_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"baseline/planner"
	"baseline/resource"
	"baseline/testdata/accounts"
	"baseline/trail"
)

// A role with which a trail may deliver is not deleted by its mark, nor by `unmanaged: delete`, unless trails are read and none has it.
func TestARoleThatATrailMayUseUnseenIsKept(t *testing.T) {
	const deliverer, audit = "iam_role/deliver", "cloudtrail_trail/eu-west-1/audit"
	delivering := role("/", resource.Document(trail.RoleTrust()), mark)
	using := resource.Object{"bucket": "b", "logging": true, "log_role": "arn:aws:iam::" + accounts.ID + ":role/deliver", "tags": tags{}}
	const kept = "finding kept role/deliver"
	for name, test := range map[string]struct {
		live objects
		want resource.Want
		plan []string
	}{
		"trails are not read": {live: objects{deliverer: delivering}, plan: []string{kept}},
		"trails are read, and none has it": {
			live: objects{deliverer: delivering}, want: resource.Want{Extra: []resource.Kind{"cloudtrail_trail"}}, plan: []string{"delete " + deliverer},
		},
		"trails are read for a requirement": {
			live: objects{deliverer: delivering}, want: resource.Want{Require: &resource.Requirements{Trail: &resource.TrailRule{}}},
			plan: []string{"delete " + deliverer, "finding trail "},
		},
		"a trail has it": {
			live: objects{deliverer: delivering, audit: using}, want: resource.Want{
				Extra: []resource.Kind{"cloudtrail_trail"}, Unmanaged: map[string]resource.Disposition{"trails": resource.Ignore},
			},
			plan: []string{kept},
		},
		"another service has it": {live: objects{deliverer: role("/", resource.Document(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}`), mark)}, plan: []string{"delete " + deliverer}},
		"it is not ours": {
			live: objects{deliverer: role("/", resource.Document(trail.RoleTrust()), tags{})},
			want: resource.Want{Unmanaged: map[string]resource.Disposition{"roles": resource.Delete}}, plan: []string{kept},
		},
		"it is declared absent": {live: objects{deliverer: delivering}, want: resource.Want{Absent: []resource.Address{address(deliverer)}}, plan: []string{"delete " + deliverer}},
	} {
		t.Run(name, func(t *testing.T) {
			test.want.Name = accounts.Name
			draft := planner.Make(&test.want, accountOf(test.live.state(nil)))
			var got []string
			for _, c := range draft.Changes {
				got = append(got, string(c.Op())+" "+c.Address.String())
			}
			for _, f := range draft.Findings {
				plain := ""
				if !f.Subject.IsZero() {
					plain = f.Subject.Plain()
				}
				got = append(got, "finding "+f.Rule+" "+plain)
			}
			if diff := cmp.Diff(test.plan, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// What the record of an account is kept in is deleted only where a file says so or a run is taken back: never because it bears our mark
// and has left the file.
func TestWhatTheRecordStandsOnIsNotDeletedByItsMark(t *testing.T) {
	bucket := resource.Object{"region": "eu-west-1", "tags": mark}
	live := objects{
		"s3_bucket/acme-logs": bucket, "s3_bucket_policy/acme-logs": {"document": allow("s3:GetObject")},
		"kms_key/eu-west-1/audit": {"alias": "alias/audit", "policy": allow("kms:*"), "tags": mark}, "logs_group/eu-west-1//audit": {"tags": mark},
		"logs_metric_filter/eu-west-1//audit/f": {"pattern": ""}, "cloudwatch_alarm/eu-west-1/a": {"metric": "a/b", "tags": mark},
		"sns_topic/eu-west-1/told": {"tags": mark}, "sns_subscription/eu-west-1/told/email/a@example.com": {},
		"cloudtrail_trail/eu-west-1/audit": {"bucket": "acme-logs", "kms": "alias/audit", "log_group": "/audit", "logging": true, "tags": mark},
	}
	draft := planner.Make(&resource.Want{Name: accounts.Name, Extra: []resource.Kind{"cloudtrail_trail"}}, accountOf(live.state(nil)))
	if len(draft.Changes) != 1 || draft.Changes[0].Address != address("cloudtrail_trail/eu-west-1/audit") || draft.Changes[0].After != nil {
		t.Errorf("changes: %q", lines(draft))
	}
}
