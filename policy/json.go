package policy

import (
	"fmt"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// Bounds on what is read. Policy documents are at most 131,072 characters on the wire and six levels deep.
const (
	maxText  = 1 << 20
	maxDepth = 16
)

// form is the kind of a JSON value.
type form byte

// The forms of JSON values.
const (
	formObject form = iota
	formList
	formString
	formNumber
	formBool
	formNull
)

// String returns the form as complaints call it.
func (f form) String() string {
	return [...]string{"an object", "a list", "a string", "a number", "a boolean", "null"}[f]
}

// node is a JSON value with the places where it begins and ends, in bytes. Unlike encoding/json it keeps duplicate keys and their
// order, and the spelling of numbers.
type node struct {
	form    form
	offset  int
	end     int
	text    string // a decoded string, or a number, boolean or null as spelled
	members []member
	items   []node
}

// member is a key of an object with its value.
type member struct {
	name   string
	offset int
	value  node
}

// syntaxError says where a text stops being JSON.
type syntaxError struct {
	offset  int
	message string
}

func (e *syntaxError) Error() string { return e.message }

// readJSON reads a text that is one JSON value (RFC 8259) of valid Unicode.
func readJSON(text string) (node, *syntaxError) {
	r := &reader{text: text}
	if len(text) > maxText {
		return node{}, r.fail("the text is %d bytes long; no policy document is longer than %d", len(text), maxText)
	}
	n, err := r.value(0)
	if err != nil {
		return node{}, err
	}
	if r.space(); r.pos < len(text) {
		return node{}, r.unexpected("the end of the document")
	}
	return n, nil
}

type reader struct {
	text string
	pos  int
}

func (r *reader) fail(format string, args ...any) *syntaxError {
	return &syntaxError{offset: r.pos, message: fmt.Sprintf(format, args...)}
}

func (r *reader) unexpected(wanted string) *syntaxError {
	if r.pos >= len(r.text) {
		return r.fail("the document ends where %s should be", wanted)
	}
	c, size := utf8.DecodeRuneInString(r.text[r.pos:])
	if c == utf8.RuneError && size == 1 {
		return r.fail("byte 0x%02x is not UTF-8 text", r.text[r.pos])
	}
	return r.fail("%s stands where %s should be", strconv.QuoteRune(c), wanted)
}

// space skips white space.
func (r *reader) space() {
	for r.pos < len(r.text) && isSpace(r.text[r.pos]) {
		r.pos++
	}
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// next reports the byte at hand, 0 at the end.
func (r *reader) next() byte {
	if r.pos < len(r.text) {
		return r.text[r.pos]
	}
	return 0
}

// take skips c if it is next, after white space.
func (r *reader) take(c byte) bool {
	r.space()
	if r.next() != c {
		return false
	}
	r.pos++
	return true
}

func (r *reader) value(depth int) (node, *syntaxError) {
	r.space()
	if depth > maxDepth {
		return node{}, r.fail("values are nested more than %d deep", maxDepth)
	}
	n := node{offset: r.pos}
	var err *syntaxError
	switch c := r.next(); {
	case c == '{':
		n.form = formObject
		n.members, err = r.object(depth)
	case c == '[':
		n.form = formList
		n.items, err = r.list(depth)
	case c == '"':
		n.form = formString
		n.text, err = r.str()
	case c == '-' || isDigit(c):
		n.form = formNumber
		n.text, err = r.number()
	default:
		n.form, n.text, err = r.word()
	}
	n.end = r.pos
	return n, err
}

func (r *reader) object(depth int) ([]member, *syntaxError) {
	r.pos++
	if r.take('}') {
		return nil, nil
	}
	var members []member
	for {
		r.space()
		m := member{offset: r.pos}
		if r.next() != '"' {
			return nil, r.unexpected("a key in double quotes")
		}
		var err *syntaxError
		if m.name, err = r.str(); err != nil {
			return nil, err
		}
		if !r.take(':') {
			return nil, r.unexpected("a colon")
		}
		if m.value, err = r.value(depth + 1); err != nil {
			return nil, err
		}
		members = append(members, m)
		if r.take('}') {
			return members, nil
		}
		if !r.take(',') {
			return nil, r.unexpected("a comma or the end of the object")
		}
	}
}

func (r *reader) list(depth int) ([]node, *syntaxError) {
	r.pos++
	if r.take(']') {
		return nil, nil
	}
	var items []node
	for {
		item, err := r.value(depth + 1)
		if err != nil {
			return nil, err
		}
		items = append(items, item)
		if r.take(']') {
			return items, nil
		}
		if !r.take(',') {
			return nil, r.unexpected("a comma or the end of the list")
		}
	}
}

// str reads a string at its opening quote.
func (r *reader) str() (string, *syntaxError) {
	r.pos++
	begin := r.pos
	var decoded []byte // stays nil until an escape makes the value differ from its spelling
	for r.pos < len(r.text) {
		c := r.text[r.pos]
		switch {
		case c == '"':
			r.pos++
			if decoded == nil {
				return r.text[begin : r.pos-1], nil
			}
			return string(decoded), nil
		case c < ' ':
			return "", r.fail("control character U+%04X stands unescaped in a string", c)
		case c == '\\':
			if decoded == nil {
				decoded = append(make([]byte, 0, 64), r.text[begin:r.pos]...)
			}
			char, err := r.escape()
			if err != nil {
				return "", err
			}
			decoded = utf8.AppendRune(decoded, char)
		case c < utf8.RuneSelf:
			if decoded != nil {
				decoded = append(decoded, c)
			}
			r.pos++
		default:
			char, size := utf8.DecodeRuneInString(r.text[r.pos:])
			if char == utf8.RuneError && size == 1 {
				return "", r.fail("byte 0x%02x is not UTF-8 text", c)
			}
			if decoded != nil {
				decoded = append(decoded, r.text[r.pos:r.pos+size]...)
			}
			r.pos += size
		}
	}
	return "", r.fail("the document ends inside a string")
}

// escape reads an escape sequence at its backslash.
func (r *reader) escape() (rune, *syntaxError) {
	begin := r.pos
	r.pos++
	c := r.next()
	if c == 'u' {
		high, ok := r.hex()
		if ok && utf16.IsSurrogate(high) {
			low := rune(-1)
			if r.next() == '\\' {
				r.pos++
				low, ok = r.hex()
			}
			high = utf16.DecodeRune(high, low)
			ok = ok && high != utf8.RuneError
		}
		if !ok {
			r.pos = begin
			return 0, r.fail(`\u is not followed by the four hexadecimal digits of a character`)
		}
		return high, nil
	}
	// Each letter is followed by what it stands for.
	const plain = "\"\"\\\\//b\bf\fn\nr\rt\t"
	for i := 0; i < len(plain); i += 2 {
		if c == plain[i] {
			r.pos++
			return rune(plain[i+1]), nil
		}
	}
	r.pos = begin
	return 0, r.fail("a backslash is not followed by one of \" \\ / b f n r t u")
}

// hex reads the letter u and four hexadecimal digits.
func (r *reader) hex() (rune, bool) {
	if r.next() != 'u' || len(r.text)-r.pos < 5 {
		return 0, false
	}
	value, err := strconv.ParseUint(r.text[r.pos+1:r.pos+5], 16, 16)
	r.pos += 5
	return rune(value), err == nil
}

// number reads a number and keeps its spelling.
func (r *reader) number() (string, *syntaxError) {
	begin := r.pos
	if r.next() == '-' {
		r.pos++
	}
	switch {
	case r.next() == '0':
		r.pos++
	case !r.digits():
		return "", r.unexpected("a digit")
	}
	if r.next() == '.' {
		r.pos++
		if !r.digits() {
			return "", r.unexpected("a digit")
		}
	}
	if c := r.next(); c == 'e' || c == 'E' {
		r.pos++
		if c := r.next(); c == '+' || c == '-' {
			r.pos++
		}
		if !r.digits() {
			return "", r.unexpected("a digit")
		}
	}
	return r.text[begin:r.pos], nil
}

// digits skips digits and reports whether there was one.
func (r *reader) digits() bool {
	begin := r.pos
	for isDigit(r.next()) {
		r.pos++
	}
	return r.pos > begin
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// word reads true, false or null.
func (r *reader) word() (form, string, *syntaxError) {
	begin := r.pos
	for c := r.next(); 'a' <= c && c <= 'z'; c = r.next() {
		r.pos++
	}
	switch text := r.text[begin:r.pos]; text {
	case "true", "false":
		return formBool, text, nil
	case "null":
		return formNull, text, nil
	}
	r.pos = begin
	return formNull, "", r.unexpected("a value")
}

// appendString appends text as a JSON string, escaping no more than it must.
func appendString(out []byte, text string) []byte {
	const hexDigits = "0123456789abcdef"
	out = append(out, '"')
	for i := range len(text) {
		switch c := text[i]; {
		case c == '"' || c == '\\':
			out = append(out, '\\', c)
		case c < ' ':
			out = append(out, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		default:
			out = append(out, c)
		}
	}
	return append(out, '"')
}
