package policy_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"baseline/policy"
)

func seeds(f *testing.F) {
	for _, text := range []string{
		"", "x", "{}", goodIdentity, goodTrust, document(readBucket, anyEC2, denyNoMFA),
		statement(`"Effect":"Allow","Principal":{"AWS":["*","111122223333"]},"Condition":{"StringEquals":{"a:B":"\ud83d\ude00\n","A:b":[1.5e3,true]}}`),
		`{"Statement":{"effect":"x","Action":[[]]},"Statement":null}`,
	} {
		f.Add(text)
	}
}

// FuzzParse compares the reader of JSON with encoding/json, and what is read with what is made of it.
func FuzzParse(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, text string) {
		d, err := policy.Parse(text)
		if err != nil {
			return
		}
		if !json.Valid([]byte(text)) || !utf8.ValidString(text) {
			t.Fatalf("read what is not JSON: %q", text)
		}
		d.AWSPrincipals()
		for i := range d.Statements {
			if len(d.Statements[i].Lines()) == 0 {
				t.Fatalf("a statement of %q has no lines", text)
			}
		}
	})
}

func FuzzCheck(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, text string) {
		for _, use := range []policy.Use{policy.Managed, policy.Inline, policy.Trust} {
			problems := policy.Check(text, use)
			if len(problems) == 0 {
				if _, err := policy.Parse(text); err != nil {
					t.Fatalf("Check finds nothing, and Parse: %v", err)
				}
			}
			place := [2]int{1, 1}
			for _, p := range problems {
				if p.Line < place[0] || p.Line == place[0] && p.Column < place[1] || p.Message == "" {
					t.Fatalf("problem out of order: %v", p)
				}
				place = [2]int{p.Line, p.Column}
				// Nesting and half characters are beyond what encoding/json complains about.
				if strings.HasPrefix(p.Message, "not valid JSON") && json.Valid([]byte(text)) && utf8.ValidString(text) &&
					!strings.Contains(p.Message, "nested") && !strings.Contains(p.Message, `\u`) {
					t.Fatalf("%v: %q", p, text)
				}
			}
		}
	})
}

func FuzzCanonical(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, text string) {
		once, err := policy.Canonical(text)
		if err != nil {
			return
		}
		if twice, err := policy.Canonical(once); err != nil || twice != once {
			t.Fatalf("the canonical form of %s is %s, %v", once, twice, err)
		}
		if !policy.Equal(text, once) {
			t.Fatalf("%s does not equal its canonical form %s", text, once)
		}
	})
}

func FuzzDiff(f *testing.F) {
	f.Add(document(readBucket, anyEC2), document(denyNoMFA, readBucket))
	f.Add(goodTrust, strings.Replace(goodTrust, "AssumeRole", "*", 1))
	f.Fuzz(func(t *testing.T, before, after string) {
		policy.Diff(before, after)
		policy.Diff("", after)
		checkDiff(t, before, after)
	})
}
