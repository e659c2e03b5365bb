package main

import (
	"bytes"
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"baseline/kinds"
	"baseline/resource"
	"baseline/sandbox"
	"baseline/spec"
)

// These tests hold README.md, CONTRIBUTING.md and docs/ to what the program is.

// top is the top of the repository.
var top = filepath.Join("..", "..")

// documents returns the texts of all documents by their paths from the top.
func documents(t *testing.T) map[string]string {
	t.Helper()
	texts := map[string]string{}
	for _, pattern := range []string{"*.md", "docs/*.md"} {
		paths, err := filepath.Glob(filepath.Join(top, filepath.FromSlash(pattern)))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			name, err := filepath.Rel(top, path)
			if err != nil {
				t.Fatal(err)
			}
			texts[filepath.ToSlash(name)] = string(text)
		}
	}
	return texts
}

var fence = regexp.MustCompile("(?ms)^ *```([a-z]*)\n(.*?)^ *```$")

// blocks returns the fenced blocks of a language.
func blocks(text, language string) []string {
	var found []string
	for _, m := range fence.FindAllStringSubmatch(text, -1) {
		if m[1] == language {
			found = append(found, m[2])
		}
	}
	return found
}

func TestDocumentedExitCodes(t *testing.T) {
	var want strings.Builder
	for _, e := range exits {
		fmt.Fprintf(&want, "| %d | %s | %s |\n", e.code, e.name, e.means)
	}
	if !strings.Contains(documents(t)["README.md"], "| code | name | means |\n|--|--|--|\n"+want.String()+"\n") {
		t.Errorf("README.md has another table of exit codes than\n%s", &want)
	}
}

// What is named in a link, or is a path in code, exists.
func TestDocumentedFilesExist(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^):#]+)\)`)
	code := regexp.MustCompile("`((?:cmd|docs|testdata|applier|baselines|kinds|live|planner|policy|requirements|resource|sandbox|spec|trail)/[a-z0-9_/.-]*|promise-[a-z0-9-]+\\.txtar)`")
	for name, text := range documents(t) {
		for _, m := range link.FindAllStringSubmatch(text, -1) {
			if _, err := os.Stat(filepath.Join(top, filepath.Dir(name), m[1])); err != nil {
				t.Errorf("%s links to %s: %v", name, m[1], err)
			}
		}
		for _, m := range code.FindAllStringSubmatch(text, -1) {
			path := m[1]
			if strings.HasPrefix(path, "promise-") {
				path = "testdata/script/" + path
			}
			if _, err := os.Stat(filepath.Join(top, path)); err != nil {
				t.Errorf("%s names %s: %v", name, path, err)
			}
		}
	}
}

// Every command line that begins with baseline names a command that exists, and flags that it has.
func TestDocumentedCommandsExist(t *testing.T) {
	line := regexp.MustCompile("(?m)(?:^ *(?:\\$ )?(?:\\./)?|`)baseline ([^`\n#|>&;]*)")
	seen := 0
	for name, text := range documents(t) {
		for _, m := range line.FindAllStringSubmatch(text, -1) {
			words := strings.Fields(m[1])
			if len(words) == 0 || words[0] == "COMMAND" {
				continue
			}
			seen++
			root := (&command{world: &world{}}).root()
			root.InitDefaultCompletionCmd()
			root.InitDefaultHelpCmd()
			cmd, rest, err := root.Find(words)
			if err != nil || cmd.HasSubCommands() && len(rest) > 0 && rest[0][0] != '-' && rest[0] != "SHELL" {
				t.Errorf("%s: no such command: baseline %s", name, m[1])
				continue
			}
			cmd.InitDefaultHelpFlag()
			cmd.InheritedFlags()
			for _, word := range rest {
				flag, _, _ := strings.Cut(strings.Trim(word, "[]"), "=")
				switch {
				case strings.HasPrefix(flag, "--") && cmd.Flag(flag[2:]) == nil,
					len(flag) == 2 && flag[0] == '-' && cmd.Flags().ShorthandLookup(flag[1:]) == nil:
					t.Errorf("%s: baseline %s has no flag %s", name, cmd.Name(), flag)
				}
			}
		}
	}
	if seen < 20 {
		t.Errorf("only %d commands found", seen)
	}
}

// Every YAML example is valid. One without a head gets one.
func TestDocumentedFilesAreValid(t *testing.T) {
	seen := 0
	for name, text := range documents(t) {
		for _, example := range blocks(text, "yaml") {
			seen++
			if !strings.Contains(example, "version:") {
				example = "version: 1\nname: example\n" + example
			}
			files := fstest.MapFS{
				"baseline.yaml":           {Data: []byte(example)},
				"policies/read-only.json": {Data: []byte(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:Get*","Resource":"*"}]}`)},
			}
			if _, err := spec.Load([]spec.Input{{Name: name, FS: files, Path: "baseline.yaml"}}, spec.Env{}); err != nil {
				t.Errorf("%v\n%s", err, example)
			}
		}
	}
	if seen < 5 {
		t.Errorf("only %d examples found", seen)
	}
}

// What cannot come back of a kind that only its holder or AWS can make again is in the table of docs/runs.md.
func TestDocumentedLosses(t *testing.T) {
	table, seen := documents(t)["docs/runs.md"], 0
	for _, kind := range kinds.Types() {
		if !kind.Final || kind.OneWay == nil {
			continue
		}
		seen++
		for _, loss := range kind.OneWay(resource.Resource{}) {
			if !strings.Contains(table, " | "+loss+" |\n") {
				t.Errorf("docs/runs.md does not say that deleting an object of %s loses %s", kind.Kind, loss)
			}
		}
	}
	if seen < 3 {
		t.Errorf("only %d kinds found", seen)
	}
}

// stoppedClock is a clock that stands still.
type stoppedClock time.Time

func (c stoppedClock) Now() time.Time { return time.Time(c) }

func (stoppedClock) Sleep(ctx context.Context, _ time.Duration) error { return ctx.Err() }

// The plan in README.md is what the program says of the file in README.md after what the text says was done by hand.
func TestReadmePlanIsReal(t *testing.T) {
	readme := documents(t)["README.md"]
	dir := t.TempDir()
	file, db := filepath.Join(dir, "baseline.yaml"), filepath.Join(dir, "account.db")
	if err := os.WriteFile(file, []byte(blocks(readme, "yaml")[0]), 0o600); err != nil {
		t.Fatal(err)
	}
	clock := stoppedClock(time.Date(2026, 11, 21, 14, 2, 11, 0, time.UTC))
	baseline := func(words ...string) string {
		t.Helper()
		var out, errs bytes.Buffer
		w := &world{In: strings.NewReader(""), Out: &out, Err: &errs, Clock: clock, Getenv: func(string) string { return "" }}
		words = append(words, "-f", file, "--sandbox", db, "--runs", filepath.Join(dir, "runs"))
		if code := run(t.Context(), words, w); code != 0 {
			t.Fatalf("%s: exit %d\n%s", words, code, &errs)
		}
		return out.String()
	}
	baseline("apply", "--auto-approve")
	account, err := sandbox.Open(db, sandbox.Options{Now: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	for _, call := range []url.Values{
		{"Action": {"AttachGroupPolicy"}, "GroupName": {"Developers"}, "PolicyArn": {"arn:aws:iam::aws:policy/AdministratorAccess"}},
		{"Action": {"UpdateAssumeRolePolicy"}, "RoleName": {"partner-share"}, "PolicyDocument": {
			`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"444455556666"},"Action":"sts:AssumeRole"}}`,
		}},
		{"Action": {"CreateUser"}, "UserName": {"mallory"}},
	} {
		call.Set("Version", "2010-05-08")
		answer, err := account.Client().PostForm("http://sandbox.invalid/", call)
		if err != nil || answer.StatusCode != 200 {
			t.Fatalf("%s: %v, %v", call, answer, err)
		}
	}
	if err := account.Close(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(blocks(readme, "console")[0], "$ baseline plan\n"+baseline("plan")); diff != "" {
		t.Errorf("the plan in README.md (-README +real):\n%s", diff)
	}
}

// actions are the permissions of calls whose name is not that of the permission, by service as the SDK calls it and operation.
var actions = map[string]string{
	"tagging.GetResources": "tag:GetResources",

	"s3.DeleteBucketLifecycle":           "s3:PutLifecycleConfiguration",
	"s3.DeleteBucketTagging":             "s3:PutBucketTagging",
	"s3.DeleteObject":                    "s3:DeleteObjectVersion", // we name the version
	"s3.GetBucketEncryption":             "s3:GetEncryptionConfiguration",
	"s3.GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
	"s3.GetPublicAccessBlock":            "s3:GetBucketPublicAccessBlock",
	"s3.HeadBucket":                      "s3:ListBucket",
	"s3.ListBuckets":                     "s3:ListAllMyBuckets",
	"s3.ListObjectVersions":              "s3:ListBucketVersions",
	"s3.PutBucketEncryption":             "s3:PutEncryptionConfiguration",
	"s3.PutBucketLifecycleConfiguration": "s3:PutLifecycleConfiguration",
	"s3.PutPublicAccessBlock":            "s3:PutBucketPublicAccessBlock",

	"s3control.DeletePublicAccessBlock": "s3:PutAccountPublicAccessBlock",
	"s3control.GetPublicAccessBlock":    "s3:GetAccountPublicAccessBlock",
	"s3control.PutPublicAccessBlock":    "s3:PutAccountPublicAccessBlock",
}

// docs/permissions.md names every call that the program makes, and no other.
func TestDocumentedPermissions(t *testing.T) {
	text := documents(t)["docs/permissions.md"]
	input := regexp.MustCompile(`\b([a-z0-9]+)\.([A-Z][A-Za-z]+)Input\b`)
	made := map[string]bool{
		// Calls that create something with tags or a boundary take these, too.
		"iam:TagUser": true, "iam:TagRole": true, "iam:TagPolicy": true,
		// This is no call; AWS asks for it where a role is put into an instance profile, or given to a trail.
		"iam:PassRole": true,
	}
	services := map[string]bool{}
	for _, pattern := range []string{"kinds/*.go", "live/*.go"} {
		sources, err := filepath.Glob(filepath.Join(top, filepath.FromSlash(pattern)))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range sources {
			if strings.HasSuffix(path, "_test.go") {
				continue
			}
			source, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range input.FindAllStringSubmatch(string(source), -1) {
				if m[1] == "middleware" {
					continue
				}
				action, other := actions[m[1]+"."+m[2]]
				if !other {
					action = strings.Replace(m[1], "cloudwatchlogs", "logs", 1) + ":" + m[2]
				}
				service, _, _ := strings.Cut(action, ":")
				made[action], services[service] = true, true
			}
		}
	}
	named := map[string]bool{}
	for _, action := range regexp.MustCompile(`\b[a-z0-9]+:[A-Z][A-Za-z]+\b`).FindAllString(text, -1) {
		service, _, _ := strings.Cut(action, ":")
		if !services[service] {
			t.Errorf("docs/permissions.md names %s, and no call goes to such a service", action)
		}
		named[action] = true
	}
	if diff := cmp.Diff(made, named); diff != "" {
		t.Errorf("calls (-made +named in docs/permissions.md):\n%s", diff)
	}
}
