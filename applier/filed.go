package applier

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"baseline/resource"
)

// filed is a shelf of [Files]. All of them are written once:
//
//	runs/RUN/plan.json, runs/RUN/rollback.json
//	journals/RUN/000001.jsonl, ...    the journal, in segments as they were made durable
//	runs/RUN/result/000012.json       the result, named for the last segment that it knows
//	runs/RUN/resumed/000013           a run that had a result goes on, from this segment
//
// Segments have consecutive numbers, and none can be written twice. So whoever claims a run writes one; a process that was
// believed dead then fails at its next record of a step, before it makes a call. Journals are apart, so that a list of runs need not
// list them.
type filed struct {
	files Files
	clock resource.Clock
	known sync.Map // data by name: what is written once need not be read twice

	mu     sync.Mutex
	passes map[string]*segments // the journals that were opened last, by run
}

const (
	runsPrefix     = "runs/"
	journalsPrefix = "journals/"
	resultPrefix   = "result/"
	resumedPrefix  = "resumed/"
	locksPrefix    = "locks/"
)

// atOnce is how many files are read side by side.
const atOnce = 16

// sideBySide does work for 0 to n-1, some at once, until the first error.
func sideBySide(ctx context.Context, n int, work func(ctx context.Context, i int) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for i := range n {
		group.Go(func() error { return work(ctx, i) })
	}
	return group.Wait()
}

// unreachableError is a failure to read a record, which so may be perfectly in order.
type unreachableError struct{ error }

func (e *unreachableError) Unwrap() error { return e.error }

// fetch reads a file that is written once.
func (f *filed) fetch(ctx context.Context, name string) ([]byte, error) {
	if data, known := f.known.Load(name); known {
		return data.([]byte), nil
	}
	data, _, err := f.files.Read(ctx, name)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			err = &unreachableError{err}
		}
		return nil, err
	}
	f.known.Store(name, data)
	return data, nil
}

func (f *filed) names(ctx context.Context, prefix string) ([]string, error) {
	names, err := f.files.Names(ctx, prefix)
	if err != nil {
		return nil, &unreachableError{err}
	}
	return names, nil
}

func (f *filed) entries(ctx context.Context) ([]entry, error) {
	names, err := f.names(ctx, runsPrefix)
	if err != nil {
		return nil, err
	}
	var entries []entry
	for _, name := range names {
		id, _, _ := strings.Cut(strings.TrimPrefix(name, runsPrefix), "/")
		if len(entries) == 0 || entries[len(entries)-1].id != id {
			entries = append(entries, entry{id: id})
		}
		e := &entries[len(entries)-1]
		e.names = append(e.names, name)
	}
	err = sideBySide(ctx, len(entries), func(ctx context.Context, i int) (err error) {
		if e := &entries[i]; resultOf(e.names) == "" {
			e.segments, err = f.segments(ctx, e.id)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	entries = slices.DeleteFunc(entries, func(e entry) bool { return resultOf(e.names) == "" && len(e.segments) == 0 })
	slices.SortFunc(entries, func(a, b entry) int { return strings.Compare(b.id, a.id) })
	return entries, nil
}

// segments returns the names of a run's journal, or none where the run was claimed before it could begin.
func (f *filed) segments(ctx context.Context, id string) ([]string, error) {
	names, err := f.names(ctx, journalsPrefix+id+"/")
	if err != nil || len(names) == 0 {
		return nil, err
	}
	first, err := f.fetch(ctx, names[0])
	if err != nil {
		return nil, err
	}
	if records, _, err := readJournal(bytes.NewReader(first)); err == nil && len(records) > 0 && records[0].claims() {
		return nil, nil
	}
	return names, nil
}

// number is that of a segment, a result or a mark, by its name; 0 for others.
func number(name string) int {
	n, err := strconv.Atoi(strings.TrimSuffix(path.Base(name), path.Ext(name)))
	if err != nil {
		return 0
	}
	return n
}

// resultOf returns the name of the result that holds, "" for none: the last one, unless the run was gone on with since.
func resultOf(names []string) string {
	result, resumed := "", 0
	for _, name := range names {
		switch dir := path.Base(path.Dir(name)) + "/"; {
		case dir == resultPrefix && number(name) > number(result):
			result = name
		case dir == resumedPrefix:
			resumed = max(resumed, number(name))
		}
	}
	if resumed > number(result) {
		return ""
	}
	return result
}

func (f *filed) read(ctx context.Context, e entry, part string) ([]byte, error) {
	switch part {
	case resultFile:
		if name := resultOf(e.names); name != "" {
			return f.fetch(ctx, name)
		}
		return nil, &fs.PathError{Op: "read", Path: runsPrefix + e.id + "/" + resultPrefix, Err: fs.ErrNotExist}
	case headerLine:
		return f.fetch(ctx, segment(e.id, 1))
	case journalFile:
		return f.journal(ctx, e)
	}
	return f.fetch(ctx, runsPrefix+e.id+"/"+part)
}

// journal puts a journal together.
func (f *filed) journal(ctx context.Context, e entry) ([]byte, error) {
	names := e.segments
	if names == nil {
		var err error
		if names, err = f.segments(ctx, e.id); err != nil {
			return nil, err
		}
	}
	parts := make([][]byte, len(names))
	err := sideBySide(ctx, len(names), func(ctx context.Context, i int) (err error) {
		if number(names[i]) != i+1 {
			return fmt.Errorf("%s is there, and segment %d is missing", names[i], i+1)
		}
		parts[i], err = f.fetch(ctx, names[i])
		return err
	})
	return bytes.Join(parts, nil), err
}

func segment(id string, n int) string { return fmt.Sprintf("%s%s/%06d.jsonl", journalsPrefix, id, n) }

// begin saves the plan of a new run, whose id is the first that has none.
func (f *filed) begin(ctx context.Context, start time.Time, plan []byte) (string, error) {
	for n := 1; ; n++ {
		id := newID(start, n)
		err := f.save(ctx, id, planFile, plan)
		if !errors.Is(err, fs.ErrExist) {
			return id, err
		}
	}
}

func (f *filed) save(ctx context.Context, id, part string, data []byte) error {
	name := runsPrefix + id + "/" + part
	if part == resultFile {
		f.mu.Lock()
		pass := f.passes[id]
		f.mu.Unlock()
		if pass == nil {
			return fmt.Errorf("the result of run %s has no journal", id)
		}
		name = fmt.Sprintf("%s%s/%s%06d.json", runsPrefix, id, resultPrefix, pass.next-1)
	}
	_, err := f.files.Create(ctx, name, data)
	return err
}

func (f *filed) open(ctx context.Context, id string) (durable, error) {
	names, err := f.names(ctx, journalsPrefix+id+"/")
	if err != nil {
		return nil, err
	}
	pass := &segments{ctx: context.WithoutCancel(ctx), files: f.files, run: id, next: 1}
	if len(names) > 0 {
		pass.next = number(names[len(names)-1]) + 1
		if err := f.resume(ctx, id, pass.next); err != nil {
			return nil, err
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.passes == nil {
		f.passes = map[string]*segments{}
	}
	f.passes[id] = pass
	return pass, nil
}

// resume marks that a run which has a result goes on from a segment.
func (f *filed) resume(ctx context.Context, id string, next int) error {
	names, err := f.names(ctx, runsPrefix+id+"/")
	if err != nil || resultOf(names) == "" {
		return err
	}
	_, err = f.files.Create(ctx, fmt.Sprintf("%s%s/%s%06d", runsPrefix, id, resumedPrefix, next), []byte(nonce()+"\n"))
	return err
}

// fence takes the next segment of a run that has no result, so that no other process can write to its journal any more.
func (f *filed) fence(ctx context.Context, id string) error {
	line, err := resource.Encode(record{Event: Started, At: f.clock.Now().UTC(), Writer: nonce()}, "")
	if err != nil {
		return err
	}
	for {
		names, err := f.names(ctx, journalsPrefix+id+"/")
		if err != nil {
			return err
		}
		next := 1
		if len(names) > 0 {
			next = number(names[len(names)-1]) + 1
		}
		if _, err = f.files.Create(ctx, segment(id, next), line); !errors.Is(err, fs.ErrExist) {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}

// segments writes the journal of a run, one file for each sync.
type segments struct {
	ctx   context.Context // a journal is written to its end, whatever has ended the run
	files Files
	run   string
	next  int
	lines []byte
}

func (s *segments) Write(lines []byte) (int, error) {
	s.lines = append(s.lines, lines...)
	return len(lines), nil
}

func (s *segments) Sync() error {
	_, err := s.files.Create(s.ctx, segment(s.run, s.next), s.lines)
	if errors.Is(err, fs.ErrExist) {
		return &TakenOverError{Run: s.run}
	}
	if err != nil {
		return err
	}
	s.next, s.lines = s.next+1, nil
	return nil
}

func (s *segments) Close() error { return nil }
