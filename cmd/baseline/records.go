package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"baseline/applier"
	"baseline/cmd/baseline/render"
	"baseline/live"
)

// bucketOf tells what --runs names: a bucket with a prefix, or, where it is not ok, a directory.
func bucketOf(runs string) (bucket, prefix string, ok bool, err error) {
	scheme, _, isURL := strings.Cut(runs, "://")
	switch {
	case !isURL:
		return "", "", false, nil
	case scheme != "s3":
		return "", "", false, fmt.Errorf("it is a directory or s3://BUCKET/PREFIX, not %q", runs)
	}
	bucket, prefix, err = live.ParseBucketURL(runs)
	return bucket, prefix, true, err
}

// store is where runs are kept: one for the whole command, since what a store has locked is locked for every other. A bucket is
// reached as the account is.
func (c *command) store(ctx context.Context) (*applier.Store, error) {
	if c.kept != nil {
		return c.kept, nil
	}
	locking := applier.Locking{Clock: c.Clock, Beat: systemClock{}.Sleep, Owner: c.owner, Wait: c.lockTimeout, Waiting: c.tellOfWaiting}
	bucket, prefix, isBucket, err := bucketOf(c.runsDir)
	switch {
	case err != nil:
		return nil, err
	case !isBucket:
		c.kept = applier.NewStore(c.runsDir, locking)
		return c.kept, nil
	}
	o, err := c.reach("")
	if err != nil {
		return nil, err
	}
	place, err := live.OpenBucket(ctx, o, bucket, prefix)
	if err != nil {
		return nil, err
	}
	c.kept = applier.NewFileStore(place, strings.TrimSuffix(place.String(), "/"), locking)
	return c.kept, nil
}

// lockFlag adds --lock-timeout to a command.
func (c *command) lockFlag(cmd *cobra.Command) {
	cmd.Flags().DurationVar(&c.lockTimeout, "lock-timeout", 0, "how long to wait while another run is under way in the account, as in 10m")
}

// owner says who locks an account, for those who then find it locked.
func (c *command) owner() string {
	host, err := os.Hostname()
	if err != nil {
		host = "an unknown host"
	}
	words := fmt.Sprintf("process %d on %s", os.Getpid(), host)
	if job := jobURL(c.Getenv); job != "" {
		words += ", " + job
	}
	if c.caller != "" {
		words = c.caller + " (" + words + ")"
	}
	return words
}

func (c *command) tellOfWaiting(e *applier.LockedError) {
	fmt.Fprintf(c.Err, "note: %s; waiting for at most %s\n", render.EscapeLines(e.Error()), c.lockTimeout)
}

// release gives the lock of an account back.
func (c *command) release(ctx context.Context, account string) {
	if c.kept == nil {
		return
	}
	if err := c.kept.Release(ctx, account); err != nil {
		fmt.Fprintf(c.Err, "note: %s; it ends by itself in a few minutes\n", render.EscapeLines(err.Error()))
	}
}

// afterLock adds to the refusal of an account that is locked, or left half-way, what can be done about it.
func (c *command) afterLock(end *ending) *ending {
	if locked, ok := errors.AsType[*applier.LockedError](end.err); ok && end.next == nil {
		next := "wait for its end, as with --lock-timeout 10m"
		if until := locked.Until(); !until.IsZero() {
			next += "; if its process is gone, the lock can be taken over from " + until.UTC().Format("2006-01-02 15:04:05Z")
		}
		return &ending{exit: end.exit, err: fmt.Errorf("%w; nothing was changed", end.err), next: []string{next}}
	}
	if left, ok := errors.AsType[*applier.UnfinishedError](end.err); ok && end.next == nil {
		return &ending{exit: end.exit, err: fmt.Errorf("%w; nothing was changed", end.err), next: c.waysOn(left.Run)}
	}
	return end
}

// waysOn are the two ways to go on from a run that is not done.
func (c *command) waysOn(run *applier.Run) []string {
	return []string{
		"finish it: " + c.again("apply", "--resume", run.ID),
		"undo it:   " + c.undoing(run),
	}
}

// underWay refuses to go on beside a run that another process is at work on.
func (c *command) underWay(ctx context.Context, store *applier.Store, run *applier.Run) error {
	if _, err := store.Await(ctx, run.Header.Account); err != nil {
		return err
	}
	return fmt.Errorf("run %s has just ended: try again", run.ID)
}

// permissionsOf is the command that prints what the plan of a run takes. A plan in a bucket has to be fetched for it.
func (c *command) permissionsOf(store *applier.Store, run *applier.Run) string {
	place := store.Dir(run.ID)
	if _, _, isBucket, _ := bucketOf(c.runsDir); isBucket {
		return "aws s3 cp " + shellWord(place+"/plan.json") + " plan.json && baseline permissions --for plan.json"
	}
	return "baseline permissions --for " + shellWord(filepath.Join(place, "plan.json"))
}
