package render_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"baseline/applier"
	"baseline/cmd/baseline/render"
	"baseline/resource"
)

// forms are all forms of a report on a plan.
var forms = []render.Form{render.FormText, render.FormJSON, render.FormMarkdown, render.FormHTML, render.FormSARIF}

// reported writes a report in a form.
func reported(t rapid.TB, r *render.Report, form render.Form) string {
	t.Helper()
	var out bytes.Buffer
	if err := r.Write(&out, form, render.Style{}); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// ofPlan is a report on a plan.
func ofPlan(p *resource.Plan) *render.Report {
	return &render.Report{Plan: p, Reading: render.Reading{Calls: 8, Took: 312 * time.Millisecond}, Program: "1.2.0"}
}

// everySort is a plan with every sort of change and of danger, findings and notices.
func everySort() *resource.Plan {
	p := createEverything()
	for _, other := range []*resource.Plan{removeDrift(), widenedTrust(), replaceRole(), deleteUser(), stoppedTrail()} {
		for _, c := range other.Changes {
			if !slices.ContainsFunc(createEverything().Changes, func(k resource.Change) bool { return k.Address == c.Address }) {
				p.Changes = append(p.Changes, c)
			}
		}
	}
	p.Findings = append(findingsOnly().Findings, manyFindings().Findings...)
	p.Notices = findingsOnly().Notices
	return p
}

// stoppedTrail weakens the audit.
func stoppedTrail() *resource.Plan {
	c := change("cloudtrail_trail", "eu-west-1/audit", resource.Object{"logging": true, "validation": true}, resource.Object{"logging": false, "validation": true})
	c.Weakens = []string{"nothing is recorded any more"}
	return plan(c)
}

// thousandSorts is a plan of 1,000 objects of which no two are alike.
func thousandSorts() *resource.Plan {
	p := plan()
	for i := range 250 {
		name := fmt.Sprintf("user-%03d", i)
		trust := strings.Replace(trustOnly, "my-data-sharing-id", "id-of-"+name, 1)
		p.Changes = append(p.Changes,
			change("iam_user", name, nil, user(resource.Object{"tags": tags("team", name)})),
			membership(name, fmt.Sprintf("group-%d", i%7), nil, exists),
			change("iam_role", "role-"+name, role(trust, nil), role(trustAll, nil)),
			change("iam_policy", "new-"+name, nil, resource.Object{"document": resource.Document(strings.Replace(readRDS, "dev_readonly_user", name, 1))}),
			oneWay(because("left on day "+name, change("iam_role", "gone-"+name, role(trust, nil), nil)), "its id"),
		)
		p.Findings = append(p.Findings, resource.Finding{Rule: "mfa", Subject: resource.At("iam_user", name), Severity: resource.High, Seen: "has no device since " + name, Advice: "enrol one"})
	}
	return p
}

// failed is how a refused command ends.
var failed = &render.Ending{
	Exit: 6, Name: "refused", Error: "the plan holds one-way changes; nothing was changed\n  iam_user/bob: its id cannot come back",
	Next: []string{"if that is meant, add --allow-one-way"},
}

// partlyDone is a run in which a step failed.
func partlyDone() *applier.Run {
	r := run("20261121-140311", deleteUser())
	r.Steps[3] = applier.Step{Progress: applier.Broken, Error: "DeleteConflict: it has keys"}
	r.Result.Status, r.Result.Error = applier.StatusPartly, "run 20261121-140311 is not complete"
	return r
}

func TestReports(t *testing.T) {
	t.Parallel()
	for name, r := range map[string]*render.Report{
		"review_every_sort": ofPlan(everySort()),
		"review_thousand":   ofPlan(thousand()),
		"review_hostile":    ofPlan(hostile()),
		"review_nothing":    ofPlan(plan()),
		"review_refused":    {Plan: deleteUser(), Ending: failed},
		"review_run":        {Run: partlyDone()},
		"review_failed":     {Ending: &render.Ending{Exit: 1, Name: "error", Error: "iam:ListRoles is denied"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			golden(t, name+".md", []byte(reported(t, r, render.FormMarkdown)))
		})
	}
}

// Of a plan, all forms for people say the same: verdict, numbers, dangers, changes, statements, findings and notices.
func TestFormsSayTheSame(t *testing.T) {
	t.Parallel()
	r := ofPlan(everySort())
	for _, form := range []render.Form{render.FormMarkdown, render.FormHTML} {
		out := flat(reported(t, r, form))
		for _, want := range []string{
			"Look closely: it weakens the audit, cannot all be taken back and deletes 2 objects",
			"Plan: 6 to create, 3 to change, 1 to replace, 1 to delete (2 one-way, 1 weakening the audit). 86 findings, 1 critical, 3 high.",
			"trail/eu-west-1/audit", "nothing is recorded any more",
			"one-way: its id, 1 access key and its password cannot come back", "declared absent",
			"+ policy/RDSReadOnlyPolicy", "Allow rds:DescribeDBInstances, rds:DescribeDBClusters, rds:ListTagsForResource", "(Sid Look)",
			"when sts:ExternalId = my-data-sharing-id",
			"Deny sts:AssumeRole to account 111122223333", "root has an access key", "delete it, signed in as root",
			"Users: there would be 5001, and the account's quota is 5000", "baseline.yaml (sha256 0123456789ab)", "1.2.0",
		} {
			if !strings.Contains(out, flat(want)) {
				t.Errorf("the plan as %s does not say %q", form, want)
			}
		}
		if at := strings.Index(out, flat("nothing is recorded any more")); at < 0 || at > strings.Index(out, flat("+ user/alice")) {
			t.Errorf("in the plan as %s, what weakens the audit comes after the changes", form)
		}
	}
}

// flat takes markup and the difference of white space from a text.
func flat(s string) string {
	for tag := strings.IndexByte(s, '<'); tag >= 0; tag = strings.IndexByte(s, '<') {
		end := strings.IndexByte(s[tag:], '>')
		if end < 0 {
			break
		}
		s = s[:tag] + s[tag+end+1:]
	}
	s = strings.NewReplacer("&#43;", "+", "&#39;", "'", "**", "", "`", "", `\`, "", "\n", " ").Replace(s)
	return strings.ReplaceAll(s, " ", "")
}

// A report on a run holds what a reader of the record wants to know: who, when, from what, what came of it.
func TestReportsOfRuns(t *testing.T) {
	t.Parallel()
	r := &render.Report{Run: partlyDone()}
	for _, form := range []render.Form{render.FormText, render.FormJSON, render.FormMarkdown, render.FormHTML} {
		out := flat(reported(t, r, form))
		for _, want := range []string{"20261121-140311", "DeleteConflict: it has keys", "partly applied", "ci-apply", "user/bob", "failed"} {
			if !strings.Contains(strings.ToLower(out), strings.ToLower(flat(want))) {
				t.Errorf("the run as %s does not say %q", form, want)
			}
		}
	}
}

// A report says how its command failed, in every form for people and programs.
func TestReportsSayHowTheCommandFailed(t *testing.T) {
	t.Parallel()
	for what, r := range map[string]*render.Report{
		"a plan": {Plan: deleteUser(), Ending: failed}, "nothing": {Ending: failed}, "a run": {Run: partlyDone(), Ending: failed}, "a check": {Check: failingAccount(), Ending: failed},
	} {
		for _, form := range []render.Form{render.FormText, render.FormJSON, render.FormMarkdown, render.FormHTML} {
			if what == "a check" && form == render.FormMarkdown {
				continue // its verdict says that it failed
			}
			out := flat(reported(t, r, form))
			for _, want := range []string{"refused", "the plan holds one-way changes", "add --allow-one-way"} {
				if !strings.Contains(out, flat(want)) {
					t.Errorf("the report on %s as %s does not say %q", what, form, want)
				}
			}
		}
	}
}

func TestReportsTellOfFailedWrites(t *testing.T) {
	t.Parallel()
	for _, form := range forms {
		if err := ofPlan(deleteUser()).Write(&broken{}, form, render.Style{}); err == nil {
			t.Errorf("%s that could not be written counts as written", form)
		}
	}
	if err := ofPlan(plan()).Write(&bytes.Buffer{}, "yaml", render.Style{}); err == nil {
		t.Error("there is no error for a form that does not exist")
	}
}

// The same plan gives the same bytes: of the maps that a picture is made from, no order is seen.
func TestReportsAreAlwaysTheSame(t *testing.T) {
	t.Parallel()
	for _, form := range forms {
		one := reported(t, ofPlan(everySort()), form)
		for range 5 {
			if reported(t, ofPlan(everySort()), form) != one {
				t.Fatalf("%s differs from one time to the next", form)
			}
		}
	}
}

func BenchmarkReports(b *testing.B) {
	for _, form := range forms {
		b.Run(string(form), func(b *testing.B) {
			r := ofPlan(thousandSorts())
			for b.Loop() {
				reported(b, r, form)
			}
		})
	}
}

// What must be known of a plan as a whole stands at its head, and a consent beside what it consents to.
func TestReportsTellOfLimitsSnapshotsAndConsents(t *testing.T) {
	t.Parallel()
	p := deleteUser()
	p.Large = []string{"deletes 1 of 3 users and roles (33 %), and the limit is 25 %"}
	p.Snapshot = &resource.Snapshot{ReadAt: readAt, Digest: strings.Repeat("0", 64)}
	p.Changes[3].Consent = &resource.Consent{Reason: "left", Until: readAt.Truncate(24*time.Hour).AddDate(0, 1, 0)}
	for _, form := range []render.Form{render.FormMarkdown, render.FormHTML} {
		out := flat(reported(t, ofPlan(p), form))
		for _, want := range []string{
			"Look closely: it is more than the limits allow, cannot all be taken back and deletes 1 object",
			"more than the limits allow: it deletes 1 of 3 users and roles (33 %), and the limit is 25 %",
			"made from a snapshot of 2026-11-21 14:02:11Z, and not from the account", "consented until 2026-12-20: left",
		} {
			if at := strings.Index(out, flat(want)); at < 0 || at > strings.Index(out, flat("group Developers")) {
				t.Errorf("the plan as %s does not say %q before its changes", form, want)
			}
		}
	}
	validate(t, schemaOf(t, "plan"), "the plan", reported(t, ofPlan(p), render.FormJSON))
}
