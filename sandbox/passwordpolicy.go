package sandbox

import "time"

const passwordPolicyName = "password-policy"

// passwordPolicyPlace is where the account's one password policy is.
var passwordPolicyPlace = placeOf(passwordPolicyName, "account")

// A PasswordPolicy is the account's. Zero for an age or a number of passwords is no such rule.
type PasswordPolicy struct {
	Updated        time.Time `json:"updated,omitzero"`
	MinLength      int       `json:"minLength"`
	Symbols        bool      `json:"symbols,omitempty"`
	Numbers        bool      `json:"numbers,omitempty"`
	Upper          bool      `json:"upper,omitempty"`
	Lower          bool      `json:"lower,omitempty"`
	AllowChange    bool      `json:"allowChange,omitempty"`
	MaxAge         int       `json:"maxAge,omitempty"` // days
	ReusePrevented int       `json:"reusePrevented,omitempty"`
	HardExpiry     *bool     `json:"hardExpiry,omitempty"`
}

func (p *PasswordPolicy) place() place    { return passwordPolicyPlace }
func (p *PasswordPolicy) born() time.Time { return p.Updated }
func (p *PasswordPolicy) links() []string { return nil }

func passwordPolicyKind() *kind {
	flag := func(name string) parameter { return parameter{name: name, form: flagForm} }
	number := func(name string, low, high int) parameter {
		return parameter{name: name, form: numberForm, low: low, high: high}
	}
	return &kind{
		name:   passwordPolicyName,
		decode: decodeAs[PasswordPolicy],
		settings: func(_ *call, e entity) (string, any) {
			p, _ := e.(*PasswordPolicy)
			changed := *p
			changed.Updated = time.Time{}
			return "account", changed
		},
		operations: []operation{
			read("GetAccountPasswordPolicy", getPasswordPolicy),
			write("UpdateAccountPasswordPolicy", updatePasswordPolicy, number("MinimumPasswordLength", 6, 128),
				flag("RequireSymbols"), flag("RequireNumbers"), flag("RequireUppercaseCharacters"),
				flag("RequireLowercaseCharacters"), flag("AllowUsersToChangePassword"), number("MaxPasswordAge", 1, 1095),
				number("PasswordReusePrevention", 1, 24), flag("HardExpiry")),
			write("DeleteAccountPasswordPolicy", deletePasswordPolicy),
		},
	}
}

// passwordPolicy is the account's policy. The one AWS applies when there is none is never told. There is no lag: an
// update is no creation.
func (c *call) passwordPolicy() (*PasswordPolicy, error) {
	p, ok := c.store.get(passwordPolicyPlace).(*PasswordPolicy)
	if !ok {
		return nil, noSuchEntity("The Password Policy with domain name %s cannot be found.", c.account)
	}
	return p, nil
}

func getPasswordPolicy(c *call) (answer, error) {
	p, err := c.passwordPolicy()
	if err != nil {
		return done, err
	}
	return respond(func(w *xmlWriter) {
		w.in("PasswordPolicy", func() {
			w.number("MinimumPasswordLength", p.MinLength)
			w.flag("RequireSymbols", p.Symbols)
			w.flag("RequireNumbers", p.Numbers)
			w.flag("RequireUppercaseCharacters", p.Upper)
			w.flag("RequireLowercaseCharacters", p.Lower)
			w.flag("AllowUsersToChangePassword", p.AllowChange)
			w.flag("ExpirePasswords", p.MaxAge > 0)
			if p.MaxAge > 0 {
				w.number("MaxPasswordAge", p.MaxAge)
			}
			if p.ReusePrevented > 0 {
				w.number("PasswordReusePrevention", p.ReusePrevented)
			}
			if p.HardExpiry != nil {
				w.flag("HardExpiry", *p.HardExpiry)
			}
		})
	})
}

// updatePasswordPolicy replaces the whole policy: what is not given takes AWS's default, not the old value.
func updatePasswordPolicy(c *call) (answer, error) {
	p := &PasswordPolicy{
		Updated:        c.now,
		MinLength:      c.number("MinimumPasswordLength", 6),
		Symbols:        c.flag("RequireSymbols"),
		Numbers:        c.flag("RequireNumbers"),
		Upper:          c.flag("RequireUppercaseCharacters"),
		Lower:          c.flag("RequireLowercaseCharacters"),
		AllowChange:    c.flag("AllowUsersToChangePassword"),
		MaxAge:         c.number("MaxPasswordAge", 0),
		ReusePrevented: c.number("PasswordReusePrevention", 0),
	}
	if c.given("HardExpiry") {
		hard := c.flag("HardExpiry")
		p.HardExpiry = &hard
	}
	c.put(p)
	return done, nil
}

func deletePasswordPolicy(c *call) (answer, error) {
	p, err := c.passwordPolicy()
	if err != nil {
		return done, err
	}
	c.remove(p)
	return done, nil
}
