package planner

import (
	"maps"
	"slices"
	"strings"

	"baseline/resource"
)

// linkFollowed draws the order between an object and those that AWS tries out when it is written: it is made or changed after
// them and their parts, and goes before they do.
func (w *work) linkFollowed(at map[resource.Address]*stepsAt, e *edit) {
	t := w.typeOf(e.address)
	if t.Follows == nil {
		return
	}
	here := at[e.address]
	if e.after != nil && (e.creates() || tries(t, e)) {
		for _, other := range w.editsOf(t.Follows(w.ID, e.address, e.after)) {
			for _, first := range []*step{at[other].create, at[other].update} {
				w.afterStep(here.create, first)
				w.afterStep(here.update, first)
			}
		}
	}
	if e.live.Settings == nil {
		return
	}
	for _, other := range w.editsOf(t.Follows(w.ID, e.address, e.live.Settings)) {
		w.afterStep(at[other].remove, here.remove)
		w.afterStep(at[other].remove, here.update)
		if e.after == nil {
			w.afterStep(at[other].update, here.remove)
		}
	}
}

// tries reports whether an update makes AWS try out what the object follows.
func tries(t *resource.Type, e *edit) bool {
	return slices.ContainsFunc(Differences(e.live.Settings, e.after), func(name string) bool { return slices.Contains(t.Tries, name) })
}

// editsOf returns the edited ones of some objects and of their parts.
func (w *work) editsOf(owners []resource.Address) []resource.Address {
	if len(owners) == 0 {
		return nil
	}
	of := map[resource.Address]bool{}
	for _, a := range owners {
		of[a] = true
	}
	var edited []resource.Address
	for _, a := range w.addresses() {
		if of[a] || of[w.owner(a)] {
			edited = append(edited, a)
		}
	}
	return edited
}

// lasting returns facts without those that move by themselves.
func lasting(facts resource.Facts) resource.Facts {
	moving := false
	for name := range facts {
		moving = moving || strings.HasPrefix(name, resource.FactNow)
	}
	if !moving {
		return facts
	}
	kept := maps.Clone(facts)
	maps.DeleteFunc(kept, func(name, _ string) bool { return strings.HasPrefix(name, resource.FactNow) })
	return kept
}
