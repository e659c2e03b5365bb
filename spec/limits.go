package spec

import (
	"fmt"

	"github.com/google/jsonschema-go/jsonschema"

	"baseline/resource"
)

// planLimits is the section of how much a plan may do before somebody must say that it is meant.
type planLimits struct {
	Limits *limitKeys `json:"limits,omitzero" jsonschema:"How much a plan may delete or change without --allow-large."`
}

type limitKeys struct {
	DeletePrincipals        *count   `json:"delete_principals,omitzero" jsonschema:"How many users and roles a plan may delete. 20 if left out."`
	DeletePrincipalsPercent *percent `json:"delete_principals_percent,omitzero" jsonschema:"How many per cent of the account's users and roles a plan may delete, from 10 on. 25 if left out."`
	ChangePercent           *percent `json:"change_percent,omitzero" jsonschema:"How many per cent of the account's objects a plan may change or delete, from 10 on. 30 if left out."`
}

func (s *planLimits) compile(c *compiler) {
	if s.Limits == nil {
		return
	}
	e, _ := c.root.get("limits")
	c.asks(e.value, "limits", "delete_principals", "delete_principals_percent", "change_percent")
	limits := resource.DefaultLimits()
	if s.Limits.DeletePrincipals != nil {
		limits.DeletedPrincipals = int(*s.Limits.DeletePrincipals)
	}
	if s.Limits.DeletePrincipalsPercent != nil {
		limits.DeletedPercent = int(*s.Limits.DeletePrincipalsPercent)
	}
	if s.Limits.ChangePercent != nil {
		limits.ChangedPercent = int(*s.Limits.ChangePercent)
	}
	c.out.Want.Limits = &limits
}

// count is a number of things, none included.
type count int

func (n count) check() error {
	if n < 0 {
		return fmt.Errorf("%d is no number of things: write 0 or more", int(n))
	}
	return nil
}

func (count) schema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "integer", Minimum: new(0.0)}
}

// percent is a share, 0 to 100.
type percent int

func (p percent) check() error {
	if p < 0 || p > 100 {
		return fmt.Errorf("%d is no share in per cent: write 0 to 100", int(p))
	}
	return nil
}

func (percent) schema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "integer", Minimum: new(0.0), Maximum: new(100.0)}
}
