package kinds

import (
	"strings"

	"baseline/resource"
)

// What the calls about objects of Regions are on. AWS's Service Authorization Reference says, for each action, of which sort that
// must be. Names are in ARNs as they are in addresses, so most ARNs are known before their objects are there. That of a key is not.

// AnyLike is the address of any object like that of an address, as far as plans of a file may come to have changes of it: what no
// list shows is itself, what users, groups and roles hold is that of any of these, trails are those of its Region, and all else
// is of any name.
func AnyLike(a resource.Address) resource.Address {
	for _, kind := range All() {
		switch {
		case kind.Kind != a.Kind:
		case kind.Named:
			return a
		case kind.Kind == cloudTrailTrailKind:
			home, _, _ := trailPlace(a)
			return resource.At(kind.Kind, home, anyName)
		default:
			return AnyObject(kind.Kind, kind.Permissions.sortIn(a))
		}
	}
	return a
}

// regional says what an action is on: an object of the Region in an address, for whose name the pattern has a %.
func regional(service, pattern string) func(Scope, resource.Change) []string {
	return regionalOf(service, pattern, func(a resource.Address) resource.Address { return a })
}

// regionalOf is regional for what another object belongs to, or is done to.
func regionalOf(service, pattern string, of func(resource.Address) resource.Address) func(Scope, resource.Change) []string {
	return func(s Scope, c resource.Change) []string {
		region, name := regionOf(of(c.Address))
		return []string{s.inRegion(service, region, strings.ReplaceAll(pattern, "%", name))}
	}
}

// anywhere says that an action is on all that a pattern matches in all Regions.
func anywhere(service, pattern string) func(Scope, resource.Change) []string {
	return func(s Scope, _ resource.Change) []string { return []string{s.inRegion(service, "*", pattern)} }
}

func (s Scope) inRegion(service, region, rest string) string {
	return regionalARN(s.Partition, service, region, s.Account, rest)
}

// on makes permits of actions of a service, all on the same.
func on(where func(Scope, resource.Change) []string, service string, actions ...string) []Permit {
	permits := make([]Permit, len(actions))
	for i, action := range actions {
		permits[i] = Permit{Action: service + ":" + action, On: where}
	}
	return permits
}

// when is a permit for changes of which a condition holds.
func (p Permit) when(condition func(resource.Change) bool) Permit {
	p.If = condition
	return p
}

// join puts permits together.
func join(lists ...[]Permit) (all []Permit) {
	for _, list := range lists {
		all = append(all, list...)
	}
	return all
}

// becomes reports whether a change makes a setting true, or takes it for an object that is made.
func becomes(name string, is func(resource.Object, string) bool) func(resource.Change) bool {
	return func(c resource.Change) bool { return changed(c.Before, c.After, name) && is(c.After, name) }
}

func isText(o resource.Object, name string) bool   { return o.Text(name) != "" }
func isNoText(o resource.Object, name string) bool { return o.Text(name) == "" }
func isSome(o resource.Object, name string) bool   { return o.Number(name) != 0 }
func isNone(o resource.Object, name string) bool   { return o.Number(name) == 0 }

// bringsTags reports whether an object is made with tags.
func bringsTags(c resource.Change) bool { return len(c.After.Map("tags")) > 0 }

// setsTags reports whether an update sets tags, and takesTags whether it takes some away, where every spelling is a key of its own.
func setsTags(c resource.Change) (does bool) {
	_ = updateTagMap(c.Before, c.After, keysDiffer, // which fails only where its calls do
		func([]string) error { return nil },
		func(map[string]string) error { does = true; return nil })
	return does
}

func takesTags(c resource.Change) (does bool) {
	_ = updateTagMap(c.Before, c.After, keysDiffer,
		func([]string) error { does = true; return nil },
		func(map[string]string) error { return nil })
	return does
}

// retags are the permits of what an update does to tags.
func retags(where func(Scope, resource.Change) []string, tag, untag string) []Permit {
	return []Permit{{Action: tag, On: where, If: setsTags}, {Action: untag, On: where, If: takesTags}}
}
