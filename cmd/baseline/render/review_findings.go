package render

import (
	"strings"

	"baseline/resource"
)

// findingGroup is what was found by one rule, of one severity.
type findingGroup struct {
	severity resource.Severity
	// word stands for the severity, as in "high" or "soon".
	word, rule, control string
	count               int
	advised             []advised
}

// advised are findings with the same advice.
type advised struct {
	advice string
	alike  []alike
}

// alike are findings of which the same was seen.
type alike struct {
	noun     string
	subjects []string
	seen     string
}

// findingGroups puts findings in the order in which they are shown.
func findingGroups(findings []resource.Finding) []findingGroup {
	var groups []findingGroup
	for members := range stretches(inOrder(findings), compareGroups) {
		f := members[0]
		g := findingGroup{severity: f.Severity, word: text(string(f.Severity)), rule: text(f.Rule), control: text(firstControl(f)) + otherControls(f), count: len(members)}
		for same := range stretches(members, compareAdvice) {
			a := advised{advice: text(same[0].Advice)}
			for twins := range stretches(same, compareAlike) {
				told := alike{noun: kindNoun(kindWord(twins[0].Subject.Kind)), seen: strings.Join(seenOfAll(twins), between)}
				for _, t := range twins {
					told.subjects = append(told.subjects, subjectName(t.Subject))
				}
				a.alike = append(a.alike, told)
			}
			g.advised = append(g.advised, a)
		}
		groups = append(groups, g)
	}
	return groups
}

// countFindings counts findings by severity, the worst first.
func countFindings(groups []findingGroup) []fact {
	var counts []fact
	for _, severity := range resource.Severities() {
		n := 0
		for _, g := range groups {
			if g.severity == severity {
				n += g.count
			}
		}
		if n > 0 {
			counts = append(counts, fact{string(severity), grouped(n)})
		}
	}
	return counts
}
