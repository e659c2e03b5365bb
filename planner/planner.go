package planner

import (
	"fmt"
	"slices"
	"time"

	"baseline/resource"
)

// Account is what the planner must know of an account beside its objects.
type Account struct {
	// ID is the account's 12 digits; it tells the account's own ARNs from others'.
	ID string
	// Live is everything in the account, of every kind.
	Live resource.State
	// Quotas are the account's own limits by name, as in UsersQuota. A missing one is not checked.
	Quotas map[string]int
	// Types are the kinds in the order in which their objects can be created.
	Types []resource.Type
	// Evidence is what requirements judge by; nil where nothing is asked of the whole account.
	Evidence *resource.Evidence
	// Now is the time that ages are counted to.
	Now time.Time
	// Looked says which of the looks that a draft asked for were taken.
	Looked map[resource.Address]bool
}

// Draft is what comes of planning.
type Draft struct {
	Changes  []resource.Change
	Findings []resource.Finding
	Notices  []string
	// Large says by which limits the plan does more than is usual, one phrase each.
	Large []string
	// Problems are why there can be no plan. Changes are not to be used while there are any.
	Problems []Problem
	// Look names the objects that must be looked at closely before the plan is complete: take the look and plan again.
	Look []resource.Address
}

// Problem is a wish that cannot be planned.
type Problem struct {
	Address resource.Address
	Message string
}

func (p Problem) String() string { return p.Address.String() + ": " + p.Message }

// edit is the net change at one address, before it is cut into steps.
type edit struct {
	address resource.Address
	// live is what is there; its Settings are nil where nothing is.
	live resource.Resource
	// after is what shall be there; nil for nothing.
	after  resource.Object
	reason string
	// replace means that the object must be deleted and created although it is there before and after.
	replace bool
	// unasked marks a deletion that no file asks for by name.
	unasked bool
	// reborn lets a deletion leave out the loss of the unique id: the object was made by the run that is being undone.
	reborn bool
	// grounds are what the edit rests on; waits names edits that must be done before it.
	grounds []resource.Ground
	waits   []resource.Address
	// restsOnUse means that the edit is wrong if the object is used before it is made.
	restsOnUse bool
}

func (e *edit) deletes() bool { return e.after == nil || e.replace }
func (e *edit) creates() bool { return e.live.Settings == nil || e.replace }

// work is one planning in progress.
type work struct {
	Account
	types map[resource.Kind]*resource.Type
	rank  map[resource.Kind]int
	edits map[resource.Address]*edit
	// needers lists, for each live object, the live objects that need it.
	needers map[resource.Address][]resource.Address
	draft   *Draft
	// undoing is true where a run is taken back, not a file followed.
	undoing bool
}

func newWork(account Account) *work {
	w := &work{
		Account: account,
		types:   map[resource.Kind]*resource.Type{},
		rank:    map[resource.Kind]int{},
		edits:   map[resource.Address]*edit{},
		needers: map[resource.Address][]resource.Address{},
		draft:   &Draft{},
	}
	for i := range account.Types {
		w.types[account.Types[i].Kind] = &account.Types[i]
		w.rank[account.Types[i].Kind] = i
	}
	for a, r := range account.Live {
		for _, need := range w.needs(a, r.Settings) {
			w.needers[need] = append(w.needers[need], a)
		}
	}
	for _, list := range w.needers {
		slices.SortFunc(list, resource.Address.Compare)
	}
	return w
}

// Make plans the way from what is live to what is wanted.
func Make(want *resource.Want, account Account) *Draft {
	w := newWork(account)
	m := &making{work: w, want: want, kept: map[resource.Address]bool{}}
	m.keepOwn()
	if w.draft.Look = w.unseen(Named(m.want, account)); len(w.draft.Look) > 0 {
		return w.draft
	}
	m.overlay()
	m.leave()
	w.follow(m.declared)
	w.leaveLingering()
	m.require()
	m.report()
	m.rely()
	m.findRoom()
	w.checkReferences()
	w.checkQuotas()
	w.askForLooks()
	w.steps()
	m.consent()
	m.checkLimits()
	slices.SortStableFunc(w.draft.Problems, func(a, b Problem) int { return a.Address.Compare(b.Address) })
	return w.draft
}

func (w *work) typeOf(a resource.Address) *resource.Type {
	if t := w.types[a.Kind]; t != nil {
		return t
	}
	return &resource.Type{Kind: a.Kind}
}

func (w *work) needs(a resource.Address, o resource.Object) []resource.Address {
	if t := w.typeOf(a); t.Needs != nil && o != nil {
		return t.Needs(w.ID, a, o)
	}
	return nil
}

// owner is the object under which a is shown: itself, unless it is a part.
func (w *work) owner(a resource.Address) resource.Address {
	if t := w.typeOf(a); t.Owner != nil {
		return t.Owner(a)
	}
	return a
}

func (w *work) problem(a resource.Address, format string, args ...any) {
	w.draft.Problems = append(w.draft.Problems, Problem{a, fmt.Sprintf(format, args...)})
}

// addresses returns the edited addresses in order.
func (w *work) addresses() []resource.Address {
	out := make([]resource.Address, 0, len(w.edits))
	for a := range w.edits {
		out = append(out, a)
	}
	slices.SortFunc(out, resource.Address.Compare)
	return out
}

// askForLooks lists the objects whose deletion would lose what the bulk read does not show.
func (w *work) askForLooks() {
	for _, a := range w.addresses() {
		e := w.edits[a]
		if e.live.Settings != nil && e.deletes() && w.typeOf(a).Looks && e.live.Facts[resource.FactLooked] == "" {
			w.draft.Look = append(w.draft.Look, a)
		}
	}
	slices.SortFunc(w.draft.Look, resource.Address.Compare)
	w.draft.Look = slices.Compact(w.draft.Look)
}

// checkQuotas remarks on what would not fit. It does not refuse: quotas can be raised, and AWS has the last word.
func (w *work) checkQuotas() {
	for _, t := range w.Types {
		quota := w.Quotas[t.Quota+"Quota"]
		if t.Quota == "" || quota == 0 {
			continue
		}
		n := w.Quotas[t.Quota]
		grows := false
		for a, e := range w.edits {
			if a.Kind == t.Kind && !e.replace {
				if e.creates() {
					n, grows = n+1, true
				} else if e.deletes() {
					n--
				}
			}
		}
		if grows && n > quota {
			w.draft.Notices = append(w.draft.Notices, fmt.Sprintf("%s: there would be %d, and the account's quota is %d", t.Quota, n, quota))
		}
	}
}
