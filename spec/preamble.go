package spec

import (
	"fmt"
	"maps"
	"regexp"
	"slices"

	"github.com/google/jsonschema-go/jsonschema"
)

// preamble holds the keys that are read before all others, because variables depend on them. They hold no variables.
type preamble struct {
	Version *int               `json:"version" jsonschema:"The version of this format: 1."`
	Account *accountID         `json:"account,omitzero" jsonschema:"The id of the account this is for, 12 digits. Any other account is refused."`
	Vars    map[string]*string `json:"vars,omitzero" jsonschema:"Variables by name, with their defaults. One without a default must be given on the command line. Use them as ${name} in any string."`
}

var preambleKeys = []string{"version", "account", "vars"}

// require checks what every set of files must say.
func (p *preamble) require(root *node, problems *problems) {
	e, said := root.get("version")
	switch {
	case !said:
		problems.add(root.place(), "version is missing: write \"version: 1\" at the top")
	case p.Version != nil && *p.Version != 1:
		problems.add(e.value.place(), "version %d is unknown: this program reads version 1", *p.Version)
	}
}

var varName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]*$`)

// variables settles what every variable stands for.
func (p *preamble) variables(root *node, env Env, problems *problems) *variables {
	v := &variables{problems: problems, missing: map[string]bool{}, values: map[string]string{
		"account": placeholderAccount, "partition": defaultPartition, "region": defaultRegion,
	}}
	builtIn := slices.Sorted(maps.Keys(v.values))
	if p.Account != nil {
		v.values["account"] = string(*p.Account)
	}
	for name, value := range map[string]string{"account": env.Account, "partition": env.Partition, "region": env.Region} {
		if value != "" {
			v.values[name] = value
		}
	}
	entries(root.at("vars"), p.Vars, func(name string, preset *string, at entry) {
		given, isGiven := env.Vars[name]
		switch {
		case slices.Contains(builtIn, name):
			problems.add(at.key.place(), "the variable %q is built in and cannot be declared", name)
			return
		case !varName.MatchString(name):
			problems.add(at.key.place(), "variable name %q: use letters, digits, _ and -, and begin with a letter", name)
			return
		case isGiven:
			v.values[name] = given
		case preset == nil && at.value.isNull():
			problems.add(at.key.place(), "the variable %q has no default and was not given: use --var %s=VALUE", name, name)
			v.missing[name] = true
		case preset == nil:
			// The default is not a string, which was said before.
			v.missing[name] = true
		default:
			if m := reference.FindString(*preset); m != "" && isOurs(m) {
				problems.add(at.value.place(), "the default of %q holds the variable %s: defaults are taken literally", name, m)
			}
			v.values[name] = *preset
		}
	})
	for _, name := range slices.Sorted(maps.Keys(env.Vars)) {
		if _, ok := p.Vars[name]; !ok {
			problems.add(root.at("vars").place(), "a value was given for the variable %q, which is not declared under vars%s",
				name, problems.meant(name, maps.Keys(p.Vars)))
		}
	}
	return v
}

// accountID is the id of an account. YAML takes one without quotes for a number, which is accepted, because the text of it
// is kept.
type accountID string

var accountIDPattern = regexp.MustCompile(`^[0-9]{12}$`)

func (a *accountID) decodeNode(d decoder, n *node, label string) bool {
	if !d.expect(n, scalar, "an account id", label) {
		return false
	}
	if !accountIDPattern.MatchString(n.text) {
		d.problems.add(n.place(), "%s: an account id has 12 digits, found %q", label, n.text)
		return false
	}
	*a = accountID(n.text)
	return true
}

func (accountID) schema() *jsonschema.Schema {
	return &jsonschema.Schema{
		AnyOf: []*jsonschema.Schema{
			{Type: "string", Pattern: `^([0-9]{12}|.*\$\{.*)$`},
			{Type: "integer", Minimum: new(1e11), Maximum: new(1e12 - 1.0)},
		},
	}
}

// title is the name of the baseline.
type title struct {
	Name *baselineName `json:"name,omitzero" jsonschema:"The name of the baseline. Objects it creates are tagged with it."`
}

func (t *title) compile(c *compiler) {
	if t.Name != nil {
		c.out.Name = string(*t.Name)
		return
	}
	if _, said := c.root.get("name"); !said {
		c.problems.add(c.root.place(), "name is missing: give the baseline a name, such as \"name: acme-prod\"")
	}
}

type baselineName string

// The name is the value of a tag, and of a folder in more than one place.
var baselineNamePattern = regexp.MustCompile(`^[A-Za-z0-9._-]{1,128}$`)

func (n baselineName) check() error {
	if !baselineNamePattern.MatchString(string(n)) {
		return fmt.Errorf("name %q: use 1 to 128 letters, digits, dots, underscores and hyphens", string(n))
	}
	return nil
}

func (baselineName) schema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "string", MinLength: new(1)}
}
