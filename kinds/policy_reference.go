package kinds

import "strings"

// awsPolicyPrefix begins a reference to a managed policy of AWS.
const awsPolicyPrefix = "aws:"

// A reference names a managed policy in settings and addresses: "aws:PATH/NAME" is one of AWS's own, which is the same in
// every account and partition, and "NAME" one of the account's. The path of the latter is left out because names are unique
// without it. A policy of neither sort keeps its ARN.

// policyReference returns the reference to the policy with an ARN; "" for none.
func policyReference(account, arn string) string {
	owner, path, ok := strings.Cut(afterColons(arn, 4), ":policy/")
	switch {
	case !ok:
		return arn
	case owner == "aws":
		return awsPolicyPrefix + path
	case owner == account:
		return lastPart(path)
	}
	return arn
}

// foreignPolicyARN returns the ARN behind a reference to a policy that is not the account's own.
func foreignPolicyARN(partition, ref string) (arn string, ok bool) {
	if path, ok := strings.CutPrefix(ref, awsPolicyPrefix); ok {
		return "arn:" + partition + ":iam::aws:policy/" + path, true
	}
	return ref, strings.HasPrefix(ref, "arn:")
}

// localPolicyARN returns the ARN of a policy of the account.
func localPolicyARN(partition, account, path, name string) string {
	if path == "" {
		path = "/"
	}
	return "arn:" + partition + ":iam::" + account + ":policy" + path + name
}

// isLocalPolicy reports whether a reference names a policy of the account.
func isLocalPolicy(ref string) bool {
	_, foreign := foreignPolicyARN("", ref)
	return ref != "" && !foreign
}

// afterColons returns what follows the nth colon of an ARN: the account is behind the fourth.
func afterColons(arn string, n int) string {
	for range n {
		_, arn, _ = strings.Cut(arn, ":")
	}
	return arn
}

// lastPart returns what follows the last slash: the name at the end of an ARN or path.
func lastPart(path string) string { return path[strings.LastIndex(path, "/")+1:] }
