package applier

import (
	"time"

	"baseline/resource"
)

// Run is one apply or rollback as its record shows it.
type Run struct {
	ID     string         `json:"id"`
	Header Header         `json:"header"`
	Plan   *resource.Plan `json:"plan"`
	Steps  []Step         `json:"steps"`
	// Resumed tells of each time that the run was gone on with, the first one first. Records of older versions don't tell.
	Resumed  []Resumption `json:"resumed,omitempty"`
	Result   *Result      `json:"result,omitempty"`
	UndoneBy string       `json:"undone_by,omitempty"`
	// Running says that another process was carrying the run out, or taking it back, when it was loaded.
	Running bool `json:"running,omitempty"`
}

// Header is what a run's journal says first.
type Header struct {
	// Command is "apply" or "rollback".
	Command  string    `json:"command"`
	Baseline string    `json:"baseline"`
	Account  string    `json:"account"`
	Caller   string    `json:"caller"`
	Started  time.Time `json:"started"`
	// Job is the page of the CI job that began the run, and Commit the one whose files it was made from; empty where that is not known.
	Job    string `json:"job,omitempty"`
	Commit string `json:"commit,omitempty"`
	// Undoes is the run that this one takes back.
	Undoes string `json:"undoes,omitempty"`
	// Partial is true for a rollback that left drifted objects as they were. It does not make its run rolled back.
	Partial bool `json:"partial,omitempty"`
}

// Resumption says who went on with a run, and when.
type Resumption struct {
	At     time.Time `json:"at"`
	Caller string    `json:"caller"`
	// Job is the page of the CI job that did so; empty where that is not known.
	Job string `json:"job,omitempty"`
}

// Progress is how far a step has come.
type Progress string

// How far a step has come. A step in doubt began and never ended: it may have left anything, so one must look.
const (
	Waiting Progress = "waiting"
	InDoubt Progress = "in doubt"
	Made    Progress = "done"
	Broken  Progress = "failed"
)

// Step is the state of one change of the run's plan, in the plan's order.
type Step struct {
	Progress Progress `json:"progress"`
	Error    string   `json:"error,omitempty"`
}

// Status sums a run up.
type Status string

// What a run came to.
const (
	StatusDone       Status = "done"
	StatusPartly     Status = "partly applied" // steps failed or were left out
	StatusRunning    Status = "running"        // another process is carrying it out
	StatusUnfinished Status = "unfinished"     // no result was written, and nobody is at work on it: it crashed
	StatusUndone     Status = "rolled back"
	StatusDamaged    Status = "damaged" // its record can't be read; the result's error says why
)

// Result is what a run wrote when it ended.
type Result struct {
	Status Status    `json:"status"`
	Ended  time.Time `json:"ended"`
	Done   int       `json:"done"`
	Failed int       `json:"failed"`
	Left   int       `json:"left"`
	// IDs are the unique ids of what the run created, by address, as the check after it saw them. They tell it from
	// whatever else may come to bear the same name.
	IDs map[string]string `json:"ids,omitempty"`
	// Error says why the run is not done.
	Error string `json:"error,omitempty"`
}

// Status sums the run up.
func (r *Run) Status() Status {
	switch {
	case r.UndoneBy != "":
		return StatusUndone
	case r.Result == nil && r.Running:
		return StatusRunning
	case r.Result == nil:
		return StatusUnfinished
	}
	return r.Result.Status
}
