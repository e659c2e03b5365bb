package live

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"baseline/kinds"
	"baseline/resource"
)

// rereads reports whether an object of the kind is looked at again before it is changed: a credential, which we cannot make, and
// of which the plan knows only what its holder may have changed since.
func rereads(kind kinds.Kind) bool { return kind.Create == nil }

// confirm looks again at what a change rests on, and at the object itself if it is a credential. It reports whether the
// change is already made.
func (a *Account) confirm(ctx context.Context, kind kinds.Kind, change resource.Change) (done bool, err error) {
	itself := rereads(kind)
	var look []resource.Address
	for _, ground := range change.Grounds {
		look = append(look, ground.Look)
	}
	if itself {
		look = append(look, change.Address)
	}
	now, err := a.lookAgain(ctx, look)
	if err != nil {
		return false, err
	}
	grounds := change.Grounds
	if itself {
		if as(now[change.Address].Settings, change.After) {
			return true, nil
		}
		grounds = append(slices.Clip(grounds), ownGround(change))
	}
	for _, ground := range grounds {
		if err := ground.Check(now); err != nil {
			return false, fmt.Errorf("since the plan was made, %w; nothing was changed: plan again", err)
		}
	}
	return false, nil
}

// lookAgain shows objects as they are now, and nothing of what was seen before. What is not held by a user is read with all of
// its kind.
func (a *Account) lookAgain(ctx context.Context, addresses []resource.Address) (resource.State, error) {
	who, err := a.Identify(ctx)
	if err != nil {
		return nil, err
	}
	reader := a.reader(who)
	read := resource.State{}
	listed := map[resource.Kind]bool{}
	for _, address := range addresses {
		kind, ok := a.kinds[address.Kind]
		if !ok {
			return nil, fmt.Errorf("there is no kind %q to look at", address.Kind)
		}
		if kind.List == nil || listed[kind.Kind] {
			continue
		}
		listed[kind.Kind] = true
		found, err := kind.List(ctx, reader)
		if err != nil {
			return nil, err
		}
		maps.Copy(read, found)
	}
	return a.Look(ctx, read, addresses)
}

// ownGround is that the object itself is what a change was made for.
func ownGround(change resource.Change) resource.Ground {
	own := resource.Ground{Look: change.Address}
	if change.Before != nil {
		own.Found = map[resource.Address]resource.Resource{change.Address: {Settings: change.Before, Facts: change.Facts}}
	}
	return own
}

// as reports whether an object, nil for none, already shows every setting of another.
func as(now, after resource.Object) bool {
	if (now == nil) != (after == nil) {
		return false
	}
	for name, value := range after {
		if !reflect.DeepEqual(now[name], value) {
			return false
		}
	}
	return true
}
