package policy

import "strings"

// hint proposes the one of names that a word was probably meant to be, for the end of a complaint.
func hint(word string, names []string) string { return meant(nearest(word, names)) }

// meant proposes a name, unless it is "".
func meant(name string) string {
	if name == "" {
		return ""
	}
	return "; did you mean \"" + name + "\"?"
}

// nearest returns the one of names that word was probably meant to be: the same word in another case, or one that is a slip
// of the finger or two away. It is "" when nothing is near.
func nearest(word string, names []string) string {
	const tooFar = 3
	best, least := "", tooFar
	for _, name := range names {
		if d := len(word) - len(name); d >= tooFar || -d >= tooFar {
			continue
		}
		if strings.EqualFold(word, name) {
			return name
		}
		// Half a short name being wrong is no slip.
		if d := distance(strings.ToLower(word), strings.ToLower(name)); d < least && 2*d < len(name) {
			best, least = name, d
		}
	}
	return best
}

// distance counts the letters to insert, drop, replace or swap with their neighbour to get from a to b (the optimal string
// alignment distance).
func distance(a, b string) int {
	older := make([]int, len(b)+1)
	above := make([]int, len(b)+1)
	for j := range above {
		above[j] = j
	}
	for i := range len(a) {
		row := make([]int, len(b)+1)
		row[0] = i + 1
		for j := range len(b) {
			replace := above[j]
			if a[i] != b[j] {
				replace++
			}
			row[j+1] = min(above[j+1]+1, row[j]+1, replace)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], older[j-1]+1)
			}
		}
		older, above = above, row
	}
	return above[len(b)]
}
