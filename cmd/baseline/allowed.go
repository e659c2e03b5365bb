package main

import (
	"context"
	"fmt"
	"strings"

	"baseline/applier"
	"baseline/cmd/baseline/render"
	"baseline/kinds"
	"baseline/permissions"
	"baseline/resource"
)

// mostMissing is how many missing permissions are listed.
const mostMissing = 50

// mustBeAllowed refuses changes of a plan that the caller may not make, before the first of them, and names all that is missing.
// Where that cannot be found out, it says so, and lets the changes be tried. The policy is what the reader can print then.
func (c *command) mustBeAllowed(ctx context.Context, s *session, plan *resource.Plan, changes []resource.Change, policy string) error {
	allowed, err := s.Allowed(ctx, permissions.Changing(plan, changes, s.Paths()))
	if err != nil {
		return err
	}
	if allowed.Unchecked != "" {
		fmt.Fprintf(c.Err, "note: the permissions for these changes were not checked: %s\n", render.EscapeLines(allowed.Unchecked))
	}
	if len(allowed.Missing) == 0 {
		return nil
	}
	who, err := s.Identify(ctx)
	if err != nil {
		return err
	}
	var lines []string
	for i, g := range allowed.Missing {
		if i == mostMissing {
			lines = append(lines, fmt.Sprintf("and %d more", len(allowed.Missing)-mostMissing))
			break
		}
		lines = append(lines, grantText(g))
	}
	return &ending{
		exit: exitRefused,
		err: fmt.Errorf("%s lacks permissions that these changes take; nothing was changed\n  %s",
			who.ARN, strings.Join(lines, "\n  ")),
		next: []string{"have them granted; all that is needed is printed by: " + policy},
	}
}

func grantText(g kinds.Grant) string {
	if g.Resource == "*" {
		return g.Action
	}
	return g.Action + " on " + g.Resource
}

// unmade are the changes of a run that are left to make.
func unmade(run *applier.Run) []resource.Change {
	var left []resource.Change
	for i, c := range run.Plan.Changes {
		if run.Steps[i].Progress != applier.Made {
			left = append(left, c)
		}
	}
	return left
}
