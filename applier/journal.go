package applier

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"baseline/resource"
)

// record is one line of a journal: the header of the run, or something that happened to a step.
type record struct {
	Header *Header `json:"header,omitempty"`
	// Step counts from 1 in the order of the plan.
	Step  int       `json:"step,omitempty"`
	Event EventKind `json:"event,omitempty"`
	At    time.Time `json:"at,omitzero"`
	Error string    `json:"error,omitempty"`
	// Caller and Job are those of the [Resumption] that a record begins.
	Caller string `json:"caller,omitempty"`
	Job    string `json:"job,omitempty"`
	// Writer tells who wrote the record from whoever writes the same at the same time, where two might.
	Writer string `json:"writer,omitempty"`
}

// claims reports whether the record only says that a run was claimed, or that it goes on.
func (r record) claims() bool { return r.Header == nil && r.Step == 0 && r.Event == Started }

// durable is what a journal needs of its file, an *os.File.
type durable interface {
	io.WriteCloser
	// Sync returns when all that was written is on disk.
	Sync() error
}

// journal appends records to a file. Records that arrive while the disk is busy are written and synced together, so
// many steps share one sync. It is safe for concurrent use.
type journal struct {
	file durable

	mu      sync.Mutex
	pending []byte
	waiting []chan error
	err     error // the first failure; nothing is written after it

	wake chan struct{}
	done chan struct{}
}

func newJournal(file durable) *journal {
	j := &journal{file: file, wake: make(chan struct{}, 1), done: make(chan struct{})}
	go j.run()
	return j
}

// sync writes a record and returns when it is on disk.
func (j *journal) sync(r record) error {
	synced := make(chan error, 1)
	j.append(r, synced)
	return <-synced
}

// write hands over a record to be written soon; close reports whether that failed.
func (j *journal) write(r record) { j.append(r, nil) }

func (j *journal) append(r record, synced chan error) {
	line, err := resource.Encode(r, "")
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.err == nil {
		j.err = err
	}
	if j.err != nil {
		if synced != nil {
			synced <- j.err
		}
		return
	}
	j.pending = append(j.pending, line...)
	if synced != nil {
		j.waiting = append(j.waiting, synced)
	}
	select {
	case j.wake <- struct{}{}:
	default:
	}
}

func (j *journal) run() {
	defer close(j.done)
	for range j.wake {
		j.flush()
	}
	j.flush()
}

func (j *journal) flush() {
	j.mu.Lock()
	lines, waiting := j.pending, j.waiting
	j.pending, j.waiting = nil, nil
	j.mu.Unlock()
	if len(lines) == 0 {
		return
	}
	_, err := j.file.Write(lines)
	if err == nil {
		err = j.file.Sync()
	}
	if err != nil {
		if _, taken := errors.AsType[*TakenOverError](err); !taken {
			err = fmt.Errorf("write the journal: %w", err)
		}
		j.mu.Lock()
		j.err = err
		j.mu.Unlock()
	}
	for _, w := range waiting {
		w <- err
	}
}

// close writes what is left and returns the first failure.
func (j *journal) close() error {
	close(j.wake)
	<-j.done
	err := j.file.Close()
	if j.err != nil {
		return j.err
	}
	return err
}

// readJournal reads the records of a journal. A last line that a crash cut short is left out; damage before that is an error.
// It also returns how many bytes the whole records take.
func readJournal(r io.Reader) (records []record, whole int64, err error) {
	lines := bufio.NewReader(r)
	for n := 1; ; n++ {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return records, whole, nil
		}
		if err != nil {
			return nil, 0, err
		}
		var rec record
		dec := json.NewDecoder(bytes.NewReader(line))
		dec.DisallowUnknownFields()
		err = dec.Decode(&rec)
		if err == nil && dec.More() {
			err = errors.New("there is more on it than one record")
		}
		if err != nil {
			return nil, 0, fmt.Errorf("line %d: %w", n, err)
		}
		records = append(records, rec)
		whole += int64(len(line))
	}
}
