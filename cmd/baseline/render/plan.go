package render

import (
	"io"
	"strings"
	"time"

	"baseline/resource"
)

// Plan writes a plan for reviewers: a line on what was read, every object that changes with its parts under it, the
// findings, the notices, and the [Summary]. Its time grows with the plan alone, and the same plan gives the same bytes.
func Plan(w io.Writer, p *resource.Plan, r Reading, s Style) error {
	v := &view{account: p.Account}
	v.planHeader(p, r)
	v.changes(p.Changes)
	v.findings(p.Findings, ofPlan)
	v.notices(p.Notices)
	v.add(row{label: Summary(p), tint: bold})
	return writeRows(w, v.rows, s)
}

// planHeader says which account was read, by whom and when.
func (v *view) planHeader(p *resource.Plan, r Reading) {
	v.line(strings.Join(source(p.Baseline, p.Account, p.Caller, p.ReadAt, r), between))
	if p.Undoes != "" {
		v.line("takes back run " + text(p.Undoes))
	}
	v.space()
}

// source says what was read for which baseline, by whom, when and how fast, as the parts of a line.
func source(baseline, account, caller string, at time.Time, r Reading) []string {
	account = "account " + text(account)
	if caller != "" {
		account += " as " + callerName(caller)
	}
	parts := []string{text(baseline), account}
	if !at.IsZero() {
		read := []string{"read " + moment(at)}
		if r.Calls > 0 {
			read = append(read, plural(r.Calls, "call"))
		}
		if r.Took > 0 {
			read = append(read, elapsed(r.Took))
		}
		parts = append(parts, strings.Join(read, ", "))
	}
	return parts
}

// Difference tells what has become of an object that is there before and after, line by line as a plan tells of a change. It is nil
// where no setting differs, or either is nil. What is too long is cut.
func Difference(account string, a resource.Address, before, after resource.Object) []string {
	if before == nil || after == nil {
		return nil
	}
	v := &view{account: account}
	for _, b := range blocks([]resource.Change{{Address: a, Owner: a, Before: before, After: after}}) {
		v.block(b)
	}
	lines := plainRows(v.rows)
	if len(lines) < 2 {
		return nil // nothing but its name
	}
	const most = 30
	if more := len(lines) - most; more > 0 {
		lines = append(lines[:most], "    and "+plural(more, "line")+" more")
	}
	return lines
}
