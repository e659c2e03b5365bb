package render_test

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"baseline/cmd/baseline/render"
	"baseline/resource"
)

// hostileTexts are what a stranger may write into a file or an account.
var hostileTexts = map[string]string{
	"terminal":          "x\x1b[2J\x1b]0;owned\a\x9b31m\rPlan: 0 to create",
	"lines":             "x\n\n# heading\n\n```\n- user/forged\n```\n\n</details>\n\nPlan: 0 to create",
	"lines of Windows":  "x\r\n| a | b |\r\n",
	"Markdown":          "**bold** _it_ ~~no~~ [a](https://evil.example) ![i](x) `code` | cell | <br> # h",
	"fence":             "```",
	"long fence":        strings.Repeat("`", 9_000),
	"tildes":            "~~~",
	"mentions":          "@org/team @user #1 GH-1 org/repo#2 https://evil.example www.evil.example a@b.example",
	"HTML":              "<script>alert(1)</script><img src=x onerror=alert(1)>&lt;b&gt;",
	"attribute":         "\" onmouseover=\"alert(1)\" x='",
	"comment":           "--> <!-- x -->",
	"end of summary":    "</code></summary></details><h1>x</h1>",
	"template":          "{{.Title}} ${x} {0} [x](1)",
	"script":            "</script><script>alert(1)</script>",
	"style":             "</style><style>*{display:none}",
	"bidi":              "user\u202eecila\u2066x\u2069",
	"invisible":         "a\u200bb\ufeffc\u00add\U000e0041",
	"not UTF-8":         "\xff\xfe\xc0\xaf",
	"a megabyte":        strings.Repeat("A", 1<<20),
	"very much of <":    strings.Repeat("<", 1<<14),
	"very much of `":    strings.Repeat("`", 1<<14),
	"quotes":            `"'\`,
	"formula":           "=1+1",
	"null":              "a\x00b",
	"surrogates":        "\xed\xa0\x80",
	"only punctuation":  "/:.-_",
	"entity":            "&amp;&#x3c;",
	"JSON":              `","x":{"y":1},"z":"`,
	"alert of GitHub":   "> [!CAUTION]\n> x",
	"math":              "$`x`$ $$y$$",
	"line separators":   "a\u2028b\u2029c\u0085d",
	"a list of numbers": "1. x\n2. y",
}

// everywhere is a plan, with a run and an ending, that has a text wherever one can be.
func everywhere(s string) *render.Report {
	owner := resource.At("iam_user", s)
	document := resource.Document(`{"Version":"2012-10-17","Statement":[{"Sid":` + quoted(s) + `,"Effect":"Allow","Action":` + quoted(s) + `,"Resource":` + quoted(s) + `,"Principal":{"AWS":` + quoted(s) + `},"Condition":{"StringEquals":{"aws:x":` + quoted(s) + `}}}]}`)
	settings := resource.Object{"setting" + s: s, "boundary": s, "list": []string{s}, "tags": map[string]string{s: s}, "document": document, "text": resource.Document(s)}
	gone := oneWay(change("iam_role", s, role(string(document), nil), nil), s)
	gone.Weakens, gone.Notes, gone.Reason = []string{s}, []string{s}, s
	p := plan(
		change("iam_user", s, nil, settings),
		gone,
		change("iam_role", "b"+s, role(trustOnly, nil), role(string(document), resource.Object{"boundary": s})),
		change(resource.Kind("x_"+s), s, settings, settings.With(resource.Object{"setting" + s: s + "2", "document": document + " "})),
		attachment(owner, s, nil, exists), inline(owner, s, "", document), membership(s, s, nil, exists),
		resource.Change{Address: resource.At("iam_instance_profile_role", s, s), Owner: resource.At("iam_instance_profile", s), After: exists},
	)
	p.Baseline, p.Account, p.Caller, p.Undoes, p.Notices = s, s, s, s, []string{s}
	p.Files = []resource.SourceFile{{Path: s, SHA256: s}}
	p.Findings = []resource.Finding{
		{Rule: s, Subject: owner, Severity: resource.High, Seen: s, Advice: s, Controls: []string{s}},
		{Rule: "unmanaged", Subject: resource.At("iam_role", s), Severity: resource.Low, Seen: s},
		{Rule: "mfa", Severity: resource.Severity(s), Seen: s, Advice: s},
	}
	r := ofPlan(p)
	r.Program = s
	r.Ending = &render.Ending{Exit: 1, Name: "error", Error: s, Next: []string{s}}
	r.Problems = []render.Problem{{Place: render.Place{File: s, Line: 3}, Message: s}}
	r.Sources = render.Sources{Inputs: []string{s}, Objects: map[resource.Address]render.Place{owner: {File: s, Line: 1}}}
	return r
}

func quoted(s string) string {
	text, _ := json.Marshal(s)
	return string(text)
}

// Whatever is written anywhere, every form holds it as inert text: nothing that a terminal acts on or nobody can see, no markup, no
// script, no link, no mention, and no row, line or field that looks like ours.
func TestHostileTextsAreInertInEveryForm(t *testing.T) {
	t.Parallel()
	for name, s := range hostileTexts {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for what, r := range reportsWith(s) {
				for _, form := range forms {
					if r.Run != nil && form == render.FormSARIF || len(s) >= 1<<20 && what != "a plan" {
						continue // the second is for speed: in JSON, nothing is cut
					}
					inert(t, what, form, reported(t, r, form))
				}
			}
		})
	}
}

// reportsWith are reports of all sorts with a text everywhere.
func reportsWith(s string) map[string]*render.Report {
	whole := everywhere(s)
	aRun := *whole
	aRun.Run = run(s, whole.Plan)
	aRun.Run.Header.Baseline, aRun.Run.Header.Account, aRun.Run.Header.Caller, aRun.Run.Header.Undoes = s, s, s, s
	aRun.Run.Header.Job, aRun.Run.Header.Commit = s, s
	aRun.Run.UndoneBy, aRun.Run.Result.Error, aRun.Run.Steps[0].Error = s, s, s
	aRun.Run.Steps[0].Progress = "failed"
	return map[string]*render.Report{
		"a plan": whole, "a run": &aRun,
		"a failure": {Ending: whole.Ending, Problems: whole.Problems, Sources: whole.Sources, Program: s},
		"a check":   {Check: accountOf(s), Ending: whole.Ending, Sources: whole.Sources, Program: s},
	}
}

// inert holds what was written in a form to it.
func inert(t rapid.TB, what string, form render.Form, out string) {
	t.Helper()
	if i := strings.IndexFunc(out, func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) }); i >= 0 {
		t.Errorf("%s as %s holds %.20q", what, form, out[i:])
	}
	switch form {
	case render.FormJSON, render.FormSARIF:
		var value any
		if err := json.Unmarshal([]byte(out), &value); err != nil {
			t.Errorf("%s as %s: %v", what, form, err)
		}
	case render.FormMarkdown:
		if len(out) > render.MaxMarkdown {
			t.Errorf("%s as Markdown has %d bytes", what, len(out))
		}
		if !strings.HasPrefix(what, "a check") { // which has a test of its own
			inertMarkdown(t, out)
		}
	case render.FormHTML:
		inertPage(t, out)
	case render.FormText, render.FormCSV:
		for line := range strings.Lines(out) {
			if len(line) > 90_000 {
				t.Errorf("%s as text has a line of %d bytes", what, len(line))
			}
		}
	}
}

var (
	// ourTags are the tags that reports in Markdown are made of.
	ourTags = regexp.MustCompile(`</?(details|details open|summary|code|b)>`)
	// ourSpans are what is code in Markdown and HTML: nothing in it acts.
	ourSpans = regexp.MustCompile("`[^`\n]*`|<code>[^<>\n]*</code>")
	oursOnly = regexp.MustCompile(`^(#{2,4} |\| ---|> \[!CAUTION\]$|> \*\*Do not miss)`)
)

// inertMarkdown holds a report in Markdown to its make: blocks of code end where ours end, and outside of code nothing acts but what
// is ours.
func inertMarkdown(t rapid.TB, out string) {
	t.Helper()
	fenced := false
	details, cells := 0, 0
	for i, line := range strings.Split(out, "\n") {
		if line == "```" || line == "```diff" {
			if fenced && line == "```diff" {
				t.Errorf("line %d begins a block within a block", i+1)
			}
			fenced = !fenced
			continue
		}
		if fenced {
			if strings.Contains(line, "```") {
				t.Errorf("line %d could end its block: %.80q", i+1, line)
			}
			continue
		}
		if i == 0 && marker.MatchString(line) {
			continue
		}
		// What stands for code and escapes keeps apart what they keep apart: a "www" before a piece of code and a "." after it are no link.
		bare := ourSpans.ReplaceAllString(escapedSign.ReplaceAllString(line, "x"), "x")
		details += strings.Count(bare, "<details") - strings.Count(bare, "</details>")
		if strings.HasPrefix(line, "| ") {
			n := strings.Count(escapedSign.ReplaceAllString(line, ""), "|")
			if cells != 0 && n != cells {
				t.Errorf("line %d has %d cells, not %d: %.80q", i+1, n, cells, line)
			}
			cells = n
			if strings.HasPrefix(line, "| ---") {
				continue
			}
		} else {
			cells = 0
		}
		left := ourTags.ReplaceAllString(bare, "")
		if strings.HasPrefix(line, "| ") {
			left = strings.ReplaceAll(left, "|", "")
		}
		if oursOnly.MatchString(line) {
			left = oursOnly.ReplaceAllString(left, "")
		}
		left = strings.TrimPrefix(left, "> ")
		left = strings.TrimPrefix(left, ">")
		for _, sign := range []string{"`", "<", ">", "[", "]", "_", "$", "@", "#", "://", "www.", "GH-"} {
			if strings.Contains(left, sign) {
				t.Errorf("%q acts in line %d: %.200q", sign, i+1, line)
			}
		}
	}
	if fenced || details != 0 {
		t.Errorf("a block is open at the end, or %d folds are", details)
	}
}

// pageElements are the elements that pages are made of, with the attributes that each may have.
var pageElements = map[string][]string{
	"html": {"lang"}, "head": nil, "body": nil, "meta": {"charset", "http-equiv", "content", "name"}, "style": nil, "script": nil, "title": nil,
	"header": nil, "main": nil, "footer": nil, "h1": nil, "h2": {"id"}, "h3": nil, "p": {"class"}, "strong": nil, "pre": nil, "div": {"class", "hidden", "tabindex", "role", "aria-label"},
	"table": {"class"}, "thead": nil, "tbody": nil, "tr": {"class"}, "th": {"scope"}, "td": nil, "ul": nil, "li": nil, "span": {"class"}, "code": {"id"},
	"section": {"class", "id"}, "a": {"href"}, "details": {"class", "id", "data-sign", "data-danger", "open"}, "summary": nil, "mark": nil,
	"dl": {"class"}, "dt": nil, "dd": nil, "figure": {"tabindex", "role", "aria-label"}, "figcaption": nil, "label": nil, "input": {"type", "placeholder", "aria-label", "value", "checked"},
	"button": {"type", "value"}, "output": {"aria-live"},
	"svg": {"viewBox", "role", "aria-label", "xmlns"}, "g": {"class"}, "rect": {"class", "x", "y", "width", "height", "rx"},
	"text": {"class", "x", "y"}, "path": {"class", "d"},
}

// inertPage reads a page as XML, and holds its elements and attributes to those that are ours.
func inertPage(t rapid.TB, out string) {
	t.Helper()
	// Style and script are no XML; they are the same in every page, and their policy forbids others.
	before, rest, _ := strings.Cut(out, "<style>")
	_, after, _ := strings.Cut(rest, "</style>")
	out = before + "<style></style>" + after
	end := strings.LastIndex(out, "<script>")
	if end < 0 || strings.Count(out, "<script") != 1 {
		t.Fatalf("a page with %d scripts", strings.Count(out, "<script"))
	}
	out = out[:end] + "<script></script></body></html>"
	reader := xml.NewDecoder(strings.NewReader(out))
	ids := map[string]bool{}
	var links []string
	for {
		token, err := reader.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("the page is not well-formed: %v", err)
		}
		element, ok := token.(xml.StartElement)
		if !ok {
			if _, comment := token.(xml.Comment); comment {
				t.Error("the page has a comment")
			}
			continue
		}
		allowed, known := pageElements[element.Name.Local]
		if !known {
			t.Errorf("the page has an element %s", element.Name.Local)
		}
		for _, a := range element.Attr {
			if !slices.Contains(allowed, a.Name.Local) {
				t.Errorf("the page has %s with an attribute %s=%.50q", element.Name.Local, a.Name.Local, a.Value)
			}
			switch a.Name.Local {
			case "id":
				if ids[a.Value] {
					t.Errorf("the id %q is there twice", a.Value)
				}
				ids[a.Value] = true
			case "href":
				links = append(links, a.Value)
			case "class", "data-sign":
				if strings.Trim(a.Value, "abcdefghijklmnopqrstuvwxyz0123456789- ") != "" {
					t.Errorf("a class %.50q", a.Value)
				}
			}
		}
	}
	for _, link := range links {
		if name, within := strings.CutPrefix(link, "#"); !within || !ids[name] {
			t.Errorf("a link to %.50q, which is not on the page", link)
		}
	}
}

// TestAnyTextIsInertInEveryForm puts any text anywhere, in every form.
func TestAnyTextIsInertInEveryForm(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(rapid.String(), rapid.StringOf(rapid.SampledFrom([]rune("`|\\<>@#*_[](){}!&~$:/=+-w.'\"a \t\r\n\x1b\u202e")))).Draw(t, "text")
		for what, r := range reportsWith(s) {
			for _, form := range forms {
				if r.Run == nil || form != render.FormSARIF {
					inert(t, what, form, reported(t, r, form))
				}
			}
		}
	})
}

// FuzzReports puts any text into a small plan, as Markdown and HTML, where texts have most to break out of.
func FuzzReports(f *testing.F) {
	for _, s := range hostileTexts {
		if len(s) < 10_000 {
			f.Add(s)
		}
	}
	f.Fuzz(func(t *testing.T, s string) {
		p := plan(oneWay(because(s, change("iam_user", s, user(resource.Object{"tags": tags(s, s)}), nil)), s), attachment(alice, s, nil, exists))
		p.Baseline, p.Notices = s, []string{s}
		p.Findings = []resource.Finding{{Rule: s, Subject: alice, Severity: resource.High, Seen: s, Advice: s}}
		r := &render.Report{Plan: p, Ending: &render.Ending{Exit: 1, Name: "error", Error: s}}
		for _, form := range []render.Form{render.FormMarkdown, render.FormHTML} {
			inert(t, "a plan", form, reported(t, r, form))
		}
	})
}
