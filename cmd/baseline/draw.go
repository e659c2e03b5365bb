package main

import (
	"context"
	"fmt"
	"slices"

	"baseline/cmd/baseline/render"
	"baseline/kinds"
	"baseline/live"
	"baseline/planner"
	"baseline/resource"
	"baseline/spec"
)

// planned is a plan with what is needed to show it and go on from it.
type planned struct {
	plan *resource.Plan
	// calls is how many API calls were made for it.
	calls int
}

// draw plans the way from the account to the files.
func (c *command) draw(ctx context.Context, s *session, declared string) (*planned, error) {
	type reading struct {
		*live.Reading
		err error
	}
	var baseline *spec.Baseline
	var err error
	if declared != "" { // files are complained of before the account is asked
		if baseline, err = c.load(declared); err != nil {
			return nil, err
		}
	}
	read := make(chan reading, 1)
	go func() {
		r, err := s.Account.Read(ctx)
		read <- reading{r, err}
	}()
	who, err := s.Identify(ctx)
	got := <-read
	if err != nil {
		return nil, err
	}
	if declared != "" && who.Account != declared {
		return nil, refusal("the file is for account %s, and these credentials are for %s (%s)", declared, who.Account, who.ARN)
	}
	if got.err != nil {
		return nil, got.err
	}
	if baseline == nil {
		if baseline, err = c.load(who.Account); err != nil {
			return nil, err
		}
	}
	account := planner.Account{ID: who.Account, Live: got.State, Quotas: got.Quotas, Types: kinds.Types()}
	draft, err := lookClosely(ctx, s, &account, func() *planner.Draft { return planner.Make(baseline.Want, account) })
	if err != nil {
		return nil, err
	}
	if len(draft.Problems) > 0 {
		return nil, placed(draft.Problems, baseline)
	}
	plan := &resource.Plan{
		Format: resource.PlanFormat, Baseline: baseline.Name, Account: who.Account, Caller: who.ARN, ReadAt: got.At,
		Files: baseline.Files, Changes: draft.Changes, Findings: draft.Findings, Notices: slices.Concat(got.Notices, draft.Notices),
	}
	if why := ownDeletion(plan, who.ARN); why != "" {
		plan.Notices = append(plan.Notices, why)
	}
	return &planned{plan: plan, calls: s.Calls()}, nil
}

// lookClosely plans again with a closer look at what the plan asks for, until it asks for nothing more.
func lookClosely(ctx context.Context, s *session, account *planner.Account, plan func() *planner.Draft) (*planner.Draft, error) {
	draft := plan()
	looked := map[resource.Address]bool{}
	for len(draft.Look) > 0 {
		for _, a := range draft.Look {
			if looked[a] {
				return nil, fmt.Errorf("the close look at %s shows nothing new", a)
			}
			looked[a] = true
		}
		state, err := s.Look(ctx, account.Live, draft.Look)
		if err != nil {
			return nil, err
		}
		account.Live = state
		draft = plan()
	}
	return draft, nil
}

func placed(problems []planner.Problem, b *spec.Baseline) error {
	var wish wishError
	for _, p := range problems {
		wish = append(wish, placedProblem{b.Places[p.Address], p})
	}
	return wish
}

// show makes the plan and prints it.
func (c *command) show(ctx context.Context, s *session, declared string, json bool) (*planned, error) {
	style, err := c.style()
	if err != nil {
		return nil, err
	}
	begun := c.Clock.Now()
	p, err := c.draw(ctx, s, declared)
	if err != nil {
		return nil, err
	}
	if json {
		return p, render.PlanJSON(c.Out, p.plan)
	}
	return p, render.Plan(c.Out, p.plan, render.Reading{Calls: p.calls, Took: c.Clock.Now().Sub(begun)}, style)
}
