package policy

import (
	"slices"
	"strings"
)

// Use says where a document will be used; the rules differ.
type Use int

// The uses of a document.
const (
	// Managed is a customer managed policy.
	Managed Use = iota
	// Inline is a policy embedded in a user, group or role.
	Inline
	// Trust is the document that says who may assume a role.
	Trust
)

// String returns the use in words, with an article.
func (u Use) String() string {
	switch u {
	case Managed:
		return "a managed policy"
	case Inline:
		return "an inline policy"
	case Trust:
		return "a trust policy"
	}
	return "a policy of unknown use"
}

// Check reads a document strictly, as its author's, and returns everything that IAM would refuse or that cannot be meant,
// in the order of the text; nil when there is nothing. It demands version 2012-10-17 everywhere, though IAM still takes
// the older one in places: under it, policy variables silently are plain text. A text that is not JSON gets one
// complaint, about the first place that is wrong.
//
// What only the account knows is not checked: whether principals, actions and resources exist, and the sum of the inline
// policies of an owner.
func Check(text string, use Use) []Problem {
	c := &checker{use: use}
	if root, err := readJSON(text); err != nil {
		c.add(spot{offset: err.offset}, "not valid JSON: %s", err.message)
	} else {
		c.document(root)
		c.checkSize(text)
		c.checkCharacters(text, root)
	}
	return c.problems(text)
}

// checker holds what is found in one document.
type checker struct {
	complaints
	use Use
	// sids are the statement names seen, with the position of the statement.
	sids map[string]int
}

func (c *checker) document(root node) {
	at := spot{offset: root.offset}
	keys, ok := c.object(at, root, documentKeys)
	if !ok {
		return
	}
	c.version(at, keys["Version"])
	if id := keys["Id"]; id != nil {
		if c.use == Trust {
			c.text(at.into(id), id.value)
		} else {
			c.add(at.into(id), "%s has no Id", c.use)
		}
	}
	list := keys["Statement"]
	if list == nil {
		c.add(at, "Statement is missing")
		return
	}
	at = at.into(list)
	if list.value.form != formList {
		c.statement(at, list.value, 0)
		return
	}
	if len(list.value.items) == 0 {
		c.add(at, "there is no statement")
	}
	for i, n := range list.value.items {
		c.statement(at.step(i, n.offset), n, i)
	}
}

func (c *checker) version(at spot, m *member) {
	if m == nil {
		c.add(at, `Version is missing; write "%s"`, Version2012)
		return
	}
	at = at.into(m)
	switch version, ok := c.text(at, m.value); {
	case !ok || version == Version2012:
	case version == Version2008:
		c.add(at, `Version is %q, which takes policy variables such as ${aws:username} for plain text; write "%s"`, version, Version2012)
	default:
		c.add(at, `there is no Version %q; write "%s"`, version, Version2012)
	}
}

func (c *checker) statement(at spot, n node, position int) {
	keys, ok := c.object(at, n, statementKeys)
	if !ok {
		return
	}
	if sid := keys["Sid"]; sid != nil {
		c.sid(at.into(sid), sid.value, position)
	}
	if effect := keys["Effect"]; effect == nil {
		c.add(at, "Effect is missing; write %q or %q", Allow, Deny)
	} else {
		c.effect(at.into(effect), effect.value)
	}

	c.pair(at, keys, "Action", c.action)
	if c.use == Trust {
		c.absent(at, keys, "Resource", "the role it belongs to is the resource")
		c.principals(at, keys)
	} else {
		c.pair(at, keys, "Resource", c.resource)
		c.absent(at, keys, "Principal", "who it is attached to is the principal")
	}
	if condition := keys["Condition"]; condition != nil {
		c.conditions(at.into(condition), condition.value)
	}
}

func (c *checker) sid(at spot, n node, position int) {
	sid, ok := c.text(at, n)
	if !ok || sid == "" {
		return
	}
	if strings.ContainsFunc(sid, func(r rune) bool { return !isAlphanumeric(r) }) {
		c.add(at, "Sid %q holds something other than the letters A to Z and a to z and digits", sid)
	}
	if first, twice := c.sids[sid]; twice {
		c.add(at, "Sid %q is also that of Statement[%d]", sid, first)
		return
	}
	if c.sids == nil {
		c.sids = map[string]int{}
	}
	c.sids[sid] = position
}

func isAlphanumeric(r rune) bool {
	return 'A' <= r && r <= 'Z' || 'a' <= r && r <= 'z' || '0' <= r && r <= '9'
}

func (c *checker) effect(at spot, n node) {
	effect, ok := c.text(at, n)
	if ok && effect != Allow && effect != Deny {
		c.add(at, "Effect is %q; it must be %q or %q", effect, Allow, Deny)
	}
}

// either returns the one that is there of a pair such as Action and NotAction, or nil, and complains about both.
func (c *checker) either(at spot, keys map[string]*member, name string) *member {
	plain, not := keys[name], keys["Not"+name]
	if plain == nil {
		return not
	}
	if not != nil {
		c.add(at.into(not), "%s and Not%s exclude each other", name, name)
	}
	return plain
}

// pair checks each text of an element that must be there either plain or negated.
func (c *checker) pair(at spot, keys map[string]*member, name string, check func(spot, string)) {
	m := c.either(at, keys, name)
	if m == nil {
		c.add(at, "%s is missing (or Not%s)", name, name)
		return
	}
	c.texts(at.into(m), m.value, check)
}

// absent complains about an element that the use forbids.
func (c *checker) absent(at spot, keys map[string]*member, name, why string) {
	for _, key := range []string{name, "Not" + name} {
		if m := keys[key]; m != nil {
			c.add(at.into(m), "%s has no %s: %s", c.use, key, why)
		}
	}
}

// object returns the members of an object by key. It complains about keys that are there twice, in the wrong case (whose
// values it takes as meant) or not in names. It reports false when n is no object.
func (c *checker) object(at spot, n node, names []string) (map[string]*member, bool) {
	if n.form != formObject {
		c.add(at, "%s", mismatch(n, formObject))
		return nil, false
	}
	found := make(map[string]*member, len(n.members))
	for i := range n.members {
		m := &n.members[i]
		key, where := m.name, at.step(m.name, m.offset)
		if !slices.Contains(names, key) {
			near := nearest(key, names)
			if !strings.EqualFold(key, near) || key == "" {
				c.add(where, "unknown key %q%s", key, hint(key, names))
				continue
			}
			c.add(where, "key %q must be written %q", key, near)
			key = near
		}
		if found[key] != nil {
			c.add(where, "key %q is there twice", key)
			continue
		}
		found[key] = m
	}
	return found, true
}

// text returns a string. It complains and reports false when n is something else.
func (c *checker) text(at spot, n node) (string, bool) {
	if n.form != formString {
		c.add(at, "%s", mismatch(n, formString))
		return "", false
	}
	return n.text, true
}

// texts checks each string of a string or list of strings.
func (c *checker) texts(at spot, n node, check func(spot, string)) {
	if n.form != formList {
		if text, ok := c.text(at, n); ok {
			check(at, text)
		}
		return
	}
	if len(n.items) == 0 {
		c.add(at, "the list is empty")
	}
	for i, item := range n.items {
		where := at.step(i, item.offset)
		if text, ok := c.text(where, item); ok {
			check(where, text)
		}
	}
}
