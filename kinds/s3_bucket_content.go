package kinds

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// bucketContent is what is in a bucket, as far as was looked: until there was something else than what CloudTrail leaves there.
type bucketContent struct {
	// trials are the empty objects by which CloudTrail tries out a bucket, every version of them.
	trials []objectVersion
	// objects is how many others there are; more is true where that is not all.
	objects int
	more    bool
}

type objectVersion struct{ key, version *string }

// content reads lists of the bucket's objects, which is one call, except where CloudTrail has left more than a list full.
func (b bucketCalls) content(ctx context.Context) (content bucketContent, err error) {
	in := &s3.ListObjectVersionsInput{Bucket: b.name, ExpectedBucketOwner: b.owner}
	for {
		page, err := b.ListObjectVersions(ctx, in, b.there)
		if err != nil {
			return content, err
		}
		others := map[string]bool{}
		add := func(key, version *string, size int64) {
			if size == 0 && isTrial(aws.ToString(key)) {
				content.trials = append(content.trials, objectVersion{key, version})
			} else {
				others[aws.ToString(key)] = true
			}
		}
		for _, v := range page.Versions {
			add(v.Key, v.VersionId, aws.ToInt64(v.Size))
		}
		for _, v := range page.DeleteMarkers {
			add(v.Key, v.VersionId, 0)
		}
		content.objects, content.more = len(others), aws.ToBool(page.IsTruncated)
		if content.objects > 0 || !content.more {
			return content, nil
		}
		if aws.ToString(page.NextKeyMarker) == "" {
			return content, fmt.Errorf("bucket %s: the list of its objects goes on, but S3 sent no marker for the next page", *b.name)
		}
		in.KeyMarker, in.VersionIdMarker = page.NextKeyMarker, page.NextVersionIdMarker
	}
}

// isTrial reports whether a key is one that CloudTrail puts an empty object under when a trail is made or changed, such as
// PREFIX/AWSLogs/111122223333/CloudTrail/. Its log files have names.
func isTrial(key string) bool {
	folder, ends := strings.CutSuffix(key, "/")
	return ends && strings.Contains("/"+folder, "/AWSLogs/")
}

// holds counts the objects; "" for none.
func (c bucketContent) holds() string {
	count, noun := fmt.Sprint(c.objects), "objects"
	if c.objects >= 1000 {
		count = fmt.Sprintf("%d,%03d", c.objects/1000, c.objects%1000)
	}
	switch {
	case c.objects == 0:
		return ""
	case c.more:
		count += " or more"
	case c.objects == 1:
		noun = "object"
	}
	return count + " " + noun
}

// removeTrials deletes what CloudTrail has left in a bucket that holds nothing else. Where there is anything else, nothing is
// deleted, and S3 will refuse to delete the bucket.
func (b bucketCalls) removeTrials(ctx context.Context) error {
	content, err := b.content(ctx)
	if err != nil || content.objects > 0 {
		return err
	}
	for _, v := range content.trials {
		if _, err := b.DeleteObject(ctx, &s3.DeleteObjectInput{
			Bucket: b.name, Key: v.key, VersionId: v.version, ExpectedBucketOwner: b.owner,
		}, b.there); err != nil {
			return err
		}
	}
	return nil
}
