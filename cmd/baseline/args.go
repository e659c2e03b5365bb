package main

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// noArgs is for commands that take flags only. A name that was meant as a file is told from its flag.
func noArgs(cmd *cobra.Command, args []string) error {
	switch {
	case len(args) == 0:
		return nil
	case cmd.Name() == "plan" || cmd.Name() == "validate":
		return fmt.Errorf("%s takes no file here: name files with -f %s", cmd.Name(), shellWord(args[0]))
	case cmd.HasSubCommands():
		return fmt.Errorf("unknown command %q; see `%s --help`", cmd.Name()+" "+args[0], cmd.CommandPath())
	}
	return fmt.Errorf("%s takes no arguments, and was given %q", cmd.Name(), args[0])
}

// oneArg is for commands that take what the word stands for, and nothing else.
func oneArg(word string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return fmt.Errorf("%s takes a %s; see `%s --help`", cmd.Name(), word, cmd.CommandPath())
		}
		return atMostOneArg(word)(cmd, args)
	}
}

// atMostOneArg is for commands that can do without what the word stands for.
func atMostOneArg(word string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) > 1 {
			return fmt.Errorf("%s takes one %s, and was given %d: %s", cmd.Name(), word, len(args), strings.Join(args, " "))
		}
		return nil
	}
}

// showHelp is what a command does that only holds others.
func showHelp(cmd *cobra.Command, _ []string) error { return cmd.Help() }

// helpCommand is the usual one, but a command that does not exist is an error.
func helpCommand(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Show the help of a command",
		RunE: func(_ *cobra.Command, args []string) error {
			cmd, rest, err := root.Find(args)
			if err != nil || len(rest) > 0 {
				return fmt.Errorf("there is no help for %q: no such command; see `baseline --help`", strings.Join(args, " "))
			}
			cmd.InitDefaultHelpFlag()
			return cmd.Help()
		},
	}
}

var (
	accountID  = regexp.MustCompile(`^[0-9]{12}$`)
	regionName = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+){2,}$`)
)

// checkFlags refuses flags that can't be meant. An empty value is most often a variable that is not set: to take it for a flag
// that was not given would, for --sandbox, change a real account.
func (c *command) checkFlags(cmd *cobra.Command) error {
	for _, name := range []string{"sandbox", "runs", "profile", "region", "account", "out", "resume", "state", "seed", "for", "live", "events", "fail-on"} {
		if flag := cmd.Flag(name); flag != nil && flag.Changed && flag.Value.String() == "" {
			return fmt.Errorf("--%s is empty: give it a value, or leave it out", name)
		}
	}
	switch {
	case slices.Contains(c.files, ""):
		return errors.New("-f is empty: give it a value, or leave it out")
	case slices.Contains(c.varFiles, ""):
		return errors.New("--vars is empty: give it a value, or leave it out")
	case c.accountID != "" && c.accountID != "current" && !accountID.MatchString(c.accountID):
		return fmt.Errorf("--account is 12 digits or \"current\", not %q", c.accountID)
	case c.region != "" && !regionName.MatchString(c.region):
		return fmt.Errorf("--region is a name like eu-west-1, not %q", c.region)
	case c.lockTimeout < 0:
		return fmt.Errorf("--lock-timeout is a time to wait, as in 10m, not %s", c.lockTimeout)
	case c.parallel < 1:
		return fmt.Errorf("--parallelism is at least 1, not %d", c.parallel)
	}
	if _, _, _, err := bucketOf(c.runsDir); err != nil {
		return fmt.Errorf("--runs: %w", err)
	}
	return nil
}
