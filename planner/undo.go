package planner

import (
	"fmt"
	"maps"
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
	// ID is the unique id of what the run worked on or made, where it is known. Another id under the same name is another object.
	ID string
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
	// Gained is what the object holds that the run did not give it, and that would be lost with it.
	Gained []string `json:"gained,omitempty"`
	// Ground says which ground of a plan's change no longer holds.
	Ground string `json:"ground,omitempty"`
}

func (d Drift) String() string {
	switch {
	case d.Ground != "":
		return d.Ground
	case len(d.Gained) > 0:
		return d.Address.Plain() + " has since got " + strings.Join(d.Gained, ", ")
	case slices.Equal(d.Settings, []string{resource.FactUsed}):
		return d.Address.Plain() + " has been used since"
	case d.Left == nil && d.Found != nil:
		return d.Address.Plain() + " has been made since"
	case d.Found == nil:
		return d.Address.Plain() + " is gone"
	}
	var changed []string
	for _, name := range d.Settings {
		changed = append(changed, strings.TrimSpace(name+" "+difference(d.Left[name], d.Found[name])))
	}
	return d.Address.Plain() + " has changed: " + strings.Join(changed, ", ")
}

// difference tells two values apart in a few words. Documents are too long for that.
func difference(left, found any) string {
	switch left := left.(type) {
	case string, int, bool:
		return fmt.Sprintf("%v -> %v", left, found)
	case map[string]string:
		found, _ := found.(map[string]string)
		var words []string
		for _, key := range slices.Sorted(maps.Keys(left)) {
			if value, still := found[key]; !still {
				words = append(words, "-"+key)
			} else if value != left[key] {
				words = append(words, key+"="+value)
			}
		}
		for _, key := range slices.Sorted(maps.Keys(found)) {
			if _, was := left[key]; !was {
				words = append(words, "+"+key+"="+found[key])
			}
		}
		return strings.Join(words, " ")
	}
	return ""
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
		if dead := w.deadIn(m.Address, m.Before); len(dead) > 0 && !m.Untouched {
			m.Before = w.withoutDead(m.Address, m.Before)
			w.draft.Notices = append(w.draft.Notices, m.Address.Plain()+" is left without its trust in "+
				strings.Join(dead, ", ")+", who was deleted before the run")
		}
		switch {
		case w.needsLook(m, found):
			w.draft.Look = append(w.draft.Look, m.Address)
		case exists && m.ID != "" && found.Facts[resource.FactID] != "" && m.ID != found.Facts[resource.FactID]:
			drift = append(drift, Drift{Address: m.Address, Left: m.After, Found: found.Settings, Settings: []string{resource.FactID}})
		case Same(found.Settings, m.Before):
		case found.Settings == nil && m.Before != nil && m.After == nil && !m.Untouched && w.typeOf(m.Address).Final:
			w.draft.Notices = append(w.draft.Notices, m.Address.Plain()+" was deleted by the run, and can't come back")
		case m.Untouched:
			if w.suffered(m.Address, m.Before, removed) {
				w.edits[m.Address] = w.undo(m, found)
			}
		case Same(found.Settings, m.After) || m.InDoubt:
			w.edits[m.Address] = w.undo(m, found)
		case w.takeBack(m, found):
		default:
			drift = append(drift, Drift{Address: m.Address, Left: m.After, Found: found.Settings, Settings: Differences(m.After, found.Settings)})
		}
	}
	drift = append(drift, w.keep(made, ours, drift)...)
	w.follow(func(resource.Address) bool { return false })
	w.leaveLingering()
	w.checkReferences()
	w.askForLooks()
	w.steps()
	slices.SortFunc(drift, func(a, b Drift) int { return a.Address.Compare(b.Address) })
	return w.draft, drift
}

// needsLook reports whether the bulk read can't tell how the object stands: it leaves out or may show late what the run changed.
func (w *work) needsLook(m Made, found resource.Resource) bool {
	if m.Untouched || found.Settings == nil || found.Facts[resource.FactLooked] != "" {
		return false
	}
	differs := slices.Concat(Differences(m.Before, m.After), Differences(m.After, found.Settings))
	return slices.ContainsFunc(w.typeOf(m.Address).Detail, func(name string) bool { return slices.Contains(differs, name) })
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

// takeBack plans to take back what the run did to an object that others have changed since, where the two can be told apart, and
// reports whether they can.
func (w *work) takeBack(m Made, found resource.Resource) bool {
	t := w.typeOf(m.Address)
	if t.TakeBack == nil || found.Settings == nil || m.After == nil {
		return false
	}
	after, ok := t.TakeBack(m.Before, m.After, found.Settings)
	if !ok {
		return false
	}
	w.draft.Notices = append(w.draft.Notices, m.Address.Plain()+" has been changed since: what others did to it stays")
	if !Same(found.Settings, after) {
		w.edits[m.Address] = &edit{address: m.Address, live: found, after: after}
	}
	return true
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
		for _, ground := range c.Grounds {
			if err := ground.Check(live); err != nil {
				moved = append(moved, Drift{Address: ground.Look, Ground: err.Error()})
			}
		}
		d := Drift{Address: c.Address, Left: c.Before, Found: now.Settings, Settings: Differences(c.Before, now.Settings)}
		if c.Before != nil && exists && len(c.Facts) > 0 { // of what the plan itself creates it knows no facts
			for name, fact := range c.Facts {
				if now.Facts[name] != fact {
					d.Settings = append(d.Settings, name)
				}
			}
			for name := range now.Facts {
				if _, known := c.Facts[name]; !known && name != resource.FactUsed && !strings.HasPrefix(name, resource.FactNow) {
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

// Understated finds a change that a plan does not call one-way although it is: somebody has edited the plan, and whoever
// consented to it was not told.
func Understated(plan *resource.Plan, live resource.State, types []resource.Type) error {
	w := newWork(Account{ID: plan.Account, Types: types})
	for _, c := range plan.Changes {
		t := w.typeOf(c.Address)
		if t.Weakens != nil {
			for _, phrase := range t.Weakens(c.Before, c.After) {
				if !slices.Contains(c.Weakens, phrase) {
					return fmt.Errorf("the plan does not say that %s weakens the audit (%s): it is not as it was made; plan again", c.Address.Plain(), phrase)
				}
			}
		}
		var lost []string
		switch {
		case c.Before == nil || plan.Undoes != "":
			continue
		case c.After == nil && t.OneWay != nil:
			lost = t.OneWay(live[c.Address])
		case c.After != nil && t.OneWayUpdate != nil:
			lost = t.OneWayUpdate(live[c.Address], c.After)
		}
		for _, phrase := range lost {
			if !slices.Contains(c.OneWay, phrase) {
				return fmt.Errorf("the plan does not say that %s loses %s: it is not as it was made; plan again", c.Address.Plain(), phrase)
			}
		}
	}
	return nil
}
