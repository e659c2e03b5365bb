package sandbox_test

import (
	"errors"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/google/go-cmp/cmp"

	"baseline/sandbox"
)

// A wristwatch is a clock that tests set.
type wristwatch struct{ now time.Time }

// ticking are options of an account whose clock stands still until it is set.
func ticking() (*wristwatch, sandbox.Options) {
	w, o := &wristwatch{start}, fixed()
	o.Now = func() time.Time { return w.now }
	return w, o
}

func (w *wristwatch) wait(d time.Duration) { w.now = w.now.Add(d) }

// stateOf asks for a report and returns how far it is.
func stateOf(t *testing.T, c *iam.Client) types.ReportStateType {
	t.Helper()
	return must[*iam.GenerateCredentialReportOutput](t)(c.GenerateCredentialReport(t.Context(), &iam.GenerateCredentialReportInput{})).State
}

// statusOf is the HTTP status of a refusal.
func statusOf(t *testing.T, err error) int {
	t.Helper()
	response, ok := errors.AsType[*smithyhttp.ResponseError](err)
	if !ok {
		t.Fatalf("not an answer: %v", err)
	}
	return response.HTTPStatusCode()
}

// report asks for a report until there is one.
func report(t *testing.T, c *iam.Client) *iam.GetCredentialReportOutput {
	t.Helper()
	for range 3 {
		if stateOf(t, c) == types.ReportStateTypeComplete {
			return must[*iam.GetCredentialReportOutput](t)(c.GetCredentialReport(t.Context(), &iam.GetCredentialReportInput{}))
		}
	}
	t.Fatal("no report after asking three times")
	return nil
}

// rows are the lines of a report but the header, by user.
func rows(t *testing.T, content []byte) map[string]string {
	t.Helper()
	_, body, _ := strings.Cut(string(content), "\n")
	found := map[string]string{}
	for line := range strings.SplitSeq(body, "\n") {
		user, rest, _ := strings.Cut(line, ",")
		found[user] = rest
	}
	return found
}

const noKey, noCertificate = ",false,N/A,N/A,N/A,N/A", ",false,N/A"

// TestReportLife asks until there is a report, keeps it for four hours whatever changes, and makes another.
func TestReportLife(t *testing.T) {
	watch, o := ticking()
	c, ctx := clientOf(sandbox.New(o)), t.Context()
	get := func() error {
		_, err := c.GetCredentialReport(ctx, &iam.GetCredentialReportInput{})
		return err
	}
	expect(t, get(), "ReportNotPresent", "Unknown")
	if status := statusOf(t, get()); status != http.StatusGone {
		t.Errorf("status %d for no report", status)
	}
	var states []types.ReportStateType
	for range 3 {
		states = append(states, stateOf(t, c))
		if len(states) < 3 {
			expect(t, get(), "ReportInProgress", "Unknown")
			if status := statusOf(t, get()); status != http.StatusNotFound {
				t.Errorf("status %d for an unfinished report", status)
			}
		}
		watch.wait(2 * time.Second)
	}
	if diff := cmp.Diff([]types.ReportStateType{"STARTED", "INPROGRESS", "COMPLETE"}, states); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	first := report(t, c)
	if first.ReportFormat != types.ReportFormatTypeTextCsv || !first.GeneratedTime.Equal(start.Add(4*time.Second)) {
		t.Errorf("format %s, made %s", first.ReportFormat, first.GeneratedTime)
	}

	expect(t, createUser(t, c, "late"), "", "")
	watch.now = first.GeneratedTime.Add(4 * time.Hour)
	cached := report(t, c)
	if diff := cmp.Diff(string(first.Content), string(cached.Content)); diff != "" {
		t.Errorf("the report changed within four hours:\n%s", diff)
	}
	watch.wait(time.Second)
	expect(t, get(), "ReportExpired", "Unknown")
	if status := statusOf(t, get()); status != http.StatusGone {
		t.Errorf("status %d for an old report", status)
	}
	if state := stateOf(t, c); state != types.ReportStateTypeStarted {
		t.Errorf("after four hours the report is %s", state)
	}
	expect(t, get(), "ReportInProgress", "")
	if again := report(t, c); !strings.Contains(string(again.Content), "late") || again.GeneratedTime.Equal(*first.GeneratedTime) {
		t.Errorf("the second report, made %s:\n%s", again.GeneratedTime, again.Content)
	}
}

// TestReportIsKept reopens the account's file between the calls that make a report.
func TestReportIsKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "account")
	furnish(t, clientOf(open(t, path, fixed())))
	var contents []string
	for _, want := range []types.ReportStateType{"STARTED", "INPROGRESS", "COMPLETE", "COMPLETE"} {
		c := clientOf(open(t, path, fixed()))
		if state := stateOf(t, c); state != want {
			t.Fatalf("%s, want %s", state, want)
		}
		if want == "COMPLETE" {
			contents = append(contents, string(report(t, c).Content))
			expect(t, createUser(t, c, "bob"+string(rune('0'+len(contents)))), "", "")
		}
	}
	if diff := cmp.Diff(contents[0], contents[1]); diff != "" {
		t.Errorf("(-before +after):\n%s", diff)
	}
}

// TestReportForm compares the whole text for root and two users who have nothing.
func TestReportForm(t *testing.T) {
	watch, o := ticking()
	c := clientOf(sandbox.New(o))
	expect(t, createUser(t, c, "Zoe"), "", "")
	expect(t, createUser(t, c, "adam"), "", "")
	watch.wait(time.Minute)
	const nothing = "2026-11-21T14:02:11Z,false,N/A,N/A,N/A,false" + noKey + noKey + noCertificate + noCertificate
	want := "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active," +
		"access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service," +
		"access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service," +
		"cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated\n" +
		"<root_account>,arn:aws:iam::111122223333:root,2020-01-01T00:00:00Z,true,no_information,not_supported,not_supported,true" +
		noKey + noKey + noCertificate + noCertificate + "\n" +
		"adam,arn:aws:iam::111122223333:user/adam," + nothing + "\n" +
		"Zoe,arn:aws:iam::111122223333:user/Zoe," + nothing
	if diff := cmp.Diff(want, string(report(t, c).Content)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestReportedKeys follows two keys of a user: their slots, switching off, use, and a third in the place of the first.
func TestReportedKeys(t *testing.T) {
	watch, o := ticking()
	a := sandbox.New(o)
	c, ctx, alice := clientOf(a), t.Context(), aws.String("alice")
	furnish(t, c)
	create := func() *string {
		t.Helper()
		return must[*iam.CreateAccessKeyOutput](t)(c.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: alice})).AccessKey.AccessKeyId
	}
	first := create()
	watch.wait(time.Hour)
	second := create()
	used := func(key *string) *types.AccessKeyLastUsed {
		t.Helper()
		return must[*iam.GetAccessKeyLastUsedOutput](t)(c.GetAccessKeyLastUsed(ctx, &iam.GetAccessKeyLastUsedInput{AccessKeyId: key})).AccessKeyLastUsed
	}
	if last := used(second); last.LastUsedDate != nil || *last.Region != "N/A" || *last.ServiceName != "N/A" {
		t.Errorf("a key never used: %+v", last)
	}
	for range 3 { // within a quarter of an hour, the first use counts
		must[*iam.GetUserOutput](t)(iam.NewFromConfig(config(a, *second)).GetUser(ctx, &iam.GetUserInput{}))
		watch.wait(5 * time.Minute)
	}
	if last := used(second); !last.LastUsedDate.Equal(start.Add(time.Hour)) || *last.Region != "us-east-1" || *last.ServiceName != "iam" {
		t.Errorf("a key in use: %+v", last)
	}
	update := func(key *string, status types.StatusType) error {
		_, err := c.UpdateAccessKey(ctx, &iam.UpdateAccessKeyInput{UserName: alice, AccessKeyId: key, Status: status})
		return err
	}
	watch.now = start.Add(2 * time.Hour)
	expect(t, update(second, types.StatusTypeInactive), "", "")
	watch.wait(time.Hour)
	expect(t, update(second, types.StatusTypeInactive), "", "") // no change, so no rotation
	expect(t, update(second, "Expired"), "InvalidInput", "")

	const head = "arn:aws:iam::111122223333:user/alice,2026-11-21T14:02:11Z,false,N/A,N/A,N/A,false"
	const off = ",false,2026-11-21T16:02:11Z,2026-11-21T15:02:11Z,us-east-1,iam"
	want := head + ",true,2026-11-21T14:02:11Z,N/A,N/A,N/A" + off + noCertificate + noCertificate
	if diff := cmp.Diff(want, rows(t, report(t, c).Content)["alice"]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	listed := must[*iam.ListAccessKeysOutput](t)(c.ListAccessKeys(ctx, &iam.ListAccessKeysInput{UserName: alice}))
	for _, k := range listed.AccessKeyMetadata {
		if *k.AccessKeyId == *second && (k.Status != types.StatusTypeInactive || !k.CreateDate.Equal(start.Add(time.Hour))) {
			t.Errorf("the second key is %s of %s", k.Status, k.CreateDate)
		}
	}

	must[*iam.DeleteAccessKeyOutput](t)(c.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{UserName: alice, AccessKeyId: first}))
	watch.wait(5 * time.Hour)
	want = head + noKey + off + noCertificate + noCertificate
	if diff := cmp.Diff(want, rows(t, report(t, c).Content)["alice"]); diff != "" {
		t.Errorf("the second key left its place (-want +got):\n%s", diff)
	}
	create()
	watch.wait(5 * time.Hour)
	want = head + ",true,2026-11-21T22:02:11Z,N/A,N/A,N/A" + off + noCertificate + noCertificate
	if diff := cmp.Diff(want, rows(t, report(t, c).Content)["alice"]); diff != "" {
		t.Errorf("a third key does not take the first's place (-want +got):\n%s", diff)
	}
}

// TestReportedUse signs a user in, under a policy by which passwords end, with a device and a certificate.
func TestReportedUse(t *testing.T) {
	watch, o := ticking()
	a := sandbox.New(o)
	c, ctx, alice := clientOf(a), t.Context(), aws.String("alice")
	furnish(t, c)
	for user, words := range map[string]string{"nobody": "no such user", "alice": "no password"} {
		if err := a.SignIn(user); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("sign in as %s: %v, want %q", user, err, words)
		}
	}
	expect(t, loginProfile(ctx, c), "", "")
	expect(t, assignMFA(ctx, c), "", "")
	body := certificate(t, 1)
	made := must[*iam.UploadSigningCertificateOutput](t)(c.UploadSigningCertificate(ctx, &iam.UploadSigningCertificateInput{UserName: alice, CertificateBody: &body}))
	row := func() string {
		watch.wait(5 * time.Hour)
		return rows(t, report(t, c).Content)["alice"]
	}
	const head, tail = "arn:aws:iam::111122223333:user/alice,2026-11-21T14:02:11Z,true,", ",true" + noKey + noKey
	want := head + "no_information,2026-11-21T14:02:11Z,N/A" + tail + ",true,2026-11-21T14:02:11Z" + noCertificate
	if diff := cmp.Diff(want, row()); diff != "" {
		t.Errorf("before the first use (-want +got):\n%s", diff)
	}

	watch.now = start.Add(24 * time.Hour)
	for range 4 { // within five minutes, the first use counts
		if err := a.SignIn("Alice"); err != nil {
			t.Fatal(err)
		}
		watch.wait(time.Minute)
	}
	watch.now = start.Add(48 * time.Hour)
	must[*iam.UpdateLoginProfileOutput](t)(c.UpdateLoginProfile(ctx, &iam.UpdateLoginProfileInput{UserName: alice, PasswordResetRequired: aws.Bool(true)}))
	must[*iam.UpdateSigningCertificateOutput](t)(c.UpdateSigningCertificate(ctx, &iam.UpdateSigningCertificateInput{
		UserName: alice, CertificateId: made.Certificate.CertificateId, Status: types.StatusTypeInactive,
	}))
	must[*iam.UpdateAccountPasswordPolicyOutput](t)(c.UpdateAccountPasswordPolicy(ctx, &iam.UpdateAccountPasswordPolicyInput{MaxPasswordAge: aws.Int32(90)}))
	want = head + "2026-11-22T14:02:11Z,2026-11-21T14:02:11Z,2027-02-19T14:02:11Z" + tail + ",false,2026-11-23T14:02:11Z" + noCertificate
	if diff := cmp.Diff(want, row()); diff != "" {
		t.Errorf("after a day (-want +got):\n%s", diff)
	}
	must[*iam.UpdateLoginProfileOutput](t)(c.UpdateLoginProfile(ctx, &iam.UpdateLoginProfileInput{UserName: alice, Password: aws.String("Other-Horse-8")}))
	want = head + "2026-11-22T14:02:11Z,2026-11-23T19:02:11Z,2027-02-21T19:02:11Z" + tail + ",false,2026-11-23T14:02:11Z" + noCertificate
	if diff := cmp.Diff(want, row()); diff != "" {
		t.Errorf("with another password (-want +got):\n%s", diff)
	}

	// The use outlives the password, but in the report.
	must[*iam.DeleteLoginProfileOutput](t)(c.DeleteLoginProfile(ctx, &iam.DeleteLoginProfileInput{UserName: alice}))
	if got := row(); !strings.HasPrefix(got, "arn:aws:iam::111122223333:user/alice,2026-11-21T14:02:11Z,false,N/A,N/A,N/A,true,") {
		t.Errorf("without a password: %s", got)
	}
	got := must[*iam.GetUserOutput](t)(c.GetUser(ctx, &iam.GetUserInput{UserName: alice})).User
	listed := must[*iam.ListUsersOutput](t)(c.ListUsers(ctx, &iam.ListUsersInput{})).Users[0]
	want24 := start.Add(24 * time.Hour)
	if !got.PasswordLastUsed.Equal(want24) || !listed.PasswordLastUsed.Equal(want24) {
		t.Errorf("last used %v and %v", got.PasswordLastUsed, listed.PasswordLastUsed)
	}
	expect(t, addAlice(ctx, c), "", "")
	if member := must[*iam.GetGroupOutput](t)(c.GetGroup(ctx, &iam.GetGroupInput{GroupName: aws.String("Devs")})).Users[0]; member.PasswordLastUsed != nil {
		t.Error("GetGroup tells the use of passwords, as AWS does not")
	}
}
