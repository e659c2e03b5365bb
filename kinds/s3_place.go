package kinds

import (
	"context"
	"errors"
	"net/http"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"baseline/resource"
)

// elsewhere is who owns a bucket of another account: S3 does not say which. Where it refuses to tell anything of a name that is not
// among the account's buckets, it may also be nobody's.
const (
	elsewhere      = "another account"
	maybeElsewhere = "another account (or s3:ListBucket is denied)"
)

// bucketPlace says where the bucket of a name is. The zero value is for a name that nobody has.
type bucketPlace struct {
	// own is true for a bucket of the account that was asked.
	own bool
	// region is where an own bucket is.
	region string
	// foreign is true for a bucket of another account, and refused where S3 does not even say that there is one.
	foreign, refused bool
}

// resource is what there is to say of a bucket of another account, of which nothing else can be seen.
func (p bucketPlace) resource() resource.Resource {
	owner := elsewhere
	if p.refused {
		owner = maybeElsewhere
	}
	return resource.Resource{Settings: resource.Object{}, Facts: ownedBy(owner)}
}

// sharedBy holds what is fetched once for each of several names.
type sharedBy[T any] struct {
	mu sync.Mutex
	of map[string]*shared[T]
}

func (s *sharedBy[T]) get(name string, fetch func() (T, error)) (T, error) {
	s.mu.Lock()
	if s.of == nil {
		s.of = map[string]*shared[T]{}
	}
	if s.of[name] == nil {
		s.of[name] = &shared[T]{}
	}
	of := s.of[name]
	s.mu.Unlock()
	return of.get(fetch)
}

// bucket finds out where a bucket is, once for all who ask.
func (r *Reader) bucket(ctx context.Context, name string) (bucketPlace, error) {
	return r.buckets.get(name, func() (bucketPlace, error) {
		place, err := ownBucket(ctx, r.Services, name)
		if err != nil || place.own {
			return place, err
		}
		answer, err := r.S3.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: &name})
		switch status := httpStatus(err); {
		case status == http.StatusForbidden:
			r.notice("S3 refuses to tell of bucket " + name + ": it is taken for another account's, unless s3:ListBucket is denied")
			return bucketPlace{foreign: true, refused: true}, nil
		case err == nil:
			return r.unlisted(ctx, name, aws.ToString(answer.BucketRegion))
		case status == http.StatusMovedPermanently:
			return r.unlisted(ctx, name, regionIn(err))
		case status == http.StatusNotFound:
			return bucketPlace{}, nil
		}
		return bucketPlace{}, err
	})
}

// unlisted finds out whose a bucket is that is there, in a Region, and was not among those of the account: another's, or one of the
// account's own that was made a moment before and came into the list too late. What is taken for another's by mistake would look as
// if there were nothing to do about it.
func (r *Reader) unlisted(ctx context.Context, name, region string) (bucketPlace, error) {
	b := callsOf(r.Services, r.Account, name, region)
	_, err := b.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: b.name, ExpectedBucketOwner: b.owner}, b.there)
	switch httpStatus(err) {
	case http.StatusForbidden, http.StatusMovedPermanently:
		return bucketPlace{foreign: true}, nil
	case http.StatusNotFound:
		return bucketPlace{}, nil
	}
	return bucketPlace{own: err == nil, region: region}, err
}

// ownBucket looks for a bucket among those of the account, in whatever Region. The list is the one call that names the Region
// of a bucket wherever it is made, and needs no permission on the bucket.
func ownBucket(ctx context.Context, s *Services, name string) (place bucketPlace, err error) {
	err = everyPage(func(marker *string) (bool, *string, error) {
		page, err := s.S3.ListBuckets(ctx, &s3.ListBucketsInput{Prefix: &name, ContinuationToken: marker})
		if err != nil {
			return false, nil, err
		}
		for _, found := range page.Buckets {
			if aws.ToString(found.Name) == name {
				place = bucketPlace{own: true, region: aws.ToString(found.BucketRegion)}
				return false, nil, nil
			}
		}
		return aws.ToString(page.ContinuationToken) != "", page.ContinuationToken, nil
	})
	return place, err
}

// bucketCalls is a bucket to call: how each call names it, where it goes, and whose the bucket must be, so that nothing of ours
// goes to a stranger who has taken the name.
type bucketCalls struct {
	*s3.Client
	name, owner *string
	there       func(*s3.Options)
}

func callsOf(s *Services, account, name, region string) bucketCalls {
	return bucketCalls{Client: s.S3, name: &name, owner: &account, there: func(o *s3.Options) {
		if region != "" {
			o.Region = region
		}
	}}
}

// bucket returns the calls of a bucket that is written to. Where none of its settings name the Region, it is looked up, unless
// this Writer knows it already. Of a bucket that is not found, AWS shall say so itself.
func (w *Writer) bucket(ctx context.Context, name string, settings ...resource.Object) (bucketCalls, error) {
	for _, o := range settings {
		if region := o.Text("region"); region != "" {
			return callsOf(w.Services, w.Account, name, region), nil
		}
	}
	if region, ok := w.regions.Load(name); ok {
		return callsOf(w.Services, w.Account, name, region.(string)), nil
	}
	place, err := ownBucket(ctx, w.Services, name)
	if place.own {
		w.regions.Store(name, place.region)
	}
	return callsOf(w.Services, w.Account, name, place.region), err
}

// regionIn returns the Region that S3 refers to where it was asked in another one, "" where it names none.
func regionIn(err error) string {
	if response, ok := errors.AsType[*smithyhttp.ResponseError](err); ok && response.Response != nil {
		return response.Response.Header.Get("X-Amz-Bucket-Region")
	}
	return ""
}

// httpStatus returns the status of the answer that err came with, 0 when there was none. A refusal of HEAD has no code.
func httpStatus(err error) int {
	if response, ok := errors.AsType[*smithyhttp.ResponseError](err); ok {
		return response.HTTPStatusCode()
	}
	return 0
}

// bucketTags returns tags as S3 shows them.
func bucketTags(tags []types.Tag) map[string]string {
	all := make(map[string]string, len(tags))
	for _, tag := range tags {
		all[aws.ToString(tag.Key)] = aws.ToString(tag.Value)
	}
	return all
}
