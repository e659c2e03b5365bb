package main

import (
	"fmt"

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
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			store, err := c.store(cmd.Context())
			if err != nil {
				return err
			}
			runs, err := store.List(cmd.Context())
			if err != nil {
				return err
			}
			switch output {
			case "json":
				return render.RunsJSON(c.Out, runs)
			case "text":
			default:
				return fmt.Errorf("-o of runs takes text or json, not %q", output)
			}
			style, err := c.style()
			if err != nil {
				return err
			}
			if err := render.Runs(c.Out, runs, style); err != nil {
				return err
			}
			for _, run := range runs {
				if run.Status() == applier.StatusDamaged {
					fmt.Fprintf(c.Err, "note: %s\n", render.EscapeLines(run.Result.Error))
				}
			}
			return nil
		},
	}
	list.Flags().StringVarP(&output, "output", "o", "text", "text or json")
	show := &cobra.Command{
		Use:   "show [RUN]",
		Short: "Show one run: its changes, how each went, and whether it can be undone (default: the last)",
		Args:  atMostOneArg("RUN"),
		RunE: func(cmd *cobra.Command, args []string) error {
			id := ""
			if len(args) > 0 {
				id = args[0]
			}
			store, err := c.store(cmd.Context())
			if err != nil {
				return err
			}
			run, err := store.Load(cmd.Context(), id)
			if err != nil {
				return err
			}
			c.runIs(run)
			c.report.late = true
			return nil
		},
	}
	c.outputFlag(show, runForms)
	list.AddCommand(show)
	return list
}
