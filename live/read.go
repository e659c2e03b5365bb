package live

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"baseline/kinds"
	"baseline/resource"
)

// Ask says what to read of an account. The zero Ask is a full read: of every kind but those with Type.Extra, and of those with
// Type.Held or Type.Named, which no list shows.
type Ask struct {
	// Kinds restricts the read to these kinds; nil for a full read. What no list shows is left out: it must be looked at.
	Kinds []resource.Kind
	// Needs is the costly evidence that a full read is to bring, and kinds that are read in addition.
	Needs resource.Needs
}

// kinds are the kinds to read.
func (ask Ask) kinds() []kinds.Kind {
	return slices.DeleteFunc(kinds.All(), func(k kinds.Kind) bool {
		asked := len(ask.Kinds) == 0 && !k.Extra || slices.Contains(ask.Kinds, k.Kind) || slices.Contains(ask.Needs.Kinds, k.Kind)
		return !asked || k.List == nil
	})
}

// Reading is the account at one time, or nearly: AWS gives no snapshot, so what changes meanwhile may be seen in part.
type Reading struct {
	State resource.State
	// Quotas are counts and limits by the names of GetAccountSummary, such as Users and UsersQuota. Nil but for a full read.
	Quotas map[string]int
	// Evidence is what requirements judge by. Nil but for a full read.
	Evidence *resource.Evidence
	// At is when the read began.
	At time.Time
	// Notices are what the reader should know about what was not read, one sentence each.
	Notices []string
}

// Read reads everything asked for, side by side, and anew each time. It is complete or fails: the error then names every
// permission that is missing, not just the first. A credential report that AWS must make first takes some seconds, up to
// minutes.
func (a *Account) Read(ctx context.Context, ask Ask) (*Reading, error) {
	reading := &Reading{At: a.clock.Now()}
	who, err := a.Identify(ctx)
	if err != nil {
		return nil, err
	}
	reader := a.reader(who)

	var reads []func() error
	listed := ask.kinds()
	states := make([]resource.State, len(listed))
	for i, kind := range listed {
		reads = append(reads, func() (err error) { states[i], err = kind.List(ctx, reader); return err })
	}
	if len(ask.Kinds) == 0 {
		reading.Evidence = &resource.Evidence{Caller: who.Caller()}
		reads = append(reads, func() (err error) { reading.Quotas, err = reader.Quotas(ctx); return err })
		reads = append(reads, evidence(ctx, reader, ask.Needs, reading.Evidence)...)
	}
	if err := sideBySide(reads); err != nil {
		return nil, fmt.Errorf("read account %s: %w", reader.Account, err)
	}

	size := 0
	for _, state := range states {
		size += len(state)
	}
	reading.State = make(resource.State, size)
	for _, state := range states {
		maps.Copy(reading.State, state)
	}
	a.remember(reading.State)
	reading.Notices = reader.Notices()
	return reading, nil
}

// sideBySide does reads at once and returns all of their failures.
func sideBySide(reads []func() error) error {
	var group sync.WaitGroup
	errs := make([]error, len(reads))
	for i, read := range reads {
		group.Go(func() { errs[i] = read() })
	}
	group.Wait()
	return joined(errs)
}

// joined classifies errors and puts them into one, without those that say what another has said: the kinds share reads, and
// with them their failures.
func joined(errs []error) error {
	var kept []error
	said := map[string]bool{}
	for _, err := range single(errs) {
		err = callError(err)
		if text := err.Error(); !said[text] {
			said[text] = true
			kept = append(kept, err)
		}
	}
	if len(kept) == 1 {
		return kept[0]
	}
	return errors.Join(kept...)
}

// single takes joined errors apart, and leaves out the nil ones.
func single(errs []error) (all []error) {
	for _, err := range errs {
		if several, ok := err.(interface{ Unwrap() []error }); ok {
			all = append(all, single(several.Unwrap())...)
		} else if err != nil {
			all = append(all, err)
		}
	}
	return all
}

// reader begins a new look at the account.
func (a *Account) reader(who Identity) *kinds.Reader {
	return &kinds.Reader{
		Services: a.services, Account: who.Account, Partition: who.Partition,
		Clock: a.clock, ReportWait: min(a.settle, kinds.ReportWait),
	}
}
