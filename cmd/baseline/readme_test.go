package main

import (
	"bytes"
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
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
	code := regexp.MustCompile("`((?:ci|cmd|docs|testdata|applier|baselines|kinds|live|permissions|planner|policy|requirements|resource|sandbox|spec|trail)/[a-z0-9_/.-]*|promise-[a-z0-9-]+\\.txtar)`")
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

// permissionsTable is the table of docs/permissions.md: what each kind states.
func permissionsTable() string {
	var b strings.Builder
	b.WriteString("| kind | to list all | to look at one | to create | to update | to delete |\n|--|--|--|--|--|--|\n")
	for _, kind := range kinds.All() {
		p := kind.Permissions
		fmt.Fprintf(&b, "| `%s` |", kind.Kind)
		for _, permits := range [][]kinds.Permit{p.List, p.Look, p.Create, p.Update, p.Delete} {
			var names []string
			for _, permit := range permits {
				if name := "`" + permit.Action + "`"; !slices.Contains(names, name) { // it may be on several things
					names = append(names, name)
				}
			}
			if len(names) > 0 {
				b.WriteString(" " + strings.Join(names, ", "))
			}
			b.WriteString(" |")
		}
		b.WriteString("\n")
	}
	return b.String()
}

// docs/permissions.md has the table of what each kind takes, shows what the program prints for the files in it, and names no
// permission that nothing takes.
func TestDocumentedPermissions(t *testing.T) {
	text := documents(t)["docs/permissions.md"]
	if table := permissionsTable(); !strings.Contains(text, table) {
		t.Errorf("docs/permissions.md lacks this table:\n%s", table)
	}
	baseline := func(words ...string) string {
		t.Helper()
		var out, errs bytes.Buffer
		w := &world{In: strings.NewReader(""), Out: &out, Err: &errs, Clock: stoppedClock(time.Unix(0, 0)), Getenv: func(string) string { return "" }}
		if code := run(t.Context(), words, w); code != 0 {
			t.Fatalf("%s: exit %d\n%s", words, code, &errs)
		}
		return out.String()
	}
	named := map[string]bool{"iam:GetRole": true, "sts:GetCallerIdentity": true, "cloudtrail:LookupEvents": true}
	action := regexp.MustCompile(`\b(iam|sts|tag|cloudtrail|cloudwatch|kms|logs|organizations|s3|sns):[A-Z][A-Za-z]+\b`)
	name := func(in string) {
		for _, known := range action.FindAllString(in, -1) {
			named[known] = true
		}
	}
	name(permissionsTable())
	for _, evidence := range kinds.EvidencePermissions(resource.Needs{Report: true, RootMFA: true, ServerCertificates: true}) {
		named[evidence.Action] = true
	}
	shown := 0
	for _, part := range strings.Split(text, "```yaml\n")[1:] { // each begins with the file that it is about
		dir := t.TempDir()
		file, plan := filepath.Join(dir, "baseline.yaml"), filepath.Join(dir, "plan.json")
		declared, rest, _ := strings.Cut(part, "```\n")
		if err := os.WriteFile(file, []byte(declared), 0o600); err != nil {
			t.Fatal(err)
		}
		baseline("plan", "-f", file, "--sandbox", filepath.Join(dir, "account.db"), "--out", plan)
		name(baseline("permissions", "--for", "apply", "-f", file, "--runs", "s3://acme-runs/prod"))
		for _, block := range blocks(rest, "console") {
			shown++
			line, printed, _ := strings.Cut(block, "\n")
			words := strings.Fields(strings.TrimPrefix(line, "$ baseline "))
			for i, word := range words {
				if word == "plan.json" {
					words[i] = plan
				}
			}
			if diff := cmp.Diff(baseline(append(words, "-f", file)...), printed); diff != "" {
				t.Errorf("%s (-printed +documented):\n%s", line, diff)
			}
		}
	}
	if shown < 5 {
		t.Errorf("only %d policies are shown", shown)
	}
	// S3 makes these as the caller, where a bucket of runs has a key that is not AWS's own; so no policy of ours can name the key.
	named["kms:GenerateDataKey"], named["kms:Decrypt"] = true, true
	for _, other := range action.FindAllString(text, -1) {
		if !named[other] {
			t.Errorf("docs/permissions.md names %s, which nothing takes", other)
		}
	}
}
