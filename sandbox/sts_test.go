package sandbox_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"
	tagtypes "github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/google/go-cmp/cmp"

	"baseline/sandbox"
)

func whoAmI(t *testing.T, a *sandbox.Account, keyID string) (arn string, err error) {
	t.Helper()
	out, err := stsOf(a, keyID).GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
	if err != nil {
		return "", err
	}
	return *out.Arn, nil
}

// TestCallers tells callers by their keys.
func TestCallers(t *testing.T) {
	now := start
	o := fixed()
	o.Now = func() time.Time { return now }
	a := sandbox.New(o)
	c, ctx := clientOf(a), t.Context()
	furnish(t, c)
	arn, err := whoAmI(t, a, foreignKey)
	if err != nil || arn != "arn:aws:sts::111122223333:assumed-role/SandboxAdministrator/sandbox" {
		t.Errorf("a foreign key is %s, %v", arn, err)
	}

	key := must[*iam.CreateAccessKeyOutput](t)(c.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: aws.String("alice")}))
	keyID := *key.AccessKey.AccessKeyId
	if arn, err = whoAmI(t, a, keyID); err != nil || arn != "arn:aws:iam::111122223333:user/alice" {
		t.Errorf("alice's key is %s, %v", arn, err)
	}
	used := must[*iam.GetAccessKeyLastUsedOutput](t)(c.GetAccessKeyLastUsed(ctx, &iam.GetAccessKeyLastUsedInput{AccessKeyId: &keyID}))
	if u := used.AccessKeyLastUsed; !u.LastUsedDate.Equal(start) || *u.ServiceName != "sts" || *u.Region != "us-east-1" {
		t.Errorf("last used %v for %s in %s", u.LastUsedDate, *u.ServiceName, *u.Region)
	}

	must[*iam.UpdateAssumeRolePolicyOutput](t)(c.UpdateAssumeRolePolicy(ctx, &iam.UpdateAssumeRolePolicyInput{
		RoleName: aws.String("share"),
		PolicyDocument: aws.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",` +
			`"Principal":{"AWS":"arn:aws:iam::111122223333:user/alice"},"Condition":{"StringEquals":{"sts:ExternalId":"secret-word"}}}]}`),
	}))
	assume := func(keyID string, externalID *string) (*sts.AssumeRoleOutput, error) {
		return stsOf(a, keyID).AssumeRole(ctx, &sts.AssumeRoleInput{
			RoleArn: aws.String("arn:aws:iam::111122223333:role/share"), RoleSessionName: aws.String("run-1"), ExternalId: externalID,
		})
	}
	_, err = assume(keyID, nil)
	expect(t, err, "AccessDenied", "is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/share")
	_, err = assume(foreignKey, aws.String("secret-word"))
	expect(t, err, "AccessDenied", "")
	session := must[*sts.AssumeRoleOutput](t)(assume(keyID, aws.String("secret-word")))
	sessionKey := *session.Credentials.AccessKeyId
	if arn, err = whoAmI(t, a, sessionKey); err != nil || arn != "arn:aws:sts::111122223333:assumed-role/share/run-1" {
		t.Errorf("the session is %s, %v", arn, err)
	}
	now = now.Add(time.Hour)
	_, err = whoAmI(t, a, sessionKey)
	expect(t, err, "ExpiredToken", "")

	must[*iam.UpdateAccessKeyOutput](t)(c.UpdateAccessKey(ctx, &iam.UpdateAccessKeyInput{
		UserName: aws.String("alice"), AccessKeyId: &keyID, Status: types.StatusTypeInactive,
	}))
	_, err = whoAmI(t, a, keyID)
	expect(t, err, "InvalidClientTokenId", "")
	must[*iam.DeleteAccessKeyOutput](t)(c.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{UserName: aws.String("alice"), AccessKeyId: &keyID}))
	_, err = whoAmI(t, a, keyID)
	expect(t, err, "InvalidClientTokenId", "")
}

// TestGetResources pages through tagged policies; what has no tags is not listed.
func TestGetResources(t *testing.T) {
	a := sandbox.New(fixed())
	c, ctx := clientOf(a), t.Context()
	furnish(t, c)
	for _, name := range []string{"a", "b", "c"} {
		must[*iam.CreatePolicyOutput](t)(c.CreatePolicy(ctx, &iam.CreatePolicyInput{
			PolicyName: &name, PolicyDocument: aws.String(readS3), Tags: []types.Tag{tag("team", name), tag("env", "test")},
		}))
	}
	tagging := resourcegroupstaggingapi.NewFromConfig(config(a, foreignKey))
	var got []string
	var token *string
	for {
		out := must[*resourcegroupstaggingapi.GetResourcesOutput](t)(tagging.GetResources(ctx, &resourcegroupstaggingapi.GetResourcesInput{
			ResourceTypeFilters: []string{"iam:policy"}, ResourcesPerPage: aws.Int32(2), PaginationToken: token,
			TagFilters: []tagtypes.TagFilter{{Key: aws.String("env")}, {Key: aws.String("team"), Values: []string{"a", "b", "c"}}},
		}))
		got = append(got, namesOf(out.ResourceTagMappingList, func(r tagtypes.ResourceTagMapping) *string { return r.ResourceARN })...)
		if token = out.PaginationToken; aws.ToString(token) == "" {
			break
		}
	}
	const prefix = "arn:aws:iam::111122223333:policy/"
	if diff := cmp.Diff([]string{prefix + "a", prefix + "b", prefix + "c"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	_, err := tagging.GetResources(ctx, &resourcegroupstaggingapi.GetResourcesInput{ResourcesPerPage: aws.Int32(101)})
	expect(t, err, "InvalidParameterException", "between 1 and 100")
}

// TestTrustConditions tries to assume a role under conditions.
func TestTrustConditions(t *testing.T) {
	tests := []struct {
		condition string
		ok        bool
	}{
		{`{}`, true},
		{`{"StringEquals":{"sts:ExternalId":"x1"}}`, true},
		{`{"StringEquals":{"sts:ExternalId":["y1","x1"],"aws:PrincipalAccount":"111122223333"}}`, true},
		{`{"StringEquals":{"sts:ExternalId":"y1"}}`, false},
		{`{"StringNotEquals":{"sts:ExternalId":"x1"}}`, false},
		{`{"StringLike":{"STS:externalid":"x?"}}`, true},
		{`{"ArnLike":{"aws:PrincipalArn":"arn:aws:*::111122223333:*/SandboxAdministrator/*"}}`, true},
		{`{"Bool":{"aws:MultiFactorAuthPresent":"true"}}`, false},
		{`{"BoolIfExists":{"aws:MultiFactorAuthPresent":false}}`, true},
		{`{"Null":{"aws:PrincipalOrgID":"true"}}`, true},
		{`{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}`, false},
		{`{"StringEqualsIfExists":{"aws:PrincipalOrgID":"o-1"}}`, true},
	}
	a := sandbox.New(fixed())
	c := clientOf(a)
	furnish(t, c)
	for _, tt := range tests {
		t.Run(tt.condition, func(t *testing.T) {
			must[*iam.UpdateAssumeRolePolicyOutput](t)(c.UpdateAssumeRolePolicy(t.Context(), &iam.UpdateAssumeRolePolicyInput{
				RoleName: aws.String("share"),
				PolicyDocument: aws.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",` +
					`"Principal":{"AWS":"111122223333"},"Condition":` + tt.condition + `}]}`),
			}))
			_, err := stsOf(a, foreignKey).AssumeRole(t.Context(), &sts.AssumeRoleInput{
				RoleArn: aws.String("arn:aws:iam::111122223333:role/share"), RoleSessionName: aws.String("s1"), ExternalId: aws.String("x1"),
			})
			if tt.ok {
				expect(t, err, "", "")
			} else {
				expect(t, err, "AccessDenied", "")
			}
		})
	}
}
