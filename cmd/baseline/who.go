package main

import (
	"context"
	"fmt"
	"time"

	"baseline/applier"
	"baseline/cmd/baseline/render"
)

// mostAsked is how many objects CloudTrail is asked about: it answers two such calls a second.
const mostAsked = 3

// tellWho says who changed the first of the objects that have moved since a plan, and when, where CloudTrail's event history may be
// read and knows.
func (c *command) tellWho(ctx context.Context, s *session, stale *applier.StaleError, since time.Time) {
	for _, moved := range stale.Moved[:min(len(stale.Moved), mostAsked)] {
		done, err := s.LastChange(ctx, moved.Address, since)
		if err != nil {
			return // who may not read the history is not told, and needs no second error
		}
		if done != nil {
			fmt.Fprintf(c.Err, "note: %s: %s by %s at %s\n", render.Name(moved.Address), render.Escape(done.Name),
				render.Escape(done.By), done.At.Format(time.DateTime+"Z"))
		}
	}
}
