package live

import (
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"baseline/resource"
)

// How the pace is learned. AWS publishes no rates for IAM; they differ by operation and cannot be asked for.
const (
	// firstPace is the least pace after the first throttling, in calls per second, before it is halved: one odd refusal
	// must not make a large apply slow.
	firstPace = 20
	// slowestPace is the floor, in calls per second.
	slowestPace = 1
	// paceGain is by how much the pace grows in one second of calls at that pace, in calls per second.
	paceGain = 2
)

// pace limits the calls of one account. There is no limit until AWS first throttles. Then calls go at half the rate that
// was too much, at half of that when AWS throttles again, and a little faster with every call that passes.
type pace struct {
	clock resource.Clock

	mu      sync.Mutex
	limiter *rate.Limiter // nil until the first throttling
	cut     time.Time     // when the pace was last halved
	second  time.Time     // start of the current second of counting
	count   int           // calls started in it
	last    int           // calls started in the second before
}

func newPace(clock resource.Clock) *pace { return &pace{clock: clock} }

// wait holds a call back until its turn, and returns when that was. It fails only with the context.
func (p *pace) wait(ctx context.Context) (time.Time, error) {
	p.mu.Lock()
	now := p.clock.Now()
	var delay time.Duration
	if p.limiter != nil {
		delay = p.limiter.ReserveN(now, 1).DelayFrom(now)
	}
	p.measure(now)
	p.mu.Unlock()
	if delay > 0 {
		if err := p.clock.Sleep(ctx, delay); err != nil {
			return now, err
		}
	}
	return now.Add(delay), nil
}

// measure counts the calls of a second, to know what was too much.
func (p *pace) measure(now time.Time) {
	if since := now.Sub(p.second); since >= time.Second {
		p.last = 0
		if since < 2*time.Second {
			p.last = p.count
		}
		p.second, p.count = now, 0
	}
	p.count++
}

// slower halves the pace after AWS throttled a call that started at that time. Calls that were already under way when the
// pace was last halved say nothing new.
func (p *pace) slower(started time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.limiter != nil && !started.After(p.cut) {
		return
	}
	now := p.clock.Now()
	p.cut = now
	if p.limiter == nil {
		measured := max(firstPace, p.count, p.last)
		p.limiter = rate.NewLimiter(rate.Limit(measured)/2, 1)
		return
	}
	p.limiter.SetLimitAt(now, max(p.limiter.Limit()/2, slowestPace))
}

// faster lets the pace grow after a call that AWS did not throttle.
func (p *pace) faster() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.limiter != nil {
		p.limiter.SetLimitAt(p.clock.Now(), p.limiter.Limit()+paceGain/p.limiter.Limit())
	}
}
