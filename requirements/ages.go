package requirements

import (
	"fmt"
	"time"
)

// ageText writes how long something is ago: in whole days from the second day on, in hours and minutes before.
func ageText(age time.Duration) string {
	switch {
	case age >= 2*day:
		return fmt.Sprintf("%d days", age/day)
	case age >= 2*time.Hour:
		return fmt.Sprintf("%d hours", age/time.Hour)
	case age/time.Minute == 1:
		return "1 minute"
	}
	return fmt.Sprintf("%d minutes", max(age, 0)/time.Minute)
}

// latest returns the latest of some times.
func latest(times ...time.Time) time.Time {
	var last time.Time
	for _, t := range times {
		if t.After(last) {
			last = t
		}
	}
	return last
}
