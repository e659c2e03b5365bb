package render

import (
	"cmp"
	"fmt"
	"html"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// MaxMarkdown is how long a report in Markdown is at most. GitHub takes comments of 65,536 characters; ours have no more bytes
// than that, and so never more characters, whatever counts as one.
const MaxMarkdown = 65_536

// How many bytes the parts of a report in Markdown may take. What is left over goes to the changes in full.
const (
	maxFailure  = 4_000
	maxNotDone  = 6_000
	maxDangers  = 16_000
	maxFindings = 14_000
	maxAbout    = 5_000
	maxPiece    = 12_000 // one object with its parts
	maxRow      = 3_000  // one line of a statement
	maxField    = 300    // a name at the head, in characters
	mostCounts  = 40     // rows of the table of counts
	reserve     = 1_500  // headings and notes on what was cut
)

// Marker is the first line of a report in Markdown: an HTML comment by which the comment or issue that holds an earlier report on
// the same thing can be found. The subject is "plan", "run" or "check".
func Marker(subject, baseline, account string) string {
	plain := func(s string) string {
		var b strings.Builder
		for i := range len(s) {
			c := s[i]
			if c == '.' || c == '_' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' ||
				c == '-' && i > 0 && s[i-1] != '-' {
				b.WriteByte(c)
				continue
			}
			fmt.Fprintf(&b, "%%%02X", c)
		}
		return b.String()
	}
	return fmt.Sprintf("<!-- baseline: %s of %s in %s -->", plain(subject), plain(firstColumns(baseline, maxField)), plain(firstColumns(account, maxField)))
}

// markdown writes the report as GitHub-flavoured Markdown, for a comment on a pull request: the verdict, the numbers, what nobody
// must miss, the findings, the changes in full, and what else there is, folded. It is never longer than [MaxMarkdown]: what is cut is
// cut from the changes in full, and from lists that say how many they leave out. Texts from outside can't leave their place in it.
func (r *Report) markdown(w io.Writer) error {
	if r.Check != nil {
		return CheckMarkdown(w, r.Check)
	}
	v := reviewOf(r)
	head, changes, found, about := &markdown{}, &markdown{}, &markdown{}, &markdown{}
	if v.baseline != "" {
		head.line(Marker(strings.ToLower(v.subject), v.baseline, v.account))
	}
	v.head(head)
	v.about(about, r)
	v.markdownFindings(found)
	v.markdownChanges(changes, MaxMarkdown-reserve-head.out.Len()-found.out.Len()-about.out.Len())
	whole := joined(head, changes, found, about)
	if len(whole) > MaxMarkdown { // names of a hostile length everywhere
		whole = joined(head, noted("**Cut to fit into a comment.** The changes and findings are in the plan as HTML or JSON."))
	}
	_, err := io.WriteString(w, whole)
	return err
}

// joined puts parts of a document together, with an empty line between them.
func joined(parts ...*markdown) string {
	var texts []string
	for _, part := range parts {
		if part.out.Len() > 0 {
			texts = append(texts, part.out.String())
		}
	}
	return strings.Join(texts, "\n")
}

// noted is a part with one line in it.
func noted(line string) *markdown {
	m := &markdown{}
	m.line(line)
	return m
}

// short cuts a text that is escaped for a terminal for the head of a report.
func short(escaped string) string { return firstColumns(escaped, maxField) }

// head adds what is never cut: verdict, numbers, and what nobody must miss.
func (v *review) head(m *markdown) {
	title := "## " + v.subject
	if v.baseline != "" {
		title += " of " + inMarkdown(short(v.baseline))
	}
	m.line(title)
	verdict := "**" + inMarkdown(short(v.verdict)) + ".**"
	if v.mood == alarming {
		verdict = "**" + string(warning) + "** " + verdict
	}
	m.line(strings.TrimSpace(verdict + " " + inMarkdown(firstColumns(v.summary, 2*maxField))))
	if len(v.source) > 0 {
		parts := make([]string, len(v.source))
		for i, part := range v.source {
			parts[i] = inMarkdown(short(part))
		}
		m.line(strings.Join(parts, between))
	}
	if len(v.failure) > 0 {
		m.fence("", middleOf(fenced(v.failure), maxFailure))
	}
	v.countTable(m)
	if len(v.notDone) > 0 {
		m.line("### Not done")
		m.fence("", middleOf(plainRows(v.notDone), maxNotDone))
	}
	v.markdownDangers(m)
}

// countTable adds the table of counts.
func (v *review) countTable(m *markdown) {
	if len(v.counts) > 0 {
		m.line("| | + create | ~ change | ± replace | - delete | one-way | weakens the audit |\n| --- | --: | --: | --: | --: | --: | --: |")
		for i, c := range v.counts {
			last := i == len(v.counts)-1
			if i >= mostCounts && !last {
				continue
			}
			name, bold := inMarkdown(firstColumns(c.name, 60)), ""
			if last {
				bold = "**"
			}
			fmt.Fprintf(&m.out, "| %s%s%s |", bold, name, bold)
			for _, n := range []int{c.Create, c.Change, c.Replace, c.Delete, c.OneWay, c.Counts.Weakens} {
				cell := ""
				if n > 0 {
					cell = bold + grouped(n) + bold
				}
				fmt.Fprintf(&m.out, " %s |", cell)
			}
			m.out.WriteByte('\n')
		}
	}
	if found := countFindings(v.findings); len(found) > 0 {
		words := make([]string, len(found))
		for i, f := range found {
			words[i] = f.value + " " + f.name
		}
		m.line("Findings: " + strings.Join(words, ", "))
	}
}

// markdownDangers adds what nobody must miss, in a box of GitHub's.
func (v *review) markdownDangers(m *markdown) {
	if len(v.dangers) == 0 {
		return
	}
	m.line("> [!CAUTION]\n> **Do not miss: what goes, what cannot be taken back, what weakens the audit**\n>")
	items := make([]string, len(v.dangers))
	for i, d := range v.dangers {
		items[i] = d.markdown()
	}
	fit := fitting(items, maxDangers)
	m.out.WriteString(strings.Join(items[:fit], ""))
	if left := v.dangers[fit:]; len(left) > 0 {
		m.out.WriteString("> - and more, which are too many to name here: " + inMarkdown(short(dangersByKind(left))) + "\n")
	}
}

// markdown is an item of the list of dangers. Of many that are alike, it names the first.
func (d danger) markdown() string {
	says := make([]string, len(d.says))
	for n, s := range d.says {
		says[n] = inMarkdown(short(s))
	}
	sentence := ": " + strings.Join(says, between) + "\n"
	if len(d.names) == 1 {
		return "> - " + markdownCode(short(string(d.sign)+" "+d.names[0])) + sentence
	}
	names := make([]string, len(d.names))
	for i, name := range d.names {
		names[i] = markdownCode(short(name)) + " "
	}
	fit := fitting(names, maxDangers/4)
	line := "> - `" + string(d.sign) + "` **" + inMarkdown(short(d.many())) + "**" + strings.TrimSuffix(sentence, "\n") + ": " + strings.TrimSpace(strings.Join(names[:fit], ""))
	if more := len(names) - fit; more > 0 {
		line += " and " + grouped(more) + " more"
	}
	return line + "\n"
}

// dangersByKind counts dangers by sign and kind, in the order in which they come.
func dangersByKind(dangers []danger) string {
	var words []string
	count := map[string]int{}
	for _, d := range dangers {
		word := string(d.sign) + " " + strings.ToLower(kindHeading(d.kind))
		if count[word] == 0 {
			words = append(words, word)
		}
		count[word] += len(d.names)
	}
	for i, word := range words {
		words[i] = word + " (" + grouped(count[word]) + ")"
	}
	return strings.Join(words, ", ")
}

// fitting is how many of the items fit into a room, from the first on.
func fitting(items []string, room int) int {
	for i, item := range items {
		if room -= len(item); room < 0 {
			return i
		}
	}
	return len(items)
}

// markdownFindings adds the findings, the worst first. What is less than high is folded.
func (v *review) markdownFindings(m *markdown) {
	if len(v.findings) == 0 {
		return
	}
	m.line("### Findings")
	room := maxFindings
	left := 0
	for i, g := range v.findings {
		lines := g.markdown()
		fit := fitting(lines, min(room, max(1_500, maxFindings/3)))
		if fit < 2 { // not even the heading and one line
			for _, g := range v.findings[i:] {
				left += g.count
			}
			break
		}
		if cut := len(lines) - fit; cut > 0 {
			lines = append(slices.Clone(lines[:fit]), "- and "+plural(cut, "line")+" more, which "+"JSON and HTML have\n")
		}
		body := strings.Join(lines[1:], "")
		room -= len(lines[0]) + len(body)
		m.line("<details" + openIf(severityRank(g.severity) <= 1) + "><summary>" + lines[0] + "</summary>\n\n" + body + "\n</details>")
	}
	if left > 0 {
		m.line("And " + plural(left, "finding") + " more, too many for a comment: JSON and HTML name them all.")
	}
}

func openIf(open bool) string {
	if open {
		return " open"
	}
	return ""
}

// markdown returns the heading of a group, as HTML, and its lines.
func (g findingGroup) markdown() []string {
	heading := "<b>" + htmlCode(g.word) + "</b> " + htmlCode(g.rule)
	if g.control != "" {
		heading += " " + htmlCode(g.control)
	}
	lines := []string{heading + " " + grouped(g.count)}
	for _, a := range g.advised {
		for _, same := range a.alike {
			if len(same.subjects) == 1 {
				lines = append(lines, "- "+markdownCode(short(same.subjects[0]))+": "+inMarkdown(short(same.seen))+"\n")
				continue
			}
			names := make([]string, 0, mostNames+1)
			for _, subject := range same.subjects[:min(len(same.subjects), mostNames)] {
				names = append(names, markdownCode(firstColumns(subject, 80)))
			}
			line := "- " + inMarkdown(plural(len(same.subjects), same.noun)) + ": " + inMarkdown(short(same.seen)) + ": " + strings.Join(names, ", ")
			if more := len(same.subjects) - mostNames; more > 0 {
				line += " and " + grouped(more) + " more"
			}
			lines = append(lines, line+"\n")
		}
		if a.advice != "" {
			lines = append(lines, "\n  → "+inMarkdown(short(a.advice))+"\n")
		}
	}
	return lines
}

// htmlCode writes an escaped text as code in HTML, in which platforms link nothing.
func htmlCode(escaped string) string { return "<code>" + html.EscapeString(short(escaped)) + "</code>" }

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
// then by name, then as numbers.
func (v *review) markdownChanges(m *markdown, room int) {
	total := 0
	for _, g := range v.groups {
		total += len(g.pieces)
		room -= len(g.name) + 60
	}
	if total == 0 {
		return
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
	inFull, byName, counted := 0, 0, 0
	for i, g := range v.groups {
		m.line("#### " + inMarkdown(short(g.name)))
		var others strings.Builder
		uncounted := 0
		for _, u := range groups[i] {
			switch {
			case chosen[u]:
				inFull += len(u.pieces)
				m.line(u.full)
			case len(u.names) <= room:
				room -= len(u.names)
				byName += len(u.pieces)
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
		counted += uncounted
	}
	if byName+counted > 0 {
		note := fmt.Sprintf("**Cut to fit into a comment.** Of %s, %s are shown in full", plural(total, "changed object"), grouped(inFull))
		if byName > 0 {
			note += ", " + grouped(byName) + " by name only"
		}
		if counted > 0 {
			note += ", and " + grouped(counted) + " are only counted"
		}
		m.line(note + ". The numbers above are of all of them, and the plan as HTML or JSON has everything.")
	}
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

// plainRows writes rows as lines.
func plainRows(rows []row) []string {
	lines := make([]string, len(rows))
	for i := range rows {
		lines[i] = cutRow(ticked(strings.TrimRight(rows[i].line(outcomeColumn, Style{}), "\n")))
	}
	return lines
}

// cutRow cuts a line that is too long for a comment, at a character.
func cutRow(line string) string {
	if len(line) <= maxRow {
		return line
	}
	end := maxRow - 40
	for !utf8.RuneStart(line[end]) {
		end--
	}
	return line[:end] + fmt.Sprintf("… (cut: %s)", plural(utf8.RuneCountInString(line), "character"))
}

// middleOf leaves out lines of the middle until the others fit into a room, and says how many.
func middleOf(lines []string, room int) []string {
	size := func(lines []string) int {
		n := 0
		for _, line := range lines {
			n += len(line) + 1
		}
		return n
	}
	if size(lines) <= room {
		return lines
	}
	room -= 60
	head, tail := 0, len(lines)
	for from, left := 0, room*2/3; from < len(lines) && len(lines[from])+1 <= left; from++ {
		left -= len(lines[from]) + 1
		head = from + 1
	}
	for left := room - size(lines[:head]); tail > head && len(lines[tail-1])+1 <= left; tail-- {
		left -= len(lines[tail-1]) + 1
	}
	if head == 0 { // not even the first one fits
		head, tail = 1, max(1, tail)
		lines = slices.Clone(lines)
		lines[0] = cutTo(lines[0], room)
		if size(lines[:1])+size(lines[tail:]) > room {
			tail = len(lines)
		}
	}
	if head == tail {
		return lines
	}
	return slices.Concat(lines[:head], []string{fmt.Sprintf("… %s left out …", plural(tail-head, "line"))}, lines[tail:])
}

// cutTo cuts a line at a character, so that it takes no more bytes than the room.
func cutTo(line string, room int) string {
	if len(line) <= room {
		return line
	}
	end := max(0, room-4)
	for end > 0 && !utf8.RuneStart(line[end]) {
		end--
	}
	return line[:end] + "…"
}

// ticked takes from a line what could end a block of code: three backticks.
func ticked(line string) string {
	if !strings.Contains(line, "```") {
		return line
	}
	return strings.ReplaceAll(line, "`", `\x60`)
}

func fenced(lines []string) []string {
	safe := make([]string, len(lines))
	for i, line := range lines {
		safe[i] = ticked(line)
	}
	return safe
}

// fence adds lines in a block of code. They must be [ticked].
func (m *markdown) fence(language string, lines []string) {
	m.line("```" + language + "\n" + strings.Join(lines, "\n") + "\n```")
}

// about adds what else there is to know, folded.
func (v *review) about(m *markdown, r *Report) {
	var lines []string
	for _, notice := range v.notices {
		lines = append(lines, "- "+inMarkdown(short(notice))+"\n")
	}
	if len(v.notices) > 0 {
		fit := fitting(lines, maxAbout/2)
		if cut := len(lines) - fit; cut > 0 {
			lines = append(lines[:fit], "- and "+plural(cut, "note")+" more\n")
		}
		m.line("<details><summary>Notes: " + grouped(len(v.notices)) + "</summary>\n\n" + strings.Join(lines, "") + "\n</details>")
	}
	lines = nil
	for _, f := range v.facts {
		lines = append(lines, "- "+f.name+" "+markdownCode(short(f.value))+"\n")
	}
	if r.Program != "" {
		lines = append(lines, "- made by "+markdownCode("baseline "+short(text(r.Program)))+"\n")
	}
	if len(v.counts) > 0 {
		lines = append(lines, "- signs: `+` new, `~` changes, `-` goes, `±` deleted and created again, `!` cannot be taken back or weakens the audit, `·` something else to know\n")
	}
	if len(lines) == 0 {
		return
	}
	fit := fitting(lines, maxAbout/2)
	if cut := len(lines) - fit; cut > 0 {
		lines = append(lines[:fit], "- and "+plural(cut, "line")+" more\n")
	}
	m.line("<details><summary>About this " + strings.ToLower(v.subject) + "</summary>\n\n" + strings.Join(lines, "") + "\n</details>")
}
