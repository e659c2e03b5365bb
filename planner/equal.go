package planner

import (
	"maps"
	"slices"

	"baseline/policy"
	"baseline/resource"
)

// Same reports whether two objects mean the same. A setting that one of them does not know is left out of the comparison.
// Two nil objects are the same, and a nil one is like no other.
func Same(a, b resource.Object) bool {
	return (a == nil) == (b == nil) && len(Differences(a, b)) == 0
}

// Differences names the settings that both objects know and that differ in meaning, in order.
func Differences(a, b resource.Object) []string {
	var names []string
	for name, value := range a {
		if other, known := b[name]; known && !sameValue(value, other) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func sameValue(a, b any) bool {
	switch a := a.(type) {
	case resource.Document:
		b, ok := b.(resource.Document)
		return ok && (a == b || policy.Equal(string(a), string(b)))
	case map[string]string:
		b, ok := b.(map[string]string)
		return ok && maps.Equal(a, b)
	case []string:
		b, ok := b.([]string)
		return ok && slices.Equal(a, b)
	}
	return a == b
}

// keepWording returns after with the text of each document that means the same as in before replaced by that text:
// a difference in wording alone is no change.
func keepWording(before, after resource.Object) resource.Object {
	kept := resource.Object{}
	for name, value := range after {
		if _, isDocument := value.(resource.Document); isDocument && before.Has(name) && sameValue(before[name], value) {
			kept[name] = before[name]
		}
	}
	if len(kept) == 0 {
		return after
	}
	return after.With(kept)
}
