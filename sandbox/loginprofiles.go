package sandbox

import (
	"fmt"
	"strings"
	"time"
	"unicode"
)

const loginProfileName = "login-profile"

// A LoginProfile is a user's console password, without the password: nobody can sign in here but by [Account.SignIn].
type LoginProfile struct {
	UserID        string    `json:"userID"`
	Created       time.Time `json:"created"`
	ResetRequired bool      `json:"resetRequired,omitempty"`
	// PasswordChanged is zero while the first password stands.
	PasswordChanged time.Time `json:"passwordChanged,omitzero"`
}

func (p *LoginProfile) place() place    { return placeOf(loginProfileName, p.UserID) }
func (p *LoginProfile) born() time.Time { return p.Created }
func (p *LoginProfile) links() []string { return []string{ownedBy(loginProfileName, p.UserID)} }

// changed is when the password was set.
func (p *LoginProfile) changed() time.Time { return orElse(p.PasswordChanged, p.Created) }

func loginProfileKind() *kind {
	password := parameter{name: "Password", low: 1, high: 128, pattern: latinRule}
	reset := parameter{name: "PasswordResetRequired", form: flagForm}
	return &kind{
		name:   loginProfileName,
		decode: decodeAs[LoginProfile],
		blocks: "must delete login profile first.",
		settings: func(c *call, e entity) (string, any) {
			p, _ := e.(*LoginProfile)
			return c.userNameOf(p.UserID), map[string]bool{"resetRequired": p.ResetRequired}
		},
		operations: []operation{
			write("CreateLoginProfile", createLoginProfile, userName, need(password), reset),
			read("GetLoginProfile", getLoginProfile, userName),
			write("UpdateLoginProfile", updateLoginProfile, need(userName), password, reset),
			write("DeleteLoginProfile", deleteLoginProfile, userName),
		},
	}
}

func createLoginProfile(c *call) (answer, error) {
	u, err := c.userOrCaller()
	if err != nil {
		return done, err
	}
	if c.store.get(placeOf(loginProfileName, u.ID)) != nil {
		return done, alreadyExists("Login Profile for user %s already exists.", u.Name)
	}
	if err := c.checkPassword(u); err != nil {
		return done, err
	}
	p := &LoginProfile{UserID: u.ID, Created: c.now, ResetRequired: c.flag("PasswordResetRequired")}
	c.put(p)
	return p.respond(u)
}

func getLoginProfile(c *call) (answer, error) {
	u, err := c.userOrCaller()
	if err != nil {
		return done, err
	}
	p, ok := find[*LoginProfile](c, loginProfileName, u.ID)
	if !ok {
		return done, noLoginProfile(u)
	}
	return p.respond(u)
}

// updateLoginProfile succeeds without fields too.
func updateLoginProfile(c *call) (answer, error) {
	u, p, err := c.changeableLoginProfile()
	if err != nil {
		return done, err
	}
	changed := *p
	if c.given("Password") {
		if err := c.checkPassword(u); err != nil {
			return done, err
		}
		changed.PasswordChanged = c.now
	}
	if c.given("PasswordResetRequired") {
		changed.ResetRequired = c.flag("PasswordResetRequired")
	}
	c.put(&changed)
	return done, nil
}

func deleteLoginProfile(c *call) (answer, error) {
	_, p, err := c.changeableLoginProfile()
	if err != nil {
		return done, err
	}
	c.remove(p)
	return done, nil
}

// passwordGranularity is how exactly AWS knows when a password was last used: of two uses within it, the first.
const passwordGranularity = 5 * time.Minute

// SignIn notes that a user signs in to the console now, which no API can do. It is an error when there is no such user,
// or when the user has no password.
func (a *Account) SignIn(user string) error {
	return a.edit(func(c *call) error {
		u, ok := find[*User](c, userKindName, user)
		if !ok {
			return fmt.Errorf("sign in as %s: the account has no such user", user)
		}
		if c.store.get(placeOf(loginProfileName, u.ID)) == nil {
			return fmt.Errorf("sign in as %s: the user has no password", u.Name)
		}
		if u.PasswordLastUsed != nil && c.now.Sub(*u.PasswordLastUsed) < passwordGranularity {
			return nil
		}
		changed, now := *u, c.now
		changed.PasswordLastUsed = &now
		c.put(&changed)
		return nil
	})
}

// changeableLoginProfile refuses while the profile's creation is still spreading.
func (c *call) changeableLoginProfile() (*User, *LoginProfile, error) {
	u, err := c.userOrCaller()
	if err != nil {
		return nil, nil, err
	}
	p, ok := find[*LoginProfile](c, loginProfileName, u.ID)
	if !ok {
		return nil, nil, noLoginProfile(u)
	}
	if !c.settled(p) {
		return nil, nil, refuse("EntityTemporarilyUnmodifiable",
			"Login Profile for User %s cannot be modified while login profile is being created.", u.Name)
	}
	return u, p, nil
}

func noLoginProfile(u *User) error {
	return noSuchEntity("Login Profile for User %s cannot be found.", u.Name)
}

// checkPassword holds a new password against the account's policy or, without one, against AWS's own: eight characters,
// three of the four classes, not the user's name.
func (c *call) checkPassword(u *User) error {
	password := c.text("Password")
	var upper, lower, digit, symbol bool
	for _, r := range password {
		switch {
		case unicode.IsUpper(r):
			upper = true
		case unicode.IsLower(r):
			lower = true
		case unicode.IsDigit(r):
			digit = true
		default:
			symbol = true
		}
	}
	p, ok := c.store.get(passwordPolicyPlace).(*PasswordPolicy)
	if !ok {
		classes := 0
		for _, has := range []bool{upper, lower, digit, symbol} {
			if has {
				classes++
			}
		}
		if len(password) < 8 || classes < 3 || strings.EqualFold(password, u.Name) {
			return refuse("PasswordPolicyViolation", "Password does not conform to the account password policy.")
		}
		return nil
	}
	switch {
	case len(password) < p.MinLength:
		return refuse("PasswordPolicyViolation", "Password should have a minimum length of %d", p.MinLength)
	case p.Upper && !upper:
		return refuse("PasswordPolicyViolation", "Password should have at least one uppercase letter")
	case p.Lower && !lower:
		return refuse("PasswordPolicyViolation", "Password should have at least one lowercase letter")
	case p.Numbers && !digit:
		return refuse("PasswordPolicyViolation", "Password should have at least one number")
	case p.Symbols && !symbol:
		return refuse("PasswordPolicyViolation", "Password should have at least one symbol")
	}
	return nil
}

func (p *LoginProfile) respond(u *User) (answer, error) {
	return respond(func(w *xmlWriter) {
		w.in("LoginProfile", func() {
			w.text("UserName", u.Name)
			w.time("CreateDate", p.Created)
			w.flag("PasswordResetRequired", p.ResetRequired)
		})
	})
}
