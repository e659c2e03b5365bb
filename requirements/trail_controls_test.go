package requirements_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"baseline/requirements"
	"baseline/resource"
	"baseline/trail"
)

// standings writes how an account stands to the controls of some sections, by id.
func standings(outcomes []requirements.Outcome, sections ...string) map[string]string {
	out := map[string]string{}
	for _, o := range outcomes {
		if slices.ContainsFunc(sections, func(s string) bool { return strings.HasPrefix(o.ID, s) }) {
			out[o.ID] = strings.TrimSuffix(fmt.Sprintf("%s: %s", o.Result, o.Why), ": ")
		}
	}
	return out
}

// TestTrailControls lays the judgement of a trail that has all, and of one that lacks some, over the controls of three benchmarks.
func TestTrailControls(t *testing.T) {
	const outOfSight = "not-checked: this program does not look at it"
	cis := func(edition string, logging, monitoring int, over map[string]string) map[string]string {
		out := map[string]string{}
		for i := range 16 {
			out[fmt.Sprintf("CIS %s %d.%d", edition, monitoring, i+1)] = "pass"
		}
		for i := range 9 {
			out[fmt.Sprintf("CIS %s %d.%d", edition, logging, i+1)] = "pass"
		}
		for _, id := range []string{fmt.Sprintf("%d.3", logging), fmt.Sprintf("%d.6", logging), fmt.Sprintf("%d.7", logging), fmt.Sprintf("%d.16", monitoring)} {
			out["CIS "+edition+" "+id] = outOfSight
		}
		for id, result := range over {
			out["CIS "+edition+" "+id] = result
		}
		return out
	}
	lacking := withTrail(resource.Object{"validation": false, "selectors": selecting(trail.Default(), objects(trail.WriteOnly))})
	lacking.bucket("acme-logs", resource.Object{}, resource.Facts{resource.FactOwner: "another account"})
	filters := lacking.Evidence.Watched[at(auditGroup)]
	filters[2].Alarms = nil // of the use of root
	const theirs = "not-checked: trail/eu-west-1/audit: its bucket acme-logs belongs to another account, and cannot be seen from here"

	for _, test := range []struct {
		name, benchmark string
		account         *testAccount
		sections        []string
		want            map[string]string
	}{
		{"all", "cis-7.0", withTrail(nil), []string{"CIS 7.0 4.", "CIS 7.0 5."}, cis("7.0", 4, 5, map[string]string{"4.10": "not-checked: a person must check this"})},
		{"all", "cis-3.0", withTrail(nil), []string{"CIS 3.0 3.", "CIS 3.0 4."}, cis("3.0", 3, 4, nil)},
		{"all", "fsbp", withTrail(nil), []string{"Security Hub CloudTrail", "Security Hub Config"}, map[string]string{
			"Security Hub CloudTrail.1": "pass", "Security Hub CloudTrail.2": "pass", "Security Hub CloudTrail.4": "pass", "Security Hub CloudTrail.5": "pass",
			// Not of FSBP, but asked for.
			"Security Hub CloudTrail.3": "pass", "Security Hub CloudTrail.6": "pass",
			"Security Hub Config.1": outOfSight,
		}},
		{"some", "cis-7.0", lacking, []string{"CIS 7.0 4.", "CIS 7.0 5."}, cis("7.0", 4, 5, map[string]string{
			"4.2": "fail", "4.4": theirs, "4.9": "fail", "4.10": "not-checked: a person must check this", "5.3": "fail",
		})},
		{"some", "cis-3.0", lacking, []string{"CIS 3.0 3.", "CIS 3.0 4."}, cis("3.0", 3, 4, map[string]string{"3.2": "fail", "3.4": theirs, "3.9": "fail", "4.3": "fail"})},
		{"some", "fsbp", lacking, []string{"Security Hub CloudTrail"}, map[string]string{
			"Security Hub CloudTrail.1": "pass", "Security Hub CloudTrail.2": "pass", "Security Hub CloudTrail.4": "fail", "Security Hub CloudTrail.5": "pass",
			"Security Hub CloudTrail.3": "pass", "Security Hub CloudTrail.6": theirs,
		}},
	} {
		t.Run(test.benchmark+"/"+test.name, func(t *testing.T) {
			rules := resource.Requirements{Benchmark: test.benchmark, Trail: allOfATrail()}
			outcomes := requirements.Assess(asking(rules), test.account.clone().judge(t, rules))
			if diff := cmp.Diff(test.want, standings(outcomes, test.sections...)); diff != "" {
				t.Errorf("outcomes (-want +got):\n%s", diff)
			}
			if o := outcome(t, outcomes, "trail.delivery"); o.Result != requirements.Pass {
				t.Errorf("delivery is %s", o.Result)
			}
		})
	}
}

// TestNoTrailFailsItsControls shows that without a trail every control fails that the file asks a trail for, and no other does.
func TestNoTrailFailsItsControls(t *testing.T) {
	rules := resource.Requirements{Trail: allOfATrail()}
	fails := func(rules resource.Requirements) (ids []string) {
		for _, o := range requirements.Assess(asking(rules), newAccount().judge(t, rules)) {
			switch o.Result {
			case requirements.Pass:
				t.Errorf("%s passes without a trail", o.ID)
			case requirements.Fail:
				ids = append(ids, o.ID)
			case requirements.NotChecked:
			}
		}
		return ids
	}
	want := []string{"CIS 7.0 4.1", "CIS 7.0 4.2", "CIS 7.0 4.4", "CIS 7.0 4.5", "CIS 7.0 4.8", "CIS 7.0 4.9"}
	for i := range 15 {
		want = append(want, fmt.Sprintf("CIS 7.0 5.%d", i+1))
	}
	want = append(want, "Security Hub CloudTrail.3", "Security Hub CloudTrail.5", "Security Hub CloudTrail.6", "trail.delivery")
	if diff := cmp.Diff(want, fails(rules)); diff != "" {
		t.Errorf("all is asked (-want +got):\n%s", diff)
	}
	rules.Trail = &resource.TrailRule{KMS: true, Alarms: true}
	want = []string{"CIS 7.0 4.1", "CIS 7.0 4.5"}
	for i := range 15 {
		want = append(want, fmt.Sprintf("CIS 7.0 5.%d", i+1))
	}
	want = append(want, "Security Hub CloudTrail.3", "trail.delivery")
	if diff := cmp.Diff(want, fails(rules)); diff != "" {
		t.Errorf("a key and alarms are asked (-want +got):\n%s", diff)
	}
}

// TestTrailDegrees shows what a file must ask of a trail for the controls to be answered.
func TestTrailDegrees(t *testing.T) {
	for _, test := range []struct {
		name, check string
		rule        resource.TrailRule
		want        string
	}{
		{
			name: "management events that write", check: "cloudtrail_multi_region_enabled", rule: resource.TrailRule{MultiRegion: true, ManagementEvents: "write"},
			want: "the file asks for management events that write, the control for all management events",
		},
		{name: "all of them", check: "cloudtrail_multi_region_enabled", rule: resource.TrailRule{MultiRegion: true, ManagementEvents: "all"}},
		{
			name: "all of them in one Region", check: "cloudtrail_multi_region_enabled", rule: resource.TrailRule{ManagementEvents: "all"},
			want: "require.trail.multi_region is not declared",
		},
		{name: "objects that are read", check: "cloudtrail_s3_dataevents_read_enabled", rule: resource.TrailRule{MultiRegion: true, S3DataEvents: "read"}},
		{
			name: "objects that are read, for writes", check: "cloudtrail_s3_dataevents_write_enabled", rule: resource.TrailRule{MultiRegion: true, S3DataEvents: "read"},
			want: "require.trail.s3_data_events: write is not declared",
		},
		{
			name: "alarms on any trail", check: "cloudwatch_log_metric_filter_root_usage", rule: resource.TrailRule{Alarms: true},
			want: "the file asks for alarms on what some trail records, the control for alarms on all management events of all Regions",
		},
		{
			name: "alarms on all", check: "cloudwatch_log_metric_filter_root_usage",
			rule: resource.TrailRule{Alarms: true, MultiRegion: true, ManagementEvents: "all"},
		},
		{
			name: "alarms on what all Regions write", check: "cloudwatch_log_metric_filter_root_usage",
			rule: resource.TrailRule{Alarms: true, MultiRegion: true, ManagementEvents: "write"},
			want: "the file asks for alarms on what some trail records, the control for alarms on all management events of all Regions",
		},
		{
			name: "objects in one Region", check: "cloudtrail_s3_dataevents_write_enabled", rule: resource.TrailRule{S3DataEvents: "all"},
			want: "require.trail.multi_region is not declared",
		},
		{name: "no alarms", check: "cloudwatch_log_metric_filter_root_usage", want: "require.trail.alarms is not declared"},
		{name: "no rule looks at it", check: "kms_cmk_rotation_enabled", rule: *allOfATrail(), want: "this program does not look at it"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := answering(t, test.check).Meets(asking(ofTrail(test.rule))); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// TestTrailControlsDiffer shows that no two rules of a trail say that they answer the same controls of monitoring.
func TestTrailControlsDiffer(t *testing.T) {
	w := withTrail(nil)
	w.Evidence.Watched = watchers()
	j := w.judge(t, ofTrail(resource.TrailRule{Alarms: true}))
	first := map[string]string{}
	for _, v := range j.Violations {
		if len(v.Controls) == 0 {
			t.Errorf("%s has no controls", v.Rule)
			continue
		}
		if other, taken := first[v.Controls[0]]; taken {
			t.Errorf("%s and %s begin with the control %s", v.Rule, other, v.Controls[0])
		}
		first[v.Controls[0]] = v.Rule
	}
	if got := first["CIS 7.0 5.3"]; got != "trail.alarms.root-use" || len(first) != 15 {
		t.Errorf("CIS 7.0 5.3 is answered by %q, of %d: %q", got, len(first), slices.Sorted(maps.Keys(first)))
	}
}
