package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"baseline/applier"
	"baseline/cmd/baseline/render"
	"baseline/resource"
	"baseline/spec"
)

// report is what the command knows so far, and where it is told in the end: however the command ends, [command.finish] writes
// it. Commands fill it in as they go.
type report struct {
	render.Report
	outputs []output
	// events tells machines what happens; nil for nobody.
	events *render.Events
	// eventsOut is true where events take stdout.
	eventsOut bool
	// late is true where people are told on stdout at the end; otherwise they are as things happen.
	late bool
	// unasked is true where nobody is asked for a consent.
	unasked bool
	begun   time.Time
}

// output is one form of the report, and the file that it goes to; "" for stdout.
type output struct {
	form render.Form
	file string
}

// The forms that a plan, a run and a check can have.
var (
	planForms  = []render.Form{render.FormText, render.FormJSON, render.FormMarkdown, render.FormHTML, render.FormSARIF}
	runForms   = []render.Form{render.FormText, render.FormJSON, render.FormMarkdown, render.FormHTML}
	checkForms = []render.Form{render.FormText, render.FormJSON, render.FormMarkdown, render.FormHTML, render.FormSARIF, render.FormCSV}
)

// outputFlag adds -o to a command. What it was given is in c.report once the command runs.
func (c *command) outputFlag(cmd *cobra.Command, forms []render.Form) {
	cmd.Flags().StringArrayVarP(&c.output, "output", "o", nil, "how to tell it: "+formWords(forms)+"; FORMAT=FILE writes a file (repeatable; default text)")
	c.forms[cmd] = forms
}

// eventsFlag adds --events to a command.
func (c *command) eventsFlag(cmd *cobra.Command) {
	cmd.Flags().StringVar(&c.eventsFile, "events", "", "write what happens as it happens, one JSON object a line, to this file, or to stdout for -")
}

// formWords lists forms as in "text, json or csv".
func formWords(forms []render.Form) string {
	words := make([]string, len(forms))
	for i, form := range forms {
		words[i] = string(form)
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// startReport reads -o and --events of the command that is about to run, so that what can't be written is known before anything is
// done. A command without -o has no report.
func (c *command) startReport(cmd *cobra.Command) error {
	forms := c.forms[cmd]
	if forms == nil {
		return nil
	}
	if _, err := c.style(); err != nil {
		return err
	}
	r := &report{begun: c.Clock.Now(), eventsOut: c.eventsFile == "-"}
	r.Program = ownVersion()
	switch cmd.Name() {
	case "plan", "apply":
		r.Subject = "plan"
	case "check":
		r.Subject = "check"
	}
	stdout := ""
	if r.eventsOut {
		stdout = "--events -"
	}
	files := map[string]string{}
	for _, given := range c.output {
		word, file, toFile := strings.Cut(given, "=")
		form := render.Form(word)
		switch {
		case !slices.Contains(forms, form):
			return fmt.Errorf("-o of %s takes %s, each alone or as FORMAT=FILE, not %q", cmd.Name(), formWords(forms), given)
		case toFile && file == "":
			return fmt.Errorf("-o %s names no file", given)
		case file == "-":
			file = ""
		}
		if file != "" && files[file] != "" {
			return fmt.Errorf("-o %s and -o %s would write the same file", files[file], given)
		}
		if file == "" && stdout != "" {
			return fmt.Errorf("%s and -o %s would both go to stdout: write all but one to files, as in -o %s=FILE", stdout, given, word)
		}
		if file == "" {
			stdout = "-o " + given
		} else {
			files[file] = given
		}
		r.outputs = append(r.outputs, output{form, file})
	}
	if stdout == "" {
		r.outputs = append(r.outputs, output{form: render.FormText})
	}
	if err := c.startEvents(cmd, r); err != nil {
		return err
	}
	c.report = r
	return nil
}

// startEvents opens what --events names.
func (c *command) startEvents(cmd *cobra.Command, r *report) error {
	switch c.eventsFile {
	case "":
		return nil
	case "-":
		r.events = render.NewEvents(c.Out, c.Clock.Now)
	default:
		file, err := os.OpenFile(c.eventsFile, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
		if err != nil {
			return fmt.Errorf("--events: %w", err)
		}
		r.events = render.NewEvents(file, c.Clock.Now) // each line is written at once, so the end of the process may close it
	}
	r.events.Version(ownVersion(), cmd.Name())
	return nil
}

// people is where people are told what happens: stdout, unless something else was asked for there, and then stderr.
func (c *command) people() io.Writer {
	if c.textOut() {
		return c.Out
	}
	return c.Err
}

// textOut reports whether stdout is for people.
func (c *command) textOut() bool {
	return c.report == nil || slices.Contains(c.report.outputs, output{form: render.FormText})
}

// events are those of the command, which may be told nothing.
func (c *command) events() *render.Events {
	if c.report == nil {
		return nil
	}
	return c.report.events
}

// readFrom keeps what the files are for, and where they declare what.
func (c *command) readFrom(b *spec.Baseline, account string) {
	if c.report == nil {
		return
	}
	c.report.Baseline, c.report.Account = b.Name, account
	s := &c.report.Sources
	s.Objects, s.Rules, s.Sections = map[resource.Address]render.Place{}, map[string]render.Place{}, map[string]render.Place{}
	for a, p := range b.Places {
		s.Objects[a] = render.Place(p)
	}
	for rule, p := range b.RequirePlaces {
		s.Rules[rule] = render.Place(p)
	}
	for section, p := range b.Sections {
		s.Sections[section] = render.Place(p)
	}
}

// planIs keeps a plan, tells machines, and shows it to people, who are asked about it afterwards. Where stdout is not theirs they see
// it only if they will be asked.
func (c *command) planIs(p *resource.Plan, reading render.Reading) error {
	style, err := c.style()
	if err != nil {
		return err
	}
	if c.report != nil {
		c.report.Plan, c.report.Reading = p, reading
	}
	c.events().Planned(p, reading)
	if !c.textOut() && (!c.InTTY || c.report.unasked) {
		return nil
	}
	return render.Plan(c.people(), p, reading, style)
}

// nobodyIsAsked says that the plan is shown to nobody who will be asked about it.
func (c *command) nobodyIsAsked() {
	if c.report != nil {
		c.report.unasked = true
	}
}

// planRead keeps a plan that was made earlier, by a command that showed it.
func (c *command) planRead(p *resource.Plan) {
	if c.report != nil {
		c.report.Plan = p
		for _, file := range p.Files {
			c.report.Sources.Inputs = append(c.report.Sources.Inputs, file.Path)
		}
	}
	c.events().Started(p.Account)
	c.events().Planned(p, render.Reading{})
}

// runIs keeps a run. It may be nil, where none was begun.
func (c *command) runIs(run *applier.Run) {
	if c.report != nil && run != nil {
		c.report.Run = run
	}
}

// finish tells how the command ended, in every form that was asked for, and returns how it ends after that. It is the one place
// through which all commands end.
func (c *command) finish(ctx context.Context, err error) *ending {
	end := c.afterLock(classify(ctx, err))
	if c.report == nil {
		return end
	}
	r := c.report
	if end.exit != exitDone && end.exit != exitChanges {
		r.Ending = &render.Ending{Exit: end.exit.code, Name: end.exit.name, Error: end.Error(), Next: end.next}
	}
	r.Problems = problemsOf(err)
	if len(r.Sources.Inputs) == 0 {
		r.Sources.Inputs = c.named()
	}
	for _, o := range r.outputs {
		if err := c.write(o); err != nil {
			end = end.besides(c.Err, fmt.Errorf("write the report: %w", err))
		}
	}
	if r.events != nil {
		r.events.Summary(&r.Report, end.exit.code, end.exit.name, c.Clock.Now().Sub(r.begun))
		if err := r.events.Err(); err != nil {
			end = end.besides(c.Err, fmt.Errorf("write the events: %w", err))
		}
	}
	return end
}

// besides adds an error of telling to how the command ended: it is the ending of what went well otherwise, and a note to what did not.
func (e *ending) besides(w io.Writer, err error) *ending {
	if e.exit == exitDone || e.exit == exitChanges {
		return &ending{exit: exitError, err: err}
	}
	if !errors.Is(err, syscall.EPIPE) {
		fmt.Fprintf(w, "note: %s\n", render.EscapeLines(err.Error()))
	}
	return e
}

// write writes the report in one form.
func (c *command) write(o output) error {
	r := c.report
	style, err := c.style()
	if err != nil {
		return err
	}
	if o.file == "" {
		if o.form == render.FormText {
			if !r.late || r.Check == nil && r.Run == nil {
				return nil
			}
			told := r.Report
			told.Ending = nil // it is said on stderr
			return told.Write(c.Out, o.form, style)
		}
		return r.Write(c.Out, o.form, render.Style{})
	}
	var out bytes.Buffer
	if err := r.Write(&out, o.form, render.Style{}); err != nil {
		return err
	}
	if err := saveFile(o.file, out.Bytes()); err != nil {
		return fmt.Errorf("%s: %w", o.file, plainCause(err))
	}
	return nil
}

// problemsOf returns what is wrong with the files, where that is what an error says.
func problemsOf(err error) []render.Problem {
	var found []render.Problem
	if problems, ok := errors.AsType[spec.Problems](err); ok {
		for _, p := range problems {
			found = append(found, render.Problem{Place: render.Place(p.Place), Message: p.Message})
		}
	}
	if wish, ok := errors.AsType[wishError](err); ok {
		for _, p := range wish {
			found = append(found, render.Problem{Place: render.Place(p.place), Message: p.String()})
		}
	}
	return found
}
