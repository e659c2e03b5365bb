package requirements_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"baseline/requirements"
	"baseline/resource"
)

func TestPasswordPolicy(t *testing.T) {
	declared := resource.Object{
		"min_length": 14, "reuse_prevention": 24, "max_age": 90, "uppercase": true, "lowercase": true, "numbers": true, "symbols": false,
	}
	for _, test := range []struct {
		name           string
		declared, live resource.Object
		want           []string
	}{
		{"nothing declared", nil, nil, nil},
		{"as declared", declared, declared, nil},
		{"stricter", declared, declared.With(resource.Object{"min_length": 15, "max_age": 89, "symbols": true}), nil},
		{
			"AWS's own policy", declared, nil,
			[]string{
				"password_policy.min_length: passwords may have as few as 8 characters, the file asks for 14, by AWS's own policy, for the account has none",
				"password_policy.reuse_prevention: old passwords can be used again, the file asks for 24, by AWS's own policy, for the account has none",
				"password_policy.uppercase: passwords need not have an upper-case letter, by AWS's own policy, for the account has none",
				"password_policy.lowercase: passwords need not have a lower-case letter, by AWS's own policy, for the account has none",
				"password_policy.numbers: passwords need not have a digit, by AWS's own policy, for the account has none",
				"password_policy.max_age: passwords never expire, the file asks for 90d, by AWS's own policy, for the account has none",
			},
		},
		{"no more than AWS's own policy asks for", resource.Object{"min_length": 8}, nil, nil},
		{
			"a day too old, and a character too short", declared, declared.With(resource.Object{"max_age": 91, "min_length": 13}),
			[]string{
				"password_policy.min_length: passwords may have as few as 13 characters, the file asks for 14",
				"password_policy.max_age: passwords expire after 91d, the file asks for 90d",
			},
		},
		{
			"one sort of characters not asked for", declared, declared.With(resource.Object{"numbers": false}),
			[]string{"password_policy.numbers: passwords need not have a digit"},
		},
		{"passwords that need not expire", resource.Object{"max_age": 0}, declared, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			account := newAccount()
			if test.live != nil {
				account.put("iam_password_policy/account", test.live, nil)
			}
			j := requirements.Judge(requirements.Asked{PasswordPolicy: test.declared}, account.World)
			var got []string
			for _, v := range j.Violations {
				if v.Subject != at("iam_password_policy/account") {
					t.Errorf("%s is found of %s", v.Rule, v.Subject)
				}
				got = append(got, v.Rule+": "+v.Seen)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("judgement (-want +got):\n%s", diff)
			}
		})
	}
}
