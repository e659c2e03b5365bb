package render

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"baseline/resource"
)

// difference is one line about a setting: its name and what becomes of its value.
type difference struct {
	sign        sign
	name, value string
}

// settings adds what differs between two forms of an object, first the plain values in a column of their own, then the
// documents. Before is nil for a new object, of which everything is shown that is not blank, nor one of several usual settings.
func (v *view) settings(indent int, before, after resource.Object, usual []string) {
	if before != nil || len(usual) < severalUsual {
		usual = nil
	}
	var lines []difference
	var documents []string
	names := slices.Sorted(maps.Keys(before.With(after)))
	for _, name := range names {
		was, is := before[name], after[name]
		if isDocument(was) || isDocument(is) {
			documents = append(documents, name)
			continue
		}
		if !reflect.DeepEqual(was, is) && !slices.Contains(usual, name) {
			lines = append(lines, v.differences(name, was, is)...)
		}
	}
	width := 0
	for _, line := range lines {
		width = max(width, utf8.RuneCountInString(line.name))
	}
	width = min(width, widest/2)
	for _, line := range lines {
		pad := strings.Repeat(" ", max(0, width-utf8.RuneCountInString(line.name)))
		r := row{indent: indent, sign: line.sign, label: line.name + pad + "  " + line.value}
		if line.sign == altered {
			r.tint = normal
		}
		v.add(r)
	}
	if len(usual) > 0 {
		v.add(row{indent: indent, sign: remark, label: fmt.Sprintf("%d usual settings; -o json shows them", len(usual))})
	}
	for _, name := range documents {
		v.document(indent, name, before.Document(name), after.Document(name))
	}
}

// severalUsual is how many usual settings are worth a line that stands for them.
const severalUsual = 2

func isDocument(value any) bool {
	_, ok := value.(resource.Document)
	return ok
}

// differences says what becomes of one setting. Maps and, once there is a before, sets are told item by item.
func (v *view) differences(name string, was, is any) []difference {
	if tags, ok := asMaps(was, is); ok {
		return v.mapDifferences(name, tags[0], tags[1])
	}
	wasList, wasSet := was.([]string)
	isList, isSet := is.([]string)
	if wasSet && !blank(was) || isSet && name == "selectors" { // a selector takes a line of its own
		return v.listDifferences(name, wasList, isList)
	}
	label := text(name)
	switch {
	case blank(was) && (blank(is) || name == "path" && is == "/"): // every path is "/" unless said otherwise
		return nil
	case blank(was):
		return []difference{{added, label, v.value(name, is)}}
	case blank(is):
		return []difference{{removed, label, v.value(name, was)}}
	}
	return []difference{{altered, label, v.value(name, was) + " -> " + v.value(name, is)}}
}

// asMaps returns both sides as maps if at least one is.
func asMaps(was, is any) (both [2]map[string]string, ok bool) {
	var wasMap, isMap bool
	both[0], wasMap = was.(map[string]string)
	both[1], isMap = is.(map[string]string)
	return both, wasMap || isMap
}

func (v *view) mapDifferences(name string, was, is map[string]string) []difference {
	word := text(strings.TrimSuffix(name, "s"))
	all := maps.Clone(was)
	if all == nil {
		all = map[string]string{}
	}
	maps.Copy(all, is)
	var out []difference
	for _, key := range slices.Sorted(maps.Keys(all)) {
		old, had := was[key]
		now, has := is[key]
		label := word + " " + quote(key)
		if key == resource.MarkKey {
			label = "mark"
		}
		switch {
		case !had:
			out = append(out, difference{added, label, quote(now)})
		case !has:
			out = append(out, difference{removed, label, quote(old)})
		case old != now:
			out = append(out, difference{altered, label, quote(old) + " -> " + quote(now)})
		}
	}
	return out
}

func (v *view) listDifferences(name string, was, is []string) []difference {
	var out []difference
	for _, item := range was {
		if !slices.Contains(is, item) {
			out = append(out, difference{removed, text(name), v.value(name, item)})
		}
	}
	for _, item := range is {
		if !slices.Contains(was, item) {
			out = append(out, difference{added, text(name), v.value(name, item)})
		}
	}
	return out
}
