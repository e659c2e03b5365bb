package main

import (
	"bytes"
	"strings"
	"sync"
	"testing"

	"baseline/applier"
	"baseline/sandbox"
)

// While a run is carried out, whoever else wants to finish it or take it back is refused, and the list says that it runs.
func TestARunUnderWayIsLocked(t *testing.T) {
	t.Parallel()
	o := newOffice(t, company(1, 1, 1, 2), 0)
	type outcome struct {
		code        int
		out, errors string
	}
	outcomes := map[string]outcome{}
	var once sync.Once
	o.account.SetFaults(sandbox.Faults{Hook: func(action string, _ int) sandbox.Fault {
		if action == "iam:CreateUser" {
			once.Do(func() {
				for _, line := range []string{"apply --resume last", "rollback --auto-approve", "rollback last --dry-run", "runs"} {
					var out, errors bytes.Buffer
					w := &world{In: strings.NewReader(""), Out: &out, Err: &errors, Clock: systemClock{}, Getenv: func(string) string { return "" }}
					words := append(strings.Fields(line), "--runs", o.runsDir, "--sandbox", o.files[0]+".db")
					outcomes[line] = outcome{run(t.Context(), words, w), out.String(), errors.String()}
				}
			})
		}
		return sandbox.Fault{}
	}})
	o.apply(t.Context(), t)
	for line, got := range outcomes {
		switch {
		case line == "runs":
			if got.code != exitDone.code || !strings.HasSuffix(got.out, " running\n") {
				t.Errorf("%s: exit %d\n%s%s", line, got.code, got.out, got.errors)
			}
		case got.code != exitLocked.code || !strings.Contains(got.errors, "; nothing was changed\n"):
			t.Errorf("%s: exit %d\n%s", line, got.code, got.errors)
		}
	}
	if len(outcomes) != 4 {
		t.Errorf("%d outcomes", len(outcomes))
	}
	if runs, err := o.kept.List(t.Context()); err != nil || runs[0].Status() != applier.StatusDone {
		t.Errorf("%v, %v", runs, err)
	}
}

// The first Ctrl-C says what a second one does, and how to go on after it.
func TestAnInterruptSaysWhatTheNextOneDoes(t *testing.T) {
	t.Parallel()
	var errors bytes.Buffer
	c := &command{world: &world{Out: &bytes.Buffer{}, Err: &errors}, color: "never", sandbox: "acct.db", runsDir: ".baseline/runs"}
	a, err := c.applier(t.Context(), &session{})
	if err != nil {
		t.Fatal(err)
	}
	a.Tell(applier.Event{Kind: applier.Started, Run: "20261121-140211"})
	a.Tell(applier.Event{Kind: applier.Cancelled, Run: "20261121-140211"})
	want := "stopping: calls under way are finished; press Ctrl-C again to stop at once (then: baseline apply --resume 20261121-140211 --sandbox acct.db)\n"
	if errors.String() != want {
		t.Errorf("stderr is %q, want %q", &errors, want)
	}
}
