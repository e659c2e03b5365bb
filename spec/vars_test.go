package spec_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"baseline/resource"
	"baseline/spec"
)

func TestVariablesAreFilledInEverywhere(t *testing.T) {
	text := head + `
vars: {team: data, env: , host: oidc.example.com}
users:
  ${team}-bot: {path: "/${env}/", tags: {Team: "${team} of ${account}"}, groups: ["${team}"]}
groups: {"${team}": }
policies:
  A:
    document:
      Version: "2012-10-17"
      Statement:
        Effect: Allow
        Action: s3:GetObject
        Resource: "arn:${partition}:s3:::${team}-${region}/${aws:username}/${*}${?}${$}"
        Condition: {StringEquals: {"aws:RequestTag/${team}": "${env}"}}
`
	b, err := load(map[string]string{"baseline.yaml": text}, spec.Env{
		Account: "444455556666", Partition: "aws-cn", Region: "cn-north-1", Vars: map[string]string{"env": "prod"},
	})
	if err != nil {
		t.Fatal(err)
	}
	expected := objects{
		resource.At("iam_user", "data-bot"):               {"path": "/prod/", "tags": map[string]string{"Team": "data of 444455556666"}},
		resource.At("iam_group", "data"):                  {},
		resource.At("iam_membership", "data-bot", "data"): {},
		resource.At("iam_policy", "A"): {"document": resource.Document(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject",` +
			`"Resource":"arn:aws-cn:s3:::data-cn-north-1/${aws:username}/${*}${?}${$}","Condition":{"StringEquals":{"aws:RequestTag/data":"prod"}}}}`)},
	}
	if diff := cmp.Diff(expected, b.Want.Objects); diff != "" {
		t.Errorf("objects (-expected +got):\n%s", diff)
	}
}

func TestAccountOfVariables(t *testing.T) {
	tests := []struct{ declared, given, expected string }{
		{"", "", "111122223333"},
		{"account: '444455556666'\n", "", "444455556666"},
		{"account: '444455556666'\n", "111122223333", "111122223333"},
	}
	for _, tt := range tests {
		b, err := load(map[string]string{"baseline.yaml": head + tt.declared + "users: {'u${account}': }"}, spec.Env{Account: tt.given})
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := b.Want.Objects[resource.At("iam_user", "u"+tt.expected)]; !ok {
			t.Errorf("declared %q, given %q: got %v, expected %s", tt.declared, tt.given, b.Want.Objects, tt.expected)
		}
	}
}

func TestValuesCannotBreakOutOfADocument(t *testing.T) {
	value := `x","Effect":"Deny` + "\n\\"
	b, err := load(map[string]string{
		"baseline.yaml": head + "vars: {v: }\npolicies: {A: {file: a.json}}",
		"a.json":        `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::${v}"}]}`,
	}, spec.Env{Vars: map[string]string{"v": value}})
	if err != nil {
		t.Fatal(err)
	}
	expected := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::x\",\"Effect\":\"Deny\n\\"}]}`
	if diff := cmp.Diff(expected, string(b.Want.Objects[resource.At("iam_policy", "A")].Document("document"))); diff != "" {
		t.Error(diff)
	}
}

func TestProblemsOfVariables(t *testing.T) {
	check(t, map[string]refusal{
		"declarations": {
			"vars: {a: , account: x, 1a: x, b: 5, c: 'x${region}'}",
			[]string{
				`3:8: the variable "a" has no default and was not given: use --var a=VALUE`,
				`3:13: the variable "account" is built in and cannot be declared`,
				`3:25: variable name "1a": use letters, digits, _ and -, and begin with a letter`,
				`3:35: b: expected a string, found a number: put it in quotes`,
				`3:41: the default of "c" holds the variable ${region}: defaults are taken literally`,
			},
		},
		"uses": {
			"vars: {env: prod}\nusers: {'${envv}': , '${': }\npolicies: {A: {document: {Version: '${nothing}'}}}",
			[]string{
				`4:9: undeclared variable ${envv}; did you mean "env"?`,
				`4:22: "${" begins a variable and has no }: for the two characters as such write ${$}{`,
				`5:36: undeclared variable ${nothing}: declare it under vars; IAM's own variables have a colon, as in ${aws:username}`,
			},
		},
		"names made alike": {
			"vars: {a: x}\nusers: {x: , '${a}': }", []string{`4:14: duplicate key "x"; first at baseline.yaml:4:9`},
		},
	})
	_, err := load(map[string]string{"baseline.yaml": head + "vars: {env: prod}"}, spec.Env{Vars: map[string]string{"evn": "x"}})
	expected := `baseline.yaml:3:7: a value was given for the variable "evn", which is not declared under vars; did you mean "env"?`
	if err == nil || err.Error() != expected {
		t.Errorf("got %v\nexpected %s", err, expected)
	}
}

func TestReadVars(t *testing.T) {
	got, err := spec.ReadVars("vars.yaml", strings.NewReader("team: data\nenv: \"1\"\n"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"team": "data", "env": "1"}, got); diff != "" {
		t.Error(diff)
	}
	_, err = spec.ReadVars("vars.yaml", strings.NewReader("a: 1\nb: [x]\nc:\na: x\n"))
	if _, ok := errors.AsType[spec.Problems](err); !ok {
		t.Fatalf("got %v, expected Problems", err)
	}
	expected := `vars.yaml:1:4: a: expected a string, found a number: put it in quotes
vars.yaml:2:4: b: expected a string, found a list
vars.yaml:3:3: c: expected a string, found nothing: leave the key out, or write ""
vars.yaml:4:1: duplicate key "a"; first at vars.yaml:1:1`
	if diff := cmp.Diff(expected, err.Error()); diff != "" {
		t.Error(diff)
	}
}
