package main

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"baseline/applier"
	"baseline/cmd/baseline/render"
	"baseline/sandbox"
)

// command is one run of the program: the world it runs in and its global flags.
type command struct {
	*world
	files     []string
	vars      []string
	varFiles  []string
	accountID string
	sandbox   string
	profile   string
	region    string
	runsDir   string
	// lockTimeout is how long to wait for an account that somebody else is at work on.
	lockTimeout time.Duration
	color       string
	parallel    int
	// output and eventsFile are what -o and --events were given; forms are what -o takes, by command.
	output     []string
	eventsFile string
	forms      map[*cobra.Command][]render.Form

	kept *applier.Store
	// caller is the ARN of whose credentials are used, once that is known.
	caller string
	// simulated is the account of --sandbox once it was opened.
	simulated *sandbox.Account
	// report is what the command knows so far; nil for a command without -o.
	report *report
}

// run parses the arguments, does what they say and returns the exit code.
func run(ctx context.Context, args []string, w *world) int {
	c := &command{world: w}
	root := c.root()
	root.SetArgs(args)
	root.SetIn(w.In)
	root.SetOut(w.Out)
	root.SetErr(w.Err)
	err := root.ExecuteContext(ctx)
	if c.simulated != nil {
		err = cmp.Or(err, c.simulated.Close())
	}
	return c.finish(ctx, err).say(w.Err)
}

func (c *command) root() *cobra.Command {
	c.forms = map[*cobra.Command][]render.Form{}
	root := &cobra.Command{
		Use:   "baseline",
		Short: "Keep an AWS account at a declared baseline",
		Long: `baseline keeps an AWS account at a declared baseline: YAML in, plan in the
pull request, apply from CI, rollback after a bad change.

Try it without an AWS account: every command takes --sandbox FILE, a simulated
account that is kept in FILE.`,
		Example: `  baseline plan --sandbox try.db -f baseline:rds-read-only
  baseline apply --sandbox try.db -f baseline:rds-read-only
  baseline rollback --sandbox try.db`,
		Annotations:   withExits,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return fmt.Errorf("unknown command %q; see `baseline --help`", args[0])
			}
			return nil
		},
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			if err := c.checkFlags(cmd); err != nil {
				return err
			}
			return c.startReport(cmd)
		},
		RunE: showHelp,
	}
	flags := root.PersistentFlags()
	flags.StringArrayVarP(&c.files, "file", "f", nil, "file or directory to read, or baseline:NAME for one that is built in (repeatable; default baseline.yaml)")
	flags.StringArrayVar(&c.vars, "var", nil, "set a variable of the file, as name=value (repeatable)")
	flags.StringArrayVar(&c.varFiles, "vars", nil, "YAML file of variables, as name: value (repeatable; --var wins)")
	flags.StringVar(&c.accountID, "account", "", "account id to work on when the file names none, or \"current\" for the caller's")
	flags.StringVar(&c.sandbox, "sandbox", "", "use the simulated account kept in this file, created when missing")
	flags.StringVar(&c.profile, "profile", "", "AWS profile")
	flags.StringVar(&c.region, "region", "", "AWS region")
	flags.StringVar(&c.runsDir, "runs", ".baseline/runs", "where runs are recorded: a directory, or s3://BUCKET/PREFIX")
	flags.StringVar(&c.color, "color", "auto", "auto, always or never")
	flags.IntVar(&c.parallel, "parallelism", 16, "how many changes may be under way at once")

	root.AddCommand(
		c.checkCommand(), c.planCommand(), c.applyCommand(), c.rollbackCommand(), c.runsCommand(),
		c.snapshotCommand(), c.permissionsCommand(), c.validateCommand(), c.schemaCommand(), c.baselinesCommand(), c.sandboxCommand(), c.manCommand(), c.versionCommand(),
	)
	root.SetHelpCommand(helpCommand(root))
	root.SetHelpTemplate(root.HelpTemplate() + `{{if index .Annotations "exits"}}` + "\nExit codes:\n" + exitTable() + "{{end}}")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return fmt.Errorf("%w; see `%s --help`", err, cmd.CommandPath())
	})
	root.InitDefaultCompletionCmd()
	c.complete(root)
	return root
}

// withExits marks the commands whose help ends with the exit codes.
var withExits = map[string]string{"exits": "yes"}

func exitTable() string {
	var b strings.Builder
	for _, e := range exits {
		fmt.Fprintf(&b, "  %3d  %-15s %s\n", e.code, e.name, e.means)
	}
	return b.String()
}

// style decides on colour, once per stream that people read.
func (c *command) style() (render.Style, error) {
	switch c.color {
	case "always":
		return render.Style{Color: true}, nil
	case "never":
		return render.Style{}, nil
	case "auto":
		return render.Style{Color: c.OutTTY && c.Getenv("NO_COLOR") == ""}, nil
	}
	return render.Style{}, fmt.Errorf("--color is auto, always or never, not %q", c.color)
}

// again is the command line that runs a sub-command in the same setting.
func (c *command) again(words ...string) string {
	line := append([]string{"baseline"}, words...)
	add := func(flag, value, usual string) {
		if value != usual {
			line = append(line, flag, shellWord(value))
		}
	}
	add("--sandbox", c.sandbox, "")
	add("--profile", c.profile, "")
	add("--region", c.region, "")
	add("--runs", c.runsDir, ".baseline/runs")
	return strings.Join(line, " ")
}

// shellWord quotes a word where a shell would otherwise take it apart.
func shellWord(word string) string {
	safe := func(r rune) bool {
		return strings.ContainsRune("-_./:=@%+,~", r) || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
	}
	if word != "" && strings.IndexFunc(word, func(r rune) bool { return !safe(r) }) < 0 {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
