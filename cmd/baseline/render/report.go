package render

import (
	"fmt"
	"io"
	"strings"

	"baseline/applier"
	"baseline/resource"
)

// Form is a form in which a report can be written.
type Form string

// The forms. CSV is for checks only; SARIF is for what has findings: plans made from files, and checks.
const (
	FormText     Form = "text"
	FormJSON     Form = "json"
	FormMarkdown Form = "markdown"
	FormHTML     Form = "html"
	FormSARIF    Form = "sarif"
	FormCSV      Form = "csv"
)

// Report is what is known of the work of a command by its end. It is written from what it holds: a check, else a run, else a
// plan, else nothing but how the command ended.
type Report struct {
	// Subject is what the command is to make a report on, "plan" or "check", and Baseline and Account are what for, where that is known.
	// They say what the report replaces when nothing else is known.
	Subject, Baseline, Account string

	Plan *resource.Plan
	// Reading is what reading the account for the plan or the check took.
	Reading Reading
	Run     *applier.Run
	Check   *Assessment
	// Sources say where the files declare what; only SARIF asks.
	Sources Sources
	// Problems are what is wrong with the files, where that is why there is no plan.
	Problems []Problem
	// Ending is how the command failed; nil where it did not.
	Ending *Ending
	// Program is the version of this program, for those who ask what made the report.
	Program string
}

// Place is a position in a file. Lines and columns count from 1, columns in characters; 0 is unknown.
type Place struct {
	File   string `json:"file"`
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`
}

// Problem is one thing that is wrong with a file.
type Problem struct {
	Place
	Message string `json:"message"`
}

// Ending is how a command failed.
type Ending struct {
	// Exit is the exit code, and Name what it is called.
	Exit int    `json:"exit"`
	Name string `json:"name"`
	// Error says why, in one or several lines; "" where the code says it all.
	Error string `json:"error,omitempty"`
	// Next is what can be done about it.
	Next []string `json:"next,omitempty"`
}

// Write writes the report in a form. The same report gives the same bytes. What a form can't be made of, such as CSV of a plan,
// is an error.
func (r *Report) Write(w io.Writer, form Form, s Style) error {
	switch form {
	case FormText:
		return r.text(w, s)
	case FormJSON:
		return r.json(w)
	case FormMarkdown:
		return r.markdown(w)
	case FormHTML:
		return r.html(w)
	case FormSARIF:
		return r.sarif(w)
	case FormCSV:
		if r.Check != nil {
			return CheckCSV(w, r.Check)
		}
		return nil // rows of a check that was not made would be taken for a check
	}
	return fmt.Errorf("there is no form %q", form)
}

// text writes what is known, and then how the command failed, as it is said on stderr.
func (r *Report) text(w io.Writer, s Style) (err error) {
	switch {
	case r.Check != nil:
		err = Check(w, r.Check, r.Reading, s)
	case r.Run != nil:
		err = Run(w, r.Run, s)
	case r.Plan != nil:
		err = Plan(w, r.Plan, r.Reading, s)
	}
	if err != nil || r.Ending == nil {
		return err
	}
	_, err = io.WriteString(w, strings.Join(r.Ending.lines(), "\n")+"\n")
	return err
}

// lines say how the command failed. They are escaped.
func (e *Ending) lines() []string {
	var lines []string
	if e.Error != "" {
		lines = strings.Split("error: "+EscapeLines(strings.TrimRight(e.Error, "\n")), "\n")
	}
	for _, next := range e.Next {
		lines = append(lines, strings.Split("next:  "+EscapeLines(next), "\n")...)
	}
	for i, line := range lines {
		lines[i] = firstColumns(line, maxLine)
	}
	return append(lines, fmt.Sprintf("exit %d (%s)", e.Exit, text(e.Name)))
}

// Say writes how the command failed, as people are told on stderr.
func (e *Ending) Say(w io.Writer) error {
	_, err := io.WriteString(w, strings.Join(e.lines(), "\n")+"\n")
	return err
}

// failureForm is the JSON form of a command that ended before anything was known.
type failureForm struct {
	Format   int       `json:"format"`
	Ended    *Ending   `json:"ended"`
	Problems []Problem `json:"problems,omitempty"`
}

// json writes the JSON form of what is known, with "ended" where the command failed.
func (r *Report) json(w io.Writer) error {
	switch {
	case r.Check != nil:
		form := checkFormOf(r.Check)
		form.Ended = r.Ending
		return writeJSON(w, form)
	case r.Run != nil:
		form := runFormOf(r.Run)
		form.Ended = r.Ending
		return writeJSON(w, form)
	case r.Plan != nil:
		form := formOf(r.Plan)
		form.Ended = r.Ending
		return writeJSON(w, form)
	}
	return writeJSON(w, failureForm{Format: resource.PlanFormat, Ended: r.Ending, Problems: r.Problems})
}
