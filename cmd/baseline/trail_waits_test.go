package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"baseline/live"
	"baseline/resource"
	"baseline/sandbox"
)

// newTimedOffice opens an account in memory whose time moves only when somebody waits, with a file for it.
func newTimedOffice(tb testing.TB, file string) *office {
	tb.Helper()
	dir := tb.TempDir()
	clock := &movingClock{now: time.Date(2026, 11, 21, 14, 2, 11, 0, time.UTC)}
	o := &office{account: sandbox.New(sandbox.Options{Now: clock.Now})}
	o.command = &command{
		world:     &world{Out: &o.out, Err: io.Discard, Clock: clock, Getenv: func(string) string { return "" }},
		files:     []string{filepath.Join(dir, "acme.yaml")},
		accountID: "111122223333", runsDir: filepath.Join(dir, "runs"), color: "never", parallel: 50,
	}
	o.write(tb, file)
	o.connect(tb)
	return o
}

// write changes the file.
func (o *office) write(tb testing.TB, file string) {
	tb.Helper()
	if err := os.WriteFile(o.files[0], []byte(file), 0o600); err != nil {
		tb.Fatal(err)
	}
}

// CloudTrail sees the policy of a bucket some time after it was written. A trail that follows a change of one that was there is
// waited for like one that follows a new one.
func TestATrailWaitsForThePolicyThatWasChangedForIt(t *testing.T) {
	const one = "version: 1\nname: acme\ncloudtrail:\n  one: {home_region: eu-west-1, bucket: {name: acme-logs, create: true}}\n"
	const two = one + "  two: {home_region: eu-west-1, bucket: {name: acme-logs, create: true}}\n"
	o := newTimedOffice(t, one)
	o.apply(t.Context(), t)
	o.write(t, two)
	if err := o.Clock.Sleep(t.Context(), time.Hour); err != nil {
		t.Fatal(err)
	}
	o.account.SetFaults(sandbox.Faults{Lag: 40 * time.Second})
	o.connect(t)
	plan := o.plan(t)
	if n := len(plan.Changes); n != 2 || plan.Changes[0].Op() != resource.OpUpdate || plan.Changes[1].Op() != resource.OpCreate {
		t.Fatalf("not an update that a create follows: %v", plan.Changes)
	}
	begun := o.Clock.Now()
	o.apply(t.Context(), t)
	if n := o.account.Calls()["cloudtrail:CreateTrail"]; n < 2 {
		t.Errorf("the trail was tried %d times: the policy was seen at once", n)
	}
	if took := o.Clock.Now().Sub(begun); took < 40*time.Second || took > 2*time.Minute {
		t.Errorf("it took %v", took)
	}
	o.account.SetFaults(sandbox.Faults{})
	if again := o.plan(t); len(again.Changes) > 0 {
		t.Errorf("a second plan has %v", again.Changes)
	}
}

// A run that subscribed somebody to a topic that was there is taken back at once, though AWS keeps the subscription for as long as
// nobody has confirmed it.
func TestASubscriptionThatNobodyConfirmedKeepsNoRollbackWaiting(t *testing.T) {
	const file = "version: 1\nname: acme\ncloudtrail:\n  audit:\n    home_region: eu-west-1\n    bucket: {name: acme-logs, create: true}\n" +
		"    logs: /audit\n    alarms: {preset: cis, email: [%s]}\n    tags: {n: %q}\n"
	o := newTimedOffice(t, fmt.Sprintf(file, "a@example.com", "1"))
	o.apply(t.Context(), t)
	o.write(t, fmt.Sprintf(file, "a@example.com, b@example.com", "2"))
	o.apply(t.Context(), t)
	back := func() {
		t.Helper()
		begun := o.Clock.Now()
		o.out.Reset()
		run, err := o.runToUndo(t.Context(), o.kept, "")
		if err != nil {
			t.Fatal(err)
		}
		who := live.Identity{Account: o.accountID}
		if err := o.takeBack(t.Context(), o.session, who, run, rollbackFlags{applyFlags: applyFlags{approved: true, allowWeakerAudit: true}}); err != nil {
			t.Fatal(err)
		}
		if took := o.Clock.Now().Sub(begun); took > 30*time.Second {
			t.Errorf("it took %v", took)
		}
	}
	back()
	if said := o.out.String(); !strings.Contains(said, "Note: subscription/eu-west-1/baseline-cloudtrail-audit/email/b@example.com stays for now: nobody has confirmed it") ||
		!strings.Contains(said, "Rolled back run") {
		t.Errorf("it says\n%s", said)
	}
	// With its topic it goes.
	back()
	if left := string(o.account.DumpSettings()); strings.Contains(left, "example.com") {
		t.Errorf("left is\n%s", left)
	}
}
