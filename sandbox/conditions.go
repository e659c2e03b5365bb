package sandbox

import (
	"slices"
	"strings"
)

// meets says whether the call meets a trust policy's condition.
func (c *call) meets(condition object) bool { return isMet(condition, c.contextValue) }

// isMet says whether a condition is met by what is known of a request under condition keys, which are asked for in lower
// case. What cannot be judged here is not met.
func isMet(condition object, context func(key string) (value string, present bool)) bool {
	for _, operator := range condition {
		keys, _ := operator.value.(object)
		for _, key := range keys {
			values, _ := key.value.([]string)
			have, present := context(strings.ToLower(key.key))
			if !meetsOperator(strings.ToLower(operator.key), have, present, values) {
				return false
			}
		}
	}
	return true
}

// contextValue is what the request says about a condition key.
func (c *call) contextValue(key string) (value string, present bool) {
	switch key {
	case "sts:externalid":
		return c.text("ExternalId"), c.given("ExternalId")
	case "sts:rolesessionname":
		return c.text("RoleSessionName"), true
	case "aws:principalaccount":
		return c.account, true
	case "aws:principalarn":
		if s := c.caller.session; s != nil {
			return arnOf(c.account, "role/"+s.RoleName), true
		}
		return c.caller.arn, true
	case "aws:userid":
		return c.caller.userID, true
	case "aws:username":
		if c.caller.user == nil {
			return "", false
		}
		return c.caller.user.Name, true
	case "aws:multifactorauthpresent":
		// Sessions know that nobody showed a second factor; long-term keys do not carry the key at all.
		return "false", c.caller.user == nil
	default:
		return "", false
	}
}

func meetsOperator(operator, have string, present bool, values []string) bool {
	operator, ifExists := strings.CutSuffix(operator, "ifexists")
	if operator == "null" {
		return slices.ContainsFunc(values, func(v string) bool { return (v == "true") == !present })
	}
	before, after, negated := strings.Cut(operator, "not")
	if !present {
		return ifExists || negated
	}
	var same func(pattern string) bool
	switch before + after {
	case "stringequals", "arnequals":
		same = func(v string) bool { return v == have }
	case "stringequalsignorecase", "bool":
		same = func(v string) bool { return strings.EqualFold(v, have) }
	case "stringlike", "arnlike":
		same = func(v string) bool { return like(v, have) }
	default:
		return false
	}
	return slices.ContainsFunc(values, same) != negated
}

// like matches a text against a pattern in which * is any run of characters and ? any one.
func like(pattern, text string) bool {
	p, t := 0, 0
	star, behind := -1, 0 // the last * met, and where in the text it was
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, behind = p, t
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == text[t]):
			p++
			t++
		case star >= 0:
			// Let the * stand for one character more, and try again.
			behind++
			p, t = star+1, behind
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}
