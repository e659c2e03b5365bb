package requirements_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"baseline/requirements"
	"baseline/resource"
)

func TestNeeds(t *testing.T) {
	limit := &resource.CredentialLimit{MaxAge: 90 * day}
	for _, test := range []struct {
		name  string
		rules *resource.Requirements
		want  resource.Needs
	}{
		{"no rules", nil, resource.Needs{}},
		{"rules that ask for nothing", &resource.Requirements{}, resource.Needs{}},
		{
			"rules that the lists of the account answer",
			&resource.Requirements{
				Root: &resource.RootRule{MFA: "any", NoAccessKeys: true}, Permissions: &resource.PermissionRule{NoAdmin: true},
				Trust: &resource.TrustRule{NoPublic: true}, UnusedRoles: &resource.UnusedRoleRule{After: 90 * day},
				SupportRole: &resource.SupportRoleRule{}, CloudShell: &resource.CloudShellRule{Forbidden: true},
				ServerCertificates: &resource.ServerCertificateRule{}, Credentials: &resource.CredentialRule{SSHKeys: limit},
			},
			resource.Needs{},
		},
		{
			"hardware for root", &resource.Requirements{Root: &resource.RootRule{MFA: "hardware"}},
			resource.Needs{RootMFA: true},
		},
		{
			"MFA", &resource.Requirements{MFA: &resource.MFARule{}},
			resource.Needs{Report: true, Kinds: []resource.Kind{"iam_virtual_mfa_device"}},
		},
		{"access keys", &resource.Requirements{AccessKeys: &resource.AccessKeyRule{}}, resource.Needs{Report: true}},
		{"passwords", &resource.Requirements{Passwords: &resource.PasswordRule{}}, resource.Needs{Report: true}},
		{
			"signing certificates", &resource.Requirements{Credentials: &resource.CredentialRule{SigningCertificates: limit}},
			resource.Needs{Report: true},
		},
		{
			"service-specific credentials", &resource.Requirements{Credentials: &resource.CredentialRule{ServiceSpecific: limit}},
			resource.Needs{Kinds: []resource.Kind{"iam_service_specific_credential"}},
		},
		{
			"the use of credentials, which AWS does not tell",
			&resource.Requirements{Credentials: &resource.CredentialRule{
				ServiceSpecific: &resource.CredentialLimit{Unused: 90 * day}, SigningCertificates: &resource.CredentialLimit{Unused: 90 * day},
			}},
			resource.Needs{},
		},
		{
			"server certificates", &resource.Requirements{ServerCertificates: &resource.ServerCertificateRule{NoExpired: true}},
			resource.Needs{ServerCertificates: true},
		},
		{
			"a trail, and that its bucket is logged", &resource.Requirements{Trail: &resource.TrailRule{BucketLogged: true}},
			resource.Needs{Kinds: []resource.Kind{"cloudtrail_trail"}},
		},
		{
			"a trail with a private bucket", &resource.Requirements{Trail: &resource.TrailRule{BucketPrivate: true}},
			resource.Needs{Kinds: []resource.Kind{"cloudtrail_trail", "s3_account_public_access_block"}},
		},
		{
			"alarms", &resource.Requirements{Trail: &resource.TrailRule{Alarms: true}},
			resource.Needs{Watched: true, Kinds: []resource.Kind{"cloudtrail_trail"}},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, requirements.Needs(test.rules)); diff != "" {
				t.Errorf("needs (-want +got):\n%s", diff)
			}
		})
	}
}
