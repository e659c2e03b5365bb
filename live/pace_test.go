package live_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"baseline/live"
	"baseline/resource"
	"baseline/sandbox"
)

func group(n int) resource.Change {
	return resource.Change{Address: resource.At("iam_group", fmt.Sprintf("g%d", n)), After: resource.Object{"path": "/"}}
}

func TestNothingWaitsUntilAWSThrottles(t *testing.T) {
	s := open(t, nil)
	for n := range 200 {
		if err := s.account.Write(t.Context(), group(n)); err != nil {
			t.Fatal(err)
		}
	}
	if s.clock.slept > 0 {
		t.Errorf("waited %v", s.clock.slept)
	}
}

func TestThrottlingSlowsDownAllCallsOfTheAccount(t *testing.T) {
	s := open(t, nil)
	s.sandbox.SetFaults(sandbox.Faults{Fail: map[string]sandbox.Failure{"iam:CreateGroup": {Code: "Throttling", Times: 1}}})
	for n := range 21 {
		if err := s.account.Write(t.Context(), group(n)); err != nil {
			t.Fatal(err)
		}
	}
	// Half of the least pace, 10 a second, growing by 2 a second: twenty calls take a little less than two seconds.
	if s.clock.slept < time.Second || s.clock.slept > 2*time.Second {
		t.Errorf("waited %v", s.clock.slept)
	}
}

func TestPaceNeverFallsBelowOneASecond(t *testing.T) {
	s := open(t, nil)
	s.sandbox.SetFaults(sandbox.Faults{Fail: map[string]sandbox.Failure{"iam:CreateGroup": {Code: "Throttling", Times: 8}}})
	if err := s.account.Write(t.Context(), group(1)); err != nil {
		t.Fatal(err)
	}
	slow := s.clock.slept
	if slow > 10*time.Second {
		t.Errorf("nine tries waited %v", slow)
	}
	if err := s.account.Write(t.Context(), group(2)); err != nil {
		t.Fatal(err)
	}
	if last := s.clock.slept - slow; last < 300*time.Millisecond || last > time.Second {
		t.Errorf("the call after much throttling waited %v", last)
	}
}

func TestPaceRecovers(t *testing.T) {
	s := open(t, nil)
	s.sandbox.SetFaults(sandbox.Faults{Fail: map[string]sandbox.Failure{"iam:CreateGroup": {Code: "Throttling", Times: 3}}})
	rename := func(times int) {
		t.Helper()
		for range times {
			there := resource.Change{Address: group(1).Address, Before: resource.Object{"path": "/"}, After: resource.Object{"path": "/x/"}}
			if err := s.account.Write(t.Context(), there); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := s.account.Write(t.Context(), group(1)); err != nil {
		t.Fatal(err)
	}
	rename(400)
	before := s.clock.slept
	rename(20)
	if late := s.clock.slept - before; late > time.Second {
		t.Errorf("after 400 calls without throttling, 20 more wait %v", late)
	}
}

// Calls that were under way together are refused together: that is one piece of news, not many.
func TestRefusalsOfOneMomentCountOnce(t *testing.T) {
	const together = 16
	var arrived sync.WaitGroup
	arrived.Add(together)
	var mu sync.Mutex
	creates := 0
	s := open(t, func(o *live.Options) {
		inner := o.HTTPClient
		o.HTTPClient = client(func(r *http.Request) (*http.Response, error) {
			if !strings.HasPrefix(formOf(t, r), "Action=CreateGroup") {
				return inner.Do(r)
			}
			mu.Lock()
			creates++
			first := creates <= together
			mu.Unlock()
			if first {
				arrived.Done()
				arrived.Wait()
				return answer(r, http.StatusBadRequest, `<ErrorResponse><Error><Code>Throttling</Code><Message>Rate exceeded</Message></Error></ErrorResponse>`), nil
			}
			return inner.Do(r)
		})
	})
	var writers errgroup.Group
	for n := range together {
		writers.Go(func() error { return s.account.Write(t.Context(), group(n)) })
	}
	if err := writers.Wait(); err != nil {
		t.Fatal(err)
	}
	// Halved once, the pace is 10 a second and has grown since. The first call may still find a turn that was saved up.
	for n := range 2 {
		before := s.clock.slept
		if err := s.account.Write(t.Context(), group(together+n)); err != nil {
			t.Fatal(err)
		}
		if late := s.clock.slept - before; late > 100*time.Millisecond {
			t.Errorf("a call waited %v, as if the pace had been halved many times", late)
		}
	}
}

func TestNoMoreCallsAreUnderWayThanAllowed(t *testing.T) {
	var mu sync.Mutex
	var now, most int
	s := open(t, func(o *live.Options) {
		inner := o.HTTPClient
		o.InFlight = 3
		o.HTTPClient = client(func(r *http.Request) (*http.Response, error) {
			mu.Lock()
			now++
			most = max(most, now)
			mu.Unlock()
			defer func() {
				mu.Lock()
				defer mu.Unlock()
				now--
			}()
			return inner.Do(r)
		})
	})
	var writers errgroup.Group
	for n := range 40 {
		writers.Go(func() error { return s.account.Write(t.Context(), group(n)) })
	}
	readers := func() error { _, err := s.account.Read(t.Context(), live.Ask{}); return err }
	writers.Go(readers)
	writers.Go(readers)
	if err := writers.Wait(); err != nil {
		t.Fatal(err)
	}
	if most > 3 {
		t.Errorf("%d calls at once, want 3 at most", most)
	}
}

func TestEachReadIsAnew(t *testing.T) {
	s := open(t, nil)
	for n := range 3 {
		reading, err := s.account.Read(t.Context(), live.Ask{})
		if err != nil {
			t.Fatal(err)
		}
		if len(reading.State) != n || !reading.At.Equal(s.clock.Now()) || reading.Quotas["GroupsQuota"] != 300 {
			t.Errorf("read %d: %d objects at %v, quotas %v", n, len(reading.State), reading.At, reading.Quotas)
		}
		if err := s.account.Write(t.Context(), group(n)); err != nil {
			t.Fatal(err)
		}
	}
}
