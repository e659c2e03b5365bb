package spec

import (
	"math"
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
	unit := units[m[2]]
	if time.Duration(count) > math.MaxInt64/unit {
		d.problems.add(n.place(), "%s: %s is too long: at most %dd can be counted", label, n.text, math.MaxInt64/units["d"])
		return false
	}
	*t = duration(time.Duration(count) * unit)
	return true
}

func (duration) schema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "string", Pattern: `^([0-9]+[smhd]|.*\$\{.*)$`}
}

// age is how old something may become, in whole hours or days, for a requirement is judged now and then.
type age time.Duration

func (a *age) decodeNode(d decoder, n *node, label string) bool {
	var t duration
	if !t.decodeNode(d, n, label) {
		return false
	}
	if t == 0 || time.Duration(t)%time.Hour != 0 {
		d.problems.add(n.place(), "%s: expected whole days or hours, such as 90d or 12h, found %s", label, n.text)
		return false
	}
	*a = age(t)
	return true
}

func (age) schema() *jsonschema.Schema { return duration(0).schema() }

// idleTime is how long something may go without being used. Within a day AWS may not have said yet that it was: the
// credential report is up to four hours old, and the last use of a role may be shown hours late.
type idleTime time.Duration

func (i *idleTime) decodeNode(d decoder, n *node, label string) bool {
	var a age
	if !a.decodeNode(d, n, label) {
		return false
	}
	if time.Duration(a) < units["d"] {
		d.problems.add(n.place(), "%s: expected at least 1d, found %s: AWS shows a use hours later", label, n.text)
		return false
	}
	*i = idleTime(a)
	return true
}

func (idleTime) schema() *jsonschema.Schema { return duration(0).schema() }

// length is how long an optional time is, 0 for one that is left out.
func length[T ~int64](t *T) time.Duration {
	if t == nil {
		return 0
	}
	return time.Duration(*t)
}
