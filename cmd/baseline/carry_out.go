package main

import (
	"context"
	"errors"
	"fmt"

	"baseline/applier"
	"baseline/cmd/baseline/render"
	"baseline/kinds"
	"baseline/planner"
	"baseline/resource"
)

func (c *command) applier(ctx context.Context, s *session) (*applier.Applier, error) {
	store, err := c.store(ctx)
	if err != nil {
		return nil, err
	}
	style, err := c.style()
	if err != nil {
		return nil, err
	}
	progress := render.NewProgress(c.people(), style, c.OutTTY && c.textOut())
	tell := func(e applier.Event) {
		progress.Event(e)
		c.events().Event(e)
		if e.Kind == applier.Cancelled {
			fmt.Fprintf(c.Err, "stopping: calls under way are finished; press Ctrl-C again to stop at once (then: %s)\n", c.again("apply", "--resume", e.Run))
		}
	}
	return &applier.Applier{
		Account: s, Store: store, Types: kinds.Types(), Clock: c.Clock, Parallel: c.parallel,
		Tell: tell, Before: s.before,
	}, nil
}

// carryOut applies an approved plan and tells how it went.
func (c *command) carryOut(ctx context.Context, s *session, header applier.Header, plan *resource.Plan, fresh bool) error {
	a, err := c.applier(ctx, s)
	if err != nil {
		return err
	}
	run, err := a.Apply(ctx, header, plan, fresh)
	if stale, ok := errors.AsType[*applier.StaleError](err); ok {
		err = inDetail(ctx, s, stale, plan)
	}
	return c.ended(a.Store, run, err)
}

// ended prints what became of a run and adds to an error what can be done about it.
func (c *command) ended(store *applier.Store, run *applier.Run, err error) error {
	c.runIs(run)
	if incomplete, ok := errors.AsType[*applier.IncompleteError](err); ok {
		end := classify(context.Background(), err)
		if errors.Is(err, context.Canceled) {
			end.exit = exitInterrupted
		}
		end.next = c.waysOn(incomplete.Run)
		return end
	}
	if err != nil {
		return err
	}
	verb := "Applied"
	if run.Header.Command == "rollback" {
		verb = "Rolled back run " + run.Header.Undoes
	}
	fmt.Fprintf(c.people(), "\n%s. Run %s is recorded in %s.\n", verb, run.ID, store.Dir(run.ID))
	fmt.Fprintf(c.people(), "Undo it with: %s\n", c.undoing(run))
	return nil
}

// undoing is the command that takes a run back.
func (c *command) undoing(run *applier.Run) string {
	if planner.UndoWeakens(run.Plan.Changes, kinds.Types()) {
		return c.again("rollback", run.ID, allowWeakerAudit)
	}
	return c.again("rollback", run.ID)
}

// mentionUnfinished warns of a run in the account that was left half-way.
func (c *command) mentionUnfinished(ctx context.Context, store *applier.Store, account string) error {
	runs, err := store.List(ctx)
	if err != nil {
		return err
	}
	for _, run := range runs {
		if s := run.Status(); run.Header.Account == account && (s == applier.StatusPartly || s == applier.StatusUnfinished) {
			fmt.Fprintf(c.Err, "note: run %s is %s; resume it with `%s` or undo it with `%s`\n",
				run.ID, s, c.again("apply", "--resume", run.ID), c.undoing(run))
			break
		}
	}
	return nil
}
