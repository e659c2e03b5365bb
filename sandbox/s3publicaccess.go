package sandbox

import "time"

// A PublicBlock is a public access block: what of public access is not possible. The account may have one and each of its
// buckets, and the stricter counts.
type PublicBlock struct {
	// ACLs refuses access control lists that give something to everyone.
	ACLs bool `json:"acls"`
	// IgnoreACLs makes those that are there count for nothing.
	IgnoreACLs bool `json:"ignoreACLs"`
	// Policy refuses public bucket policies.
	Policy bool `json:"policy"`
	// Restrict limits buckets with public policies to services and the account.
	Restrict bool `json:"restrict"`
}

const accountBlockKindName = "s3-account-block"

var accountBlockPlace = placeOf(accountBlockKindName, "account")

// An accountBlock is the account's public access block.
type accountBlock struct {
	Block PublicBlock `json:"block"`
}

func (b *accountBlock) place() place    { return accountBlockPlace }
func (b *accountBlock) born() time.Time { return time.Time{} }
func (b *accountBlock) links() []string { return nil }

func accountBlockKind() *kind {
	return &kind{
		name:   accountBlockKindName,
		decode: decodeAs[accountBlock],
		settings: func(_ *call, e entity) (string, any) {
			b, _ := e.(*accountBlock)
			return "account", b.Block
		},
	}
}

func publicBlockOperations() []operation {
	return []operation{
		write("PutPublicAccessBlock", changeBucket(done, func(c *call, b *Bucket) error {
			block, err := c.readPublicBlock()
			b.PublicBlock = &block
			return err
		})),
		read("GetPublicAccessBlock", ofBucket(func(_ *call, b *Bucket) (answer, error) { return respondPublicBlock(b.PublicBlock) })),
		write("DeletePublicAccessBlock", changeBucket(noContent, func(_ *call, b *Bucket) error {
			b.PublicBlock = nil
			return nil
		})),
		write("PutAccountPublicAccessBlock", ofAccount(putAccountBlock)),
		read("GetAccountPublicAccessBlock", ofAccount(func(c *call) (answer, error) { return respondPublicBlock(c.accountBlock()) })),
		write("DeleteAccountPublicAccessBlock", ofAccount(deleteAccountBlock)),
	}
}

// ofAccount makes an operation of S3 Control, which is told the account that the caller must be of.
func ofAccount(run func(c *call) (answer, error)) func(c *call) (answer, error) {
	return func(c *call) (answer, error) {
		if c.text(accountHeader) != c.account {
			return done, refuse("AccessDenied", "Access Denied")
		}
		return run(c)
	}
}

func putAccountBlock(c *call) (answer, error) {
	block, err := c.readPublicBlock()
	if err != nil {
		return done, err
	}
	c.put(&accountBlock{Block: block})
	return done, nil
}

func deleteAccountBlock(c *call) (answer, error) {
	if c.accountBlock() != nil {
		c.remove(&accountBlock{})
	}
	return noContent, nil
}

// accountBlock is the account's block, or nil. It is in all Regions at once.
func (c *call) accountBlock() *PublicBlock {
	if b, ok := c.store.get(accountBlockPlace).(*accountBlock); ok {
		return &b.Block
	}
	return nil
}

// blocks says whether the bucket's or the account's public access block has something on.
func (c *call) blocks(b *Bucket, has func(p PublicBlock) bool) bool {
	account := c.accountBlock()
	return (b.PublicBlock != nil && has(*b.PublicBlock)) || (account != nil && has(*account))
}

type publicAccessBlockConfiguration struct {
	BlockPublicAcls       *bool `xml:",omitempty"`
	IgnorePublicAcls      *bool `xml:",omitempty"`
	BlockPublicPolicy     *bool `xml:",omitempty"`
	RestrictPublicBuckets *bool `xml:",omitempty"`
}

// readPublicBlock reads the whole block: what is left out is off.
func (c *call) readPublicBlock() (PublicBlock, error) {
	var in publicAccessBlockConfiguration
	if err := c.readXML("PublicAccessBlockConfiguration", &in); err != nil {
		return PublicBlock{}, err
	}
	isOn := func(b *bool) bool { return b != nil && *b }
	return PublicBlock{
		ACLs: isOn(in.BlockPublicAcls), IgnoreACLs: isOn(in.IgnorePublicAcls),
		Policy: isOn(in.BlockPublicPolicy), Restrict: isOn(in.RestrictPublicBuckets),
	}, nil
}

func respondPublicBlock(p *PublicBlock) (answer, error) {
	if p == nil {
		return done, refuse("NoSuchPublicAccessBlockConfiguration", "The public access block configuration was not found")
	}
	return respondXML("PublicAccessBlockConfiguration", publicAccessBlockConfiguration{
		BlockPublicAcls: &p.ACLs, IgnorePublicAcls: &p.IgnoreACLs,
		BlockPublicPolicy: &p.Policy, RestrictPublicBuckets: &p.Restrict,
	})
}
