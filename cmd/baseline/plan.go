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
	}
	cmd := &cobra.Command{
		Use:         "plan",
		Annotations: withExits,
		Short:       "Show what apply would do, and change nothing",
		Long: `Show what apply would do, and change nothing. Read-only credentials are enough.

With --out, the plan is also written to a file, for apply to carry out later exactly as shown.
The file is JSON and holds no secret.`,
		Example: `  baseline plan
  baseline plan -f iam/ --out plan.json
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
			return c.withSession(cmd.Context(), func(ctx context.Context, s *session, declared string) error {
				p, err := c.show(ctx, s, declared, json)
				if err != nil {
					return err
				}
				if o.out != "" {
					if err := savePlan(o.out, p.plan); err != nil {
						return err
					}
				}
				if o.detailed && len(p.plan.Changes) > 0 {
					return &ending{exit: exitChanges}
				}
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&o.out, "out", "", "also write the plan to this file")
	cmd.Flags().BoolVar(&o.detailed, "detailed-exitcode", false, "exit 2 when there are changes")
	outputFlag(cmd, &o.output)
	return cmd
}
