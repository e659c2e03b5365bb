package resource

import (
	"maps"
	"slices"
)

// Resource is one object as an account shows it.
type Resource struct {
	// Settings are what can be declared, in canonical form.
	Settings Object `json:"settings"`
	// Facts are what AWS alone decides. They are shown, and a resource whose facts moved is another resource,
	// but they are never wanted.
	Facts Facts `json:"facts,omitempty"`
}

// Facts are what can be seen of a resource but not set, by name. The names below mean something to the planner;
// a kind may add its own.
type Facts map[string]string

// The facts every kind may state.
const (
	// FactID is AWS's unique id, such as AIDA… or AROA…: never reused, so a new id under an old name is another object.
	FactID = "id"
	// FactOwner names the service or tool that owns the object when it is not this one. Such an object is never changed.
	FactOwner = "owner"
	// FactLooked says that the close look has been taken, so that Detail and what a deletion loses are known.
	FactLooked = "looked"
	// FactUsed is when a credential was last used. It moves by itself, so it counts only for a change that rests on it.
	FactUsed = "last_used"
	// FactNow begins the names of facts that move by themselves, such as what a bucket holds. They count only for a deletion.
	FactNow = "now:"
	// FactCreated is when it was created. Times in facts are written after RFC 3339, in UTC.
	FactCreated = "created"
)

// MarkKey is the tag by which we know what we created; its value is the name of the baseline.
const MarkKey = "baseline:name"

// LosesID begins the phrase by which a deletion says that AWS will never give the same unique id again.
const LosesID = "its id"

// State maps the addresses of an account to what is there.
type State map[Address]Resource

// Addresses returns the addresses of a state in order.
func (s State) Addresses() []Address {
	return slices.SortedFunc(maps.Keys(s), Address.Compare)
}

// Want is what a file declares. An object holds only the settings the file names; everything else stays as it is.
type Want struct {
	// Name is the baseline's name, the value of the ownership mark.
	Name string
	// Objects are the declared objects. Never nil ones.
	Objects map[Address]Object
	// Absent are the objects declared not to be.
	Absent []Address
	// Relied are objects that the file relies on without keeping them, with what it needs of them, as of the policy of a bucket
	// that is used as it is. What they lack is reported.
	Relied map[Address]Object
	// Extra are the kinds with Type.Extra that the file has a section for.
	Extra []Kind
	// Complete says for an object of which kinds every part is declared: a part of that kind that needs the object and
	// is not in Objects is to go.
	Complete map[Address][]Kind
	// Require are the rules over the whole account; nil for none.
	Require *Requirements
	// Limits are how much a plan may do before somebody must say that it is meant; nil for [DefaultLimits].
	Limits *Limits
	// Consents are what the file says to one-way changes.
	Consents []OneWayConsent
	// Unmanaged says by Type.Family what becomes of what the file does not mention. A family that is not listed is reported.
	Unmanaged map[string]Disposition
}

// Limits are how much of an account a plan may delete or change. A percentage counts only where there are From or more objects.
type Limits struct {
	// DeletedPrincipals and DeletedPercent limit how many users and roles go.
	DeletedPrincipals, DeletedPercent int
	// ChangedPercent limits how many of the objects that stand alone are changed or deleted, with their parts.
	ChangedPercent int
	From           int
}

// DefaultLimits are those of a file that sets none.
func DefaultLimits() Limits {
	return Limits{DeletedPrincipals: 20, DeletedPercent: 25, ChangedPercent: 30, From: 10}
}

// OneWayConsent is a consent to one one-way change of an object: to its deletion, or to a change that leaves it there.
type OneWayConsent struct {
	Address Address
	Delete  bool
	Consent
}

// Disposition is what becomes of an object that no file declares.
type Disposition string

// What can become of an undeclared object.
const (
	Ignore Disposition = "ignore"
	Report Disposition = "report"
	Delete Disposition = "delete"
)
