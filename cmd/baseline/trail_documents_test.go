package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
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

// otherwise are the permissions of calls that have another name than the call, by service as the SDK calls it and operation.
var otherwise = map[string]string{
	"s3.DeleteBucketLifecycle":           "s3:PutLifecycleConfiguration",
	"s3.DeleteBucketTagging":             "s3:PutBucketTagging",
	"s3.DeleteObject":                    "s3:DeleteObjectVersion", // the version is named
	"s3.GetBucketEncryption":             "s3:GetEncryptionConfiguration",
	"s3.GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
	"s3.GetPublicAccessBlock":            "s3:GetBucketPublicAccessBlock",
	"s3.HeadBucket":                      "s3:ListBucket",
	"s3.ListBuckets":                     "s3:ListAllMyBuckets",
	"s3.ListObjectVersions":              "s3:ListBucketVersions",
	"s3.PutBucketEncryption":             "s3:PutEncryptionConfiguration",
	"s3.PutBucketLifecycleConfiguration": "s3:PutLifecycleConfiguration",
	"s3.PutPublicAccessBlock":            "s3:PutBucketPublicAccessBlock",
	"s3control.DeletePublicAccessBlock":  "s3:PutAccountPublicAccessBlock",
	"s3control.GetPublicAccessBlock":     "s3:GetAccountPublicAccessBlock",
	"s3control.PutPublicAccessBlock":     "s3:PutAccountPublicAccessBlock",
}

// docs/permissions.md names every call that the program makes for trails and what they stand on, and no other.
func TestDocumentedPermissionsOfTrails(t *testing.T) {
	input := regexp.MustCompile(`\b(cloudtrail|cloudwatch|cloudwatchlogs|kms|s3|s3control|sns)\.([A-Z][A-Za-z]+)Input\b`)
	made := map[string]bool{}
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
				action, other := otherwise[m[1]+"."+m[2]]
				if !other {
					action = strings.Replace(m[1], "cloudwatchlogs", "logs", 1) + ":" + m[2]
				}
				made[action] = true
			}
		}
	}
	// S3 makes these as the caller, where a bucket of runs has a key that is not AWS's own.
	made["kms:GenerateDataKey"], made["kms:Decrypt"] = true, true
	named := map[string]bool{}
	action := regexp.MustCompile(`\b(cloudtrail|cloudwatch|kms|logs|s3|sns):[A-Z][A-Za-z]+\b`)
	for _, name := range action.FindAllString(documents(t)["docs/permissions.md"], -1) {
		named[name] = true
	}
	if diff := cmp.Diff(made, named); diff != "" {
		t.Errorf("calls (-made +named in docs/permissions.md):\n%s", diff)
	}
}
