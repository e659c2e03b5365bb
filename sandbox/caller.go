package sandbox

import (
	"strings"
	"time"
)

// A caller is who makes a call.
type caller struct {
	arn    string
	userID string
	user   *User // nil for sessions and the administrator
	// session is set when the caller used temporary credentials of a role.
	session *Session
}

// administratorID identifies the role session of whoever comes with a key the account did not issue.
const administratorID = "AROASANDBOXADMINISTRA"

// useGranularity is how exactly AWS knows when a key or a role was last used.
const useGranularity = 15 * time.Minute

// identify tells the caller from the key that signed, and notes that the key was used.
func (c *call) identify(s scope) (caller, error) {
	invalid := refuse("InvalidClientTokenId", "The security token included in the request is invalid.")
	switch e := c.signer(s.keyID).(type) {
	case *AccessKey:
		user := c.userByID(e.UserID)
		if user == nil || e.Status != statusActive {
			return caller{}, invalid
		}
		if e.LastUsed == nil || c.now.Sub(e.LastUsed.Date) >= useGranularity {
			used := *e
			used.LastUsed = &KeyUse{Date: c.now, Region: s.region, Service: s.service}
			c.put(&used)
		}
		return caller{arn: user.arn(c.account), userID: user.ID, user: user}, nil
	case *Session:
		if !c.now.Before(e.Expires) {
			return caller{}, refuse("ExpiredToken", "The security token included in the request is expired")
		}
		role, ok := c.store.get(placeOf(roleKindName, e.RoleName)).(*Role)
		if !ok || role.ID != e.RoleID {
			return caller{}, invalid // sessions die with their role
		}
		c.noteRoleUse(role, s.region)
		return caller{arn: e.arn(c.account), userID: e.RoleID + ":" + e.Name, session: e}, nil
	}
	if account, ok := keyAccount(s.keyID); ok && account == c.account {
		return caller{}, invalid
	}
	return caller{
		arn:    "arn:aws:sts::" + c.account + ":assumed-role/" + administratorRole + "/sandbox",
		userID: administratorID + ":sandbox",
	}, nil
}

// signer is the key or session of a key id, or nil.
func (c *call) signer(keyID string) entity {
	if e := c.store.get(placeOf(accessKeyName, keyID)); e != nil {
		return e
	}
	return c.store.get(placeOf(sessionName, keyID))
}

func (c *call) noteRoleUse(r *Role, region string) {
	if r.LastUsed != nil && c.now.Sub(r.LastUsed.Date) < useGranularity {
		return
	}
	used := *r
	used.LastUsed = &RoleUse{Date: c.now, Region: region}
	c.put(&used)
}

// denied is AWS's refusal of an action the caller lacks permission for.
func (c *call) denied(action string) error {
	return refuse("AccessDenied",
		"User: %s is not authorized to perform: %s on resource: %s because no identity-based policy allows the %s action",
		c.caller.arn, action, c.target(), action)
}

// target is the ARN of what a call is about, for refusals: its first parameter that names something.
func (c *call) target() string {
	if c.given(bucketField) {
		return strings.TrimSuffix("arn:aws:s3:::"+c.text(bucketField)+"/"+c.text(keyField), "/")
	}
	for _, word := range []string{"Group", "Role", "User"} {
		name := c.text(word + "Name")
		if name == "" {
			continue
		}
		if h, ok := c.store.get(placeOf(fieldName(word), name)).(holder); ok {
			return h.arn(c.account)
		}
		path := c.text("Path")
		if path == "" {
			path = "/"
		}
		return arnOf(c.account, fieldName(word)+path+name)
	}
	for _, name := range []string{"PolicyArn", "RoleArn", "SerialNumber"} {
		if arn := c.text(name); arn != "" {
			return arn
		}
	}
	if name := c.text("PolicyName"); name != "" {
		return arnOf(c.account, "policy/"+name)
	}
	return "*"
}
