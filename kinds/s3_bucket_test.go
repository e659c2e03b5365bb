package kinds_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"baseline/resource"
	"baseline/sandbox"
)

const euWest = "eu-west-1"

var audit = at("s3_bucket", "acme-audit")

// put puts an object of so many bytes into a bucket, and must be able to.
func (s *subject) put(bucket, region, key string, size int) {
	s.t.Helper()
	_, err := s.s3(region).PutObject(s.t.Context(), &s3.PutObjectInput{
		Bucket: &bucket, Key: &key, Body: strings.NewReader(strings.Repeat("x", size)),
		ServerSideEncryption: types.ServerSideEncryptionAes256, // the bucket's own key need not be there
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

// leaveTrials puts into a bucket what CloudTrail leaves in one that it tries out, some of it twice.
func (s *subject) leaveTrials(bucket string) {
	s.t.Helper()
	region := s.look(at("s3_bucket", bucket))[at("s3_bucket", bucket)].Settings.Text("region")
	for range 2 {
		s.put(bucket, region, "AWSLogs/111122223333/CloudTrail/", 0)
	}
	s.put(bucket, region, "audit/AWSLogs/o-exampleorgid/111122223333/CloudTrail/", 0)
}

func (s *subject) grantEverybody(bucket, region string) {
	s.t.Helper()
	if _, err := s.s3(region).PutBucketAcl(s.t.Context(), &s3.PutBucketAclInput{Bucket: &bucket, ACL: types.BucketCannedACLPublicRead}); err != nil {
		s.t.Fatal(err)
	}
}

// takeName lets another account have a bucket.
func (s *subject) takeName(bucket, policy string) {
	s.t.Helper()
	if err := s.sandbox.SetForeignBucket(sandbox.ForeignBucket{Name: bucket, Account: "444455556666", Region: euWest, Policy: policy}); err != nil {
		s.t.Fatal(err)
	}
}

// openWithBucket opens a sandbox with the bucket acme-audit.
func openWithBucket(t *testing.T, more settings) *subject {
	t.Helper()
	s := openSandbox(t, sandbox.Options{})
	s.write(resource.Change{Address: audit, After: complete("s3_bucket", settings{"region": euWest}.With(more))})
	return s
}

func TestBucketOfAnotherAccountIsSeenAsTheirs(t *testing.T) {
	s := openSandbox(t, sandbox.Options{})
	s.takeName("acme-audit", "")
	for _, address := range []resource.Address{audit, at("s3_bucket_policy", "acme-audit")} {
		want := resource.State{address: {Settings: settings{}, Facts: resource.Facts{"owner": "another account (or s3:ListBucket is denied)", "looked": "yes"}}}
		if diff := cmp.Diff(want, s.look(address)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
	// Another bucket of ours whose name begins alike says nothing.
	s.write(resource.Change{Address: at("s3_bucket", "acme-audit-2"), After: settings{"region": euWest}})
	if owner := s.look(audit)[audit].Facts[resource.FactOwner]; owner != "another account (or s3:ListBucket is denied)" {
		t.Errorf("it belongs to %q", owner)
	}
	if found := s.look(at("s3_bucket", "acme-aud"), at("s3_bucket_policy", "acme-aud")); len(found) > 0 {
		t.Errorf("found %v", found)
	}
}

// The list of buckets is asked for first. What comes to be seen between that and the next call is ours all the same.
func TestBucketThatIsSeenOnlyAfterTheListIsOurs(t *testing.T) {
	for _, region := range []string{euWest, "us-east-1"} { // and so in another Region than that which is asked, or not
		s := openSandbox(t, sandbox.Options{})
		s.write(resource.Change{Address: audit, After: complete("s3_bucket", settings{"region": region})})
		s.sandbox.SetFaults(sandbox.Faults{Lag: time.Second, Hook: func(action string, _ int) sandbox.Fault {
			if action == "s3:HeadBucket" {
				if err := s.clock.Sleep(t.Context(), time.Second); err != nil {
					t.Error(err)
				}
			}
			return sandbox.Fault{}
		}})
		found := s.look(audit)[audit]
		if found.Settings.Text("region") != region || found.Facts[resource.FactOwner] != "" {
			t.Errorf("in %s: %v", region, found)
		}
	}
}

func TestBucketOfATool(t *testing.T) {
	s := openWithBucket(t, settings{"tags": tags{"managed-by": "Terraform"}})
	if owner := s.look(audit)[audit].Facts[resource.FactOwner]; owner != "Terraform" {
		t.Errorf("it belongs to %q", owner)
	}
}

// A look at a bucket and its policy has as many calls as there are settings, and the list but once.
func TestCallsOfALookAtBuckets(t *testing.T) {
	s := openWithBucket(t, nil)
	s.sandbox.ResetCalls()
	if _, err := s.account.Look(t.Context(), nil, []resource.Address{audit, at("s3_bucket_policy", "acme-audit")}); err != nil {
		t.Fatal(err)
	}
	want := map[string]int{"s3:ListBuckets": 1}
	for _, what := range []string{
		"BucketOwnershipControls", "BucketEncryption", "BucketVersioning", "PublicAccessBlock", "BucketLifecycleConfiguration", "BucketLogging",
		"BucketTagging", "BucketPolicyStatus", "BucketAcl", "BucketPolicy",
	} {
		want["s3:Get"+what] = 1
	}
	want["s3:ListObjectVersions"] = 1
	if diff := cmp.Diff(want, s.sandbox.Calls()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A new bucket as AWS makes it takes one call, and another where names may be made twice.
func TestNewBucketIsToldOnlyWhatDiffers(t *testing.T) {
	for region, want := range map[string]map[string]int{
		euWest:      {"s3:CreateBucket": 1},
		"us-east-1": {"s3:CreateBucket": 1, "s3:HeadBucket": 1},
	} {
		s := openSandbox(t, sandbox.Options{})
		s.state()
		s.sandbox.ResetCalls()
		s.write(resource.Change{Address: audit, After: complete("s3_bucket", settings{"region": region})})
		if diff := cmp.Diff(want, s.sandbox.Calls()); diff != "" {
			t.Errorf("in %s (-want +got):\n%s", region, diff)
		}
	}
}

func TestDeniedReadOfABucketIsAnError(t *testing.T) {
	s := openWithBucket(t, nil)
	for _, action := range []string{"s3:ListBuckets", "s3:GetBucketTagging", "s3:GetBucketPolicy", "s3:GetPublicAccessBlock"} {
		s.sandbox.SetFaults(sandbox.Faults{Deny: []string{action}})
		_, err := s.account.Look(t.Context(), nil, []resource.Address{audit, at("s3_bucket_policy", "acme-audit")})
		wantClass(t, err, resource.Denied)
		if !strings.Contains(err.Error(), action) {
			t.Errorf("%s is not named: %v", action, err)
		}
	}
}

func TestPublic(t *testing.T) {
	open := settings{"public_access_block": []string{}, "ownership": "ObjectWriter"}
	for name, test := range map[string]struct {
		make func(*subject)
		want string
	}{
		"a new bucket": {func(*subject) {}, "no"},
		"a policy for a service": {func(s *subject) {
			s.write(resource.Change{Address: at("s3_bucket_policy", "acme-audit"), After: settings{"document": resource.Document(onAuditBucket)}})
		}, "no"},
		"a policy for everybody": {func(s *subject) {
			s.write(resource.Change{Address: at("s3_bucket_policy", "acme-audit"), After: settings{"document": resource.Document(strings.ReplaceAll(tlsOnly, "Deny", "Allow"))}})
		}, "yes"},
		"a list for everybody": {func(s *subject) { s.grantEverybody("acme-audit", euWest) }, "yes"},
	} {
		s := openWithBucket(t, open)
		test.make(s)
		if got := s.look(audit)[audit].Facts["public"]; got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

func TestWhatABucketHolds(t *testing.T) {
	for _, test := range []struct {
		name string
		make func(*subject)
		want string
	}{
		{"nothing", func(*subject) {}, ""},
		{"what CloudTrail has left", func(s *subject) { s.leaveTrials("acme-audit") }, ""},
		{"a log file", func(s *subject) {
			s.leaveTrials("acme-audit")
			s.put("acme-audit", euWest, "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/11/21/x.json.gz", 12)
		}, "1 object"},
		{"an empty log file", func(s *subject) { s.put("acme-audit", euWest, "AWSLogs/111122223333/x.json.gz", 0) }, "1 object"},
		{"a folder of somebody's", func(s *subject) { s.put("acme-audit", euWest, "NotAWSLogs/x/", 0) }, "1 object"},
		{"something in CloudTrail's place", func(s *subject) { s.put("acme-audit", euWest, "AWSLogs/111122223333/CloudTrail/", 1) }, "1 object"},
		{"two versions of one, one of which is gone, and another", func(s *subject) {
			for _, key := range []string{"a", "a", "b"} {
				s.put("acme-audit", euWest, key, 1)
			}
			if _, err := s.s3(euWest).DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: aws.String("acme-audit"), Key: aws.String("a")}); err != nil {
				t.Fatal(err)
			}
		}, "2 objects"},
		{"many", func(s *subject) {
			for i := range 1001 {
				s.put("acme-audit", euWest, fmt.Sprint(i), 1)
			}
		}, "1,000 or more objects"},
		{"what nobody may know", func(s *subject) { s.sandbox.SetFaults(sandbox.Faults{Deny: []string{"s3:ListObjectVersions"}}) }, "objects that may not be listed"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := openWithBucket(t, settings{"versioning": "Enabled"})
			test.make(s)
			found := s.look(audit)[audit]
			if got := found.Facts["now:holds"]; got != test.want {
				t.Errorf("it holds %q, want %q", got, test.want)
			}
			known := typeOf(t, "s3_bucket")
			if held := strings.Join(known.Holds(found.Facts), ", "); held != test.want {
				t.Errorf("a rollback would see %q", held)
			}
			if lost := strings.Join(known.OneWay(found), ", "); (lost != "what is in it ("+test.want+")") != (test.want == "") {
				t.Errorf("a deletion would lose %q", lost)
			}
		})
	}
}

// What CloudTrail has left goes with the bucket, in all its versions; anything else keeps both.
func TestDeletingABucketTakesAlongOnlyWhatCloudTrailHasLeft(t *testing.T) {
	for _, versioning := range []string{"", "Enabled"} {
		for _, pages := range []bool{false, true} {
			s := openSandbox(t, sandbox.Options{ShortPages: pages})
			bucket := complete("s3_bucket", settings{"region": euWest, "versioning": versioning})
			s.write(resource.Change{Address: audit, After: bucket})
			s.leaveTrials("acme-audit")
			s.put("acme-audit", euWest, "zzz", 1)
			before := string(s.sandbox.Dump())

			wantClass(t, s.account.Write(t.Context(), resource.Change{Address: audit, Before: bucket}), resource.InUse)
			if diff := cmp.Diff(before, string(s.sandbox.Dump())); diff != "" {
				t.Errorf("versioning %q: the attempt has changed something (-before +after):\n%s", versioning, diff)
			}
			client := s.s3(euWest)
			listed, err := client.ListObjectVersions(t.Context(), &s3.ListObjectVersionsInput{Bucket: aws.String("acme-audit"), Prefix: aws.String("zzz")})
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range listed.Versions {
				if _, err := client.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: aws.String("acme-audit"), Key: v.Key, VersionId: v.VersionId}); err != nil {
					t.Fatal(err)
				}
			}
			s.write(resource.Change{Address: audit, Before: bucket})
			s.shows(audit, nil)
			s.write(resource.Change{Address: audit, Before: bucket}) // what is gone is gone
		}
	}
}

// rules are lifecycle rules of other people, with about everything that rules can have.
func rules() []types.LifecycleRule {
	return []types.LifecycleRule{
		{
			ID: aws.String("archive"), Status: types.ExpirationStatusEnabled,
			Filter: &types.LifecycleRuleFilter{And: &types.LifecycleRuleAndOperator{
				Prefix: aws.String("old/"), Tags: []types.Tag{{Key: aws.String("keep"), Value: aws.String("no")}}, ObjectSizeGreaterThan: aws.Int64(100),
			}},
			Transitions:                  []types.Transition{{Days: aws.Int32(30), StorageClass: types.TransitionStorageClassGlacier}},
			NoncurrentVersionTransitions: []types.NoncurrentVersionTransition{{NoncurrentDays: aws.Int32(30), StorageClass: types.TransitionStorageClassDeepArchive, NewerNoncurrentVersions: aws.Int32(2)}},
			NoncurrentVersionExpiration:  &types.NoncurrentVersionExpiration{NoncurrentDays: aws.Int32(400), NewerNoncurrentVersions: aws.Int32(3)},
		},
		{
			ID: aws.String("of old"), Status: types.ExpirationStatusDisabled, Prefix: aws.String("x/"), // as rules were before filters
			Expiration: &types.LifecycleExpiration{Days: aws.Int32(5)},
		},
	}
}

func (s *subject) putRules(rules ...types.LifecycleRule) {
	s.t.Helper()
	if _, err := s.s3(euWest).PutBucketLifecycleConfiguration(s.t.Context(), &s3.PutBucketLifecycleConfigurationInput{
		Bucket: aws.String("acme-audit"), TransitionDefaultMinimumObjectSize: types.TransitionDefaultMinimumObjectSizeVariesByStorageClass,
		LifecycleConfiguration: &types.BucketLifecycleConfiguration{Rules: rules},
	}); err != nil {
		s.t.Fatal(err)
	}
}

func (s *subject) rules() ([]types.LifecycleRule, types.TransitionDefaultMinimumObjectSize) {
	s.t.Helper()
	out, err := s.s3(euWest).GetBucketLifecycleConfiguration(s.t.Context(), &s3.GetBucketLifecycleConfigurationInput{Bucket: aws.String("acme-audit")})
	if err != nil {
		s.t.Fatal(err)
	}
	return out.Rules, out.TransitionDefaultMinimumObjectSize
}

// ignoreUnexported has the rules of a lifecycle compared by what they say.
var ignoreUnexported = cmpopts.IgnoreUnexported(
	types.LifecycleRule{}, types.LifecycleRuleFilter{}, types.LifecycleRuleAndOperator{}, types.Tag{}, types.Transition{}, types.LifecycleExpiration{},
	types.NoncurrentVersionTransition{}, types.NoncurrentVersionExpiration{}, types.AbortIncompleteMultipartUpload{},
)

func TestLifecycleRulesOfOthersStay(t *testing.T) {
	s := openWithBucket(t, nil)
	s.putRules(rules()...)
	change := func(from, to int) {
		t.Helper()
		s.write(resource.Change{Address: audit, Before: settings{"region": euWest, "expire": from}, After: settings{"region": euWest, "expire": to}})
		got, smallest := s.rules()
		var others []types.LifecycleRule
		for _, rule := range got {
			if *rule.ID != "baseline-expire" {
				others = append(others, rule)
			}
		}
		if diff := cmp.Diff(rules(), others, ignoreUnexported); diff != "" {
			t.Errorf("expire %d -> %d: rules of others (-before +after):\n%s", from, to, diff)
		}
		if smallest != types.TransitionDefaultMinimumObjectSizeVariesByStorageClass {
			t.Errorf("objects move from another size on: %s", smallest)
		}
		if seen := s.look(audit)[audit].Settings["expire"]; seen != to || (len(got) > len(others)) != (to > 0) {
			t.Errorf("expire %d -> %d: it shows %v and has %d rules", from, to, seen, len(got))
		}
	}
	change(0, 30)
	change(30, 2555)
	change(2555, 0)
	change(0, 0)
}

// Our rule is one only in the form in which we write it. What others make of it is shown, put right, and comes back with a rollback.
func TestRuleOfOursThatOthersHaveChangedIsShownAndComesBack(t *testing.T) {
	for name, spoil := range map[string]func(*types.LifecycleRule){
		"switched off": func(r *types.LifecycleRule) { r.Status = types.ExpirationStatusDisabled },
		"for some":     func(r *types.LifecycleRule) { r.Filter.Prefix = aws.String("x/") },
		"for those of a tag": func(r *types.LifecycleRule) {
			r.Filter = &types.LifecycleRuleFilter{Tag: &types.Tag{Key: aws.String("a"), Value: aws.String("b")}}
		},
		"old versions longer": func(r *types.LifecycleRule) { r.NoncurrentVersionExpiration.NoncurrentDays = aws.Int32(31) },
		"no old versions":     func(r *types.LifecycleRule) { r.NoncurrentVersionExpiration = nil },
		"some old versions":   func(r *types.LifecycleRule) { r.NoncurrentVersionExpiration.NewerNoncurrentVersions = aws.Int32(1) },
		"uploads longer":      func(r *types.LifecycleRule) { r.AbortIncompleteMultipartUpload.DaysAfterInitiation = aws.Int32(8) },
		"uploads for ever":    func(r *types.LifecycleRule) { r.AbortIncompleteMultipartUpload = nil },
		"delete markers alone": func(r *types.LifecycleRule) {
			r.Expiration = &types.LifecycleExpiration{ExpiredObjectDeleteMarker: aws.Bool(true)}
		},
		"nothing that is there": func(r *types.LifecycleRule) { r.Expiration = nil },
		"moved before": func(r *types.LifecycleRule) {
			r.Transitions = []types.Transition{{Days: aws.Int32(1), StorageClass: types.TransitionStorageClassGlacier}}
		},
	} {
		s := openWithBucket(t, settings{"expire": 30})
		changed, _ := s.rules()
		spoil(&changed[0])
		s.putRules(changed...)
		before := s.look(audit)[audit].Settings
		if before["expire"] != 0 || !strings.Contains(before.Text("expire_rule"), `"ID":"baseline-expire"`) {
			t.Errorf("%s: expire is %v and the rule %v", name, before["expire"], before["expire_rule"])
		}
		after := before.With(settings{"expire": 30, "expire_rule": ""})
		s.write(resource.Change{Address: audit, Before: before, After: after})
		s.shows(audit, after)
		s.write(resource.Change{Address: audit, Before: after, After: before})
		s.shows(audit, before)
		if back, _ := s.rules(); !cmp.Equal(back, changed, ignoreUnexported) {
			t.Errorf("%s: it does not come back (-was +is):\n%s", name, cmp.Diff(changed, back, ignoreUnexported))
		}
	}
}

// What a setting of S3 says beside what we have a word for stays.
func TestUpdateKeepsWhatHasNoSetting(t *testing.T) {
	s := openWithBucket(t, nil)
	for _, o := range []object{logsBucket, logsPolicy} {
		s.write(resource.Change{Address: o.address, After: complete(o.address.Kind, o.settings)})
	}
	client, name := s.s3(euWest), aws.String("acme-audit")
	if _, err := client.PutBucketEncryption(t.Context(), &s3.PutBucketEncryptionInput{Bucket: name, ServerSideEncryptionConfiguration: &types.ServerSideEncryptionConfiguration{
		Rules: []types.ServerSideEncryptionRule{{
			ApplyServerSideEncryptionByDefault: &types.ServerSideEncryptionByDefault{SSEAlgorithm: "aws:kms"}, BucketKeyEnabled: aws.Bool(true),
		}},
	}}); err != nil {
		t.Fatal(err)
	}
	dated := &types.TargetObjectKeyFormat{PartitionedPrefix: &types.PartitionedPrefix{PartitionDateSource: types.PartitionDateSourceEventTime}}
	if _, err := client.PutBucketLogging(t.Context(), &s3.PutBucketLoggingInput{Bucket: name, BucketLoggingStatus: &types.BucketLoggingStatus{
		LoggingEnabled: &types.LoggingEnabled{TargetBucket: aws.String("acme-access-logs"), TargetPrefix: aws.String(""), TargetObjectKeyFormat: dated},
	}}); err != nil {
		t.Fatal(err)
	}
	before := s.look(audit)[audit].Settings
	s.write(resource.Change{Address: audit, Before: before, After: before.With(settings{"encryption_key": foreignKey, "access_logs": "acme-access-logs/audit/"})})

	crypt, err := client.GetBucketEncryption(t.Context(), &s3.GetBucketEncryptionInput{Bucket: name})
	if err != nil {
		t.Fatal(err)
	}
	rule := crypt.ServerSideEncryptionConfiguration.Rules[0]
	if !aws.ToBool(rule.BucketKeyEnabled) || aws.ToString(rule.ApplyServerSideEncryptionByDefault.KMSMasterKeyID) != foreignKey {
		t.Errorf("encryption: %+v", rule)
	}
	logging, err := client.GetBucketLogging(t.Context(), &s3.GetBucketLoggingInput{Bucket: name})
	if err != nil {
		t.Fatal(err)
	}
	format := logging.LoggingEnabled.TargetObjectKeyFormat
	if format == nil || format.PartitionedPrefix == nil || *logging.LoggingEnabled.TargetPrefix != "audit/" {
		t.Errorf("access logs: %+v", logging.LoggingEnabled)
	}
}

func TestAccessLogsThatTheirBucketDoesNotTake(t *testing.T) {
	s := openWithBucket(t, nil)
	s.write(resource.Change{Address: logsBucket.address, After: complete("s3_bucket", logsBucket.settings)})
	before := settings{"region": euWest, "access_logs": ""}
	change := resource.Change{Address: audit, Before: before, After: before.With(settings{"access_logs": "acme-access-logs/audit/"})}
	err := s.account.Write(t.Context(), change)
	wantClass(t, err, resource.Missing) // and may yet come to be
	for _, advice := range []string{"bucket acme-access-logs", "logging.s3.amazonaws.com", "audit/*"} {
		if !strings.Contains(err.Error(), advice) {
			t.Errorf("%q is not in: %v", advice, err)
		}
	}
}

func TestSuspendedVersioningIsNone(t *testing.T) {
	s := openWithBucket(t, settings{"versioning": "Enabled"})
	s.write(resource.Change{Address: audit, Before: settings{"region": euWest, "versioning": "Enabled"}, After: settings{"region": euWest, "versioning": ""}})
	out, err := s.s3(euWest).GetBucketVersioning(t.Context(), &s3.GetBucketVersioningInput{Bucket: aws.String("acme-audit")})
	if err != nil || out.Status != types.BucketVersioningStatusSuspended {
		t.Fatalf("versioning is %q, %v", out.Status, err)
	}
	if got := s.look(audit)[audit].Settings["versioning"]; got != "" {
		t.Errorf("it shows %q", got)
	}
	known := typeOf(t, "s3_bucket")
	wanted := settings{"versioning": "Suspended", "expire": 1}
	if got := known.Lay(audit, wanted, nil); !maps.Equal(flat(got), flat(settings{"versioning": "", "expire": 1})) || wanted["versioning"] != "Suspended" {
		t.Errorf("laid: %v", got)
	}
}

func flat(o resource.Object) map[string]string {
	out := map[string]string{}
	for name, value := range o {
		out[name] = fmt.Sprint(value)
	}
	return out
}

// S3 may not know a new bucket everywhere yet when its settings are written.
func TestNewBucketMayBeUnknownForAWhile(t *testing.T) {
	s := openSandbox(t, sandbox.Options{Faults: sandbox.Faults{Lag: 3 * time.Second}})
	s.write(resource.Change{Address: audit, After: complete(audit.Kind, settings{"region": euWest, "expire": 30})})
}
