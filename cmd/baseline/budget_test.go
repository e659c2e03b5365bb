package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"

	"baseline/live"
	"baseline/resource"
	"baseline/sandbox"
)

// company writes the file of a company: users in 2 of the groups each and tagged, roles with one attached and one inline
// policy each, and policies.
func company(users, roles, policies, groups int) []byte {
	var b bytes.Buffer
	b.WriteString("version: 1\nname: company\npolicies:\n")
	for i := range policies {
		fmt.Fprintf(&b, "  policy%04d: {document: {Version: \"2012-10-17\", Statement: [{Sid: Read, Effect: Allow, Action: [\"s3:GetObject\", \"s3:ListBucket\"], Resource: \"arn:aws:s3:::bucket%04d/*\"}, {Sid: No, Effect: Deny, Action: \"s3:DeleteObject\", Resource: \"*\"}]}}\n", i, i)
	}
	b.WriteString("groups:\n")
	for i := range groups {
		fmt.Fprintf(&b, "  group%02d: {}\n", i)
	}
	b.WriteString("users:\n")
	for i := range users {
		fmt.Fprintf(&b, "  user%04d: {groups: [group%02d, group%02d], tags: {team: team%d}}\n", i, i%groups, (i+1)%groups, i%7)
	}
	b.WriteString("roles:\n")
	for i := range roles {
		fmt.Fprintf(&b, "  role%04d: {trust: [{service: lambda.amazonaws.com}], policies: [policy%04d], inline: {own: {Version: \"2012-10-17\", Statement: [{Effect: Allow, Action: \"logs:PutLogEvents\", Resource: \"*\"}]}}}\n", i, i%policies)
	}
	return b.Bytes()
}

// office is a command with its account in memory, so that calls can be counted and delayed.
type office struct {
	*command
	account *sandbox.Account
	session *session
	out     bytes.Buffer
}

func newOffice(tb testing.TB, file []byte, latency time.Duration) *office {
	tb.Helper()
	dir := tb.TempDir()
	path := filepath.Join(dir, "company.yaml")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		tb.Fatal(err)
	}
	o := &office{account: sandbox.New(sandbox.Options{Now: time.Now, Faults: sandbox.Faults{Latency: latency}})}
	o.command = &command{
		world:     &world{Out: &o.out, Err: io.Discard, Clock: systemClock{}, Getenv: func(string) string { return "" }},
		files:     []string{path},
		accountID: "111122223333", runsDir: filepath.Join(dir, "runs"), color: "never", parallel: 50,
	}
	o.connect(tb)
	return o
}

// connect opens the account anew, as another process would.
func (o *office) connect(tb testing.TB) {
	tb.Helper()
	account, err := live.Open(tb.Context(), live.Options{
		HTTPClient: o.account.Client(), Endpoint: "http://sandbox.invalid", Clock: o.Clock, InFlight: 50, Settle: -1,
		Credentials: credentials.NewStaticCredentialsProvider("AKIASANDBOXEXAMPLE00", "sandbox", ""),
	})
	if err != nil {
		tb.Fatal(err)
	}
	o.session = &session{Account: account}
	o.account.ResetCalls()
	o.out.Reset()
}

func (o *office) plan(tb testing.TB) *resource.Plan {
	tb.Helper()
	p, err := o.draw(tb.Context(), o.session, o.accountID)
	if err != nil {
		tb.Fatal(err)
	}
	return p.plan
}

func (o *office) apply(ctx context.Context, tb testing.TB) {
	tb.Helper()
	if err := o.applyFiles(ctx, o.session, o.accountID, applyFlags{approved: true}); err != nil {
		tb.Fatal(err)
	}
}

// calls counts the reads and the writes since connect.
func (o *office) calls() (reads, writes int) {
	for action, n := range o.account.Calls() {
		_, verb, _ := strings.Cut(action, ":")
		if strings.HasPrefix(verb, "Get") || strings.HasPrefix(verb, "List") || strings.HasPrefix(verb, "Describe") ||
			strings.HasPrefix(verb, "Head") || strings.HasPrefix(verb, "Simulate") {
			reads += n
		} else {
			writes += n
		}
	}
	return reads, writes
}

// Reading costs pages and not objects, and an apply costs one write for each object or edge.
func TestCallsStayInTheirBudget(t *testing.T) {
	t.Parallel()
	o := newOffice(t, company(1000, 100, 50, 10), 0)
	o.apply(t.Context(), t)
	const objects = 1000 + 2*1000 + 100 + 100 + 100 + 50 + 10
	if reads, writes := o.calls(); writes > objects || reads > 20 {
		t.Errorf("an apply from empty makes %d writes (at most %d) and %d reads (at most 20): %v", writes, objects, reads, o.account.Calls())
	}
	o.connect(t)
	if plan := o.plan(t); len(plan.Changes) > 0 {
		t.Errorf("%d changes after the apply", len(plan.Changes))
	}
	if reads, writes := o.calls(); writes > 0 || reads > 9 {
		t.Errorf("a plan makes %d reads (at most 9) and %d writes: %v", reads, writes, o.account.Calls())
	}
	o.connect(t)
	o.apply(t.Context(), t)
	if reads, writes := o.calls(); writes > 0 || reads > 9 {
		t.Errorf("an apply with nothing to do makes %d reads (at most 9) and %d writes: %v", reads, writes, o.account.Calls())
	}
}

// A plan of the same account where tags can't be read in bulk falls back to one call for each declared policy.
func TestDeniedTagsCostOneCallForEachDeclaredPolicy(t *testing.T) {
	t.Parallel()
	o := newOffice(t, company(20, 5, 50, 10), 0)
	o.apply(t.Context(), t)
	o.connect(t)
	o.account.SetFaults(sandbox.Faults{Deny: []string{"tag:GetResources"}})
	if plan := o.plan(t); len(plan.Changes) > 0 {
		t.Errorf("%d changes after the apply", len(plan.Changes))
	}
	if reads, _ := o.calls(); reads > 9+50 {
		t.Errorf("a plan without bulk tags makes %d reads (at most 59): %v", reads, o.account.Calls())
	}
}

// BenchmarkPlan50ms and BenchmarkApply50ms are the figures of docs/speed.md: every call takes 50 ms longer, 50 may be under way.
func BenchmarkPlan50ms(b *testing.B) {
	o := newOffice(b, company(1000, 100, 50, 10), 0)
	o.apply(b.Context(), b)
	o.account.SetFaults(sandbox.Faults{Latency: 50 * time.Millisecond})
	for b.Loop() {
		o.connect(b)
		o.plan(b)
	}
}

func BenchmarkApply50ms(b *testing.B) {
	file := company(1000, 100, 50, 10)
	for b.Loop() {
		b.StopTimer()
		o := newOffice(b, file, 50*time.Millisecond)
		runtime.GC()
		b.StartTimer()
		o.apply(b.Context(), b)
	}
}

// BenchmarkPlanLarge reads, compares and orders everything of the largest account that AWS's default quotas allow.
func BenchmarkPlanLarge(b *testing.B) {
	o := newOffice(b, company(5000, 1000, 1500, 300), 0)
	o.apply(b.Context(), b)
	for b.Loop() {
		o.connect(b)
		o.plan(b)
	}
}
