package spec

import "slices"

// merge makes one tree of the top levels of several files. A section may be spread over files, each name of it in one only.
// The version may stand in every file.
func merge(roots []*node, problems *problems) *node {
	whole := &node{source: roots[0].source, line: 1, column: 1, shape: mapping}
	for _, root := range roots {
		if root.shape != mapping {
			problems.add(root.place(), "the file must be a map of sections such as groups and users, found %s", root.found())
			continue
		}
		for _, e := range root.entries {
			first, again := whole.get(e.key.text)
			switch {
			case !again && e.value.shape == mapping:
				// A copy, because the sections of other files will be added to it.
				section := *e.value
				section.entries = slices.Clone(section.entries)
				whole.entries = append(whole.entries, entry{e.key, &section})
			case !again:
				whole.entries = append(whole.entries, e)
			case first.value.shape == mapping && e.value.shape == mapping:
				mergeSection(first, e, problems)
			case e.key.text == "version" && e.value.text == first.value.text:
			default:
				problems.add(e.key.place(), "%s is declared twice; first at %s", e.key.text, first.key.place())
			}
		}
	}
	return whole
}

func mergeSection(into, from entry, problems *problems) {
	for _, e := range from.value.entries {
		if first, again := into.value.get(e.key.text); again {
			problems.add(e.key.place(), "%q is declared twice under %s; first at %s", e.key.text, into.key.text, first.key.place())
			continue
		}
		into.value.entries = append(into.value.entries, e)
	}
}
