package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"
)

func (c *command) planCommand() *cobra.Command {
	var o struct {
		out      string
		output   string
		detailed bool
		live     string
	}
	cmd := &cobra.Command{
		Use:         "plan",
		Annotations: withExits,
		Short:       "Show what apply would do, and change nothing",
		Long: `Show what apply would do, and change nothing. Read-only credentials are enough.

With --out, the plan is also written to a file, for apply to carry out later exactly as shown.
The file is JSON and holds no secret.

With --live FILE, the account is taken from a snapshot (see: baseline snapshot), and no account is asked: no credentials are
needed. The plan says how old the snapshot is. Apply does not take such a plan.`,
		Example: `  baseline plan
  baseline plan -f iam/ --out plan.json
  baseline plan --live account.snapshot  # without credentials
  baseline plan --detailed-exitcode      # exit 2 when there are changes
  baseline plan -o json | jq '.changes[].address'`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			json, err := asJSON(o.output)
			if err != nil {
				return err
			}
			if o.out == "-" {
				return errors.New("--out writes a file: to print the plan, use -o json")
			}
			finish := func(p *planned) error {
				if o.out != "" {
					if err := savePlan(o.out, p.plan); err != nil {
						return err
					}
				}
				if o.detailed && len(p.plan.Changes) > 0 {
					return &ending{exit: exitChanges}
				}
				return nil
			}
			if o.live != "" {
				p, err := c.showLive(cmd.Context(), o.live, json)
				if err != nil {
					return err
				}
				return finish(p)
			}
			return c.withSession(cmd.Context(), func(ctx context.Context, s *session, declared string) error {
				p, err := c.show(ctx, s, declared, json)
				if err != nil {
					return err
				}
				return finish(p)
			})
		},
	}
	cmd.Flags().StringVar(&o.out, "out", "", "also write the plan to this file")
	cmd.Flags().StringVar(&o.live, "live", "", "plan from this file, a snapshot, and ask no account")
	cmd.Flags().BoolVar(&o.detailed, "detailed-exitcode", false, "exit 2 when there are changes")
	outputFlag(cmd, &o.output)
	return cmd
}
