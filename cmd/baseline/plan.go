package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"baseline/cmd/baseline/render"
	"baseline/resource"
)

func (c *command) planCommand() *cobra.Command {
	var o struct {
		out      string
		output   string
		detailed bool
	}
	cmd := &cobra.Command{
		Use:   "plan",
		Short: "Show what apply would do, and change nothing",
		Long: `Show what apply would do, and change nothing. Read-only credentials are enough.

With --out, the plan is also written to a file, for apply to carry out later exactly as shown.
The file is JSON and holds no secret.`,
		Example: `  baseline plan
  baseline plan -f iam/ --out plan.json
  baseline plan --detailed-exitcode      # exit 2 when there are changes
  baseline plan -o json | jq '.changes[].address'`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			json, err := asJSON(o.output)
			if err != nil {
				return err
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

// withSession opens the account that the files are for and closes it again.
func (c *command) withSession(ctx context.Context, work func(context.Context, *session, string) error) error {
	declared, err := c.declared()
	if err != nil {
		return err
	}
	s, err := c.open(ctx, declared)
	if err != nil {
		return err
	}
	return cmp.Or(work(ctx, s, declared), s.close())
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

// savePlan writes a plan so that it is there whole or not at all.
func savePlan(path string, p *resource.Plan) error {
	data, err := resource.Encode(p, "  ")
	if err != nil {
		return err
	}
	temp, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(temp.Name()) }() // fails when all went well, and the file has its name
	_, err = temp.Write(data)
	if closed := temp.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return fmt.Errorf("write the plan: %w", err)
	}
	return os.Rename(temp.Name(), path)
}
