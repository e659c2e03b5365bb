package sandbox

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Operations of JSON services are asked with one value, which is read into a struct of the operation's own.

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

// tokenPage takes the page of sorted items that a token names; the token of the first page is empty. Like a marker, the
// token starts behind a key, wherever that is by now, and is bound to the words. ok is false for a token that is not one
// of this question.
func tokenPage[T any](c *call, words, token string, size int, items []T, key func(T) string) (page []T, next string, ok bool) {
	words = c.operation.name + "\x00" + c.region + "\x00" + words
	from, err := readMarker(token, words)
	if err != nil {
		return nil, "", false
	}
	start := from.start(section{length: len(items), key: func(i int) string { return key(items[i]) }})
	end := min(len(items), start+c.budget(size, token))
	if end < len(items) {
		next = newMarker(0, end-1, key(items[end-1]), words)
	}
	return items[start:end], next, true
}
