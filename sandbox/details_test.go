package sandbox_test

import (
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"baseline/sandbox"
)

// post sends a form as a client without SDK would.
func post(t *testing.T, a *sandbox.Account, form string) (status int, body string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://sandbox.invalid/", strings.NewReader(form))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := a.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(data)
}

func call(t *testing.T, a *sandbox.Account, action string, parameters ...string) string {
	t.Helper()
	form := url.Values{"Action": {action}, "Version": {"2010-05-08"}}
	for pair := range slices.Chunk(parameters, 2) {
		form.Set(pair[0], pair[1])
	}
	status, body := post(t, a, form.Encode())
	if status != http.StatusOK {
		t.Fatalf("%s: %d %s", action, status, body)
	}
	return body
}

var ids = regexp.MustCompile(`(AIDA|AROA|AGPA|ANPA)[A-Z2-7]{17}`)

// TestRecords compares whole answers: which elements are there, in which order, and which are not.
func TestRecords(t *testing.T) {
	a := sandbox.New(fixed())
	call(t, a, "CreatePolicy", "PolicyName", "p", "PolicyDocument", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`,
		"Description", "d", "Tags.member.1.Key", "k", "Tags.member.1.Value", "v")
	call(t, a, "CreateUser", "UserName", "u", "PermissionsBoundary", "arn:aws:iam::111122223333:policy/p")
	call(t, a, "CreateRole", "RoleName", "r", "AssumeRolePolicyDocument", trustOther, "Description", "d")
	call(t, a, "CreateGroup", "GroupName", "g")
	call(t, a, "AddUserToGroup", "GroupName", "g", "UserName", "u")

	const date = "<CreateDate>2026-11-21T14:02:11Z</CreateDate>"
	const boundary = "<PermissionsBoundary><PermissionsBoundaryType>Policy</PermissionsBoundaryType><PermissionsBoundaryArn>" +
		"arn:aws:iam::111122223333:policy/p</PermissionsBoundaryArn></PermissionsBoundary>"
	const trust = "<AssumeRolePolicyDocument>%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C" +
		"%22Principal%22%3A%7B%22AWS%22%3A%22arn%3Aaws%3Aiam%3A%3A444455556666%3Aroot%22%7D%2C%22Action%22%3A%22sts%3AAssumeRole%22%7D%5D%7D</AssumeRolePolicyDocument>"
	const role = "<Path>/</Path><RoleName>r</RoleName><RoleId>ID</RoleId><Arn>arn:aws:iam::111122223333:role/r</Arn>" + date + trust
	const user = "<Path>/</Path><UserName>u</UserName><UserId>ID</UserId><Arn>arn:aws:iam::111122223333:user/u</Arn>" + date
	const policy = "<PolicyName>p</PolicyName><PolicyId>ID</PolicyId><Arn>arn:aws:iam::111122223333:policy/p</Arn><Path>/</Path>" +
		"<DefaultVersionId>v1</DefaultVersionId><AttachmentCount>0</AttachmentCount><PermissionsBoundaryUsageCount>1</PermissionsBoundaryUsageCount>" +
		"<IsAttachable>true</IsAttachable>" + date + "<UpdateDate>2026-11-21T14:02:11Z</UpdateDate>"
	const end = "<IsTruncated>false</IsTruncated>"
	tests := []struct {
		action     string
		parameters []string
		want       string
	}{
		{"GetAccountAuthorizationDetails", nil, "<Policies><member>" + policy + "<PolicyVersionList><member><Document>" +
			"%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22%2A%22%2C%22Resource%22%3A%22%2A%22%7D%7D" +
			"</Document><VersionId>v1</VersionId><IsDefaultVersion>true</IsDefaultVersion>" + date + "</member></PolicyVersionList></member></Policies>" +
			"<UserDetailList><member>" + user + "<GroupList><member>g</member></GroupList><AttachedManagedPolicies></AttachedManagedPolicies>" +
			boundary + "<Tags></Tags></member></UserDetailList>" +
			"<RoleDetailList><member>" + role + "<InstanceProfileList></InstanceProfileList><RolePolicyList></RolePolicyList>" +
			"<AttachedManagedPolicies></AttachedManagedPolicies><Tags></Tags><RoleLastUsed></RoleLastUsed></member></RoleDetailList>" +
			"<GroupDetailList><member><Path>/</Path><GroupName>g</GroupName><GroupId>ID</GroupId><Arn>arn:aws:iam::111122223333:group/g</Arn>" +
			date + "<GroupPolicyList></GroupPolicyList><AttachedManagedPolicies></AttachedManagedPolicies></member></GroupDetailList>" + end},
		{"ListUsers", nil, "<Users><member>" + user + "</member></Users>" + end},
		{"GetUser", []string{"UserName", "u"}, "<User>" + user + boundary + "</User>"},
		{"ListRoles", nil, "<Roles><member>" + role + "<Description>d</Description><MaxSessionDuration>3600</MaxSessionDuration></member></Roles>" + end},
		{"ListPolicies", []string{"Scope", "Local"}, "<Policies><member>" + policy + "</member></Policies>" + end},
		{"GetPolicy", []string{"PolicyArn", "arn:aws:iam::111122223333:policy/p"}, "<Policy>" + policy +
			"<Description>d</Description><Tags><member><Key>k</Key><Value>v</Value></member></Tags></Policy>"},
	}
	for _, tt := range tests {
		t.Run(tt.action, func(t *testing.T) {
			body := call(t, a, tt.action, tt.parameters...)
			_, inner, _ := strings.Cut(body, "<"+tt.action+"Result>")
			inner, _, _ = strings.Cut(inner, "</"+tt.action+"Result>")
			if diff := cmp.Diff(tt.want, ids.ReplaceAllString(inner, "ID")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestDocumentEncoding keeps a document byte for byte, percent-encoded without a plus.
func TestDocumentEncoding(t *testing.T) {
	a := sandbox.New(fixed())
	const document = "{ \"Version\": \"2012-10-17\",\n\t\"Statement\": {\"Effect\":\"Allow\",\"Action\":\"s3:*\",\"Resource\":\"arn:aws:s3:::a+b c/<&>é\"} }"
	call(t, a, "CreateGroup", "GroupName", "g")
	call(t, a, "PutGroupPolicy", "GroupName", "g", "PolicyName", "p", "PolicyDocument", document)
	body := call(t, a, "GetGroupPolicy", "GroupName", "g", "PolicyName", "p")
	_, text, _ := strings.Cut(body, "<PolicyDocument>")
	text, _, _ = strings.Cut(text, "</PolicyDocument>")
	if strings.Contains(text, "+") || !strings.Contains(text, "%20") || !strings.Contains(text, "a%2Bb") {
		t.Errorf("%s: not encoded by RFC 3986", text)
	}
	if got, err := url.PathUnescape(text); err != nil || got != document {
		t.Errorf("came back as %s, %v", got, err)
	}
}

// TestRefusals compares what is said to requests that name no operation or break its model.
func TestRefusals(t *testing.T) {
	a := sandbox.New(fixed())
	tests := []struct {
		name, form string
		status     int
		words      string
	}{
		{"unknown action", "Action=Frobnicate&Version=2010-05-08", 400, "<Type>Sender</Type><Code>InvalidAction</Code><Message>Could not find operation Frobnicate for version 2010-05-08</Message>"},
		{"no action", "Version=2010-05-08", 400, "<Code>MissingAction</Code>"},
		{"unknown version", "Action=GetUser&Version=1999-01-01", 400, "<Code>InvalidAction</Code>"},
		{"missing parameter", "Action=CreateGroup&Version=2010-05-08", 400, "1 validation error detected: Value at &#39;groupName&#39; failed to satisfy constraint: Member must not be null"},
		{"two breaches", "Action=CreateUser&Version=2010-05-08&UserName=a%20b&Path=x", 400, "2 validation errors detected"},
		{"path of two slashes", "Action=CreateUser&Version=2010-05-08&UserName=a&Path=//", 400, "<Code>ValidationError</Code>"},
		{"no user to mean", "Action=GetUser&Version=2010-05-08", 400, "Must specify userName when calling with non-User credentials"},
		{"not there", "Action=GetUser&Version=2010-05-08&UserName=x", 404, "<Code>NoSuchEntity</Code><Message>The user with name x cannot be found.</Message>"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			status, body := post(t, a, tt.form)
			if status != tt.status || !strings.Contains(body, tt.words) {
				t.Errorf("%d %s", status, body)
			}
		})
	}
}
