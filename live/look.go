package live

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"baseline/kinds"
	"baseline/resource"
)

// Look looks closely at some objects of a state, which costs calls per object, and returns a copy of the state that shows
// what was seen: the settings in the kinds' Detail, what deleting the objects would lose, and the fact that it was looked.
// Addresses whose kind has no closer look, or that are not in the state, stay as they are.
//
// Of a kind with Type.Named, an address is looked up whether or not the state has it, and is in the copy if it is there.
//
// Of a kind with Type.Held, everything that a user holds is looked at once, however many of the user's addresses are given, be
// it iam_access_key/alice or that of a single key. What the state said of it before is replaced by what was found, if any.
func (a *Account) Look(ctx context.Context, state resource.State, addresses []resource.Address) (resource.State, error) {
	who, err := a.Identify(ctx)
	if err != nil {
		return nil, err
	}
	l := look{reader: a.reader(who), looked: maps.Clone(state)}
	l.reader.Asked = addresses
	if l.looked == nil {
		l.looked = resource.State{}
	}
	holdings := map[resource.Address]bool{}
	named := map[resource.Kind][]resource.Address{}
	for _, address := range addresses {
		switch kind := a.kinds[address.Kind]; {
		case kind.Held != nil:
			holdings[holding(address)] = true
		case kind.Find != nil && !slices.Contains(named[kind.Kind], address):
			named[kind.Kind] = append(named[kind.Kind], address)
			delete(l.looked, address)
		}
	}
	maps.DeleteFunc(l.looked, func(of resource.Address, _ resource.Resource) bool { return holdings[holding(of)] })

	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(cap(a.calls.slots))
	for all := range holdings {
		group.Go(func() error { return l.held(ctx, a.kinds[all.Kind], all) })
	}
	for kind, of := range named {
		group.Go(func() error { return l.find(ctx, a.kinds[kind], of) })
	}
	for _, address := range addresses {
		if kind := a.kinds[address.Kind]; kind.Look != nil && state[address].Settings != nil {
			group.Go(func() error { return l.closer(ctx, kind, address, state[address]) })
		}
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	for _, notice := range l.reader.Notices() {
		a.unseen.Store(notice, true)
	}
	return l.looked, nil
}

// Unseen says what the looks so far could not see, one sentence each, sorted.
func (a *Account) Unseen() []string {
	var all []string
	a.unseen.Range(func(notice, _ any) bool {
		all = append(all, notice.(string))
		return true
	})
	slices.Sort(all)
	return all
}

// holding is the address for everything of a kind that a user holds, given that of one thing.
func holding(a resource.Address) resource.Address { return resource.At(a.Kind, a.Parts(2)[0]) }

// look is a state to which what is seen is added.
type look struct {
	reader *kinds.Reader
	mu     sync.Mutex
	looked resource.State
}

// closer looks at an object of which the bulk read has not shown all.
func (l *look) closer(ctx context.Context, kind kinds.Kind, a resource.Address, seen resource.Resource) error {
	found, err := kind.Look(ctx, l.reader, a, seen)
	if err != nil {
		return fmt.Errorf("look at %s: %w", a, callError(err))
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.looked[a] = afterLook(found)
	return nil
}

// find looks up objects of a kind by their addresses.
func (l *look) find(ctx context.Context, kind kinds.Kind, addresses []resource.Address) error {
	found, err := kind.Find(ctx, l.reader, addresses)
	if err != nil {
		return fmt.Errorf("look at %s: %w", addresses[0], callError(err))
	}
	l.keep(found)
	return nil
}

// held looks at all that a user holds of a kind.
func (l *look) held(ctx context.Context, kind kinds.Kind, all resource.Address) error {
	found, err := kind.Held(ctx, l.reader, all)
	if err != nil {
		return fmt.Errorf("look at %s: %w", all, callError(err))
	}
	l.keep(found)
	return nil
}

// keep puts what was found among what was looked at.
func (l *look) keep(found resource.State) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for a, seen := range found {
		l.looked[a] = afterLook(seen)
	}
}

// afterLook says of what was seen that it was looked at.
func afterLook(seen resource.Resource) resource.Resource {
	facts := maps.Clone(seen.Facts)
	if facts == nil {
		facts = resource.Facts{}
	}
	facts[resource.FactLooked] = "yes"
	return resource.Resource{Settings: seen.Settings, Facts: facts}
}
