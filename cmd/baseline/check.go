package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"baseline/cmd/baseline/render"
	"baseline/requirements"
	"baseline/resource"
)

func (c *command) checkCommand() *cobra.Command {
	var benchmark, failOn string
	cmd := &cobra.Command{
		Use:         "check",
		Annotations: withExits,
		Short:       "Say which requirements and controls the account meets",
		Long: `Judge the account by the requirements of the files, and change nothing. Read-only credentials are enough.

Every control of the benchmark passes, fails or was not checked, with those who break it.
A control that the files don't ask for is not checked, and never counts as passed.`,
		Example: `  baseline check
  baseline check -f baseline:cis-level-1 --account current
  baseline check --benchmark cis-5.0 -o markdown
  baseline check --fail-on high          # exit 3 only for what is high or critical`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if benchmark != "" && !slices.Contains(requirements.Benchmarks(), benchmark) {
				return fmt.Errorf("--benchmark takes %s, not %q", strings.Join(requirements.Benchmarks(), ", "), benchmark)
			}
			worst, err := severitiesFrom(failOn)
			if err != nil {
				return err
			}
			return c.withSession(cmd.Context(), func(ctx context.Context, s *session, declared string) error {
				begun := c.Clock.Now()
				a, err := c.check(ctx, s, declared, benchmark)
				if err != nil {
					return err
				}
				c.report.Check, c.report.late = a, true
				c.report.Reading = render.Reading{Calls: s.Calls(), Took: c.Clock.Now().Sub(begun)}
				if n := failing(a.Outcomes, worst); n > 0 {
					return &ending{exit: exitFindings, err: fmt.Errorf("%s failed", counted(n, "control"))}
				}
				return nil
			})
		},
	}
	c.outputFlag(cmd, checkForms)
	cmd.Flags().StringVar(&benchmark, "benchmark", "", "the benchmark to show: "+strings.Join(requirements.Benchmarks(), ", ")+" (default: the file's, or the first of these)")
	cmd.Flags().StringVar(&failOn, "fail-on", "low", "exit 3 when something of this severity or worse fails: critical, high, medium or low")
	return cmd
}

// check judges the account as it is.
func (c *command) check(ctx context.Context, s *session, declared, benchmark string) (*render.Assessment, error) {
	seen, err := c.read(ctx, s, declared)
	if err != nil {
		return nil, err
	}
	asked := requirements.Asked{Requirements: &resource.Requirements{}, PasswordPolicy: seen.baseline.Want.Objects[passwordPolicy]}
	if rules := seen.baseline.Want.Require; rules != nil {
		*asked.Requirements = *rules
	}
	asked.Benchmark = cmp.Or(benchmark, asked.Benchmark, requirements.Benchmarks()[0])
	state := seen.reading.State
	var judgement *requirements.Judgement
	err = looking(ctx, s, &state, seen.looked, func(looked map[resource.Address]bool) []resource.Address {
		judgement = requirements.Judge(asked, requirements.World{
			Account: seen.who.Account, State: state, Evidence: seen.reading.Evidence, Now: seen.reading.At, Looked: looked,
		})
		return judgement.Look
	})
	if err != nil {
		return nil, err
	}
	a := &render.Assessment{
		Baseline: seen.baseline.Name, Account: seen.who.Account, Caller: seen.who.ARN, ReadAt: seen.reading.At,
		Benchmark: asked.Benchmark, Outcomes: requirements.Assess(asked, judgement),
		Notices: slices.Concat(s.noted(seen.reading.Notices), judgement.Notices, []string{requirements.Coverage(asked.Benchmark)}),
	}
	if pass, fail, _ := requirements.Counts(a.Outcomes); pass+fail == 0 {
		a.Notices = append(a.Notices, "nothing was checked: the files ask for nothing that could be; see `require:`")
	}
	if report := seen.reading.Evidence.Report; report != nil {
		a.ReportAt = report.At
	}
	return a, nil
}

// passwordPolicy is the address of the account's password policy, which some controls ask about.
var passwordPolicy = resource.At("iam_password_policy", "account")

// failing counts the controls that fail by something of one of the severities.
func failing(outcomes []requirements.Outcome, severities []resource.Severity) int {
	n := 0
	for _, o := range outcomes {
		if o.Result == requirements.Fail && slices.ContainsFunc(o.Violations, func(v requirements.Violation) bool {
			return !v.Warning && slices.Contains(severities, v.Severity)
		}) {
			n++
		}
	}
	return n
}
