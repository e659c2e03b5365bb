package policy_test

import (
	"strings"
	"testing"

	"baseline/policy"
)

func TestEditPrincipals(t *testing.T) {
	t.Parallel()
	edit := func(principal string) (string, bool) {
		return strings.Replace(principal, "user/zoe", "user/p/zoe", 1), !strings.HasPrefix(principal, "AROA")
	}
	const zoe, dead = `arn:aws:iam::111122223333:user/zoe`, `AROAEXAMPLEEXAMPLE12`
	statement := func(principal string) string {
		return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":` + principal + `,"Action":"sts:AssumeRole"}]}`
	}
	for name, c := range map[string]struct{ text, want string }{
		"renamed":             {statement(`{"AWS":"` + zoe + `"}`), statement(`{"AWS":"arn:aws:iam::111122223333:user/p/zoe"}`)},
		"renamed in a list":   {statement(`{"AWS":["111122223333","` + zoe + `"]}`), statement(`{"AWS":["111122223333","arn:aws:iam::111122223333:user/p/zoe"]}`)},
		"dropped from a list": {statement(`{"AWS":["` + dead + `","111122223333"]}`), statement(`{"AWS":"111122223333"}`)},
		"beside a service":    {statement(`{"AWS":"` + dead + `","Service":"ec2.amazonaws.com"}`), statement(`{"Service":"ec2.amazonaws.com"}`)},
		"the other statement": {
			`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"` + dead + `"},"Action":"sts:AssumeRole"},{"Effect":"Allow","Principal":{"AWS":"444455556666"},"Action":"sts:AssumeRole"}]}`,
			statement(`{"AWS":"444455556666"}`),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := policy.EditPrincipals(c.text, edit); !policy.Equal(got, c.want) || got == c.text {
				t.Errorf("%s becomes %s, want %s", c.text, got, c.want)
			}
		})
	}
	if got := policy.EditPrincipals(statement(`{"AWS":"`+dead+`"}`), edit); got != "" {
		t.Errorf("nobody is left, but the text is %s", got)
	}
	for _, same := range []string{statement(`"*"`), statement("{ \"AWS\":\t\"444455556666\" }"), "no JSON", `{"Statement":[1]}`, `{}`} {
		if got := policy.EditPrincipals(same, edit); got != same {
			t.Errorf("%s becomes %s", same, got)
		}
	}
}
