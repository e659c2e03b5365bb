package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// These tests hold what the documents say of trails to what the program is.

// Every example that makes a trail with its bucket is made as it stands there, is then as the file says, and can be taken back. The
// objects that docs/cloudtrail.md says its example has are those that are made.
func TestDocumentedTrailsAreMade(t *testing.T) {
	seen := 0
	for name, text := range documents(t) {
		for _, example := range blocks(text, "yaml") {
			if !strings.Contains(example, "cloudtrail:") || !strings.Contains(example, "create: true") {
				continue
			}
			seen++
			if !strings.Contains(example, "version:") {
				example = "version: 1\nname: example\n" + example
			}
			dir := t.TempDir()
			file := filepath.Join(dir, "baseline.yaml")
			if err := os.WriteFile(file, []byte(example), 0o600); err != nil {
				t.Fatal(err)
			}
			var out, errs bytes.Buffer
			baseline := func(words ...string) {
				t.Helper()
				out.Reset()
				w := &world{In: strings.NewReader(""), Out: &out, Err: &errs, Clock: stoppedClock(time.Unix(0, 0)), Getenv: func(string) string { return "" }}
				words = append(words, "--sandbox", filepath.Join(dir, "account.db"), "--runs", filepath.Join(dir, "runs"))
				if code := run(t.Context(), words, w); code != 0 {
					t.Errorf("%s: %s: exit %d\n%s", name, words, code, &errs)
				}
			}
			baseline("plan", "-f", file, "-o", "json")
			if name == "docs/cloudtrail.md" {
				for _, address := range regexp.MustCompile("`((?:cloudtrail|s3|kms|logs|sns|iam)_[a-z_]+/[^` ]+)`").FindAllStringSubmatch(text, -1) {
					if !strings.Contains(out.String(), `"address": "`+address[1]+`"`) {
						t.Errorf("%s names %s, which its example does not make", name, address[1])
					}
				}
			}
			baseline("apply", "-f", file, "--auto-approve")
			baseline("plan", "-f", file, "--detailed-exitcode")
			baseline("rollback", "--auto-approve", "--allow-weaker-audit")
		}
	}
	if seen == 0 {
		t.Error("no example found")
	}
}
