package planner

import (
	"fmt"
	"slices"
	"strings"

	"baseline/requirements"
	"baseline/resource"
)

// leave notes what is to go: what the file declares absent, what is not in a list that the file declares, what bears our
// mark and has left the file, and what `unmanaged: delete` names.
func (m *making) leave() {
	for _, a := range m.want.Absent {
		if live, exists := m.Live[a]; exists {
			if owner := m.foreignOwner(a); owner != "" {
				m.problem(a, "is declared absent, but it belongs to %s, which alone may delete it", owner)
				continue
			}
			m.remove(a, live, "declared absent")
		}
	}
	for a, live := range m.Live {
		if m.declared(a) || m.edits[a] != nil || m.foreignOwner(a) != "" || m.foreign[m.owner(a)] {
			continue
		}
		switch {
		case m.ruled(a): // whose requirement says who is in it
		case m.listedWithout(a, live.Settings):
			m.remove(a, live, "in the account, but not in the file")
		case m.typeOf(a).Named: // looked up because something needs it, which says nothing about who wants it gone
		case m.mark(live.Settings, a) == m.want.Name && m.want.Name != "":
			m.remove(a, live, "created by this baseline, and no longer in the file")
			m.edits[a].unasked = true
		case m.ownGroup(a, live):
			m.remove(a, live, "made for `require: mfa`, which no longer asks for it")
			m.edits[a].unasked = true
		case m.disposition(a) == resource.Delete:
			m.remove(a, live, fmt.Sprintf("not in the file, which says `unmanaged: {%s: delete}`", m.typeOf(a).Family))
			m.edits[a].unasked = true
		}
	}
	m.keepHeld()
}

// keepHeld gives up deletions that nobody asked for by name where something that stays holds on to the object, or may do so unseen: one
// policy that is somebody's boundary must not keep the whole file from being planned.
func (m *making) keepHeld() {
	m.keepServing()
	for again := true; again; {
		again = false
		for _, a := range m.addresses() {
			e := m.edits[a]
			if !e.unasked {
				continue
			}
			if holder := m.holder(e); !holder.IsZero() {
				delete(m.edits, a)
				again = true // and so may hold on to others
				m.kept[a] = true
				m.draft.Findings = append(m.draft.Findings, resource.Finding{
					Rule: "kept", Subject: a, Severity: resource.Low,
					Seen:   e.reason + ", but " + holder.Plain() + " holds on to it",
					Advice: "declare it, or have its holder let go of it",
				})
			}
		}
	}
}

// keepServing gives up deletions that nobody asked for by name of what objects may use that were not read.
func (m *making) keepServing() {
	read := append(requirements.Needs(m.want.Require).Kinds, m.want.Extra...)
	for _, a := range m.addresses() {
		e, t := m.edits[a], m.typeOf(a)
		if !e.unasked || t.Serves == nil {
			continue
		}
		kind, section := t.Serves(e.live.Settings)
		if kind == "" || slices.Contains(read, kind) {
			continue
		}
		delete(m.edits, a)
		m.kept[a] = true
		user, _, _ := strings.Cut(resource.At(kind, "any").Plain(), "/")
		m.draft.Findings = append(m.draft.Findings, resource.Finding{
			Rule: "kept", Subject: a, Severity: resource.Low,
			Seen:   fmt.Sprintf("%s, but a %s may use it, which is seen only with `%s` in the file", e.reason, user, section),
			Advice: fmt.Sprintf("write `%s: {}` to have that seen, or declare it, or declare it absent", section),
		})
	}
}

// holder returns something that stays and keeps AWS, or us, from deleting the object.
func (m *making) holder(e *edit) resource.Address {
	for _, needer := range m.needers[e.address] {
		ne := m.edits[needer]
		switch {
		case needer == e.address || ne != nil && ne.after == nil:
		case m.typeOf(needer).Part:
			if m.Live[needer].Facts[resource.FactOwner] != "" && m.owner(needer) != e.address {
				return m.owner(needer)
			}
			if m.declared(needer) {
				return m.owner(needer)
			}
		case slices.Contains(m.firmNeeds(needer, m.Live[needer].Settings), e.address) &&
			(ne == nil || slices.Contains(m.needs(needer, ne.after), e.address)):
			return needer
		}
	}
	return resource.Address{}
}

func (m *making) remove(a resource.Address, live resource.Resource, reason string) {
	m.edits[a] = &edit{address: a, live: live, reason: reason}
}

// ownGroup reports whether a is the group that requirements keep for themselves. Groups bear no tags, so it is told by its
// path and name, and it is ours unless its policy is another baseline's. Without the mark in sight, the policy is looked at
// first: its tags may be shown late, or not at all, and with the group would go what keeps others' users from acting without MFA.
func (m *making) ownGroup(a resource.Address, live resource.Resource) bool {
	group, policy := requirements.OwnGroup()
	if a != group || live.Settings.Text("path") != requirements.OwnPath {
		return false
	}
	seen, exists := m.Live[policy]
	if exists && m.mark(seen.Settings, policy) == "" && seen.Facts[resource.FactLooked] == "" {
		m.draft.Look = append(m.draft.Look, policy)
		return false
	}
	return !m.othersGroup()
}

// othersGroup reports whether the group that requirements keep is another baseline's, which alone says who is in it.
func (m *making) othersGroup() bool {
	_, policy := requirements.OwnGroup()
	return m.foreignOwner(policy) != ""
}

// ruled reports whether a is a membership in the group that a requirement keeps, of this file or of another baseline. A
// complete list of a user's groups says nothing about it.
func (m *making) ruled(a resource.Address) bool {
	group, _ := requirements.OwnGroup()
	return requirements.Own(a) && (m.declared(group) || m.othersGroup())
}

// listedWithout reports whether a is a part of an object whose parts of this kind the file lists completely.
func (m *making) listedWithout(a resource.Address, o resource.Object) bool {
	if !m.typeOf(a).Part || len(m.want.Complete) == 0 {
		return false
	}
	return slices.ContainsFunc(m.needs(a, o), func(end resource.Address) bool {
		return slices.Contains(m.want.Complete[end], a.Kind)
	})
}

// disposition says what becomes of an object that the file does not declare. Parts are decided with their owner, and on
// their own only where the file declares the owner but not the list.
func (m *making) disposition(a resource.Address) resource.Disposition {
	t := m.typeOf(a)
	if t.Family == "" || requirements.Own(a) || (t.Part && !m.declared(m.owner(a))) {
		return resource.Ignore
	}
	if d, ok := m.want.Unmanaged[t.Family]; ok {
		return d
	}
	return resource.Report
}

// report tells of the objects that nobody declared and nobody else owns.
func (m *making) report() {
	for _, a := range m.Live.Addresses() {
		if m.declared(a) || m.edits[a] != nil || m.kept[a] || m.disposition(a) != resource.Report || m.foreign[m.owner(a)] {
			continue
		}
		if owner := m.foreignOwner(a); owner != "" {
			if m.typeOf(a).Extra { // there are few, and they do for this account what the file may want
				m.draft.Notices = append(m.draft.Notices, a.Plain()+" belongs to "+owner+", and is left as it is")
			}
			continue
		}
		f := resource.Finding{
			Rule: "unmanaged", Subject: a, Severity: resource.Low,
			Seen:   "in the account, but not in the file",
			Advice: "declare it, declare it `absent: true`, or say what becomes of such under `unmanaged:`",
		}
		parts := []resource.Address{a}
		if m.typeOf(a).Part {
			f.Advice = "list it with " + m.owner(a).Plain() + " in the file, or say what becomes of such under `unmanaged:`"
		} else {
			parts = m.partsOf(a)
			if len(parts) > 0 {
				f.Seen += "; it holds " + plainList(parts)
			}
		}
		if slices.ContainsFunc(parts, func(p resource.Address) bool { return strings.HasSuffix(p.Name, "/aws:AdministratorAccess") }) {
			f.Severity = resource.High
		}
		m.draft.Findings = append(m.draft.Findings, f)
	}
	m.reportDead()
	slices.SortStableFunc(m.draft.Findings, func(a, b resource.Finding) int { return a.Subject.Compare(b.Subject) })
}

// reportDead tells of documents that trust somebody who is gone, unless this plan changes them anyway.
func (m *making) reportDead() {
	for a, r := range m.Live {
		if m.edits[a] != nil || m.disposition(a) == resource.Ignore && !m.declared(a) {
			continue
		}
		if dead := m.deadIn(a, r.Settings); len(dead) > 0 {
			m.draft.Findings = append(m.draft.Findings, resource.Finding{
				Rule: "dead-principal", Subject: a, Severity: resource.Medium,
				Seen:   "trusts " + strings.Join(dead, ", ") + ": the id of a user or role that was deleted",
				Advice: "declare the trust without it, or with the ARN of whoever is meant now",
			})
		}
	}
}

// partsOf returns the live parts that are shown under a.
func (w *work) partsOf(a resource.Address) []resource.Address {
	var parts []resource.Address
	for _, needer := range w.needers[a] {
		if w.typeOf(needer).Part && w.owner(needer) == a {
			parts = append(parts, needer)
		}
	}
	return parts
}

// plainList names a few parts by what they are, without repeating whose they are, and counts the rest.
func plainList(parts []resource.Address) string {
	const shown = 4
	var names []string
	for i, p := range parts {
		if i == shown {
			names = append(names, fmt.Sprintf("%d more", len(parts)-shown))
			break
		}
		kind, _, _ := strings.Cut(p.Plain(), "/")
		pieces := p.Parts(3)
		last := pieces[2]
		if last == "" {
			last = pieces[1]
		}
		names = append(names, held(kind)+" "+last)
	}
	return strings.Join(names, ", ")
}

// held is what a part is called by whoever holds it.
func held(kind string) string {
	switch kind {
	case "membership":
		return "group"
	case "policy_attachment":
		return "policy"
	}
	return strings.ReplaceAll(kind, "_", " ")
}
