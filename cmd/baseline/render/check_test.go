package render_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"io"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"baseline/cmd/baseline/render"
	"baseline/requirements"
	"baseline/resource"
)

// checkForms are all forms of a check, by the ends of their golden files.
var checkForms = map[string]func(io.Writer, *render.Assessment) error{
	"txt": func(w io.Writer, a *render.Assessment) error {
		return render.Check(w, a, render.Reading{Calls: 11, Took: 412 * time.Millisecond}, render.Style{})
	},
	"json": func(w io.Writer, a *render.Assessment) error {
		return (&render.Report{Check: a}).Write(w, render.FormJSON, render.Style{})
	},
	"md":  render.CheckMarkdown,
	"csv": render.CheckCSV,
}

// checked writes a check in one of its forms.
func checked(t rapid.TB, form string, a *render.Assessment) string {
	t.Helper()
	var out bytes.Buffer
	if err := checkForms[form](&out, a); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestCheck(t *testing.T) {
	t.Parallel()
	for form := range checkForms {
		for name, a := range map[string]*render.Assessment{
			"check": failingAccount(), "check_nothing": assessment(),
		} {
			t.Run(name+"."+form, func(t *testing.T) {
				t.Parallel()
				golden(t, name+"."+form, []byte(checked(t, form, a)))
			})
		}
	}
}

func TestCheckInColour(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := render.Check(&out, failingAccount(), render.Reading{Calls: 11, Took: 412 * time.Millisecond}, render.Style{Color: true}); err != nil {
		t.Fatal(err)
	}
	golden(t, "check.ansi", out.Bytes())
	if diff := cmp.Diff(checked(t, "txt", failingAccount()), ansi.ReplaceAllString(out.String(), "")); diff != "" {
		t.Errorf("the check says something else without colour (-plain +coloured):\n%s", diff)
	}
}

func TestManyViolatorsStayReadable(t *testing.T) {
	t.Parallel()
	text := checked(t, "txt", crowd())
	golden(t, "check_crowd.txt", []byte(text))
	golden(t, "check_crowd.md", []byte(checked(t, "md", crowd())))
	if !strings.Contains(text, " 10000 violators, 5000 high.") {
		t.Errorf("the summary does not count those who are not named:\n%s", text)
	}
	for _, form := range []string{"json", "csv"} {
		out := checked(t, form, crowd())
		for _, name := range []string{"iam_user/user4999", "iam_access_key/user4999/AKIAIOSFODNN4999EXAM"} {
			if !strings.Contains(out, name) {
				t.Errorf("%s does not name %s", form, name)
			}
		}
	}
}

func TestCheckJSONReadsBack(t *testing.T) {
	t.Parallel()
	a := failingAccount()
	var back struct {
		Format    int
		Summary   string
		Counts    render.CheckCounts
		ReadAt    time.Time `json:"read_at"`
		ReportAt  time.Time `json:"report_at"`
		Benchmark string
		Controls  []struct {
			ID         string
			Result     requirements.Result
			Violations []struct {
				resource.Finding
				Warning bool
			}
		}
	}
	if err := json.Unmarshal([]byte(checked(t, "json", a)), &back); err != nil {
		t.Fatal(err)
	}
	if !back.ReadAt.Equal(a.ReadAt) || !back.ReportAt.Equal(a.ReportAt) || back.Benchmark != a.Benchmark || back.Summary != render.CheckSummary(a) {
		t.Errorf("what was read differs: %+v", back)
	}
	if back.Format != render.CheckFormat || back.Counts != a.Count() || len(back.Controls) != len(a.Outcomes) {
		t.Errorf("format %d, counts %+v, %d controls", back.Format, back.Counts, len(back.Controls))
	}
	for i, o := range a.Outcomes {
		c := back.Controls[i]
		if c.ID != o.ID || c.Result != o.Result || c.Violations == nil || len(c.Violations) != len(o.Violations) {
			t.Errorf("%s reads back as %+v", o.ID, c)
			continue
		}
		for n, v := range o.Violations {
			if diff := cmp.Diff(v.Finding, c.Violations[n].Finding); diff != "" || c.Violations[n].Warning != v.Warning {
				t.Errorf("a violation of %s differs (-want +got):\n%s", o.ID, diff)
			}
		}
	}
}

func TestCheckTimesAreInUTC(t *testing.T) {
	t.Parallel()
	a := failingAccount()
	east := time.FixedZone("east", 9*3600)
	a.ReadAt, a.ReportAt = a.ReadAt.In(east), a.ReportAt.In(east)
	for i := range a.Outcomes {
		for n := range a.Outcomes[i].Violations {
			v := &a.Outcomes[i].Violations[n]
			if !v.Since.IsZero() {
				v.Since = v.Since.In(east)
			}
		}
	}
	for form := range checkForms {
		if diff := cmp.Diff(checked(t, form, failingAccount()), checked(t, form, a)); diff != "" {
			t.Errorf("%s depends on the zone of its times (-UTC +elsewhere):\n%s", form, diff)
		}
	}
}

func TestCheckCounts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		of   *render.Assessment
		want string
	}{
		{"nothing", assessment(), "Check: 0 passed, 0 failed, 0 not checked."},
		// Root breaks two controls by one rule; a key breaks one rule and will break another.
		{"some of everything", failingAccount(), "Check: 2 passed, 5 failed, 5 not checked. 6 violators, 1 critical, 2 high. 1 soon."},
		{"an unknown result did not pass", assessment(requirements.Outcome{ID: "x"}), "Check: 0 passed, 0 failed, 1 not checked."},
		{"one", func() *render.Assessment {
			o := control("2.14", "nobody is allowed everything", requirements.Fail)
			for _, seen := range []string{"by policy A", "by policy B"} {
				violation(&o, "permissions.admin", resource.Critical, alice, seen, time.Time{}, "")
			}
			return assessment(o)
		}(), "Check: 0 passed, 1 failed, 0 not checked. 1 violator, 1 critical."},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := render.CheckSummary(c.of); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestVerdicts(t *testing.T) {
	t.Parallel()
	passes, fails, open := control("1", "a", requirements.Pass), control("2", "b", requirements.Fail), control("3", "c", requirements.NotChecked)
	for want, a := range map[string]*render.Assessment{
		"**Failed.**":              assessment(passes, fails, open),
		"**Nothing failed.**":      assessment(passes, open),
		"**Nothing was checked.**": assessment(open),
	} {
		if out := checked(t, "md", a); !strings.Contains(out, "\n"+want+" Check: ") {
			t.Errorf("no verdict %s in\n%s", want, out)
		}
	}
}

// checkGrammar is the grammar that the documentation of CheckSummary promises.
var checkGrammar = regexp.MustCompile(`^Check: \d+ passed, \d+ failed, \d+ not checked\.( (1 violator|\d+ violators)(, \d+ critical)?(, \d+ high)?\.)?( \d+ soon\.)?$`)

// TestChecksHoldTheirForm puts any text anywhere.
func TestChecksHoldTheirForm(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(
			rapid.String(),
			rapid.StringOf(rapid.SampledFrom([]rune("`|\\<>@#*_[]()!&~$:/=+-w.a \t\r\n\x1b\u202e"))),
		).Filter(func(s string) bool { return s != "" }).Draw(t, "text")
		a := accountOf(s)
		if line := render.CheckSummary(a); !checkGrammar.MatchString(line) {
			t.Errorf("%q is not in the grammar", line)
		}
		for form := range checkForms {
			out := checked(t, form, a)
			if i := strings.IndexFunc(out, func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) }); i >= 0 {
				t.Errorf("%s holds %q", form, out[i:])
			}
		}
		checkMarkdownIsInert(t, checked(t, "md", a), checked(t, "md", accountOf("a")))
		checkCSVIsInert(t, checked(t, "csv", a), len(a.Outcomes)+2)
	})
}

func TestHostileNamesStayInTheirPlace(t *testing.T) {
	t.Parallel()
	checkMarkdownIsInert(t, checked(t, "md", evilAccount()), checked(t, "md", accountOf("a")))
	for _, begin := range []string{"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "\x00=1"} {
		checkCSVIsInert(t, checked(t, "csv", accountOf(begin+`,"x"`)), len(accountOf("").Outcomes)+2)
	}
	for line := range strings.Lines(checked(t, "txt", evilAccount())) {
		if strings.HasPrefix(line, "Check: 9 passed") {
			t.Errorf("a name from outside made the line %q", line)
		}
	}
}

var (
	escapedSign = regexp.MustCompile("\\\\[!-/:-@\\[-`{-~]") // a backslash and the ASCII punctuation that it disarms
	codeSpan    = regexp.MustCompile("`[^`]*`")
	marker      = regexp.MustCompile(`^<!-- baseline: (plan|run|check) of [A-Za-z0-9._%]*(-[A-Za-z0-9._%]+)*-? in [A-Za-z0-9._%]*(-[A-Za-z0-9._%]+)*-? -->$`)
)

// checkMarkdownIsInert compares a document with hostile texts with one of the same make with harmless ones.
func checkMarkdownIsInert(t rapid.TB, hostile, harmless string) {
	t.Helper()
	got, want := strings.Split(hostile, "\n"), strings.Split(harmless, "\n")
	if len(got) != len(want) {
		t.Errorf("%d lines instead of %d:\n%s", len(got), len(want), hostile)
		return
	}
	for i := range got {
		if i == 0 && marker.MatchString(got[0]) {
			continue
		}
		// A cell ends at every pipe without a backslash, even within a code span.
		if pipes := strings.Count(escapedSign.ReplaceAllString(got[i], ""), "|"); pipes != strings.Count(want[i], "|") {
			t.Errorf("%d cells in %q, but %d in %q", pipes, got[i], strings.Count(want[i], "|"), want[i])
		}
		// What is left when escapes and code are gone may act.
		left := codeSpan.ReplaceAllString(escapedSign.ReplaceAllString(got[i], ""), "")
		for _, sign := range []string{"`", "<", ">", "[", "]", "_", "&", "~", "$", "@", "://", "www."} {
			if strings.Contains(left, sign) {
				t.Errorf("%q acts in %q", sign, got[i])
			}
		}
		if strings.Count(left, "#") != strings.Count(want[i], "#") || strings.Count(left, "*") != strings.Count(want[i], "*") {
			t.Errorf("%q has other headings or emphasis than %q", got[i], want[i])
		}
	}
}

// checkCSVIsInert holds a table to its shape, and every field to be no formula.
func checkCSVIsInert(t rapid.TB, text string, rows int) {
	t.Helper()
	table, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Errorf("%v in\n%s", err, text)
		return
	}
	if len(table) != rows+1 {
		t.Errorf("%d rows instead of %d:\n%s", len(table), rows+1, text)
	}
	for _, fields := range table {
		for _, field := range fields {
			if field != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", []rune(field)[0]) {
				t.Errorf("the field %q is a formula", field)
			}
		}
	}
}

func TestCheckTellsOfFailedWrites(t *testing.T) {
	t.Parallel()
	for form, write := range checkForms {
		if err := write(&broken{}, failingAccount()); err == nil {
			t.Errorf("%s that could not be written counts as written", form)
		}
	}
}
