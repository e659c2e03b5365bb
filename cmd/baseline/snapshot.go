package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"baseline/cmd/baseline/render"
	"baseline/kinds"
	"baseline/live"
	"baseline/planner"
	"baseline/requirements"
	"baseline/resource"
	"baseline/spec"
)

// The values of snapshot's --look: at what the files need now, at all that they declare or that is theirs, or at all there is.
const (
	lookNeeded   = "needed"
	lookDeclared = "declared"
	lookAll      = "all"
)

func (c *command) snapshotCommand() *cobra.Command {
	var out, looks string
	cmd := &cobra.Command{
		Use:         "snapshot -o FILE",
		Annotations: withExits,
		Short:       "Keep what a plan needs to know of the account in a file",
		Long: `Read the account and keep what plans of these files need to know of it in FILE, and change nothing. Read-only credentials
are enough. The file is JSON and holds no secret.

A job with credentials takes it from time to time, with the files of the main branch. The job of a pull request then plans with
--live FILE, without credentials.

--look says what is looked at closely, which costs calls for each object: up to six for a user, one for a policy or an
instance profile. What a pull request deletes must have been looked at.
  needed     what a plan of these files looks at now
  declared   also what they declare, and what bears their mark
  all        everything in the account`,
		Example: `  baseline snapshot -o account.snapshot
  baseline plan --live account.snapshot`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case out == "":
				return errors.New("snapshot takes -o FILE, where it is kept; - is stdout")
			case looks != lookNeeded && looks != lookDeclared && looks != lookAll:
				return fmt.Errorf("--look takes %s, %s or %s, not %q", lookNeeded, lookDeclared, lookAll, looks)
			}
			return c.withSession(cmd.Context(), func(ctx context.Context, s *session, declared string) error {
				taken, err := c.takeSnapshot(ctx, s, declared, looks)
				if err != nil {
					return err
				}
				return c.saveSnapshot(out, taken, s.Calls())
			})
		},
	}
	cmd.Flags().StringVarP(&out, "output", "o", "", "keep it in this file")
	cmd.Flags().StringVar(&looks, "look", lookDeclared, "what is looked at closely: needed, declared or all")
	return cmd
}

// takeSnapshot reads the account as a plan of the files does, and looks closely at more.
func (c *command) takeSnapshot(ctx context.Context, s *session, declared, looks string) (*live.Snapshot, error) {
	seen, err := c.read(ctx, s, declared)
	if err != nil {
		return nil, err
	}
	want, account := seen.baseline.Want, seen.account()
	// What cannot be planned is the business of plan; what can be seen is kept all the same.
	if _, err := lookClosely(ctx, s, &account, func() *planner.Draft { return planner.Make(want, account) }); err != nil {
		return nil, err
	}
	more := slices.DeleteFunc(generous(want, account.Live, looks), func(a resource.Address) bool { return account.Looked[a] })
	if account.Live, err = s.Look(ctx, account.Live, more); err != nil {
		return nil, err
	}
	maps.Copy(account.Looked, lookedAt(more))
	return &live.Snapshot{
		Baseline: seen.baseline.Name, Files: seen.baseline.Files, Account: seen.who.Account, Caller: seen.who.ARN, ReadAt: seen.reading.At.UTC(),
		Needs: neededFor(want), Notices: s.noted(seen.reading.Notices), Quotas: seen.reading.Quotas, Evidence: seen.reading.Evidence,
		State: account.Live, Looked: slices.SortedFunc(maps.Keys(account.Looked), resource.Address.Compare),
	}, nil
}

// neededFor is the costly evidence, and the kinds, that files need.
func neededFor(want *resource.Want) resource.Needs {
	needs := requirements.Needs(want.Require)
	needs.Kinds = append(needs.Kinds, want.Extra...)
	return needs
}

// account is the account that was seen, as the planner takes it.
func (seen *seen) account() planner.Account {
	return planner.Account{
		ID: seen.who.Account, Live: seen.reading.State, Quotas: seen.reading.Quotas, Types: kinds.Types(),
		Evidence: seen.reading.Evidence, Now: seen.reading.At, Looked: seen.looked,
	}
}

// generous returns what a snapshot looks at beyond what a plan of the same files would, for the sake of plans of later ones: what
// they may delete, or declare otherwise. What belongs to somebody else is left alone by all of them.
func generous(want *resource.Want, state resource.State, looks string) []resource.Address {
	if looks == lookNeeded {
		return nil
	}
	rules := requirements.Looks(want.Require)
	var more []resource.Address
	for _, kind := range kinds.All() {
		for _, a := range state.Addresses() {
			if a.Kind != kind.Kind || kind.Look == nil || state[a].Facts[resource.FactOwner] != "" {
				continue
			}
			tags := state[a].Settings.Map(kind.Tags)
			declared := want.Objects[a] != nil || slices.Contains(want.Absent, a) || tags == nil || tags[resource.MarkKey] == want.Name
			if looks == lookAll || declared {
				more = append(more, a)
			}
		}
		if kind.Type.Held && looks == lookAll && slices.Contains(rules, kind.Kind) {
			for _, a := range state.Addresses() {
				if a.Kind == "iam_user" {
					more = append(more, resource.At(kind.Kind, a.Name))
				}
			}
		}
	}
	return more
}

func (c *command) saveSnapshot(path string, taken *live.Snapshot, calls int) error {
	text, err := taken.Encode()
	if err != nil {
		return err
	}
	for _, notice := range taken.Notices {
		fmt.Fprintf(c.Err, "note: %s\n", render.EscapeLines(notice))
	}
	if path == "-" {
		_, err := c.Out.Write(text)
		return err
	}
	if err := saveFile(path, text); err != nil {
		return fmt.Errorf("write the snapshot to %s: %w", path, err)
	}
	fmt.Fprintf(c.Out, "%s: account %s as it was at %s: %s, %d looks taken (%s)\n", path, taken.Account,
		taken.ReadAt.Format(time.RFC3339), counted(len(taken.State), "object"), len(taken.Looked), counted(calls, "call"))
	return nil
}

// showLive plans from a snapshot and shows the plan.
func (c *command) showLive(ctx context.Context, path string) (*planned, error) {
	if c.sandbox != "" || c.profile != "" {
		return nil, errors.New("--live asks no account: leave out --sandbox and --profile")
	}
	begun := c.Clock.Now()
	text, err := readBounded(path, maxPlanFile)
	if err != nil {
		return nil, err
	}
	taken, err := live.DecodeSnapshot(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	p, err := c.drawLive(ctx, taken)
	if unseen, ok := errors.AsType[*live.UnseenError](err); ok {
		return nil, &ending{exit: exitError, err: unseen, next: []string{
			"take the snapshot again with these files, where there are credentials: baseline snapshot -o FILE" + c.fileFlags(),
		}}
	}
	if err != nil {
		return nil, err
	}
	return p, c.planIs(p.plan, render.Reading{Took: c.Clock.Now().Sub(begun)})
}

// fileFlags are the flags that name the files, as they were given.
func (c *command) fileFlags() string {
	var flags strings.Builder
	for _, file := range c.files {
		flags.WriteString(" -f " + shellWord(file))
	}
	return flags.String()
}

// drawLive plans the way from a snapshot to the files.
func (c *command) drawLive(ctx context.Context, taken *live.Snapshot) (*planned, error) {
	baseline, err := c.loadFor(taken.Account)
	if err != nil {
		return nil, err
	}
	c.readFrom(baseline, taken.Account)
	c.events().Started(taken.Account)
	if err := taken.Covers(neededFor(baseline.Want)); err != nil {
		return nil, err
	}
	seen := &seen{
		baseline: baseline,
		who:      live.Identity{Account: taken.Account, ARN: taken.Caller, AccessKey: taken.Evidence.Caller.AccessKey},
		reading:  &live.Reading{State: taken.State, Quotas: taken.Quotas, Evidence: taken.Evidence, At: taken.ReadAt, Notices: taken.Notices},
		looked:   taken.Seen(),
	}
	account := seen.account()
	draft, err := lookClosely(ctx, taken, &account, func() *planner.Draft { return planner.Make(baseline.Want, account) })
	if err != nil {
		return nil, err
	}
	return c.planFrom(seen, draft, taken)
}

// snapshotAge is what a plan says of the snapshot that it was made from.
func (c *command) snapshotAge(taken *live.Snapshot) string {
	return fmt.Sprintf("made from a snapshot that is %s old, of %s: the account may have changed since, and apply does not take this plan",
		ageOf(c.Clock.Now().Sub(taken.ReadAt)), taken.ReadAt.Format(time.RFC3339))
}

// loadFor reads the files, which must be for an account or for any.
func (c *command) loadFor(account string) (*spec.Baseline, error) {
	inputs, err := c.inputs()
	if err != nil {
		return nil, err
	}
	declared, err := spec.DeclaredAccount(inputs)
	if err == nil {
		for _, named := range []string{declared, strings.TrimPrefix(c.accountID, "current")} {
			if named != "" && named != account {
				return nil, refusal("the file is for account %s, and the snapshot is of %s", named, account)
			}
		}
	}
	return c.load(account)
}

// ageOf is a length of time as people say it.
func ageOf(d time.Duration) string {
	switch {
	case d < time.Minute:
		return counted(int(d/time.Second), "second")
	case d < time.Hour:
		return counted(int(d/time.Minute), "minute")
	case d < 48*time.Hour:
		return counted(int(d/time.Hour), "hour")
	}
	return counted(int(d/(24*time.Hour)), "day")
}
