package sandbox_test

import (
	"bytes"
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/google/go-cmp/cmp"

	"baseline/sandbox"
)

const seed = `{
  "UserDetailList": [{
    "Path": "/staff/", "UserName": "alice", "UserId": "AIDAAAAAAAAAAAAAAAAA1", "Arn": "arn:aws:iam::111122223333:user/staff/alice",
    "CreateDate": "2024-01-02T03:04:05+00:00", "GroupList": ["Devs"],
    "UserPolicyList": [{"PolicyName": "own", "PolicyDocument": {"Version": "2012-10-17", "Statement": [{"Sid": "A", "Effect": "Deny", "Action": "*", "Resource": "*"}]}}],
    "AttachedManagedPolicies": [], "PermissionsBoundary": {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": "arn:aws:iam::111122223333:policy/db/Read"},
    "Tags": [{"Key": "team", "Value": "data"}]
  }],
  "GroupDetailList": [{
    "Path": "/", "GroupName": "Devs", "GroupId": "AGPAAAAAAAAAAAAAAAAA1", "Arn": "arn:aws:iam::111122223333:group/Devs",
    "CreateDate": "2024-01-02T03:04:05+00:00", "GroupPolicyList": [],
    "AttachedManagedPolicies": [{"PolicyName": "ReadOnlyAccess", "PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}]
  }],
  "RoleDetailList": [{
    "Path": "/aws-service-role/ecs.amazonaws.com/", "RoleName": "AWSServiceRoleForECS", "RoleId": "AROAAAAAAAAAAAAAAAAA2",
    "Arn": "arn:aws:iam::111122223333:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS", "CreateDate": "2024-01-02T03:04:05+00:00",
    "AssumeRolePolicyDocument": "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Principal%22%3A%7B%22Service%22%3A%22ecs.amazonaws.com%22%7D%2C%22Action%22%3A%22sts%3AAssumeRole%22%7D%5D%7D",
    "InstanceProfileList": [], "RolePolicyList": [], "AttachedManagedPolicies": [], "Tags": [],
    "RoleLastUsed": {"LastUsedDate": "2026-01-02T03:04:05+00:00", "Region": "eu-west-1"}
  }, {
    "Path": "/", "RoleName": "share", "RoleId": "AROAAAAAAAAAAAAAAAAA1", "Arn": "arn:aws:iam::111122223333:role/share", "CreateDate": "2024-01-02T03:04:05+00:00",
    "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": ["arn:aws:iam::111122223333:user/staff/alice", "AIDADEADDEADDEADDEAD1", "arn:aws:iam::444455556666:root"]}, "Action": "sts:AssumeRole"}]},
    "InstanceProfileList": [{
      "Path": "/fleet/", "InstanceProfileName": "web", "InstanceProfileId": "AIPAAAAAAAAAAAAAAAAA1", "Arn": "arn:aws:iam::111122223333:instance-profile/fleet/web",
      "CreateDate": "2024-01-02T03:04:05+00:00", "Roles": [{
        "Path": "/", "RoleName": "share", "RoleId": "AROAAAAAAAAAAAAAAAAA1", "Arn": "arn:aws:iam::111122223333:role/share", "CreateDate": "2024-01-02T03:04:05+00:00",
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": ["arn:aws:iam::111122223333:user/staff/alice", "AIDADEADDEADDEADDEAD1", "arn:aws:iam::444455556666:root"]}, "Action": "sts:AssumeRole"}]}
      }]
    }], "RolePolicyList": [], "AttachedManagedPolicies": [], "Tags": [], "RoleLastUsed": {}
  }],
  "Policies": [{
    "PolicyName": "Read", "PolicyId": "ANPAAAAAAAAAAAAAAAAA1", "Arn": "arn:aws:iam::111122223333:policy/db/Read", "Path": "/db/", "DefaultVersionId": "v2",
    "AttachmentCount": 0, "PermissionsBoundaryUsageCount": 1, "IsAttachable": true, "CreateDate": "2024-01-02T03:04:05+00:00", "UpdateDate": "2025-01-02T03:04:05+00:00",
    "PolicyVersionList": [
      {"Document": {"Version": "2012-10-17", "Statement": []}, "VersionId": "v4", "IsDefaultVersion": false, "CreateDate": "2025-01-02T03:04:05+00:00"},
      {"Document": "{\"Version\": \"2012-10-17\", \"Statement\": []}", "VersionId": "v2", "IsDefaultVersion": true, "CreateDate": "2024-01-02T03:04:05+00:00"}
    ]
  }]
}`

// TestSeedComesBack seeds an account with a capture and reads the same capture back.
func TestSeedComesBack(t *testing.T) {
	a := sandbox.New(fixed())
	if err := a.SeedFrom(strings.NewReader(seed)); err != nil {
		t.Fatal(err)
	}
	c := clientOf(a)
	details := must[*iam.GetAccountAuthorizationDetailsOutput](t)(c.GetAccountAuthorizationDetails(t.Context(),
		&iam.GetAccountAuthorizationDetailsInput{Filter: []types.EntityType{"User", "Role", "Group", "LocalManagedPolicy"}}))
	again, err := json.Marshal(map[string]any{
		"UserDetailList": details.UserDetailList, "GroupDetailList": details.GroupDetailList,
		"RoleDetailList": details.RoleDetailList, "Policies": details.Policies,
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(plain(t, []byte(seed)), plain(t, again)); diff != "" {
		t.Errorf("(-seed +details):\n%s", diff)
	}

	// What the seed names lives on: the trust follows the user, the dead stay dead, numbers go on.
	trust := trustOf(t, c, "share")
	if !strings.Contains(trust, "AIDADEADDEADDEADDEAD1") || !strings.Contains(trust, "user/staff/alice") {
		t.Errorf("trust %s", trust)
	}
	if err := newVersion(false)(t.Context(), c); err != nil || !bytes.Contains(a.Dump(), []byte(`"last": 5`)) {
		t.Errorf("the next version is not v5: %v", err)
	}
	if err := a.SeedFrom(strings.NewReader(seed)); err == nil || !strings.Contains(err.Error(), "not empty") {
		t.Errorf("error %v, want a refusal: the account is not empty", err)
	}
}

func TestSeedRefuses(t *testing.T) {
	o := fixed()
	o.Account = "444455556666"
	a := sandbox.New(o)
	before := a.Dump()
	if err := a.SeedFrom(strings.NewReader(seed)); err == nil || !strings.Contains(err.Error(), "is not of account 444455556666") {
		t.Errorf("error %v, want a refusal: another account", err)
	}
	if err := a.SeedFrom(strings.NewReader("nonsense")); err == nil {
		t.Error("nonsense is taken")
	}
	if !bytes.Equal(a.Dump(), before) {
		t.Error("a refused seed left something behind")
	}
}

// TestDumpSettings makes an account's things again and finds the settings as before, and only them.
func TestDumpSettings(t *testing.T) {
	a := sandbox.New(fixed())
	c, ctx := clientOf(a), t.Context()
	furnish(t, c)
	expect(t, boundAlice(ctx, c), "", "")
	settings, all := a.DumpSettings(), a.Dump()
	must[*iam.DeleteUserOutput](t)(c.DeleteUser(ctx, &iam.DeleteUserInput{UserName: aws.String("alice")}))
	if bytes.Equal(a.DumpSettings(), settings) {
		t.Error("a user less gives the same settings")
	}
	expect(t, createUser(t, c, "alice"), "", "")
	expect(t, boundAlice(ctx, c), "", "")
	if diff := cmp.Diff(string(settings), string(a.DumpSettings())); diff != "" {
		t.Errorf("settings of what was made again (-before +after):\n%s", diff)
	}
	if bytes.Equal(a.Dump(), all) {
		t.Error("a new user has the id of the old one")
	}
}

// plain is a capture in one form for the CLI and the SDK: no nulls, no empty lists and objects, dates in UTC, documents as
// text without white space.
func plain(t *testing.T, data []byte) any {
	t.Helper()
	var value any
	if err := json.Unmarshal(data, &value); err != nil {
		t.Fatal(err)
	}
	return plainValue(t, value)
}

func plainValue(t *testing.T, value any) any {
	t.Helper()
	switch v := value.(type) {
	case map[string]any:
		fields := map[string]any{}
		for key, field := range v {
			if strings.HasSuffix(key, "Document") {
				fields[key] = plainDocument(t, field)
			} else if field = plainValue(t, field); field != nil && key != "ResultMetadata" {
				fields[key] = field
			}
		}
		if len(fields) == 0 {
			return nil
		}
		return fields
	case []any:
		for i := range v {
			v[i] = plainValue(t, v[i])
		}
		if len(v) == 0 {
			return nil
		}
		return v
	case string:
		return strings.Replace(v, "+00:00", "Z", 1)
	default:
		return v
	}
}

func plainDocument(t *testing.T, document any) any {
	t.Helper()
	text, ok := document.(string)
	if !ok {
		return document
	}
	if decoded, err := url.PathUnescape(text); err == nil {
		text = decoded
	}
	var value any
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Fatal(err)
	}
	return value
}
