package render

import (
	"io"
	"sync"
	"time"

	"baseline/applier"
	"baseline/resource"
)

// EventsVersion is the version of the form of events. Additions leave it as it is.
const EventsVersion = 1

// Events tells machines what a command does, as it does it: one JSON object a line, each written whole and at once. The first has
// the version of the form, the last the exit code. A nil Events tells nobody. Its methods may be called by many goroutines.
type Events struct {
	now func() time.Time

	mu sync.Mutex
	w  io.Writer
	// err is the first failure to write, after which nothing more is written: a run does not stop for its audience.
	err error
	// failed counts the failed steps, and told is how many percent were told last.
	failed, told int
}

// NewEvents returns Events that are written to w, with the times that now gives.
func NewEvents(w io.Writer, now func() time.Time) *Events { return &Events{w: w, now: now, told: -1} }

// Err is the first failure to write.
func (e *Events) Err() error {
	if e == nil {
		return nil
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.err
}

// event is one line. Type and At are always there; the other members depend on the type.
type event struct {
	Type string    `json:"type"`
	At   time.Time `json:"at"`

	Version int    `json:"version,omitempty"`
	Program string `json:"program,omitempty"`
	Command string `json:"command,omitempty"`

	Baseline string     `json:"baseline,omitempty"`
	Account  string     `json:"account,omitempty"`
	Caller   string     `json:"caller,omitempty"`
	ReadAt   *time.Time `json:"read_at,omitempty"`
	Calls    int        `json:"calls,omitempty"`
	Undoes   string     `json:"undoes,omitempty"`
	// Snapshot is what the account was read from; nil for the account itself.
	Snapshot *resource.Snapshot `json:"snapshot,omitempty"`

	Run      string `json:"run,omitempty"`
	Step     int    `json:"step,omitempty"`
	Steps    int    `json:"steps,omitempty"`
	Finished *int   `json:"finished,omitempty"`
	Failed   *int   `json:"failed,omitempty"`

	State   string            `json:"state,omitempty"`
	Address *resource.Address `json:"address,omitempty"`
	Owner   *resource.Address `json:"owner,omitempty"`
	Op      resource.Op       `json:"op,omitempty"`
	OneWay  []string          `json:"one_way,omitempty"`
	Weakens []string          `json:"weakens_audit,omitempty"`

	Finding *resource.Finding `json:"finding,omitempty"`
	Counts  *resource.Counts  `json:"counts,omitempty"`
	Summary string            `json:"summary,omitempty"`

	Seconds     *float64 `json:"seconds,omitempty"`
	WaitSeconds *float64 `json:"wait_seconds,omitempty"`

	Exit  *int     `json:"exit,omitempty"`
	Name  string   `json:"name,omitempty"`
	Error string   `json:"error,omitempty"`
	Next  []string `json:"next,omitempty"`
}

// The types of events.
const (
	eventVersion  = "version"
	eventStarted  = "started"
	eventRead     = "read"
	eventFinding  = "finding"
	eventPlanned  = "planned"
	eventRun      = "run"
	eventChange   = "change"
	eventProgress = "progress"
	eventChecking = "checking"
	eventStopping = "stopping"
	eventSummary  = "summary"
)

// The states of a change.
const (
	statePlanned  = "planned"
	stateBegan    = "began"
	stateRetrying = "retrying"
	stateDone     = "done"
	stateFailed   = "failed"
)

// tell writes an event.
func (e *Events) tell(v event) {
	if v.At.IsZero() {
		v.At = e.now()
	}
	v.At = v.At.UTC()
	data, err := resource.Encode(v, "")
	if err == nil && e.err == nil {
		_, err = e.w.Write(escapeJSON(data))
	}
	if e.err == nil {
		e.err = err
	}
}

// does runs work that tells, unless there is nobody to tell.
func (e *Events) does(work func()) {
	if e == nil {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	work()
}

// Version tells the version of the form, what program this is, and which of its commands runs.
func (e *Events) Version(program, command string) {
	e.does(func() { e.tell(event{Type: eventVersion, Version: EventsVersion, Program: program, Command: command}) })
}

// Started tells that work on an account begins; the account is "" where nobody named it.
func (e *Events) Started(account string) {
	e.does(func() { e.tell(event{Type: eventStarted, Account: account}) })
}

// Planned tells what was read, what was found, and what would be changed, change by change.
func (e *Events) Planned(p *resource.Plan, r Reading) {
	e.does(func() {
		e.tell(event{
			Type: eventRead, Baseline: p.Baseline, Account: p.Account, Caller: p.Caller, ReadAt: momentOf(p.ReadAt), Calls: r.Calls,
			Seconds: seconds(r.Took),
		})
		for _, f := range inOrder(p.Findings) {
			e.tell(event{Type: eventFinding, Finding: &f})
		}
		for i := range p.Changes {
			e.tell(ofChange(statePlanned, &p.Changes[i], i+1, len(p.Changes)))
		}
		counts := p.Count()
		e.tell(event{Type: eventPlanned, Undoes: p.Undoes, Snapshot: p.Snapshot, Counts: &counts, Summary: Summary(p)})
	})
}

func momentOf(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

func seconds(d time.Duration) *float64 {
	s := float64(d.Milliseconds()) / 1000
	return &s
}

func ofChange(state string, c *resource.Change, step, steps int) event {
	owner := ownerOf(c)
	v := event{Type: eventChange, State: state, Step: step, Steps: steps, Address: &c.Address, Owner: &owner, Op: c.Op()}
	if state == statePlanned {
		v.OneWay, v.Weakens = c.OneWay, c.Weakens
	}
	return v
}

// Event tells what happens in a run.
func (e *Events) Event(v applier.Event) {
	e.does(func() {
		told := event{At: v.At, Run: v.Run, Steps: v.Steps}
		switch v.Kind {
		case applier.Started:
			told.Type, told.Finished = eventRun, &v.Finished
		case applier.Began:
			told = e.ofStep(v, stateBegan)
		case applier.Retrying:
			told = e.ofStep(v, stateRetrying)
			told.WaitSeconds = seconds(v.Wait)
		case applier.Done:
			told = e.ofStep(v, stateDone)
			told.Seconds = seconds(v.Took)
		case applier.Failed:
			told = e.ofStep(v, stateFailed)
			told.Seconds = seconds(v.Took)
			e.failed++
		case applier.Checking:
			told.Type = eventChecking
		case applier.Cancelled:
			told.Type = eventStopping
		case applier.Finished:
			e.progress(v, true)
			return
		}
		e.tell(told)
		if v.Kind == applier.Done || v.Kind == applier.Failed {
			e.progress(v, false)
		}
	})
}

func (e *Events) ofStep(v applier.Event, state string) event {
	told := ofChange(state, v.Change, v.Step, v.Steps)
	told.At, told.Run = v.At, v.Run
	if v.Err != nil {
		told.Error = v.Err.Error()
	}
	return told
}

// progress tells how many steps are through, at most once for each percent, and always at the end.
func (e *Events) progress(v applier.Event, always bool) {
	percent := 100
	if v.Steps > 0 {
		percent = 100 * v.Finished / v.Steps
	}
	if percent == e.told && !always {
		return
	}
	e.told = percent
	failed := e.failed
	e.tell(event{Type: eventProgress, At: v.At, Run: v.Run, Steps: v.Steps, Finished: &v.Finished, Failed: &failed})
}

// Summary tells how the command ended. It is the last event.
func (e *Events) Summary(r *Report, exit int, name string, took time.Duration) {
	e.does(func() {
		v := event{Type: eventSummary, Exit: &exit, Name: name, Seconds: seconds(took)}
		if r.Ending != nil {
			v.Error, v.Next = r.Ending.Error, r.Ending.Next
		}
		p := r.Plan
		if r.Run != nil {
			v.Run = r.Run.ID
			p = planOf(r.Run)
		}
		if p != nil {
			counts := p.Count()
			v.Counts, v.Summary = &counts, Summary(p)
		}
		e.tell(v)
	})
}
