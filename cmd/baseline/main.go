// Command baseline keeps an AWS account at a declared baseline. See README.md at the top of the repository.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/term"

	"baseline/live"
	"baseline/resource"
)

func main() { os.Exit(realMain()) }

// realMain connects the command to the process: its arguments, streams, clock and signals.
func realMain() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	signal.Ignore(syscall.SIGPIPE) // a reader that leaves, as head does, must not end an apply in the middle
	go func() {
		<-ctx.Done()
		stop() // a second signal ends the process at once
	}()
	return run(ctx, os.Args[1:], &world{
		In: os.Stdin, Out: os.Stdout, Err: os.Stderr,
		InTTY:  term.IsTerminal(int(os.Stdin.Fd())),
		OutTTY: term.IsTerminal(int(os.Stdout.Fd())),
		Clock:  systemClock{},
		Getenv: os.Getenv,
	})
}

// world is everything of the process that the command may touch.
type world struct {
	In            io.Reader
	Out, Err      io.Writer
	InTTY, OutTTY bool
	Clock         resource.Clock
	Getenv        func(string) string
	// Connect changes how an account is reached, in tests; nil leaves it to AWS's configuration.
	Connect func(*live.Options)
}

// systemClock is the clock of the machine.
type systemClock struct{}

func (systemClock) Now() time.Time { return time.Now() }

func (systemClock) Sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
