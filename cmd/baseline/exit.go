package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"syscall"

	"baseline/applier"
	"baseline/cmd/baseline/render"
	"baseline/planner"
	"baseline/spec"
)

// exit is a way for the command to end. Its number is the exit code, its name is also said on stderr.
type exit struct {
	code  int
	name  string
	means string
}

// The exit codes, all of them. Codes 0 to 2 are as in `terraform plan -detailed-exitcode`.
var (
	exitDone        = exit{0, "done", "done, or no changes"}
	exitError       = exit{1, "error", "error"}
	exitChanges     = exit{2, "changes", "there are changes (plan --detailed-exitcode)"}
	exitFindings    = exit{3, "findings", "findings (plan --fail-on), or controls failed (check)"}
	exitInvalid     = exit{4, "invalid-file", "a file is invalid"}
	exitStale       = exit{5, "stale-plan", "the account has changed since the plan was made"}
	exitRefused     = exit{6, "refused", "refused: what needs a flag or a consent, wrong account, another or edited plan, own credentials, missing permissions, what AWS would refuse, or nobody to ask"}
	exitPartly      = exit{7, "partly-applied", "partly applied: a run to resume or roll back"}
	exitLocked      = exit{8, "locked", "another process is at work on the account"}
	exitDrift       = exit{9, "drift", "rollback met objects that changed after the run"}
	exitInterrupted = exit{130, "interrupted", "interrupted"}
)

var exits = []exit{exitDone, exitError, exitChanges, exitFindings, exitInvalid, exitStale, exitRefused, exitPartly, exitLocked, exitDrift, exitInterrupted}

// ending is an error that says how the command ends. next is what the reader can do about it.
type ending struct {
	exit exit
	err  error
	next []string
}

func (e *ending) Error() string {
	if e.err == nil {
		return e.exit.means
	}
	return e.err.Error()
}

func (e *ending) Unwrap() error { return e.err }

// refusal ends the command without a change.
func refusal(format string, args ...any) error {
	return &ending{exit: exitRefused, err: fmt.Errorf(format, args...)}
}

// wishError says that a wish of the file can't be planned for this account.
type wishError []placedProblem

type placedProblem struct {
	place spec.Place
	planner.Problem
}

func (e wishError) Error() string {
	lines := make([]string, len(e))
	for i, p := range e {
		lines[i] = p.String()
		if p.place.File != "" {
			lines[i] = fmt.Sprintf("%s:%d:%d: %s", p.place.File, p.place.Line, p.place.Column, p.Problem)
		}
	}
	return strings.Join(lines, "\n")
}

// driftError says that a rollback met objects that are no longer as the run left them.
type driftError struct {
	run   string
	drift []planner.Drift
}

func (e *driftError) Error() string {
	lines := []string{fmt.Sprintf("run %s left %s that changed since:", e.run, counted(len(e.drift), "object"))}
	for _, d := range e.drift {
		lines = append(lines, "  "+d.String())
	}
	return strings.Join(lines, "\n")
}

// classify finds out how an error ends the command.
func classify(ctx context.Context, err error) *ending {
	if end, ok := errors.AsType[*ending](err); ok {
		return end
	}
	var incomplete *applier.IncompleteError
	var stale *applier.StaleError
	var locked *applier.LockedError
	var unfinished *applier.UnfinishedError
	var drift *driftError
	switch {
	case err == nil:
		return &ending{exit: exitDone}
	case errors.As(err, &incomplete) && ctx.Err() != nil:
		return &ending{exit: exitInterrupted, err: err}
	case errors.As(err, &incomplete):
		return &ending{exit: exitPartly, err: err}
	case ctx.Err() != nil:
		return &ending{exit: exitInterrupted, err: errors.New("interrupted; nothing was changed")}
	case errors.As(err, &stale):
		return &ending{exit: exitStale, err: err, next: []string{"plan again, and look at what changed"}}
	case errors.As(err, &locked):
		return &ending{exit: exitLocked, err: err}
	case errors.As(err, &unfinished):
		return &ending{exit: exitPartly, err: err}
	case errors.As(err, &drift):
		return &ending{exit: exitDrift, err: err}
	case isInvalid(err):
		return &ending{exit: exitInvalid, err: err}
	}
	return &ending{exit: exitError, err: err}
}

func isInvalid(err error) bool {
	var problems spec.Problems
	var wish wishError
	return errors.As(err, &problems) || errors.As(err, &wish)
}

// say tells on stderr how the command ended and returns the exit code.
func (e *ending) say(w io.Writer) int {
	if e.exit == exitDone || errors.Is(e.err, syscall.EPIPE) {
		return e.exit.code
	}
	told := &render.Ending{Exit: e.exit.code, Name: e.exit.name, Next: e.next}
	if e.err != nil {
		told.Error = e.err.Error()
	}
	_ = told.Say(w) // to stderr: there is nobody left to tell
	return e.exit.code
}
