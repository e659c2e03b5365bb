package spec

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// The decoder fills Go structs from nodes by reflection, strictly, and goes on after a problem to find the next.
//
//   - A struct's keys are the names in its json tags, so that decoder and JSON Schema cannot disagree.
//   - What is absent stays nil: scalars are pointers, an empty list is not a nil one.
//   - A map's entry may be left empty (null) if its value is a pointer, which then stays nil. Elsewhere nothing may be null.
//   - What could not be decoded is treated as absent; its problem is known.
type decoder struct{ problems *problems }

// nodeDecoder is a type that reads its node by itself. The label is what to call the value in a problem.
type nodeDecoder interface {
	decodeNode(d decoder, n *node, label string) bool
}

// checked is a type that allows only some of its values. The error says so with the value in it.
type checked interface{ check() error }

// structs fills several structs, which share the keys of one mapping among them.
func (d decoder) structs(n *node, label string, into ...any) {
	fields := map[string]reflect.Value{}
	for _, target := range into {
		maps.Copy(fields, fieldsOf(reflect.ValueOf(target).Elem()))
	}
	d.fields(n, label, fields)
}

// fieldsOf returns the fields of a struct by the keys they have in a file.
func fieldsOf(v reflect.Value) map[string]reflect.Value {
	fields := map[string]reflect.Value{}
	for i := range v.NumField() {
		if key := keyOf(v.Type().Field(i)); key != "" {
			fields[key] = v.Field(i)
		}
	}
	return fields
}

// keyOf returns the key of a field, "" for a field that is not in the file.
func keyOf(field reflect.StructField) string {
	key, _, _ := strings.Cut(field.Tag.Get("json"), ",")
	return key
}

func (d decoder) fields(n *node, label string, fields map[string]reflect.Value) bool {
	if !d.expect(n, mapping, "a map", label) {
		return false
	}
	for _, e := range n.entries {
		key := e.key.text
		field, known := fields[key]
		switch {
		case e.key.broken:
		case !known:
			d.unknown(e.key, slices.Collect(maps.Keys(fields)))
		default:
			d.value(e.value, field, key)
		}
	}
	return true
}

func (d decoder) unknown(key *node, known []string) {
	hint := d.problems.meant(key.text, slices.Values(known))
	if hint == "" {
		slices.Sort(known)
		hint = "; known here: " + strings.Join(known, ", ")
	}
	d.problems.add(key.place(), "unknown key %q%s", key.text, hint)
}

func (d decoder) expect(n *node, want shape, name, label string) bool {
	if n.shape == want {
		return true
	}
	if n.isNull() {
		d.problems.add(n.place(), "%s: expected %s, found nothing: leave the key out, or write an empty one", label, name)
		return false
	}
	d.problems.add(n.place(), "%s: expected %s, found %s", label, name, n.found())
	return false
}

// value decodes one node and reports whether it could.
func (d decoder) value(n *node, into reflect.Value, label string) bool {
	if n.broken {
		return false
	}
	if own, ok := reflect.TypeAssert[nodeDecoder](into.Addr()); ok {
		return own.decodeNode(d, n, label)
	}
	var ok bool
	switch into.Kind() {
	case reflect.Pointer:
		fresh := reflect.New(into.Type().Elem())
		if ok = d.value(n, fresh.Elem(), label); ok {
			into.Set(fresh)
		}
		return ok
	case reflect.String:
		ok = d.text(n, into, label)
	case reflect.Bool:
		ok = d.scalar(n, tagBool, "true or false", label)
		into.SetBool(ok && strings.EqualFold(n.text, "true"))
	case reflect.Int:
		ok = d.number(n, into, label)
	case reflect.Slice:
		ok = d.list(n, into, label)
	case reflect.Map:
		ok = d.mapping(n, into, label)
	case reflect.Struct:
		ok = d.fields(n, label, fieldsOf(into))
	default:
		panic(fmt.Sprintf("spec: no decoding into %s", into.Type()))
	}
	if ok && !d.check(n, into) {
		into.SetZero()
		return false
	}
	return ok
}

func (d decoder) check(n *node, value reflect.Value) bool {
	var err error
	if c, ok := reflect.TypeAssert[checked](value); ok {
		err = c.check()
	} else if c, ok := reflect.TypeAssert[choice](value); ok {
		err = checkChoice(value.String(), c.words())
	}
	if err != nil {
		d.problems.add(n.place(), "%v", err)
		return false
	}
	return true
}

func (d decoder) scalar(n *node, tag, name, label string) bool {
	if !d.expect(n, scalar, name, label) {
		return false
	}
	if n.tag != tag {
		d.problems.add(n.place(), "%s: expected %s, found %s", label, name, n.found())
		return false
	}
	return true
}

// text accepts strings only, for 0123 and yes and 1.10 would come out as something else than what was written.
func (d decoder) text(n *node, into reflect.Value, label string) bool {
	if !d.expect(n, scalar, "a string", label) {
		return false
	}
	switch n.tag {
	case tagString, tagTimestamp:
		into.SetString(n.text)
		return true
	case tagNull:
		d.problems.add(n.place(), "%s: expected a string, found nothing: leave the key out, or write \"\"", label)
	default:
		d.problems.add(n.place(), "%s: expected a string, found %s: put it in quotes", label, n.found())
	}
	return false
}

func (d decoder) number(n *node, into reflect.Value, label string) bool {
	if !d.scalar(n, tagInt, "a whole number", label) {
		return false
	}
	i, err := strconv.Atoi(n.text)
	if err != nil {
		d.problems.add(n.place(), "%s: %s is not a whole number in decimal digits", label, n.text)
		return false
	}
	into.SetInt(int64(i))
	return true
}

func (d decoder) list(n *node, into reflect.Value, label string) bool {
	if !d.expect(n, list, "a list", label) {
		return false
	}
	into.Set(reflect.MakeSlice(into.Type(), len(n.items), len(n.items)))
	// Items that could not be decoded stay, as zero values, so that positions in the list are those in the node.
	for i, item := range n.items {
		d.value(item, into.Index(i), label)
	}
	return true
}

func (d decoder) mapping(n *node, into reflect.Value, label string) bool {
	if !d.expect(n, mapping, "a map", label) {
		return false
	}
	into.Set(reflect.MakeMapWithSize(into.Type(), len(n.entries)))
	for _, e := range n.entries {
		key := reflect.New(into.Type().Key()).Elem()
		key.SetString(e.key.text)
		if e.key.broken || !d.check(e.key, key) {
			continue
		}
		value := reflect.New(into.Type().Elem()).Elem()
		mayBeNull := value.Kind() == reflect.Pointer
		if mayBeNull && e.value.isNull() || d.value(e.value, value, e.key.text) || mayBeNull {
			into.SetMapIndex(key, value)
		}
	}
	return true
}
