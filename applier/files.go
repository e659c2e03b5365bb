package applier

import "context"

// Files are where a [Store] keeps runs when that is not a directory: names with data, as in a bucket. What is written is there
// whole or not at all, and whoever reads afterwards sees it. There are no deletes: a record is only added to. Implementations are
// safe for concurrent use.
type Files interface {
	// Names returns the names of all files that begin with prefix, sorted.
	Names(ctx context.Context, prefix string) ([]string, error)
	// Read returns a file and its version. An error wraps fs.ErrNotExist where there is none.
	Read(ctx context.Context, name string) (data []byte, version string, err error)
	// Create writes a file that must not exist; an error wraps fs.ErrExist where it does. It is durable when Create returns. Where the
	// answer was lost, data that is there byte for byte counts as created by this call, so the caller makes it unique.
	Create(ctx context.Context, name string, data []byte) (version string, err error)
	// Replace writes over the given version; an error wraps fs.ErrExist where another version is there, fs.ErrNotExist where none is.
	Replace(ctx context.Context, name string, data []byte, version string) (newVersion string, err error)
}
