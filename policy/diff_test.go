package policy_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"baseline/policy"
)

// show writes changes as text. Edits are in brackets.
func show(changes []policy.StatementChange) string {
	var b strings.Builder
	for _, c := range changes {
		fmt.Fprintf(&b, "%v %d of %d\n", c.Kind, c.Index, c.Of)
		for _, l := range c.Lines {
			text := l.Text
			for _, e := range slices.Backward(l.Edits) {
				text = text[:e.Start] + "[" + text[e.Start:e.End] + "]" + text[e.End:]
			}
			fmt.Fprintf(&b, "%c %s\n", l.Sign, text)
		}
	}
	return b.String()
}

// document returns a document of version 2012-10-17.
func document(statements ...string) string {
	return `{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`
}

const (
	readBucket = `{"Sid":"Read","Effect":"Allow","Action":["s3:GetObject","s3:ListBucket"],"Resource":["arn:aws:s3:::a","arn:aws:s3:::a/*"]}`
	anyEC2     = `{"Effect":"Allow","Action":"ec2:*","Resource":"*"}`
	denyNoMFA  = `{"Effect":"Deny","NotAction":["iam:GetUser","sts:GetSessionToken"],"Resource":"*","Condition":{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}}}`
)

func TestDiff(t *testing.T) {
	trust := func(rest string) string { return document(`{"Effect":"Allow",` + rest + `}`) }
	for _, tt := range []struct{ name, before, after, want string }{
		{
			"a condition more", trust(`"Action":"sts:AssumeRole","Principal":{"AWS":"arn:aws:iam::444455556666:root"}`),
			trust(`"Action":"sts:AssumeRole","Principal":{"AWS":"444455556666"},"Condition":{"StringEquals":{"sts:ExternalId":"my-data-sharing-id"}}`), `
changed 1 of 1
  Allow sts:AssumeRole to account 444455556666
+   when sts:ExternalId = my-data-sharing-id
`,
		},
		{"a condition less", trust(`"Action":"a:A","Resource":"*","Condition":{"StringEquals":{"a:B":"x"},"Bool":{"a:C":true}}`), trust(`"Action":"a:A","Resource":"*","Condition":{"Bool":{"a:C":true}}`), `
changed 1 of 1
  Allow a:A
    on *
-   when a:B = x
    when a:C Bool true
`},
		{"another principal", trust(`"Action":"sts:AssumeRole","Principal":{"AWS":"arn:aws:iam::111122223333:role/ci-plan"}`), trust(`"Action":"sts:AssumeRole","Principal":{"AWS":"arn:aws:iam::111122223333:role/ci-apply"}`), `
changed 1 of 1
- Allow sts:AssumeRole to arn:aws:iam::111122223333:role/ci-[plan]
+ Allow sts:AssumeRole to arn:aws:iam::111122223333:role/ci-[apply]
`},
		{"a principal more", trust(`"Action":"sts:AssumeRole","Principal":{"Service":"ec2.amazonaws.com"}`), trust(`"Action":"sts:AssumeRole","Principal":{"AWS":"*","Service":"ec2.amazonaws.com"}`), `
changed 1 of 1
  Allow sts:AssumeRole
+   to everyone
    to service ec2.amazonaws.com
`},
		{"many actions, in another order", trust(`"Action":["s3:Get","s3:Put","s3:List","s3:Delete"],"Resource":"arn:aws:s3:::a"`), trust(`"Action":["s3:LIST","s3:Put","s3:Get"],"Resource":"arn:aws:s3:::a"`), `
changed 1 of 1
  Allow
      s3:LIST
-     s3:Delete
      s3:Put
      s3:Get
    on arn:aws:s3:::a
`},
		{"resource", document(readBucket), strings.ReplaceAll(document(readBucket), "a/*", "b/*"), `
changed 1 of 1
  Allow s3:GetObject, s3:ListBucket
    on arn:aws:s3:::a
-   on arn:aws:s3:::[a]/*
+   on arn:aws:s3:::[b]/*
    (Sid Read)
`},
		{
			"values of a condition", trust(`"Action":"a:A","Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":["10.0.0.0/8","11.0.0.0/8"]}}`),
			trust(`"Action":"a:A","Resource":"*","Condition":{"IpAddress":{"aws:sourceip":["11.0.0.0/8","10.0.0.0/8","12.0.0.0/8","13.0.0.0/8"]}}`), `
changed 1 of 1
  Allow a:A
    on *
    when aws:sourceip IpAddress
        11.0.0.0/8
        10.0.0.0/8
+       12.0.0.0/8
+       13.0.0.0/8
`,
		},
		{"effect", document(anyEC2), strings.Replace(document(anyEC2), "Allow", "Deny", 1), `
changed 1 of 1
- [Allow] ec2:*
+ [Deny] ec2:*
    on *
`},
		{"an action to its opposite", trust(`"Action":"a:A","Resource":"arn:aws:s3:::a"`), trust(`"NotAction":"a:A","Resource":"arn:aws:s3:::a"`), `
changed 1 of 1
- Allow a:A
+ Allow [all but ]a:A
    on arn:aws:s3:::a
`},
		{"statements come, go and move", document(readBucket, anyEC2, denyNoMFA), document(denyNoMFA, `{"Effect":"Allow","Action":"kms:Decrypt","Resource":"*"}`, readBucket), `
same 1 of 3
  Deny all but iam:GetUser, sts:GetSessionToken
    on *
    when aws:MultiFactorAuthPresent BoolIfExists false
added 2 of 3
+ Allow kms:Decrypt
+   on *
same 3 of 3
  Allow s3:GetObject, s3:ListBucket
    on arn:aws:s3:::a
    on arn:aws:s3:::a/*
    (Sid Read)
removed 2 of 3
- Allow ec2:*
-   on *
`},
		{"the same Sid", document(`{"Sid":"A","Effect":"Allow","Action":"a:A","Resource":"*"}`), document(`{"Sid":"A","Effect":"Allow","Action":"b:B","Resource":"arn:aws:s3:::b"}`), `
changed 1 of 1
- Allow [a:A]
+ Allow [b:B]
-   on *
+   on arn:aws:s3:::b
    (Sid A)
`},
		{
			"the most alike is the one that changed", document(`{"Effect":"Allow","Action":["a:A","a:B","a:C"],"Resource":"*"}`),
			document(`{"Effect":"Allow","Action":["a:A","a:B"],"Resource":"arn:aws:s3:::b"}`, `{"Effect":"Allow","Action":["a:A","a:B","a:C","a:D"],"Resource":"*"}`), `
added 1 of 2
+ Allow a:A, a:B
+   on arn:aws:s3:::b
changed 2 of 2
  Allow
      a:A
      a:B
      a:C
+     a:D
    on *
`,
		},
		{"only a Sid, the case of an action and an order", document(readBucket), document(`{"Sid":"R","Effect":"Allow","Action":["s3:ListBucket","S3:GetObject"],"Resource":["arn:aws:s3:::a","arn:aws:s3:::a/*"]}`), `
same 1 of 1
  Allow s3:ListBucket, S3:GetObject
    on arn:aws:s3:::a
    on arn:aws:s3:::a/*
    (Sid R)
`},
		{"a duplicate comes", document(anyEC2), document(anyEC2, anyEC2), "\nsame 1 of 2\n  Allow ec2:*\n    on *\nsame 2 of 2\n  Allow ec2:*\n    on *\n"},
		{"a duplicate goes", document(anyEC2, anyEC2), document(anyEC2), "\nsame 1 of 1\n  Allow ec2:*\n    on *\n"},

		{"a new document", "", document(anyEC2), "\nadded 1 of 1\n+ Allow ec2:*\n+   on *\n"},
		{"a deleted document", document(anyEC2), "", "\nremoved 1 of 1\n- Allow ec2:*\n-   on *\n"},
		{"a new document of an old version", "", strings.Replace(document(anyEC2), "2012", "2008", 1), "\nchanged 0 of 0\n+ Version 2008-10-17\nadded 1 of 1\n+ Allow ec2:*\n+   on *\n"},
		{"version", `{"Statement":` + anyEC2 + `}`, document(anyEC2), `
changed 0 of 0
- Version none, which means 2008-10-17
+ Version 2012-10-17
same 1 of 1
  Allow ec2:*
    on *
`},
		{"version spelled out", `{"Statement":` + anyEC2 + `}`, strings.Replace(document(anyEC2), "2012", "2008", 1), "\nsame 1 of 1\n  Allow ec2:*\n    on *\n"},
		{"no documents", "", "", ""},
		{"no policies", "x\ny", "", "\nchanged 0 of 0\n- x\n- y\n"},
		{"a policy for no policy", "{\"a\u200b\":1}\r\n", `{"Statement":[]}`, "\nchanged 0 of 0\n- \"{\\\"a\\u200b\\\":1}\"\n+ {\"Statement\":[]}\n"},
		{"the same text that is no policy", "x", "x", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := show(policy.Diff(tt.before, tt.after))
			if diff := cmp.Diff(strings.TrimPrefix(tt.want, "\n"), got); diff != "" {
				t.Errorf("Diff (-want +got):\n%s", diff)
			}
		})
	}
}

func TestStatementLines(t *testing.T) {
	for _, tt := range []struct{ name, statement, want string }{
		{"everything", `{"Sid":"S 1","Effect":"Deny","NotPrincipal":{"AWS":["111122223333","AROAEXAMPLEEXAMPLE"],"CanonicalUser":"79a5"},"NotAction":["a:A","a:B","a:C","a:D"],"NotResource":["r1","r2","r3","r4"],
			"Condition":{"StringNotEquals":{"aws:RequestedRegion":["eu-west-1","eu-central-1"]},"StringEquals":{"aws:A":["x","y"],"aws:B":["1","2","3","4"]},"Null":{"aws:C":true}}}`, `
Deny all but
    a:A
    a:B
    a:C
    a:D
  to all but
      account 111122223333
      principal AROAEXAMPLEEXAMPLE
      canonical user 79a5
  on all but
      r1
      r2
      r3
      r4
  when aws:RequestedRegion StringNotEquals eu-west-1, eu-central-1
  and aws:A = x or y
  and aws:B = any of
      1
      2
      3
      4
  and aws:C Null true
  (Sid "S 1")
`},
		{"few exceptions", `{"Effect":"Allow","NotPrincipal":"*","NotAction":"iam:*","NotResource":["r1","r2"]}`, `
Allow all but iam:* to all but everyone
  on all but r1, r2
`},
		{"nothing named", `{"Effect":"Allow","Principal":{},"Action":[],"Resource":[],"Condition":{"StringEquals":{"a:B":[]}}}`, `
Allow nothing to nobody
  on nothing
  when a:B = nothing
`},
		{"values that could be something else", `{"Effect":"Allow","Principal":{"Service":[]},"Action":["nothing","a, b",""],"Resource":["all","\u202egpj","a\nb","C:\\"],"Condition":{"= x or":{"a b":["or","é",""]}}}`, `
Allow "nothing", "a, b", "" to nobody of type Service
  on "all"
  on "\u202egpj"
  on "a\nb"
  on C:\
  when "a b" "= x or" "or", é, ""
`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d, err := policy.Parse(`{"Statement":` + tt.statement + `}`)
			if err != nil {
				t.Fatal(err)
			}
			got := strings.Join(d.Statements[0].Lines(), "\n") + "\n"
			if diff := cmp.Diff(strings.TrimPrefix(tt.want, "\n"), got); diff != "" {
				t.Errorf("Lines (-want +got):\n%s", diff)
			}
		})
	}
}

// Words lose nothing: statements that differ in meaning differ in their lines.
func TestLinesLoseNothing(t *testing.T) {
	seen := map[string]string{}
	rapid.Check(t, func(t *rapid.T) {
		s := anyStatement().Draw(t, "statement")
		text := spell(t, &policy.Document{Version: policy.Version2012, Statements: []policy.Statement{s}})
		form, err := policy.Canonical(text)
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Join(s.Lines(), "\n")
		if other, ok := seen[lines]; ok && other != form {
			t.Fatalf("the same lines\n%s\nfor\n%s\n%s", lines, other, form)
		}
		seen[lines] = form
	})
}

// Whatever changed, each statement of both documents is shown once and in full.
func TestDiffShowsBothDocuments(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := anyDocument().Draw(t, "before")
		b := anyDocument().Draw(t, "after")
		if rapid.Bool().Draw(t, "related") {
			b = &policy.Document{Version: a.Version, Statements: slices.Clone(a.Statements)}
			change(t, b)
		}
		checkDiff(t, spell(t, a), spell(t, b))
	})
}

// checkDiff checks what holds for any two documents that can be parsed.
func checkDiff(t interface {
	Helper()
	Fatalf(format string, args ...any)
}, before, after string,
) {
	t.Helper()
	old, errOld := policy.Parse(before)
	now, errNow := policy.Parse(after)
	if errOld != nil || errNow != nil {
		return
	}
	changes := policy.Diff(before, after)
	allSame := true
	shownNow := 0
	for _, c := range changes {
		allSame = allSame && c.Kind == policy.Same
		for _, l := range c.Lines {
			end := 0
			for _, e := range l.Edits {
				if e.Start < end || e.End <= e.Start || e.End > len(l.Text) {
					t.Fatalf("edits %v of %q are not in order", l.Edits, l.Text)
				}
				end = e.End
			}
			if strings.ContainsAny(l.Text, "\n\r\x1b\u202e\u200b") {
				t.Fatalf("line %q holds characters that are not to be shown", l.Text)
			}
		}
		if c.After != nil {
			shownNow++
			if c.Index != shownNow || c.Of != len(now.Statements) || !cmp.Equal(*c.After, now.Statements[c.Index-1]) {
				t.Fatalf("statement %d of %d is shown as %d of %d", shownNow, len(now.Statements), c.Index, c.Of)
			}
		}
		if c.Kind == policy.Removed && (c.Of != len(old.Statements) || !cmp.Equal(*c.Before, old.Statements[c.Index-1])) {
			t.Fatalf("removed statement is not %d of %d", c.Index, c.Of)
		}
		checkLines(t, c)
	}
	if shownNow != len(now.Statements) {
		t.Fatalf("%d of %d statements are shown", shownNow, len(now.Statements))
	}
	if equal := policy.Equal(before, after); equal != allSame {
		t.Fatalf("Equal is %v, and all statements being the same is %v:\n%s\n%s", equal, allSame, before, after)
	}
}

// checkLines checks that the lines of a change name everything both statements name. Lists can be spread over lines or not.
func checkLines(t interface {
	Helper()
	Fatalf(format string, args ...any)
}, c policy.StatementChange,
) {
	t.Helper()
	shown := map[byte]string{}
	for _, l := range c.Lines {
		shown[l.Sign] += l.Text + "\n"
	}
	for _, side := range []struct {
		sign byte
		s    *policy.Statement
	}{{'-', c.Before}, {'+', c.After}} {
		if side.s == nil || c.Kind == policy.Same {
			continue
		}
		text := strings.ToLower(shown[' '] + shown[side.sign])
		for _, name := range slices.Concat(side.s.Actions, side.s.NotActions, side.s.Resources, side.s.NotResources) {
			quoted := fmt.Sprintf("%q", name)
			if !strings.Contains(text, strings.ToLower(name)) && !strings.Contains(text, strings.ToLower(quoted)) {
				t.Fatalf("%q is not among the lines with %q:\n%s", name, side.sign, text)
			}
		}
	}
}

// Documents as large as the wire takes are compared in bounded time and still correctly.
func TestDiffOfHugeDocuments(t *testing.T) {
	var before, after []string
	for i := range 2000 {
		before = append(before, fmt.Sprintf(`{"Effect":"Allow","Action":"a:A%d","Resource":"x"}`, i))
		after = append(after, fmt.Sprintf(`{"Effect":"Allow","Action":"a:A%d","Resource":"y"}`, i))
	}
	checkDiff(t, document(before...), document(after...))

	long := func(c string) string {
		return document(`{"Sid":"A","Effect":"Allow","Action":"a:A","Resource":"` + strings.Repeat(c+":", 50_000) + `"}`)
	}
	checkDiff(t, long("a"), long("b"))
}
