package sandbox

import "slices"

// The algorithms of default encryption.
const (
	encryptedByS3      = "AES256"
	encryptedByKMS     = "aws:kms"
	encryptedByKMSDual = "aws:kms:dsse"
)

// BucketEncryption is how new objects of a bucket are encrypted. Every bucket has it.
type BucketEncryption struct {
	Algorithm string `json:"algorithm"`
	// Key is as it was sent, "" for the key that AWS manages.
	Key       string `json:"key,omitempty"`
	BucketKey bool   `json:"bucketKey,omitempty"`
	// Blocked are the sorts of encryption that objects cannot be put with.
	Blocked []string `json:"blocked,omitempty"`
}

// defaultEncryption is every bucket's since January 2023, unless it is told otherwise.
func defaultEncryption() BucketEncryption { return BucketEncryption{Algorithm: encryptedByS3} }

func bucketEncryptionOperations() []operation {
	return []operation{
		write("PutBucketEncryption", changeBucket(done, putBucketEncryption)),
		read("GetBucketEncryption", ofBucket(getBucketEncryption)),
		write("DeleteBucketEncryption", changeBucket(noContent, func(_ *call, b *Bucket) error {
			b.Encryption = defaultEncryption()
			return nil
		})),
	}
}

type encryptionConfiguration struct {
	Rule []encryptionRule
}

type encryptionRule struct {
	Default   *encryptionDefault `xml:"ApplyServerSideEncryptionByDefault"`
	BucketKey *bool              `xml:"BucketKeyEnabled"`
	Blocked   *blockedEncryption `xml:"BlockedEncryptionTypes"`
}

type encryptionDefault struct {
	SSEAlgorithm   string
	KMSMasterKeyID *string
}

type blockedEncryption struct{ EncryptionType []string }

// putBucketEncryption does not look whether the key is there; S3 finds out when it writes an object.
func putBucketEncryption(c *call, b *Bucket) error {
	var in encryptionConfiguration
	if err := c.readXML("ServerSideEncryptionConfiguration", &in); err != nil {
		return err
	}
	if len(in.Rule) != 1 {
		return malformedXML()
	}
	rule := in.Rule[0]
	e := defaultEncryption()
	if d := rule.Default; d != nil {
		if !slices.Contains([]string{encryptedByS3, encryptedByKMS, encryptedByKMSDual}, d.SSEAlgorithm) {
			return malformedXML()
		}
		e.Algorithm = d.SSEAlgorithm
		if d.KMSMasterKeyID != nil {
			e.Key = *d.KMSMasterKeyID
		}
	}
	if e.Key != "" && e.Algorithm == encryptedByS3 {
		return refuse("InvalidArgument", "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse")
	}
	e.BucketKey = rule.BucketKey != nil && *rule.BucketKey
	if rule.Blocked != nil {
		for _, sort := range rule.Blocked.EncryptionType {
			if sort != "SSE-C" && sort != "NONE" {
				return malformedXML()
			}
		}
		e.Blocked = rule.Blocked.EncryptionType
	}
	b.Encryption = e
	return nil
}

func getBucketEncryption(_ *call, b *Bucket) (answer, error) {
	e := b.Encryption
	rule := encryptionRule{Default: &encryptionDefault{SSEAlgorithm: e.Algorithm}, BucketKey: &e.BucketKey}
	if e.Key != "" {
		rule.Default.KMSMasterKeyID = &e.Key
	}
	if len(e.Blocked) > 0 {
		rule.Blocked = &blockedEncryption{e.Blocked}
	}
	return respondXML("ServerSideEncryptionConfiguration", encryptionConfiguration{[]encryptionRule{rule}})
}
