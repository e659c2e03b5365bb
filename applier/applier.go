package applier

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"baseline/planner"
	"baseline/resource"
)

// Account is an account as the applier needs it. Implementations are safe for concurrent use.
type Account interface {
	// Read returns everything of the given kinds as it is now, with a close look at the given objects. It is complete or an error.
	Read(ctx context.Context, kinds []resource.Kind, look []resource.Address) (resource.State, error)
	// Write makes one change. A failed call comes back as, or wraps, a *resource.CallError. Write may be called again with the
	// same change after a failure, and must then finish what is missing.
	Write(ctx context.Context, change resource.Change) error
}

// Applier carries out plans. Its fields are set before first use and not changed afterwards.
type Applier struct {
	Account Account
	Store   *Store
	// Types are the kinds that plans may hold.
	Types []resource.Type
	Clock resource.Clock
	// Before is called once before the first change of a run, when the account was read, and stops the run with its error. Nothing
	// is recorded then. Nil for nothing to ask.
	Before func(ctx context.Context) error
	// Parallel is how many steps may be under way at once; at least 1.
	Parallel int
	// Tell receives what happens, one event at a time. It must not block for long. Nil for nobody.
	Tell func(Event)
}

// Patience is how long a step that may yet succeed is tried again, and how long the account may take to show a change:
// the two minutes that AWS's own tools and Terraform allow for propagation.
const Patience = 2 * time.Minute

// StaleError says that objects have moved since the plan was made. Nothing was changed.
type StaleError struct{ Moved []planner.Drift }

func (e *StaleError) Error() string {
	return fmt.Sprintf("the account has changed since the plan was made: %s", list(e.Moved, planner.Drift.String))
}

// IncompleteError says that a run has begun but not done all of its plan.
type IncompleteError struct {
	Run    *Run
	Failed []StepError
	// Unseen are the objects that the account does not show as the plan says, although every call succeeded.
	Unseen []planner.Drift
	// Cause is why the run stopped, where that is not a failed step.
	Cause error
}

// StepError is a step that did not succeed.
type StepError struct {
	Step   int
	Change resource.Change
	Err    error
}

func (e *StepError) Error() string { return fmt.Sprintf("%s: %v", e.Change.Address, e.Err) }
func (e *StepError) Unwrap() error { return e.Err }

func (e *IncompleteError) Error() string {
	var why []string
	for i := range e.Failed {
		why = append(why, e.Failed[i].Error())
	}
	if len(e.Unseen) > 0 {
		why = append(why, "not seen in the account yet: "+list(e.Unseen, unseen))
	}
	if e.Cause != nil {
		why = append(why, e.Cause.Error())
	}
	return fmt.Sprintf("run %s is not complete:\n  %s", e.Run.ID, strings.Join(why, "\n  "))
}

func (e *IncompleteError) Unwrap() []error {
	var errs []error
	for i := range e.Failed {
		errs = append(errs, &e.Failed[i])
	}
	if e.Cause != nil {
		errs = append(errs, e.Cause)
	}
	return errs
}

// unseen names what the account does not show: the whole object, or some of its settings.
func unseen(d planner.Drift) string {
	if d.Left == nil || d.Found == nil {
		return d.Address.String()
	}
	return d.Address.String() + " (" + strings.Join(d.Settings, ", ") + ")"
}

func list(drift []planner.Drift, say func(planner.Drift) string) string {
	const shown = 5
	var words []string
	for i, d := range drift {
		if i == shown {
			words = append(words, fmt.Sprintf("and %d more", len(drift)-shown))
			break
		}
		words = append(words, say(d))
	}
	return strings.Join(words, "; ")
}

// Apply carries out a plan as a new run. Unless the plan was made from a read of this very moment (fresh), the account is
// read again first, and a plan whose objects have moved is refused with a *StaleError before anything is recorded.
//
// The run is on disk, with the plan that undoes it, before the first change. When ctx ends, no new step begins, the calls
// under way are waited for, and the run can be resumed. An *IncompleteError holds the run that was left.
//
// The account is locked for as long as it takes, unless the store has locked it already: see [Store.Lock] for what that may refuse.
func (a *Applier) Apply(ctx context.Context, header Header, plan *resource.Plan, fresh bool) (*Run, error) {
	release, err := a.Store.hold(ctx, plan.Account, header.Undoes)
	if err != nil {
		return nil, err
	}
	defer release()
	if !fresh {
		live, err := a.read(ctx, plan)
		if err != nil {
			return nil, err
		}
		if moved := planner.Moved(plan, live); len(moved) > 0 {
			return nil, &StaleError{moved}
		}
		if err := planner.Understated(plan, live, a.Types); err != nil {
			return nil, err
		}
	}
	if a.Before != nil {
		if err := a.Before(ctx); err != nil {
			return nil, err
		}
	}
	header.Started = a.Clock.Now().UTC()
	journal, run, err := a.Store.begin(ctx, header, plan)
	if err != nil {
		return nil, err
	}
	return a.carryOut(ctx, &execution{Applier: a, run: run, journal: journal, changes: plan.Changes})
}

// Resume finishes a run that was interrupted or failed half-way. Steps that began and never ended are looked at and done
// again from whatever they left. An object of a step that never began must be as planned, or a *StaleError names it.
//
// By says who resumes it; the time is set here. It is recorded before the first change.
//
// A run that the store has not claimed is claimed, and loaded anew, for as long as it takes.
func (a *Applier) Resume(ctx context.Context, run *Run, by Resumption) (*Run, error) {
	if a.Store.lease(run.Plan.Account) == nil {
		claimed, err := a.Store.Claim(ctx, run.ID)
		if err != nil {
			return nil, err
		}
		run = claimed
		defer func() { _ = a.Store.Release(ctx, run.Plan.Account) }() // the run has its end, and a lock that stays behind ends by itself
	}
	live, err := a.read(ctx, run.Plan)
	if err != nil {
		return nil, err
	}
	changes, done, moved := a.remaining(run, live)
	if len(moved) > 0 {
		return nil, &StaleError{moved}
	}
	if a.Before != nil {
		if err := a.Before(ctx); err != nil {
			return nil, err
		}
	}
	by.At = a.Clock.Now().UTC()
	journal, err := a.Store.reopen(ctx, run, by)
	if err != nil {
		return nil, err
	}
	x := &execution{Applier: a, run: run, journal: journal, changes: changes, doubtful: map[int]bool{}}
	for i, step := range run.Steps {
		x.doubtful[i] = step.Progress == InDoubt || step.Progress == Broken
	}
	for _, i := range done {
		run.Steps[i] = Step{Progress: Made}
		journal.write(record{Step: i + 1, Event: Done, At: a.Clock.Now().UTC()})
	}
	return a.carryOut(ctx, x)
}

// remaining works out what is left of a run: its changes with the before of doubtful steps as found, and the pending steps
// that turn out to be done.
func (a *Applier) remaining(run *Run, live resource.State) (changes []resource.Change, done []int, moved []planner.Drift) {
	changes = append(changes, run.Plan.Changes...)
	looked := map[resource.Address]bool{}
	removed := map[resource.Address]bool{}
	for i, c := range run.Plan.Changes {
		removed[c.Address] = removed[c.Address] || c.After == nil && run.Steps[i].Progress != Waiting
	}
	for i, c := range run.Plan.Changes {
		if run.Steps[i].Progress == Made || looked[c.Address] {
			continue
		}
		looked[c.Address] = true
		now, exists := live[c.Address]
		if !exists {
			now.Settings = nil
		}
		switch {
		case planner.Same(now.Settings, c.After):
			done = append(done, i)
			looked[c.Address] = false // a later step of the same object starts from here
		case run.Steps[i].Progress == Waiting:
			drift := planner.Moved(&resource.Plan{Changes: []resource.Change{c}}, live)
			if len(drift) > 0 && exists && planner.Suffered(c, removed, planner.Account{ID: run.Plan.Account, Types: a.Types}) {
				changes[i].Before = now.Settings
				continue
			}
			moved = append(moved, drift...)
		default:
			changes[i].Before = now.Settings
		}
	}
	return changes, done, moved
}

// read reads what a plan is about, and what it needs: a policy that shall be attached is known by its path only when it was read.
func (a *Applier) read(ctx context.Context, plan *resource.Plan) (resource.State, error) {
	look := a.held(plan.Changes)
	kinds := kindsOf(slices.Concat(plan.Changes, a.needed(plan)))
	for _, c := range plan.Changes {
		if c.Facts[resource.FactLooked] != "" {
			look = append(look, c.Address)
		}
		for _, ground := range c.Grounds {
			look = append(look, ground.Look)
		}
	}
	return a.Account.Read(ctx, kinds, look)
}

// held returns what no read of a kind shows, and so must be looked at.
func (a *Applier) held(changes []resource.Change) []resource.Address {
	kinds := map[resource.Kind]bool{}
	for _, t := range a.Types {
		kinds[t.Kind] = t.Held || t.Named
	}
	var held []resource.Address
	for _, c := range changes {
		if kinds[c.Address.Kind] {
			held = append(held, c.Address)
		}
	}
	return held
}

// needed returns the objects that the changes of a plan rest on, as changes without a content.
func (a *Applier) needed(plan *resource.Plan) []resource.Change {
	types := map[resource.Kind]resource.Type{}
	for _, t := range a.Types {
		types[t.Kind] = t
	}
	var needed []resource.Change
	for _, c := range plan.Changes {
		needs := types[c.Address.Kind].Needs
		for _, settings := range []resource.Object{c.Before, c.After} {
			if needs == nil || settings == nil {
				continue
			}
			for _, need := range needs(plan.Account, c.Address, settings) {
				needed = append(needed, resource.Change{Address: need})
			}
		}
	}
	return needed
}

func kindsOf(changes []resource.Change) []resource.Kind {
	seen := map[resource.Kind]bool{}
	var kinds []resource.Kind
	for _, c := range changes {
		if !seen[c.Address.Kind] {
			seen[c.Address.Kind] = true
			kinds = append(kinds, c.Address.Kind)
		}
	}
	return kinds
}

// carryOut does the steps, checks what came of them, and records the result.
func (a *Applier) carryOut(ctx context.Context, x *execution) (*Run, error) {
	run := x.run
	x.lease = a.Store.lease(run.Plan.Account)
	incomplete := x.steps(ctx)
	if incomplete == nil {
		incomplete = x.check(ctx)
	}
	err := x.journal.close()
	if err != nil && incomplete == nil {
		incomplete = &IncompleteError{Run: run}
	}
	if incomplete != nil && incomplete.Cause == nil {
		incomplete.Cause = err
	}
	run.Result = x.result(incomplete)
	if _, taken := errors.AsType[*TakenOverError](err); taken || x.lease.gone() { // how the run ends is for others to say
		run.Result = nil
		x.tell(Event{Kind: Finished})
		return run, incomplete
	}
	if err := a.Store.finish(ctx, run); err != nil && incomplete == nil {
		incomplete = &IncompleteError{Run: run, Cause: err}
	}
	x.tell(Event{Kind: Finished})
	if incomplete != nil {
		return run, incomplete
	}
	return run, nil
}

func (x *execution) result(incomplete *IncompleteError) *Result {
	r := &Result{Status: StatusDone, Ended: x.Clock.Now().UTC(), IDs: x.ids}
	for _, s := range x.run.Steps {
		switch s.Progress {
		case Made:
			r.Done++
		case Broken, InDoubt:
			r.Failed++
		case Waiting:
			r.Left++
		}
	}
	if incomplete != nil {
		r.Status, r.Error = StatusPartly, incomplete.Error()
	}
	return r
}

// Made sums up, object by object, what a run did, for the plan that undoes it.
func (r *Run) Made() []planner.Made {
	var made []planner.Made
	at := map[resource.Address]int{}
	for i, c := range r.Plan.Changes {
		n, known := at[c.Address]
		if !known {
			n = len(made)
			at[c.Address] = n
			made = append(made, planner.Made{Address: c.Address, Before: c.Before, After: c.Before, Untouched: true})
		}
		progress := r.Steps[i].Progress
		if progress == Waiting {
			continue
		}
		made[n].After = c.After
		made[n].Untouched = false
		switch {
		case c.After == nil:
			made[n].ID = ""
		case c.Before != nil && made[n].ID == "":
			made[n].ID = c.Facts[resource.FactID]
		case c.Before == nil && r.Result != nil:
			made[n].ID = r.Result.IDs[c.Address.String()]
		}
		made[n].InDoubt = made[n].InDoubt || progress != Made
	}
	return made
}
