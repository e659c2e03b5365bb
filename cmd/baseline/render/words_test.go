package render

import "testing"

func TestNounsAreCounted(t *testing.T) {
	for _, c := range []struct {
		n          int
		noun, want string
	}{
		{1, "step", "1 step"},
		{1200, "step", "1,200 steps"},
		{3, "policy", "3 policies"},
		{2, "access key", "2 access keys"},
	} {
		if got := plural(c.n, c.noun); got != c.want {
			t.Errorf("%d of %q are %q, not %q", c.n, c.noun, got, c.want)
		}
	}
}
