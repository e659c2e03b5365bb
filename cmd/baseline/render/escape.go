package render

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Lengths, in characters, beyond which a text from outside is cut.
const (
	maxText = 1_000  // longer than any name, tag, ARN or description AWS takes
	maxLine = 10_240 // one line of a policy document; AWS takes no longer document
)

// Escape makes a text from outside safe to show on a terminal. Printable characters stay as they are. Everything else
// (line breaks, terminal escapes, bidirectional overrides, invisible characters, bytes that are not UTF-8) is written as
// the escape sequence a Go string literal would use, and a backslash is doubled, so that two texts that differ never
// look the same. The result is one line.
func Escape(s string) string { return escape(s, suspicious) }

// EscapeLines is Escape for error messages: line breaks stay as they are, since a message may have several lines by right, and
// so do backslashes, since a message quotes names with escape sequences already (%q). It must not be used on names and
// values, which could forge lines.
func EscapeLines(s string) string {
	return escape(s, func(r rune) bool { return r != '\n' && deceptive(r) })
}

// escape is Escape for the characters that unfit names, and for bytes that are not UTF-8.
func escape(s string, unfit func(rune) bool) string {
	first := strings.IndexFunc(s, func(r rune) bool { return r == utf8.RuneError || unfit(r) })
	if first < 0 {
		return s
	}
	var b strings.Builder
	b.WriteString(s[:first])
	for rest := s[first:]; rest != ""; {
		r, size := utf8.DecodeRuneInString(rest)
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, rest[0])
		case unfit(r):
			b.WriteString(escapeRune(r))
		default:
			b.WriteRune(r)
		}
		rest = rest[size:]
	}
	return b.String()
}

// suspicious reports whether a character can't be shown as it is without being taken for something else.
func suspicious(r rune) bool { return r == '\\' || deceptive(r) }

// deceptive reports whether a character is invisible or acts on its surroundings instead of showing itself.
func deceptive(r rune) bool {
	switch r {
	case 0x115f, 0x1160, 0x2800, 0x3164, 0xffa0: // letters and symbols by class, but blank on every screen
		return true
	}
	return !unicode.IsPrint(r)
}

func escapeRune(r rune) string {
	switch {
	case r == '\\':
		return `\\`
	case r == '\n':
		return `\n`
	case r == '\r':
		return `\r`
	case r == '\t':
		return `\t`
	case r < 0x80:
		return fmt.Sprintf(`\x%02x`, r)
	case r > 0xffff:
		return fmt.Sprintf(`\U%08x`, r)
	}
	return fmt.Sprintf(`\u%04x`, r)
}

// brief is Escape for a text that may be of any length: beyond limit characters it is cut, with its full length and a
// digest, so that two texts that differ after the cut still look different.
func brief(s string, limit int, unfit func(rune) bool) string {
	if len(s) <= limit {
		return escape(s, unfit)
	}
	n := utf8.RuneCountInString(s)
	if n <= limit {
		return escape(s, unfit)
	}
	const shown = 60 // enough to recognize what it is
	end := 0
	for range shown {
		_, size := utf8.DecodeRuneInString(s[end:])
		end += size
	}
	return fmt.Sprintf("%s… (cut: %s, sha256 %.12x)", escape(s[:end], unfit), plural(n, "character"), sha256.Sum256([]byte(s)))
}

// text is brief for names, values and sentences.
func text(s string) string { return brief(s, maxText, suspicious) }
