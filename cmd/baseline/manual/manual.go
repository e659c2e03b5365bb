// Package manual writes manual pages, section 1, from a tree of commands and what their help says.
package manual

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Page is the manual page of one command.
type Page struct {
	// Name is the file's, as in baseline-plan.1.
	Name string
	Text string
}

// ExitCode is a way for the commands to end.
type ExitCode struct {
	Code  int
	Name  string
	Means string
}

// Pages returns the page of a command, and those of all below it that help shows. The same commands give the same bytes: a page
// bears the version, and no date.
func Pages(cmd *cobra.Command, version string, exits []ExitCode) []Page {
	pages := []Page{{Name: fileName(cmd), Text: page(cmd, version, exits)}}
	for _, sub := range shown(cmd) {
		pages = append(pages, Pages(sub, version, exits)...)
	}
	return pages
}

func fileName(cmd *cobra.Command) string { return dashed(cmd) + ".1" }

// dashed is a command's name as a page has it: baseline-runs-show.
func dashed(cmd *cobra.Command) string { return strings.ReplaceAll(cmd.CommandPath(), " ", "-") }

// shown returns the commands right below one that its help lists.
func shown(cmd *cobra.Command) []*cobra.Command {
	var all []*cobra.Command
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() {
			all = append(all, sub)
		}
	}
	return all
}

func page(cmd *cobra.Command, version string, exits []ExitCode) string {
	var b strings.Builder
	program := cmd.Root().Name()
	fmt.Fprintf(&b, ".TH %s 1 \"\" %s %s\n", quoted(strings.ToUpper(dashed(cmd))), quoted(program+" "+version), quoted(program+" manual"))
	b.WriteString(".SH NAME\n" + escaped(dashed(cmd)) + ` \- ` + escaped(cmd.Short) + "\n")

	b.WriteString(".SH SYNOPSIS\n")
	for i, use := range uses(cmd) {
		if i > 0 {
			b.WriteString(".br\n")
		}
		command, rest, _ := strings.Cut(use, "\x00")
		b.WriteString(".B " + escaped(command) + "\n" + line(rest))
	}

	about := cmd.Long
	if about == "" {
		about = cmd.Short + "."
	}
	b.WriteString(".SH DESCRIPTION\n" + prose(about))

	if subs := shown(cmd); len(subs) > 0 {
		b.WriteString(".SH COMMANDS\n")
		for _, sub := range subs {
			b.WriteString(".TP\n.BR " + escaped(dashed(sub)) + " (1)\n" + line(sub.Short))
		}
	}
	options(&b, "OPTIONS", cmd.NonInheritedFlags())
	options(&b, "GLOBAL OPTIONS", cmd.InheritedFlags())
	if len(exits) > 0 {
		b.WriteString(".SH EXIT STATUS\n")
		for _, e := range exits {
			fmt.Fprintf(&b, ".TP\n.B %d %s\n%s", e.Code, escaped(e.Name), line(e.Means))
		}
	}
	if cmd.Example != "" {
		b.WriteString(".SH EXAMPLES\n" + verbatim(strings.Split(outdented(cmd.Example), "\n")))
	}
	related(&b, cmd)
	return b.String()
}

// uses are the lines of the synopsis: each a command and, after a NUL, what follows it.
func uses(cmd *cobra.Command) []string {
	_, words, _ := strings.Cut(cmd.Use, " ")
	var lines []string
	if cmd.Runnable() || !cmd.HasSubCommands() {
		rest := words
		if cmd.HasAvailableFlags() {
			rest = strings.TrimSpace(rest + " [OPTION]...")
		}
		lines = append(lines, cmd.CommandPath()+"\x00"+rest)
	}
	if cmd.HasAvailableSubCommands() {
		lines = append(lines, cmd.CommandPath()+"\x00COMMAND")
	}
	return lines
}

// options writes a section of flags, if there are any to show.
func options(b *strings.Builder, title string, flags *pflag.FlagSet) {
	if !flags.HasAvailableFlags() {
		return
	}
	b.WriteString(".SH " + title + "\n")
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		names := `\-\-` + escaped(f.Name)
		if f.Shorthand != "" {
			names = `\-` + escaped(f.Shorthand) + ", " + names
		}
		kind, about := pflag.UnquoteUsage(f)
		if kind == "stringArray" {
			kind = "string" // that it is repeatable, its text says
		}
		if kind != "" {
			kind = `=\fI` + escaped(kind) + `\fR`
		}
		if f.DefValue != "" && f.DefValue != "[]" && f.DefValue != "false" {
			about += " (default " + f.DefValue + ")"
		}
		b.WriteString(".TP\n" + `\fB` + names + `\fR` + kind + "\n" + line(about))
	})
}

// related names the pages of the command above, and of those beside it.
func related(b *strings.Builder, cmd *cobra.Command) {
	if !cmd.HasParent() {
		return
	}
	others := []*cobra.Command{cmd.Parent()}
	for _, sub := range shown(cmd.Parent()) {
		if sub != cmd {
			others = append(others, sub)
		}
	}
	b.WriteString(".SH SEE ALSO\n")
	for i, other := range others {
		comma := ","
		if i == len(others)-1 {
			comma = ""
		}
		b.WriteString(".BR " + escaped(dashed(other)) + " (1)" + comma + "\n")
	}
}
