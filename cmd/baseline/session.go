package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/credentials"

	"baseline/applier"
	"baseline/live"
	"baseline/resource"
	"baseline/sandbox"
)

// session is the account a command works on, real or simulated.
type session struct {
	*live.Account
	// before is asked before the first change of a run; nil for nothing to ask.
	before func(context.Context) error
}

// reach says how AWS is reached, which is the same for the account and for a bucket of runs. A new sandbox takes the id that the
// file declares; it is opened once, and closed when the command ends.
func (c *command) reach(declared string) (live.Options, error) {
	o := live.Options{Profile: c.profile, Region: c.region, Clock: c.Clock, InFlight: c.parallel, OnCall: c.waiting()}
	if c.sandbox != "" {
		sandboxed := sandbox.Options{Now: c.Clock.Now}
		if _, err := os.Stat(c.sandbox); errors.Is(err, fs.ErrNotExist) {
			sandboxed.Account = declared
		}
		if c.simulated == nil {
			simulated, err := sandbox.Open(c.sandbox, sandboxed)
			if err != nil {
				return o, err
			}
			c.simulated = simulated
		}
		o.HTTPClient = c.simulated.Client()
		o.Endpoint = "http://sandbox.invalid"
		o.Credentials = credentials.NewStaticCredentialsProvider("AKIASANDBOXEXAMPLE00", "sandbox", "")
		o.Settle = -1 // what is written there is seen at once
	}
	if c.Connect != nil {
		c.Connect(&o)
	}
	return o, nil
}

// open connects to the account.
func (c *command) open(ctx context.Context, declared string) (*session, error) {
	o, err := c.reach(declared)
	if err != nil {
		return nil, err
	}
	account, err := live.Open(ctx, o)
	if err != nil {
		return nil, err
	}
	return &session{Account: account}, nil
}

// noted adds to the notices of a reading what the looks that followed could not see.
func (s *session) noted(notices []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(slices.Concat(notices, s.Unseen()))))
}

// Read makes a session the account of an applier.
func (s *session) Read(ctx context.Context, kinds []resource.Kind, look []resource.Address) (resource.State, error) {
	reading, err := s.Account.Read(ctx, live.Ask{Kinds: kinds})
	if err != nil {
		return nil, err
	}
	return s.Look(ctx, reading.State, look)
}

var _ applier.Account = (*session)(nil)

// withSession opens the account that the files are for.
func (c *command) withSession(ctx context.Context, work func(context.Context, *session, string) error) error {
	declared, err := c.declared()
	if err != nil {
		return err
	}
	s, err := c.open(ctx, declared)
	if err != nil {
		return err
	}
	return work(ctx, s, declared)
}

// withAccount works on the account that something was written for, and refuses credentials for another one.
func (c *command) withAccount(ctx context.Context, account, what string, work func(*session, live.Identity) error) error {
	s, err := c.open(ctx, account)
	if err != nil {
		return err
	}
	who, err := s.Identify(ctx)
	switch {
	case err != nil:
		return err
	case who.Account != account:
		return refusal("%s is for account %s, and these credentials are for %s (%s)", what, account, who.Account, who.ARN)
	}
	c.caller = who.ARN
	return work(s, who)
}

// waiting returns what tells, once, of a credential report that takes AWS longer than a reader expects to sit before an empty
// screen: some eight seconds.
func (c *command) waiting() func(operation string) {
	const patience = 5
	var asked atomic.Int32
	return func(operation string) {
		if operation == "iam:GenerateCredentialReport" && asked.Add(1) == patience {
			fmt.Fprintln(c.Err, "note: waiting for AWS to make a credential report, which can take minutes")
		}
	}
}
