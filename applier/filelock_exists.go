//go:build !(darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd)

package applier

import (
	"errors"
	"io"
	"io/fs"
	"os"
)

// tryLock creates the file, or returns errLocked when it is there. On these systems, a crash leaves the file behind; whoever
// knows that the process is gone removes it by hand.
func tryLock(path string) (io.Closer, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil, errLocked
	}
	if err != nil {
		return nil, err
	}
	return existing(path), file.Close()
}

// isLocked tells whether the file is there.
func isLocked(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// existing is a lock that lasts as long as its file.
type existing string

func (e existing) Close() error { return os.Remove(string(e)) }
