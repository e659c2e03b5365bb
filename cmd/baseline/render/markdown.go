package render

import "strings"

// markdownCode writes a name as a code span, in which nothing acts: no HTML, no link, no mention of a person. The name must be
// escaped already, as [Escape] does; the two characters that could end the span, or the cell of a table around it, become such
// escape sequences as well.
func markdownCode(name string) string {
	return "`" + strings.NewReplacer("`", `\x60`, "|", `\x7c`).Replace(name) + "`"
}

// markdownText escapes a text from outside for Markdown.
func markdownText(s string) string { return inMarkdown(text(s)) }

// inMarkdown lets a text that is escaped already show in Markdown as it is, and act on nothing. The signs that mention people
// (@) and issues (#) become code spans of their own, for there is no other way to keep platforms from linking them.
func inMarkdown(escaped string) string {
	var b strings.Builder
	mention := false
	for _, r := range escaped {
		if is := r == '@' || r == '#'; is != mention {
			b.WriteByte('`')
			mention = is
		}
		if strings.ContainsRune("\\`*_{}[]<>&|~$", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	if mention {
		b.WriteByte('`')
	}
	// Or they become links: addresses, and issues by another name.
	out := strings.NewReplacer("://", `\://`, "www.", `www\.`, "WWW.", `WWW\.`, "GH-", "GH`-`", "gh-", "gh`-`").Replace(b.String())
	return unlisted(out)
}

// unlisted keeps a text that may stand at the beginning of a line or an item from beginning a list of its own, or a line under a heading.
func unlisted(s string) string {
	digits := len(s) - len(strings.TrimLeft(s, "0123456789"))
	switch {
	case digits == len(s):
	case digits > 0 && (s[digits] == '.' || s[digits] == ')'):
		return s[:digits] + `\` + s[digits:]
	case s[0] == '-' || s[0] == '+' || s[0] == '=':
		return `\` + s
	}
	return s
}

// fence adds lines in a block of code. They must be [ticked].
func (m *markdown) fence(language string, lines []string) {
	m.line("```" + language + "\n" + strings.Join(lines, "\n") + "\n```")
}
