package main

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"baseline/applier"
	"baseline/baselines"
	"baseline/cmd/baseline/render"
	"baseline/requirements"
	"baseline/resource"
)

// completer offers what a word that was begun can become. It asks no account, and offers nothing where it can't look.
type completer = cobra.CompletionFunc

// complete tells the shells' completion what the flags and arguments of all commands take. It comes last, when the commands are
// there.
func (c *command) complete(root *cobra.Command) {
	flags, args := c.flagCompletions(), c.argCompletions()
	for _, cmd := range everyCommand(root) {
		cmd.ValidArgsFunction = cobra.NoFileCompletions
		if offer := args[cmd.CommandPath()]; offer != nil {
			cmd.ValidArgsFunction = firstArg(offer)
		}
		if cmd.CommandPath() == "baseline completion" { // a shell that there is none for is an error
			cmd.Args, cmd.RunE = noArgs, showHelp
		}
		cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
			offer := flags[cmd.CommandPath()+" --"+f.Name]
			if offer == nil {
				offer = flags[f.Name]
			}
			if offer != nil {
				_ = cmd.RegisterFlagCompletionFunc(f.Name, offer) // fails for no flag of this name
			}
		})
	}
}

// argCompletions are what arguments can be, by command. The others take none.
func (c *command) argCompletions() map[string]completer {
	return map[string]completer{
		"baseline apply":          files,
		"baseline baselines show": only(builtinNames),
		"baseline man":            directories,
		"baseline rollback":       c.runsWhere(func(s applier.Status) bool { return s != applier.StatusUndone }),
		"baseline runs show":      c.runsWhere(func(applier.Status) bool { return true }),
	}
}

// flagCompletions are what flags take, by name, or by command and name where commands differ. A flag that takes a value is here even
// if nothing can be offered for it: without, shells would offer files.
func (c *command) flagCompletions() map[string]completer {
	severities := only(func() []string {
		var words []string
		for _, s := range resource.Severities() {
			words = append(words, string(s))
		}
		return words
	})
	unfinished := func(s applier.Status) bool { return s == applier.StatusPartly || s == applier.StatusUnfinished }
	return map[string]completer{
		"file":        declarations,
		"var":         cobra.NoFileCompletions,
		"vars":        yamlFiles,
		"account":     words("current"),
		"sandbox":     files,
		"profile":     cobra.NoFileCompletions,
		"region":      cobra.NoFileCompletions,
		"runs":        directories,
		"color":       words("auto", "always", "never"),
		"parallelism": cobra.NoFileCompletions,

		"benchmark":    only(requirements.Benchmarks),
		"events":       files,
		"fail-on":      severities,
		"fault":        cobra.NoFileCompletions,
		"for":          wordsOrFiles("plan", "snapshot", "apply"),
		"listen":       cobra.NoFileCompletions,
		"live":         files,
		"lock-timeout": cobra.NoFileCompletions,
		"look":         words(lookNeeded, lookDeclared, lookAll),
		"of":           words(append([]string{"file"}, render.Schemas()...)...),
		"out":          files,
		"output":       c.outputForms,
		"resume":       c.runsWhere(unfinished),
		"seed":         files,
		"seed-report":  files,
		"state":        files,

		"baseline runs --output":     words("text", "json"),
		"baseline snapshot --output": files,
	}
}

// everyCommand returns a command and all below it.
func everyCommand(cmd *cobra.Command) []*cobra.Command {
	all := []*cobra.Command{cmd}
	for _, sub := range cmd.Commands() {
		all = append(all, everyCommand(sub)...)
	}
	return all
}

// words offers these, and no files.
func words(all ...string) completer {
	return cobra.FixedCompletions(all, cobra.ShellCompDirectiveNoFileComp)
}

// only offers what a function tells, and no files.
func only(all func() []string) completer {
	return func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return all(), cobra.ShellCompDirectiveNoFileComp
	}
}

// wordsOrFiles offers words while one of them can be meant, and then files.
func wordsOrFiles(all ...string) completer {
	return func(_ *cobra.Command, _ []string, begun string) ([]string, cobra.ShellCompDirective) {
		meant := slices.DeleteFunc(slices.Clone(all), func(word string) bool { return !strings.HasPrefix(word, begun) })
		if len(meant) == 0 {
			return nil, cobra.ShellCompDirectiveDefault
		}
		return meant, cobra.ShellCompDirectiveNoFileComp
	}
}

// firstArg offers something for the first argument, and nothing for more.
func firstArg(offer completer) completer {
	return func(cmd *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return offer(cmd, args, begun)
	}
}

func files(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveDefault
}

func yamlFiles(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return []string{"yaml", "yml"}, cobra.ShellCompDirectiveFilterFileExt
}

func directories(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveFilterDirs
}

func builtinNames() []string {
	all, err := baselines.List()
	if err != nil {
		return nil
	}
	var names []string
	for _, b := range all {
		names = append(names, b.Name+"\t"+b.About)
	}
	return names
}

// declarations offers what -f takes: what is built in, once it is asked for, and else what may hold a declaration. Shells would
// leave out files where they are offered anything else, so files are offered here.
func declarations(_ *cobra.Command, _ []string, begun string) ([]string, cobra.ShellCompDirective) {
	if strings.HasPrefix(begun, builtin) {
		var names []string
		for _, name := range builtinNames() {
			names = append(names, builtin+name)
		}
		return names, cobra.ShellCompDirectiveNoFileComp
	}
	var found []string
	if strings.HasPrefix(builtin, begun) {
		found = append(found, builtin)
	}
	dir, _ := filepath.Split(begun)
	entries, _ := os.ReadDir(cmp.Or(dir, ".")) // a directory that can't be read offers nothing
	for _, e := range entries {
		name := dir + e.Name()
		switch ending := filepath.Ext(name); {
		case !strings.HasPrefix(name, begun), strings.HasPrefix(e.Name(), ".") && !strings.HasPrefix(begun, dir+"."):
		case e.IsDir():
			found = append(found, name+"/")
		case ending == ".yaml" || ending == ".yml":
			found = append(found, name)
		}
	}
	directive := cobra.ShellCompDirectiveNoFileComp
	if len(found) == 1 && (strings.HasSuffix(found[0], "/") || found[0] == builtin) {
		directive |= cobra.ShellCompDirectiveNoSpace // more is to come
	}
	return found, directive
}

// outputForms offers the forms that -o of a command takes. After FORMAT= come files, which shells know better.
func (c *command) outputForms(cmd *cobra.Command, _ []string, begun string) ([]string, cobra.ShellCompDirective) {
	if strings.Contains(begun, "=") {
		return nil, cobra.ShellCompDirectiveDefault
	}
	var words []string
	for _, form := range c.forms[cmd] {
		words = append(words, string(form))
	}
	return words, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace // =FILE may follow
}

// runsWhere offers the runs of a directory whose status will do, with what they are. The newest comes first. Of runs in S3 it
// offers none: a key on the keyboard calls no service.
func (c *command) runsWhere(will func(applier.Status) bool) completer {
	return func(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
		const directive = cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
		if _, _, isBucket, _ := bucketOf(c.runsDir); isBucket {
			return nil, directive
		}
		store, err := c.store(cmd.Context())
		if err != nil {
			return nil, directive
		}
		runs, err := store.List(cmd.Context())
		if err != nil {
			return nil, directive
		}
		var ids []string
		for _, run := range runs {
			if status := run.Status(); will(status) && status != applier.StatusDamaged {
				ids = append(ids, run.ID+"\t"+run.Header.Command+", "+string(status))
			}
		}
		return ids, directive
	}
}
