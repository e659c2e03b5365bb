package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// canary is what is in files outside of a baseline's folder. It must not get into anything.
const canary = "canary-in-a-coal-mine"

// hostileFiles are baselines as strangers may write them, by what is hostile in them.
var hostileFiles = map[string]string{
	"markup":             "roles: {r: {trust: [{service: ec2.amazonaws.com}], description: '</code><script>alert(1)</script><img src=x onerror=alert(1)> @org/team | `x` ```'}}",
	"mentions":           "users: {a@b: {tags: {note: '@org/team https://evil.example'}, inline: {x@y: {Version: '2012-10-17', Statement: [{Effect: Deny, Action: 's3:*', Resource: 'arn:aws:s3:::@user#1```</details><b>'}]}}}}",
	"terminal":           `users: {"a\e[2Jb": {}, "x\u202ey": {tags: {"k\a": "v\e]0;x\a"}}}`,
	"terminal in values": `roles: {r: {trust: [{account: "444455556666", external_id: "x\e[2J"}], description: "a\nforged: line\u202e"}}`,
	"a megabyte":         "users: {'" + strings.Repeat("A", 1_000) + "': {}}\nroles: {r: {trust: [{service: ec2.amazonaws.com}], description: '" + strings.Repeat("B", 1<<20) + "'}}",
	"a long document":    "policies: {p: {document: {Version: '2012-10-17', Statement: [{Effect: Allow, Action: '*', Resource: 'arn:aws:s3:::" + strings.Repeat("C", 1<<20) + "'}]}}}",
	"aliases":            "vars:\n  a: &a [x,x,x,x,x,x,x,x,x,x]\n  b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\n  c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\n  d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\n  e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\n  f: [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]",
	"an endless alias":   "users: &a {x: *a}",
	"variables":          "vars: {b: '" + strings.Repeat("x", 1<<20) + "'}\nusers: {u: {tags: {a: '" + strings.Repeat("${b}", 1_000) + "'}}}",
	"depth":              "users: " + strings.Repeat("[", 100_000),
	"numbers":            "password_policy: {min_length: 1e999999999, max_age: 99999999999999999999d, reuse_prevention: " + strings.Repeat("9", 10_000) + "}",
	"documents":          strings.Repeat("---\nversion: 1\n", 1_000),
	"tags":               "users: !!python/object/apply:os.system [id]",
	"NUL":                "users: {a\x00b: }",
	"NUL in a name":      `users: {"a\0b": }`,
	"no UTF-8":           "users: {a\xffb: }",
	"keys":               strings.Repeat("x", 1<<16) + ": 1\n" + strings.Repeat("\"\\u202e<b>@x\": 1\n", 1_000),
	"out of the folder":  "policies: {p: {file: ../outside.json}}",
	"from the root":      "policies: {p: {file: /etc/passwd}}",
	"by a link":          "policies: {p: {file: link.json}}",
	"a pipe":             "policies: {p: {file: pipe.json}}",
	"a device":           "policies: {p: {file: device.json}}",
}

// Whatever is written in a baseline, every command that reads it fails or writes inert text, in every form, and not much of it.
func TestHostileFilesDoNothingInAnyOutput(t *testing.T) {
	t.Parallel()
	for name, text := range hostileFiles {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := &hostile{T: t, dir: t.TempDir()}
			h.write("outside.json", `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "`+canary+`", "Resource": "*"}]}`)
			h.write("in/baseline.yaml", "version: 1\nname: team\n"+text+"\n")
			for link, to := range map[string]string{"link.json": filepath.Join(h.dir, "outside.json"), "device.json": "/dev/zero"} {
				if err := os.Symlink(to, filepath.Join(h.dir, "in", link)); err != nil {
					t.Fatal(err)
				}
			}
			if err := exec.Command("mkfifo", filepath.Join(h.dir, "in", "pipe.json")).Run(); err != nil && name == "a pipe" {
				t.Skip(err)
			}
			h.everything()
		})
	}
}

// A file of variables is as hostile as any, and so is a file that is a link to something else.
func TestHostileVariablesAndLinksDoNothing(t *testing.T) {
	t.Parallel()
	for name, vars := range map[string]string{
		"aliases": "a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b]", "depth": strings.Repeat("{a: ", 20_000),
		"length": "x: '" + strings.Repeat("y", 1<<20) + "'", "terminal": `x: "\e[2J\u202e"`, "markup": "x: '<script>@team```'",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := &hostile{T: t, dir: t.TempDir()}
			h.write("in/baseline.yaml", "version: 1\nname: team\nvars: {x: y}\nroles: {r: {trust: [{service: ec2.amazonaws.com}], description: '${x}'}}\n")
			h.write("vars.yaml", vars)
			h.flags = []string{"--vars", filepath.Join(h.dir, "vars.yaml")}
			h.everything()
		})
	}
	for name, to := range map[string]string{"a device": "/dev/zero", "a secret": "secret"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := &hostile{T: t, dir: t.TempDir()}
			h.write("in/secret", "token = "+canary+"\n")
			if err := os.Symlink(to, filepath.Join(h.dir, "in", "baseline.yaml")); err != nil {
				t.Fatal(err)
			}
			h.everything()
		})
	}
}

// hostile runs the program on in/baseline.yaml in a folder of its own.
type hostile struct {
	*testing.T
	dir   string
	flags []string
}

func (h *hostile) write(name, text string) {
	h.Helper()
	path := filepath.Join(h.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		h.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		h.Fatal(err)
	}
}

// everything runs all commands that read the file, or what was made of it.
func (h *hostile) everything() {
	h.Helper()
	at := func(name string) string { return filepath.Join(h.dir, "in", name) }
	file := append([]string{"-f", at("baseline.yaml")}, h.flags...)
	forms := []string{"-o", "markdown=x.md", "-o", "json=x.json", "-o", "html=x.html", "-o", "text=x.txt"}
	simulated := []string{"--sandbox", filepath.Join(h.dir, "acct.db"), "--runs", filepath.Join(h.dir, "runs")}
	h.run(slices.Concat([]string{"validate"}, file)...)
	h.run(slices.Concat([]string{"plan", "--out", "x.plan", "--events", "x.jsonl", "-o", "sarif=x.sarif"}, file, simulated, forms)...)
	h.run(slices.Concat([]string{"check", "-o", "sarif=x.sarif", "-o", "csv=x.csv"}, file, simulated, forms)...)
	h.run(slices.Concat([]string{"snapshot", "-o", "x.snapshot"}, file, simulated)...)
	h.run(slices.Concat([]string{"permissions", "--for", "apply"}, file)...)
	if exit := h.run(slices.Concat([]string{"apply", "--auto-approve", "--events", "x.jsonl"}, file, simulated, forms)...); exit != 0 {
		return
	}
	h.run(slices.Concat([]string{"runs"}, simulated)...)
	h.run(slices.Concat([]string{"runs", "-o", "json"}, simulated)...)
	h.run(slices.Concat([]string{"runs", "show"}, simulated, forms)...)
	h.run(slices.Concat([]string{"snapshot", "-o", "x.snapshot", "--look", "all"}, file, simulated)...)
	h.run(slices.Concat([]string{"rollback", "--auto-approve", "--events", "x.jsonl"}, simulated, forms)...)
}

// run runs the program, and looks at all that it writes.
func (h *hostile) run(args ...string) int {
	h.Helper()
	out, err := os.MkdirTemp(h.dir, "out")
	if err != nil {
		h.Fatal(err)
	}
	for i, arg := range args { // x.md and its like are in a folder of this command
		form, file, _ := strings.Cut(arg, "=")
		switch {
		case strings.HasPrefix(arg, "x."):
			args[i] = filepath.Join(out, arg)
		case strings.HasPrefix(file, "x."):
			args[i] = form + "=" + filepath.Join(out, file)
		}
	}
	var stdout, stderr bytes.Buffer
	clock := stoppedClock(time.Date(2026, 11, 21, 14, 2, 11, 0, time.UTC))
	exit := run(context.Background(), args, &world{In: strings.NewReader(""), Out: &stdout, Err: &stderr, Clock: clock, Getenv: func(string) string { return "" }})
	if allowed := []int{0, 1, 3, 4, 6}; !slices.Contains(allowed, exit) {
		h.Errorf("%q ends with %d: %.500s", args[0], exit, stderr.String())
	}
	h.look(args[0]+" on stdout", stdout.Bytes())
	h.look(args[0]+" on stderr", stderr.Bytes())
	written, err := os.ReadDir(out)
	if err != nil {
		h.Fatal(err)
	}
	for _, entry := range written {
		data, err := os.ReadFile(filepath.Join(out, entry.Name()))
		if err != nil {
			h.Fatal(err)
		}
		h.look(fmt.Sprintf("%s of %s", args[0], entry.Name()), data)
	}
	return exit
}

// look checks that a text is inert, not long, and without what is none of the baseline's.
func (h *hostile) look(what string, data []byte) {
	h.Helper()
	if acts := actingIn(what, string(data)); acts != "" {
		h.Errorf("%s: %.200s", what, acts)
	}
	if len(data) > 8<<20 {
		h.Errorf("%s is %d bytes long", what, len(data))
	}
	if bytes.Contains(data, []byte(canary)) {
		h.Errorf("%s tells what is in another file", what)
	}
}
