package render

import (
	"fmt"
	"io"
	"time"

	"baseline/applier"
)

// Run writes one run: what was done, by whom, when and from which files, each step with its outcome, and whether and how
// it can be taken back or finished. Of a long run that is not done, it names what was not done and counts the rest.
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
	for _, f := range runFacts(run) {
		v.add(row{indent: 2, label: fmt.Sprintf("%-10s%s", f.name, f.value)})
	}
	v.space()
}

// runFacts are what is to be known of a run besides its steps: for which account and by whom, when, from which commit and files.
func runFacts(run *applier.Run) []fact {
	facts := []fact{
		{"baseline", text(run.Header.Baseline)},
		{"account", text(run.Header.Account)},
		{"by", text(run.Header.Caller)},
	}
	if run.Header.Job != "" {
		facts = append(facts, fact{"job", text(run.Header.Job)})
	}
	when := moment(run.Header.Started)
	if run.Result != nil && run.Result.Ended.After(run.Header.Started) {
		when += ", took " + elapsed(run.Result.Ended.Sub(run.Header.Started).Round(100*time.Millisecond))
	}
	facts = append(facts, fact{"started", when})
	for _, again := range run.Resumed {
		facts = append(facts, fact{"resumed", moment(again.At) + " by " + text(again.Caller)})
		if again.Job != "" {
			facts = append(facts, fact{"in job", text(again.Job)})
		}
	}
	if run.Header.Undoes != "" {
		facts = append(facts, fact{"undoes", "run " + text(run.Header.Undoes)})
	}
	if run.Header.Commit != "" {
		facts = append(facts, fact{"commit", text(run.Header.Commit)})
	}
	for _, file := range planOf(run).Files { // with the whole digest, since this is the record
		facts = append(facts, fact{"from", text(file.Path) + " (sha256 " + text(file.SHA256) + ")"})
	}
	if run.Result != nil && run.Result.Error != "" {
		facts = append(facts, fact{"error", text(run.Result.Error)})
	}
	return facts
}

// runSteps adds what was not done, then the changes the way the plan showed them, and how many steps came how far.
func (v *view) runSteps(run *applier.Run) {
	v.notDone(run)
	if tooLong(run) {
		v.doneByKind(run)
	} else {
		v.outcome = outcomeOf(run)
		v.changes(planOf(run).Changes)
	}
	v.add(row{label: tally(run) + ".", tint: bold})
}

// runAhead says what can be done about the run.
func (v *view) runAhead(run *applier.Run) {
	touched := count(run, applier.Made) + count(run, applier.Broken) + count(run, applier.InDoubt)
	switch status := run.Status(); {
	case status == applier.StatusUndone:
		v.line("It was taken back by run " + text(run.UndoneBy) + ".")
		return
	case status == applier.StatusRunning:
		v.line("Another process is carrying it out.")
		return
	case status != applier.StatusDone && count(run, applier.Made) < len(run.Steps):
		v.line("To finish it:     baseline apply --resume " + text(run.ID))
	}
	if touched == 0 {
		v.line("It changed nothing, so there is nothing to take back.")
		return
	}
	v.line("To take it back:  baseline rollback " + text(run.ID))
	if lost := lost(run); len(lost) > 0 && tooLong(run) {
		v.line("One-way, so that something of it cannot come back: " + enumerate(lost) + ".")
	} else if len(lost) > 0 {
		v.line("What cannot come back is marked above, at " + enumerate(lost) + ".")
	}
}

// lost names the objects of which a run took away something for good, or may have.
func lost(run *applier.Run) []string {
	var names []string
	for i, c := range planOf(run).Changes {
		if i < len(run.Steps) && run.Steps[i].Progress != applier.Waiting && len(c.OneWay) > 0 {
			names = append(names, stepName(c.Address, ownerOf(&c)))
		}
	}
	const shown = 5
	if len(names) > shown {
		names = append(names[:shown], grouped(len(names)-shown)+" more")
	}
	return names
}
