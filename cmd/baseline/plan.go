package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"baseline/resource"
)

func (c *command) planCommand() *cobra.Command {
	var o struct {
		out      string
		failOn   string
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
  baseline plan --fail-on high           # exit 3 when there are findings of this severity or worse
  baseline plan -o markdown=plan.md -o html=plan.html -o sarif=plan.sarif
  baseline plan -o json | jq '.changes[].address'`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.out == "-" {
				return errors.New("--out writes a file: to print the plan, use -o json")
			}
			worst, err := severitiesFrom(o.failOn)
			if err != nil {
				return err
			}
			c.nobodyIsAsked()
			finish := func(p *planned) error {
				if o.out != "" {
					if err := savePlan(o.out, p.plan); err != nil {
						return err
					}
				}
				if n := found(p.plan.Findings, worst); n > 0 {
					return &ending{exit: exitFindings, err: fmt.Errorf("%s of severity %s or worse", counted(n, "finding"), o.failOn)}
				}
				if o.detailed && len(p.plan.Changes) > 0 {
					return &ending{exit: exitChanges}
				}
				return nil
			}
			if o.live != "" {
				p, err := c.showLive(cmd.Context(), o.live)
				if err != nil {
					return err
				}
				return finish(p)
			}
			return c.withSession(cmd.Context(), func(ctx context.Context, s *session, declared string) error {
				p, err := c.show(ctx, s, declared)
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
	cmd.Flags().StringVar(&o.failOn, "fail-on", "", "exit 3 when there are findings of this severity or worse: critical, high, medium or low")
	c.outputFlag(cmd, planForms)
	c.eventsFlag(cmd)
	return cmd
}

// severitiesFrom returns a severity and all that are worse; none for "".
func severitiesFrom(least string) ([]resource.Severity, error) {
	if least == "" {
		return nil, nil
	}
	i := slices.Index(resource.Severities(), resource.Severity(least))
	if i < 0 {
		return nil, fmt.Errorf("--fail-on takes critical, high, medium or low, not %q", least)
	}
	return resource.Severities()[:i+1], nil
}

// found counts the findings of some severities.
func found(findings []resource.Finding, severities []resource.Severity) int {
	n := 0
	for _, f := range findings {
		if slices.Contains(severities, f.Severity) {
			n++
		}
	}
	return n
}
