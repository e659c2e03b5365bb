package planner

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"baseline/requirements"
	"baseline/resource"
)

// making is the planning of a file against an account.
type making struct {
	*work
	want *resource.Want
	// foreign are the declared objects that somebody else owns; they and what is declared under them stay as they are.
	foreign map[resource.Address]bool
	// relied are the objects of which the file needs something that it can't put there, with what to do where they lack it.
	relied map[resource.Address]string
	// kept are the objects whose deletion was given up.
	kept map[resource.Address]bool
}

// declared reports whether the file mentions the object.
func (m *making) declared(a resource.Address) bool { return m.want.Objects[a] != nil }

// overlay lays each declared object over the live one and notes where they differ.
func (m *making) overlay() {
	m.foreign, m.relied = map[resource.Address]bool{}, map[resource.Address]string{}
	for a := range m.want.Relied {
		m.relied[a] = "add that to it, or let this baseline do so with `manage_policy: true`"
	}
	spellings := map[resource.Address]resource.Address{}
	for a := range m.Live {
		spellings[folded(a)] = a
	}
	addresses := slices.SortedFunc(maps.Keys(m.want.Objects), resource.Address.Compare)
	for _, a := range addresses {
		if owner := m.foreignOwner(a); owner != "" {
			m.foreign[a] = true
			if live := m.Live[a].Settings; m.typeOf(a).Lay != nil && (live == nil || len(live) > 0) {
				m.relied[a] = "have " + owner + " add that to it"
			}
			if m.declared(m.owner(a)) && m.owner(a) != a {
				continue // said once, of the owner
			}
			if m.typeOf(a).Named && m.exists(a) && len(m.Live[a].Settings) == 0 {
				m.problem(a, "is to be made or kept, but the one of this name belongs to %s, who would get what is meant for it: "+
					"choose another name, or use it as it is", owner)
				continue
			}
			f := resource.Finding{
				Rule: "owned-elsewhere", Subject: a, Severity: resource.Medium,
				Seen:   "declared in the file, but it belongs to " + owner + "; it is left as it is",
				Advice: "take it out of the file, or have " + owner + " let go of it",
			}
			if requirements.Own(a) {
				f.Seen = "`require: mfa` of the file enforces MFA by it, but it belongs to " + owner + "; it is left as it is"
				f.Advice = "one baseline of an account can enforce MFA: let the other have `enforce: report`"
			}
			m.draft.Findings = append(m.draft.Findings, f)
		}
	}
	for _, a := range addresses {
		if m.types[a.Kind] == nil {
			m.problem(a, "there is no kind %q", a.Kind)
			continue
		}
		if m.foreign[a] || m.foreign[m.owner(a)] {
			continue
		}
		live, exists := m.Live[a]
		if !exists {
			if other, clash := spellings[folded(a)]; clash {
				m.problem(a, "the account spells this name %q, and AWS does not tell upper from lower case: write it that way", other.Name)
				continue
			}
			m.create(a)
			continue
		}
		m.update(a, live)
	}
}

// folded is the address as AWS compares names: without regard to case.
func folded(a resource.Address) resource.Address {
	return resource.Address{Kind: a.Kind, Name: strings.ToLower(a.Name)}
}

// foreignOwner says who owns the live object, when it is not this baseline or nobody. A part that a file may declare without its
// owner, such as the policy of a bucket, belongs to whom the owner does.
func (m *making) foreignOwner(a resource.Address) string {
	if t := m.typeOf(a); t.Part && t.Lay != nil {
		a = m.owner(a)
	}
	live := m.Live[a]
	if owner := live.Facts[resource.FactOwner]; owner != "" {
		return owner
	}
	if mark := m.mark(live.Settings, a); mark != "" && mark != m.want.Name {
		return fmt.Sprintf("the baseline %q", mark)
	}
	return ""
}

// mark returns the name of the baseline that created the object, "" if it bears no mark.
func (m *making) mark(o resource.Object, a resource.Address) string {
	if tags := m.typeOf(a).Tags; tags != "" {
		return o.Map(tags)[resource.MarkKey]
	}
	return ""
}

// wanted is what the file wants of an object, in the terms of the account.
func (m *making) wanted(a resource.Address) resource.Object {
	return m.resolve(a, m.lay(a, m.want.Objects[a]))
}

// lay brings what is wanted of an object into the terms of what is there.
func (m *making) lay(a resource.Address, wanted resource.Object) resource.Object {
	if lay := m.typeOf(a).Lay; lay != nil {
		return lay(a, wanted, m.see)
	}
	return wanted
}

// see is the account as the kinds look things up in it.
func (w *work) see(a resource.Address) (resource.Resource, bool) {
	r, exists := w.Live[a]
	return r, exists
}

func (m *making) create(a resource.Address) {
	t := m.typeOf(a)
	after := t.Defaults.With(m.wanted(a))
	for _, name := range t.Required {
		if !after.Has(name) {
			m.problem(a, "is not in the account, and without %s it can't be created", name)
			return
		}
	}
	if t.Tags != "" {
		after = after.With(resource.Object{t.Tags: withMark(after.Map(t.Tags), m.want.Name)})
	}
	m.edits[a] = &edit{address: a, after: after}
}

func (m *making) update(a resource.Address, live resource.Resource) {
	t := m.typeOf(a)
	wanted := m.wanted(a)
	for _, name := range t.Detail {
		// Tags may hold another owner's mark, so they must be known whether or not the file names them.
		if (wanted.Has(name) || name == t.Tags) && !live.Settings.Has(name) {
			m.draft.Look = append(m.draft.Look, a)
			return
		}
	}
	if t.Tags != "" && wanted.Has(t.Tags) {
		if mark := m.mark(live.Settings, a); mark != "" {
			wanted = wanted.With(resource.Object{t.Tags: withMark(wanted.Map(t.Tags), mark)})
		}
	}
	after := keepWording(live.Settings, live.Settings.With(wanted))
	changed := Differences(live.Settings, after)
	if len(changed) == 0 {
		return
	}
	e := &edit{address: a, live: live, after: after}
	for _, name := range changed {
		if slices.Contains(t.Detail, name) && live.Facts[resource.FactLooked] == "" {
			m.draft.Look = append(m.draft.Look, a)
			return
		}
		if slices.Contains(t.Fixed, name) {
			e.replace = true
			e.reason = "AWS can't change the " + name + " of an existing one"
		}
	}
	m.edits[a] = e
}

func withMark(tags map[string]string, name string) map[string]string {
	out := make(map[string]string, len(tags)+1)
	maps.Copy(out, tags)
	out[resource.MarkKey] = name
	return out
}
