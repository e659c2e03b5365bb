package spec

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strings"
)

// Place is a position in a file. Lines and columns count from 1, columns in characters; 0 is unknown.
type Place struct {
	File         string
	Line, Column int
}

func (p Place) String() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

func (p Place) compare(q Place) int {
	return cmp.Or(cmp.Compare(p.File, q.File), cmp.Compare(p.Line, q.Line), cmp.Compare(p.Column, q.Column))
}

// Problem is one thing that is wrong with a file.
type Problem struct {
	Place
	Message string
}

// String is one line, also where a name that the message quotes has several.
func (p Problem) String() string { return lineBreaks.Replace(p.Place.String() + ": " + p.Message) }

// lineBreaks writes line breaks the way %q does.
var lineBreaks = strings.NewReplacer("\n", `\n`, "\r", `\r`)

// Problems is the error of an invalid file: everything that is wrong with it, in order of place, without duplicates.
type Problems []Problem

// Error returns one line "file:line:column: message" for each problem.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, problem := range p {
		lines[i] = problem.String()
	}
	return strings.Join(lines, "\n")
}

// problems collects what is wrong while reading goes on.
type problems struct {
	found []Problem
	// more counts those beyond the first maxProblems, which are not kept.
	more int
	// compared counts the names that were looked at for hints.
	compared int
	// readable counts those that leave a file readable as a whole, so that reading can go on.
	readable int
}

// maxProblems is how many problems are told. Nobody reads more, and each may be as long as a file is.
const maxProblems = 1_000

func (p *problems) add(at Place, format string, args ...any) {
	if len(p.found) == maxProblems {
		p.more++
		return
	}
	p.found = append(p.found, Problem{at, fmt.Sprintf(format, args...)})
}

// addReadable adds a problem that leaves the rest of the file as good as it was.
func (p *problems) addReadable(at Place, format string, args ...any) {
	p.add(at, format, args...)
	p.readable++
}

// unreadable reports whether some file can't be read as a whole.
func (p *problems) unreadable() bool { return len(p.found)+p.more > p.readable }

// err returns the Problems found so far, nil if there are none.
func (p *problems) err() error {
	if len(p.found) == 0 {
		return nil
	}
	sorted := slices.Clone(p.found)
	slices.SortStableFunc(sorted, func(a, b Problem) int {
		return cmp.Or(a.compare(b.Place), cmp.Compare(a.Message, b.Message))
	})
	sorted = slices.Compact(sorted)
	if p.more > 0 {
		last := Place{File: sorted[len(sorted)-1].File}
		sorted = append(sorted, Problem{last, fmt.Sprintf("and %d more problems", p.more)})
	}
	return Problems(sorted)
}

// Looking for near names takes time in a large file: maxHints is how many problems get a hint, and maxCompared how many names
// are looked at for all of them.
const (
	maxHints    = 100
	maxCompared = 200_000
)

// meant returns `; did you mean "x"?` for the candidate nearest to a misspelt name, or "" when none is near.
func (p *problems) meant(name string, candidates iter.Seq[string]) string {
	if len(p.found) > maxHints || p.compared > maxCompared {
		return ""
	}
	// A third of the letters may be wrong, and one of three.
	best, bestDistance := "", 1+len(name)/3
	for _, candidate := range slices.Sorted(candidates) {
		p.compared++
		// Only the case differs: the nearest there can be.
		if strings.EqualFold(name, candidate) {
			return fmt.Sprintf("; did you mean %q?", candidate)
		}
		if d := len(name) - len(candidate); max(d, -d) >= bestDistance {
			continue
		}
		if d := distance(strings.ToLower(name), strings.ToLower(candidate)); d < bestDistance {
			best, bestDistance = candidate, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", best)
}

// distance counts the insertions, deletions, replacements and swaps of neighbours that turn a into b
// (the optimal string alignment distance).
func distance(a, b string) int {
	before, above, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		before, above, row = above, row, before
		row[0] = i
		for j := 1; j <= len(b); j++ {
			replaced := above[j-1]
			if a[i-1] != b[j-1] {
				replaced++
			}
			row[j] = min(replaced, above[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
	}
	return row[len(b)]
}
