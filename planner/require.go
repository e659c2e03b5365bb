package planner

import (
	"maps"
	"slices"

	"baseline/requirements"
	"baseline/resource"
)

// keepOwn adds to what is wanted the objects that the requirements keep for themselves. No file may declare those.
func (m *making) keepOwn() {
	own := requirements.Objects(m.want.Require)
	if len(own) == 0 {
		return
	}
	for a := range m.want.Objects {
		if requirements.Own(a) {
			m.problem(a, "is kept by `require: mfa`: give yours another name")
		}
	}
	all := *m.want
	all.Objects = maps.Clone(m.want.Objects)
	maps.Copy(all.Objects, own)
	m.want = &all
}

// require judges the account as it will be after what is planned so far, makes changes of what can be put right, and
// findings of the rest.
func (m *making) require() {
	if m.want.Require == nil {
		return
	}
	judgement := requirements.Judge(requirements.Asked{Requirements: m.want.Require}, requirements.World{
		Account: m.ID, State: m.after(), Evidence: m.Evidence, Now: m.Now, Looked: m.Looked,
	})
	m.draft.Look = append(m.draft.Look, judgement.Look...)
	m.draft.Notices = append(m.draft.Notices, judgement.Notices...)
	fixed := map[resource.Address]bool{}
	for _, v := range judgement.Violations {
		for _, fix := range v.Fixes {
			fixed[fix.Address] = true
		}
	}
	for _, fix := range judgement.Fixes {
		m.fix(fix)
	}
	for _, v := range judgement.Violations {
		if len(v.Fixes) == 0 {
			if !fixed[v.Subject] { // else what puts another violation right does so here
				m.draft.Findings = append(m.draft.Findings, v.Finding)
			}
			continue
		}
		if owner := m.foreignOwner(m.owner(v.Fixes[0].Address)); owner != "" {
			v.Seen += "; it is left as it is, for it belongs to " + owner
			m.draft.Findings = append(m.draft.Findings, v.Finding)
			continue
		}
		for _, fix := range v.Fixes {
			if len(v.Controls) > 0 {
				fix.Reason += " (" + v.Controls[0] + ")"
			}
			m.fix(fix)
		}
	}
}

// after is the account as it will be when what is planned so far is done.
func (m *making) after() resource.State {
	state := maps.Clone(m.Live)
	for a, e := range m.edits {
		if e.after == nil {
			delete(state, a)
			continue
		}
		state[a] = resource.Resource{Settings: e.after, Facts: e.live.Facts}
	}
	return state
}

// fix makes an edit of a requirement's fix, or adds it to the one that there is.
func (m *making) fix(f requirements.Fix) {
	e, planned := m.edits[f.Address]
	if !planned {
		e = &edit{address: f.Address, live: m.Live[f.Address]}
		e.after = e.live.Settings
	}
	e.grounds, e.waits = slices.Concat(e.grounds, f.Grounds), slices.Concat(e.waits, f.Waits)
	switch {
	case f.After == nil:
		e.after = nil
	case e.after == nil && e.live.Settings != nil: // planned to go, and wanted all the same
		e.after = e.live.Settings.With(f.After)
	default:
		e.after = e.after.With(f.After)
	}
	e.restsOnUse = e.restsOnUse || f.RestsOnUse
	if Same(e.live.Settings, e.after) && !e.replace {
		delete(m.edits, f.Address)
		return
	}
	e.reason = f.Reason
	m.edits[f.Address] = e
}
