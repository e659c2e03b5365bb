package live

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"baseline/kinds"
	"baseline/resource"
)

// Bucket is a place in S3 where files are kept: a bucket, or what is under a prefix of it. Every write is conditional, so that of
// several who write the same at once exactly one succeeds. It is safe for concurrent use.
//
// A failed call comes back as a [resource.CallError] under the file's name.
type Bucket struct {
	client  *s3.Client
	clock   resource.Clock
	backoff time.Duration // the longest wait between two tries
	bucket  string
	prefix  string // with a slash at its end, or ""
	region  string
}

// How often what the SDK does not try again is tried in all, and how long the first wait is.
const (
	bucketTries   = 6
	firstBackoff  = 100 * time.Millisecond
	mostFileBytes = 1 << 30
)

// The codes of S3 that say how an object is.
const (
	codeNoSuchKey          = "NoSuchKey"
	codePreconditionFailed = "PreconditionFailed"
)

// OpenBucket finds a bucket, in whichever Region it is, and makes sure that the caller may list what is under the prefix, "" being
// all of it. Where the bucket does not exist, the error says how to make one. With a prefix, no more of the caller than
// s3:ListBucket with that s3:prefix, s3:GetObject and s3:PutObject is needed, ever.
func OpenBucket(ctx context.Context, o Options, bucket, prefix string) (*Bucket, error) {
	if o.Clock == nil {
		return nil, errors.New("open bucket: no clock")
	}
	if err := checkPrefix(prefix); err != nil {
		return nil, err
	}
	o = o.withDefaults()
	cfg, err := o.load(ctx)
	if err != nil {
		return nil, fmt.Errorf("open bucket %s: %w", bucket, err)
	}
	cfg.APIOptions = append(cfg.APIOptions, newAttempts(o.InFlight, o.Clock, o.Settle > 0, o.OnCall).install)
	cfg.Retryer = func() aws.Retryer { return retryer(o.MaxBackoff) }
	b := &Bucket{
		client: kinds.NewServices(cfg, o.Endpoint).S3, clock: o.Clock, backoff: o.MaxBackoff,
		bucket: bucket, region: cfg.Region,
	}
	if prefix != "" {
		b.prefix = prefix + "/"
	}
	if err := b.find(ctx); err != nil {
		return nil, fmt.Errorf("open %s: %w", b, err)
	}
	return b, nil
}

// String is the URL of the place.
func (b *Bucket) String() string {
	return bucketScheme + b.bucket + "/" + strings.TrimSuffix(b.prefix, "/")
}

// Region is where the bucket is.
func (b *Bucket) Region() string { return b.region }

// there makes a call go to the bucket's Region.
func (b *Bucket) there(o *s3.Options) { o.Region = b.region }

// find makes the one call that every caller needs to be allowed, and goes where S3 says that the bucket is.
func (b *Bucket) find(ctx context.Context) error {
	ask := func() error {
		_, err := b.client.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: &b.bucket, Prefix: &b.prefix, MaxKeys: aws.Int32(1)}, b.there)
		return err
	}
	asked := b.region
	err := ask()
	if told := regionOf(err); told != "" && told != b.region {
		b.region = told
		err = ask()
	}
	switch {
	case err == nil:
		return nil
	case errorCode(err) == "NoSuchBucket":
		return fmt.Errorf("there is no such bucket; make one with `%s`: %w", newBucketCommands(b.bucket, asked), callError(err))
	case errorCode(err) == "PermanentRedirect", errorCode(err) == "AuthorizationHeaderMalformed":
		return fmt.Errorf("the bucket is in another Region than %s; name its Region with --region: %w", b.region, callError(err))
	case class(err) == resource.Denied:
		return fmt.Errorf("the bucket is there, but these credentials may not list %s; "+
			"`baseline permissions --for apply --runs %s` prints what they need, and a bucket of another account must also let them in: %w",
			b, b, callError(err))
	}
	return callError(withAdvice(callError(err)))
}

// regionOf is where S3 says that a bucket is when it refuses a call; "" where it doesn't say.
func regionOf(err error) string {
	if refused, ok := errors.AsType[*smithyhttp.ResponseError](err); ok && refused.Response != nil {
		return refused.Response.Header.Get("X-Amz-Bucket-Region")
	}
	return ""
}

// Names returns the names of all files that begin with the prefix, sorted; those of the place itself are left off their beginning.
func (b *Bucket) Names(ctx context.Context, prefix string) ([]string, error) {
	var names []string
	pages := s3.NewListObjectsV2Paginator(b.client, &s3.ListObjectsV2Input{Bucket: &b.bucket, Prefix: aws.String(b.prefix + prefix)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx, b.there)
		if err != nil {
			return nil, fmt.Errorf("list %s%s: %w", b.at(""), prefix, callError(err))
		}
		for _, object := range page.Contents {
			name := strings.TrimPrefix(aws.ToString(object.Key), b.prefix)
			if name != "" && !strings.HasSuffix(name, "/") { // a folder, as the console makes them
				names = append(names, name)
			}
		}
		if aws.ToBool(page.IsTruncated) && aws.ToString(page.NextContinuationToken) == "" {
			return nil, fmt.Errorf("list %s%s: the list is cut short, and nothing says where it goes on", b.at(""), prefix)
		}
	}
	slices.Sort(names)
	return names, nil
}

// Read returns a file and its version. The error wraps [fs.ErrNotExist] where there is none.
func (b *Bucket) Read(ctx context.Context, name string) (data []byte, version string, err error) {
	if err := checkName(name); err != nil {
		return nil, "", err
	}
	err = b.again(ctx, func() error {
		data, version, err = b.read(ctx, name)
		return err
	}, func(err error) bool { return errors.Is(err, errCutOff) })
	if err != nil {
		return nil, "", fmt.Errorf("read %s: %w", b.at(name), err)
	}
	return data, version, nil
}

// errCutOff says that an answer ended too soon.
var errCutOff = errors.New("the answer broke off")

func (b *Bucket) read(ctx context.Context, name string) ([]byte, string, error) {
	answer, err := b.client.GetObject(ctx, &s3.GetObjectInput{Bucket: &b.bucket, Key: b.key(name)}, b.there)
	if err != nil {
		return nil, "", b.notThere(ctx, name, err)
	}
	data, err := io.ReadAll(io.LimitReader(answer.Body, mostFileBytes+1))
	if closed := answer.Body.Close(); err == nil {
		err = closed
	}
	switch {
	case ctx.Err() != nil:
		return nil, "", ctx.Err()
	case err != nil:
		return nil, "", &resource.CallError{Operation: "s3:GetObject", Class: resource.Lost, Message: fmt.Sprintf("%v: %v", errCutOff, err), Err: errCutOff}
	case len(data) > mostFileBytes:
		return nil, "", fmt.Errorf("it is larger than %d bytes", mostFileBytes)
	}
	return data, aws.ToString(answer.ETag), b.checkAnswer(answer.ETag, string(answer.ServerSideEncryption))
}

// notThere tells a file that is not there from one that may not be read. S3 says of neither which it is to who may not list the
// whole bucket; a list of the one name does.
func (b *Bucket) notThere(ctx context.Context, name string, err error) error {
	if errorCode(err) == codeNoSuchKey {
		return fmt.Errorf("%w: %w", fs.ErrNotExist, callError(err))
	}
	if class(err) != resource.Denied {
		return callError(err)
	}
	names, listed := b.Names(ctx, name)
	if listed == nil && !slices.Contains(names, name) {
		return fmt.Errorf("%w: %w", fs.ErrNotExist, callError(err))
	}
	return callError(err)
}

// Create writes a file that must not exist, and is durable when it returns; the error wraps [fs.ErrExist] where one does. Where no
// answer came, it finds out: a file that holds exactly the data counts as written by us, so the data must be like nobody else's.
func (b *Bucket) Create(ctx context.Context, name string, data []byte) (version string, err error) {
	version, err = b.put(ctx, name, data, func(in *s3.PutObjectInput) { in.IfNoneMatch = aws.String("*") })
	if err != nil {
		return "", fmt.Errorf("create %s: %w", b.at(name), err)
	}
	return version, nil
}

// Replace writes over a version of a file. The error wraps [fs.ErrExist] where another version is there, and [fs.ErrNotExist]
// where none is. A lost answer is dealt with as Create does.
func (b *Bucket) Replace(ctx context.Context, name string, data []byte, version string) (newVersion string, err error) {
	newVersion, err = b.put(ctx, name, data, func(in *s3.PutObjectInput) { in.IfMatch = &version })
	if err != nil {
		return "", fmt.Errorf("replace %s: %w", b.at(name), err)
	}
	return newVersion, nil
}

// put writes under a condition until it is known what became of it. Trying again does no harm: what an earlier try has written
// makes the condition fail, and is then found.
func (b *Bucket) put(ctx context.Context, name string, data []byte, under func(*s3.PutObjectInput)) (version string, err error) {
	if err := checkName(name); err != nil {
		return "", err
	}
	err = b.again(ctx, func() error {
		in := &s3.PutObjectInput{Bucket: &b.bucket, Key: b.key(name), Body: bytes.NewReader(data)}
		under(in)
		answer, err := b.client.PutObject(ctx, in, b.there)
		switch {
		case err == nil:
			version = aws.ToString(answer.ETag)
			return b.checkAnswer(answer.ETag, string(answer.ServerSideEncryption))
		case errorCode(err) == codeNoSuchKey:
			return fmt.Errorf("%w: %w", fs.ErrNotExist, callError(err))
		case errorCode(err) == codePreconditionFailed:
			version, err = b.ours(ctx, name, data)
			return err
		}
		return callError(err)
	}, func(err error) bool {
		failed, ok := errors.AsType[*resource.CallError](err)
		return errors.Is(err, errVanished) || ok && (failed.Class == resource.Lost || failed.Class == resource.Busy)
	})
	return version, err
}

// errVanished says that what was in the way of a write was gone when it was looked at.
var errVanished = errors.New("it is written by others at the same time")

// ours finds out whether what is in the way of a write is what was to be written.
func (b *Bucket) ours(ctx context.Context, name string, data []byte) (version string, err error) {
	there, version, err := b.Read(ctx, name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", errVanished
	case err != nil:
		return "", fmt.Errorf("find out whether it was written: %w", err)
	case !bytes.Equal(there, data):
		return "", fmt.Errorf("%w in another version", fs.ErrExist)
	}
	return version, nil
}

// again does something until it succeeds or fails for good, a few times at most.
func (b *Bucket) again(ctx context.Context, do func() error, worth func(error) bool) error {
	wait := firstBackoff
	for try := 1; ; try++ {
		err := do()
		if err == nil || !worth(err) || try == bucketTries {
			return err
		}
		if b.clock.Sleep(ctx, min(wait, b.backoff)) != nil {
			return err // which may be that nobody knows what was written
		}
		wait *= 2
	}
}

// checkAnswer refuses the answer of what is no S3, and of a bucket that does not encrypt. All of S3's do; what stands in for it may not.
func (b *Bucket) checkAnswer(tag *string, encryption string) error {
	switch {
	case aws.ToString(tag) == "":
		return errors.New("the answer names no version (ETag), so it does not come from S3")
	case encryption == "":
		return errors.New("the answer does not say that the file is encrypted, so no runs are kept there; give the bucket default encryption with " +
			"`aws s3api put-bucket-encryption --bucket " + b.bucket +
			` --server-side-encryption-configuration '{"Rules":[{"ApplyServerSideEncryptionByDefault":{"SSEAlgorithm":"AES256"}}]}'` + "`")
	}
	return nil
}

func (b *Bucket) key(name string) *string { return aws.String(b.prefix + name) }

// at is the URL of a file.
func (b *Bucket) at(name string) string { return bucketScheme + b.bucket + "/" + b.prefix + name }

// checkName refuses names that would leave the place or that are no names.
func checkName(name string) error {
	if !fs.ValidPath(name) || name == "." {
		return &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	return nil
}
