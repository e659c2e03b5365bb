package planner_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"baseline/planner"
	"baseline/policy"
	"baseline/resource"
	"baseline/testdata/accounts"
)

// The kinds of a small world of its own: a tape that records what is done, on a shelf that has a lock, and guests who come and go.
const (
	tapeKind  resource.Kind = "x_tape"
	shelfKind resource.Kind = "x_shelf"
	lockKind  resource.Kind = "x_shelf_lock"
	guestKind resource.Kind = "x_guest"
)

func recordingTypes() []resource.Type {
	shelf := func(_ string, _ resource.Address, o resource.Object) []resource.Address {
		if name := o.Text("shelf"); name != "" {
			return []resource.Address{resource.At(shelfKind, name)}
		}
		return nil
	}
	return []resource.Type{
		{Kind: guestKind, Family: "guests"},
		{Kind: shelfKind, Named: true, Tags: "tags", Defaults: resource.Object{"tags": tags{}}, Holds: func(f resource.Facts) []string {
			if f["now:holds"] == "" {
				return nil
			}
			return []string{f["now:holds"]}
		}},
		{
			Kind: lockKind, Named: true, Part: true,
			Owner: func(a resource.Address) resource.Address { return resource.At(shelfKind, a.Name) },
			Needs: func(_ string, a resource.Address, _ resource.Object) []resource.Address {
				return []resource.Address{resource.At(shelfKind, a.Name)}
			},
			Lay: func(a resource.Address, wanted resource.Object, see func(resource.Address) (resource.Resource, bool)) resource.Object {
				live, _ := see(a)
				merged, err := policy.Merge(string(live.Settings.Document("document")), string(wanted.Document("statements")), "Own")
				if err != nil {
					return wanted
				}
				return resource.Object{"document": resource.Document(merged)}
			},
			TakeBack: func(before, after, found resource.Object) (resource.Object, bool) {
				left, ok := policy.TakeBack(string(before.Document("document")), string(after.Document("document")), string(found.Document("document")))
				if left == "" {
					return nil, ok
				}
				return resource.Object{"document": resource.Document(left)}, ok
			},
		},
		{
			Kind: tapeKind, Extra: true, Tags: "tags", Defaults: resource.Object{"on": true, "tags": tags{}},
			Needs: shelf, Follows: shelf, Tries: []string{"shelf"},
			Weakens: func(before, after resource.Object) []string {
				if before.Flag("on") && !after.Flag("on") {
					return []string{"nothing is recorded any more"}
				}
				return nil
			},
			Leaves: func(_ resource.Address, before resource.Resource, planned func(resource.Address) resource.Op) []string {
				if planned(resource.At(shelfKind, before.Settings.Text("shelf"))) == resource.OpDelete {
					return nil
				}
				return []string{"shelf " + before.Settings.Text("shelf") + " stays"}
			},
		},
	}
}

func recording(live resource.State) planner.Account {
	lookedUp := map[resource.Address]bool{}
	for _, a := range []string{"x_shelf/S", "x_shelf_lock/S", "x_shelf/T", "x_shelf_lock/T"} {
		lookedUp[address(a)] = true
	}
	return planner.Account{ID: "111122223333", Live: live, Types: recordingTypes(), Looked: lookedUp}
}

func tape(shelf string, on bool) resource.Object {
	return resource.Object{"shelf": shelf, "on": on, "tags": mark}
}

// order is the addresses of changes in the order in which they may be made at the earliest: each after all that it waits for.
func waits(t *testing.T, changes []resource.Change, first, then string) {
	t.Helper()
	find := func(text string) int {
		return slices.IndexFunc(changes, func(c resource.Change) bool { return c.Address == address(text) })
	}
	i, j := find(first), find(then)
	if i < 0 || j < 0 {
		t.Fatalf("no change of %s or %s in %v", first, then, changes)
	}
	reached := map[int]bool{j: true}
	for k := j; k >= 0; k-- {
		if reached[k] {
			for _, need := range changes[k].Needs {
				reached[need] = true
			}
		}
	}
	if !reached[i] {
		t.Errorf("%s does not wait for %s", then, first)
	}
}

func TestWhatIsNamedIsLookedUpFirst(t *testing.T) {
	want := &resource.Want{
		Name:    accounts.Name,
		Objects: objects{"x_tape/t": {"shelf": "S"}, "x_shelf_lock/T": {"statements": allow("s3:Get*")}}.byAddress(),
		Relied:  objects{"x_shelf_lock/S": {"statements": allow("s3:Get*")}}.byAddress(),
	}
	account := recording(nil)
	account.Looked = nil
	draft := planner.Make(want, account)
	wanted := []resource.Address{address("x_shelf/S"), address("x_shelf/T"), address("x_shelf_lock/S"), address("x_shelf_lock/T")}
	if diff := cmp.Diff(wanted, draft.Look); diff != "" || len(draft.Changes)+len(draft.Problems) > 0 {
		t.Errorf("%s, changes %v, problems %v", diff, draft.Changes, draft.Problems)
	}
	// What is named and not there is a mistake, said of whoever names it.
	draft = planner.Make(want, recording(nil))
	var problems []string
	for _, p := range draft.Problems {
		problems = append(problems, p.String())
	}
	missing := []string{
		"x_shelf_lock/T: names shelf/T, which is neither in the account nor in the file",
		"x_tape/t: names shelf/S, which is neither in the account nor in the file",
	}
	if diff := cmp.Diff(missing, problems); diff != "" {
		t.Error(diff)
	}
}

// A shelf is looked up because a tape needs it. That it bears our mark does not mean that it is to go.
func TestWhatIsOnlyLookedUpStays(t *testing.T) {
	live := objects{"x_shelf/S": {"tags": mark}, "x_tape/t": tape("S", true)}.state(nil)
	draft := planner.Make(&resource.Want{Name: accounts.Name, Objects: objects{"x_tape/t": {"shelf": "S"}}.byAddress()}, recording(live))
	if len(draft.Changes)+len(draft.Findings) > 0 {
		t.Errorf("%v, %v", lines(draft), draft.Findings)
	}
}

const foreign = `{"Version": "2012-10-17",  "Statement": [{"Effect":"Deny","Principal":"*","Action":"s3:Delete*","Resource":"*"}]}`

func TestStatementsAreLaidOverAPolicyAndTakenBack(t *testing.T) {
	want := &resource.Want{
		Name: accounts.Name, Objects: objects{"x_shelf/S": {}, "x_shelf_lock/S": {"statements": allow("s3:Get*")}}.byAddress(),
	}
	lock := address("x_shelf_lock/S")
	live := objects{"x_shelf/S": {"tags": tags{}}, "x_shelf_lock/S": {"document": resource.Document(foreign)}}.state(nil)
	draft := planner.Make(want, recording(live))
	if len(draft.Changes) != 1 || draft.Changes[0].Address != lock {
		t.Fatalf("%v", lines(draft))
	}
	after := draft.Changes[0].After.Document("document")
	if !strings.HasPrefix(string(after), foreign[:len(foreign)-2]) {
		t.Errorf("others' statements are not as they were: %s", after)
	}
	live[lock] = resource.Resource{Settings: draft.Changes[0].After, Facts: live[lock].Facts}
	if again := planner.Make(want, recording(live)); len(again.Changes) > 0 {
		t.Errorf("a second plan is not empty: %v", lines(again))
	}

	// Unchanged since, the very text comes back; changed since, only ours goes.
	back, drift := planner.Undo(made(draft.Changes), recording(live))
	if len(drift) > 0 || len(back.Changes) != 1 || string(back.Changes[0].After.Document("document")) != foreign {
		t.Errorf("drift %v, %v", drift, lines(back))
	}
	grown, err := policy.Merge(string(after), string(allow("s3:Put*")), "")
	if err != nil {
		t.Fatal(err)
	}
	live[lock] = resource.Resource{Settings: resource.Object{"document": resource.Document(grown)}, Facts: live[lock].Facts}
	back, drift = planner.Undo(made(draft.Changes), recording(live))
	left, err := policy.Merge(foreign, string(allow("s3:Put*")), "")
	if err != nil {
		t.Fatal(err)
	}
	if len(drift) > 0 || len(back.Changes) != 1 || string(back.Changes[0].After.Document("document")) != left {
		t.Errorf("drift %v, %v, want %s", drift, lines(back), left)
	}
	// Where ours is not there any more, nobody can say what taking it back would mean.
	live[lock] = resource.Resource{Settings: resource.Object{"document": allow("s3:Put*")}, Facts: live[lock].Facts}
	if _, drift = planner.Undo(made(draft.Changes), recording(live)); len(drift) != 1 {
		t.Errorf("drift %v", drift)
	}
}

func TestWhatTheFileReliesOnIsAFinding(t *testing.T) {
	want := &resource.Want{
		Name: accounts.Name, Objects: objects{"x_tape/t": {"shelf": "S"}}.byAddress(),
		Relied: objects{"x_shelf_lock/S": {"statements": allow("s3:Get*")}}.byAddress(),
	}
	live := objects{"x_shelf/S": {"tags": tags{}}, "x_tape/t": tape("S", true), "x_shelf_lock/S": {"document": resource.Document(foreign)}}.state(nil)
	draft := planner.Make(want, recording(live))
	if len(draft.Findings) != 1 || draft.Findings[0].Subject != address("x_shelf_lock/S") || !strings.Contains(draft.Findings[0].Seen, `"Action":"s3:Get*"`) {
		t.Errorf("%+v", draft.Findings)
	}
	live[address("x_shelf_lock/S")] = resource.Resource{Settings: resource.Object{"document": allow("s3:Get*")}}
	if draft = planner.Make(want, recording(live)); len(draft.Findings) > 0 {
		t.Errorf("%+v", draft.Findings)
	}
	delete(live, address("x_shelf_lock/S"))
	if draft = planner.Make(want, recording(live)); len(draft.Findings) != 1 {
		t.Errorf("no lock at all: %+v", draft.Findings)
	}
}

// What makes the record smaller is done when all else is done, and what makes it whole again before all else is taken back.
func TestTheRecordGoesLastAndComesBackFirst(t *testing.T) {
	live := objects{
		"x_tape/t": tape("S", true), "x_shelf/S": {"tags": tags{}}, "x_guest/a": {"n": 1}, "x_guest/b": {"n": 1}, "x_guest/c": {"n": 1},
	}.state(nil)
	want := &resource.Want{
		Name: accounts.Name, Unmanaged: map[string]resource.Disposition{},
		Objects: objects{"x_tape/t": {"shelf": "S", "on": false}, "x_guest/a": {"n": 2}, "x_guest/d": {"n": 1}}.byAddress(),
		Absent:  []resource.Address{address("x_guest/b")},
	}
	draft := planner.Make(want, recording(live))
	if got := draft.Changes[len(draft.Changes)-1]; got.Address != address("x_tape/t") || len(got.Weakens) != 1 {
		t.Errorf("the last change is %v", got)
	}
	for _, guest := range []string{"x_guest/a", "x_guest/b", "x_guest/d"} {
		waits(t, draft.Changes, guest, "x_tape/t")
	}
	b := done(live, draft.Changes)
	back, drift := planner.Undo(made(draft.Changes), recording(b))
	if len(drift) > 0 || back.Changes[0].Address != address("x_tape/t") || len(back.Changes[0].Weakens) > 0 {
		t.Fatalf("drift %v, %v", drift, lines(back))
	}
	for _, guest := range []string{"x_guest/a", "x_guest/b", "x_guest/d"} {
		waits(t, back.Changes, "x_tape/t", guest)
	}
	if !planner.UndoWeakens(back.Changes, recordingTypes()) || planner.UndoWeakens(draft.Changes, recordingTypes()) {
		t.Error("taking back what strengthens weakens, and the other way round")
	}
	// A plan that does not say so was edited.
	edited := &resource.Plan{Account: "111122223333", Changes: slices.Clone(draft.Changes)}
	if err := planner.Understated(edited, live, recordingTypes()); err != nil {
		t.Error(err)
	}
	edited.Changes[len(edited.Changes)-1].Weakens = nil
	if err := planner.Understated(edited, live, recordingTypes()); err == nil {
		t.Error("an edited plan passes")
	}
}

// done is the account after changes.
func done(live resource.State, changes []resource.Change) resource.State {
	after := resource.State{}
	maps.Copy(after, live)
	for _, c := range changes {
		delete(after, c.Address)
		if c.After != nil {
			after[c.Address] = resource.Resource{Settings: c.After, Facts: resource.Facts{resource.FactLooked: "yes"}}
		}
	}
	return after
}

// A tape is put on a shelf whose lock lets it, and is taken off before the lock changes again.
func TestWhatIsTriedOutIsFollowed(t *testing.T) {
	want := &resource.Want{
		Name: accounts.Name, Objects: objects{"x_tape/t": {"shelf": "S"}, "x_shelf/S": {}, "x_shelf_lock/S": {"statements": allow("s3:Get*")}}.byAddress(),
	}
	draft := planner.Make(want, recording(nil))
	waits(t, draft.Changes, "x_shelf/S", "x_tape/t")
	waits(t, draft.Changes, "x_shelf_lock/S", "x_tape/t")
	live := done(nil, draft.Changes)
	back, drift := planner.Undo(made(draft.Changes), recording(live))
	if len(drift) > 0 {
		t.Fatal(drift)
	}
	waits(t, back.Changes, "x_tape/t", "x_shelf_lock/S")
	waits(t, back.Changes, "x_tape/t", "x_shelf/S")
	if left := notesOf(back, "x_tape/t"); len(left) != 0 {
		t.Errorf("what goes in the same plan is said to stay: %v", left)
	}

	// With a lock that was there before, the way back is the same: off first, then the old lock.
	old := objects{"x_shelf/S": {"tags": tags{}}, "x_shelf_lock/S": {"document": resource.Document(foreign)}}.state(nil)
	draft = planner.Make(want, recording(old))
	waits(t, draft.Changes, "x_shelf_lock/S", "x_tape/t")
	back, _ = planner.Undo(made(draft.Changes), recording(done(old, draft.Changes)))
	waits(t, back.Changes, "x_tape/t", "x_shelf_lock/S")
	if left := notesOf(back, "x_tape/t"); !slices.Equal(left, []string{"shelf S stays"}) {
		t.Errorf("a deletion says what it leaves: %v", left)
	}
}

// notesOf returns what is noted at the change of an object.
func notesOf(d *planner.Draft, text string) []string {
	return d.Changes[slices.IndexFunc(d.Changes, func(c resource.Change) bool { return c.Address == address(text) })].Notes
}

// What a shelf holds moves by itself. It keeps a shelf that the run made, and makes no plan stale.
func TestFactsOfTheMoment(t *testing.T) {
	live := objects{"x_shelf/S": {"tags": tags{}}}.state(map[string]resource.Facts{"x_shelf/S": {resource.FactLooked: "yes", "now:holds": "3 boxes"}})
	want := &resource.Want{Name: accounts.Name, Objects: objects{"x_shelf/S": {"tags": tags{"a": "b"}}}.byAddress()}
	draft := planner.Make(want, recording(live))
	if _, there := draft.Changes[0].Facts["now:holds"]; there {
		t.Errorf("%v", draft.Changes[0].Facts)
	}
	live[address("x_shelf/S")].Facts["now:holds"] = "4 boxes"
	if moved := planner.Moved(&resource.Plan{Changes: draft.Changes}, live); len(moved) > 0 {
		t.Error(moved)
	}
	_, drift := planner.Undo([]planner.Made{{Address: address("x_shelf/S"), After: resource.Object{"tags": tags{}}}}, recording(live))
	if len(drift) != 1 || drift[0].String() != "shelf/S has since got 4 boxes" {
		t.Error(drift)
	}
}

// Switching a tape on tries nothing out, so that it need not wait for a lock, which may be for another tape.
func TestWhatIsNotTriedOutIsNotWaitedFor(t *testing.T) {
	live := objects{"x_tape/t": tape("S", false), "x_shelf/S": {"tags": tags{}}, "x_shelf_lock/S": {"document": resource.Document(foreign)}}.state(nil)
	want := &resource.Want{
		Name:    accounts.Name,
		Objects: objects{"x_tape/t": {"shelf": "S", "on": true}, "x_shelf_lock/S": {"statements": allow("s3:Get*")}}.byAddress(),
	}
	for _, c := range planner.Make(want, recording(live)).Changes {
		if len(c.Needs) > 0 {
			t.Errorf("%s waits for %v", c.Address, c.Needs)
		}
	}
}
