package main

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"baseline/sandbox"
)

// killEach kills a command at each of its writes to S3 in turn, as it is answered, and each time has another directory finish the run or take it back with nothing but the bucket; where there is no run to go on with, the command has
// to do all of it: kill-each FILE resume|rollback RUNS command [argument ...]. FILE is copied for each time.
func killEach(ts *testscript.TestScript, _ bool, args []string) {
	file, end, runs, words := args[0], args[1], args[2], append(args[3:], "--runs", args[2])
	users := func(file string) string { return listing(ts, file, "ListUsers") + listing(ts, file, "ListGroups") }
	before := users(file)
	resumed := 0
	for n := 1; ; n++ {
		each := fmt.Sprintf("%s-%s-%d.db", file, end, n)
		data, err := os.ReadFile(ts.MkAbs(file))
		ts.Check(err)
		ts.Check(os.WriteFile(ts.MkAbs(each), data, 0o600))
		err = signalled(ts, os.Kill, each, n, func(r *http.Request, _ string) bool { return r.Method == http.MethodPut }, words)
		if err == nil { // there is no such write
			if after := users(each); after == before || resumed < 3 {
				ts.Fatalf("%s did nothing, or was killed %d times only", words[0], resumed)
			}
			return
		}
		if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.Exited() {
			ts.Fatalf("write %d: %s was not killed: %v", n, words[0], err)
		}
		now := ts.Getenv("TEST_NOW")
		ts.Setenv("TEST_NOW", mustParse(now).Add(3*time.Minute).Format(time.RFC3339))
		goOn := []string{"apply", "--resume", "last"}
		if end == "rollback" {
			goOn = []string{"rollback", "last", "--auto-approve"}
		}
		elsewhere := ts.MkAbs(each + ".dir")
		ts.Check(os.Mkdir(elsewhere, 0o700))
		exec := func(words ...string) (string, error) {
			cmd := exec.Command(filepath.Join(strings.Split(ts.Getenv("PATH"), string(os.PathListSeparator))[0], "baseline"), append(words, "--sandbox", ts.MkAbs(each), "--runs", runs)...)
			cmd.Dir, cmd.Env = elsewhere, environment(ts)
			said, err := cmd.CombinedOutput()
			return string(said), err
		}
		said, err := exec(goOn...)
		wanted := before
		switch {
		case strings.Contains(said, "no such run"): // killed before there was a run: nothing was done, and nothing is in the way
			if now := users(each); now != before {
				ts.Fatalf("write %d: changed without a record:\n%s", n, now)
			}
			said, err = exec(append([]string{"apply", "--auto-approve"}, "-f", ts.MkAbs("baseline.yaml"))...)
			wanted = ""
		case strings.Contains(said, "there is nothing to resume"): // killed as it gave the lock back
			err, wanted = nil, ""
		case end == "resume":
			resumed, wanted = resumed+1, ""
		default:
			resumed++
		}
		if err != nil {
			ts.Fatalf("write %d: %v\n%s", n, err, said)
		}
		if wanted == "" {
			said, err = exec("plan", "--detailed-exitcode", "-f", ts.MkAbs("baseline.yaml"))
		} else if now := users(each); now != wanted {
			ts.Fatalf("write %d: after the rollback there is\n%s\nand not\n%s", n, now, wanted)
		} else { // and nothing is in the way of the next one
			said, err = exec("apply", "--auto-approve", "-f", ts.MkAbs("baseline.yaml"))
		}
		if err != nil {
			ts.Fatalf("write %d: %v\n%s", n, err, said)
		}
		ts.Setenv("TEST_NOW", now)
	}
}

// listing is the answer of a list, without what changes from call to call.
func listing(ts *testscript.TestScript, file, action string) string {
	account, err := sandbox.Open(ts.MkAbs(file), sandbox.Options{Now: func() time.Time { return mustParse(ts.Getenv("TEST_NOW")) }})
	ts.Check(err)
	defer account.Close()
	_, body, err := call(account.Client(), "http://sandbox.invalid/", action, []string{"Version=2010-05-08"})
	ts.Check(err)
	text, _, _ := strings.Cut(body, "<ResponseMetadata>")
	return text
}
