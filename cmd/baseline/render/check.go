package render

import (
	"io"
	"slices"
	"strings"
	"time"

	"baseline/requirements"
	"baseline/resource"
)

// Assessment is what a check came to.
type Assessment struct {
	// Baseline is the name of the baseline; Account is the account's 12 digits, and Caller the ARN it was read with.
	Baseline, Account, Caller string
	// ReadAt is when the account was read.
	ReadAt time.Time
	// ReportAt is when AWS made the credential report; zero when it was not needed.
	ReportAt time.Time
	// Benchmark is the standard whose controls are shown first, as in "cis-7.0".
	Benchmark string
	// Outcomes are the controls, in the order in which they are shown.
	Outcomes []requirements.Outcome
	// Notices are remarks to the reader that name no single control.
	Notices []string
}

// Check writes a check for people: a line on what was read, a table of the controls, who breaks each failing one, what will fail
// soon, the notices, and the [CheckSummary]. A finding tells what was seen, since when and what to do; it stands once, under
// the first of the controls that it counts for. Controls that were not checked say why; many for one reason stand together
// below the table. Of very many violators, it names the first and counts the rest.
func Check(w io.Writer, a *Assessment, r Reading, s Style) error {
	v := &view{account: a.Account}
	v.line(strings.Join(a.source(r), between))
	v.space()
	rows, apart := tabled(a.Outcomes)
	v.controls(rows)
	v.unchecked(apart)
	for i, found := range a.told(broken) {
		o := a.Outcomes[i]
		v.findings(found, func(f resource.Finding) row {
			parts := []string{text(string(f.Severity)), text(f.Rule), text(o.ID), text(o.Title)}
			if o.ID == f.Rule {
				parts = slices.Delete(parts, 2, 3)
			}
			return row{label: strings.Join(parts, between), tint: severityTint(f.Severity)}
		})
	}
	v.findings(slices.Concat(a.told(warned)...), func(f resource.Finding) row {
		heading := ofPlan(f)
		heading.label = soonWord + strings.TrimPrefix(heading.label, text(string(f.Severity)))
		return heading
	})
	v.notices(a.Notices)
	v.add(row{label: CheckSummary(a), tint: bold})
	return writeRows(w, v.rows, s)
}

// soonWord stands in the place of a severity for what breaks no rule yet, but will at a known date.
const soonWord = "soon"

// source says what was judged, and by what, as the parts of a line.
func (a *Assessment) source(r Reading) []string {
	parts := source(a.Baseline, a.Account, a.Caller, a.ReadAt, r)
	if !a.ReportAt.IsZero() {
		parts = append(parts, "credential report of "+moment(a.ReportAt))
	}
	if a.Benchmark != "" {
		parts = append(parts, "against "+text(a.Benchmark))
	}
	return parts
}

// resultWords are the words for how an account stands to a control.
var resultWords = map[requirements.Result]string{
	requirements.Pass:       "pass",
	requirements.Fail:       "fail",
	requirements.NotChecked: "not checked",
}

// standing is the sign and the word for a result. What is neither passed nor failed counts as not checked.
func standing(result requirements.Result) (sign, string) {
	switch result {
	case requirements.Pass:
		return passed, resultWords[result]
	case requirements.Fail:
		return failed, resultWords[result]
	case requirements.NotChecked:
	}
	return remark, resultWords[requirements.NotChecked]
}

// mostUnchecked is how many controls that were not checked for one reason stay in the table, each with the reason.
const mostUnchecked = 3

// tabled divides controls into those for the table, and those that stand apart from it because many were not checked for the
// same reason, one list for each reason.
func tabled(outcomes []requirements.Outcome) (rows []requirements.Outcome, apart [][]requirements.Outcome) {
	byReason := map[string][]requirements.Outcome{}
	for _, o := range outcomes {
		if g, _ := standing(o.Result); g == remark {
			byReason[o.Why] = append(byReason[o.Why], o)
		}
	}
	for _, o := range outcomes {
		g, _ := standing(o.Result)
		if alike := byReason[o.Why]; g != remark || len(alike) <= mostUnchecked {
			rows = append(rows, o)
		} else if alike[0].ID == o.ID {
			apart = append(apart, alike)
		}
	}
	return rows, apart
}

// controls adds the table of controls.
func (v *view) controls(outcomes []requirements.Outcome) {
	if len(outcomes) == 0 {
		return
	}
	table := [][]string{{"CONTROL", "TITLE", "RESULT", "VIOLATORS"}}
	tints := []string{bold}
	for _, o := range outcomes {
		g, word := standing(o.Result)
		table = append(table, []string{text(o.ID), text(o.Title), string(g) + " " + word, violators(o)})
		tint := normal
		if g != passed {
			tint = g.attribute()
		}
		tints = append(tints, tint)
	}
	for i, line := range columns(table) {
		v.add(row{label: line, tint: tints[i]})
	}
	v.space()
}

// violators says how many break a control and how many will, and what else there is to say about its result.
func violators(o requirements.Outcome) string {
	var parts []string
	if n := len(distinct(findingsOf(o, broken))); n > 0 {
		parts = append(parts, grouped(n))
	}
	if n := len(distinct(findingsOf(o, warned))); n > 0 {
		parts = append(parts, grouped(n)+" "+soonWord)
	}
	cell := strings.Join(parts, ", ")
	switch {
	case o.Why == "":
		return cell
	case cell == "":
		return text(o.Why)
	}
	return cell + between + text(o.Why)
}

// unchecked adds the controls that do not stand in the table, under their reasons.
func (v *view) unchecked(apart [][]requirements.Outcome) {
	for _, outcomes := range apart {
		_, word := standing(requirements.NotChecked)
		heading := word
		if why := outcomes[0].Why; why != "" {
			heading += between + text(why)
		}
		v.line(heading)
		var table [][]string
		for _, o := range outcomes {
			table = append(table, []string{text(o.ID), text(o.Title)})
		}
		for _, line := range columns(table) {
			v.add(row{indent: 4, label: line})
		}
		v.space()
	}
}

// What of a control's violations is asked for: what makes it fail, or what will.
const (
	broken = false
	warned = true
)

func findingsOf(o requirements.Outcome, warning bool) []resource.Finding {
	var found []resource.Finding
	for _, violation := range o.Violations {
		if violation.Warning == warning {
			found = append(found, violation.Finding)
		}
	}
	return found
}

// told returns, for each outcome, the findings that no earlier one has: a rule that answers several controls is broken once.
func (a *Assessment) told(warning bool) [][]resource.Finding {
	type key struct {
		rule, seen string
		subject    resource.Address
	}
	told := make([][]resource.Finding, len(a.Outcomes))
	known := map[key]bool{}
	for i, o := range a.Outcomes {
		for _, f := range findingsOf(o, warning) {
			if k := (key{f.Rule, f.Seen, f.Subject}); !known[k] {
				known[k] = true
				told[i] = append(told[i], f)
			}
		}
	}
	return told
}
