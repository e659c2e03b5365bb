package sandbox

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// A query request is a form whose names are paths, such as Dimensions.member.1.Name. Operations with inputs of some
// depth, and those of services that speak JSON as well, are handed the form as JSON. All of its values are texts then;
// the types here read numbers and flags from either.

// formAsked makes an operation of what works on a value that the form or the body holds.
func formAsked[T any](run func(c *call, in *T) (answer, error)) func(c *call) (answer, error) {
	fromBody := asked(run)
	return func(c *call) (answer, error) {
		if c.body == nil {
			body, err := json.Marshal(jsonOfForm(c.form))
			if err != nil {
				return done, refuse("MalformedInput", "the form cannot be read: %s", err)
			}
			c.body = body
		}
		return fromBody(c)
	}
}

type (
	wireInt   int
	wireFloat float64
	wireFlag  bool
)

func (n *wireInt) UnmarshalJSON(text []byte) error { return json.Unmarshal(unquoted(text), (*int)(n)) }

func (n *wireFloat) UnmarshalJSON(text []byte) error {
	return json.Unmarshal(unquoted(text), (*float64)(n))
}

func (b *wireFlag) UnmarshalJSON(text []byte) error {
	return json.Unmarshal(unquoted(text), (*bool)(b))
}

func unquoted(text []byte) []byte { return bytes.Trim(text, `"`) }

// deepestForm is how many parts a name may have.
const deepestForm = 16

// jsonOfForm is a form as a tree of maps, lists and texts. Empty values are left out: that is how empty lists are sent,
// and a missing text is read as an empty one.
func jsonOfForm(form url.Values) any {
	root := map[string]any{}
	for name, values := range form {
		parts := strings.SplitN(name, ".", deepestForm)
		if values[0] == "" {
			continue
		}
		at := root
		for _, part := range parts[:len(parts)-1] {
			next, ok := at[part].(map[string]any)
			if !ok {
				next = map[string]any{}
				at[part] = next
			}
			at = next
		}
		if last := parts[len(parts)-1]; at[last] == nil {
			at[last] = values[0]
		}
	}
	return listed(root)
}

// listed makes lists of what is numbered under member, and maps of what is under entry.
func listed(node any) any {
	fields, ok := node.(map[string]any)
	if !ok {
		return node
	}
	if members, ok := fields["member"].(map[string]any); ok {
		items := []any{}
		for _, number := range numbers(members) {
			items = append(items, listed(members[number]))
		}
		return items
	}
	if entries, ok := fields["entry"].(map[string]any); ok {
		pairs := map[string]any{}
		for _, number := range numbers(entries) {
			if entry, ok := entries[number].(map[string]any); ok {
				key, _ := entry["key"].(string)
				value, _ := entry["value"].(string)
				pairs[key] = value
			}
		}
		return pairs
	}
	for name, field := range fields {
		fields[name] = listed(field)
	}
	return fields
}

// numbers are the keys of a map that are numbers, in their order.
func numbers(items map[string]any) []string {
	keys := slices.DeleteFunc(slices.Collect(maps.Keys(items)), func(key string) bool {
		_, err := strconv.Atoi(key)
		return err != nil
	})
	slices.SortFunc(keys, func(a, b string) int {
		x, _ := strconv.Atoi(a)
		y, _ := strconv.Atoi(b)
		return x - y
	})
	return keys
}
