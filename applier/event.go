package applier

import (
	"time"

	"baseline/resource"
)

// EventKind says what an Event tells.
type EventKind string

// What a run tells while it works.
const (
	Started   EventKind = "started"   // the run is recorded; nothing is changed yet
	Began     EventKind = "began"     // a step's call is about to be made
	Retrying  EventKind = "retrying"  // a step waits before it tries again
	Done      EventKind = "done"      // a step took
	Failed    EventKind = "failed"    // a step did not take, or only partly
	Checking  EventKind = "checking"  // all steps are through; the account is read again
	Finished  EventKind = "finished"  // the run is over, well or not
	Cancelled EventKind = "cancelled" // the run was asked to stop: no new step begins
)

// Event is one thing that happened in a run.
type Event struct {
	Kind EventKind
	At   time.Time
	// Run is the run's id.
	Run string
	// Step counts from 1 to Steps in the order of the plan; 0 where the event is about the run.
	Step, Steps int
	// Finished counts the steps that are through so far.
	Finished int
	// Change is the step's change; nil where the event is about the run.
	Change *resource.Change
	// Took is how long the step took, with its retries.
	Took time.Duration
	// Wait is how long a retrying step waits.
	Wait time.Duration
	Err  error
}
