package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/credentials"

	"baseline/live"
	"baseline/sandbox"
)

// beforeAndAfter returns the files of a baseline between which 1,000 objects change: no two of those that stay are alike.
func beforeAndAfter() (before, after string) {
	const each = 250
	var b, a strings.Builder
	section := func(of *strings.Builder, name, line string) {
		of.WriteString(name + ":\n")
		for i := range each {
			of.WriteString(strings.ReplaceAll(line, "N", fmt.Sprintf("%03d", i)))
		}
	}
	for _, file := range []*strings.Builder{&b, &a} {
		file.WriteString("version: 1\nname: acme-prod\n")
	}
	section(&b, "users", "  leaver-N: {}\n")
	section(&b, "roles", "  partner-N: {trust: [{account: \"444455556666\", external_id: old-N}]}\n")
	section(&a, "users", "  leaver-N: {absent: true}\n")
	section(&a, "roles", "  partner-N: {trust: [{account: \"444455556666\", external_id: new-N}]}\n")
	const document = "{Version: \"2012-10-17\", Statement: [{Effect: Allow, Action: \"s3:GetObject\", Resource: \"arn:aws:s3:::data-N/*\"}]}"
	section(&a, "groups", "  team-N: {inline: {own: "+document+"}}\n")
	section(&a, "policies", "  Read-N: {document: "+document+"}\n")
	return b.String(), a.String()
}

// A plan of a thousand changes is one that a person can review, in a comment, on a page and on a terminal; and reading for it
// costs pages and not objects, but for the credentials of those who go.
func TestAPlanOfAThousandChangesCanBeReviewed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	account := sandbox.New(sandbox.Options{Now: time.Now})
	baseline := func(args ...string) string {
		t.Helper()
		var out, errs bytes.Buffer
		code := run(t.Context(), append(args, "--account", "current", "--runs", at("runs"), "--parallelism", "50"), &world{
			In: strings.NewReader(""), Out: &out, Err: &errs, Clock: systemClock{}, Getenv: func(string) string { return "" },
			Connect: func(o *live.Options) {
				o.HTTPClient, o.Endpoint, o.Settle = account.Client(), "http://sandbox.invalid", -1
				o.Credentials = credentials.NewStaticCredentialsProvider("AKIASANDBOXEXAMPLE00", "sandbox", "")
			},
		})
		if code != exitDone.code {
			t.Fatalf("%v: exit %d\n%s", args, code, errs.String())
		}
		return out.String()
	}
	before, after := beforeAndAfter()
	for name, text := range map[string]string{"before.yaml": before, "after.yaml": after} {
		if err := os.WriteFile(at(name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	baseline("apply", "--auto-approve", "-f", at("before.yaml"))

	account.ResetCalls()
	text := baseline("plan", "-f", at("after.yaml"), "-o", "text", "-o", "markdown="+at("plan.md"), "-o", "html="+at("plan.html"), "-o", "json="+at("plan.json"))
	calls := 0
	for _, n := range account.Calls() {
		calls += n
	}
	const most = 9 + 6*250 // what a user who goes holds takes six calls, and nobody else takes one
	if calls > most {
		t.Errorf("it takes %d calls (at most %d): %v", calls, most, account.Calls())
	}

	const summary = "Plan: 500 to create, 250 to change, 250 to delete (250 one-way)."
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if last := lines[len(lines)-1]; last != summary {
		t.Errorf("the last line of the text is %q", last)
	}
	for _, object := range []string{"- user/leaver-", "~ role/partner-", "+ group/team-", "+ policy/Read-"} {
		if n := strings.Count("\n"+text, "\n"+object); n != 250 {
			t.Errorf("the text has %d of %s", n, object)
		}
	}

	read := func(name string) string {
		data, err := os.ReadFile(at(name))
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	comment := read("plan.md")
	if n := utf8.RuneCountInString(comment); n > 65_536 || n < 40_000 {
		t.Errorf("the comment has %d characters", n)
	}
	// In this order, and before anything that may be cut: the verdict, the numbers, what was cut, what is dangerous.
	rest := comment
	for _, want := range []string{
		"Look closely: ", summary, "\n| **All** | **500** | **250** |  | **250** | **250** |  |\n", "\n**Cut to fit into a comment.** Of 1,000 changed objects, ",
		"\n> [!CAUTION]\n", "\n### Changes\n",
	} {
		_, behind, found := strings.Cut(rest, want)
		if !found {
			t.Fatalf("the comment doesn't say %q where it should:\n%.3000s", want, comment)
		}
		rest = behind
	}
	var full, named, counted int
	_, note, _ := strings.Cut(comment, "Of 1,000 changed objects, ")
	if _, err := fmt.Sscanf(note, "%d are shown in full, %d by name only, and %d are only counted", &full, &named, &counted); err != nil && named == 0 {
		t.Errorf("%v in %.200q", err, note)
	}
	if full+named+counted != 1_000 || strings.Count(comment, "\n```diff\n") > full || full < 100 {
		t.Errorf("%d in full, %d by name, %d counted; %d blocks", full, named, counted, strings.Count(comment, "\n```diff\n"))
	}

	page := strings.NewReplacer("<mark>", "", "</mark>", "").Replace(read("plan.html")) // around the words that were edited
	for i := range 250 {
		for what, times := range map[string]int{
			"user/leaver-%03d": 1, "role/partner-%03d": 1, "group/team-%03d": 1, "policy/Read-%03d": 1,
			"sts:ExternalId = old-%03d": 1, "sts:ExternalId = new-%03d": 1, "on arn:aws:s3:::data-%03d/*": 2,
		} {
			if what = fmt.Sprintf(what, i); strings.Count(page, what) < times {
				t.Errorf("the page does not have %q", what)
			}
		}
	}
	if strings.Contains(page, "Cut to fit") || len(page) > 2<<20 {
		t.Errorf("a page of %d bytes", len(page))
	}
	var plan struct {
		Summary string `json:"summary"`
		Counts  struct{ Create, Change, Delete int }
	}
	if err := json.Unmarshal([]byte(read("plan.json")), &plan); err != nil || plan.Summary != summary || plan.Counts.Create != 500 {
		t.Errorf("as JSON %+v, %v", plan, err)
	}
}
