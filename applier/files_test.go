package applier_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"baseline/applier"
	"baseline/live"
	"baseline/sandbox"
)

// bucket is [applier.Files] in memory, through its clients.
type bucket struct {
	mu      sync.Mutex
	files   map[string]version
	stamp   int
	calls   map[string]int // by operation
	reading int
	hold    chan struct{} // each read takes one; nil for no waiting
}

type version struct {
	data  string
	stamp int
}

// fault is what becomes of a call: an error, perhaps after the fact.
type fault struct {
	err        error
	carriedOut bool
}

var errAway = errors.New("the network is away")

func newBucket() *bucket { return &bucket{files: map[string]version{}, calls: map[string]int{}} }

// client is one of those who use a bucket, with failures of its own.
type client struct {
	*bucket
	mu    sync.Mutex
	calls map[string]int
	// onCall says what becomes of a call, with the number of its kind: "read" (also of names) or "write". Nil for no failures. It may
	// block.
	onCall func(kind, name string, n int) fault
	// onWrite is told of what is about to be written. Nil for nobody. It may block.
	onWrite func(name, data string)
}

func (b *bucket) client() *client { return &client{bucket: b, calls: map[string]int{}} }

func (c *client) fault(kind, name string) fault {
	c.mu.Lock()
	c.calls[kind]++
	n := c.calls[kind]
	c.mu.Unlock()
	if c.onCall == nil {
		return fault{}
	}
	return c.onCall(kind, name, n)
}

func (c *client) Names(ctx context.Context, prefix string) ([]string, error) {
	if f := c.fault("read", prefix); f.err != nil {
		return nil, f.err
	}
	return c.list(prefix, ctx.Err())
}

func (b *bucket) list(prefix string, err error) ([]string, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.calls["names"]++
	var names []string
	for name := range b.files {
		if strings.HasPrefix(name, prefix) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names, err
}

func (c *client) Read(ctx context.Context, name string) (data []byte, tag string, err error) {
	if f := c.fault("read", name); f.err != nil {
		return nil, "", f.err
	}
	b := c.bucket
	b.mu.Lock()
	b.calls["read"]++
	b.reading++
	hold := b.hold
	b.mu.Unlock()
	if hold != nil {
		<-hold
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.reading--
	v, there := b.files[name]
	if !there {
		return nil, "", fmt.Errorf("read %s: %w", name, fs.ErrNotExist)
	}
	return []byte(v.data), fmt.Sprint(v.stamp), ctx.Err()
}

func (c *client) Create(ctx context.Context, name string, data []byte) (string, error) {
	return c.write(ctx, name, data, "")
}

func (c *client) Replace(ctx context.Context, name string, data []byte, tag string) (string, error) {
	if tag == "" {
		return "", errors.New("replace of no version")
	}
	return c.write(ctx, name, data, tag)
}

func (c *client) write(ctx context.Context, name string, data []byte, tag string) (string, error) {
	if c.onWrite != nil {
		c.onWrite(name, string(data))
	}
	f := c.fault("write", name)
	if f.err != nil && !f.carriedOut {
		return "", f.err
	}
	if err := ctx.Err(); err != nil {
		return "", err
	}
	b := c.bucket
	b.mu.Lock()
	defer b.mu.Unlock()
	b.calls["write"]++
	v, there := b.files[name]
	switch {
	case there && v.data == string(data): // as after a lost answer
		return fmt.Sprint(v.stamp), f.err
	case there && fmt.Sprint(v.stamp) != tag:
		return "", fmt.Errorf("write %s: %w", name, fs.ErrExist)
	case !there && tag != "":
		return "", fmt.Errorf("write %s: %w", name, fs.ErrNotExist)
	}
	b.stamp++
	b.files[name] = version{string(data), b.stamp}
	return fmt.Sprint(b.stamp), f.err
}

// unbeaten waits for no heartbeat: a lock is renewed when a step needs it.
func unbeaten(ctx context.Context, _ time.Duration) error {
	<-ctx.Done()
	return ctx.Err()
}

// locking is that of a process by a name.
func locking(c *clock, name string) applier.Locking {
	return applier.Locking{Clock: c, Beat: unbeaten, Owner: func() string { return name }}
}

// eachPlace runs a test on every place where runs can be kept; open makes a store as a process of its own would.
func eachPlace(t *testing.T, test func(t *testing.T, open func(applier.Locking) *applier.Store)) {
	t.Run("directory", func(t *testing.T) {
		dir := t.TempDir()
		test(t, func(l applier.Locking) *applier.Store { return applier.NewStore(dir, l) })
	})
	t.Run("files", func(t *testing.T) {
		b := newBucket()
		test(t, func(l applier.Locking) *applier.Store { return applier.NewFileStore(b.client(), "s3://runs", l) })
	})
	t.Run("bucket", func(t *testing.T) {
		simulated := sandbox.New(sandbox.Options{Now: newClock().Now, Seed: 1, ShortPages: true})
		options := live.Options{
			HTTPClient: simulated.Client(), Endpoint: "http://sandbox.invalid", Settle: -1, Clock: newClock(), MaxBackoff: time.Millisecond,
			Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""),
		}
		admin := s3.New(s3.Options{Region: "us-east-1", HTTPClient: simulated.Client(), Credentials: options.Credentials, BaseEndpoint: &options.Endpoint, UsePathStyle: true})
		if _, err := admin.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: aws.String("acme-runs")}); err != nil {
			t.Fatal(err)
		}
		// Every third write is carried out, and its answer is lost.
		simulated.SetFaults(sandbox.Faults{LoseEvery: 3})
		test(t, func(l applier.Locking) *applier.Store {
			place, err := live.OpenBucket(t.Context(), options, "acme-runs", "prod")
			if err != nil {
				t.Fatal(err)
			}
			return applier.NewFileStore(place, place.String(), l)
		})
	})
}
