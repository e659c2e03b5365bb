package requirements

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"baseline/resource"
)

// Result is how an account stands to a control.
type Result string

// The results.
const (
	Pass       Result = "pass"
	Fail       Result = "fail"
	NotChecked Result = "not-checked"
)

// Outcome is one control with how the account stands to it.
type Outcome struct {
	// ID is the control's id in the chosen benchmark or, where it has none there, in another standard: "CIS 7.0 2.12",
	// "Security Hub IAM.21"; a rule whose degree no standard asks for has its own name, and the exceptions of the file are
	// the row "exceptions".
	ID    string `json:"id"`
	Title string `json:"title"`
	// Level is the CIS level, 0 where there is none.
	Level  int    `json:"level,omitempty"`
	Result Result `json:"result"`
	// Why says why the control was not checked. For others it is a remark: how many exceptions the file makes, that it asks
	// for more than the control does and so may fail where the control alone would not, or what the rule does not ask.
	Why string `json:"why,omitempty"`
	// Rules are those that answer the control.
	Rules []string `json:"rules,omitempty"`
	// Controls are all ids of the control, the benchmark's first.
	Controls []string `json:"controls,omitempty"`
	// Violations are what makes it fail, and warnings.
	Violations []Violation `json:"violations,omitempty"`
}

// Assess lays a complete judgement over all controls of the benchmark that the file names, in the benchmark's order, then over
// the controls of other standards that the file asks enough for, then over the rules of the file that none of these is
// answered by, and over its exceptions. The same input gives the same outcomes.
//
// A control fails when one of its rules is broken, or what one of them rests on. Otherwise it is not checked when the file leaves out one of its rules, or
// asks for less than the control, or a rule could not be judged; only what was looked at and found in order passes. A warning
// fails nothing.
func Assess(asked Asked, judgement *Judgement) []Outcome {
	if asked.Requirements == nil {
		asked.Requirements = &resource.Requirements{}
	}
	a := &assessing{
		judgement: judgement, benchmark: known(asked.Benchmark),
		declared: asked.declared(), exceptions: asked.exceptions(), shown: map[string]bool{},
	}
	var own, others []Control
	for _, c := range controls {
		switch {
		case c.ID(a.benchmark) != "":
			own = append(own, c)
		case c.met(a.declared) == "":
			others = append(others, c)
		}
	}
	for _, part := range [][]Control{own, others} {
		slices.SortFunc(part, func(x, y Control) int {
			return compareReferences(x.references(a.benchmark)[0], y.references(a.benchmark)[0])
		})
		for _, c := range part {
			if c.ofProwler() && !slices.ContainsFunc(c.Rules(), a.unseen) {
				continue // another row has said as much, and lists its ids
			}
			a.add(c.IDs(a.benchmark)[0], c)
		}
	}
	for _, r := range rules {
		if degree, asked := a.declared[r.id]; asked && !a.shown[r.id] {
			a.add(r.id, Control{Title: r.title, answers: []answer{{r.id, degree}}})
		}
	}
	a.current()
	return a.out
}

// Counts counts outcomes by their results.
func Counts(outcomes []Outcome) (pass, fail, notChecked int) {
	for _, o := range outcomes {
		switch o.Result {
		case Pass:
			pass++
		case Fail:
			fail++
		case NotChecked:
			notChecked++
		}
	}
	return pass, fail, notChecked
}

// assessing is an assessment in the making.
type assessing struct {
	judgement *Judgement
	benchmark string
	declared  declaration
	// exceptions are those of the file by section.
	exceptions map[string][]resource.Exception
	// shown are the rules whose own result can be read from a row.
	shown map[string]bool
	out   []Outcome
}

// add judges a control and adds its row.
func (a *assessing) add(id string, c Control) {
	o := Outcome{ID: id, Title: c.Title, Level: c.Level, Rules: c.Rules(), Controls: c.IDs(a.benchmark)}
	broken := map[string]bool{}
	for _, v := range a.judgement.Violations {
		if slices.ContainsFunc(o.Rules, func(rule string) bool { return v.Rule == rule || v.Rule == a.foundation(rule) }) {
			o.Violations = append(o.Violations, v)
			if !v.Warning {
				broken[v.Rule] = true
			}
		}
	}
	unmet := c.met(a.declared)
	reason := cmp.Or(unmet, a.unchecked(o.Rules))
	switch {
	case len(broken) > 0:
		o.Result, o.Why = Fail, remarks(c.beyond(a.declared, broken), a.excepted(o.Rules), a.remarked(o.Rules))
	case reason != "":
		o.Result, o.Why = NotChecked, reason
	default:
		o.Result, o.Why = Pass, remarks(a.excepted(o.Rules), a.remarked(o.Rules))
	}
	for _, rule := range o.Rules {
		a.shown[rule] = a.shown[rule] || len(broken) > 0 || unmet == ""
	}
	a.out = append(a.out, o)
}

// foundation is what must hold for a rule that the file asks for to be able to.
func (a *assessing) foundation(rule string) string {
	if _, asked := a.declared[rule]; asked {
		return foundation(rule)
	}
	return ""
}

// unseen reports whether no row has shown the rule's own result.
func (a *assessing) unseen(rule string) bool { return !a.shown[rule] }

// unchecked says why one of the rules could not be judged; "" when all were.
func (a *assessing) unchecked(rules []string) string {
	for _, rule := range rules {
		if why := a.judgement.Unchecked[rule]; why != "" {
			return why
		}
	}
	return ""
}

// remarked returns what the judgement remarks on the rules.
func (a *assessing) remarked(rules []string) string {
	var said []string
	for _, rule := range rules {
		said = append(said, a.judgement.Remarks[rule])
	}
	return remarks(said...)
}

// excepted says how many exceptions to the rules still hold.
func (a *assessing) excepted(rules []string) string {
	sections := map[string]bool{}
	for _, rule := range rules {
		sections[section(rule)] = true
	}
	n := 0
	for s := range sections {
		for _, e := range a.exceptions[s] {
			if !a.ended(s, e) {
				n++
			}
		}
	}
	switch n {
	case 0:
		return ""
	case 1:
		return "but for 1 exception"
	}
	return fmt.Sprintf("but for %d exceptions", n)
}

// ended reports whether the judgement found that an exception holds no longer.
func (a *assessing) ended(section string, e resource.Exception) bool {
	return slices.ContainsFunc(a.judgement.Violations, func(v Violation) bool {
		return v.Rule == section+endedSuffix && v.Subject == e.Subject && v.Since.Equal(e.Until)
	})
}

// current adds the row of the exceptions when the file has any.
func (a *assessing) current() {
	n := 0
	for _, of := range a.exceptions {
		n += len(of)
	}
	if n == 0 {
		return
	}
	o := Outcome{ID: "exceptions", Title: "exceptions are current", Result: Pass}
	for _, v := range a.judgement.Violations {
		if strings.HasSuffix(v.Rule, endedSuffix) {
			o.Result = Fail
			o.Violations = append(o.Violations, v)
		}
	}
	a.out = append(a.out, o)
}

// remarks joins those that are any.
func remarks(all ...string) string {
	return strings.Join(slices.DeleteFunc(all, func(s string) bool { return s == "" }), "; ")
}
