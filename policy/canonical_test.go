package policy_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"baseline/policy"
)

// statement returns a document of version 2012-10-17 with one statement.
func statement(members string) string {
	return `{"Version":"2012-10-17","Statement":[{` + members + `}]}`
}

func TestEqual(t *testing.T) {
	const s3 = `"Effect":"Allow","Action":"s3:GetObject","Resource":"*"`
	when := func(condition string) string { return statement(s3 + `,"Condition":` + condition) }
	trust := func(principal string) string {
		return statement(`"Effect":"Allow","Principal":` + principal + `,"Action":"sts:AssumeRole"`)
	}
	two := func(a, b, c string) string {
		return `{"Version":"2012-10-17","Statement":[` + a + `,` + b + `,` + c + `]}`
	}
	a, b := `{"Effect":"Allow","Action":"a:A","Resource":"*"}`, `{"Effect":"Deny","Action":"b:B","Resource":"*"}`

	for _, tt := range []struct {
		name string
		a, b string
		want bool
	}{
		{"white space", statement(s3), "\n {\t\"Version\" : \"2012-10-17\",\r\n \"Statement\":[ {" + s3 + "} ] }\n", true},
		{"order of elements", statement(s3), statement(`"Resource":"*","Action":"s3:GetObject","Effect":"Allow"`), true},
		{"one and a list of it", statement(s3), statement(`"Effect":"Allow","Action":["s3:GetObject"],"Resource":["*"]`), true},
		{"one statement and a list of it", statement(s3), `{"Version":"2012-10-17","Statement":{` + s3 + `}}`, true},
		{"order of statements", two(a, b, b), two(b, a, a), true},
		{"a statement more often", two(a, a, b), two(a, b, b), true},
		{"a statement less", two(a, a, b), two(a, a, a), false},
		{"order in a list", statement(`"Effect":"Allow","Action":["a:A","b:B"],"Resource":"*"`), statement(`"Effect":"Allow","Action":["b:B","a:A"],"Resource":"*"`), true},
		{"duplicate in a list", statement(s3), statement(`"Effect":"Allow","Action":["s3:GetObject","s3:GetObject"],"Resource":"*"`), true},
		{"case of an action", statement(s3), statement(`"Effect":"Allow","Action":"S3:getobject","Resource":"*"`), true},
		{"letter outside A to Z in an action", statement(`"Effect":"Allow","Action":"kms:k","Resource":"*"`), statement(`"Effect":"Allow","Action":"kms:\u212a","Resource":"*"`), false},
		{"case of a resource", statement(`"Effect":"Allow","Action":"a:A","Resource":"arn:aws:s3:::b"`), statement(`"Effect":"Allow","Action":"a:A","Resource":"arn:aws:s3:::B"`), false},
		{"NotAction", statement(s3), statement(`"Effect":"Allow","NotAction":"s3:GetObject","Resource":"*"`), false},
		{"NotResource", statement(s3), statement(`"Effect":"Allow","Action":"s3:GetObject","NotResource":"*"`), false},
		{"effect", statement(s3), statement(`"Effect":"Deny","Action":"s3:GetObject","Resource":"*"`), false},
		{"wildcards are not resolved", statement(`"Effect":"Allow","Action":["s3:*","s3:GetObject"],"Resource":"*"`), statement(`"Effect":"Allow","Action":"s3:*","Resource":"*"`), false},
		{"empty list and none", statement(`"Effect":"Allow","Action":"a:A","Resource":[]`), statement(`"Effect":"Allow","Action":"a:A"`), false},

		{"Sid", statement(s3), statement(`"Sid":"Read",` + s3), true},
		{"empty Sid", statement(s3), statement(`"Sid":"",` + s3), true},
		{"Id", statement(s3), `{"Id":"x","Version":"2012-10-17","Statement":[{` + s3 + `}]}`, true},
		{"no version is 2008", `{"Statement":[{` + s3 + `}]}`, `{"Version":"2008-10-17","Statement":[{` + s3 + `}]}`, true},
		{"no version is not 2012", `{"Statement":[{` + s3 + `}]}`, statement(s3), false},
		{"escapes", statement(s3), statement(`"\u0045ffect":"Allow","Action":"s3:\u0047etObject","Resource":"\u002a"`), true},
		{"escape of two parts", trust(`{"AWS":"\ud83d\ude00"}`), trust(`{"AWS":"😀"}`), true},

		{"condition: number and boolean", when(`{"Bool":{"a:B":true},"NumericEquals":{"a:C":1.50}}`), when(`{"Bool":{"a:B":"true"},"NumericEquals":{"a:C":["1.50"]}}`), true},
		{"condition: spelling of a number", when(`{"NumericEquals":{"a:C":1.50}}`), when(`{"NumericEquals":{"a:C":1.5}}`), false},
		{"condition: empty and none", statement(s3), when(`{}`), true},
		{"condition: operator without keys", statement(s3), when(`{"StringEquals":{}}`), true},
		{"condition: key without values", statement(s3), when(`{"StringEquals":{"a:B":[]}}`), false},
		{"condition: case of a key", when(`{"StringEquals":{"aws:SourceVpc":"v"}}`), when(`{"StringEquals":{"AWS:sourcevpc":"v"}}`), true},
		{"condition: case of a value", when(`{"StringEquals":{"aws:SourceVpc":"v"}}`), when(`{"StringEquals":{"aws:SourceVpc":"V"}}`), false},
		{"condition: order and duplicates of values", when(`{"StringEquals":{"a:B":["x","y","y"]}}`), when(`{"StringEquals":{"a:B":["y","x","x"]}}`), true},
		{"condition: order of operators and keys", when(`{"StringLike":{"a:B":"x","a:C":"y"},"Bool":{"a:D":"true"}}`), when(`{"Bool":{"a:D":"true"},"StringLike":{"a:C":"y","a:B":"x"}}`), true},
		{"condition: operator", when(`{"StringEquals":{"a:B":"x"}}`), when(`{"StringLike":{"a:B":"x"}}`), false},
		{"condition: IfExists", when(`{"Bool":{"a:B":"x"}}`), when(`{"BoolIfExists":{"a:B":"x"}}`), false},
		{"condition: which key has which value", when(`{"StringEquals":{"a:B":"x","a:C":"y"}}`), when(`{"StringEquals":{"a:B":"y","a:C":"x"}}`), false},
		{"condition: keys the same but for case", when(`{"StringEquals":{"a:B":"x","a:b":"y"}}`), when(`{"StringEquals":{"a:b":"y","a:B":"x"}}`), true},
		{"condition: ARN of a root is a value like any", when(`{"ArnEquals":{"a:B":"arn:aws:iam::111122223333:root"}}`), when(`{"ArnEquals":{"a:B":"111122223333"}}`), false},

		{"principal: account and its root", trust(`{"AWS":"111122223333"}`), trust(`{"AWS":["arn:aws:iam::111122223333:root"]}`), true},
		{"principal: account and its root in lists", trust(`{"AWS":["111122223333","arn:aws:iam::444455556666:root"]}`), trust(`{"AWS":["444455556666","arn:aws:iam::111122223333:root"]}`), true},
		{"principal: root in another partition", trust(`{"AWS":"111122223333"}`), trust(`{"AWS":"arn:aws-cn:iam::111122223333:root"}`), true},
		{"principal: user named root", trust(`{"AWS":"111122223333"}`), trust(`{"AWS":"arn:aws:iam::111122223333:user/root"}`), false},
		{"principal: not an account id", trust(`{"AWS":"1111"}`), trust(`{"AWS":"arn:aws:iam::1111:root"}`), false},
		{"principal: root of another service", trust(`{"AWS":"111122223333"}`), trust(`{"AWS":"arn:aws:sts::111122223333:root"}`), false},
		{"principal: everyone", trust(`"*"`), trust(`{"AWS":["*"]}`), true},
		{"principal: everyone and every service", trust(`"*"`), trust(`{"Service":"*"}`), false},
		{"principal: case", trust(`{"Service":"ec2.amazonaws.com"}`), trust(`{"Service":"EC2.amazonaws.com"}`), false},
		{"principal: one type more", trust(`{"AWS":"111122223333"}`), trust(`{"AWS":"111122223333","Service":"ec2.amazonaws.com"}`), false},
		{"principal: unique id and ARN", trust(`{"AWS":"AROAEXAMPLEEXAMPLE"}`), trust(`{"AWS":"arn:aws:iam::111122223333:role/r"}`), false},
		{"NotPrincipal", trust(`"*"`), statement(`"Effect":"Allow","NotPrincipal":"*","Action":"sts:AssumeRole"`), false},

		{"the same text, whatever it is", "no policy", "no policy", true},
		{"texts that are no policies", "no policy", "no  policy", false},
		{"unknown element", statement(s3), statement(s3 + `,"Comment":"x"`), false},
		{"unknown elements on both sides", statement(s3 + `,"Comment":"y"`), statement(s3 + `,"Comment":"x"`), false},
		{"element in lower case", statement(s3), statement(`"Effect":"Allow","action":"s3:GetObject","Resource":"*"`), false},
		{"duplicate element", statement(s3), statement(s3 + `,"Action":"s3:GetObject"`), false},
		{"duplicate key under another spelling", statement(s3), statement(s3 + `,"\u0041ction":"s3:GetObject"`), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := policy.Equal(tt.a, tt.b); got != tt.want {
				t.Errorf("Equal = %v, want %v\na %s\nb %s", got, tt.want, tt.a, tt.b)
			}
			if got := policy.Equal(tt.b, tt.a); got != tt.want {
				t.Errorf("Equal the other way round = %v, want %v", got, tt.want)
			}
		})
	}
}

func TestCanonical(t *testing.T) {
	got, err := policy.Canonical(`{"Id":"x", "Statement": {"Sid":"A", "Effect":"Allow", "Resource":["b","a","b"], "Action":"S3:Get",
		"Principal":"*", "Condition":{"Bool":{"aws:B":true,"aws:A":[]},"ArnLike":{"aws:C":"é\n"}}}}`)
	const want = `{"Version":"2008-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":["*"]},"Action":["s3:get"],"Resource":["a","b"],` +
		`"Condition":{"ArnLike":{"aws:c":["é\u000a"]},"Bool":{"aws:a":[],"aws:b":["true"]}}}]}`
	if err != nil || got != want {
		t.Errorf("Canonical = %s, %v\nwant %s", got, err, want)
	}
}

// However a document is spelled, it equals itself, its canonical form is one text, and that text is its own canonical form.
func TestSpellingDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := anyDocument().Draw(t, "document")
		a, b := spell(t, d), spell(t, d)
		if !policy.Equal(a, b) || !policy.Equal(b, a) {
			t.Fatalf("not equal:\n%s\n%s", a, b)
		}
		first, err := policy.Canonical(a)
		if err != nil {
			t.Fatal(err)
		}
		if second, err := policy.Canonical(first); err != nil || second != first {
			t.Fatalf("the canonical form of\n%s\nis\n%s, %v", first, second, err)
		}
	})
}

// Any change of meaning shows, in Equal and in Diff.
func TestEveryChangeOfMeaningShows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := anyDocument().Draw(t, "document")
		before := spell(t, d)
		change(t, d)
		after := spell(t, d)
		if policy.Equal(before, after) {
			t.Fatalf("equal:\n%s\n%s", before, after)
		}
		if !slices.ContainsFunc(policy.Diff(before, after), func(c policy.StatementChange) bool { return c.Kind != policy.Same }) {
			t.Fatalf("no difference between\n%s\n%s", before, after)
		}
	})
}

// change alters the meaning of a document.
func change(t *rapid.T, d *policy.Document) {
	if len(d.Statements) == 0 || rapid.IntRange(0, 9).Draw(t, "what") == 0 {
		if d.Version == policy.Version2012 {
			d.Version = policy.Version2008
		} else {
			d.Version = policy.Version2012
		}
		return
	}
	i := rapid.IntRange(0, len(d.Statements)-1).Draw(t, "statement")
	s := &d.Statements[i]
	var ways []func()
	ways = append(ways,
		func() { d.Statements = slices.Delete(d.Statements, i, i+1) },
		func() {
			d.Statements = append(d.Statements, policy.Statement{Effect: s.Effect, Actions: []string{"new:one"}})
		},
		func() { s.Effect = map[string]string{policy.Allow: policy.Deny, policy.Deny: policy.Allow}[s.Effect] },
		func() { s.Actions, s.NotActions = s.NotActions, s.Actions },
		func() {
			s.Conditions = append(s.Conditions, policy.Condition{Operator: "Null", Key: "aws:new", Values: []string{"true"}})
		},
	)
	if s.Resources != nil || s.NotResources != nil {
		ways = append(ways, func() { s.Resources, s.NotResources = s.NotResources, s.Resources })
	}
	if s.Resources != nil {
		ways = append(ways, func() { s.Resources = append(s.Resources, "arn:aws:s3:::new") }, func() { s.Resources = nil })
	}
	if s.Principals != nil || s.NotPrincipals != nil {
		ways = append(ways, func() { s.Principals, s.NotPrincipals = s.NotPrincipals, s.Principals })
	}
	if names := s.Principals[policy.AWS]; names != nil {
		ways = append(ways, func() { s.Principals[policy.AWS] = append(names, "arn:aws:iam::111122223333:user/new") })
	}
	if len(s.Conditions) > 0 {
		last := &s.Conditions[len(s.Conditions)-1]
		ways = append(ways,
			func() { last.Operator += "IfExists" },
			func() { last.Key += "new" },
			func() { last.Values = append(last.Values, "new") },
			func() { s.Conditions = s.Conditions[:len(s.Conditions)-1] },
		)
	}
	rapid.SampledFrom(ways).Draw(t, "way")()
}

// Equal means having the same canonical form, so it is an equivalence.
func TestEqualIsAnEquivalence(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		// Few enough documents that some are equal.
		small := rapid.Custom(func(t *rapid.T) string {
			d := &policy.Document{Version: policy.Version2012}
			for range rapid.IntRange(0, 2).Draw(t, "statements") {
				action := rapid.SampledFrom([]string{"a:a", "a:b"}).Draw(t, "action")
				d.Statements = append(d.Statements, policy.Statement{Effect: policy.Allow, Actions: []string{action}})
			}
			if rapid.IntRange(0, 5).Draw(t, "broken") == 0 {
				return "{" + spell(t, d)
			}
			return spell(t, d)
		})
		a, b, c := small.Draw(t, "a"), small.Draw(t, "b"), small.Draw(t, "c")
		if !policy.Equal(a, a) {
			t.Fatalf("not equal to itself: %s", a)
		}
		if policy.Equal(a, b) != policy.Equal(b, a) {
			t.Fatalf("not symmetric:\n%s\n%s", a, b)
		}
		if policy.Equal(a, b) && policy.Equal(b, c) && !policy.Equal(a, c) {
			t.Fatalf("not transitive:\n%s\n%s\n%s", a, b, c)
		}
	})
}

func BenchmarkEqual(b *testing.B) {
	const before = `{"Version":"2012-10-17","Statement":[
		{"Sid":"Objects","Effect":"Allow","Action":["s3:GetObject","s3:PutObject","s3:ListBucket","s3:DeleteObject"],
		 "Resource":["arn:aws:s3:::acme-audit-logs","arn:aws:s3:::acme-audit-logs/*"]},
		{"Sid":"Connect","Effect":"Allow","Action":"rds-db:connect","Resource":"arn:aws:rds-db:eu-west-1:111122223333:dbuser:*/dev"},
		{"Sid":"Mfa","Effect":"Deny","NotAction":["iam:CreateVirtualMFADevice","iam:EnableMFADevice","iam:GetUser","iam:ListMFADevices",
		 "iam:ListVirtualMFADevices","iam:ResyncMFADevice","sts:GetSessionToken"],"Resource":"*",
		 "Condition":{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}}}]}`
	after := " " + before
	for b.Loop() {
		if !policy.Equal(before, after) {
			b.Fatal("not equal")
		}
	}
}
