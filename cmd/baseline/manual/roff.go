package manual

import "strings"

// escapes make text stand for itself: a hyphen that can be copied as one, a backslash and quotes that are no command.
var escapes = strings.NewReplacer(`\`, `\e`, "-", `\-`, "'", `\(aq`, "`", `\(ga`, "^", `\(ha`, "~", `\(ti`, `"`, `\(dq`)

// escaped is text within a line.
func escaped(text string) string { return escapes.Replace(text) }

// quoted is text as one argument of a macro.
func quoted(text string) string { return `"` + escaped(text) + `"` }

// line is text as a line of its own; "" for no text. A dot at its beginning is no macro.
func line(text string) string {
	if text == "" {
		return ""
	}
	text = escaped(text)
	if strings.HasPrefix(text, ".") {
		text = `\&` + text
	}
	return text + "\n"
}

// prose is the text of a help: paragraphs, and lines set in by their writer, which stay as they are.
func prose(text string) string {
	var b strings.Builder
	var exact []string
	flush := func() {
		if len(exact) > 0 {
			if b.Len() > 0 {
				b.WriteString(".PP\n")
			}
			b.WriteString(verbatim(exact))
			exact = nil
		}
	}
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		switch {
		case isTable(l):
			exact = append(exact, l)
		case l == "":
			flush()
			if i+1 < len(lines) && !isTable(lines[i+1]) {
				b.WriteString(".PP\n")
			}
		default:
			flush()
			b.WriteString(line(l))
		}
	}
	flush()
	return b.String()
}

// isTable tells whether a line of help is to stay as it is: one that is set in, or has columns.
func isTable(l string) bool {
	return strings.HasPrefix(l, " ") || strings.HasPrefix(l, "\t") || strings.Contains(strings.TrimSpace(l), "   ")
}

// verbatim is lines as they are, set in.
func verbatim(lines []string) string {
	var b strings.Builder
	b.WriteString(".RS 4\n.nf\n")
	for _, l := range lines {
		if l == "" {
			b.WriteString(".sp\n")
			continue
		}
		b.WriteString(line(strings.ReplaceAll(l, "\t", "    ")))
	}
	b.WriteString(".fi\n.RE\n")
	return b.String()
}

// outdented takes away the two spaces that examples are set in by.
func outdented(text string) string {
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		lines[i] = strings.TrimPrefix(l, "  ")
	}
	return strings.Join(lines, "\n")
}
