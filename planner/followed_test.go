package planner_test

import (
	"slices"
	"testing"

	"baseline/planner"
	"baseline/policy"
	"baseline/resource"
	"baseline/testdata/accounts"
)

// lock is the lock of a shelf that allows such actions.
func lock(actions ...string) resource.Object {
	statements := make([]string, len(actions))
	for i, action := range actions {
		statements[i] = `{"Effect":"Allow","Action":"` + action + `","Resource":"*"}`
	}
	text := `{"Version":"2012-10-17","Statement":[`
	for i, statement := range statements {
		if i > 0 {
			text += ","
		}
		text += statement
	}
	return resource.Object{"document": resource.Document(text + "]}")}
}

// labelled is a tape on a shelf with a label, which is tried out as well.
func labelled(shelf, label string) resource.Object {
	return tape(shelf, true).With(resource.Object{"label": label})
}

// takingTypes are those of the small world in which a lock says what it takes.
func takingTypes() []resource.Type {
	types := recordingTypes()
	for i := range types {
		switch types[i].Kind {
		case lockKind:
			types[i].Lay = nil
			types[i].Takes = func(before, after resource.Object) bool {
				return len(policy.Lacking(string(after.Document("document")), string(before.Document("document")))) > 0
			}
		case tapeKind:
			types[i].Tries = []string{"shelf", "label"}
		}
	}
	return types
}

// Whoever uses something lets go of it, or is tried out, before it loses anything, and after it has got something; and so on the way
// back, where what it got is lost.
func TestUsersComeBeforeLossesAndAfterGains(t *testing.T) {
	const (
		lockFirst = "lock, tape"
		tapeFirst = "tape, lock"
		either    = "either"
	)
	small, large, other := lock("s3:Get*"), lock("s3:Get*", "s3:Put*"), lock("s3:List*")
	for _, test := range []struct {
		name           string
		tape, willBe   resource.Object
		lock, turnedTo resource.Object
		apply, back    string
	}{
		{"it comes to use what gains", labelled("T", ""), labelled("S", ""), small, large, lockFirst, tapeFirst},
		{"it comes to use what loses", labelled("T", ""), labelled("S", ""), large, small, tapeFirst, either},
		{"it comes to use what changes", labelled("T", ""), labelled("S", ""), small, other, lockFirst, tapeFirst},
		{"it lets go of what loses", labelled("S", ""), labelled("T", ""), large, small, tapeFirst, lockFirst},
		{"it lets go of what gains", labelled("S", ""), labelled("T", ""), small, large, either, tapeFirst},
		{"it is tried out with what gains", labelled("S", "x"), labelled("S", "y"), small, large, lockFirst, tapeFirst},
		{"it is tried out with what loses", labelled("S", "x"), labelled("S", "y"), large, small, tapeFirst, lockFirst},
		{"it is tried out with what changes", labelled("S", "x"), labelled("S", "y"), small, other, lockFirst, lockFirst},
		{"it is not there yet, and is tried out with what loses", nil, labelled("S", "x"), large, small, tapeFirst, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			there := objects{
				"x_shelf/S": {"tags": tags{}}, "x_shelf/T": {"tags": tags{}}, "x_shelf_lock/S": test.lock, "x_shelf_lock/T": lock("s3:*"),
			}
			if test.tape != nil {
				there["x_tape/t"] = test.tape
			}
			live := there.state(nil)
			account := recording(live)
			account.Types = takingTypes()
			draft := planner.Make(&resource.Want{
				Name: accounts.Name, Objects: objects{"x_tape/t": test.willBe, "x_shelf_lock/S": test.turnedTo}.byAddress(),
			}, account)
			inOrder(t, "apply", draft, test.apply)
			if test.back == "" {
				return
			}
			account.Live = done(live, draft.Changes)
			back, drift := planner.Undo(made(draft.Changes), account)
			if len(drift) > 0 {
				t.Fatal(drift)
			}
			inOrder(t, "rollback", back, test.back)
		})
	}
}

// inOrder holds the two changes of a tape and a lock to an order.
func inOrder(t *testing.T, what string, draft *planner.Draft, want string) {
	t.Helper()
	if len(draft.Changes) != 2 || len(draft.Problems) > 0 {
		t.Fatalf("%s: %v", what, lines(draft))
	}
	got := "either"
	switch first := draft.Changes[0].Address.Kind; {
	case len(draft.Changes[1].Needs) == 0:
	case first == lockKind:
		got = "lock, tape"
	default:
		got = "tape, lock"
	}
	if got != want {
		t.Errorf("%s: %s, want %s: %v", what, got, want, lines(draft))
	}
}

// A policy makes room for one of another name, so it can't wait until the trail has been tried out with that.
func TestWhatMakesRoomDoesNotWait(t *testing.T) {
	const trail, old, renamed = "cloudtrail_trail/eu-west-1/audit", "iam_inline_policy/role/T/old", "iam_inline_policy/role/T/new"
	settings := resource.Object{"bucket": "B", "prefix": "", "log_group": "/audit", "log_role": "arn:aws:iam::" + accounts.ID + ":role/T", "tags": mark}
	for _, exists := range []bool{true, false} {
		live := objects{
			"s3_bucket/B": {"tags": tags{}}, "logs_group/eu-west-1//audit": {"tags": tags{}},
			"iam_role/T": role("/", trusting("root"), mark), old: {"document": allow("logs:*")},
		}
		if exists {
			live[trail] = settings
		}
		draft := making{
			live:     live,
			want:     objects{trail: settings.With(resource.Object{"prefix": "p"}), "iam_role/T": {}, renamed: {"document": allow("logs:Put*")}},
			complete: map[string][]resource.Kind{"iam_role/T": {"iam_inline_policy"}},
		}.draft()
		var order []resource.Address
		for _, c := range draft.Changes {
			order = append(order, c.Address)
		}
		if want := []resource.Address{address(old), address(renamed), address(trail)}; !slices.Equal(order, want) || len(draft.Problems) > 0 {
			t.Errorf("with a trail there, %v: %v", exists, lines(draft))
		}
	}
}
