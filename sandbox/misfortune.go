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
	tokens   float64
	filled   time.Time
}

func (f *faultState) set(settings Faults) {
	*f = faultState{settings: settings, failures: maps.Clone(settings.Fail), tokens: float64(settings.Throttle.Burst)}
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
	case !f.takeToken(a.options.Now()):
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

// takeToken says whether the rate allows one more call.
func (f *faultState) takeToken(now time.Time) bool {
	rate := f.settings.Throttle
	if rate.Burst == 0 {
		return true
	}
	if !f.filled.IsZero() && now.After(f.filled) {
		f.tokens = min(float64(rate.Burst), f.tokens+now.Sub(f.filled).Seconds()*rate.PerSecond)
	}
	f.filled = now
	if f.tokens < 1 {
		return false
	}
	f.tokens--
	return true
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
	"Throttling":             "Rate exceeded",
	"ConcurrentModification": "The request was rejected because multiple requests to change this object were submitted simultaneously.",
	"ServiceFailure":         "The request processing has failed because of an unknown error, exception or failure.",
	"ExpiredToken":           "The security token included in the request is expired",
	"InvalidClientTokenId":   "The security token included in the request is invalid.",
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
