package render

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"baseline/applier"
	"baseline/resource"
)

// outcomes are the words for how far a step came.
var outcomes = map[applier.Progress]string{
	applier.Waiting: "not begun",
	applier.InDoubt: "in doubt",
	applier.Made:    "done",
	applier.Broken:  "failed",
}

// troubles lists how far a step may have come that is not done, what wants a look most first.
var troubles = []applier.Progress{applier.Broken, applier.InDoubt, applier.Waiting}

// mostNotDone is how many steps of one outcome are named. JSON has them all.
const mostNotDone = 20

// notDone lists the steps that are not done.
func (v *view) notDone(run *applier.Run) {
	if count(run, applier.Made) == len(run.Steps) {
		return
	}
	v.line("Not done:")
	changes := planOf(run).Changes
	for _, progress := range troubles {
		g := warning
		if progress == applier.Waiting {
			g = remark
		}
		listed := 0
		for i, step := range run.Steps {
			if step.Progress != progress || i >= len(changes) {
				continue
			}
			if listed++; listed > mostNotDone {
				continue
			}
			r := row{indent: 2, sign: g, label: fmt.Sprintf("%-9s  %s", outcomes[progress], changeName(&changes[i])), loud: true}
			if why := trouble(step); why != "" {
				r.remarks = []string{why}
			}
			v.add(r)
		}
		if more := listed - mostNotDone; more > 0 {
			v.add(row{indent: 2, sign: g, label: fmt.Sprintf("%-9s  and %s more", outcomes[progress], grouped(more))})
		}
	}
	v.space()
}

// trouble says why a step is not done, as far as that is known.
func trouble(step applier.Step) string {
	why := text(step.Error)
	if step.Progress != applier.InDoubt {
		return why
	}
	return strings.TrimSuffix("it began, and nobody knows how it ended: "+why, ": ")
}

// outcomeOf says what came of a step of a run in a word, and nothing where it was done: the errors stand in the list.
func outcomeOf(run *applier.Run) func(*resource.Change) (sign, string) {
	changes := planOf(run).Changes
	steps := make(map[*resource.Change]applier.Step, len(changes))
	for i := range min(len(changes), len(run.Steps)) {
		steps[&changes[i]] = run.Steps[i]
	}
	return func(c *resource.Change) (sign, string) {
		step, known := steps[c]
		switch {
		case !known || step.Progress == applier.Made:
			return same, ""
		case step.Progress == applier.Waiting:
			return remark, outcomes[step.Progress]
		}
		return warning, outcomes[step.Progress]
	}
}

// mostSteps is how many steps a run that is not done shows in full. Whoever looks at a longer one looks for what went wrong.
const mostSteps = 40

// tooLong reports whether the changes of a run are only counted.
func tooLong(run *applier.Run) bool {
	return len(run.Steps) > mostSteps && count(run, applier.Made) < len(run.Steps)
}

// doneByKind counts the steps that are done, the most frequent kind first.
func (v *view) doneByKind(run *applier.Run) {
	byKind := map[resource.Kind]int{}
	changes := planOf(run).Changes
	for i, step := range run.Steps {
		if step.Progress == applier.Made && i < len(changes) {
			byKind[changes[i].Address.Kind]++
		}
	}
	if len(byKind) == 0 {
		return
	}
	kinds := slices.SortedFunc(maps.Keys(byKind), func(a, b resource.Kind) int {
		return cmp.Or(cmp.Compare(byKind[b], byKind[a]), cmp.Compare(a, b))
	})
	counts := make([]string, len(kinds))
	for i, kind := range kinds {
		counts[i] = kindNoun(kindWord(kind)) + " " + grouped(byKind[kind])
	}
	v.line(fmt.Sprintf("%s done: %s. All steps: baseline runs show %s -o json",
		grouped(count(run, applier.Made)), strings.Join(counts, ", "), text(run.ID)))
	v.space()
}
