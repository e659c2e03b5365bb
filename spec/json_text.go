package spec

import (
	"encoding/json"
	"fmt"
	"sort"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// jsonText is a node as compact JSON, keys in the author's order, which knows where each part of it came from.
type jsonText struct {
	text strings.Builder
	// columns is how many characters of the text are written.
	columns int
	// marks are the beginnings of all keys and values, in order.
	marks []mark
}

// mark says which node begins at a column. Columns count characters from 1.
type mark struct {
	column int
	node   *node
}

// asJSON writes a node. Problems are values that JSON doesn't have.
func (n *node) asJSON(problems *problems) *jsonText {
	t := &jsonText{}
	t.write(n, problems)
	return t
}

// at returns the node that a column of the text belongs to. The text is one line.
func (t *jsonText) at(column int) *node {
	i := sort.Search(len(t.marks), func(i int) bool { return t.marks[i].column > column })
	return t.marks[max(i-1, 0)].node
}

func (t *jsonText) mark(n *node) { t.marks = append(t.marks, mark{t.columns + 1, n}) }

func (t *jsonText) put(text string) {
	t.text.WriteString(text)
	t.columns += utf8.RuneCountInString(text)
}

func (t *jsonText) write(n *node, problems *problems) {
	t.mark(n)
	switch n.shape {
	case list:
		t.put("[")
		for i, item := range n.items {
			t.separate(i)
			t.write(item, problems)
		}
		t.put("]")
	case mapping:
		t.put("{")
		for i, e := range n.entries {
			t.separate(i)
			t.mark(e.key)
			t.writeString(e.key.text)
			t.put(":")
			t.write(e.value, problems)
		}
		t.put("}")
	case scalar:
		t.writeScalar(n, problems)
	}
}

func (t *jsonText) separate(i int) {
	if i > 0 {
		t.put(",")
	}
}

func (t *jsonText) writeScalar(n *node, problems *problems) {
	switch n.tag {
	case tagNull:
		t.put("null")
	case tagBool, tagInt, tagFloat:
		text := strings.ToLower(n.text)
		// YAML has numbers that JSON has not, such as 0x1f or 012; as an account id the last one would even lose its zero.
		if !json.Valid([]byte(text)) {
			problems.add(n.place(), "%s is not a number in JSON: put it in quotes", n.text)
		}
		t.put(text)
	default:
		t.writeString(n.text)
	}
}

// writeString escapes no more than it must, so that documents stay readable: what JSON demands, and characters above
// U+00FF, which AWS does not accept in the text of a document (the character set of policyDocumentType in the IAM model).
func (t *jsonText) writeString(text string) {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\r':
			b.WriteString(`\r`)
		case r < ' ' || r > 0xFF && r <= 0xFFFF:
			fmt.Fprintf(&b, `\u%04x`, r)
		case r > 0xFFFF:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	t.put(b.String())
}
