package resource

import (
	"context"
	"time"
)

// Clock is where every time and every wait comes from, so that tests need neither.
type Clock interface {
	Now() time.Time
	// Sleep waits for d or until the context ends, whose error it then returns.
	Sleep(ctx context.Context, d time.Duration) error
}
