package sandbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/rogpeppe/go-internal/lockedfile"
)

// The file of an account is a header line and then one line per change, oldest first; see [record]. A change names whole
// entities, so a line can be applied without the lines before it, and a write costs what it changes.
//
// Every request holds the lock file, reads the lines other processes appended, acts, and appends its own line before it
// is answered. A last line without a line feed is what a crash left of a write nobody was told about; it is not read and
// the next write cuts it off. When the lines outweigh what is alive, the file is written anew beside the old one and
// renamed over it; others notice that the path has become another file and read it from the start.
const (
	journalFormat  = "baseline-sandbox"
	journalVersion = 1
)

// A journal is written anew when it has more than compactRatio lines for each entity alive, and compactSlack lines.
const (
	compactRatio = 4
	compactSlack = 4096
)

type header struct {
	Format  string `json:"format"`
	Version int    `json:"version"`
	Account string `json:"account"`
}

// A journal is the file an account is kept in. It is not safe for concurrent use; the account's lock guards it.
type journal struct {
	path   string
	mutex  *lockedfile.Mutex
	closed bool

	file *os.File // nil before the first request
	// end is where the next line goes: past all lines that were read or written.
	end   int64
	lines int
}

func newJournal(path string) *journal {
	return &journal{path: path, mutex: lockedfile.MutexAt(path + ".lock")}
}

var errClosed = errors.New("the account is closed")

func (j *journal) lock() (unlock func(), err error) {
	if j.closed {
		return nil, fmt.Errorf("use %s: %w", j.path, errClosed)
	}
	unlock, err = j.mutex.Lock()
	if err != nil {
		return nil, fmt.Errorf("lock %s.lock: %w", j.path, err)
	}
	return unlock, nil
}

func (j *journal) close() error {
	j.closed = true
	if j.file == nil {
		return nil
	}
	err := j.file.Close()
	j.file = nil
	return err
}

// catchUp brings the account's store to what the file says.
func (j *journal) catchUp(a *Account) error {
	now, err := os.Stat(j.path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		if j.file != nil {
			return fmt.Errorf("%s: the file was removed while it was in use", j.path)
		}
		return j.rewrite(a)
	case err != nil:
		return err
	}
	if j.file != nil {
		mine, err := j.file.Stat()
		if err != nil {
			return err
		}
		if os.SameFile(now, mine) {
			if now.Size() == j.end {
				return nil
			}
			return j.read(a)
		}
		if err := j.file.Close(); err != nil {
			return err
		}
		j.file = nil
	}
	return j.reload(a)
}

// reload reads the file from the start into a new store.
func (j *journal) reload(a *Account) error {
	file, err := os.OpenFile(j.path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	j.file, j.end, j.lines = file, 0, 0
	a.store = newStore(a.store.kinds)
	if err := j.read(a); err != nil {
		return errors.Join(err, j.abandon())
	}
	if j.lines == 0 {
		// Nothing whole was ever written: the process that created the file died first. Anything but the beginning of
		// a header is somebody else's file, and is left alone.
		if err := j.checkTornHeader(); err != nil {
			return errors.Join(err, j.abandon())
		}
		if err := j.abandon(); err != nil {
			return err
		}
		return j.rewrite(a)
	}
	return nil
}

// abandon forgets the open file, so that the next request starts over.
func (j *journal) abandon() error {
	err := j.file.Close()
	j.file = nil
	return err
}

func (j *journal) checkTornHeader() error {
	torn, err := io.ReadAll(io.NewSectionReader(j.file, 0, 64))
	if err != nil {
		return err
	}
	start := []byte(`{"format":"` + journalFormat + `"`)
	if n := min(len(torn), len(start)); !bytes.Equal(torn[:n], start[:n]) {
		return fmt.Errorf("%s: not the file of a sandbox account", j.path)
	}
	return nil
}

// read applies the whole lines after what was read before.
func (j *journal) read(a *Account) error {
	info, err := j.file.Stat()
	if err != nil {
		return err
	}
	if info.Size() < j.end {
		return fmt.Errorf("%s: the file became shorter while it was in use", j.path)
	}
	data, err := io.ReadAll(io.NewSectionReader(j.file, j.end, info.Size()-j.end))
	if err != nil {
		return fmt.Errorf("read %s: %w", j.path, err)
	}
	for {
		line, rest, whole := bytes.Cut(data, []byte("\n"))
		if !whole {
			return nil
		}
		if err := j.readLine(a, line); err != nil {
			return fmt.Errorf("%s: line %d: %w", j.path, j.lines+1, err)
		}
		data = rest
		j.end += int64(len(line)) + 1
		j.lines++
	}
}

func (j *journal) readLine(a *Account, line []byte) error {
	if j.lines > 0 {
		c, err := a.store.decodeChange(line)
		if err != nil {
			return err
		}
		a.store.apply(c)
		return nil
	}
	var h header
	if err := json.Unmarshal(line, &h); err != nil || h.Format != journalFormat {
		return errors.New("not the file of a sandbox account")
	}
	if h.Version > journalVersion {
		return fmt.Errorf("format version %d is newer than %d, the newest this program reads", h.Version, journalVersion)
	}
	if !accountID.MatchString(h.Account) {
		return fmt.Errorf("account %q: not 12 digits", h.Account)
	}
	a.id = h.Account
	return nil
}

// append writes a change as the next line. The line is whole on disk, or the file is as it was.
func (j *journal) append(a *Account, c change) error {
	line, err := encodeChange(c)
	if err != nil {
		return err
	}
	if j.lines > compactRatio*a.store.size()+compactSlack {
		if err := j.rewrite(a); err != nil {
			return err
		}
	}
	// Cut off what a crash may have left: a shorter line would leave its end standing behind it.
	if info, err := j.file.Stat(); err != nil {
		return err
	} else if info.Size() != j.end {
		if err := j.file.Truncate(j.end); err != nil {
			return fmt.Errorf("write %s: %w", j.path, err)
		}
	}
	if _, err := j.file.WriteAt(line, j.end); err != nil {
		return errors.Join(fmt.Errorf("write %s: %w", j.path, err), j.file.Truncate(j.end))
	}
	j.end += int64(len(line))
	j.lines++
	return nil
}

// rewrite replaces the file by one that holds just what is alive.
func (j *journal) rewrite(a *Account) (err error) {
	temp, err := os.CreateTemp(filepath.Dir(j.path), filepath.Base(j.path)+".*.tmp")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("write %s: %w", j.path, err), temp.Close(), os.Remove(temp.Name()))
		}
	}()
	var text bytes.Buffer
	first, err := json.Marshal(header{Format: journalFormat, Version: journalVersion, Account: a.id})
	if err != nil {
		return err
	}
	text.Write(append(first, '\n'))
	lines := 1
	for _, k := range a.store.kinds {
		for e := range a.store.all(k.name) {
			line, err := encodeChange(change{puts: []entity{e}, minted: a.store.minted})
			if err != nil {
				return err
			}
			text.Write(line)
			lines++
		}
	}
	if a.store.minted > 0 && lines == 1 {
		line, err := encodeChange(change{minted: a.store.minted})
		if err != nil {
			return err
		}
		text.Write(line)
		lines++
	}
	if _, err := temp.Write(text.Bytes()); err != nil {
		return err
	}
	if err := temp.Sync(); err != nil {
		return err
	}
	if err := os.Rename(temp.Name(), j.path); err != nil {
		return err
	}
	if j.file != nil {
		// The old file has no name any more; failing to close it loses nothing.
		_ = j.file.Close()
	}
	j.file = temp
	j.end = int64(text.Len())
	j.lines = lines
	return nil
}
