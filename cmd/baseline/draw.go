package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"baseline/cmd/baseline/render"
	"baseline/kinds"
	"baseline/live"
	"baseline/planner"
	"baseline/requirements"
	"baseline/resource"
	"baseline/spec"
)

// planned is a plan with what is needed to show it and go on from it.
type planned struct {
	plan *resource.Plan
	// caller is whose credentials read the account.
	caller resource.Caller
	// calls is how many API calls were made for it.
	calls int
}

// seen is an account as it was read for some files.
type seen struct {
	baseline *spec.Baseline
	who      live.Identity
	reading  *live.Reading
	// looked are the objects that were looked up by their names.
	looked map[resource.Address]bool
}

// lookedAt says of addresses that they were looked at.
func lookedAt(addresses []resource.Address) map[resource.Address]bool {
	looked := map[resource.Address]bool{}
	for _, a := range addresses {
		looked[a] = true
	}
	return looked
}

// read reads the files and the account that they are for, with what their requirements are judged by.
func (c *command) read(ctx context.Context, s *session, declared string) (*seen, error) {
	if declared == "" { // files that hold for any account are filled in with the one that is current
		who, err := s.Identify(ctx)
		if err != nil {
			return nil, err
		}
		declared = who.Account
	}
	baseline, err := c.load(declared) // files are complained of before the account is asked
	if err != nil {
		return nil, err
	}
	c.readFrom(baseline, declared)
	c.events().Started(declared)
	needs := requirements.Needs(baseline.Want.Require)
	needs.Kinds = append(needs.Kinds, baseline.Want.Extra...)
	type reading struct {
		*live.Reading
		err error
	}
	read := make(chan reading, 1)
	go func() {
		r, err := s.Account.Read(ctx, live.Ask{Needs: needs})
		read <- reading{r, err}
	}()
	named := planner.Named(baseline.Want, planner.Account{ID: declared, Types: kinds.Types()})
	type look struct {
		found resource.State
		err   error
	}
	looked := make(chan look, 1)
	go func() {
		found, err := s.Look(ctx, nil, named)
		looked <- look{found, err}
	}()
	who, err := s.Identify(ctx)
	got, closer := <-read, <-looked
	switch {
	case err != nil:
		return nil, err
	case who.Account != declared:
		return nil, refusal("the file is for account %s, and these credentials are for %s (%s)", declared, who.Account, who.ARN)
	case got.err != nil || closer.err != nil:
		return nil, errors.Join(got.err, closer.err)
	}
	maps.Copy(got.State, closer.found)
	return &seen{baseline, who, got.Reading, lookedAt(named)}, nil
}

// draw plans the way from the account to the files.
func (c *command) draw(ctx context.Context, s *session, declared string) (*planned, error) {
	seen, err := c.read(ctx, s, declared)
	if err != nil {
		return nil, err
	}
	account := seen.account()
	draft, err := lookClosely(ctx, s, &account, func() *planner.Draft { return planner.Make(seen.baseline.Want, account) })
	if err != nil {
		return nil, err
	}
	seen.reading.Notices = s.noted(seen.reading.Notices)
	p, err := c.planFrom(seen, draft, nil)
	if err != nil {
		return nil, err
	}
	p.calls = s.Calls()
	return p, nil
}

// planFrom makes a plan of a draft that needs no more looks. Taken is the snapshot that was drawn from, nil for the account itself.
func (c *command) planFrom(seen *seen, draft *planner.Draft, taken *live.Snapshot) (*planned, error) {
	if len(draft.Problems) > 0 {
		return nil, placed(draft.Problems, seen.baseline)
	}
	plan := &resource.Plan{
		Format: resource.PlanFormat, Baseline: seen.baseline.Name, Account: seen.who.Account, Caller: seen.who.ARN, ReadAt: seen.reading.At,
		Inputs: c.named(), Files: seen.baseline.Files, Changes: draft.Changes, Findings: draft.Findings,
		Notices: slices.Concat(seen.reading.Notices, draft.Notices), Large: draft.Large,
	}
	if taken != nil { // whose credentials will apply a later plan, nobody knows
		plan.Snapshot = &resource.Snapshot{ReadAt: taken.ReadAt, Digest: taken.Digest()}
		plan.Notices = append([]string{c.snapshotAge(taken)}, plan.Notices...)
	} else if why := ownHarm(plan, seen.who.Caller()); why != "" {
		plan.Notices = append(plan.Notices, why)
	}
	for _, limit := range plan.Large {
		plan.Notices = append(plan.Notices, "this plan "+limit+": apply takes it with --allow-large only")
	}
	if err := plan.Seal(); err != nil {
		return nil, err
	}
	return &planned{plan: plan, caller: seen.who.Caller()}, nil
}

// looker is an account, or what was kept of one, as it shows objects closely.
type looker interface {
	Look(ctx context.Context, state resource.State, addresses []resource.Address) (resource.State, error)
}

// lookClosely plans again with a closer look at what the plan asks for, until it asks for nothing more.
func lookClosely(ctx context.Context, l looker, account *planner.Account, plan func() *planner.Draft) (*planner.Draft, error) {
	var draft *planner.Draft
	err := looking(ctx, l, &account.Live, account.Looked, func(looked map[resource.Address]bool) []resource.Address {
		account.Looked = looked
		draft = plan()
		return draft.Look
	})
	return draft, err
}

// looking does work again with a closer look at what it asks for, until it asks for nothing more. The work is told which
// looks were taken, now or before.
func looking(
	ctx context.Context, l looker, state *resource.State, before map[resource.Address]bool, work func(looked map[resource.Address]bool) []resource.Address,
) error {
	looked := maps.Clone(before)
	if looked == nil {
		looked = map[resource.Address]bool{}
	}
	for {
		look := work(looked)
		if len(look) == 0 {
			return nil
		}
		for _, a := range look {
			if looked[a] {
				return fmt.Errorf("the close look at %s shows nothing new", a)
			}
			looked[a] = true
		}
		closer, err := l.Look(ctx, *state, look)
		if err != nil {
			return err
		}
		*state = closer
	}
}

func placed(problems []planner.Problem, b *spec.Baseline) error {
	var wish wishError
	for _, p := range problems {
		wish = append(wish, placedProblem{b.Places[p.Address], p})
	}
	return wish
}

// show makes the plan and shows it.
func (c *command) show(ctx context.Context, s *session, declared string) (*planned, error) {
	begun := c.Clock.Now()
	p, err := c.draw(ctx, s, declared)
	if err != nil {
		return nil, err
	}
	return p, c.planIs(p.plan, render.Reading{Calls: p.calls, Took: c.Clock.Now().Sub(begun)})
}
