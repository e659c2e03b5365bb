package live_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/google/go-cmp/cmp"

	"baseline/kinds"
	"baseline/live"
	"baseline/resource"
	"baseline/sandbox"
)

const (
	aliceARN = "arn:aws:iam::111122223333:user/alice"
	bobARN   = "arn:aws:iam::111122223333:user/people/bob"
)

// asked are grants on users.
func asked(action string, arns ...string) (grants []kinds.Grant) {
	for _, arn := range arns {
		grants = append(grants, kinds.Grant{Action: action, Resource: arn})
	}
	return grants
}

// roleIn makes a role with a policy in an account that enforces it, and opens the account as a session of the role.
func roleIn(t *testing.T, path, document string) (s setup, admin *iam.Client) {
	t.Helper()
	s = setup{clock: newClock()}
	s.sandbox = sandbox.New(sandbox.Options{Now: s.clock.Now, Seed: 1, Enforce: true})
	call := func(params ...string) string {
		t.Helper()
		form := map[string][]string{}
		for _, p := range params {
			name, value, _ := strings.Cut(p, "=")
			form[name] = []string{value}
		}
		answer, err := s.sandbox.Client().PostForm("http://sandbox.invalid/", form)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		if err != nil || answer.StatusCode != http.StatusOK {
			t.Fatalf("%v: %v\n%s", params, err, body)
		}
		return string(body)
	}
	call("Version=2010-05-08", "Action=CreateRole", "RoleName=tool", "Path="+path, "AssumeRolePolicyDocument="+
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"sts:AssumeRole"}]}`)
	call("Version=2010-05-08", "Action=PutRolePolicy", "RoleName=tool", "PolicyName=p", "PolicyDocument="+document)
	body := call("Version=2011-06-15", "Action=AssumeRole", "RoleSessionName=run", "RoleArn=arn:aws:iam::111122223333:role"+path+"tool")
	_, rest, _ := strings.Cut(body, "<AccessKeyId>")
	key, _, _ := strings.Cut(rest, "<")
	s.account = openAs(t, s, key, s.sandbox.Client())
	return s, iam.NewFromConfig(aws.Config{
		Region: "us-east-1", HTTPClient: s.sandbox.Client(), BaseEndpoint: aws.String("http://sandbox.invalid"),
		Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""),
	})
}

func openAs(t *testing.T, s setup, key string, through aws.HTTPClient) *live.Account {
	t.Helper()
	opened, err := live.Open(t.Context(), live.Options{
		HTTPClient: through, Credentials: credentials.NewStaticCredentialsProvider(key, "test", ""), Clock: s.clock, Settle: -1,
	})
	if err != nil {
		t.Fatal(err)
	}
	return opened
}

func policyOf(statements ...string) string {
	return `{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`
}

func allow(on string, actions ...string) string {
	return fmt.Sprintf(`{"Effect":"Allow","Action":["%s"],"Resource":%q}`, strings.Join(actions, `","`), on)
}

// What is allowed is told from what is not, by action and object. Few things of several sorts take one call.
func TestAllowedNamesWhatIsMissing(t *testing.T) {
	s, _ := roleIn(t, "/", policyOf(
		allow("*", "iam:SimulatePrincipalPolicy"), allow(aliceARN, "iam:CreateUser"), allow("*", "iam:TagUser", "iam:CreateAccountAlias"),
	))
	got, err := s.account.Allowed(t.Context(), append(append(asked("iam:CreateUser", aliceARN, bobARN), asked("iam:TagUser", bobARN)...),
		kinds.Grant{Action: "iam:CreateAccountAlias", Resource: "*"}, kinds.Grant{Action: "iam:DeleteAccountAlias", Resource: "*"}))
	want := &live.Allowance{Missing: append(asked("iam:CreateUser", bobARN), asked("iam:DeleteAccountAlias", "*")...)}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	if n := s.sandbox.Calls()["iam:SimulatePrincipalPolicy"]; n != 1 {
		t.Errorf("%d simulations, want 1", n)
	}
	s.sandbox.ResetCalls()
	if got, err := s.account.Allowed(t.Context(), nil); err != nil || len(got.Missing) > 0 || s.sandbox.Calls()["iam:SimulatePrincipalPolicy"] > 0 {
		t.Errorf("asked about nothing: %v, %v, %v", got, err, s.sandbox.Calls())
	}
}

// The session of a role does not tell the role's path: it is known when roles were read, or asked for, or it is not checked.
func TestAllowedFindsTheRole(t *testing.T) {
	s, admin := roleIn(t, "/ci/", policyOf(allow("*", "iam:SimulatePrincipalPolicy", "iam:GetRole")))
	want := &live.Allowance{Missing: asked("iam:CreateUser", aliceARN)}
	got, err := s.account.Allowed(t.Context(), asked("iam:CreateUser", aliceARN))
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("the role was asked for: %v (-want +got):\n%s", err, diff)
	}

	put := func(document string) {
		t.Helper()
		if _, err := admin.PutRolePolicy(t.Context(), &iam.PutRolePolicyInput{RoleName: aws.String("tool"), PolicyName: aws.String("p"), PolicyDocument: &document}); err != nil {
			t.Fatal(err)
		}
	}
	put(policyOf(allow("*", "iam:SimulatePrincipalPolicy")))
	got, err = s.account.Allowed(t.Context(), asked("iam:CreateUser", aliceARN))
	if err != nil || len(got.Missing) > 0 || !strings.Contains(got.Unchecked, "iam:GetRole: AccessDenied") {
		t.Errorf("the role may not be asked for: %+v, %v", got, err)
	}

	put(policyOf(allow("*", "iam:SimulatePrincipalPolicy", "iam:GetAccountAuthorizationDetails", "iam:ListRoles", "tag:GetResources")))
	if _, err := s.account.Read(t.Context(), live.Ask{Kinds: []resource.Kind{"iam_role"}}); err != nil {
		t.Fatal(err)
	}
	got, err = s.account.Allowed(t.Context(), asked("iam:CreateUser", aliceARN))
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("roles were read: %v (-want +got):\n%s", err, diff)
	}
}

// Whatever is in doubt is said, and called missing by nobody.
func TestAllowedDoubts(t *testing.T) {
	answer := func(result string) string {
		return `<SimulatePrincipalPolicyResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><SimulatePrincipalPolicyResult><IsTruncated>false</IsTruncated>` +
			`<EvaluationResults><member><EvalActionName>iam:CreateUser</EvalActionName>` + result + `</member></EvaluationResults>` +
			`</SimulatePrincipalPolicyResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></SimulatePrincipalPolicyResponse>`
	}
	const denied = `<EvalResourceName>` + aliceARN + `</EvalResourceName><EvalDecision>implicitDeny</EvalDecision>`
	conditions := "it hangs on conditions, on policies of keys or of the organization, or on names and paths that are not known: iam:CreateUser"
	for _, test := range []struct {
		name, result string
		want         live.Allowance
	}{
		{"denied", denied, live.Allowance{Missing: asked("iam:CreateUser", aliceARN)}},
		{"a condition", denied + `<MissingContextValues><member>aws:SourceIp</member></MissingContextValues>`, live.Allowance{Unchecked: conditions}},
		{"the organization", denied + `<OrganizationsDecisionDetail><AllowedByOrganizations>false</AllowedByOrganizations></OrganizationsDecisionDetail>`, live.Allowance{Unchecked: conditions}},
		{"several resources in one", `<EvalResourceName>*</EvalResourceName><EvalDecision>implicitDeny</EvalDecision><ResourceSpecificResults>` +
			`<member><EvalResourceName>` + aliceARN + `</EvalResourceName><EvalResourceDecision>allowed</EvalResourceDecision></member>` +
			`<member><EvalResourceName>` + bobARN + `</EvalResourceName><EvalResourceDecision>explicitDeny</EvalResourceDecision></member>` +
			`</ResourceSpecificResults>`, live.Allowance{Missing: asked("iam:CreateUser", bobARN)}},
		{"an answer to something else", strings.ReplaceAll(denied, aliceARN, aliceARN+"x"), live.Allowance{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := open(t, nil)
			account := openAs(t, s, "test", client(func(r *http.Request) (*http.Response, error) {
				body, err := io.ReadAll(r.Body)
				if err != nil {
					return nil, err
				}
				if !bytes.Contains(body, []byte("Action=SimulatePrincipalPolicy")) {
					r.Body = io.NopCloser(bytes.NewReader(body))
					return s.sandbox.Client().Do(r)
				}
				text := answer(test.result)
				return &http.Response{
					StatusCode: http.StatusOK, Header: http.Header{}, ContentLength: int64(len(text)), Body: io.NopCloser(strings.NewReader(text)),
				}, nil
			}))
			got, err := account.Allowed(t.Context(), asked("iam:CreateUser", aliceARN, bobARN))
			if diff := cmp.Diff(&test.want, got); err != nil || diff != "" {
				t.Errorf("%v (-want +got):\n%s", err, diff)
			}
		})
	}
	s := open(t, nil)
	got, err := s.account.Allowed(t.Context(), asked("iam:AttachUserPolicy", aliceARN, "arn:aws:iam::111122223333:user/*/alice"))
	if err != nil || len(got.Missing) > 0 || !strings.HasSuffix(got.Unchecked, "iam:AttachUserPolicy") || s.sandbox.Calls()["iam:SimulatePrincipalPolicy"] > 0 {
		t.Errorf("a path that is not known: %+v, %v", got, err)
	}
}

// Things of a Region are asked about together, whatever they are called. What a key's own policy may allow, and what may be allowed
// on those single things that a pattern stands for, is in doubt; what is done to a key that is yet to be made is not.
func TestAllowedInRegions(t *testing.T) {
	const (
		key    = "arn:aws:kms:eu-west-1:111122223333:key/1234"
		keys   = "arn:aws:kms:eu-west-1:111122223333:key/*"
		trials = "arn:aws:s3:::acme-logs/*AWSLogs/*/"
		group  = "arn:aws:logs:eu-west-1:111122223333:log-group:/audit:*"
	)
	s, _ := roleIn(t, "/", policyOf(
		allow("*", "iam:SimulatePrincipalPolicy"), allow("arn:aws:s3:::acme-*", "s3:PutBucketPolicy"),
		`{"Effect":"Deny","Action":"kms:DisableKey","Resource":"*"}`,
	))
	var grants []kinds.Grant
	for i := range 60 {
		grants = append(grants, asked("cloudwatch:PutMetricAlarm", fmt.Sprintf("arn:aws:cloudwatch:eu-west-1:111122223333:alarm:a%02d", i))...)
	}
	alarms := slices.Clone(grants)
	grants = slices.Concat(grants, asked("kms:PutKeyPolicy", key), asked("kms:DisableKey", key), asked("kms:EnableKeyRotation", keys),
		asked("s3:DeleteObjectVersion", trials), asked("s3:PutBucketPolicy", "arn:aws:s3:::acme-logs"), asked("logs:PutRetentionPolicy", group))
	got, err := s.account.Allowed(t.Context(), grants)
	want := &live.Allowance{
		Missing: slices.Concat(alarms, asked("kms:DisableKey", key), asked("kms:EnableKeyRotation", keys), asked("logs:PutRetentionPolicy", group)),
		Unchecked: "it hangs on conditions, on policies of keys or of the organization, or on names and paths that are not known: " +
			"kms:PutKeyPolicy, s3:DeleteObjectVersion",
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	if n := s.sandbox.Calls()["iam:SimulatePrincipalPolicy"]; n != 1 {
		t.Errorf("%d simulations, want 1", n)
	}
}
