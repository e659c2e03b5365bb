package kinds

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"baseline/policy"
	"baseline/resource"
)

const s3BucketPolicyKind resource.Kind = "s3_bucket_policy"

// s3BucketPolicy is the policy of a bucket: s3_bucket_policy/BUCKET. Many write into one: a file wants statements of it, and all
// others stay as they are, byte for byte. Of the policy of another account's bucket only the owner is shown.
//
//	document  document: the whole text, as S3 returns it
//
// A file wants instead
//
//	statements  document with the statements that must be in the policy
//	own         string that the Sids of those begin with that are ours, and go when they are not wanted any more; "" = none
func s3BucketPolicy() Kind {
	return Kind{
		Type: resource.Type{
			Kind:     s3BucketPolicyKind,
			Required: []string{"document"},
			Named:    true,
			Part:     true,
			Owner:    policyBucket,
			Needs: func(_ string, a resource.Address, _ resource.Object) []resource.Address {
				return []resource.Address{policyBucket(a)}
			},
			Lay:      layBucketPolicy,
			TakeBack: takeBackBucketPolicy,
			Weakens:  bucketPolicyWeakens,
			Takes:    documentTakes("document"),
		},
		Permissions: bucketPolicyPermissions(),
		Find:        findBucketPolicies,
		Create: func(ctx context.Context, w *Writer, a resource.Address, after resource.Object) error {
			return replaceBucketPolicy(ctx, w, a, "", after.Document("document"))
		},
		Update: func(ctx context.Context, w *Writer, a resource.Address, before, after resource.Object) error {
			return replaceBucketPolicy(ctx, w, a, before.Document("document"), after.Document("document"))
		},
		Delete: func(ctx context.Context, w *Writer, a resource.Address, before resource.Object) error {
			return unless(noSuchBucket, replaceBucketPolicy(ctx, w, a, before.Document("document"), ""))
		},
	}
}

const noSuchBucketPolicy = "NoSuchBucketPolicy"

func policyBucket(a resource.Address) resource.Address { return resource.At(s3BucketKind, a.Name) }

// layBucketPolicy merges the wanted statements into the text that is there. One that cannot be read stays as it is.
func layBucketPolicy(a resource.Address, wanted resource.Object, see func(resource.Address) (resource.Resource, bool)) resource.Object {
	if !wanted.Has("statements") {
		return wanted
	}
	live, _ := see(a)
	text := string(live.Settings.Document("document"))
	if merged, err := policy.Merge(text, string(wanted.Document("statements")), wanted.Text("own")); err == nil {
		text = merged
	}
	return resource.Object{"document": resource.Document(text)}
}

func takeBackBucketPolicy(before, after, found resource.Object) (resource.Object, bool) {
	document := func(o resource.Object) string { return string(o.Document("document")) }
	text, ok := policy.TakeBack(document(before), document(after), document(found))
	if !ok || text == "" {
		return nil, ok
	}
	return resource.Object{"document": resource.Document(text)}, true
}

func findBucketPolicies(ctx context.Context, r *Reader, addresses []resource.Address) (resource.State, error) {
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
		text, err := callsOf(r.Services, r.Account, a.Name, place.region).policy(ctx)
		if text == "" || err != nil {
			return resource.Resource{}, unless(noSuchBucket, err)
		}
		return resource.Resource{Settings: resource.Object{"document": text}}, nil
	})
}

// policy returns the text of the bucket's policy, "" for none.
func (b bucketCalls) policy(ctx context.Context) (resource.Document, error) {
	out, err := b.GetBucketPolicy(ctx, &s3.GetBucketPolicyInput{Bucket: b.name, ExpectedBucketOwner: b.owner}, b.there)
	if err != nil {
		return "", unless(noSuchBucketPolicy, err)
	}
	return resource.Document(aws.ToString(out.Policy)), nil
}

// replaceBucketPolicy makes a policy that reads before read after; "" is for none. S3 can only be told the whole text, so it is
// read once more, lest a statement be lost that somebody has added since.
func replaceBucketPolicy(ctx context.Context, w *Writer, a resource.Address, before, after resource.Document) error {
	b, err := w.bucket(ctx, a.Name)
	if err != nil {
		return err
	}
	now, err := b.policy(ctx)
	switch {
	case err != nil:
		return err
	case samePolicy(now, after):
		return nil
	case !samePolicy(now, before):
		return fmt.Errorf("since the plan was made, the policy of bucket %s has changed; nothing was changed: plan again", a.Name)
	case after == "":
		_, err = b.DeleteBucketPolicy(ctx, &s3.DeleteBucketPolicyInput{Bucket: b.name, ExpectedBucketOwner: b.owner}, b.there)
	default:
		_, err = b.PutBucketPolicy(ctx, &s3.PutBucketPolicyInput{
			Bucket: b.name, ExpectedBucketOwner: b.owner, Policy: aws.String(string(after)),
		}, b.there)
	}
	return err
}

// samePolicy compares texts by meaning. No text means the same as none.
func samePolicy(a, b resource.Document) bool {
	return a == b || a != "" && b != "" && policy.Equal(string(a), string(b))
}
