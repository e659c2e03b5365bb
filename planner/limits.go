package planner

import (
	"fmt"

	"baseline/resource"
)

// checkLimits says by which limits the plan does more than is usual: most often a mistake, such as half a file.
func (m *making) checkLimits() {
	limits := resource.DefaultLimits()
	if m.want.Limits != nil {
		limits = *m.want.Limits
	}
	principals, gone := 0, 0
	for a, live := range m.Live {
		if (a.Kind != "iam_user" && a.Kind != "iam_role") || live.Facts[resource.FactOwner] != "" {
			continue
		}
		principals++
		if e := m.edits[a]; e != nil && e.after == nil {
			gone++
		}
	}
	objects, changed := m.standing()
	large := func(what string, n, of, percent int) {
		m.draft.Large = append(m.draft.Large, fmt.Sprintf("%s %d of %d (%d %%), and the limit is %d %%", what, n, of, n*100/of, percent))
	}
	if gone > limits.DeletedPrincipals {
		m.draft.Large = append(m.draft.Large, fmt.Sprintf("deletes %d users and roles, and the limit is %d", gone, limits.DeletedPrincipals))
	}
	if principals >= limits.From && gone*100 > principals*limits.DeletedPercent {
		large("deletes users and roles:", gone, principals, limits.DeletedPercent)
	}
	if objects >= limits.From && changed*100 > objects*limits.ChangedPercent {
		large("changes or deletes objects:", changed, objects, limits.ChangedPercent)
	}
}

// standing counts the live objects that stand alone and belong to nobody else, and those of them that the plan changes or deletes,
// be it by their parts alone.
func (m *making) standing() (objects, changed int) {
	touched := map[resource.Address]bool{}
	for a := range m.edits {
		touched[m.owner(a)] = true
	}
	for a, live := range m.Live {
		if m.owner(a) != a || live.Facts[resource.FactOwner] != "" {
			continue
		}
		objects++
		if touched[a] {
			changed++
		}
	}
	return objects, changed
}
