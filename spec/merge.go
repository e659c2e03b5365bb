package spec

// merge makes one tree of the top levels of several files, all of them maps. A section may be spread over files, each name of
// it in one only. The version may stand in every file.
func merge(roots []*node, problems *problems) *node {
	whole := &node{source: roots[0].source, line: 1, column: 1, shape: mapping}
	sections := map[string]*mergedSection{}
	for _, root := range roots {
		for _, e := range root.entries {
			section, again := sections[e.key.text]
			switch {
			case !again:
				section = newMergedSection(e)
				sections[e.key.text] = section
				whole.entries = append(whole.entries, section.entry)
			case e.key.text == "version" && e.value.text == section.value.text:
			case section.value.shape == mapping && e.value.shape == mapping:
				section.add(e.value, problems)
			default:
				problems.add(e.key.place(), "%s is declared twice; first at %s", e.key.text, section.key.place())
			}
		}
	}
	return whole
}

// mergedSection is a section to which those of other files are added.
type mergedSection struct {
	entry
	// names are the section's keys by their text.
	names map[string]*node
}

func newMergedSection(e entry) *mergedSection {
	// A copy, because the original belongs to one file.
	value := *e.value
	value.entries = nil
	m := &mergedSection{entry{e.key, &value}, map[string]*node{}}
	m.add(e.value, nil)
	return m
}

// add adds the entries of one file. Those of the first file are distinct already, so that it has no problems.
func (m *mergedSection) add(section *node, problems *problems) {
	for _, e := range section.entries {
		if first, again := m.names[e.key.text]; again {
			problems.add(e.key.place(), "%q is declared twice under %s; first at %s", e.key.text, m.key.text, first.place())
			continue
		}
		m.names[e.key.text] = e.key
		m.value.entries = append(m.value.entries, e)
	}
}
