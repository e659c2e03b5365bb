package render

import (
	"strconv"
	"strings"
	"time"
)

// timeLayout is how times are shown, always in UTC.
const timeLayout = "2006-01-02 15:04:05Z"

// moment writes a time, and "-" for none.
func moment(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.UTC().Format(timeLayout)
}

// plural counts in words: "1 step", "1,200 steps", "3 policies", "2 keys".
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	if stem, ok := strings.CutSuffix(noun, "y"); ok && !strings.HasSuffix(stem, "e") {
		return grouped(n) + " " + stem + "ies"
	}
	return grouped(n) + " " + noun + "s"
}

// grouped writes a number with a comma before every three digits.
func grouped(n int) string {
	digits := strconv.Itoa(n)
	for at := len(digits) - 3; at > 0 && digits[at-1] != '-'; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	return digits
}

// elapsed writes how long something took, as exactly as a reader cares: 0.3 s, 12 s, 3m5s.
func elapsed(d time.Duration) string {
	switch {
	case d < 10*time.Second:
		return strings.TrimSuffix(strconv.FormatFloat(d.Seconds(), 'f', 1, 64), ".0") + " s"
	case d < time.Minute:
		return strconv.Itoa(int(d/time.Second)) + " s"
	}
	return d.Truncate(time.Second).String()
}

// span writes a length of time the way files declare it: 90d, 12h, 30m, 45s, in the largest unit that fits exactly.
func span(d time.Duration) string {
	const day = 24 * time.Hour
	for _, unit := range []struct {
		length time.Duration
		suffix string
	}{{day, "d"}, {time.Hour, "h"}, {time.Minute, "m"}} {
		if d%unit.length == 0 {
			return strconv.FormatInt(int64(d/unit.length), 10) + unit.suffix
		}
	}
	return strconv.FormatFloat(d.Seconds(), 'f', -1, 64) + "s"
}

// enumerate joins phrases as a sentence does: "a", "a and b", "a, b and c"; with a comma before the last one where a phrase
// has commas of its own.
func enumerate(phrases []string) string {
	last := len(phrases) - 1
	if last < 1 {
		return strings.Join(phrases, "")
	}
	and := " and "
	if strings.Contains(strings.Join(phrases, ""), ",") {
		and = ", and "
	}
	return strings.Join(phrases[:last], ", ") + and + phrases[last]
}
