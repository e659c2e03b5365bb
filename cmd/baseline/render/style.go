package render

import "time"

// Style says how a text may look.
type Style struct {
	// Color allows ANSI colours. They never carry meaning alone.
	Color bool
}

// Reading is what reading the account took, for the first line of a plan or a check. What is zero is left unsaid.
type Reading struct {
	Calls int
	Took  time.Duration
}

// The ANSI attributes in use.
const (
	normal = "0"
	bold   = "1"
	dim    = "2"
	red    = "31"
	green  = "32"
	yellow = "33"
)

// paint gives a text an attribute, or none where colour is off. The text must be escaped already.
func (s Style) paint(attribute, text string) string {
	if !s.Color || attribute == "" || attribute == normal || text == "" {
		return text
	}
	return "\x1b[" + attribute + "m" + text + "\x1b[0m"
}

// A sign says what becomes of the thing on its line.
type sign string

const (
	added    sign = "+"
	altered  sign = "~"
	removed  sign = "-"
	replaced sign = "±"
	warning  sign = "!" // what cannot be taken back
	remark   sign = "·" // something else to know
	same     sign = " " // there before and after
	passed   sign = "✓" // a control that holds
	failed   sign = "✗" // a control that does not hold
)

// attribute is the colour in which a sign and what belongs to it are shown.
func (g sign) attribute() string {
	switch g {
	case added, passed:
		return green
	case altered:
		return yellow
	case removed, replaced:
		return red
	case warning, failed:
		return bold + ";" + red
	case remark:
		return dim
	case same:
	}
	return ""
}
