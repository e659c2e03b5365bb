package policy

import (
	"cmp"
	"slices"
)

// side is the statements of one document with what is needed to pair them.
type side struct {
	statements []Statement
	forms      []string       // canonical
	first      map[string]int // the position of a form
	paired     []int          // the position in the other document, or none
}

func newSide(statements []Statement) *side {
	s := &side{statements: statements, first: make(map[string]int, len(statements))}
	for i := range statements {
		form := canonicalStatement(&statements[i])
		if _, twice := s.first[form]; !twice {
			s.first[form] = i
		}
		s.forms = append(s.forms, form)
		s.paired = append(s.paired, none)
	}
	return s
}

// none is the position of what is not there.
const none = -1

// twin returns the position of a statement of s that means the same as form, or none.
func (s *side) twin(form string) int {
	if i, ok := s.first[form]; ok {
		return i
	}
	return none
}

// loose returns the statements that are in no pair and whose meaning the other side does not have.
func (s *side) loose(other *side) []int {
	var positions []int
	for i, form := range s.forms {
		if s.paired[i] == none && other.twin(form) == none {
			positions = append(positions, i)
		}
	}
	return positions
}

func pair(old, now *side, i, j int) { old.paired[i], now.paired[j] = j, i }

// pairSame pairs the statements that mean the same, in order.
func pairSame(old, now *side) {
	free := make(map[string][]int, len(now.forms))
	for j, form := range now.forms {
		free[form] = append(free[form], j)
	}
	for i, form := range old.forms {
		if js := free[form]; len(js) > 0 {
			pair(old, now, i, js[0])
			free[form] = js[1:]
		}
	}
}

// pairNamesakes pairs the loose statements that have the same Sid.
func pairNamesakes(old, now *side) {
	named := map[string][]int{}
	for _, j := range now.loose(old) {
		if sid := now.statements[j].Sid; sid != "" {
			named[sid] = append(named[sid], j)
		}
	}
	for _, i := range old.loose(now) {
		sid := old.statements[i].Sid
		if js := named[sid]; len(js) > 0 {
			pair(old, now, i, js[0])
			named[sid] = js[1:]
		}
	}
}

// Bounds of pairing by likeness: the share of elements two statements must have in common, and the number of comparisons
// beyond which it is not tried. Documents within IAM's size limits stay far below that.
const (
	leastLikeness  = 0.5
	maxComparisons = 40_000
)

// pairAlike pairs the loose statements that share enough of what they name, the most alike first.
func pairAlike(old, now *side) {
	gone, come := old.loose(now), now.loose(old)
	if len(gone)*len(come) > maxComparisons {
		return
	}
	type candidate struct {
		i, j     int
		likeness float64
	}
	var candidates []candidate
	comeElements := make([]map[rowKey]bool, len(come))
	for at, j := range come {
		comeElements[at] = elements(&now.statements[j])
	}
	for _, i := range gone {
		goneElements := elements(&old.statements[i])
		for at, j := range come {
			if l := likeness(goneElements, comeElements[at]); l >= leastLikeness {
				candidates = append(candidates, candidate{i, j, l})
			}
		}
	}
	slices.SortStableFunc(candidates, func(a, b candidate) int { return cmp.Compare(b.likeness, a.likeness) })
	for _, c := range candidates {
		if old.paired[c.i] == none && now.paired[c.j] == none {
			pair(old, now, c.i, c.j)
		}
	}
}

// elements returns what a statement names. The effect, the name and the resource "*" are left out: they say nothing about
// whether two statements have to do with each other.
func elements(s *Statement) map[rowKey]bool {
	set := map[rowKey]bool{}
	for _, r := range rows(s, layout{}) {
		if !r.head && r.key.slot != slotSid && r.key != resourceKey("*") {
			set[r.key] = true
		}
	}
	return set
}

// likeness is the share of elements two sets have in common, 0 to 1 (the Sørensen–Dice coefficient).
func likeness(a, b map[rowKey]bool) float64 {
	if len(a)+len(b) == 0 {
		return 0
	}
	common := 0
	for element := range a {
		if b[element] {
			common++
		}
	}
	return 2 * float64(common) / float64(len(a)+len(b))
}

// position is a place in the list before, in the list after, or in both; none where it is in one only.
type position struct{ before, after int }

// weave puts two lists into one: the order is that of the list after, and what is only in the list before follows what it
// followed there. The arguments give for each position the one it is paired with in the other list, or none.
func weave(before, after []int) []position {
	following := make(map[int][]int) // by the position after of the neighbour, none for the beginning
	neighbour := none
	for i, j := range before {
		if j == none {
			following[neighbour] = append(following[neighbour], i)
		} else {
			neighbour = j
		}
	}
	out := make([]position, 0, len(before)+len(after))
	add := func(neighbour int) {
		for _, i := range following[neighbour] {
			out = append(out, position{i, none})
		}
	}
	add(none)
	for j, i := range after {
		out = append(out, position{i, j})
		if i != none {
			add(j)
		}
	}
	return out
}
