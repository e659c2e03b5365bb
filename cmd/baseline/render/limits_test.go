package render_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"baseline/applier"
	"baseline/cmd/baseline/render"
	"baseline/resource"
)

// A plan of a thousand changes of which no two are alike fits into a comment: the numbers are of all of them, nothing dangerous is
// passed over in silence, and what was cut is said.
func TestAThousandChangesFitIntoAComment(t *testing.T) {
	t.Parallel()
	out := reported(t, ofPlan(thousandSorts()), render.FormMarkdown)
	if len(out) > 65_536 || len(out) < 50_000 {
		t.Errorf("%d bytes, %d characters", len(out), utf8.RuneCountInString(out))
	}
	for _, want := range []string{
		"Plan: 500 to create, 250 to change, 250 to delete (250 one-way). 250 findings, 250 high.",
		"| **All** | **500** | **250** |  | **250** | **250** |  |",
		"`- role/gone-user-000`: deleted · one-way: its id cannot come back · left on day user-000",
		"> - and more, which are too many to name here: \\- roles (",
		"**Cut to fit into a comment.** Of 1,000 changed objects, ",
		"JSON and HTML have",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("it does not say %q", want)
		}
	}
	// The verdict, the table and the note on what was cut stand before, the explanation of the signs behind what was cut.
	if !strings.Contains(out[:2_000], "**All**") || strings.Index(out[:2_000], "\n**Cut to fit") < strings.Index(out, "Findings: ") || !strings.Contains(out[len(out)-1_000:], "About this plan") {
		t.Error("the head or the end was cut")
	}
	var full, named, counted int
	_, note, _ := strings.Cut(out, "Of 1,000 changed objects, ")
	if _, err := fmt.Sscanf(note, "%d are shown in full, %d by name only, and %d are only counted.", &full, &named, &counted); err != nil {
		if _, err := fmt.Sscanf(note, "%d are shown in full, %d by name only.", &full, &named); err != nil {
			t.Fatalf("%v in %.200q", err, note)
		}
	}
	if full < 100 || full+named+counted != 1_000 {
		t.Errorf("%d in full, %d by name, %d counted", full, named, counted)
	}
	if !strings.Contains(note, " are only counted. Not all findings are listed. The numbers above are of all, and the plan as HTML or JSON has everything.\n") &&
		!strings.Contains(note, " by name only. Not all findings are listed. The numbers above are of all, and the plan as HTML or JSON has everything.\n") {
		t.Errorf("%.300q", note)
	}
	if blocks := strings.Count(out, "\n```diff\n"); blocks != full {
		t.Errorf("%d blocks, and %d are said to be there", blocks, full)
	}
	// What is alike is told once, and then a thousand changes are a page.
	if out := reported(t, ofPlan(thousand()), render.FormMarkdown); len(out) > 30_000 || strings.Contains(out, "Cut to fit") {
		t.Errorf("%d bytes for changes that are alike", len(out))
	}
}

// Of dangers that are too many to name, every kind is named.
func TestTheKindsOfDangersAreNotCut(t *testing.T) {
	t.Parallel()
	p := plan()
	for i := range 1_200 {
		c := change(resource.Kind(fmt.Sprintf("iam_thing_%02d", i%30)), fmt.Sprintf("name-%d", i), user(nil), nil)
		p.Changes = append(p.Changes, oneWay(c, fmt.Sprintf("what only %d has", i)))
	}
	_, box, _ := strings.Cut(reported(t, ofPlan(p), render.FormMarkdown), "> [!CAUTION]")
	_, more, found := strings.Cut(box, "> - and more, which are too many to name here: ")
	more, _, _ = strings.Cut(more, "\n")
	for i := 5; i < 30; i++ { // those before stand there by name, for objects come in the order of their kinds
		if kind := fmt.Sprintf("thing %02ds (40)", i); !found || !strings.Contains(more, kind) {
			t.Errorf("%s is not in %q", kind, more)
		}
	}
}

// A page of a thousand changes names every one of them, and its picture stays small.
func TestAThousandChangesFitOnAPage(t *testing.T) {
	t.Parallel()
	out := reported(t, ofPlan(thousandSorts()), render.FormHTML)
	if got := strings.Count(out, `<details class="piece `); got != 1_000 {
		t.Errorf("%d objects on the page", got)
	}
	if got := strings.Count(out, `<rect class="box"`); got > 3*2*40 {
		t.Errorf("%d boxes in the picture", got)
	}
	if len(out) > 2<<20 {
		t.Errorf("a page of %d bytes", len(out))
	}
}

// TestMarkdownKeepsItsLimit puts any number of texts of any length anywhere.
func TestMarkdownKeepsItsLimit(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		texts := rapid.SampledFrom([]string{"a", "`", "```", "é愛", "<b>", "@x", "\u202e", "\x1b", "|", "\n", "愛", "𝔘", "[x](y)", "#1", "-"})
		text := func(what string) string {
			return strings.Repeat(texts.Draw(t, what), rapid.SampledFrom([]int{1, 7, 90, 299, 400, 999, 1_100, 11_000}).Draw(t, "length of "+what))
		}
		p := plan()
		n := rapid.SampledFrom([]int{1, 3, 30, 120}).Draw(t, "changes")
		name, kind, setting, value, phrase, reason, note := text("name"), text("kind"), text("setting"), text("value"), text("phrase"), text("reason"), text("note")
		kinds := rapid.IntRange(1, 50).Draw(t, "kinds")
		for i := range n {
			c := change(resource.Kind(fmt.Sprintf("iam_%d%s", i%kinds, kind)), fmt.Sprint(i)+name, nil, resource.Object{setting: value, "document": resource.Document(fmt.Sprintf("%d%s", i, value))})
			if i%3 == 0 {
				c.Before, c.After = c.After, nil
				c.OneWay, c.Weakens = []string{fmt.Sprint(i) + phrase}, []string{phrase}
			}
			c.Reason, c.Notes = reason, []string{note}
			p.Changes = append(p.Changes, c)
			p.Findings = append(p.Findings, resource.Finding{
				Rule: fmt.Sprint(i%5) + phrase, Subject: c.Address, Severity: rapid.SampledFrom(resource.Severities()).Draw(t, "severity"),
				Seen: fmt.Sprint(i%7) + reason, Advice: fmt.Sprint(i%3) + note, Controls: []string{phrase},
			})
			p.Notices = append(p.Notices, note)
			p.Files = append(p.Files, resource.SourceFile{Path: name, SHA256: value})
		}
		p.Baseline, p.Account, p.Caller, p.Undoes = text("baseline"), text("account"), text("caller"), text("undone run")
		r := ofPlan(p)
		switch rapid.IntRange(0, 2).Draw(t, "of") {
		case 1:
			r.Ending = &render.Ending{Exit: 1, Name: "error", Error: text("error"), Next: []string{text("next")}}
		case 2:
			r.Run = run("20261121-140311", p)
			r.Run.Header.Baseline, r.Run.Header.Account, r.Run.Header.Caller = p.Baseline, p.Account, p.Caller
			for i := range r.Run.Steps {
				r.Run.Steps[i] = applier.Step{Progress: applier.Broken, Error: value}
			}
			r.Run.Result.Status, r.Run.Result.Error = applier.StatusPartly, value
		}
		out := reported(t, r, render.FormMarkdown)
		if len(out) > render.MaxMarkdown {
			t.Errorf("%d bytes", len(out))
		}
		if !strings.Contains(out, "Plan: ") {
			t.Error("the numbers were cut")
		}
		inertMarkdown(t, out)
	})
}

// The first line of a report is the same whenever it is about the same thing, whatever the rest says.
func TestMarkersAreStable(t *testing.T) {
	t.Parallel()
	first := func(p *resource.Plan) string {
		line, _, _ := strings.Cut(reported(t, ofPlan(p), render.FormMarkdown), "\n")
		return line
	}
	if one, other := first(plan()), first(deleteUser()); one != other || one != "<!-- baseline: plan of acme-prod in 111122223333 -->" {
		t.Errorf("%s and %s", one, other)
	}
	for _, name := range []string{"a--b", "-->", "--!>", "a\nb", strings.Repeat("x", 1<<20), "<!--", "é", "-", "a-", ""} {
		m := render.Marker("plan", name, "111122223333")
		if !marker.MatchString(m) || len(m) > 5_000 {
			t.Errorf("the marker of %.20q is %.80q", name, m)
		}
		for _, other := range []string{"a-b", "a", "b"} {
			if m == render.Marker("plan", other, "111122223333") {
				t.Errorf("%.20q and %q have one marker", name, other)
			}
		}
	}
}
