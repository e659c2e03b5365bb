//go:build darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd

package applier

import (
	"errors"
	"io"
	"os"
	"syscall"
)

// tryLock locks a file, which is created when missing, or returns errLocked at once. The lock ends when the file is closed
// or the process is gone, however it went. The file stays: to remove it would let two processes lock two files of one name.
func tryLock(path string) (io.Closer, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := flock(file, syscall.LOCK_EX); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

// isLocked tells whether anybody holds the lock on a file. It looks by trying, for which a lock that is shared among those who
// look is enough.
func isLocked(path string) bool {
	file, err := os.Open(path)
	if err != nil {
		return false // nobody ever locked it, or nobody but its owner can tell
	}
	defer file.Close()
	return errors.Is(flock(file, syscall.LOCK_SH), errLocked)
}

func flock(file *os.File, how int) error {
	for {
		err := syscall.Flock(int(file.Fd()), how|syscall.LOCK_NB)
		switch {
		case errors.Is(err, syscall.EINTR):
			continue
		case errors.Is(err, syscall.EWOULDBLOCK):
			return errLocked
		case err != nil:
			return &os.PathError{Op: "lock", Path: file.Name(), Err: err}
		}
		return nil
	}
}
