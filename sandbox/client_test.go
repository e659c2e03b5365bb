package sandbox_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"baseline/sandbox"
)

// start is when every test's clock starts.
var start = time.Date(2026, time.November, 21, 14, 2, 11, 0, time.UTC)

// fixed are options of an account whose clock stands still and that never waits.
func fixed() sandbox.Options {
	return sandbox.Options{Seed: 1, Now: func() time.Time { return start }, Sleep: func(time.Duration) {}}
}

// config is the SDK's view of an account: the real client, without retries.
func config(a *sandbox.Account, keyID string) aws.Config {
	return aws.Config{
		Region:       "us-east-1",
		BaseEndpoint: aws.String("http://sandbox.invalid"),
		HTTPClient:   a.Client(),
		Credentials:  credentials.NewStaticCredentialsProvider(keyID, "secret", ""),
		Retryer:      func() aws.Retryer { return aws.NopRetryer{} },
	}
}

// foreignKey is a key no account here issued: the example of AWS's own documentation.
const foreignKey = "AKIAIOSFODNN7EXAMPLE"

func clientOf(a *sandbox.Account) *iam.Client { return iam.NewFromConfig(config(a, foreignKey)) }

func stsOf(a *sandbox.Account, keyID string) *sts.Client {
	return sts.NewFromConfig(config(a, keyID))
}

// codeOf is the wire code of an error, or "" for none.
func codeOf(t *testing.T, err error) string {
	t.Helper()
	if err == nil {
		return ""
	}
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		return api.ErrorCode()
	}
	t.Fatalf("not an answer of the API: %v", err)
	return ""
}

func must[T any](t *testing.T) func(out T, err error) T {
	t.Helper()
	return func(out T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
}

// expect fails unless the error has the code, "" being success, and its text holds the words.
func expect(t *testing.T, err error, code, words string) {
	t.Helper()
	if got := codeOf(t, err); got != code {
		t.Fatalf("code %q (%v), want %q", got, err, code)
	}
	if err != nil && !strings.Contains(err.Error(), words) {
		t.Fatalf("%v: does not say %q", err, words)
	}
}

const (
	readS3     = `{"Version":"2012-10-17","Statement":[{"Sid":"Read","Effect":"Allow","Action":"s3:Get*","Resource":"*"}]}`
	trustOther = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"444455556666"},"Action":"sts:AssumeRole"}]}`
	adminARN   = "arn:aws:iam::aws:policy/AdministratorAccess"
	readARN    = "arn:aws:iam::111122223333:policy/db/Read"
)

func trustIn(principal string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"` + principal + `"},"Action":"sts:AssumeRole"}]}`
}

// furnish puts one of each main thing into an account: user alice, group Devs, role share, policy /db/Read.
func furnish(t *testing.T, c *iam.Client) {
	t.Helper()
	ctx := t.Context()
	must[*iam.CreateUserOutput](t)(c.CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String("alice")}))
	must[*iam.CreateGroupOutput](t)(c.CreateGroup(ctx, &iam.CreateGroupInput{GroupName: aws.String("Devs")}))
	must[*iam.CreateRoleOutput](t)(c.CreateRole(ctx, &iam.CreateRoleInput{
		RoleName: aws.String("share"), AssumeRolePolicyDocument: aws.String(trustOther),
	}))
	must[*iam.CreatePolicyOutput](t)(c.CreatePolicy(ctx, &iam.CreatePolicyInput{
		PolicyName: aws.String("Read"), Path: aws.String("/db/"), PolicyDocument: aws.String(readS3),
	}))
}

// step is one call, reduced to whether it worked.
type step func(ctx context.Context, c *iam.Client) error

func tag(key, value string) types.Tag { return types.Tag{Key: &key, Value: &value} }
