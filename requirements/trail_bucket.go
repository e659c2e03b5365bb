package requirements

import (
	"slices"
	"strings"

	"baseline/resource"
)

// accountBlock is the account's own block of public access to its buckets.
var accountBlock = resource.At(accountBlockKind, "account")

// publicAccessBlocks are what must be blocked, at the bucket or at the account, for nobody to be let in by mistake.
var publicAccessBlocks = []string{"BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"}

func (t recorder) bucket() resource.Address {
	return resource.At(bucketKind, t.Settings.Text("bucket"))
}

// bucketsLooked reports whether the buckets of all these trails have been looked at, and asks for the looks otherwise. A bucket that
// the plan is about to make needs none.
func (j *judging) bucketsLooked(trails []recorder) bool {
	looked := true
	for _, t := range trails {
		bucket := t.bucket()
		if _, there := j.State[bucket]; !there && !j.Looked[bucket] && bucket.Name != "" {
			j.out.Look = append(j.out.Look, bucket)
			looked = false
		}
	}
	return looked
}

// seenBucket returns the bucket of a trail, or why it cannot be judged.
func (j *judging) seenBucket(t recorder) (bucket resource.Resource, untold string) {
	name := t.bucket().Name
	bucket, there := j.State[t.bucket()]
	switch owner := bucket.Facts[resource.FactOwner]; {
	case name == "":
		return bucket, "its bucket cannot be seen"
	case !there:
		return bucket, "its bucket " + name + " is not there"
	case owner != "" && !bucket.Settings.Has("access_logs"):
		return bucket, "its bucket " + name + " belongs to " + owner + ", and cannot be seen from here"
	}
	return bucket, ""
}

// bucketPrivate asks that nobody from outside be let in to the bucket of a trail, and that nobody can be by mistake.
func (j *judging) bucketPrivate(t recorder) verdict {
	v := verdict{rule: ruleBucketPrivate}
	bucket, untold := j.seenBucket(t)
	public, seen := bucket.Facts["public"]
	planned := len(bucket.Facts) == 0 // what is not there yet lets in nobody
	switch {
	case untold != "":
		v.untold = untold
		return v
	case !seen && !planned:
		v.untold = "whether its bucket " + t.bucket().Name + " is public cannot be seen"
		return v
	}
	name := t.bucket().Name
	var parts, byHand []string
	if public == "yes" {
		parts = append(parts, "the policy or the access control list of its bucket "+name+" lets everybody in")
		byHand = append(byHand, "take everybody out of the policy and the access control list of the bucket")
	}
	blocked := slices.Concat(bucket.Settings.List("public_access_block"), j.State[accountBlock].Settings.List("block"))
	open := slices.DeleteFunc(slices.Clone(publicAccessBlocks), func(block string) bool { return slices.Contains(blocked, block) })
	if len(open) > 0 {
		parts = append(parts, "public access to its bucket "+name+" is not blocked: it lacks "+strings.Join(open, ", "))
		byHand = append(byHand, "run: aws s3api put-public-access-block --bucket "+name+" --public-access-block-configuration "+
			strings.Join(publicAccessBlocks, "=true,")+"=true")
	}
	v.lacks, v.advice = remarks(parts...), strings.Join(byHand, ", and ")
	return v
}

// bucketLogged asks that accesses to the bucket of a trail be logged.
func (j *judging) bucketLogged(t recorder) verdict {
	v := verdict{rule: ruleBucketLogged}
	bucket, untold := j.seenBucket(t)
	name := t.bucket().Name
	switch {
	case untold != "":
		v.untold = untold
	case bucket.Settings.Text("access_logs") == "":
		v.lacks = "accesses to its bucket " + name + " are not logged"
		v.advice = "write `access_logs: TARGET` for the bucket of the trail under `cloudtrail`, " +
			"or let S3 deliver them to another bucket: aws s3api put-bucket-logging --bucket " + name
	}
	return v
}
