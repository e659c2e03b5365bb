package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"baseline/cmd/baseline/manual"
)

func (c *command) manCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "man DIR",
		Short: "Write the manual pages into a directory",
		Long: `Write the manual pages, one for each command, into DIR, which is created when missing.

They say what --help says, and the exit codes. The same version writes the same bytes.`,
		Example: `  baseline man ~/.local/share/man/man1
  man baseline-plan`,
		Args: oneArg("DIR"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o755); err != nil {
				return err
			}
			pages := manualPages(cmd.Root())
			for _, page := range pages {
				file := filepath.Join(args[0], page.Name)
				if err := os.WriteFile(file, []byte(page.Text), 0o644); err != nil { //nolint:gosec // manual pages are for everyone to read
					return err
				}
			}
			fmt.Fprintf(c.Err, "wrote %s\n", counted(len(pages), "page"))
			return nil
		},
	}
}

// manualPages are those of the whole program.
func manualPages(root *cobra.Command) []manual.Page {
	var codes []manual.ExitCode
	for _, e := range exits {
		codes = append(codes, manual.ExitCode{Code: e.code, Name: e.name, Means: e.means})
	}
	return manual.Pages(root, ownVersion(), codes)
}
