package planner

import (
	"cmp"
	"container/heap"
	"slices"

	"baseline/resource"
)

// sort orders the steps so that each comes after its needs, and otherwise by phase, kind and name, so that the order
// is the same each time. A circle is broken by giving one of its objects an interim form first.
// It takes n log n time in the number of steps and needs.
func (w *work) sort(all []*step) []*step {
	var free queue
	for _, s := range all {
		if s.waits = len(s.needs); s.waits == 0 {
			free = append(free, s)
		}
	}
	heap.Init(&free)
	ordered := make([]*step, 0, len(all))
	for rest := len(all); rest > 0; {
		if free.Len() == 0 {
			all = all[slices.IndexFunc(all, unsorted):] // the sorted ones before it need not be passed again
			loosened, added := w.breakCircle(circle(all))
			if loosened == nil {
				return ordered
			}
			all = append(all, added...)
			rest += len(added)
			if loosened.waits == 0 {
				heap.Push(&free, loosened)
			}
			continue
		}
		s := heap.Pop(&free).(*step)
		s.sorted = true
		rest--
		ordered = append(ordered, s)
		for _, next := range s.before {
			if next.waits--; next.waits == 0 {
				heap.Push(&free, next)
			}
		}
	}
	return ordered
}

func unsorted(s *step) bool { return !s.sorted }

// circle finds steps that wait for each other, each for the next and the last for the first, among those that are not
// sorted yet. There must be one, and the first step must not be sorted.
func circle(all []*step) []*step {
	var path []*step
	seen := map[*step]int{}
	s := all[0]
	for {
		if start, again := seen[s]; again {
			return path[start:]
		}
		seen[s] = len(path)
		path = append(path, s)
		s = s.needs[slices.IndexFunc(s.needs, unsorted)]
	}
}

// breakCircle loosens one step of a circle: one that waits by courtesy, a deletion that need not wait for a trust to be withdrawn, or
// else a step that can be split, whose other parts are then added. It returns nil, and notes a problem, where there is neither.
func (w *work) breakCircle(path []*step) (loosened *step, added []*step) {
	for i, s := range path {
		if need := path[(i+1)%len(path)]; slices.Contains(s.courtesies, need) || w.bears(s, need) {
			s.needs = slices.DeleteFunc(s.needs, func(n *step) bool { return n == need })
			need.before = slices.DeleteFunc(need.before, func(n *step) bool { return n == s })
			s.recount()
			return s, nil
		}
	}
	for i, s := range path {
		if w.yields(s, path[(i+1)%len(path)]) && (loosened == nil || compareSteps(s, loosened) < 0) {
			loosened = s
		}
	}
	if loosened == nil {
		slices.SortFunc(path, compareSteps)
		w.problem(path[0].change.Address, "its changes and those of %s wait for each other", path[len(path)-1].change.Address.Plain())
		return nil, nil
	}
	added = w.split(loosened)
	for _, half := range append(added, loosened) {
		half.recount()
	}
	return loosened, added
}

// recount counts what the step still waits for.
func (s *step) recount() {
	s.waits = 0
	for _, need := range s.needs {
		if !need.sorted {
			s.waits++
		}
	}
}

// bears reports whether a deletion may come before an update that withdraws a trust in what is deleted. AWS then shows a dead
// id until the update; only a trust that shall be there again afterwards must have let go first.
func (w *work) bears(s, need *step) bool {
	a := s.change.Address
	return s.change.After == nil && need.change.Before != nil && need.change.After != nil &&
		!slices.Contains(w.firmNeeds(need.change.Address, need.change.Before), a) &&
		!slices.Contains(w.needs(need.change.Address, need.change.After), a)
}

// yields reports whether the first part of s, if it were split, would not wait for the other step any more.
func (w *work) yields(s, need *step) bool {
	if s.split || s.change.After == nil || need.change.After == nil || w.typeOf(s.change.Address).Interim == nil {
		return false
	}
	return s.change.Before != nil || !slices.Contains(w.firmNeeds(s.change.Address, s.change.After), need.change.Address)
}

// split takes a step apart into several that follow each other, and returns all but the first, which s becomes. A create first
// makes the interim form. An update first withdraws the trust, then changes everything else, then trusts again.
// What waited for the step, and what it waited for, is given to the part that it is about.
func (w *work) split(s *step) (added []*step) {
	a, before, after := s.change.Address, s.change.Before, s.change.After
	interim := w.typeOf(a).Interim
	forms := []resource.Object{interim(w.ID, after), after}
	if before != nil {
		if withdrawn := interim(w.ID, before); !Same(withdrawn, forms[0]) {
			forms = slices.Insert(forms, 0, withdrawn)
		}
	}
	parts := []*step{s}
	s.split = true
	s.change.After = forms[0]
	for i, form := range forms[1:] {
		part := &step{change: s.change, phase: s.phase, rank: s.rank, split: true, courtesies: s.courtesies}
		part.change.Before, part.change.After, part.change.Replace, part.change.Notes = forms[i], form, false, nil
		parts = append(parts, part)
	}
	changed, final := parts[len(parts)-2], parts[len(parts)-1]

	needs, waiting := s.needs, s.before
	s.needs, s.before = nil, nil
	firmly := w.needs(a, changed.change.After)
	for _, need := range needs {
		need.before = slices.DeleteFunc(need.before, func(n *step) bool { return n == s })
		switch {
		case need == s:
		case need.change.After == nil:
			w.afterStep(s, need)
		case slices.Contains(firmly, need.change.Address):
			w.afterStep(changed, need)
		default:
			w.afterStep(final, need)
		}
	}
	held := w.firmNeeds(a, before)
	for _, other := range waiting {
		other.needs = slices.DeleteFunc(other.needs, func(n *step) bool { return n == s })
		if other != s && slices.Contains(held, other.change.Address) {
			w.afterStep(other, changed)
		} else {
			w.afterStep(other, s)
		}
	}
	for i, part := range parts[1:] {
		w.afterStep(part, parts[i])
	}
	return parts[1:]
}

func compareSteps(a, b *step) int {
	return cmp.Or(
		cmp.Compare(a.phase, b.phase),
		cmp.Compare(a.rank, b.rank),
		a.change.Address.Compare(b.change.Address),
	)
}

// queue is a heap of the steps that are free to go.
type queue []*step

func (q queue) Len() int           { return len(q) }
func (q queue) Less(i, j int) bool { return compareSteps(q[i], q[j]) < 0 }
func (q queue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(x any)        { *q = append(*q, x.(*step)) }
func (q *queue) Pop() any {
	old := *q
	last := old[len(old)-1]
	*q = old[:len(old)-1]
	return last
}
