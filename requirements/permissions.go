package requirements

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"baseline/policy"
	"baseline/resource"
)

// permissions judges who holds which permissions. Documents are judged statement by statement, as published checks do: what
// a boundary, a service control policy or a Deny elsewhere takes away again is not weighed.
func (j *judging) permissions() {
	rule := j.asked.Permissions
	if rule == nil {
		return
	}
	j.directPolicies(rule)
	if rule.NoAdmin || rule.ReportServiceWildcards {
		read := j.readPolicies()
		j.admin(rule, read)
		j.serviceWildcards(rule, read)
	}
	j.boundaries(rule)
	j.expired("permissions", rule.Exceptions)
}

// grants is what a policy document allows, as far as rules ask.
type grants struct {
	// everything is true where it allows everything on everything, and conditional where it does so under conditions only.
	everything, conditional bool
	// services are those of which it allows all actions.
	services []string
	// unread says why the document is not known, "" where it is.
	unread string
}

// readPolicies reads the documents of the account's own policies, managed and inline, by their addresses.
func (j *judging) readPolicies() map[resource.Address]grants {
	read := map[resource.Address]grants{}
	for a, r := range j.State {
		if a.Kind == policyKind || a.Kind == inlineKind {
			read[a] = grantsOf(string(r.Settings.Document("document")))
		}
	}
	return read
}

func grantsOf(text string) grants {
	document, err := policy.Parse(text)
	if err != nil {
		return grants{unread: err.Error()}
	}
	found := grants{conditional: true}
	for i := range document.Statements {
		s := &document.Statements[i]
		found.services = append(found.services, s.WholeServices()...)
		if s.AllowsEverything() {
			found.everything = true
			found.conditional = found.conditional && len(s.Conditions) > 0
		}
	}
	slices.Sort(found.services)
	found.services = slices.Compact(found.services)
	return found
}

// holders are the users, groups and roles with policies, in order.
func (j *judging) holders() []resource.Address {
	all := slices.AppendSeq(slices.Collect(maps.Keys(j.attached)), maps.Keys(j.inline))
	slices.SortFunc(all, resource.Address.Compare)
	return slices.Compact(all)
}

// inlineAt is the address of an inline policy of a holder.
func inlineAt(holder resource.Address, name string) resource.Address {
	return resource.At(inlineKind, strings.TrimPrefix(string(holder.Kind), "iam_"), holder.Name, name)
}

// isOwn reports whether a reference names a policy of the account, not one of AWS.
func isOwn(ref string) bool {
	return !strings.HasPrefix(ref, "aws:") && !strings.HasPrefix(ref, "arn:")
}

// ofAWS reports whether a role is one of AWS's own, which nobody in the account can change: a service-linked role, or one of
// Identity Center. Only AWS can make roles at these paths, while a name can be taken by anybody who wants to go unseen.
func (j *judging) ofAWS(a resource.Address) bool {
	path := j.State[a].Settings.Text("path")
	return strings.HasPrefix(path, "/aws-service-role/") || strings.HasPrefix(path, "/aws-reserved/")
}

// byAWS reports whether an object is AWS's own or, by its name or tags, one by which AWS or an organization works in the
// account. What such a role may do, and whom it trusts, is judged; that it is not used, or has no boundary, is as it should be.
func (j *judging) byAWS(a resource.Address) bool {
	switch j.State[a].Facts[resource.FactOwner] {
	case "AWS service", "AWS Organizations", "AWS Control Tower", "CloudFormation StackSets", "IAM Identity Center":
		return true
	}
	return j.ofAWS(a)
}

// unchecked records why a rule could not be judged. The first reason is as good as all.
func (j *judging) unchecked(rule, format string, args ...any) {
	if _, said := j.out.Unchecked[rule]; !said {
		j.out.Unchecked[rule] = fmt.Sprintf(format, args...)
	}
}

// some lists a few names and counts the rest.
func some(names []string) string {
	const few = 3
	if len(names) > few+1 {
		return strings.Join(names[:few], ", ") + fmt.Sprintf(" and %d others", len(names)-few)
	}
	return strings.Join(names, ", ")
}
