package requirements

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// fsbp is the benchmark of AWS Foundational Security Best Practices, a standard of AWS Security Hub.
const fsbp = "fsbp"

// editions are the editions of the CIS AWS Foundations Benchmark, newest first. 4.0 stands for 4.0.1.
var editions = []string{"7.0", "6.0", "5.0", "4.0", "3.0"}

// Benchmarks lists the standards that a file can name, the newest first. The first is the one that is meant when it names none.
func Benchmarks() []string {
	var names []string
	for _, e := range editions {
		names = append(names, "cis-"+e)
	}
	return append(names, fsbp)
}

// known returns the benchmark, or the newest for "" and whatever is not one.
func known(benchmark string) string {
	if slices.Contains(Benchmarks(), benchmark) {
		return benchmark
	}
	return Benchmarks()[0]
}

// Coverage says which part of a benchmark is looked at, and which is not.
func Coverage(benchmark string) string {
	if known(benchmark) == fsbp {
		return "AWS Foundational Security Best Practices: only the controls of IAM, of CloudTrail and of the account are checked; " +
			"those of other services are not"
	}
	edition := strings.TrimPrefix(known(benchmark), "cis-")
	first := 2 // the number of the section on identity, which the others follow
	if edition < "6" {
		first = 1
	}
	return fmt.Sprintf("CIS %s: only sections %d, identity, %d, logging, and %d, monitoring, are checked; storage and networking are not",
		edition, first, first+2, first+3)
}

// controls are all controls that are known. Ids, levels and modes are those of the CIS AWS Foundations Benchmark as Prowler carries
// them (prowler/compliance/aws/cis_*_aws.json), levels those of the newest edition; ids of Security Hub are from its user guide.
//
// Of what only Security Hub or Prowler asks for, the tables have what a rule answers.
var controls = slices.Concat(identityControls, storageControls, loggingControls, monitoringControls())

// Control is one thing that published standards ask of an account. The same thing has other ids in each edition. Controls that no
// rule answers are known too, so that they can be shown as not checked.
type Control struct {
	// Title is in our words, not those of a standard.
	Title string
	// Level is the CIS level, 1 or 2, in the newest edition that has the control; 0 where CIS does not have it.
	Level int
	// Manual is true where CIS leaves it to a person to check.
	Manual bool
	// SecurityHub are the ids in AWS Security Hub, as in "IAM.3", which may have several controls for one of CIS.
	SecurityHub []string
	// FSBP is true where those belong to the AWS Foundational Security Best Practices.
	FSBP bool
	// Prowler are the ids of Prowler's checks.
	Prowler []string

	// cis are the ids in the editions of CIS, oldest edition first; "" where an edition does not have it.
	cis [5]string
	// answers are the rules which must all hold.
	answers []answer
	// gap is what of the control no rule looks at; "" where the rules look at all of it. With a gap it can fail, but not pass.
	gap string
}

// answer is a rule as a control takes it.
type answer struct {
	rule string
	// degree is how strict the rule must be at least.
	degree degree
}

// Controls returns all controls that are known, in no order that means anything. They must not be changed.
func Controls() []Control { return slices.Clone(controls) }

// ID returns the control's bare id in a benchmark, as in "2.12" or "IAM.3", the first of several, or "" where the benchmark does not
// have it.
func (c Control) ID(benchmark string) string {
	if benchmark == fsbp && c.FSBP {
		return c.SecurityHub[0]
	}
	edition, _ := strings.CutPrefix(benchmark, "cis-")
	if i := slices.Index(editions, edition); i >= 0 {
		return c.cis[len(c.cis)-1-i]
	}
	return ""
}

// IDs returns all ids of the control with their standards, that of the benchmark first, then from the newest edition of CIS
// to the oldest, then of others.
func (c Control) IDs(benchmark string) []string { return texts(c.references(benchmark)) }

// ofProwler reports whether no standard but Prowler has the control.
func (c Control) ofProwler() bool { return len(c.SecurityHub) == 0 && c.cis == [5]string{} }

// Rules returns the ids of the rules that answer the control, which must all hold for it to pass; none where no rule does.
func (c Control) Rules() []string {
	var ids []string
	for _, a := range c.answers {
		ids = append(ids, a.rule)
	}
	return ids
}

// Meets returns "" where the file asks for at least as much as the control, and otherwise why what it asks for does not answer it.
func (c Control) Meets(asked Asked) string { return c.met(asked.declared()) }

func (c Control) met(declared declaration) string {
	switch {
	case len(c.answers) == 0 && c.Manual:
		return "a person must check this"
	case len(c.answers) == 0:
		return "this program does not look at it"
	}
	for _, a := range c.answers {
		found, ok := declared[a.rule]
		if !ok {
			return key(a.rule) + " is not declared"
		}
		if found.strict < a.degree.strict {
			return fmt.Sprintf("the file asks for %s, the control for %s", found.text, a.degree.text)
		}
	}
	return c.gap
}

// beyond says in what the file asks for more than the control by one of the rules: who breaks it then may be one whom the
// control alone would let pass.
func (c Control) beyond(declared declaration, rules map[string]bool) string {
	for _, a := range c.answers {
		// Root without any device breaks a rule of its own, whichever the file asks for.
		if found := declared[a.rule]; rules[a.rule] && found.strict > a.degree.strict && a.rule != "root.mfa" {
			return fmt.Sprintf("the file asks for %s, the control only for %s", found.text, a.degree.text)
		}
	}
	return ""
}

// reference is an id of a control.
type reference struct {
	// rank is the place of the standard among all.
	rank int
	// number is the id within the standard, text the id with it.
	number, text string
}

// references returns the ids of the control in the order of IDs.
func (c Control) references(benchmark string) []reference {
	benchmark = known(benchmark)
	var refs []reference
	add := func(rank int, standard, number string) {
		if number != "" {
			refs = append(refs, reference{rank, number, standard + " " + number})
		}
	}
	for i, edition := range editions {
		rank := 1 + i
		if benchmark == "cis-"+edition {
			rank = 0
		}
		add(rank, "CIS "+edition, c.ID("cis-"+edition))
	}
	hub := 1 + len(editions)
	if benchmark == fsbp && c.FSBP {
		hub = 0
	}
	for _, id := range c.SecurityHub {
		add(hub, "Security Hub", id)
	}
	for _, check := range c.Prowler {
		add(2+len(editions), "Prowler", check)
	}
	slices.SortFunc(refs, compareReferences)
	return refs
}

// compareReferences orders ids by standard, then as numbers: 2.2 before 2.10.
func compareReferences(a, b reference) int {
	return cmp.Or(cmp.Compare(a.rank, b.rank), slices.CompareFunc(strings.Split(a.number, "."), strings.Split(b.number, "."), comparePart))
}

func comparePart(a, b string) int {
	x, noX := strconv.Atoi(a)
	y, noY := strconv.Atoi(b)
	if noX != nil || noY != nil {
		return cmp.Compare(a, b)
	}
	return cmp.Compare(x, y)
}

func texts(refs []reference) []string {
	var out []string
	for _, r := range refs {
		out = append(out, r.text)
	}
	return out
}

// controlsOf names the controls that a rule answers, those of the benchmark first. The caller must not change the list.
func controlsOf(rule, benchmark string) []string { return controlIDs()[known(benchmark)][rule] }

// controlIDs are the lists of controlsOf by benchmark and rule. A judgement asks once for each violation.
var controlIDs = sync.OnceValue(func() map[string]map[string][]string {
	all := map[string]map[string][]string{}
	for _, benchmark := range Benchmarks() {
		refs := map[string][]reference{}
		for _, c := range controls {
			for _, rule := range c.Rules() {
				refs[rule] = append(refs[rule], c.references(benchmark)...)
			}
		}
		all[benchmark] = map[string][]string{}
		for rule, of := range refs {
			slices.SortFunc(of, compareReferences)
			all[benchmark][rule] = slices.Clip(slices.Compact(texts(of)))
		}
	}
	return all
})
