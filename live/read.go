package live

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"baseline/kinds"
	"baseline/resource"
)

// Reading is the account at one time, or nearly: AWS gives no snapshot, so what changes meanwhile may be seen in part.
type Reading struct {
	State resource.State
	// Quotas are counts and limits by the names of GetAccountSummary, such as Users and UsersQuota.
	Quotas map[string]int
	// At is when the read began.
	At time.Time
	// Notices are what the reader should know about what was not read, one sentence each.
	Notices []string
}

// Read reads everything of the kinds asked for, side by side, and anew each time. It is complete or fails: the error then
// names every permission that is missing, not just the first.
func (a *Account) Read(ctx context.Context, only ...resource.Kind) (*Reading, error) {
	at := a.clock.Now()
	reader, err := a.reader(ctx)
	if err != nil {
		return nil, err
	}

	var quotas map[string]int
	var group sync.WaitGroup
	all := kinds.All()
	if len(only) > 0 {
		all = slices.DeleteFunc(all, func(k kinds.Kind) bool { return !slices.Contains(only, k.Kind) })
	}
	states := make([]resource.State, len(all))
	errs := make([]error, len(all)+1)
	for i, kind := range all {
		group.Go(func() { states[i], errs[i] = kind.List(ctx, reader) })
	}
	if len(only) == 0 {
		group.Go(func() { quotas, errs[len(all)] = reader.Quotas(ctx) })
	}
	group.Wait()
	if err := joined(errs); err != nil {
		return nil, fmt.Errorf("read account %s: %w", reader.Account, err)
	}

	size := 0
	for _, state := range states {
		size += len(state)
	}
	whole := make(resource.State, size)
	for _, state := range states {
		maps.Copy(whole, state)
	}
	a.remember(whole)
	return &Reading{State: whole, Quotas: quotas, At: at, Notices: reader.Notices()}, nil
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

// Look looks closely at some objects of a state, which costs calls per object, and returns a copy of the state that shows
// what was seen: the settings in the kinds' Detail, what deleting the objects would lose, and the fact that it was looked.
// Addresses whose kind has no closer look, or that are not in the state, stay as they are.
func (a *Account) Look(ctx context.Context, state resource.State, addresses []resource.Address) (resource.State, error) {
	reader, err := a.reader(ctx)
	if err != nil {
		return nil, err
	}
	var mu sync.Mutex
	looked := maps.Clone(state)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(cap(a.calls.slots))
	for _, address := range addresses {
		kind, seen := a.kinds[address.Kind], state[address]
		if kind.Look == nil || seen.Settings == nil {
			continue
		}
		group.Go(func() error {
			closer, err := kind.Look(ctx, reader, address, seen)
			if err != nil {
				return fmt.Errorf("look at %s: %w", address, callError(err))
			}
			facts := maps.Clone(closer.Facts)
			if facts == nil {
				facts = resource.Facts{}
			}
			facts[resource.FactLooked] = "yes"
			mu.Lock()
			defer mu.Unlock()
			looked[address] = resource.Resource{Settings: closer.Settings, Facts: facts}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return looked, nil
}

func (a *Account) reader(ctx context.Context) (*kinds.Reader, error) {
	who, err := a.Identify(ctx)
	if err != nil {
		return nil, err
	}
	return &kinds.Reader{IAM: a.iam, Tagging: a.tagging, Account: who.Account, Partition: who.Partition}, nil
}
