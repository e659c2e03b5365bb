package planner

import (
	"maps"
	"slices"
	"strings"

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
	// Nothing else is to be on their group: whatever somebody adds is out of every reviewed file.
	group, _ := requirements.OwnGroup()
	all.Complete = maps.Clone(m.want.Complete)
	if all.Complete == nil {
		all.Complete = map[resource.Address][]resource.Kind{}
	}
	all.Complete[group] = []resource.Kind{"iam_policy_attachment", "iam_inline_policy"}
	m.want = &all
}

// require judges the account as it will be after what is planned so far, and acts on the judgement.
func (m *making) require() {
	if m.want.Require == nil {
		return
	}
	judgement := requirements.Judge(requirements.Asked{Requirements: m.want.Require}, requirements.World{
		Account: m.ID, State: m.after(), Evidence: m.Evidence, Now: m.Now, Looked: m.Looked,
	})
	m.draft.Look = append(m.draft.Look, judgement.Look...)
	m.draft.Notices = append(m.draft.Notices, judgement.Notices...)
	for _, rule := range slices.Sorted(maps.Keys(judgement.Unchecked)) {
		m.draft.Notices = append(m.draft.Notices, rule+" was not checked: "+judgement.Unchecked[rule])
	}
	for _, fix := range judgement.Fixes {
		_, declared := m.want.Objects[fix.Address]
		theirs := requirements.Own(fix.Address) && m.othersGroup()
		if !declared && !theirs && m.foreignOwner(m.owner(fix.Address)) == "" {
			m.fix(fix)
		}
	}
	m.settle(judgement.Violations)
}

// settle makes changes of the violations that can be put right, and findings of the others.
func (m *making) settle(violations []requirements.Violation) {
	against := m.against(violations)
	hindrances := make([]string, len(violations))
	retired := map[resource.Address]bool{}
	for i, v := range violations {
		hindrances[i] = m.hindrance(v.Fixes, against)
		for _, fix := range v.Fixes {
			if hindrances[i] == "" && (fix.After == nil || fix.After.Text("status") == "Inactive") {
				retired[fix.Address] = true
			}
		}
	}
	for i, v := range violations {
		switch {
		case hindrances[i] != "":
			v.Seen += "; it is left as it is, for " + hindrances[i]
			m.draft.Findings = append(m.draft.Findings, v.Finding)
		case len(v.Fixes) > 0:
			for _, fix := range v.Fixes {
				if len(v.Controls) > 0 {
					fix.Reason += " (" + v.Controls[0] + ")"
				}
				m.fix(fix)
			}
		case !retired[v.Subject]: // else it breaks no rule any more, whichever rule had it taken out of use
			m.draft.Findings = append(m.draft.Findings, v.Finding)
		}
	}
}

// hindrance says what keeps the fixes of a violation from being made, all or none; "" where they can be.
func (m *making) hindrance(fixes []requirements.Fix, against reasons) string {
	if why := against.any(fixes); why != "" {
		return why
	}
	for _, fix := range fixes {
		if owner := m.foreignOwner(m.owner(fix.Address)); owner != "" {
			return "it belongs to " + owner
		}
		if requirements.Own(fix.Address) && m.othersGroup() {
			return "another baseline enforces MFA"
		}
	}
	return ""
}

// reasons say by address why what the file itself says keeps a fix from being made.
type reasons map[resource.Address]string

// against finds the fixes that the file itself speaks against. The next plan would take such a fix back, and so on for ever.
func (m *making) against(violations []requirements.Violation) reasons {
	against := reasons{}
	for _, v := range violations {
		for _, fix := range v.Fixes {
			declared := m.want.Objects[fix.Address]
			switch {
			case fix.After == nil && declared != nil:
				against[fix.Address] = "the file declares " + fix.Address.Plain()
			case fix.After != nil && declared == nil && !requirements.Own(fix.Address) && m.listedWithout(fix.Address, fix.After):
				against[fix.Address] = "the file lists all that " + m.owner(fix.Address).Plain() + " has, without " + fix.Address.Plain()
			case len(Differences(declared, fix.After)) > 0:
				against[fix.Address] = "the file declares another " + strings.Join(Differences(declared, fix.After), ", ")
			}
		}
	}
	return against
}

// any says why some fixes can't be made, one of them or one that another waits for; "" where they can.
func (r reasons) any(fixes []requirements.Fix) string {
	for _, fix := range fixes {
		for _, a := range append([]resource.Address{fix.Address}, fix.Waits...) {
			if why := r[a]; why != "" {
				return why
			}
		}
	}
	return ""
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
