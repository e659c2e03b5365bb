package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
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
	testscript.Main(m, map[string]func(){
		"baseline": func() { os.Exit(testMain()) },
		"console":  func() { os.Exit(console(os.Args[1:])) },
	})
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
		Setup: func(env *testscript.Env) error {
			env.Setenv("TEST_NOW", "2026-11-21T14:02:11Z")
			env.Setenv("GORACE", "atexit_sleep_ms=0") // under the race detector, every command would end a second late
			env.Setenv("HOME", env.WorkDir)
			env.Setenv("AWS_EC2_METADATA_DISABLED", "true")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"serve":        serveScript,
			"kill-at":      func(ts *testscript.TestScript, _ bool, args []string) { signalAt(ts, os.Kill, args) },
			"interrupt-at": func(ts *testscript.TestScript, _ bool, args []string) { signalAt(ts, os.Interrupt, args) },
			"exits":        expectExit,
			"count":        count,
			"keep":         keep,
			"inert":        inertScript,
		},
	})
}

// console does by hand to the sandbox in a file, at the script's time, what people do to an account:
//
//	console FILE ACTION [Name=value ...]   makes one call; a value @file is that file's text
//	console FILE sign-in USER              signs in with the user's password
//	console FILE use USER [N]              makes a call with the user's first (Nth) access key by id
//	console FILE use KEY                   makes a call with this access key
//	console FILE assume ROLE               makes a call with a session of the role
//	console FILE seed DETAILS [REPORT]     fills the account from what AWS printed of another: details, credential report
//	console FILE confirm ADDRESS           confirms the subscriptions of an address, as its owner does by the link in the mail
//	console FILE root MFA KEYS             gives root a device (none, virtual or hardware) and so many access keys
//	console FILE root centralized          takes all credentials from root, as central management of root access does
func console(args []string) int {
	account, err := sandbox.Open(args[0], sandbox.Options{Now: scriptNow})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer account.Close()
	if err := act(account, args[1], args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func act(account *sandbox.Account, action string, args []string) error {
	switch action {
	case "sign-in":
		return account.SignIn(args[0])
	case "confirm":
		return account.ConfirmSubscriptions(args[0])
	case "use":
		key, err := keyOf(account, args)
		if err != nil {
			return err
		}
		return use(account, key)
	case "assume":
		_, body, err := call(account.Client(), "http://sandbox.invalid/", "AssumeRole", []string{
			"Version=2011-06-15", "RoleArn=arn:aws:iam::" + account.ID() + ":role/" + args[0], "RoleSessionName=console",
		})
		if err != nil {
			return err
		}
		key := keyIDs.FindStringSubmatch(body)
		if key == nil {
			return errors.New(body)
		}
		return use(account, key[1])
	case "seed":
		for i, seed := range []func(io.Reader) error{account.SeedFrom, account.SeedReport} {
			if i == len(args) {
				break
			}
			text, err := os.ReadFile(args[i])
			if err != nil {
				return err
			}
			if err := seed(strings.NewReader(strings.TrimSpace(string(text)))); err != nil {
				return err
			}
		}
		return nil
	case "root":
		if args[0] == "centralized" {
			return account.SetRoot(sandbox.Root{})
		}
		keys, err := strconv.Atoi(args[1])
		if err != nil {
			return err
		}
		return account.SetRoot(sandbox.Root{Password: true, MFA: args[0], AccessKeys: keys})
	}
	status, body, err := call(account.Client(), "http://sandbox.invalid/", action, args)
	if err != nil {
		return err
	}
	fmt.Fprintln(os.Stdout, body)
	if status != http.StatusOK {
		return fmt.Errorf("%s: HTTP %d", action, status)
	}
	return nil
}

// use makes a call with an access key.
func use(account *sandbox.Account, key string) error {
	request, err := http.NewRequest(http.MethodPost, "http://sandbox.invalid/", strings.NewReader("Action=GetCallerIdentity&Version=2011-06-15"))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+key+"/20261121/us-east-1/sts/aws4_request, SignedHeaders=host, Signature=0")
	answer, err := account.Client().Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("a call with %s: %s", key, answer.Status)
	}
	return nil
}

var keyIDs = regexp.MustCompile(`<AccessKeyId>(\w+)</AccessKeyId>`)

// keyOf returns the id of an access key: USER [N], or the id itself.
func keyOf(account *sandbox.Account, args []string) (string, error) {
	if strings.HasPrefix(args[0], "AKIA") {
		return args[0], nil
	}
	_, body, err := call(account.Client(), "http://sandbox.invalid/", "ListAccessKeys", []string{"UserName=" + args[0]})
	if err != nil {
		return "", err
	}
	n := 1
	if len(args) > 1 {
		if n, err = strconv.Atoi(args[1]); err != nil {
			return "", err
		}
	}
	keys := keyIDs.FindAllStringSubmatch(body, -1)
	if n > len(keys) {
		return "", fmt.Errorf("user %s has %d access keys", args[0], len(keys))
	}
	return keys[n-1][1], nil
}

// scriptNow is the time that the script sets, or the computer's.
func scriptNow() time.Time {
	if now := os.Getenv("TEST_NOW"); now != "" {
		return mustParse(now)
	}
	return time.Now()
}

func mustParse(now string) time.Time {
	at, err := time.Parse(time.RFC3339, now)
	if err != nil {
		panic(err)
	}
	return at
}

// clockOf is the clock of an account that is served: it starts at the script's time and runs, for its faults need that.
func clockOf(ts *testscript.TestScript) func() time.Time {
	at, begun := mustParse(ts.Getenv("TEST_NOW")), time.Now()
	return func() time.Time { return at.Add(time.Since(begun)) }
}

func call(client *http.Client, endpoint, action string, params []string) (int, string, error) {
	form := url.Values{"Action": {action}, "Version": {"2010-05-08"}}
	for _, p := range params {
		name, value, _ := strings.Cut(p, "=")
		if file, ok := strings.CutPrefix(value, "@"); ok {
			text, err := os.ReadFile(file)
			if err != nil {
				return 0, "", err
			}
			value = string(text)
		}
		form.Set(name, value)
	}
	answer, err := client.PostForm(endpoint, form)
	if err != nil {
		return 0, "", err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	return answer.StatusCode, string(body), err
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
	file, action := args[0], args[1]
	n, err := strconv.Atoi(args[2])
	ts.Check(err)
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
		hit := strings.Contains(string(body), "Action="+action+"&")
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
	path := filepath.Join(strings.Split(ts.Getenv("PATH"), string(os.PathListSeparator))[0], args[3])
	cmd := exec.Command(path, args[4:]...)
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
	exit, ok := errors.AsType[*exec.ExitError](err)
	switch {
	case sig == os.Kill && (!ok || exit.Exited()):
		ts.Fatalf("%s was not killed: %v", args[3], err)
	case sig == os.Interrupt && (!ok || exit.ExitCode() != exitInterrupted.code):
		ts.Fatalf("%s was not interrupted: %v", args[3], err)
	}
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
