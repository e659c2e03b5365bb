package policy

import (
	"unicode"

	"github.com/sergi/go-diff/diffmatchpatch"
)

// diffLines returns the lines of a statement with what became of each.
func diffLines(kind ChangeKind, before, after *Statement) []Line {
	switch kind {
	case Removed:
		return signed('-', rows(before, layoutOf(before)))
	case Added:
		return signed('+', rows(after, layoutOf(after)))
	case Same:
		return signed(' ', rows(after, layoutOf(after)))
	case Changed:
	}
	shared := layoutOf(before, after)
	old, now := rows(before, shared), rows(after, shared)
	var lines []Line
	// Part by part, so that what goes and what comes instead stand together.
	for part := slotEffect; part <= slotSid; part++ {
		lines = append(lines, weaveRows(inSlot(old, part), inSlot(now, part))...)
	}
	return lines
}

func signed(sign byte, rows []row) []Line {
	lines := make([]Line, 0, len(rows))
	for _, r := range rows {
		lines = append(lines, Line{Sign: sign, Text: r.text})
	}
	return lines
}

func inSlot(all []row, part slot) []row {
	var some []row
	for _, r := range all {
		if r.key.slot == part {
			some = append(some, r)
		}
	}
	return some
}

// weaveRows compares the rows of one part. Their order has no meaning, so a row stays wherever it moved.
func weaveRows(before, after []row) []Line {
	paired, back := make([]int, len(before)), make([]int, len(after))
	places := make(map[rowKey][]int, len(after))
	for j, r := range after {
		back[j] = none
		places[r.key] = append(places[r.key], j)
	}
	for i, r := range before {
		paired[i] = none
		if js := places[r.key]; len(js) > 0 {
			paired[i], back[js[0]] = js[0], i
			places[r.key] = js[1:]
		}
	}

	var lines []Line
	var gone, come []int // positions in lines
	for _, p := range weave(paired, back) {
		switch {
		case p.after == none:
			gone = append(gone, len(lines))
			lines = append(lines, Line{Sign: '-', Text: before[p.before].text})
		case p.before == none:
			come = append(come, len(lines))
			lines = append(lines, Line{Sign: '+', Text: after[p.after].text})
		default:
			lines = append(lines, Line{Sign: ' ', Text: after[p.after].text})
		}
	}
	if len(gone) == len(come) {
		for k := range gone {
			lines[gone[k]].Edits, lines[come[k]].Edits = edits(lines[gone[k]].Text, lines[come[k]].Text)
		}
	}
	return lines
}

// maxTokens bounds the work of comparing two lines, which in the worst case grows with the product of their lengths.
const maxTokens = 1000

// edits returns the parts of each text that the other doesn't have, in whole words. Both are nil when less than half of
// the longer text would remain.
func edits(before, after string) (cut, put []Edit) {
	// The differ compares runes, so each distinct word becomes one.
	runes := map[string]rune{}
	words := []string{""}
	encode := func(tokens []string) []rune {
		coded := make([]rune, 0, len(tokens))
		for _, token := range tokens {
			if _, ok := runes[token]; !ok {
				runes[token] = rune(len(words)) //nolint:gosec // a document has at most 131,072 characters
				words = append(words, token)
			}
			coded = append(coded, runes[token])
		}
		return coded
	}
	old, now := tokens(before), tokens(after)
	if len(old) > maxTokens || len(now) > maxTokens {
		return nil, nil
	}
	differ := diffmatchpatch.New()
	differ.DiffTimeout = 0 // the same answer whatever the clock says
	parts := differ.DiffCleanupSemantic(differ.DiffMainRunes(encode(old), encode(now), false))

	kept, oldEnd, nowEnd := 0, 0, 0
	for _, part := range parts {
		length := 0
		for _, coded := range part.Text {
			length += len(words[coded])
		}
		switch part.Type {
		case diffmatchpatch.DiffEqual:
			kept += length
			oldEnd += length
			nowEnd += length
		case diffmatchpatch.DiffDelete:
			cut = append(cut, Edit{oldEnd, oldEnd + length})
			oldEnd += length
		case diffmatchpatch.DiffInsert:
			put = append(put, Edit{nowEnd, nowEnd + length})
			nowEnd += length
		}
	}
	if 2*kept < max(len(before), len(after)) {
		return nil, nil
	}
	return cut, put
}

// tokens splits a text into runs of letters and digits, and single characters between them.
func tokens(text string) []string {
	var out []string
	begin, inside := 0, false
	for i, r := range text {
		word := unicode.IsLetter(r) || unicode.IsDigit(r)
		if i > 0 && (!word || !inside) {
			out = append(out, text[begin:i])
			begin = i
		}
		inside = word
	}
	if begin < len(text) {
		out = append(out, text[begin:])
	}
	return out
}
