// Package action_test runs the steps of action.yml, as they stand there, against simulated accounts and a stand-in for GitHub.
package action_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"baseline/sandbox"
)

// TestScripts runs script/*.txtar. Each has an empty repository in $WORK/repo, which is the workspace, and its own GitHub:
//
//	event NAME [KEY=VALUE ...]           begins a run of a workflow; see begin
//	action COMMAND [INPUT=VALUE ...]     runs the action in that run; its log is stdout. ! for one that fails
//	github WHAT [ARGUMENT ...]           looks at GitHub, or changes it; see atGitHub
//	account WHAT [ARGUMENT ...]          serves a simulated account, or changes it; see atAccount
func TestScripts(t *testing.T) {
	binary := build(t)
	testscript.Run(t, testscript.Params{
		Dir:                 "script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			s := &scene{github: newGitHub(), artifacts: filepath.Join(env.WorkDir, "artifacts")}
			server := httptest.NewServer(s.github)
			env.Defer(server.Close)
			env.Values["scene"] = s
			absolute, err := filepath.Abs(top)
			if err != nil {
				return err
			}
			for name, value := range map[string]string{
				"HOME": env.WorkDir, "ACTION": absolute, "BINARY": binary,
				"PATH":           filepath.Dir(binary) + string(os.PathListSeparator) + os.Getenv("PATH"),
				"GITHUB_API_URL": server.URL, "GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": repository,
				"GITHUB_ACTION_PATH": absolute, "GITHUB_ACTIONS": "true",
				"GITHUB_STEP_SUMMARY": filepath.Join(env.WorkDir, "summary.md"),
				"GITHUB_EVENT_PATH":   filepath.Join(env.WorkDir, "event.json"),
				"RUNNER_TEMP":         filepath.Join(env.WorkDir, "temp"),
				"GOCACHE":             goEnv(t, "GOCACHE"), "GOMODCACHE": goEnv(t, "GOMODCACHE"), "GOFLAGS": "-mod=readonly",
				"GIT_CONFIG_GLOBAL": os.DevNull, "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.com",
				"GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.com",
			} {
				env.Setenv(name, value)
			}
			return os.MkdirAll(filepath.Join(env.WorkDir, "repo"), 0o700)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"event": begin, "action": act, "github": atGitHub, "account": atAccount,
		},
	})
}

// build builds the command as the action does.
func build(t *testing.T) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "baseline")
	cmd := exec.Command(filepath.Join(top, "ci", "build.sh"))
	cmd.Env = append(os.Environ(), "BASELINE="+binary)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return binary
}

func goEnv(t *testing.T, name string) string {
	t.Helper()
	out, err := exec.Command("go", "env", name).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

// scene is the world of one script.
type scene struct {
	github    *github
	artifacts string
	run       *workflowRun
	token     string
	account   *sandbox.Account
}

func sceneOf(ts *testscript.TestScript) *scene { return ts.Value("scene").(*scene) }

// begin begins a run of a workflow: event NAME [KEY=VALUE ...]. NAME is that of GitHub's event. The keys are workflow, the file;
// sha, the commit that the run is of (of a pull request, its head); branch; number, of the pull request; fork=true.
func begin(ts *testscript.TestScript, _ bool, args []string) {
	s := sceneOf(ts)
	given := map[string]string{"workflow": "baseline.yml", "sha": "abc123", "branch": "main", "number": "7"}
	for _, arg := range args[1:] {
		key, value, _ := strings.Cut(arg, "=")
		given[key] = value
	}
	s.token = "token-that-writes"
	from := repository
	if given["fork"] == "true" {
		s.token, from = "token-that-reads", "stranger/aws-baseline"
	}
	event := map[string]any{"repository": map[string]any{"default_branch": "main", "full_name": repository}}
	sha := given["sha"]
	if args[0] == "pull_request" {
		number, err := strconv.Atoi(given["number"])
		ts.Check(err)
		event["pull_request"] = map[string]any{"number": number, "head": map[string]any{"sha": sha}}
		sha = "0feed" + sha // the merge that GitHub tries
	}
	data, err := json.Marshal(event)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.Getenv("GITHUB_EVENT_PATH"), data, 0o600))
	ts.Check(os.RemoveAll(ts.Getenv("RUNNER_TEMP")))
	ts.Check(os.MkdirAll(ts.Getenv("RUNNER_TEMP"), 0o700))
	s.github.mu.Lock()
	defer s.github.mu.Unlock()
	s.run = &workflowRun{
		ID: s.github.id(), CreatedAt: fmt.Sprintf("2026-11-21T14:02:%02dZ", len(s.github.runs)), Event: args[0], HeadSHA: given["sha"],
		HeadBranch: given["branch"], HeadRepository: map[string]string{"full_name": from},
		workflow: given["workflow"], artifacts: map[string]bool{},
	}
	s.github.runs = append(s.github.runs, s.run)
	ts.Setenv("GITHUB_SHA", sha)
	ts.Setenv("GITHUB_REF_NAME", given["branch"])
	ts.Setenv("GITHUB_EVENT_NAME", args[0])
	ts.Setenv("GITHUB_RUN_ID", strconv.Itoa(s.run.ID))
}

// act runs the action in the run that began last.
func act(ts *testscript.TestScript, neg bool, args []string) {
	s := sceneOf(ts)
	d, err := readDefinition()
	ts.Check(err)
	r := &runner{
		definition: d, inputs: map[string]string{"command": args[0], "binary": ts.Getenv("BINARY")},
		github: map[string]string{"github.token": s.token, "github.action_path": ts.Getenv("ACTION")},
		dir:    ts.MkAbs("repo"), artifacts: s.artifacts, run: ts.Getenv("GITHUB_RUN_ID"), out: ts.Stdout(),
		kept: func(artifact string) {
			s.github.mu.Lock()
			defer s.github.mu.Unlock()
			s.run.artifacts[artifact] = false
		},
	}
	for _, arg := range args[1:] {
		name, value, _ := strings.Cut(arg, "=")
		r.inputs[name] = strings.ReplaceAll(value, `\n`, "\n")
	}
	for _, name := range []string{
		"PATH", "HOME", "GITHUB_API_URL", "GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_ACTION_PATH", "GITHUB_ACTIONS",
		"GITHUB_STEP_SUMMARY", "GITHUB_EVENT_PATH", "GITHUB_SHA", "GITHUB_REF_NAME", "GITHUB_EVENT_NAME", "GITHUB_RUN_ID",
		"RUNNER_TEMP", "GOCACHE", "GOMODCACHE", "GOFLAGS", "SECRET",
		"AWS_ENDPOINT_URL", "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
	} {
		r.env = append(r.env, name+"="+ts.Getenv(name))
	}
	outputs, err := r.runAll()
	ts.Check(err)
	for _, name := range []string{"exit-code", "directory", "sarif"} {
		fmt.Fprintf(ts.Stdout(), "output %s=%s\n", name, outputs[name])
	}
	s.github.mu.Lock()
	s.run.Conclusion = map[bool]string{true: "failure", false: "success"}[r.failed]
	s.github.mu.Unlock()
	if r.failed != neg {
		ts.Fatalf("the action failed: %v", r.failed)
	}
}

// atGitHub looks at GitHub, or changes it:
//
//	github comments NUMBER               prints the comments on a pull request
//	github comment NUMBER LOGIN FILE     has somebody comment on it; with a number at the end, as often
//	github issues                        prints the issues
//	github issue LOGIN FILE              has somebody open one; with pull at the end, a pull request
//	github deny PART STATUS              answers each call with PART in its method and path with STATUS; 0 for none
//	github merge NUMBER SHA HEAD [BASE]  merges a pull request into BASE, or main: SHA is the merge, HEAD its last commit
//	github lists NUMBER SHA HEAD         lists a commit as part of a pull request that is not merged
//	github expire ARTIFACT               lets time pass until an artifact is gone
//	github calls                         prints the calls since it was last asked
func atGitHub(ts *testscript.TestScript, _ bool, args []string) {
	g := sceneOf(ts).github
	g.mu.Lock()
	defer g.mu.Unlock()
	number := func(text string) int {
		n, err := strconv.Atoi(text)
		ts.Check(err)
		return n
	}
	switch args[0] {
	case "comments":
		for _, c := range g.comments[number(args[1])] {
			fmt.Fprintf(ts.Stdout(), "=== comment %d by %s\n%s\n", c.ID, c.User.Login, c.Body)
		}
		fmt.Fprintf(ts.Stdout(), "%d comments\n", len(g.comments[number(args[1])]))
	case "comment":
		times := 1
		if len(args) > 4 {
			times = number(args[4])
		}
		for range times {
			n := number(args[1])
			g.comments[n] = append(g.comments[n], &comment{ID: g.id(), User: login{args[2]}, Body: ts.ReadFile(args[3])})
		}
	case "issues":
		for _, i := range g.issues {
			fmt.Fprintf(ts.Stdout(), "=== %s issue %d by %s: %s\n%s\n", i.State, i.Number, i.User.Login, i.Title, i.Body)
		}
		fmt.Fprintf(ts.Stdout(), "%d issues\n", len(g.issues))
	case "issue":
		added := &issue{Number: g.id(), User: login{args[1]}, Title: "somebody's", Body: ts.ReadFile(args[2]), State: "open"}
		if slices.Contains(args, "pull") {
			added.PullRequest = &struct{}{}
		}
		g.issues = append(g.issues, added)
	case "deny":
		g.denied[args[1]] = number(args[2])
		if g.denied[args[1]] == 0 {
			delete(g.denied, args[1])
		}
	case "merge", "lists":
		listed := pull{
			Number: number(args[1]), MergeCommitSHA: args[2],
			Head: map[string]string{"sha": args[3]}, Base: map[string]string{"ref": append(args, "main")[4]},
		}
		if args[0] == "merge" {
			listed.MergedAt = new("2026-11-21T14:02:11Z")
		}
		g.pulls[args[2]] = append(g.pulls[args[2]], listed)
	case "expire":
		for _, run := range g.runs {
			if _, ok := run.artifacts[args[1]]; ok {
				run.artifacts[args[1]] = true
			}
		}
	case "calls":
		fmt.Fprintln(ts.Stdout(), strings.Join(g.calls, "\n"))
		g.calls = nil
	default:
		ts.Check(errors.New("github knows no " + args[0]))
	}
}
