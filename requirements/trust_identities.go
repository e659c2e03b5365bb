package requirements

import (
	"slices"
	"strings"

	"baseline/policy"
)

// sharedIssuers are issuers of web identities with which everybody can have one under the same name of the issuer and for
// any audience: only the subject of an identity tells whose it is. After the IAM user guide, "Identity-provider controls
// for shared OIDC providers".
var sharedIssuers = []string{
	"agent.buildkite.com", "app.terraform.io", "gitlab.com", "oidc.codefresh.io", "scalr.io",
	"token.actions.githubusercontent.com", "vstoken.actions.githubusercontent.com",
}

// issuerOf returns who issues the identities of a federated principal, as it begins its condition keys; "" for SAML, whose
// identities the account's own provider hands out.
func issuerOf(provider string) string {
	switch _, issuer, isOIDC := strings.Cut(provider, ":oidc-provider/"); {
	case isOIDC:
		return issuer
	case strings.Contains(provider, ":saml-provider/"):
		return ""
	}
	return provider
}

// choosesIdentities reports whether a statement holds for certain identities of an issuer only.
func choosesIdentities(s *policy.Statement, issuer string) bool {
	shared := slices.Contains(sharedIssuers, issuer)
	return slices.ContainsFunc(s.Conditions, func(c policy.Condition) bool {
		if !shared {
			return len(c.Key) > len(issuer) && strings.EqualFold(c.Key[:len(issuer)+1], issuer+":")
		}
		subjects := c.LimitedTo(issuer + ":sub")
		return len(subjects) > 0 && !slices.ContainsFunc(subjects, func(v string) bool { return !namesOwner(v) })
	})
}

// namesOwner reports whether a pattern for the subject of an identity names whose it is. Subjects begin with that, after a
// word and a colon, as in repo:octo-org/octo-repo:* or organization:my-org:*; a wildcard must not come before its end, or
// others could have names that match.
func namesOwner(subject string) bool {
	if isDefinite(subject) {
		return true
	}
	_, owner, _ := strings.Cut(subject[:strings.IndexAny(subject+"*", "*?")], ":")
	end := strings.IndexAny(owner, "/:")
	return end > 0
}
