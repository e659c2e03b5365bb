package policy

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Lines returns the statement in words, one idea a line, as in
//
//	Allow sts:AssumeRole to account 444455556666
//	  when sts:ExternalId = my-data-sharing-id
//	  and aws:MultiFactorAuthPresent Bool true
//
//	Deny all but iam:GetUser, sts:GetSessionToken
//	  on *
//	  (Sid DenyWithoutMFA)
//
// Nothing is left out: statements of different meaning have different lines. The actions, principals and resources are
// each an or, and the conditions an and. "=" is StringEquals; every other operator stands by its name before its values.
// A value that could be mistaken for something else is in double quotes, with Go's escapes; a line never holds a control
// or invisible character. The order is the author's.
func (s *Statement) Lines() []string {
	var lines []string
	for _, r := range rows(s, layoutOf(s)) {
		lines = append(lines, r.text)
	}
	return lines
}

// row is a line with what it says in canonical form, so that rows of two statements can be matched.
type row struct {
	key  rowKey
	text string
	// head is true for a line that only introduces those below.
	head bool
}

// rowKey identifies what a row says within a statement: the part, the element, and what is named, in canonical form.
type rowKey struct {
	slot          slot
	element, name string
}

// slot is a part of a statement, in the order of display.
type slot int

const (
	slotEffect slot = iota // with the actions and the principal when these are few
	slotAction
	slotPrincipal
	slotResource
	slotCondition
	slotSid
)

// few is how many values stand side by side on one line; more get a line each.
const few = 3

// layout says which lists stand on one line. Statements that are compared share a layout, so that a line that says the
// same reads the same. The zero layout gives everything a line of its own.
type layout struct {
	actions, principal, exceptions bool
	values                         map[string]bool // by condition subject
}

// layoutOf returns the layout that suits all of the statements.
func layoutOf(statements ...*Statement) layout {
	l := layout{actions: true, principal: true, exceptions: true, values: map[string]bool{}}
	for _, s := range statements {
		l.actions = l.actions && len(s.Actions) <= few && len(s.NotActions) <= few
		l.principal = l.principal && len(parties(s.Principals))+len(parties(s.NotPrincipals)) <= 1
		l.exceptions = l.exceptions && len(s.NotResources) <= few
		for _, c := range s.Conditions {
			fits, seen := l.values[c.subject()]
			l.values[c.subject()] = len(c.Values) <= few && (fits || !seen)
		}
	}
	l.principal = l.principal && l.actions
	return l
}

// rows returns the lines of a statement.
func rows(s *Statement, l layout) []row {
	w := &writer{layout: l}
	w.effect(s)
	if !l.principal {
		w.principals(s)
	}
	w.resources(s)
	for i, c := range s.Conditions {
		w.condition(i, c)
	}
	if s.Sid != "" {
		w.add(rowKey{slotSid, "", s.Sid}, "  (Sid "+word(s.Sid)+")")
	}
	return w.rows
}

type writer struct {
	layout layout
	rows   []row
}

func (w *writer) add(key rowKey, text string) { w.rows = append(w.rows, row{key: key, text: text}) }

func (w *writer) addHead(key rowKey, text string) {
	w.rows = append(w.rows, row{key: key, text: text, head: true})
}

// nothing stands for the members of an empty list.
const nothing = "nothing"

// each writes the members of a list that is there, one a line.
func (w *writer) each(texts []string, indent string, key func(string) rowKey) {
	for _, text := range texts {
		w.add(key(text), indent+word(text))
	}
	if texts != nil && len(texts) == 0 {
		head := key("")
		head.name = nothing + " at all"
		w.addHead(head, indent+nothing)
	}
}

// effect writes what is done to which actions, and to whom if that is short.
func (w *writer) effect(s *Statement) {
	element, actions, but := "Action", s.Actions, ""
	if s.NotActions != nil {
		element, actions, but = "NotAction", s.NotActions, " all but"
	}
	key := rowKey{slotEffect, s.Effect, element}
	if !w.layout.actions {
		w.addHead(key, s.Effect+but)
		w.each(actions, "    ", func(action string) rowKey { return rowKey{slotAction, element, lower(action)} })
		return
	}
	var text strings.Builder
	text.WriteString(s.Effect + but)
	if actions != nil {
		text.WriteString(" " + list(actions, ", "))
		key.name += identity(actions, lower)
	}
	if w.layout.principal {
		for _, n := range parties(s.Principals) {
			text.WriteString(" to " + n.words)
			key.name += " Principal " + n.key
		}
		for _, n := range parties(s.NotPrincipals) {
			text.WriteString(" to all but " + n.words)
			key.name += " NotPrincipal " + n.key
		}
	}
	w.add(key, text.String())
}

func (w *writer) principals(s *Statement) {
	for _, n := range parties(s.Principals) {
		w.add(rowKey{slotPrincipal, "Principal", n.key}, "  to "+n.words)
	}
	if s.NotPrincipals == nil {
		return
	}
	w.addHead(rowKey{slotPrincipal, "NotPrincipal", ""}, "  to all but")
	for _, n := range parties(s.NotPrincipals) {
		w.add(rowKey{slotPrincipal, "NotPrincipal", n.key}, "      "+n.words)
	}
}

// party is a principal in words and in canonical form.
type party struct{ words, key string }

// parties returns the members of a Principal element, those of one type side by side.
func parties(principals map[string][]string) []party {
	if principals == nil {
		return nil
	}
	if len(principals) == 0 {
		return []party{{words: "nobody"}}
	}
	var all []party
	for _, kind := range slices.Sorted(maps.Keys(principals)) {
		if len(principals[kind]) == 0 {
			all = append(all, party{"nobody of type " + word(kind), kind})
		}
		for _, text := range principals[kind] {
			all = append(all, partyOf(kind, text))
		}
	}
	return all
}

func partyOf(kind, text string) party {
	key := kind + " " + text
	switch kind {
	case CanonicalUser:
		return party{"canonical user " + word(text), key}
	case Federated:
		return party{"federated " + word(text), key}
	case Service:
		return party{"service " + word(text), key}
	case AWS:
		account := foldAccount(text)
		key = kind + " " + account
		switch {
		case text == "*":
			return party{"everyone", key}
		case isAccount(account):
			return party{"account " + account, key}
		case strings.HasPrefix(text, "arn:"):
			return party{word(text), key}
		}
	}
	return party{"principal " + word(text), key}
}

func resourceKey(resource string) rowKey { return rowKey{slotResource, "Resource", resource} }

func (w *writer) resources(s *Statement) {
	for _, resource := range s.Resources {
		w.add(resourceKey(resource), "  on "+word(resource))
	}
	if s.Resources != nil && len(s.Resources) == 0 {
		w.addHead(resourceKey(""), "  on "+nothing)
	}
	if s.NotResources == nil {
		return
	}
	if w.layout.exceptions {
		w.add(rowKey{slotResource, "NotResource", identity(s.NotResources, same)}, "  on all but "+list(s.NotResources, ", "))
		return
	}
	w.addHead(rowKey{slotResource, "NotResource", ""}, "  on all but")
	w.each(s.NotResources, "      ", func(resource string) rowKey { return rowKey{slotResource, "NotResource", resource} })
}

// subject returns what a condition is about, in canonical form: the operator and the key.
func (c Condition) subject() string { return c.Operator + " " + lower(c.Key) }

func (w *writer) condition(position int, c Condition) {
	text := "  and "
	if position == 0 {
		text = "  when "
	}
	plain := c.Operator == "StringEquals"
	text += word(c.Key) + " "
	if plain {
		text += "="
	} else {
		text += operatorWord(c.Operator)
	}
	key := rowKey{slotCondition, c.subject(), ""}
	if w.layout.values[c.subject()] {
		between := ", "
		if plain {
			between = " or "
		}
		key.name = identity(c.Values, same)
		w.add(key, text+" "+list(c.Values, between))
		return
	}
	if plain {
		text += " any of"
	}
	w.addHead(key, text)
	w.each(c.Values, "      ", func(value string) rowKey { return rowKey{slotCondition, c.subject(), "value " + value} })
}

// identity returns the canonical form of a list, one text for all that mean the same.
func identity(texts []string, fold func(string) string) string {
	return string(appendList(nil, folded(texts, fold)))
}

// list returns texts as words on one line.
func list(texts []string, between string) string {
	if len(texts) == 0 {
		return nothing
	}
	words := make([]string, 0, len(texts))
	for _, text := range texts {
		words = append(words, word(text))
	}
	return strings.Join(words, between)
}

// word returns a text as it is, or quoted where it is not one plain word that can only be itself.
func word(text string) string {
	switch text {
	case "", nothing, "all", "any", "or":
		return strconv.Quote(text)
	}
	if strings.ContainsFunc(text, func(r rune) bool { return r == ' ' || r == ',' || r == '"' || !strconv.IsPrint(r) }) {
		return strconv.Quote(text)
	}
	return text
}

// operatorWord returns an operator as it is when it looks like one.
func operatorWord(operator string) string {
	if operator == "" || strings.ContainsFunc(operator, func(r rune) bool { return !isAlphanumeric(r) && r != ':' }) {
		return strconv.Quote(operator)
	}
	return operator
}
