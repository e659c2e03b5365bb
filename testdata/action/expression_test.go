package action_test

import (
	"fmt"
	"regexp"
	"strings"
)

// evaluator evaluates the expressions of GitHub Actions that action.yml has: names, strings, ==, !=, !, &&, ||, always() and
// format(). Anything else is an error, so that the test never takes an expression for something it isn't.
type evaluator struct {
	// value returns what a name such as inputs.files stands for.
	value  func(name string) (string, error)
	tokens []string
}

var token = regexp.MustCompile(`^\s*(?:('(?:[^']|'')*')|(&&|\|\||==|!=|[!(),])|([A-Za-z_][A-Za-z0-9_.-]*))`)

// evaluate returns a string or a bool.
func (e evaluator) evaluate(expression string) (any, error) {
	for rest := expression; strings.TrimSpace(rest) != ""; {
		m := token.FindString(rest)
		if m == "" {
			return nil, fmt.Errorf("%q: not understood from %q on", expression, rest)
		}
		e.tokens = append(e.tokens, strings.TrimSpace(m))
		rest = rest[len(m):]
	}
	v, err := e.or()
	if err == nil && len(e.tokens) > 0 {
		err = fmt.Errorf("%q: not understood from %q on", expression, e.tokens[0])
	}
	return v, err
}

var embedded = regexp.MustCompile(`\$\{\{(.*?)\}\}`)

// text fills in the expressions of a text.
func (e evaluator) text(text string) (string, error) {
	var failed error
	filled := embedded.ReplaceAllStringFunc(text, func(m string) string {
		v, err := e.evaluate(embedded.FindStringSubmatch(m)[1])
		if err != nil {
			failed = err
		}
		return fmt.Sprint(v)
	})
	return filled, failed
}

func truthy(v any) bool { return v != "" && v != false }

func (e *evaluator) next(wanted ...string) string {
	for _, w := range wanted {
		if len(e.tokens) > 0 && e.tokens[0] == w {
			e.tokens = e.tokens[1:]
			return w
		}
	}
	return ""
}

func (e *evaluator) or() (any, error) {
	v, err := e.and()
	for err == nil && e.next("||") != "" {
		var other any
		if other, err = e.and(); !truthy(v) {
			v = other
		}
	}
	return v, err
}

func (e *evaluator) and() (any, error) {
	v, err := e.equal()
	for err == nil && e.next("&&") != "" {
		var other any
		if other, err = e.equal(); truthy(v) {
			v = other
		}
	}
	return v, err
}

func (e *evaluator) equal() (any, error) {
	v, err := e.unary()
	if err != nil {
		return nil, err
	}
	switch e.next("==", "!=") {
	case "==":
		other, err := e.unary()
		return v == other, err
	case "!=":
		other, err := e.unary()
		return v != other, err
	}
	return v, nil
}

func (e *evaluator) unary() (any, error) {
	if e.next("!") != "" {
		v, err := e.unary()
		return !truthy(v), err
	}
	if e.next("(") != "" {
		v, err := e.or()
		if err == nil && e.next(")") == "" {
			err = fmt.Errorf("a bracket is not closed")
		}
		return v, err
	}
	if len(e.tokens) == 0 {
		return nil, fmt.Errorf("something is missing at the end")
	}
	word := e.tokens[0]
	e.tokens = e.tokens[1:]
	switch {
	case word[0] == '\'':
		return strings.ReplaceAll(word[1:len(word)-1], "''", "'"), nil
	case e.next("(") != "":
		return e.call(word)
	case word == "true", word == "false":
		return word == "true", nil
	}
	return e.value(word)
}

func (e *evaluator) call(name string) (any, error) {
	var args []any
	for e.next(")") == "" {
		if len(args) > 0 && e.next(",") == "" {
			return nil, fmt.Errorf("%s: a comma is missing", name)
		}
		v, err := e.or()
		if err != nil {
			return nil, err
		}
		args = append(args, v)
	}
	switch {
	case name == "always" && len(args) == 0:
		return true, nil
	case name == "format" && len(args) > 0:
		text := fmt.Sprint(args[0])
		for i, arg := range args[1:] {
			text = strings.ReplaceAll(text, fmt.Sprintf("{%d}", i), fmt.Sprint(arg))
		}
		return text, nil
	}
	return nil, fmt.Errorf("no function %s of %d arguments is known", name, len(args))
}
