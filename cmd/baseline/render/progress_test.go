package render_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"baseline/applier"
	"baseline/cmd/baseline/render"
	"baseline/resource"
)

// events tell of a run of three steps with a retry, a failure and a step that never begins.
func events() []applier.Event {
	user := change("iam_user", "alice", nil, user(nil))
	attach := attachment(developers, "aws:ReadOnlyAccess", exists, nil)
	slow := &resource.CallError{Operation: "iam:CreateUser", Class: resource.Throttled, Code: "Throttling"}
	denied := &resource.CallError{Operation: "iam:DetachGroupPolicy", Class: resource.Denied, Code: "AccessDenied", Message: "no\x1b[2J"}
	all := []applier.Event{
		{Kind: applier.Started},
		{Kind: applier.Began, Step: 1, Change: &user},
		{Kind: applier.Began, Step: 2, Change: &attach},
		{Kind: applier.Retrying, Step: 1, Change: &user, Wait: 2 * time.Second, Err: slow},
		{Kind: applier.Failed, Step: 2, Finished: 1, Change: &attach, Took: time.Second, Err: denied},
		{Kind: applier.Cancelled, Finished: 1},
		{Kind: applier.Done, Step: 1, Finished: 2, Change: &user, Took: 2400 * time.Millisecond},
		{Kind: applier.Checking, Finished: 2},
		{Kind: applier.Finished, Finished: 2},
	}
	for i := range all {
		all[i].Run, all[i].Steps, all[i].At = "20261121T140311Z-7f3a", 3, readAt.Add(time.Duration(i)*time.Second)
	}
	return all
}

func TestProgressInALog(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	p := render.NewProgress(&out, render.Style{}, false)
	for _, e := range events() {
		p.Event(e)
	}
	golden(t, "progress.txt", out.Bytes())
}

// screen is what a terminal shows after a text: a carriage return goes back to the start of the line and writes over it.
func screen(t *testing.T, text string) string {
	t.Helper()
	var lines []string
	for line := range strings.Lines(text) {
		cells := []rune{}
		at := 0
		for _, r := range strings.TrimSuffix(line, "\n") {
			if r == '\r' {
				at = 0
				continue
			}
			if at == len(cells) {
				cells = append(cells, ' ')
			}
			cells[at] = r
			at++
		}
		if len(cells) > 60 && !strings.HasSuffix(line, "\n") {
			t.Errorf("the live line wraps on 60 columns: %q", string(cells))
		}
		lines = append(lines, strings.TrimRight(string(cells), " "))
	}
	return strings.Join(lines, "\n") + "\n"
}

func TestProgressOnATerminal(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	var frames strings.Builder
	p := render.NewProgress(&out, render.Style{}, true)
	for _, e := range events() {
		p.Event(e)
		frames.WriteString("--- after " + string(e.Kind) + "\n" + screen(t, out.String()))
	}
	golden(t, "progress_tty.txt", []byte(frames.String()))
	if strings.ContainsRune(out.String(), '\x1b') {
		t.Error("escape sequences without colour")
	}
}

func TestLongNamesDoNotWrapTheLiveLine(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	p := render.NewProgress(&out, render.Style{}, true)
	c := change("iam_user", strings.Repeat("é", 200), nil, user(nil))
	p.Event(applier.Event{Kind: applier.Began, Step: 1, Steps: 1, Change: &c})
	if shown := screen(t, out.String()); !strings.Contains(shown, "…") {
		t.Errorf("the name is cut without a sign of it: %q", shown)
	}
	throttled := &resource.CallError{Operation: "iam:CreateUser", Class: resource.Throttled}
	p.Event(applier.Event{Kind: applier.Retrying, Step: 1, Steps: 1, Change: &c, Wait: 2 * time.Second, Err: throttled})
	if shown := screen(t, out.String()); !strings.Contains(shown, "…  tries again in 2 s") {
		t.Errorf("a long name leaves no room for what happens: %q", shown)
	}
}

// Names are of any length, so what is aligned stands before them.
func TestDurationsAreAligned(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	p := render.NewProgress(&out, render.Style{}, false)
	for i, took := range []time.Duration{300 * time.Millisecond, 12 * time.Second, 125 * time.Second} {
		c := change("iam_user", strings.Repeat("long", 1+i*20), nil, user(nil))
		p.Event(applier.Event{Kind: applier.Done, Step: i + 1, Steps: 15_000, Finished: i + 998, Change: &c, Took: took})
	}
	want := []string{"   998/15,000   0.3 s  + user/long", "   999/15,000    12 s  + user/long", " 1,000/15,000    2m5s  + user/long"}
	for i, line := range slices.Collect(strings.Lines(out.String())) {
		if !strings.HasPrefix(line, want[i]) {
			t.Errorf("got %q, want it to begin with %q", line, want[i])
		}
	}
}

func TestLargeRunsGroupTheirNumbers(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	p := render.NewProgress(&out, render.Style{}, false)
	p.Event(applier.Event{Kind: applier.Started, Run: "r", Steps: 15_000, Finished: 1_200})
	p.Event(applier.Event{Kind: applier.Finished, Run: "r", Steps: 15_000, Finished: 13_000})
	want := "Run r: 15,000 steps, 1,200 of them done before.\n13,000 of 15,000 steps done, 2,000 not begun.\n"
	if got := out.String(); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestProgressFromManyGoroutines(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	p := render.NewProgress(&out, render.Style{}, false)
	const steps = 50
	var all sync.WaitGroup
	for i := range steps {
		all.Go(func() {
			c := change("iam_user", "alice", nil, user(nil))
			p.Event(applier.Event{Kind: applier.Done, Step: i + 1, Steps: steps, Finished: i + 1, Change: &c})
		})
	}
	all.Wait()
	if n := strings.Count(out.String(), "user/alice"); n != steps {
		t.Errorf("%d lines for %d steps", n, steps)
	}
	if last := strings.TrimSpace(out.String()); !strings.Contains(last[strings.LastIndexByte(last, '\n')+1:], "50/50") {
		t.Errorf("the counter went back:\n%s", out.String())
	}
}

func TestRetriesAreSaidInWords(t *testing.T) {
	t.Parallel()
	for class, want := range map[resource.Class]string{
		resource.Throttled: "AWS asks to slow down",
		resource.Busy:      "another change to it is under way",
		resource.Missing:   "not visible everywhere yet",
		resource.InUse:     "not seen to be gone yet",
		resource.Lost:      "no answer came",
		resource.Denied:    "iam:X: Code",
	} {
		var out bytes.Buffer
		p := render.NewProgress(&out, render.Style{}, false)
		c := change("iam_user", "alice", nil, user(nil))
		err := &resource.CallError{Operation: "iam:X", Class: class, Code: "Code"}
		p.Event(applier.Event{Kind: applier.Retrying, Step: 1, Steps: 1, Change: &c, Wait: 2 * time.Second, Err: err})
		if got := out.String(); !strings.Contains(got, want) || !strings.Contains(got, "tries again in 2 s") {
			t.Errorf("%s: %q does not say %q", class, got, want)
		}
	}
}

// broken is a writer whose reader has gone away.
type broken struct{ writes int }

func (b *broken) Write([]byte) (int, error) {
	b.writes++
	return 0, errors.New("broken pipe")
}

func TestProgressOutlivesItsReader(t *testing.T) {
	t.Parallel()
	w := &broken{}
	p := render.NewProgress(w, render.Style{}, false)
	for _, e := range events() {
		p.Event(e)
	}
	if w.writes != 1 {
		t.Errorf("%d writes to a closed pipe, want 1", w.writes)
	}
}
