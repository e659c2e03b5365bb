package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"baseline/applier"
	"baseline/cmd/baseline/render"
	"baseline/kinds"
	"baseline/live"
	"baseline/resource"
)

// applyFlags are the flags that apply and rollback share.
type applyFlags struct {
	approved    bool
	allowOneWay bool
	output      string
}

func (c *command) applyCommand() *cobra.Command {
	var o applyFlags
	var resume string
	cmd := &cobra.Command{
		Use:   "apply [PLAN]",
		Short: "Bring the account to what the files declare",
		Long: `Plan, ask, and carry the plan out; or carry out PLAN, a file written by plan --out, without asking.

Objects that moved since the plan was made are not overwritten: then nothing is changed (exit 5).
Every run is recorded with the plan that undoes it before the first change.
One-way changes, which no rollback can bring back exactly, need --allow-one-way.

--resume RUN finishes a run that was interrupted or failed half-way.`,
		Example: `  baseline apply
  baseline apply plan.json
  baseline apply --auto-approve
  baseline apply --resume 20261121-140211`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case resume != "" && len(args) > 0:
				return errors.New("apply takes a PLAN or --resume RUN, not both")
			case resume != "":
				return c.resume(cmd.Context(), resume, o)
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
	cmd.Flags().StringVar(&resume, "resume", "", "finish this run")
	outputFlag(cmd, &o.output)
	return cmd
}

// applyFiles plans, asks and applies.
func (c *command) applyFiles(ctx context.Context, s *session, declared string, o applyFlags) error {
	json, err := asJSON(o.output)
	if err != nil {
		return err
	}
	if err := c.mentionUnfinished(); err != nil {
		return err
	}
	p, err := c.planToApply(ctx, s, declared, json)
	if err != nil || len(p.plan.Changes) == 0 {
		return err
	}
	if err := c.consent(p.plan, o); err != nil {
		return err
	}
	header := applier.Header{Command: "apply", Baseline: p.plan.Baseline, Account: p.plan.Account, Caller: p.plan.Caller}
	// Where nobody had to be waited for, the plan was made from a read of this moment.
	return c.carryOut(ctx, s, header, p.plan, o.approved, json)
}

// planToApply shows the plan; with JSON output only when there is nothing to do, since the run is shown otherwise.
func (c *command) planToApply(ctx context.Context, s *session, declared string, json bool) (*planned, error) {
	if !json {
		return c.show(ctx, s, declared, false)
	}
	p, err := c.draw(ctx, s, declared)
	if err == nil && len(p.plan.Changes) == 0 {
		err = render.PlanJSON(c.Out, p.plan)
	}
	return p, err
}

// applyPlan applies a plan file. It asks nothing: the plan has been looked at.
func (c *command) applyPlan(ctx context.Context, path string, o applyFlags) error {
	json, err := asJSON(o.output)
	if err != nil {
		return err
	}
	plan, err := readPlan(path)
	if err != nil {
		return err
	}
	return c.withAccount(ctx, plan.Account, "the plan", func(s *session, who live.Identity) error {
		if len(plan.Changes) == 0 {
			fmt.Fprintln(c.Out, render.Summary(plan))
			return nil
		}
		if err := oneWayConsent(plan, o); err != nil {
			return err
		}
		header := applier.Header{Command: "apply", Baseline: plan.Baseline, Account: plan.Account, Caller: who.ARN}
		return c.carryOut(ctx, s, header, plan, false, json)
	})
}

// readPlan reads a plan file strictly: what this program would not have written, it does not carry out.
func readPlan(path string) (*resource.Plan, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var plan resource.Plan
	dec := json.NewDecoder(strings.NewReader(string(data)))
	if err := dec.Decode(&plan); err != nil {
		return nil, fmt.Errorf("%s is not a plan: %w", path, err)
	}
	switch {
	case plan.Format != resource.PlanFormat:
		return nil, fmt.Errorf("%s has plan format %d, and this program reads %d: plan again", path, plan.Format, resource.PlanFormat)
	case plan.Account == "":
		return nil, fmt.Errorf("%s is not a plan: it names no account", path)
	case plan.Undoes != "":
		return nil, fmt.Errorf("%s takes back run %s: use `baseline rollback %s`, which looks at the account first", path, plan.Undoes, plan.Undoes)
	}
	for i, change := range plan.Changes {
		for _, need := range change.Needs {
			if need < 0 || need >= i {
				return nil, fmt.Errorf("%s is not a plan: change %d waits for change %d", path, i, need)
			}
		}
	}
	return &plan, nil
}

// resume finishes a run.
func (c *command) resume(ctx context.Context, id string, o applyFlags) error {
	json, err := asJSON(o.output)
	if err != nil {
		return err
	}
	store := applier.NewStore(c.runsDir)
	run, err := store.Load(id)
	if err != nil {
		return err
	}
	switch run.Status() {
	case applier.StatusDone:
		return fmt.Errorf("run %s is complete: there is nothing to resume", run.ID)
	case applier.StatusUndone:
		return fmt.Errorf("run %s was rolled back by %s: plan again", run.ID, run.UndoneBy)
	case applier.StatusPartly, applier.StatusUnfinished:
	}
	if err := c.mustNotBeHalfUndone(run); err != nil {
		return err
	}
	return c.withAccount(ctx, run.Header.Account, "the run", func(s *session, _ live.Identity) error {
		a, err := c.applier(s, json)
		if err != nil {
			return err
		}
		run, err := a.Resume(ctx, run)
		return c.ended(run, err, json)
	})
}

// consent makes sure that somebody wants the plan.
func (c *command) consent(plan *resource.Plan, o applyFlags) error {
	if err := oneWayConsent(plan, o); err != nil {
		return err
	}
	if o.approved {
		return nil
	}
	if !c.InTTY {
		return &ending{
			exit: exitRefused,
			err:  errors.New("there is no terminal to ask at; nothing was changed"),
			next: []string{"add --auto-approve, or apply a plan that was reviewed: baseline plan --out FILE, then baseline apply FILE"},
		}
	}
	fmt.Fprintf(c.Out, "\nApply these changes to account %s? Only `yes` is taken for a yes: ", plan.Account)
	answer, err := bufio.NewReader(c.In).ReadString('\n')
	if strings.TrimSpace(answer) != "yes" || err != nil {
		return refusal("not approved; nothing was changed")
	}
	return nil
}

func oneWayConsent(plan *resource.Plan, o applyFlags) error {
	var lost []string
	for _, change := range plan.Changes {
		if len(change.OneWay) > 0 {
			lost = append(lost, fmt.Sprintf("%s: %s cannot come back", change.Address, strings.Join(change.OneWay, ", ")))
		}
	}
	if len(lost) == 0 || o.allowOneWay {
		return nil
	}
	return &ending{
		exit: exitRefused,
		err:  fmt.Errorf("the plan holds one-way changes; nothing was changed\n  %s", strings.Join(lost, "\n  ")),
		next: []string{"if that is meant, add --allow-one-way"},
	}
}

// withAccount works on the account that something was written for, and refuses credentials for another one.
func (c *command) withAccount(ctx context.Context, account, what string, work func(*session, live.Identity) error) error {
	s, err := c.open(ctx, account)
	if err != nil {
		return err
	}
	who, err := s.Identify(ctx)
	switch {
	case err != nil:
	case who.Account != account:
		err = refusal("%s is for account %s, and these credentials are for %s (%s)", what, account, who.Account, who.ARN)
	default:
		err = work(s, who)
	}
	return cmp.Or(err, s.close())
}

func (c *command) applier(s *session, json bool) (*applier.Applier, error) {
	style, err := c.style()
	if err != nil {
		return nil, err
	}
	out := c.Out
	if json {
		out = c.Err
	}
	return &applier.Applier{
		Account: s, Store: applier.NewStore(c.runsDir), Types: kinds.Types(), Clock: c.Clock, Parallel: c.parallel,
		Tell: render.NewProgress(out, style, c.OutTTY && !json).Event,
	}, nil
}

// carryOut applies an approved plan and tells how it went.
func (c *command) carryOut(ctx context.Context, s *session, header applier.Header, plan *resource.Plan, fresh, json bool) error {
	a, err := c.applier(s, json)
	if err != nil {
		return err
	}
	run, err := a.Apply(ctx, header, plan, fresh)
	return c.ended(run, err, json)
}

// ended prints what became of a run and adds to an error what can be done about it.
func (c *command) ended(run *applier.Run, err error, json bool) error {
	if run != nil && json {
		if err := render.RunJSON(c.Out, run); err != nil {
			return err
		}
	}
	if incomplete, ok := errors.AsType[*applier.IncompleteError](err); ok {
		end := classify(context.Background(), err)
		if errors.Is(err, context.Canceled) {
			end.exit = exitInterrupted
		}
		end.next = []string{
			"finish it: " + c.again("apply", "--resume", incomplete.Run.ID),
			"undo it:   " + c.again("rollback", incomplete.Run.ID),
		}
		return end
	}
	if err != nil || json {
		return err
	}
	verb := "Applied"
	if run.Header.Command == "rollback" {
		verb = "Rolled back run " + run.Header.Undoes
	}
	fmt.Fprintf(c.Out, "\n%s. Run %s is recorded in %s.\n", verb, run.ID, applier.NewStore(c.runsDir).Dir(run.ID))
	fmt.Fprintf(c.Out, "Undo it with: %s\n", c.again("rollback", run.ID))
	return nil
}

// mentionUnfinished warns of runs that were left half-way.
func (c *command) mentionUnfinished() error {
	runs, err := applier.NewStore(c.runsDir).List()
	if err != nil {
		return err
	}
	for _, run := range runs {
		if s := run.Status(); s == applier.StatusPartly || s == applier.StatusUnfinished {
			fmt.Fprintf(c.Err, "note: run %s is %s; resume it with `%s` or undo it with `%s`\n",
				run.ID, s, c.again("apply", "--resume", run.ID), c.again("rollback", run.ID))
			break
		}
	}
	return nil
}
