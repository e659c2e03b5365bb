package applier

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"

	"baseline/resource"
)

// lockObjects keeps the locks of accounts in [Files], one file for each account, which is replaced on the condition that nobody else
// has replaced it.
type lockObjects struct {
	files Files
	clock resource.Clock
}

func lockName(account string) string { return locksPrefix + account + ".json" }

func (k *lockObjects) look(ctx context.Context, account string) (standing, error) {
	data, version, err := k.files.Read(ctx, lockName(account))
	if errors.Is(err, fs.ErrNotExist) {
		return standing{}, nil
	}
	if err != nil {
		return standing{}, err
	}
	seen := standing{version: version}
	if err := json.Unmarshal(data, &seen.Holding); err != nil {
		return standing{}, fmt.Errorf("%s: %w", lockName(account), err)
	}
	seen.live = !seen.Free && k.clock.Now().Before(seen.Expires.Add(grace))
	return seen, nil
}

func (k *lockObjects) take(ctx context.Context, account string, mine Holding, seen standing) (grip, error) {
	g := &objectGrip{lockObjects: k, account: account, version: seen.version}
	return g, g.put(ctx, mine.beating(mine.Since))
}

// objectGrip holds a lock by the version that it wrote last.
type objectGrip struct {
	*lockObjects
	account, version string
}

func (g *objectGrip) beats() bool { return true }

// put writes over the version that is known.
func (g *objectGrip) put(ctx context.Context, mine Holding) error {
	data, err := resource.Encode(mine, "  ")
	if err != nil {
		return err
	}
	var version string
	if g.version == "" {
		version, err = g.files.Create(ctx, lockName(g.account), data)
	} else {
		version, err = g.files.Replace(ctx, lockName(g.account), data, g.version)
	}
	if errors.Is(err, fs.ErrExist) || errors.Is(err, fs.ErrNotExist) {
		return errTaken
	}
	if err == nil {
		g.version = version
	}
	return err
}

func (g *objectGrip) write(ctx context.Context, mine Holding) error {
	err := g.put(ctx, mine)
	if !errors.Is(err, errTaken) {
		return err
	}
	// It may have been ourselves: a write whose answer never came.
	now, err := g.look(ctx, g.account)
	if err != nil {
		return err
	}
	if now.Token != mine.Token {
		return errTaken
	}
	g.version = now.version
	return g.put(ctx, mine)
}
