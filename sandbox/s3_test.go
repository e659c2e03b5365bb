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

// TestBucketLife makes, finds, lists and deletes buckets in both styles.
func TestBucketLife(t *testing.T) {
	for _, style := range []struct {
		name string
		path bool
	}{{"path", true}, {"virtual host", false}} {
		t.Run(style.name, func(t *testing.T) {
			a, ctx := sandbox.New(fixed()), t.Context()
			c, west := s3In(a, usEast, style.path), s3In(a, euWest, style.path)
			createIn(t, c, "acme-logs", usEast)
			createIn(t, west, "acme-data", euWest)

			head := must[*s3.HeadBucketOutput](t)(west.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: aws.String("acme-data")}))
			if *head.BucketRegion != euWest || *head.BucketArn != "arn:aws:s3:::acme-data" {
				t.Errorf("head says %s in %s", *head.BucketArn, *head.BucketRegion)
			}
			_, err := c.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: aws.String("acme-none")})
			expect(t, err, "NotFound", "")

			list := must[*s3.ListBucketsOutput](t)(c.ListBuckets(ctx, &s3.ListBucketsInput{}))
			var got []string
			for _, b := range list.Buckets {
				got = append(got, *b.Name+" "+*b.BucketRegion+" "+b.CreationDate.String())
			}
			want := []string{"acme-data eu-west-1 " + start.String(), "acme-logs us-east-1 " + start.String()}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("all Regions' buckets (-want +got):\n%s", diff)
			}
			if id := *list.Owner.ID; len(id) != 64 {
				t.Errorf("the owner is %q, which is no canonical id", id)
			}

			there := must[*s3.GetBucketLocationOutput](t)(c.GetBucketLocation(ctx, &s3.GetBucketLocationInput{Bucket: aws.String("acme-data")}))
			here := must[*s3.GetBucketLocationOutput](t)(c.GetBucketLocation(ctx, &s3.GetBucketLocationInput{Bucket: aws.String("acme-logs")}))
			if there.LocationConstraint != euWest || here.LocationConstraint != "" {
				t.Errorf("located in %q and %q", there.LocationConstraint, here.LocationConstraint)
			}

			must[*s3.DeleteBucketOutput](t)(west.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: aws.String("acme-data")}))
			_, err = west.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: aws.String("acme-data")})
			expect(t, err, "NoSuchBucket", "does not exist")
			if httpStatus(err) != http.StatusNotFound {
				t.Errorf("status %d, want 404", httpStatus(err))
			}
		})
	}
}

// TestNewBucketDefaults asks a new bucket for every setting.
func TestNewBucketDefaults(t *testing.T) {
	c, ctx := s3In(sandbox.New(fixed()), usEast, true), t.Context()
	createIn(t, c, "acme-logs", usEast)
	name := aws.String("acme-logs")

	block := must[*s3.GetPublicAccessBlockOutput](t)(c.GetPublicAccessBlock(ctx, &s3.GetPublicAccessBlockInput{Bucket: name}))
	p := block.PublicAccessBlockConfiguration
	if !*p.BlockPublicAcls || !*p.IgnorePublicAcls || !*p.BlockPublicPolicy || !*p.RestrictPublicBuckets {
		t.Error("a new bucket's public access is not blocked")
	}
	owner := must[*s3.GetBucketOwnershipControlsOutput](t)(c.GetBucketOwnershipControls(ctx, &s3.GetBucketOwnershipControlsInput{Bucket: name}))
	if o := owner.OwnershipControls.Rules[0].ObjectOwnership; o != types.ObjectOwnershipBucketOwnerEnforced {
		t.Errorf("ownership %s", o)
	}
	crypt := must[*s3.GetBucketEncryptionOutput](t)(c.GetBucketEncryption(ctx, &s3.GetBucketEncryptionInput{Bucket: name}))
	if e := crypt.ServerSideEncryptionConfiguration.Rules[0].ApplyServerSideEncryptionByDefault.SSEAlgorithm; e != types.ServerSideEncryptionAes256 {
		t.Errorf("encrypted by %s", e)
	}
	version := must[*s3.GetBucketVersioningOutput](t)(c.GetBucketVersioning(ctx, &s3.GetBucketVersioningInput{Bucket: name}))
	logging := must[*s3.GetBucketLoggingOutput](t)(c.GetBucketLogging(ctx, &s3.GetBucketLoggingInput{Bucket: name}))
	if version.Status != "" || logging.LoggingEnabled != nil {
		t.Errorf("versioning %q, logging %v", version.Status, logging.LoggingEnabled)
	}
	acl := must[*s3.GetBucketAclOutput](t)(c.GetBucketAcl(ctx, &s3.GetBucketAclInput{Bucket: name}))
	if len(acl.Grants) != 1 || acl.Grants[0].Permission != types.PermissionFullControl || *acl.Grants[0].Grantee.ID != *acl.Owner.ID {
		t.Errorf("grants %v, want the owner's full control alone", acl.Grants)
	}

	_, err := c.GetBucketPolicy(ctx, &s3.GetBucketPolicyInput{Bucket: name})
	expect(t, err, "NoSuchBucketPolicy", "")
	_, err = c.GetBucketLifecycleConfiguration(ctx, &s3.GetBucketLifecycleConfigurationInput{Bucket: name})
	expect(t, err, "NoSuchLifecycleConfiguration", "")
	_, err = c.GetBucketTagging(ctx, &s3.GetBucketTaggingInput{Bucket: name})
	expect(t, err, "NoSuchTagSet", "")
}

// TestCreateBucketRules says which buckets can be made, and where.
func TestCreateBucketRules(t *testing.T) {
	tests := []struct {
		name, endpoint, bucket, constraint string
		code                               string
		status                             int
	}{
		{"nowhere named in us-east-1", usEast, "acme-new", "", "", 0},
		{"us-east-1 is no constraint", usEast, "acme-new", usEast, "InvalidLocationConstraint", 400},
		{"elsewhere through us-east-1", usEast, "acme-new", "ap-southeast-2", "", 0},
		{"nowhere named elsewhere", euWest, "acme-new", "", "IllegalLocationConstraintException", 400},
		{"another place than the endpoint's", euWest, "acme-new", "us-west-2", "IllegalLocationConstraintException", 400},
		{"the old name of eu-west-1", euWest, "acme-new", "EU", "", 0},
		{"no Region", usEast, "acme-new", "mars", "InvalidLocationConstraint", 400},
		{"again in us-east-1", usEast, "acme-here", "", "", 0},
		{"again elsewhere", euWest, "acme-west", euWest, "BucketAlreadyOwnedByYou", 409},
		{"someone else's", usEast, "acme-taken", "", "BucketAlreadyExists", 409},
		{"an address", usEast, "192.168.5.4", "", "InvalidBucketName", 400},
		{"too short", usEast, "ab", "", "InvalidBucketName", 400},
		{"capitals", usEast, "Acme-Logs", "", "InvalidBucketName", 400},
		{"a reserved ending", usEast, "acme-s3alias", "", "InvalidBucketName", 400},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := sandbox.New(fixed())
			createIn(t, s3In(a, usEast, true), "acme-here", usEast)
			createIn(t, s3In(a, euWest, true), "acme-west", euWest)
			if err := a.SetForeignBucket(sandbox.ForeignBucket{Name: "acme-taken", Account: "444455556666"}); err != nil {
				t.Fatal(err)
			}
			in := &s3.CreateBucketInput{Bucket: &tt.bucket}
			if tt.constraint != "" {
				in.CreateBucketConfiguration = &types.CreateBucketConfiguration{LocationConstraint: types.BucketLocationConstraint(tt.constraint)}
			}
			_, err := s3In(a, tt.endpoint, true).CreateBucket(t.Context(), in)
			expect(t, err, tt.code, "")
			if httpStatus(err) != tt.status {
				t.Errorf("status %d, want %d", httpStatus(err), tt.status)
			}
		})
	}
}

// TestWrongRegion asks for a bucket where it is not: the answer says where it is.
func TestWrongRegion(t *testing.T) {
	tests := []struct {
		name, region string
		pathStyle    bool
		code         string
		status       int
	}{
		{"a Region's endpoint, path", "us-west-2", true, "PermanentRedirect", 301},
		{"a Region's endpoint, virtual host", "us-west-2", false, "PermanentRedirect", 301},
		{"us-east-1, path", usEast, true, "PermanentRedirect", 301},
		{"us-east-1, virtual host", usEast, false, "AuthorizationHeaderMalformed", 400},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := sandbox.New(fixed())
			createIn(t, s3In(a, euWest, true), "acme-logs", euWest)
			c := s3In(a, tt.region, tt.pathStyle)
			_, err := c.GetBucketPolicy(t.Context(), &s3.GetBucketPolicyInput{Bucket: aws.String("acme-logs")})
			expect(t, err, tt.code, "")
			response, ok := errors.AsType[*smithyhttp.ResponseError](err)
			if !ok {
				t.Fatal(err)
			}
			if response.HTTPStatusCode() != tt.status {
				t.Errorf("status %d, want %d", response.HTTPStatusCode(), tt.status)
			}
			if got := response.Response.Header.Get("x-amz-bucket-region"); got != euWest {
				t.Errorf("x-amz-bucket-region is %q, want %s", got, euWest)
			}
		})
	}
}

// TestAWSHostNames reaches a bucket by the names that AWS gives it.
func TestAWSHostNames(t *testing.T) {
	a := sandbox.New(fixed())
	createIn(t, s3In(a, euWest, true), "acme.logs", euWest)
	tests := []struct {
		host, path, signed string
		status             int
	}{
		{"acme.logs.s3.eu-west-1.amazonaws.com", "/", euWest, 200},
		{"acme.logs.s3-eu-west-1.amazonaws.com", "/", euWest, 200},
		{"s3.eu-west-1.amazonaws.com", "/acme.logs", euWest, 200},
		{"acme.logs.s3.amazonaws.com", "/", euWest, 200},
		{"acme.logs.s3.eu-west-1.amazonaws.com", "/", usEast, 400},
		{"acme.logs.s3.us-west-2.amazonaws.com", "/", "us-west-2", 301},
		{"other.s3.eu-west-1.amazonaws.com", "/", euWest, 404},
		{"127.0.0.1:8080", "/acme.logs", euWest, 200},
		{"acme.logs.localhost:8080", "/", euWest, 200},
	}
	for _, tt := range tests {
		response := restCall(t, a, http.MethodHead, "http://"+tt.host+tt.path, tt.signed, "", nil)
		if response.StatusCode != tt.status {
			t.Errorf("%s%s signed for %s: %d, want %d", tt.host, tt.path, tt.signed, response.StatusCode, tt.status)
		}
		if got := response.Header.Get("x-amz-bucket-region"); tt.status != 404 && got != euWest {
			t.Errorf("%s: x-amz-bucket-region %q", tt.host, got)
		}
	}
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

// TestForeignBucket says what can be known of another account's bucket: that it is there, and where.
func TestForeignBucket(t *testing.T) {
	a, ctx := sandbox.New(fixed()), t.Context()
	c := s3In(a, euWest, true)
	createIn(t, c, "acme-logs", euWest)
	for _, bad := range []sandbox.ForeignBucket{
		{Name: "Bad", Account: "444455556666"},
		{Name: "other-logs", Account: a.ID()},
		{Name: "acme-logs", Account: "444455556666"},
		{Name: "other-logs", Account: "444455556666", Policy: "{}"},
	} {
		if a.SetForeignBucket(bad) == nil {
			t.Errorf("%+v was taken", bad)
		}
	}
	if err := a.SetForeignBucket(sandbox.ForeignBucket{Name: "other-logs", Account: "444455556666", Region: euWest}); err != nil {
		t.Fatal(err)
	}
	_, err := c.GetBucketPolicy(ctx, &s3.GetBucketPolicyInput{Bucket: aws.String("other-logs")})
	expect(t, err, "AccessDenied", "")
	_, err = c.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: aws.String("other-logs")})
	if httpStatus(err) != http.StatusForbidden {
		t.Errorf("%v, want 403", err)
	}
	list := must[*s3.ListBucketsOutput](t)(c.ListBuckets(ctx, &s3.ListBucketsInput{}))
	if len(list.Buckets) != 1 {
		t.Errorf("%d buckets listed, want this account's one", len(list.Buckets))
	}
	_, err = c.GetBucketPolicy(ctx, &s3.GetBucketPolicyInput{Bucket: aws.String("Acme-Logs")})
	expect(t, err, "NoSuchBucket", "")
	_, err = c.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: aws.String("acme-logs"), ExpectedBucketOwner: aws.String("444455556666")})
	if httpStatus(err) != http.StatusForbidden {
		t.Errorf("another owner expected: %v, want 403", err)
	}
}

// TestListBucketsPages goes through pages, and asks for a part.
func TestListBucketsPages(t *testing.T) {
	a := sandbox.New(fixed())
	c := s3In(a, usEast, true)
	for _, name := range []string{"acme-a", "acme-b", "acme-c", "other-d"} {
		createIn(t, c, name, usEast)
	}
	createIn(t, c, "acme-west", euWest)
	names := func(in *s3.ListBucketsInput) (names []string) {
		for pages := s3.NewListBucketsPaginator(c, in); pages.HasMorePages(); {
			for _, b := range must[*s3.ListBucketsOutput](t)(pages.NextPage(t.Context())).Buckets {
				names = append(names, *b.Name)
			}
		}
		return names
	}
	want := []string{"acme-a", "acme-b", "acme-c", "acme-west"}
	if diff := cmp.Diff(want, names(&s3.ListBucketsInput{MaxBuckets: aws.Int32(2), Prefix: aws.String("acme-")})); diff != "" {
		t.Errorf("by pages of two (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"acme-west"}, names(&s3.ListBucketsInput{BucketRegion: aws.String(euWest)})); diff != "" {
		t.Errorf("of a Region (-want +got):\n%s", diff)
	}
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
