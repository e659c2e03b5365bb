package spec_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"baseline/spec"
)

// What a file says at length takes little: neither time nor memory, nor paper for its complaints.
func TestHostileFilesStayWithinBounds(t *testing.T) {
	t.Parallel()
	many := func(n int, format string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	for name, tt := range map[string]struct{ text, says string }{
		"variables that multiply": {
			"vars: {b: " + strings.Repeat("x", 1<<20) + "}\nusers: {" + many(200, "u%d: {tags: {a: \""+strings.Repeat("${b}", 1000)+"\"}},") + "}",
			"the variables of these files stand for more than 16 MiB",
		},
		"aliases that multiply": {
			"vars:\n  a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n" + many(12, "  b%[1]d: &b%[1]d [*a0,*a0,*a0,*a0,*a0,*a0,*a0]\n"),
			"expected a string",
		},
		"keys that nobody knows": {many(20_000, "k%d:\n"), "and 19000 more problems"},
		"names that are nearly known": {
			"groups: {" + many(20_000, "groupnumber%d: ,") + "}\nusers: {" + many(5_000, "u%[1]d: {groups: [groupx%[1]d]},") + "}",
			"and 4000 more problems",
		},
		"values within values":   {"users: " + strings.Repeat("[", 100_000), "exceeded max depth"},
		"numbers without an end": {"password_policy: {min_length: " + strings.Repeat("9", 1<<20) + "}", "expected a whole number"},
		"many documents":         {strings.Repeat("---\n", 100_000), "a second YAML document"},
		"more than a file holds": {strings.Repeat("#", 5<<20), "larger than 4 MiB"},
		"no text":                {"users: {a\x00: }", "control characters are not allowed"},
		"no UTF-8":               {"users: {a\xff: }", "not UTF-8 text"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := load(map[string]string{"baseline.yaml": head + tt.text}, spec.Env{})
			problems, ok := errors.AsType[spec.Problems](err)
			if !ok || !strings.Contains(err.Error(), tt.says) {
				t.Fatalf("%.300v, and not %q", err, tt.says)
			}
			if n := len(problems); n > 1_001 {
				t.Errorf("%d problems are told", n)
			}
		})
	}
}
