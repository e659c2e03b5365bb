package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/aws/aws-sdk-go-v2/credentials"

	"baseline/applier"
	"baseline/kinds"
	"baseline/live"
	"baseline/planner"
	"baseline/resource"
	"baseline/sandbox"
	"baseline/spec"
)

// session is the account a command works on, real or simulated.
type session struct {
	*live.Account
	close func() error
}

// open connects to the account. A new sandbox takes the id that the file declares.
func (c *command) open(ctx context.Context, declared string) (*session, error) {
	o := live.Options{Profile: c.profile, Region: c.region, Clock: c.Clock, InFlight: c.parallel}
	s := &session{close: func() error { return nil }}
	if c.sandbox != "" {
		sandboxed := sandbox.Options{Now: c.Clock.Now}
		if _, err := os.Stat(c.sandbox); errors.Is(err, fs.ErrNotExist) {
			sandboxed.Account = declared
		}
		simulated, err := sandbox.Open(c.sandbox, sandboxed)
		if err != nil {
			return nil, err
		}
		s.close = simulated.Close
		o.HTTPClient = simulated.Client()
		o.Endpoint = "http://sandbox.invalid"
		o.Credentials = credentials.NewStaticCredentialsProvider("AKIASANDBOXEXAMPLE00", "sandbox", "")
		o.Settle = -1 // what is written there is seen at once
	}
	account, err := live.Open(ctx, o)
	if err != nil {
		return nil, errors.Join(err, s.close())
	}
	s.Account = account
	return s, nil
}

// Read makes a session the account of an applier.
func (s *session) Read(ctx context.Context, kinds []resource.Kind, look []resource.Address) (resource.State, error) {
	reading, err := s.Account.Read(ctx, live.Hints{Kinds: kinds, PolicyTags: true})
	if err != nil {
		return nil, err
	}
	return s.Look(ctx, reading.State, look)
}

var _ applier.Account = (*session)(nil)

// load reads the files for the account that the flags and the files name together.
func (c *command) load(current string) (*spec.Baseline, error) {
	inputs, err := c.inputs()
	if err != nil {
		return nil, err
	}
	vars, err := c.variables()
	if err != nil {
		return nil, err
	}
	env := spec.Env{Account: c.accountID, Vars: vars, Region: c.region}
	if current != "" {
		env.Account = current
	}
	return spec.Load(inputs, env)
}

// declared is the account that the files or --account name; "" for whichever is current.
func (c *command) declared() (string, error) {
	inputs, err := c.inputs()
	if err != nil {
		return "", err
	}
	account, err := spec.DeclaredAccount(inputs)
	if err != nil {
		if _, all := c.load(""); all != nil {
			err = all // which says everything that is wrong, at once
		}
		return "", err
	}
	switch {
	case account == "" && c.accountID == "" && c.sandbox == "":
		return "", &ending{exit: exitInvalid, err: errors.New("no account is named, so none can be refused: declare `account:` in the file, or give --account ID (or --account current)")}
	case account == "" && c.accountID != "current":
		return c.accountID, nil
	case account != "" && c.accountID != "" && c.accountID != "current" && c.accountID != account:
		return "", refusal("the file is for account %s, and --account says %s", account, c.accountID)
	}
	return account, nil
}

// planned is a plan with what is needed to show it and go on from it.
type planned struct {
	plan *resource.Plan
	// calls is how many API calls were made for it.
	calls int
}

// draw plans the way from the account to the files.
func (c *command) draw(ctx context.Context, s *session, declared string) (*planned, error) {
	type reading struct {
		*live.Reading
		err error
	}
	var baseline *spec.Baseline
	var err error
	if declared != "" { // files are complained of before the account is asked
		if baseline, err = c.load(declared); err != nil {
			return nil, err
		}
	}
	read := make(chan reading, 1)
	go func() {
		r, err := s.Account.Read(ctx, hintsFor(baseline))
		read <- reading{r, err}
	}()
	who, err := s.Identify(ctx)
	got := <-read
	if err != nil {
		return nil, err
	}
	if declared != "" && who.Account != declared {
		return nil, refusal("the file is for account %s, and these credentials are for %s (%s)", declared, who.Account, who.ARN)
	}
	if got.err != nil {
		return nil, got.err
	}
	if baseline == nil {
		if baseline, err = c.load(who.Account); err != nil {
			return nil, err
		}
	}
	account := planner.Account{ID: who.Account, Live: got.State, Quotas: got.Quotas, Types: kinds.Types()}
	draft, err := lookClosely(ctx, s, &account, func() *planner.Draft { return planner.Make(baseline.Want, account) })
	if err != nil {
		return nil, err
	}
	if len(draft.Problems) > 0 {
		return nil, placed(draft.Problems, baseline)
	}
	return &planned{
		plan: &resource.Plan{
			Format: resource.PlanFormat, Baseline: baseline.Name, Account: who.Account, Caller: who.ARN, ReadAt: got.At,
			Files: baseline.Files, Changes: draft.Changes, Findings: draft.Findings, Notices: draft.Notices,
		},
		calls: s.Calls(),
	}, nil
}

// lookClosely plans again with a closer look at what the plan asks for, until it asks for nothing more.
func lookClosely(ctx context.Context, s *session, account *planner.Account, plan func() *planner.Draft) (*planner.Draft, error) {
	draft := plan()
	for len(draft.Look) > 0 {
		before := len(draft.Look)
		state, err := s.Look(ctx, account.Live, draft.Look)
		if err != nil {
			return nil, err
		}
		account.Live = state
		draft = plan()
		if len(draft.Look) >= before {
			return nil, fmt.Errorf("the close look at %s shows nothing new", draft.Look[0])
		}
	}
	return draft, nil
}

// hintsFor names the policies that the file declares, if it is known already. Tags are always asked for: ownership marks are tags.
func hintsFor(b *spec.Baseline) live.Hints {
	hints := live.Hints{PolicyTags: true}
	if b == nil {
		return hints
	}
	for a := range b.Want.Objects {
		if a.Kind == "iam_policy" {
			hints.Policies = append(hints.Policies, a.Name)
		}
	}
	return hints
}

func placed(problems []planner.Problem, b *spec.Baseline) error {
	var wish wishError
	for _, p := range problems {
		wish = append(wish, placedProblem{b.Places[p.Address], p})
	}
	return wish
}
