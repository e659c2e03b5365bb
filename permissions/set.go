package permissions

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"baseline/kinds"
	"baseline/policy"
	"baseline/resource"
)

// The purposes that actions are allowed for, in the order of the statements. They become the Sids.
const (
	readAccount = "ReadTheAccount"
	judge       = "JudgeRequirements"
	lookClosely = "LookClosely"
	checkFirst  = "CheckPermissionsFirst"
	makeChanges = "MakeChanges"
	takeBack    = "TakeBack"
)

// mostResources is how many resources one statement names, so that it fits into a document.
const mostResources = 50

// purposes are the purposes in order.
var purposes = []string{readAccount, judge, lookClosely, checkFirst, makeChanges, takeBack, keepRuns}

// Set is what must be allowed: actions on resources, each for the first purpose that asked for it. The zero Set is empty.
type Set struct {
	// on are the resources by action, and what for.
	on map[string]map[string]string
	// listed are the ARNs of buckets of which no more may be listed than what matches a pattern; see [Set.KeepRuns].
	listed map[string]string
}

// add notes grants for a purpose.
func (s *Set) add(purpose string, grants []kinds.Grant) {
	if s.on == nil {
		s.on = map[string]map[string]string{}
	}
	for _, g := range grants {
		if s.on[g.Action] == nil {
			s.on[g.Action] = map[string]string{}
		}
		if _, known := s.on[g.Action][g.Resource]; !known {
			s.on[g.Action][g.Resource] = purpose
		}
	}
}

// Actions returns the actions of the set, sorted.
func (s *Set) Actions() []string { return slices.Sorted(maps.Keys(s.on)) }

// Without returns the set without an action.
func (s *Set) Without(action string) *Set {
	rest := &Set{on: maps.Clone(s.on), listed: s.listed}
	delete(rest.on, action)
	return rest
}

// statement is one statement of a policy.
type statement struct {
	Sid      string
	Effect   string
	Action   []string
	Resource []string
	// Condition is nil for none.
	Condition condition
}

type document struct {
	Version   string
	Statement []statement
}

// statements put together what is for one purpose on the same resources.
func (s *Set) statements() []statement {
	type place struct{ purpose, resources string }
	actions := map[place][]string{}
	for _, action := range s.Actions() {
		by := map[string][]string{}
		for on, purpose := range least(s.on[action]) {
			by[purpose] = append(by[purpose], on)
		}
		for purpose, on := range by {
			slices.Sort(on)
			at := place{purpose, strings.Join(on, " ")}
			actions[at] = append(actions[at], action)
		}
	}
	var all []statement
	for _, purpose := range purposes {
		var of []statement
		for at, named := range actions {
			if at.purpose != purpose {
				continue
			}
			for on := range slices.Chunk(strings.Fields(at.resources), mostResources) {
				of = append(of, statement{Effect: policy.Allow, Action: named, Resource: on, Condition: s.conditionOf(purpose, named, on)})
			}
		}
		slices.SortFunc(of, func(a, b statement) int {
			return strings.Compare(strings.Join(a.Resource, " ")+" "+a.Action[0], strings.Join(b.Resource, " ")+" "+b.Action[0])
		})
		for i := range of {
			of[i].Sid = purpose
			if len(of) > 1 {
				of[i].Sid = fmt.Sprintf("%s%d", purpose, i+1)
			}
		}
		all = append(all, of...)
	}
	return all
}

// least leaves out the resources that others cover.
func least(on map[string]string) map[string]string {
	var patterns []string // only those for all of a sort cover others: names that match any path do not
	for one := range on {
		if strings.HasSuffix(one, "*") {
			patterns = append(patterns, one)
		}
	}
	kept := map[string]string{}
	for one, purpose := range on {
		if !slices.ContainsFunc(patterns, func(p string) bool { return p != one && policy.Matches(p, one) }) {
			kept[one] = purpose
		}
	}
	return kept
}

// MostDocuments is how many managed policies AWS lets a role have without asking for more.
const MostDocuments = 10

// Documents returns the policies that together allow the set, each of a size that IAM takes as a managed policy. Widened is true
// where single objects were so many that all of their sort had to be named instead, to fit into [MostDocuments].
func (s *Set) Documents() (texts []string, widened bool, err error) {
	documents, err := pack(s.statements())
	if err == nil && len(documents) > MostDocuments {
		widened = true
		documents, err = pack(s.widened().statements())
	}
	return documents, widened, err
}

// pack puts statements into documents in order.
func pack(statements []statement) ([]string, error) {
	var texts []string
	var now document
	flush := func() error {
		if len(now.Statement) == 0 {
			return nil
		}
		text, err := render(now)
		texts = append(texts, text)
		now = document{}
		return err
	}
	for _, st := range statements {
		with := document{Version: policy.Version2012, Statement: append(slices.Clip(now.Statement), st)}
		text, err := render(with)
		if err != nil {
			return nil, err
		}
		if policy.Size(text) > policy.MaxManagedSize && len(now.Statement) > 0 {
			if err := flush(); err != nil {
				return nil, err
			}
			with.Statement = []statement{st}
			if text, err = render(with); err != nil {
				return nil, err
			}
		}
		if policy.Size(text) > policy.MaxManagedSize { // a single one that is too large
			halves, err := pack(halved(st))
			if err != nil {
				return nil, err
			}
			texts = append(texts, halves...)
			continue
		}
		now = with
	}
	err := flush()
	return texts, err
}

// halved takes a statement apart by its resources.
func halved(st statement) []statement {
	first, second := st, st
	half := len(st.Resource) / 2
	first.Resource, second.Resource = st.Resource[:half], st.Resource[half:]
	first.Sid, second.Sid = st.Sid+"a", st.Sid+"b"
	return []statement{first, second}
}

func render(d document) (string, error) {
	type field struct {
		Sid, Effect string
		Action      []string
		Resource    any
		Condition   condition `json:",omitempty"`
	}
	out := struct {
		Version   string
		Statement []field
	}{Version: d.Version}
	for _, st := range d.Statement {
		var on any = st.Resource
		if len(st.Resource) == 1 {
			on = st.Resource[0]
		}
		out.Statement = append(out.Statement, field{st.Sid, st.Effect, st.Action, on, st.Condition})
	}
	text, err := resource.Encode(out, "  ")
	return string(text), err
}

// widened names all of a sort in place of single objects of IAM, of which alone there are many.
func (s *Set) widened() *Set {
	wide := &Set{listed: s.listed}
	for action, on := range s.on {
		for arn, purpose := range on {
			if purpose != keepRuns { // of these there is one
				arn = sortOf(arn)
			}
			wide.add(purpose, []kinds.Grant{{Action: action, Resource: arn}})
		}
	}
	return wide
}

// sortOf is the pattern for all objects of the sort of IAM that an ARN is of.
func sortOf(arn string) string {
	at := strings.LastIndexByte(arn, ':')
	sort, _, found := strings.Cut(arn[at+1:], "/")
	if at < 0 || !found || !strings.Contains(arn, ":iam:") {
		return arn
	}
	return arn[:at+1] + sort + "/*"
}
