package render

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"baseline/requirements"
	"baseline/resource"
)

// Summary is the last line of a plan, without a line break. Its grammar is fixed, so that people and scripts can rely on it:
//
//	summary  = changes [ " " findings ]
//	changes  = "Plan: " N " to create, " N " to change, " [ N " to replace, " ] N " to delete" [ " (" dangers ")" ] "."
//	         | "No changes. The account is as the file says."
//	         | "No changes."                                                   (where requirements of the file are not met)
//	         | "No changes. The account is as it was before run " RUN "."      (for a plan that undoes a run)
//	         | "No changes. All that is left of run " RUN " has changed since." (for one that finds nothing but drift)
//	         | "No changes. What is left of run " RUN " can't come back."       (for one that finds nothing but what is lost)
//	dangers  = N " one-way" [ ", " N " weakening the audit" ] | N " weakening the audit"
//	findings = N " finding" [ "s" ] [ ", " N " critical" ] [ ", " N " high" ] "."
//
// N is a decimal number without separators; in brackets are parts that are left out when their number is zero.
func Summary(p *resource.Plan) string {
	line := changesSummary(p)
	if len(p.Findings) > 0 {
		line += " " + findingsSummary(p.Findings)
	}
	return line
}

func changesSummary(p *resource.Plan) string {
	switch {
	case len(p.Changes) > 0:
		return "Plan: " + countsSummary(p.Count()) + "."
	case p.Undoes != "" && slices.ContainsFunc(p.Notices, isDrift):
		return "No changes. All that is left of run " + text(p.Undoes) + " has changed since."
	case p.Undoes != "" && slices.ContainsFunc(p.Notices, isLoss):
		return "No changes. What is left of run " + text(p.Undoes) + " can't come back."
	case p.Undoes != "":
		return "No changes. The account is as it was before run " + text(p.Undoes) + "."
	}
	if slices.ContainsFunc(p.Findings, func(f resource.Finding) bool { return requirements.IsRule(f.Rule) }) {
		return "No changes."
	}
	return "No changes. The account is as the file says."
}

// LeftAsItIs begins the notice of a plan that undoes a run about an object that has changed since the run.
const LeftAsItIs = "left as it is: "

func isDrift(notice string) bool { return strings.HasPrefix(notice, LeftAsItIs) }

// isLoss reports whether a notice of a plan that undoes a run is about something that the run deleted for good.
func isLoss(notice string) bool { return strings.HasSuffix(notice, "by the run, and can't come back") }

func countsSummary(n resource.Counts) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d to create, %d to change, ", n.Create, n.Change)
	if n.Replace > 0 {
		fmt.Fprintf(&b, "%d to replace, ", n.Replace)
	}
	fmt.Fprintf(&b, "%d to delete", n.Delete)
	var dangers []string
	if n.OneWay > 0 {
		dangers = append(dangers, fmt.Sprintf("%d one-way", n.OneWay))
	}
	if n.Weakens > 0 {
		dangers = append(dangers, fmt.Sprintf("%d weakening the audit", n.Weakens))
	}
	if len(dangers) > 0 {
		b.WriteString(" (" + strings.Join(dangers, ", ") + ")")
	}
	return b.String()
}

func findingsSummary(findings []resource.Finding) string {
	count := map[resource.Severity]int{}
	for _, f := range findings {
		count[f.Severity]++
	}
	return severitySummary("finding", len(findings), count[resource.Critical], count[resource.High])
}

// severitySummary says how many there are of something, and how many of them are bad.
func severitySummary(noun string, all, critical, high int) string {
	line := strconv.Itoa(all) + " " + noun
	if all > 1 {
		line += "s"
	}
	if critical > 0 {
		line += fmt.Sprintf(", %d %s", critical, resource.Critical)
	}
	if high > 0 {
		line += fmt.Sprintf(", %d %s", high, resource.High)
	}
	return line + "."
}
