package sandbox

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Operations of JSON services are asked with one value, which is read into a struct of the operation's own, and answer with
// another.

// asked makes an operation of what works on the value that the body holds.
func asked[T any](run func(c *call, in *T) (answer, error)) func(c *call) (answer, error) {
	return func(c *call) (answer, error) {
		in, err := inputOf[T](c)
		if err != nil {
			return done, err
		}
		return run(c, in)
	}
}

// inputOf reads what an operation of a JSON service was sent. A member that was left out is nil.
func inputOf[T any](c *call) (*T, error) {
	in := new(T)
	if err := json.Unmarshal(c.body, in); err != nil {
		return nil, refuse("SerializationException", "%s", err)
	}
	return in, nil
}

// inField checks a text of a JSON input. AWS's clients leave out what is not set, so that an empty text is none.
func (p parameter) inField(value string) []string {
	if value != "" {
		return p.breach(fieldName(p.name), value)
	}
	if !p.required {
		return nil
	}
	return []string{fmt.Sprintf("Value at '%s' failed to satisfy constraint: Member must not be null", fieldName(p.name))}
}

// inNumber checks a number of a JSON input, which may be missing.
func (p parameter) inNumber(value *int) []string {
	if value == nil {
		return nil
	}
	p.form = numberForm
	return p.breach(fieldName(p.name), strconv.Itoa(*value))
}

// refuseBreaches refuses with a code what breaks the model of an API, naming every breach at once.
func refuseBreaches(code string, breaches ...[]string) error {
	all := slices.Concat(breaches...)
	switch len(all) {
	case 0:
		return nil
	case 1:
		return refuse(code, "1 validation error detected: %s", all[0])
	default:
		return refuse(code, "%d validation errors detected: %s", len(all), strings.Join(all, "; "))
	}
}

// textOf is the text of a member, "" when it was left out.
func textOf(member *string) string {
	if member == nil {
		return ""
	}
	return *member
}

// presentText is a member of an answer that is left out when it is empty.
func presentText(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// epochSeconds is a time as JSON 1.1 writes it, in seconds since 1970; the zero time is left out.
func epochSeconds(t time.Time) *int64 {
	if t.IsZero() {
		return nil
	}
	n := t.Unix()
	return &n
}
