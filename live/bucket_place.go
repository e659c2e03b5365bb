package live

import (
	"fmt"
	"net/netip"
	"regexp"
	"strings"
)

// bucketScheme begins the URLs of buckets, as in s3://acme-baseline-runs/prod.
const bucketScheme = "s3://"

var (
	bucketName   = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)
	prefixFolder = regexp.MustCompile(`^[A-Za-z0-9_=+@.-]+$`)
)

// mostPrefix is how long a prefix may be, so that what is kept under it has room in S3's 1,024 bytes of a key.
const mostPrefix = 512

// ParseBucketURL takes s3://BUCKET/PREFIX apart; the prefix may be missing. It refuses what cannot be a bucket's name, and
// prefixes of which S3, IAM's policies, a shell or a person may take a part for something else.
func ParseBucketURL(url string) (bucket, prefix string, err error) {
	rest, found := strings.CutPrefix(url, bucketScheme)
	if !found {
		return "", "", fmt.Errorf("%q is not of the form s3://BUCKET/PREFIX", url)
	}
	bucket, prefix, _ = strings.Cut(rest, "/")
	prefix = strings.TrimSuffix(prefix, "/")
	if _, isAddress := netip.ParseAddr(bucket); isAddress == nil || !bucketName.MatchString(bucket) || strings.Contains(bucket, "..") {
		return "", "", fmt.Errorf("%q in %q cannot be the name of a bucket: 3 to 63 lower-case letters, digits, dots and hyphens", bucket, url)
	}
	return bucket, prefix, checkPrefix(prefix)
}

// checkPrefix refuses odd prefixes; "" is none.
func checkPrefix(prefix string) error {
	if prefix == "" {
		return nil
	}
	if len(prefix) > mostPrefix {
		return fmt.Errorf("the prefix %.20q... has %d characters, and at most %d are taken", prefix, len(prefix), mostPrefix)
	}
	for folder := range strings.SplitSeq(prefix, "/") {
		if !prefixFolder.MatchString(folder) || folder == "." || folder == ".." {
			return fmt.Errorf("the prefix %q has %q between slashes, where only letters, digits and _=+@.- are taken, but not . and .. alone",
				prefix, folder)
		}
	}
	return nil
}

// newBucketCommands are the AWS CLI's commands that make a bucket fit to keep runs in: versioned, and closed to the public.
// AWS encrypts every new bucket.
func newBucketCommands(bucket, region string) string {
	create := "aws s3api create-bucket --bucket " + bucket + " --region " + region
	if region != DefaultRegion {
		create += " --create-bucket-configuration LocationConstraint=" + region
	}
	return create + " && aws s3api put-bucket-versioning --bucket " + bucket + " --versioning-configuration Status=Enabled" +
		" && aws s3api put-public-access-block --bucket " + bucket + " --public-access-block-configuration " +
		"BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true"
}
