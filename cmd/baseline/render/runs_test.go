package render_test

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"baseline/applier"
	"baseline/cmd/baseline/render"
	"baseline/resource"
)

// run is the record of an apply of a plan in which every step was made.
func run(id string, p *resource.Plan) *applier.Run {
	r := &applier.Run{
		ID: id,
		Header: applier.Header{
			Command: "apply", Baseline: p.Baseline, Account: p.Account,
			Caller: "arn:aws:sts::111122223333:assumed-role/ci-apply/build-8", Started: readAt.Add(time.Minute),
		},
		Plan: p,
	}
	for range p.Changes {
		r.Steps = append(r.Steps, applier.Step{Progress: applier.Made})
	}
	r.Result = &applier.Result{Status: applier.StatusDone, Ended: readAt.Add(64 * time.Second), Done: len(r.Steps)}
	return r
}

func done() *applier.Run {
	r := run("20261121T140311Z-7f3a", deleteUser())
	r.Header.Job, r.Header.Commit = "https://ci.example/acme/iam/actions/runs/8", "0123456789abcdef0123456789abcdef01234567"
	return r
}

func partly() *applier.Run {
	r := run("20261121T150311Z-0b1c", replaceRole())
	r.Steps[3] = applier.Step{Progress: applier.Broken, Error: "iam:CreateRole: AccessDenied: not allowed\x1b[0m"}
	r.Steps[4] = applier.Step{Progress: applier.Waiting}
	r.Steps[5] = applier.Step{Progress: applier.Waiting}
	r.Resumed = []applier.Resumption{
		{At: readAt.Add(90 * time.Second), Caller: "arn:aws:iam::111122223333:user/on-call"},
		{At: readAt.Add(180 * time.Second), Caller: "arn:aws:sts::111122223333:assumed-role/ci-apply/\x1b[0m", Job: "https://ci.example/acme/iam/actions/runs/9"},
	}
	r.Result = &applier.Result{Status: applier.StatusPartly, Ended: readAt.Add(200 * time.Second), Done: 3, Failed: 1, Left: 2}
	return r
}

func crashed() *applier.Run {
	r := run("20261121T160311Z-33aa", cycle())
	r.Steps[1] = applier.Step{Progress: applier.InDoubt}
	r.Steps[2] = applier.Step{Progress: applier.Waiting}
	r.Result = nil
	return r
}

func undone() *applier.Run {
	r := run("20261121T130311Z-9d2e", createEverything())
	r.UndoneBy = "20261121T170311Z-5e5e"
	return r
}

func rollback() *applier.Run {
	r := run("20261121T170311Z-5e5e", plan(change("iam_user", "alice", user(nil), nil)))
	r.Header.Command, r.Header.Undoes, r.Plan.Undoes, r.Plan.Files = "rollback", "20261121T130311Z-9d2e", "20261121T130311Z-9d2e", nil
	return r
}

func untouched() *applier.Run {
	r := run("20261121T180311Z-1111", plan(change("iam_user", "alice", nil, user(nil))))
	r.Steps[0] = applier.Step{Progress: applier.Waiting}
	r.Result = &applier.Result{Status: applier.StatusPartly, Ended: r.Header.Started, Left: 1, Error: "the account moved since the plan"}
	return r
}

// large is a run that was stopped by a failure, far too long to be read.
func large() *applier.Run {
	p := plan()
	for i := range 600 {
		name := fmt.Sprintf("user-%03d", i)
		p.Changes = append(p.Changes, change("iam_user", name, nil, user(nil)), membership(name, "Developers", nil, exists))
	}
	p.Changes[0] = oneWay(change("iam_policy", "old", resource.Object{"document": resource.Document(readRDS)}, nil), "its id")
	r := run("20261121T190311Z-2222", p)
	for i := range r.Steps {
		if i > 100 {
			r.Steps[i].Progress = applier.Waiting
		}
	}
	r.Steps[90] = applier.Step{Progress: applier.InDoubt}
	r.Steps[99] = applier.Step{Progress: applier.Broken, Error: "iam:AddUserToGroup: LimitExceeded: too many"}
	r.Result = &applier.Result{Status: applier.StatusPartly, Ended: readAt.Add(200 * time.Second), Done: 99, Failed: 1, Left: 1100}
	return r
}

func TestRun(t *testing.T) {
	t.Parallel()
	for name, r := range map[string]*applier.Run{
		"run_done": done(), "run_partly": partly(), "run_crashed": crashed(), "run_undone": undone(), "run_rollback": rollback(),
		"run_untouched": untouched(), "run_large": large(),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			if err := render.Run(&out, r, render.Style{}); err != nil {
				t.Fatal(err)
			}
			golden(t, name+".txt", out.Bytes())
		})
	}
}

func TestRuns(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	all := []*applier.Run{untouched(), rollback(), crashed(), partly(), done(), undone(), {ID: "bare"}}
	if err := render.Runs(&out, all, render.Style{}); err != nil {
		t.Fatal(err)
	}
	golden(t, "runs.txt", out.Bytes())
}

func TestNoRuns(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := render.Runs(&out, nil, render.Style{}); err != nil {
		t.Fatal(err)
	}
	if got := out.String(); got != "No runs.\n" {
		t.Errorf("got %q", got)
	}
}
