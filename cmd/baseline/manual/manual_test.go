package manual_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"

	"baseline/cmd/baseline/manual"
)

func tree() *cobra.Command {
	root := &cobra.Command{Use: "tool", Short: "Do `things'"}
	root.PersistentFlags().StringArray("each", nil, "an `ITEM` (repeatable)")
	sub := &cobra.Command{
		Use:   "make [NAME]",
		Short: "Make it",
		Long: `Make it of C:\new and "all" ~that~.
.hidden is a line like any other,
'so is this.

  -x   set in
  .y   as well

And so on.`,
		Example: "  tool make\n\n  tool make '\\n'",
		Run:     func(*cobra.Command, []string) {},
	}
	sub.Flags().BoolP("quick", "q", false, "at once")
	sub.Flags().String("to", "here", "where it goes")
	sub.Flags().String("secret", "", "unseen")
	_ = sub.Flags().MarkHidden("secret")
	root.AddCommand(sub, &cobra.Command{Use: "unseen", Hidden: true, Run: func(*cobra.Command, []string) {}})
	return root
}

func TestPages(t *testing.T) {
	t.Parallel()
	pages := manual.Pages(tree(), "1.2.0", []manual.ExitCode{{0, "done", "done"}, {7, "partly-done", "half of it"}})
	if len(pages) != 2 || pages[0].Name != "tool.1" || pages[1].Name != "tool-make.1" {
		t.Fatalf("other pages than tool.1 and tool-make.1: %v", pages)
	}
	const want = `.TH "TOOL\-MAKE" 1 "" "tool 1.2.0" "tool manual"
.SH NAME
tool\-make \- Make it
.SH SYNOPSIS
.B tool make
[NAME] [OPTION]...
.SH DESCRIPTION
Make it of C:\enew and \(dqall\(dq \(tithat\(ti.
\&.hidden is a line like any other,
\(aqso is this.
.PP
.RS 4
.nf
  \-x   set in
  .y   as well
.fi
.RE
.PP
And so on.
.SH OPTIONS
.TP
\fB\-q, \-\-quick\fR
at once
.TP
\fB\-\-to\fR=\fIstring\fR
where it goes (default here)
.SH GLOBAL OPTIONS
.TP
\fB\-\-each\fR=\fIITEM\fR
an ITEM (repeatable)
.SH EXIT STATUS
.TP
.B 0 done
done
.TP
.B 7 partly\-done
half of it
.SH EXAMPLES
.RS 4
.nf
tool make
.sp
tool make \(aq\en\(aq
.fi
.RE
.SH SEE ALSO
.BR tool (1)
`
	if diff := cmp.Diff(want, pages[1].Text); diff != "" {
		t.Errorf("tool-make.1 (-want +got):\n%s", diff)
	}
	for _, part := range []string{"tool \\- Do \\(gathings\\(aq\n", ".B tool\nCOMMAND\n", ".SH COMMANDS\n.TP\n.BR tool\\-make (1)\nMake it\n"} {
		if !strings.Contains(pages[0].Text, part) {
			t.Errorf("tool.1 lacks %q:\n%s", part, pages[0].Text)
		}
	}
}
