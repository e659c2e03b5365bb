package sandbox

import "fmt"

// A ForeignBucket is a bucket of another account: its name is taken, and its policy may let services write to it.
type ForeignBucket struct {
	Name string
	// Account is its owner, 12 digits.
	Account string
	// Region is where it is; the default is us-east-1.
	Region string
	// Policy is its bucket policy; "" is none.
	Policy string
}

// SetForeignBucket makes a bucket of another account be there, or changes it: no call of this account can. It is an error
// when the name or the account is none, when the policy is malformed, and when this account has a bucket of the name.
func (a *Account) SetForeignBucket(f ForeignBucket) error {
	return a.edit(func(c *call) error {
		if !isBucketName(f.Name) {
			return fmt.Errorf("foreign bucket %q: not a bucket name", f.Name)
		}
		if !accountID.MatchString(f.Account) || f.Account == c.account {
			return fmt.Errorf("foreign bucket %s: %q is not the id of another account", f.Name, f.Account)
		}
		if owner, _, ok := c.bucketExists(f.Name); ok && owner == c.account {
			return fmt.Errorf("foreign bucket %s: this account has a bucket of that name", f.Name)
		}
		b := &Bucket{
			Name: f.Name, Owner: f.Account, Region: f.Region, Created: c.now, Policy: f.Policy,
			Ownership: ownerEnforced, Encryption: defaultEncryption(), PublicBlock: &PublicBlock{true, true, true, true},
		}
		if b.Region == "" {
			b.Region = globalRegion
		}
		if b.Policy != "" {
			if _, err := c.parseBucketPolicy(b, b.Policy); err != nil {
				return fmt.Errorf("foreign bucket %s: %w", f.Name, err)
			}
		}
		c.put(b)
		return nil
	})
}
