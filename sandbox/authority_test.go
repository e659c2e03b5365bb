package sandbox_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/google/go-cmp/cmp"

	"baseline/sandbox"
)

// statement is a policy of one statement.
func statement(effect, action, resource string) string {
	return fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":%q,"Action":%q,"Resource":%q}]}`, effect, action, resource)
}

const (
	userAlice = "arn:aws:iam::111122223333:user/alice"
	everyUser = "arn:aws:iam::111122223333:user/*"
)

// enforced is an account that holds callers to their policies, with a user carol who has a key, and calls as the administrator
// and as carol.
func enforced(t *testing.T) (a *sandbox.Account, admin, carol *iam.Client) {
	t.Helper()
	o := fixed()
	o.Enforce = true
	a = sandbox.New(o)
	admin = clientOf(a)
	furnish(t, admin)
	must[*iam.CreateUserOutput](t)(admin.CreateUser(t.Context(), &iam.CreateUserInput{UserName: aws.String("carol"), Path: aws.String("/people/")}))
	key := must[*iam.CreateAccessKeyOutput](t)(admin.CreateAccessKey(t.Context(), &iam.CreateAccessKeyInput{UserName: aws.String("carol")}))
	return a, admin, iam.NewFromConfig(config(a, *key.AccessKey.AccessKeyId))
}

func grant(t *testing.T, admin *iam.Client, name, document string) {
	t.Helper()
	must[*iam.PutUserPolicyOutput](t)(admin.PutUserPolicy(t.Context(), &iam.PutUserPolicyInput{
		UserName: aws.String("carol"), PolicyName: &name, PolicyDocument: &document,
	}))
}

// TestEnforcedPolicies has carol ask for alice under policies from which AWS's answer follows.
func TestEnforcedPolicies(t *testing.T) {
	const none, denied = "because no identity-based policy allows the iam:GetUser action", "with an explicit deny in an identity-based policy"
	conditional := func(effect string) string {
		return `{"Version":"2012-10-17","Statement":[{"Effect":"` + effect + `","Action":"iam:GetUser","Resource":"*","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}}]}`
	}
	allow := statement("Allow", "iam:Get*", userAlice)
	for _, tt := range []struct {
		name     string
		policies []string
		why      string // of the refusal; "" for none
	}{
		{"nothing", nil, none},
		{"the user", []string{allow}, ""},
		{"any user", []string{statement("Allow", "IAM:getuser", everyUser)}, ""},
		{"another user", []string{statement("Allow", "iam:*", userAlice+"x")}, none},
		{"another action", []string{statement("Allow", "iam:List*", "*")}, none},
		{"all but another action", []string{`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","NotAction":"iam:List*","NotResource":"arn:aws:s3:::*"}]}`}, ""},
		{"all but this", []string{`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","NotAction":"iam:Get*","Resource":"*"}]}`}, none},
		{"denied", []string{allow, statement("Deny", "iam:GetUser", "*")}, denied},
		{"another is denied", []string{allow, statement("Deny", "iam:GetUser", userAlice+"x")}, ""},
		{"allowed on a condition", []string{conditional("Allow")}, none},
		{"denied on a condition", []string{allow, conditional("Deny")}, denied},
		{"themselves", []string{statement("Allow", "iam:*", "arn:aws:iam::111122223333:user/*${aws:username}")}, none},
		{"an unknown variable allows nothing", []string{statement("Allow", "iam:*", "arn:aws:iam::111122223333:user/${aws:PrincipalTag/x}")}, none},
		{"an unknown variable denies all", []string{allow, statement("Deny", "iam:*", "arn:aws:iam::111122223333:user/${aws:PrincipalTag/x}")}, denied},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, admin, carol := enforced(t)
			for i, document := range tt.policies {
				grant(t, admin, fmt.Sprintf("p%d", i), document)
			}
			_, err := carol.GetUser(t.Context(), &iam.GetUserInput{UserName: aws.String("alice")})
			if tt.why == "" {
				expect(t, err, "", "")
				return
			}
			expect(t, err, "AccessDenied", "User: arn:aws:iam::111122223333:user/people/carol is not authorized to perform: iam:GetUser on resource: "+userAlice+" "+tt.why)
		})
	}
}

// TestEnforcedElsewhere has policies come from a group, an attachment and a boundary.
func TestEnforcedElsewhere(t *testing.T) {
	_, admin, carol := enforced(t)
	ctx := t.Context()
	ask := func(client *iam.Client) error {
		_, err := client.GetUser(ctx, &iam.GetUserInput{UserName: aws.String("alice")})
		return err
	}
	must[*iam.CreateGroupOutput](t)(admin.CreateGroup(ctx, &iam.CreateGroupInput{GroupName: aws.String("readers")}))
	must[*iam.AttachGroupPolicyOutput](t)(admin.AttachGroupPolicy(ctx, &iam.AttachGroupPolicyInput{
		GroupName: aws.String("readers"), PolicyArn: aws.String("arn:aws:iam::aws:policy/ReadOnlyAccess"),
	}))
	made := must[*iam.CreatePolicyOutput](t)(admin.CreatePolicy(ctx, &iam.CreatePolicyInput{
		PolicyName: aws.String("see"), PolicyDocument: aws.String(statement("Allow", "iam:GetUser", "*")),
	}))
	expect(t, ask(carol), "AccessDenied", "no identity-based policy")
	must[*iam.AttachGroupPolicyOutput](t)(admin.AttachGroupPolicy(ctx, &iam.AttachGroupPolicyInput{GroupName: aws.String("readers"), PolicyArn: made.Policy.Arn}))
	must[*iam.AddUserToGroupOutput](t)(admin.AddUserToGroup(ctx, &iam.AddUserToGroupInput{GroupName: aws.String("readers"), UserName: aws.String("carol")}))
	expect(t, ask(carol), "", "")

	must[*iam.CreatePolicyOutput](t)(admin.CreatePolicy(ctx, &iam.CreatePolicyInput{
		PolicyName: aws.String("fence"), PolicyDocument: aws.String(statement("Allow", "s3:*", "*")),
	}))
	must[*iam.PutUserPermissionsBoundaryOutput](t)(admin.PutUserPermissionsBoundary(ctx, &iam.PutUserPermissionsBoundaryInput{
		UserName: aws.String("carol"), PermissionsBoundary: aws.String("arn:aws:iam::111122223333:policy/fence"),
	}))
	expect(t, ask(carol), "AccessDenied", "because no permissions boundary allows the iam:GetUser action")
	must[*iam.PutUserPermissionsBoundaryOutput](t)(admin.PutUserPermissionsBoundary(ctx, &iam.PutUserPermissionsBoundaryInput{
		UserName: aws.String("carol"), PermissionsBoundary: made.Policy.Arn,
	}))
	expect(t, ask(carol), "", "")
	must[*iam.CreatePolicyVersionOutput](t)(admin.CreatePolicyVersion(ctx, &iam.CreatePolicyVersionInput{
		PolicyArn: made.Policy.Arn, PolicyDocument: aws.String(statement("Deny", "iam:GetUser", "*")), SetAsDefault: true,
	}))
	expect(t, ask(carol), "AccessDenied", "with an explicit deny in an identity-based policy")
}

// TestEnforcedAssumeRole has a role let in whom its trust names and, where that names the account, whom his own policies let.
func TestEnforcedAssumeRole(t *testing.T) {
	a, admin, carol := enforced(t)
	ctx := t.Context()
	ask := func(client *iam.Client) error {
		_, err := client.GetUser(ctx, &iam.GetUserInput{UserName: aws.String("alice")})
		return err
	}
	trust := func(principal string) {
		t.Helper()
		must[*iam.UpdateAssumeRolePolicyOutput](t)(admin.UpdateAssumeRolePolicy(ctx, &iam.UpdateAssumeRolePolicyInput{
			RoleName:       aws.String("share"),
			PolicyDocument: aws.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":"` + principal + `"}}]}`),
		}))
	}
	key, err := carol.Options().Credentials.Retrieve(ctx)
	expect(t, err, "", "")
	assume := func() (*sts.AssumeRoleOutput, error) {
		return stsOf(a, key.AccessKeyID).AssumeRole(ctx, &sts.AssumeRoleInput{
			RoleArn: aws.String("arn:aws:iam::111122223333:role/share"), RoleSessionName: aws.String("run-1"),
		})
	}
	trust("111122223333")
	_, err = assume()
	expect(t, err, "AccessDenied", "sts:AssumeRole")
	grant(t, admin, "assume", statement("Allow", "sts:AssumeRole", "arn:aws:iam::111122223333:role/share"))
	must[*sts.AssumeRoleOutput](t)(assume())
	trust("arn:aws:iam::111122223333:user/people/carol")
	grant(t, admin, "assume", statement("Allow", "s3:GetObject", "*"))
	session := must[*sts.AssumeRoleOutput](t)(assume())
	as := iam.NewFromConfig(config(a, *session.Credentials.AccessKeyId))
	expect(t, ask(as), "AccessDenied", "User: arn:aws:sts::111122223333:assumed-role/share/run-1 is not authorized")
	must[*iam.PutRolePolicyOutput](t)(admin.PutRolePolicy(ctx, &iam.PutRolePolicyInput{
		RoleName: aws.String("share"), PolicyName: aws.String("p"), PolicyDocument: aws.String(statement("Allow", "iam:GetUser", "*")),
	}))
	expect(t, ask(as), "", "")
	if arn, err := whoAmI(t, a, *session.Credentials.AccessKeyId); err != nil || !strings.HasSuffix(arn, "/run-1") {
		t.Errorf("the session is %s, %v", arn, err)
	}
	grant(t, admin, "assume", statement("Deny", "sts:*", "*"))
	_, err = assume()
	expect(t, err, "AccessDenied", "sts:AssumeRole")
}

// TestPermitsOfCalls has calls that take more than their own action, or on more than one thing.
func TestPermitsOfCalls(t *testing.T) {
	_, admin, carol := enforced(t)
	ctx := t.Context()
	must[*iam.CreateInstanceProfileOutput](t)(admin.CreateInstanceProfile(ctx, &iam.CreateInstanceProfileInput{InstanceProfileName: aws.String("web")}))
	boundary := aws.String("arn:aws:iam::aws:policy/PowerUserAccess")
	steps := []struct {
		allow, on, missing string
		call               func() error
	}{
		{"iam:CreateUser", everyUser, "iam:TagUser on resource: arn:aws:iam::111122223333:user/p/dave", func() error {
			_, err := carol.CreateUser(ctx, &iam.CreateUserInput{
				UserName: aws.String("dave"), Path: aws.String("/p/"), Tags: []types.Tag{tag("a", "b")}, PermissionsBoundary: boundary,
			})
			return err
		}},
		{"iam:TagUser", everyUser, "iam:PutUserPermissionsBoundary on resource: arn:aws:iam::111122223333:user/p/dave", nil},
		{"iam:PutUserPermissionsBoundary", everyUser, "", nil},
		{"iam:AddRoleToInstanceProfile", "arn:aws:iam::111122223333:instance-profile/web", "iam:PassRole on resource: arn:aws:iam::111122223333:role/share", func() error {
			_, err := carol.AddRoleToInstanceProfile(ctx, &iam.AddRoleToInstanceProfileInput{InstanceProfileName: aws.String("web"), RoleName: aws.String("share")})
			return err
		}},
		{"iam:PassRole", "arn:aws:iam::111122223333:role/share", "", nil},
		{"iam:UpdateUser", "arn:aws:iam::111122223333:user/p/dave", "iam:UpdateUser on resource: arn:aws:iam::111122223333:user/q/dave", func() error {
			_, err := carol.UpdateUser(ctx, &iam.UpdateUserInput{UserName: aws.String("dave"), NewPath: aws.String("/q/")})
			return err
		}},
		{"iam:UpdateUser", "arn:aws:iam::111122223333:user/?/dave", "", nil},
	}
	call := steps[0].call
	for i, step := range steps {
		if step.call != nil {
			call = step.call
		}
		grant(t, admin, fmt.Sprintf("p%d", i), statement("Allow", step.allow, step.on))
		if err := call(); step.missing == "" {
			expect(t, err, "", "")
		} else {
			expect(t, err, "AccessDenied", step.missing)
		}
	}
}

// TestPermitsOfOtherServices has the actions of S3 differ from the names of its calls.
func TestPermitsOfOtherServices(t *testing.T) {
	a, admin, carol := enforced(t)
	ctx := t.Context()
	must[*s3.CreateBucketOutput](t)(s3As(a, foreignKey).CreateBucket(ctx, &s3.CreateBucketInput{Bucket: aws.String("acme-logs")}))
	key, err := carol.Options().Credentials.Retrieve(ctx)
	expect(t, err, "", "")
	client := s3As(a, key.AccessKeyID)
	encryption := func() error {
		_, err := client.GetBucketEncryption(ctx, &s3.GetBucketEncryptionInput{Bucket: aws.String("acme-logs")})
		return err
	}
	expect(t, encryption(), "AccessDenied", "s3:GetEncryptionConfiguration on resource: arn:aws:s3:::acme-logs because")
	grant(t, admin, "s3", statement("Allow", "s3:GetEncryptionConfiguration", "arn:aws:s3:::acme-*"))
	expect(t, encryption(), "", "")
}

// TestEveryOperationOfIAMHasPermits calls every operation of IAM as one who may do nothing: each names what it takes before
// anything else is found wrong with it.
func TestEveryOperationOfIAMHasPermits(t *testing.T) {
	a, _, carol := enforced(t)
	key, err := carol.Options().Credentials.Retrieve(t.Context())
	expect(t, err, "", "")
	for _, operation := range sandbox.Operations("iam") {
		request, err := http.NewRequest(http.MethodPost, "http://sandbox.invalid/", strings.NewReader(url.Values{
			"Action": {operation}, "Version": {"2010-05-08"}, "UserName": {"alice"}, "PolicySourceArn": {userAlice},
		}.Encode()))
		expect(t, err, "", "")
		request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+key.AccessKeyID+"/20261121/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=0")
		answer, err := a.Client().Do(request)
		expect(t, err, "", "")
		if answer.StatusCode != http.StatusForbidden {
			t.Errorf("iam:%s is answered with %s", operation, answer.Status)
		}
	}
	if missing := sandbox.UnknownPermits(); len(missing) > 0 {
		t.Errorf("what these calls are on is not known: %s", missing)
	}
}

// TestSimulatePrincipalPolicy asks what would be so.
func TestSimulatePrincipalPolicy(t *testing.T) {
	o := fixed()
	for _, enforce := range []bool{true, false} {
		o.Enforce = enforce
		a := sandbox.New(o)
		admin := clientOf(a)
		furnish(t, admin)
		ctx := t.Context()
		must[*iam.PutUserPolicyOutput](t)(admin.PutUserPolicy(ctx, &iam.PutUserPolicyInput{
			UserName: aws.String("alice"), PolicyName: aws.String("p"), PolicyDocument: aws.String(`{"Version":"2012-10-17","Statement":[
				{"Effect":"Allow","Action":["iam:GetUser","iam:Simulate*"],"Resource":"*"},
				{"Effect":"Deny","Action":"iam:TagUser","Resource":"` + userAlice + `"},
				{"Effect":"Allow","Action":"iam:DeleteUser","Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/team":"a"}}}]}`),
		}))
		ask := func(client *iam.Client, source string) (map[string]string, error) {
			got := map[string]string{}
			pages := iam.NewSimulatePrincipalPolicyPaginator(client, &iam.SimulatePrincipalPolicyInput{
				PolicySourceArn: &source, ActionNames: []string{"iam:GetUser", "iam:TagUser", "iam:DeleteUser"},
				ResourceArns: []string{userAlice, everyUser}, MaxItems: aws.Int32(4),
			})
			for pages.HasMorePages() {
				page, err := pages.NextPage(ctx)
				if err != nil {
					return nil, err
				}
				for _, r := range page.EvaluationResults {
					on := strings.TrimPrefix(*r.EvalResourceName, "arn:aws:iam::111122223333:")
					got[*r.EvalActionName+" "+on] = strings.Join(append([]string{string(r.EvalDecision)}, r.MissingContextValues...), " ")
				}
			}
			return got, nil
		}
		judged := map[string]string{
			"iam:GetUser user/alice": "allowed", "iam:GetUser user/*": "allowed",
			"iam:TagUser user/alice": "explicitDeny", "iam:TagUser user/*": "implicitDeny",
			"iam:DeleteUser user/alice": "implicitDeny aws:ResourceTag/team", "iam:DeleteUser user/*": "implicitDeny aws:ResourceTag/team",
		}
		free := map[string]string{}
		for question := range judged {
			free[question] = "allowed"
		}
		got, err := ask(admin, userAlice)
		if diff := cmp.Diff(judged, got); err != nil || diff != "" {
			t.Errorf("alice, as the administrator sees it: %v (-want +got):\n%s", err, diff)
		}
		got, err = ask(admin, "arn:aws:iam::111122223333:role/SandboxAdministrator")
		if diff := cmp.Diff(free, got); err != nil || diff != "" {
			t.Errorf("the administrator: %v (-want +got):\n%s", err, diff)
		}
		key := must[*iam.CreateAccessKeyOutput](t)(admin.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: aws.String("alice")}))
		got, err = ask(iam.NewFromConfig(config(a, *key.AccessKey.AccessKeyId)), userAlice)
		own := judged
		if !enforce {
			own = free
		}
		if diff := cmp.Diff(own, got); err != nil || diff != "" {
			t.Errorf("alice of herself, enforced %v: %v (-want +got):\n%s", enforce, err, diff)
		}
		_, err = ask(admin, "arn:aws:iam::111122223333:role/nobody")
		expect(t, err, "NoSuchEntity", "")
	}
}

func s3As(a *sandbox.Account, keyID string) *s3.Client {
	return s3.NewFromConfig(config(a, keyID), func(o *s3.Options) { o.UsePathStyle = true })
}
