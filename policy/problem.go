package policy

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Problem is one complaint about a document.
type Problem struct {
	// Path leads from the top of the document to the spot: strings for keys and ints for positions in lists, from 0, as in
	// {"Statement", 0, "Action"}. It is empty where the complaint is about the whole document or its JSON. Where a key is
	// missing, it leads to the object that lacks it.
	Path []any
	// Line and Column count from 1 in the JSON text, the column in characters.
	Line, Column int
	Message      string
}

// String returns the complaint with its place, as in
//
//	3:15: Statement[0].Action: "GetObject" has no service in front, as in s3:GetObject
func (p Problem) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d:%d: ", p.Line, p.Column)
	for i, step := range p.Path {
		switch step := step.(type) {
		case int:
			fmt.Fprintf(&b, "[%d]", step)
		default:
			if i > 0 {
				b.WriteByte('.')
			}
			fmt.Fprint(&b, step)
		}
	}
	if len(p.Path) > 0 {
		b.WriteString(": ")
	}
	b.WriteString(p.Message)
	return b.String()
}

// Error makes a Problem an error; it is the same as String.
func (p Problem) Error() string { return p.String() }

// spot is a place in a document: the path that leads there and the offset of its text in bytes.
type spot struct {
	path   []any
	offset int
}

// step returns the spot of a value below s.
func (s spot) step(key any, offset int) spot {
	return spot{path: append(slices.Clip(s.path), key), offset: offset}
}

// into returns the spot of the value of a member of the object at s.
func (s spot) into(m *member) spot { return s.step(m.name, m.value.offset) }

// complaints collects problems in the order they are found.
type complaints struct {
	found []complaint
}

type complaint struct {
	spot    spot
	message string
}

func (c *complaints) add(at spot, format string, args ...any) {
	c.found = append(c.found, complaint{at, fmt.Sprintf(format, args...)})
}

// problems returns everything found in the order of the text. Places are counted in one pass, so that a text full of
// mistakes costs no more than a long one.
func (c *complaints) problems(text string) []Problem {
	slices.SortStableFunc(c.found, func(a, b complaint) int { return cmp.Compare(a.spot.offset, b.spot.offset) })
	var out []Problem
	line, column, done := 1, 1, 0
	for _, found := range c.found {
		line, column = advance(text[done:found.spot.offset], line, column)
		done = found.spot.offset
		out = append(out, Problem{Path: found.spot.path, Line: line, Column: column, Message: found.message})
	}
	return out
}

// place returns the line and column of an offset.
func place(text string, offset int) (line, column int) { return advance(text[:offset], 1, 1) }

// advance moves a place past text.
func advance(text string, line, column int) (int, int) {
	if n := strings.Count(text, "\n"); n > 0 {
		line += n
		column = 1
		text = text[strings.LastIndexByte(text, '\n')+1:]
	}
	return line, column + utf8.RuneCountInString(text)
}
