package spec

import (
	"slices"
)

// shape says what a node holds.
type shape int

const (
	scalar shape = iota
	list
	mapping
)

// The tags of scalars: what a plain value of YAML or JSON was understood to be.
const (
	tagString    = "!!str"
	tagInt       = "!!int"
	tagFloat     = "!!float"
	tagBool      = "!!bool"
	tagNull      = "!!null"
	tagTimestamp = "!!timestamp"
)

// node is one value of a YAML or JSON file, with its place. Aliases and merge keys are already resolved.
type node struct {
	source       *source
	line, column int
	shape        shape
	// tag and text are those of a scalar; text is what stands in the file, without quotes.
	tag, text string
	items     []*node
	// entries are those of a mapping, in the author's order and with distinct keys.
	entries []entry
	// broken marks a scalar whose variables could not be filled in. The problem is known; nothing more is said about it.
	broken bool
}

// entry is one key of a mapping with its value. The key is a scalar.
type entry struct{ key, value *node }

func (n *node) place() Place { return Place{n.source.name, n.line, n.column} }

func (n *node) isNull() bool { return n.shape == scalar && n.tag == tagNull }

// get returns the entry of a key, and whether there is one.
func (n *node) get(key string) (entry, bool) {
	i := slices.IndexFunc(n.entries, func(e entry) bool { return e.key.text == key })
	if i < 0 {
		return entry{}, false
	}
	return n.entries[i], true
}

// has reports whether there is an entry of a key.
func (n *node) has(key string) bool {
	_, ok := n.get(key)
	return ok
}

// at returns the value of a key; n itself, if there is none, so that there is always a place to point to.
func (n *node) at(key string) *node {
	if e, ok := n.get(key); ok {
		return e.value
	}
	return n
}

// item returns the i-th item of a list. A single value stands for a list of one.
func (n *node) item(i int) *node {
	if i < len(n.items) {
		return n.items[i]
	}
	return n
}

// without returns a mapping with all entries but those of the given keys.
func (n *node) without(keys ...string) *node {
	rest := *n
	rest.entries = slices.DeleteFunc(slices.Clone(n.entries), func(e entry) bool { return slices.Contains(keys, e.key.text) })
	return &rest
}

// only returns a mapping with the entries of the given keys.
func (n *node) only(keys ...string) *node {
	rest := *n
	rest.entries = slices.DeleteFunc(slices.Clone(n.entries), func(e entry) bool { return !slices.Contains(keys, e.key.text) })
	return &rest
}

// isBroken reports whether a part of n is.
func (n *node) isBroken() bool {
	return n.broken || slices.ContainsFunc(n.items, (*node).isBroken) ||
		slices.ContainsFunc(n.entries, func(e entry) bool { return e.key.broken || e.value.isBroken() })
}

// found names what a node is, for "expected ..., found ...".
func (n *node) found() string {
	switch n.shape {
	case list:
		return "a list"
	case mapping:
		return "a map"
	case scalar:
	}
	switch n.tag {
	case tagInt, tagFloat:
		return "a number"
	case tagBool:
		return "true or false"
	case tagNull:
		return "nothing"
	}
	return "a string"
}

// distinct drops entries whose key came before, and says so.
func distinct(entries []entry, problems *problems) []entry {
	seen := make(map[string]Place, len(entries))
	return slices.DeleteFunc(entries, func(e entry) bool {
		first, again := seen[e.key.text]
		if again {
			problems.addReadable(e.key.place(), "duplicate key %q; first at %s", e.key.text, first)
			return true
		}
		seen[e.key.text] = e.key.place()
		return false
	})
}

// object returns an empty mapping that stands where n does.
func (n *node) object() *node {
	return &node{source: n.source, line: n.line, column: n.column, shape: mapping}
}

// strings returns a string, or a list of several, that stands where n does.
func (n *node) strings(values ...string) *node {
	items := make([]*node, len(values))
	for i, value := range values {
		items[i] = &node{source: n.source, line: n.line, column: n.column, shape: scalar, tag: tagString, text: value}
	}
	if len(items) == 1 {
		return items[0]
	}
	return &node{source: n.source, line: n.line, column: n.column, shape: list, items: items}
}

// set adds a key to a mapping.
func (n *node) set(key string, value *node) {
	n.entries = append(n.entries, entry{n.strings(key), value})
}
