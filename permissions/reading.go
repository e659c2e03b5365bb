package permissions

import (
	"slices"

	"baseline/kinds"
	"baseline/requirements"
	"baseline/resource"
)

// Reading returns what it takes to plan a file, to check it, and to take a snapshot for it: to read the account, to look closely at
// what a plan may delete or a declaration may differ from, and to judge the file's requirements. A nil Want is a file without any.
//
// What was once declared and has left the file may be deleted, and is looked at before, so the closer looks are the same for
// every file.
func Reading(want *resource.Want, scope kinds.Scope) *Set {
	s := &Set{}
	var rules *resource.Requirements
	var extra []resource.Kind
	if want != nil {
		rules, extra = want.Require, want.Extra
	}
	needs := requirements.Needs(rules)
	needs.Kinds = append(needs.Kinds, extra...)
	looks := requirements.Looks(rules)
	everything := resource.Change{}
	s.add(readAccount, kinds.Grants(kinds.EvidencePermissions(resource.Needs{}), scope, everything))
	for _, kind := range kinds.All() {
		if !kind.Extra {
			s.add(readAccount, kinds.Grants(kind.Permissions.List, scope, everything))
		}
	}
	s.add(judge, kinds.Grants(kinds.EvidencePermissions(needs), scope, everything))
	for _, kind := range kinds.All() {
		of := resource.Change{Address: kinds.AnyObject(kind.Kind, "")}
		if kind.Extra && slices.Contains(needs.Kinds, kind.Kind) {
			s.add(judge, kinds.Grants(kind.Permissions.List, scope, of))
		}
		if (kind.Type.Held || kind.Named) && slices.Contains(looks, kind.Kind) {
			s.add(judge, kinds.Grants(kind.Permissions.Look, scope, of))
		}
	}
	for _, kind := range kinds.All() {
		if kind.Look != nil {
			s.add(lookClosely, kinds.Grants(kind.Permissions.Look, scope, resource.Change{Address: kinds.AnyObject(kind.Kind, "")}))
		}
	}
	s.add(lookClosely, lookUps(want, scope))
	return s
}

// lookUps is what it takes to look up the objects of a file that no list shows: with their kinds, what they need.
func lookUps(want *resource.Want, scope kinds.Scope) []kinds.Grant {
	if want == nil {
		return nil
	}
	wanted := map[resource.Address]bool{}
	for _, a := range want.Absent {
		wanted[a] = true
	}
	for _, objects := range []map[resource.Address]resource.Object{want.Objects, want.Relied} {
		for a, o := range objects {
			wanted[a] = true
			for _, kind := range kinds.All() {
				if kind.Kind == a.Kind && kind.Needs != nil {
					for _, need := range kind.Needs(scope.Account, a, o) {
						wanted[need] = true
					}
				}
			}
		}
	}
	var grants []kinds.Grant
	for _, kind := range kinds.All() {
		for a := range wanted {
			if kind.Named && kind.Kind == a.Kind {
				grants = append(grants, kinds.Grants(kind.Permissions.Look, scope, resource.Change{Address: a})...)
			}
		}
	}
	return grants
}

// simulation is what it takes to ask, before the first change, whether the rest is allowed. Who will ask is not known here.
func simulation(scope kinds.Scope) []kinds.Grant {
	prefix := "arn:" + scope.Partition + ":iam::" + scope.Account
	return []kinds.Grant{
		{Action: Simulation, Resource: prefix + ":role/*"},
		{Action: Simulation, Resource: prefix + ":user/*"},
	}
}

// Simulation is the action by which an apply asks for its own permissions first.
const Simulation = "iam:SimulatePrincipalPolicy"
