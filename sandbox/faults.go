package sandbox

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Faults are what an account can be told to get wrong. The zero value is an account that works.
type Faults struct {
	// Throttle answers Throttling, or what else a service calls it, once more calls come than the bucket allows. Each service
	// has a bucket of its own in each Region.
	Throttle Rate
	// Throttles are the rates of single services, by their prefixes: of all calls under "cloudtrail", of the calls that write
	// under "cloudtrail:write". A call has to pass each bucket that it is of.
	Throttles map[string]Rate
	// Lag keeps a new object from being seen by reads and from being used as a principal for this long after its creation.
	Lag time.Duration
	// LoseEvery is the n of "every n-th write is carried out, but its answer is lost"; 0 is never.
	LoseEvery int
	// Deny lists actions to refuse with AccessDenied, such as "iam:PutRolePolicy" or "iam:Get*".
	Deny []string
	// Latency is added to each call. It is spent outside of every lock.
	Latency time.Duration
	// StopAfter is the number of calls after which every further connection is closed without an answer; 0 is never.
	StopAfter int
	// Fail names actions that are answered with an error instead of being carried out.
	Fail map[string]Failure
	// Hook, when set, is asked about each call before anything else is decided. The number counts the calls since the
	// faults were set, from 1. It may be called from several goroutines at once.
	Hook func(action string, n int) Fault
}

// Rate is a token bucket: Burst calls at once, then PerSecond more each second. The zero value does not limit.
type Rate struct {
	Burst     int
	PerSecond float64
}

// Failure is an error an action is answered with.
type Failure struct {
	// Code is AWS's wire code, such as ConcurrentModification.
	Code string
	// Times is how often it is answered before the action works again; 0 is always.
	Times int
}

// Fault is what happens to one call. The zero value is nothing.
type Fault struct {
	// Lost says whether the connection breaks, and whether the call was carried out before.
	Lost Loss
	// Code, when set, is the error code answered instead of carrying the call out.
	Code string
}

// Loss says when the connection of a call breaks.
type Loss int

// The losses.
const (
	// NotLost is a call that is answered.
	NotLost Loss = iota
	// LostBefore breaks the connection before the call is carried out.
	LostBefore
	// LostAfter breaks the connection after the call is carried out.
	LostAfter
)

// faultForms lists what ParseFault understands, for its messages.
const faultForms = "throttle=BURST/PER_SECOND, throttle=SERVICE[:write]:BURST/PER_SECOND, lag=DURATION, lose=N, deny=ACTION, latency=DURATION, stop-after=N, fail=ACTION:CODE[*TIMES]"

// ParseFault reads one fault as a person writes it and adds it to faults: "throttle=20/10", "throttle=cloudtrail:write:1/1",
// "lag=2s", "lose=3", "deny=iam:PutRolePolicy", "latency=50ms", "stop-after=12", "fail=iam:CreateUser:ServiceFailure" (each
// time) or "fail=iam:CreateUser:ServiceFailure*2" (the first two times). An error lists the known forms.
func ParseFault(text string, faults *Faults) error {
	name, value, found := strings.Cut(text, "=")
	if !found || value == "" {
		return fmt.Errorf("fault %q: no value; known faults: %s", text, faultForms)
	}
	if err := setFault(name, value, faults); err != nil {
		return fmt.Errorf("fault %q: %w; known faults: %s", text, err, faultForms)
	}
	return nil
}

func setFault(name, value string, faults *Faults) (err error) {
	switch name {
	case "throttle":
		err = addThrottle(value, faults)
	case "lag":
		faults.Lag, err = parseWait(value)
	case "latency":
		faults.Latency, err = parseWait(value)
	case "lose":
		faults.LoseEvery, err = parseCount(value)
	case "stop-after":
		faults.StopAfter, err = parseCount(value)
	case "deny":
		if err = checkAction(value); err == nil {
			faults.Deny = append(slices.Clone(faults.Deny), value)
		}
	case "fail":
		err = addFailure(value, faults)
	default:
		err = fmt.Errorf("unknown fault %q", name)
	}
	return err
}

// writes ends the name of a service in Faults.Throttles when its writes alone are meant.
const writes = ":write"

func addThrottle(value string, faults *Faults) error {
	at := strings.LastIndex(value, ":")
	rate, err := parseRate(value[at+1:])
	if err != nil {
		return err
	}
	if at < 0 {
		faults.Throttle = rate
		return nil
	}
	prefix := value[:at]
	name := strings.TrimSuffix(prefix, writes)
	if !slices.ContainsFunc(services(), func(s *service) bool { return s.name == name }) {
		return fmt.Errorf("%q is no service the sandbox knows, such as iam or cloudtrail", name)
	}
	throttles := maps.Clone(faults.Throttles)
	if throttles == nil {
		throttles = map[string]Rate{}
	}
	throttles[prefix] = rate
	faults.Throttles = throttles
	return nil
}

func parseRate(value string) (Rate, error) {
	burst, perSecond, found := strings.Cut(value, "/")
	if !found {
		return Rate{}, fmt.Errorf("%q is not BURST/PER_SECOND", value)
	}
	n, err := parseCount(burst)
	if err != nil {
		return Rate{}, err
	}
	rate, err := strconv.ParseFloat(perSecond, 64)
	if err != nil || !(rate > 0) {
		return Rate{}, fmt.Errorf("%q is not a number above 0", perSecond)
	}
	return Rate{Burst: n, PerSecond: rate}, nil
}

func parseCount(value string) (int, error) {
	n, err := strconv.Atoi(value)
	if err != nil || n < 1 {
		return 0, fmt.Errorf("%q is not a whole number above 0", value)
	}
	return n, nil
}

func parseWait(value string) (time.Duration, error) {
	d, err := time.ParseDuration(value)
	if err != nil || d <= 0 {
		return 0, fmt.Errorf("%q is not a duration such as 50ms or 2s", value)
	}
	return d, nil
}

func addFailure(value string, faults *Faults) error {
	at := strings.LastIndex(value, ":")
	if at < 0 {
		return fmt.Errorf("%q is not ACTION:CODE", value)
	}
	action, code := value[:at], value[at+1:]
	if err := checkAction(action); err != nil {
		return err
	}
	failure := Failure{Code: code}
	if bare, times, found := strings.Cut(code, "*"); found {
		n, err := parseCount(times)
		if err != nil {
			return err
		}
		failure = Failure{Code: bare, Times: n}
	}
	if failure.Code == "" {
		return fmt.Errorf("%q names no error code", value)
	}
	failures := maps.Clone(faults.Fail)
	if failures == nil {
		failures = map[string]Failure{}
	}
	failures[action] = failure
	faults.Fail = failures
	return nil
}

// checkAction accepts "service:Operation", in which wildcards may stand for operations the sandbox knows.
func checkAction(action string) error {
	for _, s := range services() {
		for name := range s.operations {
			if matchesAction(action, s.name+":"+name) {
				return nil
			}
		}
	}
	return fmt.Errorf("%q is no action the sandbox knows, such as iam:CreateUser or iam:Get*", action)
}

// matchesAction compares an action to a pattern with the wildcards * and ?, without regard to case as IAM does.
func matchesAction(pattern, action string) bool {
	return like(strings.ToLower(pattern), strings.ToLower(action))
}
