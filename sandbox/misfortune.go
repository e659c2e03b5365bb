package sandbox

import (
	"errors"
	"maps"
	"slices"
	"time"
)

// errLost ends a call without an answer.
var errLost = errors.New("the answer was lost")

// faultState is where an account stands with its faults. The account's lock guards it.
type faultState struct {
	settings Faults
	calls    int
	writes   int
	failures map[string]Failure
	buckets  map[bucketOf]*tokenBucket
}

func (f *faultState) set(settings Faults) {
	settings.Throttles = maps.Clone(settings.Throttles)
	*f = faultState{settings: settings, failures: maps.Clone(settings.Fail), buckets: map[bucketOf]*tokenBucket{}}
}

// A verdict is what is to go wrong with a call.
type verdict struct {
	latency   time.Duration
	err       error // what to answer instead of acting
	loseAfter bool  // act, then lose the answer
}

// admit counts a call and decides about it.
func (a *Account) admit(req *request) verdict {
	action := req.action()
	a.mu.Lock()
	f := &a.faults
	f.calls++
	n := f.calls
	a.calls[action]++
	v := verdict{latency: f.settings.Latency}
	hook := f.settings.Hook
	switch {
	case f.settings.StopAfter > 0 && n > f.settings.StopAfter:
		v.err = errLost
	case !f.takeTokens(req, a.options.Now()):
		v.err = refuse("Throttling", "Rate exceeded")
	default:
		v.err = f.fails(action)
	}
	a.mu.Unlock()

	if hook == nil {
		return v
	}
	// The hook runs without the lock, so that it may use the account itself.
	fault := hook(action, n)
	switch fault.Lost {
	case LostBefore:
		v.err = errLost
	case LostAfter:
		v.loseAfter = true
	case NotLost:
		if fault.Code != "" {
			v.err = injected(fault.Code)
		}
	}
	return v
}

// A tokenBucket is filled at a rate, and each call takes a token out.
type tokenBucket struct {
	tokens float64
	filled time.Time
}

// bucketOf tells whose calls a bucket limits: a service's in a Region, all or those that write.
type bucketOf struct {
	service, region string
	limit           string // as in Faults.Throttles, "" for Faults.Throttle
}

// takeTokens says whether the rates allow one more call.
func (f *faultState) takeTokens(req *request, now time.Time) bool {
	of := bucketOf{service: req.service.name, region: req.scope.region}
	buckets := f.fill(nil, of, f.settings.Throttle, now)
	limits := []string{req.service.name}
	if req.operation.write {
		limits = append(limits, req.service.name+writes)
	}
	for _, limit := range limits {
		of.limit = limit
		buckets = f.fill(buckets, of, f.settings.Throttles[limit], now)
	}
	if slices.ContainsFunc(buckets, func(b *tokenBucket) bool { return b.tokens < 1 }) {
		return false
	}
	for _, b := range buckets {
		b.tokens--
	}
	return true
}

// fill adds a bucket, with the tokens that came since it was last asked for, unless its rate does not limit.
func (f *faultState) fill(buckets []*tokenBucket, of bucketOf, rate Rate, now time.Time) []*tokenBucket {
	if rate.Burst == 0 {
		return buckets
	}
	b := f.buckets[of]
	if b == nil {
		b = &tokenBucket{tokens: float64(rate.Burst), filled: now}
		f.buckets[of] = b
	}
	if now.After(b.filled) {
		b.tokens = min(float64(rate.Burst), b.tokens+now.Sub(b.filled).Seconds()*rate.PerSecond)
	}
	b.filled = now
	return append(buckets, b)
}

func (f *faultState) fails(action string) error {
	for _, pattern := range slices.Sorted(maps.Keys(f.failures)) {
		if !matchesAction(pattern, action) {
			continue
		}
		failure := f.failures[pattern]
		if failure.Times == 1 {
			delete(f.failures, pattern)
		} else if failure.Times > 1 {
			failure.Times--
			f.failures[pattern] = failure
		}
		return injected(failure.Code)
	}
	return nil
}

func injected(code string) error {
	text, ok := injectedTexts[code]
	if !ok {
		text = "The sandbox was told to fail this call."
	}
	return refuse(code, "%s", text)
}

// injectedTexts are AWS's texts for errors that come out of the blue.
var injectedTexts = map[string]string{
	"Throttling":                 "Rate exceeded",
	"ThrottlingException":        "Rate exceeded",
	"ConcurrentModification":     "The request was rejected because multiple requests to change this object were submitted simultaneously.",
	"ConditionalRequestConflict": "A conflicting conditional operation is currently in progress against this resource. Please try again.",
	"ServiceFailure":             "The request processing has failed because of an unknown error, exception or failure.",
	"ExpiredToken":               "The security token included in the request is expired",
	"InvalidClientTokenId":       "The security token included in the request is invalid.",
}

// loses counts a write that succeeded and says whether its answer is lost.
func (a *Account) loses() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	f := &a.faults
	f.writes++
	return f.settings.LoseEvery > 0 && f.writes%f.settings.LoseEvery == 0
}

// denies says whether an action is to be refused. Who one is can always be asked.
func (f *faultState) denies(action string) bool {
	if action == "sts:GetCallerIdentity" {
		return false
	}
	for _, pattern := range f.settings.Deny {
		if matchesAction(pattern, action) {
			return true
		}
	}
	return false
}
