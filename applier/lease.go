package applier

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// lease is the lock of an account that this process holds. Where it lasts as long as its heartbeats, they are in a goroutine until
// release. It is safe for concurrent use.
type lease struct {
	locking Locking
	account string
	before  string // the version of the lock before it was taken
	grip    grip
	stop    context.CancelFunc
	stopped chan struct{}

	mu      sync.Mutex
	mine    Holding
	renewed time.Time // when the last write that took was begun
	lost    error     // why the lock is not ours any more
}

func newLease(ctx context.Context, l Locking, account, before string, mine Holding, g grip) *lease {
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	held := &lease{locking: l, account: account, before: before, grip: g, stop: stop, stopped: make(chan struct{}), mine: mine, renewed: mine.Since}
	if !g.beats() {
		close(held.stopped)
		return held
	}
	go held.beat(ctx)
	return held
}

// beating is a holding with the heartbeat of a moment.
func (h Holding) beating(now time.Time) Holding {
	h.Beat, h.Expires = now, now.Add(lifetime)
	return h
}

// beat renews the lock until it is given back or lost.
func (l *lease) beat(ctx context.Context) {
	defer close(l.stopped)
	wait := l.locking.Beat
	if wait == nil {
		wait = l.locking.Clock.Sleep
	}
	for wait(ctx, heartbeat) == nil {
		l.mu.Lock()
		err := l.write(ctx)
		l.mu.Unlock()
		if errors.Is(err, errTaken) {
			return
		}
		// Any other failure may pass. If it doesn't, alive says so in time.
	}
}

// write says what is to be said, with a new heartbeat. The caller has locked l.mu.
func (l *lease) write(ctx context.Context) error {
	if l.lost != nil {
		return l.lost
	}
	now := l.locking.Clock.Now().UTC()
	mine := l.mine
	if l.grip.beats() {
		mine = mine.beating(now)
	}
	err := l.grip.write(ctx, mine)
	switch {
	case errors.Is(err, errTaken):
		l.lost = fmt.Errorf("account %s: %w", l.account, err)
		return l.lost
	case err != nil:
		return fmt.Errorf("renew the lock of account %s: %w", l.account, err)
	}
	l.renewed = now
	return nil
}

// alive returns nil where the lock is surely held for a while, and renews it if need be.
func (l *lease) alive(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.lost != nil || !l.grip.beats() {
		return l.lost
	}
	age := func() time.Duration { return l.locking.Clock.Now().Sub(l.renewed) }
	if age() < lifetime/2 {
		return nil
	}
	// As long as nobody else has taken the lock, it is ours and can be renewed, however late.
	if err := l.write(ctx); err != nil && (l.lost != nil || age() >= lifetime) {
		return err
	}
	return nil
}

// gone tells whether somebody else has taken the lock.
func (l *lease) gone() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lost != nil
}

// add names a run that is about to begin, or to go on.
func (l *lease) add(ctx context.Context, run string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.mine.Runs = append(without(l.mine.Runs, run), run)
	return l.write(ctx)
}

// ended notes that runs have an end. The lock says so when it is given back.
func (l *lease) ended(runs []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.mine.Runs = without(l.mine.Runs, runs...)
}

func without(runs []string, these ...string) []string {
	return slices.DeleteFunc(slices.Clone(runs), func(run string) bool { return slices.Contains(these, run) })
}

// release gives the lock back, unless it is lost.
func (l *lease) release(ctx context.Context) error {
	l.stop()
	<-l.stopped
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.lost != nil {
		return nil
	}
	l.mine.Free = true
	err := l.write(ctx)
	if errors.Is(err, errTaken) {
		return nil // it is another's now, and free of us
	}
	return err
}
