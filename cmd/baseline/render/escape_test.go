package render_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"baseline/cmd/baseline/render"
)

func TestEscape(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, in, want string }{
		{"plain", "alice@example.com", "alice@example.com"},
		{"other scripts", "Zoë 愛 ✓", "Zoë 愛 ✓"},
		{"terminal escape", "\x1b[31mred", `\x1b[31mred`},
		{"lines and tabs", "a\nb\r\tc", `a\nb\r\tc`},
		{"C1 control", "\u009b2K", `\u009b2K`},
		{"bidirectional override", "user\u202eecila", `user\u202eecila`},
		{"zero width", "a\u200bb\ufeff", `a\u200bb\ufeff`},
		{"blank letter", "a\u3164b", `a\u3164b`},
		{"tag character", "a\U000e0041", `a\U000e0041`},
		{"line separator", "a\u2028b", `a\u2028b`},
		{"not UTF-8", "a\xff\xfeb", `a\xff\xfeb`},
		{"backslash", `a\nb`, `a\\nb`},
		{"delete", "a\x7f", `a\x7f`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := render.Escape(c.in); got != c.want {
				t.Errorf("Escape(%q) = %q, want %q", c.in, got, c.want)
			}
		})
	}
}

func TestEscapeLines(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"a:\n  b\r\x1b[2J":                      "a:\n  b\\r\\x1b[2J",
		fmt.Sprintf("found %q", "a\u202e\n\"b"): `found "a\u202e\n\"b"`, // escaped once, not twice
		"found \u202e":                          `found \u202e`,
	} {
		if got := render.EscapeLines(in); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func FuzzEscape(f *testing.F) {
	for _, seed := range []string{"", "alice", "\x1b[2J", "\u202e", "\xff", `\`, "a\\\nb", "\u2800\u00ad", strings.Repeat("é", 9)} {
		f.Add(seed, seed+"x")
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		escaped := render.Escape(a)
		if !utf8.ValidString(escaped) {
			t.Errorf("Escape(%q) = %q is not UTF-8", a, escaped)
		}
		for _, r := range escaped {
			if !unicode.IsPrint(r) {
				t.Errorf("Escape(%q) = %q holds %U", a, escaped, r)
			}
		}
		if a != b && escaped == render.Escape(b) {
			t.Errorf("%q and %q look the same: %q", a, b, escaped)
		}
	})
}
