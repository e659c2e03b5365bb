package action_test

import (
	"context"
	"net/http/httptest"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/rogpeppe/go-internal/testscript"

	"baseline/sandbox"
)

// atAccount does to a simulated account, as its administrator, what the command doesn't do:
//
//	account serve FILE [FAULT ...]     serves the account in FILE for the rest of the script: the environment has keys of its administrator
//	account bucket NAME                makes a bucket in it
//	account put BUCKET KEY TEXT        writes the text of a file into one
//	account session ROLE               puts a session of a role into the environment, which may what the role's policies allow
func atAccount(ts *testscript.TestScript, _ bool, args []string) {
	ctx, s := context.Background(), sceneOf(ts)
	if args[0] == "serve" {
		s.account = serve(ts, args[1], args[2:])
		return
	}
	cfg := aws.Config{
		Region: "us-east-1", HTTPClient: s.account.Client(), Credentials: credentials.NewStaticCredentialsProvider(administrator, "sandbox", ""),
	}
	buckets := s3.NewFromConfig(cfg, func(o *s3.Options) { o.UsePathStyle = true })
	var err error
	switch args[0] {
	case "bucket":
		_, err = buckets.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: &args[1]})
	case "put":
		_, err = buckets.PutObject(ctx, &s3.PutObjectInput{Bucket: &args[1], Key: &args[2], Body: strings.NewReader(ts.ReadFile(args[3]))})
	case "session":
		err = session(ctx, ts, cfg, "arn:aws:iam::"+s.account.ID()+":role/"+args[1])
	default:
		ts.Fatalf("account knows no %s", args[0])
	}
	ts.Check(err)
}

// administrator is a key that is no user's, and may everything.
const administrator = "AKIASANDBOXEXAMPLE00"

func serve(ts *testscript.TestScript, file string, faults []string) *sandbox.Account {
	o := sandbox.Options{Enforce: true}
	for _, fault := range faults {
		ts.Check(sandbox.ParseFault(fault, &o.Faults))
	}
	account, err := sandbox.Open(ts.MkAbs(file), o)
	ts.Check(err)
	server := httptest.NewServer(account)
	ts.Defer(func() {
		server.CloseClientConnections()
		server.Close()
		ts.Check(account.Close())
	})
	ts.Setenv("AWS_ENDPOINT_URL", server.URL)
	ts.Setenv("AWS_REGION", "us-east-1")
	ts.Setenv("AWS_ACCESS_KEY_ID", administrator)
	ts.Setenv("AWS_SECRET_ACCESS_KEY", "sandbox")
	return account
}

// session takes a role. The sandbox knows no tokens of GitHub, so the role is made to trust the account.
func session(ctx context.Context, ts *testscript.TestScript, cfg aws.Config, role string) error {
	name := role[strings.LastIndex(role, "/")+1:]
	trust := `{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}}}`
	_, err := iam.NewFromConfig(cfg).UpdateAssumeRolePolicy(ctx, &iam.UpdateAssumeRolePolicyInput{RoleName: &name, PolicyDocument: &trust})
	if err != nil {
		return err
	}
	taken, err := sts.NewFromConfig(cfg).AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: &role, RoleSessionName: aws.String("github")})
	if err != nil {
		return err
	}
	ts.Setenv("AWS_ACCESS_KEY_ID", *taken.Credentials.AccessKeyId)
	ts.Setenv("AWS_SECRET_ACCESS_KEY", *taken.Credentials.SecretAccessKey)
	ts.Setenv("AWS_SESSION_TOKEN", *taken.Credentials.SessionToken)
	return nil
}
