package render

import (
	"io"
	"strings"

	"baseline/resource"
)

// Plan writes a plan for reviewers: a line on what was read, every object that changes with its parts under it, the
// findings, the notices, and the [Summary]. Its time grows with the plan alone, and the same plan gives the same bytes.
func Plan(w io.Writer, p *resource.Plan, r Reading, s Style) error {
	v := &view{account: p.Account}
	v.planHeader(p, r)
	v.changes(p.Changes)
	v.findings(p.Findings)
	v.notices(p.Notices)
	v.add(row{label: Summary(p), tint: bold})
	return writeRows(w, v.rows, s)
}

// planHeader says which account was read, by whom and when.
func (v *view) planHeader(p *resource.Plan, r Reading) {
	account := "account " + text(p.Account)
	if p.Caller != "" {
		account += " as " + callerName(p.Caller)
	}
	parts := []string{text(p.Baseline), account}
	if !p.ReadAt.IsZero() {
		read := []string{"read " + moment(p.ReadAt)}
		if r.Calls > 0 {
			read = append(read, plural(r.Calls, "call"))
		}
		if r.Took > 0 {
			read = append(read, elapsed(r.Took))
		}
		parts = append(parts, strings.Join(read, ", "))
	}
	v.line(strings.Join(parts, between))
	if p.Undoes != "" {
		v.line("takes back run " + text(p.Undoes))
	}
	v.space()
}
