package kinds

import (
	"reflect"
	"slices"
	"strings"

	"baseline/policy"
	"baseline/resource"
)

// layKey says what a file wants of a key: a policy that has the wanted statements beside those of others, and beside those of ours
// by which CloudWatch Logs reads what it has encrypted. A key that is not there yet begins with the policy that AWS would give it.
func layKey(a resource.Address, wanted resource.Object, see func(resource.Address) (resource.Resource, bool)) resource.Object {
	laid := wanted.With(nil)
	delete(laid, "policy_statements")
	delete(laid, "own")
	if !wanted.Has("policy_statements") {
		return laid
	}
	statements := string(wanted.Document("policy_statements"))
	live, exists := see(a)
	have := string(live.Settings.Document("policy"))
	if !exists {
		have = policyOfNewKey(statements)
	}
	merged, err := policy.Merge(have, withLogs(statements, have, wanted.Text("own")), wanted.Text("own"))
	if err == nil { // what cannot be read is left as it is
		laid["policy"] = resource.Document(merged)
	}
	return laid
}

// withLogs adds to wanted statements those of ours in a policy that allow something to CloudWatch Logs. A log group outlives the
// trail that it was declared for, and what is in it stays encrypted with the key even if it gets another.
func withLogs(wanted, have, own string) string {
	for _, text := range policy.Lacking(wanted, have) {
		statements := statementsOf([]string{text})
		if len(statements) != 1 || own == "" || !strings.HasPrefix(statements[0].Sid, own) || !allowsLogs(statements[0]) {
			continue
		}
		if document, err := policy.Parse(wanted); err != nil || slices.ContainsFunc(document.Statements, func(s policy.Statement) bool {
			return s.Sid == statements[0].Sid // which is wanted in another form
		}) {
			continue
		}
		if with, err := policy.Merge(wanted, `{"Version":"`+policy.Version2012+`","Statement":`+text+`}`, ""); err == nil {
			wanted = with
		}
	}
	return wanted
}

// allowsLogs reports whether a statement allows something to CloudWatch Logs, whose name holds a Region.
func allowsLogs(s policy.Statement) bool {
	return s.Effect == policy.Allow && slices.ContainsFunc(s.Principals[policy.Service], func(service string) bool {
		return strings.HasPrefix(service, "logs.")
	})
}

// policyOfNewKey leaves a key to the account that the statements are made for, which their conditions tell, as by the ARN of a
// trail; "" where they tell none.
func policyOfNewKey(statements string) string {
	document, err := policy.Parse(statements)
	if err != nil {
		return ""
	}
	for _, statement := range document.Statements {
		for _, condition := range statement.Conditions {
			for _, arn := range condition.Values {
				if account := policy.AccountOf(arn); account != "" && account != arn {
					return rootPolicy(strings.Split(arn, ":")[1], account)
				}
			}
		}
	}
	return ""
}

// rootPolicy is the policy of a key that was made without one: the account's own policies say who may use it.
func rootPolicy(partition, account string) string {
	return `{"Version":"2012-10-17","Id":"key-default-1","Statement":[{"Sid":"Enable IAM User Permissions","Effect":"Allow",` +
		`"Principal":{"AWS":"arn:` + partition + `:iam::` + account + `:root"},"Action":"kms:*","Resource":"*"}]}`
}

// takeBackKey takes back what a run changed of a key: settings that nobody has changed since become what they were, and of the
// policy, the statements that the run brought or took.
func takeBackKey(before, after, found resource.Object) (resource.Object, bool) {
	if before == nil {
		return nil, false
	}
	back := resource.Object{}
	for name, is := range after {
		was, had := before[name]
		switch now := found[name]; {
		case !had || sameSetting(was, is):
		case sameSetting(now, is), sameSetting(now, was):
			back[name] = was
		case name == "policy":
			text, ok := policy.TakeBack(string(before.Document(name)), string(after.Document(name)), string(found.Document(name)))
			if !ok || text == "" {
				return nil, false
			}
			back[name] = resource.Document(text)
		default:
			return nil, false
		}
	}
	return found.With(back), true
}

// sameSetting reports whether two values of a setting mean the same.
func sameSetting(a, b any) bool {
	was, isDocument := a.(resource.Document)
	is, areDocuments := b.(resource.Document)
	if isDocument && areDocuments {
		return policy.Equal(string(was), string(is))
	}
	return reflect.DeepEqual(a, b)
}

// keyWeakens says what a change of a key takes from the record that is encrypted with it.
func keyWeakens(before, after resource.Object) []string {
	switch {
	case before == nil:
		return nil
	case after == nil:
		return []string{"what it encrypted can't be read any more"}
	}
	var weaker []string
	if before.Flag("enabled") && after.Has("enabled") && !after.Flag("enabled") {
		weaker = append(weaker, "what it encrypted can't be read and nothing can be encrypted with it")
	}
	was, is := string(before.Document("policy")), string(after.Document("policy"))
	if after.Has("policy") && losesAllow(was, is, func(s policy.Statement) bool { return allowsService(s, trailService) }) {
		weaker = append(weaker, "CloudTrail may do less with it")
	}
	if after.Has("policy") && losesAllow(was, is, allowsLogs) {
		weaker = append(weaker, "CloudWatch Logs may do less with it")
	}
	return weaker
}

// losesAllow reports whether a policy has a statement of the sort that allows, which another policy has neither as it is nor in a
// wider form.
func losesAllow(before, after string, allows func(policy.Statement) bool) bool {
	was, err := policy.Parse(before)
	if err != nil {
		return false
	}
	is, err := policy.Parse(after)
	if err != nil {
		return true
	}
	for _, old := range was.Statements {
		if allows(old) && !slices.ContainsFunc(is.Statements, func(s policy.Statement) bool { return allows(s) && covers(s, old) }) {
			return true
		}
	}
	return false
}

// covers reports whether a statement says all that another says, or more, word by word: it does not see that a wildcard
// holds a name.
func covers(wide, narrow policy.Statement) bool {
	if !reflect.DeepEqual(wide.NotActions, narrow.NotActions) || !reflect.DeepEqual(wide.NotResources, narrow.NotResources) {
		return false
	}
	for _, limit := range wide.Conditions {
		if !slices.ContainsFunc(narrow.Conditions, func(c policy.Condition) bool {
			return c.Operator == limit.Operator && strings.EqualFold(c.Key, limit.Key) && holdsAll(limit.Values, c.Values)
		}) {
			return false
		}
	}
	return holdsAll(wide.Actions, narrow.Actions) && holdsAll(wide.Resources, narrow.Resources)
}

func holdsAll(all, some []string) bool {
	return !slices.ContainsFunc(some, func(one string) bool { return !slices.Contains(all, one) })
}
