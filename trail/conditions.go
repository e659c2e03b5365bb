package trail

import (
	"slices"
	"strings"
)

// comparison is what an operator does with a value. What a value of Equals fits, is one text.
type comparison int

const (
	equals comparison = iota
	begins
	ends
)

// term is one value that a field is compared with.
type term struct {
	comparison
	value string
}

func (t term) fits(text string) bool {
	switch t.comparison {
	case begins:
		return strings.HasPrefix(text, t.value)
	case ends:
		return strings.HasSuffix(text, t.value)
	case equals:
	}
	return text == t.value
}

// within reports whether another term fits every text that t fits.
func (t term) within(other term) bool {
	if t.comparison == equals {
		return other.fits(t.value)
	}
	return t.comparison == other.comparison && other.fits(t.value)
}

// apart reports whether it is certain that no text fits both terms.
func (t term) apart(other term) bool {
	switch {
	case t.comparison == equals:
		return !other.fits(t.value)
	case other.comparison == equals:
		return !t.fits(other.value)
	}
	return t.comparison == other.comparison && !t.fits(other.value) && !other.fits(t.value)
}

// condition is what a selector asks of one field: that some of the terms in wanted fit, unless there are none, and none of those in
// unwanted.
type condition struct {
	field            string
	wanted, unwanted []term
}

func (f Field) condition() condition {
	c := condition{field: f.Field}
	for _, o := range f.all() {
		for _, value := range *o.values {
			if t := (term{o.comparison, value}); o.not {
				c.unwanted = append(c.unwanted, t)
			} else {
				c.wanted = append(c.wanted, t)
			}
		}
	}
	return c
}

func (c condition) fits(text string) bool {
	fits := func(t term) bool { return t.fits(text) }
	return (len(c.wanted) == 0 || slices.ContainsFunc(c.wanted, fits)) && !slices.ContainsFunc(c.unwanted, fits)
}

// mayBegin reports whether some text that begins like this one fits.
func (c condition) mayBegin(begin string) bool {
	wanted := c.wanted
	if len(wanted) == 0 {
		wanted = []term{{begins, begin}}
	}
	return slices.ContainsFunc(wanted, func(t term) bool {
		both := term{begins, begin}
		switch {
		case t.comparison == ends:
		case t.within(both):
			both = t
		case !both.within(t):
			return false
		}
		return !slices.ContainsFunc(c.unwanted, both.within)
	})
}

// implies reports whether whatever fits c certainly fits the other condition, which is on the same field.
func (c condition) implies(other condition) bool {
	for _, t := range c.wanted {
		if len(other.wanted) > 0 && !slices.ContainsFunc(other.wanted, t.within) {
			return false
		}
	}
	if len(c.wanted) == 0 && len(other.wanted) > 0 {
		return false
	}
	for _, t := range other.unwanted {
		here := slices.ContainsFunc(c.unwanted, t.within) ||
			len(c.wanted) > 0 && !slices.ContainsFunc(c.wanted, func(w term) bool { return !w.apart(t) })
		if !here {
			return false
		}
	}
	return true
}

// part is a part of what selectors record: the events that fit all of its conditions.
type part []condition

// is is the condition that a field is one of some texts.
func is(field string, texts ...string) condition {
	c := condition{field: field}
	for _, text := range texts {
		c.wanted = append(c.wanted, term{equals, text})
	}
	return c
}

// covers reports whether everything that is in another part is certainly in p.
func (p part) covers(other part) bool {
	return !slices.ContainsFunc(p, func(here condition) bool {
		return !slices.ContainsFunc(other, func(there condition) bool { return here.field == there.field && there.implies(here) })
	})
}

// ignoring is the part without what its conditions on a field leave out.
func (p part) ignoring(field string) part {
	whole := slices.Clone(p)
	for i := range whole {
		if whole[i].field == field {
			whole[i].unwanted = nil
		}
	}
	return slices.DeleteFunc(whole, func(c condition) bool { return len(c.wanted)+len(c.unwanted) == 0 })
}

// partsOf takes selectors apart: each part has what reads or what writes, and one beginning of an ARN, so that parts of one selector
// may be found in several others.
func partsOf(selectors []Selector) []part {
	var all []part
	for _, s := range selectors {
		if s.IsAdvanced() {
			all = append(all, s.advancedParts()...)
		} else {
			all = append(all, s.basicParts()...)
		}
	}
	return all
}

func (s Selector) basicParts() []part {
	var parts []part
	for _, reads := range []string{"true", "false"} {
		if s.ReadWriteType == ReadOnly && reads == "false" || s.ReadWriteType == WriteOnly && reads == "true" {
			continue
		}
		if s.Management {
			p := part{is(FieldCategory, CategoryManagement), is(FieldReadOnly, reads)}
			if len(s.Exclude) > 0 {
				p = append(p, condition{field: FieldSource, unwanted: is("", s.Exclude...).wanted})
			}
			parts = append(parts, p)
		}
		for _, d := range s.Data {
			for _, value := range d.Values {
				p := part{is(FieldCategory, CategoryData), is(FieldReadOnly, reads), is(FieldResourceType, d.Type)}
				switch {
				case standsForAll(value):
				case d.Type == S3Object:
					p = append(p, condition{field: FieldResourceARN, wanted: []term{{begins, value}}})
				default:
					p = append(p, is(FieldResourceARN, value))
				}
				parts = append(parts, p)
			}
		}
	}
	return parts
}

// standsForAll reports whether the beginning of an ARN names no more than the service: arn:aws:s3 and the like.
func standsForAll(value string) bool {
	return strings.Count(strings.TrimRight(value, ":"), ":") <= 2
}

func (s Selector) advancedParts() []part {
	parts := []part{nil}
	split := func(field string, wanted []term, unwanted []term) {
		var more []part
		for _, p := range parts {
			for _, t := range wanted {
				more = append(more, append(slices.Clip(p), condition{field, []term{t}, unwanted}))
			}
		}
		parts = more
	}
	readsOrWrites := false
	for _, f := range s.Fields {
		c := f.condition()
		if f.Field == FieldResourceARN && s.isOfObjects() && slices.ContainsFunc(f.StartsWith, standsForAll) {
			c.wanted = nil
		}
		readsOrWrites = readsOrWrites || f.Field == FieldReadOnly
		switch {
		case len(c.wanted)+len(c.unwanted) == 0:
		case len(c.wanted) > 0 && (f.Field == FieldReadOnly || f.Field == FieldResourceARN):
			split(f.Field, c.wanted, c.unwanted)
		default:
			for i := range parts {
				parts[i] = append(slices.Clip(parts[i]), c)
			}
		}
	}
	if !readsOrWrites {
		split(FieldReadOnly, is("", "true", "false").wanted, nil)
	}
	return parts
}

// isOfObjects reports whether the selector is of the objects in buckets, whose ARNs all begin with arn:aws:s3:::.
func (s Selector) isOfObjects() bool {
	return slices.ContainsFunc(s.Fields, func(f Field) bool {
		return f.Field == FieldResourceType && slices.Equal(f.Equals, []string{S3Object})
	})
}

// Narrower reports whether the selectors of after, as [Canonical] writes them, may leave out events that those of before record. What
// cannot be read is taken to record nothing.
func Narrower(before, after []string) bool {
	was, errWas := Parse(before)
	now, errNow := Parse(after)
	if errWas != nil {
		return false
	}
	if errNow != nil {
		now = nil
	}
	parts := partsOf(now)
	return slices.ContainsFunc(partsOf(was), func(old part) bool {
		return !slices.ContainsFunc(parts, func(p part) bool { return p.covers(old) })
	})
}
