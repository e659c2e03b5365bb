package render

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// cutMark begins the note on what was cut.
const cutMark = "**Cut to fit into a comment.**"

// shown counts changed objects by how they are shown.
type shown struct{ inFull, byName, counted int }

// cut is the note on what was cut, where a reviewer sees it before the first thing that may be; empty where nothing was. Lists that are
// cut say so themselves, too.
func (v *review) cut(s shown, fewerFindings bool) *markdown {
	note := cutMark
	if s.byName+s.counted > 0 {
		note += " Of " + plural(s.inFull+s.byName+s.counted, "changed object") + ", " + grouped(s.inFull) + " are shown in full"
		if s.byName > 0 {
			note += ", " + grouped(s.byName) + " by name only"
		}
		if s.counted > 0 {
			note += ", and " + grouped(s.counted) + " are only counted"
		}
		note += "."
	}
	if fewerFindings {
		note += " Not all findings are listed."
	}
	if note == cutMark {
		return &markdown{}
	}
	return noted(note + " The numbers above are of all, and the " + strings.ToLower(v.subject) + " as HTML or JSON has everything.")
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
