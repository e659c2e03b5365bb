package kinds_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/google/go-cmp/cmp"

	"baseline/live"
	"baseline/resource"
	"baseline/sandbox"
)

// userOf calls the sandbox as the user of an access key.
func userOf(s *subject, key string) *iam.Client {
	return iam.New(iam.Options{
		Region: "us-east-1", HTTPClient: s.options.HTTPClient, Credentials: credentials.NewStaticCredentialsProvider(key, "secret", ""),
	})
}

func setRoot(t *testing.T, s *subject, device string) {
	t.Helper()
	if err := s.sandbox.SetRoot(sandbox.Root{Password: true, MFA: device, AccessKeys: 1, Certificates: 2}); err != nil {
		t.Fatal(err)
	}
}

func (s *subject) evidence(needs resource.Needs) *resource.Evidence {
	s.t.Helper()
	reading, err := s.account.Read(s.t.Context(), live.Ask{Needs: needs})
	if err != nil {
		s.t.Fatal(err)
	}
	return reading.Evidence
}

func TestRootByTheAccountSummary(t *testing.T) {
	s := openSandbox(t, sandbox.Options{})
	for _, test := range []struct {
		device string
		want   resource.Root
	}{
		{sandbox.RootMFANone, resource.Root{Password: true, AccessKeys: 1, Certificates: 2}},
		{sandbox.RootMFAHardware, resource.Root{Password: true, MFA: true, AccessKeys: 1, Certificates: 2}},
		{sandbox.RootMFAVirtual, resource.Root{Password: true, MFA: true, AccessKeys: 1, Certificates: 2, VirtualMFA: true}},
	} {
		setRoot(t, s, test.device)
		if diff := cmp.Diff(test.want, s.evidence(resource.Needs{RootMFA: true}).Root); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.device, diff)
		}
	}
	if s.evidence(resource.Needs{}).Root.VirtualMFA {
		t.Error("the sort of root's device was asked for though nothing needs it")
	}
	if err := s.sandbox.SetRoot(sandbox.Root{}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(resource.Root{}, s.evidence(resource.Needs{RootMFA: true}).Root); diff != "" {
		t.Errorf("a root without anything (-want +got):\n%s", diff)
	}
}

// Older accounts do not say whether root has a password: then it has.
func TestRootHasAPasswordUnlessAWSSaysOtherwise(t *testing.T) {
	s := openSandbox(t, sandbox.Options{})
	if err := s.sandbox.SetRoot(sandbox.Root{}); err != nil {
		t.Fatal(err)
	}
	s.open(live.Options{HTTPClient: rewriting{s.sandbox.Client(), "AccountPasswordPresent", "AccountPasswordUnheard"}})
	if !s.evidence(resource.Needs{}).Root.Password {
		t.Error("root has none")
	}
}

// Another's device whose name looks like root's does not make root's a virtual one.
func TestRootIsKnownByItsARN(t *testing.T) {
	s := openSandbox(t, sandbox.Options{})
	s.write(deletion.Inverse())
	if _, err := makeMFADevice(t.Context(), s.client()); err != nil {
		t.Fatal(err)
	}
	if s.evidence(resource.Needs{RootMFA: true}).Root.VirtualMFA {
		t.Error("alice's device was taken for root's")
	}
}

func TestDatesOfUsersAndRoles(t *testing.T) {
	s := openSandbox(t, sandbox.Options{})
	born := s.clock.Now()
	s.write(deletion.Inverse())
	for _, name := range []string{"Used", "Unused"} {
		s.write(resource.Change{Address: at("iam_role", name), After: settings{"trust": resource.Document(trustLambda)}})
	}
	got := s.evidence(resource.Needs{})
	if diff := cmp.Diff(map[string]time.Time{"alice": born}, got.Users); diff != "" {
		t.Errorf("users (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]resource.RoleUse{"Used": {Created: born}, "Unused": {Created: born}}, got.Roles); diff != "" {
		t.Errorf("roles (-want +got):\n%s", diff)
	}
	s.open(live.Options{HTTPClient: rewriting{
		s.sandbox.Client(), "<RoleLastUsed></RoleLastUsed>",
		"<RoleLastUsed><LastUsedDate>2026-10-01T08:00:00Z</LastUsedDate><Region>eu-west-1</Region></RoleLastUsed>",
	}})
	used := time.Date(2026, 10, 1, 8, 0, 0, 0, time.UTC)
	if diff := cmp.Diff(resource.RoleUse{Created: born, Used: used}, s.evidence(resource.Needs{}).Roles["Used"]); diff != "" {
		t.Errorf("a used role (-want +got):\n%s", diff)
	}
}

func TestServerCertificates(t *testing.T) {
	s := openSandbox(t, sandbox.Options{ShortPages: true})
	var want []resource.ServerCertificate
	for i := range 3 {
		expires := s.clock.Now().AddDate(0, i-1, 0)
		name := fmt.Sprintf("web%d", i)
		body, key, err := selfSigned(expires)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.client().UploadServerCertificate(t.Context(), &iam.UploadServerCertificateInput{
			ServerCertificateName: &name, CertificateBody: &body, PrivateKey: &key,
		}); err != nil {
			t.Fatal(err)
		}
		want = append(want, resource.ServerCertificate{Name: name, Expires: expires})
	}
	if diff := cmp.Diff(want, s.evidence(resource.Needs{ServerCertificates: true}).ServerCertificates); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := s.evidence(resource.Needs{}).ServerCertificates; got != nil {
		t.Errorf("asked for by nothing, and read: %v", got)
	}
}

// What it costs to look: every user's objects at a price that is known.
func TestLooksAreCounted(t *testing.T) {
	s := openSandbox(t, sandbox.Options{})
	equip(t, s)
	for _, test := range []struct {
		address resource.Address
		objects int
		calls   map[string]int
	}{
		{at("iam_access_key", "alice"), 2, map[string]int{"iam:ListAccessKeys": 1, "iam:GetAccessKeyLastUsed": 2}},
		{at("iam_login_profile", "alice"), 1, map[string]int{"iam:GetLoginProfile": 1, "iam:GetUser": 1}},
		{at("iam_mfa_device", "alice"), 1, map[string]int{"iam:ListMFADevices": 1}},
		{at("iam_ssh_public_key", "alice"), 0, map[string]int{"iam:ListSSHPublicKeys": 1}},
		{at("iam_signing_certificate", "alice"), 0, map[string]int{"iam:ListSigningCertificates": 1}},
		{at("iam_access_key", "nobody"), 0, map[string]int{"iam:ListAccessKeys": 1}},
		{at("iam_login_profile", "nobody"), 0, map[string]int{"iam:GetLoginProfile": 1}},
	} {
		s.sandbox.ResetCalls()
		found, err := s.account.Look(t.Context(), nil, []resource.Address{test.address})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(test.calls, s.sandbox.Calls()); diff != "" {
			t.Errorf("%s: calls (-want +got):\n%s", test.address, diff)
		}
		if len(found) != test.objects {
			t.Errorf("%s: %d objects, want %d", test.address, len(found), test.objects)
		}
	}
}

// Costly evidence is read when it is needed, beside everything else.
func TestNeedsAreReadInAddition(t *testing.T) {
	s := openSandbox(t, sandbox.Options{})
	plain, extra := map[string]int{}, map[string]int{
		"iam:GetCredentialReport": 2, "iam:GenerateCredentialReport": 3, "iam:ListServerCertificates": 1,
		"iam:ListVirtualMFADevices": 2, "iam:ListServiceSpecificCredentials": 1,
	}
	s.sandbox.ResetCalls()
	s.evidence(resource.Needs{})
	maps.Copy(plain, s.sandbox.Calls())
	s.open(live.Options{HTTPClient: s.sandbox.Client()})
	s.sandbox.ResetCalls()
	got := s.evidence(resource.Needs{
		Report: true, RootMFA: true, ServerCertificates: true,
		Kinds: []resource.Kind{"iam_virtual_mfa_device", "iam_service_specific_credential", "iam_access_key"},
	})
	maps.Copy(plain, extra)
	plain["sts:GetCallerIdentity"] = 1
	if diff := cmp.Diff(plain, s.sandbox.Calls()); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
	if got.Report == nil {
		t.Error("there is no report")
	}
}

func TestDeniedEvidenceNamesEveryMissingPermission(t *testing.T) {
	denied := []string{"iam:GetAccountSummary", "iam:GetCredentialReport", "iam:ListServerCertificates", "iam:ListVirtualMFADevices"}
	s := openSandbox(t, sandbox.Options{Faults: sandbox.Faults{Deny: denied}})
	_, err := s.account.Read(t.Context(), live.Ask{Needs: resource.Needs{Report: true, RootMFA: true, ServerCertificates: true}})
	wantClass(t, err, resource.Denied)
	for _, permission := range denied {
		if n := strings.Count(err.Error(), permission+": AccessDenied"); n != 1 {
			t.Errorf("%s is named %d times in: %v", permission, n, err)
		}
	}
}
