package applier

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"baseline/planner"
	"baseline/resource"
)

// Waits between tries double from the first to the longest.
const (
	firstWait   = 200 * time.Millisecond
	longestWait = 10 * time.Second
)

// verdict is what to do about a failed call.
type verdict int

const (
	giveUp verdict = iota
	again          // wait and call again
	look           // see what is there, then decide
)

// judge says what to do about a failed call of a step.
//
// What is not there yet, and what is still held on to, is waited for only where this run made, changed or deleted it: then AWS may
// not show it everywhere yet. Otherwise it never will.
func (x *execution) judge(i int, class resource.Class) verdict {
	switch class {
	case resource.Throttled, resource.Busy:
		return again
	case resource.Lost, resource.Exists:
		return look
	case resource.Missing:
		if x.changes[i].After == nil {
			return look
		}
		if x.needs(i, resource.OpCreate) || x.needs(i, resource.OpUpdate) { // such as of a policy that allows it
			return again
		}
	case resource.InUse:
		if x.needs(i, resource.OpDelete) || x.needs(i, resource.OpUpdate) {
			return again
		}
	case resource.Denied, resource.Invalid, resource.Limit, resource.Expired:
	}
	return giveUp
}

// needs reports whether the step waited for a step of this run that does op.
func (x *execution) needs(i int, op resource.Op) bool {
	for _, n := range x.changes[i].Needs {
		if x.run.Plan.Changes[n].Op() == op {
			return true
		}
	}
	return false
}

// veiled reports whether nothing is seen of an object but that it is there, as of another account's. Then it is like any other as far
// as is known, and proves nothing of what a call has done.
func veiled(found, after resource.Object) bool {
	return found != nil && len(after) > 0 && !slices.ContainsFunc(after.Names(), found.Has)
}

// takenOver says that a create met an object that is not ours to change: the plan saw none, and no earlier try of ours can
// have made it.
func takenOver(change resource.Change, found resource.Object, call *resource.CallError) error {
	return fmt.Errorf("somebody else created it after the plan was made, with another %s: %w",
		strings.Join(planner.Differences(change.After, found), ", "), call)
}
