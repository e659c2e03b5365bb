package kinds

import (
	"slices"
	"strings"

	"baseline/policy"
	"baseline/resource"
)

// trustNobody is a trust policy that is valid in every account and lets nobody assume the role. A role bears it until those
// whom it shall trust exist.
func trustNobody(account string) resource.Document {
	return resource.Document(`{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":{"AWS":"` + account +
		`"},"Action":"sts:AssumeRole"}]}`)
}

// trustedHere returns the users and roles of the account that a trust policy names as principals: AWS refuses the policy
// unless they exist, the role itself included. An unreadable policy names nobody; its complaint comes from elsewhere.
func trustedHere(account string, trust resource.Document) []resource.Address {
	document, err := policy.Parse(string(trust))
	if err != nil {
		return nil
	}
	var needs []resource.Address
	for _, arn := range document.AWSPrincipals() {
		if address, ok := principalAddress(account, arn); ok {
			needs = append(needs, address)
		}
	}
	slices.SortFunc(needs, resource.Address.Compare)
	return slices.Compact(needs)
}

// principalAddress returns the user or role of the account behind an ARN. Ids, the account's root, and sessions of roles are
// not objects that could be needed.
func principalAddress(account, arn string) (resource.Address, bool) {
	owner, entity, ok := strings.Cut(afterColons(arn, 4), ":")
	if !ok || owner != account || !strings.HasPrefix(arn, "arn:") || !strings.Contains(arn, ":iam::") {
		return resource.Address{}, false
	}
	sort, path, _ := strings.Cut(entity, "/")
	name := lastPart(path)
	switch {
	case name == "":
	case sort == "user":
		return resource.At(iamUserKind, name), true
	case sort == "role":
		return resource.At(iamRoleKind, name), true
	}
	return resource.Address{}, false
}
