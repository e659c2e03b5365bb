package spec

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"slices"
	"strconv"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// The bounds of what is read. They are far above what one account can hold, and low enough that no file takes long.
const (
	// maxFileSize is in bytes.
	maxFileSize = 4 << 20
	// maxDepth is how deep values may be nested.
	maxDepth = 50
	// maxExpansion is how many values the aliases of one file may add to it.
	maxExpansion = 50_000
	// maxFilled is how many bytes the variables of all files may stand for together.
	maxFilled = 16 << 20
)

// parseYAML reads one YAML document. It returns nil when problems were found that leave nothing to go on with.
func parseYAML(data []byte, from *source, problems *problems) *node {
	start := Place{from.name, 1, 1}
	if !utf8.Valid(data) {
		problems.add(badByte(data, from), "not UTF-8 text: save the file as UTF-8")
		return nil
	}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var document, second yaml.Node
	err := decoder.Decode(&document)
	if errors.Is(err, io.EOF) {
		return &node{source: from, line: 1, column: 1, shape: mapping}
	}
	if err == nil {
		err = decoder.Decode(&second)
		if err == nil {
			problems.add(Place{from.name, second.Line, second.Column}, "a second YAML document: put it into a file of its own")
			return nil
		}
	}
	if !errors.Is(err, io.EOF) {
		line, message := yamlError(err)
		problems.add(Place{from.name, line, 1}, "not YAML: %s", message)
		return nil
	}
	r := yamlReader{source: from, problems: problems, open: map[*yaml.Node]bool{}}
	n := r.read(document.Content[0], 0)
	if r.refused {
		return nil
	}
	if n.isNull() {
		return &node{source: from, line: start.Line, column: start.Column, shape: mapping}
	}
	return n
}

var yamlErrorText = regexp.MustCompile(`^yaml: (?:line (\d+): )?((?s).*)$`)

// yamlError takes the text of the YAML package's errors apart, which have no other form.
func yamlError(err error) (line int, message string) {
	m := yamlErrorText.FindStringSubmatch(err.Error())
	if m == nil {
		return 1, err.Error()
	}
	line, err = strconv.Atoi(m[1])
	if err != nil {
		line = 1
	}
	return line, m[2]
}

func badByte(data []byte, from *source) Place {
	line, column := 1, 1
	for len(data) > 0 {
		r, size := utf8.DecodeRune(data)
		if r == utf8.RuneError && size == 1 {
			break
		}
		column++
		if r == '\n' {
			line, column = line+1, 1
		}
		data = data[size:]
	}
	return Place{from.name, line, column}
}

// yamlReader copies the nodes of the YAML package into ours: aliases and merge keys resolved, within bounds.
type yamlReader struct {
	source   *source
	problems *problems
	// open are the anchors whose aliases are being resolved.
	open map[*yaml.Node]bool
	// expanded counts the values that aliases added.
	expanded int
	// refused is set when the file is to be read no further.
	refused bool
}

func (r *yamlReader) refuse(y *yaml.Node, format string, args ...any) {
	if !r.refused {
		r.problems.add(Place{r.source.name, y.Line, y.Column}, format, args...)
	}
	r.refused = true
}

func (r *yamlReader) read(y *yaml.Node, depth int) *node {
	n := &node{source: r.source, line: y.Line, column: y.Column, shape: scalar, tag: tagNull}
	if len(r.open) > 0 {
		r.expanded++
	}
	switch {
	case depth > maxDepth:
		r.refuse(y, "nested more than %d deep", maxDepth)
	case r.expanded > maxExpansion:
		r.refuse(y, "the aliases of this file stand for more than %d values", maxExpansion)
	}
	if r.refused {
		return n
	}
	tag := y.ShortTag()
	switch y.Kind {
	case yaml.AliasNode:
		if r.open[y.Alias] {
			r.refuse(y, "the anchor %q contains itself", y.Value)
			return n
		}
		r.open[y.Alias] = true
		defer delete(r.open, y.Alias)
		return r.read(y.Alias, depth+1)
	case yaml.MappingNode:
		n.shape = mapping
		n.entries = r.entries(y, depth)
		r.allowTag(y, tag, "!!map")
	case yaml.SequenceNode:
		n.shape = list
		n.items = make([]*node, len(y.Content))
		for i, item := range y.Content {
			n.items[i] = r.read(item, depth+1)
		}
		r.allowTag(y, tag, "!!seq")
	default:
		n.tag, n.text = tag, y.Value
		r.allowTag(y, tag, tagString, tagInt, tagFloat, tagBool, tagNull, tagTimestamp)
	}
	return n
}

func (r *yamlReader) allowTag(y *yaml.Node, tag string, allowed ...string) {
	if !slices.Contains(allowed, tag) {
		r.problems.add(Place{r.source.name, y.Line, y.Column}, "the YAML tag %s is not allowed here", tag)
	}
}

// entries reads the keys of a mapping. What a merge key (<<) brings in comes last and yields to the mapping's own keys, and
// the first of several merged mappings to the later ones, as YAML has it.
func (r *yamlReader) entries(y *yaml.Node, depth int) []entry {
	var own, merged []entry
	for i := 0; i+1 < len(y.Content); i += 2 {
		key, value := y.Content[i], y.Content[i+1]
		if key.ShortTag() == "!!merge" {
			merged = append(merged, r.merged(value, depth)...)
			continue
		}
		k := r.read(key, depth+1)
		if k.shape != scalar || k.tag == tagNull {
			if !r.refused {
				r.problems.add(k.place(), "a key must be a word, not %s", k.found())
			}
			continue
		}
		own = append(own, entry{k, r.read(value, depth+1)})
	}
	own = distinct(own, r.problems)
	if len(merged) == 0 {
		return own
	}
	// What is merged yields silently.
	return distinct(append(own, merged...), &problems{})
}

func (r *yamlReader) merged(value *yaml.Node, depth int) []entry {
	n := r.read(value, depth+1)
	if n.shape == mapping {
		return n.entries
	}
	var all []entry
	for _, item := range n.items {
		if item.shape != mapping {
			r.problems.add(item.place(), "<< merges maps, not %s", item.found())
		}
		all = append(all, item.entries...)
	}
	if n.shape == scalar && !r.refused {
		r.problems.add(n.place(), "<< merges maps, not %s", n.found())
	}
	return all
}
