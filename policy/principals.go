package policy

import (
	"bytes"
	"encoding/json"
)

// EditPrincipals passes every AWS principal of a trust policy through edit, which returns what shall stand in its place, or
// false to leave it out. A statement that is left with no principal is left out too. The text comes back as it was where
// nothing changed; it is "" where no statement is left, and unreadable text is returned unchanged.
func EditPrincipals(text string, edit func(principal string) (string, bool)) string {
	var document map[string]any
	if json.Unmarshal([]byte(text), &document) != nil {
		return text
	}
	statements, isList := document["Statement"].([]any)
	if !isList {
		statements = []any{document["Statement"]}
	}
	changed := false
	var kept []any
	for _, s := range statements {
		statement, ok := s.(map[string]any)
		if !ok {
			return text
		}
		edited, left := editStatement(statement, edit)
		changed = changed || edited
		if left {
			kept = append(kept, statement)
		}
	}
	switch {
	case !changed:
		return text
	case len(kept) == 0:
		return ""
	}
	document["Statement"] = kept
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if enc.Encode(document) != nil {
		return text
	}
	return string(bytes.TrimSpace(out.Bytes()))
}

// editStatement edits the principals of one statement in place. It reports whether any changed, and whether any is left.
func editStatement(statement map[string]any, edit func(string) (string, bool)) (changed, left bool) {
	left = true
	for _, element := range []string{"Principal", "NotPrincipal"} {
		principals, ok := statement[element].(map[string]any)
		if !ok {
			continue
		}
		values, isList := principals[AWS].([]any)
		if !isList {
			values = []any{principals[AWS]}
		}
		var kept []any
		for _, value := range values {
			name, isText := value.(string)
			if !isText {
				continue
			}
			edited, keep := edit(name)
			changed = changed || !keep || edited != name
			if keep {
				kept = append(kept, edited)
			}
		}
		if len(kept) > 0 {
			principals[AWS] = kept
			continue
		}
		delete(principals, AWS)
		left = len(principals) > 0
	}
	return changed, left
}
