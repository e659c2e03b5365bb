package render

import (
	"cmp"
	"iter"
	"slices"
	"strings"
	"time"

	"baseline/resource"
)

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

// How many lines the findings of one heading get, how many findings of which the same was seen get a line each, and how
// many of the others are named. JSON names them all.
const (
	mostFindings = 24
	mostLines    = 8
	mostNames    = 24
	nameWidth    = 100
)

// findings adds findings, the worst first, those of one rule under one heading. Those with the same advice stand together, so
// that the advice is given once, and many of which the same was seen are told in a few lines.
func (v *view) findings(findings []resource.Finding, heading func(resource.Finding) row) {
	for group := range stretches(inOrder(findings), compareGroups) {
		v.add(heading(group[0]))
		lines, told := 0, 0
		for advised := range stretches(group, compareAdvice) {
			if lines == mostFindings {
				break
			}
			for alike := range stretches(advised, compareAlike) {
				if len(alike) > mostLines && lines < mostFindings {
					v.alike(alike)
					lines, told = lines+1, told+len(alike)
					continue
				}
				for _, f := range alike[:min(len(alike), mostFindings-lines)] {
					v.add(row{indent: 4, label: subjectName(f.Subject), remarks: seen(f), loud: true})
					lines, told = lines+1, told+1
				}
			}
			if advice := advised[0].Advice; advice != "" {
				v.add(row{indent: 4, label: "-> " + text(advice)})
			}
		}
		if more := len(group) - told; more > 0 {
			v.add(row{indent: 4, label: "and " + grouped(more) + " more; -o json names them all"})
		}
		v.space()
	}
}

// ofPlan is the heading of a finding in a plan: how bad it is, the rule, and the control that the rule answers.
func ofPlan(f resource.Finding) row {
	label := text(string(f.Severity)) + between + text(f.Rule)
	if control := firstControl(f); control != "" {
		label += between + text(control) + otherControls(f)
	}
	return row{label: label, tint: severityTint(f.Severity)}
}

// firstControl is the control that a finding is about in the file's benchmark, as far as it has one there.
func firstControl(f resource.Finding) string {
	if len(f.Controls) == 0 {
		return ""
	}
	return f.Controls[0]
}

// otherControls counts the other controls of the same benchmark that a finding stands for, as one does that nobody is told of anything.
func otherControls(f resource.Finding) string {
	if len(f.Controls) == 0 {
		return ""
	}
	benchmark := f.Controls[0][:strings.LastIndexByte(f.Controls[0], ' ')+1]
	n := 0
	for _, control := range f.Controls[1:] {
		if id, ok := strings.CutPrefix(control, benchmark); ok && benchmark != "" && !strings.Contains(id, " ") {
			n++
		}
	}
	if n == 0 {
		return ""
	}
	return " and " + grouped(n) + " more"
}

// seen says what was seen and, where that does not tell it already, since when.
func seen(f resource.Finding) []string {
	parts := []string{text(f.Seen)}
	if since := day(f.Since); since != "" && !strings.Contains(f.Seen, since) {
		parts = append(parts, "since "+since)
	}
	return parts
}

// seenOfAll is seen for findings of which the same was seen, at different times perhaps.
func seenOfAll(findings []resource.Finding) []string {
	parts := seen(earliest(findings))
	if len(parts) > 1 && slices.ContainsFunc(findings, func(f resource.Finding) bool { return day(f.Since) != day(findings[0].Since) }) {
		parts[1] = "the first " + parts[1]
	}
	return parts
}

// day writes the date of a time, and nothing for none.
func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.DateOnly)
}

// alike adds findings of which the same was seen.
func (v *view) alike(findings []resource.Finding) {
	separator := ","
	if f := findings[0]; holderOf(f.Subject) != f.Subject {
		separator = ";" // names of parts have commas
	}
	v.add(row{indent: 4, label: plural(len(findings), kindNoun(kindWord(findings[0].Subject.Kind))), remarks: seenOfAll(findings), loud: true})
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

// earliest is the finding that has been so for longest, as far as that is known.
func earliest(findings []resource.Finding) resource.Finding {
	first := findings[0]
	for _, f := range findings {
		if !f.Since.IsZero() && (first.Since.IsZero() || f.Since.Before(first.Since)) {
			first = f
		}
	}
	return first
}

// inOrder returns findings in the order in which they are shown.
func inOrder(findings []resource.Finding) []resource.Finding {
	ordered := slices.Clone(findings)
	slices.SortStableFunc(ordered, func(a, b resource.Finding) int {
		return cmp.Or(compareGroups(a, b), compareAdvice(a, b), compareAlike(a, b), a.Subject.Compare(b.Subject))
	})
	return ordered
}

// stretches cuts a list into the stretches whose members compare as equal.
func stretches[T any](list []T, compare func(a, b T) int) iter.Seq[[]T] {
	return func(yield func([]T) bool) {
		for len(list) > 0 {
			n := 1
			for n < len(list) && compare(list[0], list[n]) == 0 {
				n++
			}
			if !yield(list[:n:n]) {
				return
			}
			list = list[n:]
		}
	}
}

// compareGroups puts findings together that stand under one heading.
func compareGroups(a, b resource.Finding) int {
	return cmp.Or(
		cmp.Compare(severityRank(a.Severity), severityRank(b.Severity)),
		cmp.Compare(a.Severity, b.Severity),
		cmp.Compare(a.Rule, b.Rule),
		cmp.Compare(firstControl(a), firstControl(b)),
	)
}

func compareAdvice(a, b resource.Finding) int { return cmp.Compare(a.Advice, b.Advice) }

// compareAlike puts findings together of which the same was seen of the same kind of object.
func compareAlike(a, b resource.Finding) int {
	return cmp.Or(cmp.Compare(a.Subject.Kind, b.Subject.Kind), cmp.Compare(a.Seen, b.Seen))
}

// severityRank puts an unknown severity last.
func severityRank(severity resource.Severity) int {
	all := resource.Severities()
	if i := slices.Index(all, severity); i >= 0 {
		return i
	}
	return len(all)
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
