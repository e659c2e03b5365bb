package render

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// picture is a graph with a place for everything, in pixels.
type picture struct {
	Width, Height int
	Nodes         []drawnNode
	Edges         []drawnEdge
	// Columns are the headings, and Legend says what the signs mean.
	Columns []drawnText
	// About says in a sentence what there is to see, for those who can't.
	About string
	// Collapsed is true where some nodes stand for several things.
	Collapsed bool
}

// drawnText is a text with the place where it begins.
type drawnText struct {
	X, Y int
	Text string
}

// drawnNode is a box with a text in it.
type drawnNode struct {
	X, Y, Width, Height int
	// Class is the class of its sign: what the style knows it by.
	Class, Label, Title, Anchor string
	TextX, TextY                int
	// Several is true for a box that stands for several things, with another box behind it at BackX and BackY.
	Several      bool
	BackX, BackY int
}

// drawnEdge is a curve between two boxes, with its sign in the middle.
type drawnEdge struct {
	Class, Path, Title string
	// Label is empty where the tie stays as it is.
	Label          string
	LabelX, LabelY int
}

// The measures of a picture.
const (
	nodeWidth, nodeHeight = 250, 26
	nodeGap               = 10
	columnGap             = 150
	margin                = 12
	headingHeight         = 34
	mostLetters           = 33 // of a name in a box
)

// classes are what the styles of pages call the signs.
var classes = map[sign]string{
	added: "add", altered: "mod", removed: "del", replaced: "rep", warning: "warn", remark: "note", same: "keep", passed: "pass", failed: "fail",
}

// draw lays out who gets what by the changes of a plan. It is nil where no change is between principals and policies. The same
// changes give the same picture.
func draw(all []*block, account string) *picture {
	g := graphOf(all, account)
	if len(g.edges) == 0 {
		return nil
	}
	before := len(g.nodes)
	g.collapse()
	p := &picture{Collapsed: len(g.nodes) < before}
	columns := g.arranged()
	place := map[*node]*drawnNode{}
	longest := 0
	for _, members := range columns {
		longest = max(longest, len(members))
	}
	p.Width = 2*margin + columnCount*nodeWidth + (columnCount-1)*columnGap
	p.Height = headingHeight + longest*(nodeHeight+nodeGap) + margin
	for i, members := range columns {
		x := margin + i*(nodeWidth+columnGap)
		p.Columns = append(p.Columns, drawnText{x, headingHeight / 2, []string{"Users, and whom roles trust", "Groups and roles", "Policies"}[i]})
		y := headingHeight + (longest-len(members))*(nodeHeight+nodeGap)/2
		for _, n := range members {
			p.Nodes = append(p.Nodes, boxOf(n, x, y))
			y += nodeHeight + nodeGap
		}
	}
	at := 0
	for _, members := range columns {
		for _, n := range members {
			place[n] = &p.Nodes[at]
			at++
		}
	}
	gaps := gapsOf(columns[1], place)
	for _, e := range g.sortedEdges() {
		p.Edges = append(p.Edges, curve(e, place[e.from], place[e.to], gaps))
	}
	p.About = fmt.Sprintf("Who gets what: %s and %s between principals and policies. All of it is told in words below.",
		plural(before, "object"), plural(len(g.edges), "tie"))
	return p
}

func boxOf(n *node, x, y int) drawnNode {
	label := n.label()
	if n.sign != same {
		label = string(n.sign) + " " + label
	}
	title := n.word + " " + n.name // as in "user alice"
	switch {
	case n.count > 1:
		title = label + ": " + n.name + " and " + grouped(n.count-1) + " more of the same"
	case n.word == "principal" || n.word == "account":
		title = n.name
	}
	d := drawnNode{
		X: x, Y: y, Width: nodeWidth, Height: nodeHeight, Class: classes[n.sign], Label: middle(label, mostLetters), Title: title,
		TextX: x + 10, TextY: y + nodeHeight/2, Several: n.count > 1, BackX: x + 3, BackY: y + 3,
	}
	if n.count == 1 {
		d.Anchor = n.anchor
	}
	return d
}

// middle cuts a name in its middle, since names often differ at their ends only.
func middle(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	letters := []rune(s)
	head := (n - 1) * 2 / 3
	return string(letters[:head]) + "…" + string(letters[len(letters)-(n-1-head):])
}

// gapsOf are the heights at which a line can pass a column without a box in its way: above, between and below the boxes.
func gapsOf(column []*node, place map[*node]*drawnNode) []int {
	var gaps []int
	for _, n := range column {
		gaps = append(gaps, place[n].Y-nodeGap/2)
	}
	if len(column) > 0 {
		gaps = append(gaps, place[column[len(column)-1]].Y+nodeHeight+nodeGap/2)
	}
	return gaps
}

// nearest is the number that is nearest to another one; there must be some.
func nearest(numbers []int, to int) int {
	return slices.MinFunc(numbers, func(a, b int) int { return cmp.Compare(max(a-to, to-a), max(b-to, to-b)) })
}

// curve is the line between two boxes: from the right side of one to the left side of the other, through a gap of the column between
// them, or in an arc between two of one column. A line behind a box would look as if it ended, and another began there.
func curve(e *edge, from, to *drawnNode, gaps []int) drawnEdge {
	x1, y1 := from.X+from.Width, from.Y+from.Height/2
	x2, y2 := to.X, to.Y+to.Height/2
	d := drawnEdge{Class: classes[e.sign]}
	if from.X == to.X { // a role that another trusts
		x1, x2 = from.X, to.X
		out := x1 - 46
		d.Path = fmt.Sprintf("M%d %d C%d %d %d %d %d %d", x1, y1, out, y1, out, y2, x2, y2)
		d.LabelX, d.LabelY = x1-34, (y1+y2)/2
	} else {
		start := ""
		if x2-x1 > columnGap && len(gaps) > 0 {
			pass, enter, bend := nearest(gaps, (y1+y2)/2), x1+columnGap, columnGap/2
			start = fmt.Sprintf("M%d %d C%d %d %d %d %d %d L%d %d ", x1, y1, x1+bend, y1, enter-bend, pass, enter, pass, x2-columnGap, pass)
			x1, y1 = x2-columnGap, pass
		}
		bend := (x2 - x1) / 2
		if start == "" {
			start = fmt.Sprintf("M%d %d ", x1, y1)
		}
		d.Path = start + fmt.Sprintf("C%d %d %d %d %d %d", x1+bend, y1, x2-bend, y2, x2, y2)
		d.LabelX, d.LabelY = onCurve(0.5, x1, x1+bend, x2-bend, x2), onCurve(0.5, y1, y1, y2, y2)
	}
	if e.sign != same {
		d.Label = string(e.sign)
	}
	if e.word != "" {
		d.Label = strings.TrimSpace(string(e.sign) + " " + e.word)
	}
	if e.count > 1 {
		d.Label += " ×" + grouped(e.count)
	}
	words := map[sign]string{added: "new", removed: "goes", altered: "changes", replaced: "is made anew", same: "stays"}
	d.Title = from.Title + " → " + to.Title + " " + e.word + " (" + words[e.sign] + ")"
	return d
}

// onCurve is a coordinate of the point of a cubic curve, from its beginning (0) to its end (1).
func onCurve(t float64, a, b, c, d int) int {
	u := 1 - t
	return int(u*u*u*float64(a) + 3*u*u*t*float64(b) + 3*u*t*t*float64(c) + t*t*t*float64(d) + 0.5)
}

// arranged returns the nodes column by column, ordered so that few lines cross: each column by the middle of what its nodes are
// tied to, a few times over.
func (g *graph) arranged() [columnCount][]*node {
	var columns [columnCount][]*node
	for column := range columns {
		members := g.column(column)
		slices.SortStableFunc(members, func(a, b *node) int {
			return cmp.Or(cmp.Compare(a.word, b.word), cmp.Compare(a.name, b.name), cmp.Compare(a.id, b.id))
		})
		columns[column] = members
	}
	neighbours := map[*node][]*node{}
	for _, e := range g.sortedEdges() {
		neighbours[e.from] = append(neighbours[e.from], e.to)
		neighbours[e.to] = append(neighbours[e.to], e.from)
	}
	place := map[*node]float64{}
	settle := func(column int) {
		for i, n := range columns[column] {
			place[n] = (float64(i) + 0.5) / float64(len(columns[column]))
		}
	}
	for column := range columns {
		settle(column)
	}
	for round := range 8 {
		for i := range columns {
			column := i
			if round%2 == 1 {
				column = len(columns) - 1 - i
			}
			middle := map[*node]float64{}
			for _, n := range columns[column] {
				sum, of := place[n]*0.1, 0.1 // stay where you are, if nothing pulls
				for _, other := range neighbours[n] {
					sum += place[other]
					of++
				}
				middle[n] = sum / of
			}
			slices.SortStableFunc(columns[column], func(a, b *node) int { return cmp.Compare(middle[a], middle[b]) })
			settle(column)
		}
	}
	return columns
}

// sortedEdges returns the edges in an order that the same plan always gives: what stays first, so that what changes is drawn over it.
func (g *graph) sortedEdges() []*edge {
	var all []*edge
	for _, e := range g.edges {
		all = append(all, e)
	}
	slices.SortFunc(all, func(a, b *edge) int {
		return cmp.Or(
			cmp.Compare(slices.Index([]sign{same, added, altered, replaced, removed}, a.sign), slices.Index([]sign{same, added, altered, replaced, removed}, b.sign)),
			cmp.Compare(a.from.id, b.from.id), cmp.Compare(a.to.id, b.to.id), cmp.Compare(a.word, b.word),
		)
	})
	return all
}
