package policy

import (
	"errors"
	"fmt"
	"slices"
)

// The versions of the policy language. Version2012 knows policy variables such as ${aws:username}; Version2008 is what a
// document without a version means, and takes them literally.
const (
	Version2012 = "2012-10-17"
	Version2008 = "2008-10-17"
)

// The effects of a statement.
const (
	Allow = "Allow"
	Deny  = "Deny"
)

// The members of a Principal element.
const (
	AWS           = "AWS"
	CanonicalUser = "CanonicalUser"
	Federated     = "Federated"
	Service       = "Service"
)

// Keys of the policy language, in the order IAM's grammar has them.
var (
	documentKeys  = []string{"Version", "Id", "Statement"}
	statementKeys = []string{
		"Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition",
	}
	principalKeys = []string{AWS, CanonicalUser, Federated, Service}
)

// Document is a policy document as its author ordered it.
type Document struct {
	// Version is empty when the document has none, which means [Version2008].
	Version string
	// ID is the Id element, a name without effect.
	ID         string
	Statements []Statement
}

// Statement is one statement. A list is nil when the element is not there, and empty but not nil when it is there and
// names nothing. Order and duplicates are the author's.
type Statement struct {
	Sid string
	// Effect is [Allow] or [Deny].
	Effect string
	// Principals and NotPrincipals are keyed by [AWS], [CanonicalUser], [Federated] or [Service]. The principal "*" reads
	// as {"AWS": ["*"]}.
	Principals, NotPrincipals map[string][]string
	Actions, NotActions       []string
	Resources, NotResources   []string
	// Conditions must all hold.
	Conditions []Condition
}

// Condition compares one key of the request with values, any of which will do (for a negated operator: all of which are
// ruled out).
type Condition struct {
	// Operator is the operator with its prefix and suffix, such as ForAnyValue:StringLike or BoolIfExists.
	Operator string
	Key      string
	// Values are text; numbers and booleans read as they are spelled.
	Values []string
}

// Parse reads a document as an account may show it: version 2008-10-17 or none, a single statement, one value instead of
// a list, and numbers and booleans as condition values. What IAM never accepts is an error that names the place: unknown
// or duplicate keys, values of a wrong type, an effect other than Allow and Deny, or both of a pair such as Action and
// NotAction.
func Parse(text string) (*Document, error) {
	root, syntax := readJSON(text)
	if syntax != nil {
		line, column := place(text, syntax.offset)
		return nil, fmt.Errorf("policy document, line %d, column %d: %w", line, column, syntax)
	}
	d, err := parseDocument(root)
	if err != nil {
		return nil, fmt.Errorf("policy document: %w", err)
	}
	return d, nil
}

func parseDocument(root node) (*Document, error) {
	values, err := known(root, documentKeys)
	if err != nil {
		return nil, err
	}
	d := &Document{}
	for i, value := range values {
		if value == nil {
			continue
		}
		switch documentKeys[i] {
		case "Version":
			d.Version, err = parseText(*value)
		case "Id":
			d.ID, err = parseText(*value)
		case "Statement":
			d.Statements, err = parseStatements(*value)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", documentKeys[i], err)
		}
	}
	if d.Version != "" && d.Version != Version2012 && d.Version != Version2008 {
		return nil, fmt.Errorf("there is no Version %q", d.Version)
	}
	if d.Statements == nil {
		return nil, errors.New("there is no Statement")
	}
	return d, nil
}

// parseStatements reads a statement or a list of them. The result is never nil.
func parseStatements(n node) ([]Statement, error) {
	list := []node{n}
	if n.form == formList {
		list = n.items
	}
	statements := make([]Statement, len(list))
	for i := range list {
		if err := parseStatement(list[i], &statements[i]); err != nil {
			return nil, fmt.Errorf("number %d: %w", i+1, err)
		}
	}
	return statements, nil
}

func parseStatement(n node, s *Statement) error {
	values, err := known(n, statementKeys)
	if err != nil {
		return err
	}
	for i, value := range values {
		if value == nil {
			continue
		}
		switch statementKeys[i] {
		case "Sid":
			s.Sid, err = parseText(*value)
		case "Effect":
			s.Effect, err = parseText(*value)
		case "Principal":
			s.Principals, err = parsePrincipals(*value)
		case "NotPrincipal":
			s.NotPrincipals, err = parsePrincipals(*value)
		case "Action":
			s.Actions, err = parseTexts(*value)
		case "NotAction":
			s.NotActions, err = parseTexts(*value)
		case "Resource":
			s.Resources, err = parseTexts(*value)
		case "NotResource":
			s.NotResources, err = parseTexts(*value)
		case "Condition":
			s.Conditions, err = parseConditions(*value)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", statementKeys[i], err)
		}
	}
	switch {
	case s.Effect != Allow && s.Effect != Deny:
		return fmt.Errorf("the Effect is %q; it must be Allow or Deny", s.Effect)
	case s.Principals != nil && s.NotPrincipals != nil:
		return errors.New("both Principal and NotPrincipal are there; they exclude each other")
	case s.Actions != nil && s.NotActions != nil:
		return errors.New("both Action and NotAction are there; they exclude each other")
	case s.Resources != nil && s.NotResources != nil:
		return errors.New("both Resource and NotResource are there; they exclude each other")
	}
	return nil
}

// known returns the values of an object in the order of names, nil for those that are not there. Every key must be among
// names, and none twice.
func known(n node, names []string) ([]*node, error) {
	if n.form != formObject {
		return nil, mismatch(n, formObject)
	}
	values := make([]*node, len(names))
	for i := range n.members {
		m := &n.members[i]
		at := slices.Index(names, m.name)
		if at < 0 {
			return nil, fmt.Errorf("unknown key %q", m.name)
		}
		if values[at] != nil {
			return nil, fmt.Errorf("key %q is there twice", m.name)
		}
		values[at] = &m.value
	}
	return values, nil
}

func mismatch(n node, wanted form) error {
	return fmt.Errorf("%s stands where %s should be", n.form, wanted)
}

func parseText(n node) (string, error) {
	if n.form != formString {
		return "", mismatch(n, formString)
	}
	return n.text, nil
}

// parseTexts reads a string or a list of strings. The result is never nil.
func parseTexts(n node) ([]string, error) { return parseList(n, parseText) }

// parseValues reads the values of a condition: strings, numbers or booleans, or a list of them.
func parseValues(n node) ([]string, error) {
	return parseList(n, func(item node) (string, error) {
		if item.form == formNumber || item.form == formBool {
			return item.text, nil
		}
		return parseText(item)
	})
}

func parseList(n node, parse func(node) (string, error)) ([]string, error) {
	items := []node{n}
	if n.form == formList {
		items = n.items
	}
	texts := make([]string, 0, len(items))
	for _, item := range items {
		text, err := parse(item)
		if err != nil {
			return nil, err
		}
		texts = append(texts, text)
	}
	return texts, nil
}

func parsePrincipals(n node) (map[string][]string, error) {
	if n.form == formString {
		if n.text != "*" {
			return nil, fmt.Errorf(`%q is no principal; only "*" stands without a type such as AWS or Service`, n.text)
		}
		return map[string][]string{AWS: {"*"}}, nil
	}
	values, err := known(n, principalKeys)
	if err != nil {
		return nil, err
	}
	principals := make(map[string][]string, len(n.members))
	for i, value := range values {
		if value == nil {
			continue
		}
		kind := principalKeys[i]
		if principals[kind], err = parseTexts(*value); err != nil {
			return nil, fmt.Errorf("%s: %w", kind, err)
		}
	}
	return principals, nil
}

func parseConditions(n node) ([]Condition, error) {
	if n.form != formObject {
		return nil, mismatch(n, formObject)
	}
	var conditions []Condition
	operators := make(map[string]bool, len(n.members))
	for _, operator := range n.members {
		if operators[operator.name] {
			return nil, fmt.Errorf("operator %q is there twice", operator.name)
		}
		operators[operator.name] = true
		if operator.value.form != formObject {
			return nil, fmt.Errorf("%s: %w", operator.name, mismatch(operator.value, formObject))
		}
		keys := make(map[string]bool, len(operator.value.members))
		for _, key := range operator.value.members {
			if keys[key.name] {
				return nil, fmt.Errorf("%s: key %q is there twice", operator.name, key.name)
			}
			keys[key.name] = true
			values, err := parseValues(key.value)
			if err != nil {
				return nil, fmt.Errorf("%s: %s: %w", operator.name, key.name, err)
			}
			conditions = append(conditions, Condition{Operator: operator.name, Key: key.name, Values: values})
		}
	}
	return conditions, nil
}

// AWSPrincipals returns the IAM principals that the statements name, or exempt by NotPrincipal: ARNs, account ids, and the
// unique ids (AROA…, AIDA…) that IAM shows in place of a user or role that is gone. They are as written, sorted, each
// once, and without "*".
func (d *Document) AWSPrincipals() []string {
	var names []string
	for _, s := range d.Statements {
		names = append(names, s.Principals[AWS]...)
		names = append(names, s.NotPrincipals[AWS]...)
	}
	slices.Sort(names)
	return slices.DeleteFunc(slices.Compact(names), func(name string) bool { return name == "*" })
}
