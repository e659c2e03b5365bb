package permissions

import (
	"slices"

	"baseline/kinds"
	"baseline/requirements"
	"baseline/resource"
)

// Applying returns what it takes to apply any plan of a file and to take it back: what planning takes, and the changes of
// whatever the file has a word about, on any object of their sort. An object that the file declares may be created, updated,
// and deleted when it leaves the file; one that is deleted may be created again.
//
// What no section of the file is about any more, but once was, is not among it.
func Applying(want *resource.Want, scope kinds.Scope) *Set {
	s := Reading(want, scope)
	s.add(checkFirst, simulation(scope))
	scope.Paths = pathsOf(requirements.Objects(want.Require))
	for _, c := range reach(want) {
		s.add(makeChanges, writing(scope, c))
		s.add(makeChanges, writing(scope, c.Inverse()))
	}
	return s
}

// writing is what a change takes.
func writing(scope kinds.Scope, c resource.Change) []kinds.Grant {
	for _, kind := range kinds.All() {
		if kind.Kind == c.Address.Kind {
			return kinds.Grants(kind.Permissions.Writing(c.Op()), scope, c)
		}
	}
	return nil
}

// A reaching is the working out of what a file may change.
type reaching struct {
	want    *resource.Want
	changes []resource.Change
	// removed are the kinds of which objects may be deleted.
	removed map[resource.Kind]bool
	seen    map[any]bool
}

// reach returns the changes that plans of a file may come to, of any object, each once in one direction.
func reach(want *resource.Want) []resource.Change {
	r := &reaching{want: want, removed: map[resource.Kind]bool{}, seen: map[any]bool{}}
	for _, objects := range []map[resource.Address]resource.Object{want.Objects, requirements.Objects(want.Require)} {
		for a := range objects {
			r.may(a.Kind, sortIn(a), resource.OpCreate, resource.OpUpdate)
		}
	}
	for _, a := range want.Absent {
		r.may(a.Kind, sortIn(a), resource.OpCreate)
	}
	for end, parts := range want.Complete {
		for _, kind := range parts {
			r.parts(kind, end.Kind)
		}
	}
	r.unmanaged()
	r.changes = append(r.changes, requirements.Reach(want.Require)...)
	r.dependants()
	return r.changes
}

// may notes that objects of a kind may be created, and so deleted, or updated.
func (r *reaching) may(kind resource.Kind, sort string, ops ...resource.Op) {
	for _, op := range ops {
		key := [3]string{string(kind), sort, string(op)}
		if r.seen[key] {
			continue
		}
		r.seen[key] = true
		c := resource.Change{Address: kinds.AnyObject(kind, sort), After: kinds.Any()}
		if op == resource.OpUpdate {
			c.Before = kinds.Any()
		} else {
			r.removed[kind] = true
		}
		r.changes = append(r.changes, c)
	}
}

// sortIn is the sort in the address of what a user, group or role holds; "" for kinds whose addresses have none.
func sortIn(a resource.Address) string {
	for _, kind := range kinds.All() {
		if kind.Kind == a.Kind && slices.Contains(kind.Permissions.Sorts(), a.Parts(2)[0]) {
			return a.Parts(2)[0]
		}
	}
	return ""
}

// parts notes that parts of a kind on objects of another may be deleted.
func (r *reaching) parts(kind, owner resource.Kind) {
	for _, k := range kinds.All() {
		if k.Kind != kind {
			continue
		}
		for _, sort := range k.Permissions.Sorts() {
			if needsKind(k, sort, owner) {
				r.may(kind, sort, resource.OpCreate)
			}
		}
	}
}

// needsKind reports whether parts of a kind, of a sort, exist only with objects of another kind.
func needsKind(k kinds.Kind, sort string, other resource.Kind) bool {
	return k.Part && k.Needs != nil && slices.ContainsFunc(k.Needs("", kinds.AnyObject(k.Kind, sort), resource.Object{}), func(need resource.Address) bool {
		return need.Kind == other
	})
}

// unmanaged notes what the file has deleted because it does not mention it.
func (r *reaching) unmanaged() {
	for _, k := range kinds.All() {
		if k.Family == "" || r.want.Unmanaged[k.Family] != resource.Delete {
			continue
		}
		if !k.Part {
			r.may(k.Kind, "", resource.OpCreate)
			continue
		}
		for a := range r.want.Objects { // parts are decided on with an owner that is declared
			r.parts(k.Kind, a.Kind)
		}
	}
}

// dependants notes what goes with objects that may be deleted.
func (r *reaching) dependants() {
	for _, k := range kinds.All() {
		for kind := range r.removed {
			if k.Part {
				r.parts(k.Kind, kind)
			}
		}
	}
}

// pathsOf are the paths of objects.
func pathsOf(objects map[resource.Address]resource.Object) map[resource.Address][]string {
	paths := map[resource.Address][]string{}
	for a, o := range objects {
		if path := o.Text("path"); path != "" {
			paths[a] = append(paths[a], path)
		}
	}
	return paths
}
