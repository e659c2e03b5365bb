package sandbox

import (
	"strings"
	"time"
)

const sessionName = "session"

// A Session is what AssumeRole returns: temporary credentials that identify as the role.
type Session struct {
	KeyID    string    `json:"keyID"`
	RoleID   string    `json:"roleID"`
	RoleName string    `json:"roleName"`
	Name     string    `json:"name"`
	Created  time.Time `json:"created"`
	Expires  time.Time `json:"expires"`
}

func (s *Session) place() place    { return placeOf(sessionName, s.KeyID) }
func (s *Session) born() time.Time { return s.Created }
func (s *Session) links() []string { return nil }

func (s *Session) arn(account string) string {
	return "arn:aws:sts::" + account + ":assumed-role/" + s.RoleName + "/" + s.Name
}

func sessionKind() *kind { return &kind{name: sessionName, decode: decodeAs[Session]} }

func stsOperations() []operation {
	return []operation{
		read("GetCallerIdentity", getCallerIdentity),
		write("AssumeRole", assumeRole,
			parameter{name: "RoleArn", required: true, low: 20, high: 2048},
			parameter{name: "RoleSessionName", required: true, low: 2, high: 64, pattern: nameRule},
			parameter{name: "DurationSeconds", form: numberForm, low: 900, high: 43200},
			parameter{name: "ExternalId", low: 2, high: 1224, pattern: whole(`[\w+=,.@:/-]*`)}),
	}
}

func getCallerIdentity(c *call) (answer, error) {
	who := c.caller
	return respond(func(w *xmlWriter) {
		w.text("Arn", who.arn)
		w.text("UserId", who.userID)
		w.text("Account", c.account)
	})
}

// assumeRole gives a session to whom the role's trust policy lets in.
func assumeRole(c *call) (answer, error) {
	arn := c.text("RoleArn")
	r, ok := find[*Role](c, roleKindName, baseName(arn))
	if !ok || r.arn(c.account) != arn || !c.trusts(r) || !c.mayAssume(r) {
		return done, refuse("AccessDenied", "User: %s is not authorized to perform: sts:AssumeRole on resource: %s",
			c.caller.arn, arn)
	}
	longest := r.MaxSession
	if c.caller.session != nil {
		longest = min(longest, maxChainedSessionSeconds)
	}
	seconds := c.number("DurationSeconds", min(defaultSession, longest))
	switch {
	case seconds > r.MaxSession:
		return done, refuse("ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
	case seconds > longest:
		return done, refuse("ValidationError",
			"The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.")
	}
	s := &Session{
		KeyID:    c.newKeyID(idTemporaryKey),
		RoleID:   r.ID,
		RoleName: r.Name,
		Name:     c.text("RoleSessionName"),
		Created:  c.now,
		Expires:  c.now.Add(time.Duration(seconds) * time.Second),
	}
	for e := range c.store.all(sessionName) {
		// Sessions that ended more than a day ago are forgotten.
		if old, ok := e.(*Session); ok && c.now.After(old.Expires.Add(24*time.Hour)) {
			c.remove(old)
		}
	}
	secret, token := c.newSecret(40), c.newSecret(200)
	c.put(s)
	return respond(func(w *xmlWriter) {
		w.in("Credentials", func() {
			w.text("AccessKeyId", s.KeyID)
			w.text("SecretAccessKey", secret)
			w.text("SessionToken", token)
			w.time("Expiration", s.Expires)
		})
		w.in("AssumedRoleUser", func() {
			w.text("AssumedRoleId", s.RoleID+":"+s.Name)
			w.text("Arn", s.arn(c.account))
		})
	})
}

// trusts says whether a role's trust policy lets the caller in: some statement allows it and none denies it.
func (c *call) trusts(r *Role) bool { return c.letsIn(r, c.isPrincipal) }

// mayAssume says whether the caller's own policies let him assume a role, where they count. In an account, the trust is enough
// where it names the caller himself; where it names the account, it leaves the decision to the caller's policies.
func (c *call) mayAssume(r *Role) bool {
	who, judged := c.callerAuthority()
	if !judged || !c.options.Enforce {
		return true
	}
	switch who.rule(permit{action: "sts:AssumeRole", on: r.arn(c.account)}).decision {
	case ruledAllowed:
		return true
	case ruledDenied:
		return false
	}
	return c.letsIn(r, func(s statement) bool { return s.names(c.callerRole()) && !s.names(c.account) })
}

// letsIn says whether some statement of a role's trust policy about those who call allows it, and none denies it.
func (c *call) letsIn(r *Role, about func(s statement) bool) bool {
	d, err := parseTrust(c.showTrust(r.Trust))
	if err != nil {
		return false
	}
	allowed := false
	for _, s := range d.statements {
		if !s.speaksOf("sts:AssumeRole") || !about(s) || !c.meets(s.condition) {
			continue
		}
		if s.effect == "Deny" {
			return false
		}
		allowed = true
	}
	return allowed
}

// speaksOf says whether a statement is about an action.
func (s statement) speaksOf(action string) bool {
	named := false
	for _, pattern := range s.actions {
		named = named || like(strings.ToLower(pattern), strings.ToLower(action))
	}
	return named == (s.actionWord == "Action")
}

// isPrincipal says whether a statement is about the caller. An account's root stands for all its identities: the
// account decides, and callers' own permissions are not simulated.
func (c *call) isPrincipal(s statement) bool {
	fields, ok := s.principal.(object)
	if !ok {
		return s.principals == "Principal"
	}
	mine := []string{"*", arnOf(c.account, "root"), c.caller.arn, c.caller.userID}
	if session := c.caller.session; session != nil {
		mine = append(mine, session.RoleID)
		if role, ok := c.store.get(placeOf(roleKindName, session.RoleName)).(*Role); ok && role.ID == session.RoleID {
			mine = append(mine, role.arn(c.account))
		}
	}
	named := false
	values, _ := fields.get("AWS")
	texts, _ := values.([]string)
	for _, text := range texts {
		for _, me := range mine {
			named = named || text == me
		}
	}
	return named == (s.principals == "Principal")
}
