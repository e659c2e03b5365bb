package render_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"baseline/applier"
	"baseline/cmd/baseline/render"
)

func clock() time.Time { return readAt }

// lines counts writes: each event is one.
type lines struct {
	bytes.Buffer
	writes int
}

func (l *lines) Write(p []byte) (int, error) {
	l.writes++
	return l.Buffer.Write(p)
}

// Every event is a line of its own, written at once, and as the schema says.
func TestEvents(t *testing.T) {
	t.Parallel()
	var out lines
	e := render.NewEvents(&out, clock)
	p := deleteUser()
	p.Findings, p.Changes[3].Weakens = findingsOnly().Findings, []string{"x\x1b\u202e"}
	e.Version("1.2.0", "apply")
	e.Started("111122223333")
	e.Planned(p, render.Reading{Calls: 9, Took: 1500 * time.Millisecond})
	tell := func(kind applier.EventKind, step, finished int, err error) {
		v := applier.Event{Kind: kind, At: readAt, Run: "20261121-140311", Step: step, Steps: 4, Finished: finished, Took: time.Second, Wait: 2 * time.Second, Err: err}
		if step > 0 {
			v.Change = &p.Changes[step-1]
		}
		e.Event(v)
	}
	tell(applier.Started, 0, 0, nil)
	tell(applier.Began, 1, 0, nil)
	tell(applier.Retrying, 1, 0, errors.New("Throttling"))
	tell(applier.Done, 1, 1, nil)
	tell(applier.Began, 2, 1, nil)
	tell(applier.Failed, 2, 2, errors.New("NoSuchEntity\nx"))
	tell(applier.Cancelled, 0, 2, nil)
	tell(applier.Checking, 0, 2, nil)
	tell(applier.Finished, 0, 2, nil)
	e.Summary(&render.Report{Plan: p, Run: partlyDone(), Ending: failed}, 6, "refused", 3*time.Second)
	if err := e.Err(); err != nil {
		t.Fatal(err)
	}
	schema := schemaOf(t, "events")
	var types []string
	for line := range strings.Lines(out.String()) {
		validate(t, schema, "an event", line)
		var v struct{ Type, State string }
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			t.Fatal(err)
		}
		types = append(types, strings.TrimSpace(v.Type+" "+v.State))
		if i := strings.IndexFunc(strings.TrimSuffix(line, "\n"), func(r rune) bool { return !unicode.IsPrint(r) }); i >= 0 {
			t.Errorf("%q in an event", line[i:])
		}
	}
	want := []string{
		"version", "started", "read", "finding", "finding", "finding", "finding", "finding",
		"change planned", "change planned", "change planned", "change planned", "planned",
		"run", "change began", "change retrying", "change done", "progress", "change began", "change failed", "progress",
		"stopping", "checking", "progress", "summary",
	}
	if diff := cmp.Diff(want, types); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	if out.writes != len(types) {
		t.Errorf("%d writes for %d events", out.writes, len(types))
	}
	golden(t, "events.jsonl", out.Bytes())
}

// A run does not stop for its audience, and nobody is told twice that it left.
func TestEventsThatNobodyHears(t *testing.T) {
	t.Parallel()
	e := render.NewEvents(&broken{}, clock)
	e.Version("1", "plan")
	e.Started("")
	if e.Err() == nil {
		t.Error("events that could not be written count as written")
	}
	var nobody *render.Events
	nobody.Version("1", "plan")
	nobody.Summary(&render.Report{}, 0, "done", 0)
	if err := nobody.Err(); err != nil {
		t.Error(err)
	}
}

// Of a long run, progress is told for each percent and not for each step.
func TestProgressIsToldInPercent(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	e := render.NewEvents(&out, clock)
	c := deleteUser().Changes[0]
	for i := range 5_000 {
		e.Event(applier.Event{Kind: applier.Done, Run: "r", Step: i + 1, Steps: 5_000, Finished: i + 1, Change: &c})
	}
	if n := strings.Count(out.String(), `"type":"progress"`); n != 101 {
		t.Errorf("progress was told %d times", n)
	}
}
