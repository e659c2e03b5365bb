package kinds_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/google/go-cmp/cmp"

	"baseline/kinds"
	"baseline/live"
	"baseline/resource"
	"baseline/sandbox"
)

const reportHeader = "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active," +
	"access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service," +
	"access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service," +
	"cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated"

const (
	rootOfReport = "<root_account>,arn:aws:iam::111122223333:root,2020-01-01T00:00:00+00:00,not_supported,no_information,not_supported,not_supported,true," +
		"false,N/A,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A"
	aliceOfReport = "alice,arn:aws:iam::111122223333:user/alice,2024-03-01T09:00:00+00:00,true,2026-11-20T07:30:00Z,2026-01-02T03:04:05+00:00,2026-04-02T03:04:05+00:00,TRUE," +
		"true,2026-02-03T04:05:06Z,2026-11-21T13:45:00+00:00,eu-west-1,s3,false,2025-01-01T00:00:00+00:00,N/A,N/A,N/A,true,2026-05-06T07:08:09+00:00,FALSE,N/A"
	robotOfReport = "robot,arn:aws:iam::111122223333:user/robot,2024-03-01T11:00:00+02:00,false,N/A,N/A,N/A,false," +
		"false,N/A,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A"
)

var reportMade = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func reportOf(rows ...string) []byte { return []byte(strings.Join(rows, "\n")) }

func TestReportIsReadByColumnName(t *testing.T) {
	want := map[string]resource.ReportedUser{
		"alice": {
			Created:  time.Date(2024, 3, 1, 9, 0, 0, 0, time.UTC),
			Password: true, PasswordUsed: time.Date(2026, 11, 20, 7, 30, 0, 0, time.UTC), PasswordChanged: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
			MFA: true,
			Keys: [2]resource.ReportedKey{
				{Active: true, Rotated: time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC), Used: time.Date(2026, 11, 21, 13, 45, 0, 0, time.UTC)},
				{Rotated: time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)},
			},
			Certificates: [2]resource.ReportedKey{{Active: true, Rotated: time.Date(2026, 5, 6, 7, 8, 9, 0, time.UTC)}, {}},
		},
		"robot": {Created: time.Date(2024, 3, 1, 9, 0, 0, 0, time.UTC)},
	}
	// The same with a column that nobody knows yet, and all columns in another order.
	var turned []string
	for _, row := range []string{reportHeader + ",additional_credentials_info", rootOfReport + ",N/A", aliceOfReport + `,"a, ""b"""`, robotOfReport + ","} {
		cells := strings.SplitN(row, ",", 23)
		slices.Reverse(cells)
		turned = append(turned, strings.Join(cells, ","))
	}
	for name, content := range map[string][]byte{
		"as AWS writes it":  reportOf(reportHeader, rootOfReport, aliceOfReport, robotOfReport),
		"columns reordered": reportOf(turned...),
	} {
		got, err := kinds.ParseCredentialReport(content, reportMade)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := cmp.Diff(&resource.CredentialReport{At: reportMade, Users: want}, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// What is not understood is an error that says where, and never a silent "none".
func TestMalformedReportIsAnError(t *testing.T) {
	cell := func(old, replacement string) []byte {
		return reportOf(reportHeader, rootOfReport, strings.Replace(aliceOfReport, old, replacement, 1))
	}
	for _, test := range []struct {
		name    string
		content []byte
		want    []string
	}{
		{"nothing", nil, []string{"empty"}},
		{"no header", reportOf(aliceOfReport), nil},
		{"a missing column", reportOf(strings.Replace(reportHeader, "mfa_active", "mfa", 1), aliceOfReport), []string{`no column "mfa_active"`}},
		{"a column twice", reportOf(strings.Replace(reportHeader, "cert_2_active", "cert_1_active", 1), aliceOfReport), []string{`two columns "cert_1_active"`}},
		{"a short row", reportOf(reportHeader, "alice,arn"), []string{"line 2"}},
		{"an open quote", reportOf(reportHeader, `"alice`), []string{"line 2"}},
		{"a user twice", reportOf(reportHeader, aliceOfReport, aliceOfReport), []string{`two rows`, `"alice"`}},
		{"no user", cell("alice,", ","), []string{"names no user"}},
		{"a time of another form", cell("2026-02-03T04:05:06Z", "2026-02-03 04:05"), []string{`user "alice"`, `"access_key_1_last_rotated"`, `"2026-02-03 04:05"`}},
		{"an empty time", cell("2026-11-21T13:45:00+00:00", ""), []string{`user "alice"`, `"access_key_1_last_used_date"`, `""`}},
		{"a number for a flag", cell(",TRUE,", ",1,"), []string{`user "alice"`, `"mfa_active"`, `"1"`}},
		{"a word for a flag", cell("00,true,2026-11", "00,yes,2026-11"), []string{`user "alice"`, `"password_enabled"`, `"yes"`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			report, err := kinds.ParseCredentialReport(test.content, reportMade)
			if err == nil {
				t.Fatalf("it was read: %+v", report)
			}
			for _, want := range append(test.want, "credential report: ") {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%s is not in: %v", want, err)
				}
			}
		})
	}
}

// FuzzCredentialReport holds that a report is read in full or not at all.
func FuzzCredentialReport(f *testing.F) {
	for _, rows := range [][]string{
		{reportHeader, rootOfReport, aliceOfReport, robotOfReport},
		{reportHeader, strings.Replace(aliceOfReport, "true", "not_supported", 1)},
		{reportHeader, `"alice`},
		{reportHeader},
		{""},
	} {
		f.Add(reportOf(rows...))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		report, err := kinds.ParseCredentialReport(content, reportMade)
		switch {
		case err != nil && report != nil:
			t.Error("half a report came with an error")
		case err != nil:
			if !strings.HasPrefix(err.Error(), "credential report: ") {
				t.Errorf("it does not say what it is about: %v", err)
			}
		case !report.At.Equal(reportMade):
			t.Errorf("made at %v", report.At)
		default:
			for name, user := range report.Users {
				if name == "" || name == "<root_account>" {
					t.Errorf("user %q", name)
				}
				if user.Created.Location() != time.UTC || user.PasswordUsed.Location() != time.UTC {
					t.Errorf("%s: a time is not in UTC", name)
				}
			}
		}
	})
}

// The real course of things: none is there, one is begun, it is made, it is read; the next reader finds it.
func TestReportIsMadeAndWaitedFor(t *testing.T) {
	s := openSandbox(t, sandbox.Options{})
	equip(t, s)
	begun := s.clock.Now()
	report := s.evidence(resource.Needs{Report: true}).Report
	alice := report.Users["alice"]
	if !alice.Password || !alice.MFA || !alice.Keys[0].Active || !alice.Keys[1].Active || !alice.Keys[0].Rotated.Equal(begun) || len(report.Users) != 1 {
		t.Errorf("report: %+v", report)
	}
	if want := []time.Duration{2 * time.Second, 2 * time.Second}; !slices.Equal(s.clock.slept, want) {
		t.Errorf("waited %v, want %v", s.clock.slept, want)
	}
	if !report.At.Equal(s.clock.Now()) {
		t.Errorf("made at %v", report.At)
	}
	s.sandbox.ResetCalls()
	s.evidence(resource.Needs{Report: true})
	if calls := s.sandbox.Calls(); calls["iam:GetCredentialReport"] != 1 || calls["iam:GenerateCredentialReport"] != 0 {
		t.Errorf("a report that is there was asked for with %v", calls)
	}
	s.clock.now = s.clock.now.Add(5 * time.Hour)
	if again := s.evidence(resource.Needs{Report: true}).Report; !again.At.After(report.At.Add(4 * time.Hour)) {
		t.Errorf("an expired report was taken: made at %v", again.At)
	}
}

// The witness's report is read too, and says the same of a user as the sandbox's.
func TestReportOfAnyAccount(t *testing.T) {
	s := openSubject(t)
	s.write(deletion.Inverse())
	for _, create := range []func(context.Context, *iam.Client) (resource.Address, error){makeAccessKey, makePassword} {
		if _, err := create(t.Context(), s.client()); err != nil {
			t.Fatal(err)
		}
	}
	got, known := s.evidence(resource.Needs{Report: true}).Report.Users["alice"]
	switch {
	case !known:
		t.Error("alice is not in the report")
	case !got.Password || got.MFA || !got.Keys[0].Active || got.Keys[1].Active || got.Keys[0].Rotated.IsZero() || got.Created.IsZero():
		t.Errorf("alice: %+v", got)
	}
	s.write(deletion)
}

// reporting answers the calls for reports as it is told, and passes the rest on.
type reporting struct {
	inner http.RoundTripper
	// got and generated are the answers in turn, the last one for ever: an error's code or a state; "" is the report.
	got, generated []string
	calls          int
}

func (r *reporting) Do(request *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(request.Body)
	if err != nil {
		return nil, err
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, err
	}
	next := func(answers *[]string) string {
		r.calls++
		first := (*answers)[0]
		if len(*answers) > 1 {
			*answers = (*answers)[1:]
		}
		return first
	}
	status, text := http.StatusOK, ""
	switch form.Get("Action") {
	case "GetCredentialReport":
		if code := next(&r.got); code != "" {
			status, text = http.StatusGone, "<ErrorResponse><Error><Code>"+code+"</Code><Message>Unknown</Message></Error></ErrorResponse>"
			break
		}
		text = fmt.Sprintf("<GetCredentialReportResponse><GetCredentialReportResult><Content>%s</Content><GeneratedTime>%s</GeneratedTime></GetCredentialReportResult></GetCredentialReportResponse>",
			base64.StdEncoding.EncodeToString(reportOf(reportHeader, rootOfReport, aliceOfReport)), reportMade.Format(time.RFC3339))
	case "GenerateCredentialReport":
		text = "<GenerateCredentialReportResponse><GenerateCredentialReportResult><State>" + next(&r.generated) + "</State></GenerateCredentialReportResult></GenerateCredentialReportResponse>"
	default:
		request.Body = io.NopCloser(strings.NewReader(string(body)))
		return r.inner.RoundTrip(request)
	}
	return &http.Response{
		StatusCode: status, Header: http.Header{"Content-Type": {"text/xml"}}, Request: request,
		Body: io.NopCloser(strings.NewReader(text)), ContentLength: int64(len(text)),
	}, nil
}

func TestReportThatIsSlowOrExpiresBetween(t *testing.T) {
	for _, test := range []struct {
		name           string
		got, generated []string
		calls          int
		slept          time.Duration
		failure        string
	}{
		{"there already", []string{""}, []string{"COMPLETE"}, 1, 0, ""},
		{"none yet", []string{"ReportNotPresent", ""}, []string{"STARTED", "INPROGRESS", "COMPLETE"}, 5, 4 * time.Second, ""},
		{"another's under way", []string{"ReportInProgress", ""}, []string{"INPROGRESS", "COMPLETE"}, 4, 2 * time.Second, ""},
		{"expired", []string{"ReportExpired", ""}, []string{"STARTED", "COMPLETE"}, 4, 2 * time.Second, ""},
		{"expired between the calls", []string{"ReportNotPresent", "ReportExpired", ""}, []string{"STARTED", "COMPLETE", "STARTED", "COMPLETE"}, 7, 4 * time.Second, ""},
		{"complete and yet not there", []string{"ReportNotPresent"}, []string{"COMPLETE"}, 227, 150 * time.Second, "its state is COMPLETE"},
		{"never ready", []string{"ReportNotPresent"}, []string{"STARTED", "INPROGRESS"}, 151, 298 * time.Second, "its state is INPROGRESS"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := openSandbox(t, sandbox.Options{})
			way := &reporting{inner: s.sandbox.Client().Transport, got: test.got, generated: test.generated}
			s.open(live.Options{HTTPClient: way})
			reading, err := s.account.Read(t.Context(), live.Ask{Needs: resource.Needs{Report: true}})
			switch {
			case test.failure == "" && err != nil:
				t.Fatal(err)
			case test.failure == "" && !reading.Evidence.Report.At.Equal(reportMade):
				t.Errorf("made at %v", reading.Evidence.Report.At)
			case test.failure != "" && (err == nil || !strings.Contains(err.Error(), test.failure)):
				t.Errorf("error: %v", err)
			}
			var slept time.Duration
			for _, d := range s.clock.slept {
				slept += d
			}
			if way.calls != test.calls || slept != test.slept {
				t.Errorf("%d calls and %v of waiting, want %d and %v", way.calls, slept, test.calls, test.slept)
			}
		})
	}
}

func TestReportThatCannotBeMadeSaysSo(t *testing.T) {
	s := openSandbox(t, sandbox.Options{Faults: sandbox.Faults{Deny: []string{"iam:GenerateCredentialReport"}}})
	_, err := s.account.Read(t.Context(), live.Ask{Needs: resource.Needs{Report: true}})
	wantClass(t, err, resource.Denied)
	if !strings.Contains(err.Error(), "iam:GenerateCredentialReport") {
		t.Errorf("error: %v", err)
	}
}
