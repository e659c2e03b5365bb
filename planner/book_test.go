package planner_test

import (
	"fmt"
	"maps"
	"slices"
	"sync"

	"baseline/kinds"
	"baseline/planner"
	"baseline/resource"
	"baseline/testdata/accounts"
)

// dead is the trust of a role after somebody it named was deleted. Only an update with another text heals it.
const dead = resource.Document(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"AROADEAD"},"Action":"sts:AssumeRole"}}`)

// book is an account reduced to what the planner promises about order: nothing is made before what it needs, and nothing
// goes while something holds on to it.
type book struct{ state resource.State }

func newBook(state resource.State) *book { return &book{maps.Clone(state)} }

// types are those of the kinds, made once: a book asks for one with each object that it looks at.
var types = sync.OnceValue(func() map[resource.Kind]resource.Type {
	known := map[resource.Kind]resource.Type{}
	for _, t := range kinds.Types() {
		known[t.Kind] = t
	}
	return known
})

func typeOf(kind resource.Kind) resource.Type {
	t, known := types()[kind]
	if !known {
		panic("no kind " + kind)
	}
	return t
}

func needs(a resource.Address, o resource.Object) []resource.Address {
	if t := typeOf(a.Kind); t.Needs != nil {
		return t.Needs(accounts.ID, a, o)
	}
	return nil
}

// carryOut makes one change, as strict as AWS.
func (b *book) carryOut(c resource.Change) error {
	now, exists := b.state[c.Address]
	if exists == (c.Before == nil) {
		return fmt.Errorf("%s %s: exists is %v", c.Op(), c.Address, exists)
	}
	if exists && c.After != nil && now.Settings["trust"] != dead && !planner.Same(now.Settings, c.Before) {
		return fmt.Errorf("%s %s: is not as before: %v", c.Op(), c.Address, planner.Differences(now.Settings, c.Before))
	}
	if c.After == nil {
		for a, r := range b.state {
			if a != c.Address && slices.Contains(needs(a, r.Settings), c.Address) && typeOf(a.Kind).Interim == nil {
				return fmt.Errorf("delete %s: %s holds on to it", c.Address, a)
			}
		}
		delete(b.state, c.Address)
		// A trust that named it now names a dead id, which is nobody.
		for a, r := range b.state {
			if slices.Contains(needs(a, r.Settings), c.Address) {
				b.state[a] = resource.Resource{Settings: r.Settings.With(resource.Object{"trust": dead})}
			}
		}
		return nil
	}
	for _, need := range needs(c.Address, c.After) {
		if _, there := b.state[need]; !there || need == c.Address && c.Before == nil {
			return fmt.Errorf("%s %s: needs %s", c.Op(), c.Address, need)
		}
	}
	for _, fixed := range typeOf(c.Address.Kind).Fixed {
		if c.Before != nil && slices.Contains(planner.Differences(c.Before, c.After), fixed) {
			return fmt.Errorf("update %s: %s can't change", c.Address, fixed)
		}
	}
	if c.Before != nil && now.Settings["trust"] == dead && planner.Same(c.Before, c.After) {
		return fmt.Errorf("update %s: saves nothing, so a trust stays dead", c.Address)
	}
	b.state[c.Address] = resource.Resource{Settings: c.After, Facts: now.Facts}
	return nil
}

// all carries out changes in their order and checks that every need comes first.
func (b *book) all(changes []resource.Change) error {
	for i, c := range changes {
		for _, need := range c.Needs {
			if need >= i {
				return fmt.Errorf("change %d (%s) waits for change %d", i, c.Address, need)
			}
		}
		if err := b.carryOut(c); err != nil {
			return fmt.Errorf("change %d: %w", i, err)
		}
	}
	return nil
}

// shuffled carries out changes in another order that their needs allow: always the last one that is free.
func (b *book) shuffled(changes []resource.Change) error {
	done := make([]bool, len(changes))
	for range changes {
		for i := len(changes) - 1; i >= 0; i-- {
			free := !done[i] && !slices.ContainsFunc(changes[i].Needs, func(n int) bool { return !done[n] })
			if free {
				done[i] = true
				if err := b.carryOut(changes[i]); err != nil {
					return fmt.Errorf("change %d, out of order: %w", i, err)
				}
				break
			}
		}
	}
	return nil
}

// same compares two states by meaning.
func same(got, want resource.State) error {
	for a, r := range want {
		if now, exists := got[a]; !exists || !planner.Same(now.Settings, r.Settings) {
			return fmt.Errorf("%s is %v, not %v", a, now.Settings, r.Settings)
		}
	}
	for a := range got {
		if _, exists := want[a]; !exists {
			return fmt.Errorf("%s is there and should not be", a)
		}
	}
	return nil
}

// looked answers every look: there is nothing more to see.
func looked(state resource.State) resource.State {
	out := maps.Clone(state)
	for a, r := range out {
		facts := maps.Clone(r.Facts)
		if facts == nil {
			facts = resource.Facts{}
		}
		facts[resource.FactLooked] = "yes"
		out[a] = resource.Resource{Settings: r.Settings, Facts: facts}
	}
	return out
}

func accountOf(state resource.State) planner.Account {
	looked := map[resource.Address]bool{}
	for _, a := range accounts.Named() {
		looked[a] = true
	}
	return planner.Account{ID: accounts.ID, Live: state, Types: kinds.Types(), Looked: looked}
}
