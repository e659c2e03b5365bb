package planner

import (
	"slices"

	"baseline/resource"
)

// follow draws the consequences of deletions: parts go with their ends and come back with a replacement, and what merely
// refers to a deleted object must let go of it in the same plan.
func (w *work) follow(declared func(resource.Address) bool) {
	queue := w.addresses()
	for len(queue) > 0 {
		a := queue[0]
		queue = queue[1:]
		e := w.edits[a]
		if e.live.Settings == nil || !e.deletes() {
			continue
		}
		for _, needer := range w.needers[a] {
			if needer == a {
				continue
			}
			if w.typeOf(needer).Part {
				if w.followPart(e, needer, declared) {
					queue = append(queue, needer)
				}
				continue
			}
			w.followReference(e, needer, declared)
		}
	}
}

// followPart takes a part along with one of its ends and reports whether that is news.
func (w *work) followPart(end *edit, part resource.Address, declared func(resource.Address) bool) bool {
	pe := w.edits[part]
	live := w.Live[part]
	who := live.Facts[resource.FactOwner]
	switch {
	case pe != nil && pe.after == nil:
		return false
	case who != "" && w.owner(part) != end.address:
		w.problem(end.address, "can't be deleted while %s holds it, which belongs to %s", w.owner(part).Plain(), who)
		return false
	case end.after == nil && declared(part):
		w.problem(part, "names %s, which this plan deletes", end.address.Plain())
		return false
	case end.after == nil:
		w.edits[part] = &edit{address: part, live: live, reason: "goes with " + end.address.Plain()}
		return true
	case pe == nil:
		pe = &edit{address: part, live: live, after: live.Settings}
		w.edits[part] = pe
	case pe.replace || pe.live.Settings == nil:
		return false
	}
	pe.replace = true
	pe.reason = "goes and comes back with " + end.address.Plain()
	return true
}

// followReference looks at a live object that refers to one that goes. A declared one whose kind can take an interim form
// lets go for the time of a replacement; another reference stands in the way, or dies with its object where AWS lets it.
func (w *work) followReference(gone *edit, needer resource.Address, declared func(resource.Address) bool) {
	ne := w.edits[needer]
	if ne != nil && (ne.replace || ne.after == nil || !slices.Contains(w.needs(needer, ne.after), gone.address)) {
		return // it lets go itself; checkReferences sees to what it names afterwards
	}
	switch firmly := slices.Contains(w.firmNeeds(needer, w.Live[needer].Settings), gone.address); {
	case firmly:
		message := "can't be deleted while %s refers to it"
		if !w.undoing {
			message += ": declare it without that reference, or absent too"
		}
		w.problem(gone.address, message, needer.Plain())
	case gone.after == nil && declared(needer):
		w.problem(gone.address, "can't go while the file has %s trust it", needer.Plain())
	case gone.replace && ne == nil && (declared(needer) || w.undoing && w.Live[needer].Facts[resource.FactOwner] == ""):
		live := w.Live[needer]
		w.edits[needer] = &edit{
			address: needer, live: live, after: live.Settings,
			reason: "AWS ties it to the id of " + gone.address.Plain() + ", which is replaced; it is saved again",
		}
	}
}

// leaveLingering gives up to delete parts that AWS does not delete while their owners stay, and tells of them.
func (w *work) leaveLingering() {
	for _, a := range w.addresses() {
		e, t := w.edits[a], w.typeOf(a)
		if t.Lingers == nil || e.live.Settings == nil || !e.deletes() {
			continue
		}
		why := t.Lingers(e.live)
		if owner := w.edits[w.owner(a)]; why == "" || owner != nil && owner.deletes() {
			continue
		}
		delete(w.edits, a)
		w.draft.Notices = append(w.draft.Notices, a.Plain()+" stays for now: "+why)
	}
}

// checkReferences makes sure that everything a planned object names is there or will be.
func (w *work) checkReferences() {
	for _, a := range w.addresses() {
		e := w.edits[a]
		if e.after == nil {
			continue
		}
		if unseen := w.unseen(w.needs(a, e.after)); len(unseen) > 0 {
			w.draft.Look = append(w.draft.Look, unseen...)
			continue
		}
		for _, need := range w.needs(a, e.after) {
			other, planned := w.edits[need]
			_, exists := w.Live[need]
			switch {
			case planned && other.after == nil:
				w.problem(a, "names %s, which this plan deletes", need.Plain())
			case !planned && !exists && w.types[need.Kind] != nil:
				w.problem(a, "names %s, which is neither in the account nor in the file", need.Plain())
			}
		}
	}
}
