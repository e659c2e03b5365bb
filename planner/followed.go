package planner

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"baseline/resource"
)

// linkFollowed draws the order between an object and those that AWS tries out when it is written: it is made or changed after
// them and their parts, but before what they are about to lose, and lets go before that too. It goes before they do.
func (w *work) linkFollowed(at map[resource.Address]*stepsAt, e *edit) {
	t := w.typeOf(e.address)
	if t.Follows == nil {
		return
	}
	here := at[e.address]
	var used []resource.Address // by what will be there
	if e.after != nil {
		used = w.editsOf(t.Follows(w.ID, e.address, e.after))
	}
	if e.after != nil && (e.creates() || tries(t, e)) {
		written := cmp.Or(here.create, here.update)
		for _, other := range used {
			w.afterStep(written, at[other].create)
			if update := at[other].update; w.onlyTakes(update) {
				w.afterStep(update, written)
			} else {
				w.afterStep(written, update)
			}
			if at[other].create == nil {
				w.letGoFirst(at[other].remove, written)
			}
		}
	}
	if e.live.Settings == nil {
		return
	}
	for _, other := range w.editsOf(t.Follows(w.ID, e.address, e.live.Settings)) {
		w.afterStep(at[other].remove, here.remove)
		w.letGoFirst(at[other].remove, here.update)
		switch update := at[other].update; {
		case e.after == nil:
			w.afterStep(update, here.remove)
		case !slices.Contains(used, other) && w.takes(update):
			w.letGoFirst(update, cmp.Or(here.update, here.remove))
		}
	}
}

// letGoFirst makes a step that takes something away wait for one that uses it as yet, unless that waits for the first by some way
// round. Where AWS insists, the needs of the objects say so too.
func (w *work) letGoFirst(taking, user *step) {
	if taking == nil || user == nil || taking == user {
		return
	}
	w.afterStep(taking, user)
	taking.courtesies = append(taking.courtesies, user)
}

// takes reports whether a step takes something away from those that follow its object.
func (w *work) takes(s *step) bool {
	return s != nil && w.takesFrom(s.change.Address, s.change.Before, s.change.After)
}

// onlyTakes reports whether a step takes something away and brings nothing. What works after it then works before it, too.
func (w *work) onlyTakes(s *step) bool {
	return w.takes(s) && !w.takesFrom(s.change.Address, s.change.After, s.change.Before)
}

func (w *work) takesFrom(a resource.Address, before, after resource.Object) bool {
	t := w.typeOf(a)
	return t.Takes != nil && t.Takes(before, after)
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
