package sandbox

import (
	"encoding/base32"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"
)

const mfaDeviceName = "mfa-device"

// An MFADevice is a virtual MFA device: assigned to a user, or to nobody yet. Its seed is told when it is created and
// not kept.
type MFADevice struct {
	Name    string    `json:"name"`
	Path    string    `json:"path"`
	Created time.Time `json:"created"`
	Tags    []Tag     `json:"tags,omitempty"`
	// UserID is whose device it is, or "". Root's is the account's id.
	UserID  string     `json:"userID,omitempty"`
	Enabled *time.Time `json:"enabled,omitempty"`
}

func (d *MFADevice) place() place    { return placeOf(mfaDeviceName, d.Path+d.Name) }
func (d *MFADevice) born() time.Time { return d.Created }
func (d *MFADevice) tags() []Tag     { return d.Tags }

func (d *MFADevice) arn(account string) string { return arnOf(account, "mfa"+d.Path+d.Name) }

func (d *MFADevice) links() []string {
	if d.UserID == "" {
		return nil
	}
	return []string{ownedBy(mfaDeviceName, d.UserID)}
}

func (d *MFADevice) withTags(tags []Tag) taggable {
	changed := *d
	changed.Tags = tags
	return &changed
}

func mfaDeviceKind() *kind {
	serial := parameter{name: "SerialNumber", required: true, low: 9, high: 256, pattern: whole(`[\w+=/:,.@-]+`)}
	code := parameter{required: true, low: 6, high: 6, pattern: whole(`\d+`)}
	device := parameter{name: "VirtualMFADeviceName", required: true, low: 1, pattern: nameRule}
	return &kind{
		name:   mfaDeviceName,
		decode: decodeAs[MFADevice],
		blocks: "must remove tokens from principal first.",
		settings: func(c *call, e entity) (string, any) {
			d, _ := e.(*MFADevice)
			owner := c.userNameOf(d.UserID)
			if d.UserID == c.account {
				owner = reportedRoot
			}
			return strings.TrimPrefix(d.Path, "/") + d.Name, struct {
				User string `json:"user,omitempty"`
				Tags []Tag  `json:"tags,omitempty"`
			}{owner, d.Tags}
		},
		operations: slices.Concat([]operation{
			write("CreateVirtualMFADevice", createMFADevice, entityPath, device, tagList),
			write("EnableMFADevice", enableMFADevice, need(userName), serial,
				named("AuthenticationCode1", code), named("AuthenticationCode2", code)),
			write("DeactivateMFADevice", deactivateMFADevice, userName, serial),
			write("DeleteVirtualMFADevice", deleteMFADevice, serial),
			read("ListVirtualMFADevices", listVirtualMFADevices,
				parameter{name: "AssignmentStatus", values: []string{"Assigned", "Unassigned", "Any"}}, marker, maxItems),
			read("ListMFADevices", listMFADevices, userName, marker, maxItems),
		}, tagOperations("MFADevice", serial, func(c *call) (taggable, keyRule, error) {
			d, err := c.mfaDevice()
			return d, exactKeys, err
		})),
		count: func(c *call, summary map[string]int) {
			inUse := 0
			for e := range c.store.all(mfaDeviceName) {
				if d, ok := e.(*MFADevice); ok && d.UserID != "" {
					inUse++
				}
			}
			summary["MFADevices"] = c.store.count(mfaDeviceName)
			summary["MFADevicesInUse"] = inUse
		},
	}
}

func createMFADevice(c *call) (answer, error) {
	d := &MFADevice{Name: c.text("VirtualMFADeviceName"), Path: c.path(), Created: c.now}
	if c.store.get(d.place()) != nil {
		return done, alreadyExists("MFADevice entity at the same path and name already exists.")
	}
	if len(d.arn(c.account)) > 256 {
		return done, refuse("ValidationError", "The serial number of the device would be longer than 256 characters.")
	}
	tags, err := c.newTags(exactKeys)
	if err != nil {
		return done, err
	}
	if c.store.count(mfaDeviceName) >= quotaUsers {
		return done, quotaExceeded("VirtualMFADevicesPerAccount", quotaUsers)
	}
	d.Tags = tags
	seed := base32.StdEncoding.EncodeToString(c.random(40))
	c.put(d)
	return respond(func(w *xmlWriter) {
		w.in("VirtualMFADevice", func() {
			w.text("SerialNumber", d.arn(c.account))
			w.text("Base32StringSeed", base64.StdEncoding.EncodeToString([]byte(seed)))
			w.text("QRCodePNG", base64.StdEncoding.EncodeToString(onePixel))
			if len(d.Tags) > 0 {
				writeTags(w, d.Tags)
			}
		})
	})
}

// onePixel is a PNG in place of the QR code: there is nobody here to photograph it.
var onePixel = []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x00\x00\x00\x00:~\x9bU" +
	"\x00\x00\x00\nIDATx\x9cc`\x00\x00\x00\x02\x00\x01H\xaf\xa4q\x00\x00\x00\x00IEND\xaeB`\x82")

// enableMFADevice takes any two codes of six digits that differ; the device's clock is not simulated.
func enableMFADevice(c *call) (answer, error) {
	u, err := c.user()
	if err != nil {
		return done, err
	}
	d, err := c.mfaDevice()
	if err != nil {
		return done, err
	}
	if d.UserID != "" {
		return done, alreadyExists("MFA Device already in use")
	}
	if c.text("AuthenticationCode1") == c.text("AuthenticationCode2") {
		return done, refuse("InvalidAuthenticationCode", "Authentication code for device is not valid.")
	}
	if len(c.store.linked[ownedBy(mfaDeviceName, u.ID)]) >= quotaMFADevicesPerUser {
		return done, quotaExceeded("MFADevicesPerUser", quotaMFADevicesPerUser)
	}
	changed := *d
	changed.UserID = u.ID
	now := c.now
	changed.Enabled = &now
	c.put(&changed)
	return done, nil
}

func deactivateMFADevice(c *call) (answer, error) {
	u, err := c.userOrCaller()
	if err != nil {
		return done, err
	}
	d, err := c.mfaDevice()
	if err != nil {
		return done, err
	}
	if d.UserID != u.ID {
		return done, noSuchEntity("MFA Device with serial number %s does not exist.", c.text("SerialNumber"))
	}
	changed := *d
	changed.UserID, changed.Enabled = "", nil
	c.put(&changed)
	return done, nil
}

func deleteMFADevice(c *call) (answer, error) {
	d, err := c.mfaDevice()
	if err != nil {
		return done, err
	}
	if d.UserID != "" {
		return done, refuse("DeleteConflict", "MFA VirtualDevice in use. Must deactivate first.")
	}
	c.remove(d)
	return done, nil
}

// listVirtualMFADevices tells of an unassigned device nothing but its serial number.
func listVirtualMFADevices(c *call) (answer, error) {
	status := c.text("AssignmentStatus")
	var devices []*MFADevice
	next, err := c.page(c.question("AssignmentStatus"), tableSection(c, mfaDeviceName, &devices, func(d *MFADevice) bool {
		return (status != "Assigned" || d.UserID != "") && (status != "Unassigned" || d.UserID == "")
	}))
	if err != nil {
		return done, err
	}
	root, users := c.root(), map[string]*User{}
	for _, d := range devices {
		users[d.UserID] = c.userByID(d.UserID)
	}
	return respond(func(w *xmlWriter) {
		list(w, "VirtualMFADevices", devices, func(d *MFADevice) {
			w.text("SerialNumber", d.arn(c.account))
			switch u := users[d.UserID]; {
			case d.UserID == c.account:
				w.in("User", func() { root.write(w, c.account) })
			case u != nil:
				w.in("User", func() { u.write(w, c.account) })
			default:
				return
			}
			w.time("EnableDate", *d.Enabled)
		})
		w.more(next)
	})
}

func listMFADevices(c *call) (answer, error) {
	u, err := c.userOrCaller()
	if err != nil {
		return done, err
	}
	devices := linked[*MFADevice](c, ownedBy(mfaDeviceName, u.ID))
	page, next, err := pageOf(c, c.question("UserName"), devices, func(d *MFADevice) string { return d.place().name }, nil)
	if err != nil {
		return done, err
	}
	return respond(func(w *xmlWriter) {
		list(w, "MFADevices", page, func(d *MFADevice) {
			w.text("UserName", u.Name)
			w.text("SerialNumber", d.arn(c.account))
			w.time("EnableDate", *d.Enabled)
		})
		w.more(next)
	})
}

// mfaDevice is the device that SerialNumber names.
func (c *call) mfaDevice() (*MFADevice, error) {
	serial := c.text("SerialNumber")
	rest, found := strings.CutPrefix(serial, arnOf(c.account, "mfa"))
	d, ok := find[*MFADevice](c, mfaDeviceName, rest)
	if !found || !ok {
		return nil, noSuchEntity("VirtualMFADevice with serial number %s doesn't exist.", serial)
	}
	return d, nil
}

// putRootDevice gives root its virtual MFA device, or takes it away.
func (c *call) putRootDevice(has bool) error {
	now := c.now
	d := &MFADevice{Name: "root-account-mfa-device", Path: "/", Created: now, UserID: c.account, Enabled: &now}
	old, ok := c.store.get(d.place()).(*MFADevice)
	switch {
	case ok && old.UserID == c.account:
		if !has {
			c.remove(old)
		}
	case !has:
	case ok:
		return fmt.Errorf("set root: there is an MFA device called %s already", old.Name)
	default:
		c.put(d)
	}
	return nil
}
