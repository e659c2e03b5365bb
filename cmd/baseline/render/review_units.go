package render

import "strings"

// unit is what is shown or cut together: one object, or several of one kind of which the very same is told.
type unit struct {
	pieces []*piece
	// full is how it is shown in full, and names how it is otherwise.
	full, names string
	// rank and turn say when it gets room: the lowest rank first, and within it each group in turn.
	rank, turn int
}

// fewAlike is how many objects of which the same is told are still shown one by one.
const fewAlike = 3

// units makes the units of a group.
func (g group) units() []*unit {
	var units []*unit
	alike := map[string]*unit{}
	for _, p := range g.pieces {
		key := string(p.sign) + strings.Join(diffRows(p.rows), "\n")
		u := alike[key]
		if u == nil {
			u = &unit{turn: len(units)}
			alike[key] = u
			units = append(units, u)
		}
		u.pieces = append(u.pieces, p)
	}
	var out []*unit
	for _, u := range units {
		parts := []*unit{u}
		if len(u.pieces) <= fewAlike {
			parts = nil
			for _, p := range u.pieces {
				parts = append(parts, &unit{pieces: []*piece{p}, turn: u.turn})
			}
		}
		out = append(out, parts...)
	}
	return out
}

// title is what a unit is called.
func (u *unit) title() string {
	first := u.pieces[0]
	if len(u.pieces) == 1 {
		return first.name
	}
	return plural(len(u.pieces), kindNoun(kindWord(first.owner.Kind))) + " alike"
}

// inherited returns the signs of rows; what has none of its own has that of what it stands under, if that comes or goes.
func inherited(rows []row) []sign {
	signs := make([]sign, len(rows))
	var above []int // the rows under which the next may stand
	for i, r := range rows {
		for len(above) > 0 && rows[above[len(above)-1]].indent >= r.indent {
			above = above[:len(above)-1]
		}
		signs[i] = r.sign
		if r.sign == "" || r.sign == same {
			signs[i] = same
			if len(above) > 0 {
				if over := signs[above[len(above)-1]]; over == added || over == removed {
					signs[i] = over
				}
			}
		}
		if i > 0 { // the object above all has a sign for itself
			above = append(above, i)
		}
	}
	if rows[0].sign == added { // of what is new, all is new
		for i := range signs {
			if signs[i] == same {
				signs[i] = added
			}
		}
	}
	return signs
}
