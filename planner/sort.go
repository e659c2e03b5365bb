package planner

import (
	"cmp"
	"container/heap"
	"slices"
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
	for len(ordered) < len(all) {
		if free.Len() == 0 {
			loosened, added := w.breakCircle(circle(all))
			if loosened == nil {
				return ordered
			}
			all = append(all, added...)
			if loosened.waits == 0 {
				heap.Push(&free, loosened)
			}
			continue
		}
		s := heap.Pop(&free).(*step)
		s.sorted = true
		ordered = append(ordered, s)
		for _, next := range s.before {
			if next.waits--; next.waits == 0 {
				heap.Push(&free, next)
			}
		}
	}
	return ordered
}

// circle finds steps that wait for each other, each for the next and the last for the first, among those that are not
// sorted yet. There must be one.
func circle(all []*step) []*step {
	var path []*step
	seen := map[*step]int{}
	unsorted := func(s *step) bool { return !s.sorted }
	s := all[slices.IndexFunc(all, unsorted)]
	for {
		if start, again := seen[s]; again {
			return path[start:]
		}
		seen[s] = len(path)
		path = append(path, s)
		s = s.needs[slices.IndexFunc(s.needs, unsorted)]
	}
}

// breakCircle loosens one step of a circle: a deletion that need not wait for a trust to be withdrawn, or else a step that can
// be split in two, whose second half is then added. It returns nil, and notes a problem, where there is neither.
func (w *work) breakCircle(path []*step) (loosened *step, added []*step) {
	for i, s := range path {
		if need := path[(i+1)%len(path)]; w.bears(s, need) {
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
		w.problem(path[0].change.Address, "its changes and those of %s wait for each other", plain(path[len(path)-1].change.Address))
		return nil, nil
	}
	final := w.split(loosened)
	loosened.recount()
	final.recount()
	return loosened, []*step{final}
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

// yields reports whether s need not wait for the step any more once it takes an interim form first.
func (w *work) yields(s, need *step) bool {
	if s.split || s.change.After == nil || need.change.After == nil || w.typeOf(s.change.Address).Interim == nil {
		return false
	}
	return !slices.Contains(w.firmNeeds(s.change.Address, s.change.After), need.change.Address)
}

// split turns a step into one that leads to the interim form and one that leads from there to the real one. What waited
// for the step now waits for its first half; what only the real form needs, its second half waits for.
func (w *work) split(s *step) (final *step) {
	a, after := s.change.Address, s.change.After
	s.split = true
	s.change.After = w.typeOf(a).Interim(w.ID, after)
	final = &step{change: s.change, phase: s.phase, rank: s.rank, split: true}
	final.change.Before, final.change.After = s.change.After, after
	final.change.Replace = false
	firm := w.needs(a, s.change.After)
	needs := s.needs
	s.needs = nil
	for _, need := range needs {
		switch {
		case need == s:
		case need.change.After == nil || slices.Contains(firm, need.change.Address):
			s.needs = append(s.needs, need)
		default:
			need.before = slices.DeleteFunc(need.before, func(n *step) bool { return n == s })
			w.afterStep(final, need)
		}
	}
	w.afterStep(final, s)
	return final
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
