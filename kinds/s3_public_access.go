package kinds

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"

	"baseline/resource"
)

// The four things that a public access block can have on, by S3's words for them.
const (
	blockPublicACLs       = "BlockPublicAcls"
	blockPublicPolicy     = "BlockPublicPolicy"
	ignorePublicACLs      = "IgnorePublicAcls"
	restrictPublicBuckets = "RestrictPublicBuckets"
)

// wholeBlock is a block with everything on, as new buckets have it.
func wholeBlock() []string {
	return []string{blockPublicACLs, blockPublicPolicy, ignorePublicACLs, restrictPublicBuckets}
}

// accessBlock is a public access block as the calls of S3 and S3 Control write it, each in a type of its own.
type accessBlock struct {
	acls, policy, ignoreACLs, restrict *bool
}

// accessBlockOf is the block that has these words on, and all else off.
func accessBlockOf(on []string) accessBlock {
	has := func(word string) *bool { return aws.Bool(slices.Contains(on, word)) }
	return accessBlock{has(blockPublicACLs), has(blockPublicPolicy), has(ignorePublicACLs), has(restrictPublicBuckets)}
}

// words are what the block has on, sorted.
func (b accessBlock) words() []string {
	on := []string{}
	for i, flag := range []*bool{b.acls, b.policy, b.ignoreACLs, b.restrict} {
		if aws.ToBool(flag) {
			on = append(on, wholeBlock()[i])
		}
	}
	return on
}

// blocksLess says which members a block loses between two forms of an object, neither of them nil.
func blocksLess(before, after resource.Object, name string) (lost []string) {
	if !after.Has(name) {
		return nil
	}
	for _, word := range before.List(name) {
		if !slices.Contains(after.List(name), word) {
			lost = append(lost, word)
		}
	}
	return lost
}
