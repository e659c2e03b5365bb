package kinds

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"baseline/resource"
)

// Permissions are what the functions of a kind take of whoever calls them, as IAM's policies name it. They are data, so that
// what the tool needs can be told, and asked for, before anything is called. Every kind states them.
type Permissions struct {
	// List is what the kind's List takes; Look what its Look, Find or Held takes, of each object.
	List, Look []Permit
	// Create, Update and Delete are what these take.
	Create, Update, Delete []Permit
}

// Permit is an action, and what it is on.
type Permit struct {
	// Action is as policies name it, as in iam:CreateUser.
	Action string
	// On returns the ARNs of what a change, or a look at its address, has the action be on: patterns, where the change is of any
	// object or an ARN is not known in whole. Nil for an action that AWS grants on the whole account only.
	On func(Scope, resource.Change) []string
	// Of restricts the permit to addresses that begin so, for kinds of what a "user", a "group" or a "role" holds; "" for all.
	Of string
	// If reports whether a change takes the action; nil where each does.
	If func(resource.Change) bool
}

// Scope is where the ARNs of permits are.
type Scope struct {
	Partition, Account string
	// Paths are the paths that objects of IAM are known to have, or to get. The ARNs of others match any path.
	Paths map[resource.Address][]string
}

// anyName stands for each name in the address of any object.
const anyName = "*"

// AnyObject is the address of any object of a kind; of is "user", "group" or "role" for kinds of what these hold, and else "".
func AnyObject(kind resource.Kind, of string) resource.Address {
	if of == "" {
		return resource.At(kind, anyName, anyName)
	}
	return resource.At(kind, of, anyName, anyName)
}

// Any is a form of an object that may have any settings. A change from or to it takes whatever some change takes.
func Any() resource.Object { return resource.Object{anyName: true} }

// takes reports whether a permit is for a change, or for a look where the change is empty.
func (p Permit) takes(c resource.Change) bool {
	if p.Of != "" && c.Address.Parts(2)[0] != p.Of {
		return false
	}
	return p.If == nil || c.Before.Has(anyName) || c.After.Has(anyName) || p.If(c)
}

// Grant is an action on one ARN, or on "*".
type Grant struct{ Action, Resource string }

// Grants returns what permits come to for a change.
func Grants(permits []Permit, scope Scope, c resource.Change) []Grant {
	var grants []Grant
	for _, p := range permits {
		if !p.takes(c) {
			continue
		}
		on := []string{"*"}
		if p.On != nil {
			on = p.On(scope, c)
		}
		for _, arn := range on {
			grants = append(grants, Grant{Action: p.Action, Resource: arn})
		}
	}
	return grants
}

// Writing returns the permits of what writing a change calls.
func (p Permissions) Writing(op resource.Op) []Permit {
	switch op {
	case resource.OpCreate:
		return p.Create
	case resource.OpDelete:
		return p.Delete
	case resource.OpUpdate:
		return p.Update
	}
	return nil
}

// sortIn is the sort in an address of what a user, group or role holds; "" for kinds whose addresses have none.
func (p Permissions) sortIn(a resource.Address) string {
	if sort := a.Parts(2)[0]; slices.Contains(p.Sorts(), sort) {
		return sort
	}
	return ""
}

// Sorts returns the values of Permit.Of among what a kind takes: "" for a kind that is of nobody in particular.
func (p Permissions) Sorts() []string {
	var sorts []string
	for _, permit := range slices.Concat(p.List, p.Look, p.Create, p.Update, p.Delete) {
		if permit.Of != "" && !slices.Contains(sorts, permit.Of) {
			sorts = append(sorts, permit.Of)
		}
	}
	if sorts == nil {
		sorts = []string{""}
	}
	return sorts
}

// EvidencePermissions returns what reading the quotas and the evidence takes, beside the kinds that are needed.
func EvidencePermissions(needs resource.Needs) []Permit {
	permits := []Permit{{Action: "iam:GetAccountSummary"}, authorizationDetails}
	if needs.RootMFA {
		permits = append(permits, Permit{Action: "iam:ListVirtualMFADevices"})
	}
	if needs.Report {
		permits = append(permits, Permit{Action: "iam:GenerateCredentialReport"}, Permit{Action: "iam:GetCredentialReport"})
	}
	if needs.ServerCertificates {
		permits = append(permits, Permit{Action: "iam:ListServerCertificates"})
	}
	if needs.Watched {
		permits = append(permits, watchedPermits()...)
	}
	return permits
}

// What several kinds are read by.
var (
	authorizationDetails = Permit{Action: "iam:GetAccountAuthorizationDetails"}
	bulkTags             = Permit{Action: "tag:GetResources"}
)

// iamThing says what an action is on: the object of IAM that a function finds in a change's address.
func iamThing(of func(resource.Address) resource.Address) func(Scope, resource.Change) []string {
	return func(s Scope, c resource.Change) []string {
		a := of(c.Address)
		paths := s.Paths[a]
		if a == c.Address {
			for _, o := range []resource.Object{c.Before, c.After} {
				if path := o.Text("path"); path != "" && !slices.Contains(paths, path) {
					paths = append(slices.Clip(paths), path)
				}
			}
		}
		return s.iamARNs(strings.ReplaceAll(strings.TrimPrefix(string(a.Kind), "iam_"), "_", "-"), a.Parts(2)[0], paths)
	}
}

// iamARNs returns the ARNs of a thing with the paths that it is known to have. Names are unique without their paths, so where
// none is known, two patterns match the one and no other.
func (s Scope) iamARNs(sort, name string, paths []string) []string {
	prefix := "arn:" + s.Partition + ":iam::" + s.Account + ":" + sort
	switch {
	case name == anyName:
		return []string{prefix + "/*"}
	case len(paths) == 0:
		return []string{prefix + "/" + name, prefix + "/*/" + name}
	}
	var arns []string
	for _, path := range paths {
		arns = append(arns, prefix+path+name)
	}
	return arns
}

// itself is the object at an address.
var itself = iamThing(func(a resource.Address) resource.Address { return a })

// its is the object of a kind whose name is the nth part of an address.
func its(kind resource.Kind, n int) func(Scope, resource.Change) []string {
	return iamThing(func(a resource.Address) resource.Address { return resource.At(kind, a.Parts(n + 2)[n]) })
}

// theUser is the user who holds what is at an address.
var theUser = its(iamUserKind, 0)

// bounds reports whether a change sets a permissions boundary, be it while creating the object.
func bounds(c resource.Change) bool {
	return c.After.Text("boundary") != "" && changed(c.Before, c.After, "boundary")
}

// unbounds reports whether a change takes a permissions boundary away.
func unbounds(c resource.Change) bool {
	return c.After.Text("boundary") == "" && changed(c.Before, c.After, "boundary")
}

// changes reports whether a change of an object changes one of some settings.
func changes(names ...string) func(resource.Change) bool {
	return func(c resource.Change) bool {
		return slices.ContainsFunc(names, func(name string) bool { return changed(c.Before, c.After, name) })
	}
}

// tagged are the permits of what an update does to tags, of a kind whose actions end with a word as in TagUser.
func tagged(word string, keys tagKeys) []Permit {
	tells := func(tags, untags bool) func(resource.Change) bool {
		return func(c resource.Change) (does bool) {
			_ = updateTags(c.Before, c.After, keys, // which fails only where its calls do
				func([]string) error { does = does || untags; return nil },
				func([]types.Tag) error { does = does || tags; return nil })
			return does
		}
	}
	return []Permit{
		{Action: "iam:Tag" + word, On: itself, If: tells(true, false)},
		{Action: "iam:Untag" + word, On: itself, If: tells(false, true)},
	}
}

// createdTagged is the permit for tags that an object is created with.
func createdTagged(word string) Permit {
	return Permit{Action: "iam:Tag" + word, On: itself, If: bringsTags}
}

// loses reports whether a deletion takes what a fact says the object has.
func loses(fact string) func(resource.Change) bool {
	return func(c resource.Change) bool { return c.Facts[fact] != "" }
}

// byPrincipal are permits for what users, groups and roles hold, one for each; the actions are named as in Put*Policy.
func byPrincipal(action string) []Permit {
	var permits []Permit
	for _, sort := range []string{"user", "group", "role"} {
		permits = append(permits, Permit{
			Action: strings.Replace(action, "*", strings.ToUpper(sort[:1])+sort[1:], 1), Of: sort,
			On: iamThing(principalOf),
		})
	}
	return permits
}

// bulkOfPrincipals is what reading all users, groups and roles takes.
var bulkOfPrincipals = []Permit{authorizationDetails}
