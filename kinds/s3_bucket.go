package kinds

import (
	"context"
	"strings"

	"baseline/resource"
)

const s3BucketKind resource.Kind = "s3_bucket"

// The settings of a new bucket, since January and April 2023.
const (
	ownerEnforced = "BucketOwnerEnforced"
	encryptedByS3 = "AES256"
)

// s3Bucket is a bucket: s3_bucket/NAME. Of the bucket of another account only its owner is shown.
//
//	region               string; cannot be changed
//	ownership            string: BucketOwnerEnforced, BucketOwnerPreferred or ObjectWriter
//	encryption           string, how new objects are encrypted: AES256, aws:kms or aws:kms:dsse
//	encryption_key       string, the key of KMS, as an ARN or what else it was named by; "" = AWS's own key
//	versioning           string: Enabled, or "" for a bucket that keeps no old versions. S3 can't forget that there was versioning,
//	                     only suspend it, and that is "", too
//	public_access_block  set of BlockPublicAcls, BlockPublicPolicy, IgnorePublicAcls and RestrictPublicBuckets
//	expire               int, days after which objects go, and as many again until their old versions do; 0 = never.
//	                     It is one rule of the lifecycle, baseline-expire. Others are not shown, and stay
//	expire_rule          string, that rule in full, as JSON, where somebody has given it another form than ours; expire is 0 then.
//	                     "" = it has our form, or there is none
//	access_logs          string, BUCKET/PREFIX that accesses are logged to; "" = they are not
//	tags                 map
//
// The fact "public" is "yes" where the policy or the access control list lets everybody in, leaving the block aside; otherwise "no".
// "now:holds" counts what is in the bucket beside what CloudTrail leaves there to try it out.
func s3Bucket() Kind {
	return Kind{
		Type: resource.Type{
			Kind:     s3BucketKind,
			Required: []string{"region"},
			Defaults: resource.Object{
				"ownership": ownerEnforced, "encryption": encryptedByS3, "encryption_key": "", "versioning": "",
				"public_access_block": wholeBlock(), "expire": 0, "expire_rule": "", "access_logs": "", "tags": map[string]string{},
			},
			Fixed:   []string{"region"},
			Tags:    "tags",
			Named:   true,
			Needs:   logTarget,
			Follows: logTarget,
			Tries:   []string{"access_logs"},
			Keeps: func(_ string, a resource.Address, _ resource.Object) []resource.Kept {
				return []resource.Kept{{What: resource.At(s3BucketPolicyKind, a.Name), While: a, Why: "which it protects"}}
			},
			Lay:          layBucket,
			OneWay:       bucketLoses,
			Holds:        held,
			OneWayUpdate: bucketExpires,
			Notes:        bucketNotes,
			Weakens:      bucketWeakens,
		},
		Permissions: bucketPermissions(),
		Find:        findBuckets,
		Create:      createBucket,
		Update:      updateBucket,
		Delete:      deleteBucket,
	}
}

// logTarget is the bucket that accesses are logged to. S3 tries out whether its policy lets it.
func logTarget(_ string, a resource.Address, o resource.Object) []resource.Address {
	target, _, _ := strings.Cut(o.Text("access_logs"), "/")
	if target == "" || target == a.Name {
		return nil
	}
	return []resource.Address{resource.At(s3BucketKind, target)}
}

// layBucket takes suspended versioning for none, which it is to what is written from now on.
func layBucket(_ resource.Address, wanted resource.Object, _ func(resource.Address) (resource.Resource, bool)) resource.Object {
	if wanted.Text("versioning") == versioningSuspended {
		return wanted.With(resource.Object{"versioning": ""})
	}
	return wanted
}

func bucketLoses(before resource.Resource) []string {
	if holds := before.Facts[factHolds]; holds != "" {
		return []string{"what is in it (" + holds + ")"}
	}
	return nil
}

// findBuckets looks at each of the buckets, all side by side.
func findBuckets(ctx context.Context, r *Reader, addresses []resource.Address) (resource.State, error) {
	return findEach(addresses, func(a resource.Address) (resource.Resource, error) {
		place, err := r.bucket(ctx, a.Name)
		switch {
		case err != nil:
			return resource.Resource{}, err
		case place.foreign:
			return place.resource(), nil
		case !place.own:
			return resource.Resource{}, nil
		}
		return readBucket(ctx, r, callsOf(r.Services, r.Account, a.Name, place.region), place.region)
	})
}
