package policy

import (
	"cmp"
	"strconv"
	"strings"
)

// ChangeKind says what became of a statement.
type ChangeKind int

// What can become of a statement.
const (
	// Same statements mean the same; their Sid, spelling or place may differ.
	Same ChangeKind = iota
	Added
	Removed
	Changed
)

// String returns the kind in one word.
func (k ChangeKind) String() string {
	switch k {
	case Same:
		return "same"
	case Added:
		return "added"
	case Removed:
		return "removed"
	case Changed:
		return "changed"
	}
	return "unknown"
}

// StatementChange is what became of one statement, or of what stands around the statements.
type StatementChange struct {
	Kind ChangeKind
	// Before is nil for an added statement, and After for a removed one. Both are nil for a change of the document itself.
	Before, After *Statement
	// Index is the place of the statement, from 1, among the Of statements of the document it is shown from: the one before
	// for a removed statement, else the one after. Both are 0 for a change of the document itself.
	Index, Of int
	// Lines show the whole statement with what changed in it.
	Lines []Line
}

// Line is one line of a statement in words; see [Statement.Lines].
type Line struct {
	// Sign is '-' for what goes, '+' for what comes and ' ' for what stays.
	Sign byte
	Text string
	// Edits are the parts of Text that the line it replaces, or is replaced by, doesn't have. Nil when there is no such line
	// or the two have little in common.
	Edits []Edit
}

// Edit is a part of a text, from byte Start up to byte End.
type Edit struct{ Start, End int }

// Diff compares two documents statement by statement, for display. Either may be "", for a document that is not there.
//
// The changes are in the order of the document after, with the removed statements where they were. A removed and an added
// statement are one changed statement when they have the same Sid or share half of what they name. All are Same exactly
// when the documents are equal as [Equal] says, except that duplicates, which have no effect, can vanish unseen. A change
// of the document itself, which is no statement, comes first: that of its version, and anything about a document that
// can't be parsed, whose lines are those of its text.
func Diff(before, after string) []StatementChange {
	old, errOld := parseOrNone(before)
	now, errNow := parseOrNone(after)
	if errOld != nil || errNow != nil {
		return diffText(before, after)
	}
	var changes []StatementChange
	if lines := versionLines(old, now, before != "", after != ""); lines != nil {
		changes = append(changes, StatementChange{Kind: Changed, Lines: lines})
	}
	return append(changes, diffStatements(old.Statements, now.Statements)...)
}

// parseOrNone parses a document; "" is one without statements.
func parseOrNone(text string) (*Document, error) {
	if text == "" {
		return &Document{}, nil
	}
	return Parse(text)
}

// versionLines returns the lines about a version that changed, or that a document came or went with and is not the one
// everybody expects.
func versionLines(old, now *Document, hasOld, hasNow bool) []Line {
	if hasOld && hasNow && cmp.Or(old.Version, Version2008) == cmp.Or(now.Version, Version2008) {
		return nil
	}
	var lines []Line
	add := func(sign byte, d *Document, there, expected bool) {
		switch {
		case !there || expected && d.Version == Version2012:
		case d.Version == "":
			lines = append(lines, Line{Sign: sign, Text: "Version none, which means " + Version2008})
		default:
			lines = append(lines, Line{Sign: sign, Text: "Version " + d.Version})
		}
	}
	add('-', old, hasOld, !hasNow)
	add('+', now, hasNow, !hasOld)
	return lines
}

// diffText compares documents of which one is no policy document, as far as that goes.
func diffText(before, after string) []StatementChange {
	if before == after {
		return nil
	}
	var lines []Line
	for _, side := range []struct {
		sign byte
		text string
	}{{'-', before}, {'+', after}} {
		if side.text == "" {
			continue
		}
		for text := range strings.Lines(side.text) {
			lines = append(lines, Line{Sign: side.sign, Text: visible(strings.TrimRight(text, "\r\n"))})
		}
	}
	return []StatementChange{{Kind: Changed, Lines: lines}}
}

// visible returns a line of foreign text, quoted where it holds what can't be seen or moves the cursor.
func visible(text string) string {
	text = strings.ReplaceAll(text, "\t", "    ")
	if strings.ContainsFunc(text, func(r rune) bool { return !strconv.IsPrint(r) }) {
		return strconv.Quote(text)
	}
	return text
}

func diffStatements(before, after []Statement) []StatementChange {
	old, now := newSide(before), newSide(after)
	pairSame(old, now)
	pairNamesakes(old, now)
	pairAlike(old, now)

	var changes []StatementChange
	for _, p := range weave(old.paired, now.paired) {
		c := StatementChange{Index: p.after + 1, Of: len(after)}
		switch {
		case p.after == none:
			if now.twin(old.forms[p.before]) != none {
				continue // a duplicate went, which changes nothing
			}
			c = StatementChange{Kind: Removed, Index: p.before + 1, Of: len(before)}
		case p.before == none:
			c.Kind = Added
			if p.before = old.twin(now.forms[p.after]); p.before != none {
				c.Kind = Same
			}
		case old.forms[p.before] != now.forms[p.after]:
			c.Kind = Changed
		}
		if p.before != none {
			c.Before = &before[p.before]
		}
		if p.after != none {
			c.After = &after[p.after]
		}
		c.Lines = diffLines(c.Kind, c.Before, c.After)
		changes = append(changes, c)
	}
	return changes
}
