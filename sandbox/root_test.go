package sandbox_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/google/go-cmp/cmp"

	"baseline/sandbox"
)

// TestRoot says where each sort of root shows.
func TestRoot(t *testing.T) {
	const arn = "arn:aws:iam::111122223333:root,"
	const one = ",true,2026-11-21T14:02:11Z"
	tests := []struct {
		name    string
		root    *sandbox.Root
		summary [4]int32 // password, MFA, access keys, certificates
		virtual bool
		row     string
	}{
		{
			"untold", nil,
			[4]int32{1, 1, 0, 0},
			false,
			"2020-01-01T00:00:00Z,true,no_information,not_supported,not_supported,true" + noKey + noKey + noCertificate + noCertificate,
		},
		{
			"nothing", &sandbox.Root{},
			[4]int32{0, 0, 0, 0},
			false,
			"2020-01-01T00:00:00Z,false,N/A,not_supported,not_supported,false" + noKey + noKey + noCertificate + noCertificate,
		},
		{
			"virtual device", &sandbox.Root{Password: true, MFA: sandbox.RootMFAVirtual, LastUsed: start.Add(-time.Hour)},
			[4]int32{1, 1, 0, 0},
			true,
			"2020-01-01T00:00:00Z,true,2026-11-21T13:02:11Z,not_supported,not_supported,true" + noKey + noKey + noCertificate + noCertificate,
		},
		{
			"keys and certificates", &sandbox.Root{
				Password: true, MFA: sandbox.RootMFANone, AccessKeys: 1, Certificates: 2,
				Created: start.AddDate(-1, 0, 0), PasswordChanged: start.AddDate(0, -1, 0),
			},
			[4]int32{1, 0, 1, 2},
			false,
			"2025-11-21T14:02:11Z,true,no_information,2026-10-21T14:02:11Z,not_supported,false" + one + ",N/A,N/A,N/A" + noKey + one + one,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "account")
			a := open(t, path, fixed())
			for _, r := range []*sandbox.Root{{MFA: sandbox.RootMFAVirtual}, tt.root} {
				if r != nil && tt.root != nil {
					if err := a.SetRoot(*r); err != nil {
						t.Fatal(err)
					}
				}
			}
			c, ctx := clientOf(open(t, path, fixed())), t.Context()
			s := must[*iam.GetAccountSummaryOutput](t)(c.GetAccountSummary(ctx, &iam.GetAccountSummaryInput{})).SummaryMap
			got := [4]int32{
				s["AccountPasswordPresent"], s["AccountMFAEnabled"], s["AccountAccessKeysPresent"], s["AccountSigningCertificatesPresent"],
			}
			if got != tt.summary || len(s) != 34 {
				t.Errorf("summary %v of %d entries, want %v of 34", got, len(s), tt.summary)
			}
			if diff := cmp.Diff(arn+tt.row, rows(t, report(t, c).Content)["<root_account>"]); diff != "" {
				t.Errorf("report (-want +got):\n%s", diff)
			}
			devices := must[*iam.ListVirtualMFADevicesOutput](t)(c.ListVirtualMFADevices(ctx, &iam.ListVirtualMFADevicesInput{
				AssignmentStatus: types.AssignmentStatusTypeAssigned,
			})).VirtualMFADevices
			if !tt.virtual {
				if len(devices) > 0 {
					t.Errorf("%s is still there", *devices[0].SerialNumber)
				}
				return
			}
			serial := aws.String("arn:aws:iam::111122223333:mfa/root-account-mfa-device")
			if d := devices[0]; *d.SerialNumber != *serial || *d.User.Arn != "arn:aws:iam::111122223333:root" ||
				*d.User.UserId != "111122223333" || d.User.UserName != nil || d.User.Path != nil || d.EnableDate == nil {
				t.Errorf("root's device is %+v of %+v", d, d.User)
			}
			_, err := c.DeleteVirtualMFADevice(ctx, &iam.DeleteVirtualMFADeviceInput{SerialNumber: serial})
			expect(t, err, "DeleteConflict", "")
		})
	}
}

func TestSetRootRefuses(t *testing.T) {
	a := sandbox.New(fixed())
	c := clientOf(a)
	must[*iam.CreateVirtualMFADeviceOutput](t)(c.CreateVirtualMFADevice(t.Context(), &iam.CreateVirtualMFADeviceInput{
		VirtualMFADeviceName: aws.String("root-account-mfa-device"),
	}))
	before := string(a.Dump())
	for words, root := range map[string]sandbox.Root{
		`MFA "phone" is not one of`:           {MFA: "phone"},
		"3 access keys":                       {AccessKeys: 3},
		"-1 certificates":                     {Certificates: -1},
		"called root-account-mfa-device alre": {MFA: sandbox.RootMFAVirtual},
	} {
		if err := a.SetRoot(root); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%v, want %q", err, words)
		}
	}
	if diff := cmp.Diff(before, string(a.Dump())); diff != "" {
		t.Errorf("(-before +after):\n%s", diff)
	}
	devices := must[*iam.ListVirtualMFADevicesOutput](t)(c.ListVirtualMFADevices(t.Context(), &iam.ListVirtualMFADevicesInput{}))
	if d := devices.VirtualMFADevices[0]; d.User != nil || d.EnableDate != nil {
		t.Errorf("a device of nobody tells more than its serial number: %+v", d)
	}
}

// TestOlderFile opens an account as it was written before there were credential reports.
func TestOlderFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "account")
	old := `{"format":"baseline-sandbox","version":1,"account":"111122223333"}
{"put":{"user/alice":{"name":"alice","path":"/","id":"AIDAAAAAAAAAAAAAAAAA1","created":"2025-01-01T00:00:00Z"}}}
{"put":{"login-profile/aidaaaaaaaaaaaaaaaaa1":{"userID":"AIDAAAAAAAAAAAAAAAAA1","created":"2025-01-02T00:00:00Z"}}}
{"put":{"access-key/akiazzzzzzzzzzzzzzz1":{"id":"AKIAZZZZZZZZZZZZZZZ1","userID":"AIDAAAAAAAAAAAAAAAAA1","status":"Active","created":"2025-01-03T00:00:00Z"}}}
{"put":{"access-key/akiaaaaaaaaaaaaaaaa2":{"id":"AKIAAAAAAAAAAAAAAAA2","userID":"AIDAAAAAAAAAAAAAAAAA1","status":"Inactive","created":"2025-01-04T00:00:00Z"}}}
`
	if err := os.WriteFile(path, []byte(old), 0o600); err != nil {
		t.Fatal(err)
	}
	want := "arn:aws:iam::111122223333:user/alice,2025-01-01T00:00:00Z,true,no_information,2025-01-02T00:00:00Z,N/A,false" +
		",true,2025-01-03T00:00:00Z,N/A,N/A,N/A,false,2025-01-04T00:00:00Z,N/A,N/A,N/A" + noCertificate + noCertificate
	if diff := cmp.Diff(want, rows(t, report(t, clientOf(open(t, path, fixed()))).Content)["alice"]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
