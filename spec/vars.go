package spec

import (
	"fmt"
	"io"
	"iter"
	"maps"
	"reflect"
	"regexp"
	"strings"
)

// variables fills ${name} into the strings of a tree. It works on decoded strings and never on the text of a file, so that
// no value can end a string and begin something else.
type variables struct {
	problems *problems
	values   map[string]string
	// missing are declared variables without a value.
	missing map[string]bool
	// filled counts the bytes that were filled in, and refused says that they were too many.
	filled  int
	refused bool
}

// reference matches ${...}, and a ${ that is never closed.
var reference = regexp.MustCompile(`\$\{[^}]*\}?`)

// isOurs tells our variables from IAM's: those have a colon, as in ${aws:username}, or are one of ${*}, ${?} and ${$}, which
// stand for the characters themselves.
func isOurs(match string) bool {
	return !strings.Contains(match, ":") && match != "${*}" && match != "${?}" && match != "${$}"
}

// fill replaces the variables in all keys and values below n.
func (v *variables) fill(n *node) {
	renamed := false
	for _, e := range n.entries {
		renamed = v.fillScalar(e.key) || renamed
		v.fill(e.value)
	}
	if renamed {
		n.entries = distinct(n.entries, v.problems)
	}
	for _, item := range n.items {
		v.fill(item)
	}
	if n.shape == scalar && n.tag == tagString {
		v.fillScalar(n)
	}
}

// known goes through the names of all variables.
func (v *variables) known(yield func(string) bool) {
	for _, names := range []iter.Seq[string]{maps.Keys(v.values), maps.Keys(v.missing)} {
		for name := range names {
			if !yield(name) {
				return
			}
		}
	}
}

// fillScalar reports whether the text changed.
func (v *variables) fillScalar(n *node) bool {
	if !strings.Contains(n.text, "${") {
		return false
	}
	text := reference.ReplaceAllStringFunc(n.text, func(match string) string {
		if !isOurs(match) {
			return match
		}
		name := strings.TrimSuffix(strings.TrimPrefix(match, "${"), "}")
		if value, ok := v.values[name]; ok && strings.HasSuffix(match, "}") {
			if v.filled += len(value); v.filled <= maxFilled {
				return value
			}
			if !v.refused {
				v.problems.add(n.place(), "the variables of these files stand for more than %d MiB", maxFilled>>20)
			}
			v.refused, n.broken = true, true
			return match
		}
		n.broken = true
		switch {
		case v.missing[name]:
		case !strings.HasSuffix(match, "}"):
			v.problems.add(n.place(), "%q begins a variable and has no }: for the two characters as such write ${$}{", match)
		default:
			hint := v.problems.meant(name, v.known)
			if hint == "" {
				hint = ": declare it under vars; IAM's own variables have a colon, as in ${aws:username}"
			}
			v.problems.add(n.place(), "undeclared variable ${%s}%s", name, hint)
		}
		return match
	})
	changed := text != n.text
	n.text = text
	return changed
}

// ReadVars reads a file of variables: a YAML map of names to strings. An invalid file gives Problems.
func ReadVars(name string, r io.Reader) (map[string]string, error) {
	problems := &problems{}
	data, err := io.ReadAll(io.LimitReader(r, maxFileSize+1))
	if err == nil && len(data) > maxFileSize {
		err = errTooLarge
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, cause(err))
	}
	var values map[string]string
	if root := parseYAML(data, &source{name: name}, problems); root != nil {
		decoder{problems}.value(root, reflect.ValueOf(&values).Elem(), "the file")
	}
	if err := problems.err(); err != nil {
		return nil, err
	}
	return values, nil
}
