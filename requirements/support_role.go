package requirements

import (
	"slices"
	"time"

	"baseline/policy"
	"baseline/resource"
)

// supportAccess is AWS's policy for opening and following cases with AWS Support.
const supportAccess = "aws:AWSSupportAccess"

// supportRole asks for a role with supportAccess that all who are named may assume. That there is none is a violation of
// the account as a whole, so it has no subject.
func (j *judging) supportRole() {
	const id = "support_role"
	rule := j.asked.SupportRole
	if rule == nil {
		return
	}
	seen, unread := "no role has the policy "+supportAccess, ""
	for _, name := range j.roles {
		role := resource.At(roleKind, name)
		if !slices.Contains(j.attached[role], supportAccess) {
			continue
		}
		trusted, err := j.trustedBy(role)
		if err != nil && len(rule.Principals) > 0 {
			unread = role.String() + ": its trust policy cannot be read: " + err.Error()
			continue
		}
		missing := slices.DeleteFunc(slices.Clone(rule.Principals), func(arn string) bool {
			return slices.ContainsFunc(trusted, func(name string) bool { return policy.SamePrincipal(name, arn) })
		})
		if len(missing) == 0 {
			return
		}
		seen = "the role " + name + " has the policy " + supportAccess + " but does not trust " + some(missing)
	}
	if unread != "" {
		j.unchecked(id, "%s", unread)
		return
	}
	j.violate(id, resource.Address{}, seen, time.Time{}, supportAdvice(rule))
}

func supportAdvice(rule *resource.SupportRoleRule) string {
	who := "whoever shall open cases with AWS Support"
	if len(rule.Principals) > 0 {
		who = some(rule.Principals)
	}
	return "apply the file if it declares one, or declare a role with the policy " + supportAccess + " that trusts " + who
}

// trustedBy returns the AWS principals that may assume a role, as its trust policy writes them.
func (j *judging) trustedBy(role resource.Address) ([]string, error) {
	document, err := policy.Parse(string(j.State[role].Settings.Document("trust")))
	if err != nil {
		return nil, err
	}
	var names []string
	for _, s := range document.Statements {
		if s.Allows("sts:AssumeRole") {
			names = append(names, s.Principals[policy.AWS]...)
		}
	}
	return names, nil
}
