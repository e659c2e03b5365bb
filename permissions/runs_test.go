package permissions_test

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"baseline/kinds"
	"baseline/live"
	"baseline/permissions"
	"baseline/policy"
	"baseline/sandbox"
)

// fixedClock stands still.
type fixedClock struct{}

func (fixedClock) Now() time.Time { return time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC) }

func (fixedClock) Sleep(ctx context.Context, _ time.Duration) error { return ctx.Err() }

// keep does all that is done to keep runs, as somebody with these policies.
func keep(t *testing.T, set *permissions.Set, prefix string) error {
	t.Helper()
	account := sandbox.New(sandbox.Options{Seed: 1, Now: fixedClock{}.Now, Enforce: true})
	as := func(id string) aws.Config {
		return aws.Config{
			Region: "us-east-1", HTTPClient: account.Client(), Retryer: func() aws.Retryer { return aws.NopRetryer{} },
			Credentials: credentials.NewStaticCredentialsProvider(id, "secret", ""),
		}
	}
	admin, buckets, ctx := iam.NewFromConfig(as("AKIAIOSFODNN7EXAMPLE")), s3.NewFromConfig(as("AKIAIOSFODNN7EXAMPLE")), t.Context()
	_, err := buckets.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: aws.String("acme-runs")})
	_, alsoErr := admin.CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String("ci")})
	key, keyErr := admin.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: aws.String("ci")})
	documents, _, setErr := set.Documents()
	if err := errors.Join(err, alsoErr, keyErr, setErr); err != nil {
		t.Fatal(err)
	}
	for _, document := range documents {
		if problems := policy.Check(document, policy.Managed); len(problems) > 0 {
			t.Errorf("%v\n%s", problems, document)
		}
		if _, err := admin.PutUserPolicy(ctx, &iam.PutUserPolicyInput{
			UserName: aws.String("ci"), PolicyName: aws.String("p"), PolicyDocument: &document,
		}); err != nil {
			t.Fatal(err)
		}
	}
	config := as(aws.ToString(key.AccessKey.AccessKeyId))
	b, err := live.OpenBucket(ctx, live.Options{
		HTTPClient: config.HTTPClient, Credentials: config.Credentials, Clock: fixedClock{}, Settle: -1, MaxBackoff: time.Millisecond,
	}, "acme-runs", prefix)
	if err != nil {
		return err
	}
	if _, _, err := b.Read(ctx, "lock"); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	version, err := b.Create(ctx, "lock", []byte("one"))
	if err != nil {
		return err
	}
	if _, err := b.Replace(ctx, "lock", []byte("two"), version); err != nil {
		return err
	}
	names, err := b.Names(ctx, "l")
	if err == nil && len(names) != 1 {
		t.Errorf("%q", names)
	}
	return err
}

// TestKeepRuns keeps runs with exactly what it takes, and cannot with any action less.
func TestKeepRuns(t *testing.T) {
	for _, prefix := range []string{"", "prod", "teams/prod"} {
		set := &permissions.Set{}
		set.KeepRuns("aws", "acme-runs", prefix)
		if err := keep(t, set, prefix); err != nil {
			t.Errorf("under %q: %v", prefix, err)
		}
		for _, action := range set.Actions() {
			if err := keep(t, set.Without(action), prefix); err == nil || !strings.Contains(err.Error(), action) {
				t.Errorf("under %q without %s: %v", prefix, action, err)
			}
		}
	}
	set := &permissions.Set{}
	set.KeepRuns("aws", "acme-runs", "prod")
	for _, prefix := range []string{"", "production", "staging", "prod2/a"} {
		if err := keep(t, set, prefix); err == nil {
			t.Errorf("what is for prod lets keep runs under %q", prefix)
		}
	}
}

// TestKeepRunsBesideMuchElse keeps the place narrow where objects are so many that all of their sort are named, and where buckets may
// be listed anyway.
func TestKeepRunsBesideMuchElse(t *testing.T) {
	set := permissions.Carrying(many(3000), true)
	set.KeepRuns("aws-cn", "acme-runs", "prod")
	documents, widened, err := set.Documents()
	last := documents[len(documents)-1]
	if err != nil || !widened || !strings.Contains(last, `"arn:aws-cn:s3:::acme-runs/prod/*"`) || !strings.Contains(last, `"s3:prefix": "prod/*"`) {
		t.Errorf("%v, widened %v:\n%s", err, widened, last)
	}
	set = permissions.Reading(nil, kinds.Scope{Partition: "aws", Account: account})
	set.KeepRuns("aws", "acme-runs", "")
	set.KeepRuns("aws", "acme-runs", "prod")
	documents, _, err = set.Documents()
	if err != nil || len(documents) != 1 || strings.Contains(documents[0], "Condition") {
		t.Errorf("%v:\n%s", err, documents)
	}
}
