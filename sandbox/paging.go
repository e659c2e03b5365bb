package sandbox

import (
	"encoding/base64"
	"encoding/binary"
	"hash/fnv"
	"sort"
	"strconv"
	"strings"
)

// defaultPage is how many items AWS puts on a page that asks for no number.
const defaultPage = 100

// A section is one sorted run of what a list shows. A list of several sections has one page budget for all of them.
type section struct {
	length int
	// key orders the section.
	key func(i int) string
	// keep says whether an item is listed; nil lists all.
	keep func(i int) bool
	// take puts an item on the page.
	take func(i int)
}

// page takes one page from the sections and returns the marker of the next, or "" at the end. A page starts behind the
// key the marker names, wherever that is by now: there is no snapshot. The words bind the marker to the question; only
// the page size may change in between.
func (c *call) page(words string, sections ...section) (next string, err error) {
	from, err := readMarker(c.text("Marker"), words)
	if err != nil {
		return "", err
	}
	budget := c.budget(c.number("MaxItems", defaultPage), c.text("Marker"))
	last := ""
	for n := from.section; n < len(sections); n++ {
		s := sections[n]
		i := 0
		if n == from.section {
			i = from.start(s)
		}
		for ; i < s.length; i++ {
			if s.keep != nil && !s.keep(i) {
				continue
			}
			if budget == 0 {
				return last, nil
			}
			s.take(i)
			budget--
			if budget == 0 {
				last = newMarker(n, i, s.key(i), words)
			}
		}
	}
	return "", nil
}

// budget is how many items a page holds: as many as asked for or, with short pages, fewer, if always the same for the
// same page.
func (c *call) budget(asked int, marker string) int {
	if !c.options.ShortPages || asked < 2 {
		return asked
	}
	return 1 + int(hashOf(c.operation.name, marker)%uint64(asked-1)) //nolint:gosec // below asked, which is at most 1000
}

// A position is where a page starts: behind a key, or behind so many items where the key would make the marker longer
// than AWS allows, or at the very start.
type position struct {
	section int
	key     string
	items   int
}

// start is the number of the first item of a section behind the position.
func (p position) start(s section) int {
	if p.key == "" {
		return min(p.items, s.length)
	}
	i := sort.Search(s.length, func(i int) bool { return s.key(i) >= p.key })
	if i < s.length && s.key(i) == p.key {
		i++
	}
	return i
}

// longestKey is how long a key, in bytes, can be part of a marker of at most 320 characters.
const longestKey = 224

func newMarker(section, item int, key, words string) string {
	text := strconv.Itoa(section) + "/" + key
	if len(key) > longestKey {
		text = strconv.Itoa(section) + "#" + strconv.Itoa(item+1)
	}
	sum := binary.BigEndian.AppendUint64(nil, hashOf(words))
	return base64.RawURLEncoding.EncodeToString(append(sum[:6], text...))
}

func readMarker(marker, words string) (position, error) {
	if marker == "" {
		return position{}, nil
	}
	invalid := refuse("ValidationError", "Invalid Marker.")
	raw, err := base64.RawURLEncoding.DecodeString(marker)
	if err != nil || len(raw) < 8 {
		return position{}, invalid
	}
	sum := binary.BigEndian.AppendUint64(nil, hashOf(words))
	if string(raw[:6]) != string(sum[:6]) {
		return position{}, refuse("ValidationError", "Marker and Filter do not match")
	}
	text := string(raw[6:])
	at := strings.IndexAny(text, "/#")
	if at < 0 {
		return position{}, invalid
	}
	p := position{}
	p.section, err = strconv.Atoi(text[:at])
	if err == nil && text[at] == '#' {
		p.items, err = strconv.Atoi(text[at+1:])
	} else {
		p.key = text[at+1:]
	}
	if err != nil || p.section < 0 || p.items < 0 {
		return position{}, invalid
	}
	return p, nil
}

func hashOf(words ...string) uint64 {
	h := fnv.New64a()
	for _, word := range words {
		// Writing to a hash does not fail.
		_, _ = h.Write([]byte(word))
		_, _ = h.Write([]byte{0})
	}
	return h.Sum64()
}

// question is what a marker of this call is bound to: the operation and all parameters but those of paging.
func (c *call) question(names ...string) string {
	words := []string{c.operation.name}
	for _, name := range names {
		words = append(words, strings.ToLower(c.text(name)))
	}
	return strings.Join(words, "\x00")
}

// pageOf takes one page of sorted items.
func pageOf[T any](c *call, words string, items []T, key func(T) string, keep func(T) bool) (page []T, next string, err error) {
	s := section{
		length: len(items),
		key:    func(i int) string { return key(items[i]) },
		take:   func(i int) { page = append(page, items[i]) },
	}
	if keep != nil {
		s.keep = func(i int) bool { return keep(items[i]) }
	}
	next, err = c.page(words, s)
	return page, next, err
}

// tokenPage takes the page of sorted items that a token names; the token of the first page is empty. Like a marker, the
// token starts behind a key, wherever that is by now, and is bound to the words. ok is false for a token that is not one
// of this question. A page of no items is the last.
func tokenPage[T any](c *call, words, token string, size int, items []T, key func(T) string) (page []T, next string, ok bool) {
	words = c.operation.name + "\x00" + c.region + "\x00" + words
	from, err := readMarker(token, words)
	if err != nil {
		return nil, "", false
	}
	start := from.start(section{length: len(items), key: func(i int) string { return key(items[i]) }})
	end := min(len(items), start+c.budget(size, token))
	if start < end && end < len(items) {
		next = newMarker(0, end-1, key(items[end-1]), words)
	}
	return items[start:end], next, true
}

// tableSection is all of a kind that the call can see and keep accepts.
func tableSection[T entity](c *call, kind string, page *[]T, keep func(T) bool) section {
	t := c.store.tables[kind]
	at := func(i int) T {
		e, _ := t.byName[t.names[i]].(T)
		return e
	}
	return section{
		length: len(t.names),
		key:    func(i int) string { return t.names[i] },
		keep: func(i int) bool {
			e := at(i)
			return c.visible(e) && (keep == nil || keep(e))
		},
		take: func(i int) { *page = append(*page, at(i)) },
	}
}

// more writes the end of a page: whether there is another, and its marker.
func (w *xmlWriter) more(next string) {
	w.flag("IsTruncated", next != "")
	w.optional("Marker", next)
}
