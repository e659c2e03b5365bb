package applier

import (
	"context"
	"time"
)

// The parts of a run's record, by the names of the files that hold them in a folder.
const (
	planFile     = "plan.json"
	rollbackFile = "rollback.json"
	journalFile  = "journal.jsonl"
	resultFile   = "result.json"
	// headerLine is the first line of the journal.
	headerLine = "header"
)

// shelf is where the records of runs lie: folders of a directory, or files of a bucket.
type shelf interface {
	// entries returns the runs that have a header, the newest first. What crashed before that has changed nothing, and is no run.
	entries(ctx context.Context) ([]entry, error)
	// read returns a part of a run; its error wraps fs.ErrNotExist where the run has none.
	read(ctx context.Context, e entry, part string) ([]byte, error)
	// begin finds an id for a run that starts at a time, and saves its plan under it.
	begin(ctx context.Context, start time.Time, plan []byte) (id string, err error)
	// save writes a part of a run, so that it is there whole or not at all, and durable. A result is that of the journal that was
	// opened last.
	save(ctx context.Context, id, part string, data []byte) error
	// open opens the journal of a run, to begin it or to go on with it. From then on the run has no result.
	open(ctx context.Context, id string) (durable, error)
}

// entry is a run as its shelf lists it.
type entry struct {
	id string
	// names are those of the run's files in a bucket, and segments those of its journal where it has no result.
	names, segments []string
}

// idTime is how the id of a run tells its start.
const idTime = "20060102-150405"
