package sandbox

import (
	"strings"
	"time"
)

const accessKeyName = "access-key"

const (
	statusActive   = "Active"
	statusInactive = "Inactive"
)

// An AccessKey is a long-term key of a user. Its secret is told when it is created and not kept: signatures are not
// checked.
type AccessKey struct {
	ID       string    `json:"id"`
	UserID   string    `json:"userID"`
	Status   string    `json:"status"`
	Created  time.Time `json:"created"`
	LastUsed *KeyUse   `json:"lastUsed,omitempty"`
	// StatusChanged is zero for a key that was never switched on or off.
	StatusChanged time.Time `json:"statusChanged,omitzero"`
	// Slot is the key's place in the credential report.
	Slot int `json:"slot,omitempty"`
}

// A KeyUse is when and for what a key was last used.
type KeyUse struct {
	Date    time.Time `json:"date"`
	Region  string    `json:"region"`
	Service string    `json:"service"`
}

func (k *AccessKey) place() place    { return placeOf(accessKeyName, k.ID) }
func (k *AccessKey) born() time.Time { return k.Created }
func (k *AccessKey) links() []string { return []string{ownedBy(accessKeyName, k.UserID)} }
func (k *AccessKey) inSlot() int     { return k.Slot }

func (k *AccessKey) standing() *standing {
	return &standing{
		Active:   k.Status == statusActive,
		Rotated:  orElse(k.StatusChanged, k.Created),
		LastUsed: k.LastUsed,
	}
}

var accessKeyID = parameter{name: "AccessKeyId", required: true, low: 16, high: 128, pattern: wordRule}

func accessKeyKind() *kind {
	return &kind{
		name:   accessKeyName,
		decode: decodeAs[AccessKey],
		blocks: "must delete access keys first.",
		settings: func(c *call, e entity) (string, any) {
			k, _ := e.(*AccessKey)
			return c.userNameOf(k.UserID), k.Status
		},
		operations: []operation{
			write("CreateAccessKey", createAccessKey, userName),
			read("ListAccessKeys", listAccessKeys, userName, marker, maxItems),
			write("UpdateAccessKey", updateAccessKey, userName, accessKeyID, keyStatus),
			write("DeleteAccessKey", deleteAccessKey, userName, accessKeyID),
			read("GetAccessKeyLastUsed", getAccessKeyLastUsed, accessKeyID),
		},
		count: func(_ *call, summary map[string]int) {
			summary["AccessKeysPerUserQuota"] = quotaAccessKeysPerUser
		},
	}
}

func createAccessKey(c *call) (answer, error) {
	u, err := c.userOrCaller()
	if err != nil {
		return done, err
	}
	keys := linked[*AccessKey](c, ownedBy(accessKeyName, u.ID))
	if len(keys) >= quotaAccessKeysPerUser {
		return done, quotaExceeded("AccessKeysPerUser", quotaAccessKeysPerUser)
	}
	k := &AccessKey{
		ID: c.newKeyID(idAccessKey), UserID: u.ID, Status: statusActive, Created: c.now, Slot: newSlot(keys),
	}
	secret := c.newSecret(40)
	c.put(k)
	return respond(func(w *xmlWriter) {
		w.in("AccessKey", func() {
			k.write(w, u.Name)
			w.text("SecretAccessKey", secret)
		})
	})
}

func listAccessKeys(c *call) (answer, error) {
	u, err := c.userOrCaller()
	if err != nil {
		return done, err
	}
	keys := linked[*AccessKey](c, ownedBy(accessKeyName, u.ID))
	page, next, err := pageOf(c, c.question("UserName"), keys, func(k *AccessKey) string { return strings.ToLower(k.ID) }, nil)
	if err != nil {
		return done, err
	}
	return respond(func(w *xmlWriter) {
		list(w, "AccessKeyMetadata", page, func(k *AccessKey) { k.write(w, u.Name) })
		w.more(next)
	})
}

func updateAccessKey(c *call) (answer, error) {
	k, err := c.accessKey()
	if err != nil {
		return done, err
	}
	status, err := c.newStatus()
	if err != nil {
		return done, err
	}
	changed := *k
	if status != k.Status {
		changed.Status, changed.StatusChanged = status, c.now
	}
	c.put(&changed)
	return done, nil
}

// newStatus is the Status parameter of a credential. AWS's model also knows Expired, which is not for callers to set.
func (c *call) newStatus() (string, error) {
	status := c.text("Status")
	if status != statusActive && status != statusInactive {
		return "", refuse("InvalidInput", "The status cannot be set to %s.", status)
	}
	return status, nil
}

func deleteAccessKey(c *call) (answer, error) {
	k, err := c.accessKey()
	if err != nil {
		return done, err
	}
	c.remove(k)
	return done, nil
}

func getAccessKeyLastUsed(c *call) (answer, error) {
	k, ok := find[*AccessKey](c, accessKeyName, c.text("AccessKeyId"))
	if !ok {
		return done, noSuchAccessKey(c)
	}
	u := c.userByID(k.UserID)
	return respond(func(w *xmlWriter) {
		if u != nil {
			w.text("UserName", u.Name)
		}
		w.in("AccessKeyLastUsed", func() {
			if k.LastUsed == nil {
				w.text("Region", "N/A")
				w.text("ServiceName", "N/A")
				return
			}
			w.time("LastUsedDate", k.LastUsed.Date)
			w.text("Region", k.LastUsed.Region)
			w.text("ServiceName", k.LastUsed.Service)
		})
	})
}

// accessKey is the key that AccessKeyId names, if it is the user's.
func (c *call) accessKey() (*AccessKey, error) {
	u, err := c.userOrCaller()
	if err != nil {
		return nil, err
	}
	k, ok := find[*AccessKey](c, accessKeyName, c.text("AccessKeyId"))
	if !ok || k.UserID != u.ID {
		return nil, noSuchAccessKey(c)
	}
	return k, nil
}

func noSuchAccessKey(c *call) error {
	return noSuchEntity("The Access Key with id %s cannot be found.", c.text("AccessKeyId"))
}

func (k *AccessKey) write(w *xmlWriter, userName string) {
	w.text("UserName", userName)
	w.text("AccessKeyId", k.ID)
	w.text("Status", k.Status)
	w.time("CreateDate", k.Created)
}
