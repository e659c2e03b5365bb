package applier

import (
	"errors"
	"fmt"
	"io"
	"sync"
)

// LockedError says that somebody else is carrying out a run, or taking it back. Nothing was changed.
type LockedError struct{ Run string }

func (e *LockedError) Error() string {
	return fmt.Sprintf("run %s is being carried out by another process", e.Run)
}

// errLocked is what tryLock returns for a file that somebody else holds.
var errLocked = errors.New("locked by another process")

// locks are the runs that a store has locked, by their ids. It is safe for concurrent use.
type locks struct {
	mu   sync.Mutex
	held map[string]io.Closer
}

// lock locks a run, unless this store has locked it already. The lock ends with Release, or with the process.
func (s *Store) lock(id string) error {
	s.locks.mu.Lock()
	defer s.locks.mu.Unlock()
	if s.locks.held[id] != nil {
		return nil
	}
	lock, err := tryLock(s.path(id, lockFile))
	if errors.Is(err, errLocked) {
		return &LockedError{id}
	}
	if err != nil {
		return fmt.Errorf("lock run %s: %w", id, err)
	}
	if s.locks.held == nil {
		s.locks.held = map[string]io.Closer{}
	}
	s.locks.held[id] = lock
	return nil
}

// Release ends the claim on a run. A run that is not claimed is left as it is.
func (s *Store) Release(id string) {
	s.locks.mu.Lock()
	defer s.locks.mu.Unlock()
	if lock := s.locks.held[id]; lock != nil {
		_ = lock.Close() // nothing was written, so nothing is lost
		delete(s.locks.held, id)
	}
}

// lockedElsewhere tells whether somebody other than this store has locked a run.
func (s *Store) lockedElsewhere(id string) bool {
	s.locks.mu.Lock()
	defer s.locks.mu.Unlock()
	return s.locks.held[id] == nil && isLocked(s.path(id, lockFile))
}
