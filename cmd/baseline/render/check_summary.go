package render

import (
	"fmt"
	"slices"

	"baseline/resource"
)

// distinct keeps one finding, the worst, for each subject that breaks a rule.
func distinct(findings []resource.Finding) []resource.Finding {
	type violator struct {
		rule    string
		subject resource.Address
	}
	var found []resource.Finding
	at := map[violator]int{}
	for _, f := range findings {
		key := violator{f.Rule, f.Subject}
		i, known := at[key]
		switch {
		case !known:
			at[key] = len(found)
			found = append(found, f)
		case severityRank(f.Severity) < severityRank(found[i].Severity):
			found[i] = f
		}
	}
	return found
}

// CheckCounts are the numbers of a check's summary line.
type CheckCounts struct {
	// Pass, Fail and NotChecked are numbers of controls. NotChecked holds every control that neither passed nor failed.
	Pass       int `json:"pass"`
	Fail       int `json:"fail"`
	NotChecked int `json:"not_checked"`
	// Violators counts who breaks a rule, once for each rule, however many controls the rule answers.
	Violators ViolatorCounts `json:"violators"`
	// Soon counts in the same way who will break a rule at a known date if nothing happens. They are no violators yet.
	Soon int `json:"soon"`
}

// ViolatorCounts are numbers of violators by severity.
type ViolatorCounts struct {
	All      int `json:"all"`
	Critical int `json:"critical"`
	High     int `json:"high"`
	Medium   int `json:"medium"`
	Low      int `json:"low"`
}

// Count counts what an assessment holds.
func (a *Assessment) Count() CheckCounts {
	var n CheckCounts
	var found []resource.Finding
	for _, o := range a.Outcomes {
		switch g, _ := standing(o.Result); g {
		case passed:
			n.Pass++
		case failed:
			n.Fail++
		default:
			n.NotChecked++
		}
		found = append(found, findingsOf(o, broken)...)
	}
	for _, f := range distinct(found) {
		n.Violators.All++
		switch f.Severity {
		case resource.Critical:
			n.Violators.Critical++
		case resource.High:
			n.Violators.High++
		case resource.Medium:
			n.Violators.Medium++
		case resource.Low:
			n.Violators.Low++
		}
	}
	n.Soon = len(distinct(slices.Concat(a.told(warned)...)))
	return n
}

// CheckSummary is the last line of a check. Scripts may rely on its grammar:
//
//	summary   = "Check: " N " passed, " N " failed, " N " not checked." [ " " violators ] [ " " N " soon." ]
//	violators = N " violator" [ "s" ] [ ", " N " critical" ] [ ", " N " high" ] "."
//
// N is a decimal number without separators; in brackets are parts that are left out when their number is zero. The first three
// count controls, and the others are counted as [CheckCounts] says.
func CheckSummary(a *Assessment) string {
	n := a.Count()
	line := fmt.Sprintf("Check: %d passed, %d failed, %d not checked.", n.Pass, n.Fail, n.NotChecked)
	if n.Violators.All > 0 {
		line += " " + severitySummary("violator", n.Violators.All, n.Violators.Critical, n.Violators.High)
	}
	if n.Soon > 0 {
		line += fmt.Sprintf(" %d %s.", n.Soon, soonWord)
	}
	return line
}
