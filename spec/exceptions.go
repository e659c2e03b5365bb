package spec

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/google/jsonschema-go/jsonschema"

	"baseline/resource"
)

// exception takes one object out of a rule: user/alice, or with a reason and an end {subject, reason, until}.
type exception struct {
	subject resource.Address
	reason  string
	until   time.Time
}

// exceptionTerms is the long form of an exception.
type exceptionTerms struct {
	Subject *subject `json:"subject" jsonschema:"What the rule does not hold for."`
	Reason  *string  `json:"reason" jsonschema:"Why, for whoever reviews the file."`
	Until   *lastDay `json:"until" jsonschema:"The last day on which the exception holds, in UTC."`
}

func (exception) long() reflect.Type { return reflect.TypeFor[exceptionTerms]() }

func (exception) schema() *jsonschema.Schema { return subject("").schema() }

func (e *exception) decodeNode(d decoder, n *node, label string) bool {
	if n.shape != mapping {
		var s subject
		if !d.expect(n, scalar, "user/NAME or {subject, reason, until}", label) || !d.value(n, reflect.ValueOf(&s).Elem(), label) {
			return false
		}
		e.subject = s.address()
		return true
	}
	var terms exceptionTerms
	d.structs(n, label, &terms)
	complete := true
	for key, advice := range map[string]string{
		"subject": "say what the rule does not hold for, as in user/alice",
		"reason":  "say why, for whoever reviews the file",
		"until":   "give the last day on which it holds, as in 2026-12-31",
	} {
		complete = d.must(n, "exception", key, advice) && complete
	}
	if terms.Reason != nil && strings.TrimSpace(*terms.Reason) == "" {
		d.problems.add(n.at("reason").place(), "reason: the string is empty: say why, for whoever reviews the file")
		return false
	}
	if !complete || terms.Subject == nil || terms.Reason == nil || terms.Until == nil {
		return false
	}
	e.subject, e.reason, e.until = terms.Subject.address(), *terms.Reason, terms.Until.end()
	return true
}

// exceptions compiles the exceptions of a rule that is about some kinds of objects.
func (c *compiler) exceptions(rule string, listed []exception, n *node, about ...resource.Kind) []resource.Exception {
	n = n.at("exceptions")
	var all []resource.Exception
	seen := listing{}
	for i, e := range listed {
		if e.subject.IsZero() {
			// It could not be read, which was said before.
			continue
		}
		short := word(e.subject.Kind) + "/" + e.subject.Name
		if !slices.Contains(about, e.subject.Kind) {
			c.problems.add(n.item(i).place(), "%s is a rule for %s: it has nothing to except %s from", rule, plurals(about), short)
			continue
		}
		// AWS takes names that differ in case only for one.
		if !seen.add(c, short, strings.ToLower(short), n.item(i)) {
			continue
		}
		all = append(all, resource.Exception{Subject: e.subject, Reason: e.reason, Until: e.until})
	}
	return all
}

// plurals names kinds in a message, as in users, roles.
func plurals(kinds []resource.Kind) string {
	names := make([]string, len(kinds))
	for i, kind := range kinds {
		names[i] = word(kind) + "s"
		if kind == kindPolicy {
			names[i] = "policies"
		}
	}
	return strings.Join(names, ", ")
}

// lastDay is a day such as 2026-12-31, the last one on which something holds.
type lastDay string

// The world of IAM began in 2010; what comes before is a slip, and might be taken for no end at all.
const firstYear = 2010

func (l lastDay) check() error {
	if day, err := time.Parse(time.DateOnly, string(l)); err != nil || day.Year() < firstYear {
		return fmt.Errorf("%q is not a day such as 2026-12-31", string(l))
	}
	return nil
}

// end is the midnight after the day; the zero time for what is no day.
func (l lastDay) end() time.Time {
	day, err := time.Parse(time.DateOnly, string(l))
	if err != nil {
		return time.Time{}
	}
	return day.AddDate(0, 0, 1)
}

func (lastDay) schema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "string", Pattern: `^([0-9]{4}-[0-9]{2}-[0-9]{2}|.*\$\{.*)$`}
}
