package live_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/google/go-cmp/cmp"

	"baseline/live"
	"baseline/resource"
	"baseline/sandbox"
)

// clock is a clock whose waits cost nothing and are remembered.
type clock struct {
	mu    sync.Mutex
	now   time.Time
	slept time.Duration
}

func newClock() *clock { return &clock{now: time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Sleep(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	c.slept += d
	return ctx.Err()
}

// client is a way to the account that a test can stand in.
type client func(*http.Request) (*http.Response, error)

func (do client) Do(r *http.Request) (*http.Response, error) { return do(r) }

// setup is a sandbox and the account that is opened on it.
type setup struct {
	account *live.Account
	sandbox *sandbox.Account
	clock   *clock
}

func open(t *testing.T, change func(*live.Options)) setup {
	t.Helper()
	s := setup{clock: newClock()}
	s.sandbox = sandbox.New(sandbox.Options{Now: s.clock.Now, Seed: 1})
	options := live.Options{
		HTTPClient:  s.sandbox.Client(),
		Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""),
		Clock:       s.clock, Settle: -1, MaxBackoff: time.Millisecond,
	}
	if change != nil {
		change(&options)
	}
	opened, err := live.Open(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	s.account = opened
	return s
}

// failed returns the failed call in an error, and fails the test when there is none.
func failed(t *testing.T, err error) *resource.CallError {
	t.Helper()
	var call *resource.CallError
	if !errors.As(err, &call) {
		t.Fatalf("no failed call: %v", err)
	}
	return call
}

var (
	alice       = resource.At("iam_user", "alice")
	createAlice = resource.Change{Address: alice, After: resource.Object{"path": "/", "tags": map[string]string{}, "boundary": ""}}
)

func TestIdentifyAsksOnce(t *testing.T) {
	s := open(t, nil)
	for range 2 {
		who, err := s.account.Identify(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if who.Account != "111122223333" || who.Partition != "aws" || !strings.HasPrefix(who.ARN, "arn:aws:") || who.UserID == "" {
			t.Errorf("identity: %+v", who)
		}
	}
	if s.account.Calls() != 1 {
		t.Errorf("%d calls, want 1", s.account.Calls())
	}
}

func TestCallerWithoutCredentialsIsToldHowToGetSome(t *testing.T) {
	none := aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{}, errors.New("no provider has any")
	})
	s := open(t, func(o *live.Options) { o.Credentials = none })
	_, err := s.account.Identify(t.Context())
	if call := failed(t, err); call.Class != resource.Expired || call.Operation != "sts:GetCallerIdentity" {
		t.Errorf("failure: %+v", call)
	}
	for _, advice := range []string{"aws sso login", "AWS_PROFILE", "AWS_ACCESS_KEY_ID", "no provider has any"} {
		if !strings.Contains(err.Error(), advice) {
			t.Errorf("%q is not in: %v", advice, err)
		}
	}
	if s.account.Calls() != 0 {
		t.Errorf("%d calls were sent", s.account.Calls())
	}
}

func TestOpenNeedsAClock(t *testing.T) {
	if _, err := live.Open(t.Context(), live.Options{}); err == nil {
		t.Error("it opened without one")
	}
}

func TestUnknownProfileIsNamed(t *testing.T) {
	t.Setenv("AWS_CONFIG_FILE", t.TempDir()+"/config")
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", t.TempDir()+"/credentials")
	_, err := live.Open(t.Context(), live.Options{Clock: newClock(), Profile: "nobody-has-this"})
	if err == nil || !strings.Contains(err.Error(), "nobody-has-this") {
		t.Errorf("error: %v", err)
	}
}

func TestEndpointOfTheEnvironmentIsHonoured(t *testing.T) {
	t.Setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:4711")
	t.Setenv("AWS_REGION", "")
	t.Setenv("AWS_CA_BUNDLE", "") // it needs a client of the SDK
	t.Setenv("AWS_CONFIG_FILE", t.TempDir()+"/config")
	t.Setenv("AWS_ACCESS_KEY_ID", "test")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "test")
	var called []string
	s := open(t, func(o *live.Options) {
		inner := o.HTTPClient
		o.Credentials = nil
		o.HTTPClient = client(func(r *http.Request) (*http.Response, error) {
			called = append(called, r.URL.Host)
			return inner.Do(r)
		})
	})
	if _, err := s.account.Identify(t.Context()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"127.0.0.1:4711"}, called); diff != "" {
		t.Errorf("hosts (-want +got):\n%s", diff)
	}
}

func TestEndpointOfTheOptionsIsForAllServices(t *testing.T) {
	hosts := map[string]bool{}
	var mu sync.Mutex
	s := open(t, func(o *live.Options) {
		inner := o.HTTPClient
		o.Endpoint = "http://127.0.0.1:4711"
		o.HTTPClient = client(func(r *http.Request) (*http.Response, error) {
			mu.Lock()
			defer mu.Unlock()
			hosts[r.URL.Host] = true
			return inner.Do(r)
		})
	})
	if _, err := s.account.Read(t.Context(), live.Ask{}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]bool{"127.0.0.1:4711": true}, hosts); diff != "" {
		t.Errorf("hosts (-want +got):\n%s", diff)
	}
}

// The tags of global resources are kept in one region, wherever the caller is at home.
func TestTagsAreAskedForWhereIAMIs(t *testing.T) {
	var mu sync.Mutex
	var signed string
	s := open(t, func(o *live.Options) {
		inner := o.HTTPClient
		o.Region = "eu-west-1"
		o.HTTPClient = client(func(r *http.Request) (*http.Response, error) {
			if scope := r.Header.Get("Authorization"); strings.Contains(scope, "/tagging/") {
				mu.Lock()
				signed = scope
				mu.Unlock()
			}
			return inner.Do(r)
		})
	})
	if _, err := s.account.Read(t.Context(), live.Ask{}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(signed, "/us-east-1/tagging/") {
		t.Errorf("signed for another region: %s", signed)
	}
}

func TestOnCallHearsOfEveryTry(t *testing.T) {
	var heard []string
	s := open(t, func(o *live.Options) { o.OnCall = func(operation string) { heard = append(heard, operation) } })
	s.sandbox.SetFaults(sandbox.Faults{Fail: map[string]sandbox.Failure{"sts:GetCallerIdentity": {Code: "Throttling", Times: 1}}})
	if _, err := s.account.Identify(t.Context()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"sts:GetCallerIdentity", "sts:GetCallerIdentity"}, heard); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if s.account.Calls() != 2 {
		t.Errorf("%d calls, want 2", s.account.Calls())
	}
}
