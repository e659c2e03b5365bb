package sandbox_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/google/go-cmp/cmp"

	"baseline/sandbox"
)

const (
	usEast = "us-east-1"
	euWest = "eu-west-1"
)

// s3In is a client of S3 in a Region. The bucket is in the path or, virtual-hosted, in the host name.
func s3In(a *sandbox.Account, region string, pathStyle bool) *s3.Client {
	cfg := config(a, foreignKey)
	cfg.Region = region
	return s3.NewFromConfig(cfg, func(o *s3.Options) { o.UsePathStyle = pathStyle })
}

// createIn creates a bucket in a Region.
func createIn(t *testing.T, c *s3.Client, bucket, region string) {
	t.Helper()
	must[*s3.CreateBucketOutput](t)(c.CreateBucket(t.Context(), &s3.CreateBucketInput{
		Bucket: &bucket, CreateBucketConfiguration: located(region),
	}))
}

func located(region string) *types.CreateBucketConfiguration {
	if region == usEast {
		return nil
	}
	return &types.CreateBucketConfiguration{LocationConstraint: types.BucketLocationConstraint(region)}
}

// httpStatus is the HTTP status of a refusal.
func httpStatus(err error) int {
	if r, ok := errors.AsType[*smithyhttp.ResponseError](err); ok {
		return r.HTTPStatusCode()
	}
	return 0
}

// restCall makes a request of S3 by hand.
func restCall(t *testing.T, a *sandbox.Account, method, url, region, body string, header http.Header) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if header != nil {
		r.Header = header
	}
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+foreignKey+"/20261121/"+region+"/s3/aws4_request, SignedHeaders=host, Signature=0")
	response, err := a.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	return response
}

// TestS3Faults lets each thing go wrong that an account can be told to get wrong.
func TestS3Faults(t *testing.T) {
	tests := []struct {
		fault, code string
		status      int
	}{
		{"deny=s3:GetBucketTagging", "AccessDenied", 403},
		{"deny=s3:Get*", "AccessDenied", 403},
		{"fail=s3:GetBucketTagging:OperationAborted", "OperationAborted", 409},
		{"fail=s3:GetBucketTagging:ServiceFailure", "InternalError", 500},
		{"fail=s3:GetBucketTagging:InvalidClientTokenId", "InvalidAccessKeyId", 403},
	}
	for _, tt := range tests {
		t.Run(tt.fault, func(t *testing.T) {
			a := sandbox.New(fixed())
			c := s3In(a, usEast, true)
			createIn(t, c, "acme-logs", usEast)
			var faults sandbox.Faults
			if err := sandbox.ParseFault(tt.fault, &faults); err != nil {
				t.Fatal(err)
			}
			a.SetFaults(faults)
			_, err := c.GetBucketTagging(t.Context(), &s3.GetBucketTaggingInput{Bucket: aws.String("acme-logs")})
			expect(t, err, tt.code, "")
			if httpStatus(err) != tt.status {
				t.Errorf("status %d, want %d", httpStatus(err), tt.status)
			}
			if tt.code == "AccessDenied" {
				expect(t, err, tt.code, "s3:GetBucketTagging on resource: arn:aws:s3:::acme-logs because")
			}
		})
	}
}

// TestS3Throttle answers as S3 does, not as IAM.
func TestS3Throttle(t *testing.T) {
	o := fixed()
	o.Faults.Throttle = sandbox.Rate{Burst: 1, PerSecond: 1}
	c := s3In(sandbox.New(o), usEast, true)
	createIn(t, c, "acme-logs", usEast)
	_, err := c.ListBuckets(t.Context(), &s3.ListBucketsInput{})
	expect(t, err, "SlowDown", "reduce your request rate")
	if httpStatus(err) != http.StatusServiceUnavailable {
		t.Errorf("status %d, want 503", httpStatus(err))
	}
}

// TestS3LostAnswer carries a write out whose answer nobody hears, and keeps it in the account's file.
func TestS3LostAnswer(t *testing.T) {
	path := filepath.Join(t.TempDir(), "account")
	o := fixed()
	o.Faults.LoseEvery = 1
	a, err := sandbox.Open(path, o)
	if err != nil {
		t.Fatal(err)
	}
	_, err = s3In(a, usEast, true).CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: aws.String("acme-logs")})
	if !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Fatalf("%v, want a lost answer", err)
	}
	before := a.Dump()
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := sandbox.Open(path, fixed())
	if err != nil {
		t.Fatal(err)
	}
	must[*s3.HeadBucketOutput](t)(s3In(again, usEast, true).HeadBucket(t.Context(), &s3.HeadBucketInput{Bucket: aws.String("acme-logs")}))
	if after := again.Dump(); !bytes.Equal(before, after) {
		t.Errorf("(-before +after):\n%s", cmp.Diff(string(before), string(after)))
	}
	if got := again.Calls(); got["s3:HeadBucket"] != 1 {
		t.Errorf("calls %v", got)
	}
}

// TestNotSimulated refuses openly what of S3 is not there.
func TestNotSimulated(t *testing.T) {
	a := sandbox.New(fixed())
	c := s3In(a, usEast, true)
	createIn(t, c, "acme-logs", usEast)
	_, err := c.GetBucketCors(t.Context(), &s3.GetBucketCorsInput{Bucket: aws.String("acme-logs")})
	expect(t, err, "NotImplemented", "")
	response := restCall(t, a, http.MethodPut, "http://sandbox.invalid/acme-logs?versioning", usEast, "<VersioningConfiguration><Odd/></VersioningConfiguration>", nil)
	if body, _ := io.ReadAll(response.Body); !strings.Contains(string(body), "<Code>MalformedXML</Code>") {
		t.Errorf("an element of no schema: %s", body)
	}
}

// FuzzS3 sends anything to S3: there is always an answer, and it is never a fault of the sandbox.
func FuzzS3(f *testing.F) {
	f.Add("PUT", "/acme-logs", "policy", onLogs(`"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"`))
	f.Add("PUT", "/acme-logs", "lifecycle", "<LifecycleConfiguration><Rule><Status>Enabled</Status><Filter/></Rule></LifecycleConfiguration>")
	f.Add("PUT", "/acme-logs", "acl", "<AccessControlPolicy><AccessControlList/></AccessControlPolicy>")
	f.Add("PUT", "/acme-logs", "tagging", "<Tagging><TagSet><Tag><Key>a</Key><Value/></Tag></TagSet></Tagging>")
	f.Add("PUT", "/acme-logs", "logging", "<BucketLoggingStatus/>")
	f.Add("PUT", "/new-logs", "", "<CreateBucketConfiguration><Tags/></CreateBucketConfiguration>")
	f.Add("GET", "/acme-logs", "list-type=2&max-keys=0&continuation-token=AAAA&delimiter=/", "")
	f.Add("GET", "/acme-logs", "versions&max-keys=1&key-marker=a&version-id-marker=null&prefix=%ff", "")
	f.Add("DELETE", "/acme-logs/a", "versionId=null", "")
	f.Add("PUT", "/v20180820/configuration/publicAccessBlock", "x-amz-account-id=111122223333", "<PublicAccessBlockConfiguration/>")
	f.Fuzz(func(t *testing.T, method, path, query, body string) {
		a := sandbox.New(fixed())
		createIn(t, s3In(a, usEast, true), "acme-logs", usEast)
		putKey(t, s3In(a, usEast, true), "a", 1)
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPut, "http://sandbox.invalid/", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Method, r.URL.Path, r.URL.RawQuery = method, path, query
		r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+foreignKey+"/20261121/us-east-1/s3/aws4_request")
		response, err := a.Client().Do(r)
		if err != nil {
			t.Skip("no request that a client would send")
		}
		if response.StatusCode >= http.StatusInternalServerError && response.StatusCode != http.StatusNotImplemented {
			t.Errorf("%d", response.StatusCode)
		}
	})
}
