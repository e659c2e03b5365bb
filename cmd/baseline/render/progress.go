package render

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"baseline/applier"
	"baseline/resource"
)

// Progress tells a person how a run gets on: on a terminal in one line that is written over again and again, elsewhere in
// one line a step. Failures and the end are always lines of their own. Its methods may be called by many goroutines.
type Progress struct {
	style Style
	tty   bool

	mu sync.Mutex
	w  io.Writer
	// err is the first failure to write, after which nothing more is written: a run does not stop for its audience.
	err error
	// drawn is how many columns the live line takes now.
	drawn   int
	started time.Time
	// finished counts steps that are through, failed ones included.
	steps, finished, failed int
}

// NewProgress returns a Progress that writes to w, which is a terminal if tty is true. On a terminal it uses no escape
// sequences but the colours that s allows, so it works on any.
func NewProgress(w io.Writer, s Style, tty bool) *Progress {
	return &Progress{w: w, style: s, tty: tty}
}

// Event tells what happened. Events about steps must carry their change.
func (p *Progress) Event(e applier.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if e.Steps > 0 {
		p.steps = e.Steps
	}
	p.finished = max(p.finished, e.Finished)
	switch e.Kind {
	case applier.Started:
		p.started = e.At
		before := ""
		if p.finished > 0 {
			before = fmt.Sprintf(", %s of them done before", grouped(p.finished))
		}
		p.line(row{label: fmt.Sprintf("Run %s: %s%s.", text(e.Run), plural(p.steps, "step"), before)})
	case applier.Began:
		p.live(e.Change, "")
	case applier.Retrying:
		p.retrying(e)
	case applier.Done:
		if p.tty {
			p.live(e.Change, "done")
			break
		}
		p.line(p.step(e))
	case applier.Failed:
		p.failed++
		r := p.step(e)
		r.alarm = "failed: " + errorText(e.Err)
		p.line(r)
	case applier.Checking:
		p.passing("Reading the account again, to check what was done.")
	case applier.Cancelled:
		p.line(row{label: "Stopping: no new step begins, and those under way are finished."})
	case applier.Finished:
		p.line(row{label: p.ending(e), tint: bold})
	}
}

func (p *Progress) retrying(e applier.Event) {
	why := "tries again in " + elapsed(e.Wait) + ": " + retryReason(e.Err)
	if p.tty {
		p.live(e.Change, why)
		return
	}
	p.line(row{indent: len(p.counter()) + tookWidth + 2, label: changeName(e.Change), remarks: []string{why}})
}

// ending is the last line of a run.
func (p *Progress) ending(e applier.Event) string {
	took := ""
	if !p.started.IsZero() && e.At.After(p.started) {
		took = " in " + elapsed(e.At.Sub(p.started))
	}
	done := max(0, p.finished-p.failed)
	line := fmt.Sprintf("%s of %s done%s", grouped(done), plural(p.steps, "step"), took)
	if p.failed > 0 {
		line += fmt.Sprintf(", %s failed", grouped(p.failed))
	}
	if left := p.steps - p.finished; left > 0 {
		line += fmt.Sprintf(", %s not begun", grouped(left))
	}
	if e.Err != nil {
		return line + ": " + errorText(e.Err)
	}
	return line + "."
}

// counter says how many steps are through, in constant width.
func (p *Progress) counter() string {
	steps := grouped(p.steps)
	return fmt.Sprintf("%*s/%s  ", len(steps), grouped(p.finished), steps)
}

// tookWidth is how many columns the duration of a step takes. It stands before the name, which may be of any length.
const tookWidth = 6

// step is a line about a step that is through.
func (p *Progress) step(e applier.Event) row {
	return row{label: fmt.Sprintf("%s%*s  %s", p.counter(), tookWidth, elapsed(e.Took), changeName(e.Change))}
}

// live shows a step on the live line, whose name is cut where there is no room for it; elsewhere it says nothing.
func (p *Progress) live(c *resource.Change, what string) {
	if !p.tty {
		return
	}
	if what != "" {
		what = "  " + what
	}
	const shortest = 12
	room := liveWidth - utf8.RuneCountInString(p.counter()+what)
	p.draw(p.counter() + firstColumns(changeName(c), max(shortest, room)) + what)
}

// passing shows a text on the live line, or as a line of its own where there is none.
func (p *Progress) passing(label string) {
	if p.tty {
		p.draw(label)
		return
	}
	p.line(row{label: label})
}

// liveWidth is how many columns the live line may take. What has wrapped can't be written over, and how wide the terminal is
// is not known, so it is short enough for a narrow one.
const liveWidth = 60

// draw writes over the live line.
func (p *Progress) draw(label string) {
	label = firstColumns(label, liveWidth)
	width := utf8.RuneCountInString(label)
	p.write("\r" + label + strings.Repeat(" ", max(0, p.drawn-width)))
	p.drawn = width
}

// outcomeColumn is where the outcomes of steps stand; what comes later is not known, so it can't be made to fit.
const outcomeColumn = 60

// line writes a line that stays.
func (p *Progress) line(r row) {
	if p.drawn > 0 {
		p.write("\r" + strings.Repeat(" ", p.drawn) + "\r")
		p.drawn = 0
	}
	p.write(r.line(outcomeColumn, p.style))
}

func (p *Progress) write(s string) {
	if p.err == nil {
		_, p.err = io.WriteString(p.w, s)
	}
}

// firstColumns cuts a text, visibly, to a number of characters.
func firstColumns(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n-1]) + "…"
}

// changeName names a single step with its sign: "+ user/alice", "- group/Developers, policy aws:AdministratorAccess".
func changeName(c *resource.Change) string {
	if c == nil {
		return "?"
	}
	signs := map[resource.Op]sign{resource.OpCreate: added, resource.OpUpdate: altered, resource.OpDelete: removed}
	return string(signs[c.Op()]) + " " + stepName(c.Address, ownerOf(c))
}

// retryReason says in words why a step is tried again.
func retryReason(err error) string {
	var call *resource.CallError
	if !errors.As(err, &call) {
		return errorText(err)
	}
	switch call.Class {
	case resource.Throttled:
		return "AWS asks to slow down"
	case resource.Busy:
		return "another change to it is under way"
	case resource.Missing:
		return "what it needs is not visible everywhere yet"
	case resource.InUse:
		return "what held on to it is not seen to be gone yet"
	case resource.Lost:
		return "no answer came"
	case resource.Denied, resource.Invalid, resource.Limit, resource.Exists, resource.Expired:
	}
	return errorText(err)
}

func errorText(err error) string {
	if err == nil {
		return "for no known reason"
	}
	return text(err.Error())
}
