package applier

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"

	"baseline/resource"
)

// ErrNoRun says that there is no such run, or none at all.
var ErrNoRun = errors.New("no such run")

var errNoHeader = errors.New("it doesn't begin with a header")

// Store keeps runs, and the locks of the accounts that they change. The record of a run is enough, alone, to undo it from another
// machine. A Store is safe for concurrent use.
//
// An account that is locked through a Store is locked for every other Store of the same place, in this process or another.
type Store struct {
	shelf   shelf
	keeper  keeper
	locking Locking
	root    string
	where   func(id string) string
	// filed is the shelf where it is one of [Files], nil for a directory. There, results repeat what lists show, for journals come in
	// many files.
	filed *filed

	mu     sync.Mutex
	leases map[string]*lease // what this store has locked, by account
}

// NewStore returns the store in a directory, which is created by the first run.
func NewStore(dir string, l Locking) *Store {
	f := folders{dir}
	return &Store{shelf: f, keeper: lockFiles{filepath.Join(dir, "locks")}, locking: l, root: dir, where: func(id string) string { return f.path(id) }}
}

// NewFileStore returns the store in files. Root is what people call the place, as in "s3://bucket/prefix".
func NewFileStore(files Files, root string, l Locking) *Store {
	f := &filed{files: files, clock: l.Clock}
	return &Store{
		shelf: f, filed: f, keeper: &lockObjects{files, l.Clock}, locking: l, root: root,
		where: func(id string) string { return root + "/" + runsPrefix + id },
	}
}

// Dir is where the record of a run is: its folder, or what its files begin with.
func (s *Store) Dir(id string) string { return s.where(id) }

// begin records a run before its first change: the plan, the plan that undoes it, and the journal with its header. The account is
// locked by this store.
func (s *Store) begin(ctx context.Context, header Header, plan *resource.Plan) (*journal, *Run, error) {
	j, run, err := s.record(ctx, header, plan)
	if err != nil {
		return nil, nil, fmt.Errorf("record the run: %w", err)
	}
	return j, run, nil
}

func (s *Store) record(ctx context.Context, header Header, plan *resource.Plan) (*journal, *Run, error) {
	data, err := resource.Encode(plan, "  ")
	if err != nil {
		return nil, nil, err
	}
	id, err := s.shelf.begin(ctx, header.Started, data)
	if err != nil {
		return nil, nil, err
	}
	run := &Run{ID: id, Header: header, Plan: plan, Steps: make([]Step, len(plan.Changes))}
	for i := range run.Steps {
		run.Steps[i].Progress = Waiting
	}
	if data, err = resource.Encode(inverse(plan, id), "  "); err == nil {
		err = s.shelf.save(ctx, id, rollbackFile, data)
	}
	if err == nil {
		// Before there is a header: whoever finds the lock of a process that died knows which run to look for.
		err = s.lease(plan.Account).add(ctx, id)
	}
	if err != nil {
		return nil, nil, err
	}
	j, err := s.open(ctx, id, record{Header: &header})
	return j, run, err
}

// open opens the journal of a run and writes a record to it.
func (s *Store) open(ctx context.Context, id string, first record) (*journal, error) {
	file, err := s.shelf.open(ctx, id)
	if err != nil {
		return nil, err
	}
	if s.filed != nil {
		first.Writer = nonce()
	}
	j := newJournal(file)
	if err := j.sync(first); err != nil {
		return nil, errors.Join(err, j.close())
	}
	return j, nil
}

// reopen opens the journal of a run to go on with it, and records by whom that is done. What a crash cut short at its end is dropped
// first. The account is locked by this store.
func (s *Store) reopen(ctx context.Context, run *Run, by Resumption) (*journal, error) {
	if err := s.lease(run.Plan.Account).add(ctx, run.ID); err != nil {
		return nil, err
	}
	j, err := s.open(ctx, run.ID, record{Event: Started, At: by.At, Caller: by.Caller, Job: by.Job})
	if err != nil {
		return nil, fmt.Errorf("reopen the journal of run %s: %w", run.ID, err)
	}
	run.Result, run.Resumed = nil, append(run.Resumed, by)
	return j, nil
}

// resultRecord is a result as it is written.
type resultRecord struct {
	*Result
	Header  *Header      `json:"header,omitempty"`
	Resumed []Resumption `json:"resumed,omitempty"`
	Steps   []Step       `json:"steps,omitempty"`
}

// finish writes the result of a run.
func (s *Store) finish(ctx context.Context, run *Run) error {
	r := resultRecord{Result: run.Result}
	if s.filed != nil {
		r.Header, r.Resumed, r.Steps = &run.Header, run.Resumed, run.Steps
	}
	data, err := resource.Encode(r, "  ")
	if err == nil {
		err = s.shelf.save(context.WithoutCancel(ctx), run.ID, resultFile, data)
	}
	if err != nil {
		return err
	}
	ended := []string{run.ID}
	if run.Result.Status == StatusDone {
		ended = append(ended, run.Header.Undoes)
	}
	s.lease(run.Plan.Account).ended(ended)
	return nil
}

// inverse is the plan that takes another back if all of it is done: each change swapped, the last one first. What cannot
// come back is left out and said.
func inverse(plan *resource.Plan, id string) *resource.Plan {
	back := &resource.Plan{
		Format: resource.PlanFormat, Baseline: plan.Baseline, Account: plan.Account, Caller: plan.Caller,
		ReadAt: plan.ReadAt, Undoes: id, Changes: []resource.Change{},
	}
	place := make([]int, len(plan.Changes))
	for i, c := range slices.Backward(plan.Changes) {
		if c.Final {
			back.Notices = append(back.Notices, c.Address.String()+" can't come back")
			continue
		}
		place[i] = len(back.Changes)
		back.Changes = append(back.Changes, c.Inverse())
	}
	for i, c := range plan.Changes {
		for _, need := range c.Needs {
			if !c.Final && !plan.Changes[need].Final {
				undone := &back.Changes[place[need]]
				undone.Needs = append(undone.Needs, place[i])
			}
		}
	}
	for i := range back.Changes {
		slices.Sort(back.Changes[i].Needs)
	}
	return back
}
