package applier

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"baseline/resource"
)

// The files of a run's folder.
const (
	planFile     = "plan.json"
	rollbackFile = "rollback.json"
	journalFile  = "journal.jsonl"
	resultFile   = "result.json"
	lockFile     = "lock"
)

// ErrNoRun says that there is no such run, or none at all.
var ErrNoRun = errors.New("no such run")

var errNoHeader = errors.New("it doesn't begin with a header")

// Store keeps runs as folders under a directory. A folder is enough, alone, to undo its run from another machine.
//
// A run that is carried out through a Store is locked against every other Store, in this process or another.
type Store struct {
	dir   string
	locks locks
}

// NewStore returns the store in a directory, which is created by the first run.
func NewStore(dir string) *Store { return &Store{dir: dir} }

// begin records a run before its first change: the plan, the plan that undoes it, and the journal with its header. The run
// stays locked until finish.
func (s *Store) begin(header Header, plan *resource.Plan) (*journal, *Run, error) {
	id, err := s.newFolder(header.Started)
	if err == nil {
		err = s.lock(id) // before there is a journal to find, so that nobody gets in first
	}
	if err != nil {
		return nil, nil, fmt.Errorf("record the run: %w", err)
	}
	j, run, err := s.record(id, header, plan)
	if err != nil {
		s.Release(id)
		return nil, nil, fmt.Errorf("record the run: %w", err)
	}
	return j, run, nil
}

func (s *Store) record(id string, header Header, plan *resource.Plan) (*journal, *Run, error) {
	run := &Run{ID: id, Header: header, Plan: plan, Steps: make([]Step, len(plan.Changes))}
	for i := range run.Steps {
		run.Steps[i].Progress = Waiting
	}
	err := errors.Join(
		s.save(id, planFile, plan),
		s.save(id, rollbackFile, inverse(plan, id)),
	)
	if err != nil {
		return nil, nil, err
	}
	file, err := os.OpenFile(s.path(id, journalFile), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, nil, err
	}
	j := newJournal(file)
	if err := errors.Join(j.sync(record{Header: &header}), syncDir(s.path(id)), syncDir(s.dir)); err != nil {
		return nil, nil, errors.Join(err, j.close())
	}
	return j, run, nil
}

// idTime is how the id of a run tells its start.
const idTime = "20060102-150405"

// newFolder makes the folder of a new run. Ids are the time of the run's start, so they sort by age.
func (s *Store) newFolder(start time.Time) (id string, err error) {
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return "", err
	}
	base := start.UTC().Format(idTime)
	for n := 1; ; n++ {
		id = base
		if n > 1 {
			id = fmt.Sprintf("%s-%02d", base, n)
		}
		err := os.Mkdir(s.path(id), 0o700)
		if !errors.Is(err, fs.ErrExist) {
			return id, err
		}
	}
}

// reopen opens the journal of a run to go on with it. What a crash cut short at its end is dropped first. The run stays
// locked until finish.
func (s *Store) reopen(run *Run, now time.Time) (*journal, error) {
	if err := s.lock(run.ID); err != nil {
		return nil, err
	}
	j, err := s.goOn(run, now)
	if err != nil {
		s.Release(run.ID)
	}
	return j, err
}

func (s *Store) goOn(run *Run, now time.Time) (*journal, error) {
	file, err := os.OpenFile(s.path(run.ID, journalFile), os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	_, whole, err := readJournal(file)
	if err == nil {
		err = file.Truncate(whole)
	}
	if err == nil {
		_, err = file.Seek(whole, 0)
	}
	if err == nil {
		err = os.Remove(s.path(run.ID, resultFile))
		if errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("reopen the journal of run %s: %w", run.ID, err), file.Close())
	}
	run.Result = nil
	j := newJournal(file)
	if err := j.sync(record{Event: Started, At: now.UTC()}); err != nil {
		return nil, errors.Join(err, j.close())
	}
	return j, nil
}

// finish writes the result of a run and unlocks it.
func (s *Store) finish(run *Run) error {
	defer s.Release(run.ID)
	return s.save(run.ID, resultFile, run.Result)
}

// Dir is the folder of a run.
func (s *Store) Dir(id string) string { return s.path(id) }

func (s *Store) path(parts ...string) string {
	return filepath.Join(append([]string{s.dir}, parts...)...)
}

// save writes a file so that it is there whole or not at all, and on disk.
func (s *Store) save(id, name string, value any) error {
	data, err := resource.Encode(value, "  ")
	if err != nil {
		return err
	}
	temp, err := os.CreateTemp(s.path(id), name+".*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(temp.Name()) }() // fails when all went well, and the file has its name
	_, err = temp.Write(data)
	if err == nil {
		err = temp.Sync()
	}
	if err := errors.Join(err, temp.Close()); err != nil {
		return err
	}
	if err := os.Rename(temp.Name(), s.path(id, name)); err != nil {
		return err
	}
	return syncDir(s.path(id))
}

// syncDir makes the names in a directory durable.
func syncDir(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
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
