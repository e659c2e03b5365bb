package kinds_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/google/go-cmp/cmp"

	"baseline/policy"
	"baseline/resource"
	"baseline/sandbox"
)

var (
	auditKey   = at("kms_key", "eu-west-1", "audit")
	plainAudit = settings{"alias": "alias/audit", "policy": resource.Document(keyOfAccount), "rotation": 365, "tags": tags{"team": "data"}}
)

// keys calls KMS without the code under test.
func (s *subject) keys(region string) *kms.Client {
	return kms.New(kms.Options{Region: region, Credentials: testCredentials, HTTPClient: s.options.HTTPClient})
}

func openWithKey(t *testing.T) (*subject, resource.Object) {
	t.Helper()
	s := openSandbox(t, sandbox.Options{})
	made := complete("kms_key", plainAudit)
	s.write(resource.Change{Address: auditKey, After: made})
	return s, made
}

// Between the key and its alias there is a moment in which nothing but a tag says what the key is for.
func TestKeyIsFoundWithoutItsAlias(t *testing.T) {
	s := openSandbox(t, sandbox.Options{})
	s.sandbox.SetFaults(sandbox.Faults{Fail: map[string]sandbox.Failure{"kms:CreateAlias": {Code: "KMSInternalException", Times: 1}}})
	made := complete("kms_key", plainAudit)
	create := resource.Change{Address: auditKey, After: made}
	if err := s.account.Write(t.Context(), create); err == nil {
		t.Fatal("the alias was not refused")
	}

	left := s.look(auditKey)[auditKey]
	if left.Settings == nil || left.Settings.Text("alias") != "" || left.Settings.Number("rotation") != 0 {
		t.Fatalf("left: %v", left.Settings)
	}
	if diff := cmp.Diff(tags{"team": "data"}, left.Settings.Map("tags")); diff != "" {
		t.Errorf("the tag that it is known by is no setting (-want +got):\n%s", diff)
	}
	s.write(create)
	s.shows(auditKey, made)
	if id := s.look(auditKey)[auditKey].Facts[resource.FactID]; id != left.Facts[resource.FactID] {
		t.Errorf("another key was made: %s beside %s", id, left.Facts[resource.FactID])
	}
}

// Of two keys without an alias that were made for it, as after an answer that was lost, the one that is not to be deleted is meant.
func TestKeyThatIsToBeDeletedIsNotPreferred(t *testing.T) {
	s := openSandbox(t, sandbox.Options{})
	client := s.keys("eu-west-1")
	var ids []string
	for range 4 {
		made, err := client.CreateKey(t.Context(), &kms.CreateKeyInput{Tags: []types.Tag{{TagKey: aws.String("baseline:alias"), TagValue: aws.String("audit")}}})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, *made.KeyMetadata.KeyId)
	}
	slices.Sort(ids)
	for _, id := range []string{ids[0], ids[1], ids[3]} {
		if _, err := client.ScheduleKeyDeletion(t.Context(), &kms.ScheduleKeyDeletionInput{KeyId: &id}); err != nil {
			t.Fatal(err)
		}
	}
	if got := s.look(auditKey)[auditKey].Facts[resource.FactID]; got != ids[2] {
		t.Errorf("key %q was found, want %q of %q", got, ids[2], ids)
	}
}

func TestKeyThatLostItsAliasGetsItBack(t *testing.T) {
	s, made := openWithKey(t)
	if _, err := s.keys("eu-west-1").DeleteAlias(t.Context(), &kms.DeleteAliasInput{AliasName: aws.String("alias/audit")}); err != nil {
		t.Fatal(err)
	}
	lost := s.look(auditKey)[auditKey].Settings
	if diff := cmp.Diff(made.With(settings{"alias": ""}), lost, cmp.Comparer(sameDocument)); diff != "" {
		t.Fatalf("(-want +got):\n%s", diff)
	}
	repair := resource.Change{Address: auditKey, Before: lost, After: made}
	s.write(repair)
	s.shows(auditKey, made)
	s.write(repair.Inverse())
	s.shows(auditKey, lost)
}

// Deleting a key is taken back by calling its deletion off, so that what it encrypted can be read again.
func TestKeyThatAwaitsItsDeletionComesBackAsTheSameKey(t *testing.T) {
	s, made := openWithKey(t)
	before := s.look(auditKey)[auditKey]
	remove := resource.Change{Address: auditKey, Before: made}
	s.write(remove)
	s.write(remove)
	s.shows(auditKey, nil)
	about, err := s.keys("eu-west-1").DescribeKey(t.Context(), &kms.DescribeKeyInput{KeyId: aws.String("alias/audit")})
	if err != nil {
		t.Fatal(err)
	}
	if got := about.KeyMetadata.DeletionDate.Sub(s.clock.Now()).Hours() / 24; got < 29 || got > 31 {
		t.Errorf("it is gone in %v days, want 30", got)
	}

	changed := made.With(settings{"rotation": 0, "policy": resource.Document(keyForTrail), "tags": tags{"team": "security"}})
	s.write(resource.Change{Address: auditKey, After: changed})
	s.shows(auditKey, changed)
	if diff := cmp.Diff(before.Facts, s.look(auditKey)[auditKey].Facts); diff != "" {
		t.Errorf("facts (-before +after):\n%s", diff)
	}

	s.write(resource.Change{Address: auditKey, Before: changed})
	s.clock.Sleep(t.Context(), 31*24*3600*1e9)
	s.write(resource.Change{Address: auditKey, After: made})
	if s.look(auditKey)[auditKey].Facts[resource.FactID] == before.Facts[resource.FactID] {
		t.Error("a key that is gone for good came back")
	}
}

// A key that others made under the alias is theirs: it is not written over, and none is made beside it.
func TestAliasThatIsTakenIsNotTakenOver(t *testing.T) {
	s, made := openWithKey(t)
	s.sandbox.ResetCalls()
	err := s.account.Write(t.Context(), resource.Change{Address: auditKey, After: made.With(settings{"policy": resource.Document(keyForTrail)})})
	wantClass(t, err, resource.Exists)
	if s.sandbox.Calls()["kms:CreateKey"] > 0 {
		t.Error("a key was made beside it")
	}
	s.shows(auditKey, made)
}

func TestFactsOfKeys(t *testing.T) {
	s, _ := openWithKey(t)
	found := s.look(auditKey)[auditKey]
	id := found.Facts[resource.FactID]
	for _, alias := range []string{"alias/zz", "alias/a/b"} {
		s.clock.Sleep(t.Context(), 1e9)
		if _, err := s.keys("eu-west-1").CreateAlias(t.Context(), &kms.CreateAliasInput{AliasName: &alias, TargetKeyId: &id}); err != nil {
			t.Fatal(err)
		}
	}
	want := resource.Facts{
		"id": id, "arn": "arn:aws:kms:eu-west-1:111122223333:key/" + id, "now:aliases": "alias/audit alias/zz alias/a/b", "looked": "yes",
	}
	other := at("kms_key", "eu-west-1", "a/b")
	looked := s.look(auditKey, other)
	for _, a := range []resource.Address{auditKey, other} {
		if diff := cmp.Diff(want, looked[a].Facts); diff != "" {
			t.Errorf("%s (-want +got):\n%s", a, diff)
		}
	}
}

func TestKeysOfOthersAreSeen(t *testing.T) {
	s := openSandbox(t, sandbox.Options{})
	client := s.keys("eu-west-1")
	made, err := client.CreateKey(t.Context(), &kms.CreateKeyInput{
		KeySpec: types.KeySpecRsa2048, KeyUsage: types.KeyUsageTypeSignVerify,
		Tags: []types.Tag{{TagKey: aws.String("managed-by"), TagValue: aws.String("terraform")}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.CreateAlias(t.Context(), &kms.CreateAliasInput{AliasName: aws.String("alias/sign"), TargetKeyId: made.KeyMetadata.KeyId}); err != nil {
		t.Fatal(err)
	}
	a := at("kms_key", "eu-west-1", "sign")
	found := s.look(a)[a]
	if got := found.Facts[resource.FactOwner]; got != "Terraform" {
		t.Errorf("owner: %q", got)
	}
	if rotation, known := found.Settings["rotation"]; !known || rotation != 0 {
		t.Errorf("a key that cannot rotate: rotation %v", rotation)
	}
}

// Looking for a key that has its alias takes no list of the Region's keys; a key that was never made takes two lists, and the
// tags of the keys without an alias.
func TestLookingForKeysIsBounded(t *testing.T) {
	s, _ := openWithKey(t)
	client := s.keys("eu-west-1")
	for range 3 {
		if _, err := client.CreateKey(t.Context(), &kms.CreateKeyInput{}); err != nil {
			t.Fatal(err)
		}
	}
	s.sandbox.ResetCalls()
	s.look(auditKey)
	want := map[string]int{"kms:DescribeKey": 1, "kms:ListAliases": 1, "kms:GetKeyPolicy": 1, "kms:GetKeyRotationStatus": 1, "kms:ListResourceTags": 1}
	if diff := cmp.Diff(want, s.sandbox.Calls()); diff != "" {
		t.Errorf("one key (-want +got):\n%s", diff)
	}
	s.sandbox.ResetCalls()
	s.look(at("kms_key", "eu-west-1", "none"), at("kms_key", "eu-west-1", "neither"))
	want = map[string]int{"kms:DescribeKey": 2, "kms:ListAliases": 1, "kms:ListKeys": 1, "kms:ListResourceTags": 3}
	if diff := cmp.Diff(want, s.sandbox.Calls()); diff != "" {
		t.Errorf("two that are not there (-want +got):\n%s", diff)
	}
}

// What others wrote into the policy since the plan was made is not lost.
func TestPolicyThatOthersChangedIsNotWrittenOver(t *testing.T) {
	s, made := openWithKey(t)
	theirs := strings.Replace(keyOfAccount, `"Statement": [`, `"Statement": [{"Effect": "Allow", "Principal": {"Service": "logs.amazonaws.com"}, "Action": "kms:Encrypt", "Resource": "*"},`, 1)
	id := s.look(auditKey)[auditKey].Facts[resource.FactID]
	if _, err := s.keys("eu-west-1").PutKeyPolicy(t.Context(), &kms.PutKeyPolicyInput{KeyId: &id, Policy: &theirs}); err != nil {
		t.Fatal(err)
	}
	after := made.With(settings{"policy": resource.Document(keyForTrail)})
	err := s.account.Write(t.Context(), resource.Change{Address: auditKey, Before: made, After: after})
	if err == nil || !strings.Contains(err.Error(), "plan again") {
		t.Errorf("error: %v", err)
	}
	s.shows(auditKey, made.With(settings{"policy": resource.Document(theirs)}))
}

// AWS may need a moment until it knows a new key everywhere.
func TestNewKeyIsGivenTimeToBecomeKnown(t *testing.T) {
	s := openSandbox(t, sandbox.Options{})
	s.sandbox.SetFaults(sandbox.Faults{Fail: map[string]sandbox.Failure{
		"kms:CreateAlias": {Code: "NotFoundException", Times: 2}, "kms:EnableKeyRotation": {Code: "NotFoundException", Times: 1},
	}})
	made := complete("kms_key", plainAudit)
	s.write(resource.Change{Address: auditKey, After: made})
	s.shows(auditKey, made)
	if n := s.sandbox.Calls()["kms:CreateKey"]; n != 1 {
		t.Errorf("%d keys were made", n)
	}

	s = openSandbox(t, sandbox.Options{})
	s.sandbox.SetFaults(sandbox.Faults{Fail: map[string]sandbox.Failure{"kms:CreateAlias": {Code: "NotFoundException"}}})
	wantClass(t, s.account.Write(t.Context(), resource.Change{Address: auditKey, After: made}), resource.Missing)
}

const ourStatement = `{"Version":"2012-10-17","Statement":[{"Sid":"BaselineTrail","Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"kms:GenerateDataKey*","Resource":"*",` +
	`"Condition":{"StringEquals":{"aws:SourceArn":"arn:aws:cloudtrail:eu-west-1:111122223333:trail/audit"}}}]}`

func TestWantedStatementsAreLaidOverThePolicy(t *testing.T) {
	lay := typeOf(t, "kms_key").Lay
	wanted := settings{"alias": "alias/audit", "policy_statements": resource.Document(ourStatement), "own": "Baseline", "rotation": 365}
	nothing := func(resource.Address) (resource.Resource, bool) { return resource.Resource{}, false }

	got := lay(auditKey, wanted, nothing)
	want := settings{"alias": "alias/audit", "rotation": 365, "policy": resource.Document(keyForTrail)}
	if diff := cmp.Diff(want, withoutSids(t, got), cmp.Comparer(sameDocument)); diff != "" {
		t.Errorf("a new key (-want +got):\n%s", diff)
	}

	s := openSandbox(t, sandbox.Options{})
	s.write(resource.Change{Address: auditKey, After: complete("kms_key", got)})
	live := s.look(auditKey)
	again := lay(auditKey, wanted, func(a resource.Address) (resource.Resource, bool) { r, ok := live[a]; return r, ok })
	if again["policy"] != live[auditKey].Settings["policy"] {
		t.Errorf("a second look changes the text: %s", again["policy"])
	}
	if _, left := lay(auditKey, settings{"enabled": true}, nothing)["policy"]; left {
		t.Error("a policy that nobody wants anything of is left alone")
	}
	if _, left := wanted["policy"]; left {
		t.Error("what is wanted was changed")
	}
}

// A log group stays when its trail goes, and what is in it stays encrypted, so CloudWatch Logs keeps what we let it do with the key.
func TestStatementsForLogsAreKept(t *testing.T) {
	const forLogs = `{"Sid":"BaselineLogsAudit","Effect":"Allow","Principal":{"Service":"logs.eu-west-1.amazonaws.com"},"Action":"kms:Decrypt*","Resource":"*"}`
	forOther := strings.NewReplacer("BaselineTrail", "BaselineOther", "trail/audit", "trail/other").Replace(ourStatement)
	have, err := policy.Merge(keyOfAccount, forOther, "")
	if err != nil {
		t.Fatal(err)
	}
	if have, err = policy.Merge(have, `{"Version":"2012-10-17","Statement":`+forLogs+`}`, ""); err != nil {
		t.Fatal(err)
	}
	lay := func(own, statements string) string {
		t.Helper()
		laid := typeOf(t, "kms_key").Lay(auditKey, settings{"policy_statements": resource.Document(statements), "own": own},
			func(resource.Address) (resource.Resource, bool) {
				return resource.Resource{Settings: settings{"policy": resource.Document(have)}}, true
			})
		return string(laid.Document("policy"))
	}
	got := lay("Baseline", ourStatement)
	if !strings.Contains(got, forLogs) || !strings.Contains(got, "BaselineTrail") || strings.Contains(got, "BaselineOther") {
		t.Errorf("policy: %s", got)
	}
	wider := strings.Replace(forLogs, "kms:Decrypt*", "kms:*", 1)
	if got = lay("Baseline", `{"Version":"2012-10-17","Statement":`+wider+`}`); !strings.Contains(got, wider) || strings.Contains(got, forLogs) {
		t.Errorf("one that is wanted in another form: %s", got)
	}
	if got = lay("", ourStatement); strings.Count(got, forLogs) != 1 {
		t.Errorf("that of others: %s", got)
	}
}

// withoutSids makes the statement that AWS names by words with blanks one without a name.
func withoutSids(t *testing.T, o resource.Object) resource.Object {
	t.Helper()
	text := strings.Replace(string(o.Document("policy")), `"Sid":"Enable IAM User Permissions",`, "", 1)
	return o.With(settings{"policy": resource.Document(text)})
}

func TestChangesOfKeysAreTakenBackBesideThoseOfOthers(t *testing.T) {
	takeBack := typeOf(t, "kms_key").TakeBack
	before := settings{"policy": resource.Document(keyOfAccount), "rotation": 0, "enabled": true, "tags": tags{"a": "1"}}
	merged, err := policy.Merge(keyOfAccount, ourStatement, "Baseline")
	if err != nil {
		t.Fatal(err)
	}
	after := before.With(settings{"policy": resource.Document(merged), "rotation": 365})
	theirs, err := policy.Merge(merged, strings.NewReplacer("BaselineTrail", "Theirs", "trail/audit", "trail/other").Replace(ourStatement), "")
	if err != nil {
		t.Fatal(err)
	}
	found := after.With(settings{"policy": resource.Document(theirs), "tags": tags{"b": "2"}})
	back, ok := takeBack(before, after, found)
	if !ok {
		t.Fatal("it can't be taken back")
	}
	left := string(back.Document("policy"))
	if strings.Contains(left, "BaselineTrail") || !strings.Contains(left, "Theirs") {
		t.Errorf("policy: %s", left)
	}
	if back.Number("rotation") != 0 || !cmp.Equal(back["tags"], tags{"b": "2"}) {
		t.Errorf("settings: %v", back)
	}
	for name, found := range map[string]settings{
		"a setting that others changed, too":    after.With(settings{"rotation": 90}),
		"a statement of ours that others wrote": after.With(settings{"policy": resource.Document(strings.Replace(merged, "GenerateDataKey*", "*", 1))}),
	} {
		if _, ok := takeBack(before, after, found); ok {
			t.Errorf("%s can't be told apart, and yet is taken back", name)
		}
	}
	if _, ok := takeBack(nil, after, found); ok {
		t.Error("a key that the run made is taken back though others changed it")
	}
}
