package render

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"baseline/policy"
	"baseline/resource"
)

// view is a text in the making.
type view struct {
	account string
	rows    []row
	// object is the place of the row of the object whose settings are being added.
	object int
	// outcome says what came of a step, where that is known and not simply that it was done.
	outcome func(*resource.Change) (sign, string)
}

func (v *view) add(r row) { v.rows = append(v.rows, r) }

// line adds a line of its own, at the left margin.
func (v *view) line(label string) { v.add(row{label: label}) }

// space ends the paragraph.
func (v *view) space() {
	if n := len(v.rows); n > 0 {
		v.rows[n-1].space = true
	}
}

// remark adds to the second column of the object whose settings are being added.
func (v *view) remark(text string) {
	r := &v.rows[v.object]
	r.remarks = append(r.remarks, text)
}

// changes adds a block per object. Those of more than one line are set apart by empty lines.
func (v *view) changes(changes []resource.Change) {
	all := blocks(changes)
	long := false
	for i, b := range all {
		start := len(v.rows)
		v.block(b)
		wasLong := long
		if long = len(v.rows)-start > 1; i > 0 && (long || wasLong) {
			v.rows[start-1].space = true
		}
	}
	v.space()
	v.overview(all)
}

// many is from how many objects on a plan needs an overview.
const many = 50

// overview says, for a plan too long to be seen at once, how many objects of each kind are shown with which sign.
func (v *view) overview(all []*block) {
	if len(all) < many {
		return
	}
	v.line("Objects by kind:")
	count := map[resource.Kind]map[sign]int{}
	for _, b := range all {
		if count[b.owner.Kind] == nil {
			count[b.owner.Kind] = map[sign]int{}
		}
		count[b.owner.Kind][b.sign()]++
	}
	for _, kind := range slices.Sorted(maps.Keys(count)) {
		r := row{indent: partIndent, label: kindWord(kind), loud: true}
		for _, g := range []sign{added, altered, replaced, removed} {
			if n := count[kind][g]; n > 0 {
				r.remarks = append(r.remarks, string(g)+" "+grouped(n))
			}
		}
		v.add(r)
	}
	v.space()
}

// block adds an object and its parts.
func (v *view) block(b *block) {
	name := objectName(b.owner)
	if b.self == nil {
		v.add(row{sign: altered, label: name})
	} else {
		v.entry(0, name, b.self, "")
	}
	for _, part := range b.parts {
		v.entry(partIndent, partName(part.address, b.owner, v.account), part, " with "+name)
	}
}

// partIndent is where the parts of an object stand, and its settings.
const partIndent = 4

// entry adds one object: what becomes of it and why, what can't be taken back, its settings, and what else happens.
// A reason that ends as given says no more than that the owner above takes its parts along.
func (v *view) entry(indent int, name string, e *entry, idle string) {
	v.object = len(v.rows)
	v.add(row{indent: indent, sign: e.sign(), label: name})
	if lost := e.oneWay(); len(lost) > 0 {
		v.rows[v.object].alarm = string(warning) + " one-way: " + text(enumerate(lost)) + " cannot come back"
	}
	for _, c := range e.steps {
		if c.Consent != nil {
			v.remark(consented(c.Consent))
		}
	}
	if weaker := e.weakens(); len(weaker) > 0 {
		r := &v.rows[v.object]
		r.alarm = strings.TrimPrefix(r.alarm+between+string(warning)+" weakens-audit: "+text(enumerate(weaker)), between)
	}
	if len(e.steps) > 1 {
		v.remark(stepsInWords(e))
	}
	for _, reason := range e.reasons() {
		if idle == "" || !strings.HasSuffix(text(reason), idle) {
			v.remark(text(reason))
		}
	}
	if before, after := e.before(), e.after(); after != nil {
		mark := after.Map("tags")[resource.MarkKey]
		if before == nil && mark != "" {
			after = unmarked(after)
		}
		v.settings(indent+4, before, after, e.usual())
		v.meanwhile(indent+4, e)
		if before == nil && mark != "" {
			v.remark("marked " + text(mark))
		}
	}
	for _, note := range e.notes() {
		v.add(row{indent: indent + 4, sign: remark, label: text(note)})
	}
	v.outcomes(indent+4, e)
	for i, text := range v.rows[v.object].spill() {
		v.rows = slices.Insert(v.rows, v.object+1+i, row{indent: indent + 4, sign: remark, label: text})
	}
}

// usual names the usual settings of what one step makes.
func (e *entry) usual() []string {
	if len(e.steps) > 1 {
		return nil
	}
	return e.steps[0].Usual
}

// consented says until which day, that one included, the file consents to a change, and why.
func consented(c *resource.Consent) string {
	return "consented until " + day(c.Until.Add(-time.Second)) + ": " + text(c.Reason)
}

// unmarked returns settings without the ownership mark.
func unmarked(settings resource.Object) resource.Object {
	tags := map[string]string{}
	for key, value := range settings.Map("tags") {
		if key != resource.MarkKey {
			tags[key] = value
		}
	}
	return settings.With(resource.Object{"tags": tags})
}

// stepsInWords says how the steps at one object follow each other.
func stepsInWords(e *entry) string {
	words := make([]string, len(e.steps))
	for i, c := range e.steps {
		words[i] = stepWord(c)
	}
	switch steps := strings.Join(words, ", then "); steps {
	case "delete, then create":
		return "deleted, then created again"
	case "change, then change":
		return "changed in 2 steps"
	default:
		return fmt.Sprintf("in %d steps: %s", len(words), steps)
	}
}

// stepWord names what a step does, in the words of the summary.
func stepWord(c *resource.Change) string {
	if op := c.Op(); op != resource.OpUpdate {
		return string(op)
	}
	return "change"
}

// meanwhile adds the forms that the object takes between its steps, as far as they are not its last one.
func (v *view) meanwhile(indent int, e *entry) {
	last := e.after()
	for i, c := range e.steps[:len(e.steps)-1] {
		for _, name := range c.After.Names() {
			value := c.After[name]
			if reflect.DeepEqual(value, last[name]) {
				continue
			}
			heading := fmt.Sprintf("between steps %d and %d, %s is", i+1, i+2, text(name))
			document, ok := value.(resource.Document)
			if !ok {
				v.add(row{indent: indent, sign: remark, label: heading + " " + v.value(name, value)})
				continue
			}
			v.add(row{indent: indent, sign: remark, label: heading})
			v.statements(indent+2, policy.Diff("", string(document)), false)
		}
	}
}

// outcomes adds what came of the steps, where it is not simply that they were done.
func (v *view) outcomes(indent int, e *entry) {
	if v.outcome == nil {
		return
	}
	for i, c := range e.steps {
		g, what := v.outcome(c)
		if what == "" {
			continue
		}
		if len(e.steps) > 1 {
			what = fmt.Sprintf("step %d, %s: %s", i+1, stepWord(c), what)
		}
		v.add(row{indent: indent, sign: g, label: what})
	}
}
