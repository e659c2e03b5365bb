package spec

import (
	"regexp"
	"strconv"
	"time"

	"github.com/google/jsonschema-go/jsonschema"
)

// duration is a time such as 90d, 12h, 30m or 3600s: one whole number and one unit. A day is 24 hours.
type duration time.Duration

var (
	durationPattern = regexp.MustCompile(`^([0-9]{1,6})([smhd])$`)
	units           = map[string]time.Duration{"s": time.Second, "m": time.Minute, "h": time.Hour, "d": 24 * time.Hour}
)

func (t *duration) decodeNode(d decoder, n *node, label string) bool {
	if !d.expect(n, scalar, "a duration such as 90d or 1h", label) {
		return false
	}
	m := durationPattern.FindStringSubmatch(n.text)
	if m == nil {
		d.problems.add(n.place(), "%s: expected a duration such as 90d or 1h, found %q", label, n.text)
		return false
	}
	count, err := strconv.Atoi(m[1])
	if err != nil {
		d.problems.add(n.place(), "%s: %v", label, err)
		return false
	}
	*t = duration(time.Duration(count) * units[m[2]])
	return true
}

func (duration) schema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "string", Pattern: `^([0-9]+[smhd]|.*\$\{.*)$`}
}
