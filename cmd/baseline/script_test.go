package main

import (
	"context"
	"errors"
	"flag"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"baseline/sandbox"
)

// TestMain makes two commands of the test binary: baseline itself, as a process of its own, and console, with which scripts
// do by hand to a sandbox what people do to an account.
func TestMain(m *testing.M) {
	testscript.Main(fewerCases{m}, map[string]func(){
		"baseline": func() { os.Exit(testMain()) },
		"console":  func() { os.Exit(console(os.Args[1:])) },
	})
}

// fewerCases tries half of rapid's usual number of cases unless told otherwise: each is an account that is filled, changed and
// brought back. CI tries many more.
type fewerCases struct{ *testing.M }

func (m fewerCases) Run() int {
	flag.Parse()
	told := false
	flag.Visit(func(f *flag.Flag) { told = told || f.Name == "rapid.checks" })
	if !told {
		if err := flag.Set("rapid.checks", "50"); err != nil {
			panic(err)
		}
	}
	return m.M.Run()
}

// testMain is realMain at the time that the script sets.
func testMain() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	w := &world{In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Clock: systemClock{}, Getenv: os.Getenv, InTTY: os.Getenv("TEST_TTY") != ""}
	if os.Getenv("TEST_NOW") != "" {
		w.Clock = &scriptClock{now: scriptNow()}
	}
	return run(ctx, os.Args[1:], w)
}

// scriptClock stands at the script's time and moves only when somebody waits.
type scriptClock struct {
	now   time.Time
	slept atomic.Int64
}

func (c *scriptClock) Now() time.Time { return c.now.Add(time.Duration(c.slept.Load())) }

func (c *scriptClock) Sleep(ctx context.Context, d time.Duration) error {
	c.slept.Add(int64(d))
	return ctx.Err()
}

func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("..", "..", "testdata", "script"),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       os.Getenv("UPDATE_SCRIPTS") != "",
		Setup: func(env *testscript.Env) error {
			env.Setenv("TEST_NOW", "2026-11-21T14:02:11Z")
			env.Setenv("GORACE", "atexit_sleep_ms=0") // under the race detector, every command would end a second late
			env.Setenv("HOME", env.WorkDir)
			at, err := filepath.Abs(top)
			env.Setenv("TOP", at)
			env.Setenv("AWS_EC2_METADATA_DISABLED", "true")
			return err
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"serve":        serveScript,
			"kill-at":      func(ts *testscript.TestScript, _ bool, args []string) { signalAt(ts, os.Kill, args) },
			"interrupt-at": func(ts *testscript.TestScript, _ bool, args []string) { signalAt(ts, os.Interrupt, args) },
			"kill-each":    killEach,
			"exits":        expectExit,
			"count":        count,
			"keep":         keep,
			"inert":        inertScript,
			"gitlab":       gitlabScript,
			"valid":        validScript,
		},
	})
}

// clockOf is the clock of an account that is served: it starts at the script's time and runs, for its faults need that.
func clockOf(ts *testscript.TestScript) func() time.Time {
	at, begun := mustParse(ts.Getenv("TEST_NOW")), time.Now()
	return func() time.Time { return at.Add(time.Since(begun)) }
}

// serveScript starts a sandbox over HTTP for the rest of the script and points AWS clients at it: serve FILE [enforce] [FAULT ...].
func serveScript(ts *testscript.TestScript, _ bool, args []string) {
	o := sandbox.Options{Now: clockOf(ts)}
	for _, fault := range args[1:] {
		if fault == "enforce" {
			o.Enforce = true
			continue
		}
		ts.Check(sandbox.ParseFault(fault, &o.Faults))
	}
	serveSandbox(ts, args[0], o)
}

func serveSandbox(ts *testscript.TestScript, file string, o sandbox.Options) {
	account, err := sandbox.Open(ts.MkAbs(file), o)
	ts.Check(err)
	server := httptest.NewServer(account)
	ts.Defer(func() {
		server.CloseClientConnections()
		server.Close()
		ts.Check(account.Close())
	})
	pointAt(ts, server.URL)
}

// signalAt serves the sandbox in FILE, runs a command against it, and sends it a signal as its Nth call of ACTION is answered:
// kill-at FILE ACTION N command [argument ...]. A killed command never hears that answer; an interrupted one has to end with
// exit code 130.
func signalAt(ts *testscript.TestScript, sig os.Signal, args []string) {
	n, err := strconv.Atoi(args[2])
	ts.Check(err)
	err = signalled(ts, sig, args[0], n, isCall(args[1]), args[3:])
	exit, ok := errors.AsType[*exec.ExitError](err)
	switch {
	case sig == os.Kill && (!ok || exit.Exited()):
		ts.Fatalf("%s was not killed: %v", args[3], err)
	case sig == os.Interrupt && (!ok || exit.ExitCode() != exitInterrupted.code):
		ts.Fatalf("%s was not interrupted: %v", args[3], err)
	}
}

// isCall tells calls of an action, by their request and its body.
func isCall(action string) func(*http.Request, string) bool {
	return func(r *http.Request, body string) bool {
		return strings.Contains(body, "Action="+action+"&") || strings.HasSuffix(r.Header.Get("X-Amz-Target"), "."+action) ||
			strings.HasSuffix(r.URL.Path, "/operation/"+action)
	}
}

// signalled serves the sandbox in a file, runs a command against it, and sends it a signal as the nth call that is meant is answered.
// It returns how the command ended.
func signalled(ts *testscript.TestScript, sig os.Signal, file string, n int, meant func(*http.Request, string) bool, words []string) error {
	account, err := sandbox.Open(ts.MkAbs(file), sandbox.Options{Now: clockOf(ts)})
	ts.Check(err)
	var victim atomic.Pointer[os.Process]
	seen := 0
	turn := make(chan struct{}, 1) // calls are answered one after the other
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		turn <- struct{}{}
		defer func() { <-turn }()
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		r.Body = io.NopCloser(strings.NewReader(string(body)))
		hit := meant(r, string(body))
		if hit {
			seen++
		}
		recorder := httptest.NewRecorder()
		account.ServeHTTP(recorder, r)
		if hit && seen == n {
			_ = victim.Load().Signal(sig)
			if sig == os.Kill {
				panic(http.ErrAbortHandler)
			}
		}
		maps.Copy(w.Header(), recorder.Header())
		w.WriteHeader(recorder.Code)
		_, _ = w.Write(recorder.Body.Bytes())
	}))
	pointAt(ts, server.URL)
	path := filepath.Join(strings.Split(ts.Getenv("PATH"), string(os.PathListSeparator))[0], words[0])
	cmd := exec.Command(path, words[1:]...)
	cmd.Dir = ts.Getenv("WORK")
	cmd.Env = environment(ts)
	cmd.Stdout, cmd.Stderr = ts.Stdout(), ts.Stderr()
	ts.Check(cmd.Start())
	victim.Store(cmd.Process)
	err = cmd.Wait()
	server.CloseClientConnections()
	server.Close()
	ts.Check(account.Close())
	ts.Setenv("AWS_ENDPOINT_URL", "")
	return err
}

// pointAt points AWS clients at a server.
func pointAt(ts *testscript.TestScript, url string) {
	ts.Setenv("AWS_ENDPOINT_URL", url)
	ts.Setenv("AWS_ACCESS_KEY_ID", "AKIASANDBOXEXAMPLE00")
	ts.Setenv("AWS_SECRET_ACCESS_KEY", "sandbox")
	ts.Setenv("AWS_REGION", "us-east-1")
}

func environment(ts *testscript.TestScript) []string {
	var env []string
	for _, name := range []string{"PATH", "HOME", "WORK", "TMPDIR", "TEST_NOW", "GORACE", "AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION", "GOCOVERDIR"} {
		if value := ts.Getenv(name); value != "" {
			env = append(env, name+"="+value)
		}
	}
	return env
}

// expectExit runs a command and checks its exit code: exits CODE command [argument ...].
func expectExit(ts *testscript.TestScript, neg bool, args []string) {
	if neg {
		ts.Fatalf("! exits means nothing: name the other code")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("%s ends with exit code %d, not %d", strings.Join(args[1:], " "), got, want)
	}
}

// count checks how many lines of a file contain a text: count N TEXT FILE.
func count(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	lines := strings.Split(ts.ReadFile(args[2]), "\n")
	lines = slices.DeleteFunc(lines, func(l string) bool { return !strings.Contains(l, args[1]) })
	if len(lines) != want {
		ts.Fatalf("%d lines of %s hold %q, not %d:\n%s", len(lines), args[2], args[1], want, strings.Join(lines, "\n"))
	}
}

// keep sets a variable to what a pattern's group matches in the last command's stdout: keep VARIABLE PATTERN.
func keep(ts *testscript.TestScript, _ bool, args []string) {
	match := regexp.MustCompile(args[1]).FindStringSubmatch(ts.ReadFile("stdout"))
	if len(match) != 2 {
		ts.Fatalf("stdout holds nothing like %s", args[1])
	}
	ts.Setenv(args[0], match[1])
}
