package render

import (
	"fmt"
	"slices"
	"strings"

	"baseline/policy"
	"baseline/resource"
)

// mainDocument is the setting that is the whole point of its object, so that it needs no name under it.
const mainDocument = "document"

// document adds what changes in a policy document, statement by statement, each with all its lines for context.
// The whole of a new document is shown, so that a reader sees what is granted.
func (v *view) document(indent int, name string, before, after resource.Document) {
	changes := policy.Diff(string(before), string(after))
	if before == "" {
		v.newDocument(indent, name, changes)
		return
	}
	changed := slices.DeleteFunc(slices.Clone(changes), func(c policy.StatementChange) bool { return c.Kind == policy.Same })
	if len(changed) == 0 && before != after {
		v.add(row{indent: indent, sign: altered, label: text(name) + "  other text of the same meaning", tint: normal})
		return
	}
	// A single statement of a part goes on the line of the part itself.
	if object := &v.rows[v.object]; name == mainDocument && len(changed) == 1 && object.indent == partIndent && v.object == len(v.rows)-1 {
		object.label += ", " + statementName(changed[0])
		v.statements(indent-2, changed, changed[0].Kind == policy.Changed)
		return
	}
	for _, c := range changed {
		label := statementName(c)
		if name != mainDocument {
			label = text(name) + ", " + label
		}
		v.add(row{indent: indent, sign: signs[c.Kind], label: label})
		v.statements(indent+2, []policy.StatementChange{c}, c.Kind == policy.Changed)
	}
}

// signs are the signs of what can become of a statement.
var signs = map[policy.ChangeKind]sign{
	policy.Same: same, policy.Added: added, policy.Removed: removed, policy.Changed: altered,
}

func statementName(c policy.StatementChange) string {
	if c.Of == 0 {
		return "the document itself"
	}
	return fmt.Sprintf("statement %d of %d", c.Index, c.Of)
}

func (v *view) newDocument(indent int, name string, changes []policy.StatementChange) {
	n := 0
	for _, c := range changes {
		if c.Of > 0 {
			n++
		}
	}
	count := plural(n, "statement")
	if name == mainDocument {
		v.remark(count)
		if v.rows[v.object].indent == 0 {
			indent += 2 // to stand out from the settings above
		}
		v.statements(indent, changes, false)
		return
	}
	v.add(row{indent: indent, sign: added, label: text(name) + ", " + count})
	v.statements(indent+2, changes, false)
}

// statements adds the lines of statements, with their own signs where those say something.
func (v *view) statements(indent int, changes []policy.StatementChange, signed bool) {
	for _, change := range changes {
		for _, line := range change.Lines {
			r := row{indent: indent, sign: same}
			r.label, r.edits = labelOf(line)
			if signed && line.Sign != ' ' {
				r.sign = sign(line.Sign)
			} else if change.Kind == policy.Removed {
				r.tint = removed.attribute()
			}
			v.add(r)
		}
	}
}

// labelOf escapes a line, keeping its edits in place. Package policy quotes what is in the line, backslashes included.
func labelOf(line policy.Line) (label string, edits []edit) {
	if len(line.Text) > maxLine || len(line.Edits) == 0 {
		return brief(line.Text, maxLine, deceptive), nil
	}
	var b strings.Builder
	at := 0
	for _, e := range line.Edits {
		b.WriteString(escape(line.Text[at:e.Start], deceptive))
		start := b.Len()
		b.WriteString(escape(line.Text[e.Start:e.End], deceptive))
		edits = append(edits, edit{start, b.Len()})
		at = e.End
	}
	b.WriteString(escape(line.Text[at:], deceptive))
	return b.String(), edits
}
