package requirements

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"baseline/resource"
)

// judgeCount finds the active keys that are too many: first those that go anyway, then those that never were used, then those
// least recently used, and of equals the older one. So of two keys the one in use stays.
func (r *keyring) judgeCount(live []*accessKey) {
	if r.rule.MaxActive == nil || len(live) <= *r.rule.MaxActive {
		return
	}
	byAge := slices.SortedFunc(slices.Values(live), func(a, b *accessKey) int { return a.created.Compare(b.created) })
	since := byAge[*r.rule.MaxActive].created
	order := slices.SortedStableFunc(slices.Values(live), func(a, b *accessKey) int {
		switch {
		case a.changed && !b.changed:
			return -1
		case b.changed && !a.changed:
			return 1
		}
		return cmp.Or(a.used.Compare(b.used), a.created.Compare(b.created))
	})
	surplus := len(live) - *r.rule.MaxActive
	for _, k := range order[:surplus] {
		r.judgeSurplus(k, len(live), order[surplus:], since)
	}
}

// judgeSurplus judges one key of too many; kept are those that stay.
func (r *keyring) judgeSurplus(k *accessKey, count int, kept []*accessKey, since time.Time) {
	seen := fmt.Sprintf("one of %d active access keys; the limit is %d", count, *r.rule.MaxActive)
	if count == 1 {
		seen = "an active access key; the limit is none"
	}
	v := r.breaks(k, ruleKeyCount, seen, since, "have another key or a role used instead, and deactivate this one")
	if r.rule.Deactivate == 0 || k.changed {
		return
	}
	until := r.replacedBy(kept, k)
	switch {
	case r.Now.Sub(k.lastUse()) < inUse:
		v.Seen += "; it is in use, so a person must say which one goes"
	case r.Now.Before(until):
		v.Seen += "; one of them is new, so they may be being exchanged until " + date(until)
	default:
		v.Seen += "; " + r.useOf(k)
		fix := Fix{RestsOnUse: true}
		if len(kept) > 0 {
			ground := resource.Ground{Look: resource.At(accessKeyKind, r.user), Found: map[resource.Address]resource.Resource{}}
			for _, other := range kept {
				ground.Found[other.at] = resource.Resource{Settings: resource.Object{"status": active}}
			}
			fix.Grounds = []resource.Ground{ground}
		}
		r.deactivate(k, v, fix)
	}
}

// replacedBy returns until when the newest of some keys may be about to take the place of another. Where no key is allowed
// there is none to take its place.
func (r *keyring) replacedBy(kept []*accessKey, k *accessKey) time.Time {
	if len(kept) == 0 {
		return time.Time{}
	}
	newest := k.created
	for _, other := range kept {
		newest = latest(newest, other.created)
	}
	return newest.Add(cmp.Or(lead(r.rule), replacing))
}
