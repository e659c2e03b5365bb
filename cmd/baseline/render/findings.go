package render

import (
	"cmp"
	"slices"
	"strings"

	"baseline/resource"
)

// severities lists severities from worst to mildest.
var severities = []resource.Severity{resource.Critical, resource.High, resource.Medium, resource.Low}

func severityTint(severity resource.Severity) string {
	switch severity {
	case resource.Critical, resource.High:
		return bold + ";" + red
	case resource.Medium:
		return yellow
	case resource.Low:
	}
	return normal
}

// findings adds findings, the worst first. Those of one rule with the same advice stand together, so that the advice
// is given once, and many of which the same was seen are told in a few lines.
func (v *view) findings(findings []resource.Finding) {
	ordered := slices.Clone(findings)
	slices.SortStableFunc(ordered, func(a, b resource.Finding) int {
		return cmp.Or(compareAlike(a, b), a.Subject.Compare(b.Subject))
	})
	for i := 0; i < len(ordered); {
		f := ordered[i]
		alike := 1
		for i+alike < len(ordered) && compareAlike(f, ordered[i+alike]) == 0 {
			alike++
		}
		if i == 0 || compareGroups(ordered[i-1], f) != 0 {
			v.add(row{label: text(string(f.Severity)) + " · " + text(f.Rule), tint: severityTint(f.Severity)})
		}
		v.alike(ordered[i : i+alike])
		i += alike
		if i == len(ordered) || compareGroups(f, ordered[i]) != 0 {
			if f.Advice != "" {
				v.add(row{indent: 4, label: "-> " + text(f.Advice)})
			}
			v.space()
		}
	}
}

// How many findings of which the same was seen get a line each, and how many of the others are named. JSON names them all.
const (
	mostLines = 8
	mostNames = 24
	nameWidth = 100
)

// alike adds findings of which the same was seen.
func (v *view) alike(findings []resource.Finding) {
	if len(findings) <= mostLines {
		for _, f := range findings {
			v.add(row{indent: 4, label: subjectName(f.Subject), remarks: []string{text(f.Seen)}, loud: true})
		}
		return
	}
	separator := ","
	if f := findings[0]; holderOf(f.Subject) != f.Subject {
		separator = ";" // names of parts have commas
	}
	word := strings.ReplaceAll(kindWord(findings[0].Subject.Kind), "_", " ")
	v.add(row{indent: 4, label: plural(len(findings), word), remarks: []string{text(findings[0].Seen)}, loud: true})
	line := ""
	for i, f := range findings {
		name := text(f.Subject.Name)
		if separator == ";" {
			name = Name(f.Subject)
		}
		if i == mostNames {
			name = "and " + grouped(len(findings)-mostNames) + " more"
		} else if i < len(findings)-1 {
			name += separator
		}
		if line != "" && len(line)+1+len(name) > nameWidth {
			v.add(row{indent: 8, label: line})
			line = ""
		}
		line = strings.TrimSpace(line + " " + name)
		if i == mostNames {
			break
		}
	}
	v.add(row{indent: 8, label: line})
}

// compareAlike puts findings of one group together of which the same was seen of the same kind of object.
func compareAlike(a, b resource.Finding) int {
	return cmp.Or(compareGroups(a, b), cmp.Compare(a.Subject.Kind, b.Subject.Kind), cmp.Compare(a.Seen, b.Seen))
}

func compareGroups(a, b resource.Finding) int {
	return cmp.Or(
		cmp.Compare(severityRank(a.Severity), severityRank(b.Severity)),
		cmp.Compare(a.Severity, b.Severity),
		cmp.Compare(a.Rule, b.Rule),
		cmp.Compare(a.Advice, b.Advice),
	)
}

// severityRank puts an unknown severity last.
func severityRank(severity resource.Severity) int {
	if i := slices.Index(severities, severity); i >= 0 {
		return i
	}
	return len(severities)
}

func subjectName(a resource.Address) string {
	if a.IsZero() {
		return "account"
	}
	return Name(a)
}

// notices adds the remarks that name no object.
func (v *view) notices(notices []string) {
	for _, notice := range notices {
		v.add(row{label: "Note: " + text(notice)})
	}
	if len(notices) > 0 {
		v.space()
	}
}
