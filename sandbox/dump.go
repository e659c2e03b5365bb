package sandbox

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Dump is everything in the account as indented JSON, the same for the same account: every entity with its ids, dates,
// versions and tags. Sessions and the credential report, which come and go with those who call, are left out. It fails only when the account's
// file cannot be read; the error is then the text.
func (a *Account) Dump() []byte {
	return a.dump(func(_ *call, _ *kind, e entity) (string, any) { return e.place().String(), e })
}

// DumpSettings is what someone chose about the account, without what AWS chose: no ids, no dates, no version numbers.
// Documents are in a form in which equal ones look equal. Two accounts of the same settings give the same text, so it
// shows whether all is as before though things were deleted and made again. Credentials appear under the name of their
// user, several of a sort as a list. A trust in something deleted shows as its id, for it is another trust than before.
func (a *Account) DumpSettings() []byte {
	return a.dump(func(c *call, k *kind, e entity) (string, any) {
		name, settings := k.settings(c, e)
		return k.name + "/" + name, settings
	})
}

func (a *Account) dump(show func(c *call, k *kind, e entity) (at string, value any)) []byte {
	release, err := a.acquire()
	if err != nil {
		return []byte(err.Error())
	}
	defer release()
	c := &call{account: a.id, options: &a.options, store: a.store, operation: &operation{write: true}, now: a.options.Now().UTC()}
	lines := map[string][]string{}
	for _, k := range a.store.kinds {
		if k.settings == nil {
			continue
		}
		for e := range a.store.all(k.name) {
			at, value := show(c, k, e)
			if value == nil {
				continue // its time has come since it was last touched
			}
			text, err := json.Marshal(value)
			if err != nil {
				return fmt.Appendf(nil, "%s: %s", at, err)
			}
			lines[at] = append(lines[at], string(text))
		}
	}
	out := map[string]json.RawMessage{}
	for at, texts := range lines {
		slices.Sort(texts)
		if len(texts) == 1 {
			out[at] = json.RawMessage(texts[0])
		} else {
			out[at] = json.RawMessage("[" + strings.Join(texts, ",") + "]")
		}
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(map[string]any{"account": a.id, "entities": out}); err != nil {
		return []byte(err.Error())
	}
	return b.Bytes()
}

// plainDocument is a policy document in a form in which equal documents look equal: keys and lists in order, lists of
// one as their one item.
func plainDocument(text string) any {
	tree, err := parseTree(text)
	if err != nil {
		return text
	}
	return plainTree(tree)
}

func plainTree(value any) any {
	switch v := value.(type) {
	case object:
		fields := map[string]any{}
		for _, f := range v {
			fields[f.key] = plainTree(f.value)
		}
		return fields // maps are written in the order of their keys
	case []any:
		items := make([]any, len(v))
		for i, item := range v {
			items[i] = plainTree(item)
		}
		if len(items) == 1 {
			return items[0]
		}
		if texts, ok := asStrings(v); ok {
			slices.Sort(texts)
			return slices.Compact(texts)
		}
		return items
	default:
		return value
	}
}

// grantsSettings are the policies of a holder as settings.
type grantsSettings struct {
	Attached []string       `json:"attached,omitempty"`
	Inline   map[string]any `json:"inline,omitempty"`
}

func (g Grants) settings() grantsSettings {
	s := grantsSettings{Attached: g.Attached}
	for _, p := range g.Inline {
		if s.Inline == nil {
			s.Inline = map[string]any{}
		}
		s.Inline[p.Name] = plainDocument(p.Document)
	}
	return s
}

// userNameOf is the name of the user of an id, for settings that belong to a user.
func (c *call) userNameOf(id string) string {
	if u := c.userByID(id); u != nil {
		return u.Name
	}
	return ""
}
