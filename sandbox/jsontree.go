package sandbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strconv"
	"time"
)

// An object is a JSON object whose fields keep their order. Other JSON values are string, bool, json.Number, nil and
// []any; trees that are only written may hold int, double and time.Time too.
type object []field

type field struct {
	key   string
	value any
}

// verbatim is JSON that is written as it is.
type verbatim string

func (o object) get(key string) (any, bool) {
	at := slices.IndexFunc(o, func(f field) bool { return f.key == key })
	if at < 0 {
		return nil, false
	}
	return o[at].value, true
}

var errTree = errors.New("not one JSON value with unique keys")

// parseTree reads one JSON value. Unlike encoding/json it refuses objects that name a key twice.
func parseTree(text string) (any, error) {
	d := json.NewDecoder(bytes.NewReader([]byte(text)))
	d.UseNumber()
	value, err := parseValue(d, 0)
	if err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errTree
	}
	return value, nil
}

func parseValue(d *json.Decoder, depth int) (any, error) {
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	if depth > maxDocumentNesting {
		return nil, errTree
	}
	switch token {
	case json.Delim('{'):
		fields := object{}
		for d.More() {
			key, err := d.Token()
			if err != nil {
				return nil, err
			}
			name, ok := key.(string)
			if _, twice := fields.get(name); !ok || twice {
				return nil, errTree
			}
			value, err := parseValue(d, depth+1)
			if err != nil {
				return nil, err
			}
			fields = append(fields, field{name, value})
		}
		_, err := d.Token()
		return fields, err
	case json.Delim('['):
		items := []any{}
		for d.More() {
			item, err := parseValue(d, depth+1)
			if err != nil {
				return nil, err
			}
			items = append(items, item)
		}
		_, err := d.Token()
		return items, err
	default:
		return token, nil
	}
}

// appendTree writes a value as compact JSON. Unlike encoding/json it leaves <, > and & alone.
func appendTree(out []byte, value any) []byte {
	switch v := value.(type) {
	case object:
		out = append(out, '{')
		for i, f := range v {
			if i > 0 {
				out = append(out, ',')
			}
			out = append(appendString(out, f.key), ':')
			out = appendTree(out, f.value)
		}
		return append(out, '}')
	case []any:
		out = append(out, '[')
		for i, item := range v {
			if i > 0 {
				out = append(out, ',')
			}
			out = appendTree(out, item)
		}
		return append(out, ']')
	case string:
		return appendString(out, v)
	case verbatim:
		return append(out, v...)
	case bool:
		if v {
			return append(out, "true"...)
		}
		return append(out, "false"...)
	case json.Number:
		return append(out, v...)
	case int:
		return strconv.AppendInt(out, int64(v), 10)
	case double:
		return append(out, v.String()...)
	case time.Time:
		return strconv.AppendFloat(out, float64(v.UnixMilli())/1000, 'f', -1, 64)
	default:
		return append(out, "null"...)
	}
}

func appendString(out []byte, s string) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	// A string can always be encoded.
	_ = e.Encode(s)
	return append(out, bytes.TrimSuffix(b.Bytes(), []byte("\n"))...)
}
