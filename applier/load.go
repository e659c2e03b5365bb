package applier

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"baseline/resource"
)

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
	s.takeNewIDs(run, ids)
	return run, nil
}

// takeNewIDs gives a run the ids of what it made once, and what a rollback of its rollback has made again.
func (s *Store) takeNewIDs(run *Run, ids []string) {
	if run.Result == nil {
		return
	}
	undid := map[string]bool{}
	for _, id := range slices.Backward(ids) { // the oldest first
		header, err := s.header(id)
		if err != nil {
			continue
		}
		undid[id] = header.Undoes == run.ID
		var redone Result
		if !undid[header.Undoes] || s.read(id, resultFile, &redone) != nil {
			continue
		}
		for address, unique := range redone.IDs {
			if _, made := run.Result.IDs[address]; made {
				run.Result.IDs[address] = unique
			}
		}
	}
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
		if err != nil || header.Undoes == "" || header.Partial || undoneBy[id] != "" || undoneBy[header.Undoes] != "" {
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
// change.
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
		_, err := s.firstLine(e.Name())
		if e.IsDir() && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, io.EOF) {
			ids = append(ids, e.Name()) // where the journal can't be read, load says why
		}
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
