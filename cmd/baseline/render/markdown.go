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
	return strings.NewReplacer("://", `\://`, "www.", `www\.`, "WWW.", `WWW\.`).Replace(b.String()) // or they become links
}
