package planner

import "baseline/resource"

// consent notes at each one-way change what the file says to it, and tells of consents that count no more.
func (m *making) consent() {
	for _, given := range m.want.Consents {
		for i := range m.draft.Changes {
			c := &m.draft.Changes[i]
			if len(c.OneWay) == 0 || c.Address != given.Address || given.Delete != (c.After == nil && !c.Replace) {
				continue
			}
			if given.Holds(m.Now) {
				c.Consent = &resource.Consent{Reason: given.Reason, Until: given.Until}
				continue
			}
			m.draft.Notices = append(m.draft.Notices, "the consent to what becomes of "+given.Address.Plain()+" ended on "+
				given.Until.Add(-1).Format("2006-01-02"))
		}
	}
}
