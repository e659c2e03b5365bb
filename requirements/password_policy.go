package requirements

import (
	"fmt"
	"time"

	"baseline/resource"
)

// characterSorts are the sorts of characters that a password policy can require: the word of the file, the setting, and
// what a password must have.
var characterSorts = []struct{ word, setting, needs string }{
	{"upper", "uppercase", "an upper-case letter"},
	{"lower", "lowercase", "a lower-case letter"},
	{"symbol", "symbols", "a symbol"},
	{"number", "numbers", "a digit"},
}

// builtInPolicy is what AWS asks of passwords where an account has no policy of its own: eight characters. That it also wants
// three of the four sorts of characters requires no single one of them.
var builtInPolicy = resource.Object{"min_length": 8}

// passwordPolicy judges the account's password policy by the declared one. One that is stricter breaks nothing.
func (j *judging) passwordPolicy() {
	const advice = "apply the password policy of the file"
	subject := resource.At("iam_password_policy", "account")
	live, origin := j.State[subject].Settings, ""
	if live == nil {
		live, origin = builtInPolicy, ", by AWS's own policy, for the account has none"
	}
	asked := j.asked.PasswordPolicy
	weak := func(setting, seen string) {
		j.violate("password_policy."+setting, subject, seen+origin, time.Time{}, advice)
	}
	if found, least := live.Number("min_length"), asked.Number("min_length"); found < least {
		weak("min_length", fmt.Sprintf("passwords may have as few as %d characters, the file asks for %d", found, least))
	}
	if found, least := live.Number("reuse_prevention"), asked.Number("reuse_prevention"); found < least {
		weak("reuse_prevention", reuse(found)+fmt.Sprintf(", the file asks for %d", least))
	}
	for _, sort := range characterSorts {
		if asked.Flag(sort.setting) && !live.Flag(sort.setting) {
			weak(sort.setting, "passwords need not have "+sort.needs)
		}
	}
	if most := asked.Number("max_age"); most > 0 {
		switch age := live.Number("max_age"); {
		case age == 0:
			weak("max_age", fmt.Sprintf("passwords never expire, the file asks for %dd", most))
		case age > most:
			weak("max_age", fmt.Sprintf("passwords expire after %dd, the file asks for %dd", age, most))
		}
	}
}

// reuse says how many old passwords are remembered.
func reuse(remembered int) string {
	if remembered == 0 {
		return "old passwords can be used again"
	}
	return fmt.Sprintf("the last %d passwords cannot be used again", remembered)
}
