package applier_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"pgregory.net/rapid"

	"baseline/applier"
	"baseline/resource"
)

// gate holds every write until it is let go, so that a test says which call ends when.
type gate struct {
	mu   sync.Mutex
	held map[resource.Address]chan answer
}

func (g *gate) hold(_ context.Context, c resource.Change, _ int) answer {
	until := make(chan answer)
	g.mu.Lock()
	g.held[c.Address] = until
	g.mu.Unlock()
	return <-until
}

// addresses are what is held at the moment, in order.
func (g *gate) addresses() []resource.Address {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.SortedFunc(maps.Keys(g.held), resource.Address.Compare)
}

func (g *gate) release(a resource.Address, with answer) {
	g.mu.Lock()
	until := g.held[a]
	delete(g.held, a)
	g.mu.Unlock()
	until <- with
}

// drawThings draws things that need only things of lower number, so that any such state can be brought to any other.
func drawThings(t *rapid.T, label string) things {
	out := things{}
	for i := range rapid.IntRange(0, 8).Draw(t, label) {
		if rapid.IntRange(0, 4).Draw(t, "is there") == 0 {
			continue
		}
		var needs []string
		for other := range out {
			needs = append(needs, other)
		}
		slices.Sort(needs)
		needs = slices.DeleteFunc(needs, func(string) bool { return rapid.IntRange(0, 2).Draw(t, "needs") > 0 })
		out[fmt.Sprintf("t%d", i)] = thing(rapid.SampledFrom([]string{"x", "y"}).Draw(t, "value"), needs...)
	}
	return out
}

// Whatever order the calls end in, no step begins before its needs are done, never more than Parallel are under way, and
// never fewer than could be. And rollback.json, carried out by hand, leads from the end back to the start.
func TestStepsRunSideBySideAsFarAsTheirNeedsAllow(t *testing.T) {
	root := t.TempDir()
	cases := 0
	rapid.Check(t, func(rt *rapid.T) {
		from, to := drawThings(rt, "from"), drawThings(rt, "to")
		plan, problems := makePlan(from, to)
		if len(problems) > 0 {
			rt.Fatal(problems)
		}
		cases++
		dir := filepath.Join(root, fmt.Sprint(cases))
		parallel := rapid.IntRange(1, 50).Draw(rt, "parallel")
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "order"), 0))
		var failed error
		synctest.Test(t, func(t *testing.T) { failed = gated(t, dir, plan, from, to, parallel, random) })
		if failed != nil {
			rt.Fatal(failed)
		}
	})
}

func gated(t *testing.T, dir string, plan *resource.Plan, from, to things, parallel int, random *rand.Rand) error {
	a, g := newAccount(from), &gate{held: map[resource.Address]chan answer{}}
	a.onWrite = g.hold
	work := &applier.Applier{Account: a, Store: applier.NewStore(dir, applier.Locking{Clock: a.clock}), Types: types, Clock: a.clock, Parallel: parallel}
	type end struct {
		run *applier.Run
		err error
	}
	ended := make(chan end, 1)
	go func() {
		run, err := work.Apply(t.Context(), header, plan, true)
		ended <- end{run, err}
	}()
	stepOf := map[resource.Address]int{} // no thing is replaced here, so each has one step
	for i, c := range plan.Changes {
		stepOf[c.Address] = i
	}
	done := map[int]bool{}
	var violation error
	for {
		synctest.Wait()
		held := g.addresses()
		if len(held) == 0 {
			break
		}
		free := 0
		for i, c := range plan.Changes {
			if !done[i] && !slices.ContainsFunc(c.Needs, func(n int) bool { return !done[n] }) {
				free++
			}
		}
		if want := min(parallel, free); len(held) != want && violation == nil {
			violation = fmt.Errorf("%d calls are under way, want %d: %d steps are free, and %d may run", len(held), want, free, parallel)
		}
		next := held[random.IntN(len(held))]
		g.release(next, answer{})
		done[stepOf[next]] = true
	}
	e := <-ended
	switch {
	case e.err != nil:
		return e.err
	case violation != nil:
		return violation
	case len(a.refused) > 0:
		return fmt.Errorf("calls at the wrong time: %v", a.refused)
	case len(a.calls) != len(plan.Changes):
		return fmt.Errorf("%d calls for %d changes", len(a.calls), len(plan.Changes))
	}
	if err := differs(a.state, to.state()); err != nil {
		return err
	}
	text, err := os.ReadFile(filepath.Join(dir, e.run.ID, "rollback.json"))
	if err != nil {
		return err
	}
	var back resource.Plan
	if err := json.Unmarshal(text, &back); err != nil {
		return err
	}
	for i, c := range back.Changes {
		if slices.ContainsFunc(c.Needs, func(n int) bool { return n >= i }) {
			return fmt.Errorf("rollback.json: change %d waits for %v", i, c.Needs)
		}
	}
	left := random.Perm(len(back.Changes)) // by hand, in any order that its needs allow
	for len(left) > 0 {
		free := slices.IndexFunc(left, func(i int) bool {
			return !slices.ContainsFunc(back.Changes[i].Needs, func(n int) bool { return slices.Contains(left, n) })
		})
		c := back.Changes[left[free]]
		if err := a.carryOut(c); err != nil {
			return fmt.Errorf("rollback.json: %s %s: %w", c.Op(), c.Address, err)
		}
		left = slices.Delete(left, free, free+1)
	}
	return differs(a.state, from.state())
}

func TestStepsThatNeedNothingBeginInTheOrderOfThePlan(t *testing.T) {
	to := things{"a": thing("1"), "b": thing("1"), "c": thing("1"), "d": thing("1", "b")}
	w := newWork(t, newAccount(nil))
	w.Parallel = 0 // as good as 1
	w.mustApply(t, mustPlan(t, nil, to))
	if got, want := fmt.Sprint(w.account.calls), "[create a create b create c create d]"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	w.account.mustBe(t, to)
}
