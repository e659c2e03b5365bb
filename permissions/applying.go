package permissions

import (
	"fmt"
	"slices"

	"baseline/kinds"
	"baseline/requirements"
	"baseline/resource"
)

// Applying returns what it takes to apply any plan of a file and to take it back: what planning takes, and the changes of
// whatever the file has a word about, on any object of their sort. An object that the file declares may be created, updated,
// and deleted when it leaves the file; one that is deleted may be created again. What no list shows is never missed when it
// leaves the file, so there the changes are of the very objects in it.
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
	seen    map[string]bool
}

// reach returns the changes that plans of a file may come to, of any object, each once in one direction.
func reach(want *resource.Want) []resource.Change {
	r := &reaching{want: want, removed: map[resource.Kind]bool{}, seen: map[string]bool{}}
	for _, objects := range []map[resource.Address]resource.Object{want.Objects, requirements.Objects(want.Require)} {
		for a, o := range objects {
			r.declared(a, o)
		}
	}
	for _, a := range want.Absent {
		r.may(kinds.AnyLike(a), kinds.Any(), resource.OpCreate)
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

// declared notes what may become of an object that the file declares.
func (r *reaching) declared(a resource.Address, o resource.Object) {
	for _, kind := range kinds.All() {
		switch {
		case kind.Kind != a.Kind:
		case kind.Named:
			r.named(kind, a, o)
		default:
			form := kinds.Any()
			for _, name := range []string{"log_role", "organization"} { // which take permissions of their own
				if o.Has(name) {
					form[name] = o[name]
				}
			}
			r.may(kinds.AnyLike(a), form, resource.OpCreate, resource.OpUpdate)
		}
	}
}

// named notes what may become of an object that no list shows. Plans change of it what the file declares, and nothing else: it is
// marked when it is made.
func (r *reaching) named(kind kinds.Kind, a resource.Address, o resource.Object) {
	declared := o.With(nil)
	if o.Has("policy_statements") {
		declared["policy"] = resource.Document("wanted")
	}
	r.changes = append(r.changes, resource.Change{Address: a, Before: opposite(declared), After: declared})
	if kind.Tags != "" {
		declared = declared.With(resource.Object{kind.Tags: map[string]string{resource.MarkKey: r.want.Name}})
	}
	if a.Kind != "kms_key" || o.Has("alias") { // otherwise only its policy is the file's: a key that is not there is not made
		r.changes = append(r.changes, resource.Change{Address: a, After: kind.Defaults.With(declared)})
	}
}

// opposite is an object of which every setting is another.
func opposite(o resource.Object) resource.Object {
	other := resource.Object{}
	for name, value := range o {
		switch is := value.(type) {
		case bool:
			other[name] = !is
		case int:
			other[name] = 0
			if is == 0 {
				other[name] = 1
			}
		case string:
			other[name] = ""
			if is == "" {
				other[name] = "another"
			}
		case []string:
			other[name] = []string{"another"}
		case map[string]string:
			other[name] = map[string]string{"another": ""}
		case resource.Document:
			other[name] = resource.Document("another")
		}
	}
	return other
}

// may notes that objects may be created, and so deleted, or updated.
func (r *reaching) may(a resource.Address, form resource.Object, ops ...resource.Op) {
	for _, op := range ops {
		key := fmt.Sprint(a, op, form["log_role"], form["organization"])
		if r.seen[key] {
			continue
		}
		r.seen[key] = true
		c := resource.Change{Address: a, After: form}
		if op == resource.OpUpdate {
			c.Before = kinds.Any()
		} else {
			r.removed[a.Kind] = true
		}
		r.changes = append(r.changes, c)
	}
}

// parts notes that parts of a kind on objects of another may be deleted.
func (r *reaching) parts(kind, owner resource.Kind) {
	for _, k := range kinds.All() {
		if k.Kind != kind || k.Named {
			continue
		}
		for _, sort := range k.Permissions.Sorts() {
			if needsKind(k, sort, owner) {
				r.may(kinds.AnyObject(kind, sort), kinds.Any(), resource.OpCreate)
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
			r.may(kinds.AnyObject(k.Kind, ""), kinds.Any(), resource.OpCreate)
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
