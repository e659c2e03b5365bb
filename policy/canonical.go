package policy

import (
	"bytes"
	"cmp"
	"maps"
	"slices"
	"strings"
)

// Equal reports whether two documents mean the same, as the package describes. A document that can't be parsed equals
// only its own text.
func Equal(a, b string) bool {
	if a == b {
		return true
	}
	first, err := Canonical(a)
	if err != nil {
		return false
	}
	second, err := Canonical(b)
	return err == nil && first == second
}

// Canonical returns the one text for every document of the same meaning: compact JSON of version 2012-10-17 or
// 2008-10-17, without names, with everything sorted and nothing twice. It is for comparing; what is written to an
// account is always the author's own text. The error is that of [Parse].
func Canonical(text string) (string, error) {
	d, err := Parse(text)
	if err != nil {
		return "", err
	}
	forms := make([][]byte, 0, len(d.Statements))
	all := make([]byte, 0, len(text)) // room for all forms, which are rarely longer than the text
	for i := range d.Statements {
		begin := len(all)
		all = appendStatement(all, &d.Statements[i])
		forms = append(forms, all[begin:])
	}
	slices.SortFunc(forms, bytes.Compare)
	forms = slices.CompactFunc(forms, bytes.Equal)

	out := append(make([]byte, 0, len(all)+64), `{"Version":`...)
	out = appendString(out, cmp.Or(d.Version, Version2008))
	out = append(out, `,"Statement":[`...)
	out = append(out, bytes.Join(forms, []byte(","))...)
	return string(append(out, "]}"...)), nil
}

// canonicalStatement returns the canonical form of one statement.
func canonicalStatement(s *Statement) string { return string(appendStatement(nil, s)) }

func appendStatement(out []byte, s *Statement) []byte {
	out = append(out, `{"Effect":`...)
	out = appendString(out, s.Effect)
	out = appendPrincipals(out, "Principal", s.Principals)
	out = appendPrincipals(out, "NotPrincipal", s.NotPrincipals)
	out = appendTexts(out, "Action", s.Actions, lower)
	out = appendTexts(out, "NotAction", s.NotActions, lower)
	out = appendTexts(out, "Resource", s.Resources, same)
	out = appendTexts(out, "NotResource", s.NotResources, same)
	out = appendConditions(out, s.Conditions)
	return append(out, '}')
}

// appendTexts appends a key and its list, unless the list is nil.
func appendTexts(out []byte, key string, texts []string, fold func(string) string) []byte {
	if texts == nil {
		return out
	}
	out = append(out, ',')
	out = appendString(out, key)
	out = append(out, ':')
	return appendList(out, folded(texts, fold))
}

func appendPrincipals(out []byte, key string, principals map[string][]string) []byte {
	if principals == nil {
		return out
	}
	out = append(out, ',')
	out = appendString(out, key)
	out = append(out, ":{"...)
	for i, name := range slices.Sorted(maps.Keys(principals)) {
		if i > 0 {
			out = append(out, ',')
		}
		fold := same
		if name == AWS {
			fold = foldAccount
		}
		out = appendString(out, name)
		out = append(out, ':')
		out = appendList(out, folded(principals[name], fold))
	}
	return append(out, '}')
}

func appendConditions(out []byte, conditions []Condition) []byte {
	if len(conditions) == 0 {
		return out
	}
	conditions = foldKeys(conditions)
	out = append(out, `,"Condition":{`...)
	for i, c := range conditions {
		if i == 0 || conditions[i-1].Operator != c.Operator {
			if i > 0 {
				out = append(out, "},"...)
			}
			out = appendString(out, c.Operator)
			out = append(out, ":{"...)
		} else {
			out = append(out, ',')
		}
		out = appendString(out, c.Key)
		out = append(out, ':')
		out = appendList(out, folded(c.Values, same))
	}
	return append(out, "}}"...)
}

// foldKeys returns conditions in order, with keys in lower case. Keys of one operator that differ only by case keep
// their spelling, or the canonical form would hold a key twice.
func foldKeys(conditions []Condition) []Condition {
	type slot struct{ operator, key string }
	spellings := make(map[slot]int, len(conditions))
	for _, c := range conditions {
		spellings[slot{c.Operator, lower(c.Key)}]++
	}
	out := slices.Clone(conditions)
	for i, c := range out {
		if key := lower(c.Key); spellings[slot{c.Operator, key}] == 1 {
			out[i].Key = key
		}
	}
	slices.SortFunc(out, func(a, b Condition) int {
		return cmp.Or(cmp.Compare(a.Operator, b.Operator), cmp.Compare(a.Key, b.Key))
	})
	return out
}

func appendList(out []byte, texts []string) []byte {
	out = append(out, '[')
	for i, text := range texts {
		if i > 0 {
			out = append(out, ',')
		}
		out = appendString(out, text)
	}
	return append(out, ']')
}

// folded returns the folded texts in order, each once.
func folded(texts []string, fold func(string) string) []string {
	out := make([]string, 0, len(texts))
	for _, text := range texts {
		out = append(out, fold(text))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func same(text string) string { return text }

// lower folds the letters A to Z only: other scripts have letters whose lower case is one of a to z, and nothing says
// that IAM takes those for the same.
func lower(text string) string {
	return strings.Map(func(c rune) rune {
		if 'A' <= c && c <= 'Z' {
			return c + 'a' - 'A'
		}
		return c
	}, text)
}

// foldAccount returns the account id for the ARN of an account's root, in any partition, and any other text as it is.
func foldAccount(principal string) string {
	rest, ok := strings.CutPrefix(principal, "arn:aws")
	if !ok {
		return principal
	}
	suffix, rest, ok := strings.Cut(rest, ":iam::")
	if !ok || strings.Contains(suffix, ":") {
		return principal
	}
	account, ok := strings.CutSuffix(rest, ":root")
	if !ok || !isAccount(account) {
		return principal
	}
	return account
}

// isAccount reports whether text is an account id: twelve digits.
func isAccount(text string) bool {
	if len(text) != 12 {
		return false
	}
	for i := range len(text) {
		if !isDigit(text[i]) {
			return false
		}
	}
	return true
}
