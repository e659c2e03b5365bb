package spec

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// parseJSON reads a JSON file. It returns nil when it is not JSON.
func parseJSON(data []byte, from *source, problems *problems) *node {
	if !utf8.Valid(data) {
		problems.add(badByte(data, from), "not UTF-8 text: save the file as UTF-8")
		return nil
	}
	data = bytes.TrimPrefix(data, []byte("\uFEFF"))
	r := jsonReader{source: from, problems: problems, data: data, line: 1, column: 1, decoder: json.NewDecoder(bytes.NewReader(data))}
	r.decoder.UseNumber()
	var whole json.RawMessage
	if err := json.Unmarshal(data, &whole); err != nil {
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) && syntax.Offset > 0 {
			r.moveTo(int(syntax.Offset) - 1)
		}
		problems.add(r.place(), "not JSON: %v", err)
		return nil
	}
	n, err := r.read(0)
	if err != nil {
		problems.add(r.place(), "%v", err)
		return nil
	}
	return n
}

// jsonReader makes nodes of the tokens of a JSON text that is known to be valid.
type jsonReader struct {
	source   *source
	problems *problems
	decoder  *json.Decoder
	data     []byte
	// offset, line and column are where the last token began.
	offset, line, column int
}

func (r *jsonReader) place() Place { return Place{r.source.name, r.line, r.column} }

func (r *jsonReader) moveTo(offset int) {
	passed := string(r.data[r.offset:min(offset, len(r.data))])
	if newlines := strings.Count(passed, "\n"); newlines > 0 {
		r.line += newlines
		r.column = 1
		passed = passed[strings.LastIndexByte(passed, '\n')+1:]
	}
	r.column += utf8.RuneCountInString(passed)
	r.offset = offset
}

// next returns the next token and moves to its first character.
func (r *jsonReader) next() (json.Token, error) {
	start := int(r.decoder.InputOffset())
	start += len(r.data[start:]) - len(bytes.TrimLeft(r.data[start:], " \t\r\n,:"))
	r.moveTo(start)
	return r.decoder.Token()
}

func (r *jsonReader) read(depth int) (*node, error) {
	token, err := r.next()
	if err != nil {
		return nil, err
	}
	if depth > maxDepth {
		return nil, fmt.Errorf("nested more than %d deep", maxDepth)
	}
	n := &node{source: r.source, line: r.line, column: r.column}
	switch token := token.(type) {
	case json.Delim:
		if token == '[' {
			n.shape = list
			err = r.readItems(n, depth)
		} else {
			n.shape = mapping
			err = r.readEntries(n, depth)
		}
		if err != nil {
			return nil, err
		}
	case string:
		n.tag, n.text = tagString, token
	case json.Number:
		n.tag, n.text = tagFloat, token.String()
		if _, err := token.Int64(); err == nil {
			n.tag = tagInt
		}
	case bool:
		n.tag, n.text = tagBool, fmt.Sprint(token)
	default:
		n.tag = tagNull
	}
	return n, nil
}

func (r *jsonReader) readItems(n *node, depth int) error {
	for r.decoder.More() {
		item, err := r.read(depth + 1)
		if err != nil {
			return err
		}
		n.items = append(n.items, item)
	}
	_, err := r.next()
	return err
}

func (r *jsonReader) readEntries(n *node, depth int) error {
	for r.decoder.More() {
		key, err := r.read(depth + 1)
		if err != nil {
			return err
		}
		value, err := r.read(depth + 1)
		if err != nil {
			return err
		}
		n.entries = append(n.entries, entry{key, value})
	}
	n.entries = distinct(n.entries, r.problems)
	_, err := r.next()
	return err
}
