package sandbox_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/google/go-cmp/cmp"

	"baseline/sandbox"
)

func putKey(t *testing.T, c *s3.Client, key string, size int) *s3.PutObjectOutput {
	t.Helper()
	return must[*s3.PutObjectOutput](t)(c.PutObject(t.Context(), &s3.PutObjectInput{
		Bucket: aws.String("acme-logs"), Key: &key, Body: strings.NewReader(strings.Repeat("x", size)),
	}))
}

// TestObjects puts, lists, looks at and deletes objects, and deletes the bucket only once it is empty.
func TestObjects(t *testing.T) {
	c, ctx := s3In(sandbox.New(fixed()), usEast, false), t.Context()
	createIn(t, c, "acme-logs", usEast)
	for _, key := range []string{"b/2", "a", "b/1", "B/1", "c & <d>"} {
		putKey(t, c, key, len(key))
	}
	putKey(t, c, "a", 1000)
	listed := func(in *s3.ListObjectsV2Input) (keys []string) {
		in.Bucket = aws.String("acme-logs")
		for pages := s3.NewListObjectsV2Paginator(c, in); pages.HasMorePages(); {
			page := must[*s3.ListObjectsV2Output](t)(pages.NextPage(ctx))
			for _, o := range page.Contents {
				keys = append(keys, *o.Key)
			}
			for _, p := range page.CommonPrefixes {
				keys = append(keys, *p.Prefix+"...")
			}
		}
		return keys
	}
	if diff := cmp.Diff([]string{"B/1", "a", "b/1", "b/2", "c & <d>"}, listed(&s3.ListObjectsV2Input{MaxKeys: aws.Int32(2)})); diff != "" {
		t.Errorf("by pages of two (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"b/1", "b/2"}, listed(&s3.ListObjectsV2Input{Prefix: aws.String("b/")})); diff != "" {
		t.Errorf("by prefix (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"a", "c & <d>", "b/..."}, listed(&s3.ListObjectsV2Input{Delimiter: aws.String("/"), StartAfter: aws.String("B/1")})); diff != "" {
		t.Errorf("by folders (-want +got):\n%s", diff)
	}
	head := must[*s3.HeadObjectOutput](t)(c.HeadObject(ctx, &s3.HeadObjectInput{Bucket: aws.String("acme-logs"), Key: aws.String("a")}))
	if *head.ContentLength != 1000 || !head.LastModified.Equal(start) || head.VersionId != nil {
		t.Errorf("%d bytes of %s", *head.ContentLength, head.LastModified)
	}
	_, err := c.HeadObject(ctx, &s3.HeadObjectInput{Bucket: aws.String("acme-logs"), Key: aws.String("A")})
	expect(t, err, "NotFound", "")
	_, err = c.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: aws.String("acme-logs")})
	expect(t, err, "BucketNotEmpty", "")
	for _, key := range append(listed(&s3.ListObjectsV2Input{}), "none") {
		must[*s3.DeleteObjectOutput](t)(c.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: aws.String("acme-logs"), Key: &key}))
	}
	must[*s3.DeleteBucketOutput](t)(c.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: aws.String("acme-logs")}))
}

// TestVersionedObjects shows that deleting an object of a versioned bucket keeps it: only its versions can be deleted.
func TestVersionedObjects(t *testing.T) {
	c, ctx := s3In(sandbox.New(fixed()), usEast, true), t.Context()
	createIn(t, c, "acme-logs", usEast)
	name, key := aws.String("acme-logs"), aws.String("a")
	putKey(t, c, "a", 1)
	version := func(status types.BucketVersioningStatus) {
		must[*s3.PutBucketVersioningOutput](t)(c.PutBucketVersioning(ctx, &s3.PutBucketVersioningInput{
			Bucket: name, VersioningConfiguration: &types.VersioningConfiguration{Status: status},
		}))
	}
	version(types.BucketVersioningStatusEnabled)
	second := putKey(t, c, "a", 2)
	marker := must[*s3.DeleteObjectOutput](t)(c.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: name, Key: key}))
	if !*marker.DeleteMarker || *second.VersionId == *marker.VersionId {
		t.Errorf("deleting made %+v", marker)
	}
	_, err := c.HeadObject(ctx, &s3.HeadObjectInput{Bucket: name, Key: key})
	expect(t, err, "NotFound", "")
	kept := must[*s3.HeadObjectOutput](t)(c.HeadObject(ctx, &s3.HeadObjectInput{Bucket: name, Key: key, VersionId: second.VersionId}))
	if *kept.ContentLength != 2 {
		t.Errorf("the second version has %d bytes", *kept.ContentLength)
	}
	list := must[*s3.ListObjectsV2Output](t)(c.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: name}))
	if len(list.Contents) != 0 {
		t.Errorf("%d objects listed, want none", len(list.Contents))
	}
	_, err = c.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: name})
	expect(t, err, "BucketNotEmpty", "all versions")

	version(types.BucketVersioningStatusSuspended)
	putKey(t, c, "a", 3)
	var ids []string
	for pages := s3.NewListObjectVersionsPaginator(c, &s3.ListObjectVersionsInput{Bucket: name, MaxKeys: aws.Int32(1)}); pages.HasMorePages(); {
		page := must[*s3.ListObjectVersionsOutput](t)(pages.NextPage(ctx))
		for _, v := range page.Versions {
			ids = append(ids, *v.VersionId)
		}
		for _, m := range page.DeleteMarkers {
			ids = append(ids, *m.VersionId)
		}
	}
	want := []string{"null", *marker.VersionId, *second.VersionId}
	if diff := cmp.Diff(want, ids); diff != "" {
		t.Errorf("what was put while suspended takes the place of what was put before (-want +got):\n%s", diff)
	}
	for _, id := range ids {
		must[*s3.DeleteObjectOutput](t)(c.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: name, Key: key, VersionId: &id}))
	}
	must[*s3.DeleteBucketOutput](t)(c.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: name}))
}
