package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"baseline/resource"
)

// consent makes sure that somebody wants the plan.
func (c *command) consent(ctx context.Context, plan *resource.Plan, o applyFlags) error {
	if err := c.dangerConsent(plan, o); err != nil {
		return err
	}
	if o.approved {
		return nil
	}
	if !c.InTTY {
		return &ending{
			exit: exitRefused,
			err:  errors.New("there is no terminal to ask at; nothing was changed"),
			next: []string{"add --auto-approve, or apply a plan that was reviewed: baseline plan --out FILE, then baseline apply FILE"},
		}
	}
	fmt.Fprintf(c.people(), "\nApply these changes to account %s? Only `yes` is taken for a yes: ", plan.Account)
	answer := make(chan string, 1)
	go func() {
		line, err := bufio.NewReader(c.In).ReadString('\n')
		if err != nil {
			line = "" // half a line is no answer
		}
		answer <- strings.TrimSpace(line)
	}()
	select {
	case <-ctx.Done():
		fmt.Fprintln(c.people())
		return ctx.Err()
	case given := <-answer:
		if given != "yes" {
			fmt.Fprintln(c.people()) // the error begins on a line of its own
			return refusal("not approved; nothing was changed")
		}
		return nil
	}
}

// dangerConsent refuses what needs a flag of its own, and names all such flags at once.
func (c *command) dangerConsent(plan *resource.Plan, o applyFlags) error {
	var lost, weaker []string
	for _, change := range plan.Changes {
		if len(change.OneWay) > 0 && !o.allowOneWay && !change.Consent.Holds(c.Clock.Now()) {
			lost = append(lost, fmt.Sprintf("%s: %s cannot come back", change.Address, strings.Join(change.OneWay, ", ")))
		}
		if len(change.Weakens) > 0 && !o.allowWeakerAudit {
			weaker = append(weaker, fmt.Sprintf("%s: %s", change.Address, strings.Join(change.Weakens, ", ")))
		}
	}
	var dangers, flags, lines []string
	if len(plan.Large) > 0 && !o.allowLarge {
		dangers, flags, lines = append(dangers, "more than the limits allow"), append(flags, "--allow-large"), append(lines, plan.Large...)
	}
	if len(lost) > 0 {
		dangers, flags, lines = append(dangers, "one-way changes"), append(flags, "--allow-one-way"), append(lines, fewest(lost)...)
	}
	if len(weaker) > 0 {
		dangers, flags, lines = append(dangers, "changes that weaken the audit"), append(flags, allowWeakerAudit), append(lines, fewest(weaker)...)
	}
	if len(dangers) == 0 {
		return nil
	}
	advice := ""
	if len(lost) > 0 {
		advice = ", or let the reviewed file consent to it: see `consent:`"
	}
	return &ending{
		exit: exitRefused,
		err:  fmt.Errorf("the plan holds %s; nothing was changed\n  %s", strings.Join(dangers, " and "), strings.Join(lines, "\n  ")),
		next: []string{"if that is meant, add " + strings.Join(flags, " ") + advice},
	}
}

// mustBeTaken refuses a plan of which AWS would refuse a part, as the planner has seen: it would be tried for minutes and end half-way.
func mustBeTaken(plan *resource.Plan) error {
	var refused, lines, next []string
	for _, f := range plan.Findings {
		for _, a := range f.Blocks {
			if !slices.Contains(refused, a.Plain()) {
				refused = append(refused, a.Plain())
			}
		}
		if len(f.Blocks) > 0 {
			lines = append(lines, f.Subject.Plain()+" "+f.Seen)
			if !slices.Contains(next, f.Advice) {
				next = append(next, f.Advice)
			}
		}
	}
	if len(refused) == 0 {
		return nil
	}
	return &ending{
		exit: exitRefused,
		err:  fmt.Errorf("AWS would refuse %s; nothing was changed\n  %s", strings.Join(refused, ", "), strings.Join(lines, "\n  ")),
		next: append(next, "then plan again"),
	}
}

// fewest names some dangers of a sort, since the plan has shown all of them.
func fewest(dangers []string) []string {
	const named = 5
	if len(dangers) <= named+1 {
		return dangers
	}
	return append(slices.Clip(dangers[:named]), fmt.Sprintf("and %d more; the plan names them all", len(dangers)-named))
}

// allowWeakerAudit is the flag without which nothing makes the record of what is done in the account smaller.
const allowWeakerAudit = "--allow-weaker-audit"
