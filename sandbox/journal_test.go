package sandbox_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"baseline/sandbox"
)

func open(t *testing.T, path string, o sandbox.Options) *sandbox.Account {
	t.Helper()
	a, err := sandbox.Open(path, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	return a
}

func contents(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestReopen finds everything again, and goes on making new ids.
func TestReopen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "account")
	a := open(t, path, fixed())
	crowd(t, clientOf(a))
	want := a.Dump()
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	b := open(t, path, fixed())
	if !bytes.Equal(b.Dump(), want) {
		t.Error("the account is not as it was when it was closed")
	}
	made := must[*iam.CreateUserOutput](t)(clientOf(b).CreateUser(t.Context(), &iam.CreateUserInput{UserName: aws.String("late")}))
	if bytes.Contains(want, []byte(*made.User.UserId)) {
		t.Errorf("id %s was used before", *made.User.UserId)
	}
}

// TestTornLine cuts the file at every byte of its last line. What was answered before is there, and the next write
// takes the place of what a crash left.
func TestTornLine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "account")
	a := open(t, path, fixed())
	furnish(t, clientOf(a))
	before, whole := a.Dump(), len(contents(t, path))
	// The name is long, so that what is left of this write is longer than the write after it.
	expect(t, createUser(t, clientOf(a), strings.Repeat("b", 64)), "", "")
	after, all := a.Dump(), contents(t, path)
	for cut := whole; cut <= len(all); cut++ {
		torn := filepath.Join(t.TempDir(), "torn")
		if err := os.WriteFile(torn, all[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		b := open(t, torn, fixed())
		want := before
		if cut == len(all) {
			want = after
		}
		if !bytes.Equal(b.Dump(), want) {
			t.Fatalf("cut at byte %d: the account is neither as before nor as after the write", cut)
		}
		expect(t, createUser(t, clientOf(b), "c"), "", "")
		if again := open(t, torn, fixed()); !bytes.Equal(again.Dump(), b.Dump()) {
			t.Fatalf("cut at byte %d: the write after the crash is lost", cut)
		}
	}
}

// TestTornHeader cuts a new account's file anywhere in its first line.
func TestTornHeader(t *testing.T) {
	path := filepath.Join(t.TempDir(), "account")
	open(t, path, fixed())
	header := contents(t, path)
	for cut := range header {
		if err := os.WriteFile(path, header[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		expect(t, createUser(t, clientOf(open(t, path, fixed())), "bob"), "", "")
	}
}

// TestTwoProcesses interleaves the writes of two accounts that share a file.
func TestTwoProcesses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "account")
	o := fixed()
	o.Seed = 0
	a, b := open(t, path, o), open(t, path, o)
	var group sync.WaitGroup
	for n, account := range []*sandbox.Account{a, b, a, b} {
		group.Go(func() {
			c := clientOf(account)
			for i := range 50 {
				if err := createUser(t, c, fmt.Sprintf("u%d-%d", n, i)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	if !bytes.Equal(a.Dump(), b.Dump()) {
		t.Error("the two see different accounts")
	}
	if got := strings.Count(string(open(t, path, o).Dump()), `"user/u`); got != 200 {
		t.Errorf("%d users of 200 are in the file", got)
	}
}

// TestCompaction writes one thing so often that the file is written anew, under the eyes of another process.
func TestCompaction(t *testing.T) {
	path := filepath.Join(t.TempDir(), "account")
	a, b := open(t, path, fixed()), open(t, path, fixed())
	furnish(t, clientOf(a))
	c := clientOf(b)
	for range 4200 {
		expect(t, putOnAlice("own", readS3)(t.Context(), c), "", "")
	}
	if lines := bytes.Count(contents(t, path), []byte("\n")); lines > 5000 { // of 8,400: the entity and the event of each write
		t.Errorf("%d lines for four entities and 200 events", lines)
	}
	if !bytes.Equal(a.Dump(), b.Dump()) {
		t.Error("the other process sees another account")
	}
	expect(t, createUser(t, clientOf(a), "bob"), "", "")
	if !bytes.Equal(open(t, path, fixed()).Dump(), b.Dump()) {
		t.Error("a write after the compaction is lost")
	}
}

func TestOpenRefuses(t *testing.T) {
	tests := []struct{ name, content, words string }{
		{"garbage", "hello\n", "not the file of a sandbox account"},
		{"garbage without a line", "hello", "not the file of a sandbox account"},
		{"a newer format", `{"format":"baseline-sandbox","version":2,"account":"111122223333"}` + "\n", "newer than 1"},
		{"another account", `{"format":"baseline-sandbox","version":1,"account":"444455556666"}` + "\n", "it holds account 444455556666, not 111122223333"},
		{"a broken line", `{"format":"baseline-sandbox","version":1,"account":"111122223333"}` + "\n{\"put\":\n", "line 2"},
		{"an unknown kind", `{"format":"baseline-sandbox","version":1,"account":"111122223333"}` + "\n" + `{"put":{"ship/a":{}}}` + "\n", `unknown kind "ship"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "account")
			if err := os.WriteFile(path, []byte(tt.content), 0o600); err != nil {
				t.Fatal(err)
			}
			o := fixed()
			o.Account = "111122223333"
			_, err := sandbox.Open(path, o)
			if err == nil || !strings.Contains(err.Error(), tt.words) || !strings.Contains(err.Error(), path) {
				t.Errorf("error %v, want it to name the file and say %q", err, tt.words)
			}
			if !bytes.Equal(contents(t, path), []byte(tt.content)) {
				t.Error("the file was changed")
			}
		})
	}
}
