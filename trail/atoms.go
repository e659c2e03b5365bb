package trail

import (
	"slices"
	"strconv"
	"strings"
)

// atom is a simple part of what a selector records: events of a category that read or that write, of a sort of resource whose ARN
// begins with a prefix, as far as all the rest of the selector's conditions fits too.
type atom struct {
	category, resource string
	reads              bool
	prefix             string
	// rest are the conditions that nothing is known of, in canonical form; "" for none.
	rest string
	// left are the sources that are left out.
	left []string
}

// atomsOf takes selectors apart.
func atomsOf(selectors []Selector) []atom {
	var all []atom
	for _, s := range selectors {
		if s.IsAdvanced() {
			all = append(all, s.advancedAtoms()...)
		} else {
			all = append(all, s.basicAtoms()...)
		}
	}
	return all
}

func (s Selector) basicAtoms() []atom {
	var atoms []atom
	for _, reads := range []bool{true, false} {
		if s.ReadWriteType == ReadOnly && !reads || s.ReadWriteType == WriteOnly && reads {
			continue
		}
		if s.Management {
			atoms = append(atoms, atom{category: CategoryManagement, reads: reads, left: sorted(s.Exclude)})
		}
		for _, d := range s.Data {
			for _, value := range d.Values {
				atoms = append(atoms, atom{category: CategoryData, resource: d.Type, reads: reads, prefix: prefixOf(value)})
			}
		}
	}
	return atoms
}

// prefixOf is the beginning that a value of a basic selector stands for; "" for the one that stands for all: arn:aws:s3 and the like.
func prefixOf(value string) string {
	if strings.Count(strings.TrimRight(value, ":"), ":") <= 2 {
		return ""
	}
	return value
}

func (s Selector) advancedAtoms() []atom {
	begin := atom{}
	reads := []bool{true, false}
	prefixes := []string{""}
	var rest []Field
	for _, f := range s.Fields {
		only := f.only()
		switch {
		case f.Field == FieldCategory && only == "Equals" && len(f.Equals) == 1:
			begin.category = f.Equals[0]
		case f.Field == FieldResourceType && only == "Equals" && len(f.Equals) == 1:
			begin.resource = f.Equals[0]
		case f.Field == FieldReadOnly && only == "Equals":
			reads = slices.DeleteFunc(reads, func(r bool) bool { return !slices.Contains(f.Equals, strconv.FormatBool(r)) })
		case f.Field == FieldResourceARN && only == "StartsWith":
			prefixes = f.StartsWith
		case f.Field == FieldSource && only == "NotEquals":
			begin.left = sorted(f.NotEquals)
		case f.Field == FieldResourceARN && (only == "NotStartsWith" || only == "NotEquals"):
			begin.left = sorted(slices.Concat(f.NotStartsWith, f.NotEquals))
		default:
			rest = append(rest, f)
		}
	}
	if len(rest) > 0 {
		begin.rest = Selector{Fields: rest}.canonical()
	}
	var atoms []atom
	for _, r := range reads {
		for _, prefix := range prefixes {
			a := begin
			a.reads, a.prefix = r, prefix
			atoms = append(atoms, a)
		}
	}
	return atoms
}

// only is the one operator that a field has; "" where it has several.
func (f Field) only() string {
	name := ""
	for _, o := range f.all() {
		if len(*o.values) > 0 && name != "" {
			return ""
		}
		if len(*o.values) > 0 {
			name = o.name
		}
	}
	return name
}

// covers reports whether everything that b records is recorded by a, as far as can be told.
func (a atom) covers(b atom) bool {
	return a.category == b.category && a.resource == b.resource && a.reads == b.reads && strings.HasPrefix(b.prefix, a.prefix) &&
		(a.rest == "" || a.rest == b.rest) &&
		!slices.ContainsFunc(a.left, func(left string) bool { return !slices.Contains(b.left, left) })
}

// Narrower reports whether the selectors of after, as [Canonical] writes them, may leave out events that those of before record. What
// cannot be read is taken to record nothing.
func Narrower(before, after []string) bool {
	was, errWas := Parse(before)
	is, errIs := Parse(after)
	if errWas != nil || errIs != nil {
		return errWas == nil
	}
	now := atomsOf(is)
	return slices.ContainsFunc(atomsOf(was), func(old atom) bool {
		return !slices.ContainsFunc(now, func(a atom) bool { return a.covers(old) })
	})
}
