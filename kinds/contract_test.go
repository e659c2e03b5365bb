package kinds_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"baseline/kinds"
	"baseline/resource"
)

// TestContract takes every sample of every kind through its whole life, and back.
func TestContract(t *testing.T) {
	for i, s := range samples {
		t.Run(s.address.String()+"/"+string(rune('a'+i%2)), func(t *testing.T) {
			subject := openSubject(t)
			if s.ground != nil {
				s.ground(subject)
			}
			before := subject.everything(s)
			for _, need := range s.needs {
				subject.write(resource.Change{Address: need.address, After: complete(need.address.Kind, need.settings)})
			}
			first := complete(s.address.Kind, s.first)

			create := resource.Change{Address: s.address, After: first}
			subject.write(create)
			subject.shows(s.address, first)

			if s.second != nil {
				second := complete(s.address.Kind, s.second)
				update := resource.Change{Address: s.address, Before: first, After: second}
				subject.write(update)
				subject.shows(s.address, second)
				subject.write(update.Inverse())
				subject.shows(s.address, first)
				// A second try, after an answer was lost, is harmless.
				subject.write(update)
				subject.write(resource.Change{Address: s.address, Before: second, After: second})
				subject.shows(s.address, second)
				subject.write(update.Inverse())
			}

			subject.write(create.Inverse())
			subject.shows(s.address, nil)
			subject.write(create.Inverse().Inverse())
			subject.shows(s.address, first)
			subject.write(create.Inverse())

			for _, need := range slices.Backward(s.needs) {
				subject.write(resource.Change{Address: need.address, Before: complete(need.address.Kind, need.settings)})
			}
			if diff := cmp.Diff(before, subject.everything(s)); diff != "" {
				t.Errorf("the account is not what it was before (-before +after):\n%s", diff)
			}
		})
	}
}

// TestEveryKindHasSamples keeps a new kind from being listed without a word about its behaviour.
func TestEveryKindHasSamples(t *testing.T) {
	count := map[resource.Kind]int{}
	for _, s := range samples {
		count[s.address.Kind]++
	}
	for _, c := range credentialSamples {
		count[c.kind] += 2 // each is a life of its own
	}
	for _, kind := range kinds.Types() {
		if count[kind.Kind] < 2 {
			t.Errorf("%s has %d samples, want 2 or more", kind.Kind, count[kind.Kind])
		}
	}
}
