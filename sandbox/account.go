package sandbox

import (
	"fmt"
	"maps"
	"regexp"
	"sync"
	"time"
)

// Options say what account is simulated, and how.
type Options struct {
	// Account is the account's id, 12 digits. The default is 111122223333, or what the file says.
	Account string
	// Now is the clock; the default is the computer's.
	Now func() time.Time
	// Sleep spends the latency of [Faults]; the default is time.Sleep.
	Sleep func(time.Duration)
	// Seed makes ids and secrets deterministic; 0 draws them at random.
	Seed uint64
	// ShortPages makes pages shorter than asked for though more exists, which AWS is free to do.
	ShortPages bool
	// Enforce holds users and the sessions of roles to their policies, as AWS does. Without it, every caller may do everything.
	// Whoever comes with a key that the account did not issue is its administrator either way.
	Enforce bool
	// Faults are what goes wrong from the start.
	Faults Faults
}

// defaultAccount is the id of an account nobody named.
const defaultAccount = "111122223333"

var accountID = regexp.MustCompile(`^[0-9]{12}$`)

// An Account is a simulated AWS account. It is an [http.Handler]; all its methods are safe for concurrent use.
type Account struct {
	options  Options
	services []*service

	// mu guards all below. No latency is ever spent while it is held.
	mu      sync.Mutex
	id      string
	store   *store
	journal *journal // nil when the account is kept in memory
	calls   map[string]int
	faults  faultState
}

// New returns an empty account that is kept in memory. It panics when Options.Account is not 12 digits, which is a
// mistake of the program and not of its user; use [Open] to get an error.
func New(o Options) *Account {
	a, err := newAccount(o)
	if err != nil {
		panic(err)
	}
	return a
}

func newAccount(o Options) (*Account, error) {
	if o.Now == nil {
		o.Now = time.Now //nolint:forbidigo // the documented default
	}
	if o.Sleep == nil {
		o.Sleep = time.Sleep //nolint:forbidigo // the documented default; callers with a clock pass theirs
	}
	if o.Account != "" && !accountID.MatchString(o.Account) {
		return nil, fmt.Errorf("account %q: not 12 digits", o.Account)
	}
	a := &Account{
		options:  o,
		services: services(),
		id:       o.Account,
		store:    newStore(kinds()),
		calls:    map[string]int{},
	}
	if a.id == "" {
		a.id = defaultAccount
	}
	a.faults.set(o.Faults)
	return a, nil
}

// Open returns the account kept in the file at path, which is created when missing. The account's lock file is path
// with ".lock" appended. It is an error when the file is no account, is of a newer format, or is another account than
// Options.Account names.
func Open(path string, o Options) (*Account, error) {
	a, err := newAccount(o)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	a.journal = newJournal(path)
	release, err := a.acquire()
	if err != nil {
		return nil, err
	}
	defer release()
	if o.Account != "" && a.id != o.Account {
		closeErr := a.journal.close()
		if closeErr != nil {
			return nil, closeErr
		}
		return nil, fmt.Errorf("open %s: it holds account %s, not %s", path, a.id, o.Account)
	}
	return a, nil
}

// Close releases the account's file. An account in memory need not be closed.
func (a *Account) Close() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.journal == nil {
		return nil
	}
	return a.journal.close()
}

// ID is the account's 12-digit id.
func (a *Account) ID() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.id
}

// Calls is how often each action was called, by names such as "iam:CreateUser", since the start or the last
// [Account.ResetCalls]. Refused and lost calls count too.
func (a *Account) Calls() map[string]int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return maps.Clone(a.calls)
}

// ResetCalls makes Calls count from zero.
func (a *Account) ResetCalls() {
	a.mu.Lock()
	defer a.mu.Unlock()
	clear(a.calls)
}

// SetFaults replaces the account's faults and starts all their counts anew.
func (a *Account) SetFaults(f Faults) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.faults.set(f)
}

// acquire takes the account for one request: within this process and, when it is kept in a file, among all processes,
// after catching up with what others wrote. The returned function gives it back.
func (a *Account) acquire() (release func(), err error) {
	a.mu.Lock()
	if a.journal == nil {
		return a.mu.Unlock, nil
	}
	unlock, err := a.journal.lock()
	if err != nil {
		a.mu.Unlock()
		return nil, err
	}
	if err := a.journal.catchUp(a); err != nil {
		unlock()
		a.mu.Unlock()
		return nil, err
	}
	return func() {
		unlock()
		a.mu.Unlock()
	}, nil
}

// edit lets whoever holds the account change it as no call of an API could. When do fails, nothing is changed.
func (a *Account) edit(do func(c *call) error) error {
	release, err := a.acquire()
	if err != nil {
		return err
	}
	defer release()
	c := &call{
		account:   a.id,
		options:   &a.options,
		store:     a.store,
		operation: &operation{write: true},
		now:       a.options.Now().UTC(),
		form:      emptyForm,
		minted:    a.store.minted,
	}
	if err := do(c); err != nil {
		return err
	}
	return a.commit(c.change)
}

// commit writes a change down and then applies it.
func (a *Account) commit(c change) error {
	if c.empty() {
		return nil
	}
	if a.journal != nil {
		if err := a.journal.append(a, c); err != nil {
			return err
		}
	}
	a.store.apply(c)
	return nil
}
