package planner

import (
	"slices"

	"baseline/resource"
)

// audit says whether a step must come before or after all others for the sake of the record that the account keeps of them: what
// makes it smaller comes last, and where a run is taken back, what makes it whole again comes first.
type audit int

const (
	indifferent audit = iota
	strengthens
	weakens
)

// weigh finds out what a step means for the record of what is done.
func (w *work) weigh(t *resource.Type, s *step) {
	if t.Weakens == nil {
		return
	}
	s.change.Weakens = t.Weakens(s.change.Before, s.change.After)
	switch {
	case len(s.change.Weakens) > 0:
		s.audit, s.phase = weakens, 2
	case w.undoing && len(t.Weakens(s.change.After, s.change.Before)) > 0:
		s.audit = strengthens
	}
}

// hasten puts the steps that must come first, and whatever these wait for, before the others as far as the order is free.
func hasten(all []*step) {
	var hurry func(*step)
	hurry = func(s *step) {
		if s.phase < 0 {
			return
		}
		s.phase = -1
		for _, need := range s.needs {
			hurry(need)
		}
	}
	for _, s := range all {
		if s.audit == strengthens {
			hurry(s)
		}
	}
}

// pin makes the steps that must come first or last in an order be waited for, or wait, wherever they stand in it. The order has
// them there already; without this, steps would be carried out beside them.
func pin(ordered []*step) {
	for i, s := range ordered {
		switch s.audit {
		case weakens:
			s.needs = append(s.needs, ends(ordered[:i])...)
		case strengthens:
			for _, after := range ordered[i+1:] {
				if after.audit != strengthens && after.phase >= 0 {
					after.needs = append(after.needs, s)
				}
			}
		case indifferent:
		}
	}
}

// ends returns those of the steps that no other of them waits for.
func ends(steps []*step) []*step {
	waitedFor := map[*step]bool{}
	for _, s := range steps {
		for _, need := range s.needs {
			waitedFor[need] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(steps), func(s *step) bool { return waitedFor[s] })
}

// UndoWeakens reports whether taking changes back would make the record of what is done in the account smaller.
func UndoWeakens(changes []resource.Change, types []resource.Type) bool {
	weakens := map[resource.Kind]func(before, after resource.Object) []string{}
	for _, t := range types {
		weakens[t.Kind] = t.Weakens
	}
	return slices.ContainsFunc(changes, func(c resource.Change) bool {
		of := weakens[c.Address.Kind]
		return of != nil && len(of(c.After, c.Before)) > 0
	})
}
