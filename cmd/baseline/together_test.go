package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"baseline/live"
	"baseline/resource"
	"baseline/sandbox"
)

// workplace is an account at which several processes are at work, with a place for their runs.
type workplace struct {
	account *sandbox.Account
	args    []string
}

// eachWorkplace runs a test with runs in a directory, and with runs in a bucket of the account.
func eachWorkplace(t *testing.T, test func(t *testing.T, w *workplace)) {
	for _, place := range []string{"directory", "bucket"} {
		t.Run(place, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			file := filepath.Join(dir, "baseline.yaml")
			if err := os.WriteFile(file, []byte("version: 1\nname: team\nusers: {a: {}, b: {}, c: {}}\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			w := &workplace{account: sandbox.New(sandbox.Options{Now: time.Now})}
			runs := filepath.Join(dir, "runs")
			if place == "bucket" {
				admin := s3.New(s3.Options{
					Region: "us-east-1", HTTPClient: w.account.Client(), BaseEndpoint: aws.String("http://sandbox.invalid"), UsePathStyle: true,
					Credentials: credentials.NewStaticCredentialsProvider("AKIASANDBOXEXAMPLE00", "sandbox", ""),
				})
				if _, err := admin.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: aws.String("acme-runs")}); err != nil {
					t.Fatal(err)
				}
				runs = "s3://acme-runs/prod"
			}
			w.args = []string{"apply", "--auto-approve", "--account", "current", "-f", file, "--runs", runs}
			test(t, w)
		})
	}
}

// apply applies as a process of its own, and returns its exit code and what it said.
func (w *workplace) apply(ctx context.Context, clock resource.Clock, more ...string) (code int, said string) {
	var out bytes.Buffer
	code = run(ctx, append(slices.Clone(w.args), more...), &world{
		In: strings.NewReader(""), Out: &out, Err: &out, Clock: clock, Getenv: func(string) string { return "" },
		Connect: func(o *live.Options) {
			o.HTTPClient, o.Endpoint, o.Settle = w.account.Client(), "http://sandbox.invalid", -1
			o.Credentials = credentials.NewStaticCredentialsProvider("AKIASANDBOXEXAMPLE00", "sandbox", "")
		},
	})
	return code, out.String()
}

// onFirst does work while the first call of an action waits for its answer.
func (w *workplace) onFirst(action string, work func()) {
	var met atomic.Bool // work itself may call the action
	w.account.SetFaults(sandbox.Faults{Hook: func(called string, _ int) sandbox.Fault {
		if called == action && met.CompareAndSwap(false, true) {
			work()
		}
		return sandbox.Fault{}
	}})
}

// created says how many users were made.
func (w *workplace) created() int { return w.account.Calls()["iam:CreateUser"] }

// An apply that begins while another writes is refused, and says who writes.
func TestAnApplyBesideAnotherIsRefused(t *testing.T) {
	t.Parallel()
	eachWorkplace(t, func(t *testing.T, w *workplace) {
		w.onFirst("iam:CreateUser", func() {
			code, said := w.apply(t.Context(), systemClock{})
			if code != exitLocked.code || !strings.Contains(said, " is locked by arn:aws:") ||
				!strings.Contains(said, "next:  wait for its end, as with --lock-timeout 10m") || strings.Contains(said, "Plan:") {
				t.Errorf("exit %d\n%s", code, said)
			}
		})
		if code, said := w.apply(t.Context(), systemClock{}); code != exitDone.code || w.created() != 3 {
			t.Errorf("exit %d, %d users\n%s", code, w.created(), said)
		}
	})
}

// waitingClock is the machine's, but for its waits.
type waitingClock struct {
	systemClock
	onSleep func()
}

func (c waitingClock) Sleep(ctx context.Context, _ time.Duration) error {
	c.onSleep()
	return ctx.Err()
}

// An apply that may wait does so, and plans with what the other has left.
func TestAnApplyWaitsForAnother(t *testing.T) {
	t.Parallel()
	eachWorkplace(t, func(t *testing.T, w *workplace) {
		writing, goOn, ended := make(chan struct{}), make(chan struct{}), make(chan struct{})
		w.onFirst("iam:CreateUser", func() {
			close(writing)
			<-goOn
		})
		go func() {
			defer close(ended)
			if code, said := w.apply(t.Context(), systemClock{}); code != exitDone.code {
				t.Errorf("the first: exit %d\n%s", code, said)
			}
		}()
		<-writing
		var once sync.Once
		clock := waitingClock{onSleep: func() {
			once.Do(func() { close(goOn) })
			<-ended
		}}
		code, said := w.apply(t.Context(), clock, "--lock-timeout", "10m")
		if code != exitDone.code || !strings.Contains(said, "; waiting for at most 10m0s\n") || !strings.Contains(said, "\nNo changes.") || w.created() != 3 {
			t.Errorf("exit %d, %d users\n%s", code, w.created(), said)
		}
	})
}

// Of two that have planned the same at the same time, one writes; the other plans again before it would.
func TestOfTwoAppliesStartedTogetherOneWrites(t *testing.T) {
	t.Parallel()
	eachWorkplace(t, func(t *testing.T, w *workplace) {
		w.onFirst("iam:SimulatePrincipalPolicy", func() { // of the one that has planned
			if code, said := w.apply(t.Context(), systemClock{}); code != exitDone.code {
				t.Errorf("the other: exit %d\n%s", code, said)
			}
		})
		code, said := w.apply(t.Context(), systemClock{})
		again := strings.Index(said, "note: another run was at work on the account in the meantime: planned again")
		if code != exitDone.code || again < strings.Index(said, "Plan: 3 to create") || again > strings.Index(said, "No changes.") || w.created() != 3 {
			t.Errorf("exit %d, %d users\n%s", code, w.created(), said)
		}
	})
}
