package planner

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"baseline/policy"
	"baseline/resource"
)

// Named returns the objects that a file is about and that no list of the account shows, so that they must be looked up by their
// names before there can be a plan: what it declares, what it relies on, and what these need.
func Named(want *resource.Want, account Account) []resource.Address {
	named := map[resource.Kind]bool{}
	needs := map[resource.Kind]func(string, resource.Address, resource.Object) []resource.Address{}
	for _, t := range account.Types {
		named[t.Kind], needs[t.Kind] = t.Named, t.Needs
	}
	all := slices.Clone(want.Absent)
	for _, objects := range []map[resource.Address]resource.Object{want.Objects, want.Relied} {
		for a, o := range objects {
			all = append(all, a)
			if of := needs[a.Kind]; of != nil {
				all = append(all, of(account.ID, a, o)...)
			}
		}
	}
	all = slices.DeleteFunc(all, func(a resource.Address) bool { return !named[a.Kind] })
	slices.SortFunc(all, resource.Address.Compare)
	return slices.Compact(all)
}

// unseen returns those of the addresses that were not looked up yet.
func (w *work) unseen(named []resource.Address) []resource.Address {
	return slices.DeleteFunc(named, func(a resource.Address) bool {
		_, exists := w.Live[a]
		return exists || w.Looked[a] || !w.typeOf(a).Named
	})
}

// rely tells what the file needs of objects that it does not keep, and does not find there.
func (m *making) rely() {
	for _, a := range slices.SortedFunc(maps.Keys(m.relied), resource.Address.Compare) {
		live, exists := m.Live[a]
		if !exists && m.typeOf(a).Part && !m.exists(m.owner(a)) {
			continue // what names the owner complains of it
		}
		needed := m.want.Objects[a]
		if needed == nil {
			needed = m.want.Relied[a]
		}
		laid := m.lay(a, needed)
		for _, name := range laid.Names() {
			if exists && laid.Document(name) != "" && !live.Settings.Has(name) {
				m.draft.Notices = append(m.draft.Notices, fmt.Sprintf("%s belongs to %s: whether it allows what the file needs cannot be seen",
					a.Plain(), live.Facts[resource.FactOwner]))
				continue
			}
			have, wanted := string(live.Settings.Document(name)), string(laid.Document(name))
			lacking := policy.Lacking(have, wanted)
			if len(lacking) == 0 {
				continue
			}
			f := resource.Finding{
				Rule: "relied-on", Subject: a, Severity: resource.High,
				Seen: "lacks what the file needs of it", Advice: m.relied[a],
			}
			if len(policy.Unallowed(have, wanted)) > 0 {
				f.Blocks = m.triedWith(m.owner(a))
			}
			if len(f.Blocks) > 0 {
				f.Seen += ", and AWS refuses " + plainNames(f.Blocks) + " without"
			}
			f.Seen += ": " + strings.Join(lacking, ", ")
			m.draft.Findings = append(m.draft.Findings, f)
		}
	}
}

// triedWith returns the objects that are made, or changed so that AWS tries out what they follow, and that follow this one.
func (m *making) triedWith(ground resource.Address) []resource.Address {
	return slices.DeleteFunc(m.addresses(), func(a resource.Address) bool {
		e, t := m.edits[a], m.typeOf(a)
		return t.Follows == nil || e.after == nil || !slices.Contains(t.Follows(m.ID, a, e.after), ground) || !e.creates() && !tries(t, e)
	})
}

// findRoom tells of what is made, or grows, beyond what AWS allows. What the plan deletes still has its place then.
func (m *making) findRoom() {
	for _, a := range m.addresses() {
		e, t := m.edits[a], m.typeOf(a)
		if t.Crowds == nil || e.after == nil {
			continue
		}
		all := resource.State{}
		for other, r := range m.Live {
			if other.Kind == a.Kind {
				all[other] = r
			}
		}
		had := e.live.Settings != nil && t.Crowds(a, all) != ""
		for other, planned := range m.edits {
			if other.Kind == a.Kind && planned.after != nil {
				all[other] = resource.Resource{Settings: planned.after}
			}
		}
		if why := t.Crowds(a, all); why != "" && !had {
			m.draft.Findings = append(m.draft.Findings, resource.Finding{
				Rule: "no-room", Subject: a, Severity: resource.High, Seen: why,
				Advice: "take another one away and apply that, or use one that is there", Blocks: []resource.Address{a},
			})
		}
	}
}

// exists reports whether an object is in the account.
func (w *work) exists(a resource.Address) bool {
	_, exists := w.Live[a]
	return exists
}
