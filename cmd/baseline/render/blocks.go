package render

import (
	"maps"
	"slices"

	"baseline/resource"
)

// entry is one object of a plan with all the steps that the plan takes at it: one, or several where it is replaced or takes
// an interim form. Readers care for what it was before the first and will be after the last.
type entry struct {
	address resource.Address
	steps   []*resource.Change
}

func (e *entry) before() resource.Object { return e.steps[0].Before }
func (e *entry) after() resource.Object  { return e.steps[len(e.steps)-1].After }

func (e *entry) sign() sign {
	switch {
	case e.before() == nil && e.after() != nil:
		return added
	case e.after() == nil:
		return removed
	case slices.ContainsFunc(e.steps, func(c *resource.Change) bool { return c.After == nil }):
		return replaced
	}
	return altered
}

// phrases collects what the steps say, each phrase once, in order.
func (e *entry) phrases(of func(*resource.Change) []string) []string {
	var out []string
	for _, c := range e.steps {
		for _, phrase := range of(c) {
			if phrase != "" && !slices.Contains(out, phrase) {
				out = append(out, phrase)
			}
		}
	}
	return out
}

func (e *entry) oneWay() []string {
	return e.phrases(func(c *resource.Change) []string { return c.OneWay })
}

func (e *entry) weakens() []string {
	return e.phrases(func(c *resource.Change) []string { return c.Weakens })
}

func (e *entry) notes() []string {
	return e.phrases(func(c *resource.Change) []string { return c.Notes })
}

func (e *entry) reasons() []string {
	return e.phrases(func(c *resource.Change) []string { return []string{c.Reason} })
}

// block is an object that stands alone, together with its parts: what is shown under one heading.
type block struct {
	owner resource.Address
	// self is nil where only parts change.
	self  *entry
	parts []*entry
	// anchor names its place on a page; "" where there are no pages.
	anchor string
}

func (b *block) sign() sign {
	if b.self == nil {
		return altered
	}
	return b.self.sign()
}

// blocks groups changes under their owners. Owners are in the order of their addresses, and so are the parts of each,
// whatever the order of the steps, so that a reader finds things and two plans compare well.
func blocks(changes []resource.Change) []*block {
	entries := map[resource.Address]*entry{}
	byOwner := map[resource.Address]*block{}
	for i := range changes {
		c := &changes[i]
		e := entries[c.Address]
		if e != nil {
			e.steps = append(e.steps, c)
			continue
		}
		e = &entry{address: c.Address, steps: []*resource.Change{c}}
		entries[c.Address] = e
		owner := ownerOf(c)
		b := byOwner[owner]
		if b == nil {
			b = &block{owner: owner}
			byOwner[owner] = b
		}
		if c.Address == owner {
			b.self = e
		} else {
			b.parts = append(b.parts, e)
		}
	}
	ordered := slices.SortedFunc(maps.Values(byOwner), func(a, b *block) int { return a.owner.Compare(b.owner) })
	for _, b := range ordered {
		slices.SortFunc(b.parts, func(x, y *entry) int { return x.address.Compare(y.address) })
	}
	return ordered
}

// ownerOf is the object under which a change is shown. A plan written by hand may leave it out.
func ownerOf(c *resource.Change) resource.Address {
	if c.Owner.IsZero() {
		return c.Address
	}
	return c.Owner
}
