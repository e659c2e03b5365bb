package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"baseline/sandbox"
)

// checked is the account of docs/check.md: its file is the first example there, and what was done by hand is below.
type checked struct {
	t         *testing.T
	file, db  string
	clock     stoppedClock
	directory string
}

func newChecked(t *testing.T) *checked {
	t.Helper()
	c := &checked{t: t, directory: t.TempDir(), clock: stoppedClock(time.Date(2026, time.November, 21, 14, 2, 11, 0, time.UTC))}
	c.file, c.db = filepath.Join(c.directory, "baseline.yaml"), filepath.Join(c.directory, "account.db")
	if err := os.WriteFile(c.file, []byte(blocks(documents(t)["docs/check.md"], "yaml")[0]), 0o600); err != nil {
		t.Fatal(err)
	}
	now := c.clock.Now().AddDate(0, 0, -85)
	account, err := sandbox.Open(c.db, sandbox.Options{Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	const admin = "arn:aws:iam::aws:policy/AdministratorAccess"
	for _, form := range []url.Values{
		{"Action": {"CreateUser"}, "UserName": {"alice"}},
		{"Action": {"CreateLoginProfile"}, "UserName": {"alice"}, "Password": {"Tr0ub4dor-and-3"}},
		{"Action": {"CreateUser"}, "UserName": {"bob"}},
		{"Action": {"AttachUserPolicy"}, "UserName": {"bob"}, "PolicyArn": {admin}},
		{"Action": {"CreateRole"}, "RoleName": {"BreakGlass"}, "AssumeRolePolicyDocument": {`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"sts:AssumeRole"}}`}},
		{"Action": {"AttachRolePolicy"}, "RoleName": {"BreakGlass"}, "PolicyArn": {admin}},
	} {
		form.Set("Version", "2010-05-08")
		answer, err := account.Client().PostForm("http://sandbox.invalid/", form)
		if err != nil || answer.StatusCode != 200 {
			t.Fatalf("%s: %v, %v", form, answer, err)
		}
	}
	if err := account.Close(); err != nil {
		t.Fatal(err)
	}
	return c
}

// check runs the command, which finds something, and returns what it prints.
func (c *checked) check(flags ...string) string {
	c.t.Helper()
	var out, errs bytes.Buffer
	w := &world{In: strings.NewReader(""), Out: &out, Err: &errs, Clock: c.clock, Getenv: func(string) string { return "" }}
	args := append([]string{"check", "-f", c.file, "--sandbox", c.db, "--runs", filepath.Join(c.directory, "runs")}, flags...)
	if code := run(c.t.Context(), args, w); code != exitFindings.code {
		c.t.Fatalf("%s: exit %d\n%s", args, code, &errs)
	}
	return out.String()
}

// The check in docs/check.md is what the program says.
func TestDocumentedCheckIsReal(t *testing.T) {
	t.Parallel()
	c := newChecked(t)
	if diff := cmp.Diff(blocks(documents(t)["docs/check.md"], "console")[0], "$ baseline check\n"+c.check()); diff != "" {
		t.Errorf("the check in docs/check.md (-doc +real):\n%s", diff)
	}
}

// documentedRows returns the words in code of the first cells of all tables.
func documentedRows(text string) []string {
	var found []string
	for line := range strings.Lines(text) {
		if first, _, isRow := strings.Cut(strings.TrimPrefix(line, "| "), " | "); isRow && strings.HasPrefix(line, "| `") {
			for i, word := range strings.Split(first, "`") {
				if i%2 == 1 {
					found = append(found, word)
				}
			}
		}
	}
	return found
}

// The JSON form is valid, says of every control how the account stands to it, and has no field that docs/check.md leaves out.
func TestCheckAsJSON(t *testing.T) {
	t.Parallel()
	text := newChecked(t).check("-o", "json")
	var form struct {
		Format   int
		Account  string
		Summary  string
		Counts   struct{ Pass, Fail, NotChecked int }
		Controls []struct {
			ID, Title, Result, Why string
			Violations             []struct {
				Rule, Subject, Severity, Seen, Advice string
				Warning                               bool
			}
		}
	}
	if err := json.Unmarshal([]byte(text), &form); err != nil {
		t.Fatal(err)
	}
	results := map[string]int{}
	for _, c := range form.Controls {
		results[c.Result]++
		broken := slices.ContainsFunc(c.Violations, func(v struct {
			Rule, Subject, Severity, Seen, Advice string
			Warning                               bool
		},
		) bool {
			return !v.Warning
		})
		if c.ID == "" || c.Title == "" || broken != (c.Result == "fail") || c.Result == "not-checked" && c.Why == "" {
			t.Errorf("control: %+v", c)
		}
	}
	if form.Format != 1 || form.Account != "111122223333" || results["pass"] != form.Counts.Pass || results["fail"] != form.Counts.Fail || results["fail"] == 0 {
		t.Errorf("form %+v with results %v", form, results)
	}

	var raw any
	if err := json.Unmarshal([]byte(text), &raw); err != nil {
		t.Fatal(err)
	}
	documented := documentedRows(documents(t)["docs/check.md"])
	for _, name := range names(raw) {
		if !slices.Contains(documented, name) {
			t.Errorf("docs/check.md has no row for the field %s", name)
		}
	}
}

// names returns the names of all fields in a JSON value.
func names(value any) []string {
	var found []string
	switch value := value.(type) {
	case map[string]any:
		for name, inner := range value {
			found = append(append(found, name), names(inner)...)
		}
	case []any:
		for _, inner := range value {
			found = append(found, names(inner)...)
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// The CSV form has the same results as the JSON form, and the columns of docs/check.md.
func TestCheckAsCSV(t *testing.T) {
	t.Parallel()
	c := newChecked(t)
	rows, err := csv.NewReader(strings.NewReader(c.check("-o", "csv"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var form struct {
		Controls []struct{ ID, Result string }
	}
	if err := json.Unmarshal([]byte(c.check("-o", "json")), &form); err != nil {
		t.Fatal(err)
	}
	asJSON, asCSV := map[string]string{}, map[string]string{}
	for _, c := range form.Controls {
		asJSON[c.ID] = c.Result
	}
	for _, row := range rows[1:] {
		asCSV[row[0]] = row[3]
	}
	if diff := cmp.Diff(asJSON, asCSV); diff != "" {
		t.Errorf("results (-json +csv):\n%s", diff)
	}
	documented := documentedRows(documents(t)["docs/check.md"])
	for _, column := range rows[0] {
		if !slices.Contains(documented, column) {
			t.Errorf("docs/check.md has no row for the column %s", column)
		}
	}
}
