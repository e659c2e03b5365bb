package sandbox

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// An entity is one object of the account as it is kept. Once put it is never changed: a write puts a changed copy in
// its place, so an answer may be rendered from entities after the lock is gone.
type entity interface {
	// place is where the entity is kept: its kind and its name there.
	place() place
	// links are what the entity points to, in words such as "attached:arn…". The store can be asked who points where.
	links() []string
	// born is when the entity was created.
	born() time.Time
}

// A place names an entity among all of an account. Names are kept in lower case, because IAM compares them so.
type place struct{ kind, name string }

func placeOf(kind, name string) place { return place{kind: kind, name: strings.ToLower(name)} }

func (p place) String() string { return p.kind + "/" + p.name }

func comparePlaces(a, b place) int {
	if c := strings.Compare(a.kind, b.kind); c != 0 {
		return c
	}
	return strings.Compare(a.name, b.name)
}

// A store holds the entities of an account in memory, in order, with the links between them. It is not safe for
// concurrent use; the account's lock guards it.
type store struct {
	kinds  []*kind
	tables map[string]*table
	// linked maps a link to the places of the entities that bear it, in order.
	linked map[string][]place
	// minted counts the ids made from the seed, so that none is made twice.
	minted uint64
}

// A table holds the entities of one kind. The names are kept sorted at all times: a page of a list then costs the
// page, not the account.
type table struct {
	byName map[string]entity
	names  []string
}

func newStore(kinds []*kind) *store {
	s := &store{kinds: kinds, tables: map[string]*table{}, linked: map[string][]place{}}
	for _, k := range kinds {
		s.tables[k.name] = &table{byName: map[string]entity{}}
	}
	return s
}

func (s *store) get(p place) entity {
	t := s.tables[p.kind]
	if t == nil {
		return nil
	}
	return t.byName[p.name]
}

func (s *store) put(e entity) {
	p := e.place()
	t := s.tables[p.kind]
	if old := t.byName[p.name]; old != nil {
		s.unlink(old)
	} else {
		at, _ := slices.BinarySearch(t.names, p.name)
		t.names = slices.Insert(t.names, at, p.name)
	}
	t.byName[p.name] = e
	for _, link := range e.links() {
		places := s.linked[link]
		if at, found := slices.BinarySearchFunc(places, p, comparePlaces); !found {
			s.linked[link] = slices.Insert(places, at, p)
		}
	}
}

func (s *store) remove(p place) {
	t := s.tables[p.kind]
	old := t.byName[p.name]
	if old == nil {
		return
	}
	s.unlink(old)
	delete(t.byName, p.name)
	if at, found := slices.BinarySearch(t.names, p.name); found {
		t.names = slices.Delete(t.names, at, at+1)
	}
}

func (s *store) unlink(e entity) {
	p := e.place()
	for _, link := range e.links() {
		places := s.linked[link]
		at, found := slices.BinarySearchFunc(places, p, comparePlaces)
		if !found {
			continue
		}
		if places = slices.Delete(places, at, at+1); len(places) == 0 {
			delete(s.linked, link)
		} else {
			s.linked[link] = places
		}
	}
}

// count is how many entities of a kind there are.
func (s *store) count(kind string) int { return len(s.tables[kind].names) }

// size is how many entities there are.
func (s *store) size() int {
	n := 0
	for _, t := range s.tables {
		n += len(t.names)
	}
	return n
}

// kind finds a kind by its name; nil is no kind.
func (s *store) kind(name string) *kind {
	for _, k := range s.kinds {
		if k.name == name {
			return k
		}
	}
	return nil
}

// all yields every entity of a kind in the order of names.
func (s *store) all(kind string) func(yield func(entity) bool) {
	t := s.tables[kind]
	return func(yield func(entity) bool) {
		for _, name := range t.names {
			if !yield(t.byName[name]) {
				return
			}
		}
	}
}

// A change is what one write does to a store, and one line of its journal.
type change struct {
	puts    []entity
	removes []place
	minted  uint64
}

func (c *change) empty() bool { return len(c.puts) == 0 && len(c.removes) == 0 }

// apply puts first: what a change both puts and removes is gone.
func (s *store) apply(c change) {
	for _, e := range c.puts {
		s.put(e)
	}
	for _, p := range c.removes {
		s.remove(p)
	}
	s.minted = max(s.minted, c.minted)
}

// A record is a change as it is written down.
type record struct {
	Put    map[string]json.RawMessage `json:"put,omitempty"`
	Del    []string                   `json:"del,omitempty"`
	Minted uint64                     `json:"minted,omitempty"`
}

func encodeChange(c change) ([]byte, error) {
	r := record{Minted: c.minted}
	for _, e := range c.puts {
		data, err := json.Marshal(e)
		if err != nil {
			return nil, fmt.Errorf("encode %s: %w", e.place(), err)
		}
		if r.Put == nil {
			r.Put = map[string]json.RawMessage{}
		}
		r.Put[e.place().String()] = data
	}
	for _, p := range c.removes {
		r.Del = append(r.Del, p.String())
	}
	line, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("encode a change: %w", err)
	}
	return append(line, '\n'), nil
}

func (s *store) decodeChange(line []byte) (change, error) {
	var r record
	if err := json.Unmarshal(line, &r); err != nil {
		return change{}, err
	}
	c := change{minted: r.Minted}
	for at, data := range r.Put {
		kindName, _, _ := strings.Cut(at, "/")
		k := s.kind(kindName)
		if k == nil {
			return change{}, fmt.Errorf("%s: unknown kind %q", at, kindName)
		}
		e, err := k.decode(data)
		if err != nil {
			return change{}, fmt.Errorf("%s: %w", at, err)
		}
		c.puts = append(c.puts, e)
	}
	for _, at := range r.Del {
		kindName, name, found := strings.Cut(at, "/")
		if !found || s.kind(kindName) == nil {
			return change{}, fmt.Errorf("%s: unknown kind %q", at, kindName)
		}
		c.removes = append(c.removes, place{kind: kindName, name: name})
	}
	return c, nil
}
