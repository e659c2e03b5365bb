package requirements

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"baseline/policy"
	"baseline/resource"
)

// trust judges whom roles trust, statement by statement: what a Deny takes away again is not weighed.
func (j *judging) trust() {
	rule := j.asked.Trust
	if rule == nil {
		return
	}
	for _, name := range j.roles {
		role := resource.At(roleKind, name)
		if j.ofAWS(role) || j.excepted(rule.Exceptions, role) {
			continue
		}
		document, err := policy.Parse(string(j.State[role].Settings.Document("trust")))
		if err != nil {
			for _, id := range askedOfTrust(rule) {
				j.unchecked(id, "%s: its trust policy cannot be read: %s", role, err)
			}
			continue
		}
		j.trustOf(rule, role, document)
	}
	j.expired("trust", rule.Exceptions)
}

// askedOfTrust are the ids of the rules about trust that are asked.
func askedOfTrust(rule *resource.TrustRule) []string {
	var ids []string
	for id, asked := range map[string]bool{
		"trust.accounts": rule.Accounts != nil, "trust.services": rule.Services != nil,
		"trust.external_id": rule.ExternalID, "trust.public": rule.NoPublic,
	} {
		if asked {
			ids = append(ids, id)
		}
	}
	return ids
}

// trustOf judges the trust policy of one role.
func (j *judging) trustOf(rule *resource.TrustRule, role resource.Address, document *policy.Document) {
	var unlisted, unlistedServices, unasked, public []string
	for i := range document.Statements {
		s := &document.Statements[i]
		if !letsAssume(s) {
			continue
		}
		for _, outsider := range outsiders(s, j.Account) {
			if !slices.Contains(rule.Accounts, outsider) {
				unlisted = append(unlisted, outsider)
			}
			if !asksExternalID(s) && !strings.HasPrefix(outsider, everyAccountOf) {
				unasked = append(unasked, outsider)
			}
		}
		for _, service := range s.Principals[policy.Service] {
			if !slices.Contains(rule.Services, service) {
				unlistedServices = append(unlistedServices, service)
			}
		}
		public = append(public, strangers(s)...)
	}
	find := func(id string, asked bool, seen string, names []string, advice string) {
		slices.Sort(names)
		if names = slices.Compact(names); asked && len(names) > 0 {
			j.violate(id, role, seen+some(names), time.Time{}, advice)
		}
	}
	find("trust.accounts", rule.Accounts != nil, "trusts accounts that the file does not list: ", unlisted,
		"stop trusting them, or list them")
	find("trust.services", rule.Services != nil, "trusts services that the file does not list: ", unlistedServices,
		"stop trusting them, or list them")
	find("trust.external_id", rule.ExternalID, "can be assumed without an external id from ", unasked,
		"agree on an external id with whoever assumes the role, and compare sts:ExternalId with it in a Condition")
	find("trust.public", rule.NoPublic, "can be assumed by ", public,
		"name who is trusted, or compare what only they have in a Condition")
}

// letsAssume reports whether a statement of a trust policy lets somebody get a session of the role.
func letsAssume(s *policy.Statement) bool {
	return slices.ContainsFunc([]string{"sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"}, s.Allows)
}

// What stands for the accounts of a statement that trusts everybody, or everybody in an organization.
const (
	anyAccount     = "every account"
	everyAccountOf = "every account of organization "
)

// outsiders returns the accounts beside the own one whose principals a statement trusts.
func outsiders(s *policy.Statement, own string) []string {
	var accounts []string
	for _, name := range s.Principals[policy.AWS] {
		// A principal without an account is everybody, or dead and so nobody.
		accounts = append(accounts, policy.AccountOf(name))
	}
	for _, id := range s.Principals[policy.CanonicalUser] {
		accounts = append(accounts, "the canonical user "+id)
	}
	if trustsAll(s) {
		accounts = append(accounts, pinnedAccounts(s)...)
	}
	return slices.DeleteFunc(accounts, func(account string) bool { return account == "" || account == own })
}

// trustsAll reports whether a statement trusts every AWS principal there is, but for its conditions.
func trustsAll(s *policy.Statement) bool {
	return s.NotPrincipals != nil || slices.ContainsFunc(s.Principals[policy.AWS], func(name string) bool {
		return policy.IsPattern(name) && policy.AccountOf(name) == ""
	})
}

// asksExternalID reports whether a statement holds only for who knows an external id.
func asksExternalID(s *policy.Statement) bool {
	return slices.ContainsFunc(s.Conditions, func(c policy.Condition) bool {
		values := c.LimitedTo("sts:ExternalId")
		return len(values) > 0 && !slices.ContainsFunc(values, func(v string) bool { return strings.Trim(v, "*?") == "" })
	})
}

// strangers says which people nobody has chosen a statement trusts.
func strangers(s *policy.Statement) []string {
	var found []string
	if trustsAll(s) && !slices.ContainsFunc(s.Conditions, pins) {
		found = append(found, "anybody")
	}
	for _, provider := range s.Principals[policy.Federated] {
		if issuer := issuerOf(provider); issuer != "" && !choosesIdentities(s, issuer) {
			found = append(found, "anybody with an identity of "+issuer)
		}
	}
	return found
}

// pinKeys are the condition keys that tell whose a principal is, with how much of a value must be without wildcards to
// pin it to somebody.
var pinKeys = map[string]func(value string) bool{
	"aws:PrincipalAccount":  isDefinite,
	"aws:PrincipalArn":      ofOneAccount,
	"aws:PrincipalOrgID":    isDefinite,
	"aws:PrincipalOrgPaths": inOneOrganization,
	"aws:SourceAccount":     isDefinite,
	"aws:SourceArn":         ofOneAccount,
	"aws:SourceOrgID":       isDefinite,
	"aws:SourceOrgPaths":    inOneOrganization,
}

// pins reports whether a condition limits a statement to principals of certain accounts or organizations. An external id
// does not: whoever hears of it can use it.
func pins(c policy.Condition) bool {
	for key, isPin := range pinKeys {
		if values := c.LimitedTo(key); len(values) > 0 {
			return !slices.ContainsFunc(values, func(v string) bool { return !isPin(v) })
		}
	}
	return false
}

// pinnedAccounts returns the accounts or organizations that the conditions limit a statement to, or anyAccount where they don't.
func pinnedAccounts(s *policy.Statement) []string {
	for _, c := range s.Conditions {
		var accounts []string
		for _, key := range []string{"aws:PrincipalAccount", "aws:PrincipalArn", "aws:SourceAccount", "aws:SourceArn"} {
			for _, value := range c.LimitedTo(key) {
				accounts = append(accounts, cmp.Or(policy.AccountOf(value), anyAccount))
			}
		}
		for _, value := range slices.Concat(c.LimitedTo("aws:PrincipalOrgID"), c.LimitedTo("aws:SourceOrgID")) {
			accounts = append(accounts, everyAccountOf+value)
		}
		if len(accounts) > 0 && !slices.Contains(accounts, anyAccount) && !slices.ContainsFunc(accounts, policy.IsPattern) {
			return accounts
		}
	}
	return []string{anyAccount}
}

func isDefinite(value string) bool { return value != "" && !policy.IsPattern(value) }

// inOneOrganization is about paths such as o-a1b2c3d4e5/r-ab12/*.
func inOneOrganization(path string) bool {
	organization, _, _ := strings.Cut(path, "/")
	return isDefinite(organization)
}

// ofOneAccount is about patterns of ARNs. The name of an S3 bucket is nobody else's, so its ARN holds no account.
func ofOneAccount(arn string) bool {
	return policy.AccountOf(arn) != "" || strings.HasPrefix(arn, "arn:aws:s3:::") && isDefinite(arn)
}
