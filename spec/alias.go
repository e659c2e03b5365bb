package spec

import (
	"fmt"
	"regexp"

	"github.com/google/jsonschema-go/jsonschema"

	"baseline/resource"
)

const kindAlias resource.Kind = "iam_account_alias"

// accountAlias is the name of the account in its sign-in address.
type accountAlias struct {
	Alias *aliasName `json:"alias,omitzero" jsonschema:"The account's alias, which is part of its sign-in address. An empty one means none."`
}

func (a *accountAlias) compile(c *compiler) {
	if a.Alias == nil {
		return
	}
	at := resource.At(kindAlias, "account")
	e, _ := c.root.get("alias")
	if *a.Alias == "" {
		c.absent(at, e.key)
		return
	}
	c.add(at, resource.Object{"alias": string(*a.Alias)}, e.key)
}

type aliasName string

var (
	aliasPattern = regexp.MustCompile(`^[a-z0-9](-?[a-z0-9])*$`)
	twelveDigits = regexp.MustCompile(`^[0-9]{12}$`)
)

func (a aliasName) check() error {
	name := string(a)
	switch {
	case name == "":
		return nil
	case len(name) < 3 || len(name) > 63 || !aliasPattern.MatchString(name):
		return fmt.Errorf("alias %q: AWS allows 3 to 63 lower case letters, digits and single hyphens, none at the ends", name)
	case twelveDigits.MatchString(name):
		return fmt.Errorf("alias %q: AWS refuses an alias that looks like an account id", name)
	}
	return nil
}

func (aliasName) schema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "string", MaxLength: new(63)}
}
