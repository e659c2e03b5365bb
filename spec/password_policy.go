package spec

import (
	"slices"
	"time"

	"github.com/google/jsonschema-go/jsonschema"

	"baseline/resource"
)

const kindPasswordPolicy resource.Kind = "iam_password_policy"

// passwordPolicies is the section of the account's one password policy.
type passwordPolicies struct {
	PasswordPolicy *passwordPolicy `json:"password_policy,omitzero" jsonschema:"What the passwords of users must be like."`
}

type passwordPolicy struct {
	MinLength       *int             `json:"min_length,omitzero" jsonschema:"The least number of characters, 6 to 128."`
	Require         []characterClass `json:"require,omitzero" jsonschema:"All the sorts of characters a password must have; those left out are not required."`
	MaxAge          *passwordAge     `json:"max_age,omitzero" jsonschema:"How long a password is good for, 1d to 1095d, or never for one that does not expire."`
	ReusePrevention *int             `json:"reuse_prevention,omitzero" jsonschema:"How many old passwords cannot be used again, 1 to 24, or 0 for none."`
	AllowChange     *bool            `json:"allow_change,omitzero" jsonschema:"Whether users may change their own password. AWS then allows iam:ChangePassword to everyone."`
	HardExpiry      *bool            `json:"hard_expiry,omitzero" jsonschema:"Whether a user whose password has expired needs an administrator to set a new one."`
	Absent          *bool            `json:"absent,omitzero" jsonschema:"The account shall have no password policy of its own. Goes with no other key."`
}

func (s *passwordPolicies) compile(c *compiler) {
	p := s.PasswordPolicy
	if p == nil {
		return
	}
	at := resource.At(kindPasswordPolicy, "account")
	e, _ := c.root.get("password_policy")
	if c.alone(e, p.Absent) {
		c.absent(at, e.key)
		return
	}
	object := resource.Object{}
	if p.MinLength != nil {
		object["min_length"] = *p.MinLength
		c.between(e.value.at("min_length"), "min_length", *p.MinLength, 6, 128)
	}
	if p.ReusePrevention != nil {
		object["reuse_prevention"] = *p.ReusePrevention
		c.between(e.value.at("reuse_prevention"), "reuse_prevention", *p.ReusePrevention, 0, 24)
	}
	if p.MaxAge != nil {
		object["max_age"] = int(*p.MaxAge)
	}
	if p.AllowChange != nil {
		object["allow_change"] = *p.AllowChange
	}
	if p.HardExpiry != nil {
		object["hard_expiry"] = *p.HardExpiry
	}
	if p.Require != nil {
		for class, setting := range characterSettings {
			object[setting] = slices.Contains(p.Require, class)
		}
	}
	c.add(at, object, e.key)
}

func (c *compiler) between(n *node, key string, value, least, most int) {
	if value < least || value > most {
		c.problems.add(n.place(), "%s: AWS allows %d to %d, found %d", key, least, most, value)
	}
}

// characterClass is a sort of characters.
type characterClass string

// characterSettings are the settings of the password policy by the classes they ask for.
var characterSettings = map[characterClass]string{
	"upper": "uppercase", "lower": "lowercase", "number": "numbers", "symbol": "symbols",
}

func (characterClass) words() []string { return []string{"upper", "lower", "number", "symbol"} }

// passwordAge is a number of days; 0 is never.
type passwordAge int

func (a *passwordAge) decodeNode(d decoder, n *node, label string) bool {
	if n.shape == scalar && n.text == "never" {
		*a = 0
		return true
	}
	var age duration
	if !age.decodeNode(d, n, label) {
		return false
	}
	const day = 24 * time.Hour
	days := time.Duration(age) / day
	if time.Duration(age)%day != 0 || days < 1 || days > 1095 {
		d.problems.add(n.place(), "%s: AWS allows 1d to 1095d, or never; found %s", label, n.text)
		return false
	}
	*a = passwordAge(days)
	return true
}

func (passwordAge) schema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "string", Pattern: `^([0-9]+[smhd]|never|.*\$\{.*)$`}
}
