package render

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"baseline/applier"
	"baseline/resource"
)

// Runs writes a table of runs, one line each, in the order given.
func Runs(w io.Writer, runs []*applier.Run, s Style) error {
	if len(runs) == 0 {
		_, err := io.WriteString(w, "No runs.\n")
		return err
	}
	table := [][]string{{"RUN", "STARTED", "COMMAND", "BY", "FROM", "STEPS", "STATUS"}}
	for _, run := range runs {
		status := text(string(run.Status()))
		if run.UndoneBy != "" {
			status += " by " + text(run.UndoneBy)
		}
		made := count(run, applier.Made)
		table = append(table, []string{
			text(run.ID), moment(run.Header.Started), text(run.Header.Command), callerName(run.Header.Caller), sources(run),
			fmt.Sprintf("%d of %d", made, len(run.Steps)), status,
		})
	}
	_, err := io.WriteString(w, columns(table, s))
	return err
}

// columns lays out a table whose first line is its heading.
func columns(table [][]string, s Style) string {
	widths := make([]int, len(table[0]))
	for _, cells := range table {
		for i, cell := range cells {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	var b strings.Builder
	for n, cells := range table {
		var line strings.Builder
		for i, cell := range cells {
			if i > 0 {
				line.WriteString("  ")
			}
			line.WriteString(cell)
			if i < len(cells)-1 {
				line.WriteString(strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell)))
			}
		}
		tint := normal
		if n == 0 {
			tint = bold
		}
		b.WriteString(s.paint(tint, line.String()) + "\n")
	}
	return b.String()
}

// planOf is the plan of a run, or an empty one where the record has none.
func planOf(run *applier.Run) *resource.Plan {
	if run.Plan == nil {
		return &resource.Plan{Undoes: run.Header.Undoes}
	}
	return run.Plan
}

func count(run *applier.Run, progress applier.Progress) int {
	n := 0
	for _, step := range run.Steps {
		if step.Progress == progress {
			n++
		}
	}
	return n
}

// sources names what a run was made from: its files, or the run that it takes back.
func sources(run *applier.Run) string {
	if run.Header.Undoes != "" {
		return "run " + text(run.Header.Undoes)
	}
	files := planOf(run).Files
	switch len(files) {
	case 0:
		return "-"
	case 1:
		return text(files[0].Path)
	}
	return fmt.Sprintf("%s and %d more", text(files[0].Path), len(files)-1)
}

// Run writes one run: what was done, by whom, when and from which files, each step with its outcome, and whether and how
// it can be taken back or finished.
func Run(w io.Writer, run *applier.Run, s Style) error {
	v := &view{account: run.Header.Account}
	v.runHeader(run)
	v.runSteps(run)
	v.runAhead(run)
	return writeRows(w, v.rows, s)
}

func (v *view) runHeader(run *applier.Run) {
	status := text(string(run.Status()))
	if run.UndoneBy != "" {
		status += " by run " + text(run.UndoneBy)
	}
	v.add(row{label: fmt.Sprintf("Run %s: %s, %s", text(run.ID), text(run.Header.Command), status), tint: bold})
	fact := func(name, value string) {
		v.add(row{indent: 2, label: fmt.Sprintf("%-10s%s", name, value)})
	}
	fact("baseline", text(run.Header.Baseline))
	fact("account", text(run.Header.Account))
	fact("by", text(run.Header.Caller))
	when := moment(run.Header.Started)
	if run.Result != nil && run.Result.Ended.After(run.Header.Started) {
		when += ", took " + elapsed(run.Result.Ended.Sub(run.Header.Started).Round(100*time.Millisecond))
	}
	fact("started", when)
	if run.Header.Undoes != "" {
		fact("undoes", "run "+text(run.Header.Undoes))
	}
	for _, file := range planOf(run).Files {
		fact("from", fmt.Sprintf("%s (sha256 %.12s)", text(file.Path), text(file.SHA256)))
	}
	if run.Result != nil && run.Result.Error != "" {
		fact("error", text(run.Result.Error))
	}
	v.space()
}

// outcomes are the words for how far a step came.
var outcomes = map[applier.Progress]string{
	applier.Waiting: "not begun",
	applier.InDoubt: "in doubt",
	applier.Made:    "done",
	applier.Broken:  "failed",
}

// runSteps adds the changes the way the plan showed them, with the outcome of every step that was not simply done.
func (v *view) runSteps(run *applier.Run) {
	changes := planOf(run).Changes
	steps := make(map[*resource.Change]applier.Step, len(changes))
	for i := range min(len(changes), len(run.Steps)) {
		steps[&changes[i]] = run.Steps[i]
	}
	v.outcome = func(c *resource.Change) (sign, string) {
		step, known := steps[c]
		what := outcomes[step.Progress]
		switch {
		case !known || step.Progress == applier.Made:
			return same, ""
		case step.Progress == applier.Waiting:
			return remark, what
		case step.Progress == applier.InDoubt:
			what += ": it began, and nobody knows how it ended"
		}
		if step.Error != "" {
			what += ": " + text(step.Error)
		}
		return warning, what
	}
	v.changes(changes)

	tally := []string{fmt.Sprintf("%d of %s done", count(run, applier.Made), plural(len(run.Steps), "step"))}
	for _, progress := range []applier.Progress{applier.Broken, applier.InDoubt, applier.Waiting} {
		if n := count(run, progress); n > 0 {
			tally = append(tally, fmt.Sprintf("%d %s", n, outcomes[progress]))
		}
	}
	v.add(row{label: strings.Join(tally, ", ") + ".", tint: bold})
}

// runAhead says what can be done about the run.
func (v *view) runAhead(run *applier.Run) {
	touched := count(run, applier.Made) + count(run, applier.Broken) + count(run, applier.InDoubt)
	switch status := run.Status(); {
	case status == applier.StatusUndone:
		v.line("It was taken back by run " + text(run.UndoneBy) + ".")
		return
	case status != applier.StatusDone && count(run, applier.Made) < len(run.Steps):
		v.line("To finish it:     baseline apply --resume " + text(run.ID))
	}
	if touched == 0 {
		v.line("It changed nothing, so there is nothing to take back.")
		return
	}
	v.line("To take it back:  baseline rollback " + text(run.ID))
	if lost := lost(run); len(lost) > 0 {
		v.line("What cannot come back is marked above, at " + enumerate(lost) + ".")
	}
}

// lost names the objects of which a run took away something for good, or may have.
func lost(run *applier.Run) []string {
	var names []string
	for i, c := range planOf(run).Changes {
		if i < len(run.Steps) && run.Steps[i].Progress != applier.Waiting && len(c.OneWay) > 0 {
			names = append(names, changeName(&c)[2:])
		}
	}
	const shown = 5
	if len(names) > shown {
		names = append(names[:shown], fmt.Sprintf("%s more", grouped(len(names)-shown)))
	}
	return names
}
