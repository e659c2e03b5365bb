package policy_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"baseline/policy"
)

func TestParse(t *testing.T) {
	got, err := policy.Parse(`{"Id":"i","Statement":{"Sid":"S","Effect":"Deny","Principal":{"AWS":"111122223333","Service":["b","a"]},
		"NotAction":["s3:Put","s3:Get","s3:Put"],"NotResource":[],"Condition":{"Bool":{"aws:B":true,"aws:A":["x",1.50]},"Null":{"aws:C":"false"}}}}`)
	if err != nil {
		t.Fatal(err)
	}
	want := &policy.Document{ID: "i", Statements: []policy.Statement{{
		Sid: "S", Effect: policy.Deny,
		Principals:   map[string][]string{policy.AWS: {"111122223333"}, policy.Service: {"b", "a"}},
		NotActions:   []string{"s3:Put", "s3:Get", "s3:Put"},
		NotResources: []string{},
		Conditions: []policy.Condition{
			{Operator: "Bool", Key: "aws:B", Values: []string{"true"}},
			{Operator: "Bool", Key: "aws:A", Values: []string{"x", "1.50"}},
			{Operator: "Null", Key: "aws:C", Values: []string{"false"}},
		},
	}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Parse (-want +got):\n%s", diff)
	}
}

func TestParseRefuses(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"no text", ``, "line 1, column 1: the document ends where a value should be"},
		{"text that ends", "{\n\"Version\"", "line 2, column 10: the document ends where a colon should be"},
		{"no object", `[]`, "a list stands where an object should be"},
		{"no statement", `{"Version":"2012-10-17"}`, "there is no Statement"},
		{"null", statement(`"Effect":"Allow","Action":null`), "Statement: number 1: Action: null stands where a string should be"},
		{"number in a list of actions", statement(`"Effect":"Allow","Action":[1]`), "a number stands where a string should be"},
		{"effect in another case", statement(`"Effect":"allow"`), `the Effect is "allow"`},
		{"no effect", statement(`"Action":"*"`), `the Effect is ""`},
		{"unknown version", `{"Version":"2020-01-01","Statement":[]}`, `there is no Version "2020-01-01"`},
		{"unknown key", statement(`"Effect":"Allow","Comment":"x"`), `unknown key "Comment"`},
		{"key twice", statement(`"Effect":"Allow","Effect":"Allow"`), `key "Effect" is there twice`},
		{"both of a pair", statement(`"Effect":"Allow","Action":"*","NotAction":"*"`), "both Action and NotAction"},
		{"bare principal", statement(`"Effect":"Allow","Principal":"111122223333"`), `"111122223333" is no principal`},
		{"unknown type of principal", statement(`"Effect":"Allow","Principal":{"Aws":"*"}`), `unknown key "Aws"`},
		{"operator twice", statement(`"Effect":"Allow","Condition":{"Bool":{"a:B":"x"},"Bool":{"a:C":"x"}}`), `operator "Bool" is there twice`},
		{"condition key twice", statement(`"Effect":"Allow","Condition":{"Bool":{"a:B":"x","a:B":"x"}}`), `key "a:B" is there twice`},
		{"operator without an object", statement(`"Effect":"Allow","Condition":{"Bool":"x"}`), "Bool: a string stands where an object should be"},
		{"condition value of a wrong type", statement(`"Effect":"Allow","Condition":{"Bool":{"a:B":[[]]}}`), "a list stands where a string should be"},
		{"half a character", `{"Id":"\ud800"}`, `\u is not followed by the four hexadecimal digits`},
		{"no UTF-8", "{\"Id\":\"\xff\"}", "byte 0xff is not UTF-8 text"},
		{"hostile nesting", strings.Repeat("[", 500_000), "nested more than 16 deep"},
		{"hostile length", strings.Repeat(" ", 2<<20), "no policy document is longer"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d, err := policy.Parse(tt.text)
			if err == nil {
				t.Fatalf("Parse = %+v, want an error about %s", d, tt.want)
			}
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %q does not say %q", err, tt.want)
			}
		})
	}
}

func TestAWSPrincipals(t *testing.T) {
	d, err := policy.Parse(`{"Statement":[
		{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":["arn:aws:iam::111122223333:role/b","444455556666","*"],"Service":"ec2.amazonaws.com"}},
		{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":["AROAEXAMPLEEXAMPLE","444455556666"]}},
		{"Effect":"Deny","Action":"sts:AssumeRole","NotPrincipal":{"AWS":"arn:aws:iam::111122223333:user/a"}},
		{"Effect":"Deny","Action":"sts:AssumeRole","Principal":"*"}]}`)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"444455556666", "AROAEXAMPLEEXAMPLE", "arn:aws:iam::111122223333:role/b", "arn:aws:iam::111122223333:user/a"}
	if got := d.AWSPrincipals(); !slices.Equal(got, want) {
		t.Errorf("AWSPrincipals = %q, want %q", got, want)
	}
}

func TestSize(t *testing.T) {
	for text, want := range map[string]int{"": 0, " \t\r\n": 0, `{"a": "b c"}`: 10, "é😀": 2} {
		if got := policy.Size(text); got != want {
			t.Errorf("Size(%q) = %d, want %d", text, got, want)
		}
	}
}
