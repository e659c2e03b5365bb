package live_test

import (
	"net/http"
	"strings"
	"testing"

	"baseline/live"
	"baseline/resource"
)

// S3 may refuse without a word about why, and IAM has names of its own for some of its calls.
func TestDenialByS3NamesThePermissionByIAMsName(t *testing.T) {
	audit, block := resource.At("s3_bucket", "acme-audit"), resource.At("s3_account_public_access_block", "account")
	region := resource.Object{"region": "eu-west-1"}
	look := func(a *live.Account) error {
		_, err := a.Look(t.Context(), nil, []resource.Address{audit})
		return err
	}
	change := func(setting string, before, after any) func(*live.Account) error {
		return func(a *live.Account) error {
			return a.Write(t.Context(), resource.Change{
				Address: audit, Before: region.With(resource.Object{setting: before}), After: region.With(resource.Object{setting: after}),
			})
		}
	}
	remove := func(a resource.Address, before resource.Object) func(*live.Account) error {
		return func(to *live.Account) error {
			return to.Write(t.Context(), resource.Change{Address: a, Before: before})
		}
	}
	for _, test := range []struct {
		// method and part of the address say which call is refused.
		method, part string
		do           func(*live.Account) error
		want         string
	}{
		{"GET", "x-id=ListBuckets", look, "s3:ListAllMyBuckets"},
		{"GET", "?encryption", look, "s3:GetEncryptionConfiguration"},
		{"GET", "?lifecycle", look, "s3:GetLifecycleConfiguration"},
		{"GET", "?publicAccessBlock", look, "s3:GetBucketPublicAccessBlock"},
		{"GET", "?versioning", look, "s3:GetBucketVersioning"},
		{"PUT", "?publicAccessBlock", change("public_access_block", []string{}, []string{"BlockPublicAcls"}), "s3:PutBucketPublicAccessBlock"},
		{"PUT", "?encryption", change("encryption", "AES256", "aws:kms"), "s3:PutEncryptionConfiguration"},
		{"PUT", "?lifecycle", change("expire", 0, 1), "s3:PutLifecycleConfiguration"},
		{"DELETE", "?tagging", change("tags", map[string]string{"a": "b"}, map[string]string{}), "s3:PutBucketTagging"},
		{"GET", "?versions", remove(audit, region), "s3:ListBucketVersions"},
		{"DELETE", "/publicAccessBlock", remove(block, resource.Object{}), "s3:PutAccountPublicAccessBlock"},
	} {
		t.Run(test.method+" "+test.part, func(t *testing.T) {
			refusing := false
			s := open(t, func(o *live.Options) {
				inner := o.HTTPClient
				o.HTTPClient = client(func(r *http.Request) (*http.Response, error) {
					if refusing && r.Method == test.method && strings.Contains(r.URL.String(), test.part) {
						refusal := `<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>`
						if strings.HasPrefix(r.URL.Path, "/v20180820/") {
							refusal = `<ErrorResponse>` + refusal + `</ErrorResponse>` // as S3 Control has it
						}
						return answer(r, http.StatusForbidden, refusal), nil
					}
					return inner.Do(r)
				})
			})
			if err := s.account.Write(t.Context(), resource.Change{Address: audit, After: region}); err != nil {
				t.Fatal(err)
			}
			refusing = true
			call := failed(t, test.do(s.account))
			if call.Class != resource.Denied || call.Message != "Access Denied (it takes the permission "+test.want+")" {
				t.Errorf("failure: %+v", call)
			}
		})
	}
}
