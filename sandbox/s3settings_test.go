package sandbox_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"baseline/sandbox"
)

// plainS3 compares what the SDK made of answers.
var plainS3 = cmpopts.IgnoreUnexported(
	types.PublicAccessBlockConfiguration{}, types.LifecycleRule{}, types.LifecycleRuleFilter{}, types.LifecycleRuleAndOperator{},
	types.LifecycleExpiration{}, types.Transition{}, types.NoncurrentVersionExpiration{}, types.NoncurrentVersionTransition{},
	types.AbortIncompleteMultipartUpload{}, types.Tag{}, types.Grant{}, types.Grantee{}, types.ServerSideEncryptionRule{},
	types.ServerSideEncryptionByDefault{}, types.BlockedEncryptionTypes{},
)

// accountBlock asks S3 Control about the account's public access block, and returns the status and the body.
func accountBlock(t *testing.T, a *sandbox.Account, method, body string) (status int, answer string) {
	t.Helper()
	return accountBlockOf(t, a, a.ID(), method, body)
}

func accountBlockOf(t *testing.T, a *sandbox.Account, account, method, body string) (status int, answer string) {
	t.Helper()
	header := http.Header{"X-Amz-Account-Id": {account}}
	r := restCall(t, a, method, "http://"+account+".sandbox.invalid/v20180820/configuration/publicAccessBlock", euWest, body, header)
	data, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return r.StatusCode, string(data)
}

// TestAccountPublicAccessBlock puts, gets and deletes the account's block as S3 Control does.
func TestAccountPublicAccessBlock(t *testing.T) {
	a := sandbox.New(fixed())
	none := func() {
		t.Helper()
		status, body := accountBlock(t, a, http.MethodGet, "")
		if status != 404 || !strings.Contains(body, "<ErrorResponse><Error><Code>NoSuchPublicAccessBlockConfiguration</Code>") {
			t.Errorf("%d %s, want that there is none", status, body)
		}
	}
	none()
	const on = "<BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>true</IgnorePublicAcls>"
	if status, body := accountBlock(t, a, http.MethodPut, "<PublicAccessBlockConfiguration>"+on+"</PublicAccessBlockConfiguration>"); status != 200 {
		t.Fatalf("%d %s", status, body)
	}
	status, body := accountBlock(t, a, http.MethodGet, "")
	if want := on + "<BlockPublicPolicy>false</BlockPublicPolicy><RestrictPublicBuckets>false</RestrictPublicBuckets>"; status != 200 || !strings.Contains(body, want) {
		t.Errorf("%d %s", status, body)
	}
	if status, body := accountBlockOf(t, a, "444455556666", http.MethodGet, ""); status != 403 || !strings.Contains(body, "AccessDenied") {
		t.Errorf("another account's: %d %s", status, body)
	}
	if got := a.Calls(); got["s3:PutAccountPublicAccessBlock"] != 1 || got["s3:GetAccountPublicAccessBlock"] != 3 {
		t.Errorf("calls %v", got)
	}
	for range 2 {
		if status, body := accountBlock(t, a, http.MethodDelete, ""); status != 204 {
			t.Errorf("%d %s", status, body)
		}
		none()
	}
}

// TestBucketPublicAccessBlock replaces the block as a whole.
func TestBucketPublicAccessBlock(t *testing.T) {
	c, ctx := s3In(sandbox.New(fixed()), usEast, true), t.Context()
	createIn(t, c, "acme-logs", usEast)
	name := aws.String("acme-logs")
	must[*s3.PutPublicAccessBlockOutput](t)(c.PutPublicAccessBlock(ctx, &s3.PutPublicAccessBlockInput{
		Bucket: name, PublicAccessBlockConfiguration: &types.PublicAccessBlockConfiguration{BlockPublicPolicy: aws.Bool(true)},
	}))
	got := must[*s3.GetPublicAccessBlockOutput](t)(c.GetPublicAccessBlock(ctx, &s3.GetPublicAccessBlockInput{Bucket: name}))
	want := &types.PublicAccessBlockConfiguration{
		BlockPublicAcls: aws.Bool(false), IgnorePublicAcls: aws.Bool(false), BlockPublicPolicy: aws.Bool(true), RestrictPublicBuckets: aws.Bool(false),
	}
	if diff := cmp.Diff(want, got.PublicAccessBlockConfiguration, plainS3); diff != "" {
		t.Errorf("what is left out is off (-want +got):\n%s", diff)
	}
	for range 2 {
		must[*s3.DeletePublicAccessBlockOutput](t)(c.DeletePublicAccessBlock(ctx, &s3.DeletePublicAccessBlockInput{Bucket: name}))
		_, err := c.GetPublicAccessBlock(ctx, &s3.GetPublicAccessBlockInput{Bucket: name})
		expect(t, err, "NoSuchPublicAccessBlockConfiguration", "")
	}
}

// TestACLsAndOwnership says when there are access control lists, and what they may give.
func TestACLsAndOwnership(t *testing.T) {
	c, ctx := s3In(sandbox.New(fixed()), usEast, true), t.Context()
	createIn(t, c, "acme-logs", usEast)
	name := aws.String("acme-logs")
	canned := func(acl types.BucketCannedACL) error {
		_, err := c.PutBucketAcl(ctx, &s3.PutBucketAclInput{Bucket: name, ACL: acl})
		return err
	}
	own := func(rule types.ObjectOwnership) error {
		_, err := c.PutBucketOwnershipControls(ctx, &s3.PutBucketOwnershipControlsInput{
			Bucket: name, OwnershipControls: &types.OwnershipControls{Rules: []types.OwnershipControlsRule{{ObjectOwnership: rule}}},
		})
		return err
	}
	expect(t, canned("log-delivery-write"), "AccessControlListNotSupported", "does not allow ACLs")
	expect(t, canned("bucket-owner-full-control"), "", "")
	expect(t, own("Nobody"), "MalformedXML", "")
	expect(t, own(types.ObjectOwnershipBucketOwnerPreferred), "", "")
	expect(t, canned("log-delivery-write"), "", "")
	expect(t, canned("public-read"), "AccessDenied", "BlockPublicAcls")

	got := must[*s3.GetBucketAclOutput](t)(c.GetBucketAcl(ctx, &s3.GetBucketAclInput{Bucket: name}))
	group := &types.Grantee{Type: types.TypeGroup, URI: aws.String("http://acs.amazonaws.com/groups/s3/LogDelivery")}
	want := []types.Grant{
		{Grantee: &types.Grantee{Type: types.TypeCanonicalUser, ID: got.Owner.ID}, Permission: types.PermissionFullControl},
		{Grantee: group, Permission: types.PermissionWrite},
		{Grantee: group, Permission: types.PermissionReadAcp},
	}
	if diff := cmp.Diff(want, got.Grants, plainS3); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	expect(t, own(types.ObjectOwnershipBucketOwnerEnforced), "InvalidBucketAclWithObjectOwnership", "")

	// What was read can be written again.
	_, err := c.PutBucketAcl(ctx, &s3.PutBucketAclInput{Bucket: name, AccessControlPolicy: &types.AccessControlPolicy{Owner: got.Owner, Grants: got.Grants[:2]}})
	expect(t, err, "", "")
	got = must[*s3.GetBucketAclOutput](t)(c.GetBucketAcl(ctx, &s3.GetBucketAclInput{Bucket: name}))
	if diff := cmp.Diff(want[:2], got.Grants, plainS3); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	expect(t, canned("private"), "", "")
	expect(t, own(types.ObjectOwnershipBucketOwnerEnforced), "", "")

	must[*s3.DeleteBucketOwnershipControlsOutput](t)(c.DeleteBucketOwnershipControls(ctx, &s3.DeleteBucketOwnershipControlsInput{Bucket: name}))
	_, err = c.GetBucketOwnershipControls(ctx, &s3.GetBucketOwnershipControlsInput{Bucket: name})
	expect(t, err, "OwnershipControlsNotFoundError", "")
}

// TestBucketEncryption changes the default and comes back to it.
func TestBucketEncryption(t *testing.T) {
	c, ctx := s3In(sandbox.New(fixed()), usEast, true), t.Context()
	createIn(t, c, "acme-logs", usEast)
	name := aws.String("acme-logs")
	put := func(r types.ServerSideEncryptionRule) error {
		_, err := c.PutBucketEncryption(ctx, &s3.PutBucketEncryptionInput{
			Bucket: name, ServerSideEncryptionConfiguration: &types.ServerSideEncryptionConfiguration{Rules: []types.ServerSideEncryptionRule{r}},
		})
		return err
	}
	show := func(want types.ServerSideEncryptionRule) {
		t.Helper()
		got := must[*s3.GetBucketEncryptionOutput](t)(c.GetBucketEncryption(ctx, &s3.GetBucketEncryptionInput{Bucket: name}))
		if diff := cmp.Diff([]types.ServerSideEncryptionRule{want}, got.ServerSideEncryptionConfiguration.Rules, plainS3); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
	key := aws.String("arn:aws:kms:us-east-1:111122223333:key/11111111-2222-3333-4444-555555555555")
	byKMS := types.ServerSideEncryptionRule{
		ApplyServerSideEncryptionByDefault: &types.ServerSideEncryptionByDefault{SSEAlgorithm: types.ServerSideEncryptionAwsKms, KMSMasterKeyID: key},
		BucketKeyEnabled:                   aws.Bool(true),
		BlockedEncryptionTypes:             &types.BlockedEncryptionTypes{EncryptionType: []types.EncryptionType{types.EncryptionTypeSseC}},
	}
	expect(t, put(byKMS), "", "")
	show(byKMS)
	expect(t, put(types.ServerSideEncryptionRule{
		ApplyServerSideEncryptionByDefault: &types.ServerSideEncryptionByDefault{SSEAlgorithm: types.ServerSideEncryptionAes256, KMSMasterKeyID: key},
	}), "InvalidArgument", "KMSMasterKeyID")
	expect(t, put(types.ServerSideEncryptionRule{
		ApplyServerSideEncryptionByDefault: &types.ServerSideEncryptionByDefault{SSEAlgorithm: "rot13"},
	}), "MalformedXML", "")
	show(byKMS)
	must[*s3.DeleteBucketEncryptionOutput](t)(c.DeleteBucketEncryption(ctx, &s3.DeleteBucketEncryptionInput{Bucket: name}))
	show(types.ServerSideEncryptionRule{
		ApplyServerSideEncryptionByDefault: &types.ServerSideEncryptionByDefault{SSEAlgorithm: types.ServerSideEncryptionAes256},
		BucketKeyEnabled:                   aws.Bool(false),
	})
}

// TestBucketVersioning can be suspended, but never be as if it had not been.
func TestBucketVersioning(t *testing.T) {
	c, ctx := s3In(sandbox.New(fixed()), usEast, true), t.Context()
	createIn(t, c, "acme-logs", usEast)
	put := func(v types.VersioningConfiguration) error {
		_, err := c.PutBucketVersioning(ctx, &s3.PutBucketVersioningInput{Bucket: aws.String("acme-logs"), VersioningConfiguration: &v})
		return err
	}
	for _, status := range []types.BucketVersioningStatus{types.BucketVersioningStatusEnabled, types.BucketVersioningStatusSuspended} {
		expect(t, put(types.VersioningConfiguration{Status: status}), "", "")
		got := must[*s3.GetBucketVersioningOutput](t)(c.GetBucketVersioning(ctx, &s3.GetBucketVersioningInput{Bucket: aws.String("acme-logs")}))
		if got.Status != status {
			t.Errorf("versioning %q, want %q", got.Status, status)
		}
	}
	expect(t, put(types.VersioningConfiguration{}), "IllegalVersioningConfigurationException", "")
	expect(t, put(types.VersioningConfiguration{Status: "Off"}), "MalformedXML", "")
	expect(t, put(types.VersioningConfiguration{Status: "Enabled", MFADelete: types.MFADeleteEnabled}), "AccessDenied", "Mfa")
}

// TestBucketLifecycle gives back every member of rules, and names those without a name.
func TestBucketLifecycle(t *testing.T) {
	c, ctx := s3In(sandbox.New(fixed()), usEast, true), t.Context()
	createIn(t, c, "acme-logs", usEast)
	name := aws.String("acme-logs")
	rules := []types.LifecycleRule{
		{
			ID: aws.String("all"), Status: types.ExpirationStatusEnabled, Filter: &types.LifecycleRuleFilter{Prefix: aws.String("")},
			Expiration:                     &types.LifecycleExpiration{Days: aws.Int32(2555)},
			Transitions:                    []types.Transition{{Days: aws.Int32(90), StorageClass: types.TransitionStorageClassGlacier}},
			NoncurrentVersionExpiration:    &types.NoncurrentVersionExpiration{NoncurrentDays: aws.Int32(30), NewerNoncurrentVersions: aws.Int32(3)},
			NoncurrentVersionTransitions:   []types.NoncurrentVersionTransition{{NoncurrentDays: aws.Int32(7), StorageClass: types.TransitionStorageClassGlacierIr}},
			AbortIncompleteMultipartUpload: &types.AbortIncompleteMultipartUpload{DaysAfterInitiation: aws.Int32(7)},
		},
		{
			ID: aws.String("tagged"), Status: types.ExpirationStatusDisabled, Filter: &types.LifecycleRuleFilter{And: &types.LifecycleRuleAndOperator{
				Prefix: aws.String("a/"), Tags: []types.Tag{{Key: aws.String("k"), Value: aws.String("v")}}, ObjectSizeGreaterThan: aws.Int64(1 << 40),
			}},
			Expiration: &types.LifecycleExpiration{Date: aws.Time(time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC))},
		},
		{
			ID: aws.String("old"), Status: types.ExpirationStatusEnabled, Prefix: aws.String("b/"),
			Expiration: &types.LifecycleExpiration{ExpiredObjectDeleteMarker: aws.Bool(true)},
		},
	}
	put := must[*s3.PutBucketLifecycleConfigurationOutput](t)(c.PutBucketLifecycleConfiguration(ctx, &s3.PutBucketLifecycleConfigurationInput{
		Bucket: name, LifecycleConfiguration: &types.BucketLifecycleConfiguration{Rules: rules},
	}))
	if put.TransitionDefaultMinimumObjectSize != types.TransitionDefaultMinimumObjectSizeAllStorageClasses128k {
		t.Errorf("small objects: %s", put.TransitionDefaultMinimumObjectSize)
	}
	got := must[*s3.GetBucketLifecycleConfigurationOutput](t)(c.GetBucketLifecycleConfiguration(ctx, &s3.GetBucketLifecycleConfigurationInput{Bucket: name}))
	if diff := cmp.Diff(rules, got.Rules, plainS3); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	nameless := rules[0]
	nameless.ID = nil
	must[*s3.PutBucketLifecycleConfigurationOutput](t)(c.PutBucketLifecycleConfiguration(ctx, &s3.PutBucketLifecycleConfigurationInput{
		Bucket: name, LifecycleConfiguration: &types.BucketLifecycleConfiguration{Rules: []types.LifecycleRule{nameless}},
	}))
	got = must[*s3.GetBucketLifecycleConfigurationOutput](t)(c.GetBucketLifecycleConfiguration(ctx, &s3.GetBucketLifecycleConfigurationInput{Bucket: name}))
	if len(got.Rules) != 1 || len(*got.Rules[0].ID) != 48 {
		t.Errorf("one rule replaces all and gets a name; got %d", len(got.Rules))
	}
	for range 2 {
		must[*s3.DeleteBucketLifecycleOutput](t)(c.DeleteBucketLifecycle(ctx, &s3.DeleteBucketLifecycleInput{Bucket: name}))
		_, err := c.GetBucketLifecycleConfiguration(ctx, &s3.GetBucketLifecycleConfigurationInput{Bucket: name})
		expect(t, err, "NoSuchLifecycleConfiguration", "")
	}
}

// TestLifecycleRules refuses rules that S3 refuses.
func TestLifecycleRules(t *testing.T) {
	days := func(n int32) *types.LifecycleExpiration { return &types.LifecycleExpiration{Days: &n} }
	all := &types.LifecycleRuleFilter{Prefix: aws.String("")}
	move := func(n int32, to types.TransitionStorageClass) []types.Transition {
		return []types.Transition{{Days: &n, StorageClass: to}}
	}
	tests := []struct {
		name string
		rule types.LifecycleRule
		code string
	}{
		{"nothing to do", types.LifecycleRule{Filter: all}, "InvalidRequest"},
		{"no filter", types.LifecycleRule{Expiration: days(1)}, "MalformedXML"},
		{"no days", types.LifecycleRule{Filter: all, Expiration: days(0)}, "InvalidArgument"},
		{"gone before moved", types.LifecycleRule{Filter: all, Expiration: days(90), Transitions: move(90, "GLACIER")}, "InvalidArgument"},
		{"moved too soon", types.LifecycleRule{Filter: all, Transitions: move(29, "STANDARD_IA")}, "InvalidArgument"},
		{"moved nowhere", types.LifecycleRule{Filter: all, Transitions: move(30, "ATTIC")}, "MalformedXML"},
		{"in the middle of a day", types.LifecycleRule{Filter: all, Expiration: &types.LifecycleExpiration{Date: &start}}, "InvalidArgument"},
		{"a conjunction of one", types.LifecycleRule{Filter: &types.LifecycleRuleFilter{And: &types.LifecycleRuleAndOperator{Prefix: aws.String("a")}}, Expiration: days(1)}, "MalformedXML"},
		{"good", types.LifecycleRule{Filter: all, Expiration: days(91), Transitions: move(90, "GLACIER")}, ""},
		{"everything, said by nothing", types.LifecycleRule{Filter: &types.LifecycleRuleFilter{}, Expiration: days(1)}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := s3In(sandbox.New(fixed()), usEast, true)
			createIn(t, c, "acme-logs", usEast)
			tt.rule.Status = types.ExpirationStatusEnabled
			_, err := c.PutBucketLifecycleConfiguration(t.Context(), &s3.PutBucketLifecycleConfigurationInput{
				Bucket: aws.String("acme-logs"), LifecycleConfiguration: &types.BucketLifecycleConfiguration{Rules: []types.LifecycleRule{tt.rule}},
			})
			expect(t, err, tt.code, "")
		})
	}
}

// TestBucketTags replaces all tags, keeps the case of keys, and refuses what is no tag.
func TestBucketTags(t *testing.T) {
	c, ctx := s3In(sandbox.New(fixed()), usEast, true), t.Context()
	createIn(t, c, "acme-logs", usEast)
	put := func(pairs ...string) error {
		set := &types.Tagging{TagSet: []types.Tag{}}
		for i := 0; i < len(pairs); i += 2 {
			set.TagSet = append(set.TagSet, types.Tag{Key: &pairs[i], Value: &pairs[i+1]})
		}
		_, err := c.PutBucketTagging(ctx, &s3.PutBucketTaggingInput{Bucket: aws.String("acme-logs"), Tagging: set})
		return err
	}
	expect(t, put("old", "1"), "", "")
	expect(t, put("x", "1", "X", ""), "", "")
	expect(t, put("x", "1", "x", "2"), "InvalidTag", "same key")
	expect(t, put("aws:x", "1"), "InvalidTag", "System tags")
	expect(t, put("", "1"), "InvalidTag", "")
	var many []string
	for i := range 51 {
		many = append(many, fmt.Sprint("k", i), "v")
	}
	expect(t, put(many...), "BadRequest", "50")
	got := must[*s3.GetBucketTaggingOutput](t)(c.GetBucketTagging(ctx, &s3.GetBucketTaggingInput{Bucket: aws.String("acme-logs")}))
	want := []types.Tag{{Key: aws.String("X"), Value: aws.String("")}, {Key: aws.String("x"), Value: aws.String("1")}}
	if diff := cmp.Diff(want, got.TagSet, plainS3); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	must[*s3.DeleteBucketTaggingOutput](t)(c.DeleteBucketTagging(ctx, &s3.DeleteBucketTaggingInput{Bucket: aws.String("acme-logs")}))
	_, err := c.GetBucketTagging(ctx, &s3.GetBucketTaggingInput{Bucket: aws.String("acme-logs")})
	expect(t, err, "NoSuchTagSet", "")
}

// TestBucketSettings dumps a bucket's settings the same after it was made again, and otherwise when one differs.
func TestBucketSettings(t *testing.T) {
	now := start
	o := fixed()
	o.Now = func() time.Time { return now }
	a, ctx := sandbox.New(o), t.Context()
	c := s3In(a, euWest, true)
	make := func(spaces string) []byte {
		createIn(t, c, "acme-logs", euWest)
		expect(t, putPolicy(ctx, c, "acme-logs", onLogs(spaces+`"Effect":"Deny","Principal":"*","Action":["s3:*"],"Resource":"*"`)), "", "")
		return a.DumpSettings()
	}
	before := make("")
	must[*s3.DeleteBucketOutput](t)(c.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: aws.String("acme-logs")}))
	now = now.Add(time.Hour)
	if after := make("  "); !bytes.Equal(before, after) {
		t.Errorf("(-before +after):\n%s", cmp.Diff(string(before), string(after)))
	}
	must[*s3.PutBucketVersioningOutput](t)(c.PutBucketVersioning(ctx, &s3.PutBucketVersioningInput{
		Bucket: aws.String("acme-logs"), VersioningConfiguration: &types.VersioningConfiguration{Status: "Enabled"},
	}))
	if bytes.Equal(before, a.DumpSettings()) {
		t.Error("versioning does not show")
	}
}
