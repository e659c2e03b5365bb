package requirements

import (
	"maps"
	"slices"

	"baseline/resource"
)

// anyName stands for the name of whoever breaks a rule.
const anyName = "*"

// Looks returns the kinds that judging by rules may look at, of whoever or whatever they make suspect.
func Looks(r *resource.Requirements) []resource.Kind {
	if r == nil {
		return nil
	}
	var kinds []resource.Kind
	if r.MFA != nil {
		kinds = append(kinds, loginProfileKind, mfaDeviceKind)
	}
	if r.AccessKeys != nil {
		kinds = append(kinds, accessKeyKind)
	}
	if r.Passwords != nil {
		kinds = append(kinds, loginProfileKind)
	}
	if r.Credentials != nil && aged(r.Credentials.SSHKeys) {
		kinds = append(kinds, sshKeyKind)
	}
	if r.Credentials != nil && aged(r.Credentials.SigningCertificates) {
		kinds = append(kinds, signingKind)
	}
	if r.Trail != nil && (r.Trail.BucketPrivate || r.Trail.BucketLogged) {
		kinds = append(kinds, bucketKind)
	}
	slices.Sort(kinds)
	return slices.Compact(kinds)
}

// Reach returns the changes that putting right what breaks rules may come to, each once, as changes of objects that are named "*".
// The objects that the rules keep for themselves are not among them; see [Objects].
func Reach(r *resource.Requirements) []resource.Change {
	if r == nil {
		return nil
	}
	var changes []resource.Change
	switches := func(kind resource.Kind) {
		changes = append(changes, resource.Change{
			Address: resource.At(kind, anyName, anyName), Before: resource.Object{"status": active}, After: resource.Object{"status": inactive},
		})
	}
	joins := func(group string) {
		changes = append(changes, resource.Change{Address: resource.At(membershipKind, anyName, group), After: resource.Object{}})
	}
	removes := func(a resource.Address) {
		changes = append(changes, resource.Change{Address: a, Before: resource.Object{}})
	}
	if r.MFA != nil {
		if r.MFA.Enforce {
			joins(ownName)
		}
		removes(resource.At(membershipKind, anyName, ownName))
		if r.MFA.RemoveUnassigned {
			removes(resource.At(virtualMFAKind, anyName))
		}
	}
	if r.AccessKeys != nil && r.AccessKeys.Deactivate != 0 {
		switches(accessKeyKind)
	}
	if r.AccessKeys != nil && r.AccessKeys.Delete != 0 {
		removes(resource.At(accessKeyKind, anyName, anyName))
	}
	if r.Passwords != nil && r.Passwords.Remove {
		removes(resource.At(loginProfileKind, anyName))
	}
	if r.Credentials != nil {
		for _, sort := range []struct {
			kind  resource.Kind
			limit *resource.CredentialLimit
		}{
			{sshKeyKind, r.Credentials.SSHKeys}, {serviceKeyKind, r.Credentials.ServiceSpecific}, {signingKind, r.Credentials.SigningCertificates},
		} {
			if aged(sort.limit) && !sort.limit.ReportOnly {
				switches(sort.kind)
			}
		}
	}
	if r.Permissions != nil && r.Permissions.Fix {
		changes = append(changes, permissionFixes(r.Permissions, joins)...)
	}
	return changes
}

// permissionFixes are the boundaries that may be set, and the grants that may be moved to groups.
func permissionFixes(rule *resource.PermissionRule, joins func(group string)) []resource.Change {
	var changes []resource.Change
	for _, bounded := range []struct {
		all  string
		kind resource.Kind
	}{{"users", userKind}, {"roles", roleKind}} {
		for _, who := range rule.BoundaryFor {
			a, err := resource.ParseAddress(who)
			switch {
			case who == bounded.all:
				a = resource.At(bounded.kind, anyName)
			case err != nil || a.Kind != bounded.kind:
				continue
			}
			changes = append(changes, resource.Change{
				Address: a, Before: resource.Object{"boundary": ""}, After: resource.Object{"boundary": rule.Boundary},
			})
		}
	}
	if rule.GroupsOnly && len(rule.Groups) > 0 {
		for _, group := range slices.Sorted(maps.Values(rule.Groups)) {
			joins(group)
		}
		changes = append(changes, resource.Change{Address: resource.At(attachmentKind, "user", anyName, anyName), Before: resource.Object{}})
	}
	return changes
}
