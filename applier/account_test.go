package applier_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"baseline/applier"
	"baseline/planner"
	"baseline/resource"
)

// types is the one kind of these tests: a thing has a value, and needs other things to exist.
var types = []resource.Type{{
	Kind:  "thing",
	Fixed: []string{"shape"},
	Needs: func(_ string, _ resource.Address, o resource.Object) []resource.Address {
		var needs []resource.Address
		for _, name := range o.List("needs") {
			needs = append(needs, at(name))
		}
		return needs
	},
}}

func at(name string) resource.Address { return resource.At("thing", name) }

// thing is one with a value and needs.
func thing(value string, needs ...string) resource.Resource {
	return resource.Resource{Settings: resource.Object{"value": value, "shape": "round", "needs": append([]string{}, needs...)}}
}

// things is a state written by names.
type things map[string]resource.Resource

func (t things) state() resource.State {
	state := resource.State{}
	for name, r := range t {
		state[at(name)] = r
	}
	return state
}

// account is an account in memory that is as strict as AWS about what needs what. Its failures are told to it.
type account struct {
	clock *clock
	// onWrite says what becomes of a write; the try counts from 1 for each address. Nil for no failures. It may block.
	onWrite func(ctx context.Context, c resource.Change, try int) answer
	// onRead says how a read fails; it counts from 1. Nil for never.
	onRead func(n int) error
	// lag is how long a bulk read takes to show a change. A close look shows it at once.
	lag time.Duration
	// veiled has reads show that things are there, and nothing of them, as long as no write was tried more often than this.
	veiled int

	mu    sync.Mutex
	state resource.State
	past  []moment
	tries map[resource.Address]int
	// calls are the writes that were carried out, and refused those that came at the wrong time.
	calls   []string
	refused []error
	reads   []read
	// closer counts the close looks that were asked for where none is to be had.
	closer int
}

// answer is what becomes of a write: nothing out of the ordinary, or a failure that may come after the fact.
type answer struct {
	err        error
	carriedOut bool
}

type moment struct {
	at    time.Time
	state resource.State
}

type read struct {
	kinds []resource.Kind
	look  []resource.Address
}

func failure(class resource.Class) error {
	return &resource.CallError{Operation: "things:Write", Class: class, Code: "Code", Message: "it is " + string(class)}
}

func newAccount(start things) *account {
	a := &account{clock: newClock(), state: start.state(), tries: map[resource.Address]int{}}
	a.past = []moment{{a.clock.Now().Add(-time.Hour), maps.Clone(a.state)}}
	return a
}

func (a *account) Read(ctx context.Context, kinds []resource.Kind, look []resource.Address) (resource.State, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.reads = append(a.reads, read{slices.Clone(kinds), slices.Clone(look)})
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if a.onRead != nil {
		if err := a.onRead(len(a.reads)); err != nil {
			return nil, err
		}
	}
	now := a.clock.Now()
	shown := resource.State{}
	for _, m := range slices.Backward(a.past) {
		if !m.at.Add(a.lag).After(now) {
			maps.Copy(shown, m.state)
			break
		}
	}
	for _, address := range look {
		delete(shown, address)
		if r, exists := a.state[address]; exists {
			shown[address] = r
		}
	}
	if most := slices.Max(append(slices.Collect(maps.Values(a.tries)), 0)); most <= a.veiled && a.veiled > 0 {
		for address := range shown {
			shown[address] = resource.Resource{Settings: resource.Object{}}
		}
	}
	return shown, nil
}

func (a *account) Write(ctx context.Context, c resource.Change) error {
	a.mu.Lock()
	a.tries[c.Address]++
	try := a.tries[c.Address]
	a.mu.Unlock()
	var becomes answer
	if a.onWrite != nil {
		becomes = a.onWrite(ctx, c, try)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if becomes.err != nil && !becomes.carriedOut {
		return becomes.err
	}
	if err := a.carryOut(c); err != nil {
		a.refused = append(a.refused, fmt.Errorf("%s %s: %w", c.Op(), c.Address, err))
		return err
	}
	return becomes.err
}

// carryOut makes a change, or refuses it as AWS would.
func (a *account) carryOut(c resource.Change) error {
	_, exists := a.state[c.Address]
	switch {
	case c.Before == nil && exists:
		return failure(resource.Exists)
	case c.Before != nil && !exists:
		return failure(resource.Missing)
	}
	if c.After == nil {
		for other, r := range a.state {
			if other != c.Address && slices.Contains(r.Settings.List("needs"), c.Address.Name) {
				return failure(resource.InUse)
			}
		}
		delete(a.state, c.Address)
	} else {
		for _, need := range c.After.List("needs") {
			if _, there := a.state[at(need)]; !there {
				return failure(resource.Missing)
			}
		}
		a.state[c.Address] = resource.Resource{Settings: c.After}
	}
	a.calls = append(a.calls, fmt.Sprintf("%s %s", c.Op(), c.Address.Name))
	a.past = append(a.past, moment{a.clock.Now(), maps.Clone(a.state)})
	return nil
}

// mustBe fails the test unless the account holds exactly these things.
func (a *account) mustBe(t *testing.T, want things) {
	t.Helper()
	if err := differs(a.state, want.state()); err != nil {
		t.Error(err)
	}
}

func differs(got, want resource.State) error {
	var errs []error
	for address, r := range want {
		if now := got[address]; !planner.Same(now.Settings, r.Settings) {
			errs = append(errs, fmt.Errorf("%s is %v, not %v", address, now.Settings, r.Settings))
		}
	}
	for address := range got {
		if _, expected := want[address]; !expected {
			errs = append(errs, fmt.Errorf("%s is there", address))
		}
	}
	return errors.Join(errs...)
}

// clock moves only when somebody waits.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

var start = time.Date(2026, 11, 21, 14, 2, 11, 0, time.UTC)

func newClock() *clock { return &clock{now: start} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Sleep(ctx context.Context, d time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	return nil
}

// makePlan plans the way from one state to another, with all else than these things absent.
func makePlan(from, to things) (*resource.Plan, []planner.Problem) {
	want := &resource.Want{Name: "b", Objects: map[resource.Address]resource.Object{}}
	for name, r := range to {
		want.Objects[at(name)] = r.Settings
	}
	for name := range from {
		if _, stays := to[name]; !stays {
			want.Absent = append(want.Absent, at(name))
		}
	}
	draft := planner.Make(want, planner.Account{ID: "111122223333", Live: from.state(), Types: types})
	return &resource.Plan{Format: resource.PlanFormat, Baseline: "b", Account: "111122223333", Changes: draft.Changes}, draft.Problems
}

func mustPlan(t *testing.T, from, to things) *resource.Plan {
	t.Helper()
	plan, problems := makePlan(from, to)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return plan
}

// work is an applier on an account, with a store of its own and a record of what it told.
type work struct {
	*applier.Applier
	account *account
	dir     string
	events  []applier.Event
}

func newWork(t *testing.T, a *account) *work {
	t.Helper()
	w := &work{account: a, dir: t.TempDir()}
	w.Applier = &applier.Applier{
		Account: a, Store: applier.NewStore(w.dir, applier.Locking{Clock: a.clock}), Types: types, Clock: a.clock, Parallel: 1,
		Tell: func(e applier.Event) { w.events = append(w.events, e) },
	}
	return w
}

var header = applier.Header{Command: "apply", Baseline: "b", Account: "111122223333", Caller: "arn:aws:iam::111122223333:role/ci"}

// by is who resumes what was left.
var by = applier.Resumption{Caller: "arn:aws:iam::111122223333:role/on-call", Job: "https://ci.example/jobs/9"}

func (w *work) apply(t *testing.T, plan *resource.Plan) (*applier.Run, error) {
	t.Helper()
	return w.Apply(t.Context(), header, plan, true)
}

func (w *work) mustApply(t *testing.T, plan *resource.Plan) *applier.Run {
	t.Helper()
	run, err := w.apply(t, plan)
	if err != nil {
		t.Fatal(err)
	}
	return run
}

func (w *work) mustLoad(t *testing.T, id string) *applier.Run {
	t.Helper()
	run, err := w.Store.Load(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return run
}

// incomplete takes an error for what it must be.
func incomplete(t *testing.T, err error) *applier.IncompleteError {
	t.Helper()
	e, ok := errors.AsType[*applier.IncompleteError](err)
	if !ok {
		t.Fatalf("%v is no IncompleteError", err)
	}
	return e
}
