package sandbox

import (
	"slices"
	"time"
)

// A standing is what the credential report tells of an access key or a signing certificate: not which it is.
type standing struct {
	Active bool `json:"active"`
	// Rotated is when the credential was created or last changed its status.
	Rotated time.Time `json:"rotated"`
	// LastUsed is known of access keys only.
	LastUsed *KeyUse `json:"lastUsed,omitempty"`
}

// slotsPerUser is how many access keys, and how many signing certificates, the report has room for. It is also how many
// of each a user can have.
const slotsPerUser = 2

// A slotted credential has a place of its own in the credential report, which it keeps while it lives.
type slotted interface {
	entity
	// inSlot is the number of the place, from 1; 0 for a credential kept before places were.
	inSlot() int
	standing() *standing
}

// standings are a user's credentials of a sort in their slots; nil where a slot is free. What has no slot of its own
// takes the first that is free, the oldest first.
func standings[T slotted](credentials []T) (slots [slotsPerUser]*standing) {
	credentials = slices.Clone(credentials)
	slices.SortStableFunc(credentials, func(a, b T) int { return a.born().Compare(b.born()) })
	for i := range slots {
		for _, credential := range credentials {
			if credential.inSlot() == i+1 {
				slots[i] = credential.standing()
			}
		}
	}
	homeless := slices.DeleteFunc(credentials, func(credential T) bool { return credential.inSlot() != 0 })
	for i := range slots {
		if slots[i] == nil && len(homeless) > 0 {
			slots[i], homeless = homeless[0].standing(), homeless[1:]
		}
	}
	return slots
}

// newSlot is the slot of a credential that comes to the others of its user: the first that is free. It is 0 when none
// is, which the quotas do not let happen.
func newSlot[T slotted](others []T) int {
	for i, s := range standings(others) {
		if s == nil {
			return i + 1
		}
	}
	return 0
}

// orElse is a time or, when it is zero, the other.
func orElse(t, other time.Time) time.Time {
	if t.IsZero() {
		return other
	}
	return t
}
