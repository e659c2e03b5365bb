package policy_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"baseline/policy"
)

// only returns the one statement with these members.
func only(t *testing.T, members string) *policy.Statement {
	t.Helper()
	d, err := policy.Parse(statement(members))
	if err != nil {
		t.Fatal(err)
	}
	return &d.Statements[0]
}

func TestAllowsEverything(t *testing.T) {
	for _, tt := range []struct {
		members string
		want    bool
	}{
		{`"Effect":"Allow","Action":"*","Resource":"*"`, true},
		{`"Effect":"Allow","Action":["s3:Get*","*:*"],"Resource":["arn:aws:s3:::b","*"]`, true},
		{`"Effect":"Allow","Action":"**","Resource":"**"`, true},
		{`"Effect":"Allow","Action":"*:**","Resource":"*"`, true},
		{`"Effect":"Allow","Action":"*:?*","Resource":"*"`, true},
		{`"Effect":"Allow","Action":"*","Resource":"arn:aws:*:*:*:*"`, true},
		{`"Effect":"Allow","Action":"*","Resource":"arn:*:*:*:*:*"`, true},
		{`"Effect":"Allow","Action":"*","Resource":"arn:*"`, true},
		{`"Effect":"Allow","Action":"*","Resource":"arn:aws-cn:*"`, true},
		{`"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}`, true},
		{`"Effect":"Deny","Action":"*","Resource":"*"`, false},
		{`"Effect":"Allow","Action":"*"`, false},
		{`"Effect":"Allow","Action":[],"Resource":"*"`, false},
		{`"Effect":"Allow","Action":"*","Resource":[]`, false},
		{`"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::*"`, false},
		{`"Effect":"Allow","Action":"*","Resource":"arn:aws:iam::111122223333:*"`, false},
		{`"Effect":"Allow","Action":"*:Get*","Resource":"*"`, false},
		{`"Effect":"Allow","Action":"iam:*","Resource":"*"`, false},
		{`"Effect":"Allow","Action":"s3:*","Resource":"*"`, false},
		{`"Effect":"Allow","Action":"?","Resource":"*"`, false},
		// NotAction
		{`"Effect":"Allow","NotAction":["iam:*","organizations:*","account:*"],"Resource":"*"`, false},
		{`"Effect":"Allow","NotAction":"IAM:*","Resource":"*"`, false},
		{`"Effect":"Allow","NotAction":"iam:**","Resource":"*"`, false},
		{`"Effect":"Allow","NotAction":"*","Resource":"*"`, false},
		{`"Effect":"Allow","NotAction":[],"Resource":"*"`, true},
		{`"Effect":"Allow","NotAction":"aws-portal:*","Resource":"*"`, true},
		{`"Effect":"Allow","NotAction":["iam:Delete*","organizations:*"],"Resource":"*"`, true},
		{`"Effect":"Allow","NotAction":"aws-portal:*","Resource":"arn:aws:s3:::*"`, false},
		{`"Effect":"Deny","NotAction":"iam:*","Resource":"*"`, false},
		// NotResource
		{`"Effect":"Allow","Action":"*","NotResource":"arn:aws:s3:::audit/*"`, true},
		{`"Effect":"Allow","Action":"*","NotResource":"arn:aws:iam::111122223333:role/Admin"`, true},
		{`"Effect":"Allow","Action":"*","NotResource":"arn:aws:iam::*"`, false},
		{`"Effect":"Allow","Action":"*","NotResource":["arn:aws:s3:::b","arn:aws:iam::111122223333:*"]`, false},
		{`"Effect":"Allow","Action":"*","NotResource":"*"`, false},
		{`"Effect":"Allow","NotAction":"s3:*","NotResource":"arn:aws:s3:::b"`, true},
	} {
		if got := only(t, tt.members).AllowsEverything(); got != tt.want {
			t.Errorf("AllowsEverything of %s = %v", tt.members, got)
		}
	}
}

// Documents of other syntaxes: a single statement, the old version, no version.
func TestAllowsEverythingInEverySyntax(t *testing.T) {
	for _, text := range []string{
		`{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`,
		`{"Version":"2008-10-17","Statement":[{"Effect":"Allow","Action":["*"],"Resource":["*"]}]}`,
		"{\n \"Version\": \"2012-10-17\", \"Statement\": {\"Resource\": \"\\u002a\", \"Action\": \"\\u002A\", \"Effect\": \"Allow\"}}",
	} {
		d, err := policy.Parse(text)
		if err != nil || !d.Statements[0].AllowsEverything() {
			t.Errorf("%s does not allow everything (%v)", text, err)
		}
	}
}

func TestWholeServices(t *testing.T) {
	for _, tt := range []struct {
		members string
		want    []string
	}{
		{`"Effect":"Allow","Action":["s3:*","EC2:**","s3:*","sqs:Send*"],"Resource":"*"`, []string{"ec2", "s3"}},
		{`"Effect":"Allow","Action":"dynamodb:?*","Resource":"arn:aws:dynamodb:*:*:table/t"`, []string{"dynamodb"}},
		{`"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::b"`, []string{"*"}},
		{`"Effect":"Deny","Action":"s3:*","Resource":"*"`, nil},
		{`"Effect":"Allow","NotAction":"s3:*","Resource":"*"`, nil},
		{`"Effect":"Allow","Action":["s3:Get*","s3:?","s3"],"Resource":"*"`, nil},
	} {
		if diff := cmp.Diff(tt.want, only(t, tt.members).WholeServices()); diff != "" {
			t.Errorf("WholeServices of %s (-want +got):\n%s", tt.members, diff)
		}
	}
}

func TestAllows(t *testing.T) {
	for _, tt := range []struct {
		members string
		want    bool
	}{
		{`"Effect":"Allow","Action":"sts:AssumeRole"`, true},
		{`"Effect":"Allow","Action":["sts:TagSession","STS:assumerole"]`, true},
		{`"Effect":"Allow","Action":"sts:Assume*"`, true},
		{`"Effect":"Allow","Action":"sts:AssumeRol?"`, true},
		{`"Effect":"Allow","Action":"*"`, true},
		{`"Effect":"Allow","NotAction":"sts:TagSession"`, true},
		{`"Effect":"Allow","NotAction":"sts:*"`, false},
		{`"Effect":"Allow","Action":"sts:AssumeRoleWithSAML"`, false},
		{`"Effect":"Allow"`, false},
		{`"Effect":"Deny","Action":"sts:AssumeRole"`, false},
	} {
		if got := only(t, tt.members).Allows("sts:AssumeRole"); got != tt.want {
			t.Errorf("Allows of %s = %v", tt.members, got)
		}
	}
}

// Everything that is allowed altogether is allowed one by one.
func TestAllowsEverythingAllowsEach(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pattern := rapid.StringMatching(`[*?:]{0,4}|(iam|\*)?:?[*?]{0,3}`).Draw(t, "pattern")
		s := policy.Statement{Effect: policy.Allow, Actions: []string{pattern}, Resources: []string{"*"}}
		action := rapid.StringMatching(`[a-z]{3}:[A-Z][a-z]{3,8}`).Draw(t, "action")
		if s.AllowsEverything() && !strings.Contains(pattern, "?") && !s.Allows(action) {
			t.Fatalf("%q is taken for everything, and does not allow %s", pattern, action)
		}
	})
}

// Matches agrees with regular expressions.
func TestMatches(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pattern := rapid.StringMatching(`[ab:*?]{0,12}`).Draw(t, "pattern")
		text := rapid.StringMatching(`[ab:]{0,12}`).Draw(t, "text")
		expression := "^" + strings.NewReplacer("*", ".*", "?", ".").Replace(pattern) + "$"
		if got, want := policy.Matches(pattern, text), regexp.MustCompile(expression).MatchString(text); got != want {
			t.Fatalf("Matches(%q, %q) = %v", pattern, text, got)
		}
	})
	if policy.Matches("sts:a", "sts:A") {
		t.Error("the case of letters does not count")
	}
	if policy.Matches(strings.Repeat("*a", 2000)+"b", strings.Repeat("a", 100_000)) {
		t.Error("a hostile pattern matches")
	}
}

func TestAccountOf(t *testing.T) {
	for name, want := range map[string]string{
		"444455556666":                                     "444455556666",
		"arn:aws:iam::444455556666:root":                   "444455556666",
		"arn:aws-cn:iam::444455556666:user/p/zoe":          "444455556666",
		"arn:aws:sts::444455556666:assumed-role/r/s":       "444455556666",
		"arn:aws:iam::444455556666:role/*":                 "444455556666",
		"arn:aws:lambda:eu-west-1:444455556666:function:f": "444455556666",
		"arn:aws:iam::*:root":                              "",
		"arn:aws:iam::44445555666?:root":                   "",
		"arn:aws:s3:::bucket":                              "",
		"arn:aws:iam::444455556666":                        "",
		"AROAEXAMPLEEXAMPLE12":                             "",
		"*":                                                "",
		"":                                                 "",
		"44445555666":                                      "",
		"urn:aws:iam::444455556666:root":                   "",
		"cloudfront.amazonaws.com:444455556666:x:y:z:extra": "",
	} {
		if got := policy.AccountOf(name); got != want {
			t.Errorf("AccountOf(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestSamePrincipal(t *testing.T) {
	const id, root, user = "444455556666", "arn:aws:iam::444455556666:root", "arn:aws:iam::444455556666:user/zoe"
	for _, tt := range []struct {
		a, b string
		want bool
	}{{id, root, true}, {root, id, true}, {user, user, true}, {id, user, false}, {root, "arn:aws:iam::111122223333:root", false}, {"*", id, false}} {
		if got := policy.SamePrincipal(tt.a, tt.b); got != tt.want {
			t.Errorf("SamePrincipal(%s, %s) = %v", tt.a, tt.b, got)
		}
	}
}

func TestLimitedTo(t *testing.T) {
	for operator, limits := range map[string]bool{
		"StringEquals": true, "StringEqualsIgnoreCase": true, "StringLike": true, "ArnEquals": true, "ArnLike": true,
		"ForAnyValue:StringLike": true,
		"StringEqualsIfExists":   false, "ForAllValues:StringEquals": false, "StringNotEquals": false, "ArnNotLike": false,
		"Null": false, "Bool": false,
	} {
		c := policy.Condition{Operator: operator, Key: "AWS:principalorgid", Values: []string{"o-a"}}
		if got := c.LimitedTo("aws:PrincipalOrgID"); slices.Equal(got, c.Values) != limits || len(got) > 0 != limits {
			t.Errorf("%s limits to %q", operator, got)
		}
		if got := c.LimitedTo("aws:PrincipalArn"); got != nil {
			t.Errorf("%s limits another key to %q", operator, got)
		}
	}
}

// FuzzGrants asks everything about documents that may hold anything.
func FuzzGrants(f *testing.F) {
	seeds(f)
	f.Add(statement(`"Effect":"Allow","NotAction":["iam:*",""],"NotResource":["arn:","::::::",""]`))
	f.Fuzz(func(t *testing.T, text string) {
		d, err := policy.Parse(text)
		if err != nil {
			return
		}
		for i := range d.Statements {
			s := &d.Statements[i]
			services := s.WholeServices()
			if !slices.IsSorted(services) {
				t.Fatalf("services out of order: %q", services)
			}
			if s.Effect == policy.Deny && (s.AllowsEverything() || s.Allows("iam:GetUser") || services != nil) {
				t.Fatalf("a denial allows something: %s", text)
			}
			for _, c := range s.Conditions {
				c.LimitedTo(c.Key)
			}
			for _, names := range s.Principals {
				for _, name := range names {
					policy.AccountOf(name)
				}
			}
		}
	})
}
