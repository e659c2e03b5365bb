package kinds_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"baseline/resource"
	"baseline/sandbox"
)

// carryOut makes a change as a run does: after a failure that may have left something, it looks, and goes on from what it sees.
func (s *subject) carryOut(change resource.Change) {
	s.t.Helper()
	for range 3 {
		err := s.account.Write(s.t.Context(), change)
		if err == nil {
			return
		}
		var failed *resource.CallError
		if !errors.As(err, &failed) {
			s.t.Fatalf("%s: %v", change.Op(), err)
		}
		switch failed.Class {
		case resource.Exists, resource.Lost, resource.Missing:
			found := s.look(change.Address)[change.Address].Settings
			if reflect.DeepEqual(found, change.After) {
				return
			}
			if found != nil {
				change.Before = found
			}
		default:
			s.t.Fatalf("%s: %v", change.Op(), err)
		}
	}
	s.t.Fatalf("%s of %s: does not come to an end", change.Op(), change.Address)
}

// A change that was cut off after any of its calls is completed when it is made again, whether or not the last call was heard of.
func TestChangesGoOnAfterAnyOfTheirCalls(t *testing.T) {
	for _, s := range keySamples {
		first := complete(s.address.Kind, s.first)
		create := resource.Change{Address: s.address, After: first}
		changes := map[string][]resource.Change{
			"create":       {create},
			"delete":       {create, create.Inverse()},
			"create again": {create, create.Inverse(), create},
		}
		if s.second != nil {
			update := resource.Change{Address: s.address, Before: first, After: complete(s.address.Kind, s.second)}
			changes["update"] = []resource.Change{create, update}
			changes["update back"] = []resource.Change{create, update, update.Inverse()}
		}
		for name, steps := range changes {
			t.Run(s.address.String()+"/"+name, func(t *testing.T) {
				for _, how := range []sandbox.Loss{sandbox.LostBefore, sandbox.LostAfter} {
					cut := 1
					for cutOff(t, s, steps, cut, how) {
						cut++
					}
				}
			})
		}
	}
}

// cutOff makes changes, the last of which loses its connection at a certain call that writes, and completes it. It reports false
// where there is no such call.
func cutOff(t *testing.T, s sample, steps []resource.Change, cut int, how sandbox.Loss) bool {
	t.Helper()
	subject := openSandbox(t, sandbox.Options{})
	for _, need := range s.needs {
		subject.write(resource.Change{Address: need.address, After: complete(need.address.Kind, need.settings)})
	}
	last := steps[len(steps)-1]
	for _, step := range steps[:len(steps)-1] {
		subject.write(step)
	}
	writes, lost := 0, false
	subject.sandbox.SetFaults(sandbox.Faults{Hook: func(action string, _ int) sandbox.Fault {
		if _, operation, _ := strings.Cut(action, ":"); isRead(operation) {
			return sandbox.Fault{}
		}
		if writes++; writes != cut {
			return sandbox.Fault{}
		}
		lost = true
		return sandbox.Fault{Lost: how}
	}})
	err := subject.account.Write(t.Context(), last)
	subject.sandbox.SetFaults(sandbox.Faults{})
	if !lost {
		if err != nil {
			t.Fatalf("%s: %v", last.Op(), err)
		}
		return false
	}
	wantClass(t, err, resource.Lost)
	subject.carryOut(last)
	subject.shows(s.address, last.After)
	return true
}

func isRead(operation string) bool {
	return strings.HasPrefix(operation, "Get") || strings.HasPrefix(operation, "List") || strings.HasPrefix(operation, "Describe")
}
