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
	start, behind, err := readMarker(c.text("Marker"), words)
	if err != nil {
		return "", err
	}
	budget := c.budget(c.number("MaxItems", defaultPage), c.text("Marker"))
	last := ""
	for n := start; n < len(sections); n++ {
		s := sections[n]
		i := 0
		if n == start && behind != "" {
			i = sort.Search(s.length, func(i int) bool { return s.key(i) >= behind[1:] })
			if i < s.length && s.key(i) == behind[1:] {
				i++
			}
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
				last = newMarker(n, s.key(i), words)
			}
		}
	}
	return "", nil
}

// budget is how many items a page holds: as many as asked for or, with short pages, any number from 1 to that, the same
// for the same page.
func (c *call) budget(asked int, marker string) int {
	if !c.options.ShortPages || asked < 2 {
		return asked
	}
	return 1 + int(hashOf(c.operation.name, marker)%uint64(asked)) //nolint:gosec // below asked, which is at most 1000
}

func newMarker(section int, key, words string) string {
	sum := binary.BigEndian.AppendUint64(nil, hashOf(words))
	return base64.RawURLEncoding.EncodeToString(append(sum[:6], strconv.Itoa(section)+"/"+key...))
}

// readMarker returns the section a page starts in and the key it starts behind, after a slash; "" is the very start.
func readMarker(marker, words string) (section int, behind string, err error) {
	if marker == "" {
		return 0, "", nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(marker)
	if err != nil || len(raw) < 8 {
		return 0, "", refuse("ValidationError", "Invalid Marker.")
	}
	sum := binary.BigEndian.AppendUint64(nil, hashOf(words))
	if string(raw[:6]) != string(sum[:6]) {
		return 0, "", refuse("ValidationError", "Marker and Filter do not match")
	}
	at := strings.IndexByte(string(raw[6:]), '/')
	section, err = strconv.Atoi(string(raw[6 : 6+max(at, 0)]))
	if err != nil || section < 0 {
		return 0, "", refuse("ValidationError", "Invalid Marker.")
	}
	return section, string(raw[6+at:]), nil
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
	words := c.operation.name
	for _, name := range names {
		words += "\x00" + strings.ToLower(c.text(name))
	}
	return words
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
