package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"baseline/applier"
	"baseline/cmd/baseline/render"
)

// mostAsked is how many objects CloudTrail is asked about: it answers two such calls a second.
const mostAsked = 3

// withWho adds to a stale plan who changed the first of the objects that have moved since, and when, where CloudTrail's event history
// may be read and knows.
func withWho(ctx context.Context, s *session, stale *applier.StaleError, since time.Time) error {
	var told strings.Builder
	for _, moved := range stale.Moved[:min(len(stale.Moved), mostAsked)] {
		done, err := s.LastChange(ctx, moved.Address, since)
		if err != nil {
			break // who may not read the history is not told, and needs no second error
		}
		if done != nil {
			fmt.Fprintf(&told, "\n  %s: %s by %s at %s", render.Name(moved.Address), render.Escape(done.Name),
				render.Escape(done.By), done.At.Format(time.DateTime+"Z"))
		}
	}
	return fmt.Errorf("%w%s", stale, told.String())
}
