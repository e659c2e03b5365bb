package render

import (
	"time"

	"baseline/requirements"
	"baseline/resource"
)

// CheckFormat is the version of the JSON form of checks. Additions leave it as it is.
const CheckFormat = 1

// checkForm is the JSON form of a check.
type checkForm struct {
	Format    int           `json:"format"`
	Baseline  string        `json:"baseline"`
	Account   string        `json:"account"`
	Caller    string        `json:"caller"`
	ReadAt    time.Time     `json:"read_at"`
	ReportAt  time.Time     `json:"report_at,omitzero"`
	Benchmark string        `json:"benchmark"`
	Summary   string        `json:"summary"`
	Counts    CheckCounts   `json:"counts"`
	Controls  []controlForm `json:"controls"`
	Notices   []string      `json:"notices,omitempty"`
	Ended     *Ending       `json:"ended,omitempty"`
}

// controlForm is one control. Its violations are a list even where there are none, so that scripts can walk over all of them.
type controlForm struct {
	requirements.Outcome
	Violations []violationForm `json:"violations"`
}

// violationForm is what breaks a control or, where Warning is true, will.
type violationForm struct {
	resource.Finding
	Warning bool `json:"warning,omitempty"`
}

// checkFormOf is the JSON form of a check, with every control in order and all of its violations. Those with "warning" break no
// rule yet. Times are in UTC.
func checkFormOf(a *Assessment) *checkForm {
	form := &checkForm{
		Format: CheckFormat, Baseline: a.Baseline, Account: a.Account, Caller: a.Caller, ReadAt: a.ReadAt.UTC(), ReportAt: a.ReportAt.UTC(),
		Benchmark: a.Benchmark, Summary: CheckSummary(a), Counts: a.Count(), Controls: make([]controlForm, len(a.Outcomes)), Notices: a.Notices,
	}
	for i, o := range a.Outcomes {
		form.Controls[i] = controlForm{Outcome: o, Violations: make([]violationForm, len(o.Violations))}
		for n, violation := range o.Violations {
			f := violation.Finding
			f.Since = f.Since.UTC()
			form.Controls[i].Violations[n] = violationForm{f, violation.Warning}
		}
	}
	return form
}
