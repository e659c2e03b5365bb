package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"baseline/applier"
	"baseline/cmd/baseline/render"
	"baseline/live"
)

// applyFlags are the flags that apply and rollback share.
type applyFlags struct {
	approved         bool
	allowOneWay      bool
	allowWeakerAudit bool
	allowLarge       bool
}

func (c *command) applyCommand() *cobra.Command {
	var o applyFlags
	var resume string
	cmd := &cobra.Command{
		Use:         "apply [PLAN]",
		Annotations: withExits,
		Short:       "Bring the account to what the files declare",
		Long: `Plan, ask, and carry the plan out; or carry out PLAN, a file written by plan --out, without asking.

Objects that moved since the plan was made are not overwritten: then nothing is changed (exit 5).
Every run is recorded with the plan that undoes it before the first change.
One-way changes, which no rollback can bring back exactly, need --allow-one-way. Changes that make
the record of what is done in the account smaller, such as stopping a trail, need --allow-weaker-audit.
Plans that delete or change more of the account than the limits of the file allow need --allow-large.

--resume RUN finishes a run that was interrupted or failed half-way.

One run at a time works on an account. Another one is refused (exit 8), or waits as long as --lock-timeout says.`,
		Example: `  baseline apply
  baseline apply plan.json
  baseline apply --auto-approve
  baseline apply --resume 20261121-140211`,
		Args: atMostOneArg("PLAN"),
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case resume != "" && len(args) > 0:
				return errors.New("apply takes a PLAN or --resume RUN, not both")
			case resume != "":
				return c.resume(cmd.Context(), resume)
			case len(args) > 0:
				return c.applyPlan(cmd.Context(), args[0], o)
			}
			return c.withSession(cmd.Context(), func(ctx context.Context, s *session, declared string) error {
				return c.applyFiles(ctx, s, declared, o)
			})
		},
	}
	cmd.Flags().BoolVar(&o.approved, "auto-approve", false, "do not ask")
	cmd.Flags().BoolVar(&o.allowOneWay, "allow-one-way", false, "allow changes that no rollback can bring back exactly")
	weakerAuditFlag(cmd, &o)
	cmd.Flags().BoolVar(&o.allowLarge, "allow-large", false, "allow plans that delete or change more than the limits say")
	cmd.Flags().StringVar(&resume, "resume", "", "finish this run")
	c.lockFlag(cmd)
	c.outputFlag(cmd, planForms)
	c.eventsFlag(cmd)
	return cmd
}

func weakerAuditFlag(cmd *cobra.Command, o *applyFlags) {
	cmd.Flags().BoolVar(&o.allowWeakerAudit, strings.TrimPrefix(allowWeakerAudit, "--"), false,
		"allow changes that weaken the audit: of trails and what they stand on")
}

// applyFiles plans, asks and applies. The account is locked when there is something to do and it was approved: to find that there is
// nothing takes no more than to plan.
func (c *command) applyFiles(ctx context.Context, s *session, declared string, o applyFlags) error {
	if o.approved {
		c.nobodyIsAsked()
	}
	store, err := c.store(ctx)
	if err != nil {
		return err
	}
	account, err := accountOf(ctx, s, declared)
	if err != nil {
		return err
	}
	before, err := store.Await(ctx, account)
	if err != nil {
		return err
	}
	p, err := c.show(ctx, s, declared)
	if err != nil {
		return err
	}
	if err := c.mentionUnfinished(ctx, store, account); err != nil || len(p.plan.Changes) == 0 {
		return err
	}
	if err := c.approve(ctx, s, p, o); err != nil {
		return err
	}
	locked, err := store.Lock(ctx, account, "")
	if err != nil {
		return err
	}
	defer c.release(ctx, account)
	if o.approved && locked != before { // what was approved is whatever leads to what the files declare
		fmt.Fprintln(c.Err, "note: another run was at work on the account in the meantime: planned again")
		p, err = c.show(ctx, s, declared)
		if err != nil || len(p.plan.Changes) == 0 {
			return err
		}
		if err := c.approve(ctx, s, p, o); err != nil {
			return err
		}
	}
	header := applier.Header{Command: "apply", Baseline: p.plan.Baseline, Account: p.plan.Account, Caller: p.plan.Caller}
	// Where nobody had to be waited for, the plan was made from a read of this moment.
	return c.carryOut(ctx, s, c.begunBy(header, p.plan), p.plan, o.approved)
}

// accountOf is the account that the files declare, or else the caller's.
func accountOf(ctx context.Context, s *session, declared string) (string, error) {
	if declared != "" {
		return declared, nil
	}
	who, err := s.Identify(ctx)
	return who.Account, err
}

// approve makes sure that a plan can be carried out and that somebody wants it.
func (c *command) approve(ctx context.Context, s *session, p *planned, o applyFlags) error {
	c.caller = p.caller.ARN
	if err := mustOutlive(p.plan, p.caller); err != nil {
		return err
	}
	if err := mustBeTaken(p.plan); err != nil {
		return err
	}
	if err := c.mustBeAllowed(ctx, s, p.plan, p.plan.Changes, "baseline permissions --for apply"+c.fileFlags()); err != nil {
		return err
	}
	return c.consent(ctx, p.plan, o)
}

// applyPlan applies a plan file. It asks nothing: the plan has been looked at.
func (c *command) applyPlan(ctx context.Context, path string, o applyFlags) error {
	plan, err := readPlan(path)
	if err != nil {
		return err
	}
	c.planRead(plan)
	if plan.Snapshot != nil {
		return &ending{
			exit: exitRefused,
			err: fmt.Errorf("%s was made from a snapshot of %s, and not from the account: what has changed since is not in it; nothing was changed",
				path, plan.Snapshot.ReadAt.UTC().Format(time.RFC3339)),
			next: []string{"plan again, asking the account: baseline plan --out FILE, then baseline apply FILE"},
		}
	}
	return c.withAccount(ctx, plan.Account, "the plan", func(s *session, who live.Identity) error {
		if len(plan.Changes) == 0 {
			fmt.Fprintln(c.people(), render.Summary(plan))
			return nil
		}
		if err := mustOutlive(plan, who.Caller()); err != nil {
			return err
		}
		if err := madeFromThese(plan); err != nil {
			return err
		}
		if err := mustBeTaken(plan); err != nil {
			return err
		}
		if err := c.dangerConsent(plan, o); err != nil {
			return err
		}
		s.before = func(ctx context.Context) error {
			return c.mustBeAllowed(ctx, s, plan, plan.Changes, "baseline permissions --for "+shellWord(path))
		}
		store, err := c.store(ctx)
		if err != nil {
			return err
		}
		if _, err := store.Lock(ctx, plan.Account, ""); err != nil {
			return err
		}
		defer c.release(ctx, plan.Account)
		header := applier.Header{Command: "apply", Baseline: plan.Baseline, Account: plan.Account, Caller: who.ARN}
		return c.carryOut(ctx, s, c.begunBy(header, plan), plan, false)
	})
}

// resume finishes a run.
func (c *command) resume(ctx context.Context, id string) error {
	store, err := c.store(ctx)
	if err != nil {
		return err
	}
	run, err := store.Load(ctx, id)
	if err == nil {
		err = c.mayBeResumed(ctx, store, run)
	}
	if err != nil {
		return err
	}
	return c.withAccount(ctx, run.Header.Account, "the run", func(s *session, who live.Identity) error {
		run, err := store.Claim(ctx, run.ID) // which may have moved on while nobody had claimed it
		if err != nil {
			return err
		}
		defer c.release(ctx, run.Header.Account)
		if err := c.mayBeResumed(ctx, store, run); err != nil {
			return err
		}
		if err := mustOutlive(run.Plan, who.Caller()); err != nil {
			return err
		}
		c.runIs(run)
		s.before = func(ctx context.Context) error {
			return c.mustBeAllowed(ctx, s, run.Plan, unmade(run), c.permissionsOf(store, run))
		}
		a, err := c.applier(ctx, s)
		if err != nil {
			return err
		}
		resumed, err := a.Resume(ctx, run, applier.Resumption{Caller: who.ARN, Job: jobURL(c.Getenv)})
		return c.ended(store, resumed, err)
	})
}

// mayBeResumed refuses a run in which nothing is left to do. One that another process is at work on is refused when it is claimed.
func (c *command) mayBeResumed(ctx context.Context, store *applier.Store, run *applier.Run) error {
	switch run.Status() {
	case applier.StatusDone:
		return fmt.Errorf("run %s is complete: there is nothing to resume", run.ID)
	case applier.StatusUndone:
		return fmt.Errorf("run %s was rolled back by %s: plan again", run.ID, run.UndoneBy)
	case applier.StatusPartly, applier.StatusUnfinished:
		return c.mustNotBeHalfUndone(ctx, store, run)
	case applier.StatusRunning, applier.StatusDamaged: // the one is refused, or waited for, when it is claimed; the other can't be loaded
	}
	return nil
}
