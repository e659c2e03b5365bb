package render

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
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
	head := []string{"RUN", "STARTED", "COMMAND", "BY", "FROM", "STEPS", "STATUS"}
	committed := slices.ContainsFunc(runs, func(run *applier.Run) bool { return run.Header.Commit != "" })
	if committed {
		head = append(head, "COMMIT")
	}
	byJobs := slices.ContainsFunc(runs, func(run *applier.Run) bool { return run.Header.Job != "" })
	if byJobs {
		head = append(head, "JOB")
	}
	table := [][]string{head}
	for _, run := range runs {
		status := text(string(run.Status()))
		if run.UndoneBy != "" {
			status += " by " + text(run.UndoneBy)
		}
		made := count(run, applier.Made)
		cells := []string{
			text(run.ID), moment(run.Header.Started), text(run.Header.Command), callerName(run.Header.Caller), sources(run),
			grouped(made) + " of " + grouped(len(run.Steps)), status,
		}
		if committed {
			cells = append(cells, fmt.Sprintf("%.12s", text(cmp.Or(run.Header.Commit, "-"))))
		}
		if byJobs {
			cells = append(cells, text(cmp.Or(run.Header.Job, "-")))
		}
		table = append(table, cells)
	}
	var rows []row
	for i, line := range columns(table) {
		tint := normal
		if i == 0 {
			tint = bold
		}
		rows = append(rows, row{label: line, tint: tint})
	}
	return writeRows(w, rows, s)
}

// columns lays out a table, one line each.
func columns(table [][]string) []string {
	var widths []int
	for _, cells := range table {
		for i, cell := range cells {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	lines := make([]string, len(table))
	for n, cells := range table {
		var line strings.Builder
		for i, cell := range cells {
			line.WriteString(cell)
			line.WriteString(strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell)+2))
		}
		lines[n] = strings.TrimRight(line.String(), " ")
	}
	return lines
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
	return fmt.Sprintf("%s and %s more", text(files[0].Path), grouped(len(files)-1))
}
