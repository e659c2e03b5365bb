package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"baseline/applier"
	"baseline/cmd/baseline/render"
	"baseline/resource"
)

// mostTold is of how many objects a stale plan tells the difference, and how many CloudTrail is asked about: it answers two such calls
// a second.
const mostTold = 3

// inDetail adds to a stale plan what differs of the first of the objects that have moved since, and who changed them, and when, where
// CloudTrail's event history may be read and knows.
func inDetail(ctx context.Context, s *session, stale *applier.StaleError, plan *resource.Plan) error {
	var told strings.Builder
	mayAsk := true
	for _, moved := range stale.Moved[:min(len(stale.Moved), mostTold)] {
		for _, line := range render.Difference(plan.Account, moved.Address, moved.Left, moved.Found) {
			fmt.Fprintf(&told, "\n  %s", line)
		}
		if !mayAsk {
			continue
		}
		done, err := s.LastChange(ctx, moved.Address, plan.ReadAt)
		if err != nil {
			mayAsk = false // who may not read the history is not told, and needs no second error
		} else if done != nil {
			fmt.Fprintf(&told, "\n  %s: %s by %s at %s", render.Name(moved.Address), render.Escape(done.Name),
				render.Escape(done.By), done.At.Format(time.DateTime+"Z"))
		}
	}
	return fmt.Errorf("%w%s", stale, told.String())
}
