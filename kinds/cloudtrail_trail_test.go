package kinds_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"baseline/resource"
	"baseline/sandbox"
	"baseline/trail"
)

var auditTrail = at("cloudtrail_trail", "eu-west-1", "audit")

// everything is a trail of the ground with all that a trail can have.
func (g ground) everything() settings {
	return settings{
		"bucket": g.Bucket, "prefix": "p", "multi_region": true, "global_events": true, "validation": true, "organization": false,
		"kms": "alias/" + g.alias, "log_group": g.LogGroup, "log_role": g.roleARN(), "sns_topic": g.topicARN(), "selectors": advancedSelectors,
		"insights": []string{"ApiCallRateInsight", "ApiErrorRateInsight"}, "logging": true, "tags": tags{"team": "security"},
	}
}

// trailCalls are the calls of CloudTrail that write, by their names.
func trailCalls(s *subject) map[string]int {
	calls := map[string]int{}
	for action, n := range s.sandbox.Calls() {
		name, ok := strings.CutPrefix(action, "cloudtrail:")
		if ok && !strings.HasPrefix(name, "Get") && !strings.HasPrefix(name, "List") && !strings.HasPrefix(name, "Describe") {
			calls[name] = n
		}
	}
	return calls
}

// Each setting changes by itself and comes back, and costs no more calls than it must.
func TestTrailSettings(t *testing.T) {
	g := auditGround
	everything, update := g.everything(), map[string]int{"UpdateTrail": 1}
	for _, test := range []struct {
		name  string
		after settings
		calls map[string]int
	}{
		{"nothing", settings{}, map[string]int{}},
		{"prefix", settings{"prefix": ""}, update},
		{"one Region", settings{"multi_region": false}, update},
		{"one Region without global events", settings{"multi_region": false, "global_events": false}, update},
		{"validation", settings{"validation": false}, update},
		{"key", settings{"kms": ""}, update},
		{"log group", settings{"log_group": "", "log_role": ""}, update},
		{"topic", settings{"sns_topic": ""}, update},
		{"much at once", settings{"prefix": "", "validation": false, "kms": "", "sns_topic": "", "log_group": "", "log_role": ""}, update},
		{"selectors by default", settings{"selectors": defaultSelectors}, map[string]int{"PutEventSelectors": 1}},
		{"basic selectors", settings{"selectors": basicSelectors}, map[string]int{"PutEventSelectors": 1}},
		{"one insight", settings{"insights": []string{"ApiErrorRateInsight"}}, map[string]int{"PutInsightSelectors": 1}},
		{"no insights", settings{"insights": []string{}}, map[string]int{"PutInsightSelectors": 1}},
		{"insights on data events", settings{"insights": []string{"ApiCallRateInsight", "ApiCallRateInsight/Data", "ApiErrorRateInsight/Data"}}, map[string]int{"PutInsightSelectors": 2}},
		{"logging", settings{"logging": false}, map[string]int{"StopLogging": 1}},
		{"a tag's value", settings{"tags": tags{"team": "data"}}, map[string]int{"AddTags": 1}},
		{"a tag less", settings{"tags": tags{}}, map[string]int{"RemoveTags": 1}},
		{"a tag in another spelling", settings{"tags": tags{"Team": "security"}}, map[string]int{"RemoveTags": 1, "AddTags": 1}},
		{
			"a recorder of nothing but reads", settings{
				"selectors": trail.Canonical([]trail.Selector{{ReadWriteType: trail.ReadOnly, Management: true}}), "insights": []string{"ApiErrorRateInsight"},
			}, map[string]int{"PutEventSelectors": 1, "PutInsightSelectors": 1},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := openGround(t, g)
			s.write(resource.Change{Address: auditTrail, After: everything})
			there := resource.Change{Address: auditTrail, Before: everything, After: everything.With(test.after)}
			s.sandbox.ResetCalls()
			s.write(there)
			if diff := cmp.Diff(test.calls, trailCalls(s)); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}
			s.shows(auditTrail, everything.With(test.after))
			s.write(there.Inverse())
			s.shows(auditTrail, everything)
		})
	}
}

// A change names what it changes, and leaves the rest as it is.
func TestTrailUpdateKeepsWhatIsNotNamed(t *testing.T) {
	s := openGround(t, auditGround)
	everything := auditGround.everything()
	s.write(resource.Change{Address: auditTrail, After: everything})
	for _, o := range auditGround.role() {
		other := at(o.address.Kind, strings.Replace(o.address.Name, "Delivery", "Other", 1))
		s.write(resource.Change{Address: other, After: complete(o.address.Kind, o.settings)})
	}
	other := strings.Replace(auditGround.roleARN(), "Delivery", "Other", 1)
	for _, after := range []settings{{"log_role": other}, {"validation": false}, {"kms": ""}, {"log_group": "", "log_role": ""}, {"multi_region": false}, {"logging": false}} {
		s.write(resource.Change{Address: auditTrail, Before: everything, After: after})
		everything = everything.With(after)
		s.shows(auditTrail, everything)
	}
}

// It never records what it shall not: what it records is set before it does.
func TestTrailLogsWhenAllElseIsDone(t *testing.T) {
	s := openGround(t, auditGround)
	var calls []string
	s.sandbox.SetFaults(sandbox.Faults{Hook: func(action string, _ int) sandbox.Fault {
		calls = append(calls, strings.TrimPrefix(action, "cloudtrail:"))
		return sandbox.Fault{}
	}})
	wrote := func(change resource.Change, want ...string) {
		t.Helper()
		calls = nil
		s.write(change)
		if diff := cmp.Diff(want, calls); diff != "" {
			t.Errorf("calls (-want +got):\n%s", diff)
		}
	}
	everything := auditGround.everything()
	wrote(resource.Change{Address: auditTrail, After: everything}, "CreateTrail", "PutEventSelectors", "PutInsightSelectors", "StartLogging")
	less := everything.With(settings{
		"validation": false, "selectors": defaultSelectors, "insights": []string{"ApiErrorRateInsight"}, "tags": tags{"x": "y"}, "logging": false,
	})
	change := resource.Change{Address: auditTrail, Before: everything, After: less}
	wrote(change, "UpdateTrail", "RemoveTags", "AddTags", "PutInsightSelectors", "PutEventSelectors", "StopLogging")
	wrote(change.Inverse(), "UpdateTrail", "RemoveTags", "AddTags", "PutEventSelectors", "PutInsightSelectors", "StartLogging")
	wrote(resource.Change{Address: auditTrail, Before: everything}, "DeleteTrail")
	wrote(resource.Change{Address: auditTrail, Before: everything}, "DeleteTrail")
	plain := complete("cloudtrail_trail", settings{"bucket": auditGround.Bucket})
	wrote(resource.Change{Address: auditTrail, After: plain}, "CreateTrail", "StartLogging")
	wrote(resource.Change{Address: auditTrail, Before: plain}, "DeleteTrail")
	wrote(resource.Change{Address: auditTrail, After: plain.With(settings{"logging": false})}, "CreateTrail")
}

// Whatever call of a change fails, or is made without an answer, the change can be made from there.
func TestTrailChangesResumeAfterAnyCall(t *testing.T) {
	plain, everything := complete("cloudtrail_trail", settings{"bucket": auditGround.Bucket}), auditGround.everything()
	for _, change := range []resource.Change{
		{Address: auditTrail, After: everything},
		{Address: auditTrail, Before: plain, After: everything.With(settings{"logging": false})},
		{Address: auditTrail, Before: everything, After: plain.With(settings{"tags": tags{"a": "b"}})},
		{Address: auditTrail, Before: everything},
	} {
		for _, fault := range []sandbox.Fault{{Lost: sandbox.LostBefore}, {Lost: sandbox.LostAfter}, {Code: "AccessDeniedException"}, {Code: "ConflictException"}} {
			for n := 1; ; n++ {
				s := openGround(t, auditGround)
				if change.Before != nil {
					s.write(resource.Change{Address: auditTrail, After: change.Before})
				}
				writes := 0
				s.sandbox.SetFaults(sandbox.Faults{Hook: func(string, int) sandbox.Fault {
					if writes++; writes == n {
						return fault
					}
					return sandbox.Fault{}
				}})
				err := s.account.Write(t.Context(), change)
				s.sandbox.SetFaults(sandbox.Faults{})
				if err == nil {
					if writes >= n {
						t.Errorf("%s: fault %d went unnoticed", change.Op(), n)
					}
					break
				}
				// As after a crash: what is there is looked at, and becomes what it shall be.
				found := s.look(auditTrail)[auditTrail].Settings
				if change.After == nil && found == nil {
					continue
				}
				rest := resource.Change{Address: auditTrail, Before: found, After: change.After}
				s.write(rest)
				s.shows(auditTrail, change.After)
				// Or it is simply made once more.
				if change.Before != nil && change.After != nil {
					s.write(change)
					s.shows(auditTrail, change.After)
				}
			}
		}
	}
}

// A trail that is there already is looked at, not made again.
func TestTrailThatIsThereIsNotMadeAgain(t *testing.T) {
	s := openGround(t, auditGround)
	create := resource.Change{Address: auditTrail, After: auditGround.everything()}
	s.write(create)
	wantClass(t, s.account.Write(t.Context(), create), resource.Exists)
}
