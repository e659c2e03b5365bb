package sandbox_test

import (
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/google/go-cmp/cmp"

	"baseline/sandbox"
)

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
