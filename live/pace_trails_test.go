package live_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"golang.org/x/sync/errgroup"

	"baseline/live"
	"baseline/resource"
	"baseline/sandbox"
)

// bubbleClock is the clock of a synctest bubble, in which time passes only while everybody waits. Unlike a clock whose waits return at
// once, it shows what happens beside a wait.
type bubbleClock struct{}

func (bubbleClock) Now() time.Time { return time.Now() } //nolint:forbidigo // the time of the bubble

func (bubbleClock) Sleep(ctx context.Context, d time.Duration) error {
	done := make(chan struct{})
	timer := time.AfterFunc(d, func() { close(done) })
	defer timer.Stop()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// arrivals are when calls reached the account, by service and Region, since the start.
type arrivals struct {
	mu    sync.Mutex
	start time.Time
	at    map[string][]time.Duration
}

func (a *arrivals) note(r *http.Request, now time.Time) {
	// AWS4-HMAC-SHA256 Credential=KEY/DATE/REGION/SERVICE/aws4_request
	scope := strings.Split(r.Header.Get("Authorization"), "/")
	a.mu.Lock()
	defer a.mu.Unlock()
	where := scope[3] + " " + scope[2]
	a.at[where] = append(a.at[where], now.Sub(a.start))
}

// throttled opens a sandbox in a bubble that refuses CloudTrail's writes as AWS does, at the pace for AWS.
func throttled(t *testing.T, inFlight int) (setup, *arrivals) {
	t.Helper()
	clock := bubbleClock{}
	s := setup{sandbox: sandbox.New(sandbox.Options{Now: clock.Now, Seed: 1})}
	s.sandbox.SetFaults(sandbox.Faults{Throttles: map[string]sandbox.Rate{"cloudtrail:write": {Burst: 1, PerSecond: 1}, "cloudtrail": {Burst: 10, PerSecond: 10}}})
	seen := &arrivals{start: clock.Now(), at: map[string][]time.Duration{}}
	account, err := live.Open(t.Context(), live.Options{
		HTTPClient: client(func(r *http.Request) (*http.Response, error) {
			seen.note(r, clock.Now())
			return s.sandbox.Client().Do(r)
		}),
		Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""), Clock: clock, InFlight: inFlight,
	})
	if err != nil {
		t.Fatal(err)
	}
	s.account = account
	return s, seen
}

// gone deletes a trail that is not there, which is one call and no failure.
func gone(region string, n int) resource.Change {
	return resource.Change{Address: resource.At("cloudtrail_trail", region, fmt.Sprintf("trail%d", n)), Before: resource.Object{"bucket": "b"}}
}

// CloudTrail takes one write a second in each Region. Who waits for that holds up nobody else.
func TestTrailsAreWrittenOnceASecondAndNobodyElseWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, seen := throttled(t, 4)
		if _, err := s.account.Identify(t.Context()); err != nil {
			t.Fatal(err)
		}
		var writers errgroup.Group
		for n := range 12 {
			writers.Go(func() error { return s.account.Write(t.Context(), gone("eu-west-1", n)) })
			writers.Go(func() error { return s.account.Write(t.Context(), gone("us-west-2", n)) })
		}
		synctest.Wait() // all that can be sent now is sent
		for n := range 30 {
			writers.Go(func() error { return s.account.Write(t.Context(), group(n)) })
		}
		if err := writers.Wait(); err != nil {
			t.Fatal(err)
		}
		for _, region := range []string{"eu-west-1", "us-west-2"} {
			got := seen.at["cloudtrail "+region]
			if len(got) != 12 {
				t.Errorf("%s: %d calls, want 12: none is refused", region, len(got))
			}
			for n, at := range got {
				if want := time.Duration(n) * time.Second; at != want {
					t.Errorf("%s: call %d came after %v, want %v", region, n, at, want)
				}
			}
		}
		for n, at := range seen.at["iam us-east-1"] {
			if at != 0 {
				t.Errorf("IAM's call %d came after %v", n, at)
			}
		}
		if n := len(seen.at["iam us-east-1"]); n != 30 {
			t.Errorf("%d calls of IAM", n)
		}
	})
}

// Reads of CloudTrail have a rate of their own, beside the writes.
func TestTrailsAreReadTenTimesASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, seen := throttled(t, 16)
		var readers errgroup.Group
		for range 25 {
			readers.Go(func() error {
				_, err := s.account.Read(t.Context(), live.Ask{Kinds: []resource.Kind{"cloudtrail_trail"}})
				return err
			})
		}
		if err := readers.Wait(); err != nil {
			t.Fatal(err)
		}
		got := seen.at["cloudtrail us-east-1"]
		if last := got[len(got)-1]; len(got) != 25 || last != 1500*time.Millisecond {
			t.Errorf("%d calls, the last after %v; want 25 within 1.5s", len(got), last)
		}
	})
}

// A wait for a turn ends with the context, and is no failure of a call.
func TestWaitForATurnCanBeGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, seen := throttled(t, 1)
		if err := s.account.Write(t.Context(), gone("eu-west-1", 0)); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		defer cancel()
		err := s.account.Write(ctx, gone("eu-west-1", 1))
		if err == nil || ctx.Err() == nil || len(seen.at["cloudtrail eu-west-1"]) != 1 {
			t.Errorf("error %v after %d calls", err, len(seen.at["cloudtrail eu-west-1"]))
		}
		if err := s.account.Write(t.Context(), group(1)); err != nil {
			t.Errorf("another call: %v", err)
		}
	})
}
