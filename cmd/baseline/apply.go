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

--resume RUN finishes a run that was interrupted or failed half-way.`,
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
	c.outputFlag(cmd, planForms)
	c.eventsFlag(cmd)
	return cmd
}

func weakerAuditFlag(cmd *cobra.Command, o *applyFlags) {
	cmd.Flags().BoolVar(&o.allowWeakerAudit, strings.TrimPrefix(allowWeakerAudit, "--"), false,
		"allow changes that weaken the audit: of trails and what they stand on")
}

// applyFiles plans, asks and applies.
func (c *command) applyFiles(ctx context.Context, s *session, declared string, o applyFlags) error {
	if o.approved {
		c.nobodyIsAsked()
	}
	p, err := c.show(ctx, s, declared)
	if err != nil {
		return err
	}
	if err := c.mentionUnfinished(p.plan.Account); err != nil || len(p.plan.Changes) == 0 {
		return err
	}
	if err := mustOutlive(p.plan, p.caller); err != nil {
		return err
	}
	if err := mustBeTaken(p.plan); err != nil {
		return err
	}
	if err := c.mustBeAllowed(ctx, s, p.plan, p.plan.Changes, "baseline permissions --for apply"+c.fileFlags()); err != nil {
		return err
	}
	if err := c.consent(ctx, p.plan, o); err != nil {
		return err
	}
	header := applier.Header{Command: "apply", Baseline: p.plan.Baseline, Account: p.plan.Account, Caller: p.plan.Caller}
	// Where nobody had to be waited for, the plan was made from a read of this moment.
	return c.carryOut(ctx, s, header, p.plan, o.approved)
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
		header := applier.Header{Command: "apply", Baseline: plan.Baseline, Account: plan.Account, Caller: who.ARN}
		return c.carryOut(ctx, s, header, plan, false)
	})
}

// resume finishes a run.
func (c *command) resume(ctx context.Context, id string) error {
	run, err := c.store().Claim(id)
	if err != nil {
		return err
	}
	defer c.store().Release(run.ID)
	switch run.Status() {
	case applier.StatusDone:
		return fmt.Errorf("run %s is complete: there is nothing to resume", run.ID)
	case applier.StatusUndone:
		return fmt.Errorf("run %s was rolled back by %s: plan again", run.ID, run.UndoneBy)
	case applier.StatusPartly, applier.StatusUnfinished:
	case applier.StatusRunning, applier.StatusDamaged: // it could not have been claimed
	}
	if err := c.mustNotBeHalfUndone(run); err != nil {
		return err
	}
	return c.withAccount(ctx, run.Header.Account, "the run", func(s *session, who live.Identity) error {
		if err := mustOutlive(run.Plan, who.Caller()); err != nil {
			return err
		}
		c.runIs(run)
		s.before = func(ctx context.Context) error {
			return c.mustBeAllowed(ctx, s, run.Plan, unmade(run), "baseline permissions --for "+shellWord(c.planOf(run)))
		}
		a, err := c.applier(s)
		if err != nil {
			return err
		}
		resumed, err := a.Resume(ctx, run)
		return c.ended(resumed, err)
	})
}
