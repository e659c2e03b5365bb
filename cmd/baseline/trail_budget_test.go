package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A trail with all that it stands on costs these calls, as docs/speed.md has them.
func TestCallsForATrailStayInTheirBudget(t *testing.T) {
	t.Parallel()
	o := newOffice(t, nil, 0)
	o.files = []string{"baseline:audit-trail"}
	o.region = "eu-west-1"
	o.connect(t)
	o.apply(t.Context(), t)
	if reads, writes := o.calls(); reads > 95 || writes > 53 {
		t.Errorf("an apply from empty makes %d reads (at most 95) and %d writes (at most 53): %v", reads, writes, o.account.Calls())
	}
	o.connect(t)
	if plan := o.plan(t); len(plan.Changes) > 0 {
		t.Errorf("%d changes after the apply", len(plan.Changes))
	}
	want := map[string]int{"sts": 1, "tag": 1, "iam": 7, "cloudtrail": 6, "s3": 25, "kms": 6, "logs": 4, "cloudwatch": 17, "sns": 4}
	got := map[string]int{}
	for action, n := range o.account.Calls() {
		service, _, _ := strings.Cut(action, ":")
		got[service] += n
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("calls of a plan by service (-want +got):\n%s", diff)
	}
	if _, writes := o.calls(); writes > 0 {
		t.Errorf("a plan makes %d writes", writes)
	}
}
