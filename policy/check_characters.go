package policy

import "strings"

// checkCharacters complains about strings that hold characters the IAM API does not take in a document: it takes tab,
// line feed, carriage return and U+0020 to U+00FF. Escapes count as the characters they are spelled with.
func (c *checker) checkCharacters(text string, root node) {
	if strings.ContainsFunc(text, isForeign) {
		c.characters(text, spot{offset: root.offset}, root)
	}
}

// isForeign looks for what is beyond U+00FF only: below U+0020 JSON itself takes nothing else.
func isForeign(r rune) bool { return r > 0xFF }

func (c *checker) characters(text string, at spot, n node) {
	if n.form == formString {
		c.spelling(text, at)
	}
	for i := range n.members {
		m := &n.members[i]
		c.spelling(text, at.step(m.name, m.offset))
		c.characters(text, at.into(m), m.value)
	}
	for i, item := range n.items {
		c.characters(text, at.step(i, item.offset), item)
	}
}

// spelling complains about the first such character of the string that is spelled at a spot.
func (c *checker) spelling(text string, at spot) {
	escaped := false
	for i, char := range text[at.offset+1:] {
		switch {
		case isForeign(char):
			c.add(spot{at.path, at.offset + 1 + i}, "the character %q is not one IAM takes in a document (tab, line breaks, U+0020 to U+00FF)", char)
			return
		case escaped:
			escaped = false
		case char == '\\':
			escaped = true
		case char == '"':
			return
		}
	}
}
