package sandbox

import (
	"maps"
	"slices"
)

func summaryOperation() operation { return read("GetAccountSummary", getAccountSummary) }

// getAccountSummary tells counts and quotas. Each kind adds its own; what is left is about the account as a whole and
// about what is not simulated.
func getAccountSummary(c *call) (answer, error) {
	summary := map[string]int{
		"AssumeRolePolicySizeQuota":     quotaTrustSize,
		"AttachedPoliciesPerGroupQuota": quotaAttachedPerHolder,
		"AttachedPoliciesPerRoleQuota":  quotaAttachedPerHolder,
		"AttachedPoliciesPerUserQuota":  quotaAttachedPerHolder,
		"GlobalEndpointTokenVersion":    quotaSTSTokenVersion,
		"GroupPolicySizeQuota":          quotaGroupInlineSize,
		"Providers":                     0,
		"RolePolicySizeQuota":           quotaRoleInlineSize,
		"UserPolicySizeQuota":           quotaUserInlineSize,
	}
	for _, k := range c.store.kinds {
		if k.count != nil {
			k.count(c, summary)
		}
	}
	return respond(func(w *xmlWriter) {
		w.open("SummaryMap")
		for _, key := range slices.Sorted(maps.Keys(summary)) {
			w.open("entry")
			w.text("key", key)
			w.number("value", summary[key])
			w.end("entry")
		}
		w.end("SummaryMap")
	})
}
