package render

import (
	"html"
	"slices"
	"strings"
)

// markdownFindings adds the findings, the worst first, and reports whether some were left out. What is less than high is folded.
func (v *review) markdownFindings(m *markdown) (fewer bool) {
	if len(v.findings) == 0 {
		return false
	}
	m.line("### Findings")
	room := maxFindings
	left := 0
	for i, g := range v.findings {
		lines := g.markdown()
		fit := fitting(lines, min(room, max(1_500, maxFindings/3)))
		if fit < 2 { // not even the heading and one line
			for _, g := range v.findings[i:] {
				left += g.count
			}
			break
		}
		if cut := len(lines) - fit; cut > 0 {
			fewer = true
			lines = append(slices.Clone(lines[:fit]), "- and "+plural(cut, "line")+" more, which "+"JSON and HTML have\n")
		}
		body := strings.Join(lines[1:], "")
		room -= len(lines[0]) + len(body)
		m.line("<details" + openIf(severityRank(g.severity) <= 1) + "><summary>" + lines[0] + "</summary>\n\n" + body + "\n</details>")
	}
	if left > 0 {
		m.line("And " + plural(left, "finding") + " more, too many for a comment: JSON and HTML name them all.")
	}
	return fewer || left > 0
}

func openIf(open bool) string {
	if open {
		return " open"
	}
	return ""
}

// markdown returns the heading of a group, as HTML, and its lines.
func (g findingGroup) markdown() []string {
	heading := "<b>" + htmlCode(g.word) + "</b> " + htmlCode(g.rule)
	if g.control != "" {
		heading += " " + htmlCode(g.control)
	}
	lines := []string{heading + " " + grouped(g.count)}
	for _, a := range g.advised {
		for _, same := range a.alike {
			if len(same.subjects) == 1 {
				lines = append(lines, "- "+markdownCode(short(same.subjects[0]))+": "+inMarkdown(short(same.seen))+"\n")
				continue
			}
			names := make([]string, 0, mostNames+1)
			for _, subject := range same.subjects[:min(len(same.subjects), mostNames)] {
				names = append(names, markdownCode(firstColumns(subject, 80)))
			}
			line := "- " + inMarkdown(plural(len(same.subjects), same.noun)) + ": " + inMarkdown(short(same.seen)) + ": " + strings.Join(names, ", ")
			if more := len(same.subjects) - mostNames; more > 0 {
				line += " and " + grouped(more) + " more"
			}
			lines = append(lines, line+"\n")
		}
		if a.advice != "" {
			lines = append(lines, "\n  → "+inMarkdown(short(a.advice))+"\n")
		}
	}
	return lines
}

// htmlCode writes an escaped text as code in HTML, in which platforms link nothing.
func htmlCode(escaped string) string { return "<code>" + html.EscapeString(short(escaped)) + "</code>" }
