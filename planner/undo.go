package planner

import (
	"slices"
	"strings"

	"baseline/resource"
)

// Made is what a run did at one address, all its steps together.
type Made struct {
	Address resource.Address
	// Before is what was there when the run was planned, After what the run set out to leave there.
	Before, After resource.Object
	// InDoubt is true when a step at this address began and did not end well. Then nobody knows what it left: whatever the
	// account shows now counts as left by the run.
	InDoubt bool
	// Untouched is true when no step at this address began. It may have suffered all the same: a trust dies with what it names.
	Untouched bool
}

// Drift is an object that somebody else changed after a run had.
type Drift struct {
	Address resource.Address `json:"address"`
	// Left is what the run left, Found what is there now.
	Left  resource.Object `json:"left,omitzero"`
	Found resource.Object `json:"found,omitzero"`
	// Settings names what differs, where both exist.
	Settings []string `json:"settings,omitempty"`
}

func (d Drift) String() string {
	switch {
	case d.Left == nil && d.Found != nil:
		return plain(d.Address) + " has been made since"
	case d.Found == nil:
		return plain(d.Address) + " is gone"
	}
	return plain(d.Address) + " has another " + strings.Join(d.Settings, ", ")
}

// Undo plans the way back from what a run made: every object of it to what it was before. An object that is no longer as
// the run left it is drift and is left out, with everything that would have to be taken from it; the caller decides
// whether the rest may go on.
func Undo(made []Made, account Account) (*Draft, []Drift) {
	w := newWork(account)
	w.undoing = true
	var drift []Drift
	ours, removed := map[resource.Address]bool{}, map[resource.Address]bool{}
	for _, m := range made {
		ours[m.Address] = !m.Untouched
		removed[m.Address] = !m.Untouched && m.Before != nil
	}
	for _, m := range made {
		found, exists := w.Live[m.Address]
		if !exists {
			found.Settings = nil
		}
		switch {
		case Same(found.Settings, m.Before):
		case m.Untouched:
			if w.suffered(m.Address, m.Before, removed) {
				w.edits[m.Address] = w.undo(m, found)
			}
		case Same(found.Settings, m.After) || m.InDoubt:
			w.edits[m.Address] = w.undo(m, found)
		default:
			drift = append(drift, Drift{m.Address, m.After, found.Settings, Differences(m.After, found.Settings)})
		}
	}
	drift = append(drift, w.keepDrifted(ours, drift)...)
	w.follow(func(resource.Address) bool { return false })
	w.checkReferences()
	w.askForLooks()
	w.steps()
	slices.SortFunc(drift, func(a, b Drift) int { return a.Address.Compare(b.Address) })
	return w.draft, drift
}

// suffered reports whether an object named something only loosely, as in a trust, that the run took away.
func (w *work) suffered(a resource.Address, before resource.Object, removed map[resource.Address]bool) bool {
	firm := w.firmNeeds(a, before)
	return slices.ContainsFunc(w.needs(a, before), func(need resource.Address) bool {
		return removed[need] && !slices.Contains(firm, need)
	})
}

// Suffered reports whether a change that has not begun may find its object changed by the run itself: the object named
// something only loosely, as in a trust, that the run has removed, and AWS then shows a dead id in its place.
func Suffered(c resource.Change, removed map[resource.Address]bool, account Account) bool {
	return newWork(account).suffered(c.Address, c.Before, removed)
}

func (w *work) undo(m Made, found resource.Resource) *edit {
	e := &edit{address: m.Address, live: found, reborn: m.Before == nil}
	if m.Before == nil {
		return e
	}
	if found.Settings == nil {
		e.after = m.Before
		return e
	}
	e.after = keepWording(found.Settings, found.Settings.With(m.Before))
	for _, name := range Differences(found.Settings, e.after) {
		e.replace = e.replace || slices.Contains(w.typeOf(m.Address).Fixed, name)
	}
	return e
}

// keepDrifted takes out the deletions that would take along what somebody else has since added, and names that as drift.
func (w *work) keepDrifted(ours map[resource.Address]bool, known []Drift) []Drift {
	drifted := map[resource.Address]bool{}
	for _, d := range known {
		drifted[d.Address] = true
	}
	var drift []Drift
	for _, a := range w.addresses() {
		e := w.edits[a]
		if e.live.Settings == nil || !e.deletes() {
			continue
		}
		for _, needer := range w.needers[a] {
			if w.edits[needer] != nil || needer == a {
				continue
			}
			if !ours[needer] && !drifted[needer] {
				drift = append(drift, Drift{Address: needer, Found: w.Live[needer].Settings})
				drifted[needer] = true
			}
			if e.after == nil {
				delete(w.edits, a)
			}
		}
	}
	return drift
}

// Moved compares what a plan saw with what is there now, object by object, and returns those that differ: first what the
// plan saw (Left), then what is there (Found).
func Moved(plan *resource.Plan, live resource.State) []Drift {
	var moved []Drift
	seen := map[resource.Address]bool{}
	for _, c := range plan.Changes {
		if seen[c.Address] {
			continue
		}
		seen[c.Address] = true
		now, exists := live[c.Address]
		if !exists {
			now.Settings = nil
		}
		d := Drift{c.Address, c.Before, now.Settings, Differences(c.Before, now.Settings)}
		if c.Before != nil && exists && len(c.Facts) > 0 { // of what the plan itself creates it knows no facts
			for name, fact := range c.Facts {
				if now.Facts[name] != fact {
					d.Settings = append(d.Settings, name)
				}
			}
			for name := range now.Facts {
				if _, known := c.Facts[name]; !known {
					d.Settings = append(d.Settings, name)
				}
			}
			slices.Sort(d.Settings)
			d.Settings = slices.Compact(d.Settings)
		}
		if (c.Before == nil) != (now.Settings == nil) || len(d.Settings) > 0 {
			moved = append(moved, d)
		}
	}
	slices.SortFunc(moved, func(a, b Drift) int { return a.Address.Compare(b.Address) })
	return moved
}

// Differing is Moved by settings alone: it leaves out the facts, which a plan cannot know of what it creates.
func Differing(plan *resource.Plan, live resource.State) []Drift {
	bare := slices.Clone(plan.Changes)
	for i := range bare {
		bare[i].Facts = nil
	}
	return Moved(&resource.Plan{Changes: bare}, live)
}
