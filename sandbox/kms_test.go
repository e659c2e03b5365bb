package sandbox_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"baseline/sandbox"
)

func kmsOf(a *sandbox.Account, region string) *kms.Client {
	return kms.NewFromConfig(config(a, foreignKey), func(o *kms.Options) { o.Region = region })
}

func newKey(t *testing.T, c *kms.Client) *types.KeyMetadata {
	t.Helper()
	return must[*kms.CreateKeyOutput](t)(c.CreateKey(t.Context(), &kms.CreateKeyInput{})).KeyMetadata
}

func TestKeyIsCreated(t *testing.T) {
	c := kmsOf(sandbox.New(fixed()), "eu-west-1")
	out := must[*kms.CreateKeyOutput](t)(c.CreateKey(t.Context(), &kms.CreateKeyInput{
		Description: aws.String("audit"), Tags: []types.Tag{{TagKey: aws.String("team"), TagValue: aws.String("security")}},
	}))
	id := aws.ToString(out.KeyMetadata.KeyId)
	want := &types.KeyMetadata{
		AWSAccountId: aws.String("111122223333"), KeyId: aws.String(id), Arn: aws.String("arn:aws:kms:eu-west-1:111122223333:key/" + id),
		CreationDate: aws.Time(start), Enabled: true, Description: aws.String("audit"), KeyUsage: types.KeyUsageTypeEncryptDecrypt,
		KeyState: types.KeyStateEnabled, Origin: types.OriginTypeAwsKms, KeyManager: types.KeyManagerTypeCustomer,
		KeySpec:              types.KeySpecSymmetricDefault,
		EncryptionAlgorithms: []types.EncryptionAlgorithmSpec{types.EncryptionAlgorithmSpecSymmetricDefault}, MultiRegion: aws.Bool(false),
	}
	if diff := cmp.Diff(want, out.KeyMetadata, cmpopts.IgnoreUnexported(types.KeyMetadata{}), cmpopts.IgnoreFields(types.KeyMetadata{}, "CustomerMasterKeySpec")); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	tags := must[*kms.ListResourceTagsOutput](t)(c.ListResourceTags(t.Context(), &kms.ListResourceTagsInput{KeyId: &id}))
	if len(tags.Tags) != 1 || *tags.Tags[0].TagKey != "team" || *tags.Tags[0].TagValue != "security" {
		t.Errorf("tags %v", tags.Tags)
	}
}

func TestKeyNames(t *testing.T) {
	a := sandbox.New(fixed())
	here, there := kmsOf(a, "eu-west-1"), kmsOf(a, "us-east-1")
	key := newKey(t, here)
	_, err := here.CreateAlias(t.Context(), &kms.CreateAliasInput{AliasName: aws.String("alias/audit"), TargetKeyId: key.KeyId})
	expect(t, err, "", "")
	for _, name := range []string{*key.KeyId, *key.Arn, "alias/audit", "arn:aws:kms:eu-west-1:111122223333:alias/audit"} {
		got := must[*kms.DescribeKeyOutput](t)(here.DescribeKey(t.Context(), &kms.DescribeKeyInput{KeyId: &name}))
		if *got.KeyMetadata.KeyId != *key.KeyId {
			t.Errorf("%s is %s", name, *got.KeyMetadata.KeyId)
		}
		_, err := there.DescribeKey(t.Context(), &kms.DescribeKeyInput{KeyId: &name})
		expect(t, err, "NotFoundException", "")
	}
	for name, code := range map[string]string{
		"alias/Audit": "NotFoundException", "nonsense": "NotFoundException", "arn:aws:kms:eu-west-1:111122223333:what/ever": "NotFoundException",
		"arn:aws:kms:eu-west-1:444455556666:key/" + *key.KeyId: "AccessDeniedException",
	} {
		_, err := here.DescribeKey(t.Context(), &kms.DescribeKeyInput{KeyId: &name})
		expect(t, err, code, "")
	}
	_, err = here.GetKeyPolicy(t.Context(), &kms.GetKeyPolicyInput{KeyId: aws.String("alias/audit")})
	expect(t, err, "NotFoundException", "Invalid keyId")
}

const (
	rootPolicy = `{"Version":"2012-10-17","Statement":[{"Sid":"Root may all","Effect":"Allow",` +
		`"Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"kms:*","Resource":"*"}]}`
	lockingPolicy = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow",` +
		`"Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":["kms:Describe*","kms:GetKeyPolicy"],"Resource":"*"}]}`
	denyingPolicy = `{"Statement":[{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"kms:*","Resource":"*"},` +
		`{"Effect":"Deny","Principal":"*","Action":"kms:PutKeyPolicy","Resource":"*"}]}`
)

func TestKeyPolicy(t *testing.T) {
	c := kmsOf(sandbox.New(fixed()), "us-east-1")
	key := newKey(t, c)
	read := func() string {
		return *must[*kms.GetKeyPolicyOutput](t)(c.GetKeyPolicy(t.Context(), &kms.GetKeyPolicyInput{KeyId: key.KeyId})).Policy
	}
	if got := read(); !strings.Contains(got, `"Enable IAM User Permissions"`) || !strings.Contains(got, "arn:aws:iam::111122223333:root") {
		t.Errorf("default policy %s", got)
	}
	put := func(policy string, bypass bool) error {
		_, err := c.PutKeyPolicy(t.Context(), &kms.PutKeyPolicyInput{
			KeyId: key.Arn, Policy: &policy, BypassPolicyLockoutSafetyCheck: bypass,
		})
		return err
	}
	spaced := "\n " + strings.ReplaceAll(rootPolicy, ",", " ,\t")
	expect(t, put(spaced, false), "", "")
	if got := read(); got != spaced {
		t.Errorf("policy %q is not as it was sent: %q", got, spaced)
	}
	const malformed = "MalformedPolicyDocumentException"
	expect(t, put(`{"Version":`, false), malformed, "")
	expect(t, put(strings.Replace(rootPolicy, `,"Resource":"*"`, "", 1), false), malformed, "resources")
	expect(t, put(strings.Replace(rootPolicy, "root", "user/nobody", 1), false), malformed, "invalid principals")
	expect(t, put(lockingPolicy, false), malformed, "will not allow you to update the key policy")
	expect(t, put(denyingPolicy, false), malformed, "will not allow you to update the key policy")
	expect(t, put(rootPolicy+strings.Repeat(" ", 40000), false), "LimitExceededException", "")
	if got := read(); got != spaced {
		t.Errorf("a refused policy was kept: %q", got)
	}
	expect(t, put(lockingPolicy, true), "", "")
	_, err := c.CreateKey(t.Context(), &kms.CreateKeyInput{Policy: aws.String(lockingPolicy)})
	expect(t, err, malformed, "")
}

func TestKeyRotation(t *testing.T) {
	now := start
	options := fixed()
	options.Now = func() time.Time { return now }
	c := kmsOf(sandbox.New(options), "us-east-1")
	key := newKey(t, c)
	status := func() *kms.GetKeyRotationStatusOutput {
		return must[*kms.GetKeyRotationStatusOutput](t)(c.GetKeyRotationStatus(t.Context(), &kms.GetKeyRotationStatusInput{KeyId: key.KeyId}))
	}
	if got := status(); got.KeyRotationEnabled || got.RotationPeriodInDays != nil {
		t.Errorf("a new key rotates: %+v", got)
	}
	enable := func(days *int32) error {
		_, err := c.EnableKeyRotation(t.Context(), &kms.EnableKeyRotationInput{KeyId: key.KeyId, RotationPeriodInDays: days})
		return err
	}
	expect(t, enable(nil), "", "")
	now = now.AddDate(0, 0, 400)
	got := status()
	if !got.KeyRotationEnabled || *got.RotationPeriodInDays != 365 || !got.NextRotationDate.Equal(start.AddDate(0, 0, 730)) {
		t.Errorf("%v, every %d days, next %s", got.KeyRotationEnabled, *got.RotationPeriodInDays, got.NextRotationDate)
	}
	expect(t, enable(aws.Int32(89)), "ValidationException", "rotationPeriodInDays")
	expect(t, enable(aws.Int32(90)), "", "")
	if got := status(); *got.RotationPeriodInDays != 90 {
		t.Errorf("every %d days", *got.RotationPeriodInDays)
	}
	must[*kms.DisableKeyOutput](t)(c.DisableKey(t.Context(), &kms.DisableKeyInput{KeyId: key.KeyId}))
	_, err := c.DisableKeyRotation(t.Context(), &kms.DisableKeyRotationInput{KeyId: key.KeyId})
	expect(t, err, "DisabledException", "")
	must[*kms.EnableKeyOutput](t)(c.EnableKey(t.Context(), &kms.EnableKeyInput{KeyId: key.KeyId}))
	must[*kms.DisableKeyRotationOutput](t)(c.DisableKeyRotation(t.Context(), &kms.DisableKeyRotationInput{KeyId: key.KeyId}))
	if status().KeyRotationEnabled {
		t.Error("rotation was not disabled")
	}
	asymmetric := must[*kms.CreateKeyOutput](t)(c.CreateKey(t.Context(), &kms.CreateKeyInput{
		KeySpec: types.KeySpecRsa2048, KeyUsage: types.KeyUsageTypeSignVerify,
	}))
	_, err = c.GetKeyRotationStatus(t.Context(), &kms.GetKeyRotationStatusInput{KeyId: asymmetric.KeyMetadata.KeyId})
	expect(t, err, "UnsupportedOperationException", "")
}

func TestKeyDeletion(t *testing.T) {
	now := start
	options := fixed()
	options.Now = func() time.Time { return now }
	c := kmsOf(sandbox.New(options), "us-east-1")
	key := newKey(t, c)
	must[*kms.CreateAliasOutput](t)(c.CreateAlias(t.Context(), &kms.CreateAliasInput{AliasName: aws.String("alias/a"), TargetKeyId: key.KeyId}))
	schedule := func(days *int32) (*kms.ScheduleKeyDeletionOutput, error) {
		return c.ScheduleKeyDeletion(t.Context(), &kms.ScheduleKeyDeletionInput{KeyId: key.KeyId, PendingWindowInDays: days})
	}
	for _, days := range []int32{6, 31} {
		_, err := schedule(&days)
		expect(t, err, "ValidationException", "between 7 and 30")
	}
	if out := must[*kms.ScheduleKeyDeletionOutput](t)(schedule(nil)); !out.DeletionDate.Equal(start.AddDate(0, 0, 30)) {
		t.Errorf("gone on %s", out.DeletionDate)
	}
	_, err := c.EnableKey(t.Context(), &kms.EnableKeyInput{KeyId: key.KeyId})
	expect(t, err, "KMSInvalidStateException", "pending deletion")
	_, err = c.CreateAlias(t.Context(), &kms.CreateAliasInput{AliasName: aws.String("alias/b"), TargetKeyId: key.KeyId})
	expect(t, err, "KMSInvalidStateException", "")
	must[*kms.CancelKeyDeletionOutput](t)(c.CancelKeyDeletion(t.Context(), &kms.CancelKeyDeletionInput{KeyId: key.KeyId}))
	describe := func() (*kms.DescribeKeyOutput, error) {
		return c.DescribeKey(t.Context(), &kms.DescribeKeyInput{KeyId: aws.String("alias/a")})
	}
	if out := must[*kms.DescribeKeyOutput](t)(describe()); out.KeyMetadata.KeyState != types.KeyStateDisabled {
		t.Errorf("%s after the deletion was called off, want Disabled", out.KeyMetadata.KeyState)
	}
	_, err = c.CancelKeyDeletion(t.Context(), &kms.CancelKeyDeletionInput{KeyId: key.KeyId})
	expect(t, err, "KMSInvalidStateException", "not pending deletion")

	must[*kms.ScheduleKeyDeletionOutput](t)(schedule(aws.Int32(7)))
	now = now.AddDate(0, 0, 7).Add(-time.Second)
	must[*kms.DescribeKeyOutput](t)(describe())
	now = now.Add(time.Second)
	_, err = describe()
	expect(t, err, "NotFoundException", "")
	if out := must[*kms.ListAliasesOutput](t)(c.ListAliases(t.Context(), &kms.ListAliasesInput{})); len(out.Aliases) != 0 {
		t.Errorf("the alias of a deleted key is listed: %v", out.Aliases)
	}
	other := newKey(t, c)
	must[*kms.CreateAliasOutput](t)(c.CreateAlias(t.Context(), &kms.CreateAliasInput{AliasName: aws.String("alias/a"), TargetKeyId: other.KeyId}))
}

func TestKeyAliases(t *testing.T) {
	c := kmsOf(sandbox.New(fixed()), "us-east-1")
	one, two := newKey(t, c), newKey(t, c)
	create := func(name string) error {
		_, err := c.CreateAlias(t.Context(), &kms.CreateAliasInput{AliasName: &name, TargetKeyId: one.KeyId})
		return err
	}
	expect(t, create("audit"), "ValidationException", "alias/")
	expect(t, create("alias/aws/s3"), "NotAuthorizedException", "")
	expect(t, create("alias/"), "InvalidAliasNameException", "")
	expect(t, create("alias/audit"), "", "")
	expect(t, create("alias/audit"), "AlreadyExistsException", "alias/audit")
	expect(t, create("alias/Audit"), "", "")
	move := func(name, to string) error {
		_, err := c.UpdateAlias(t.Context(), &kms.UpdateAliasInput{AliasName: &name, TargetKeyId: &to})
		return err
	}
	expect(t, move("alias/none", *two.KeyId), "NotFoundException", "alias/none")
	expect(t, move("alias/audit", "alias/Audit"), "ValidationException", "")
	expect(t, move("alias/audit", *two.KeyId), "", "")
	got := map[string]string{}
	for pages := kms.NewListAliasesPaginator(c, &kms.ListAliasesInput{Limit: aws.Int32(1)}); pages.HasMorePages(); {
		for _, alias := range must[*kms.ListAliasesOutput](t)(pages.NextPage(t.Context())).Aliases {
			got[*alias.AliasName] = *alias.TargetKeyId
		}
	}
	if diff := cmp.Diff(map[string]string{"alias/audit": *two.KeyId, "alias/Audit": *one.KeyId}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	of := must[*kms.ListAliasesOutput](t)(c.ListAliases(t.Context(), &kms.ListAliasesInput{KeyId: two.Arn}))
	if len(of.Aliases) != 1 || *of.Aliases[0].AliasName != "alias/audit" {
		t.Errorf("aliases of a key: %v", of.Aliases)
	}
	must[*kms.DeleteAliasOutput](t)(c.DeleteAlias(t.Context(), &kms.DeleteAliasInput{AliasName: aws.String("alias/audit")}))
	_, err := c.DeleteAlias(t.Context(), &kms.DeleteAliasInput{AliasName: aws.String("alias/audit")})
	expect(t, err, "NotFoundException", "")
	_, err = c.ListAliases(t.Context(), &kms.ListAliasesInput{Marker: aws.String("nonsense")})
	expect(t, err, "InvalidMarkerException", "")
}

func TestKeyTags(t *testing.T) {
	c := kmsOf(sandbox.New(fixed()), "us-east-1")
	key := newKey(t, c)
	tagKey := func(pairs ...string) error {
		in := &kms.TagResourceInput{KeyId: key.KeyId}
		for i := 0; i < len(pairs); i += 2 {
			in.Tags = append(in.Tags, types.Tag{TagKey: &pairs[i], TagValue: &pairs[i+1]})
		}
		_, err := c.TagResource(t.Context(), in)
		return err
	}
	expect(t, tagKey("a", "1", "A", "2"), "", "")
	expect(t, tagKey("a", "3"), "", "")
	expect(t, tagKey("b", "1", "b", "2"), "TagException", "")
	expect(t, tagKey("aws:b", "1"), "TagException", "")
	must[*kms.UntagResourceOutput](t)(c.UntagResource(t.Context(), &kms.UntagResourceInput{KeyId: key.KeyId, TagKeys: []string{"A", "none"}}))
	out := must[*kms.ListResourceTagsOutput](t)(c.ListResourceTags(t.Context(), &kms.ListResourceTagsInput{KeyId: key.KeyId}))
	want := []types.Tag{{TagKey: aws.String("a"), TagValue: aws.String("3")}}
	if diff := cmp.Diff(want, out.Tags, cmpopts.IgnoreUnexported(types.Tag{})); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestRegionalServicesAreKept closes an account with one of each and opens it again.
func TestRegionalServicesAreKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "account")
	a, err := sandbox.Open(path, fixed())
	if err != nil {
		t.Fatal(err)
	}
	furnishMonitoring(t, a)
	before, settings := string(a.Dump()), string(a.DumpSettings())
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{
		"kms-key/us-east-1/", "kms-alias/us-east-1/alias/audit", "log-group/us-east-1//Audit", "metric-filter/us-east-1//Audit:root",
		"alarm/us-east-1/Root", "topic/us-east-1/alarms", "subscription/us-east-1/alarms",
	} {
		if !strings.Contains(settings, `"`+word) {
			t.Errorf("the settings do not tell of %s:\n%s", word, settings)
		}
	}
	if a, err = sandbox.Open(path, fixed()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, string(a.Dump())); diff != "" {
		t.Errorf("-before +after:\n%s", diff)
	}
	if diff := cmp.Diff(settings, string(a.DumpSettings())); diff != "" {
		t.Errorf("-before +after:\n%s", diff)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
}
