package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"baseline/applier"
	"baseline/cmd/baseline/render"
	"baseline/kinds"
	"baseline/live"
	"baseline/planner"
	"baseline/resource"
)

func (c *command) rollbackCommand() *cobra.Command {
	var o applyFlags
	var dryRun, skipDrifted bool
	cmd := &cobra.Command{
		Use:         "rollback [RUN]",
		Annotations: withExits,
		Short:       "Take back what a run did",
		Long: `Show and carry out the plan that brings every object back to what it was before RUN
(default: the last run that was not rolled back).

The way back is planned from the account as it is now. Objects that somebody else changed after
the run are named, and stop the rollback before its first change (exit 9); --skip-drifted undoes the rest.
A rollback is a run of its own, and can itself be resumed and rolled back. One that weakens the
audit, as it takes back a trail, needs --allow-weaker-audit.`,
		Example: `  baseline rollback --dry-run
  baseline rollback 20261121-140211 --auto-approve
  baseline rollback --skip-drifted`,
		Args: atMostOneArg("RUN"),
		RunE: func(cmd *cobra.Command, args []string) error {
			id := ""
			if len(args) > 0 {
				id = args[0]
			}
			return c.rollback(cmd.Context(), id, o, dryRun, skipDrifted)
		},
	}
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "only show the plan")
	cmd.Flags().BoolVar(&skipDrifted, "skip-drifted", false, "leave objects that changed after the run as they are, and undo the rest")
	cmd.Flags().BoolVar(&o.approved, "auto-approve", false, "do not ask")
	weakerAuditFlag(cmd, &o)
	c.lockFlag(cmd)
	c.outputFlag(cmd, runForms)
	c.eventsFlag(cmd)
	return cmd
}

// rollbackFlags are the flags of rollback, read.
type rollbackFlags struct {
	applyFlags
	dryRun, skipDrifted bool
}

func (c *command) rollback(ctx context.Context, id string, o applyFlags, dryRun, skipDrifted bool) error {
	store, err := c.store(ctx)
	if err != nil {
		return err
	}
	run, err := c.runToUndo(ctx, store, id)
	if err == nil && dryRun && run.Running {
		err = c.underWay(ctx, store, run)
	}
	if err != nil {
		return err
	}
	return c.withAccount(ctx, run.Header.Account, "the run", func(s *session, who live.Identity) error {
		if !dryRun {
			if run, err = store.Claim(ctx, run.ID); err != nil { // which may have moved on while nobody had claimed it
				return err
			}
			defer c.release(ctx, run.Header.Account)
			if err := c.mayBeUndone(ctx, store, run); err != nil {
				return err
			}
		}
		return c.takeBack(ctx, s, who, run, rollbackFlags{o, dryRun, skipDrifted})
	})
}

// takeBack shows the way back from a run and, unless it is a dry run, goes it.
func (c *command) takeBack(ctx context.Context, s *session, who live.Identity, run *applier.Run, o rollbackFlags) error {
	if o.approved || o.dryRun {
		c.nobodyIsAsked()
	}
	begun := c.Clock.Now()
	c.events().Started(run.Header.Account)
	plan, drift, err := c.wayBack(ctx, s, run, who)
	if err != nil {
		return err
	}
	if why := ownHarm(plan, who.Caller()); why != "" {
		plan.Notices = append(plan.Notices, why)
	}
	for _, d := range drift {
		plan.Notices = append(plan.Notices, "left as it is: "+d.String())
	}
	if err := c.planIs(plan, render.Reading{Calls: s.Calls(), Took: c.Clock.Now().Sub(begun)}); err != nil {
		return err
	}
	header := applier.Header{Command: "rollback", Baseline: run.Header.Baseline, Account: who.Account, Caller: who.ARN, Undoes: run.ID, Partial: len(drift) > 0}
	header = c.begunBy(header, plan)
	switch {
	case len(drift) > 0 && !o.skipDrifted:
		return &ending{
			exit: exitDrift,
			err:  &driftError{run: run.ID, drift: drift},
			next: []string{"undo the rest, leaving these as they are: " + c.again("rollback", run.ID, "--skip-drifted")},
		}
	case o.dryRun || len(plan.Changes) == 0 && run.Result != nil:
		return nil
	case len(plan.Changes) == 0: // a run without an end gets one by the record that nothing of it is left
		return c.carryOut(ctx, s, header, plan, true)
	}
	if err := mustOutlive(plan, who.Caller()); err != nil {
		return err
	}
	store, err := c.store(ctx)
	if err != nil {
		return err
	}
	if err := c.mustBeAllowed(ctx, s, plan, plan.Changes, c.permissionsOf(store, run)); err != nil {
		return err
	}
	o.allowOneWay = true // what was made by the run may go; the plan has said what goes with it
	if err := c.consent(ctx, plan, o.applyFlags); err != nil {
		return err
	}
	return c.carryOut(ctx, s, header, plan, o.approved)
}

// runToUndo loads a run, or the last one that is worth undoing.
func (c *command) runToUndo(ctx context.Context, store *applier.Store, id string) (*applier.Run, error) {
	if id != "" {
		run, err := store.Load(ctx, id)
		if err != nil {
			return nil, err
		}
		return run, c.mayBeUndone(ctx, store, run)
	}
	runs, err := store.List(ctx)
	if err != nil {
		return nil, err
	}
	last := ""
	for _, run := range runs {
		switch {
		case run.Header.Command == "rollback":
		case run.Status() == applier.StatusDamaged:
			return nil, &ending{
				exit: exitError,
				err:  fmt.Errorf("the last apply can't be told: %s", run.Result.Error),
				next: []string{"name the run to roll back; `baseline runs` lists them"},
			}
		case run.UndoneBy == "":
			return run, c.mayBeUndone(ctx, store, run)
		case last == "":
			last = run.UndoneBy
		}
	}
	if last == "" {
		return nil, fmt.Errorf("%w to roll back in %s; `baseline runs` lists them", applier.ErrNoRun, c.runsDir)
	}
	return nil, fmt.Errorf("every apply in %s was rolled back; to redo one, roll back its rollback: %s", c.runsDir, c.again("rollback", last))
}

// mayBeUndone refuses a run that was taken back, or that is being taken back.
func (c *command) mayBeUndone(ctx context.Context, store *applier.Store, run *applier.Run) error {
	if run.UndoneBy != "" {
		return fmt.Errorf("run %s was already rolled back by %s", run.ID, run.UndoneBy)
	}
	return c.mustNotBeHalfUndone(ctx, store, run)
}

// mustNotBeHalfUndone refuses a run that a rollback has begun to take back and not finished: only that rollback knows what it
// left half-made.
func (c *command) mustNotBeHalfUndone(ctx context.Context, store *applier.Store, run *applier.Run) error {
	runs, err := store.List(ctx)
	if err != nil {
		return err
	}
	for _, other := range runs {
		s := other.Status()
		if other.Header.Undoes == run.ID && s == applier.StatusRunning {
			return c.underWay(ctx, store, other)
		}
		if other.Header.Undoes == run.ID && (s == applier.StatusPartly || s == applier.StatusUnfinished) {
			return &ending{
				exit: exitPartly,
				err:  fmt.Errorf("the rollback of run %s was begun by run %s, which is %s", run.ID, other.ID, s),
				next: []string{"finish it: " + c.again("apply", "--resume", other.ID)},
			}
		}
	}
	return nil
}

// wayBack plans the undoing of a run against the account as it is.
func (c *command) wayBack(ctx context.Context, s *session, run *applier.Run, who live.Identity) (*resource.Plan, []planner.Drift, error) {
	made := run.Made()
	reading, err := s.Account.Read(ctx, live.Ask{Needs: resource.Needs{Kinds: extraKinds(made)}})
	if err != nil {
		return nil, nil, err
	}
	named := heldObjects(who.Account, made)
	account := planner.Account{ID: who.Account, Live: reading.State, Types: kinds.Types(), Looked: lookedAt(named)}
	if account.Live, err = s.Look(ctx, account.Live, named); err != nil {
		return nil, nil, err
	}
	var drift []planner.Drift
	draft, err := lookClosely(ctx, s, &account, func() *planner.Draft {
		var d *planner.Draft
		d, drift = planner.Undo(made, account)
		return d
	})
	if err != nil {
		return nil, nil, err
	}
	if len(draft.Problems) > 0 {
		var problems []error
		for _, p := range draft.Problems {
			problems = append(problems, errors.New(p.String()))
		}
		return nil, nil, fmt.Errorf("run %s can't be rolled back as things are:\n%w", run.ID, errors.Join(problems...))
	}
	return &resource.Plan{
		Format: resource.PlanFormat, Baseline: run.Header.Baseline, Account: who.Account, Caller: who.ARN, ReadAt: reading.At,
		Undoes: run.ID, Changes: draft.Changes, Findings: draft.Findings, Notices: slices.Concat(s.noted(reading.Notices), draft.Notices),
	}, drift, nil
}

// extraKinds are the kinds of a run's objects that are read only when asked for.
func extraKinds(made []planner.Made) []resource.Kind {
	var extra []resource.Kind
	for _, t := range kinds.Types() {
		if t.Extra && slices.ContainsFunc(made, func(m planner.Made) bool { return m.Address.Kind == t.Kind }) {
			extra = append(extra, t.Kind)
		}
	}
	return extra
}

// heldObjects are those of a run's objects, and of those whose staying would have some of them stay, that no read shows, and that
// must be looked at.
func heldObjects(account string, made []planner.Made) []resource.Address {
	types := map[resource.Kind]resource.Type{}
	for _, t := range kinds.Types() {
		types[t.Kind] = t
	}
	var objects []resource.Address
	add := func(a resource.Address) {
		if t := types[a.Kind]; t.Held || t.Named {
			objects = append(objects, a)
		}
	}
	for _, m := range made {
		add(m.Address)
		if keeps := types[m.Address.Kind].Keeps; keeps != nil && m.After != nil {
			for _, kept := range keeps(account, m.Address, m.After) {
				add(kept.While)
			}
		}
	}
	slices.SortFunc(objects, resource.Address.Compare)
	return slices.Compact(objects)
}
