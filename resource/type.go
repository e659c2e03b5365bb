package resource

// Type is what the rooms that never call AWS must know of a kind. The functions are pure; a nil one means "nothing".
type Type struct {
	Kind Kind
	// Family is the key under `unmanaged:` that decides over undeclared objects of this kind; "" means they are left alone silently.
	Family string
	// Defaults are the settings AWS gives a new object where nothing is said.
	Defaults Object
	// Usual are settings that most objects of the kind share and a reader knows: a text leaves them out of what is new, and counts them.
	Usual Object
	// Required are the settings without which a new object can't be created.
	Required []string
	// Fixed are the settings that AWS cannot change in place: another value means delete and create.
	Fixed []string
	// Detail are the settings that the bulk read leaves out or may show late, because the truth costs a call per object.
	// A difference in one is only believed after a close look.
	Detail []string
	// Tags names the setting that holds tags, "" when the kind has none. Only a kind with tags can bear the ownership mark.
	Tags string
	// Part is true for what exists only between its Needs, such as a membership: it is deleted with any of them.
	Part bool
	// Owner says under whom a part is shown.
	Owner func(Address) Address
	// Needs returns what must exist for the object to be as described. The account id tells our own ARNs from others'.
	Needs func(account string, a Address, o Object) []Address
	// OneWay says what deleting the resource loses for good, one phrase each. A kind with Detail is asked after the close look.
	OneWay func(before Resource) []string
	// Holds says what others may have given to the resource that is no object here, such as the access keys of a user, one phrase
	// each. It goes with the resource, so a rollback leaves a resource that has any.
	Holds func(Facts) []string
	// OneWayUpdate says what an update loses for good, one phrase each, as when it gives up a name that others may take.
	OneWayUpdate func(before Resource, after Object) []string
	// Notes says what else an update will do, one phrase each.
	Notes func(before Resource, after Object) []string
	// Lingers says of a part why AWS deletes it in no other way than with its owner, or by itself later; "" where it does. As long as
	// the owner stays, such a part is left to itself.
	Lingers func(before Resource) string
	// Leaves says what a deletion leaves behind that was there for the object alone, one phrase each. Planned tells what the same plan
	// does to another object, "" where it leaves it as it is.
	Leaves func(a Address, before Resource, planned func(Address) Op) []string
	// Weakens says in which way a change makes the record of what is done in the account smaller or less sure, one phrase each.
	// Before is nil for a creation, after for a deletion.
	Weakens func(before, after Object) []string
	// Lay returns what a file wants of an object in the terms of what is there, where those are not the file's own: a document that
	// others write too, of which the file wants single statements; an alias that stands for an ARN. See looks other objects up as
	// the account shows them. What it returns is then laid over the live object setting by setting.
	Lay func(a Address, wanted Object, see func(Address) (Resource, bool)) Object
	// TakeBack returns what an object that others have changed since must become for the change from before to after to be taken
	// back while what they did stays; false where that cannot be told apart. Nil where it never can.
	TakeBack func(before, after, found Object) (Object, bool)
	// Follows returns the objects that a change of this one has to follow, with their parts, if the same plan changes them: what
	// AWS tries out when the object is written, such as the policy of the bucket that a trail writes to. A deletion comes before
	// theirs. Unlike needs they may be missing.
	Follows func(account string, a Address, o Object) []Address
	// Tries are the settings for the sake of which an update follows others. An update of none of them need not.
	Tries []string
	// Takes reports whether an update takes something away from those that follow the object: what its policy allows them, or that it
	// works at all. Such an update waits until they have been tried out and have let go. What it brings them is what taking it back
	// would take. Nil for a kind of which that is not known: those that follow it are written after it.
	Takes func(before, after Object) bool
	// Keeps returns what must stay, where a run is taken back, as long as something else stays and holds anything: the key without
	// which nobody can read what a trail has delivered.
	Keeps func(account string, a Address, o Object) []Kept
	// Serves returns a kind with Extra whose objects may use this one, and the section of a file that has them read: what may be in use
	// unseen is deleted only where it is declared absent. It returns "" for an object that no such kind uses.
	Serves func(Object) (kind Kind, section string)
	// Interim returns a harmless first form for an object that is part of a circle of needs, to be replaced by the real one
	// when the others exist. Nil where the kind can't be in a circle.
	Interim func(account string, after Object) Object
	// Crowds says of an object why AWS has no room for it among all of its kind, "" where it has. It is for quotas that nobody can
	// have raised.
	Crowds func(a Address, all State) string
	// Quota is the name of the quota in the account summary, as in "Users" for UsersQuota; "" when the kind counts towards none.
	Quota string
	// Extra is true for a kind that is read only when a requirement or a section of the file asks for it.
	Extra bool
	// Named is true for a kind that no list is made of, since an account may hold any number of its objects that are no business
	// of a baseline, such as buckets. They are looked up by their addresses.
	Named bool
	// Held is true for a kind that no list of the account shows: it is looked at by address, or by user, as in
	// iam_access_key/alice for all that alice holds. Its addresses begin with the user's name.
	Held bool
	// Final is true where we can't make again what was deleted, because AWS or its holder alone knows what is in it.
	Final bool
	// Looks is true where a deletion must be looked at closely before it is planned.
	Looks bool
}

// Kept is an object that must stay while another stays and holds anything.
type Kept struct {
	What, While Address
	// Why says of what is held what would become of it, as in "which can't be read without it".
	Why string
}
