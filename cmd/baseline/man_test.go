package main

import (
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Every command that help shows has a page, with its flags and the exit codes. The test of the package manual holds what is in it
// to the rules of roff; here, it is what the commands really say.
func TestManualPages(t *testing.T) {
	t.Parallel()
	root := (&command{world: &world{}}).root()
	pages := map[string]string{}
	for _, page := range manualPages(root) {
		pages[page.Name] = page.Text
	}
	macro := regexp.MustCompile(`^\.(TH|SH|PP|TP|BR|B|br|RS 4|RE|nf|fi|sp)( |$)`)
	escape := regexp.MustCompile(`\\(e|-|&|f[BIR]|\((aq|ga|ha|ti|dq))`)
	seen := 0
	for _, cmd := range everyCommand(root) {
		if !cmd.IsAvailableCommand() && cmd != root {
			continue
		}
		seen++
		name := strings.ReplaceAll(cmd.CommandPath(), " ", "-") + ".1"
		text, ok := pages[name]
		if !ok {
			t.Errorf("%s has no page %s", cmd.CommandPath(), name)
			continue
		}
		cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if !strings.Contains(text, `\-\-`+strings.ReplaceAll(f.Name, "-", `\-`)+`\fR`) {
				t.Errorf("%s does not have --%s", name, f.Name)
			}
		})
		if !strings.Contains(text, ".SH EXIT STATUS\n") || !strings.Contains(text, "\n.B 5 stale\\-plan\n") {
			t.Errorf("%s lacks exit codes", name)
		}
		for i, line := range strings.Split(text, "\n") {
			if strings.HasPrefix(line, "'") || strings.HasPrefix(line, ".") && !macro.MatchString(line) {
				t.Errorf("%s:%d: a stray macro: %s", name, i+1, line)
			}
			if strings.Contains(escape.ReplaceAllString(line, ""), `\`) {
				t.Errorf("%s:%d: a stray escape: %s", name, i+1, line)
			}
			if regexp.MustCompile(`[^\x20-\x7e]`).MatchString(line) {
				t.Errorf("%s:%d: not plain ASCII: %q", name, i+1, line)
			}
		}
	}
	if seen != len(pages) {
		t.Errorf("%d commands, and %d pages", seen, len(pages))
	}
}

// Every flag that takes a value says what shells can offer for it, even if that is nothing: else they would offer files. And what is
// said is said of a flag or command that exists.
func TestEveryFlagIsCompleted(t *testing.T) {
	t.Parallel()
	c := &command{world: &world{}}
	root := c.root()
	known := map[string]bool{}
	for _, cmd := range everyCommand(root) {
		cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
			known[f.Name], known[cmd.CommandPath()+" --"+f.Name] = true, true
			if _, ok := cmd.GetFlagCompletionFunc(f.Name); !ok && f.NoOptDefVal == "" {
				t.Errorf("--%s of %s has no completion: add it to flagCompletions", f.Name, cmd.CommandPath())
			}
		})
		if cmd.ValidArgsFunction == nil {
			t.Errorf("the arguments of %s have no completion", cmd.CommandPath())
		}
	}
	for name := range c.flagCompletions() {
		if !known[name] {
			t.Errorf("there is a completion for %s, and no such flag", name)
		}
	}
	for name := range c.argCompletions() {
		if cmd, rest, err := root.Find(strings.Fields(name)[1:]); err != nil || len(rest) > 0 || cmd == (*cobra.Command)(nil) {
			t.Errorf("there is a completion for %s, and no such command", name)
		}
	}
}
