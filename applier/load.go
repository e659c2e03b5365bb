package applier

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"baseline/resource"
)

// Load reads a run. Its id may be cut short as long as it is plain which one is meant; "" or "last" mean the newest.
func (s *Store) Load(ctx context.Context, id string) (*Run, error) {
	e, newer, err := s.find(ctx, id)
	if err != nil {
		return nil, err
	}
	run, err := s.load(ctx, e)
	if err == nil {
		err = s.markRunning(ctx, run)
	}
	if err != nil {
		return nil, err
	}
	since, err := s.survey(ctx, newer)
	if err != nil {
		return nil, err
	}
	markUndone([]*Run{run}, since)
	takeNewIDs(run, since)
	return run, nil
}

// brief is what a list needs of a run: how it began and how it ended. Both are nil where they can't be read.
type brief struct {
	id     string
	header *Header
	result *Result
}

// survey reads runs in brief. Load says what is wrong with a run when it is asked for.
func (s *Store) survey(ctx context.Context, entries []entry) ([]brief, error) {
	briefs := make([]brief, len(entries))
	err := sideBySide(ctx, len(entries), func(ctx context.Context, i int) error {
		e := entries[i]
		b := brief{id: e.id}
		r, err := s.result(ctx, e)
		if err == nil {
			b.result, b.header = r.Result, r.Header
		}
		if b.header == nil && !isUnreachable(err) {
			b.header, err = s.header(ctx, e)
		}
		briefs[i] = b
		if isUnreachable(err) {
			return err
		}
		return nil
	})
	return briefs, err
}

func isUnreachable(err error) bool {
	_, away := errors.AsType[*unreachableError](err)
	return away
}

// takeNewIDs gives a run the ids of what it made once, and what a rollback of its rollback has made again.
func takeNewIDs(run *Run, since []brief) {
	if run.Result == nil {
		return
	}
	undid := map[string]bool{}
	for _, b := range slices.Backward(since) { // the oldest first
		if b.header == nil {
			continue
		}
		undid[b.id] = b.header.Undoes == run.ID
		if !undid[b.header.Undoes] || b.result == nil {
			continue
		}
		for address, unique := range b.result.IDs {
			if _, made := run.Result.IDs[address]; made {
				run.Result.IDs[address] = unique
			}
		}
	}
}

// find finds out which run is meant by an id that may be cut short. It also returns the runs that are newer.
func (s *Store) find(ctx context.Context, id string) (found entry, newer []entry, err error) {
	entries, err := s.shelf.entries(ctx)
	if err != nil {
		return entry{}, nil, err
	}
	if len(entries) == 0 {
		return entry{}, nil, fmt.Errorf("%w: there are none in %s", ErrNoRun, s.root)
	}
	if id == "" || id == "last" {
		return entries[0], nil, nil
	}
	var like []int
	for i, known := range entries {
		if known.id == id {
			return known, entries[:i], nil
		}
		if strings.HasPrefix(known.id, id) {
			like = append(like, i)
		}
	}
	if len(like) != 1 {
		return entry{}, nil, fmt.Errorf("%w: %q in %s; `baseline runs` lists them", ErrNoRun, id, s.root)
	}
	return entries[like[0]], entries[:like[0]], nil
}

// List returns all runs, the newest first. One whose record can't be read has [StatusDamaged] and what else is known of it;
// only Load fails for it. A store that can't be reached is an error.
func (s *Store) List(ctx context.Context) ([]*Run, error) {
	entries, err := s.shelf.entries(ctx)
	if err != nil {
		return nil, err
	}
	runs := make([]*Run, len(entries))
	err = sideBySide(ctx, len(entries), func(ctx context.Context, i int) error {
		run, err := s.load(ctx, entries[i])
		if isUnreachable(err) {
			return err
		}
		if err != nil {
			run = s.damaged(ctx, entries[i], err)
		}
		runs[i] = run
		return nil
	})
	if err != nil {
		return nil, err
	}
	if err := s.markRunning(ctx, runs...); err != nil {
		return nil, err
	}
	all, err := s.survey(ctx, entries)
	if err != nil {
		return nil, err
	}
	markUndone(runs, all)
	return runs, nil
}

// markRunning notes on runs without an end that another process is at work on them.
func (s *Store) markRunning(ctx context.Context, runs ...*Run) error {
	locks := map[string]standing{}
	for _, run := range runs {
		account := run.Plan.Account
		if run.Result != nil || s.lease(account) != nil {
			continue
		}
		if _, seen := locks[account]; !seen {
			lock, err := s.keeper.look(ctx, account)
			if err != nil {
				return fmt.Errorf("look at the lock of account %s: %w", account, err)
			}
			locks[account] = lock
		}
		if lock := locks[account]; lock.live && slices.Contains(lock.Runs, run.ID) {
			run.Running = true
		}
	}
	return nil
}

// damaged is what can be told of a run whose record can't be read. Where even the header is lost, the id still tells the start.
func (s *Store) damaged(ctx context.Context, e entry, why error) *Run {
	run := &Run{ID: e.id, Plan: &resource.Plan{}, Result: &Result{Status: StatusDamaged, Error: why.Error()}}
	if header, err := s.header(ctx, e); err == nil {
		run.Header = *header
	} else if len(e.id) >= len(idTime) {
		run.Header.Started, _ = time.Parse(idTime, e.id[:len(idTime)]) // a folder by another name has no known start
	}
	return run
}

// markUndone notes on each run which complete rollback has taken it back. A rollback that was itself taken back counts no more.
// The briefs are of all runs that may have done so.
func markUndone(runs []*Run, briefs []brief) {
	undoneBy := map[string]string{}
	for _, b := range briefs { // the newest first, so what took a rollback back is known before the rollback
		if b.header == nil || b.header.Undoes == "" || b.header.Partial || undoneBy[b.id] != "" || undoneBy[b.header.Undoes] != "" {
			continue
		}
		if b.result != nil && b.result.Status == StatusDone {
			undoneBy[b.header.Undoes] = b.id
		}
	}
	for _, run := range runs {
		run.UndoneBy = undoneBy[run.ID]
	}
}

// header reads the header of a run alone.
func (s *Store) header(ctx context.Context, e entry) (*Header, error) {
	line, err := s.shelf.read(ctx, e, headerLine)
	if err != nil {
		return nil, err
	}
	var first record
	if err := json.Unmarshal(line, &first); err != nil {
		return nil, err
	}
	if first.Header == nil {
		return nil, errNoHeader
	}
	return first.Header, nil
}

// result reads how a run ended; its error wraps fs.ErrNotExist where it has no end.
func (s *Store) result(ctx context.Context, e entry) (resultRecord, error) {
	r := resultRecord{Result: &Result{}}
	err := s.read(ctx, e, resultFile, &r)
	return r, err
}

func (s *Store) load(ctx context.Context, e entry) (*Run, error) {
	run := &Run{ID: e.id, Plan: &resource.Plan{}}
	result, ended := s.result(ctx, e)
	if isUnreachable(ended) {
		return nil, fmt.Errorf("run %s: %w", e.id, ended)
	}
	var records []record
	var err error
	if ended == nil && result.Header != nil { // the result sums the journal up
		records, run.Resumed = []record{{Header: result.Header}}, result.Resumed
	} else {
		records, err = s.records(ctx, e)
	}
	if err == nil {
		err = s.read(ctx, e, planFile, run.Plan)
	}
	if err == nil {
		err = run.Plan.Check()
	}
	if err != nil {
		return nil, fmt.Errorf("run %s: %w", e.id, err)
	}
	if run.Plan.Format > resource.PlanFormat {
		return nil, fmt.Errorf("run %s: its plan has format %d, and this program knows %d: use a newer one", e.id, run.Plan.Format, resource.PlanFormat)
	}
	run.Steps = stepsOf(len(run.Plan.Changes), records)
	for _, r := range records {
		if r.Header != nil {
			run.Header = *r.Header
		}
		if r.claims() && r.Caller != "" { // otherwise it is only a claim, or of an older version
			run.Resumed = append(run.Resumed, Resumption{At: r.At, Caller: r.Caller, Job: r.Job})
		}
	}
	switch {
	case ended == nil && result.Steps != nil && len(result.Steps) != len(run.Steps):
		return nil, fmt.Errorf("run %s: %s has %d steps, and the plan %d", e.id, resultFile, len(result.Steps), len(run.Steps))
	case ended == nil:
		copy(run.Steps, result.Steps)
		run.Result = result.Result
	case !errors.Is(ended, fs.ErrNotExist):
		return nil, fmt.Errorf("run %s: %w", e.id, ended)
	}
	return run, nil
}

// stepsOf says how far the steps of a run have come by what is recorded of them.
func stepsOf(n int, records []record) []Step {
	steps := make([]Step, n)
	for i := range steps {
		steps[i].Progress = Waiting
	}
	for _, r := range records {
		if r.Step < 1 || r.Step > len(steps) {
			continue
		}
		step := &steps[r.Step-1]
		switch r.Event {
		case Began:
			*step = Step{Progress: InDoubt}
		case Done:
			*step = Step{Progress: Made}
		case Failed:
			*step = Step{Progress: Broken, Error: r.Error}
		case Started, Retrying, Checking, Finished, Cancelled:
		}
	}
	return steps
}

func (s *Store) records(ctx context.Context, e entry) ([]record, error) {
	data, err := s.shelf.read(ctx, e, journalFile)
	if err != nil {
		return nil, err
	}
	records, _, err := readJournal(bytes.NewReader(data))
	if err == nil && (len(records) == 0 || records[0].Header == nil) {
		err = errNoHeader
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", journalFile, err)
	}
	return records, nil
}

func (s *Store) read(ctx context.Context, e entry, part string, into any) error {
	data, err := s.shelf.read(ctx, e, part)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("%s: %w", part, err)
	}
	return nil
}
