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
	// marks are the beginnings of all keys and values, in order.
	marks []mark
}

// mark says which node begins at an offset, in bytes.
type mark struct {
	offset int
	node   *node
}

// asJSON writes a node. Problems are values that JSON doesn't have.
func (n *node) asJSON(problems *problems) *jsonText {
	t := &jsonText{}
	t.write(n, problems)
	return t
}

// at returns the node that a column of the text belongs to. Columns count characters from 1; the text is one line.
func (t *jsonText) at(column int) *node {
	text := t.text.String()
	i := sort.Search(len(t.marks), func(i int) bool { return utf8.RuneCountInString(text[:t.marks[i].offset]) >= column })
	return t.marks[max(i-1, 0)].node
}

func (t *jsonText) write(n *node, problems *problems) {
	t.marks = append(t.marks, mark{t.text.Len(), n})
	switch n.shape {
	case list:
		t.text.WriteByte('[')
		for i, item := range n.items {
			t.separate(i)
			t.write(item, problems)
		}
		t.text.WriteByte(']')
	case mapping:
		t.text.WriteByte('{')
		for i, e := range n.entries {
			t.separate(i)
			t.marks = append(t.marks, mark{t.text.Len(), e.key})
			t.writeString(e.key.text)
			t.text.WriteByte(':')
			t.write(e.value, problems)
		}
		t.text.WriteByte('}')
	case scalar:
		t.writeScalar(n, problems)
	}
}

func (t *jsonText) separate(i int) {
	if i > 0 {
		t.text.WriteByte(',')
	}
}

func (t *jsonText) writeScalar(n *node, problems *problems) {
	switch n.tag {
	case tagNull:
		t.text.WriteString("null")
	case tagBool, tagInt, tagFloat:
		text := strings.ToLower(n.text)
		// YAML has numbers that JSON has not, such as 0x1f or 012; as an account id the last one would even lose its zero.
		if !json.Valid([]byte(text)) {
			problems.add(n.place(), "%s is not a number in JSON: put it in quotes", n.text)
		}
		t.text.WriteString(text)
	default:
		t.writeString(n.text)
	}
}

// writeString escapes no more than it must, so that documents stay readable: what JSON demands, and characters above
// U+00FF, which AWS does not accept in the text of a document (the character set of policyDocumentType in the IAM model).
func (t *jsonText) writeString(text string) {
	b := &t.text
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
			fmt.Fprintf(b, `\u%04x`, r)
		case r > 0xFFFF:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(b, `\u%04x\u%04x`, high, low)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
}
