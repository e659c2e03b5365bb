package applier

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"baseline/resource"
)

// Locking says how a [Store] locks accounts.
type Locking struct {
	// Clock is required for all but reading.
	Clock resource.Clock
	// Beat waits for the next heartbeat of a lock, beside whatever else waits; nil for Clock.Sleep.
	Beat func(ctx context.Context, d time.Duration) error
	// Owner is who locks, in words for whoever is kept waiting.
	Owner func() string
	// Wait is how long to wait for a lock that somebody else holds; 0 for not at all.
	Wait time.Duration
	// Waiting is told once for each wait, before it. Nil for nobody.
	Waiting func(*LockedError)
}

// The life of a lock that does not end with its holder's process.
const (
	// heartbeat is how often its holder says that it is alive.
	heartbeat = 20 * time.Second
	// lifetime is how long a heartbeat lasts. A holder that could not say so for as long stops before its next step.
	lifetime = 2 * time.Minute
	// grace is how long others leave the lock alone after that: clocks differ, and a call that is under way ends.
	grace = 30 * time.Second
	// poll is how often somebody who waits for a lock looks at it.
	poll = 2 * time.Second
)

// Holding is what the lock of an account says.
type Holding struct {
	// Owner is who holds or held it.
	Owner string `json:"owner"`
	// Token tells one holding from every other.
	Token string    `json:"token"`
	Since time.Time `json:"since"`
	// Beat and Expires are those of the last heartbeat; zero where the lock ends with the process.
	Beat    time.Time `json:"heartbeat,omitzero"`
	Expires time.Time `json:"expires,omitzero"`
	// Runs are those that have no end yet, the one under way last.
	Runs []string `json:"runs,omitempty"`
	// Free says that the holder has given it back.
	Free bool `json:"free,omitempty"`
}

// LockedError says that somebody else is at work on an account. Nothing was changed.
type LockedError struct {
	Account string
	Holding
}

func (e *LockedError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "account %s is locked by %s", e.Account, e.Owner)
	if len(e.Runs) > 0 {
		fmt.Fprintf(&b, " for run %s", e.Runs[len(e.Runs)-1])
	}
	if !e.Since.IsZero() {
		fmt.Fprintf(&b, " since %s", moment(e.Since))
	}
	if !e.Beat.IsZero() {
		fmt.Fprintf(&b, ", last heartbeat %s", moment(e.Beat))
	}
	return b.String()
}

// Until is when the lock can be taken over if nothing more is heard of its holder; zero where it ends with the holder's process.
func (e *LockedError) Until() time.Time {
	if e.Expires.IsZero() {
		return time.Time{}
	}
	return e.Expires.Add(grace)
}

func moment(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05Z") }

// UnfinishedError says that a run on the same account was left without an end, and has to be finished or taken back before anything
// else is done. Nothing was changed.
type UnfinishedError struct {
	Run *Run
	// Owner is who left it.
	Owner string
}

func (e *UnfinishedError) Error() string {
	return fmt.Sprintf("run %s in account %s is unfinished: %s left it, and is gone. It has to be finished or taken back first",
		e.Run.ID, e.Run.Header.Account, e.Owner)
}

// TakenOverError says that a run is somebody else's now: this process was believed dead. It makes no more changes.
type TakenOverError struct{ Run string }

func (e *TakenOverError) Error() string {
	return fmt.Sprintf("run %s was taken over by another process", e.Run)
}

// errTaken says that somebody else was faster to take a lock, or has taken it away.
var errTaken = errors.New("the lock was taken by another process")

// standing is what a lock looks like.
type standing struct {
	Holding
	// version changes whenever the lock does; "" where there never was one.
	version string
	// live says that somebody holds it.
	live bool
}

// keeper keeps the locks of accounts.
type keeper interface {
	// look returns how the lock of an account stands.
	look(ctx context.Context, account string) (standing, error)
	// take takes a lock that stands as it was seen. Its error is errTaken where it doesn't any more.
	take(ctx context.Context, account string, mine Holding, seen standing) (grip, error)
}

// grip is a lock that was taken.
type grip interface {
	// write says something else. Its error is errTaken where the lock is another's now. With Free it gives the lock back.
	write(ctx context.Context, mine Holding) error
	// beats tells whether the lock lasts as long as its heartbeats; otherwise it does as long as the process.
	beats() bool
}

// nonce is a text that nobody else ever makes.
func nonce() string {
	var b [12]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// Await waits, if [Locking] says so, until nobody holds the lock of an account, and returns its version: Lock returns the same if
// nobody has held it in between. Its errors are those of Lock.
func (s *Store) Await(ctx context.Context, account string) (string, error) {
	seen, _, err := s.await(ctx, account, "", s.deadline())
	return seen.version, err
}

// Lock locks an account until Release, or for as long as this process lives. It returns the version of the lock as it was before.
// Where somebody else holds the lock, it waits if [Locking] says so, and returns a *LockedError then; where somebody else has left a
// run without an end, an *UnfinishedError, unless over is that run.
func (s *Store) Lock(ctx context.Context, account, over string) (version string, err error) {
	s.mu.Lock()
	held := s.leases[account]
	s.mu.Unlock()
	if held != nil {
		return held.before, nil
	}
	for deadline := s.deadline(); ; {
		seen, left, err := s.await(ctx, account, over, deadline)
		if err != nil {
			return "", err
		}
		mine := Holding{Owner: s.owner(), Token: nonce(), Since: s.now(), Runs: left}
		grip, err := s.keeper.take(ctx, account, mine, seen)
		if errors.Is(err, errTaken) {
			continue
		}
		if err != nil {
			return "", fmt.Errorf("lock account %s: %w", account, err)
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.leases == nil {
			s.leases = map[string]*lease{}
		}
		s.leases[account] = newLease(ctx, s.locking, account, seen.version, mine, grip)
		return seen.version, nil
	}
}

func (s *Store) deadline() time.Time { return s.now().Add(s.locking.Wait) }

func (s *Store) now() time.Time {
	if s.locking.Clock == nil {
		return time.Time{}
	}
	return s.locking.Clock.Now().UTC()
}

func (s *Store) owner() string {
	if s.locking.Owner == nil {
		return "an unnamed process"
	}
	return s.locking.Owner()
}

// await waits until nobody holds the lock of an account. It returns the runs that were left without an end: none, unless over is one
// of them.
func (s *Store) await(ctx context.Context, account, over string, deadline time.Time) (seen standing, left []string, err error) {
	for told := false; ; {
		seen, err = s.keeper.look(ctx, account)
		if err != nil {
			return standing{}, nil, fmt.Errorf("look at the lock of account %s: %w", account, err)
		}
		if !seen.live {
			left, err = s.left(ctx, seen, over)
			return seen, left, err
		}
		locked := &LockedError{Account: account, Holding: seen.Holding}
		remains := deadline.Sub(s.now())
		if remains <= 0 {
			return standing{}, nil, locked
		}
		if !told && s.locking.Waiting != nil {
			s.locking.Waiting(locked)
		}
		told = true
		if err := s.locking.Clock.Sleep(ctx, min(poll, remains)); err != nil {
			return standing{}, nil, err
		}
	}
}

// left returns which runs of a lock that nobody holds have no end.
func (s *Store) left(ctx context.Context, seen standing, over string) (left []string, err error) {
	var last *Run
	for _, id := range seen.Runs {
		run, err := s.Load(ctx, id)
		if errors.Is(err, ErrNoRun) {
			// It died before it had begun. That it was only asleep is ruled out: without the lock, it can't begin any more.
			if s.filed == nil {
				continue
			}
			if err := s.filed.fence(ctx, id); err != nil {
				return nil, fmt.Errorf("take over run %s: %w", id, err)
			}
			continue
		}
		if away, ok := errors.AsType[*unreachableError](err); ok {
			return nil, away
		}
		if err != nil || run.Status() != StatusUnfinished {
			continue // it ended; or its record is damaged, and nobody can go on with it
		}
		left, last = append(left, id), run
	}
	if last != nil && !slices.Contains(left, over) {
		return nil, &UnfinishedError{Run: last, Owner: seen.Owner}
	}
	return left, nil
}

// Claim locks the account of a run, so that nobody else carries it out or takes it back, and then loads it as Load does. A run that
// somebody else is at work on is refused with a *LockedError, and one beside which another has no end with an *UnfinishedError. The
// lock is given back by Release.
func (s *Store) Claim(ctx context.Context, id string) (*Run, error) {
	run, err := s.Load(ctx, id)
	if err != nil {
		return nil, err
	}
	account := run.Plan.Account
	if _, err := s.Lock(ctx, account, run.ID); err != nil {
		return nil, err
	}
	run, err = s.Load(ctx, run.ID) // which may have moved on while nobody had locked it
	if err == nil && run.Result == nil && s.filed != nil {
		err = s.filed.fence(ctx, run.ID)
		if err == nil {
			run, err = s.Load(ctx, run.ID)
		}
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("claim run %s: %w", id, err), s.Release(ctx, account))
	}
	return run, nil
}

// Release gives the lock of an account back. Runs that have no end stay named in it. An account that is not locked by this store is
// left as it is. Where that fails, the lock ends by itself, with the process or some time after its last heartbeat.
func (s *Store) Release(ctx context.Context, account string) error {
	s.mu.Lock()
	held := s.leases[account]
	delete(s.leases, account)
	s.mu.Unlock()
	if held == nil {
		return nil
	}
	if err := held.release(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("release the lock of account %s: %w", account, err)
	}
	return nil
}

// lease returns the lock of an account that this store holds.
func (s *Store) lease(account string) *lease {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.leases[account]
}

// hold locks an account for as long as somebody needs it, unless this store has locked it for longer.
func (s *Store) hold(ctx context.Context, account, over string) (release func(), err error) {
	if s.lease(account) != nil {
		return func() {}, nil
	}
	if _, err := s.Lock(ctx, account, over); err != nil {
		return nil, err
	}
	return func() { _ = s.Release(ctx, account) }, nil // the run has its end, and a lock that stays behind ends by itself
}
