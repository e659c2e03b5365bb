package sandbox

import (
	"encoding/binary"
	"slices"
)

// An objectEncryption is how a version is encrypted. Nothing is, here; it is told, and keys must be there to be used.
type objectEncryption struct {
	Algorithm string `json:"algorithm"`
	// Key is the ARN of the key of KMS, "" where S3 has its own.
	Key       string `json:"key,omitempty"`
	BucketKey bool   `json:"bucketKey,omitempty"`
}

const (
	encryptionHeader    = "x-amz-server-side-encryption"
	encryptionKeyHeader = encryptionHeader + "-aws-kms-key-id"
	ownKeyHeader        = encryptionHeader + "-customer-algorithm"
	bucketKeyHeader     = encryptionHeader + "-bucket-key-enabled"
)

func (e objectEncryption) tell(h map[string]string) {
	if e.Algorithm != "" {
		h[encryptionHeader] = e.Algorithm
	}
	if e.Key != "" {
		h[encryptionKeyHeader] = e.Key
	}
	if e.BucketKey {
		h[bucketKeyHeader] = "true"
	}
}

// wantedEncryption is how a call wants what it puts to be encrypted: as the bucket does, unless it says otherwise. The key is
// as it was named.
func (c *call) wantedEncryption(b *Bucket) objectEncryption {
	e := objectEncryption{b.Encryption.Algorithm, b.Encryption.Key, b.Encryption.BucketKey}
	if c.given(encryptionHeader) {
		e.Algorithm, e.Key = c.text(encryptionHeader), c.text(encryptionKeyHeader)
	}
	if c.given(bucketKeyHeader) {
		e.BucketKey = c.flag(bucketKeyHeader)
	}
	if e.Algorithm == encryptedByS3 {
		e.BucketKey = false
	}
	return e
}

// encryptionOf is how what a call puts is encrypted, if it can be.
func (c *call) encryptionOf(b *Bucket) (objectEncryption, error) {
	e := c.wantedEncryption(b)
	switch {
	case c.given(ownKeyHeader) && slices.Contains(b.Encryption.Blocked, "SSE-C"):
		return e, refuse("AccessDenied", "Access Denied")
	case c.given(ownKeyHeader):
		return e, refuse("NotImplemented", "The sandbox does not simulate encryption with keys that customers provide.")
	case e.Algorithm == encryptedByS3 && e.Key == "":
		return e, nil
	case e.Algorithm != encryptedByKMS && e.Algorithm != encryptedByKMSDual:
		return e, refuse("InvalidArgument", "The encryption method specified is not supported")
	case e.Key == "":
		e.Key = c.managedKey(b.Region)
		return e, nil
	}
	var err error
	e.Key, err = c.usableKey(e.Key)
	return e, err
}

// managedKey is the ARN of the key that AWS manages for S3 in a Region. It is no key that calls of KMS know of.
func (c *call) managedKey(region string) string {
	var bits [16]byte
	binary.BigEndian.PutUint64(bits[:8], hashOf(c.account, region, "aws/s3"))
	binary.BigEndian.PutUint64(bits[8:], hashOf("aws/s3", region, c.account))
	return regionalARN("kms", region, c.account, "key/"+uuid(bits))
}

// usableKey is the ARN of a key that S3 can use in the Region of the call. It passes on what KMS refuses.
func (c *call) usableKey(name string) (string, error) {
	if name == c.managedKey(c.region) {
		return name, nil
	}
	k, err := c.locateKey(name, c.region)
	if err != nil {
		f := asFailure(err)
		return "", refuse("KMS."+f.code, "%s", f.message)
	}
	arn := k.arn(c.account)
	switch k.State {
	case keyEnabled:
		return arn, nil
	case keyDisabled:
		return "", refuse("KMS.DisabledException", "%s is disabled.", arn)
	}
	return "", refuse("KMS.KMSInvalidStateException", "%s is pending deletion.", arn)
}

// customerKey is the ARN of a key as [call.usableKey] names it, "" for one that AWS manages and for none. AWS's own keys let
// everyone in who may use the bucket.
func (c *call) customerKey(name string) string {
	if name == "" || name == c.managedKey(c.region) {
		return ""
	}
	if arn, err := c.usableKey(name); err == nil {
		return arn
	}
	return name
}
