package sandbox

import (
	"maps"
	"slices"
)

func summaryOperation() operation { return read("GetAccountSummary", getAccountSummary) }

// getAccountSummary tells counts and quotas. Each kind adds its own; what is left is about the account as a whole and
// about what is not simulated. The root user has a password, a hardware MFA device, which no list shows, and no keys.
func getAccountSummary(c *call) (answer, error) {
	summary := map[string]int{
		"AccountMFAEnabled":                 1,
		"AccountPasswordPresent":            1,
		"AccountAccessKeysPresent":          0,
		"AccountSigningCertificatesPresent": 0,
		"AssumeRolePolicySizeQuota":         quotaTrustSize,
		"AttachedPoliciesPerGroupQuota":     quotaAttachedPerHolder,
		"AttachedPoliciesPerRoleQuota":      quotaAttachedPerHolder,
		"AttachedPoliciesPerUserQuota":      quotaAttachedPerHolder,
		"GlobalEndpointTokenVersion":        quotaSTSTokenVersion,
		"GroupPolicySizeQuota":              quotaGroupInlineSize,
		"Providers":                         0,
		"RolePolicySizeQuota":               quotaRoleInlineSize,
		"ServerCertificates":                0,
		"ServerCertificatesQuota":           quotaServerCertificates,
		"UserPolicySizeQuota":               quotaUserInlineSize,
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
