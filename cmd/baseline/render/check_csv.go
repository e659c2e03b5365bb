package render

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"time"

	"baseline/requirements"
	"baseline/resource"
)

// csvHeader names the columns of a check in CSV.
var csvHeader = []string{
	"control", "title", "level", "result", "why", "rule", "subject", "severity", "seen", "since", "advice", "controls",
}

// CheckCSV writes a check as CSV after RFC 4180, under a header: one row for each violation of a control, in order, and one for
// a control without any. The severity of what breaks no rule yet is "soon"; the level is empty where a control has none;
// controls are separated by semicolons; times are in UTC after RFC 3339.
//
// No field is taken for a formula by a spreadsheet: one that begins like a formula has an apostrophe before it.
func CheckCSV(w io.Writer, a *Assessment) error {
	out := csv.NewWriter(w)
	rows := [][]string{csvHeader}
	for _, o := range a.Outcomes {
		for _, violation := range o.Violations {
			rows = append(rows, csvRow(o, violation))
		}
		if len(o.Violations) == 0 {
			rows = append(rows, csvRow(o, requirements.Violation{Finding: resource.Finding{
				Rule: strings.Join(o.Rules, "; "), Controls: o.Controls,
			}}))
		}
	}
	return out.WriteAll(rows)
}

func csvRow(o requirements.Outcome, violation requirements.Violation) []string {
	f := violation.Finding
	level, subject, severity, since := "", "", string(f.Severity), ""
	if o.Level > 0 {
		level = strconv.Itoa(o.Level)
	}
	if !f.Subject.IsZero() {
		subject = f.Subject.String()
	}
	if violation.Warning {
		severity = soonWord
	}
	if !f.Since.IsZero() {
		since = f.Since.UTC().Format(time.RFC3339)
	}
	result := o.Result
	if g, _ := standing(result); g == remark {
		result = requirements.NotChecked
	}
	fields := []string{
		o.ID, o.Title, level, string(result), o.Why, f.Rule, subject, severity, f.Seen, since, f.Advice, strings.Join(f.Controls, "; "),
	}
	for i, field := range fields {
		fields[i] = csvField(field)
	}
	return fields
}

// csvField escapes a field, and makes it inert where spreadsheets would take it for a formula.
func csvField(field string) string {
	field = Escape(field)
	for _, begin := range []string{"=", "+", "-", "@", "＝", "＋", "－", "＠"} { // some spreadsheets take the wide forms for the others
		if strings.HasPrefix(field, begin) {
			return "'" + field
		}
	}
	return field
}
