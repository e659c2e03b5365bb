package sandbox

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strconv"
)

// The prefixes AWS gives unique ids, by what they identify.
const (
	idUser              = "AIDA"
	idRole              = "AROA"
	idGroup             = "AGPA"
	idPolicy            = "ANPA"
	idAccessKey         = "AKIA"
	idTemporaryKey      = "ASIA"
	idSSHPublicKey      = "APKA"
	idCertificate       = "ASCA"
	idServiceCredential = "ACCA"
)

// random returns n bytes that were never returned before: drawn at random or, with a seed, made from it and the count
// of what was made so far, which is kept with the account.
func (c *call) random(n int) []byte {
	out := make([]byte, n)
	if c.options.Seed == 0 {
		// Read never fails; see its documentation.
		_, _ = rand.Read(out)
		return out
	}
	c.minted++
	c.change.minted = c.minted
	var from [24]byte
	binary.BigEndian.PutUint64(from[:8], c.options.Seed)
	binary.BigEndian.PutUint64(from[8:16], c.minted)
	for done := 0; done < n; done += sha256.Size {
		binary.BigEndian.PutUint64(from[16:], uint64(done))
		block := sha256.Sum256(from[:])
		copy(out[done:], block[:])
	}
	return out
}

// newID makes a unique id: four letters that tell its kind and 17 of base 32.
func (c *call) newID(prefix string) string {
	return prefix + base32.StdEncoding.EncodeToString(c.random(15))[:17]
}

// newKeyID makes an access key id. As in AWS, the account it belongs to can be read from it; so a key that this account
// issued and no longer has is told apart from one it never knew.
func (c *call) newKeyID(prefix string) string {
	raw := c.random(10)
	number, _ := strconv.ParseUint(c.account, 10, 64) // 12 digits, as checked when the account was made
	var head [8]byte
	binary.BigEndian.PutUint64(head[:], number<<7|1<<47)
	low := raw[5] & 0x7f
	copy(raw, head[2:])
	raw[5] |= low
	return prefix + base32.StdEncoding.EncodeToString(raw)
}

// keyAccount reads the account from an access key id; ok is false when the id is not of AWS's form.
func keyAccount(keyID string) (account string, ok bool) {
	if len(keyID) != 20 || (keyID[:4] != idAccessKey && keyID[:4] != idTemporaryKey) {
		return "", false
	}
	raw, err := base32.StdEncoding.DecodeString(keyID[4:])
	if err != nil {
		return "", false
	}
	var whole [8]byte
	copy(whole[2:], raw[:6])
	number := binary.BigEndian.Uint64(whole[:]) & 0x7fffffffff80 >> 7
	digits := strconv.FormatUint(number, 10)
	for len(digits) < 12 {
		digits = "0" + digits
	}
	return digits, true
}

// newSecret makes a secret of n characters.
func (c *call) newSecret(n int) string {
	return base64.RawStdEncoding.EncodeToString(c.random(n))[:n]
}

// newUUID makes an id of the form that services newer than IAM use.
func (c *call) newUUID() string { return uuid([16]byte(c.random(16))) }

// requestID names one answer. It is never simulated state, so it needs no seed.
func requestID() string {
	var raw [16]byte
	_, _ = rand.Read(raw[:])
	return uuid(raw)
}

// uuid is a random UUID (RFC 9562, version 4) of random bits.
func uuid(bits [16]byte) string {
	bits[6] = bits[6]&0x0f | 0x40
	bits[8] = bits[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", bits[:4], bits[4:6], bits[6:8], bits[8:10], bits[10:])
}
