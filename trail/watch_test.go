package trail_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"baseline/trail"
)

// The numbers are those of the section on monitoring: 4.1 to 4.15 of CIS 3 to 5, 5.1 to 5.15 of CIS 6 and 7.
func TestWatchesAreThoseOfTheBenchmark(t *testing.T) {
	want := []string{
		"unauthorized-calls", "sign-in-without-mfa", "root-use", "iam-changes", "cloudtrail-changes", "sign-in-failures", "key-deletions",
		"bucket-policy-changes", "config-changes", "security-group-changes", "network-acl-changes", "gateway-changes", "route-table-changes",
		"vpc-changes", "organizations-changes",
	}
	var got []string
	for i, w := range trail.Watches() {
		got = append(got, w.ID)
		if w.Number != i+1 {
			t.Errorf("%s has number %d, want %d", w.ID, w.Number, i+1)
		}
		// AWS's limit for the pattern of a metric filter.
		if len(w.Pattern) > 1024 {
			t.Errorf("%s: the pattern has %d characters", w.ID, len(w.Pattern))
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestWatchesWatchTheirOwnPatternAndNoOther(t *testing.T) {
	for _, w := range trail.Watches() {
		for _, other := range trail.Watches() {
			if got := w.Watches(other.Pattern); got != (w.ID == other.ID) {
				t.Errorf("%s watches the pattern of %s: %v", w.ID, other.ID, got)
			}
		}
	}
}

// Every event that is left out is one that nobody is told of.
func TestPatternsThatLackAnEventDoNotWatch(t *testing.T) {
	event := regexp.MustCompile(`\(\$\.(?:eventName|errorCode) = [^)]*\)`)
	for _, w := range trail.Watches() {
		events := event.FindAllString(w.Pattern, -1)
		if len(events) == 0 && w.ID != "root-use" {
			t.Errorf("%s has no events", w.ID)
		}
		for _, e := range events {
			if lacking := strings.Replace(w.Pattern, e, "($.eventName = Nothing)", 1); w.Watches(lacking) {
				t.Errorf("%s watches without %s", w.ID, e)
			}
			if negated := strings.Replace(w.Pattern, e, strings.Replace(e, " = ", " != ", 1), 1); w.Watches(negated) {
				t.Errorf("%s watches with the contrary of %s", w.ID, e)
			}
		}
	}
}

// The benchmark, Security Hub and Prowler's advice write the same in several ways.
func TestWatchesOtherWaysToWriteAPattern(t *testing.T) {
	watches := map[string]trail.Watch{}
	for _, w := range trail.Watches() {
		watches[w.ID] = w
	}
	spaceless := func(id string) string { return strings.ReplaceAll(watches[id].Pattern, " = ", "=") }
	quoted := func(id string) string {
		return regexp.MustCompile(`\(\$\.eventName = (\w+)\)`).ReplaceAllString(watches[id].Pattern, `($.eventName = "$1")`)
	}
	named := func(id string) string { // without the source
		pattern := watches[id].Pattern
		return "{" + pattern[strings.Index(pattern, "&& (")+len("&& ("):strings.LastIndex(pattern, ")")] + "}"
	}
	sourced := func(id, source string) string {
		return "{($.eventSource = " + source + ".amazonaws.com) && (" + strings.Trim(watches[id].Pattern, "{}") + ")}"
	}
	for _, test := range []struct {
		name, id, pattern string
		want              bool
	}{
		{"Security Hub CloudWatch.2", "unauthorized-calls", `{($.errorCode="*UnauthorizedOperation") || ($.errorCode="AccessDenied*")}`, true},
		{"CIS 3.0 4.1", "unauthorized-calls", `{ ($.errorCode ="*UnauthorizedOperation") || ($.errorCode ="AccessDenied*") && ($.sourceIPAddress!="delivery.logs.amazonaws.com") && ($.eventName!="HeadBucket") }`, true},
		{"without quotes", "unauthorized-calls", `{ ($.errorCode = *UnauthorizedOperation) || ($.errorCode = AccessDenied*) }`, true},
		{"one code", "unauthorized-calls", `{ ($.errorCode = "AccessDenied*") }`, false},
		{"of one service", "unauthorized-calls", `{ ($.eventSource = s3.amazonaws.com) && (($.errorCode = "*UnauthorizedOperation") || ($.errorCode = "AccessDenied*")) }`, false},
		{"but for one service", "unauthorized-calls", `{ ($.eventSource != s3.amazonaws.com) && (($.errorCode = "*UnauthorizedOperation") || ($.errorCode = "AccessDenied*")) }`, true},
		{"CIS 1.2 3.2", "sign-in-without-mfa", `{ ($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed != "Yes") }`, true},
		{"Security Hub CloudWatch.3", "sign-in-without-mfa", `{ ($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed != "Yes") && ($.userIdentity.type = "IAMUser") && ($.responseElements.ConsoleLogin = "Success") }`, true},
		{"with MFA", "sign-in-without-mfa", `{ ($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed = "Yes") }`, false},
		{"all sign-ins", "sign-in-without-mfa", `{ $.eventName = "ConsoleLogin" }`, false},
		{"Security Hub CloudWatch.1", "root-use", `{$.userIdentity.type="Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType !="AwsServiceEvent"}`, true},
		{"in brackets", "root-use", `{ ($.userIdentity.type = Root) && ($.userIdentity.invokedBy NOT  EXISTS) && ($.eventType != "AwsServiceEvent") }`, true},
		{"everything of root", "root-use", `{ $.userIdentity.type = "Root" }`, true},
		{"all but root", "root-use", `{ $.userIdentity.type != "Root" }`, false},
		{"CIS 1.2 3.4", "iam-changes", named("iam-changes"), true},
		{"without spaces", "iam-changes", spaceless("iam-changes"), true},
		{"with quotes", "iam-changes", quoted("iam-changes"), true},
		{"of another service", "iam-changes", strings.Replace(watches["iam-changes"].Pattern, "iam.amazonaws.com", "organizations.amazonaws.com", 1), false},
		{"with quotes", "sign-in-failures", `{ ($.eventName = "ConsoleLogin") && ($.errorMessage = 'Failed authentication') }`, true},
		{"CIS 1.2 3.7", "key-deletions", `{($.eventSource = kms.amazonaws.com) && (($.eventName=DisableKey)||($.eventName=ScheduleKeyDeletion))}`, true},
		{"without the source", "bucket-policy-changes", named("bucket-policy-changes"), true},
		{"with a source", "cloudtrail-changes", sourced("cloudtrail-changes", "cloudtrail"), true},
		{"with a source", "vpc-changes", sourced("vpc-changes", "ec2"), true},
		{"with a wrong source", "vpc-changes", sourced("vpc-changes", "vpc"), false},
		{"with quotes", "organizations-changes", quoted("organizations-changes"), true},
		{"with more", "security-group-changes", strings.Replace(watches["security-group-changes"].Pattern, "{", "{ ($.eventName = ModifySecurityGroupRules) ||", 1), true},
		{"no JSON pattern", "key-deletions", `DisableKey ScheduleKeyDeletion`, false},
		{"nothing", "key-deletions", ``, false},
	} {
		t.Run(test.id+"/"+test.name, func(t *testing.T) {
			if got := watches[test.id].Watches(test.pattern); got != test.want {
				t.Errorf("%v for %s", got, test.pattern)
			}
		})
	}
}
