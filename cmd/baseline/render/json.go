package render

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"baseline/applier"
	"baseline/resource"
)

// RunFormat is the version of the JSON form of runs. Additions leave it as it is.
const RunFormat = 1

// indent is the indentation of all JSON meant for people's eyes as well.
const indent = "  "

// planForm is the JSON form of a plan: the plan itself, which reads back into a [resource.Plan], and what a script wants
// first.
type planForm struct {
	*resource.Plan
	Changes []resource.Change `json:"changes"`
	Counts  resource.Counts   `json:"counts"`
	Summary string            `json:"summary"`
	// Ended is nil where the command that made the plan ended well.
	Ended *Ending `json:"ended,omitempty"`
}

// formOf is the JSON form of a plan. It reads back into a [resource.Plan] that is equal to p, and like p it holds no secret.
func formOf(p *resource.Plan) planForm {
	form := planForm{Plan: p, Changes: make([]resource.Change, len(p.Changes)), Counts: p.Count(), Summary: Summary(p)}
	for i, c := range p.Changes {
		c.Before, c.After = shielded(c.Before), shielded(c.After)
		form.Changes[i] = c
	}
	return form
}

// shielded returns the settings with every document that holds a deceptive character in its verbatim form, as a JSON
// string, where the character can be written as an escape without changing the document.
func shielded(settings resource.Object) resource.Object {
	verbatim := resource.Object{}
	for name, value := range settings {
		if document, ok := value.(resource.Document); ok && strings.ContainsFunc(string(document), deceptive) {
			verbatim[name] = map[string][]string{"verbatim": {string(document)}}
		}
	}
	if len(verbatim) == 0 {
		return settings
	}
	return settings.With(verbatim)
}

// runForm is the JSON form of a run.
type runForm struct {
	Format  int            `json:"format"`
	ID      string         `json:"id"`
	Status  applier.Status `json:"status"`
	Summary string         `json:"summary"`
	*applier.Run
	Steps []stepForm `json:"steps"`
	Plan  planForm   `json:"plan"`
	Ended *Ending    `json:"ended,omitempty"`
}

// stepForm is one step of a run with what it does, which a script would have to look up in the plan otherwise.
type stepForm struct {
	// Address is nil where the record has lost the plan.
	Address *resource.Address `json:"address,omitempty"`
	Op      resource.Op       `json:"op,omitempty"`
	applier.Step
}

func runFormOf(run *applier.Run) *runForm {
	form := &runForm{
		Format: RunFormat, ID: run.ID, Status: run.Status(), Summary: Summary(planOf(run)), Run: run,
		Steps: make([]stepForm, len(run.Steps)), Plan: formOf(planOf(run)),
	}
	changes := planOf(run).Changes
	for i, step := range run.Steps {
		form.Steps[i].Step = step
		if i < len(changes) {
			form.Steps[i].Address, form.Steps[i].Op = &changes[i].Address, changes[i].Op()
		}
	}
	return form
}

// runLine is one run in the JSON form of a list of runs.
type runLine struct {
	ID     string         `json:"id"`
	Status applier.Status `json:"status"`
	Header applier.Header `json:"header"`
	// Resumed tells of each time that it was gone on with.
	Resumed []applier.Resumption `json:"resumed,omitempty"`
	// Files are those that the run's plan was made from.
	Files    []resource.SourceFile `json:"files,omitempty"`
	Counts   resource.Counts       `json:"counts"`
	Summary  string                `json:"summary"`
	Result   *applier.Result       `json:"result,omitempty"`
	UndoneBy string                `json:"undone_by,omitempty"`
}

// RunsJSON writes runs as indented JSON, in the order given, without their plans and steps.
func RunsJSON(w io.Writer, runs []*applier.Run) error {
	list := struct {
		Format int       `json:"format"`
		Runs   []runLine `json:"runs"`
	}{RunFormat, make([]runLine, 0, len(runs))}
	for _, run := range runs {
		list.Runs = append(list.Runs, runLine{
			ID: run.ID, Status: run.Status(), Header: run.Header, Resumed: run.Resumed, Files: planOf(run).Files, Counts: planOf(run).Count(), Summary: Summary(planOf(run)),
			Result: run.Result, UndoneBy: run.UndoneBy,
		})
	}
	return writeJSON(w, list)
}

// writeJSON writes a value with every deceptive character escaped: JSON allows it, and the file stays safe to look at.
func writeJSON(w io.Writer, value any) error {
	data, err := resource.Encode(value, indent)
	if err != nil {
		return err
	}
	_, err = w.Write(escapeJSON(data))
	return err
}

// escapeJSON escapes deceptive characters. An encoder leaves those only within strings.
func escapeJSON(data []byte) []byte {
	if bytes.IndexFunc(data, func(r rune) bool { return r != '\n' && deceptive(r) }) < 0 {
		return data
	}
	var out bytes.Buffer
	for len(data) > 0 {
		r, size := utf8.DecodeRune(data)
		switch {
		case r == '\n' || !deceptive(r):
			out.Write(data[:size])
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&out, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&out, `\u%04x`, r)
		}
		data = data[size:]
	}
	return out.Bytes()
}
