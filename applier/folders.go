package applier

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// folders is a shelf in a directory, with a folder for each run that people can read.
type folders struct{ dir string }

func (f folders) path(parts ...string) string {
	return filepath.Join(append([]string{f.dir}, parts...)...)
}

func (f folders) entries(context.Context) ([]entry, error) {
	listed, err := os.ReadDir(f.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var entries []entry
	for _, e := range listed {
		_, err := f.firstLine(e.Name())
		if e.IsDir() && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, io.EOF) {
			entries = append(entries, entry{id: e.Name()}) // where the journal can't be read, load says why
		}
	}
	slices.Reverse(entries)
	return entries, nil
}

func (f folders) read(_ context.Context, e entry, part string) ([]byte, error) {
	if part == headerLine {
		return f.firstLine(e.id)
	}
	return os.ReadFile(f.path(e.id, part))
}

// firstLine returns the line of a run's journal that holds its header; io.EOF where a crash cut it short.
func (f folders) firstLine(id string) ([]byte, error) {
	file, err := os.Open(f.path(id, journalFile))
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return bufio.NewReader(file).ReadBytes('\n')
}

// begin makes the folder of a new run. Ids are the time of the run's start, so they sort by age.
func (f folders) begin(ctx context.Context, start time.Time, plan []byte) (string, error) {
	if err := os.MkdirAll(f.dir, 0o700); err != nil {
		return "", err
	}
	for n := 1; ; n++ {
		id := newID(start, n)
		err := os.Mkdir(f.path(id), 0o700)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err == nil {
			err = errors.Join(f.save(ctx, id, planFile, plan), syncDir(f.dir))
		}
		return id, err
	}
}

// newID is the id of the nth run that starts in a second.
func newID(start time.Time, n int) string {
	id := start.UTC().Format(idTime)
	if n > 1 {
		id = fmt.Sprintf("%s-%02d", id, n)
	}
	return id
}

func (f folders) save(_ context.Context, id, part string, data []byte) error {
	return saveFile(f.path(id), part, data)
}

// open opens a journal after its last whole record: what a crash cut short is dropped.
func (f folders) open(_ context.Context, id string) (durable, error) {
	file, err := os.OpenFile(f.path(id, journalFile), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	_, whole, err := readJournal(file)
	if err == nil {
		err = file.Truncate(whole)
	}
	if err == nil {
		_, err = file.Seek(whole, io.SeekStart)
	}
	if err == nil {
		err = os.Remove(f.path(id, resultFile))
		if errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
	}
	if err == nil {
		err = syncDir(f.path(id))
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

// saveFile writes a file so that it is there whole or not at all, and on disk.
func saveFile(dir, name string, data []byte) error {
	temp, err := os.CreateTemp(dir, name+".*")
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
	if err := os.Rename(temp.Name(), filepath.Join(dir, name)); err != nil {
		return err
	}
	return syncDir(dir)
}

// syncDir makes the names in a directory durable.
func syncDir(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
