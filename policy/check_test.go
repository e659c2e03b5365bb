package policy_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"baseline/policy"
)

const (
	goodIdentity = `{"Version":"2012-10-17","Statement":[{"Sid":"A1","Effect":"Allow","Action":["s3:Get*","ssm-guiconnect:?"],"Resource":"*"}]}`
	goodTrust    = `{"Version":"2012-10-17","Id":"any","Statement":{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"sts:AssumeRole"}}`
)

func TestCheckFindsNothingWrong(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		use        policy.Use
	}{
		{"identity", goodIdentity, policy.Managed},
		{"identity, inline", goodIdentity, policy.Inline},
		{"trust", goodTrust, policy.Trust},
		{"negated elements", statement(`"Effect":"Deny","NotAction":"iam:*","NotResource":["arn:aws:iam::*:user/${aws:username}"]`), policy.Managed},
		{"every action", statement(`"Effect":"Allow","Action":"*","Resource":"*"`), policy.Managed},
		{"empty Sid more than once", `{"Version":"2012-10-17","Statement":[{"Sid":"","Effect":"Allow","Action":"*","Resource":"*"},{"Sid":"","Effect":"Allow","Action":"*","Resource":"*"}]}`, policy.Inline},
		{"resources", statement(`"Effect":"Allow","Action":"*","Resource":["arn:aws:s3:::b","arn:aws-cn:ec2:*:*:instance/*","arn:*:iam::*:role/x","arn:aws:s3:*","arn:aws:logs:eu-west-1:111122223333:log-group:/a:*"]`), policy.Managed},
		{"conditions", statement(`"Effect":"Allow","Action":"*","Resource":"*","Condition":{
			"StringEquals":{"aws:PrincipalTag/team":["a","b"]}, "ForAnyValue:StringLikeIfExists":{"aws:TagKeys":"*"}, "ForAllValues:StringEquals":{"aws:TagKeys":"x"},
			"NumericLessThan":{"aws:MultiFactorAuthAge":3600}, "NumericEquals":{"s3:max-keys":"-1.5e3"}, "BoolIfExists":{"aws:MultiFactorAuthPresent":false},
			"Bool":{"aws:SecureTransport":"True"}, "Null":{"aws:TokenIssueTime":"true"}, "BinaryEquals":{"k:v":"QmluYXJ5"},
			"DateGreaterThan":{"aws:CurrentTime":["2026-11-21T00:00:00Z","2026-11-21T00:00:00.5+01:00","2026-11-21","1795219200"]},
			"IpAddress":{"aws:SourceIp":["203.0.113.0/24","2001:db8::/32","192.0.2.1"]}, "NotIpAddress":{"aws:SourceIp":"${aws:VpcSourceIp}"},
			"ArnLike":{"aws:PrincipalArn":["arn:aws:iam::*:role/*","*"]}, "StringLike":{"kms:EncryptionContext:aws:cloudtrail:arn":"*"}}`), policy.Managed},
		{"no conditions", statement(`"Effect":"Allow","Action":"*","Resource":"*","Condition":{}`), policy.Managed},
		{"principals", statement(`"Effect":"Allow","Action":["sts:AssumeRole","sts:TagSession","STS:assume*","sts:SomethingNew"],"Principal":{
			"AWS":["*","111122223333","arn:aws:iam::111122223333:root","arn:aws-cn:iam::111122223333:user/a/b","arn:aws:iam::111122223333:role/p/r",
			"arn:aws:sts::111122223333:assumed-role/r/s","arn:aws:sts::111122223333:federated-user/f"],
			"Service":["ec2.amazonaws.com","delivery.logs.amazonaws.com","ec2.amazonaws.com.cn"],
			"Federated":["arn:aws:iam::111122223333:saml-provider/idp","arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com","cognito-identity.amazonaws.com","accounts.google.com"]}`), policy.Trust},
		{"everyone but", statement(`"Effect":"Deny","Action":"sts:AssumeRole","NotPrincipal":{"AWS":"111122223333"}`), policy.Trust},
		{"everyone", statement(`"Effect":"Allow","Action":"sts:*","Principal":"*"`), policy.Trust},
		{"characters at the edge", statement(`"Sid":"A","Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::ÿ\u2019"`), policy.Managed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, p := range policy.Check(tt.text, tt.use) {
				t.Error(p)
			}
		})
	}
}

func TestCheckFinds(t *testing.T) {
	identity := func(members string) string {
		return statement(`"Effect":"Allow","Action":"a:A","Resource":"*",` + members)
	}
	action := func(action string) string { return statement(`"Effect":"Allow","Resource":"*","Action":` + action) }
	resource := func(resource string) string {
		return statement(`"Effect":"Allow","Action":"a:A","Resource":` + resource)
	}
	condition := func(condition string) string { return identity(`"Condition":` + condition) }
	trust := func(principal string) string {
		return statement(`"Effect":"Allow","Action":"sts:AssumeRole","Principal":` + principal)
	}
	for _, tt := range []struct {
		name, text string
		use        policy.Use
		want       []string // path: part of the message
	}{
		{"JSON that breaks off", `{"Version":`, policy.Managed, []string{": not valid JSON: the document ends where a value should be"}},
		{"trailing comma", `{"Version":"2012-10-17",}`, policy.Managed, []string{`: not valid JSON: '}' stands where a key in double quotes should be`}},
		{"no object", `"x"`, policy.Managed, []string{": a string stands where an object should be"}},
		{"nothing there", `{}`, policy.Managed, []string{": Version is missing", ": Statement is missing"}},
		{"no statement", `{"Version":"2012-10-17","Statement":[]}`, policy.Managed, []string{"Statement: there is no statement"}},
		{"old version", strings.Replace(goodIdentity, "2012", "2008", 1), policy.Inline, []string{`Version: Version is "2008-10-17"`}},
		{"no version", strings.Replace(goodIdentity, "2012", "2013", 1), policy.Inline, []string{`Version: there is no Version "2013-10-17"`}},
		{"version of a wrong type", strings.Replace(goodIdentity, `"2012-10-17"`, "2012", 1), policy.Inline, []string{`Version: a number stands`}},
		{"Id in an identity policy", `{"Id":"x",` + goodIdentity[1:], policy.Managed, []string{"Id: a managed policy has no Id"}},
		{"unknown keys", identity(`"Resorce":"*","Comment":"x"`), policy.Managed, []string{`Statement[0].Resorce: unknown key "Resorce"; did you mean "Resource"?`, `Statement[0].Comment: unknown key "Comment"`}},
		{"keys in another case", statement(`"effect":"Allow","ACTION":"A","Resource":"*"`), policy.Managed, []string{
			`Statement[0].effect: key "effect" must be written "Effect"`, `Statement[0].ACTION: key "ACTION" must be written "Action"`, `Statement[0].ACTION: "A" has no service`,
		}},
		{"key twice", identity(`"Action":"b:B"`), policy.Managed, []string{`Statement[0].Action: key "Action" is there twice`}},
		{"key twice in another case", identity(`"action":"b:B"`), policy.Managed, []string{`must be written "Action"`, `key "Action" is there twice`}},
		{"statement of a wrong type", `{"Version":"2012-10-17","Statement":["x"]}`, policy.Managed, []string{"Statement[0]: a string stands where an object should be"}},
		{"elements missing", `{"Version":"2012-10-17","Statement":[{}]}`, policy.Managed, []string{"Statement[0]: Effect is missing", "Statement[0]: Action is missing", "Statement[0]: Resource is missing"}},
		{"elements missing in a trust policy", `{"Version":"2012-10-17","Statement":{}}`, policy.Trust, []string{"Statement: Effect is missing", "Statement: Action is missing", "Statement: Principal is missing"}},
		{"effect in another case", statement(`"Effect":"DENY","Action":"a:A","Resource":"*"`), policy.Managed, []string{`Statement[0].Effect: Effect is "DENY"`}},
		{"both of each pair", identity(`"NotAction":"b:B","NotResource":"*"`), policy.Managed, []string{"Statement[0].NotAction: Action and NotAction exclude each other", "Statement[0].NotResource: Resource and NotResource"}},
		{"Sid", identity(`"Sid":"a b"`), policy.Managed, []string{`Statement[0].Sid: Sid "a b" holds something other`}},
		{"Sid twice", `{"Version":"2012-10-17","Statement":[{"Sid":"A","Effect":"Allow","Action":"*","Resource":"*"},{"Sid":"A","Effect":"Allow","Action":"*","Resource":"*"}]}`, policy.Managed, []string{
			`Statement[1].Sid: Sid "A" is also that of Statement[0]`,
		}},
		{"principal in an identity policy", identity(`"Principal":"*"`), policy.Inline, []string{"Statement[0].Principal: an inline policy has no Principal"}},
		{"resource in a trust policy", strings.Replace(goodTrust, `"Effect"`, `"Resource":"*","Effect"`, 1), policy.Trust, []string{"Statement.Resource: a trust policy has no Resource"}},

		{"actions", action(`["GetObject","s3:","*:Get","s*:Get",":x","s3:Get:Object","s3:Get Object",""]`), policy.Managed, []string{
			`Statement[0].Action[0]: "GetObject" has no service`, `Action[1]: "s3:" names no action`, `Action[2]: "*:Get" must begin with the name of a service`,
			`Action[3]: "s*:Get" must begin`, `Action[4]: ":x" must begin`, `Action[5]: "s3:Get:Object" is no action`, `Action[6]: "s3:Get Object" is no action`, `Action[7]: "" has no service`,
		}},
		{"no actions", action(`[]`), policy.Managed, []string{"Statement[0].Action: the list is empty"}},
		{"action of a wrong type", action(`[["a:A"]]`), policy.Managed, []string{"Statement[0].Action[0]: a list stands where a string should be"}},
		{"trust for other actions", statement(`"Effect":"Allow","Principal":"*","Action":["s3:Get","*","sts:AssumRole"]`), policy.Trust, []string{
			`Statement[0].Action[0]: "s3:Get" is not an STS action`, `Action[1]: "*" is not an STS action`, `Action[2]: there is no action "sts:AssumRole"; did you mean "sts:AssumeRole"?`,
		}},
		{"resources", resource(`["bucket","arn:aws","arn:foo:s3:::b","arn:aws:*:::b","arn:aws::::b","arn:aws:s3:::","arn:aws:s3","arn:aws:s3:b",""]`), policy.Managed, []string{
			`Statement[0].Resource[0]: resource "bucket" is neither an ARN`, `Resource[1]: resource "arn:aws" is neither`, `Resource[2]: resource "arn:foo:s3:::b": "foo" is no partition`,
			`Resource[3]: resource "arn:aws:*:::b": the service must be spelled out`, `Resource[4]: resource "arn:aws::::b" names no service`, `Resource[5]: resource "arn:aws:s3:::" names nothing`,
			`Resource[6]: resource "arn:aws:s3" has 3 parts`, `Resource[7]: resource "arn:aws:s3:b" has 4 parts`, `Resource[8]: resource "" is neither`,
		}},

		{"operators", condition(`{"stringEquals":{"a:B":"x"},"StringEqual":{"a:B":"x"},"ForAnyValues:StringLike":{"a:B":"x"},"NullIfExists":{"a:B":"true"},"Boolifexists":{"a:B":"true"},"Foo":{"a:B":"x"},"For:StringLike":{"a:B":"x"}}`), policy.Managed, []string{
			`Statement[0].Condition.stringEquals: unknown condition operator "stringEquals"; did you mean "StringEquals"?`,
			`Condition.StringEqual: unknown condition operator "StringEqual"; did you mean "StringEquals"?`,
			`Condition.ForAnyValues:StringLike: unknown condition operator "ForAnyValues:StringLike"; did you mean "ForAnyValue:StringLike"?`,
			`Condition.NullIfExists: unknown condition operator "NullIfExists"; did you mean "Null"?`, `did you mean "BoolIfExists"?`,
			`Condition.Foo: unknown condition operator "Foo"`, `unknown condition operator "For:StringLike"`,
		}},
		{"operator twice", condition(`{"Bool":{"a:B":"true"},"Bool":{"a:C":"true"}}`), policy.Managed, []string{`Statement[0].Condition.Bool: operator "Bool" is there twice`}},
		{"condition of a wrong type", condition(`[]`), policy.Managed, []string{"Statement[0].Condition: a list stands where an object should be"}},
		{"operator of a wrong type", condition(`{"Bool":true}`), policy.Managed, []string{"Condition.Bool: a boolean stands where an object should be"}},
		{"operator without keys", condition(`{"Bool":{}}`), policy.Managed, []string{"Condition.Bool: the operator compares no key"}},
		{"keys", condition(`{"StringEquals":{"SourceIp":"x","a:B":"x","A:b":"x","a:C":[]}}`), policy.Managed, []string{
			`Condition.StringEquals.SourceIp: condition key "SourceIp" has no prefix`, `Condition.StringEquals.A:b: condition key "A:b" is there twice`, `Condition.StringEquals.a:C: the list of values is empty`,
		}},
		{"values", condition(`{"Bool":{"a:B":["yes",null]},"NumericEquals":{"a:B":["1,5","0x10"]},"DateEquals":{"a:B":"21.11.2026"},"IpAddress":{"a:B":["10.0.0.0/33","fe80::1%eth0"]},"BinaryEquals":{"a:B":"?"},"ArnLike":{"a:B":"role/x"}}`), policy.Managed, []string{
			`Condition.Bool.a:B[0]: the value "yes" is not true or false`, `Condition.Bool.a:B[1]: null stands where a value should be`,
			`a:B[0]: the value "1,5" is not a number`, `a:B[1]: the value "0x10" is not a number`, `the value "21.11.2026" is not a date`,
			`a:B[0]: the value "10.0.0.0/33" is not an IP address`, `a:B[1]: the value "fe80::1%eth0" is not an IP`, `the value "?" is not base64`, `the value "role/x" is not an ARN`,
		}},

		{"bare principal", trust(`"111122223333"`), policy.Trust, []string{`Statement[0].Principal: "111122223333" is no principal`}},
		{"no principal", trust(`{}`), policy.Trust, []string{"Statement[0].Principal: there is no principal"}},
		{"no principal of a type", trust(`{"AWS":[]}`), policy.Trust, []string{"Statement[0].Principal.AWS: the list is empty"}},
		{"principal of a wrong type", trust(`["*"]`), policy.Trust, []string{"Statement[0].Principal: a list stands where an object should be"}},
		{"types of principals", trust(`{"aws":"1","User":"x","CanonicalUser":"x"}`), policy.Trust, []string{
			`Principal.aws: key "aws" must be written "AWS"`, `Principal.aws: principal "1" is neither an account id`, `Principal.User: unknown key "User"`, "Principal.CanonicalUser: CanonicalUser is for Amazon S3 only",
		}},
		{"principals", trust(`{"AWS":["arn:aws:iam::111122223333:role/*","arn:aws:iam::111122223333:group/g","AROAEXAMPLEEXAMPLE","ec2.amazonaws.com","arn:aws:sts::111122223333:assumed-role/r","bob"],
			"Service":["*","ec2","arn:aws:iam::111122223333:role/r"],"Federated":["arn:aws:iam::111122223333:role/r","token.actions.githubusercontent.com"]}`), policy.Trust, []string{
			`Principal.AWS[0]: principal "arn:aws:iam::111122223333:role/*": wildcards have no meaning`, `AWS[1]: principal "arn:aws:iam::111122223333:group/g": a group is never`,
			`AWS[2]: principal "AROAEXAMPLEEXAMPLE" is the id IAM shows`, `AWS[3]: principal "ec2.amazonaws.com" is a service`,
			`AWS[4]: principal "arn:aws:sts::111122223333:assumed-role/r" is neither`, `AWS[5]: principal "bob" is neither`,
			`Service[0]: service principal "*" is no service`, `Service[1]: service principal "ec2"`, `Service[2]: service principal "arn:`,
			`Federated[0]: federated principal "arn:aws:iam::111122223333:role/r" is neither`, `Federated[1]: federated principal "token.actions`,
		}},
		{"both kinds of principals", strings.Replace(goodTrust, `"Effect"`, `"NotPrincipal":"*","Effect"`, 1), policy.Trust, []string{"Statement.NotPrincipal: Principal and NotPrincipal exclude each other"}},

		{"characters", identity(`"Sid":"A’","’":"\"’"`), policy.Managed, []string{
			`Statement[0].Sid: Sid "A’" holds something other`, `Statement[0].Sid: the character '’' is not one IAM takes`, `Statement[0].’: unknown key "’"`, `Statement[0].’: the character '’'`, `Statement[0].’: the character '’'`,
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			problems := policy.Check(tt.text, tt.use)
			for i, p := range problems {
				if i >= len(tt.want) {
					t.Errorf("unexpected: %v", p)
				} else if !strings.Contains(p.Error(), tt.want[i]) {
					t.Errorf("problem %d is\n%v\nwant\n%s", i, p, tt.want[i])
				}
			}
			if len(problems) < len(tt.want) {
				t.Errorf("not found: %q", tt.want[len(problems):])
			}
		})
	}
}

func TestCheckSizes(t *testing.T) {
	of := func(size int) string { // pretty, so that white space is there and does not count
		text := statement("\n  \"Effect\": \"Allow\", \"Action\": \"a:A\", \"Resource\": \"arn:aws:s3:::\"")
		return strings.Replace(text, ":::", ":::"+strings.Repeat("x", size-policy.Size(text)), 1)
	}
	trustOf := func(size int) string {
		return strings.Replace(goodTrust, "any", strings.Repeat("x", size-policy.Size(goodTrust)+3), 1)
	}
	for _, tt := range []struct {
		text string
		use  policy.Use
		want string
	}{
		{of(6144), policy.Managed, ""},
		{of(6145), policy.Managed, "1:1: the document has 6145 characters without white space, 1 more than IAM allows for a managed policy"},
		{of(6145), policy.Inline, ""},
		{trustOf(2048), policy.Trust, ""},
		{trustOf(2050), policy.Trust, "1:1: the document has 2050 characters without white space, 2 more than the default quota allows for a trust policy"},
		{goodIdentity + strings.Repeat(" ", 131072-len(goodIdentity)), policy.Managed, ""},
		{goodIdentity + strings.Repeat(" ", 131073-len(goodIdentity)), policy.Inline, "1:1: the text is 131073 characters long, 1 more than the IAM API takes"},
	} {
		var got strings.Builder
		for _, p := range policy.Check(tt.text, tt.use) {
			got.WriteString(p.String())
		}
		if got.String() != tt.want {
			t.Errorf("Check of %d characters as %v = %q, want %q", len(tt.text), tt.use, got.String(), tt.want)
		}
	}
}

// Problems carry their place in the text and the path that leads there.
func TestProblemPlace(t *testing.T) {
	text := "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [{\n    \"Sid\": \"é\", \"Effect\": \"Allow\",\n    \"Action\": [\"a:A\", \"é\", \"B\"],\n    \"Resource\": \"*\"}]}"
	got := policy.Check(text, policy.Managed)
	want := []policy.Problem{
		{Path: []any{"Statement", 0, "Sid"}, Line: 4, Column: 12},
		{Path: []any{"Statement", 0, "Action", 1}, Line: 5, Column: 23},
		{Path: []any{"Statement", 0, "Action", 2}, Line: 5, Column: 28},
	}
	for i := range got {
		got[i].Message = ""
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

// A text full of mistakes is read in time that grows with its length.
func TestCheckOfManyMistakes(t *testing.T) {
	var statements []string
	for i := range 5000 {
		statements = append(statements, fmt.Sprintf(`{"Sid":"_%d","Bad":1}`, i))
	}
	text := `{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`
	// Each statement: a bad name, an unknown key, and three elements missing. And the document is too large.
	if got := len(policy.Check(text, policy.Managed)); got != 5000*5+1 {
		t.Errorf("Check found %d problems", got)
	}
}
