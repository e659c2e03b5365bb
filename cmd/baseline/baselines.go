package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"baseline/baselines"
)

func (c *command) baselinesCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "baselines",
		Short: "List and show the baselines that are built in",
		Args:  noArgs,
		RunE:  showHelp,
		Example: `  baseline baselines list
  baseline baselines show rds-read-only > baseline.yaml
  baseline plan -f baseline:rds-read-only --var database_user=app_readonly`,
	}
	cmd.AddCommand(
		&cobra.Command{
			Use:   "list",
			Short: "List the baselines that are built in",
			Args:  noArgs,
			RunE: func(*cobra.Command, []string) error {
				all, err := baselines.List()
				if err != nil {
					return err
				}
				table := tabwriter.NewWriter(c.Out, 0, 0, 3, ' ', 0)
				for _, b := range all {
					fmt.Fprintf(table, "%s\t%s\n", b.Name, b.About)
				}
				return table.Flush()
			},
		},
		&cobra.Command{
			Use:   "show NAME",
			Short: "Print a built-in baseline",
			Args:  oneArg("NAME"),
			RunE: func(_ *cobra.Command, args []string) error {
				text, err := baselines.Read(args[0])
				if err != nil {
					return err
				}
				_, err = c.Out.Write(text)
				return err
			},
		},
	)
	return cmd
}
