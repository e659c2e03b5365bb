package spec

import (
	"reflect"

	"github.com/google/jsonschema-go/jsonschema"

	"baseline/resource"
	"baseline/trail"
)

const (
	kindBucket       resource.Kind = "s3_bucket"
	kindBucketPolicy resource.Kind = "s3_bucket_policy"
)

// trailBucket is where log files go: the name of a bucket that is used as it is, or a map with more.
type trailBucket struct{ bucketTerms }

// bucketTerms is the long form of a bucket.
type bucketTerms struct {
	Name         bucketName  `json:"name" jsonschema:"The name of the bucket."`
	Create       *bool       `json:"create,omitzero" jsonschema:"true: the bucket is this baseline's, made when missing and kept as described. Otherwise it is used as it is."`
	ManagePolicy *bool       `json:"manage_policy,omitzero" jsonschema:"true: what CloudTrail needs is put into the policy of the bucket. Otherwise it is reported if it is missing. With create it is put there anyway."`
	Region       *region     `json:"region,omitzero" jsonschema:"With create: the Region of the bucket. The home Region of the trail if left out."`
	Prefix       *logPrefix  `json:"prefix,omitzero" jsonschema:"What the names of log files begin with, without a slash at its end. Nothing if left out."`
	Expire       *days       `json:"expire,omitzero" jsonschema:"With create: how long log files are kept, in days, as in 2555d, or never for as long as there is a bucket."`
	AccessLogs   *accessLogs `json:"access_logs,omitzero" jsonschema:"With create: the bucket for the logs of accesses to the bucket, itself made when missing; or none, or a map with more."`
}

func (trailBucket) long() reflect.Type { return reflect.TypeFor[bucketTerms]() }

func (trailBucket) schema() *jsonschema.Schema { return bucketName("").schema() }

func (b *trailBucket) decodeNode(d decoder, n *node, label string) bool {
	if n.shape != mapping {
		return d.expect(n, scalar, "the name of a bucket or a map", label) && d.value(n, reflect.ValueOf(&b.Name).Elem(), label)
	}
	d.structs(n, label, &b.bucketTerms)
	return d.must(n, label, "name", "name the bucket") && b.Name != ""
}

// accessLogs is where accesses to a bucket are logged: the name of a bucket, none, or a map with a prefix.
type accessLogs struct{ accessLogTerms }

// accessLogTerms is the long form of it. The prefix "" is one as well.
type accessLogTerms struct {
	Name   bucketName    `json:"name" jsonschema:"The name of the bucket."`
	Prefix *accessPrefix `json:"prefix,omitzero" jsonschema:"What the names of the logs begin with. The name of the bucket that they are about, and a slash, if left out."`
}

func (accessLogs) long() reflect.Type { return reflect.TypeFor[accessLogTerms]() }

func (accessLogs) schema() *jsonschema.Schema { return bucketName("").schema() }

func (l *accessLogs) decodeNode(d decoder, n *node, label string) bool {
	if n.shape != mapping {
		return d.expect(n, scalar, "the name of a bucket, none, or a map", label) && d.value(n, reflect.ValueOf(&l.Name).Elem(), label)
	}
	d.structs(n, label, &l.accessLogTerms)
	return d.must(n, label, "name", "name the bucket that takes the logs") && l.Name != ""
}

// deliver declares the bucket of the trail, or what the trail needs of one that is used as it is.
func (t *oneTrail) deliver() {
	b, n := t.entry.Bucket.bucketTerms, t.node.at("bucket")
	name := string(b.Name)
	// The prefix is a part of what the statements allow, so it is never left open.
	t.object["bucket"], t.object["prefix"] = name, t.delivery.Prefix
	created, managed := t.isTrue(n, "create", b.Create), t.isTrue(n, "manage_policy", b.ManagePolicy)
	statements := t.delivery.BucketStatements(t.own)
	if created {
		statements = append(statements, trail.TLSOnly(t.own, t.partition, name))
		settings := t.ownBucket(b)
		t.logAccess(b, n, settings)
		t.share(resource.At(kindBucket, name), settings, n)
	} else {
		for _, key := range []string{"region", "expire", "access_logs"} {
			t.goesWith(n, key, "create: true")
		}
	}
	t.want(resource.At(kindBucketPolicy, name), n, created || managed, statements...)
}

// bucketRegion is the Region of a bucket that the trail creates.
func (t *oneTrail) bucketRegion() string {
	if own := t.entry.Bucket.Region; own != nil {
		return string(*own)
	}
	return t.region
}

// ownBucket is a bucket as this baseline keeps one.
func (t *oneTrail) ownBucket(b bucketTerms) resource.Object {
	settings := resource.Object{
		"region": t.bucketRegion(), "ownership": "BucketOwnerEnforced", "encryption": "AES256", "encryption_key": "",
		"versioning": "Enabled", "public_access_block": accessBlocks(),
	}
	if b.Expire != nil {
		settings["expire"], settings["expire_rule"] = int(*b.Expire), ""
	}
	return settings
}

// logAccess declares where accesses to the bucket are logged.
func (t *oneTrail) logAccess(b bucketTerms, n *node, settings resource.Object) {
	l := b.AccessLogs
	if l == nil {
		return
	}
	at := n.at("access_logs")
	switch target := string(l.Name); {
	case target == none && l.Prefix == nil:
		settings["access_logs"] = ""
	case l.Name == b.Name:
		t.problems.add(at.at("name").place(), "the bucket %s cannot take the logs of accesses to itself: each log would be an access to log, for ever", target)
	default:
		prefix := string(b.Name) + "/"
		if l.Prefix != nil {
			prefix = string(*l.Prefix)
		}
		settings["access_logs"] = target + "/" + prefix
		t.share(resource.At(kindBucket, target), t.ownBucket(b), at)
		t.want(resource.At(kindBucketPolicy, target), at, true,
			trail.AccessLogStatement(t.own, t.partition, t.account, target, prefix, string(b.Name)), trail.TLSOnly(t.own, t.partition, target))
	}
}
