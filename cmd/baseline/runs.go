package main

import (
	"github.com/spf13/cobra"

	"baseline/applier"
	"baseline/cmd/baseline/render"
)

func (c *command) runsCommand() *cobra.Command {
	var output string
	list := &cobra.Command{
		Use:   "runs",
		Short: "List what was done, by whom and when",
		Example: `  baseline runs
  baseline runs show 20261121-140211`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			runs, err := applier.NewStore(c.runsDir).List()
			if err != nil {
				return err
			}
			if json, err := asJSON(output); err != nil {
				return err
			} else if json {
				return render.RunsJSON(c.Out, runs)
			}
			style, err := c.style()
			if err != nil {
				return err
			}
			return render.Runs(c.Out, runs, style)
		},
	}
	outputFlag(list, &output)
	show := &cobra.Command{
		Use:   "show [RUN]",
		Short: "Show one run: its changes, how each went, and whether it can be undone (default: the last)",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			id := ""
			if len(args) > 0 {
				id = args[0]
			}
			run, err := applier.NewStore(c.runsDir).Load(id)
			if err != nil {
				return err
			}
			if json, err := asJSON(output); err != nil {
				return err
			} else if json {
				return render.RunJSON(c.Out, run)
			}
			style, err := c.style()
			if err != nil {
				return err
			}
			return render.Run(c.Out, run, style)
		},
	}
	outputFlag(show, &output)
	list.AddCommand(show)
	return list
}
