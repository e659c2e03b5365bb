package planner

import (
	"cmp"
	"maps"
	"reflect"
	"slices"
	"strings"

	"baseline/resource"
)

// step is one change and what must be done before it. An edit becomes one step, or several where the object is replaced
// or takes an interim form.
type step struct {
	change resource.Change
	// before are the steps that wait for this one; waits counts those that this one still waits for.
	before []*step
	needs  []*step
	waits  int
	// courtesies are those of the needs that are given up where they close a circle.
	courtesies []*step
	// phase and rank order steps that are free to go: deletions first, from the parts up, then the rest, from the foundations up.
	phase, rank int
	// audit marks steps that must come first or last, for the sake of what the account records of the others.
	audit audit
	// split marks the parts of a step that was taken apart.
	split bool
	// sorted says that the step has its place.
	sorted bool
	place  int
}

// stepsAt are the steps at one address, by what a reference may have to wait for.
type stepsAt struct {
	remove, create, update *step
}

// steps cuts the edits into steps and puts them in order.
func (w *work) steps() {
	at := map[resource.Address]*stepsAt{}
	var all []*step
	add := func(s *step) *step { all = append(all, s); return s }
	for _, a := range w.addresses() {
		e := w.edits[a]
		here := &stepsAt{}
		at[a] = here
		if e.live.Settings != nil && e.deletes() {
			here.remove = add(w.newStep(e, e.live.Settings, nil))
		}
		if e.after == nil {
			continue
		}
		if e.creates() {
			here.create = add(w.newStep(e, nil, e.after))
			w.afterStep(here.create, here.remove)
			continue
		}
		here.update = add(w.newStep(e, e.live.Settings, e.after))
	}
	w.link(at)
	hasten(all)
	ordered := w.sort(all)
	pin(ordered)
	w.draft.Changes = make([]resource.Change, len(ordered))
	for i, s := range ordered {
		s.place = i
	}
	for i, s := range ordered {
		for _, need := range s.needs {
			s.change.Needs = append(s.change.Needs, need.place)
		}
		slices.Sort(s.change.Needs)
		s.change.Needs = slices.Compact(s.change.Needs)
		w.draft.Changes[i] = s.change
	}
}

func (w *work) newStep(e *edit, before, after resource.Object) *step {
	t := w.typeOf(e.address)
	s := &step{
		change: resource.Change{
			Address: e.address, Owner: w.owner(e.address), Before: before, After: after,
			Reason: e.reason, Grounds: e.grounds, Replace: e.replace,
		},
		phase: 1, rank: w.rank[e.address.Kind],
	}
	if before != nil {
		s.change.Facts = e.live.Facts
		if after != nil {
			s.change.Facts = lasting(s.change.Facts)
		}
		switch used := s.change.Facts[resource.FactUsed]; {
		case e.restsOnUse:
			s.change.Facts = maps.Clone(s.change.Facts)
			s.change.Facts[resource.FactUsed] = used // also where it was never used
		case used != "":
			s.change.Facts = maps.Clone(s.change.Facts)
			delete(s.change.Facts, resource.FactUsed)
		}
	}
	switch {
	case after == nil:
		s.phase, s.rank = 0, -s.rank
		s.change.OneWay = w.losses(e)
		s.change.Final = t.Final
		if t.Leaves != nil {
			s.change.Notes = t.Leaves(e.address, e.live, w.planned)
		}
	case before == nil:
		s.change.Usual = usual(t, after)
	default:
		if t.Notes != nil {
			s.change.Notes = t.Notes(e.live, after)
		}
		if t.OneWayUpdate != nil {
			s.change.OneWay = t.OneWayUpdate(e.live, after)
		}
	}
	w.weigh(t, s)
	if dead := w.deadIn(e.address, before); len(dead) > 0 && !Same(before, after) {
		s.change.Notes = append(s.change.Notes, "the trust in "+strings.Join(dead, ", ")+", who was deleted, can't come back")
	}
	return s
}

// usual names the settings of a new object that are as they are with most of its kind.
func usual(t *resource.Type, o resource.Object) []string {
	var names []string
	for _, name := range o.Names() {
		if is, stated := t.Usual[name]; stated && reflect.DeepEqual(is, o[name]) {
			names = append(names, name)
		}
	}
	return names
}

// planned says what the plan does to an object, "" where it leaves it as it is.
func (w *work) planned(a resource.Address) resource.Op {
	switch e := w.edits[a]; {
	case e == nil:
		return ""
	case e.after == nil:
		return resource.OpDelete
	case e.live.Settings == nil:
		return resource.OpCreate
	}
	return resource.OpUpdate
}

// losses says what deleting the object takes away for good.
func (w *work) losses(e *edit) []string {
	var lost []string
	if t := w.typeOf(e.address); t.OneWay != nil {
		lost = t.OneWay(e.live)
	}
	if e.reborn {
		lost = slices.DeleteFunc(lost, func(phrase string) bool { return strings.HasPrefix(phrase, resource.LosesID) })
	}
	for _, needer := range w.needers[e.address] {
		if t := w.typeOf(needer); !t.Part && t.Interim != nil && needer != e.address && w.edits[needer] == nil {
			lost = append(lost, "the trust that "+needer.Plain()+" has in it")
		}
	}
	return lost
}

// afterStep makes s wait for first; a nil first is nothing to wait for. To say it twice does no harm: s then waits twice,
// and is told twice.
func (w *work) afterStep(s, first *step) {
	if s == nil || first == nil || s == first {
		return
	}
	s.needs = append(s.needs, first)
	first.before = append(first.before, s)
}

// link draws the order between steps: nothing before what it needs, nothing away while it is needed, and within one owner
// what goes makes room for what comes.
func (w *work) link(at map[resource.Address]*stepsAt) {
	type room struct {
		kind  resource.Kind
		owner resource.Address
	}
	leaving := map[room][]*step{}
	for _, a := range w.addresses() {
		if here := at[a]; here.remove != nil && here.create == nil && w.typeOf(a).Part {
			r := room{a.Kind, w.owner(a)}
			leaving[r] = append(leaving[r], here.remove)
		}
	}
	for _, a := range w.addresses() {
		e, here := w.edits[a], at[a]
		comes := here.create
		if comes == nil {
			comes = here.update
		}
		if comes != nil && e.after != nil {
			for _, need := range w.needs(a, e.after) {
				if other := at[need]; other != nil {
					w.waitFor(comes, other.create)
					if other.update != nil && slices.Contains(Differences(other.update.change.Before, other.update.change.After), "path") {
						w.waitFor(comes, other.update) // the name it goes by holds the path
					}
				}
			}
		}
		for _, first := range e.waits {
			if other := at[first]; other != nil {
				w.afterStep(cmp.Or(here.remove, comes), cmp.Or(other.create, other.update, other.remove))
			}
		}
		w.linkFollowed(at, e)
		firm := w.firmNeeds(a, e.live.Settings)
		for _, need := range w.needs(a, e.live.Settings) {
			other := at[need]
			switch {
			case other == nil || need == a:
			case slices.Contains(firm, need):
				w.afterStep(other.remove, cmp.Or(here.remove, here.update))
			case here.remove == nil:
				w.afterStep(other.remove, here.update)
			}
		}
		if here.create != nil && w.typeOf(a).Part {
			for _, s := range leaving[room{a.Kind, w.owner(a)}] {
				w.afterStep(here.create, s)
			}
		}
	}
}

// firmNeeds are the needs that AWS itself holds on to. A trust is none: what it names can be deleted before it.
func (w *work) firmNeeds(a resource.Address, o resource.Object) []resource.Address {
	if t := w.typeOf(a); t.Interim != nil && o != nil {
		o = t.Interim(w.ID, o)
	}
	return w.needs(a, o)
}

// waitFor is afterStep for references, where an object may also need itself: the smallest of circles.
func (w *work) waitFor(s, first *step) {
	if s == first && s != nil {
		s.needs = append(s.needs, s)
		return
	}
	w.afterStep(s, first)
}
