package render_test

import (
	"regexp"
	"testing"

	"pgregory.net/rapid"

	"baseline/cmd/baseline/render"
	"baseline/resource"
)

func TestSummary(t *testing.T) {
	t.Parallel()
	undone := plan()
	undone.Undoes = "20261121T140211Z-7f3a"
	drifted := plan()
	drifted.Undoes = undone.Undoes
	drifted.Notices = []string{"the credential report is 3 hours old", render.LeftAsItIs + "user/alice has changed since"}
	lost := plan()
	lost.Undoes = undone.Undoes
	lost.Notices = []string{"login_profile/alice was deleted by the run, and can't come back"}
	for _, c := range []struct {
		name string
		plan *resource.Plan
		want string
	}{
		{"nothing", plan(), "No changes. The account is as the file says."},
		{"nothing to undo", undone, "No changes. The account is as it was before run 20261121T140211Z-7f3a."},
		{"nothing but drift", drifted, "No changes. All that is left of run 20261121T140211Z-7f3a has changed since."},
		{"nothing but what is lost", lost, "No changes. What is left of run 20261121T140211Z-7f3a can't come back."},
		{
			"nothing but findings", findingsOnly(),
			"No changes. 5 findings, 1 critical, 2 high.",
		},
		{"replacement", replaceRole(), "Plan: 0 to create, 1 to change, 1 to replace, 0 to delete (1 one-way)."},
		{"finding", widenedTrust(), "Plan: 0 to create, 2 to change, 0 to delete. 1 finding, 1 high."},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := render.Summary(c.plan); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// grammar is the grammar that the documentation of Summary promises.
var grammar = regexp.MustCompile(`^(Plan: \d+ to create, \d+ to change, (\d+ to replace, )?\d+ to delete( \(\d+ one-way\))?\.|` +
	`No changes\. (The account is as the file says|The account is as it was before run \S+|All that is left of run \S+ has changed since|What is left of run \S+ can't come back)\.)( \d+ findings?(, \d+ critical)?(, \d+ high)?\.)?$`)

func TestSummaryKeepsItsGrammar(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := plan()
		p.Undoes = rapid.SampledFrom([]string{"", "20261121-140211"}).Draw(t, "undoes")
		p.Notices = rapid.SliceOf(rapid.SampledFrom([]string{"a remark", render.LeftAsItIs + "user/x", "y was deleted by the run, and can't come back"})).Draw(t, "notices")
		for range rapid.IntRange(0, 20).Draw(t, "changes") {
			c := change("iam_group", rapid.StringMatching(`[a-d]`).Draw(t, "name"), nil, exists)
			if rapid.Bool().Draw(t, "deletes") {
				c.Before, c.After = c.After, nil
				c.OneWay = rapid.SliceOfN(rapid.String(), 0, 2).Draw(t, "one-way")
			}
			c.Replace = rapid.Bool().Draw(t, "replace")
			p.Changes = append(p.Changes, c)
		}
		for range rapid.IntRange(0, 5).Draw(t, "findings") {
			severity := rapid.SampledFrom([]resource.Severity{resource.Critical, resource.High, resource.Low}).Draw(t, "severity")
			p.Findings = append(p.Findings, resource.Finding{Severity: severity})
		}
		if line := render.Summary(p); !grammar.MatchString(line) {
			t.Errorf("%q is not in the grammar", line)
		}
	})
}
