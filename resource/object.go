package resource

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// Object holds the settings of one resource by name, in canonical form. A value is one of
//
//	string, bool, int               one value
//	[]string                        a set, sorted, without duplicates
//	map[string]string               tags and the like
//	Document                        a policy document, as text
//
// A setting that is not in the map is unknown: a wanted object leaves it alone, and a live object has not been asked for it.
// A nil Object means that there is no such resource. Objects are not changed once built; use With.
type Object map[string]any

// Document is a policy document as its author wrote it, white space included, so that undoing a change gives back the
// very same text. Two documents that differ as text may mean the same; package policy decides that.
type Document string

// Text returns the string setting, or "" when it is absent.
func (o Object) Text(name string) string { s, _ := o[name].(string); return s }

// Number returns the int setting, or 0 when it is absent.
func (o Object) Number(name string) int { n, _ := o[name].(int); return n }

// Flag returns the bool setting, or false when it is absent.
func (o Object) Flag(name string) bool { b, _ := o[name].(bool); return b }

// List returns the set setting, or nil when it is absent.
func (o Object) List(name string) []string { l, _ := o[name].([]string); return l }

// Map returns the map setting, or nil when it is absent.
func (o Object) Map(name string) map[string]string { m, _ := o[name].(map[string]string); return m }

// Document returns the document setting, or "" when it is absent.
func (o Object) Document(name string) Document { d, _ := o[name].(Document); return d }

// Has reports whether the setting is known.
func (o Object) Has(name string) bool { _, ok := o[name]; return ok }

// With returns a copy of o in which the settings of over replace its own.
func (o Object) With(over Object) Object {
	out := make(Object, len(o)+len(over))
	maps.Copy(out, o)
	maps.Copy(out, over)
	return out
}

// Names returns the names of the settings in order.
func (o Object) Names() []string { return slices.Sorted(maps.Keys(o)) }

// UnmarshalJSON gives every value its Go type back. A JSON object whose values are all strings is a map;
// any other JSON object is a document.
func (o *Object) UnmarshalJSON(data []byte) error {
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(data, &raw); err != nil {
		return err
	}
	if raw == nil {
		*o = nil
		return nil
	}
	out := make(Object, len(raw))
	for name, text := range raw {
		value, err := decodeValue(bytes.TrimSpace(text))
		if err != nil {
			return fmt.Errorf("setting %q: %w", name, err)
		}
		out[name] = value
	}
	*o = out
	return nil
}

func decodeValue(text []byte) (any, error) {
	switch {
	case len(text) == 0:
		return nil, fmt.Errorf("no value")
	case text[0] == '"':
		return decode[string](text)
	case text[0] == 't', text[0] == 'f':
		return decode[bool](text)
	case text[0] == '[':
		return decode[[]string](text)
	case text[0] != '{':
		return decode[int](text)
	}
	if tags, err := decode[map[string]string](text); err == nil {
		return tags, nil
	}
	return decode[Document](text)
}

func decode[T any](text []byte) (value T, err error) {
	err = json.Unmarshal(text, &value)
	return value, err
}

// verbatim is the JSON form of a document whose text would not survive being embedded as JSON.
// Its value is a list so that no map of strings looks like it.
type verbatim struct {
	Verbatim []string `json:"verbatim"`
}

// MarshalJSON embeds a compact document as the JSON object it is, which people and jq read best, and keeps any other
// text as {"verbatim": ["..."]}. An encoder must not escape HTML, or the text of the document changes.
func (d Document) MarshalJSON() ([]byte, error) {
	var compact bytes.Buffer
	if err := json.Compact(&compact, []byte(d)); err == nil && compact.String() == string(d) && embeds(compact.Bytes()) {
		return compact.Bytes(), nil
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	err := enc.Encode(verbatim{[]string{string(d)}})
	return bytes.TrimSpace(out.Bytes()), err
}

// embeds reports whether a JSON text would be read back as a document: an object that is neither a map of strings nor verbatim.
func embeds(text []byte) bool {
	if len(text) == 0 || text[0] != '{' {
		return false
	}
	if _, err := decode[map[string]string](text); err == nil {
		return false
	}
	return !bytes.HasPrefix(text, []byte(`{"verbatim":`))
}

// UnmarshalJSON reads what MarshalJSON wrote, also after it was indented.
func (d *Document) UnmarshalJSON(data []byte) error {
	var kept verbatim
	if err := json.Unmarshal(data, &kept); err == nil && len(kept.Verbatim) == 1 {
		*d = Document(kept.Verbatim[0])
		return nil
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, data); err != nil {
		return err
	}
	*d = Document(compact.String())
	return nil
}

// Encode writes any value as JSON the way plans and journals are written: HTML characters as they are, so that the text
// of policy documents survives, and indented unless indent is empty. The result ends with a newline.
func Encode(value any, indent string) ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", indent)
	err := enc.Encode(value)
	return out.Bytes(), err
}
