package policy

import (
	"encoding/base64"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// comparison is what an operator compares: which values it takes, and how a complaint calls them.
type comparison struct {
	takes func(string) bool
	what  string
}

var (
	textual = comparison{func(string) bool { return true }, "text"}
	numeric = comparison{isNumber, "a number"}
	dates   = comparison{isDate, "a date such as 2026-11-21T00:00:00Z or seconds since 1970"}
	boolean = comparison{isBoolean, "true or false"}
	binary  = comparison{isBase64, "base64 text"}
	network = comparison{isNetwork, "an IP address or a range such as 203.0.113.0/24"}
	arns    = comparison{isARNPattern, "an ARN"}
)

// operators are the condition operators of the policy language, without prefix and suffix.
var operators = map[string]comparison{
	"StringEquals": textual, "StringNotEquals": textual,
	"StringEqualsIgnoreCase": textual, "StringNotEqualsIgnoreCase": textual,
	"StringLike": textual, "StringNotLike": textual,
	"NumericEquals": numeric, "NumericNotEquals": numeric,
	"NumericLessThan": numeric, "NumericLessThanEquals": numeric,
	"NumericGreaterThan": numeric, "NumericGreaterThanEquals": numeric,
	"DateEquals": dates, "DateNotEquals": dates,
	"DateLessThan": dates, "DateLessThanEquals": dates,
	"DateGreaterThan": dates, "DateGreaterThanEquals": dates,
	"Bool": boolean, "Null": boolean,
	"BinaryEquals": binary,
	"IpAddress":    network, "NotIpAddress": network,
	"ArnEquals": arns, "ArnNotEquals": arns, "ArnLike": arns, "ArnNotLike": arns,
}

// operatorNames are the operators with and without suffix, in order.
var operatorNames = func() []string {
	var names []string
	for name := range operators {
		if names = append(names, name); name != null {
			names = append(names, name+ifExists)
		}
	}
	slices.Sort(names)
	return names
}()

// What can stand around an operator.
const (
	ifExists     = "IfExists"
	null         = "Null" // asks whether the key is there, so it takes no IfExists
	forAllValues = "ForAllValues"
	forAnyValue  = "ForAnyValue"
)

// conditions checks a Condition element. One without any operator is accepted by IAM and has no effect.
func (c *checker) conditions(at spot, n node) {
	if n.form != formObject {
		c.add(at, "%s", mismatch(n, formObject))
		return
	}
	seen := make(map[string]bool, len(n.members))
	for i := range n.members {
		m := &n.members[i]
		where := at.step(m.name, m.offset)
		if seen[m.name] {
			c.add(where, "operator %q is there twice", m.name)
			continue
		}
		seen[m.name] = true
		compares, right := operator(m.name)
		if m.name != right {
			c.add(where, "unknown condition operator %q%s", m.name, meant(right))
		}
		c.comparisons(at.into(m), m.value, compares)
	}
}

// operator returns what an operator compares and how it is spelled: the same as name when name is right, another when
// that was probably meant, and "" when nothing is near. Where it isn't sure, any text can be compared.
func operator(name string) (comparison, string) {
	rest, prefix := name, ""
	if before, after, ok := strings.Cut(name, ":"); ok {
		if prefix = nearest(before, []string{forAllValues, forAnyValue}); prefix == "" {
			return textual, ""
		}
		rest, prefix = after, prefix+":"
	}
	if rest == null+ifExists {
		return boolean, prefix + null
	}
	if _, ok := operators[strings.TrimSuffix(rest, ifExists)]; !ok {
		if rest = nearest(rest, operatorNames); rest == "" {
			return textual, ""
		}
	}
	return operators[strings.TrimSuffix(rest, ifExists)], prefix + rest
}

// comparisons checks the keys and values of one operator.
func (c *checker) comparisons(at spot, n node, compares comparison) {
	if n.form != formObject {
		c.add(at, "%s", mismatch(n, formObject))
		return
	}
	if len(n.members) == 0 {
		c.add(at, "the operator compares no key")
	}
	seen := make(map[string]bool, len(n.members))
	for i := range n.members {
		m := &n.members[i]
		where := at.step(m.name, m.offset)
		if seen[lower(m.name)] {
			c.add(where, "condition key %q is there twice; keys are the same in any case", m.name)
		}
		seen[lower(m.name)] = true
		if service, key, ok := strings.Cut(m.name, ":"); !ok || service == "" || key == "" {
			c.add(where, "condition key %q has no prefix, as in aws:SourceIp", m.name)
		}
		c.values(at.into(m), m.value, compares)
	}
}

// values checks what a key is compared with.
func (c *checker) values(at spot, n node, compares comparison) {
	if n.form != formList {
		c.value(at, n, compares)
		return
	}
	if len(n.items) == 0 {
		c.add(at, "the list of values is empty")
	}
	for i, item := range n.items {
		c.value(at.step(i, item.offset), item, compares)
	}
}

func (c *checker) value(at spot, n node, compares comparison) {
	switch n.form {
	case formString, formNumber, formBool:
		// What a policy variable stands for is known only when the policy is evaluated.
		if !strings.Contains(n.text, "${") && !compares.takes(n.text) {
			c.add(at, "the value %q is not %s", n.text, compares.what)
		}
	case formObject, formList, formNull:
		c.add(at, "%s stands where a value should be: a string, a number, a boolean or a list of them", n.form)
	}
}

func isNumber(text string) bool {
	r := reader{text: text}
	_, err := r.number()
	return err == nil && r.pos == len(text)
}

func isBoolean(text string) bool {
	return strings.EqualFold(text, "true") || strings.EqualFold(text, "false")
}

func isBase64(text string) bool {
	_, err := base64.StdEncoding.DecodeString(text)
	return err == nil
}

func isNetwork(text string) bool {
	if _, err := netip.ParsePrefix(text); err == nil {
		return true
	}
	addr, err := netip.ParseAddr(text)
	return err == nil && addr.Zone() == ""
}

func isARNPattern(text string) bool { return text == "*" || strings.HasPrefix(text, "arn:") }

// isDate reports whether text is one of the ISO 8601 forms of the W3C profile, or seconds since 1970.
func isDate(text string) bool {
	for _, layout := range []string{
		time.RFC3339, "2006-01-02T15:04:05Z0700", "2006-01-02T15:04Z07:00", "2006-01-02Z07:00", time.DateOnly, "2006-01",
	} {
		if _, err := time.Parse(layout, text); err == nil {
			return true
		}
	}
	return isNumber(text)
}
