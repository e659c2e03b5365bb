package kinds

import (
	"slices"

	"baseline/policy"
	"baseline/resource"
)

// documentTakes is Takes of a kind with a policy in the setting of that name.
func documentTakes(setting string) func(before, after resource.Object) bool {
	return func(before, after resource.Object) bool {
		return policyTakes(before.Document(setting), before.With(after).Document(setting))
	}
}

// policyTakes reports whether a policy lacks something that another allows, as far as that shows without working out wildcards:
// a statement that allows has gone, or one that denies has come, and no wider one makes up for it.
func policyTakes(before, after resource.Document) bool {
	gone, come := policy.Lacking(string(after), string(before)), policy.Lacking(string(before), string(after))
	return hasUncovered(gone, policy.Allow, after) || hasUncovered(come, policy.Deny, before)
}

// hasUncovered reports whether some statements have one of that effect that none in a document covers.
func hasUncovered(texts []string, effect string, document resource.Document) bool {
	var others []policy.Statement
	if d, err := policy.Parse(string(document)); err == nil {
		others = d.Statements
	}
	return slices.ContainsFunc(statementsOf(texts), func(s policy.Statement) bool { return s.Effect == effect && !coveredBy(s, others) })
}

// keyTakes reports whether a key does less for those that use it. One that is disabled does nothing, whatever its policy says.
func keyTakes(before, after resource.Object) bool {
	whole := before.With(after)
	switch was, is := before.Flag("enabled"), whole.Flag("enabled"); {
	case was != is:
		return was
	case before.Text("alias") != "" && whole.Text("alias") == "": // by which it is referred to
		return true
	}
	return policyTakes(before.Document("policy"), whole.Document("policy"))
}

// roleTakes reports whether fewer may take on a role, or it comes under a boundary.
func roleTakes(before, after resource.Object) bool {
	whole := before.With(after)
	was, is := before.Text("boundary"), whole.Text("boundary")
	return policyTakes(before.Document("trust"), whole.Document("trust")) || is != "" && is != was
}
