package applier

import (
	"container/heap"
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"baseline/planner"
	"baseline/resource"
)

// execution is one pass over the steps of a run. Its steps method owns the run's step states; the goroutines of single steps
// only report.
type execution struct {
	*Applier
	run     *Run
	journal *journal
	lease   *lease
	changes []resource.Change
	// doubtful are the steps that an earlier pass began and nobody heard the end of.
	doubtful map[int]bool
	// finished counts steps that ended, for progress.
	finished atomic.Int64
	telling  sync.Mutex
	// ids are those of what the run created, once it has been checked.
	ids map[string]string
}

type outcome struct {
	step int
	took time.Duration
	err  error
	// unbegun is true where err kept the step from beginning.
	unbegun bool
}

// steps carries out all steps that are not done yet, side by side where their needs allow. The first failure keeps new steps
// from beginning; those under way end.
func (x *execution) steps(ctx context.Context) *IncompleteError {
	x.tell(Event{Kind: Started})
	ready, waits, next := x.schedule()
	outcomes := make(chan outcome)
	underWay := 0
	stop := &IncompleteError{Run: x.run}
	stopped := false
	cancelled := ctx.Done()
	for {
		for !stopped && len(ready) > 0 && underWay < max(1, x.Parallel) && ctx.Err() == nil {
			i := heap.Pop(&ready).(int)
			x.run.Steps[i] = Step{Progress: InDoubt}
			underWay++
			go x.step(ctx, i, outcomes)
		}
		if underWay == 0 {
			break
		}
		var o outcome
		select {
		case o = <-outcomes:
		case <-cancelled:
			cancelled = nil
			x.tell(Event{Kind: Cancelled})
			continue
		}
		underWay--
		x.finished.Add(1)
		change := &x.changes[o.step]
		if o.unbegun {
			x.finished.Add(-1)
			x.run.Steps[o.step] = Step{Progress: Waiting}
			stopped, stop.Cause = true, o.err
			continue
		}
		if o.err != nil {
			x.run.Steps[o.step] = Step{Progress: Broken, Error: o.err.Error()}
			stopped = true
			stop.Failed = append(stop.Failed, StepError{Step: o.step + 1, Change: *change, Err: o.err})
			x.tell(Event{Kind: Failed, Step: o.step + 1, Change: change, Took: o.took, Err: o.err})
			continue
		}
		x.run.Steps[o.step] = Step{Progress: Made}
		x.tell(Event{Kind: Done, Step: o.step + 1, Change: change, Took: o.took})
		for _, n := range next[o.step] {
			if waits[n]--; waits[n] == 0 {
				heap.Push(&ready, n)
			}
		}
	}
	if ctx.Err() != nil && stop.Cause == nil {
		stop.Cause = context.Cause(ctx)
	}
	if stopped || slices.ContainsFunc(x.run.Steps, func(s Step) bool { return s.Progress != Made }) {
		slices.SortFunc(stop.Failed, func(a, b StepError) int { return a.Step - b.Step })
		return stop
	}
	return nil
}

// schedule returns the steps that can begin, how many needs each other step waits for, and who waits for whom.
func (x *execution) schedule() (ready intHeap, waits []int, next [][]int) {
	waits = make([]int, len(x.changes))
	next = make([][]int, len(x.changes))
	for i := range x.changes {
		if x.run.Steps[i].Progress == Made {
			x.finished.Add(1)
			continue
		}
		for _, need := range x.changes[i].Needs {
			if x.run.Steps[need].Progress != Made {
				waits[i]++
				next[need] = append(next[need], i)
			}
		}
		if waits[i] == 0 {
			ready = append(ready, i)
		}
	}
	heap.Init(&ready)
	return ready, waits, next
}

// step records that it begins, makes the change, and records how it ended. The call itself is not cut short by ctx:
// an interrupted call is one more answer that nobody hears.
func (x *execution) step(ctx context.Context, i int, outcomes chan<- outcome) {
	begun := x.Clock.Now()
	err := x.lease.alive(context.WithoutCancel(ctx))
	if err != nil {
		outcomes <- outcome{step: i, err: err, unbegun: true}
		return
	}
	err = x.journal.sync(record{Step: i + 1, Event: Began, At: begun.UTC()})
	if _, taken := errors.AsType[*TakenOverError](err); taken {
		outcomes <- outcome{step: i, err: err, unbegun: true}
		return
	}
	if err == nil {
		x.tell(Event{Kind: Began, Step: i + 1, Change: &x.changes[i]})
		err = x.make(ctx, i)
	}
	ended := record{Step: i + 1, Event: Done, At: x.Clock.Now().UTC()}
	if err != nil {
		ended.Event, ended.Error = Failed, err.Error()
	}
	x.journal.write(ended)
	outcomes <- outcome{step: i, took: x.Clock.Now().Sub(begun), err: err}
}

// make makes one change, trying again where that can help.
func (x *execution) make(ctx context.Context, i int) error {
	change := x.changes[i]
	unheard := x.doubtful[i] // an earlier try may have worked, for all we heard
	calls := context.WithoutCancel(ctx)
	deadline := x.Clock.Now().Add(Patience)
	for wait := firstWait; ; wait = min(2*wait, longestWait) {
		err := x.Account.Write(calls, change)
		if err == nil {
			return nil
		}
		var call *resource.CallError
		if !errors.As(err, &call) {
			return err
		}
		verdict := x.judge(i, call.Class)
		// After a refusal that may have come in the middle of several calls, too, what exists may be of our own making.
		unheard = unheard || call.Class == resource.Lost || call.Class == resource.Missing || call.Class == resource.Busy
		if ctx.Err() != nil {
			return err // whoever resumes or undoes the run will look
		}
		if verdict == look {
			var found resource.Object
			if found, err = x.find(ctx, change.Address, err); err != nil {
				return err
			}
			if veiled(found, change.After) {
				found = nil
			}
			if planner.Same(found, change.After) {
				return nil
			}
			if call.Class == resource.Exists && found != nil && !unheard {
				return takenOver(change, found, call)
			}
			if found != nil { // what is not seen may only be not seen yet, and an update must not turn into a create
				change.Before = found
			}
			err = call
		}
		if verdict == giveUp || x.Clock.Now().Add(wait).After(deadline) {
			return err
		}
		x.tell(Event{Kind: Retrying, Step: i + 1, Change: &x.changes[i], Wait: wait, Err: err})
		if x.Clock.Sleep(ctx, wait) != nil {
			return err
		}
		if lost := x.lease.alive(calls); lost != nil {
			return errors.Join(err, lost)
		}
	}
}

// find looks at one object after a call that may or may not have worked.
func (x *execution) find(ctx context.Context, a resource.Address, after error) (resource.Object, error) {
	state, err := x.Account.Read(ctx, []resource.Kind{a.Kind}, x.held([]resource.Change{{Address: a}}))
	if err != nil {
		return nil, errors.Join(after, err)
	}
	if r, exists := state[a]; exists {
		return r.Settings, nil
	}
	return nil, nil
}

// check reads the account afresh until it shows everything as the plan says, or patience ends.
func (x *execution) check(ctx context.Context) *IncompleteError {
	x.tell(Event{Kind: Checking})
	wanted := &resource.Plan{}
	last := map[resource.Address]int{}
	for i, c := range x.changes {
		last[c.Address] = i
	}
	for i, c := range x.changes {
		if last[c.Address] == i {
			wanted.Changes = append(wanted.Changes, resource.Change{Address: c.Address, Before: c.After})
		}
	}
	deadline := x.Clock.Now().Add(Patience)
	held := x.held(wanted.Changes)
	look := held
	for wait := firstWait; ; wait = min(2*wait, longestWait) {
		live, err := x.Account.Read(ctx, kindsOf(wanted.Changes), look)
		if err != nil {
			return &IncompleteError{Run: x.run, Cause: err}
		}
		unseen := planner.Differing(wanted, live)
		if len(unseen) == 0 {
			x.ids = idsOf(x.run.Plan.Changes, live)
			return nil
		}
		if x.Clock.Now().Add(wait).After(deadline) || x.Clock.Sleep(ctx, wait) != nil {
			return &IncompleteError{Run: x.run, Unseen: unseen}
		}
		look = held
		for _, d := range unseen { // the bulk read may lag behind
			look = append(look, d.Address)
		}
	}
}

// idsOf returns the unique ids of what changes have created.
func idsOf(changes []resource.Change, live resource.State) map[string]string {
	ids := map[string]string{}
	for _, c := range changes {
		if id := live[c.Address].Facts[resource.FactID]; id != "" && c.Before == nil {
			ids[c.Address.String()] = id
		}
	}
	return ids
}

func (x *execution) tell(e Event) {
	if x.Tell == nil {
		return
	}
	x.telling.Lock()
	defer x.telling.Unlock()
	e.At, e.Run, e.Steps, e.Finished = x.Clock.Now(), x.run.ID, len(x.changes), int(x.finished.Load())
	x.Tell(e)
}

// intHeap holds the steps that can begin, the earliest of the plan first.
type intHeap []int

func (h intHeap) Len() int           { return len(h) }
func (h intHeap) Less(i, j int) bool { return h[i] < h[j] }
func (h intHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *intHeap) Push(x any)        { *h = append(*h, x.(int)) }
func (h *intHeap) Pop() any {
	old := *h
	last := old[len(old)-1]
	*h = old[:len(old)-1]
	return last
}
