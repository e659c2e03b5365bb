package applier

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
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

// Load reads a run. Its id may be cut short as long as it is plain which one is meant; "" or "last" mean the newest.
func (s *Store) Load(id string) (*Run, error) {
	id, ids, err := s.find(id)
	if err != nil {
		return nil, err
	}
	run, err := s.load(id)
	if err != nil {
		return nil, err
	}
	s.markUndone([]*Run{run}, ids)
	return run, nil
}

// Claim locks a run, so that nobody else carries it out or takes it back, and then loads it as Load does. A run that
// somebody else is at work on is refused with a *LockedError. The claim ends with Release, or with the process.
func (s *Store) Claim(id string) (*Run, error) {
	id, _, err := s.find(id)
	if err != nil {
		return nil, err
	}
	if err := s.lock(id); err != nil {
		return nil, err
	}
	run, err := s.Load(id)
	if err != nil {
		s.Release(id)
	}
	return run, err
}

// find finds out which run is meant by an id that may be cut short. It also returns the ids of all runs.
func (s *Store) find(id string) (whole string, ids []string, err error) {
	ids, err = s.ids()
	if err != nil {
		return "", nil, err
	}
	if len(ids) == 0 {
		return "", nil, fmt.Errorf("%w: there are none in %s", ErrNoRun, s.dir)
	}
	if id == "" || id == "last" {
		return ids[0], ids, nil
	}
	if slices.Contains(ids, id) {
		return id, ids, nil
	}
	var like []string
	for _, known := range ids {
		if strings.HasPrefix(known, id) {
			like = append(like, known)
		}
	}
	if len(like) != 1 {
		return "", nil, fmt.Errorf("%w: %q in %s; `baseline runs` lists them", ErrNoRun, id, s.dir)
	}
	return like[0], ids, nil
}

// List returns all runs, the newest first. One whose record can't be read has [StatusDamaged] and what else is known of it;
// only Load fails for it.
func (s *Store) List() ([]*Run, error) {
	ids, err := s.ids()
	if err != nil {
		return nil, err
	}
	runs := make([]*Run, 0, len(ids))
	for _, id := range ids {
		run, err := s.load(id)
		if err != nil {
			run = s.damaged(id, err)
		}
		runs = append(runs, run)
	}
	s.markUndone(runs, ids)
	return runs, nil
}

// damaged is what can be told of a run whose record can't be read. Where even the header is lost, the id still tells the start.
func (s *Store) damaged(id string, why error) *Run {
	run := &Run{ID: id, Plan: &resource.Plan{}, Result: &Result{Status: StatusDamaged, Error: why.Error()}}
	if header, err := s.header(id); err == nil {
		run.Header = *header
	} else if len(id) >= len(idTime) {
		run.Header.Started, _ = time.Parse(idTime, id[:len(idTime)]) // a folder by another name has no known start
	}
	return run
}

// markUndone notes on each run which complete rollback has taken it back. A rollback that was itself taken back counts no more.
func (s *Store) markUndone(runs []*Run, ids []string) {
	undoneBy := map[string]string{}
	for _, id := range ids { // the newest first, so what took a rollback back is known before the rollback
		header, err := s.header(id)
		if err != nil || header.Undoes == "" || undoneBy[id] != "" || undoneBy[header.Undoes] != "" {
			continue // load says what is wrong with it when it is asked for
		}
		var result Result
		if err := s.read(id, resultFile, &result); err == nil && result.Status == StatusDone {
			undoneBy[header.Undoes] = id
		}
	}
	for _, run := range runs {
		run.UndoneBy = undoneBy[run.ID]
	}
}

// ids lists the runs, the newest first. A folder without the first line of a journal is a run that crashed before its first
// change, unless it has a result: then the journal is lost.
func (s *Store) ids() ([]string, error) {
	entries, err := os.ReadDir(s.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		_, err := s.firstLine(e.Name())
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, io.EOF) {
			if _, err := os.Stat(s.path(e.Name(), resultFile)); err != nil {
				continue
			}
		}
		ids = append(ids, e.Name()) // where the journal can't be read, load says why
	}
	slices.Reverse(ids)
	return ids, nil
}

// header reads the header of a run alone.
func (s *Store) header(id string) (*Header, error) {
	line, err := s.firstLine(id)
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

// firstLine returns the line of a run's journal that holds its header; io.EOF where a crash cut it short.
func (s *Store) firstLine(id string) ([]byte, error) {
	file, err := os.Open(s.path(id, journalFile))
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return bufio.NewReader(file).ReadBytes('\n')
}

func (s *Store) load(id string) (*Run, error) {
	run := &Run{ID: id, Plan: &resource.Plan{}}
	records, err := s.records(id)
	if err == nil {
		err = s.read(id, planFile, run.Plan)
	}
	if err == nil {
		err = run.Plan.Check()
	}
	if err != nil {
		return nil, fmt.Errorf("run %s: %w", id, err)
	}
	if run.Plan.Format > resource.PlanFormat {
		return nil, fmt.Errorf("run %s: its plan has format %d, and this program knows %d: use a newer one", id, run.Plan.Format, resource.PlanFormat)
	}
	run.Steps = make([]Step, len(run.Plan.Changes))
	for i := range run.Steps {
		run.Steps[i].Progress = Waiting
	}
	for _, r := range records {
		if r.Header != nil {
			run.Header = *r.Header
		}
		if r.Step < 1 || r.Step > len(run.Steps) {
			continue
		}
		step := &run.Steps[r.Step-1]
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
	var result Result
	switch err := s.read(id, resultFile, &result); {
	case err == nil:
		run.Result = &result
	case !errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("run %s: %w", id, err)
	}
	run.Running = run.Result == nil && s.lockedElsewhere(id)
	return run, nil
}

func (s *Store) records(id string) ([]record, error) {
	file, err := os.Open(s.path(id, journalFile))
	if err != nil {
		return nil, err
	}
	defer file.Close()
	records, _, err := readJournal(file)
	if err == nil && (len(records) == 0 || records[0].Header == nil) {
		err = errNoHeader
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", journalFile, err)
	}
	return records, nil
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

func (s *Store) read(id, name string, into any) error {
	data, err := os.ReadFile(s.path(id, name))
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// syncDir makes the names in a directory durable.
func syncDir(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// inverse is the plan that takes another back if all of it is done: each change swapped, the last one first.
func inverse(plan *resource.Plan, id string) *resource.Plan {
	n := len(plan.Changes)
	back := &resource.Plan{
		Format: resource.PlanFormat, Baseline: plan.Baseline, Account: plan.Account, Caller: plan.Caller,
		ReadAt: plan.ReadAt, Undoes: id, Changes: make([]resource.Change, n),
	}
	for i := range plan.Changes {
		back.Changes[n-1-i] = plan.Changes[i].Inverse()
	}
	for i := range plan.Changes {
		for _, need := range plan.Changes[i].Needs {
			c := &back.Changes[n-1-need]
			c.Needs = append(c.Needs, n-1-i)
		}
	}
	for i := range back.Changes {
		slices.Sort(back.Changes[i].Needs)
	}
	return back
}
