package render

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

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
