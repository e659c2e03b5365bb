package spec

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"

	"baseline/resource"
)

const kindKey resource.Kind = "kms_key"

// keyReference is a KMS key as it is used by others: alias/NAME for one of this account in the same Region, the ARN of a key, or none.
type keyReference string

const (
	aliasForm   = `[A-Za-z0-9/_-]{1,250}`
	aliasPrefix = "alias/"
)

var (
	keyAliasPattern = regexp.MustCompile(`^` + aliasForm + `$`)
	keyARN          = regexp.MustCompile(`^arn:([a-z-]+):kms:(` + regionForm + `):([0-9]{12}):key/[A-Za-z0-9-]+$`)
)

func (k keyReference) check() error {
	text := string(k)
	if name, ok := strings.CutPrefix(text, aliasPrefix); ok {
		return keyAlias(name).check()
	}
	if text != none && !keyARN.MatchString(text) {
		return fmt.Errorf("%q is no KMS key: write alias/NAME for one of this account, arn:PARTITION:kms:REGION:ACCOUNT:key/ID for any, or none", text)
	}
	return nil
}

func (keyReference) schema() *jsonschema.Schema {
	return withVariables(aliasPrefix + aliasForm + `|arn:.+|` + none)
}

// alias is the name of the alias by which the key is meant, "" for a key that is meant otherwise.
func (k keyReference) alias() string {
	name, ok := strings.CutPrefix(string(k), aliasPrefix)
	if !ok {
		return ""
	}
	return name
}

// setting is the reference as an object holds it: "" is no key.
func (k keyReference) setting() string {
	if k == none {
		return ""
	}
	return string(k)
}

// keyAlias is the name of an alias, without alias/.
type keyAlias string

func (a keyAlias) check() error {
	name := string(a)
	switch {
	case strings.HasPrefix(name, aliasPrefix):
		return fmt.Errorf("alias %q: write it without alias/ here", name)
	case !keyAliasPattern.MatchString(name):
		return fmt.Errorf("alias %q: AWS allows 1 to 250 letters, digits and /_-", name)
	case strings.HasPrefix(name, "aws/"):
		return fmt.Errorf("alias %q: keys of AWS itself cannot be used by a trail, for nobody can change their policies", name)
	}
	return nil
}

func (keyAlias) schema() *jsonschema.Schema { return withVariables(aliasForm) }

// trailKey is what log files are encrypted with: a key that is used as it is, or a map with more.
type trailKey struct {
	keyReference
	terms keyTerms
}

// keyTerms is the long form of a key.
type keyTerms struct {
	Alias        *keyAlias `json:"alias" jsonschema:"The name of the key's alias, without alias/."`
	Create       *bool     `json:"create,omitzero" jsonschema:"true: the key is this baseline's, made when missing and kept as described. Otherwise it is used as it is."`
	ManagePolicy *bool     `json:"manage_policy,omitzero" jsonschema:"true: what CloudTrail needs is put into the policy of the key. Otherwise it is reported if it is missing. With create it is put there anyway."`
	Rotation     *days     `json:"rotation,omitzero" jsonschema:"With create: how often AWS replaces the material of the key, 90d to 2560d, or never. 365d if left out."`
}

func (trailKey) long() reflect.Type { return reflect.TypeFor[keyTerms]() }

func (trailKey) schema() *jsonschema.Schema { return keyReference("").schema() }

func (k *trailKey) decodeNode(d decoder, n *node, label string) bool {
	if n.shape != mapping {
		return d.expect(n, scalar, "alias/NAME, the ARN of a key, none, or a map", label) &&
			d.value(n, reflect.ValueOf(&k.keyReference).Elem(), label)
	}
	d.structs(n, label, &k.terms)
	if !d.must(n, label, "alias", "name the alias of the key, without alias/") || k.terms.Alias == nil {
		return false
	}
	k.keyReference = keyReference(aliasPrefix + string(*k.terms.Alias))
	return true
}

const (
	yearly        = 365
	shortRotation = 90
	longRotation  = 2560
)

// encrypt declares the key of the trail, or what the trail needs of one that is used as it is.
func (t *oneTrail) encrypt() {
	k, n := t.entry.KMS, t.node.at("kms")
	if k == nil {
		return
	}
	t.object["kms"] = k.setting()
	t.besideBucket(k.keyReference, n)
	if k.alias() == "" {
		return // none, or a key whose policy cannot be looked up by its name
	}
	at := resource.At(kindKey, t.region, k.alias())
	created, managed := t.isTrue(n, "create", k.terms.Create), t.isTrue(n, "manage_policy", k.terms.ManagePolicy)
	if created {
		t.share(at, resource.Object{"alias": string(k.keyReference), "enabled": true, "rotation": t.rotation(k.terms, n)}, n)
	} else {
		t.goesWith(n, "rotation", "create: true")
	}
	t.want(at, n, created || managed, t.delivery.KeyStatements(t.own)...)
}

// rotation is after how many days AWS replaces the material of the key, 0 for never.
func (t *oneTrail) rotation(k keyTerms, n *node) int {
	if k.Rotation == nil {
		return yearly
	}
	every := int(*k.Rotation)
	if every != 0 && (every < shortRotation || every > longRotation) {
		t.problems.add(n.at("rotation").place(), "rotation: AWS allows %dd to %dd, or never; found %s", shortRotation, longRotation, n.at("rotation").text)
	}
	return every
}

// besideBucket remembers that the key must be in the Region of the trail's bucket, which another trail may describe.
func (t *oneTrail) besideBucket(k keyReference, n *node) {
	where := t.region
	switch m := keyARN.FindStringSubmatch(string(k)); {
	case k == none:
		return
	case m != nil && m[1] != t.partition:
		t.problems.add(n.place(), "%q is of the partition %s, but this is for %s: write ${partition}", string(k), m[1], t.partition)
	case m != nil && m[2] == t.region && m[3] == t.account:
		t.problems.add(n.place(), "%q is a key of this account in the trail's home Region: name it by its alias, as in alias/audit", string(k))
		return
	case m != nil:
		where = m[2]
	}
	t.keys = append(t.keys, usedKey{resource.At(kindBucket, t.delivery.Bucket), where, n.at("alias")})
}

// usedKey is a key that log files in a bucket are encrypted with.
type usedKey struct {
	bucket resource.Address
	region string
	from   *node
}

// check says when the bucket is known to be in another Region.
func (k usedKey) check(c *compiler) {
	bucket, known := c.out.Want.Objects[k.bucket]
	if where := bucket.Text("region"); known && where != k.region {
		c.problems.add(k.from.place(), "the key is in %s and the bucket in %s: AWS wants them in one Region", k.region, where)
	}
}
