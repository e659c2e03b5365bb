package render

import (
	"cmp"
	"slices"

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
// is given once.
func (v *view) findings(findings []resource.Finding) {
	ordered := slices.Clone(findings)
	slices.SortStableFunc(ordered, func(a, b resource.Finding) int {
		return cmp.Or(compareGroups(a, b), a.Subject.Compare(b.Subject))
	})
	for i, f := range ordered {
		if i == 0 || compareGroups(ordered[i-1], f) != 0 {
			v.add(row{label: text(string(f.Severity)) + " · " + text(f.Rule), tint: severityTint(f.Severity)})
		}
		v.add(row{indent: 4, label: subjectName(f.Subject), remarks: []string{text(f.Seen)}, loud: true})
		if i == len(ordered)-1 || compareGroups(f, ordered[i+1]) != 0 {
			if f.Advice != "" {
				v.add(row{indent: 4, label: "-> " + text(f.Advice)})
			}
			v.space()
		}
	}
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
	return objectName(a)
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
