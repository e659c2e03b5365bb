package policy_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"baseline/policy"
)

// The words random documents are made of. Those that are the same in another case are left out, so that two words mean
// two things.
var (
	someActions   = []string{"s3:getobject", "s3:putobject", "ec2:describe*", "iam:passrole", "*", "logs:*", "kms:decrypt"}
	someResources = []string{"*", "arn:aws:s3:::b/*", "arn:aws:s3:::B/*", "arn:aws:iam::*:user/${aws:username}", "arn:aws:s3:::é \"x\""}
	somePrincipal = map[string][]string{
		policy.AWS:       {"*", "111122223333", "444455556666", "arn:aws:iam::111122223333:role/ci", "AROAEXAMPLEEXAMPLE"},
		policy.Service:   {"lambda.amazonaws.com", "ec2.amazonaws.com"},
		policy.Federated: {"arn:aws:iam::111122223333:saml-provider/idp", "accounts.google.com"},
	}
	someOperators = []string{"StringEquals", "StringLike", "Bool", "ForAnyValue:StringEquals", "NotIpAddress"}
	someKeys      = []string{"aws:sourceip", "aws:principaltag/team", "sts:externalid"}
	someValues    = []string{"true", "false", "10", "1.50", "a", "A", "b, c", "", "nothing", "\u200bhidden", "or"}
)

// anyDocument draws a document in the form its canonical text has, but for order. No two statements mean the same.
func anyDocument() *rapid.Generator[*policy.Document] {
	return rapid.Custom(func(t *rapid.T) *policy.Document {
		d := &policy.Document{Version: rapid.SampledFrom([]string{policy.Version2012, policy.Version2008}).Draw(t, "version")}
		for i := range rapid.IntRange(0, 4).Draw(t, "statements") {
			s := anyStatement().Draw(t, "statement")
			mark := fmt.Sprintf("mark:%d", i)
			if s.NotActions != nil {
				s.NotActions = append(s.NotActions, mark)
			} else {
				s.Actions = append(s.Actions, mark)
			}
			d.Statements = append(d.Statements, s)
		}
		return d
	})
}

func anyStatement() *rapid.Generator[policy.Statement] {
	return rapid.Custom(func(t *rapid.T) policy.Statement {
		s := policy.Statement{Effect: rapid.SampledFrom([]string{policy.Allow, policy.Deny}).Draw(t, "effect")}
		either(t, "action", some(someActions), &s.Actions, &s.NotActions)
		either(t, "resource", some(someResources), &s.Resources, &s.NotResources)
		either(t, "principal", rapid.Custom(func(t *rapid.T) map[string][]string {
			names := map[string][]string{}
			for _, kind := range some(slices.Sorted(maps.Keys(somePrincipal))).Draw(t, "kinds") {
				names[kind] = some(somePrincipal[kind]).Draw(t, "names")
			}
			return names
		}), &s.Principals, &s.NotPrincipals)
		for _, operator := range someOperators {
			for _, key := range someKeys {
				if rapid.IntRange(0, 9).Draw(t, "here") == 0 {
					s.Conditions = append(s.Conditions, policy.Condition{Operator: operator, Key: key, Values: some(someValues).Draw(t, "values")})
				}
			}
		}
		return s
	})
}

// either draws nothing, the plain element or the negated one.
func either[T any](t *rapid.T, label string, g *rapid.Generator[T], plain, not *T) {
	switch rapid.IntRange(0, 4).Draw(t, label) {
	case 0:
	case 1:
		*not = g.Draw(t, label)
	default:
		*plain = g.Draw(t, label)
	}
}

// some draws distinct words, rarely none of them.
func some(words []string) *rapid.Generator[[]string] {
	return rapid.Custom(func(t *rapid.T) []string {
		n := min(rapid.SampledFrom([]int{0, 1, 1, 1, 2, 3, 5}).Draw(t, "n"), len(words))
		return slices.Clone(rapid.Permutation(words).Draw(t, "words")[:n])
	})
}

// speller writes one document in many ways that all mean the same.
type speller struct{ t *rapid.T }

func (s speller) coin() bool { return rapid.Bool().Draw(s.t, "coin") }

func (s speller) space() string {
	return rapid.SampledFrom([]string{"", "", "", " ", "\n\t", "\r\n"}).Draw(s.t, "space")
}

// spell returns one of the texts of a document.
func spell(t *rapid.T, d *policy.Document) string {
	s := speller{t}
	var members []string
	if d.Version != policy.Version2008 || s.coin() {
		members = append(members, s.member("Version", s.text(d.Version)))
	}
	if s.coin() {
		members = append(members, s.member("Id", s.text("some id")))
	}
	var statements []string
	for i := range d.Statements {
		statements = append(statements, s.statement(&d.Statements[i]))
		if s.coin() {
			statements = append(statements, s.statement(&d.Statements[i]))
		}
	}
	members = append(members, s.member("Statement", s.list(statements)))
	return s.object(members)
}

func (s speller) statement(st *policy.Statement) string {
	members := []string{s.member("Effect", s.text(st.Effect))}
	if s.coin() {
		members = append(members, s.member("Sid", s.text(rapid.SampledFrom([]string{"", "One", "Two"}).Draw(s.t, "sid"))))
	}
	for _, element := range []struct {
		key   string
		texts []string
		vary  func(string) string
	}{
		{"Action", st.Actions, s.anyCase},
		{"NotAction", st.NotActions, s.anyCase},
		{"Resource", st.Resources, keep},
		{"NotResource", st.NotResources, keep},
	} {
		if element.texts != nil {
			members = append(members, s.member(element.key, s.texts(element.texts, element.vary)))
		}
	}
	if st.Principals != nil {
		members = append(members, s.member("Principal", s.principals(st.Principals)))
	}
	if st.NotPrincipals != nil {
		members = append(members, s.member("NotPrincipal", s.principals(st.NotPrincipals)))
	}
	if len(st.Conditions) > 0 || s.coin() {
		members = append(members, s.member("Condition", s.conditions(st.Conditions)))
	}
	return s.object(members)
}

func (s speller) principals(principals map[string][]string) string {
	if len(principals) == 1 && slices.Equal(principals[policy.AWS], []string{"*"}) && s.coin() {
		return s.text("*")
	}
	var members []string
	for _, kind := range slices.Sorted(maps.Keys(principals)) {
		vary := keep
		if kind == policy.AWS {
			vary = s.root
		}
		members = append(members, s.member(kind, s.texts(principals[kind], vary)))
	}
	return s.object(members)
}

func (s speller) conditions(conditions []policy.Condition) string {
	byOperator := map[string][]string{}
	for _, c := range conditions {
		var values []string
		for _, value := range c.Values {
			literal := value == "true" || value == "false" || value == "10" || value == "1.50"
			if literal && s.coin() {
				values = append(values, value)
			} else {
				values = append(values, s.text(value))
			}
		}
		byOperator[c.Operator] = append(byOperator[c.Operator], s.member(s.anyCase(c.Key), s.list(s.repeat(values))))
	}
	var members []string
	for _, operator := range slices.Sorted(maps.Keys(byOperator)) {
		members = append(members, s.member(operator, s.object(byOperator[operator])))
	}
	return s.object(members)
}

func keep(text string) string { return text }

func (s speller) anyCase(text string) string {
	if s.coin() {
		return strings.ToUpper(text)
	}
	return text
}

// root writes an account as the ARN of its root.
func (s speller) root(name string) string {
	if strings.Trim(name, "0123456789") == "" && s.coin() {
		return rapid.SampledFrom([]string{"arn:aws:iam::", "arn:aws-cn:iam::", "arn:aws-us-gov:iam::"}).Draw(s.t, "partition") + name + ":root"
	}
	return name
}

func (s speller) texts(texts []string, vary func(string) string) string {
	var spelled []string
	for _, text := range s.repeat(texts) {
		spelled = append(spelled, s.text(vary(text)))
	}
	return s.list(spelled)
}

// repeat says some things twice.
func (s speller) repeat(items []string) []string {
	out := slices.Clone(items)
	for _, item := range items {
		if s.coin() {
			out = append(out, item)
		}
	}
	return out
}

// text writes a JSON string, with escapes where none are needed.
func (s speller) text(text string) string {
	if s.coin() {
		quoted, _ := json.Marshal(text)
		return string(quoted)
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		fmt.Fprintf(&b, `\u%04X`, r)
	}
	b.WriteByte('"')
	return b.String()
}

func (s speller) member(key, value string) string {
	return s.text(key) + s.space() + ":" + s.space() + value
}

// list writes values in any order, and one value with or without brackets.
func (s speller) list(values []string) string {
	if len(values) == 1 && s.coin() {
		return values[0]
	}
	return s.enclose("[", values, "]")
}

func (s speller) object(members []string) string { return s.enclose("{", members, "}") }

func (s speller) enclose(begin string, items []string, end string) string {
	if len(items) > 1 {
		items = rapid.Permutation(items).Draw(s.t, "order")
	}
	return begin + s.space() + strings.Join(items, s.space()+","+s.space()) + s.space() + end
}
