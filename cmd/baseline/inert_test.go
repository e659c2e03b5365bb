package main

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"github.com/rogpeppe/go-internal/testscript"
)

var (
	inCode   = regexp.MustCompile("`[^`\n]*`|<code>[^<\n]*</code>")
	disarmed = regexp.MustCompile("\\\\[!-/:-@\\[-`{-~]")
	// acts is what would act in Markdown outside of code, but for the tags that reports are made of.
	acts = regexp.MustCompile(`@|<(?:[^/!dscb]|/[^dscb]|![^-]|--$)|<(?:script|span|style|svg)|https?:|\]\(`)
	// ownParts are the style and the script of a page.
	ownParts = regexp.MustCompile(`(?s)<style>.*?</style>|<script>\(function.*?</script>`)
	// markup is what no report has as HTML.
	markup = regexp.MustCompile(`<script|<img|<b>|<!--|href="[^#]|<[^>]* on[a-z]+=`)
)

// inertScript checks that nothing in reports acts on a terminal, and nothing in Markdown and HTML on a reader: inert FILE ...
func inertScript(ts *testscript.TestScript, _ bool, args []string) {
	for _, path := range args {
		if acts := actingIn(path, ts.ReadFile(path)); acts != "" {
			ts.Fatalf("%s: %s", path, acts)
		}
	}
}

// actingIn returns what acts in a text, by the end of its name; "" where nothing does.
func actingIn(path, text string) string {
	if i := strings.IndexFunc(text, func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) }); i >= 0 {
		return fmt.Sprintf("it holds %.10q", text[i:])
	}
	switch {
	case strings.HasSuffix(path, ".html"):
		return markup.FindString(ownParts.ReplaceAllString(text, ""))
	case strings.HasSuffix(path, ".md"):
		fenced := false
		for line := range strings.Lines(text) {
			if strings.HasPrefix(line, "```") {
				fenced = !fenced
			} else if bare := inCode.ReplaceAllString(disarmed.ReplaceAllString(line, ""), ""); !fenced && acts.MatchString(bare) {
				return line
			}
		}
		if fenced {
			return "it ends within a block"
		}
	}
	return ""
}
