package render

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"baseline/requirements"
	"baseline/resource"
)

// CheckMarkdown writes a check as GitHub-flavoured Markdown, for an issue, a comment on a pull request or a page of a job: the
// verdict, the table of controls, and what [Check] tells below it. It is never longer than [MaxMarkdown]: what does not fit of what
// stands below the table is left out, and that is said. Texts from outside can't leave their place in it.
func CheckMarkdown(w io.Writer, a *Assessment) error {
	m := &markdown{}
	m.line(Marker("check", text(a.Baseline), text(a.Account)))
	m.line("# Check of " + inMarkdown(short(text(a.Baseline))))
	m.line(inMarkdown(firstColumns(strings.Join(a.source(Reading{})[1:], between), 2*maxField)))
	m.line(verdict(a.Count()) + " " + CheckSummary(a))
	rows, apart := tabled(a.Outcomes)
	m.controls(rows)
	parts := []*markdown{m}
	for i, found := range a.told(broken) {
		if o := a.Outcomes[i]; len(found) > 0 {
			part := noted("## " + markdownText(o.ID) + ": " + markdownText(o.Title))
			part.also(o)
			part.findings(found, "")
			parts = append(parts, part)
		}
	}
	if soon := slices.Concat(a.told(warned)...); len(soon) > 0 {
		part := noted("## Soon")
		part.findings(soon, soonWord)
		parts = append(parts, part)
	}
	for _, outcomes := range apart {
		part := &markdown{}
		part.unchecked(outcomes)
		parts = append(parts, part)
	}
	for _, notice := range a.Notices {
		parts = append(parts, noted("Note: "+markdownText(notice)))
	}
	_, err := io.WriteString(w, joined(fittingParts(parts)...))
	return err
}

// fittingParts leaves out the parts that are too much for a comment, never the first one, and says how many those are.
func fittingParts(parts []*markdown) []*markdown {
	room := MaxMarkdown - 200
	var kept []*markdown
	for i, part := range parts {
		if size := part.out.Len() + 1; size <= room || i == 0 {
			room -= size
			kept = append(kept, part)
		}
	}
	if cut := len(parts) - len(kept); cut > 0 {
		kept = append(kept, noted(cutMark+" "+plural(cut, "section")+" did not fit; JSON and CSV have everything."))
	}
	return kept
}

// verdict says in a word what came of a check. What was not checked did not pass.
func verdict(n CheckCounts) string {
	switch {
	case n.Fail > 0:
		return "**Failed.**"
	case n.Pass > 0:
		return "**Nothing failed.**"
	}
	return "**Nothing was checked.**"
}

// markdown is a document in the making.
type markdown struct{ out strings.Builder }

// line adds a paragraph or a heading.
func (m *markdown) line(text string) {
	if m.out.Len() > 0 {
		m.out.WriteByte('\n')
	}
	m.out.WriteString(text + "\n")
}

// controls adds the table of controls.
func (m *markdown) controls(outcomes []requirements.Outcome) {
	if len(outcomes) == 0 {
		return
	}
	m.line("| Control | Title | Result | Violators |\n| --- | --- | --- | --- |")
	for _, o := range outcomes {
		g, word := standing(o.Result)
		fmt.Fprintf(&m.out, "| %s | %s | %s %s | %s |\n", markdownText(o.ID), markdownText(o.Title), g, word, inMarkdown(violators(o)))
	}
}

// also names the ids that a control has elsewhere.
func (m *markdown) also(o requirements.Outcome) {
	others := slices.DeleteFunc(slices.Clone(o.Controls), func(id string) bool { return id == o.ID })
	if len(others) > 0 {
		m.line("Also " + markdownText(strings.Join(others, ", ")))
	}
}

// unchecked adds the controls that do not stand in the table for one reason, under that.
func (m *markdown) unchecked(outcomes []requirements.Outcome) {
	heading := "## Not checked"
	if why := outcomes[0].Why; why != "" {
		heading += ": " + markdownText(why)
	}
	m.line(heading + "\n")
	for _, o := range outcomes {
		m.out.WriteString("- " + markdownText(o.ID) + ": " + markdownText(o.Title) + "\n")
	}
}

// findings adds lists of findings, one for each rule. The word stands in the place of their severities.
func (m *markdown) findings(findings []resource.Finding, word string) {
	for group := range stretches(inOrder(findings), compareGroups) {
		f := group[0]
		severity := word
		if severity == "" {
			severity = string(f.Severity)
		}
		m.line("**" + markdownText(severity) + "**" + between + markdownCode(text(f.Rule)) + "\n")
		told := 0
		for advised := range stretches(group, compareAdvice) {
			if told == mostFindings {
				break
			}
			for _, f := range advised[:min(len(advised), mostFindings-told)] {
				m.out.WriteString("- " + markdownSubject(f.Subject) + ": " + inMarkdown(strings.Join(seen(f), between)) + "\n")
				told++
			}
			if advice := advised[0].Advice; advice != "" {
				m.out.WriteString("\n  → " + markdownText(advice) + "\n")
			}
		}
		if more := len(group) - told; more > 0 {
			m.out.WriteString("- and " + grouped(more) + " more, which JSON and CSV name\n")
		}
	}
}

// markdownSubject names who breaks a rule. The whole account is no name from outside.
func markdownSubject(a resource.Address) string {
	if a.IsZero() {
		return subjectName(a)
	}
	return markdownCode(Name(a))
}
