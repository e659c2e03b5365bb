package sandbox

import (
	"crypto/md5" //nolint:gosec // the fingerprint of SSH keys in IAM is MD5
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"slices"
	"strings"
	"time"
)

const sshPublicKeyName = "ssh-public-key"

// An SSHPublicKey is a key with which a user reaches CodeCommit.
type SSHPublicKey struct {
	ID       string    `json:"id"`
	UserID   string    `json:"userID"`
	Body     string    `json:"body"`
	Status   string    `json:"status"`
	Uploaded time.Time `json:"uploaded"`
}

func (k *SSHPublicKey) place() place    { return placeOf(sshPublicKeyName, k.ID) }
func (k *SSHPublicKey) born() time.Time { return k.Uploaded }
func (k *SSHPublicKey) links() []string { return []string{ownedBy(sshPublicKeyName, k.UserID)} }

func sshPublicKeyKind() *kind {
	id := parameter{name: "SSHPublicKeyId", required: true, low: 20, high: 128, pattern: wordRule}
	body := parameter{name: "SSHPublicKeyBody", required: true, low: 1, high: 16384, pattern: latinRule}
	encoding := parameter{name: "Encoding", required: true, values: []string{"SSH", "PEM"}}
	return &kind{
		name:   sshPublicKeyName,
		decode: decodeAs[SSHPublicKey],
		blocks: "must delete ssh public keys first.",
		settings: func(c *call, e entity) (string, any) {
			k, _ := e.(*SSHPublicKey)
			return c.userNameOf(k.UserID), map[string]string{"body": k.Body, "status": k.Status}
		},
		operations: []operation{
			write("UploadSSHPublicKey", uploadSSHPublicKey, need(userName), body),
			read("GetSSHPublicKey", getSSHPublicKey, need(userName), id, encoding),
			read("ListSSHPublicKeys", listSSHPublicKeys, userName, marker, maxItems),
			write("UpdateSSHPublicKey", updateSSHPublicKey, need(userName), id, keyStatus),
			write("DeleteSSHPublicKey", deleteSSHPublicKey, need(userName), id),
		},
	}
}

func uploadSSHPublicKey(c *call) (answer, error) {
	u, err := c.user()
	if err != nil {
		return done, err
	}
	body := strings.TrimSpace(c.text("SSHPublicKeyBody"))
	if !isPublicKey(body) {
		return done, refuse("InvalidPublicKey", "The public key is malformed or otherwise invalid.")
	}
	keys := linked[*SSHPublicKey](c, ownedBy(sshPublicKeyName, u.ID))
	if slices.ContainsFunc(keys, func(k *SSHPublicKey) bool { return k.Body == body }) {
		return done, refuse("DuplicateSSHPublicKey", "The SSH public key is already associated with the user.")
	}
	if len(keys) >= quotaSSHKeysPerUser {
		return done, quotaExceeded("SSHPublicKeysPerUser", quotaSSHKeysPerUser)
	}
	k := &SSHPublicKey{ID: c.newID(idSSHPublicKey), UserID: u.ID, Body: body, Status: statusActive, Uploaded: c.now}
	c.put(k)
	return k.respond(u)
}

// getSSHPublicKey tells the key as it was uploaded, whichever encoding is asked for.
func getSSHPublicKey(c *call) (answer, error) {
	u, k, err := c.sshPublicKey()
	if err != nil {
		return done, err
	}
	return k.respond(u)
}

func listSSHPublicKeys(c *call) (answer, error) {
	u, err := c.userOrCaller()
	if err != nil {
		return done, err
	}
	keys := linked[*SSHPublicKey](c, ownedBy(sshPublicKeyName, u.ID))
	page, next, err := pageOf(c, c.question("UserName"), keys, func(k *SSHPublicKey) string { return k.place().name }, nil)
	if err != nil {
		return done, err
	}
	return respond(func(w *xmlWriter) {
		list(w, "SSHPublicKeys", page, func(k *SSHPublicKey) { k.write(w, u) })
		w.more(next)
	})
}

func updateSSHPublicKey(c *call) (answer, error) {
	_, k, err := c.sshPublicKey()
	if err != nil {
		return done, err
	}
	status, err := c.newStatus()
	if err != nil {
		return done, err
	}
	changed := *k
	changed.Status = status
	c.put(&changed)
	return done, nil
}

func deleteSSHPublicKey(c *call) (answer, error) {
	_, k, err := c.sshPublicKey()
	if err != nil {
		return done, err
	}
	c.remove(k)
	return done, nil
}

func (c *call) sshPublicKey() (*User, *SSHPublicKey, error) {
	u, err := c.user()
	if err != nil {
		return nil, nil, err
	}
	id := c.text("SSHPublicKeyId")
	k, ok := find[*SSHPublicKey](c, sshPublicKeyName, id)
	if !ok || k.UserID != u.ID {
		return nil, nil, noSuchEntity("The Public Key with id %s cannot be found.", id)
	}
	return u, k, nil
}

// isPublicKey accepts what IAM does: an ssh-rsa line, or PEM.
func isPublicKey(body string) bool {
	if block, _ := pem.Decode([]byte(body)); block != nil {
		_, err := x509.ParsePKIXPublicKey(block.Bytes)
		return err == nil
	}
	_, ok := sshBlob(body)
	return ok
}

func sshBlob(body string) ([]byte, bool) {
	fields := strings.Fields(body)
	if len(fields) < 2 || fields[0] != "ssh-rsa" {
		return nil, false
	}
	blob, err := base64.StdEncoding.DecodeString(fields[1])
	return blob, err == nil && strings.HasPrefix(string(blob), "\x00\x00\x00\x07ssh-rsa")
}

func (k *SSHPublicKey) fingerprint() string {
	data, ok := sshBlob(k.Body)
	if !ok {
		data = []byte(k.Body)
		if block, _ := pem.Decode(data); block != nil {
			data = block.Bytes
		}
	}
	sum := md5.Sum(data) //nolint:gosec // see above
	pairs := make([]string, len(sum))
	for i, b := range sum {
		pairs[i] = hex.EncodeToString([]byte{b})
	}
	return strings.Join(pairs, ":")
}

func (k *SSHPublicKey) write(w *xmlWriter, u *User) {
	w.text("UserName", u.Name)
	w.text("SSHPublicKeyId", k.ID)
	w.text("Status", k.Status)
	w.time("UploadDate", k.Uploaded)
}

func (k *SSHPublicKey) respond(u *User) (answer, error) {
	return respond(func(w *xmlWriter) {
		w.in("SSHPublicKey", func() {
			k.write(w, u)
			w.text("Fingerprint", k.fingerprint())
			w.text("SSHPublicKeyBody", k.Body)
		})
	})
}
