package spec

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"

	"baseline/resource"
	"baseline/trail"
)

// chain gathers what the trails of a file stand on. Several trails may share a bucket, a key or a log group.
type chain struct {
	*compiler
	// own begins the Sids of all statements that this baseline puts into policies.
	own string
	// policies are those in which trails want statements, by the object that has the policy.
	policies map[resource.Address]*sharedPolicy
	// seen are the objects that some trail describes, and where.
	seen map[resource.Address]*node
	// keys are those that log files are encrypted with.
	keys []usedKey
}

// sharedPolicy is a policy in which trails want statements.
type sharedPolicy struct {
	// from is where the first of them is declared.
	from *node
	// kept is true where the policy is this baseline's to change. Otherwise what it lacks is reported.
	kept bool
	// statements are those wanted, and sids where each is, by its Sid.
	statements []string
	sids       map[string]*node
}

// share declares an object that several trails may stand on. All that describe it must describe it alike.
func (s *chain) share(at resource.Address, object resource.Object, from *node) {
	first, again := s.seen[at]
	if !again {
		s.seen[at] = from
		s.add(at, object, from)
		return
	}
	if !reflect.DeepEqual(s.out.Want.Objects[at], object) {
		s.problems.add(from.place(), "%s is declared otherwise at %s: what several trails share is the same for all of them", called(at), first.place())
	}
}

// want puts statements into the policy of an object.
func (s *chain) want(at resource.Address, from *node, kept bool, statements ...string) {
	p := s.policies[at]
	if p == nil {
		p = &sharedPolicy{from: from, sids: map[string]*node{}}
		s.policies[at] = p
	}
	p.kept = p.kept || kept
	for _, statement := range statements {
		if slices.Contains(p.statements, statement) {
			continue
		}
		sid := sidOf(statement)
		if other, again := p.sids[sid]; again {
			s.problems.add(from.place(), "the policy of %s would have two statements with the Sid %q, one for this and one for %s: "+
				"let the names differ in more than case and punctuation", called(at), sid, other.place())
			return
		}
		p.sids[sid] = from
		p.statements = append(p.statements, statement)
	}
}

// called is what people call what trails share.
func called(at resource.Address) string {
	if at.Kind == kindBucket || at.Kind == kindBucketPolicy {
		return "the bucket " + at.Name
	}
	where, name := at.Parts(2)[0], at.Parts(2)[1]
	switch at.Kind {
	case kindKey:
		return "the key " + aliasPrefix + name + " in " + where
	case kindLogsGroup:
		return "the log group " + name + " in " + where
	}
	return at.Plain()
}

// sidOf returns the Sid of a statement.
func sidOf(statement string) string {
	var s struct{ Sid string }
	if err := json.Unmarshal([]byte(statement), &s); err != nil {
		panic(err) // package trail writes them, of names that were checked
	}
	return s.Sid
}

// finish declares the policies in which trails want statements, now that all of these are known.
func (s *chain) finish() {
	for _, k := range s.keys {
		k.check(s.compiler)
	}
	relied := map[resource.Address]resource.Object{}
	for _, at := range slices.SortedFunc(maps.Keys(s.policies), resource.Address.Compare) {
		p := s.policies[at]
		name := "statements"
		if at.Kind == kindKey {
			name = "policy_statements"
		}
		object := resource.Object{name: resource.Document(trail.Document(p.statements...)), "own": s.own}
		if !p.kept {
			relied[at] = object
			s.out.Places[at] = p.from.place()
			continue
		}
		if described := s.out.Want.Objects[at]; described != nil {
			s.out.Want.Objects[at] = described.With(object)
			continue
		}
		s.add(at, object, p.from)
	}
	if len(relied) > 0 {
		s.out.Want.Relied = relied
	}
}
