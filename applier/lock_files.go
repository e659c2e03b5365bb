package applier

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"baseline/resource"
)

// lockFiles keeps the locks of accounts in a directory. The lock is the operating system's, on ACCOUNT.lock, and ends with the
// process, however that ends. ACCOUNT.json says who holds it, or held it last.
type lockFiles struct{ dir string }

// errLocked is what tryLock returns for a file that somebody else holds.
var errLocked = errors.New("locked by another process")

func (k lockFiles) path(account, ending string) string {
	return filepath.Join(k.dir, filepath.Base(account)+ending)
}

func (k lockFiles) look(_ context.Context, account string) (standing, error) {
	data, err := os.ReadFile(k.path(account, ".json"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return standing{}, err
	}
	seen := standing{version: string(data), live: isLocked(k.path(account, ".lock"))}
	if err != nil {
		seen.Owner = "another process" // which is about to say who it is
		return seen, nil
	}
	if err := json.Unmarshal(data, &seen.Holding); err != nil {
		return standing{}, fmt.Errorf("%s: %w", k.path(account, ".json"), err)
	}
	return seen, nil
}

func (k lockFiles) take(ctx context.Context, account string, mine Holding, seen standing) (grip, error) {
	if err := os.MkdirAll(k.dir, 0o700); err != nil {
		return nil, err
	}
	lock, err := tryLock(k.path(account, ".lock"))
	if errors.Is(err, errLocked) {
		return nil, errTaken
	}
	if err != nil {
		return nil, err
	}
	g := &fileGrip{lockFiles: k, account: account, lock: lock}
	now, err := os.ReadFile(k.path(account, ".json"))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		err = nil
	case err == nil && string(now) != seen.version:
		err = errTaken // somebody has held it in between, and may have left a run
	}
	if err == nil {
		err = g.write(ctx, mine)
	}
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return g, nil
}

// fileGrip holds a lock by an open file.
type fileGrip struct {
	lockFiles
	account string
	lock    io.Closer
}

func (g *fileGrip) beats() bool { return false }

func (g *fileGrip) write(_ context.Context, mine Holding) error {
	data, err := resource.Encode(mine, "  ")
	if err == nil {
		err = saveFile(g.dir, filepath.Base(g.path(g.account, ".json")), data)
	}
	if mine.Free {
		err = errors.Join(err, g.lock.Close())
	}
	return err
}
