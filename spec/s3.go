package spec

import (
	"reflect"
	"slices"

	"github.com/google/jsonschema-go/jsonschema"

	"baseline/resource"
)

const kindAccountBlock resource.Kind = "s3_account_public_access_block"

// buckets is the section of what holds for all buckets of the account.
type buckets struct {
	S3 *accountBuckets `json:"s3,omitzero" jsonschema:"What holds for all buckets of the account."`
}

type accountBuckets struct {
	AccountPublicAccessBlock *accountBlock `json:"account_public_access_block,omitzero" jsonschema:"What S3 refuses for every bucket of the account that would open it to the public: all, none, or a list of what is refused."`
}

func (s *buckets) compile(c *compiler) {
	if _, said := c.root.get("s3"); !said {
		return
	}
	c.out.Want.Extra = append(c.out.Want.Extra, kindAccountBlock)
	if s.S3 == nil || s.S3.AccountPublicAccessBlock == nil {
		return
	}
	at := resource.At(kindAccountBlock, "account")
	e, _ := c.section("s3").get("account_public_access_block")
	block := s.S3.AccountPublicAccessBlock.words
	if len(block) == 0 {
		c.absent(at, e.key)
		return
	}
	c.add(at, resource.Object{"block": block}, e.key)
}

// accountBlock is all, none, or a list of blocks. The words are a sorted set, empty for none.
type accountBlock struct{ words []string }

// accessBlock is one of the four blocks, by AWS's own name.
type accessBlock string

func (accessBlock) words() []string { return accessBlocks() }

// accessBlocks are all of them, sorted.
func accessBlocks() []string {
	return []string{"BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"}
}

// allOrNone are all blocks, or none of them.
type allOrNone string

func (allOrNone) words() []string { return []string{wordAll, none} }

func (accountBlock) schema() *jsonschema.Schema {
	return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{
		choiceSchema(allOrNone("").words()),
		{Type: "array", Items: choiceSchema(accessBlocks()), MinItems: new(1)},
	}}
}

func (b *accountBlock) decodeNode(d decoder, n *node, label string) bool {
	if n.shape != list {
		var word allOrNone
		if !d.expect(n, scalar, "all, none, or a list", label) || !d.value(n, reflect.ValueOf(&word).Elem(), label) {
			return false
		}
		if word == wordAll {
			b.words = accessBlocks()
		}
		return true
	}
	if len(n.items) == 0 {
		d.problems.add(n.place(), "%s: the list is empty: write none", label)
		return false
	}
	var chosen []accessBlock
	d.list(n, reflect.ValueOf(&chosen).Elem(), label)
	for _, word := range chosen {
		if word == "" {
			return false // it could not be read, which was said before
		}
		b.words = append(b.words, string(word))
	}
	slices.Sort(b.words)
	b.words = slices.Compact(b.words)
	return true
}
