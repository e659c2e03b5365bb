package permissions

import (
	"slices"
	"strings"

	"baseline/kinds"
	"baseline/resource"
)

// Carrying returns what it takes to apply a plan: to read its objects before and after, and to make its changes, on these objects
// and no others. With back, it also holds what it takes to roll the plan's run back, which reads the whole account.
func Carrying(plan *resource.Plan, back bool) *Set {
	scope := ScopeOf(plan)
	s := &Set{}
	s.add(readAccount, reading(scope, plan))
	s.add(lookClosely, looking(scope, plan))
	s.add(checkFirst, simulation(scope))
	s.add(makeChanges, Changing(plan, plan.Changes, nil))
	if !back {
		return s
	}
	whole := Reading(nil, scope)
	for action, on := range whole.on {
		for arn, purpose := range on {
			if purpose == readAccount {
				s.add(readAccount, []kinds.Grant{{Action: action, Resource: arn}})
			}
		}
	}
	s.add(lookClosely, lookingBack(scope, plan))
	for _, c := range plan.Changes {
		s.add(takeBack, undoing(scope, c))
	}
	return s
}

// Changing returns what it takes to make changes of a plan. The paths are those of objects that are known to be in the account;
// nil where nothing but the plan is known.
func Changing(plan *resource.Plan, changes []resource.Change, paths map[resource.Address]string) []kinds.Grant {
	scope := ScopeOf(plan)
	for a, path := range paths {
		if scope.Paths[a] == nil {
			scope.Paths[a] = []string{path}
		}
	}
	var grants []kinds.Grant
	for _, c := range changes {
		grants = append(grants, writing(scope, c)...)
	}
	return grants
}

// ScopeOf is where the objects of a plan are, with the paths that the plan knows.
func ScopeOf(plan *resource.Plan) kinds.Scope {
	scope := kinds.Scope{Partition: PartitionOf(plan.Caller), Account: plan.Account, Paths: map[resource.Address][]string{}}
	for _, c := range plan.Changes {
		for _, o := range []resource.Object{c.Before, c.After} {
			if path := o.Text("path"); path != "" && !slices.Contains(scope.Paths[c.Address], path) {
				scope.Paths[c.Address] = append(scope.Paths[c.Address], path)
			}
		}
	}
	return scope
}

// PartitionOf is the partition that an ARN is of, "aws" for what is none.
func PartitionOf(arn string) string {
	if parts := strings.SplitN(arn, ":", 3); len(parts) == 3 && parts[0] == "arn" && parts[1] != "" {
		return parts[1]
	}
	return "aws"
}

// reading is what it takes to read the kinds of a plan's objects and of what these need.
func reading(scope kinds.Scope, plan *resource.Plan) []kinds.Grant {
	read := map[resource.Kind]bool{}
	all := kinds.All()
	for _, c := range plan.Changes {
		read[c.Address.Kind] = true
		for _, ground := range c.Grounds {
			read[ground.Look.Kind] = true
		}
		for _, kind := range all {
			if kind.Kind != c.Address.Kind || kind.Needs == nil {
				continue
			}
			for _, o := range []resource.Object{c.Before, c.After} {
				if o == nil {
					continue
				}
				for _, need := range kind.Needs(plan.Account, c.Address, o) {
					read[need.Kind] = true
				}
			}
		}
	}
	var grants []kinds.Grant
	for _, kind := range all {
		if read[kind.Kind] {
			grants = append(grants, kinds.Grants(kind.Permissions.List, scope, resource.Change{})...)
		}
	}
	return grants
}

// looking is what it takes to look again at the plan's objects: at those that were looked at for the plan, at those that no list
// shows, at the grounds, and at what a bulk read may show late.
func looking(scope kinds.Scope, plan *resource.Plan) []kinds.Grant {
	var grants []kinds.Grant
	for _, c := range plan.Changes {
		grants = append(grants, look(scope, c, func(kind kinds.Kind) bool {
			late := kind.Look != nil && c.After != nil && len(kind.Detail) > 0
			return kind.Type.Held || kind.Named || c.Facts[resource.FactLooked] != "" || late
		})...)
		for _, ground := range c.Grounds {
			grants = append(grants, look(scope, resource.Change{Address: ground.Look}, func(kinds.Kind) bool { return true })...)
		}
	}
	return grants
}

// lookingBack is what it takes to look at the plan's objects before its run is rolled back, and when it was.
func lookingBack(scope kinds.Scope, plan *resource.Plan) []kinds.Grant {
	var grants []kinds.Grant
	for _, c := range plan.Changes {
		grants = append(grants, look(scope, c, func(kind kinds.Kind) bool {
			return kind.Type.Held || kind.Named || len(kind.Detail) > 0 || kind.Looks && c.Before == nil
		})...)
	}
	return grants
}

// look is what it takes to look at the object of a change.
func look(scope kinds.Scope, c resource.Change, takes func(kinds.Kind) bool) []kinds.Grant {
	for _, kind := range kinds.All() {
		if kind.Kind == c.Address.Kind && takes(kind) {
			return kinds.Grants(kind.Permissions.Look, scope, resource.Change{Address: c.Address, Before: c.Before})
		}
	}
	return nil
}

// undoing is what taking back a change takes; nothing where it can't be taken back.
func undoing(scope kinds.Scope, c resource.Change) []kinds.Grant {
	back := c.Inverse()
	if arn := c.Facts["arn"]; arn != "" { // which outlives the change
		back.Facts = resource.Facts{"arn": arn}
	}
	if c.Final && back.Op() == resource.OpCreate {
		return nil
	}
	return writing(scope, back)
}
