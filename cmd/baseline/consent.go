package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strings"

	"baseline/resource"
)

// consent makes sure that somebody wants the plan.
func (c *command) consent(ctx context.Context, plan *resource.Plan, o applyFlags) error {
	if err := oneWayConsent(plan, o); err != nil {
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
	fmt.Fprintf(c.Out, "\nApply these changes to account %s? Only `yes` is taken for a yes: ", plan.Account)
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
		fmt.Fprintln(c.Out)
		return ctx.Err()
	case given := <-answer:
		if given != "yes" {
			fmt.Fprintln(c.Out) // the error begins on a line of its own
			return refusal("not approved; nothing was changed")
		}
		return nil
	}
}

func oneWayConsent(plan *resource.Plan, o applyFlags) error {
	var lost []string
	for _, change := range plan.Changes {
		if len(change.OneWay) > 0 {
			lost = append(lost, fmt.Sprintf("%s: %s cannot come back", change.Address, strings.Join(change.OneWay, ", ")))
		}
	}
	if len(lost) == 0 || o.allowOneWay {
		return nil
	}
	return &ending{
		exit: exitRefused,
		err:  fmt.Errorf("the plan holds one-way changes; nothing was changed\n  %s", strings.Join(lost, "\n  ")),
		next: []string{"if that is meant, add --allow-one-way"},
	}
}
