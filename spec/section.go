package spec

import (
	"slices"
	"strings"

	"baseline/resource"
)

// A section is a part of the file: a struct whose fields are keys at the top of the file.
type section interface {
	// compile adds what the section declares to the baseline.
	compile(c *compiler)
}

// A naming section declares things that other sections may refer to.
type naming interface {
	// declare enters the names. It is called before any section is compiled.
	declare(c *compiler)
}

// sections lists what a file may hold, in the order in which the schema shows it. A new one is a file with its struct, and
// a line here.
func sections() []section {
	return []section{
		&title{},
		&accountAlias{},
		&policies{},
		&groups{},
		&users{},
		&roles{},
		&instanceProfiles{},
		&passwordPolicies{},
		&trails{},
		&buckets{},
		&requirements{},
		&dispositions{},
		&planLimits{},
		&consents{},
	}
}

// compiler makes a baseline of decoded sections.
type compiler struct {
	problems *problems
	files    *library
	vars     *variables
	// root is the tree of all files, where the places of things are looked up.
	root               *node
	account, partition string
	// anyAccount is true when nobody said which account this is for, so that no ARN can be told to be of another.
	anyAccount bool
	names      map[resource.Kind]map[string]declared
	lists      map[resource.Kind]map[string]memberList
	// groupCount is the number of groups of a user so far.
	groupCount map[string]int
	out        *Baseline
}

// section returns the node of a key at the top of the file, an empty one if the file doesn't have it.
func (c *compiler) section(key string) *node {
	if e, ok := c.root.get(key); ok {
		return e.value
	}
	return c.root.object()
}

// declared is a named thing of the file.
type declared struct {
	key    *node
	path   string
	absent bool
}

func (c *compiler) compile(decode decoder, head *preamble) {
	all := sections()
	targets := []any{head}
	for _, s := range all {
		targets = append(targets, s)
	}
	decode.structs(c.root, "the file", targets...)
	for _, s := range all {
		if n, ok := s.(naming); ok {
			n.declare(c)
		}
	}
	for _, s := range all {
		s.compile(c)
	}
}

// declare enters a name.
func (c *compiler) declare(kind resource.Kind, name string, d declared) {
	if c.names[kind] == nil {
		c.names[kind] = map[string]declared{}
	}
	c.names[kind][name] = d
}

// add puts an object into the baseline.
func (c *compiler) add(at resource.Address, object resource.Object, from *node) {
	c.out.Want.Objects[at] = object
	c.out.Places[at] = from.place()
}

// absent declares that an object is not to be.
func (c *compiler) absent(at resource.Address, from *node) {
	c.out.Want.Absent = append(c.out.Want.Absent, at)
	c.out.Places[at] = from.place()
}

// complete declares that all parts of a kind that belong to an object are known.
func (c *compiler) complete(at resource.Address, part resource.Kind) {
	if kinds := c.out.Want.Complete[at]; !slices.Contains(kinds, part) {
		c.out.Want.Complete[at] = append(kinds, part)
	}
}

// entries calls f for every entry of a section, in the order of the files. Entries whose name is invalid are left out.
func entries[K ~string, T any](section *node, values map[K]T, f func(name string, value T, at entry)) {
	for _, e := range section.entries {
		if value, ok := values[K(e.key.text)]; ok && !e.key.broken {
			f(e.key.text, value, e)
		}
	}
}

// listing remembers where the items of a list are.
type listing map[string]Place

// add remembers an item by what makes it the same as another, and says so if it is there already.
func (l listing) add(c *compiler, shown, same string, item *node) bool {
	if first, again := l[same]; again {
		c.problems.add(item.place(), "%q is listed twice; first at %s", shown, first)
		return false
	}
	l[same] = item.place()
	return true
}

// alone says what is wrong with `absent`: it stands alone, and it is true.
func (c *compiler) alone(at entry, absent *bool) bool {
	if absent == nil {
		return false
	}
	key, _ := at.value.get("absent")
	switch {
	case !*absent:
		c.problems.add(key.value.place(), "absent: false says nothing: leave the key out")
	case len(at.value.entries) > 1:
		c.problems.add(key.key.place(), "absent: true goes with no other key: what shall not exist has no settings")
	}
	return true
}

// isTrue says of a flag that can only be given as true that false says nothing.
func (c *compiler) isTrue(n *node, key string, value *bool) bool {
	if value != nil && !*value {
		c.problems.add(n.at(key).place(), "%s: false says nothing: leave the key out", key)
	}
	return value != nil && *value
}

// unique says which names of a section differ in case only. AWS takes such names for one, whatever the paths.
func (c *compiler) unique(what string, section *node) {
	seen := map[string]*node{}
	for _, e := range section.entries {
		folded := strings.ToLower(e.key.text)
		if first, again := seen[folded]; again {
			c.problems.add(e.key.place(), "%s %q differs from %q (%s) in case only, and AWS takes both for one",
				what, e.key.text, first.text, first.place())
			continue
		}
		seen[folded] = e.key
	}
}
