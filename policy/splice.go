package policy

import (
	"errors"
	"slices"
	"strings"
)

// A policy of a resource, such as that of a bucket, is written by several hands. What follows puts single statements into the
// text of one, and takes them out again, and leaves every other byte as it is.

// Merge returns the text of a policy with the statements of another document in it. A statement that is there already, by meaning,
// stays as it is. One whose Sid begins with own, "" being no Sid's beginning, is ours: it is replaced by the wanted statement of
// the same Sid, and removed where none is wanted. Others are never touched. The text "" stands for no policy, and comes back where
// no statement is left. The error is that of [Parse], for the text or for the wanted document.
func Merge(text, wanted, own string) (string, error) {
	want, err := splicedOf(wanted)
	if err != nil {
		return "", err
	}
	for i := range want.statements {
		if text, err = mergeStatement(text, want, i, own); err != nil {
			return "", err
		}
	}
	have, err := splicedOf(text)
	if err != nil {
		return "", err
	}
	for i := len(have.statements) - 1; i >= 0; i-- {
		if isOwn(have.statements[i].Sid, own) && !want.hasSid(have.statements[i].Sid) && want.find(&have.statements[i]) < 0 {
			if have, err = splicedOf(have.without(i)); err != nil {
				return "", err
			}
		}
	}
	return have.text, nil
}

// mergeStatement merges the i-th wanted statement into a text.
func mergeStatement(text string, want *spliced, i int, own string) (string, error) {
	have, err := splicedOf(text)
	if err != nil {
		return "", err
	}
	statement := &want.statements[i]
	if have.find(statement) >= 0 {
		return text, nil
	}
	if isOwn(statement.Sid, own) {
		same := slices.IndexFunc(have.statements, func(s Statement) bool { return s.Sid == statement.Sid })
		if same >= 0 {
			return have.replaced(same, want.raw(i)), nil
		}
	}
	return have.with(want.raw(i)), nil
}

func isOwn(sid, own string) bool { return own != "" && strings.HasPrefix(sid, own) }

// Lacking returns those statements of a wanted document, as they are written there, that a policy does not have by meaning, nor
// anything that allows more. A text that cannot be read lacks all of them; an unreadable wanted document wants none.
func Lacking(text, wanted string) []string {
	want, err := splicedOf(wanted)
	if err != nil {
		return nil
	}
	have, err := splicedOf(text)
	if err != nil {
		have = &spliced{}
	}
	var lacking []string
	for i := range want.statements {
		wider := slices.ContainsFunc(have.statements, func(s Statement) bool { return s.covers(&want.statements[i]) })
		if have.find(&want.statements[i]) < 0 && !wider {
			lacking = append(lacking, want.raw(i))
		}
	}
	return lacking
}

// TakeBack undoes the change of a policy from before to after in a text that others have changed since: statements that the change
// brought go, those that it took come back, and all else stays. It returns false where a statement that the change brought is not
// there any more as it was, or a text cannot be read. A text that nobody has changed becomes before again, to the byte. The text ""
// stands for no policy.
func TakeBack(before, after, text string) (string, bool) {
	if text == after {
		return before, true
	}
	was, errWas := splicedOf(before)
	is, errIs := splicedOf(after)
	have, err := splicedOf(text)
	if errors.Join(errWas, errIs, err) != nil {
		return "", false
	}
	for i := range is.statements {
		if was.find(&is.statements[i]) >= 0 {
			continue
		}
		at := have.find(&is.statements[i])
		if at < 0 {
			return "", false
		}
		if have, err = splicedOf(have.without(at)); err != nil {
			return "", false
		}
	}
	for i := range was.statements {
		if is.find(&was.statements[i]) < 0 && have.find(&was.statements[i]) < 0 {
			if have, err = splicedOf(have.with(was.raw(i))); err != nil {
				return "", false
			}
		}
	}
	return have.text, true
}

// spliced is the text of a policy with the places of its statements. The zero value is no policy.
type spliced struct {
	text       string
	statements []Statement
	// nodes are the statements in the text, and list is what holds them: a list, or the one statement itself.
	nodes []node
	list  node
}

func splicedOf(text string) (*spliced, error) {
	if text == "" {
		return &spliced{}, nil
	}
	d, err := Parse(text)
	if err != nil {
		return nil, err
	}
	root, _ := readJSON(text) // Parse has read it
	s := &spliced{text: text, statements: d.Statements}
	for _, m := range root.members {
		if m.name == "Statement" {
			s.list, s.nodes = m.value, m.value.items
			if m.value.form != formList {
				s.nodes = []node{m.value}
			}
		}
	}
	return s, nil
}

// raw is the text of a statement.
func (s *spliced) raw(i int) string { return s.text[s.nodes[i].offset:s.nodes[i].end] }

// find returns the place of a statement of the same meaning, -1 for none.
func (s *spliced) find(statement *Statement) int {
	form := canonicalStatement(statement)
	return slices.IndexFunc(s.statements, func(other Statement) bool { return canonicalStatement(&other) == form })
}

func (s *spliced) hasSid(sid string) bool {
	return slices.ContainsFunc(s.statements, func(other Statement) bool { return other.Sid == sid })
}

// with is the text with one more statement at its end.
func (s *spliced) with(statement string) string {
	switch {
	case s.text == "":
		return `{"Version":"` + Version2012 + `","Statement":[` + statement + `]}`
	case len(s.nodes) == 0:
		return s.text[:s.list.offset+1] + statement + s.text[s.list.end-1:]
	case s.list.form != formList:
		return s.text[:s.list.offset] + "[" + s.raw(0) + "," + statement + "]" + s.text[s.list.end:]
	}
	last := s.nodes[len(s.nodes)-1].end
	return s.text[:last] + "," + statement + s.text[last:]
}

// replaced is the text with another statement in the place of one.
func (s *spliced) replaced(i int, statement string) string {
	return s.text[:s.nodes[i].offset] + statement + s.text[s.nodes[i].end:]
}

// without is the text without a statement, with the comma that set it apart; "" where it was the only one.
func (s *spliced) without(i int) string {
	switch {
	case len(s.nodes) == 1:
		return ""
	case i == 0:
		return s.text[:s.nodes[0].offset] + s.text[s.nodes[1].offset:]
	}
	return s.text[:s.nodes[i-1].end] + s.text[s.nodes[i].end:]
}
