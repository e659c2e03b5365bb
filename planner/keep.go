package planner

import (
	"fmt"
	"slices"
	"strings"

	"baseline/resource"
)

// keeping finds out what must stay although the run that is taken back has made it.
type keeping struct {
	*work
	// ours says of the objects of the run whether it touched them.
	ours    map[resource.Address]bool
	drifted map[resource.Address]bool
	// standing are those that have been found to stay with what they stand on.
	standing map[resource.Address]bool
	drift    []Drift
}

// keep takes out the deletions that would take along what somebody else has since added, or what is needed by something that stays,
// and names as drift what that is about.
func (w *work) keep(made []Made, ours map[resource.Address]bool, known []Drift) []Drift {
	k := &keeping{work: w, ours: ours, drifted: map[resource.Address]bool{}, standing: map[resource.Address]bool{}}
	for _, d := range known {
		k.drifted[d.Address] = true
	}
	for rest := -1; rest != len(w.edits); { // what stays may need others
		rest = len(w.edits)
		for _, a := range w.addresses() {
			if e := w.edits[a]; e != nil && e.live.Settings != nil && e.deletes() {
				k.keepDrifted(e)
			}
		}
		for _, m := range made {
			k.keepWhile(m)
			k.keepStanding(m)
		}
	}
	return k.drift
}

// keepDrifted gives up a deletion that would take along what others have added to the object, or that needs it.
func (k *keeping) keepDrifted(e *edit) {
	a := e.address
	if gained := k.gained(e); len(gained) > 0 {
		k.stays(e, gained)
		return
	}
	for _, needer := range k.needers[a] {
		if k.edits[needer] != nil || needer == a {
			continue
		}
		if !k.ours[needer] && !k.drifted[needer] {
			k.drift = append(k.drift, Drift{Address: needer, Found: k.Live[needer].Settings})
			k.drifted[needer] = true
		}
		if e.after == nil && k.edits[a] != nil {
			delete(k.edits, a)
			words := " stays: it holds what the run did not give it"
			if !k.typeOf(needer).Part {
				words = " stays: " + needer.Plain() + " stays and needs it"
			}
			k.draft.Notices = append(k.draft.Notices, a.Plain()+words)
		}
	}
}

// gained returns what others have given to an object that the run made, and that would be lost with it.
func (k *keeping) gained(e *edit) []string {
	if t := k.typeOf(e.address); t.Holds != nil && e.reborn && e.after == nil {
		return t.Holds(e.live.Facts)
	}
	return nil
}

// stays gives up a deletion of what has got something that would be lost with it.
func (k *keeping) stays(e *edit, gained []string) {
	k.drift = append(k.drift, Drift{Address: e.address, Left: e.live.Settings, Found: e.live.Settings, Gained: gained})
	k.drifted[e.address] = true
	delete(k.edits, e.address)
}

// keepWhile gives up the deletion of what must stay as long as something holds anything that itself stays.
func (k *keeping) keepWhile(m Made) {
	t := k.typeOf(m.Address)
	if t.Keeps == nil || m.After == nil {
		return
	}
	for _, kept := range t.Keeps(k.ID, m.Address, m.After) {
		e, vessel := k.edits[kept.What], k.Live[kept.While]
		if e == nil || e.after != nil || e.live.Settings == nil || k.goes(kept.While) || k.typeOf(kept.While).Holds == nil {
			continue
		}
		holds := k.typeOf(kept.While).Holds(vessel.Facts)
		switch {
		case len(holds) == 0:
		case k.owner(kept.What) == kept.While: // whose staying is said
			delete(k.edits, kept.What)
		default:
			k.stays(e, []string{strings.Join(holds, ", ") + " in " + kept.While.Plain() + ", " + kept.Why})
		}
	}
}

// goes reports whether an object is deleted.
func (k *keeping) goes(a resource.Address) bool {
	e := k.edits[a]
	return e != nil && e.after == nil
}

// keepStanding has an object of the run that stays although it was to be taken back keep what AWS tries out for it: without that
// it would be there and not work.
func (k *keeping) keepStanding(m Made) {
	live, exists := k.Live[m.Address]
	follows := k.typeOf(m.Address).Follows
	if follows == nil || !exists || k.edits[m.Address] != nil || !k.drifted[m.Address] || k.standing[m.Address] {
		return
	}
	k.standing[m.Address] = true
	var kept []resource.Address
	for _, ground := range follows(k.ID, m.Address, live.Settings) {
		if e := k.edits[ground]; e != nil && len(k.weakening(e)) > 0 {
			kept = append(kept, ground)
		}
		kept = append(kept, slices.DeleteFunc(k.partsOf(ground), func(part resource.Address) bool { return k.edits[part] == nil })...)
	}
	if len(kept) == 0 {
		return
	}
	for _, a := range kept {
		delete(k.edits, a)
	}
	k.draft.Notices = append(k.draft.Notices, m.Address.Plain()+" stays, and so does what it stands on: "+plainNames(kept))
}

// weakening says in which way an edit makes the record smaller of what is done in the account.
func (w *work) weakening(e *edit) []string {
	if t := w.typeOf(e.address); t.Weakens != nil {
		return t.Weakens(e.live.Settings, e.after)
	}
	return nil
}

// plainNames names a few objects and counts the rest.
func plainNames(addresses []resource.Address) string {
	const shown = 4
	var names []string
	for _, a := range addresses[:min(len(addresses), shown)] {
		names = append(names, a.Plain())
	}
	if more := len(addresses) - shown; more > 0 {
		names = append(names, fmt.Sprintf("%d more", more))
	}
	return strings.Join(names, ", ")
}
