package live

import (
	"context"
	"sync"
	"time"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
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

// published are the rates that AWS publishes and does not raise, in calls per second for each account and Region, by service
// and by whether the call reads. See "Quotas in AWS CloudTrail" in the CloudTrail user guide.
var published = map[string]rate.Limit{"cloudtrail:read": 10, "cloudtrail:write": 1}

// paces are those of the services of one account: AWS counts the calls of each by itself, and one that is slow must not slow
// down the others.
type paces struct {
	clock     resource.Clock
	published bool

	mu sync.Mutex
	by map[string]*pace
}

func newPaces(clock resource.Clock, published bool) *paces {
	return &paces{clock: clock, published: published, by: map[string]*pace{}}
}

// of is the pace of a call.
func (p *paces) of(ctx context.Context) *pace {
	service := servicePrefix(awsmiddleware.GetServiceID(ctx))
	sort := service + ":write"
	if isRead(awsmiddleware.GetOperationName(ctx)) {
		sort = service + ":read"
	}
	most, known := published[sort]
	if known = known && p.published; known {
		service = sort + ":" + awsmiddleware.GetRegion(ctx)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	found, ok := p.by[service]
	if !ok {
		found = newPace(p.clock)
		if known {
			found.most, found.limiter = most, rate.NewLimiter(most, int(most))
		}
		p.by[service] = found
	}
	return found
}

// pace limits calls that AWS counts together. Where AWS publishes no rate, there is no limit until it first throttles. Then calls go at half the rate that
// was too much, at half of that when AWS throttles again, and a little faster with every call that passes.
type pace struct {
	clock resource.Clock

	mu      sync.Mutex
	limiter *rate.Limiter // nil until the first throttling
	most    rate.Limit    // what the limit never grows beyond; 0 for no such bound
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
		limit := p.limiter.Limit() + paceGain/p.limiter.Limit()
		if p.most > 0 {
			limit = min(limit, p.most)
		}
		p.limiter.SetLimitAt(p.clock.Now(), limit)
	}
}
