package render

import (
	"cmp"
	"slices"
	"strings"
)

// fill writes what a unit is shown as.
func (u *unit) fill(open bool) {
	first := u.pieces[0]
	switch {
	case first.sign == removed: // of which there is little to tell but that it goes
		u.rank = 2
	case !first.dangerous():
		u.rank = 1
	}
	names := make([]string, len(u.pieces))
	for i, p := range u.pieces {
		names[i] = markdownCode(short(string(p.sign)+" "+p.name)) + " "
	}
	u.names = strings.Join(names, "")
	before := ""
	if len(u.pieces) > 1 {
		fit := fitting(names, maxPiece/2)
		before = "\n" + strings.TrimSpace(strings.Join(names[:fit], ""))
		if more := len(names) - fit; more > 0 {
			before += " and " + grouped(more) + " more"
		}
		before += "\n"
	}
	var badges strings.Builder
	for _, badge := range first.badges {
		badges.WriteString(" <b>" + string(warning) + " " + badge + "</b>")
	}
	var m markdown
	m.out.WriteString("<details" + openIf(open || first.dangerous()) + "><summary>" + htmlCode(string(first.sign)+" "+u.title()) + badges.String() + "</summary>\n" + before)
	m.fence("diff", middleOf(diffRows(first.rows), maxPiece))
	m.out.WriteString("\n</details>")
	u.full = m.out.String()
}

// markdownChanges adds the changes, grouped by who and what they are of, in a room of so many bytes: in full as long as there is room,
// then by name, then as numbers. It returns how many objects are shown in which way.
func (v *review) markdownChanges(m *markdown, room int) (s shown) {
	total := 0
	for _, g := range v.groups {
		total += len(g.pieces)
		room -= len(g.name) + 60
	}
	if total == 0 {
		return s
	}
	const few = 12 // so many that a reader wants to see them without a click
	groups := make([][]*unit, len(v.groups))
	var queue []*unit
	rest := 0 // what the names of all that is not chosen take
	for i, g := range v.groups {
		groups[i] = g.units()
		queue = append(queue, groups[i]...)
		for _, u := range groups[i] {
			u.fill(total <= few)
			rest += len(u.names)
		}
	}
	slices.SortStableFunc(queue, func(a, b *unit) int { return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(a.turn, b.turn)) })
	chosen := map[*unit]bool{}
	for _, u := range queue {
		if rest-len(u.names)+len(u.full) <= room {
			chosen[u] = true
			room -= len(u.full) + 2
			rest -= len(u.names)
		}
	}
	m.line("### Changes")
	for i, g := range v.groups {
		m.line("#### " + inMarkdown(short(g.name)))
		var others strings.Builder
		uncounted := 0
		for _, u := range groups[i] {
			switch {
			case chosen[u]:
				s.inFull += len(u.pieces)
				m.line(u.full)
			case len(u.names) <= room:
				room -= len(u.names)
				s.byName += len(u.pieces)
				others.WriteString(u.names)
			default:
				uncounted += len(u.pieces)
			}
		}
		if others.Len() > 0 {
			m.line("By name only: " + strings.TrimSpace(others.String()))
		}
		if uncounted > 0 {
			m.line("And " + grouped(uncounted) + " more.")
		}
		s.counted += uncounted
	}
	return s
}

// diffRows writes the rows of a piece, but for their heading, as lines that begin with their signs, as viewers of differences colour them.
func diffRows(rows []row) []string {
	var lines []string
	line := func(g sign, indent int, words string) {
		lines = append(lines, cutRow(ticked(string(g)+strings.Repeat(" ", max(1, indent-partIndent+1))+words)))
	}
	signs := inherited(rows)
	for i, r := range rows {
		remarks := strings.Join(r.remarks, between)
		if i > 0 && r.alarm == "" && remarks != "" {
			line(signs[i], r.indent, r.label+"  "+remarks)
			continue
		}
		if i > 0 {
			line(signs[i], r.indent, r.label)
		}
		if r.alarm != "" {
			line(warning, r.indent+partIndent, strings.TrimPrefix(r.alarm, string(warning)+" "))
		}
		if remarks != "" {
			line(remark, r.indent+partIndent, remarks)
		}
	}
	if len(lines) == 0 {
		line(rows[0].sign, 0, rows[0].label)
	}
	return lines
}
