package live_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/google/go-cmp/cmp"

	"baseline/live"
	"baseline/resource"
	"baseline/sandbox"
)

const runsBucket = "acme-baseline-runs"

// bucketSetup is a sandbox with a bucket in eu-west-1.
type bucketSetup struct {
	sandbox *sandbox.Account
	clock   *clock
	options live.Options
	admin   *s3.Client
}

func withBucket(t *testing.T) bucketSetup {
	t.Helper()
	s := bucketSetup{clock: newClock()}
	s.sandbox = sandbox.New(sandbox.Options{Now: s.clock.Now, Seed: 1, ShortPages: true, Sleep: func(time.Duration) {}})
	s.options = live.Options{
		HTTPClient: s.sandbox.Client(), Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""),
		Clock: s.clock, Settle: -1, MaxBackoff: time.Millisecond,
	}
	s.admin = s3.New(s3.Options{
		Region: "eu-west-1", HTTPClient: s.sandbox.Client(), Credentials: s.options.Credentials, Retryer: aws.NopRetryer{},
	})
	if _, err := s.admin.CreateBucket(t.Context(), &s3.CreateBucketInput{
		Bucket: aws.String(runsBucket), CreateBucketConfiguration: &types.CreateBucketConfiguration{LocationConstraint: "eu-west-1"},
	}); err != nil {
		t.Fatal(err)
	}
	return s
}

// open opens the place; the Region is another than the bucket's unless the options say otherwise.
func (s bucketSetup) open(t *testing.T, prefix string) *live.Bucket {
	t.Helper()
	b, err := live.OpenBucket(t.Context(), s.options, runsBucket, prefix)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// failEach does something to the first calls of each operation.
func failEach(fault sandbox.Fault, times int) sandbox.Faults {
	var mu sync.Mutex
	seen := map[string]int{}
	return sandbox.Faults{Hook: func(action string, _ int) sandbox.Fault {
		mu.Lock()
		defer mu.Unlock()
		if seen[action]++; seen[action] <= times {
			return fault
		}
		return sandbox.Fault{}
	}}
}

// TestBucketKeepsFiles holds a place in S3 to its contract, whatever goes wrong on the way.
func TestBucketKeepsFiles(t *testing.T) {
	for name, faults := range map[string]sandbox.Faults{
		"nothing":               {},
		"answers are lost":      failEach(sandbox.Fault{Lost: sandbox.LostAfter}, 2),
		"requests are lost":     failEach(sandbox.Fault{Lost: sandbox.LostBefore}, 2),
		"every answer but one":  {LoseEvery: 2},
		"S3 is slow":            failEach(sandbox.Fault{Code: "SlowDown"}, 4),
		"S3 fails inside":       failEach(sandbox.Fault{Code: "InternalError"}, 2),
		"conflicts":             {Fail: map[string]sandbox.Failure{"s3:PutObject": {Code: "ConditionalRequestConflict", Times: 4}}},
		"S3 is away for a time": failEach(sandbox.Fault{Code: "ServiceUnavailable"}, 3),
	} {
		for _, prefix := range []string{"", "teams/prod"} {
			t.Run(name+" under "+prefix, func(t *testing.T) {
				s := withBucket(t)
				s.sandbox.SetFaults(faults)
				keepsFiles(t, s.open(t, prefix))
			})
		}
	}
}

// TestBucketOfAnotherEmulator holds a place to the same contract where it is kept by somebody else's S3.
func TestBucketOfAnotherEmulator(t *testing.T) {
	endpoint := os.Getenv("BASELINE_TEST_ENDPOINT")
	if endpoint == "" {
		t.Skip("BASELINE_TEST_ENDPOINT names no emulator")
	}
	o := live.Options{
		Endpoint: endpoint, HTTPClient: http.DefaultClient, Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""),
		Clock: newClock(), MaxBackoff: time.Millisecond,
	}
	admin := s3.New(s3.Options{
		Region: "us-east-1", BaseEndpoint: &endpoint, UsePathStyle: true, HTTPClient: o.HTTPClient, Credentials: o.Credentials,
	})
	for name, prefix := range map[string]string{runsBucket: "teams/prod", "acme-more-runs": ""} {
		if _, err := admin.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &name}); err != nil {
			t.Fatal(err)
		}
		b, err := live.OpenBucket(t.Context(), o, name, prefix)
		if err != nil {
			t.Fatal(err)
		}
		keepsFiles(t, b)
	}
}

func keepsFiles(t *testing.T, b *live.Bucket) {
	t.Helper()
	ctx := t.Context()
	must := func(version string, err error) string {
		t.Helper()
		if err != nil || version == "" {
			t.Fatalf("version %q, %v", version, err)
		}
		return version
	}
	holds := func(name, data, version string) {
		t.Helper()
		got, at, err := b.Read(ctx, name)
		if err != nil || string(got) != data || at != version {
			t.Fatalf("%s holds %q at %s, %v; want %q at %s", name, got, at, err, data, version)
		}
	}
	if _, _, err := b.Read(ctx, "run/plan.json"); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("reading what is not there: %v", err)
	}
	if _, err := b.Replace(ctx, "run/plan.json", []byte("x"), `"0"`); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("replacing what is not there: %v", err)
	}
	first := must(b.Create(ctx, "run/plan.json", []byte("one")))
	holds("run/plan.json", "one", first)
	if _, err := b.Create(ctx, "run/plan.json", []byte("two")); !errors.Is(err, fs.ErrExist) {
		t.Fatalf("creating what is there: %v", err)
	}
	second := must(b.Replace(ctx, "run/plan.json", []byte("three"), first))
	if second == first {
		t.Fatalf("both versions are %s", first)
	}
	if _, err := b.Replace(ctx, "run/plan.json", []byte("four"), first); !errors.Is(err, fs.ErrExist) {
		t.Fatalf("replacing an old version: %v", err)
	}
	holds("run/plan.json", "three", second)
	holds("empty", "", must(b.Create(ctx, "empty", nil)))
	large := strings.Repeat("0123456789abcdef", 1<<17)
	holds("large", large, must(b.Create(ctx, "large", []byte(large))))
	want := []string{"empty", "large"}
	for i := range 23 {
		name := fmt.Sprintf("run/%02d", i)
		must(b.Create(ctx, name, []byte(name)))
		want = append(want, name)
	}
	want = append(want, "run/plan.json")
	names, err := b.Names(ctx, "")
	if diff := cmp.Diff(want, names); diff != "" || err != nil {
		t.Fatalf("%v (-want +got):\n%s", err, diff)
	}
	names, err = b.Names(ctx, "run/2")
	if diff := cmp.Diff([]string{"run/20", "run/21", "run/22"}, names); diff != "" || err != nil {
		t.Fatalf("%v (-want +got):\n%s", err, diff)
	}
}

// TestOneCreatorWins has many write the same file at once, by different clients.
func TestOneCreatorWins(t *testing.T) {
	s := withBucket(t)
	s.sandbox.SetFaults(sandbox.Faults{LoseEvery: 3})
	version := ""
	for round, write := range []func(b *live.Bucket, data []byte) error{
		func(b *live.Bucket, data []byte) error { _, err := b.Create(t.Context(), "lock", data); return err },
		func(b *live.Bucket, data []byte) error {
			_, err := b.Replace(t.Context(), "lock", data, version)
			return err
		},
	} {
		errs := make([]error, 12)
		var group sync.WaitGroup
		for i := range errs {
			b := s.open(t, "prod")
			group.Go(func() { errs[i] = write(b, fmt.Appendf(nil, "%d by %d", round, i)) })
		}
		group.Wait()
		var won []string
		for i, err := range errs {
			if err == nil {
				won = append(won, fmt.Sprintf("%d by %d", round, i))
			} else if !errors.Is(err, fs.ErrExist) {
				t.Errorf("%d: %v", i, err)
			}
		}
		data, at, err := s.open(t, "prod").Read(t.Context(), "lock")
		if err != nil || len(won) != 1 || won[0] != string(data) {
			t.Fatalf("%q is kept, %q won, %v", data, won, err)
		}
		version = at
	}
}

// TestInDoubtIsSaid loses all answers: nobody may take the file for unwritten.
func TestInDoubtIsSaid(t *testing.T) {
	s := withBucket(t)
	b := s.open(t, "")
	s.sandbox.SetFaults(sandbox.Faults{Hook: func(string, int) sandbox.Fault { return sandbox.Fault{Lost: sandbox.LostAfter} }})
	_, err := b.Create(t.Context(), "lock", []byte("x"))
	if failed(t, err).Class != resource.Lost || errors.Is(err, fs.ErrExist) || !strings.Contains(err.Error(), "create s3://"+runsBucket+"/lock: s3:PutObject") {
		t.Errorf("%v", err)
	}
}

// TestBucketErrors says what is wrong with a place and what to do about it.
func TestBucketErrors(t *testing.T) {
	foreign := sandbox.ForeignBucket{Name: "their-runs", Account: "444455556666", Region: "eu-central-1"}
	for name, test := range map[string]struct {
		bucket, prefix string
		faults         sandbox.Faults
		want           []string
	}{
		"no bucket": {bucket: "no-such-runs", want: []string{
			"open s3://no-such-runs/: there is no such bucket",
			"aws s3api create-bucket --bucket no-such-runs --region us-east-1 && aws s3api put-bucket-versioning", "put-public-access-block",
		}},
		"another account's": {bucket: "their-runs", want: []string{"may not list s3://their-runs/", "s3:ListBucket", "--runs s3://their-runs/"}},
		"denied": {bucket: runsBucket, prefix: "a/b", faults: sandbox.Faults{Deny: []string{"s3:ListObjectsV2"}}, want: []string{
			"may not list s3://" + runsBucket + "/a/b", "permissions --for apply --runs s3://" + runsBucket + "/a/b",
		}},
		"odd prefix": {bucket: runsBucket, prefix: "../x", want: []string{`".."`}},
	} {
		t.Run(name, func(t *testing.T) {
			s := withBucket(t)
			if err := s.sandbox.SetForeignBucket(foreign); err != nil {
				t.Fatal(err)
			}
			s.sandbox.SetFaults(test.faults)
			_, err := live.OpenBucket(t.Context(), s.options, test.bucket, test.prefix)
			for _, words := range test.want {
				if err == nil || !strings.Contains(err.Error(), words) {
					t.Errorf("%v: does not say %q", err, words)
				}
			}
		})
	}
}

// TestDeniedFileIsNoMissingFile tells them apart for who may not list the whole bucket.
func TestDeniedFileIsNoMissingFile(t *testing.T) {
	s := withBucket(t)
	b := s.open(t, "prod")
	if _, err := b.Create(t.Context(), "there", []byte("x")); err != nil {
		t.Fatal(err)
	}
	s.sandbox.SetFaults(sandbox.Faults{Deny: []string{"s3:GetObject"}})
	_, _, err := b.Read(t.Context(), "there")
	if call := failed(t, err); call.Class != resource.Denied || errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "s3:GetObject") {
		t.Errorf("%v", err)
	}
	if _, _, err = b.Read(t.Context(), "missing"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v", err)
	}
	s.sandbox.SetFaults(sandbox.Faults{Deny: []string{"s3:PutObject"}})
	_, err = b.Create(t.Context(), "new", []byte("x"))
	if call := failed(t, err); call.Class != resource.Denied || !strings.Contains(err.Error(), "s3://"+runsBucket+"/prod/new") || !strings.Contains(err.Error(), "s3:PutObject") {
		t.Errorf("%v", err)
	}
	if _, err := s.admin.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: aws.String(runsBucket), Key: aws.String("prod/there")}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.admin.DeleteBucket(t.Context(), &s3.DeleteBucketInput{Bucket: aws.String(runsBucket)}); err != nil {
		t.Fatal(err)
	}
	s.sandbox.SetFaults(sandbox.Faults{})
	if _, _, err = b.Read(t.Context(), "there"); err == nil || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a bucket that is gone is no missing file: %v", err)
	}
}

// TestUnencryptedStoreIsRefused has something stand in for S3 that does not encrypt, and something that is no S3 at all.
func TestUnencryptedStoreIsRefused(t *testing.T) {
	for header, words := range map[string]string{"X-Amz-Server-Side-Encryption": "put-bucket-encryption", "Etag": "does not come from S3"} {
		s := withBucket(t)
		inner := s.options.HTTPClient
		s.options.HTTPClient = client(func(r *http.Request) (*http.Response, error) {
			answer, err := inner.Do(r)
			if err == nil {
				answer.Header.Del(header)
			}
			return answer, err
		})
		b := s.open(t, "")
		if _, err := b.Create(t.Context(), "x", []byte("x")); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("create: %v", err)
		}
		if _, _, err := b.Read(t.Context(), "x"); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("read: %v", err)
		}
	}
}

// cutBody ends too soon.
type cutBody struct{ *bytes.Reader }

func (c cutBody) Read(p []byte) (int, error) {
	if c.Len() <= 1 {
		return 0, errors.New("connection reset by peer")
	}
	return c.Reader.Read(p[:1])
}
func (cutBody) Close() error { return nil }

// TestCutAnswerIsReadAgain cuts what is read in the middle, for some time.
func TestCutAnswerIsReadAgain(t *testing.T) {
	s := withBucket(t)
	inner, cuts := s.options.HTTPClient, 2
	s.options.HTTPClient = client(func(r *http.Request) (*http.Response, error) {
		answer, err := inner.Do(r)
		if err == nil && r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/x") && cuts != 0 {
			cuts--
			answer.Body = cutBody{bytes.NewReader([]byte("whole"))}
		}
		return answer, err
	})
	b := s.open(t, "")
	if _, err := b.Create(t.Context(), "x", []byte("whole")); err != nil {
		t.Fatal(err)
	}
	if data, _, err := b.Read(t.Context(), "x"); err != nil || string(data) != "whole" {
		t.Errorf("%q, %v", data, err)
	}
	cuts = -1
	if _, _, err := b.Read(t.Context(), "x"); err == nil || failed(t, err).Class != resource.Lost {
		t.Errorf("%v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := b.Read(ctx, "x"); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

// TestBucketNames refuses what is no name of a file and what is no place.
func TestBucketNames(t *testing.T) {
	b := withBucket(t).open(t, "prod")
	for _, name := range []string{"", ".", "../staging/lock", "/lock", "a//b", "a/"} {
		_, created := b.Create(t.Context(), name, []byte("x"))
		_, _, read := b.Read(t.Context(), name)
		if !errors.Is(created, fs.ErrInvalid) || !errors.Is(read, fs.ErrInvalid) {
			t.Errorf("%q: %v, %v", name, created, read)
		}
	}
	for url, want := range map[string][]string{
		"s3://acme-runs": {"acme-runs", ""}, "s3://acme-runs/": {"acme-runs", ""}, "s3://acme-runs/a/b.c=d/": {"acme-runs", "a/b.c=d"},
		"s3://acme-runs//a": nil, "s3://acme-runs/a//b": nil, "s3://acme-runs/../b": nil, "s3://acme-runs/a b": nil, "s3://acme-runs/*": nil,
		"s3://acme-runs/a\x1b[2J": nil, "s3://Acme": nil, "s3://": nil, "s3:acme-runs": nil, "https://acme-runs": nil, "s3://192.168.0.1": nil,
		"s3://acme-runs/" + strings.Repeat("a", 600): nil,
	} {
		bucket, prefix, err := live.ParseBucketURL(url)
		if (err == nil) != (want != nil) || err == nil && !slices.Equal([]string{bucket, prefix}, want) {
			t.Errorf("%q: %q, %q, %v", url, bucket, prefix, err)
		}
		if err != nil && strings.Contains(err.Error(), "\x1b") {
			t.Errorf("%q: the error holds an escape", url)
		}
	}
}
